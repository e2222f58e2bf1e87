using System.Diagnostics;
using Temporalio.Worker.Execution;
using Temporalio.Workflows;

namespace Temporalio.Tests.Worker;

/// <summary>Who keeps the workflow's thread: the workflow, or a machine without a processor to spare.</summary>
public sealed class DeadlockTests
{
    private static readonly ManualResetEventSlim s_release = new();

    [Fact]
    public async Task A_workflow_that_keeps_its_thread_for_two_seconds_is_stuck_and_one_that_waits_for_a_processor_is_not()
    {
        s_release.Reset();
        var (stuckRun, starvedRun) = (Past.NewRun(typeof(Stubborn), "stuck"), Past.NewRun(typeof(Stubborn), "starved"));
        var start = Stopwatch.GetTimestamp();
        var watch = new DeadlockWatch(enabled: true, starved: _ => TimeSpan.Zero);
        var kind = new DeadlockWatch(enabled: true, starved: _ => Stopwatch.GetElapsedTime(start));
        var (stuckInput, starvedInput) = (new Past("Stubborn").Begin(stuckRun), new Past("Stubborn").Begin(starvedRun));
        var (stuckWork, starvedWork) = (OnThread(() => stuckRun.Handle(stuckInput)), OnThread(() => starvedRun.Handle(starvedInput)));

        var starvedDone = kind.WaitAsync(starvedRun, starvedWork); // all of its time goes by waiting for a processor
        var done = await watch.WaitAsync(stuckRun, stuckWork);

        Assert.False(done);
        Assert.True(Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(2));
        Assert.False(starvedDone.IsCompleted);
        s_release.Set();
        Assert.True(await starvedDone);
        await stuckWork;
        watch.Dispose();
        kind.Dispose();
    }

    [Fact]
    public async Task The_system_says_how_long_a_thread_waited_for_a_processor()
    {
        Assert.SkipUnless(File.Exists("/proc/self/schedstat"), "This kernel does not count what threads wait.");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var threads = Environment.ProcessorCount * 3;
        using var waiting = new CountdownEvent(threads);
        var waits = Enumerable.Range(0, threads).Select(_ => OnThread(() =>
        {
            var before = ThreadTimes.WaitedForProcessor(ThreadTimes.CurrentId);
            var waited = TimeSpan.Zero;
            var counted = false;
            while (!waiting.IsSet && !stop.IsCancellationRequested)
            {
                Thread.SpinWait(1000);
                waited = ThreadTimes.WaitedForProcessor(ThreadTimes.CurrentId) - before;
                if (!counted && waited >= TimeSpan.FromMilliseconds(20))
                {
                    counted = true;
                    waiting.Signal();
                }
            }

            return waited;
        })).ToList();

        // All have work to do until the last has waited, and there are not enough processors: none of them gets through without.
        Assert.All(await Task.WhenAll(waits), waited => Assert.True(waited >= TimeSpan.FromMilliseconds(20), $"{waited}"));
    }

    private static Task<T> OnThread<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [Workflow]
    public sealed class Stubborn
    {
        [WorkflowRun]
        public async Task RunAsync() => s_release.Wait(TimeSpan.FromSeconds(60));
    }
}

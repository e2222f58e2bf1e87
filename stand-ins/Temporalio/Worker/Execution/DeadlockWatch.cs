using System.Collections.Concurrent;
using System.Diagnostics;

namespace Temporalio.Worker.Execution;

/// <summary>Notices workflows that keep their thread: one timer looks at all of them.</summary>
/// <remarks>
/// Two seconds count only while the workflow could have moved. What it waited for a processor, what the garbage collector
/// took, and what this watch itself came late is not its fault: on a starved machine seconds pass between two instructions.
/// </remarks>
internal sealed class DeadlockWatch : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly ConcurrentDictionary<WorkflowRun, Watched> _running = new();
    private readonly Func<int, TimeSpan> _starved;
    private readonly Timer? _timer;
    private TimeSpan _collected;

    /// <param name="enabled">Whether to look at all.</param>
    /// <param name="starved">How long a thread has waited for a processor in its life; by default what the system says.</param>
    public DeadlockWatch(bool enabled, Func<int, TimeSpan>? starved = null)
    {
        _starved = starved ?? ThreadTimes.WaitedForProcessor;
        if (enabled)
        {
            _timer = new(_ => Look(), null, Interval, Interval);
        }
    }

    /// <summary>Done with the work, or when an activation of it has taken too long.</summary>
    /// <returns>Whether the work is done.</returns>
    public async Task<bool> WaitAsync(WorkflowRun run, Task work)
    {
        if (_timer is null)
        {
            await work;
            return true;
        }

        var watched = new Watched();
        _running[run] = watched;
        try
        {
            return await Task.WhenAny(work, watched.Stuck.Task) == work;
        }
        finally
        {
            _running.TryRemove(run, out _);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        lock (_running) // a look that takes longer than the interval must not meet the next one
        {
            var now = Stopwatch.GetTimestamp();
            var collected = GC.GetTotalPauseDuration();
            var paused = collected - _collected;
            _collected = collected;
            foreach (var (run, watched) in _running)
            {
                var started = run.ActivationStarted;
                if (started == 0)
                {
                    watched.Activation = 0;
                    continue;
                }

                var waited = _starved(run.ActivationThread);
                if (watched.Activation != started)
                {
                    // Seen for the first time, a part of an interval after it began: counting begins here.
                    (watched.Activation, watched.Counted) = (started, TimeSpan.Zero);
                }
                else
                {
                    var passed = Stopwatch.GetElapsedTime(watched.SeenAt, now) - (waited - watched.Waited) - paused;
                    watched.Counted += passed < TimeSpan.Zero ? TimeSpan.Zero : passed > 2 * Interval ? 2 * Interval : passed;
                }

                (watched.SeenAt, watched.Waited) = (now, waited);
                if (watched.Counted > Limit)
                {
                    watched.Stuck.TrySetResult();
                }
            }
        }
    }

    private sealed class Watched
    {
        public TaskCompletionSource Stuck { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Start of the activation that was seen last; 0 for none.</summary>
        public long Activation { get; set; }

        public long SeenAt { get; set; }

        public TimeSpan Waited { get; set; }

        public TimeSpan Counted { get; set; }
    }
}

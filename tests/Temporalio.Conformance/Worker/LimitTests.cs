using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Conformance.Worker;

/// <summary>What is too large, too much, too slow or not to be written; the worker lives on through all of it.</summary>
public sealed class LimitTests(TemporalServer server)
{
    private static readonly string TooLarge = new('x', 3 * 1024 * 1024);

    private Task<Scene> SceneAsync(Action<TemporalWorkerOptions>? configure = null, ITemporalClient? client = null) => Scene.StartAsync(
        server,
        options =>
        {
            options.AddAllActivities(new Chores());
            configure?.Invoke(options);
        },
        client);

    [Fact]
    public async Task A_result_of_an_activity_that_is_too_large_fails_the_activity()
    {
        await using var scene = await SceneAsync(options => options.AddActivity([Activity("Flood")] () => TooLarge));

        var failure = Assert.IsType<ActivityFailureException>(
            await scene.FailureOfAsync(_ => Workflow.ExecuteActivityAsync<string>("Flood", [], Chores.Once)));

        Assert.Equal("Flood", failure.ActivityType);
        // A server that names its limits is not even asked; another one fails the activity itself. Both are the official ways.
        Assert.True(
            failure.InnerException is ApplicationFailureException { ErrorType: "PayloadsTooLarge" } ours
                && ours.Message.Contains("[TMPRL1103]", StringComparison.Ordinal)
            || failure.InnerException is ServerFailureException { Message: "Complete result exceeds size limit." },
            $"{failure.InnerException}");
        Assert.Equal("alive", await scene.RunAsync(async _ => "alive"));
    }

    [Fact]
    public async Task A_result_of_a_workflow_that_is_too_large_does_not_end_the_worker()
    {
        await using var scene = await SceneAsync();
        scene.ReplaysAtEnd = false;
        var handle = await scene.StartAsync(async _ => TooLarge);

        await RefusedAsync(handle, "CompleteWorkflowExecutionCommandAttributes.Result exceeds size limit.");

        Assert.Equal("alive", await scene.RunAsync(async _ => "alive"));
        if ((await handle.DescribeAsync()).Status is WorkflowExecutionStatus.Running)
        {
            await handle.TerminateAsync();
        }
    }

    [Fact]
    public async Task An_argument_of_an_activity_that_is_too_large_reaches_nobody()
    {
        var seen = new ConcurrentQueue<int>();
        await using var scene = await SceneAsync(options => options.AddActivity([Activity("Swallow")] (string text) => seen.Enqueue(text.Length)));
        scene.ReplaysAtEnd = false;
        var handle = await scene.StartAsync(async _ =>
        {
            await Workflow.ExecuteActivityAsync("Swallow", [TooLarge], Chores.Once);
            return "";
        });

        await RefusedAsync(handle, "ScheduleActivityTaskCommandAttributes.Input exceeds size limit.");

        Assert.Empty(seen);
        Assert.Equal("alive", await scene.RunAsync(async _ => "alive"));
        if ((await handle.DescribeAsync()).Status is WorkflowExecutionStatus.Running)
        {
            await handle.TerminateAsync();
        }
    }

    [Fact]
    public async Task What_a_workflow_cannot_write_suspends_it_until_the_code_is_mended()
    {
        await using var scene = await SceneAsync();
        var isMended = false;
        var handle = await scene.StartAsync(async _ =>
        {
            object argument = isMended ? "text" : new Unwritable();
            return await Workflow.ExecuteActivityAsync<string>("Echo", [argument], Chores.Soon);
        });
        await TemporalServer.UntilAsync(async () => (await handle.FetchHistoryAsync()).Events
            .Any(happened => happened.WorkflowTaskFailedEventAttributes?.Failure.Message.Contains(
                nameof(Unwritable.Itself), StringComparison.Ordinal) is true));

        isMended = true;

        Assert.Equal("text", await handle.GetResultAsync());
    }

    [Fact]
    public async Task A_history_of_several_pages_is_replayed_whole()
    {
        await using var scene = await SceneAsync(options => options.MaxCachedWorkflows = 0);
        await scene.StopWorkerAsync();
        var handle = await scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => me.Heard.Count >= 600);
            await Workflow.DelayAsync(1);
            await Workflow.ExecuteActivityAsync(() => Chores.Nothing(), Chores.Soon);
            return me.Log;
        });
        var text = new string('s', 2000);
        for (var i = 0; i < 600; i++)
        {
            await handle.SignalAsync(workflow => workflow.HearAsync($"{i}{text}"));
        }

        scene.StartWorker();

        var heard = (await handle.GetResultAsync()).Replace(text, "", StringComparison.Ordinal);
        Assert.Equal(string.Join(',', Enumerable.Range(0, 600)), heard);
    }

    [Fact]
    public async Task Queries_of_runs_that_leave_the_cache_are_all_answered()
    {
        await using var scene = await SceneAsync(options => options.MaxCachedWorkflows = 2);
        var handles = new List<WorkflowHandle<Scripted, string>>();
        for (var i = 0; i < 12; i++)
        {
            handles.Add(await scene.StartAsync(async me =>
            {
                await Workflow.WaitConditionAsync(() => me.Heard.Contains("end"));
                return me.Log;
            }));
            await handles[i].SignalAsync(workflow => workflow.HearAsync($"{i}"));
        }

        var answers = await Task.WhenAll(handles.SelectMany(handle => Enumerable.Range(0, 3).Select(_ => handle.QueryAsync(workflow => workflow.Log))));

        Assert.Equal(Enumerable.Range(0, 12).SelectMany(i => Enumerable.Repeat($"{i}", 3)), answers);
        foreach (var handle in handles)
        {
            await handle.SignalAsync(workflow => workflow.HearAsync("end"));
            await handle.GetResultAsync();
        }
    }

    [Fact]
    public async Task A_run_that_left_the_cache_leaves_the_memory()
    {
        await using var scene = await SceneAsync(options => options.MaxCachedWorkflows = 1);
        var instances = new ConcurrentQueue<WeakReference>();
        var handles = new List<WorkflowHandle<Scripted, string>>();
        for (var i = 0; i < 10; i++)
        {
            handles.Add(await WaitingAsync(scene, instances));
            await handles[i].SignalAsync(workflow => workflow.HearAsync("it runs"));
            _ = await handles[i].QueryAsync(workflow => workflow.Log);
        }

        Assert.Equal("alive", await scene.RunAsync(async _ => "alive"));
        await TemporalServer.UntilAsync(async () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return instances.Count(instance => instance.IsAlive) <= 1;
        });

        foreach (var handle in handles)
        {
            await handle.TerminateAsync();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static Task<WorkflowHandle<Scripted, string>> WaitingAsync(Scene scene, ConcurrentQueue<WeakReference> instances) =>
            scene.StartAsync(async me =>
            {
                instances.Enqueue(new(me));
                await Workflow.WaitConditionAsync(() => me.Heard.Contains("never"));
                return "";
            });
    }

    [Fact]
    public async Task A_slow_codec_is_no_deadlock()
    {
        var client = await server.ConnectAsync(options =>
            options.DataConverter = DataConverter.Default with { PayloadCodec = new SlowCodec() });
        await using var scene = await SceneAsync(options => options.DebugMode = false, client);
        var handle = await scene.StartAsync(async me => "done");

        Assert.Equal("done", await handle.GetResultAsync());
        Assert.DoesNotContain(
            (await handle.FetchHistoryAsync()).Events, happened => happened.EventType is EventType.WorkflowTaskFailed);
    }

    [Fact]
    public async Task In_debug_mode_a_workflow_may_stand_still()
    {
        await using var scene = await SceneAsync(options => options.DebugMode = true);
        var handle = await scene.StartAsync(async _ =>
        {
            if (!Workflow.Unsafe.IsReplaying)
            {
                Thread.Sleep(2600);
            }

            return "stepped through";
        });

        Assert.Equal("stepped through", await handle.GetResultAsync());
        Assert.DoesNotContain(
            (await handle.FetchHistoryAsync()).Events, happened => happened.EventType is EventType.WorkflowTaskFailed);
    }

    [Fact]
    public async Task More_polls_can_be_parked_than_a_connection_has_streams()
    {
        await using var scene = await SceneAsync(options =>
        {
            options.MaxConcurrentActivityTaskPolls = 150;
            options.MaxConcurrentActivities = 200;
        });

        Assert.Equal("through", await scene.RunAsync(_ => Workflow.ExecuteActivityAsync(() => Chores.Echo("through"), Chores.Soon)));
    }

    [Fact]
    public async Task A_stack_trace_names_the_methods_that_wait_and_is_refused_where_it_is_off()
    {
        await using var scene = await SceneAsync(options => options.WorkflowStackTrace = WorkflowStackTrace.Normal);
        await using var without = await SceneAsync();
        var handle = await scene.StartAsync(WaitsForTheBellAsync);
        var silent = await without.StartAsync(WaitsForTheBellAsync);

        var waiting = await handle.QueryAsync<string>("__stack_trace", []);
        var refused = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => silent.QueryAsync<string>("__stack_trace", []));

        Assert.Contains(nameof(WaitsForTheBellAsync), waiting, StringComparison.Ordinal);
        Assert.Contains(nameof(LimitTests) + ".cs", waiting, StringComparison.Ordinal);
        Assert.DoesNotContain("Temporalio.Worker.Execution", waiting, StringComparison.Ordinal);
        Assert.Contains(nameof(TemporalWorkerOptions.WorkflowStackTrace), refused.Message, StringComparison.Ordinal);
        foreach (var each in new[] { handle, silent })
        {
            await each.SignalAsync(workflow => workflow.HearAsync("bell"));
            await each.GetResultAsync();
        }
    }

    /// <summary>The workflow task fails: by the worker where the server names its limits, else by the server, in these words.</summary>
    private static async Task RefusedAsync(WorkflowHandle handle, string words)
    {
        WorkflowTaskFailedEventAttributes? failed = null;
        await TemporalServer.UntilAsync(async () => (failed = (await handle.FetchHistoryAsync()).Events
            .Select(happened => happened.WorkflowTaskFailedEventAttributes).FirstOrDefault(one => one is not null)) is not null);
        Assert.True(
            failed!.Cause is WorkflowTaskFailedCause.PayloadsTooLarge && failed.Failure.Message.Contains("[TMPRL1103]", StringComparison.Ordinal)
            || failed.Failure.Message.EndsWith(words, StringComparison.Ordinal),
            $"{failed.Cause}: {failed.Failure.Message}");
    }

    private static async Task<string> WaitsForTheBellAsync(Scripted me)
    {
        await Workflow.WaitConditionAsync(() => me.Heard.Contains("bell"));
        return "";
    }

    /// <summary>No JSON can be made of it.</summary>
    private sealed class Unwritable
    {
        public Unwritable Itself => throw new NotSupportedException($"{nameof(Itself)} cannot be written");
    }

    private sealed class SlowCodec : IPayloadCodec
    {
        public async Task<IReadOnlyCollection<Api.Common.V1.Payload>> EncodeAsync(IReadOnlyCollection<Api.Common.V1.Payload> payloads) => payloads;

        public async Task<IReadOnlyCollection<Api.Common.V1.Payload>> DecodeAsync(IReadOnlyCollection<Api.Common.V1.Payload> payloads)
        {
            await Task.Delay(2600);
            return payloads;
        }
    }
}

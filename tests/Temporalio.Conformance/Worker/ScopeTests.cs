using Microsoft.Extensions.Logging;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Conformance.Worker;

/// <summary>Members that the other tests use in passing or not at all.</summary>
public sealed class ScopeTests(TemporalServer server)
{
    [Fact]
    public async Task The_constructor_gets_the_arguments_before_the_first_signal_is_heard()
    {
        await using var scene = await Scene.StartAsync(server, options => options.AddWorkflow<Counter>());
        var options = new WorkflowOptions(TemporalServer.NewName("init"), scene.TaskQueue);
        options.SignalWithStart((Counter workflow) => workflow.AddAsync(2));
        var handle = await scene.Client.StartWorkflowAsync((Counter workflow) => workflow.RunAsync(40), options);
        scene.Watch(handle);

        Assert.Equal(42, await handle.GetResultAsync());
    }

    [Fact]
    public async Task Handlers_that_still_run_when_the_workflow_ends_are_warned_of_unless_they_may_be()
    {
        var log = new CapturedLog();
        await using var scene = await Scene.StartAsync(
            server,
            options =>
            {
                options.LoggerFactory = log;
                options.AddWorkflow<Hasty>();
            });
        var options = new WorkflowOptions(TemporalServer.NewName("hasty"), scene.TaskQueue);
        var handle = await scene.Client.StartWorkflowAsync((Hasty workflow) => workflow.RunAsync(), options);
        await handle.SignalAsync(workflow => workflow.MayBeLeftAsync());
        await handle.SignalAsync(workflow => workflow.ShouldEndAsync());
        await handle.SignalAsync(workflow => workflow.EndAsync());
        await handle.GetResultAsync();

        await TemporalServer.UntilAsync(async () => log.With("[TMPRL1102]").Any());
        var warning = Assert.Single(log.With("[TMPRL1102]"));
        Assert.Contains("ShouldEnd", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("MayBeLeft", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workflow_is_told_to_continue_as_new_when_its_history_is_large()
    {
        await using var scene = await Scene.StartAsync(server);
        var last = Scene.Body(async _ => $"{Workflow.ContinueAsNewSuggested}");
        var handle = await scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => Workflow.ContinueAsNewSuggested || me.Heard.Count == 30);
            throw Workflow.ContinueAsNewSuggested
                ? Workflow.CreateContinueAsNewException((Scripted workflow) => workflow.RunAsync(last))
                : new ApplicationFailureException("never told");
        });
        var large = new string('x', 400_000); // the server suggests it at four mebibytes
        var first = handle with { RunId = handle.ResultRunId }; // the next run's history shall stay small
        try
        {
            for (var i = 0; i < 30; i++)
            {
                await first.SignalAsync(workflow => workflow.HearAsync(large));
            }
        }
        catch (RpcException e) when (e.Code is RpcException.StatusCode.NotFound)
        {
            // It went on as a new run.
        }

        Assert.Equal("False", await handle.GetResultAsync());
    }

    [Fact]
    public async Task What_a_workflow_logs_is_logged_once_however_often_it_is_replayed()
    {
        var log = new CapturedLog();
        await using var scene = await Scene.StartAsync(
            server,
            options =>
            {
                options.LoggerFactory = log;
                options.MaxCachedWorkflows = 0; // every task is a replay
            });
        var word = Guid.NewGuid().ToString();
        var result = await scene.RunAsync(async _ =>
        {
            Workflow.Logger.LogInformation("begun {Word}", word);
            for (var i = 0; i < 3; i++)
            {
                await Workflow.DelayAsync(1);
            }

            Workflow.Logger.LogInformation("done {Word}", word);
            return "";
        });

        Assert.Equal("", result);
        Assert.Single(log.With($"begun {word}"));
        Assert.Single(log.With($"done {word}"));
    }

    [Fact]
    public async Task A_deprecated_patch_is_still_marked_and_replays_histories_of_the_patch()
    {
        await using var scene = await Scene.StartAsync(server);
        var isOld = true;
        async Task<string> BodyAsync(Scripted me)
        {
            if (isOld)
            {
                Assert.True(Workflow.Patched("change"));
            }
            else
            {
                Workflow.DeprecatePatch("change");
            }

            await Workflow.DelayAsync(1);
            return "new way";
        }

        var old = await scene.StartAsync(BodyAsync);
        Assert.Equal("new way", await old.GetResultAsync());
        isOld = false;
        var later = await scene.StartAsync(BodyAsync);
        Assert.Equal("new way", await later.GetResultAsync());

        // Both are replayed with the later code when the scene ends.
        var marker = (await later.FetchHistoryAsync()).Events.Single(happened => happened.MarkerRecordedEventAttributes is not null)
            .MarkerRecordedEventAttributes;
        Assert.Equal("core_patch", marker.MarkerName);
        Assert.Contains("\"deprecated\":true", marker.Details.Values.Single().Payloads_[0].Data.ToStringUtf8(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_histories_are_replayed_and_each_says_how_it_went()
    {
        await using var scene = await Scene.StartAsync(server);
        scene.ReplaysAtEnd = false;
        var changed = false;
        async Task<string> BodyAsync(Scripted me)
        {
            if (changed)
            {
                await Workflow.DelayAsync(1);
            }

            return "";
        }

        var (same, other) = (await scene.StartAsync(async _ => ""), await scene.StartAsync(BodyAsync));
        await same.GetResultAsync();
        await other.GetResultAsync();
        changed = true;

        var histories = new[] { await same.FetchHistoryAsync(), await other.FetchHistoryAsync() };
        var results = (await new WorkflowReplayer(scene.Replayer()).ReplayWorkflowsAsync(histories)).ToList();

        Assert.Equal([same.Id, other.Id], results.Select(result => result.History.Id));
        Assert.Null(results[0].ReplayFailure);
        Assert.IsType<WorkflowNondeterminismException>(results[1].ReplayFailure);
        await Assert.ThrowsAsync<WorkflowNondeterminismException>(() =>
            new WorkflowReplayer(scene.Replayer()).ReplayWorkflowsAsync(histories, throwOnReplayFailure: true));
    }

    [Fact]
    public async Task A_benign_failure_is_no_warning()
    {
        var log = new CapturedLog();
        await using var scene = await Scene.StartAsync(
            server,
            options =>
            {
                options.LoggerFactory = log;
                options.AddActivity([Activity("Busy")] (ApplicationErrorCategory category) =>
                    ActivityExecutionContext.Current.Info.Attempt > 1
                        ? "free now"
                        : throw new ApplicationFailureException(
                            $"busy {category}", category: category, nextRetryDelay: TimeSpan.FromMilliseconds(1)));
            });

        foreach (var category in new[] { ApplicationErrorCategory.Benign, ApplicationErrorCategory.Unspecified })
        {
            Assert.Equal("free now", await scene.RunAsync(_ =>
                Workflow.ExecuteActivityAsync<string>("Busy", [category], Chores.Soon)));
        }

        var failures = log.Lines.Where(line => line.Text.Contains("Busy", StringComparison.Ordinal)).Select(line => line.Level);
        Assert.Equal([LogLevel.Debug, LogLevel.Warning], failures.Where(level => level is LogLevel.Debug or LogLevel.Warning));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_more_workflow_tasks_run_at_once_than_allowed(int allowed)
    {
        var (now, most) = (0, 0);
        await using var scene = await Scene.StartAsync(
            server,
            options =>
            {
                options.MaxConcurrentWorkflowTasks = allowed;
                options.MaxConcurrentWorkflowTaskPolls = 8;
            });
        scene.ReplaysAtEnd = false; // its body counts, which no workflow should
        var handles = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => scene.StartAsync(async _ =>
        {
            var mine = Interlocked.Increment(ref now);
            for (var seen = most; mine > seen; seen = most)
            {
                Interlocked.CompareExchange(ref most, mine, seen);
            }

            Thread.Sleep(50);
            Interlocked.Decrement(ref now);
            return "";
        })));

        // Nor does a poll that is parked keep a task waiting: a server parks it for a minute.
        await Task.WhenAll(handles.Select(handle => handle.GetResultAsync())).WaitAsync(TimeSpan.FromSeconds(50));

        Assert.InRange(most, 1, allowed);
    }

    [Fact]
    public async Task Metadata_of_the_connection_and_of_the_call_and_the_key_reach_the_server()
    {
        await using var proxy = await CallProxy.StartAsync(await server.AddressAsync());
        var client = await TemporalClient.ConnectAsync(new(proxy.Address)
        {
            RpcMetadata = new Dictionary<string, string> { ["tenant"] = "blue", ["color"] = "of the connection" },
            RpcBinaryMetadata = new Dictionary<string, byte[]> { ["trace-bin"] = [1, 2, 255] },
            ApiKey = "secret",
            Tls = new() { Disabled = true },
        });

        _ = await client.CountWorkflowsAsync(
            "", new() { Rpc = new() { Metadata = new Dictionary<string, string> { ["color"] = "of the call" } } });

        var headers = proxy.HeadersOf("CountWorkflowExecutions");
        Assert.Equal("blue", headers["tenant"]);
        Assert.Equal("of the call", headers["color"]);
        Assert.Equal(Convert.ToBase64String([1, 2, 255]), headers["trace-bin"]);
        Assert.Equal("Bearer secret", headers["authorization"]);
        Assert.Equal("default", headers["temporal-namespace"]);
        client.Connection.ApiKey = "another";
        _ = await client.CountWorkflowsAsync("");
        Assert.Equal("Bearer another", proxy.HeadersOf("CountWorkflowExecutions")["authorization"]);
    }

    [Fact]
    public async Task A_failure_converter_that_hides_messages_hides_them_from_the_server_alone()
    {
        var client = await server.ConnectAsync(options => options.DataConverter = DataConverter.Default with
        {
            FailureConverter = new DefaultFailureConverter.WithEncodedCommonAttributes(),
            PayloadCodec = new ReversingCodec(),
        });
        await using var scene = await Scene.StartAsync(server, client: client);
        var handle = await scene.StartAsync(_ => throw new ApplicationFailureException("the secret reason", errorType: "Hidden"));

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());

        Assert.Equal("the secret reason", failed.InnerException!.Message);
        var stored = (await handle.FetchHistoryAsync()).Events.Last().WorkflowExecutionFailedEventAttributes.Failure;
        Assert.Equal("Encoded failure", stored.Message);
        Assert.DoesNotContain("secret", stored.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Begins with what it is given.</summary>
    [Workflow]
    public sealed class Counter
    {
        private int _total;

        [WorkflowInit]
        public Counter(int start) => _total = start;

        [WorkflowRun]
        public async Task<int> RunAsync(int start)
        {
            await Workflow.WaitConditionAsync(() => _total != start);
            return _total;
        }

        [WorkflowSignal]
        public async Task AddAsync(int more) => _total += more;
    }

    /// <summary>Ends while its handlers wait.</summary>
    [Workflow]
    public sealed class Hasty
    {
        private bool _ends;

        [WorkflowRun]
        public Task RunAsync() => Workflow.WaitConditionAsync(() => _ends);

        [WorkflowSignal(UnfinishedPolicy = HandlerUnfinishedPolicy.Abandon)]
        public Task MayBeLeftAsync() => Workflow.DelayAsync(TimeSpan.FromHours(1));

        [WorkflowSignal]
        public Task ShouldEndAsync() => Workflow.DelayAsync(TimeSpan.FromHours(1));

        [WorkflowSignal]
        public async Task EndAsync() => _ends = true;
    }
}

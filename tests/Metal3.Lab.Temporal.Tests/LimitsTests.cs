using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Engine;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>Both servers with the same, low, limits.</summary>
public sealed class LowLimits : IAsyncLifetime
{
    private RealServer? _theirs;
    private LabTemporal? _ours;

    internal string Theirs => _theirs!.Target;

    internal string Ours => _ours!.TargetHost;

    public async ValueTask InitializeAsync()
    {
        _theirs = await RealServer.DevelopmentAsync(
            "limit.historyCount.suggestContinueAsNew=20",
            "limit.historyCount.error=60",
            "limit.historySize.suggestContinueAsNew=20000",
            "limit.historySize.error=60000",
            "history.maximumSignalsPerExecution=5",
            "history.maxTotalUpdates=3",
            "history.maxInFlightUpdates=2",
            "history.maximumBufferedEventsBatch=2",
            "limit.numPendingActivities.error=3",
            "limit.numPendingChildExecutions.error=3",
            "limit.numPendingSignals.error=3",
            "limit.numPendingCancelRequests.error=3");
        _ours = await LabTemporal.StartAsync(
            new LabTemporalOptions
            {
                Limits = new Limits
                {
                    SuggestContinueEvents = 20,
                    HistoryEvents = 60,
                    SuggestContinueBytes = 20_000,
                    HistoryBytes = 60_000,
                    SignalsPerRun = 5,
                    UpdatesPerRun = 3,
                    UpdatesInFlight = 2,
                    Pending = 3,
                    BufferedEvents = 2,
                },
            },
            default);
    }

    public async ValueTask DisposeAsync()
    {
        if (_theirs is not null)
        {
            await _theirs.DisposeAsync();
        }

        if (_ours is not null)
        {
            await _ours.DisposeAsync();
        }
    }
}

/// <summary>What happens at the limits of spec §5.2: the real server and ours, told to have the same small ones.</summary>
public sealed class LimitsTests(LowLimits servers) : IClassFixture<LowLimits>
{
    private static readonly Payloads s_tooMuch = Script.Large((2 * 1024 * 1024) + 1);

    private static readonly Dictionary<string, Func<Script, Task>> s_scenarios = new(StringComparer.Ordinal)
    {
        ["continue-as-new is suggested by events"] = async s =>
        {
            _ = await s.StartAsync();
            for (var i = 0; i < 5; i++)
            {
                var task = await s.TurnAsync(Script.Marker("m"));
                var started = task.History.Events[^1].WorkflowTaskStartedEventAttributes;
                s.Note($"{task.StartedEventId}: {started.SuggestContinueAsNew}");
                await s.SignalAsync("next");
            }
        },
        ["continue-as-new is suggested by size"] = async s =>
        {
            _ = await s.StartAsync(r => r.Input = Script.Large(21_000));
            var task = await s.TaskAsync();
            var started = task.History.Events[^1].WorkflowTaskStartedEventAttributes;
            s.Note($"{started.SuggestContinueAsNew} {started.HistorySizeBytes > 21_000}");
        },
        // The real server drops what passed the limit, and answers its sender with an error; ours keeps it. Both end the run.
        ["a history with too many events ends its run"] = async s =>
        {
            _ = await s.StartAsync();
            var task = await s.TaskAsync();
            await IgnoringAsync(() => s.CompleteAsync(task, [.. Enumerable.Repeat(Script.Marker("m"), 57)]));
            await IgnoringAsync(() => s.SignalAsync("one more"));
            var end = await s.EndAsync();
            s.Note($"{end.EventType} {end.WorkflowExecutionTerminatedEventAttributes?.Reason} {end.WorkflowExecutionTerminatedEventAttributes?.Identity}");
        },
        ["a history with too many bytes ends its run"] = async s =>
        {
            _ = await s.StartAsync(r => r.Input = Script.Large(30_000));
            await IgnoringAsync(() => s.TurnAsync(Script.Marker("m", Script.Large(31_000))));
            await IgnoringAsync(() => s.SignalAsync("one more"));
            var end = await s.EndAsync();
            s.Note($"{end.EventType} {end.WorkflowExecutionTerminatedEventAttributes?.Reason} {end.WorkflowExecutionTerminatedEventAttributes?.Identity}");
        },
        ["too many signals"] = async s =>
        {
            _ = await s.StartAsync();
            for (var i = 0; i < 5; i++)
            {
                await s.SignalAsync($"s{i}");
            }

            s.Note((await s.RefusedAsync(() => s.SignalAsync("sixth", "same"))).Message);
            s.Note((await s.RefusedAsync(() => s.SignalAsync("sixth", "same"))).Message); // refused is not done: the retry is no duplicate
            await s.KeepAsync();
        },
        ["too many updates"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Script.Marker("first"));
            for (var i = 0; i < 3; i++)
            {
                var update = s.UpdateAsync($"u{i}");
                var task = await s.TaskAsync();
                var (accepted, done) = (Script.Accept(task.Messages[0]), Script.Respond(task.Messages[0]));
                _ = await s.CompleteAsync(task, r => r.Messages.AddRange([accepted, done]), Script.Send(accepted), Script.Send(done));
                _ = await update;
                s.Note($"{task.History.Events[^1].WorkflowTaskStartedEventAttributes.SuggestContinueAsNew}");
            }

            s.Note((await s.RefusedAsync(() => s.UpdateAsync("u3"))).Message);
        },
        ["too many updates at once"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Script.Marker("first"));
            var first = s.UpdateAsync("u0", UpdateWorkflowExecutionLifecycleStage.Accepted);
            var task = await s.TaskAsync();
            var accepted = Script.Accept(task.Messages[0]);
            _ = await s.CompleteAsync(task, r => r.Messages.Add(accepted), Script.Send(accepted));
            _ = await first;
            var second = s.UpdateAsync("u1", UpdateWorkflowExecutionLifecycleStage.Accepted);
            task = await s.TaskAsync();
            accepted = Script.Accept(task.Messages[0]);
            _ = await s.CompleteAsync(task, r => r.Messages.Add(accepted), Script.Send(accepted));
            _ = await second;
            var refused = await s.RefusedAsync(() => s.UpdateAsync("u2"));
            s.Note(refused.Message);
        },
        ["too many activities at once"] = async s =>
        {
            _ = await s.StartAsync();
            var task = await s.TaskAsync();
            s.Note((await s.RefusedAsync(() => s.CompleteAsync(task, [.. Enumerable.Range(0, 4).Select(i => s.Activity($"a{i}"))]))).Message);
            await s.KeepAsync();
        },
        ["too many children at once"] = async s =>
        {
            _ = await s.StartAsync();
            var task = await s.TaskAsync();
            s.Note((await s.RefusedAsync(() => s.CompleteAsync(task, [.. Enumerable.Range(0, 4).Select(i => s.Child($"c{i}"))]))).Message);
            await s.KeepAsync();
        },
        ["too many signals to others at once"] = async s =>
        {
            _ = await s.StartAsync();
            var task = await s.TaskAsync();
            s.Note((await s.RefusedAsync(() => s.CompleteAsync(task, [.. Enumerable.Range(0, 4).Select(i => Script.SignalTo($"{s.Id}-c{i}"))]))).Message);
            await s.KeepAsync();
        },
        ["too many cancel requests to others at once"] = async s =>
        {
            _ = await s.StartAsync();
            var task = await s.TaskAsync();
            s.Note((await s.RefusedAsync(() => s.CompleteAsync(task, [.. Enumerable.Range(0, 4).Select(i => Script.CancelOf($"{s.Id}-c{i}"))]))).Message);
            await s.KeepAsync();
        },
        ["more signals than can wait for a worker's decision"] = async s =>
        {
            _ = await s.StartAsync();
            var task = await s.TaskAsync();
            for (var i = 0; i < 3; i++)
            {
                await s.SignalAsync($"s{i}");
            }

            s.Note((await s.RefusedAsync(() => s.CompleteAsync(task, Script.Marker("m")))).Message);
            _ = await s.TurnAsync(Script.Marker("m"));
            await s.KeepAsync();
        },
    };

    /// <summary>Payloads above two mebibytes, in every place that has a limit.</summary>
    private static readonly Dictionary<string, Func<Script, Task>> s_large = new(StringComparer.Ordinal)
    {
        ["arguments of a start"] = async s =>
        {
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.Input = s_tooMuch));
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.Memo = new Memo { Fields = { ["m"] = s_tooMuch.Payloads_[0] } }));
        },
        ["arguments of calls to a running workflow"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Script.Marker("first"));
            _ = await s.RefusedAsync(() => s.Client.CallAsync<SignalWorkflowExecutionResponse>(new SignalWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = s.Execution,
                SignalName = "s",
                Input = s_tooMuch,
                RequestId = "r",
            }));
            _ = await s.RefusedAsync(() => s.Client.CallAsync<QueryWorkflowResponse>(
                new QueryWorkflowRequest { Namespace = "default", Execution = s.Execution, Query = new WorkflowQuery { QueryType = "q", QueryArgs = s_tooMuch } },
                TimeSpan.FromSeconds(3)));
            _ = await s.RefusedAsync(() => s.Client.CallAsync<SignalWithStartWorkflowExecutionResponse>(new SignalWithStartWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowId = s.Id,
                WorkflowType = new WorkflowType { Name = "x" },
                TaskQueue = new Api.TaskQueue { Name = s.Queue },
                SignalName = "s",
                SignalInput = s_tooMuch,
                RequestId = "r2",
            }));
            _ = await s.RefusedAsync(() => s.Client.CallAsync<TerminateWorkflowExecutionResponse>(new TerminateWorkflowExecutionRequest
            {
                Namespace = "default",
                WorkflowExecution = s.Execution,
                Reason = "r",
                Details = s_tooMuch,
            }));
            await s.KeepAsync();
        },
        ["a result of an activity"] = s => ActivityAsync(s, (task, c) => c.CallAsync<RespondActivityTaskCompletedResponse>(
            new RespondActivityTaskCompletedRequest { TaskToken = task.TaskToken, Namespace = "default", Identity = "tester", Result = s_tooMuch })),
        ["a failure of an activity"] = s => ActivityAsync(s, (task, c) => c.CallAsync<RespondActivityTaskFailedResponse>(
            new RespondActivityTaskFailedRequest
            {
                TaskToken = task.TaskToken,
                Namespace = "default",
                Identity = "tester",
                Failure = new Failure { Message = "large", ApplicationFailureInfo = new ApplicationFailureInfo { Type = "T", NonRetryable = true, Details = s_tooMuch } },
            })),
        ["details of a heartbeat"] = s => ActivityAsync(s, async (task, c) =>
            s.Note((await c.CallAsync<RecordActivityTaskHeartbeatResponse>(
                new RecordActivityTaskHeartbeatRequest { TaskToken = task.TaskToken, Namespace = "default", Identity = "tester", Details = s_tooMuch })).ToString())),
        ["details of a cancelled activity"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a"));
            var activity = await s.ActivityAsync();
            await s.SignalAsync("stop it");
            _ = await s.TurnAsync(Script.CancelActivity(5));
            s.Note((await s.RefusedAsync(() => s.Client.CallAsync<RespondActivityTaskCanceledResponse>(new RespondActivityTaskCanceledRequest
            {
                TaskToken = activity.TaskToken,
                Namespace = "default",
                Identity = "tester",
                Details = s_tooMuch,
            }))).Message);
            await s.KeepAsync();
        },
        ["a result of a workflow"] = s => CommandAsync(s, new Command
        {
            CommandType = CommandType.CompleteWorkflowExecution,
            CompleteWorkflowExecutionCommandAttributes = new CompleteWorkflowExecutionCommandAttributes { Result = s_tooMuch },
        }),
        ["a failure of a workflow"] = s => CommandAsync(s, new Command
        {
            CommandType = CommandType.FailWorkflowExecution,
            FailWorkflowExecutionCommandAttributes = new FailWorkflowExecutionCommandAttributes
            {
                Failure = new Failure { Message = "large", ApplicationFailureInfo = new ApplicationFailureInfo { Details = s_tooMuch } },
            },
        }),
        ["an argument of an activity"] = s => CommandAsync(s, s.Activity("a", a => a.Input = s_tooMuch)),
        ["an argument of a child"] = s => CommandAsync(s, s.Child("c", c => c.Input = s_tooMuch)),
        ["an argument of a signal to another"] = s => CommandAsync(s, Script.SignalTo($"{s.Id}-c", s_tooMuch)),
        ["details of a marker"] = s => CommandAsync(s, Script.Marker("m", s_tooMuch)),
        ["a memo"] = s => CommandAsync(s, new Command
        {
            CommandType = CommandType.ModifyWorkflowProperties,
            ModifyWorkflowPropertiesCommandAttributes = new ModifyWorkflowPropertiesCommandAttributes { UpsertedMemo = new Memo { Fields = { ["m"] = s_tooMuch.Payloads_[0] } } },
        }),
        ["an argument of the next run"] = s => CommandAsync(s, Script.ContinueAsNew(c => c.Input = s_tooMuch)),
        ["an answer to a query"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Script.Marker("first"));
            var query = s.QueryAsync();
            var task = await s.TaskAsync();
            s.Note((await s.RefusedAsync(() => s.Client.CallAsync<RespondQueryTaskCompletedResponse>(new RespondQueryTaskCompletedRequest
            {
                TaskToken = task.TaskToken,
                Namespace = "default",
                CompletedType = QueryResultType.Answered,
                QueryResult = s_tooMuch,
            }))).Message);
            s.Note((await s.RefusedAsync(() => query)).Message);
        },
    };

    public static TheoryData<string> Counted => [.. s_scenarios.Keys];

    public static TheoryData<string> Large => [.. s_large.Keys];

    [Theory]
    [MemberData(nameof(Counted))]
    public Task The_real_server_and_ours_agree_on(string what) => CompareAsync(s_scenarios[what]);

    [Theory]
    [MemberData(nameof(Large))]
    public Task The_real_server_and_ours_agree_on_what_becomes_of_too_large(string what) => CompareAsync(s_large[what]);

    private static async Task ActivityAsync(Script s, Func<PollActivityTaskQueueResponse, RawClient, Task> end)
    {
        _ = await s.StartAsync();
        _ = await s.TurnAsync(s.Activity("a"));
        var task = await s.ActivityAsync();
        s.Note((await s.RefusedAsync(() => end(task, s.Client))).Message);
        await s.KeepAsync();
    }

    private static async Task IgnoringAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Rpc.RpcException)
        {
        }
    }

    private static async Task CommandAsync(Script s, Command command)
    {
        _ = await s.StartAsync();
        var task = await s.TaskAsync();
        s.Note((await s.RefusedAsync(() => s.CompleteAsync(task, command))).Message);
        await s.KeepAsync();
    }

    private async Task CompareAsync(Func<Script, Task> scenario)
    {
        var (theirs, ours) = (await RunAsync(servers.Theirs, scenario), await RunAsync(servers.Ours, scenario));

        Assert.NotEmpty(theirs);
        Assert.True(theirs.SequenceEqual(ours), Histories.Differences(theirs, ours));
    }

    private static async Task<IReadOnlyList<string>> RunAsync(string target, Func<Script, Task> scenario)
    {
        using var script = new Script(new RawClient(target), "s");
        await scenario(script).WaitAsync(TimeSpan.FromSeconds(60));
        return [.. script.Notes, .. script.Lines];
    }
}

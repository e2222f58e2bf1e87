using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;

namespace Temporalio.Conformance;

public class HandleTests(TemporalServer server)
{
    [Fact]
    public async Task A_result_follows_continue_as_new_to_the_end_of_the_chain()
    {
        var client = await server.ClientAsync();
        await using var worker = Counting(client, 3);

        var handle = await client.StartWorkflowAsync("Counter", [0], worker.Options());

        Assert.Equal(3, await handle.GetResultAsync<int>());
    }

    [Fact]
    public async Task A_result_that_shall_not_follow_runs_names_the_next_run()
    {
        var client = await server.ClientAsync();
        await using var worker = Counting(client, 1);
        var handle = await client.StartWorkflowAsync("Counter", [0], worker.Options());
        await handle.GetResultAsync<int>();

        var e = await Assert.ThrowsAsync<WorkflowContinuedAsNewException>(() => handle.GetResultAsync<int>(followRuns: false));

        var latest = await handle.DescribeAsync();
        Assert.Equal(latest.RunId, e.NewRunId);
    }

    [Fact]
    public async Task A_handle_by_id_alone_reads_the_latest_run()
    {
        var client = await server.ClientAsync();
        await using var worker = Counting(client, 2);
        var started = await client.StartWorkflowAsync("Counter", [0], worker.Options());
        await started.GetResultAsync<int>();

        var found = client.GetWorkflowHandle(started.Id);

        Assert.Equal(2, await found.GetResultAsync<int>(followRuns: false));
    }

    [Fact]
    public async Task A_signal_after_continue_as_new_reaches_the_new_run()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn =>
        {
            if (turn.Value<int>(turn.Started.Input) == 0)
            {
                turn.ContinueAsNew(1);
            }
            else if (turn.Signals.Count > 0)
            {
                turn.Complete(turn.Value<string>(turn.Signals[0].Input));
            }
        });
        var handle = await client.StartWorkflowAsync("Entity", [0], worker.Options());
        await TemporalServer.UntilAsync(async () => (await handle.DescribeAsync()).RunId != handle.FirstExecutionRunId);

        await handle.SignalAsync("hello", ["world"]);

        Assert.Equal("world", await handle.GetResultAsync<string>());
    }

    [Fact]
    public async Task A_failure_comes_back_with_type_details_cause_and_the_remote_stack()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Fail(Thrown(new ApplicationFailureException(
            "outer", new ApplicationFailureException("inner", "InnerType"), "OuterType", nonRetryable: true, details: ["a", 2],
            category: ApplicationErrorCategory.Benign))));

        var e = await Assert.ThrowsAsync<WorkflowFailedException>(() => client.ExecuteWorkflowAsync("Any", [], worker.Options()));

        var failure = Assert.IsType<ApplicationFailureException>(e.InnerException);
        Assert.Equal(("outer", "OuterType", true), (failure.Message, failure.ErrorType, failure.NonRetryable));
        Assert.Equal(ApplicationErrorCategory.Benign, failure.Category);
        Assert.Equal("a", failure.Details.ElementAt<string>(0));
        Assert.Equal(2, failure.Details.ElementAt<int>(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => failure.Details.ElementAt<int>(2));
        Assert.Equal("InnerType", Assert.IsType<ApplicationFailureException>(failure.InnerException).ErrorType);
        Assert.Contains(nameof(Thrown), failure.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_other_exception_comes_back_as_application_failure_of_its_class_name()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Fail(new FormatException("bad")));

        var e = await Assert.ThrowsAsync<WorkflowFailedException>(() => client.ExecuteWorkflowAsync("Any", [], worker.Options()));

        Assert.Equal(nameof(FormatException), Assert.IsType<ApplicationFailureException>(e.InnerException).ErrorType);
    }

    [Fact]
    public async Task A_canceled_workflow_says_so_with_its_details()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn =>
        {
            if (turn.CancelRequested)
            {
                turn.Cancel("cleaned up");
            }
        });
        var handle = await client.StartWorkflowAsync("Any", [], worker.Options());

        await handle.CancelAsync();

        var e = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        var canceled = Assert.IsType<CanceledFailureException>(e.InnerException);
        Assert.Equal("Workflow canceled", canceled.Message);
        Assert.Equal("cleaned up", canceled.Details.ElementAt<string>(0));
        Assert.True(TemporalException.IsCanceledException(canceled));
    }

    [Fact]
    public async Task A_terminated_workflow_says_why_with_details()
    {
        var client = await server.ClientAsync();
        var handle = await StartedAsync(client);

        await handle.TerminateAsync("enough", new() { Details = ["of this"] });

        var e = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        var terminated = Assert.IsType<TerminatedFailureException>(e.InnerException);
        Assert.Equal("enough", terminated.Message);
        Assert.Equal("of this", terminated.Details!.ElementAt<string>(0));
    }

    [Fact]
    public async Task A_workflow_past_its_run_time_out_says_so()
    {
        var client = await server.ClientAsync();
        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody"))
        {
            RunTimeout = TimeSpan.FromSeconds(1),
        });

        var e = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());

        var timeout = Assert.IsType<TimeoutFailureException>(e.InnerException);
        Assert.Equal(("Workflow timed out", TimeoutType.StartToClose), (timeout.Message, timeout.TimeoutType));
    }

    [Fact]
    public async Task Waiting_for_a_result_ends_with_the_callers_token()
    {
        var client = await server.ClientAsync();
        var handle = await StartedAsync(client);
        using var stop = new CancellationTokenSource();

        var waiting = handle.GetResultAsync(rpcOptions: new() { CancellationToken = stop.Token });
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task A_call_past_its_time_out_is_deadline_exceeded()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Task.Query is null
            ? Task.CompletedTask
            : Task.Delay(TimeSpan.FromSeconds(2)));
        var handle = await client.StartWorkflowAsync("Any", [], worker.Options());
        await TemporalServer.UntilAsync(async () => (await handle.DescribeAsync()).HistoryLength >= 4);

        var e = await Assert.ThrowsAsync<RpcException>(() =>
            handle.QueryAsync<int>("slow", [], new() { Rpc = new() { Timeout = TimeSpan.FromMilliseconds(500) } }));

        Assert.Equal(RpcException.StatusCode.DeadlineExceeded, e.Code);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task A_guarded_cancel_does_not_reach_a_later_chain()
    {
        var client = await server.ClientAsync();
        var first = await StartedAsync(client);
        await first.TerminateAsync();
        var second = await client.StartWorkflowAsync("Any", [], new(first.Id, TemporalServer.NewName("nobody")));

        var e = await Assert.ThrowsAsync<RpcException>(() => first.CancelAsync());

        Assert.Equal(RpcException.StatusCode.NotFound, e.Code);
        Assert.Equal(WorkflowExecutionStatus.Running, (await second.DescribeAsync()).Status);
        await second.TerminateAsync();
    }

    [Fact]
    public async Task Every_call_on_a_workflow_that_does_not_exist_is_not_found()
    {
        var handle = (await server.ClientAsync()).GetWorkflowHandle(TemporalServer.NewName("missing"));

        foreach (var call in new Func<Task>[]
        {
            () => handle.SignalAsync("any", []),
            () => handle.QueryAsync<int>("any", []),
            () => handle.ExecuteUpdateAsync("any", []),
            () => handle.CancelAsync(),
            () => handle.TerminateAsync(),
            () => handle.DescribeAsync(),
            () => handle.GetResultAsync(),
            () => handle.FetchHistoryAsync(),
        })
        {
            Assert.Equal(RpcException.StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(call)).Code);
        }
    }

    [Fact]
    public async Task A_signal_to_a_closed_workflow_is_not_found()
    {
        var client = await server.ClientAsync();
        var handle = await StartedAsync(client);
        await handle.TerminateAsync();

        var e = await Assert.ThrowsAsync<RpcException>(() => handle.SignalAsync("late", []));

        Assert.Equal(RpcException.StatusCode.NotFound, e.Code);
    }

    [Fact]
    public async Task Signals_arrive_in_order_with_their_arguments()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn =>
        {
            if (turn.Signals.Count == 20)
            {
                turn.Complete(turn.Signals.Select(signal => turn.Value<int>(signal.Input)).ToArray());
            }
        });
        var handle = await client.StartWorkflowAsync("Any", [], worker.Options());

        for (var i = 0; i < 20; i++)
        {
            await handle.SignalAsync("number", [i]);
        }

        Assert.Equal(Enumerable.Range(0, 20), await handle.GetResultAsync<int[]>());
    }

    [Fact]
    public async Task A_typed_signal_has_the_handlers_name_without_Async()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn =>
        {
            if (turn.Signals is [var signal, ..])
            {
                turn.Complete($"{signal.SignalName}:{turn.Value<string>(signal.Input)}");
            }
        });
        var handle = await client.StartWorkflowAsync((IGreeter workflow) => workflow.RunAsync("x", 1), worker.Options());

        await handle.SignalAsync(workflow => workflow.NudgeAsync("because"));

        Assert.Equal("Nudge:because", await handle.GetResultAsync());
    }

    [Fact]
    public async Task Queries_by_method_property_and_name_are_answered()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn =>
        {
            turn.OnQuery("Count", _ => 7);
            turn.OnQuery("Mood", _ => "fine");
            turn.OnQuery("echo", args => args[0]);
        });
        var handle = await client.StartWorkflowAsync((IGreeter workflow) => workflow.RunAsync("x", 1), worker.Options());

        Assert.Equal(7, await handle.QueryAsync(workflow => workflow.Count()));
        Assert.Equal("fine", await handle.QueryAsync(workflow => workflow.Mood));
        Assert.Equal("again", await handle.QueryAsync<string>("echo", ["again"]));
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task A_query_that_fails_says_why()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn =>
            turn.OnQuery("broken", _ => throw new InvalidOperationException("out of order")));
        var handle = await client.StartWorkflowAsync("Any", [], worker.Options());

        var e = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync<int>("broken", []));

        Assert.Contains("out of order", e.Message, StringComparison.Ordinal);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task A_query_of_a_closed_workflow_is_rejected_where_asked_by_call_or_client()
    {
        var client = await server.ConnectAsync(options => options.QueryRejectCondition = QueryRejectCondition.NotOpen);
        await using var worker = new ScriptedWorker(client, turn =>
        {
            turn.OnQuery("any", _ => 1);
            if (turn.Events.All(e => e.EventType != EventType.WorkflowExecutionCompleted))
            {
                turn.Complete();
            }
        });
        var handle = await client.StartWorkflowAsync("Any", [], worker.Options());
        await handle.GetResultAsync();

        var e = await Assert.ThrowsAsync<WorkflowQueryRejectedException>(() => handle.QueryAsync<int>("any", []));

        Assert.Equal(WorkflowExecutionStatus.Completed, e.WorkflowStatus);
        Assert.Equal(1, await handle.QueryAsync<int>("any", [], new() { RejectCondition = QueryRejectCondition.None }));
    }

    [Fact]
    public async Task A_history_is_fetched_whole_and_event_by_event()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Complete(1));
        var handle = await client.StartWorkflowAsync("Any", [], worker.Options());
        await handle.GetResultAsync();

        var whole = await handle.FetchHistoryAsync();
        var streamed = new List<EventType>();
        await foreach (var one in handle.FetchHistoryEventsAsync(new() { WaitNewEvent = true }))
        {
            streamed.Add(one.EventType);
        }

        Assert.Equal(handle.Id, whole.Id);
        Assert.Equal(
            [EventType.WorkflowExecutionStarted, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted, EventType.WorkflowTaskCompleted, EventType.WorkflowExecutionCompleted],
            whole.Events.Select(e => e.EventType));
        Assert.Equal(whole.Events.Select(e => e.EventType), streamed);
    }

    [Fact]
    public async Task Waiting_for_new_events_goes_on_until_the_workflow_closes()
    {
        var client = await server.ClientAsync();
        var handle = await StartedAsync(client);
        var seen = new List<EventType>();

        await foreach (var one in handle.FetchHistoryEventsAsync(new() { WaitNewEvent = true }))
        {
            seen.Add(one.EventType);
            if (one.EventType == EventType.WorkflowTaskScheduled && !seen.Contains(EventType.WorkflowExecutionSignaled))
            {
                await handle.SignalAsync("wake", []);
            }

            if (one.EventType == EventType.WorkflowExecutionSignaled)
            {
                await handle.TerminateAsync();
            }
        }

        Assert.Equal(EventType.WorkflowExecutionTerminated, seen[^1]);
    }

    [Fact]
    public async Task A_close_event_filter_yields_the_last_event_alone()
    {
        var client = await server.ClientAsync();
        var handle = await StartedAsync(client);
        await handle.TerminateAsync();

        var history = await handle.FetchHistoryAsync(new() { EventFilterType = HistoryEventFilterType.CloseEvent });

        Assert.Equal(EventType.WorkflowExecutionTerminated, Assert.Single(history.Events).EventType);
    }

    [Fact]
    public async Task A_history_as_the_CLI_writes_it_is_read_back_event_by_event()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Fail(new ApplicationFailureException("no", "Kind", details: [1])));
        var handle = await client.StartWorkflowAsync("Any", ["argument", 2], worker.Options());
        await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());

        var written = await server.CliAsync("workflow", "show", "--workflow-id", handle.Id, "--output", "json");
        var read = WorkflowHistory.FromJson(handle.Id, written);

        Assert.Equal((await handle.FetchHistoryAsync()).Events, read.Events);
    }

    [Fact]
    public async Task A_history_survives_its_own_JSON()
    {
        var client = await server.ClientAsync();
        var handle = await StartedAsync(client);
        await handle.TerminateAsync();
        var history = await handle.FetchHistoryAsync();

        var read = WorkflowHistory.FromJson(history.Id, history.ToJson());

        Assert.Equal(history.Events, read.Events);
    }

    [Fact]
    public async Task Payloads_written_by_us_are_read_by_the_CLI()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Complete(new { Answer = 42 }));
        var handle = await client.StartWorkflowAsync("Any", [], worker.Options());
        await handle.GetResultAsync();

        var shown = await server.CliAsync("workflow", "result", "--workflow-id", handle.Id, "--output", "json");

        Assert.Contains("42", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_workflow_that_the_CLI_started_is_read_by_us()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Complete(turn.Value<Dictionary<string, int>>(turn.Started.Input)["size"]));
        var id = TemporalServer.NewName();

        await server.CliAsync(
            "workflow", "start", "--type", "Any", "--task-queue", worker.TaskQueue, "--workflow-id", id, "--input", """{"size":5}""");

        Assert.Equal(5, await client.GetWorkflowHandle(id).GetResultAsync<int>());
    }

    [Fact]
    public async Task Lists_page_lazily_stop_at_the_limit_and_agree_with_the_count()
    {
        var client = await server.ClientAsync();
        var mark = TemporalServer.NewName("list");
        for (var i = 0; i < 5; i++)
        {
            var handle = await client.StartWorkflowAsync("Listed", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody"))
            {
                TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(TemporalServer.Keyword, mark).ToSearchAttributeCollection(),
            });
            await handle.TerminateAsync();
        }

        var query = $"ConformanceKeyword = '{mark}' AND ExecutionStatus = 'Terminated'";
        await TemporalServer.UntilAsync(async () => (await client.CountWorkflowsAsync(query)).Count == 5);

        var paged = new List<string>();
        byte[]? token = null;
        do
        {
            var page = await client.ListWorkflowsPaginatedAsync(query, token, new() { PageSize = 2 });
            Assert.InRange(page.Workflows.Count, 0, 2);
            paged.AddRange(page.Workflows.Select(one => one.Id));
            token = page.NextPageToken;
        }
        while (token is not null);

        Assert.Equal(5, paged.Distinct().Count());
        Assert.Equal(3, await client.ListWorkflowsAsync(query, new() { Limit = 3 }).CountAsync());
        Assert.Equal(5, await client.ListWorkflowsAsync(query).CountAsync());
        Assert.Throws<ArgumentOutOfRangeException>(() => client.ListWorkflowsAsync(query, new() { Limit = -1 }));
    }

    [Fact]
    public async Task A_grouped_count_says_how_many_have_each_status()
    {
        var client = await server.ClientAsync();
        var mark = TemporalServer.NewName("group");
        var options = () => new WorkflowOptions(TemporalServer.NewName(), TemporalServer.NewName("nobody"))
        {
            TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(TemporalServer.Keyword, mark).ToSearchAttributeCollection(),
        };
        await (await client.StartWorkflowAsync("Grouped", [], options())).TerminateAsync();
        var running = await client.StartWorkflowAsync("Grouped", [], options());
        var query = $"ConformanceKeyword = '{mark}' GROUP BY ExecutionStatus";

        await TemporalServer.UntilAsync(async () => (await client.CountWorkflowsAsync(query)).Groups.Count == 2);

        var groups = (await client.CountWorkflowsAsync(query)).Groups.ToDictionary(group => group.GroupValues.Single(), group => group.Count);
        Assert.Equal(1, groups["Running"]);
        Assert.Equal(1, groups["Terminated"]);
        await running.TerminateAsync();
    }

    [Fact]
    public async Task Histories_of_a_list_are_whole()
    {
        var client = await server.ClientAsync();
        var handle = await StartedAsync(client);
        await handle.TerminateAsync();
        var query = $"WorkflowId = '{handle.Id}'";
        await TemporalServer.UntilAsync(async () => (await client.CountWorkflowsAsync(query + " AND ExecutionStatus = 'Terminated'")).Count == 1);

        var histories = await client.ListWorkflowHistoriesAsync(query).ToListAsync();

        Assert.Equal(EventType.WorkflowExecutionTerminated, Assert.Single(histories).Events.Last().EventType);
    }

    [Fact]
    public async Task A_query_in_no_filter_language_is_an_invalid_argument()
    {
        var client = await server.ClientAsync();

        var e = await Assert.ThrowsAsync<RpcException>(() => client.CountWorkflowsAsync("this is no query"));

        Assert.Equal(RpcException.StatusCode.InvalidArgument, e.Code);
    }

    private static ScriptedWorker Counting(TemporalClient client, int last) => new(client, turn =>
    {
        var number = turn.Value<int>(turn.Started.Input);
        if (number < last)
        {
            turn.ContinueAsNew(number + 1);
        }
        else
        {
            turn.Complete(number);
        }
    });

    private static async Task<WorkflowHandle> StartedAsync(TemporalClient client) =>
        await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody")));

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception e) when (e == exception)
        {
            return e;
        }
    }
}

using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Conformance;

[Workflow("GreeterByName")]
public interface IGreeter
{
    [WorkflowRun]
    Task<string> RunAsync(string name, int times);

    [WorkflowSignal]
    Task NudgeAsync(string why);

    [WorkflowQuery]
    int Count();

    [WorkflowQuery]
    string Mood { get; }

    [WorkflowUpdate]
    Task<int> AddAsync(int amount);
}

[Workflow]
public interface IQuiet
{
    [WorkflowRun]
    Task RunAsync();
}

public class StartTests(TemporalServer server)
{
    [Fact]
    public async Task A_workflow_started_by_expression_gets_the_attributes_name_and_the_arguments()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn =>
            turn.Complete($"{turn.Started.WorkflowType.Name}: {turn.Value<string>(turn.Started.Input)} x {turn.Value<int>(turn.Started.Input, 1)}"));
        var (name, times) = ("Ada", 3);

        var result = await client.ExecuteWorkflowAsync(
            (IGreeter workflow) => workflow.RunAsync(name, times + 1), worker.Options());

        Assert.Equal("GreeterByName: Ada x 4", result);
    }

    [Fact]
    public async Task An_interface_gives_its_name_without_the_leading_I()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Complete());

        var handle = await client.StartWorkflowAsync((IQuiet workflow) => workflow.RunAsync(), worker.Options());
        await handle.GetResultAsync();

        Assert.Equal("Quiet", (await handle.DescribeAsync()).WorkflowType);
    }

    [Fact]
    public async Task A_workflow_started_by_name_gets_its_arguments()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Complete(turn.Value<int>(turn.Started.Input) * 2));

        Assert.Equal(42, await client.ExecuteWorkflowAsync<int>("Anything", [21], worker.Options()));
    }

    [Fact]
    public async Task A_start_without_id_or_task_queue_names_what_is_missing()
    {
        var client = await server.ClientAsync();

        var noId = await Assert.ThrowsAsync<ArgumentException>(() => client.StartWorkflowAsync("Any", [], new() { TaskQueue = "q" }));
        var noQueue = await Assert.ThrowsAsync<ArgumentException>(() => client.StartWorkflowAsync("Any", [], new() { Id = "i" }));

        Assert.Contains("ID", noId.Message, StringComparison.Ordinal);
        Assert.Contains("Task queue", noQueue.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signal_arguments_without_a_signal_are_refused()
    {
        var client = await server.ClientAsync();

        await Assert.ThrowsAsync<ArgumentException>(() =>
            client.StartWorkflowAsync("Any", [], new("id", "queue") { StartSignalArgs = [1] }));
    }

    [Fact]
    public async Task A_memo_value_that_is_null_is_refused_by_name()
    {
        var client = await server.ClientAsync();

        var e = await Assert.ThrowsAsync<ArgumentException>(() => client.StartWorkflowAsync(
            "Any", [], new("id", "queue") { Memo = new Dictionary<string, object> { ["rack"] = null! } }));

        Assert.Contains("rack", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expression_that_is_no_single_run_call_is_refused()
    {
        var client = await server.ClientAsync();
        IGreeter captured = null!;

        await Assert.ThrowsAsync<ArgumentException>(() => client.StartWorkflowAsync(
            (IGreeter workflow) => captured.RunAsync("x", 1), new("id", "queue")));
        await Assert.ThrowsAsync<ArgumentException>(() => client.StartWorkflowAsync(
            (IGreeter workflow) => workflow.NudgeAsync("x"), new("id", "queue")));
    }

    [Fact]
    public async Task A_second_start_of_a_running_id_says_which_run_holds_it()
    {
        var client = await server.ClientAsync();
        var options = new WorkflowOptions(TemporalServer.NewName(), TemporalServer.NewName("nobody"));
        var first = await client.StartWorkflowAsync("Holder", [], options);

        var e = await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() => client.StartWorkflowAsync("Wanter", [], options));

        Assert.Equal((options.Id, "Wanter", first.ResultRunId), (e.WorkflowId, e.WorkflowType, e.RunId));
        await first.TerminateAsync();
    }

    [Fact]
    public async Task Conflict_policy_use_existing_joins_the_run_that_holds_the_id()
    {
        var client = await server.ClientAsync();
        var options = new WorkflowOptions(TemporalServer.NewName(), TemporalServer.NewName("nobody"))
        {
            IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
        };

        var first = await client.StartWorkflowAsync("Holder", [], options);
        var second = await client.StartWorkflowAsync("Holder", [], options);

        Assert.Equal(first.ResultRunId, second.ResultRunId);
        await first.TerminateAsync();
    }

    [Fact]
    public async Task Conflict_policy_terminate_existing_takes_the_id_over()
    {
        var client = await server.ClientAsync();
        var options = new WorkflowOptions(TemporalServer.NewName(), TemporalServer.NewName("nobody"))
        {
            IdConflictPolicy = WorkflowIdConflictPolicy.TerminateExisting,
        };

        var first = await client.StartWorkflowAsync("Holder", [], options);
        var second = await client.StartWorkflowAsync("Holder", [], options);

        Assert.NotEqual(first.ResultRunId, second.ResultRunId);
        var old = await client.GetWorkflowHandle(options.Id!, first.ResultRunId).DescribeAsync();
        Assert.Equal(WorkflowExecutionStatus.Terminated, old.Status);
        await second.TerminateAsync();
    }

    [Fact]
    public async Task Reuse_policy_reject_duplicate_refuses_the_id_of_a_closed_workflow()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Complete());
        var options = worker.Options();
        await client.ExecuteWorkflowAsync("Once", [], options);

        options.IdReusePolicy = WorkflowIdReusePolicy.RejectDuplicate;
        await Assert.ThrowsAsync<WorkflowAlreadyStartedException>(() => client.StartWorkflowAsync("Once", [], options));
    }

    [Fact]
    public async Task Reuse_policy_failed_only_allows_the_id_of_a_failed_workflow()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Fail(new ApplicationFailureException("no")));
        var options = worker.Options();
        options.IdReusePolicy = WorkflowIdReusePolicy.AllowDuplicateFailedOnly;
        await Assert.ThrowsAsync<WorkflowFailedException>(() => client.ExecuteWorkflowAsync("Again", [], options));

        var again = await client.StartWorkflowAsync("Again", [], options);

        await Assert.ThrowsAsync<WorkflowFailedException>(() => again.GetResultAsync());
    }

    [Fact]
    public async Task Memo_and_every_type_of_search_attribute_come_back_from_describe()
    {
        var client = await server.ClientAsync();
        var time = new DateTimeOffset(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
        var attributes = new SearchAttributeCollection.Builder()
            .Set(TemporalServer.Keyword, "rack 7").Set(TemporalServer.Text, "some words").Set(TemporalServer.Long, 7L)
            .Set(TemporalServer.Double, 0.5).Set(TemporalServer.Bool, true).Set(TemporalServer.Time, time)
            .Set(TemporalServer.Keywords, ["a", "b"]).ToSearchAttributeCollection();

        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody"))
        {
            Memo = new Dictionary<string, object> { ["owner"] = "Ada", ["size"] = 3 },
            TypedSearchAttributes = attributes,
        });
        var description = await handle.DescribeAsync();

        Assert.Equal("Ada", await description.Memo["owner"].ToValueAsync<string>());
        Assert.Equal(3, await description.Memo["size"].ToValueAsync<int>());
        var found = description.TypedSearchAttributes;
        Assert.Equal("rack 7", found.Get(TemporalServer.Keyword));
        Assert.Equal("some words", found.Get(TemporalServer.Text));
        Assert.Equal(7, found.Get(TemporalServer.Long));
        Assert.Equal(0.5, found.Get(TemporalServer.Double));
        Assert.True(found.Get(TemporalServer.Bool));
        Assert.Equal(time, found.Get(TemporalServer.Time));
        Assert.Equal(["a", "b"], found.Get(TemporalServer.Keywords));
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task Static_summary_and_details_come_back_from_describe()
    {
        var client = await server.ClientAsync();

        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody"))
        {
            StaticSummary = "one line",
            StaticDetails = "more\nlines",
        });
        var description = await handle.DescribeAsync();

        Assert.Equal("one line", await description.GetStaticSummaryAsync());
        Assert.Equal("more\nlines", await description.GetStaticDetailsAsync());
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task Time_outs_and_retry_policy_reach_the_started_event()
    {
        var client = await server.ClientAsync();

        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody"))
        {
            ExecutionTimeout = TimeSpan.FromHours(3),
            RunTimeout = TimeSpan.FromHours(2),
            TaskTimeout = TimeSpan.FromSeconds(7),
            RetryPolicy = new()
            {
                InitialInterval = TimeSpan.FromSeconds(2),
                BackoffCoefficient = 1.5f,
                MaximumInterval = TimeSpan.FromSeconds(9),
                MaximumAttempts = 4,
                NonRetryableErrorTypes = ["Fatal"],
            },
        });
        var started = (await handle.FetchHistoryAsync()).Events.First().WorkflowExecutionStartedEventAttributes;

        Assert.Equal(TimeSpan.FromHours(3), started.WorkflowExecutionTimeout.ToTimeSpan());
        Assert.Equal(TimeSpan.FromHours(2), started.WorkflowRunTimeout.ToTimeSpan());
        Assert.Equal(TimeSpan.FromSeconds(7), started.WorkflowTaskTimeout.ToTimeSpan());
        Assert.Equal(TimeSpan.FromSeconds(2), started.RetryPolicy.InitialInterval.ToTimeSpan());
        Assert.Equal(1.5, started.RetryPolicy.BackoffCoefficient);
        Assert.Equal(TimeSpan.FromSeconds(9), started.RetryPolicy.MaximumInterval.ToTimeSpan());
        Assert.Equal(4, started.RetryPolicy.MaximumAttempts);
        Assert.Equal(["Fatal"], started.RetryPolicy.NonRetryableErrorTypes);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task A_retry_policy_that_the_server_refuses_is_an_invalid_argument()
    {
        var client = await server.ClientAsync();

        var e = await Assert.ThrowsAsync<RpcException>(() => client.StartWorkflowAsync(
            "Any", [], new(TemporalServer.NewName(), "q") { RetryPolicy = new() { BackoffCoefficient = 0.5f } }));

        Assert.Equal(RpcException.StatusCode.InvalidArgument, e.Code);
    }

    [Fact]
    public async Task A_start_delay_shows_in_the_execution_time()
    {
        var client = await server.ClientAsync();

        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody"))
        {
            StartDelay = TimeSpan.FromHours(1),
        });
        var description = await handle.DescribeAsync();

        Assert.InRange(
            description.ExecutionTime!.Value - description.StartTime, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task Signal_with_start_starts_once_and_signals_each_time()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn =>
        {
            if (turn.Signals.Count == 2)
            {
                turn.Complete(string.Join(",", turn.Signals.Select(signal => turn.Value<string>(signal.Input))));
            }
        });
        var options = worker.Options();
        options.SignalWithStart((IGreeter workflow) => workflow.NudgeAsync("one"));
        var first = await client.StartWorkflowAsync("Nudged", [], options);
        options.SignalWithStart("Nudge", ["two"]);

        var second = await client.StartWorkflowAsync("Nudged", [], options);

        Assert.Equal(first.ResultRunId, second.ResultRunId);
        Assert.Null(second.FirstExecutionRunId);
        Assert.Equal("one,two", await second.GetResultAsync<string>());
    }

    [Fact]
    public async Task A_started_handle_does_not_pin_the_run()
    {
        var client = await server.ClientAsync();

        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody")));

        Assert.Null(handle.RunId);
        Assert.NotNull(handle.ResultRunId);
        Assert.Equal(handle.ResultRunId, handle.FirstExecutionRunId);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task A_codec_sees_arguments_memo_and_summary_but_not_search_attributes()
    {
        var client = await server.ConnectAsync(options =>
            options.DataConverter = DataConverter.Default with { PayloadCodec = new ReversingCodec() });
        await using var worker = new ScriptedWorker(client, turn => turn.Complete(turn.Started.Input.Payloads_.Single().Metadata["encoding"].ToStringUtf8()));
        var options = worker.Options();
        options.Memo = new Dictionary<string, object> { ["key"] = "value" };
        options.StaticSummary = "secret";
        options.TypedSearchAttributes =
            new SearchAttributeCollection.Builder().Set(TemporalServer.Keyword, "plain").ToSearchAttributeCollection();

        var handle = await client.StartWorkflowAsync("Any", ["argument"], options);
        var description = await handle.DescribeAsync();

        Assert.Equal("binary/reversed", (await handle.FetchHistoryAsync()).Events.First()
            .WorkflowExecutionStartedEventAttributes.Input.Payloads_.Single().Metadata["encoding"].ToStringUtf8());
        Assert.Equal("binary/reversed", description.Memo["key"].Payload.Metadata["encoding"].ToStringUtf8());
        Assert.Equal("value", await description.Memo["key"].ToValueAsync<string>());
        Assert.Equal("secret", await description.GetStaticSummaryAsync());
        Assert.Equal("plain", description.TypedSearchAttributes.Get(TemporalServer.Keyword));
    }
}

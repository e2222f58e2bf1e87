using Google.Protobuf;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Workflows;

namespace Temporalio.Conformance.Worker;

/// <summary>Calls whose answers are lost are made again, and do nothing twice; tasks that fail again are not reported again.</summary>
public sealed class RepeatedCallTests(TemporalServer server)
{
    [Fact]
    public async Task A_call_whose_answer_was_lost_is_made_again_with_the_same_ids_and_does_nothing_twice()
    {
        await using var proxy = await CallProxy.StartAsync(await server.AddressAsync());
        await using var scene = await Scene.StartAsync(server);
        var far = await TemporalClient.ConnectAsync(new(proxy.Address));
        var body = Scene.Body(async me =>
        {
            await Workflow.WaitConditionAsync(() => Workflow.CancellationToken.IsCancellationRequested && Workflow.AllHandlersFinished, CancellationToken.None);
            return me.Log;
        });
        foreach (var rpc in new[]
        {
            "StartWorkflowExecution", "SignalWorkflowExecution", "UpdateWorkflowExecution", "SignalWithStartWorkflowExecution",
            "RequestCancelWorkflowExecution",
        })
        {
            proxy.LoseNextAnswerTo(rpc);
        }

        var handle = await far.StartWorkflowAsync(
            (Scripted workflow) => workflow.RunAsync(body), new(TemporalServer.NewName("lost"), scene.TaskQueue));
        await handle.SignalAsync(workflow => workflow.HearAsync("signal"));
        var told = await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("update"));
        var again = new WorkflowOptions(handle.Id, scene.TaskQueue);
        again.SignalWithStart((Scripted workflow) => workflow.HearAsync("start"));
        _ = await far.StartWorkflowAsync((Scripted workflow) => workflow.RunAsync(body), again);
        await handle.CancelAsync();
        var result = await handle.GetResultAsync();

        Assert.Equal("Tell update", told);
        Assert.Equal(["signal", "start", "told update"], result.Split(',').Order(StringComparer.Ordinal));
        var events = (await handle.FetchHistoryAsync()).Events;
        Assert.Equal(2, events.Count(happened => happened.EventType is EventType.WorkflowExecutionSignaled));
        Assert.Single(events, happened => happened.EventType is EventType.WorkflowExecutionUpdateAccepted);
        Assert.Single(events, happened => happened.EventType is EventType.WorkflowExecutionCancelRequested);
        AssertSame<StartWorkflowExecutionRequest>(proxy, one => one.RequestId);
        AssertSame<SignalWorkflowExecutionRequest>(proxy, one => one.RequestId);
        AssertSame<SignalWithStartWorkflowExecutionRequest>(proxy, one => one.RequestId);
        AssertSame<RequestCancelWorkflowExecutionRequest>(proxy, one => one.RequestId);
        AssertSame<UpdateWorkflowExecutionRequest>(proxy, one => one.Request.Meta.UpdateId);
    }

    [Fact]
    public async Task An_outcome_of_an_activity_whose_acknowledgement_was_lost_is_sent_again_and_counts_once()
    {
        await using var proxy = await CallProxy.StartAsync(await server.AddressAsync());
        var runs = 0;
        await using var scene = await Scene.StartAsync(
            server,
            options => options.AddActivity([Activities.Activity("Once")] () => Interlocked.Increment(ref runs)),
            await TemporalClient.ConnectAsync(new(proxy.Address)));
        proxy.LoseNextAnswerTo("RespondActivityTaskCompleted");
        proxy.LoseNextAnswerTo("RespondWorkflowTaskCompleted");

        var result = await scene.RunAsync(async _ =>
            $"{await Workflow.ExecuteActivityAsync<int>("Once", [], new() { StartToCloseTimeout = TimeSpan.FromMinutes(1) })}");

        Assert.Equal("1", result);
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_task_that_keeps_failing_is_reported_once_and_then_left_to_the_servers_patience()
    {
        await using var proxy = await CallProxy.StartAsync(await server.AddressAsync());
        await using var scene = await Scene.StartAsync(
            server, client: await TemporalClient.ConnectAsync(new(proxy.Address)));
        scene.ReplaysAtEnd = false;
        var handle = await scene.StartAsync(
            _ => throw new InvalidOperationException("a bug"), options => options.TaskTimeout = TimeSpan.FromSeconds(1));

        // Answered or not, the server gives the task again: by its own time-outs, not as fast as it can.
        await TemporalServer.UntilAsync(async () =>
            (await scene.Client.WorkflowService.DescribeWorkflowExecutionAsync(
                new() { Namespace = scene.Client.Options.Namespace, Execution = new() { WorkflowId = handle.Id } }))
            .PendingWorkflowTask is { Attempt: >= 4 });

        Assert.Single(proxy.CallsOf("RespondWorkflowTaskFailed"));
        Assert.Empty(proxy.CallsOf("RespondWorkflowTaskCompleted"));
        await handle.TerminateAsync();
    }

    private static void AssertSame<T>(CallProxy proxy, Func<T, string> id)
        where T : IMessage<T>, new()
    {
        var name = typeof(T).Name[..^"Request".Length];
        var ids = proxy.CallsOf(name).Select(frame =>
        {
            var request = new T();
            request.MergeFrom(frame.AsSpan(5));
            return id(request);
        }).ToList();
        Assert.True(ids.Count >= 2, $"{name} was called {ids.Count} time(s)");
        Assert.NotEmpty(ids[0]);
        Assert.Single(ids.Distinct(StringComparer.Ordinal));
    }
}

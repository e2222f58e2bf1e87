using Temporalio.Client;
using Temporalio.Exceptions;

namespace Temporalio.Conformance;

public class UpdateTests(TemporalServer server)
{
    [Fact]
    public async Task An_update_returns_its_result()
    {
        var client = await server.ClientAsync();
        await using var worker = Adding(client);
        var handle = await client.StartWorkflowAsync((IGreeter workflow) => workflow.RunAsync("x", 1), worker.Options());

        Assert.Equal(6, await handle.ExecuteUpdateAsync(workflow => workflow.AddAsync(5)));
        Assert.Equal(8, await handle.ExecuteUpdateAsync<int>("Add", [7]));
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task An_update_of_a_known_id_is_not_run_again()
    {
        var client = await server.ClientAsync();
        await using var worker = Adding(client);
        var handle = await client.StartWorkflowAsync("Any", [], worker.Options());

        Assert.Equal(2, await handle.ExecuteUpdateAsync<int>("Add", [1], new("the one")));
        Assert.Equal(2, await handle.ExecuteUpdateAsync<int>("Add", [100], new("the one")));
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task A_rejected_update_fails_its_result_not_its_start()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn =>
        {
            foreach (var update in turn.Updates)
            {
                turn.Reject(update, "not now");
            }
        });
        var handle = await client.StartWorkflowAsync("Any", [], worker.Options());

        var update = await handle.StartUpdateAsync<int>("Add", [1], new(WorkflowUpdateStage.Accepted));

        var e = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => update.GetResultAsync());
        Assert.Equal("not now", e.InnerException!.Message);
        Assert.Equal("Refused", Assert.IsType<ApplicationFailureException>(e.InnerException).ErrorType);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task An_update_that_was_accepted_can_be_awaited_later_and_by_id()
    {
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn =>
        {
            foreach (var update in turn.Updates)
            {
                turn.Accept(update, update.Input.Name == "slow" ? null : new() { Success = turn.Payloads("quick") });
            }
        });
        var handle = await client.StartWorkflowAsync("Any", [], worker.Options());

        var slow = await handle.StartUpdateAsync<string>("slow", [], new("slow one", WorkflowUpdateStage.Accepted));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAsync<WorkflowUpdateRpcTimeoutOrCanceledException>(() =>
            slow.GetResultAsync(new() { CancellationToken = stop.Token }));

        await handle.ExecuteUpdateAsync("fast", [], new("fast one"));
        Assert.Equal("quick", await handle.GetUpdateHandle<string>("fast one").GetResultAsync());
        Assert.Equal(("slow one", handle.ResultRunId), (slow.Id, slow.WorkflowRunId));
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task An_update_must_say_how_long_its_start_waits()
    {
        var handle = (await server.ClientAsync()).GetWorkflowHandle("any");

        await Assert.ThrowsAsync<ArgumentException>(() => handle.StartUpdateAsync("Add", [], new()));
        await Assert.ThrowsAsync<ArgumentException>(() => handle.StartUpdateAsync("Add", [], new(WorkflowUpdateStage.Admitted)));
    }

    [Fact]
    public async Task An_update_that_nobody_takes_ends_with_the_callers_token()
    {
        var client = await server.ClientAsync();
        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody")));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        await Assert.ThrowsAsync<WorkflowUpdateRpcTimeoutOrCanceledException>(() =>
            handle.ExecuteUpdateAsync("Add", [], new() { Rpc = new() { CancellationToken = stop.Token } }));
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task An_update_that_nobody_takes_ends_with_its_time_out()
    {
        var client = await server.ClientAsync();
        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody")));

        await Assert.ThrowsAsync<WorkflowUpdateRpcTimeoutOrCanceledException>(() =>
            handle.ExecuteUpdateAsync("Add", [], new() { Rpc = new() { Timeout = TimeSpan.FromMilliseconds(300) } }));
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task An_update_of_a_closed_workflow_is_not_found()
    {
        var client = await server.ClientAsync();
        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody")));
        await handle.TerminateAsync();

        var e = await Assert.ThrowsAsync<RpcException>(() => handle.ExecuteUpdateAsync("Add", [1]));

        Assert.Equal(RpcException.StatusCode.NotFound, e.Code);
    }

    [Fact]
    public async Task The_result_of_an_update_that_never_was_is_not_found()
    {
        var client = await server.ClientAsync();
        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody")));

        var e = await Assert.ThrowsAsync<RpcException>(() => handle.GetUpdateHandle("never").GetResultAsync());

        Assert.Equal(RpcException.StatusCode.NotFound, e.Code);
        await handle.TerminateAsync();
    }

    private static ScriptedWorker Adding(TemporalClient client) => new(client, turn =>
    {
        foreach (var update in turn.Updates)
        {
            turn.Accept(update, new() { Success = turn.Payloads(turn.Value<int>(update.Input.Args) + 1) });
        }
    });
}

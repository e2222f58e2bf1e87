using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Engine;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>What the server keeps, and for how long: its memory is bounded.</summary>
public sealed class RetentionTests
{
    [Fact]
    public async Task A_closed_workflow_is_forgotten_after_its_retention_of_the_servers_own_time()
    {
        await using var server = await LabTemporal.StartAsync(
            new LabTemporalOptions { TimeSkipping = true, SweepInterval = TimeSpan.FromMilliseconds(50) }, default);
        using var client = new RawClient(server.TargetHost);
        var (closed, running) = (new Script(client, "closed"), new Script(client, "running"));
        _ = await closed.StartAsync();
        _ = await closed.TurnAsync(Script.Finish());
        _ = await running.StartAsync();
        _ = await running.TurnAsync(Script.Marker("m")); // waits for a signal, for ever

        await SkipAsync(client, TimeSpan.FromHours(23));
        var within = await closed.EndAsync();
        await SkipAsync(client, TimeSpan.FromHours(2));
        await ForgottenAsync(closed);

        Assert.Equal(EventType.WorkflowExecutionCompleted, within.EventType);
        Assert.Equal(WorkflowExecutionStatus.Running, (await running.DescribeAsync()).WorkflowExecutionInfo.Status);
        var left = await client.CallAsync<CountWorkflowExecutionsResponse>(new CountWorkflowExecutionsRequest { Namespace = "default" });
        Assert.Equal(1, left.Count);
    }

    [Fact]
    public async Task A_namespace_of_its_own_retention_keeps_its_workflows_for_that_time()
    {
        await using var server = await LabTemporal.StartAsync(
            new LabTemporalOptions { TimeSkipping = true, SweepInterval = TimeSpan.FromMilliseconds(50) }, default);
        using var client = new RawClient(server.TargetHost);
        _ = await client.CallAsync<RegisterNamespaceResponse>(new RegisterNamespaceRequest
        {
            Namespace = "archive",
            WorkflowExecutionRetentionPeriod = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromDays(30)),
        });
        var first = new StartWorkflowExecutionRequest
        {
            Namespace = "archive",
            WorkflowId = "old",
            WorkflowType = new WorkflowType { Name = "T" },
            TaskQueue = new Api.TaskQueue { Name = "q" },
            RequestId = "r",
        };
        _ = await client.CallAsync<StartWorkflowExecutionResponse>(first);
        _ = await client.CallAsync<TerminateWorkflowExecutionResponse>(new TerminateWorkflowExecutionRequest
        {
            Namespace = "archive",
            WorkflowExecution = new WorkflowExecution { WorkflowId = "old" },
            Reason = "done",
        });
        var later = new Script(client, "later");
        _ = await later.StartAsync();
        await later.TerminateAsync();

        await SkipAsync(client, TimeSpan.FromDays(2));
        await ForgottenAsync(later); // though something older, which stays, is before it

        var kept = await client.CallAsync<DescribeWorkflowExecutionResponse>(new DescribeWorkflowExecutionRequest
        {
            Namespace = "archive",
            Execution = new WorkflowExecution { WorkflowId = "old" },
        });
        Assert.Equal(WorkflowExecutionStatus.Terminated, kept.WorkflowExecutionInfo.Status);
    }

    [Fact]
    public async Task Above_the_number_of_runs_that_are_kept_the_oldest_closed_ones_are_forgotten()
    {
        await using var server = await LabTemporal.StartAsync(new LabTemporalOptions { RetainedRuns = 3 }, default);
        using var client = new RawClient(server.TargetHost);
        var running = new Script(client, "running");
        _ = await running.StartAsync();
        var closed = Enumerable.Range(0, 5).Select(number => new Script(client, $"closed{number}")).ToList();
        foreach (var script in closed)
        {
            _ = await script.StartAsync();
            await script.TerminateAsync();
        }

        foreach (var gone in closed.Take(2))
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => gone.DescribeAsync());
            Assert.Equal(StatusCode.NotFound, refused.Code);
        }

        Assert.All(
            await Task.WhenAll(closed.Skip(2).Append(running).Select(script => script.DescribeAsync())),
            kept => Assert.NotNull(kept.WorkflowExecutionInfo));
    }

    [Fact]
    public async Task A_chain_of_runs_without_end_keeps_to_the_number_of_runs_too()
    {
        await using var server = await LabTemporal.StartAsync(new LabTemporalOptions { RetainedRuns = 10 }, default);
        using var client = new RawClient(server.TargetHost);
        var chain = new Script(client, "chain");
        var first = await chain.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            _ = await chain.TurnAsync(Script.ContinueAsNew());
        }

        var kept = await client.CallAsync<CountWorkflowExecutionsResponse>(new CountWorkflowExecutionsRequest { Namespace = "default" });
        Assert.Equal(11, kept.Count); // ten closed ones and the one that runs
        var refused = await Assert.ThrowsAsync<RpcException>(() => chain.HistoryAsync(runId: first.RunId));
        Assert.Equal(StatusCode.NotFound, refused.Code);
    }

    [Fact]
    public async Task A_deleted_workflow_makes_room_for_another()
    {
        await using var server = await LabTemporal.StartAsync(new LabTemporalOptions { RetainedRuns = 2 }, default);
        using var client = new RawClient(server.TargetHost);
        var scripts = Enumerable.Range(0, 3).Select(number => new Script(client, $"s{number}")).ToList();
        foreach (var script in scripts)
        {
            _ = await script.StartAsync();
        }

        await scripts[0].TerminateAsync();
        await scripts[1].TerminateAsync();
        _ = await client.CallAsync<DeleteWorkflowExecutionResponse>(
            new DeleteWorkflowExecutionRequest { Namespace = "default", WorkflowExecution = scripts[1].Execution });
        await scripts[2].TerminateAsync();

        Assert.NotNull((await scripts[0].DescribeAsync()).WorkflowExecutionInfo);
    }

    [Fact]
    public void The_limits_are_the_real_servers_defaults()
    {
        var limits = new Limits();

        Assert.Equal((4_096, 4 << 20), (limits.SuggestContinueEvents, limits.SuggestContinueBytes));
        Assert.Equal((51_200, 50 << 20), (limits.HistoryEvents, limits.HistoryBytes));
        Assert.Equal((2_000, 10), (limits.UpdatesPerRun, limits.UpdatesInFlight));
        Assert.Equal((10_000, 2_000), (limits.SignalsPerRun, limits.Pending));
        Assert.Equal((100, 2 << 20), (limits.BufferedEvents, limits.BufferedBytes));
        Assert.Equal((2 << 20, 1_000), (Limits.BlobBytes, Limits.IdBytes));
    }

    [Fact]
    public async Task A_run_that_grows_without_end_is_told_to_continue_as_new_and_ended_at_fifty_one_thousand_events()
    {
        await using var server = await LabTemporal.StartAsync(new LabTemporalOptions(), default);
        using var script = new Script(new RawClient(server.TargetHost), "endless");
        _ = await script.StartAsync();
        for (var turn = 0; turn < 12; turn++)
        {
            await script.SignalAsync("more");
            _ = await script.TurnAsync([.. Enumerable.Repeat(Script.Marker("m"), turn == 0 ? 100 : 5_000)]);
            if ((await script.DescribeAsync()).WorkflowExecutionInfo.Status != WorkflowExecutionStatus.Running)
            {
                break;
            }
        }

        var history = await script.HistoryAsync();
        var tasks = history.Where(happened => happened.EventType == EventType.WorkflowTaskStarted).ToList();
        Assert.All(tasks, task => Assert.Equal(
            task.EventId > 4_096, task.WorkflowTaskStartedEventAttributes.SuggestContinueAsNew));
        Assert.Equal(11, tasks.Count(task => task.EventId > 100));
        Assert.Equal("Workflow history count exceeds limit.", history[^1].WorkflowExecutionTerminatedEventAttributes.Reason);
        Assert.True(history.Count > 51_200, $"ended at event {history.Count}");
    }

    private static async Task SkipAsync(RawClient client, TimeSpan time)
    {
        _ = await client.CallAsync<SleepResponse>($"/{RawClient.Test}/UnlockTimeSkippingWithSleep", new SleepRequest
        {
            Duration = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(time),
        });
    }

    private static async Task ForgottenAsync(Script script)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                _ = await script.DescribeAsync();
                await Task.Delay(20, patience.Token); // the janitor comes on its own time
            }
            catch (RpcException e) when (e.Code == StatusCode.NotFound)
            {
                return;
            }
        }
    }
}

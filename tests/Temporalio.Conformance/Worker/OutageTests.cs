using Metal3.TestKit;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Conformance.Worker;

/// <summary>The server dies and comes back, or takes back what it had; nothing that was done is lost or done twice.</summary>
public sealed class OutageTests(TemporalServer server)
{
    [Fact]
    public async Task What_finishes_while_the_server_is_away_is_neither_lost_nor_done_again()
    {
        Assert.SkipWhen(TemporalServer.IsGiven, "A server that is given cannot be killed.");
        var directory = Directory.CreateTempSubdirectory("metal3-outage-");
        var port = RealServers.FreePort();
        var process = await ServeAsync(directory, port);
        try
        {
            // The worker's calls do not try again by themselves: what survives the outage, the worker itself has kept.
            var log = new CapturedLog();
            var client = await TemporalClient.ConnectAsync(
                new($"127.0.0.1:{port}") { RpcRetry = new() { MaxRetries = 0 }, LoggerFactory = log });
            var callers = await TemporalClient.ConnectAsync(new($"127.0.0.1:{port}"));
            var begun = 0;
            var finish = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var scene = await Scene.StartAsync(
                server,
                options => options.AddActivity([Activity("Work")] async () =>
                {
                    var mine = Interlocked.Increment(ref begun);
                    ActivityExecutionContext.Current.Heartbeat(mine);
                    await finish.Task;
                    ActivityExecutionContext.Current.Heartbeat(-mine);
                    return mine;
                }),
                client);
            var handles = new List<WorkflowHandle<Scripted, string>>();
            for (var i = 0; i < 20; i++)
            {
                handles.Add(await scene.StartAsync(async me =>
                {
                    var result = await Workflow.ExecuteActivityAsync<int>(
                        "Work", [], new() { StartToCloseTimeout = TimeSpan.FromMinutes(5), HeartbeatTimeout = TimeSpan.FromMinutes(4) });
                    await Workflow.WaitConditionAsync(() => me.Heard.Count == 1);
                    return $"{result}";
                }));
            }

            await TemporalServer.UntilAsync(async () => Volatile.Read(ref begun) == 20);
            var results = handles.Select(handle => callers.GetWorkflowHandle<Scripted, string>(handle.Id).GetResultAsync()).ToList();

            // Killed, not stopped: what it had not written is gone, and every connection is cut.
            await process.DisposeAsync();
            finish.SetResult();
            await TemporalServer.UntilAsync(async () => handles.TrueForAll(handle =>
                log.With("it is kept, and sent again").Any(line => line.Contains(handle.Id, StringComparison.Ordinal)))); // each has tried, in vain
            process = await ServeAsync(directory, port);

            foreach (var handle in handles)
            {
                await callers.GetWorkflowHandle<Scripted>(handle.Id).SignalAsync(workflow => workflow.HearAsync("go on"));
            }

            var numbers = (await Task.WhenAll(results)).Select(int.Parse).Order();
            Assert.Equal(Enumerable.Range(1, 20), numbers);
            Assert.Equal(20, begun);
        }
        finally
        {
            await process.DisposeAsync();
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_reset_run_hears_again_what_came_behind_the_point_of_the_reset()
    {
        await using var scene = await Scene.StartAsync(server, options => options.AddAllActivities(new Chores()));
        var handle = await scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => me.Heard.Count >= 3 && Workflow.AllHandlersFinished);
            return $"{me.Log};{Workflow.Random.Next()}";
        });
        _ = await handle.QueryAsync(workflow => workflow.Log); // the first task is done
        await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("a"));
        await handle.SignalAsync(workflow => workflow.HearAsync("b"));
        await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("c"));
        var first = await handle.GetResultAsync();

        Temporalio.Api.WorkflowService.V1.ResetWorkflowExecutionResponse reset;
        try
        {
            reset = await handle.Client.WorkflowService.ResetWorkflowExecutionAsync(new()
            {
                Namespace = handle.Client.Options.Namespace,
                WorkflowExecution = new() { WorkflowId = handle.Id, RunId = handle.ResultRunId },
                WorkflowTaskFinishEventId = 4,
                RequestId = Guid.NewGuid().ToString(),
                Reason = "test",
            });
        }
        catch (RpcException e) when (e.Code is RpcException.StatusCode.Unimplemented)
        {
            Assert.Skip("this server resets nothing");
            throw; // Assert.Skip always throws
        }

        var again = handle.Client.GetWorkflowHandle<Scripted, string>(handle.Id, reset.RunId);
        scene.Watch(again);
        var second = await again.GetResultAsync();
        var events = (await again.FetchHistoryAsync()).Events;
        Assert.Equal("told a,b,told c", first.Split(';')[0]);
        Assert.Equal("told a,b,told c", second.Split(';')[0]);
        Assert.NotEqual(first, second); // chance is new after a reset
        Assert.Equal(2, events.Count(happened => happened.EventType is EventType.WorkflowExecutionUpdateAdmitted));
        Assert.Equal(2, events.Count(happened => happened.EventType is EventType.WorkflowExecutionUpdateAccepted));
        Assert.Equal(2, events.Count(happened => happened.EventType is EventType.WorkflowExecutionUpdateCompleted));
    }

    [Fact]
    public async Task Heartbeats_within_the_interval_send_only_the_first_and_keep_the_last()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var beaten = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var fail = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var scene = await Scene.StartAsync(server, options => options.AddActivity([Activity("Beat")] async () =>
        {
            var context = ActivityExecutionContext.Current;
            if (context.Info.Attempt > 1)
            {
                return await context.Info.HeartbeatDetailAtAsync<int>(0);
            }

            context.Heartbeat(1);
            await goOn.Task;
            for (var i = 2; i <= 1000; i++)
            {
                context.Heartbeat(i);
            }

            beaten.SetResult();
            await fail.Task;
            throw new InvalidOperationException("on to the next attempt");
        }));
        var handle = await scene.StartAsync(async _ => $"{await Workflow.ExecuteActivityAsync<int>("Beat", [], new()
        {
            StartToCloseTimeout = TimeSpan.FromMinutes(3),
            HeartbeatTimeout = TimeSpan.FromMinutes(1),
        })}");
        await TemporalServer.UntilAsync(async () => await KnownAsync() != 0);
        goOn.SetResult();
        await beaten.Task.WaitAsync(TimeSpan.FromMinutes(1));

        var known = await KnownAsync();
        fail.SetResult();

        Assert.Equal(1, known); // the interval is 48 seconds; the others wait for its end, or for the failure
        Assert.Equal("1000", await handle.GetResultAsync());

        async Task<int> KnownAsync()
        {
            var described = await handle.Client.WorkflowService.DescribeWorkflowExecutionAsync(
                new() { Namespace = handle.Client.Options.Namespace, Execution = new() { WorkflowId = handle.Id } });
            return described.PendingActivities is [{ HeartbeatDetails: { Payloads_: [var details] } }]
                ? int.Parse(details.Data.ToStringUtf8())
                : 0;
        }
    }

    [Fact]
    public async Task An_activity_that_cancels_itself_has_failed_and_is_tried_again()
    {
        await using var scene = await Scene.StartAsync(server, options => options.AddActivity([Activity("GiveUp")] async () =>
            ActivityExecutionContext.Current.Info.Attempt > 1
                ? "second attempt"
                : throw new OperationCanceledException("of its own accord")));

        Assert.Equal("second attempt", await scene.RunAsync(_ => Workflow.ExecuteActivityAsync<string>("GiveUp", [], Chores.Soon)));
    }

    private static async Task<RunningProcess> ServeAsync(DirectoryInfo directory, int port)
    {
        var process = RunningProcess.Start(
            RealServers.TemporalCli(),
            [
                "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", $"{port}", "--log-level", "error",
                "--db-filename", Path.Combine(directory.FullName, "temporal.db"),
            ]);
        var client = TemporalClient.CreateLazy(new($"127.0.0.1:{port}"));
        await TemporalServer.UntilAsync(async () =>
        {
            try
            {
                return await client.Connection.CheckHealthAsync();
            }
            catch (Exception e) when (e is InvalidOperationException or RpcException && !process.HasExited)
            {
                return false; // not up yet
            }
        });
        return process;
    }
}

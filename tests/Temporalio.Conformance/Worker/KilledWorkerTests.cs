using System.Reflection;
using Metal3.TestKit;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Conformance.Worker;

public sealed class KilledWorkerTests(TemporalServer server)
{
    private const string Target = "CONFORMANCE_VICTIM_TARGET";
    private const string Queue = "CONFORMANCE_VICTIM_QUEUE";

    [Fact]
    public async Task Two_hundred_workflows_finish_though_their_worker_is_killed_in_the_middle()
    {
        var client = await server.ClientAsync();
        var queue = TemporalServer.NewName("victim");
        await using var victim = RunningProcess.Start(
            "dotnet",
            [Assembly.GetExecutingAssembly().Location, "-class", typeof(KilledWorkerTests).FullName!, "-explicit", "only"],
            environment: new Dictionary<string, string?>
            {
                [Target] = await server.AddressAsync(),
                [Queue] = queue,
            });
        var handles = new List<WorkflowHandle<Survivor, int>>();
        for (var i = 0; i < 200; i++)
        {
            var number = i;
            handles.Add(await client.StartWorkflowAsync(
                (Survivor workflow) => workflow.RunAsync(number), new(TemporalServer.NewName("survivor"), queue)));
        }

        await TemporalServer.UntilAsync(async () => (await handles[40].FetchHistoryAsync()).Events
            .Any(happened => happened.EventType is EventType.ActivityTaskCompleted));
        victim.Kill();
        using var worker = Worker(client, queue);
        var results = await worker.ExecuteAsync(() => Task.WhenAll(handles.Select(handle => handle.GetResultAsync())));

        Assert.Equal(Enumerable.Range(0, 200).Select(number => number + 3), results);
        var replayer = new WorkflowReplayer(new WorkflowReplayerOptions().AddWorkflow<Survivor>());
        foreach (var handle in handles.Take(20))
        {
            var replayed = await replayer.ReplayWorkflowAsync(await handle.FetchHistoryAsync());
            Assert.Null(replayed.ReplayFailure);
        }
    }

    [Fact(Explicit = true)]
    public async Task The_worker_that_will_be_killed()
    {
        var client = await TemporalClient.ConnectAsync(new(Environment.GetEnvironmentVariable(Target)!));
        using var worker = Worker(client, Environment.GetEnvironmentVariable(Queue)!);
        await worker.ExecuteAsync(CancellationToken.None);
    }

    private static TemporalWorker Worker(TemporalClient client, string queue) => new(
        client, new TemporalWorkerOptions(queue).AddWorkflow<Survivor>().AddActivity(Survivor.IncrementAsync));

    [Workflow]
    public class Survivor
    {
        [WorkflowRun]
        public async Task<int> RunAsync(int number)
        {
            for (var i = 0; i < 3; i++)
            {
                number = await Workflow.ExecuteActivityAsync(() => IncrementAsync(number), new()
                {
                    StartToCloseTimeout = TimeSpan.FromSeconds(4),
                    RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(50) },
                });
                await Workflow.DelayAsync(200);
            }

            return number;
        }

        [Activity]
        public static async Task<int> IncrementAsync(int number)
        {
            await Task.Delay(20);
            return number + 1;
        }
    }
}

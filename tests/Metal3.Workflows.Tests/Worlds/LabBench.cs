using Metal3.Contracts;
using Metal3.Contracts.HostLifecycle;
using Metal3.Lab.Temporal;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Tests.Worlds;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Worker;
using Temporalio.Workflows;

[assembly: AssemblyFixture(typeof(LabBench))]

namespace Metal3.Workflows.Tests.Worlds;

/// <summary>The embedded Temporal server with one worker of each queue, shared by all scenarios; each has a world of its own.</summary>
public sealed class LabBench : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];
    private LabTemporal? _temporal;

    /// <summary>Every workflow of the product.</summary>
    public static IReadOnlyList<Type> Workflows { get; } =
        [.. typeof(HostWorkflow).Assembly.GetTypes().Where(type => type.IsDefined(typeof(WorkflowAttribute), inherit: false) && !type.IsAbstract)];

    public FakeActivities Activities { get; } = new();

    public TemporalClient Client { get; private set; } = null!;

    public World NewWorld(HostOptions? options = null)
    {
        var world = new World(Client, options);
        Activities.Add(world);
        return world;
    }

    public async ValueTask InitializeAsync()
    {
        _temporal = await LabTemporal.StartAsync(
            new()
            {
                SearchAttributes = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["Metal3State"] = "Keyword",
                    ["Metal3Step"] = "Keyword",
                    ["Metal3WaitingFor"] = "Keyword",
                    ["Metal3ErrorType"] = "Keyword",
                    ["Metal3WaitingSince"] = "Datetime",
                },
            },
            CancellationToken.None);
        Client = await TemporalClient.ConnectAsync(new(_temporal.TargetHost) { DataConverter = Messaging.DataConverter });
        _running.AddRange(Serve(Client, Activities, _stop.Token));
    }

    /// <summary>Serves the three queues of a server until stopped.</summary>
    public static IEnumerable<Task> Serve(ITemporalClient client, FakeActivities activities, CancellationToken stop)
    {
        activities.SlotAsync = request =>
        {
            var start = new WorkflowOptions(WorkflowNames.CapacityId(request.Pool), TaskQueues.Main);
            start.SignalWithStart("Request", [request]);
            return client.StartWorkflowAsync(
                WorkflowNames.Capacity, [new CapacityState { Pool = request.Pool, Limit = request.InitialLimit }], start);
        };
        activities.EndedAsync = async ids =>
        {
            var ended = new List<string>();
            foreach (var id in ids)
            {
                var status = (await client.GetWorkflowHandle(id).DescribeAsync()).Status;
                if (status is not Temporalio.Api.Enums.V1.WorkflowExecutionStatus.Running)
                {
                    ended.Add(id);
                }
            }

            return ended;
        };
        foreach (var queue in new[] { TaskQueues.Main, TaskQueues.Ironic, TaskQueues.Waits })
        {
            var options = new TemporalWorkerOptions(queue).AddAllActivities(activities);
            foreach (var workflow in queue == TaskQueues.Main ? Workflows : [])
            {
                options.AddWorkflow(workflow);
            }

            var worker = new TemporalWorker(client, options);
            yield return Task.Run(
                async () =>
                {
                    using (worker)
                    {
                        try
                        {
                            await worker.ExecuteAsync(stop);
                        }
                        catch (OperationCanceledException)
                        {
                            // Asked for.
                        }
                    }
                },
                CancellationToken.None);
        }
    }

    /// <summary>All histories of a world: its host's runs and every lifecycle.</summary>
    public Task<IReadOnlyList<WorkflowHistory>> HistoriesAsync(World world) => HistoriesAsync(Client, $"WorkflowId STARTS_WITH '{world.WorkflowId}'");

    /// <summary>All histories that a query finds.</summary>
    public static async Task<IReadOnlyList<WorkflowHistory>> HistoriesAsync(ITemporalClient client, string query)
    {
        var histories = new List<WorkflowHistory>();
        await foreach (var run in client.ListWorkflowsAsync(query))
        {
            histories.Add(await client.GetWorkflowHandle(run.Id, run.RunId).FetchHistoryAsync());
        }

        return histories;
    }

    /// <summary>Every history of a world must replay, and must not hold a secret.</summary>
    public async Task ProveAsync(World world, string? keepAs = null)
    {
        var histories = await HistoriesAsync(world);
        await ProveAsync(histories);
        if (keepAs is not null && Environment.GetEnvironmentVariable("METAL3_KEEP_HISTORIES") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            var number = 0;
            foreach (var history in histories.OrderBy(one => one.Events.First().EventTime.ToDateTimeOffset()))
            {
                var type = history.Events.First().WorkflowExecutionStartedEventAttributes.WorkflowType.Name;
                await File.WriteAllTextAsync(
                    Path.Combine(folder, $"{keepAs}-{number++:00}-{type}.json"), history.ToJson());
            }
        }
    }

    /// <summary>Every one of them must replay, and must not hold a secret.</summary>
    public static async Task ProveAsync(IReadOnlyList<WorkflowHistory> histories)
    {
        Assert.NotEmpty(histories);
        var replayer = NewReplayer();
        foreach (var history in histories)
        {
            var result = await replayer.ReplayWorkflowAsync(history, throwOnReplayFailure: false);
            Assert.True(result.ReplayFailure is null, $"{history.Id} does not replay: {result.ReplayFailure}");
            Assert.Empty(Leaks(history));
        }
    }

    /// <summary>Secrets in a history, plain or in base 64.</summary>
    public static IReadOnlyList<string> Leaks(WorkflowHistory history)
    {
        var text = Readable(history);
        return
        [
            .. World.Secrets.Where(secret => text.Contains(secret, StringComparison.Ordinal)
                || text.Contains(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret)).TrimEnd('=')[..^1], StringComparison.Ordinal)),
        ];
    }

    public static WorkflowReplayer NewReplayer()
    {
        var options = new WorkflowReplayerOptions { DataConverter = Messaging.DataConverter };
        foreach (var workflow in Workflows)
        {
            options.AddWorkflow(workflow);
        }

        return new(options);
    }

    /// <summary>The history as text, payloads decoded.</summary>
    public static string Readable(WorkflowHistory history)
    {
        var text = new System.Text.StringBuilder();
        foreach (var happened in history.Events)
        {
            text.Append(happened);
            var bytes = Google.Protobuf.MessageExtensions.ToByteArray(happened);
            text.Append(System.Text.Encoding.UTF8.GetString(bytes));
        }

        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        if (_temporal is not null)
        {
            await _temporal.DisposeAsync();
        }

        _stop.Dispose();
    }
}

using Metal3.Contracts;
using Metal3.Contracts.HostLifecycle;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Testing;

namespace Metal3.Workflows.Tests.Worlds;

/// <summary>A server of its own whose time jumps over whatever nobody works at, with one worker of each queue.</summary>
public sealed class SkippingBench : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly WorkflowEnvironment _environment;
    private readonly List<Task> _running;

    private SkippingBench(WorkflowEnvironment environment)
    {
        _environment = environment;
        _running = [.. LabBench.Serve(environment.Client, Activities, _stop.Token)];
    }

    public FakeActivities Activities { get; } = new();

    public ITemporalClient Client => _environment.Client;

    /// <summary>The server's clock.</summary>
    public Task<DateTime> Now => _environment.GetCurrentTimeAsync();

    public static async Task<SkippingBench> StartAsync() => new(await WorkflowEnvironment.StartTimeSkippingAsync(new()
    {
        DataConverter = Messaging.DataConverter,
        TestServer = new() { ExistingPath = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Metal3.Lab.Temporal.exe" : "Metal3.Lab.Temporal") },
    }));

    public World NewWorld(HostOptions options)
    {
        var world = new World(Client, options);
        Activities.Add(world);
        return world;
    }

    /// <summary>Lets time pass, a piece at a time, until the world is as expected.</summary>
    public async Task UntilAsync(World world, Func<World, bool> expected, TimeSpan piece, TimeSpan longest)
    {
        var end = await Now + longest;
        while (!expected(world))
        {
            if (await Now > end)
            {
                throw new InvalidOperationException($"Not within {longest}.\n{await world.StoryAsync()}");
            }

            await PassAsync(piece);
        }
    }

    public Task PassAsync(TimeSpan time) => _environment.DelayAsync(time);

    /// <summary>Everything that ran here must replay and hold no secret.</summary>
    public async Task<IReadOnlyList<WorkflowHistory>> ProveAsync()
    {
        var histories = await LabBench.HistoriesAsync(Client, "WorkflowId STARTS_WITH 'host/' OR WorkflowId STARTS_WITH 'capacity/' OR WorkflowId STARTS_WITH 'fleet/'");
        await LabBench.ProveAsync(histories);
        return histories;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
        await _environment.DisposeAsync();
        _stop.Dispose();
    }
}

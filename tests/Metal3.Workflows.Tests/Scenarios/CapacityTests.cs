using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>The provisioning limit as a fair queue.</summary>
public sealed class CapacityTests(LabBench bench)
{
    private static readonly HostOptions OneSlot = new() { NetworkBootLimit = 1, Patience = World.Hasty };

    [Fact]
    public async Task S98_S100_W7_W8_One_slot_is_a_fair_queue_whose_places_show_and_which_can_be_left()
    {
        var worlds = Enumerable.Range(0, 4).Select(_ => bench.NewWorld(OneSlot)).ToList();
        worlds[0].Stall("inspect");
        await worlds[0].CreateAsync();
        await worlds[0].UntilAsync(w => w.Count("inspect") == 1);
        for (var i = 1; i < worlds.Count; i++)
        {
            await worlds[i].CreateAsync();
            var place = i;
            var view = await worlds[i].UntilLifecycleAsync(view => view.Waiting?.For.Contains($"place {place} in", StringComparison.Ordinal) is true);
            Assert.Equal(WaitKind.Capacity, view.Waiting!.Kind);
            await worlds[i].UntilAsync(w => w.Status.OperationalStatus == OperationalStatus.Delayed);
            Assert.Equal("registering", worlds[i].State);
        }

        Assert.Contains("metal3_delayed__provisioning_total", worlds[1].Metrics);
        var capacity = bench.Client.GetWorkflowHandle(WorkflowNames.CapacityId(WorkflowNames.NetworkBootPool));
        var state = await capacity.QueryAsync<CapacityState>("view", []);
        Assert.Equal((1, 3), (state.Holders.Count, state.Queue.Count));

        await worlds[2].DeleteAsync(); // W8: out of the queue at once
        await worlds[2].UntilEndedAsync();
        await worlds[3].UntilLifecycleAsync(view => view.Waiting?.For.Contains("place 2 in", StringComparison.Ordinal) is true);

        worlds[1].Stall("inspect");
        worlds[0].Proceed("inspect");
        await worlds[0].UntilStateAsync("available");
        await worlds[1].UntilAsync(w => w.Count("inspect") == 1);
        Assert.Equal(0, worlds[3].Count("inspect"));

        await capacity.SignalAsync("setLimit", [2]);
        await worlds[3].UntilStateAsync("available");
        worlds[1].Proceed("inspect");
        await worlds[1].UntilStateAsync("available");

        Assert.Equal(OperationalStatus.Ok, worlds[3].Status.OperationalStatus);
        foreach (var world in worlds)
        {
            await bench.ProveAsync(world, world == worlds[3] ? "queued" : null);
        }

        await LabBench.NewReplayer().ReplayWorkflowAsync(await capacity.FetchHistoryAsync());
        await capacity.TerminateAsync("the test is over");
    }
}

using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.Workflows.Tests.Worlds;
using Temporalio.Client;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>Pools of their own server: nobody else queues there.</summary>
public sealed class PoolTests
{
    private static readonly HostOptions OneSlot = new() { NetworkBootLimit = 1, Patience = World.Hasty };

    [Fact]
    public async Task S99_A_host_that_is_to_be_provisioned_waits_as_available_and_delayed()
    {
        await using var bench = await SkippingBench.StartAsync();
        var (first, second) = (bench.NewWorld(OneSlot), bench.NewWorld(OneSlot));
        await second.CreateAsync();
        await second.UntilRestAsync("available");
        first.Stall("inspect");
        await first.CreateAsync();
        await first.UntilAsync(w => w.Count("inspect") == 1);

        await second.EditAsync(spec => spec with { Image = Given.Ubuntu });
        await second.UntilAsync(w => w.Status.OperationalStatus == OperationalStatus.Delayed);
        Assert.Equal(("available", 0), (second.State, second.Count("deploy")));
        Assert.Contains("metal3_delayed__provisioning_total", second.Metrics);
        first.Proceed("inspect");
        await second.UntilStateAsync("provisioned");

        Assert.Equal(OperationalStatus.Ok, second.Status.OperationalStatus);
        await bench.ProveAsync();
    }

    [Fact]
    public async Task S101_A_restored_host_whose_node_is_idle_queues_and_one_that_Ironic_works_at_does_not()
    {
        await using var bench = await SkippingBench.StartAsync();
        var (first, idle) = (bench.NewWorld(OneSlot), bench.NewWorld(OneSlot));
        first.Stall("inspect");
        await first.CreateAsync();
        await first.UntilAsync(w => w.Count("inspect") == 1);
        await idle.CreateAsync(annotations:
        [
            (AnnotationKeys.Status, Metal3Json.Serialize(new BareMetalHostStatus
            {
                OperationalStatus = OperationalStatus.Ok,
                Provisioning = new() { State = ProvisioningState.Inspecting, Id = "node-of-another-cluster" },
            })),
        ]);
        await idle.UntilAsync(w => w.Status.OperationalStatus == OperationalStatus.Delayed);
        Assert.Equal(("inspecting", 0), (idle.State, idle.Count("inspect")));

        await first.LoseTemporalAsync(); // its node is still at work: it needs no place
        await first.TellAsync();
        await first.UntilLifecycleAsync(view => view.Step == StepNames.AwaitInspection);
        first.Proceed("inspect");
        await first.UntilStateAsync("available");
        await idle.UntilStateAsync("available");

        Assert.Equal(1, first.Count("inspect"));
        await bench.ProveAsync();
    }

    [Fact]
    public async Task S102_Hosts_that_boot_from_virtual_media_have_a_pool_of_their_own()
    {
        await using var bench = await SkippingBench.StartAsync();
        var network = bench.NewWorld(OneSlot);
        network.Stall("inspect");
        await network.CreateAsync();
        await network.UntilAsync(w => w.Count("inspect") == 1);

        var unlimited = bench.NewWorld(OneSlot);
        unlimited.UsesVirtualMedia = true;
        await unlimited.CreateAsync();
        await unlimited.UntilStateAsync("available"); // past the full pool

        var limits = OneSlot with { VirtualMediaLimit = 1 };
        var (one, two) = (bench.NewWorld(limits), bench.NewWorld(limits));
        one.UsesVirtualMedia = two.UsesVirtualMedia = true;
        one.Stall("inspect");
        await one.CreateAsync();
        await one.UntilAsync(w => w.Count("inspect") == 1);
        await two.CreateAsync();
        await two.UntilLifecycleAsync(view => view.Waiting?.For.Contains("the pool virtual-media: place 1 in the queue", StringComparison.Ordinal) is true);
        one.Proceed("inspect");
        await two.UntilStateAsync("available");
        network.Proceed("inspect");
        await network.UntilStateAsync("available");

        await bench.ProveAsync();
    }

    [Fact]
    public async Task A_smaller_limit_takes_no_slot_away_and_a_larger_one_serves_the_queue_at_once()
    {
        await using var bench = await SkippingBench.StartAsync();
        var options = OneSlot with { NetworkBootLimit = 2 };
        var worlds = Enumerable.Range(0, 4).Select(_ => bench.NewWorld(options)).ToList();
        foreach (var (world, place) in worlds.Select((world, place) => (world, place)))
        {
            world.Stall("inspect");
            await world.CreateAsync();
            await (place < 2
                ? world.UntilAsync(w => w.Count("inspect") == 1)
                : world.UntilLifecycleAsync(view => view.Waiting?.For.Contains($"place {place - 1} in", StringComparison.Ordinal) is true));
        }

        var pool = bench.Client.GetWorkflowHandle(WorkflowNames.CapacityId(WorkflowNames.NetworkBootPool));
        await pool.SignalAsync("setLimit", [1]);
        Assert.Equal((1, 2, 2), await StateAsync(pool));
        worlds[0].Proceed("inspect");
        await worlds[0].UntilStateAsync("available");
        Assert.Equal((1, 1, 2), await StateAsync(pool)); // one left, and that is the limit

        await pool.SignalAsync("setLimit", [0]);
        await worlds[3].UntilAsync(w => w.Count("inspect") == 1);
        foreach (var world in worlds)
        {
            world.Proceed("inspect");
            await world.UntilStateAsync("available");
        }

        await bench.ProveAsync();
    }

    [Fact]
    public async Task Machines_at_work_when_Temporal_lost_everything_keep_their_slots_until_their_hosts_ask_again_or_they_are_done()
    {
        await using var bench = await SkippingBench.StartAsync();
        var (lost, waiter) = (bench.NewWorld(OneSlot), bench.NewWorld(OneSlot));
        lost.Stall("inspect");
        await lost.CreateAsync();
        await lost.UntilAsync(w => w.Count("inspect") == 1);
        var pool = bench.Client.GetWorkflowHandle(WorkflowNames.CapacityId(WorkflowNames.NetworkBootPool));
        await lost.LoseTemporalAsync();
        await pool.TerminateAsync("lost");
        bench.Activities.Busy[KeyOf(lost)] = WorkflowNames.NetworkBootPool;
        var foreign = new HostKey("", "somebody-elses-node", "");
        bench.Activities.Busy[foreign] = WorkflowNames.NetworkBootPool;
        bench.Activities.Busy[new("", "boots-from-a-medium", "")] = WorkflowNames.VirtualMediaPool;

        await waiter.CreateAsync(); // asks before the host whose machine is at work
        await waiter.UntilLifecycleAsync(view => view.Waiting?.For.Contains("place 1 in", StringComparison.Ordinal) is true);
        var state = await pool.QueryAsync<CapacityState>("view", []);
        Assert.Equal([foreign.ToString(), KeyOf(lost).ToString()], state.BusyHosts.Select(host => host.ToString()).Order(StringComparer.Ordinal));
        await lost.TellAsync();
        await lost.UntilLifecycleAsync(view => view.Step == StepNames.AwaitInspection);
        state = await pool.QueryAsync<CapacityState>("view", []);
        Assert.Equal((1, 1, 1), (state.Holders.Count, state.BusyHosts.Count, state.Queue.Count));
        lost.Proceed("inspect");
        await lost.UntilStateAsync("available");
        Assert.Equal((1, 0, 1), await StateAsync(pool)); // the other machine is still at work
        Assert.Equal(0, waiter.Count("inspect"));

        bench.Activities.Busy.TryRemove(foreign, out _);
        await bench.UntilAsync(waiter, w => w.State == "available", TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(2));

        Assert.Equal(1, lost.Count("inspect"));
        await bench.ProveAsync();
    }

    [Fact]
    public async Task A_pool_that_cannot_ask_what_is_at_work_serves_all_the_same_and_asks_again()
    {
        await using var bench = await SkippingBench.StartAsync();
        bench.Activities.BusyFailures = 1_000;
        var (holder, waiter) = (bench.NewWorld(OneSlot), bench.NewWorld(OneSlot));
        holder.Stall("inspect");
        await holder.CreateAsync();
        await holder.UntilAsync(w => w.Count("inspect") == 1);
        bench.Activities.Busy[KeyOf(holder)] = WorkflowNames.NetworkBootPool;
        bench.Activities.BusyFailures = 0;

        await waiter.CreateAsync();
        var pool = bench.Client.GetWorkflowHandle(WorkflowNames.CapacityId(WorkflowNames.NetworkBootPool));
        while (!(await pool.QueryAsync<CapacityState>("view", [])).BusyHostsCounted)
        {
            await bench.PassAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Empty((await pool.QueryAsync<CapacityState>("view", [])).BusyHosts); // it has its slot as a holder
        holder.Proceed("inspect");
        await waiter.UntilStateAsync("available");
        await bench.ProveAsync();
    }

    [Fact]
    public async Task A_pool_continues_as_new_and_keeps_holders_queue_and_limit()
    {
        await using var bench = await SkippingBench.StartAsync();
        var (holder, waiter) = (bench.NewWorld(OneSlot), bench.NewWorld(OneSlot));
        holder.Stall("inspect");
        await holder.CreateAsync();
        await holder.UntilAsync(w => w.Count("inspect") == 1);
        await waiter.CreateAsync();
        await waiter.UntilLifecycleAsync(view => view.Waiting?.For.Contains("place 1 in", StringComparison.Ordinal) is true);
        var pool = bench.Client.GetWorkflowHandle(WorkflowNames.CapacityId(WorkflowNames.NetworkBootPool));
        var first = (await pool.DescribeAsync()).RunId;
        var again = (await pool.QueryAsync<CapacityState>("view", [])).Queue[0];

        await Task.WhenAll(Enumerable.Range(0, 505).Select(_ => pool.SignalAsync("Request", [again])));
        while ((await pool.DescribeAsync()).RunId == first)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal((1, 1, 1), await StateAsync(pool));
        holder.Proceed("inspect");
        await waiter.UntilStateAsync("available");
        var runs = (await bench.ProveAsync()).Where(history => history.Id == pool.Id).ToList();
        Assert.True(runs.Count > 1);
    }

    private static HostKey KeyOf(World world) => new(world.Namespace, "host-0", "");

    private static async Task<(int Limit, int Holders, int Waiting)> StateAsync(WorkflowHandle pool)
    {
        var state = await pool.QueryAsync<CapacityState>("view", []);
        return (state.Limit, state.Holders.Count, state.Queue.Count);
    }
}

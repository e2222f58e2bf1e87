using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>Pauses, moves, vanished objects, lost memory, late news: nothing is destroyed.</summary>
public sealed class MemoryTests(LabBench bench)
{
    public static TheoryData<string> Operations => ["manage", "inspect", "clean", "provide", "deploy"];

    private static BareMetalHostSpec Everything(BareMetalHostSpec spec) =>
        spec with { Image = Given.Ubuntu, Raid = new() { HardwareRaidVolumes = [] } };

    [Fact]
    public async Task S3_A_paused_host_is_not_even_given_a_finalizer()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(annotations: [(AnnotationKeys.Paused, "")]);
        await world.UntilViewAsync(view => view.Waiting?.For.Contains("paused", StringComparison.Ordinal) is true);
        Assert.Null(world.Host!.Metadata.Finalizers);
        Assert.Equal((0, 0), (world.Asked.Count, world.Writes));

        await world.AnnotateAsync(AnnotationKeys.Paused, null);
        await world.UntilStateAsync("available");

        await bench.ProveAsync(world);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Surprise_34_A_pause_in_the_middle_writes_and_asks_nothing_and_joins_afterwards(string during)
    {
        var world = bench.NewWorld();
        world.Stall(during);
        await world.CreateAsync(Everything);
        await world.UntilAsync(w => w.Count(during) == 1);
        await world.UntilLifecycleAsync(view => view.Step.StartsWith("await", StringComparison.Ordinal));

        await world.AnnotateAsync(AnnotationKeys.Paused);
        await world.UntilViewAsync(view => view.Lifecycle is null && view.Waiting?.For.Contains("paused", StringComparison.Ordinal) is true);
        var (asked, writes) = (world.Asked.Count, world.Writes);
        world.Proceed(during);
        await world.EditAsync(spec => spec with { Description = "edited while paused" });
        await world.UntilViewAsync(view => view.Waiting is not null);
        Assert.Equal((asked, writes), (world.Asked.Count, world.Writes));

        await world.AnnotateAsync(AnnotationKeys.Paused, null);
        await world.UntilStateAsync("provisioned");

        Assert.Equal((1, 1, 1), (world.Count("inspect"), world.Count("clean"), world.Count("deploy")));
        await bench.ProveAsync(world, during == "deploy" ? "paused" : null);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_Temporal_that_lost_everything_joins_and_destroys_nothing_twice(string during)
    {
        var world = bench.NewWorld();
        world.Stall(during);
        await world.CreateAsync(Everything);
        await world.UntilAsync(w => w.Count(during) == 1);

        await world.LoseTemporalAsync();
        await world.TellAsync();
        await world.UntilLifecycleAsync(_ => true);
        world.Proceed(during);
        await world.UntilStateAsync("provisioned");

        Assert.Equal((1, 1, 1, 1, 0), (
            world.Count("create"), world.Count("inspect"), world.Count("clean"), world.Count("deploy"), world.Count("deleted")));
        await bench.ProveAsync(world);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_Temporal_that_lost_everything_does_not_repeat_what_ended_before_anybody_looked(string during)
    {
        var world = bench.NewWorld();
        world.Stall(during);
        await world.CreateAsync(Everything);
        await world.UntilAsync(w => w.Count(during) == 1);

        await world.LoseTemporalAsync();
        world.Proceed(during);
        await world.UntilAsync(w => w.Node!.Phase is not NodePhase.Busy && !(during == "manage" && w.Node.Phase is NodePhase.Unverified));
        await world.TellAsync();
        await world.UntilStateAsync("provisioned");

        Assert.Equal((1, 1, 1, 1, 0), (
            world.Count("create"), world.Count("inspect"), world.Count("clean"), world.Count("deploy"), world.Count("deleted")));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_Temporal_that_lost_a_provisioned_host_asks_nothing_that_destroys()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(Everything);
        await world.UntilRestAsync("provisioned");
        var destroyed = world.Destroyed.Count();

        await world.LoseTemporalAsync();
        await world.TellAsync();
        await world.UntilRestAsync("provisioned");

        Assert.Equal(destroyed, world.Destroyed.Count());
        Assert.Equal(OperationalStatus.Ok, world.Status.OperationalStatus);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_Temporal_that_lost_a_deletion_carries_it_on()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(Everything);
        await world.UntilRestAsync("provisioned");
        world.Stall("deleted");
        await world.DeleteAsync();
        await world.UntilAsync(w => w.Count("deleted") == 1);

        await world.LoseTemporalAsync();
        await world.TellAsync();
        await world.UntilLifecycleAsync(_ => true);
        world.Proceed("deleted");
        await world.UntilEndedAsync();

        Assert.Equal((1, 1), (world.Count("deleted"), world.Count("remove")));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_listing_older_than_our_own_deeds_is_not_believed()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(Everything);
        await world.UntilRestAsync("provisioned");
        var before = world.Node! with { Phase = NodePhase.Available, PoweredOn = false };

        await world.Handle.SignalAsync("NodeChanged", [new NodeChange(before.NodeId, before)]);
        await world.AnnotateAsync(AnnotationKeys.Reboot, "");
        await world.UntilAsync(w => w.Count("soft power off") == 1 && w.MachineIsOn && w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");

        Assert.Equal((1, 1, 0), (world.Count("deploy"), world.Count("soft power off"), world.Count("deleted")));
        await bench.ProveAsync(world, "late-listing");
    }

    [Fact]
    public async Task News_of_a_paused_host_wait_and_are_looked_into_afterwards()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(Everything);
        await world.UntilRestAsync("provisioned");
        await world.AnnotateAsync(AnnotationKeys.Paused);
        await world.UntilViewAsync(view => view.Waiting?.For.Contains("paused", StringComparison.Ordinal) is true);
        var (asked, writes) = (world.Asked.Count, world.Writes);

        await world.SwitchAtBmcAsync(on: false);
        await world.UntilViewAsync(view => view.Waiting?.For.Contains("paused", StringComparison.Ordinal) is true);
        Assert.Equal((asked, writes, false), (world.Asked.Count, world.Writes, world.MachineIsOn));

        await world.AnnotateAsync(AnnotationKeys.Paused, null);
        await world.UntilAsync(w => w.MachineIsOn && w.Count("power on") == 1);

        Assert.Equal((1, 0), (world.Count("deploy"), world.Count("deleted")));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task An_object_that_vanished_without_deletion_is_left_without_a_call()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(Everything);
        await world.UntilRestAsync("provisioned");
        var asked = world.Asked.Count;

        await world.VanishAsync();
        await world.UntilEndedAsync();

        Assert.Equal(asked, world.Asked.Count);
        Assert.Equal((Given.Ubuntu.Url, true, false), (world.Deployed, world.MachineIsOn, world.Released));
        await bench.ProveAsync(world, "vanished");
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_object_that_vanishes_during_a_lifecycle_is_left_without_a_call(string during)
    {
        var world = bench.NewWorld();
        world.Stall(during);
        await world.CreateAsync(Everything);
        await world.UntilAsync(w => w.Count(during) == 1);
        await world.UntilLifecycleAsync(view => view.Step.StartsWith("await", StringComparison.Ordinal));
        var asked = world.Asked.Count;

        await world.VanishAsync();
        await world.UntilEndedAsync();

        Assert.Equal(asked, world.Asked.Count);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_successor_of_the_same_name_begins_its_own_life()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(Everything);
        await world.UntilRestAsync("provisioned");
        var destroyed = world.Destroyed.Count();

        await world.CreateAsync(uid: "uid-1");
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.InspectionError); // the machine of the predecessor is still in use

        Assert.Equal(destroyed, world.Destroyed.Count());
        Assert.Equal("uid-1", (await world.ViewAsync()).Host.Uid);
        Assert.Equal("uid-1", world.Host!.Metadata.Uid);
        await bench.ProveAsync(world, "successor");
    }

    [Fact]
    public async Task A_successor_ends_even_a_held_lifecycle_of_its_predecessor()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(Everything, [(AnnotationKeys.Hold, StepNames.Deploy)]);
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Hold });

        await world.CreateAsync(uid: "uid-1");
        await world.UntilViewAsync(view => view.Host.Uid == "uid-1");

        Assert.Equal(0, world.Count("deploy"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Old_news_of_a_predecessor_end_nobodys_life()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilRestAsync("available");
        var old = world.Snapshot();

        await world.TellAsync(old with { Host = old.Host with { Uid = "uid-before" } });
        await world.EditAsync(spec => spec with { Online = false });
        await world.UntilAsync(w => !w.Status.PoweredOn);

        Assert.Equal("uid-0", (await world.ViewAsync()).Host.Uid);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_stale_snapshot_delivered_last_is_not_believed()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(Everything);
        await world.UntilRestAsync("provisioned");
        await world.AnnotateAsync(AnnotationKeys.Reboot);
        var stale = world.Snapshot();
        await world.UntilAsync(w => w.Count("power on") == 1 && w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");

        await world.TellAsync(stale); // with the annotation that was carried out
        await world.TellAsync(stale with { Spec = stale.Spec with { Image = null }, Generation = 0 });
        await world.EditAsync(spec => spec with { Description = "later" });
        await world.UntilAsync(w => w.Status.Conditions!.Any(c => c.ObservedGeneration == w.Host!.Metadata.Generation));
        await world.UntilRestAsync("provisioned");

        Assert.Equal((1, 1, 0), (world.Count("soft power off"), world.Count("deploy"), world.Count("deleted")));
        await bench.ProveAsync(world, "stale-snapshot");
    }

    [Fact]
    public async Task S5_S6_A_moved_host_is_restored_from_its_annotation_and_adopted_untouched()
    {
        var world = bench.NewWorld();
        world.Deployed = Given.Ubuntu.Url;
        world.MachineIsOn = true;
        var status = new BareMetalHostStatus
        {
            OperationalStatus = OperationalStatus.Ok,
            HardwareProfile = "dell",
            PoweredOn = true,
            Provisioning = new() { State = ProvisioningState.Provisioned, Id = "node-of-another-cluster", Image = Given.Ubuntu },
        };
        await world.CreateAsync(
            spec => spec with { Image = Given.Ubuntu }, [(AnnotationKeys.Status, Metal3Json.Serialize(status))]);
        await world.UntilAsync(w => w.Count("adopt") == 1);
        await world.UntilRestAsync("provisioned");

        Assert.Equal(("dell", Given.Ubuntu), (world.Status.HardwareProfile, world.Status.Provisioning.Image));
        Assert.Empty(world.Destroyed);
        Assert.Null(world.Host!.Metadata.Annotation(AnnotationKeys.Status));
        await bench.ProveAsync(world, "moved");
    }

    [Fact]
    public async Task W24_A_status_annotation_that_cannot_be_read_is_refused_not_forgotten()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(annotations: [(AnnotationKeys.Status, "{not json")]);
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.RegistrationError);
        Assert.NotNull(world.Host!.Metadata.Annotation(AnnotationKeys.Status));
        Assert.Empty(world.Asked);

        await world.AnnotateAsync(AnnotationKeys.Status, null);
        await world.UntilStateAsync("available");

        Assert.Null(world.Status.ErrorType);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_host_at_rest_continues_as_new_and_keeps_everything()
    {
        var world = bench.NewWorld(new() { NetworkBootLimit = 0, Patience = World.Hasty with { HistoryEvents = 10 } });
        await world.CreateAsync(Everything);
        await world.UntilRestAsync("provisioned");
        var first = (await world.Handle.DescribeAsync()).RunId;
        var before = (await world.ViewAsync()).Observed;

        await world.EditAsync(spec => spec with { Description = "a reason to wake up" });
        await world.UntilViewAsync(view => view.Observed.PublishedGeneration == world.Host!.Metadata.Generation && view.Lifecycle is null);

        var view = await world.ViewAsync();
        Assert.Equal(before.Registered, view.Observed.Registered);
        Assert.Equal(before.HardwareHash, view.Observed.HardwareHash);
        Assert.Equal((1, 1), (world.Count("deploy"), world.Count("create")));
        Assert.NotEmpty(first);
        var histories = await bench.HistoriesAsync(world);
        Assert.True(histories.Count(history => history.Id == world.WorkflowId) > 1);
        await bench.ProveAsync(world, "continued-as-new");
    }
}

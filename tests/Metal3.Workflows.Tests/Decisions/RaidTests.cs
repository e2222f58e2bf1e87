using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;

namespace Metal3.Workflows.Tests.Decisions;

/// <summary>RAID as it is wanted and recorded (specification §3.5).</summary>
public sealed class RaidTests
{
    private static readonly HardwareRaidVolume Hardware = new() { Level = new("1") };
    private static readonly SoftwareRaidVolume Software = new() { Level = new("1") };

    [Fact]
    public void S45_Without_a_wish_software_volumes_go_and_hardware_volumes_stay()
    {
        var recorded = new Raid { HardwareRaidVolumes = [Hardware], SoftwareRaidVolumes = [Software] };
        Assert.True(Dirty(null, recorded));

        var target = RaidDecisions.TargetRaid(null, recorded);

        Assert.Equal(new Raid { HardwareRaidVolumes = [Hardware], SoftwareRaidVolumes = [] }, target);
        Assert.False(Dirty(null, target));
        Assert.False(Dirty(new(), target)); // S46
    }

    [Fact]
    public void No_wish_and_nothing_recorded_is_nothing_to_do()
    {
        Assert.False(Dirty(null, null));
        Assert.False(Dirty(new(), null));
    }

    [Fact]
    public void S47_Requested_volumes_are_exactly_what_is_recorded_afterwards()
    {
        var wanted = new Raid { HardwareRaidVolumes = [Hardware], SoftwareRaidVolumes = [Software] };

        Assert.True(Dirty(wanted, null));
        Assert.Equal(wanted, RaidDecisions.TargetRaid(wanted, null));
        Assert.False(Dirty(wanted, wanted));
    }

    [Fact]
    public void S48_Nil_empty_and_filled_lists_are_three_wishes()
    {
        Assert.True(Dirty(new() { HardwareRaidVolumes = [] }, null));
        Assert.True(Dirty(new() { HardwareRaidVolumes = [] }, new() { HardwareRaidVolumes = [Hardware] }));
        Assert.True(Dirty(new() { SoftwareRaidVolumes = [] }, new() { HardwareRaidVolumes = [] }));
        Assert.Equal(new Raid { HardwareRaidVolumes = [] }, RaidDecisions.TargetRaid(new() { HardwareRaidVolumes = [] }, null));
    }

    [Fact]
    public void W36_Hardware_raid_that_stands_is_not_made_again_after_each_deprovisioning()
    {
        var wanted = new Raid { HardwareRaidVolumes = [Hardware], SoftwareRaidVolumes = [] };

        Assert.False(Dirty(wanted, RaidDecisions.WithoutSoftware(wanted)));
    }

    [Fact]
    public void After_a_failed_preparation_nothing_recorded_is_believed() => Assert.True(RaidDecisions.IsRaidDirty(
        new(), new ObservedHost { ActualRaidUnknown = true }));

    [Fact]
    public void S46_An_empty_wish_after_the_software_volumes_went_is_nothing_to_do() =>
        Assert.False(Dirty(new(), new() { SoftwareRaidVolumes = [] }));

    [Fact]
    public void S44_Hints_are_compared_by_what_they_say()
    {
        Assert.Equal(new RootDeviceHints { DeviceName = "/dev/sda", Rotational = false }, new RootDeviceHints { DeviceName = "/dev/sda", Rotational = false });
        Assert.NotEqual(new RootDeviceHints { DeviceName = "/dev/sda", Rotational = false }, new RootDeviceHints { DeviceName = "/dev/sda", Rotational = true });
        Assert.NotEqual(new RootDeviceHints { DeviceName = "/dev/sda" }, new RootDeviceHints { DeviceName = "/dev/sda", Rotational = false });
    }

    private static bool Dirty(Raid? wanted, Raid? recorded) => RaidDecisions.IsRaidDirty(
        new() { Raid = wanted }, new() { Status = new() { Provisioning = new() { Raid = recorded } } });
}

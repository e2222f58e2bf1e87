using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;

namespace Metal3.Workflows.Tests.Decisions;

/// <summary>Hardware profiles, root device hints and RAID (specification §3.2, §3.5).</summary>
public sealed class RaidAndHintsTests
{
    private static readonly HardwareRaidVolume Hardware = new() { Level = new("1") };
    private static readonly SoftwareRaidVolume Software = new() { Level = new("1") };

    [Theory]
    [InlineData("foo", "bar", "redfish://x", "foo")]
    [InlineData("", "bar", "redfish://x", "bar")]
    [InlineData("", "", "libvirt://x", "libvirt")]
    [InlineData("", "", "redfish://x", "unknown")]
    [InlineData("", "", "", "unknown")]
    public void S35_The_profile_is_sticky_then_wanted_then_guessed(string stored, string wanted, string address, string profile) => Assert.Equal(
        profile,
        RaidAndHints.Profile(
            new() { HardwareProfile = wanted, Bmc = new() { Address = address } }, new() { HardwareProfile = stored }));

    [Theory]
    [InlineData("unknown", "/dev/sda", null)]
    [InlineData("libvirt", "/dev/vda", null)]
    [InlineData("dell", null, "0:0:0:0")]
    [InlineData("dell-raid", null, "0:2:0:0")]
    [InlineData("openstack", "/dev/vdb", null)]
    public void S43_A_profile_supplies_a_hint(string profile, string? device, string? hctl) =>
        Assert.Equal(new RootDeviceHints { DeviceName = device, Hctl = hctl }, RaidAndHints.Hints(new(), profile));

    [Fact]
    public void S43_The_empty_profile_supplies_none_and_an_unknown_one_is_no_profile()
    {
        Assert.Null(RaidAndHints.Hints(new(), "empty"));
        Assert.True(RaidAndHints.TryProfileHints("empty", out _));
        Assert.False(RaidAndHints.TryProfileHints("hp", out _));
    }

    [Fact]
    public void S43_Hints_in_the_spec_win_and_a_software_root_volume_needs_none()
    {
        var hints = new RootDeviceHints { Wwn = "0x5" };

        Assert.Equal(hints, RaidAndHints.Hints(new() { RootDeviceHints = hints }, "libvirt"));
        Assert.Null(RaidAndHints.Hints(
            new() { RootDeviceHints = hints, Raid = new() { SoftwareRaidVolumes = [Software with { RootVolume = true }] } }, "libvirt"));
        Assert.Equal(hints, RaidAndHints.Hints(
            new() { RootDeviceHints = hints, Raid = new() { SoftwareRaidVolumes = [Software] } }, "libvirt"));
    }

    [Fact]
    public void S45_Without_a_wish_software_volumes_go_and_hardware_volumes_stay()
    {
        var recorded = new Raid { HardwareRaidVolumes = [Hardware], SoftwareRaidVolumes = [Software] };
        Assert.True(Dirty(null, recorded));

        var target = RaidAndHints.TargetRaid(null, recorded);

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
        Assert.Equal(wanted, RaidAndHints.TargetRaid(wanted, null));
        Assert.False(Dirty(wanted, wanted));
    }

    [Fact]
    public void S48_Nil_empty_and_filled_lists_are_three_wishes()
    {
        Assert.True(Dirty(new() { HardwareRaidVolumes = [] }, null));
        Assert.True(Dirty(new() { HardwareRaidVolumes = [] }, new() { HardwareRaidVolumes = [Hardware] }));
        Assert.True(Dirty(new() { SoftwareRaidVolumes = [] }, new() { HardwareRaidVolumes = [] }));
        Assert.Equal(new Raid { HardwareRaidVolumes = [] }, RaidAndHints.TargetRaid(new() { HardwareRaidVolumes = [] }, null));
    }

    [Fact]
    public void W36_Hardware_raid_that_stands_is_not_made_again_after_each_deprovisioning()
    {
        var wanted = new Raid { HardwareRaidVolumes = [Hardware], SoftwareRaidVolumes = [] };

        Assert.False(Dirty(wanted, RaidAndHints.WithoutSoftware(wanted)));
    }

    [Fact]
    public void After_a_failed_preparation_nothing_recorded_is_believed() => Assert.True(RaidAndHints.IsRaidDirty(
        new(), new ObservedHost { ActualRaidUnknown = true }));

    private static bool Dirty(Raid? wanted, Raid? recorded) => RaidAndHints.IsRaidDirty(
        new() { Raid = wanted }, new() { Status = new() { Provisioning = new() { Raid = recorded } } });
}

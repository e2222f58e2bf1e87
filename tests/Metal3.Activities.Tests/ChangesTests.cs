using Metal3.Activities.Provisioning;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Activities.Tests;

public sealed class ChangesTests
{
    private static readonly BmcDriver Redfish = Driver("redfish://192.0.2.1/redfish/v1/Systems/1");
    private static readonly BmcDriver Ipmi = Driver("ipmi://192.0.2.1");

    [Fact]
    public void Nothing_wanted_is_nothing_to_do()
    {
        var change = Changes.Preparation(Redfish, null, null, hints: false, settings: null);

        Assert.Empty(change.Steps);
        Assert.Null(change.TargetRaid);
        Assert.Null(change.RaidInterface);
    }

    [Fact]
    public void Volumes_that_differ_are_deleted_and_made()
    {
        var wanted = new Raid
        {
            HardwareRaidVolumes =
            [
                new HardwareRaidVolume { Level = HardwareRaidLevel.Of("1"), Name = "root", Rotational = false, NumberOfPhysicalDisks = 2 },
                new HardwareRaidVolume { Level = HardwareRaidLevel.Of("5"), SizeGibibytes = 100, Controller = "c0", PhysicalDisks = ["d1", "d2", "d3"] },
            ],
        };

        var change = Changes.Preparation(Redfish, wanted, null, hints: false, settings: null);

        Assert.Equal(["raid.delete_configuration", "raid.create_configuration"], Steps(change));
        Assert.Equal("redfish", change.RaidInterface);
        Assert.Equal(
            """{"logical_disks":[{"size_gb":"MAX","raid_level":"1","volume_name":"root","is_root_volume":true,"disk_type":"ssd","number_of_physical_disks":2},{"size_gb":100,"raid_level":"5","physical_disks":["d1","d2","d3"],"controller":"c0"}]}""",
            change.TargetRaid!.ToJsonString());
    }

    [Fact]
    public void Root_device_hints_choose_the_root_instead_of_the_first_volume()
    {
        var wanted = new Raid { HardwareRaidVolumes = [new HardwareRaidVolume { Level = HardwareRaidLevel.Of("1") }] };

        var change = Changes.Preparation(Redfish, wanted, null, hints: true, settings: null);

        Assert.DoesNotContain("is_root_volume", change.TargetRaid!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Volumes_that_are_there_are_left_alone_and_an_empty_list_deletes()
    {
        var volumes = new Raid { HardwareRaidVolumes = [new HardwareRaidVolume { Level = HardwareRaidLevel.Of("1") }] };
        var none = new Raid { HardwareRaidVolumes = [] };

        Assert.Empty(Changes.Preparation(Redfish, volumes, volumes, hints: false, settings: null).Steps);
        Assert.Equal(["raid.delete_configuration"], Steps(Changes.Preparation(Redfish, none, volumes, hints: false, settings: null)));
    }

    [Fact]
    public void Software_volumes_are_made_by_the_agent_after_the_disks_were_erased()
    {
        var wanted = new Raid { SoftwareRaidVolumes = [new SoftwareRaidVolume { Level = SoftwareRaidLevel.Of("1") }] };

        var change = Changes.Preparation(Ipmi, wanted, null, hints: false, settings: null);

        Assert.Equal("agent", change.RaidInterface);
        Assert.Equal(["raid.delete_configuration", "deploy.erase_devices_metadata", "raid.create_configuration"], Steps(change));
        Assert.Equal(
            """{"logical_disks":[{"size_gb":"MAX","raid_level":"1","controller":"software","is_root_volume":true}]}""",
            change.TargetRaid!.ToJsonString());
    }

    public static TheoryData<string, Raid> Impossible { get; } = new()
    {
        { "RAID settings are defined, but the node's driver no-raid does not support RAID", new Raid { HardwareRaidVolumes = [new() { Level = HardwareRaidLevel.Of("1") }] } },
        { "the level in first volume of software raid must be RAID1", new Raid { SoftwareRaidVolumes = [new() { Level = SoftwareRaidLevel.Of("0") }] } },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void A_RAID_that_cannot_be_built_is_refused_in_the_originals_words(string complaint, Raid wanted)
    {
        var thrown = Assert.Throws<ProvisionerException>(() => Changes.Preparation(Ipmi, wanted, null, hints: false, settings: null));

        Assert.Equal((FailureTypes.SpecRefused, complaint), (thrown.Type, thrown.Message));
    }

    public static TheoryData<string, HardwareRaidVolume[]> Wrong { get; } = new()
    {
        { "the names(a) of volume[0] and volume[1] are repeated", [new() { Level = HardwareRaidLevel.Of("1"), Name = "a" }, new() { Level = HardwareRaidLevel.Of("1"), Name = "a" }] },
        { "'controller' must be specified if 'physicalDisks' are used", [new() { Level = HardwareRaidLevel.Of("1"), PhysicalDisks = ["d1", "d2"] }] },
        { "the numberOfPhysicalDisks[3] is not same as number of items in physicalDisks[2]", [new() { Level = HardwareRaidLevel.Of("1"), Controller = "c", NumberOfPhysicalDisks = 3, PhysicalDisks = ["d1", "d2"] }] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Volumes_that_contradict_themselves_are_refused_in_the_originals_words(string complaint, HardwareRaidVolume[] volumes)
    {
        var thrown = Assert.Throws<ProvisionerException>(
            () => Changes.Preparation(Redfish, new Raid { HardwareRaidVolumes = [.. volumes] }, null, hints: false, settings: null));

        Assert.Equal((FailureTypes.SpecRefused, complaint), (thrown.Type, thrown.Message));
    }

    [Fact]
    public void Only_settings_that_differ_and_that_the_BMC_knows_are_applied_with_numbers_as_numbers()
    {
        var settings = new HostFirmwareSettings
        {
            Spec = new HostFirmwareSettingsSpec
            {
                Settings = new ValueMap<SettingValue>(new Dictionary<string, SettingValue>(StringComparer.Ordinal)
                {
                    ["Same"] = "On",
                    ["Other"] = "Off",
                    ["Number"] = 7,
                    ["Unknown"] = "x",
                }),
            },
            Status = new HostFirmwareSettingsStatus
            {
                Settings = new ValueMap<string>(new Dictionary<string, string>(StringComparer.Ordinal) { ["Same"] = "On", ["Other"] = "On", ["Number"] = "3" }),
            },
        };

        var change = Changes.Service(settings);

        var step = Assert.Single(change.Steps)!;
        Assert.Equal(["bios.apply_configuration"], Steps(change));
        var applied = step["args"]!["settings"]!.AsArray().Select(one => one!.ToJsonString()).Order(StringComparer.Ordinal);
        Assert.Equal(["""{"name":"Number","value":7}""", """{"name":"Other","value":"Off"}"""], applied);
    }

    private static IEnumerable<string> Steps(Change change) => change.Steps.Select(step => $"{step!["interface"]}.{step["step"]}");

    private static BmcDriver Driver(string address)
    {
        Assert.True(BmcAccess.TryParse(new BmcDetails { Address = address }, out var access, out var problem), problem);
        return access.Driver;
    }
}

using Metal3.Contracts.Resources;
using Metal3.Contracts.RootDevices;

namespace Metal3.Contracts.Tests;

public sealed class RootDeviceTests
{
    [Fact]
    public void Hints_become_the_expressions_that_Ironic_understands()
    {
        var hints = new RootDeviceHints
        {
            DeviceName = "/dev/nvme0n1",
            Hctl = "0:2:0:0",
            Model = "PERC",
            Vendor = "DELL",
            SerialNumber = "S3Z8",
            MinSizeGigabytes = 40,
            Wwn = "w",
            WwnWithExtension = "we",
            WwnVendorExtension = "e",
            Rotational = false,
        };

        Assert.Equal(
            new(
            [
                new("name", "s== /dev/nvme0n1"), new("hctl", "s== 0:2:0:0"), new("model", "<in> PERC"), new("vendor", "<in> DELL"),
                new("serial", "s== S3Z8"), new("size", ">= 40"), new("wwn", "s== w"), new("wwn_with_extension", "s== we"),
                new("wwn_vendor_extension", "s== e"), new("rotational", "false"),
            ]),
            RootDevice.ToIronic(hints));
    }

    [Fact]
    public void A_disk_by_path_has_a_key_of_its_own() =>
        Assert.Equal(
            new([new("by_path", "s== /dev/disk/by-path/pci-0000:5e:00.0-ata-1")]),
            RootDevice.ToIronic(new() { DeviceName = "/dev/disk/by-path/pci-0000:5e:00.0-ata-1" }));

    [Fact]
    public void Absent_empty_and_zero_hints_are_not_sent()
    {
        Assert.Empty(RootDevice.ToIronic(null));
        Assert.Empty(RootDevice.ToIronic(new()));
        Assert.Empty(RootDevice.ToIronic(new() { Model = "", MinSizeGigabytes = 0 }));
    }

    [Theory] // S43
    [InlineData("unknown", "name", "s== /dev/sda")]
    [InlineData("libvirt", "name", "s== /dev/vda")]
    [InlineData("openstack", "name", "s== /dev/vdb")]
    [InlineData("dell", "hctl", "s== 0:0:0:0")]
    [InlineData("dell-raid", "hctl", "s== 0:2:0:0")]
    public void A_profile_implies_hints_where_the_spec_gives_none(string profile, string key, string expression)
    {
        Assert.Equal(expression, RootDevice.ToIronic(RootDevice.InForce(new(), profile))[key]);
        Assert.Equal("s== x", RootDevice.ToIronic(RootDevice.InForce(new() { RootDeviceHints = new() { Wwn = "x" } }, profile))["wwn"]);
    }

    [Fact]
    public void The_empty_profile_and_a_software_root_volume_leave_no_hints()
    {
        var hints = new RootDeviceHints { Wwn = "0x5" };

        Assert.Null(RootDevice.InForce(new(), "empty"));
        Assert.Null(RootDevice.InForce(new() { RootDeviceHints = hints, Raid = new() { SoftwareRaidVolumes = [new() { RootVolume = true }] } }, "unknown"));
        Assert.Equal(hints, RootDevice.InForce(new() { RootDeviceHints = hints, Raid = new() { SoftwareRaidVolumes = [new()] } }, "unknown"));
    }

    [Fact]
    public void The_empty_profile_is_one_and_an_unknown_name_is_none()
    {
        Assert.True(HardwareProfiles.IsKnown("empty"));
        Assert.False(HardwareProfiles.IsKnown("hp"));
    }

    [Theory] // S35
    [InlineData("", null, "", "unknown")]
    [InlineData("", "no such profile", "ipmi://h", "no such profile")]
    [InlineData("", null, "ipmi://h", "unknown")]
    [InlineData("", null, "libvirt://h", "libvirt")]
    [InlineData("", "dell", "libvirt://h", "dell")]
    [InlineData("openstack", "dell", "libvirt://h", "openstack")]
    public void A_profile_once_chosen_stays(string chosen, string? wanted, string address, string profile) =>
        Assert.Equal(profile, HardwareProfiles.Choose(new() { HardwareProfile = wanted, Bmc = new() { Address = address } }, chosen));
}

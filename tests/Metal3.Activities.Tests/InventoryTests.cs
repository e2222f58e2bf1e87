using System.Text.Json;
using Metal3.Activities.Ironic;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Tests;

public sealed class InventoryTests
{
    /// <summary>What an agent sends from a rack server with two NICs and three kinds of disk.</summary>
    private const string Sample = """
        {
         "inventory": {
          "hostname": "worker-0.lab.example", "bmc_address": "192.0.2.17",
          "cpu": {"model_name": "Example Xeon 4310 @ 2.10GHz", "frequency": "2100.0000", "count": 48,
                  "architecture": "x86_64", "socket_count": 2, "flags": ["vmx", "fpu", "aes", "sse2"]},
          "memory": {"total": 134843924480, "physical_mb": 131072},
          "disks": [
           {"name": "/dev/sda", "model": "SSDX 480", "size": 480103981056, "rotational": false, "vendor": "ACME",
            "serial": "S4A1", "wwn": "0x5000c500a1b2c3d4", "wwn_with_extension": "0x5000c500a1b2c3d40001",
            "wwn_vendor_extension": "0x0001", "hctl": "2:0:0:0", "by_path": "/dev/disk/by-path/pci-0000:00:17.0-ata-1"},
           {"name": "/dev/nvme0n1", "model": "NV-1T", "size": 1000204886016, "rotational": false, "vendor": null,
            "serial": "NV77", "wwn": "eui.0025388b01", "wwn_with_extension": "eui.0025388b01", "hctl": null, "by_path": null},
           {"name": "/dev/sdb", "model": "HD4T", "size": 4000787030016, "rotational": true, "vendor": "ATA",
            "serial": "WD9", "hctl": "3:0:0:0", "by_path": "/dev/disk/by-path/pci-0000:00:17.0-ata-2"}],
          "interfaces": [
           {"name": "eno1", "mac_address": "52:54:00:aa:bb:01", "ipv4_address": "172.22.0.41", "ipv6_address": "fd00:22::41",
            "has_carrier": true, "vendor": "0x8086", "product": "0x1572", "speed_mbps": 10000, "pci_address": "0000:18:00.0"},
           {"name": "eno2", "mac_address": "52:54:00:aa:bb:02", "ipv4_address": null, "ipv6_address": null,
            "vendor": null, "product": null, "speed_mbps": null, "pci_address": "0000:18:00.1"}],
          "system_vendor": {"product_name": "RackBox 740 (SKU=0814)", "serial_number": "7Q3LNX2", "manufacturer": "Example Inc.",
                            "firmware": {"vendor": "Example Inc.", "version": "2.21.1", "build_date": "02/14/2024"}},
          "boot": {"current_boot_mode": "uefi", "pxe_interface": "52:54:00:aa:bb:01"}
         },
         "plugin_data": {
          "all_interfaces": {"eno1": {"pxe_enabled": true}, "eno2": {"pxe_enabled": false}},
          "parsed_lldp": {"eno1": {"switch_chassis_id": "11:22:33:aa:bb:cc", "switch_port_id": "Ethernet1/7",
                                   "switch_system_name": "tor-a", "switch_port_untagged_vlan_id": 101}}
         }
        }
        """;

    [Fact]
    public void What_an_agent_reports_becomes_hardware_as_the_original_reads_it()
    {
        var found = Read(Sample);

        Assert.Equal("worker-0.lab.example", found.Hostname);
        Assert.Equal(131072, found.RamMebibytes);
        Assert.Equal(("Example Inc.", "RackBox 740 (SKU=0814)", "7Q3LNX2"), (found.SystemVendor.Manufacturer, found.SystemVendor.ProductName, found.SystemVendor.SerialNumber));
        Assert.Equal(("Example Inc.", "2.21.1", "02/14/2024"), (found.Firmware.Bios.Vendor, found.Firmware.Bios.Version, found.Firmware.Bios.Date));
        Assert.Equal(("x86_64", 2100.0, 48L), (found.Cpu.Arch, found.Cpu.ClockMegahertz, found.Cpu.Count));
        Assert.Equal(["aes", "fpu", "sse2", "vmx"], found.Cpu.Flags!);

        Assert.Equal(["172.22.0.41", "fd00:22::41", null], found.Nics!.Select(nic => nic.Ip));
        Assert.Equal(["0x8086 0x1572", "0x8086 0x1572", null], found.Nics!.Select(nic => nic.Model));
        Assert.Equal([10L, 10L, null], found.Nics!.Select(nic => (long?)nic.SpeedGbps));
        Assert.Equal([true, true, null], found.Nics!.Select(nic => nic.Pxe));
        Assert.Equal(("11:22:33:aa:bb:cc", "Ethernet1/7", "tor-a"), (found.Nics![0].Lldp!.SwitchId, found.Nics[0].Lldp!.PortId, found.Nics[0].Lldp!.SwitchSystemName));
        Assert.Null(found.Nics[2].Lldp);

        Assert.Equal(
            ["/dev/disk/by-path/pci-0000:00:17.0-ata-1", "/dev/nvme0n1", "/dev/disk/by-path/pci-0000:00:17.0-ata-2"],
            found.Storage!.Select(disk => disk.Name));
        Assert.Equal([DiskType.Ssd, DiskType.Nvme, DiskType.Hdd], found.Storage!.Select(disk => disk.Type));
        Assert.Equal([2, 1, 2], found.Storage!.Select(disk => disk.AlternateNames!.Count));
        Assert.Equal(("0x5000c500a1b2c3d4", "0x0001", "2:0:0:0"), (found.Storage![0].Wwn, found.Storage[0].WwnVendorExtension, found.Storage[0].Hctl));
    }

    [Fact]
    public void What_a_BMC_reports_of_itself_has_gaps_and_is_read_all_the_same()
    {
        var found = Read("""
            {"inventory": {"memory": {"physical_mb": 65536}, "disks": [{"name": "Drive 1", "size": 10}],
             "interfaces": [{"mac_address": "52:54:00:aa:bb:03"}]}, "plugin_data": null}
            """);

        Assert.Equal(65536, found.RamMebibytes);
        Assert.Equal(("Drive 1", DiskType.Ssd), (found.Storage![0].Name, found.Storage[0].Type));
        Assert.Equal("52:54:00:aa:bb:03", Assert.Single(found.Nics!).Mac);
    }

    [Theory]
    [InlineData("2100.0000", 2100)]
    [InlineData("2099.5", 2100)]
    [InlineData("3.4 GHz", 3)]
    [InlineData("fast", null)]
    [InlineData("", null)]
    public void The_leading_number_of_a_frequency_is_what_counts(string text, int? megahertz) =>
        Assert.Equal(megahertz, Read($$"""{"inventory": {"cpu": {"frequency": "{{text}}"} } }""").Cpu.ClockMegahertz);

    [Theory]
    [InlineData("""{"inventory": []}""", "the inventory is not an object")]
    [InlineData("""{"inventory": {"memory": {"physical_mb": "much"}}}""", "physical_mb is not a number")]
    [InlineData("""{"inventory": {"disks": {}}}""", "disks is not a list")]
    [InlineData("""{"inventory": {"hostname": 7}}""", "hostname is not a text")]
    public void A_member_of_the_wrong_kind_is_named(string text, string complaint) =>
        Assert.Equal(complaint, Assert.Throws<JsonException>(() => Read(text)).Message);

    private static HardwareDetails Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement.Clone();
        return Inventory.Read(new InventoryRecord
        {
            Inventory = root.GetProperty("inventory"),
            PluginData = root.TryGetProperty("plugin_data", out var plugin) ? plugin : default,
        });
    }
}

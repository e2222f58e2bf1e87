using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>The inventory of the host of the same name.</summary>
public sealed record HardwareData() : Metal3Resource(nameof(HardwareData))
{
    /// <summary>The inventory.</summary>
    public HardwareDataSpec? Spec { get; init; }
}

/// <summary>Holder of the inventory.</summary>
public sealed record HardwareDataSpec : WireRecord
{
    /// <summary>The inventory; <see langword="null"/> if there is none.</summary>
    public HardwareDetails? Hardware { get; init; }
}

/// <summary>What a machine consists of.</summary>
public sealed record HardwareDetails : WireRecord
{
    /// <summary>Who made the machine.</summary>
    public HardwareSystemVendor SystemVendor { get; init => field = value ?? new(); } = new();

    /// <summary>Firmware.</summary>
    public HardwareFirmware Firmware { get; init => field = value ?? new(); } = new();

    /// <summary>Memory in mebibytes.</summary>
    public long? RamMebibytes { get; init; }

    /// <summary>Network interfaces; one entry per address.</summary>
    [JsonPropertyName("nics")]
    public ValueList<Nic>? Nics { get; init; }

    /// <summary>Disks.</summary>
    public ValueList<Storage>? Storage { get; init; }

    /// <summary>Processors.</summary>
    [JsonPropertyName("cpu")]
    public Cpu Cpu { get; init => field = value ?? new(); } = new();

    /// <summary>Host name the ramdisk saw.</summary>
    public string? Hostname { get; init; }
}

/// <summary>Who made the machine.</summary>
public sealed record HardwareSystemVendor : WireRecord
{
    /// <summary>Manufacturer.</summary>
    public string? Manufacturer { get; init; }

    /// <summary>Product.</summary>
    public string? ProductName { get; init; }

    /// <summary>Serial number.</summary>
    public string? SerialNumber { get; init; }
}

/// <summary>Firmware of a machine.</summary>
public sealed record HardwareFirmware : WireRecord
{
    /// <summary>BIOS or UEFI.</summary>
    [JsonPropertyName("bios")]
    public Bios Bios { get; init => field = value ?? new(); } = new();
}

/// <summary>BIOS or UEFI.</summary>
public sealed record Bios : WireRecord
{
    /// <summary>Build date, as the vendor writes it.</summary>
    public string? Date { get; init; }

    /// <summary>Vendor.</summary>
    public string? Vendor { get; init; }

    /// <summary>Version.</summary>
    public string? Version { get; init; }
}

/// <summary>Processors of a machine.</summary>
public sealed record Cpu : WireRecord
{
    /// <summary>Architecture such as <c>x86_64</c>.</summary>
    public string? Arch { get; init; }

    /// <summary>Model.</summary>
    public string? Model { get; init; }

    /// <summary>Clock rate in megahertz.</summary>
    public double? ClockMegahertz { get; init; }

    /// <summary>Features, sorted.</summary>
    public ValueList<string>? Flags { get; init; }

    /// <summary>Number of logical processors.</summary>
    public long? Count { get; init; }
}

/// <summary>A network interface with one of its addresses.</summary>
public sealed record Nic : WireRecord
{
    /// <summary>Name in the ramdisk, such as <c>eno1</c>.</summary>
    public string? Name { get; init; }

    /// <summary>Vendor and product id.</summary>
    public string? Model { get; init; }

    /// <summary>MAC address.</summary>
    [JsonPropertyName("mac")]
    public string? Mac { get; init => field = Words.Given(value); }

    /// <summary>IPv4 or IPv6 address.</summary>
    [JsonPropertyName("ip")]
    public string? Ip { get; init; }

    /// <summary>Speed in gigabits per second.</summary>
    public long? SpeedGbps { get; init; }

    /// <summary>VLANs heard on the port.</summary>
    [JsonPropertyName("vlans")]
    public ValueList<Vlan>? Vlans { get; init; }

    /// <summary>Untagged VLAN, 0 to 4094.</summary>
    public int? VlanId { get; init; }

    /// <summary>Whether the ramdisk booted from it.</summary>
    [JsonPropertyName("pxe")]
    public bool? Pxe { get; init; }

    /// <summary>What the switch says about the port.</summary>
    [JsonPropertyName("lldp")]
    public Lldp? Lldp { get; init; }

    /// <summary>Address on the PCI bus.</summary>
    public string? PciAddress { get; init; }
}

/// <summary>A VLAN.</summary>
public sealed record Vlan : WireRecord
{
    /// <summary>Number, 0 to 4094.</summary>
    public int? Id { get; init; }

    /// <summary>Name.</summary>
    public string? Name { get; init; }
}

/// <summary>What a switch says about a port.</summary>
public sealed record Lldp : WireRecord
{
    /// <summary>Chassis id.</summary>
    [JsonPropertyName("switchID")]
    public string? SwitchId { get; init; }

    /// <summary>Port id.</summary>
    [JsonPropertyName("portID")]
    public string? PortId { get; init; }

    /// <summary>Name of the switch.</summary>
    public string? SwitchSystemName { get; init; }
}

/// <summary>A disk.</summary>
public sealed record Storage : WireRecord
{
    /// <summary>Device file, by path where known.</summary>
    public string? Name { get; init; }

    /// <summary>Other device files of the same disk.</summary>
    public ValueList<string>? AlternateNames { get; init; }

    /// <summary>Whether it rotates; deprecated in favour of <see cref="Type"/>.</summary>
    public bool? Rotational { get; init; }

    /// <summary>Kind of disk.</summary>
    public DiskType? Type { get; init => field = Words.Given(value); }

    /// <summary>Size in bytes.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>Vendor.</summary>
    public string? Vendor { get; init; }

    /// <summary>Model.</summary>
    public string? Model { get; init; }

    /// <summary>Serial number.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>World wide name.</summary>
    public string? Wwn { get; init; }

    /// <summary>The vendor's extension of the world wide name.</summary>
    public string? WwnVendorExtension { get; init; }

    /// <summary>World wide name with the vendor's extension.</summary>
    public string? WwnWithExtension { get; init; }

    /// <summary>SCSI address.</summary>
    public string? Hctl { get; init; }
}

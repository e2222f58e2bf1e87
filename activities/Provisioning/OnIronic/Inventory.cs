using System.Globalization;
using System.Text.Json;
using Metal3.Activities.Ironic;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Provisioning.OnIronic;

/// <summary>Turns what the agent or the BMC reported into hardware details.</summary>
internal static class Inventory
{
    /// <summary>Reads an inventory; unknown members and nulls are accepted everywhere.</summary>
    /// <exception cref="JsonException">The inventory is no object, or a member has the wrong type; the message names it.</exception>
    public static HardwareDetails Read(InventoryRecord record)
    {
        var inventory = record.Inventory;
        if (inventory.ValueKind is not JsonValueKind.Object)
        {
            throw new JsonException("the inventory is not an object");
        }

        var plugins = record.PluginData.ValueKind is JsonValueKind.Object ? record.PluginData : default;
        var vendor = Member(inventory, "system_vendor");
        var firmware = Member(vendor, "firmware");
        var cpu = Member(inventory, "cpu");
        return new HardwareDetails
        {
            Hostname = Text(inventory, "hostname"),
            RamMebibytes = Number(Member(inventory, "memory"), "physical_mb"),
            SystemVendor = new HardwareSystemVendor
            {
                Manufacturer = Text(vendor, "manufacturer"),
                ProductName = Text(vendor, "product_name"),
                SerialNumber = Text(vendor, "serial_number"),
            },
            Firmware = new HardwareFirmware
            {
                Bios = new Bios { Vendor = Text(firmware, "vendor"), Version = Text(firmware, "version"), Date = Text(firmware, "build_date") },
            },
            Cpu = new Cpu
            {
                Arch = Text(cpu, "architecture"),
                Model = Text(cpu, "model_name"),
                Count = Number(cpu, "count"),
                ClockMegahertz = Megahertz(cpu),
                Flags = [.. Items(cpu, "flags").Select(flag => flag.GetString() ?? "").Order(StringComparer.Ordinal)],
            },
            Nics = [.. Items(inventory, "interfaces").SelectMany(nic => Nics(nic, plugins))],
            Storage = [.. Items(inventory, "disks").Select(Disk)],
        };
    }

    private static IEnumerable<Nic> Nics(JsonElement nic, JsonElement plugins)
    {
        var name = Text(nic, "name");
        var one = new Nic
        {
            Name = name,
            Model = $"{Text(nic, "vendor")} {Text(nic, "product")}".TrimStart(' ') is { Length: > 0 } model ? model : null,
            Mac = Text(nic, "mac_address"),
            SpeedGbps = Number(nic, "speed_mbps") is { } mbps && mbps >= 1000 ? mbps / 1000 : null,
            Pxe = name is not null && Flag(Member(Member(plugins, "all_interfaces"), name), "pxe_enabled") ? true : null,
            PciAddress = Text(nic, "pci_address"),
            Lldp = name is null ? null : LldpOf(Member(Member(plugins, "parsed_lldp"), name)),
        };
        var (four, six) = (Text(nic, "ipv4_address"), Text(nic, "ipv6_address"));
        if (four is not null || six is null)
        {
            yield return one with { Ip = four };
        }

        if (six is not null)
        {
            yield return one with { Ip = six };
        }
    }

    private static Lldp? LldpOf(JsonElement heard)
    {
        var lldp = new Lldp
        {
            SwitchId = Said(heard, "switch_chassis_id"),
            PortId = Said(heard, "switch_port_id"),
            SwitchSystemName = Said(heard, "switch_system_name"),
        };
        return lldp is { SwitchId: null, PortId: null, SwitchSystemName: null } ? null : lldp;
    }

    private static Storage Disk(JsonElement disk)
    {
        var (name, path) = (Text(disk, "name"), Text(disk, "by_path"));
        var rotational = Flag(disk, "rotational");
        return new Storage
        {
            Name = path ?? name,
            AlternateNames = [.. ((string?[])[name, path]).OfType<string>()],
            Rotational = rotational ? true : null, // upstream's inventory leaves out a false
            Type = rotational ? DiskType.Hdd : name?.StartsWith("/dev/nvme", StringComparison.Ordinal) is true ? DiskType.Nvme : DiskType.Ssd,
            SizeBytes = Number(disk, "size"),
            Vendor = Text(disk, "vendor"),
            Model = Text(disk, "model"),
            SerialNumber = Text(disk, "serial"),
            Wwn = Text(disk, "wwn"),
            WwnVendorExtension = Text(disk, "wwn_vendor_extension"),
            WwnWithExtension = Text(disk, "wwn_with_extension"),
            Hctl = Text(disk, "hctl"),
        };
    }

    /// <summary>The leading decimal number of a text, rounded; 0 if there is none.</summary>
    private static double? Megahertz(JsonElement cpu)
    {
        if (Member(cpu, "frequency") is { ValueKind: JsonValueKind.Number } number)
        {
            return Math.Round(number.GetDouble(), MidpointRounding.AwayFromZero);
        }

        var text = Said(cpu, "frequency") ?? "";
        var length = 0;
        while (length < text.Length && (char.IsAsciiDigit(text[length]) || text[length] is '.'))
        {
            length++;
        }

        return double.TryParse(text.AsSpan(0, length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? Math.Round(value, MidpointRounding.AwayFromZero)
            : null;
    }

    private static JsonElement Member(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : default;

    private static IEnumerable<JsonElement> Items(JsonElement parent, string name) => Member(parent, name) switch
    {
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => [],
        _ => throw new JsonException($"{name} is not a list"),
    };

    private static string? Text(JsonElement parent, string name) => Member(parent, name) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } given ? given : null,
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        _ => throw new JsonException($"{name} is not a text"),
    };

    /// <summary>A text where anything else is ignored.</summary>
    private static string? Said(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } given ? given : null;

    private static bool Flag(JsonElement parent, string name) => Member(parent, name).ValueKind is JsonValueKind.True;

    private static long? Number(JsonElement parent, string name) => Member(parent, name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var whole) => whole,
        { ValueKind: JsonValueKind.Number } number => (long)number.GetDouble(),
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        _ => throw new JsonException($"{name} is not a number"),
    };
}

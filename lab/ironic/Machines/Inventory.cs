using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Machines;

/// <summary>What an agent finds on a machine: the same for the same MAC, and different between machines.</summary>
internal static class Inventory
{
    public static JsonObject Of(string mac, string? name, JsonObject? overrides, bool uefi = true)
    {
        var seed = SHA256.HashData(Encoding.ASCII.GetBytes(mac));
        var serial = Convert.ToHexString(seed.AsSpan(0, 5));
        var wwn = Convert.ToHexString(seed.AsSpan(5, 6)).ToLowerInvariant();
        var address = $"192.0.{2 + (seed[11] % 8)}.{2 + (seed[12] % 250)}";
        var inventory = new JsonObject
        {
            ["hostname"] = name ?? $"host-{mac.Replace(":", "")}",
            ["bmc_address"] = null,
            ["bmc_v6address"] = "::/0",
            ["cpu"] = new JsonObject
            {
                ["model_name"] = "Lab CPU 8000 @ 2.10GHz",
                ["frequency"] = "2100.0000",
                ["count"] = 8 << (seed[13] % 4),
                ["architecture"] = "x86_64",
                ["socket_count"] = 2,
                ["flags"] = Json.Strings("fpu", "vmx", "aes", "sse2"),
            },
            ["memory"] = Memory(16384L << (seed[14] % 4)),
            ["disks"] = new JsonArray(
                Disk("/dev/sda", "LAB SSD", 480103981056, false, serial, "5000c5" + wwn[..10], "0:0:0:0", 1),
                Disk("/dev/sdb", "LAB HDD", 4000787030016, true, serial + "B", "5000c6" + wwn[..10], "1:0:0:0", 2)),
            ["interfaces"] = new JsonArray(
                Interface("eth0", mac, address, 0, 25000),
                Interface("eth1", Next(mac), null, 1, 25000)),
            ["system_vendor"] = new JsonObject
            {
                ["product_name"] = "Lab Machine",
                ["serial_number"] = "LAB" + serial,
                ["manufacturer"] = "Lab Inc.",
                ["firmware"] = new JsonObject
                {
                    ["vendor"] = "Lab BIOS",
                    ["version"] = "1.0.0",
                    ["build_date"] = "01/01/2026",
                },
            },
            ["boot"] = new JsonObject { ["current_boot_mode"] = uefi ? "uefi" : "bios", ["pxe_interface"] = mac },
        };
        Merge(inventory, overrides);
        return inventory;
    }

    /// <summary>What Ironic keeps beside an inventory that an agent sent.</summary>
    public static JsonObject PluginData(JsonObject inventory)
    {
        var boot = inventory["boot"]?["pxe_interface"].Text()?.ToLowerInvariant();
        var all = new JsonObject();
        var macs = new List<string>();
        foreach (var found in inventory["interfaces"] as JsonArray ?? [])
        {
            if (found is JsonObject nic && nic["name"].Text() is { } name && nic["mac_address"].Text() is { } mac)
            {
                var copy = (JsonObject)nic.DeepClone();
                copy["pxe_enabled"] = string.Equals(mac, boot, StringComparison.OrdinalIgnoreCase);
                all[name] = copy;
                macs.Add(mac.ToLowerInvariant());
            }
        }

        return new()
        {
            ["root_disk"] = (inventory["disks"] as JsonArray)?.FirstOrDefault()?.DeepClone(),
            ["boot_interface"] = boot,
            ["configuration"] = new JsonObject
            {
                ["collectors"] = Json.Strings("default", "logs"),
                ["managers"] = new JsonArray(
                    new JsonObject { ["name"] = "generic_hardware_manager", ["version"] = "1.2" }),
            },
            ["error"] = null,
            ["macs"] = Json.Strings(macs),
            ["all_interfaces"] = all,
            ["valid_interfaces"] = all.DeepClone(),
        };
    }

    /// <summary>What Redfish inspection knows: sizes, but neither names of interfaces nor device paths.</summary>
    public static JsonObject OutOfBand(JsonObject full) => new()
    {
        ["memory"] = new JsonObject { ["physical_mb"] = full["memory"]?["physical_mb"]?.DeepClone() },
        ["cpu"] = new JsonObject
        {
            ["count"] = full["cpu"]?["count"]?.DeepClone(),
            ["architecture"] = full["cpu"]?["architecture"]?.DeepClone(),
            ["model_name"] = full["cpu"]?["model_name"]?.DeepClone(),
        },
        ["disks"] = Json.ArrayOf((full["disks"] as JsonArray ?? []).Select(disk => (JsonNode?)new JsonObject
        {
            ["name"] = disk?["model"]?.DeepClone(),
            ["size"] = disk?["size"]?.DeepClone(),
        })),
        ["interfaces"] = Json.ArrayOf((full["interfaces"] as JsonArray ?? []).Select(nic => (JsonNode?)new JsonObject
        {
            ["mac_address"] = nic?["mac_address"]?.DeepClone(),
        })),
        ["system_vendor"] = new JsonObject
        {
            ["product_name"] = full["system_vendor"]?["product_name"]?.DeepClone(),
            ["serial_number"] = full["system_vendor"]?["serial_number"]?.DeepClone(),
            ["manufacturer"] = full["system_vendor"]?["manufacturer"]?.DeepClone(),
        },
        ["boot"] = new JsonObject { ["current_boot_mode"] = full["boot"]?["current_boot_mode"]?.DeepClone() },
    };

    private static string Next(string mac)
    {
        var number = Convert.ToInt64(mac.Replace(":", ""), 16) ^ 0x800000;
        var hex = number.ToString("x12");
        return string.Join(':', Enumerable.Range(0, 6).Select(i => hex.Substring(i * 2, 2)));
    }

    private static JsonObject Memory(long mebibytes) => new()
    {
        ["total"] = (mebibytes - 512) * 1048576,
        ["physical_mb"] = mebibytes,
    };

    private static JsonObject Disk(
        string name, string model, long size, bool rotational, string serial, string wwn, string hctl, int port) => new()
        {
            ["name"] = name,
            ["model"] = model,
            ["size"] = size,
            ["rotational"] = rotational,
            ["wwn"] = "0x" + wwn,
            ["serial"] = serial,
            ["vendor"] = "LAB",
            ["wwn_with_extension"] = "0x" + wwn,
            ["wwn_vendor_extension"] = null,
            ["hctl"] = hctl,
            ["by_path"] = $"/dev/disk/by-path/pci-0000:00:17.0-ata-{port}",
            ["logical_sectors"] = 512,
            ["physical_sectors"] = 4096,
            ["tran"] = "sata",
        };

    private static JsonObject Interface(string name, string mac, string? address, int function, int speed) => new()
    {
        ["name"] = name,
        ["mac_address"] = mac,
        ["ipv4_address"] = address,
        ["ipv6_address"] = null,
        ["has_carrier"] = address is not null,
        ["lldp"] = null,
        ["vendor"] = "0x8086",
        ["product"] = "0x1572",
        ["client_id"] = null,
        ["biosdevname"] = null,
        ["speed_mbps"] = speed,
        ["pci_address"] = $"0000:18:00.{function}",
        ["driver"] = "i40e",
    };

    private static void Merge(JsonObject into, JsonObject? over)
    {
        foreach (var (name, value) in over ?? [])
        {
            if (value is JsonObject nested && into[name] is JsonObject existing)
            {
                Merge(existing, nested);
            }
            else
            {
                into[name] = value?.DeepClone();
            }
        }
    }
}

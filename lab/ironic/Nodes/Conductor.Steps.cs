using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Machines;
using Metal3.Lab.Ironic.State;
using static Metal3.Lab.Ironic.Nodes.ProvisionStates;

namespace Metal3.Lab.Ironic.Nodes;

internal sealed partial class Conductor
{
    /// <summary>What is true after the step.</summary>
    private void Carry(Node node, Step step)
    {
        var machine = Find(node);
        switch (step.Does)
        {
            case "verify":
                if (machine is not null && node.Interface("power") != "fake")
                {
                    node.Power = machine.PoweredOn ? "power on" : "power off";
                    Refresh(node, machine);
                    if (node.Interface("management") is "redfish" or "idrac-redfish")
                    {
                        node.Fields["properties"]!["vendor"] =
                            Inventory.Of(machine.Mac ?? "52:54:00:00:00:00", null, machine.InventoryOverrides)
                                ["system_vendor"]?["manufacturer"]?.DeepClone();
                    }
                }

                break;
            case "reboot" when machine is not null && node.State == Deploying && node.Interface("deploy") == "ramdisk":
                machine.ImageOnDisk = null;
                break;
            case "inventory":
                StoreInventory(node, machine, outOfBand: false);
                break;
            case "inventory-out-of-band":
                StoreInventory(node, machine, outOfBand: true);
                Refresh(node, machine);
                break;
            case "fake-inspect":
                (node.Fields["inspection_finished_at"], node.Fields["inspection_started_at"]) = (world.Now, null);
                break;
            case "refresh" or "cleaned":
                if (node.State == Inspecting)
                {
                    (node.Fields["inspection_finished_at"], node.Fields["inspection_started_at"]) = (world.Now, null);
                }

                Refresh(node, machine);
                break;
            case "write-image" or "custom-step" when machine is not null:
                machine.ImageWrites++;
                machine.ImageOnDisk = node.InstanceInfo["image_source"].Text() ?? step.ShownName;
                world.Touch(machine);
                break;
            case "clean" or "service":
                Apply(node, machine, step.Shown!);
                break;
            case "deployed":
                if (node.Power is null && Plans.IsFake(node))
                {
                    node.Power = "power on";
                }

                node.DriverInternal["is_whole_disk_image"] = true;
                Refresh(node, machine);
                break;
            case "torn-down":
                node.Fields["instance_uuid"] = null;
                node.Fields["instance_info"] = new JsonObject();
                break;
            case "adopt":
                if (machine is not null && node.Interface("power") != "fake")
                {
                    node.Power = machine.PoweredOn ? "power on" : "power off";
                }

                break;
            default:
                break;
        }
    }

    private void Apply(Node node, Machine? machine, JsonObject step)
    {
        var (on, name) = (step["interface"].Text(), step["step"].Text());
        var settings = step["args"]?["settings"] as JsonArray ?? [];
        switch ((on, name))
        {
            case ("deploy", "erase_devices_metadata" or "erase_devices" or "erase_devices_express") when machine is not null:
                machine.Wipes++;
                machine.ImageOnDisk = null;
                break;
            case ("bios", "apply_configuration") when node.Interface("bios") == "fake":
                node.Inside["bios"] = Json.ArrayOf(settings.Select(setting =>
                {
                    var given = setting!["value"];
                    var fake = Bios.Entry(
                        setting["name"].Text() ?? "", given.Text() ?? given?.ToJsonString() ?? "", world.Now, null);
                    return (JsonNode?)fake;
                }));
                world.TouchInside(node);
                break;
            case ("bios", "apply_configuration"):
                foreach (var setting in settings)
                {
                    var value = setting!["value"];
                    machine?.Bios[setting["name"].Text() ?? ""] = value.Text() ?? value?.ToJsonString() ?? "";
                }

                Refresh(node, machine);
                break;
            case ("bios", "factory_reset"):
                machine?.Bios = Bios.Defaults();
                Refresh(node, machine);
                break;
            case ("firmware", "update") when machine is not null:
                foreach (var update in settings)
                {
                    if (update!["component"].Text() is { } component && update["url"].Text() is { } url)
                    {
                        var file = Path.GetFileNameWithoutExtension(url);
                        machine.Firmware[component] = file.Length > 0 ? file : url;
                    }
                }

                Refresh(node, machine);
                break;
            case ("raid", "create_configuration"):
                node.Fields["raid_config"] = node.Fields["target_raid_config"]?.DeepClone() ?? new JsonObject();
                break;
            case ("raid", "delete_configuration"):
                node.Fields["raid_config"] = new JsonObject();
                break;
            default:
                break;
        }

        if (machine is not null)
        {
            world.Touch(machine);
        }
    }

    private void StoreInventory(Node node, Machine? machine, bool outOfBand)
    {
        var mac = world.PortsOf(node).Select(port => port["address"].Text()).FirstOrDefault() ?? machine?.Mac
            ?? MacOf(node.Uuid);
        var full = node.Inside["given"]?["inventory"]?.DeepClone() as JsonObject
            ?? Inventory.Of(mac, machine?.Name, machine?.InventoryOverrides, machine?.BootMode != "Legacy");
        _ = node.Inside.Remove("given");
        var kept = outOfBand ? Inventory.OutOfBand(full) : full;
        node.Inside["inventory"] = kept;
        node.Inside["plugin_data"] = outOfBand ? null : Inventory.PluginData(full);
        (node.Fields["inspection_finished_at"], node.Fields["inspection_started_at"]) = (world.Now, null);
        if (node.Fields["properties"] is JsonObject properties)
        {
            properties["cpu_arch"] = full["cpu"]?["architecture"]?.DeepClone();
            if (outOfBand)
            {
                properties["memory_mb"] = full["memory"]?["physical_mb"]?.DeepClone();
                properties["cpus"] = full["cpu"]?["count"]?.DeepClone();
                properties["local_gb"] = (((long?)full["disks"]?[0]?["size"] ?? 0) >> 30) - 1;
            }
        }

        // add_ports = all, keep_ports = all: every interface becomes a port, pxe_enabled follows the boot interface.
        var pxe = full["boot"]?["pxe_interface"].Text();
        foreach (var nic in full["interfaces"] as JsonArray ?? [])
        {
            if (nic?["mac_address"].Text()?.ToLowerInvariant() is not { } address)
            {
                continue;
            }

            if (!world.PortByAddress.TryGetValue(address, out var known))
            {
                world.PutPort(NewPort(node.Uuid, address, address == pxe || outOfBand));
            }
            else if (world.Ports[known]["node_uuid"].Text() == node.Uuid && !outOfBand)
            {
                world.Ports[known]["pxe_enabled"] = address == pxe;
                world.PutPort(world.Ports[known]);
            }
        }

        world.TouchInside(node);
    }

    public JsonObject NewPort(string node, string address, bool pxe) => new()
    {
        ["uuid"] = Guid.NewGuid().ToString(),
        ["created_at"] = world.Now,
        ["updated_at"] = null,
        ["address"] = address,
        ["extra"] = new JsonObject(),
        ["internal_info"] = new JsonObject(),
        ["is_smartnic"] = false,
        ["local_link_connection"] = new JsonObject(),
        ["physical_network"] = null,
        ["pxe_enabled"] = pxe,
        ["node_uuid"] = node,
        ["name"] = null,
        ["portgroup_uuid"] = null,
    };

    /// <summary>Ironic's copies of what the BMC says about BIOS and firmware.</summary>
    private void Refresh(Node node, Machine? machine)
    {
        if (machine is null)
        {
            return;
        }

        if (node.Interface("bios") is "redfish" or "idrac-redfish")
        {
            var old = node.List("bios").ToDictionary(b => b!["name"].Text()!, b => b!, StringComparer.Ordinal);
            node.Inside["bios"] = Json.ArrayOf(machine.Bios.Select(setting =>
            {
                var before = old.GetValueOrDefault(setting.Key);
                var changed = before is not null && before["value"].Text() != setting.Value;
                return (JsonNode?)Bios.Entry(
                    setting.Key, setting.Value, before?["created_at"].Text() ?? world.Now,
                    changed ? world.Now : before?["updated_at"].Text());
            }));
        }

        if (node.Interface("firmware") == "redfish")
        {
            var old = node.List("firmware").ToDictionary(f => f!["component"].Text()!, f => f!, StringComparer.Ordinal);
            node.Inside["firmware"] = Json.ArrayOf(machine.Firmware.Select(component =>
            {
                var before = old.GetValueOrDefault(component.Key);
                var changed = before is not null && before["current_version"].Text() != component.Value;
                return (JsonNode?)new JsonObject
                {
                    ["component"] = component.Key,
                    ["initial_version"] = before?["initial_version"]?.DeepClone() ?? component.Value,
                    ["current_version"] = component.Value,
                    ["last_version_flashed"] = changed ? component.Value : before?["last_version_flashed"]?.DeepClone(),
                    ["created_at"] = before?["created_at"]?.DeepClone() ?? world.Now,
                    ["updated_at"] = changed ? world.Now : before?["updated_at"]?.DeepClone(),
                };
            }));
        }

        if (node.Interface("management") is "redfish" or "idrac-redfish")
        {
            node.Fields["boot_mode"] = machine.BootMode == "Legacy" ? "bios" : "uefi";
            node.Fields["secure_boot"] = machine.SecureBoot;
        }

        world.TouchInside(node);
    }

    private static string MacOf(string uuid) =>
        "52:54:00:" + string.Join(':', uuid.Replace("-", "")[..6].Chunk(2).Select(pair => new string(pair)));
}

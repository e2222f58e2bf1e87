using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Machines;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class RedfishApi
{
    private JsonObject SystemOf(Machine machine)
    {
        var id = machine.SystemId;
        var path = $"/redfish/v1/Systems/{id}";
        var inventory = Inventory.Of(
            machine.Mac ?? "52:54:00:00:00:00", machine.Name, machine.InventoryOverrides, machine.BootMode != "Legacy");
        var system = Resource(path, "ComputerSystem.v1_10_0.ComputerSystem", id, machine.Name ?? id);
        system["UUID"] = Guid.TryParse(id, out _) ? id : null;
        system["SystemType"] = "Physical";
        system["Manufacturer"] = inventory["system_vendor"]?["manufacturer"]?.DeepClone();
        system["Model"] = inventory["system_vendor"]?["product_name"]?.DeepClone();
        system["SerialNumber"] = inventory["system_vendor"]?["serial_number"]?.DeepClone();
        system["HostName"] = "";
        system["PowerState"] = machine.PoweredOn ? "On" : "Off";
        system["BiosVersion"] = machine.Firmware.GetValueOrDefault("bios");
        system["Status"] = Healthy();
        system["IndicatorLED"] = "Off";
        system["Boot"] = new JsonObject
        {
            ["BootSourceOverrideEnabled"] = machine.BootEnabled,
            ["BootSourceOverrideTarget"] = machine.BootTarget,
            ["BootSourceOverrideTarget@Redfish.AllowableValues"] =
                Json.Strings("None", "Pxe", "Cd", "Hdd", "Usb", "BiosSetup", "UefiHttp"),
            ["BootSourceOverrideMode"] = machine.BootMode,
            ["BootSourceOverrideMode@Redfish.AllowableValues"] = Json.Strings("UEFI", "Legacy"),
            ["UefiTargetBootSourceOverride"] = null,
        };
        system["ProcessorSummary"] = new JsonObject
        {
            ["Count"] = inventory["cpu"]?["count"]?.DeepClone(),
            ["Model"] = inventory["cpu"]?["model_name"]?.DeepClone(),
            ["Status"] = Healthy(),
        };
        system["MemorySummary"] = new JsonObject
        {
            ["TotalSystemMemoryGiB"] = ((long?)inventory["memory"]?["physical_mb"] ?? 0) / 1024,
            ["Status"] = Healthy(),
        };
        foreach (var below in new[] { "Bios", "SecureBoot", "EthernetInterfaces", "Processors", "SimpleStorage", "Storage", "VirtualMedia" })
        {
            system[below] = Reference($"{path}/{below}");
        }

        system["Links"] = new JsonObject
        {
            ["Chassis"] = new JsonArray(Reference($"/redfish/v1/Chassis/{id}")),
            ["ManagedBy"] = new JsonArray(Reference($"/redfish/v1/Managers/{id}")),
        };
        system["Actions"] = new JsonObject
        {
            ["#ComputerSystem.Reset"] = new JsonObject
            {
                ["target"] = path + "/Actions/ComputerSystem.Reset",
                ["ResetType@Redfish.AllowableValues"] = Json.Strings(
                    "On", "ForceOff", "GracefulShutdown", "GracefulRestart", "ForceRestart", "Nmi", "ForceOn"),
            },
        };
        return system;
    }

    private static JsonObject ManagerOf(Machine machine)
    {
        var id = machine.SystemId;
        var path = $"/redfish/v1/Managers/{id}";
        var manager = Resource(path, "Manager.v1_3_1.Manager", id, (machine.Name ?? id) + "-manager");
        manager["ManagerType"] = "BMC";
        manager["FirmwareVersion"] = machine.Firmware.GetValueOrDefault("bmc");
        manager["PowerState"] = "On";
        manager["Status"] = Healthy();
        manager["VirtualMedia"] = Reference(path + "/VirtualMedia");
        manager["EthernetInterfaces"] = Reference(path + "/EthernetInterfaces");
        manager["Links"] = new JsonObject
        {
            ["ManagerForServers"] = new JsonArray(Reference($"/redfish/v1/Systems/{id}")),
            ["ManagerForChassis"] = new JsonArray(Reference($"/redfish/v1/Chassis/{id}")),
        };
        return manager;
    }

    private static JsonObject MediaOf(Machine machine, string under, string slot)
    {
        var path = $"/redfish/v1/{under}/{machine.SystemId}/VirtualMedia/{slot}";
        var image = machine.Media.GetValueOrDefault(slot);
        var media = Resource(path, "VirtualMedia.v1_4_0.VirtualMedia", slot, slot switch { "Cd" => "Virtual CD", "Floppy" => "Virtual Floppy", _ => "Virtual USB" });
        media["MediaTypes"] = slot switch { "Cd" => Json.Strings("CD", "DVD"), "Floppy" => Json.Strings("Floppy"), _ => Json.Strings("USBStick") };
        media["Image"] = image ?? "";
        media["ImageName"] = image is null ? "" : Path.GetFileName(image);
        media["ConnectedVia"] = image is null ? "NotConnected" : "URI";
        media["Inserted"] = image is not null;
        media["WriteProtected"] = true;
        media["Actions"] = new JsonObject
        {
            ["#VirtualMedia.InsertMedia"] = new JsonObject { ["target"] = path + "/Actions/VirtualMedia.InsertMedia" },
            ["#VirtualMedia.EjectMedia"] = new JsonObject { ["target"] = path + "/Actions/VirtualMedia.EjectMedia" },
        };
        return media;
    }

    private static JsonObject BiosOf(Machine machine, SortedDictionary<string, string> settings, string path, string name)
    {
        var bios = Resource(path, "Bios.v1_0_0.Bios", "BIOS", name);
        bios["Attributes"] = new JsonObject(settings.Select(s => KeyValuePair.Create(s.Key, Bios.Typed(s.Key, s.Value))));
        _ = machine;
        return bios;
    }

    private static JsonObject ServiceRoot()
    {
        var root = Resource("/redfish/v1/", "ServiceRoot.v1_5_0.ServiceRoot", "RootService", "Lab Redfish Service");
        root["RedfishVersion"] = "1.11.0";
        root["UUID"] = "85775665-c110-4b85-8989-e6162170b3ec";
        foreach (var name in new[] { "Systems", "Managers", "Chassis", "SessionService", "UpdateService", "Registries" })
        {
            root[name] = Reference("/redfish/v1/" + name);
        }

        root["Links"] = new JsonObject { ["Sessions"] = Reference("/redfish/v1/SessionService/Sessions") };
        return root;
    }

    private static JsonObject Resource(string path, string type, string id, string name) => new()
    {
        ["@odata.id"] = path,
        ["@odata.type"] = "#" + type,
        ["@odata.context"] = $"/redfish/v1/$metadata#{type[..type.IndexOf('.')]}.{type[..type.IndexOf('.')]}",
        ["Id"] = id,
        ["Name"] = name,
    };

    private static JsonObject Collection(string path, string type, IEnumerable<string> members)
    {
        var all = members.ToList();
        return new()
        {
            ["@odata.id"] = path,
            ["@odata.type"] = $"#{type}Collection.{type}Collection",
            ["Name"] = type + " Collection",
            ["Members@odata.count"] = all.Count,
            ["Members"] = Json.ArrayOf(all.Select(member => (JsonNode?)Reference(member))),
        };
    }

    private static JsonObject Reference(string path) => new() { ["@odata.id"] = path };

    private static JsonObject Healthy() => new() { ["State"] = "Enabled", ["Health"] = "OK" };
}

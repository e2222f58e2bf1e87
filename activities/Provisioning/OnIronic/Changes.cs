using System.Globalization;
using System.Text.Json.Nodes;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Activities.Provisioning.OnIronic;

/// <summary>What manual cleaning or servicing has to do.</summary>
/// <param name="TargetRaid">RAID to set first; null if no volumes are created.</param>
/// <param name="RaidInterface">RAID interface the steps need; null if none of them is about RAID.</param>
/// <param name="Steps">In order; empty if nothing differs.</param>
internal sealed record Change(JsonObject? TargetRaid, string? RaidInterface, JsonArray Steps);

/// <summary>Works out cleaning and service steps from what is wanted and what is.</summary>
internal static class Changes
{
    /// <summary>Steps of a preparation.</summary>
    /// <param name="driver">Driver of the BMC.</param>
    /// <param name="wanted">RAID of the spec; null leaves RAID alone.</param>
    /// <param name="actual">RAID that status records; null if none, or if it cannot be trusted.</param>
    /// <param name="hints">Whether the spec has root device hints.</param>
    /// <param name="settings">Firmware settings to apply; null if none.</param>
    /// <exception cref="ProvisionerException">The RAID cannot be built as wanted.</exception>
    public static Change Preparation(BmcDriver driver, Raid? wanted, Raid? actual, bool hints, HostFirmwareSettings? settings)
    {
        var steps = new JsonArray();
        JsonObject? target = null;
        string? raidInterface = null;
        if (wanted?.SoftwareRaidVolumes is { } software)
        {
            if (!Same(software, actual?.SoftwareRaidVolumes) && !(software.Count == 0 && actual?.SoftwareRaidVolumes is null or { Count: 0 }))
            {
                raidInterface = "agent";
                steps.Add(Step("raid", "delete_configuration"));
                steps.Add(Step("deploy", "erase_devices_metadata"));
                if (software.Count > 0)
                {
                    target = Target(Software(software));
                    steps.Add(Step("raid", "create_configuration"));
                }
            }
        }
        else if (wanted?.HardwareRaidVolumes is { } hardware)
        {
            if (driver.RaidInterface == "no-raid")
            {
                if (hardware.Count > 0)
                {
                    throw Fault.Refused("RAID settings are defined, but the node's driver no-raid does not support RAID");
                }
            }
            else if (!Same(hardware, actual?.HardwareRaidVolumes))
            {
                raidInterface = driver.RaidInterface;
                steps.Add(Step("raid", "delete_configuration"));
                if (hardware.Count > 0)
                {
                    target = Target(Hardware(hardware, hints));
                    steps.Add(Step("raid", "create_configuration"));
                }
            }
        }

        AddSettings(steps, settings);
        return new Change(target, raidInterface, steps);
    }

    /// <summary>Steps of servicing a machine in use: settings only.</summary>
    public static Change Service(HostFirmwareSettings? settings)
    {
        var steps = new JsonArray();
        AddSettings(steps, settings);
        return new Change(null, null, steps);
    }

    private static void AddSettings(JsonArray steps, HostFirmwareSettings? settings)
    {
        var actual = settings?.Status?.Settings ?? ValueMap<string>.Empty;
        var differing = new JsonArray();
        foreach (var (name, value) in settings?.Spec?.Settings ?? ValueMap<SettingValue>.Empty)
        {
            if (actual.TryGetValue(name, out var now) && now != value.Text)
            {
                differing.Add((JsonNode)new JsonObject
                {
                    ["name"] = name,
                    ["value"] = value.IsNumber && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                        ? JsonValue.Create(number)
                        : JsonValue.Create(value.Text),
                });
            }
        }

        if (differing.Count > 0)
        {
            var step = Step("bios", "apply_configuration");
            step["args"] = new JsonObject { ["settings"] = differing };
            steps.Add((JsonNode)step);
        }
    }

    private static JsonObject Step(string on, string name) => new() { ["interface"] = on, ["step"] = name };

    private static JsonObject Target(JsonArray disks) => new() { ["logical_disks"] = disks };

    private static bool Same<T>(ValueList<T> wanted, ValueList<T>? actual) => actual is not null && wanted == actual;

    private static JsonArray Hardware(ValueList<HardwareRaidVolume> volumes, bool hints)
    {
        var disks = new JsonArray();
        for (var i = 0; i < volumes.Count; i++)
        {
            var volume = volumes[i];
            for (var j = i + 1; j < volumes.Count; j++)
            {
                if (volume.Name is { Length: > 0 } name && name == volumes[j].Name)
                {
                    throw Fault.Refused($"the names({name}) of volume[{i}] and volume[{j}] are repeated");
                }
            }

            var disk = new JsonObject { ["size_gb"] = Size(volume.SizeGibibytes), ["raid_level"] = volume.Level.Word };
            if (volume.Name is { Length: > 0 } given)
            {
                disk["volume_name"] = given;
            }

            if (i == 0 && !hints)
            {
                disk["is_root_volume"] = true;
            }

            if (volume.Rotational is { } rotational)
            {
                disk["disk_type"] = rotational ? "hdd" : "ssd";
            }

            if (volume.NumberOfPhysicalDisks is { } number)
            {
                disk["number_of_physical_disks"] = number;
            }

            if (volume.PhysicalDisks is { Count: > 0 } physical)
            {
                if (string.IsNullOrEmpty(volume.Controller))
                {
                    throw Fault.Refused("'controller' must be specified if 'physicalDisks' are used");
                }

                if (volume.NumberOfPhysicalDisks is { } said && said != physical.Count)
                {
                    throw Fault.Refused(
                        $"the numberOfPhysicalDisks[{said}] is not same as number of items in physicalDisks[{physical.Count}]");
                }

                disk["physical_disks"] = new JsonArray([.. physical.Select(one => (JsonNode)JsonValue.Create(one))]);
            }

            if (volume.Controller is { Length: > 0 } controller)
            {
                disk["controller"] = controller;
            }

            disks.Add((JsonNode)disk);
        }

        return disks;
    }

    private static JsonArray Software(ValueList<SoftwareRaidVolume> volumes)
    {
        if (volumes[0].Level.Word != "1")
        {
            throw Fault.Refused("the level in first volume of software raid must be RAID1");
        }

        var marked = volumes.Any(volume => volume.RootVolume is true);
        var disks = new JsonArray();
        for (var i = 0; i < volumes.Count; i++)
        {
            var volume = volumes[i];
            var disk = new JsonObject
            {
                ["size_gb"] = Size(volume.SizeGibibytes),
                ["raid_level"] = volume.Level.Word,
                ["controller"] = "software",
                ["is_root_volume"] = volume.RootVolume is true || (i == 0 && !marked),
            };
            if (volume.PhysicalDisks is { Count: > 0 } physical)
            {
                disk["physical_disks"] = new JsonArray([.. physical.Select(one => (JsonNode)InstanceData.Hints(one))]);
            }

            disks.Add((JsonNode)disk);
        }

        return disks;
    }

    private static JsonValue Size(long? gibibytes) => gibibytes is { } size ? JsonValue.Create(size) : JsonValue.Create("MAX");
}

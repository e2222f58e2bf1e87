using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;
using static Metal3.Lab.Ironic.Nodes.ProvisionStates;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class IronicApi
{
    private void Power(Call call, Node node, string ident)
    {
        Only(call, "PUT");
        var body = call.Fields("body");
        var target = Target(body);
        call.Verb = target;
        TimeSpan? timeout = null;
        if (body["timeout"] is { } given)
        {
            if (!int.TryParse(given.ToString(), out var seconds))
            {
                throw ApiException.Of(400, $"Expected an integer for timeout: {given}");
            }

            if (seconds < 1)
            {
                throw ApiException.Of(400, "timeout has to be positive integer");
            }

            timeout = TimeSpan.FromSeconds(seconds);
        }

        if (!PowerTargets.Contains(target))
        {
            throw Illegal(node.Power ?? "None");
        }

        if (node.State is Cleaning or CleanWait)
        {
            throw Illegal(node.State);
        }

        Free(node, call);
        if (DriverInfoReason(node) is { } incomplete)
        {
            throw ApiException.Of(400, incomplete);
        }

        if (target.StartsWith("soft", StringComparison.Ordinal)
            && world.Failures.Use(FailureKinds.NoSoftPowerOff, world.NamesOf(node, conductor.Find(node))) is not null)
        {
            throw ApiException.Of(400, $"Driver {node.Driver} does not support {target} (disabled or not implemented).");
        }

        if (target is "power off" or "soft power off" && node.Fields["disable_power_off"].Flag())
        {
            throw ApiException.Of(409, $"Failed to set node power state to {target}.");
        }

        conductor.ChangePower(node, target, timeout);
        call.Location = $"{Endpoint}/v1/nodes/{ident}/states";
        call.Empty(202);

        ApiException Illegal(string state) => ApiException.Of(
            400, $"The requested action \"{target}\" can not be performed on node \"{ident}\" while it is in state \"{state}\".");
    }

    private void Raid(Call call, Node node)
    {
        Only(call, "PUT");
        if (node.Interface("raid") == "no-raid")
        {
            throw Unsupported(node, "raid", 404);
        }

        var wanted = call.Fields("body");
        if (wanted.Count > 0)
        {
            if (wanted["logical_disks"] is not JsonArray disks)
            {
                throw Invalid("'logical_disks' is a required property");
            }

            foreach (var item in disks)
            {
                var disk = item as JsonObject ?? throw Invalid($"{Json.Python(item)} is not of type 'object'");
                foreach (var required in new[] { "raid_level", "size_gb" })
                {
                    if (!disk.ContainsKey(required))
                    {
                        throw Invalid($"'{required}' is a required property");
                    }
                }

                if (disk["raid_level"].Text() is not ("JBOD" or "0" or "1" or "2" or "5" or "6" or "1+0" or "5+0" or "6+0"))
                {
                    throw Invalid(
                        $"{Json.Python(disk["raid_level"])} is not one of ['JBOD', '0', '1', '2', '5', '6', '1+0', '5+0', '6+0']");
                }

                if (disk.ContainsKey("physical_disks") && !disk.ContainsKey("controller"))
                {
                    throw Invalid("'controller' is a dependency of 'physical_disks'");
                }

                if (node.Interface("raid") == "agent")
                {
                    if (disk["controller"].Text() != "software")
                    {
                        throw Invalid("The agent RAID interface only supports software RAID");
                    }

                    if (disk["physical_disks"] is JsonArray { Count: < 2 })
                    {
                        throw Invalid("Software RAID requires at least two physical disks");
                    }
                }
            }
        }

        Free(node, call);
        node.Fields["target_raid_config"] = wanted.DeepClone();
        world.Touch(node);
        call.Empty(204);

        static ApiException Invalid(string reason) => ApiException.Of(400, $"RAID config validation error: {reason}");
    }

    private void Maintenance(Call call, Node node)
    {
        Only(call, "PUT", "DELETE");
        var on = call.Method == "PUT";
        call.Verb = on ? "maintenance on" : "maintenance off";
        Free(node, call);
        node.Fields["maintenance"] = on;
        node.Fields["maintenance_reason"] = on ? call.Query("reason") ?? call.Fields("body")["reason"]?.DeepClone() : null;
        if (!on)
        {
            node.Fields["fault"] = null;
            node.PowerSyncFailures = 0;
        }

        node.Fields["updated_at"] = world.Now;
        world.Touch(node);
        call.Empty(202);
    }
}

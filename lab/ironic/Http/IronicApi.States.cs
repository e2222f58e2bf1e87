using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;
using static Metal3.Lab.Ironic.Nodes.ProvisionStates;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class IronicApi
{
    private static readonly string[] PowerTargets =
        ["power on", "power off", "rebooting", "soft power off", "soft rebooting"];

    private static readonly string[] ProvisionArguments =
    [
        "target", "configdrive", "clean_steps", "deploy_steps", "rescue_password", "disable_ramdisk", "service_steps", "runbook",
    ];

    private static string Target(JsonObject body) => body["target"] switch
    {
        null => throw ApiException.Of(400, "Missing mandatory parameter: target"),
        var given => given.Text() ?? throw ApiException.Of(400, $"Expected string for target: {given}"),
    };

    private void States(Call call, Node node)
    {
        Only(call, "GET");
        var shown = new JsonObject();
        foreach (var name in new[]
        {
            "console_enabled", "last_error", "power_state", "provision_state", "target_power_state",
            "target_provision_state", "provision_updated_at", "raid_config", "target_raid_config", "boot_mode",
            "secure_boot",
        })
        {
            if (Documents.Visible(name, call.Minor))
            {
                shown[name] = node.Fields[name]?.DeepClone();
            }
        }

        call.Answer(shown);
    }

    private void Provision(Call call, Node node, string ident)
    {
        Only(call, "PUT");
        var body = call.Fields("body");
        var target = Target(body);
        if (body.FirstOrDefault(f => !ProvisionArguments.Contains(f.Key)) is { Key: { } unexpected })
        {
            throw ApiException.Of(400, $"Unexpected arguments: {unexpected}");
        }

        call.Verb = target;
        var since = target switch
        {
            "manage" or "provide" => 4,
            "inspect" => 6,
            "abort" => 13,
            "clean" => 15,
            "adopt" => 17,
            "rescue" or "unrescue" => 38,
            _ => 1,
        };
        if (call.Minor < since)
        {
            throw ApiException.NotAcceptable();
        }

        if (target is "active" or "rebuild" && node.Maintenance)
        {
            throw InMaintenance("provisioning", node);
        }

        var verb = target switch
        {
            "active" => "deploy",
            "deploy" when call.Minor >= 73 => "deploy",
            "deleted" => "delete",
            "undeploy" when call.Minor >= 73 => "delete",
            "deploy" or "undeploy" or "delete" => "-",
            _ => target,
        };
        if (!Accepts(node.State, verb, Maximum, call.Minor))
        {
            throw node.Reservation is { } host
                ? ApiException.Locked(node.Uuid, host)
                : ApiException.Of(
                    400,
                    $"The requested action \"{target}\" can not be performed on node \"{node.Uuid}\" while it is in state "
                    + $"\"{node.State}\".");
        }

        if (call.Minor < target switch { "unhold" => 85, "service" => 87, _ => 1 })
        {
            throw ApiException.NotAcceptable();
        }

        var configdrive = body["configdrive"];
        CheckConfigDrive(target, configdrive);
        var cleanSteps = Steps(body, "clean_steps", target == "clean", "clean");
        var deploySteps = Steps(body, "deploy_steps", target is "active" or "rebuild" or "deploy", "active or rebuild");
        var serviceSteps = Steps(body, "service_steps", target == "service", "service");
        if (target == "rescue" && string.IsNullOrWhiteSpace(body["rescue_password"].Text()))
        {
            throw ApiException.Of(
                400, "A non-empty \"rescue_password\" is required when setting target provision state to rescue");
        }

        if (target != "rescue" && body["rescue_password"] is not null)
        {
            throw ApiException.Of(
                400, "\"rescue_password\" is only valid when setting target provision state to rescue");
        }

        if (node.Maintenance && verb is "clean" or "service" or "rescue" or "unrescue")
        {
            throw InMaintenance(
                verb switch { "clean" => "cleaning", "service" => "service", "rescue" => "rescuing", _ => "unrescuing" }, node);
        }

        Free(node, call);
        if (node.Fields["protected"].Flag() && verb is "delete" or "rebuild")
        {
            throw ApiException.Of(403, $"Node {node.Uuid} is protected and cannot be undeployed, rebuilt or deleted");
        }

        Start(node, verb, body, configdrive, cleanSteps, deploySteps, serviceSteps);
        call.Location = $"{Endpoint}/v1/nodes/{ident}/states";
        call.Empty(202);
    }

    private void Start(
        Node node, string verb, JsonObject body, JsonNode? configdrive, JsonArray? cleanSteps, JsonArray? deploySteps,
        JsonArray? serviceSteps)
    {
        var cleans = node.Fields["automated_clean"] is { } wanted ? wanted.Flag() : world.Options.AutomatedClean;
        switch (verb)
        {
            case "manage" when node.State == Enroll:
                conductor.Begin(node, verb, Plans.Verify(), Manageable, Manageable);
                break;
            case "manage":
                conductor.Jump(node, Manageable);
                break;
            case "inspect":
                if (node.Interface("inspect") == "no-inspect")
                {
                    throw Unsupported(node, "inspect", 400);
                }

                conductor.Begin(node, verb, Plans.Inspect(node), Manageable, Manageable);
                break;
            case "provide":
                if (cleans)
                {
                    Happened(node, "autoclean", new JsonObject());
                }

                conductor.Begin(node, verb, Plans.AutomatedClean(node, cleans), Available, Available);
                break;
            case "clean":
                Happened(node, "clean", new JsonObject { ["steps"] = cleanSteps!.DeepClone() });
                conductor.Begin(
                    node, verb, Plans.ManualClean(node, cleanSteps, body["disable_ramdisk"].Flag()), Manageable, Manageable);
                break;
            case "deploy" or "rebuild":
                if (node.Interface("deploy") == "direct" && node.InstanceInfo.ContainsKey("image_source"))
                {
                    // Written down before the rest is validated, and so even when the verb is then refused.
                    node.Fields["instance_info"]!["image_type"] = "whole-disk";
                    world.Touch(node);
                }

                CheckDeploy(node);
                if (configdrive is not null)
                {
                    if (configdrive is JsonObject { Count: 0 })
                    {
                        _ = (node.Fields["instance_info"] as JsonObject)?.Remove("configdrive");
                    }
                    else
                    {
                        node.Fields["instance_info"]!["configdrive"] = "(built by the conductor)";
                    }
                }

                Happened(node, verb, Content(node, deploySteps));
                conductor.Begin(node, verb, Plans.Deploy(node, deploySteps), Active, Active);
                break;
            case "delete":
                Happened(node, "delete", new JsonObject());
                conductor.Begin(
                    node, verb, Plans.Delete(node, cleans), node.Fields["retired"].Flag() ? Manageable : Available, Available);
                break;
            case "adopt":
                conductor.Begin(node, verb, Plans.Adopt(), Active, Active);
                break;
            case "service":
                Happened(node, "service", new JsonObject { ["steps"] = serviceSteps!.DeepClone() });
                conductor.Begin(node, verb, Plans.Service(node, serviceSteps), Active, Active);
                break;
            case "rescue":
                if (node.Interface("rescue") == "no-rescue")
                {
                    throw Unsupported(node, "rescue", 400);
                }

                node.Fields["instance_info"]!["rescue_password"] = "(given)";
                node.Fields["instance_info"]!["hashed_rescue_password"] = "(given)";
                conductor.Begin(node, verb, Plans.RescueSteps(node), Rescue, Rescue);
                break;
            case "unrescue":
                conductor.Begin(node, verb, Plans.Unrescue(node), Active, Active);
                break;
            case "abort":
                conductor.Abort(node);
                break;
            default:
                conductor.Unhold(node);
                break;
        }
    }

    /// <summary>What a deployment writes; two with the same content are the same intent.</summary>
    private static JsonObject Content(Node node, JsonArray? steps)
    {
        var info = node.InstanceInfo.DeepClone().AsObject();
        _ = info.Remove("configdrive");
        return new()
        {
            ["instance_uuid"] = node.Fields["instance_uuid"]?.DeepClone(),
            ["instance_info"] = new JsonObject(info.OrderBy(f => f.Key, StringComparer.Ordinal)
                .Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone()))),
            ["deploy_steps"] = steps?.DeepClone(),
        };
    }

    private void CheckDeploy(Node node)
    {
        if (Reason(node, "deploy") is { } reason)
        {
            throw ApiException.Of(400, $"Failed to validate deploy or power info for node {node.Uuid}: {reason}");
        }
    }

    private static ApiException InMaintenance(string what, Node node) => ApiException.Of(
        400, $"The {what} operation can't be performed on node {node.Uuid} because it's in maintenance mode.");

    private static ApiException Unsupported(Node node, string what, int status) => ApiException.Of(
        status, $"Driver {node.Driver} does not support {what} (disabled or not implemented).");

    private static void CheckConfigDrive(string target, JsonNode? configdrive)
    {
        if (configdrive is null)
        {
            return;
        }

        if (target is not ("active" or "rebuild" or "deploy"))
        {
            throw ApiException.Of(
                400, "Adding a config drive is only supported when setting provision state to active, rebuild");
        }

        if (configdrive is JsonObject fields)
        {
            if (fields.FirstOrDefault(f =>
                f.Key is not ("meta_data" or "network_data" or "user_data" or "vendor_data")) is { Key: { } unexpected })
            {
                throw ApiException.Of(
                    400,
                    $"Invalid configdrive format: Additional properties are not allowed ('{unexpected}' was unexpected)");
            }

            foreach (var name in new[] { "meta_data", "network_data", "vendor_data" })
            {
                if (fields[name] is { } value and not JsonObject)
                {
                    throw ApiException.Of(
                        400, $"Invalid configdrive format: {Json.Python(value)} is not of type 'object'");
                }
            }
        }
        else if (configdrive.Text() is null)
        {
            throw ApiException.Of(
                400,
                "Expected types <class 'NoneType'>, <class 'dict'>, <class 'str'> for configdrive: "
                + Json.Python(configdrive));
        }
    }

    private static JsonArray? Steps(JsonObject body, string field, bool belongs, string target)
    {
        var steps = body[field] as JsonArray;
        var empty = steps is null || steps.Count == 0;
        if (!belongs)
        {
            return empty
                ? null
                : throw ApiException.Of(400, field == "deploy_steps"
                    ? "\"deploy_steps\" is only valid when setting target provision state to active or rebuild"
                    : $"\"{field}\" is only valid when setting target provision state to {target}");
        }

        if (empty)
        {
            return field == "deploy_steps"
                ? null
                : throw ApiException.Of(400, $"\"{field}\" is required when setting target provision state to {target}");
        }

        foreach (var item in steps!)
        {
            var step = item as JsonObject
                ?? throw ApiException.Of(400, $"Invalid {field}: {Json.Python(item)} is not of type 'object'");
            var allowed = field == "deploy_steps"
                ? new[] { "interface", "step", "args", "priority" }
                : ["interface", "step", "args", "execute_on_child_nodes", "limit_child_node_execution"];
            if (step.FirstOrDefault(f => !allowed.Contains(f.Key)) is { Key: { } unexpected })
            {
                throw ApiException.Of(
                    400, $"Invalid {field}: Additional properties are not allowed ('{unexpected}' was unexpected)");
            }

            foreach (var required in field == "deploy_steps"
                ? new[] { "interface", "step", "args", "priority" }
                : ["interface", "step"])
            {
                if (!step.ContainsKey(required))
                {
                    throw ApiException.Of(400, $"Invalid {field}: '{required}' is a required property");
                }
            }

            if (step["interface"].Text() is not ("vendor" or "power" or "management" or "firmware" or "deploy" or "bios" or "raid"))
            {
                throw ApiException.Of(
                    400,
                    $"Invalid {field}: {Json.Python(step["interface"])} is not one of ['vendor', 'power', 'management', "
                    + "'firmware', 'deploy', 'bios', 'raid']");
            }

            if (step["args"] is { } args and not JsonObject)
            {
                throw ApiException.Of(400, $"Invalid {field}: {Json.Python(args)} is not of type 'object'");
            }
        }

        return steps;
    }
}

using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Machines;
using Metal3.Lab.Ironic.State;
using static Metal3.Lab.Ironic.Nodes.ProvisionStates;

namespace Metal3.Lab.Ironic.Nodes;

internal sealed partial class Conductor
{
    /// <summary>Why a step that should end now fails instead; null when it succeeds.</summary>
    private string? Problem(Node node, Step step)
    {
        var machine = Find(node);
        var names = world.NamesOf(node, machine).ToList();
        switch (step.Does)
        {
            case "verify" when Http.IronicApi.DriverInfoReason(node) is { } incomplete:
                return $"Failed to validate power driver interface for node {node.Uuid}. Error: {incomplete}";
            case "verify":
                return BmcProblem(node, machine) is { } unreachable
                    ? $"Failed to get power state for node {node.Uuid}. Error: {unreachable}"
                    : Text(FailureKinds.VerifyFails, names, "Failed to get power state for node " + node.Uuid
                        + ". Error: asked to fail");
            case "bmc-inspect" or "inventory-out-of-band":
                return BmcProblem(node, machine) is { } cannot
                    ? $"Failed to inspect hardware. Reason: unable to start inspection: {cannot}"
                    : step.Does == "inventory-out-of-band" ? InspectionProblem(names) : null;
            case "collect" or "fake-inspect":
                return InspectionProblem(names);
            case "bmc-clean":
                return BmcProblem(node, machine) is { } noClean
                    ? $"Failed to prepare node {node.Uuid} for cleaning: {noClean}"
                    : StepProblem(node, FailureKinds.CleanFails, names, 0, null, n => $"Failed to prepare node {node.Uuid} for cleaning: {n}");
            case "bmc-service":
                return BmcProblem(node, machine) is { } noService
                    ? $"Failed to prepare node {node.Uuid} for service: {noService}"
                    : StepProblem(node, FailureKinds.ServiceFails, names, 0, null, n => $"Failed to prepare node {node.Uuid} for service: {n}");
            case "check-steps":
                return UnsupportedSteps(node);
            case "check-image":
                return BmcProblem(node, machine) is { } noDeploy
                    ? $"Failed to prepare to deploy: {noDeploy}"
                    : StepProblem(node, FailureKinds.DeployFails, names, 0, null, n => $"Failed to prepare to deploy: {n}");
            case "tear-down":
                return BmcProblem(node, machine) is { } noTearDown
                    ? $"Failed to tear down: {noTearDown}"
                    : Text(FailureKinds.DeleteFails, names, "Failed to tear down: asked to fail");
            case "adopt":
                return BmcProblem(node, machine) is { } noAdopt
                    ? $"Error while attempting to adopt node {node.Uuid}: {noAdopt}"
                    : Text(FailureKinds.AdoptFails, names, $"Error while attempting to adopt node {node.Uuid}: asked to fail");
            default:
                break;
        }

        if (step.Power is { } power && (BmcProblem(node, machine)
            ?? (world.Failures.Use(FailureKinds.StuckPower, names) is null ? null : $"Failed to set node power state to {power}.")) is { } stuck)
        {
            return node.State switch
            {
                Deploying => $"Failed to deploy: {stuck}",
                Deleting => $"Failed to tear down: {stuck}",
                Cleaning => $"Failed to prepare node {node.Uuid} for cleaning: {stuck}",
                Servicing => $"Failed to prepare node {node.Uuid} for service: {stuck}",
                Inspecting => $"Failed to inspect hardware. Reason: unable to start inspection: {stuck}",
                _ => stuck,
            };
        }

        if (step.ShownName is { } name)
        {
            var (kind, word) = node.State switch
            {
                Cleaning or CleanWait => (FailureKinds.CleanFails, "Clean"),
                Deploying or WaitCallBack => (FailureKinds.DeployFails, "Deploy"),
                _ => (FailureKinds.ServiceFails, "Service"),
            };
            var number = node.Work!.Steps.Take(node.Work.Index + 1)
                .Select(s => s.ShownName).Where(n => n is not null).Distinct(StringComparer.Ordinal).Count();
            return StepProblem(node, kind, names, number, name, n => $"{word} step {name} failed on node {node.Uuid}. {n}")
                ?? step.Shown!["interface"].Text() switch
                {
                    "bios" => BiosProblem(node, machine, step),
                    "raid" => RaidProblem(node, step),
                    _ => null,
                };
        }

        return null;
    }

    private string? UnsupportedSteps(Node node)
    {
        var kind = node.State switch { Cleaning => "clean", Deploying => "deploy", _ => "service" };
        var unknown = node.Work!.Steps
            .Where(step => step.Shown is not null && !Plans.Supports(node, step.Shown, kind))
            .Select(step => $"node does not support this {kind} step: {Json.Python(Asked(step.Shown!))}")
            .ToList();
        if (unknown.Count == 0)
        {
            return null;
        }

        var all = string.Join("; ", unknown);
        return kind switch
        {
            "clean" when Plans.IsFake(node) => $"Cannot clean node {node.Uuid}: {all}",
            "clean" => $"Node failed to start the first cleaning step: {all}",
            "deploy" => $"Failed to validate the final deploy steps list for node {node.Uuid}: Validation of deploy steps "
                + $"from \"instance_info\" failed: {all}",
            _ => $"Cannot service node {node.Uuid}: {all}",
        };
    }

    private static JsonObject Asked(JsonObject step)
    {
        var shown = new JsonObject { ["interface"] = step["interface"]?.DeepClone(), ["step"] = step["step"]?.DeepClone() };
        foreach (var (name, value) in step)
        {
            if (name is not ("interface" or "step"))
            {
                shown[name] = value?.DeepClone();
            }
        }

        return shown;
    }

    private static string? BiosProblem(Node node, Machine? machine, Step step)
    {
        if (machine is null || node.Interface("bios") == "fake" || step.Shown!["step"].Text() != "apply_configuration")
        {
            return null;
        }

        return (step.Shown["args"]?["settings"] as JsonArray ?? [])
            .Select(s => Bios.Refuses(s!["name"].Text() ?? "", s["value"].Text() ?? s["value"]?.ToJsonString() ?? ""))
            .FirstOrDefault(refused => refused is not null) is { } problem
                ? $"Node {node.Uuid} failed step {Json.Python(step.Shown)}: Redfish BIOS factory: {problem}"
                : null;
    }

    /// <summary>Redfish cannot find out by itself which disks the largest possible volume would take.</summary>
    private static string? RaidProblem(Node node, Step step)
    {
        if (node.Interface("raid") is not ("redfish" or "idrac-redfish") || step.Shown!["step"].Text() != "create_configuration")
        {
            return null;
        }

        var vague = (node.Fields["target_raid_config"]?["logical_disks"] as JsonArray ?? [])
            .FirstOrDefault(disk => disk!["size_gb"].Text() == "MAX" && disk["physical_disks"] is null);
        return vague is null
            ? null
            : $"Node {node.Uuid} failed step {Json.Python(step.Shown)}: create_configuration called with invalid "
                + $"target_raid_configuration for node {node.Uuid}. 'physical_disks' is missing from logical_disk while "
                + $"'size_gb'='MAX' was requested: {Json.Python(vague)}";
    }

    private string? InspectionProblem(List<string> names) =>
        Text(FailureKinds.InspectionFails, names, "Failed to inspect hardware. Reason: Ramdisk reported error: asked to fail");

    private string? Text(string kind, List<string> names, string otherwise) =>
        world.Failures.Use(kind, names) is { } failure ? failure["message"].Text() ?? otherwise : null;

    private string? StepProblem(
        Node node, string kind, List<string> names, int number, string? name, Func<string, string> text)
    {
        if (world.Failures.Find(kind, names) is not { } failure)
        {
            return null;
        }

        var wanted = failure["step"];
        var hit = wanted switch
        {
            null => number == 1,
            JsonValue value when value.TryGetValue<int>(out var n) => n == number,
            _ => wanted.Text() == name || (name?.EndsWith("." + wanted.Text(), StringComparison.Ordinal) ?? false),
        };
        _ = node;
        return hit && world.Failures.Use(kind, names) is { } used ? text(used["message"].Text() ?? "asked to fail") : null;
    }
}

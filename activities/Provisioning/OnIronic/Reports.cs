using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metal3.Activities.Ironic;
using Metal3.Contracts.Provisioning;

namespace Metal3.Activities.Provisioning.OnIronic;

/// <summary>Between Ironic's node and our report of it.</summary>
internal static partial class Reports
{
    /// <summary>Key in the node's <c>extra</c> that holds the last destructive intent.</summary>
    public const string IntentKey = "metal3_workflows_intent";

    /// <summary>What a listing must ask for so that <see cref="Of"/> is complete.</summary>
    public static IReadOnlyList<string> Fields { get; } =
    [
        "uuid", "name", "provision_state", "target_provision_state", "power_state", "target_power_state", "last_error", "maintenance",
        "fault", "reservation", "clean_step", "deploy_step", "service_step", "extra", "boot_interface", "inspection_started_at",
        "inspection_finished_at", "provision_updated_at",
    ];

    public static NodeReport Of(IronicNode node) => new()
    {
        NodeId = node.Uuid,
        State = node.ProvisionState,
        Phase = States.PhaseOf(node.ProvisionState),
        Step = StepOf(node),
        PoweredOn = node.PowerState switch { "power on" => true, "power off" => false, _ => null },
        PowerChanging = node.TargetPowerState is { Length: > 0 },
        LastError = Clean(node.LastError),
        Maintenance = node.Maintenance,
        Fault = node.Fault is { Length: > 0 } fault ? fault : null,
        Health = node.Health is { Length: > 0 } health ? health : null,
        Intent = RecordedIntent.On(node)?.Intent,
        Inspected = (node.InspectionStartedAt, node.InspectionFinishedAt) switch
        {
            (_, not null) => true,
            (null, null) => false,
            _ => null,
        },
    };

    /// <summary>As much of a node as a report tells: enough to choose a harmless verb by.</summary>
    public static IronicNode From(NodeReport report) => new()
    {
        Uuid = report.NodeId,
        ProvisionState = report.State,
        PowerState = report.PoweredOn switch { true => "power on", false => "power off", null => null },
        TargetPowerState = report.PowerChanging ? "changing" : null,
        LastError = report.LastError,
        Maintenance = report.Maintenance,
        Fault = report.Fault,
        Health = report.Health,
        Extra = report.Intent is { } intent ? new JsonObject { [IntentKey] = new RecordedIntent(intent, null, false).ToJson() } : null,
        InspectionStartedAt = report.Inspected is false ? null : DateTimeOffset.UnixEpoch,
        InspectionFinishedAt = report.Inspected is true ? DateTimeOffset.UnixEpoch : null,
    };

    /// <summary>Error text without what looks like credentials, and not endless.</summary>
    public static string? Clean(string? error) =>
        string.IsNullOrWhiteSpace(error) ? null : ErrorBody.Cut(Credentials().Replace(error, "${keep}******"));

    private static string? StepOf(IronicNode node)
    {
        foreach (var step in (ReadOnlySpan<JsonObject?>)[node.CleanStep, node.DeployStep, node.ServiceStep])
        {
            if (step is { Count: > 0 } && Text(step["step"]) is { } name)
            {
                return Text(step["interface"]) is { } at ? $"{at}.{name}" : name;
            }
        }

        return null;
    }

    internal static string? Text(JsonNode? node) =>
        node?.GetValueKind() is JsonValueKind.String ? node.GetValue<string>() : null;

    [GeneratedRegex("(?<keep>://)[^/@\\s]+(?=@)|(?<keep>password[\"']?\\s*[:=]\\s*[\"']?)[^\\s\"',;]+", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Credentials();
}

/// <summary>The fence on a node.</summary>
/// <param name="Intent">What was going to be done.</param>
/// <param name="Since">The node's <c>provision_updated_at</c> when it was recorded: if it moved, the verb was sent.</param>
/// <param name="Failed">Whether the attempt is known to have failed, so that the verb may be sent again.</param>
/// <param name="Unseen">Whether an earlier attempt under it left nothing to be seen, so that the verb was sent again.</param>
internal sealed record RecordedIntent(NodeIntent Intent, string? Since, bool Failed, bool Unseen = false)
{
    /// <summary>The fence of a node; null if there is none or it is not ours to read.</summary>
    public static RecordedIntent? On(IronicNode node)
    {
        if (node.Extra?[Reports.IntentKey] is not JsonObject recorded
            || Reports.Text(recorded["verb"]) is not { } verb
            || Reports.Text(recorded["hash"]) is not { } hash
            || recorded["ordinal"] is not JsonValue value
            || !value.TryGetValue<long>(out var ordinal))
        {
            return null;
        }

        bool Flag(string name) => recorded[name]?.GetValueKind() is JsonValueKind.True;
        return new RecordedIntent(
            new NodeIntent(verb, hash, ordinal), Reports.Text(recorded["since"]), Flag("failed"), Flag("unseen"));
    }

    /// <summary>The write that records an intent on a node as it is now.</summary>
    public static PatchOp Write(IronicNode node, NodeIntent intent, bool failed = false, bool unseen = false)
    {
        var fence = new RecordedIntent(intent, Stamp(node), failed, unseen).ToJson();
        return PatchOp.Add($"/extra/{Reports.IntentKey}", fence);
    }

    /// <summary>Whether the node changed its state since the fence was recorded.</summary>
    public bool MovedSince(IronicNode node) => Since is not null && Since != Stamp(node);

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["verb"] = Intent.Verb,
            ["hash"] = Intent.Hash,
            ["ordinal"] = Intent.Ordinal,
        };
        if (Since is not null)
        {
            json["since"] = Since;
        }

        if (Failed)
        {
            json["failed"] = true;
        }

        if (Unseen)
        {
            json["unseen"] = true;
        }

        return json;
    }

    private static string? Stamp(IronicNode node) => node.ProvisionUpdatedAt?.ToUniversalTime().ToString("O");
}

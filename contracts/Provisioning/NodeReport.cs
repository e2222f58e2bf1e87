using System.Text.Json.Serialization;

namespace Metal3.Contracts.Provisioning;

/// <summary>What the provisioner knows of a host's node, in the few fields that decisions need.</summary>
public sealed record NodeReport
{
    /// <summary>The provisioner's id, stored in <c>status.provisioning.ID</c>.</summary>
    public required string NodeId { get; init; }

    /// <summary>The back end's own word for the node's state (Ironic: <c>provision_state</c>); for people, not for decisions.</summary>
    public required string State { get; init; }

    /// <summary>What the node is doing, in the terms that workflows decide by.</summary>
    public required NodePhase Phase { get; init; }

    /// <summary>The running clean, deploy or service step (<c>interface.step</c>); null when there is none.</summary>
    public string? Step { get; init; }

    /// <summary>Whether the machine is on; null when the back end does not know.</summary>
    public bool? PoweredOn { get; init; }

    /// <summary>Whether a power change is under way.</summary>
    public bool PowerChanging { get; init; }

    /// <summary>The back end's stored error text, redacted; null when there is none.</summary>
    public string? LastError { get; init; }

    /// <summary>Whether the back end leaves the node alone until told otherwise.</summary>
    public bool Maintenance { get; init; }

    /// <summary>Ironic's <c>fault</c> (<c>power failure</c>, <c>clean failure</c>, …); null when there is none.</summary>
    public string? Fault { get; init; }

    /// <summary><c>OK</c>, <c>Warning</c>, <c>Critical</c>, or null when the back end does not say.</summary>
    public string? Health { get; init; }

    /// <summary>
    /// Whether a finished inspection left an inventory: true, false if the node was never inspected, null when only the back end's
    /// store can tell.
    /// </summary>
    public bool? Inspected { get; init; }

    /// <summary>The last destructive intent recorded on the node; null when there never was one.</summary>
    public NodeIntent? Intent { get; init; }
}

/// <summary>What a node is doing, over all back ends.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NodePhase>))]
public enum NodePhase
{
    /// <summary>Known, but access to its BMC was never proven or the last proof failed (Ironic: enroll).</summary>
    Unverified,

    /// <summary>Access is proven and nothing is deployed (Ironic: manageable).</summary>
    Manageable,

    /// <summary>Cleaned and ready for an image (Ironic: available).</summary>
    Available,

    /// <summary>In use: deployed or adopted (Ironic: active).</summary>
    Active,

    /// <summary>Something runs (verifying, inspecting, cleaning, deploying, deleting, servicing, adopting and their waits).</summary>
    Busy,

    /// <summary>The last operation failed (all of Ironic's "… failed" and <c>error</c>).</summary>
    Failed,

    /// <summary>Held at a step (Ironic: clean hold, deploy hold, service hold): a person must unhold it.</summary>
    Held,

    /// <summary>A state that this release does not know.</summary>
    Other,
}

/// <summary>A destructive intention, drawn by a workflow and kept on the node, so that no retry repeats it.</summary>
/// <param name="Verb">What is done: <c>deploy</c>, <c>clean</c>, <c>service</c>.</param>
/// <param name="Hash">Hash of what is wanted (image URL and checksum, RAID, settings …): equal hash, equal result.</param>
/// <param name="Ordinal">One more than the node's last; grows for ever.</param>
public sealed record NodeIntent(string Verb, string Hash, long Ordinal);

namespace Metal3.Contracts.Provisioning;

/// <summary>Types of the application failures that cross the line between activities and workflows.</summary>
/// <remarks>
/// The type says who can end the trouble, and so how the step runner waits. Every failure's message is one plain sentence
/// for the operator; the raw text of the back end, redacted, is detail 0 where there is one.
/// </remarks>
public static class FailureTypes
{
    /// <summary>The node tried and failed, or holds a stored error (Ironic's <c>last_error</c>): recorded on the host.</summary>
    public const string NodeFailed = "NodeFailed";

    /// <summary>What the spec asks for cannot be done (unknown address, RAID on a driver without it, bad checksum, …).</summary>
    public const string SpecRefused = "SpecRefused";

    /// <summary>The BMC secret is missing.</summary>
    public const string CredentialsMissing = "CredentialsMissing";

    /// <summary>The BMC secret, its reference or the address is incomplete.</summary>
    public const string CredentialsInvalid = "CredentialsInvalid";

    /// <summary>A secret with user, network, meta or registry data is missing or unreadable.</summary>
    public const string HostDataUnusable = "HostDataUnusable";

    /// <summary>The provisioner does not know the node: register first.</summary>
    public const string NodeMissing = "NodeMissing";

    /// <summary>A host-specific preprovisioning image is needed and was not given.</summary>
    public const string ImageNeeded = "PreprovisioningImageNeeded";

    /// <summary>Locked, in transition, or a conflict: soon again. Retryable, category benign.</summary>
    public const string Busy = "Busy";

    /// <summary>The provisioner does not answer, or not sensibly; time heals it. Retryable.</summary>
    public const string BackendUnavailable = "BackendUnavailable";

    /// <summary>The provisioner refuses our credentials or is too old: a person must act on its configuration.</summary>
    public const string BackendRefused = "BackendRefused";

    /// <summary>The node's recorded intent is newer than the one that was sent.</summary>
    public const string StaleIntent = "StaleIntent";

    /// <summary>The host's object is gone, or has another uid.</summary>
    public const string HostGone = "HostGone";

    /// <summary>Kubernetes refused a write for a reason that time does not heal (schema, admission, RBAC).</summary>
    public const string KubernetesRefused = "KubernetesRefused";

    /// <summary>All of them, for the tests and the documentation.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        NodeFailed, SpecRefused, CredentialsMissing, CredentialsInvalid, HostDataUnusable, NodeMissing, ImageNeeded, Busy,
        BackendUnavailable, BackendRefused, StaleIntent, HostGone, KubernetesRefused,
    ];
}

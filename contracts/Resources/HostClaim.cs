using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>A wish for a host, from any namespace.</summary>
public sealed record HostClaim() : Metal3Resource(nameof(HostClaim))
{
    /// <summary>The wish.</summary>
    public HostClaimSpec? Spec { get; init; }

    /// <summary>What was found.</summary>
    public HostClaimStatus? Status { get; init; }
}

/// <summary>A wish for a host.</summary>
public sealed record HostClaimSpec : WireRecord
{
    /// <summary>Who uses the claim.</summary>
    public ObjectReference? ConsumerRef { get; init; }

    /// <summary>Which hosts will do.</summary>
    public HostSelector HostSelector { get; init => field = value ?? new(); } = new();

    /// <summary>Image to write.</summary>
    public Image? Image { get; init; }

    /// <summary>Deploy step to use.</summary>
    public CustomDeploy? CustomDeploy { get; init; }

    /// <summary>Secret with user data.</summary>
    public SecretReference? UserData { get; init; }

    /// <summary>Secret with network data.</summary>
    public SecretReference? NetworkData { get; init; }

    /// <summary>Secret with meta data.</summary>
    public SecretReference? MetaData { get; init; }

    /// <summary>Desired power state.</summary>
    public bool PoweredOn { get; init; }

    /// <summary>Preferred value of the failure-domain label.</summary>
    public string? FailureDomain { get; init; }
}

/// <summary>Which hosts will do.</summary>
public sealed record HostSelector : WireRecord
{
    /// <summary>Labels the host must have.</summary>
    public ValueMap<string>? MatchLabels { get; init; }

    /// <summary>Requirements on labels; all must hold.</summary>
    public ValueList<HostSelectorRequirement>? MatchExpressions { get; init; }

    /// <summary>The only namespace to look in; <see langword="null"/> means all that are allowed.</summary>
    public string? InNamespace { get; init; }
}

/// <summary>A requirement on a label.</summary>
public sealed record HostSelectorRequirement : WireRecord
{
    /// <summary>Key of the label.</summary>
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary><c>=</c>, <c>==</c>, <c>!=</c>, <c>in</c>, <c>notin</c>, <c>exists</c> or <c>!</c>.</summary>
    public string Operator { get; init => field = value ?? ""; } = "";

    /// <summary>Values; empty, never absent.</summary>
    public ValueList<string> Values { get; init => field = value ?? []; } = [];
}

/// <summary>What was found for a claim.</summary>
public sealed record HostClaimStatus : WireRecord
{
    /// <summary>The host; <see langword="null"/> until one is bound.</summary>
    public NamespacedName? BareMetalHost { get; init; }

    /// <summary>The host's inventory.</summary>
    public NamespacedName? HardwareData { get; init; }

    /// <summary>Whether the host is on; <see langword="null"/> if not known.</summary>
    public bool? PoweredOn { get; init; }

    /// <summary>When the status was last written.</summary>
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary>Conditions.</summary>
    public ValueList<Condition>? Conditions { get; init; }
}

/// <summary>Allows claims from other namespaces to use hosts of this one.</summary>
public sealed record HostDeployPolicy() : Metal3Resource(nameof(HostDeployPolicy))
{
    /// <summary>The policy.</summary>
    public HostDeployPolicySpec? Spec { get; init; }
}

/// <summary>Who may claim hosts.</summary>
public sealed record HostDeployPolicySpec : WireRecord
{
    /// <summary>Namespaces that may; <see langword="null"/> means none, an empty object means all.</summary>
    public HostClaimNamespaces? HostClaimNamespaces { get; init; }
}

/// <summary>Namespaces; all given members must hold.</summary>
public sealed record HostClaimNamespaces : WireRecord
{
    /// <summary>Names; <see langword="null"/> means any, an empty list none.</summary>
    public ValueList<string>? Names { get; init; }

    /// <summary>Regular expression that must occur anywhere in the name.</summary>
    public string? NameMatches { get; init; }

    /// <summary>Labels the Namespace must carry.</summary>
    public ValueList<NamespaceLabel>? HasLabels { get; init; }
}

/// <summary>A label of a Namespace.</summary>
public sealed record NamespaceLabel : WireRecord
{
    /// <summary>Key.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Value; <see langword="null"/> or empty means any.</summary>
    public string? Value { get; init; }
}

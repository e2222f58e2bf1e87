using Metal3.Contracts.Provisioning;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>A BareMetalHost as the bridge saw it: everything that decisions need, and nothing that must not be in a history.</summary>
public sealed partial record HostSnapshot
{
    /// <summary>Which object.</summary>
    public required HostKey Host { get; init; }

    /// <summary><c>metadata.resourceVersion</c>: opaque, only ever compared for equality.</summary>
    public required string ResourceVersion { get; init; }
}

using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>When firmware changes apply to the host of the same name.</summary>
public sealed record HostUpdatePolicy() : Metal3Resource(nameof(HostUpdatePolicy))
{
    /// <summary>The policy.</summary>
    public HostUpdatePolicySpec? Spec { get; init; }
}

/// <summary>When firmware changes apply.</summary>
public sealed record HostUpdatePolicySpec : WireRecord
{
    /// <summary>When BIOS settings apply; <see langword="null"/> means while preparing.</summary>
    public UpdatePolicy? FirmwareSettings { get; init => field = Words.Given(value); }

    /// <summary>When firmware updates apply; <see langword="null"/> means while preparing.</summary>
    public UpdatePolicy? FirmwareUpdates { get; init => field = Words.Given(value); }
}

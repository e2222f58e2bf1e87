using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>Firmware versions of the host of the same name.</summary>
public sealed record HostFirmwareComponents() : Metal3Resource(nameof(HostFirmwareComponents))
{
    /// <summary>Updates to make.</summary>
    public HostFirmwareComponentsSpec? Spec { get; init; }

    /// <summary>Versions in force.</summary>
    public HostFirmwareComponentsStatus? Status { get; init; }
}

/// <summary>Updates to make.</summary>
public sealed record HostFirmwareComponentsSpec : WireRecord
{
    /// <summary>Updates; empty, never absent.</summary>
    public ValueList<FirmwareUpdate> Updates { get; init => field = value ?? []; } = [];
}

/// <summary>A firmware image for a component.</summary>
public sealed record FirmwareUpdate : WireRecord
{
    /// <summary><c>bmc</c>, <c>bios</c>, or a text that starts with <c>nic:</c>.</summary>
    public string Component { get; init => field = value ?? ""; } = "";

    /// <summary>Where the image is.</summary>
    [JsonPropertyName("url")]
    public string Url { get; init => field = value ?? ""; } = "";
}

/// <summary>Versions in force.</summary>
public sealed record HostFirmwareComponentsStatus : WireRecord
{
    /// <summary>The spec's list when an update was last started.</summary>
    public ValueList<FirmwareUpdate>? Updates { get; init; }

    /// <summary>Components and their versions.</summary>
    public ValueList<FirmwareComponent>? Components { get; init; }

    /// <summary>When the status was last written.</summary>
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary><c>ChangeDetected</c> and <c>Valid</c>.</summary>
    public ValueList<Condition>? Conditions { get; init; }
}

/// <summary>A component and its versions.</summary>
public sealed record FirmwareComponent : WireRecord
{
    /// <summary><c>bios</c>, <c>bmc</c> or <c>nic:…</c>.</summary>
    public string Component { get; init => field = value ?? ""; } = "";

    /// <summary>Version when first seen.</summary>
    public string InitialVersion { get; init => field = value ?? ""; } = "";

    /// <summary>Version now.</summary>
    public string? CurrentVersion { get; init; }

    /// <summary>Version last written through Ironic.</summary>
    public string? LastVersionFlashed { get; init; }

    /// <summary>When Ironic last updated it.</summary>
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? UpdatedAt { get; init; }
}

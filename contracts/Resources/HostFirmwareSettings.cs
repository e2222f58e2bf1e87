using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>BIOS settings of the host of the same name.</summary>
public sealed record HostFirmwareSettings() : Metal3Resource(nameof(HostFirmwareSettings))
{
    /// <summary>Settings to change.</summary>
    public HostFirmwareSettingsSpec? Spec { get; init; }

    /// <summary>Settings in force.</summary>
    public HostFirmwareSettingsStatus? Status { get; init; }
}

/// <summary>Settings to change.</summary>
public sealed record HostFirmwareSettingsSpec : WireRecord
{
    /// <summary>Setting name to wanted value; empty, never absent.</summary>
    public ValueMap<SettingValue> Settings { get; init => field = value ?? ValueMap<SettingValue>.Empty; } = ValueMap<SettingValue>.Empty;
}

/// <summary>Settings in force.</summary>
public sealed record HostFirmwareSettingsStatus : WireRecord
{
    /// <summary>The FirmwareSchema that describes them; <see langword="null"/> until known.</summary>
    public NamespacedName? Schema { get; init; }

    /// <summary>Setting name to current value; without passwords.</summary>
    public ValueMap<string> Settings { get; init => field = value ?? ValueMap<string>.Empty; } = ValueMap<string>.Empty;

    /// <summary>When the status was last written.</summary>
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary><c>ChangeDetected</c> and <c>Valid</c>.</summary>
    public ValueList<Condition>? Conditions { get; init; }
}

/// <summary>Limits of BIOS settings, shared by hosts with the same ones.</summary>
public sealed record FirmwareSchema() : Metal3Resource(nameof(FirmwareSchema))
{
    /// <summary>The limits.</summary>
    public FirmwareSchemaSpec? Spec { get; init; }
}

/// <summary>Limits of BIOS settings.</summary>
public sealed record FirmwareSchemaSpec : WireRecord
{
    /// <summary>Manufacturer of the first host with this schema.</summary>
    public string? HardwareVendor { get; init; }

    /// <summary>Product name of the first host with this schema.</summary>
    public string? HardwareModel { get; init; }

    /// <summary>Setting name to limits; empty, never absent.</summary>
    public ValueMap<SettingSchema> Schema { get; init => field = value ?? ValueMap<SettingSchema>.Empty; } = ValueMap<SettingSchema>.Empty;
}

/// <summary>Limits of one BIOS setting.</summary>
public sealed record SettingSchema : WireRecord
{
    /// <summary>Type; <see langword="null"/> accepts anything.</summary>
    [JsonPropertyName("attribute_type")]
    public AttributeType? AttributeType { get; init => field = Words.Given(value); }

    /// <summary>Values of an enumeration.</summary>
    [JsonPropertyName("allowable_values")]
    public ValueList<string>? AllowableValues { get; init; }

    /// <summary>Smallest integer.</summary>
    [JsonPropertyName("lower_bound")]
    public long? LowerBound { get; init; }

    /// <summary>Largest integer.</summary>
    [JsonPropertyName("upper_bound")]
    public long? UpperBound { get; init; }

    /// <summary>Shortest text, in bytes.</summary>
    [JsonPropertyName("min_length")]
    public long? MinLength { get; init; }

    /// <summary>Longest text, in bytes.</summary>
    [JsonPropertyName("max_length")]
    public long? MaxLength { get; init; }

    /// <summary>Whether it cannot be changed; <see langword="null"/> means that it can.</summary>
    [JsonPropertyName("read_only")]
    public bool? ReadOnly { get; init; }

    /// <summary>Whether the value differs from host to host; for information.</summary>
    [JsonPropertyName("unique")]
    public bool? Unique { get; init; }
}

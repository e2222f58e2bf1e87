using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>What is known of a machine. Members that are never null are always written, even when empty.</summary>
public sealed record BareMetalHostStatus : WireRecord
{
    /// <summary>How the host is.</summary>
    public OperationalStatus OperationalStatus { get; init => field = value ?? OperationalStatus.None; } = OperationalStatus.None;

    /// <summary>Class of the current error; <see langword="null"/> if there is none.</summary>
    public ErrorType? ErrorType { get; init => field = Words.Given(value); }

    /// <summary>When the status was last written; <see langword="null"/> means that the host has no status yet.</summary>
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? LastUpdated { get; init; }

    /// <summary>Chosen profile; never changes once set.</summary>
    public string? HardwareProfile { get; init; }

    /// <summary>Inventory; deprecated twin of HardwareData.</summary>
    public HardwareDetails? Hardware { get; init; }

    /// <summary>How far the machine is.</summary>
    public ProvisionStatus Provisioning { get; init => field = value ?? new(); } = new();

    /// <summary>Credentials that last worked.</summary>
    public CredentialsStatus GoodCredentials { get; init => field = value ?? new(); } = new();

    /// <summary>Credentials that were last tried.</summary>
    public CredentialsStatus TriedCredentials { get; init => field = value ?? new(); } = new();

    /// <summary>Text of the current error; empty if there is none.</summary>
    public string ErrorMessage { get; init => field = value ?? ""; } = "";

    /// <summary>Whether the machine was last seen switched on.</summary>
    public bool PoweredOn { get; init; }

    /// <summary>Begin and end of the last operations.</summary>
    public OperationHistory OperationHistory { get; init => field = value ?? new(); } = new();

    /// <summary>Errors in a row; 0 or more.</summary>
    public long ErrorCount { get; init; }

    /// <summary>Failed attempts in a row to write the same image; 0 or more.</summary>
    public long ProvisioningFailCount { get; init; }

    /// <summary>The image of the last attempt.</summary>
    public Image? LastAttemptedImage { get; init; }

    /// <summary>Conditions: <c>Ready</c> first, the rest by name.</summary>
    public ValueList<Condition>? Conditions { get; init; }
}

/// <summary>How far a machine is.</summary>
public sealed record ProvisionStatus : WireRecord
{
    /// <summary>Where in its life the host is.</summary>
    public ProvisioningState State { get; init => field = value ?? ProvisioningState.None; } = ProvisioningState.None;

    /// <summary>UUID of the Ironic node; empty if there is none.</summary>
    [JsonPropertyName("ID")]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Image known to be on disk; its URL is empty when there is none.</summary>
    public Image Image { get; init => field = value ?? new(); } = new();

    /// <summary>Root device hints in force.</summary>
    public RootDeviceHints? RootDeviceHints { get; init; }

    /// <summary>Boot mode in force.</summary>
    public BootMode? BootMode { get; init => field = Words.Given(value); }

    /// <summary>RAID in force.</summary>
    public Raid? Raid { get; init; }

    /// <summary>Removed feature; always absent in what we write.</summary>
    public FirmwareConfig? Firmware { get; init; }

    /// <summary>Custom deploy step that was applied.</summary>
    public CustomDeploy? CustomDeploy { get; init; }
}

/// <summary>Which version of which Secret.</summary>
public sealed record CredentialsStatus : WireRecord
{
    /// <summary>The Secret; <see langword="null"/> if none was used yet.</summary>
    public SecretReference? Credentials { get; init; }

    /// <summary>Its resourceVersion.</summary>
    public string? CredentialsVersion { get; init; }
}

/// <summary>Begin and end of the last operations.</summary>
public sealed record OperationHistory : WireRecord
{
    /// <summary>Registration.</summary>
    public OperationMetric Register { get; init => field = value ?? new(); } = new();

    /// <summary>Inspection.</summary>
    public OperationMetric Inspect { get; init => field = value ?? new(); } = new();

    /// <summary>Provisioning.</summary>
    public OperationMetric Provision { get; init => field = value ?? new(); } = new();

    /// <summary>Deprovisioning.</summary>
    public OperationMetric Deprovision { get; init => field = value ?? new(); } = new();
}

/// <summary>Begin and end of an operation.</summary>
public sealed record OperationMetric : WireRecord
{
    /// <summary>When it began; <see langword="null"/> (written as such) if it never did.</summary>
    [JsonConverter(typeof(TimestampConverter)), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? Start { get; init; }

    /// <summary>When it ended; <see langword="null"/> (written as such) while it runs.</summary>
    [JsonConverter(typeof(TimestampConverter)), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? End { get; init; }
}

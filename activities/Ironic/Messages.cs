using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Metal3.Activities.Ironic;

/// <summary>Ironic's record of a host. Secrets in it are masked by Ironic itself.</summary>
internal sealed record IronicNode
{
    public required string Uuid { get; init; }

    public string? Name { get; init; }

    public string? Driver { get; init; }

    public string ProvisionState { get; init; } = "";

    public string? TargetProvisionState { get; init; }

    public string? PowerState { get; init; }

    public string? TargetPowerState { get; init; }

    public string? LastError { get; init; }

    public bool Maintenance { get; init; }

    public string? MaintenanceReason { get; init; }

    public string? Fault { get; init; }

    public string? Reservation { get; init; }

    public string? InstanceUuid { get; init; }

    public bool? AutomatedClean { get; init; }

    public bool? DisablePowerOff { get; init; }

    public string? Health { get; init; }

    public string? BootInterface { get; init; }

    public string? DeployInterface { get; init; }

    public string? InspectInterface { get; init; }

    public string? RaidInterface { get; init; }

    public DateTimeOffset? ProvisionUpdatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    public DateTimeOffset? InspectionStartedAt { get; init; }

    public DateTimeOffset? InspectionFinishedAt { get; init; }

    public JsonObject? CleanStep { get; init; }

    public JsonObject? DeployStep { get; init; }

    public JsonObject? ServiceStep { get; init; }

    public JsonObject? DriverInfo { get; init; }

    public JsonObject? Properties { get; init; }

    public JsonObject? InstanceInfo { get; init; }

    public JsonObject? Extra { get; init; }

    public JsonObject? NetworkData { get; init; }

    public JsonObject? TargetRaidConfig { get; init; }

    /// <summary>Name and state only: the rest is long, and not for logs.</summary>
    public override string ToString() => $"{Name ?? Uuid} ({ProvisionState})";
}

internal sealed record NodePage
{
    public IReadOnlyList<IronicNode> Nodes { get; init; } = [];

    /// <summary>Only whether there is one matters: its address points wherever Ironic believes to be.</summary>
    public string? Next { get; init; }
}

internal sealed record IronicPort
{
    public string? Uuid { get; init; }

    public string? NodeUuid { get; init; }

    public string Address { get; init; } = "";
}

internal sealed record PortPage
{
    public IReadOnlyList<IronicPort> Ports { get; init; } = [];
}

internal sealed record DriverPage
{
    public IReadOnlyList<IronicDriver> Drivers { get; init; } = [];
}

internal sealed record IronicDriver
{
    public string Name { get; init; } = "";
}

internal sealed record InterfaceValidation
{
    public bool? Result { get; init; }

    public string? Reason { get; init; }
}

internal sealed record BootDevice
{
    [JsonPropertyName("boot_device")]
    public string? Device { get; init; }
}

internal sealed record InventoryRecord
{
    public JsonElement Inventory { get; init; }

    public JsonElement PluginData { get; init; }
}

internal sealed record BiosPage
{
    public IReadOnlyList<BiosSetting> Bios { get; init; } = [];
}

internal sealed record BiosSetting
{
    public string Name { get; init; } = "";

    public string? Value { get; init; }

    public string? AttributeType { get; init; }

    public IReadOnlyList<string>? AllowableValues { get; init; }

    public int? LowerBound { get; init; }

    public int? UpperBound { get; init; }

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public bool? ReadOnly { get; init; }

    public bool? Unique { get; init; }
}

internal sealed record FirmwarePage
{
    public IReadOnlyList<FirmwareRecord> Firmware { get; init; } = [];
}

internal sealed record FirmwareRecord
{
    public string Component { get; init; } = "";

    public string? InitialVersion { get; init; }

    public string? CurrentVersion { get; init; }

    public string? LastVersionFlashed { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>One operation of a JSON patch.</summary>
internal sealed record PatchOp
{
    public required string Op { get; init; }

    public required string Path { get; init; }

    public JsonNode? Value { get; init; }

    public static PatchOp Add(string path, JsonNode? value) => new() { Op = "add", Path = path, Value = value };

    public static PatchOp Remove(string path) => new() { Op = "remove", Path = path };

    /// <summary>Which, not what: values may be secret.</summary>
    public override string ToString() => $"{Op} {Path}";
}

internal sealed record VersionDocument
{
    public VersionRecord? Version { get; init; }

    public IReadOnlyList<VersionRecord>? Versions { get; init; }
}

internal sealed record VersionRecord
{
    public string? Version { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(IronicNode))]
[JsonSerializable(typeof(NodePage))]
[JsonSerializable(typeof(PortPage))]
[JsonSerializable(typeof(IronicPort))]
[JsonSerializable(typeof(DriverPage))]
[JsonSerializable(typeof(Dictionary<string, InterfaceValidation>))]
[JsonSerializable(typeof(InventoryRecord))]
[JsonSerializable(typeof(BootDevice))]
[JsonSerializable(typeof(BiosPage))]
[JsonSerializable(typeof(FirmwarePage))]
[JsonSerializable(typeof(IReadOnlyList<PatchOp>))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
[JsonSerializable(typeof(VersionDocument))]
[JsonSerializable(typeof(string))]
internal sealed partial class IronicJson : JsonSerializerContext;

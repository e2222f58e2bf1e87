using System.Text.Json.Nodes;

namespace Metal3.Lab.Ironic.Machines;

/// <summary>The settings every simulated BIOS has, and what their registry says about them.</summary>
internal static class Bios
{
    private static readonly Dictionary<string, Setting> Registry = new(StringComparer.Ordinal)
    {
        ["BootMode"] = new("Enumeration", "Uefi", ["Bios", "Uefi"]),
        ["EmbeddedSata"] = new("Enumeration", "Raid", ["Off", "Ata", "Ahci", "Raid"]),
        ["L2Cache"] = new("String", "10x256 KB", ReadOnly: true, MaxLength: 32),
        ["LogicalProc"] = new("Enumeration", "Enabled", ["Enabled", "Disabled"]),
        ["NicBoot1"] = new("Enumeration", "NetworkBoot", ["NetworkBoot", "Disabled"]),
        ["NumCores"] = new("Integer", "10", Lower: 1, Upper: 64),
        ["ProcTurboMode"] = new("Enumeration", "Enabled", ["Enabled", "Disabled"]),
        ["ProcVirtualization"] = new("Enumeration", "Enabled", ["Enabled", "Disabled"]),
        ["QuietBoot"] = new("Enumeration", "true", ["true", "false"]),
        ["SecureBootStatus"] = new("Enumeration", "Enabled", ["Enabled", "Disabled"], ReadOnly: true),
        ["SerialNumber"] = new("String", "QPX12345", ReadOnly: true, MaxLength: 16),
        ["SriovGlobalEnable"] = new("Enumeration", "Disabled", ["Enabled", "Disabled"]),
    };

    public static SortedDictionary<string, string> Defaults() =>
        new(Registry.ToDictionary(s => s.Key, s => s.Value.Default, StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>One entry of Ironic's <c>bios</c> list.</summary>
    public static JsonObject Entry(string name, string value, string created, string? updated)
    {
        var setting = Registry.GetValueOrDefault(name) ?? new("String", value);
        return new()
        {
            ["created_at"] = created,
            ["updated_at"] = updated,
            ["name"] = name,
            ["value"] = value,
            ["attribute_type"] = setting.Type,
            ["allowable_values"] = State.Json.Strings(setting.Allowed ?? []),
            ["lower_bound"] = setting.Lower,
            ["upper_bound"] = setting.Upper,
            ["min_length"] = setting.Type == "String" ? 0 : null,
            ["max_length"] = setting.MaxLength,
            ["read_only"] = setting.ReadOnly,
            ["reset_required"] = true,
            ["unique"] = setting.ReadOnly && name == "SerialNumber",
        };
    }

    public static JsonNode? Typed(string name, string value) => Registry.GetValueOrDefault(name)?.Type switch
    {
        "Integer" when int.TryParse(value, out var number) => number,
        "Boolean" => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase),
        _ => value,
    };

    /// <summary>Why a machine would refuse the value; null when it takes it.</summary>
    public static string? Refuses(string name, string value) => Registry.GetValueOrDefault(name) switch
    {
        null => $"BIOS setting {name} does not exist",
        { ReadOnly: true } => $"BIOS setting {name} is read only",
        { Allowed: { } allowed } when !allowed.Contains(value) => $"{value} is not allowed for BIOS setting {name}",
        { Type: "Integer" } setting when !int.TryParse(value, out var n) || n < setting.Lower || n > setting.Upper =>
            $"{value} is out of range for BIOS setting {name}",
        _ => null,
    };

    public static JsonArray AttributeRegistry() => State.Json.ArrayOf(Registry.Select(pair =>
    {
        var attribute = new JsonObject
        {
            ["AttributeName"] = pair.Key,
            ["Type"] = pair.Value.Type,
            ["ReadOnly"] = pair.Value.ReadOnly,
            ["ResetRequired"] = true,
            ["IsSystemUniqueProperty"] = pair.Key == "SerialNumber",
        };
        if (pair.Value.Allowed is { } allowed)
        {
            attribute["Value"] = State.Json.ArrayOf(
                allowed.Select(v => (JsonNode?)new JsonObject { ["ValueName"] = v, ["ValueDisplayName"] = v }));
        }

        if (pair.Value.Type == "Integer")
        {
            (attribute["LowerBound"], attribute["UpperBound"]) = (pair.Value.Lower, pair.Value.Upper);
        }

        if (pair.Value.Type == "String")
        {
            (attribute["MinLength"], attribute["MaxLength"]) = (0, pair.Value.MaxLength ?? 64);
        }

        return (JsonNode?)attribute;
    }));

    private sealed record Setting(
        string Type, string Default, string[]? Allowed = null, bool ReadOnly = false, int? Lower = null,
        int? Upper = null, int? MaxLength = null);
}

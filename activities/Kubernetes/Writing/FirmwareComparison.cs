using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Activities.Kubernetes.Writing;

/// <summary>Wanted against actual firmware settings (host-lifecycle specification §9.2): pure functions.</summary>
internal static class FirmwareComparison
{
    /// <summary>Whether some wanted value differs from the machine's, or is unknown to it.</summary>
    public static bool IsChanged(ValueMap<SettingValue> wanted, IReadOnlyDictionary<string, string> actual) =>
        wanted.Any(setting => !actual.TryGetValue(setting.Key, out var value) || value != setting.Value.Text);

    /// <summary>All problems of the wanted settings, each naming the setting.</summary>
    public static IReadOnlyList<string> Problems(
        ValueMap<SettingValue> wanted, IReadOnlyDictionary<string, string> actual, IReadOnlyDictionary<string, SettingSchema> schema)
    {
        var problems = new List<string>();
        foreach (var (name, value) in wanted.OrderBy(setting => setting.Key, StringComparer.Ordinal))
        {
            var problem = name.Contains("Password", StringComparison.Ordinal) ? "is a password and cannot be set here"
                : !actual.ContainsKey(name) ? "is not in the Status field"
                : !schema.TryGetValue(name, out var rule) ? "is not in the firmware schema"
                : Problem(value.Text, rule);
            if (problem is not null)
            {
                problems.Add($"setting {name} {problem}");
            }
        }

        return problems;
    }

    /// <summary>Name of the FirmwareSchema object of a schema: equal content, equal name.</summary>
    public static string SchemaName(IReadOnlyDictionary<string, SettingSchema> schema)
    {
        var entries = new List<string>();
        foreach (var (name, rule) in schema)
        {
            entries.Add(name);
            entries.Add(rule.AttributeType?.Word ?? "");
            entries.AddRange(rule.AllowableValues ?? []);
            Bound(rule.LowerBound);
            Bound(rule.UpperBound);
            Bound(rule.MinLength);
            Bound(rule.MaxLength);
            if (rule.ReadOnly is { } readOnly)
            {
                entries.Add(readOnly ? "true" : "false");
            }
        }

        entries.Sort(StringComparer.Ordinal);
        var text = $"[{string.Join(' ', entries)}]";
        return "schema-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

        void Bound(long? bound)
        {
            if (bound is { } number)
            {
                entries.Add(number.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>Hash over the wanted settings; null when nothing is wanted.</summary>
    public static string? HashOf(ValueMap<SettingValue> wanted) => wanted.Count == 0
        ? null
        : SafeUrl.Hash(string.Join('\n', wanted.OrderBy(setting => setting.Key, StringComparer.Ordinal)
            .Select(setting => $"{setting.Key}={setting.Value.Text}")))[..32];

    private static string? Problem(string value, SettingSchema rule)
    {
        if (rule.ReadOnly is true)
        {
            return "is read-only";
        }

        switch (rule.AttributeType?.Word ?? "")
        {
            case "":
                return null;
            case "Enumeration":
                return rule.AllowableValues?.Contains(value) is true
                    ? null
                    : $"cannot be '{value}'; it may be {string.Join(", ", rule.AllowableValues ?? [])}";
            case "Integer":
                return !long.TryParse(value, CultureInfo.InvariantCulture, out var number) ? $"must be a whole number, not '{value}'"
                    : number < rule.LowerBound || number > rule.UpperBound ? $"must lie between {rule.LowerBound} and {rule.UpperBound}, not be {number}"
                    : null;
            case "String":
                return value.Length < (rule.MinLength ?? 0) || value.Length > (rule.MaxLength ?? long.MaxValue)
                    ? $"must have between {rule.MinLength ?? 0} and {rule.MaxLength?.ToString(CultureInfo.InvariantCulture) ?? "any number of"} characters"
                    : null;
            case "Boolean":
                return value is "true" or "false" ? null : $"must be true or false, not '{value}'";
            case "Password":
                return "is a password and cannot be set here";
            default:
                return $"has a type that cannot be checked: {rule.AttributeType}";
        }
    }
}

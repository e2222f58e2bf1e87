using System.Text.RegularExpressions;

namespace Metal3.Lab.Kubernetes;

/// <summary>An OpenAPI schema: of a custom resource (structural) or of a built-in kind (with references).</summary>
internal sealed class Schema
{
    private static readonly Dictionary<string, Schema> NoProperties = [];
    private readonly Func<string, Schema>? _definitions;
    private readonly string? _reference;

    public Schema(Map source, Func<string, Schema>? definitions = null)
    {
        Source = source;
        _definitions = definitions;
        _reference = source.TextAt("$ref")?.Split('/')[^1];
        Type = source.TextAt("type") ?? "";
        Format = source.TextAt("format") ?? "";
        Properties = source.MapAt("properties") is { } properties
            ? properties.ToDictionary(p => p.Key, p => new Schema((Map)p.Value!, definitions), StringComparer.Ordinal)
            : NoProperties;
        Items = source.MapAt("items") is { } items ? new Schema(items, definitions) : null;
        AdditionalProperties = source.MapAt("additionalProperties") is { } more ? new Schema(more, definitions) : null;
        AllowsAdditional = source.At("additionalProperties") is true;
        Required = source.ItemsAt("required")?.OfType<string>().ToList() ?? [];
        Enum = source.ItemsAt("enum");
        Pattern = source.TextAt("pattern");
        PatternExpression = Pattern is null ? null : Expression(Pattern);
        Nullable = source.FlagAt("nullable");
        IntOrString = source.FlagAt("x-kubernetes-int-or-string") || Format == "int-or-string";
        PreserveUnknown = source.FlagAt("x-kubernetes-preserve-unknown-fields");
        EmbeddedResource = source.FlagAt("x-kubernetes-embedded-resource");
        ListType = source.TextAt("x-kubernetes-list-type");
        MapType = source.TextAt("x-kubernetes-map-type");
        MapKeys = source.ItemsAt("x-kubernetes-list-map-keys")?.OfType<string>().ToList() ?? [];
        PatchStrategy = source.TextAt("x-kubernetes-patch-strategy") ?? "";
        PatchMergeKey = source.TextAt("x-kubernetes-patch-merge-key");
        HasDefault = source.TryGetValue("default", out var preset);
        Default = preset;
        AllOf = Combined("allOf");
        AnyOf = Combined("anyOf");
        OneOf = Combined("oneOf");
        Not = source.MapAt("not") is { } not ? new Schema(not, definitions) : null;
    }

    public Map Source { get; }

    public string Type { get; }

    public string Format { get; }

    public Dictionary<string, Schema> Properties { get; }

    public Schema? Items { get; }

    public Schema? AdditionalProperties { get; }

    public bool AllowsAdditional { get; }

    public IReadOnlyList<string> Required { get; }

    public Items? Enum { get; }

    public string? Pattern { get; }

    public Regex? PatternExpression { get; }

    public bool Nullable { get; }

    public bool IntOrString { get; }

    public bool PreserveUnknown { get; }

    public bool EmbeddedResource { get; }

    public string? ListType { get; }

    public string? MapType { get; }

    public IReadOnlyList<string> MapKeys { get; }

    public string PatchStrategy { get; }

    public string? PatchMergeKey { get; }

    public bool HasDefault { get; }

    public object? Default { get; }

    public IReadOnlyList<Schema> AllOf { get; }

    public IReadOnlyList<Schema> AnyOf { get; }

    public IReadOnlyList<Schema> OneOf { get; }

    public Schema? Not { get; }

    /// <summary>The schema that a reference points to; itself if it is none. Rules about merging stay on the reference.</summary>
    public Schema Resolved => _reference is null ? this : _definitions!(_reference);

    public double? NumberAt(string key) => Source.At(key) switch
    {
        long whole => whole,
        double number => number,
        _ => null,
    };

    /// <summary>The schema of a member, or null where the schema says nothing about it.</summary>
    public Schema? Member(string key)
    {
        var resolved = Resolved;
        return resolved.Properties.TryGetValue(key, out var known) ? known : resolved.AdditionalProperties;
    }

    private static Regex Expression(string pattern)
    {
        // RE2 of the reference knows neither look-around nor back-references; what it calls \z is the end of text.
        const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;
        try
        {
            return new Regex(pattern.Replace("$", "\\z", StringComparison.Ordinal) is var strict && IsPlainEnd(pattern) ? strict : pattern, Options);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
    }

    // In .NET "$" also matches before a final newline; only an anchor at the very end is rewritten.
    private static bool IsPlainEnd(string pattern) =>
        pattern.EndsWith('$') && !pattern.EndsWith("\\$", StringComparison.Ordinal) && pattern.IndexOf('$') == pattern.Length - 1;

    private List<Schema> Combined(string key) =>
        Source.ItemsAt(key)?.OfType<Map>().Select(m => new Schema(m, _definitions)).ToList() ?? [];
}

using System.Collections.Frozen;
using System.Text.Json;
using Google.Protobuf;
using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>The search attributes that every namespace has.</summary>
internal static class SystemAttributes
{
    public static FrozenDictionary<string, IndexedValueType> System { get; } = new Dictionary<string, IndexedValueType>(StringComparer.Ordinal)
    {
        ["WorkflowId"] = IndexedValueType.Keyword,
        ["RunId"] = IndexedValueType.Keyword,
        ["WorkflowType"] = IndexedValueType.Keyword,
        ["ExecutionStatus"] = IndexedValueType.Keyword,
        ["TaskQueue"] = IndexedValueType.Keyword,
        ["ParentWorkflowId"] = IndexedValueType.Keyword,
        ["ParentRunId"] = IndexedValueType.Keyword,
        ["RootWorkflowId"] = IndexedValueType.Keyword,
        ["RootRunId"] = IndexedValueType.Keyword,
        ["StartTime"] = IndexedValueType.Datetime,
        ["ExecutionTime"] = IndexedValueType.Datetime,
        ["CloseTime"] = IndexedValueType.Datetime,
        ["HistoryLength"] = IndexedValueType.Int,
        ["ExecutionDuration"] = IndexedValueType.Int,
        ["StateTransitionCount"] = IndexedValueType.Int,
        ["HistorySizeBytes"] = IndexedValueType.Int,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static FrozenDictionary<string, IndexedValueType> Predefined { get; } = new Dictionary<string, IndexedValueType>(StringComparer.Ordinal)
    {
        ["TemporalChangeVersion"] = IndexedValueType.KeywordList,
        ["BinaryChecksums"] = IndexedValueType.KeywordList,
        ["BuildIds"] = IndexedValueType.KeywordList,
        ["BatcherNamespace"] = IndexedValueType.Keyword,
        ["BatcherUser"] = IndexedValueType.Keyword,
        ["TemporalScheduledStartTime"] = IndexedValueType.Datetime,
        ["TemporalScheduledById"] = IndexedValueType.Keyword,
        ["TemporalSchedulePaused"] = IndexedValueType.Bool,
        ["TemporalNamespaceDivision"] = IndexedValueType.Keyword,
        ["TemporalPauseInfo"] = IndexedValueType.KeywordList,
        ["TemporalReportedProblems"] = IndexedValueType.KeywordList,
        ["TemporalWorkerDeploymentVersion"] = IndexedValueType.Keyword,
        ["TemporalWorkflowVersioningBehavior"] = IndexedValueType.Keyword,
        ["TemporalWorkerDeployment"] = IndexedValueType.Keyword,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IndexedValueType ParseType(string name) =>
        Enum.TryParse<IndexedValueType>(name, ignoreCase: true, out var type) && type != IndexedValueType.Unspecified
            ? type
            : throw new ArgumentException($"'{name}' is no search attribute type; use Text, Keyword, Int, Double, Bool, Datetime or KeywordList.");
}

/// <summary>Which search attributes may be set, and to what.</summary>
internal static class SearchAttributesRules
{
    /// <returns>What is wrong with them, or <see langword="null"/>.</returns>
    public static string? Problem(NamespaceState ns, SearchAttributes attributes)
    {
        if (attributes.IndexedFields.Count > Limits.SearchAttributeKeys)
        {
            return $"number of search attributes {attributes.IndexedFields.Count} exceeds limit {Limits.SearchAttributeKeys}";
        }

        var total = 0;
        foreach (var (name, value) in attributes.IndexedFields)
        {
            if (SystemAttributes.System.ContainsKey(name))
            {
                return $"{name} attribute can't be set in SearchAttributes";
            }

            if (ns.TypeOf(name) is not { } type)
            {
                return $"Namespace {ns.Name} has no mapping defined for search attribute {name}";
            }

            if (value.Data.Length > Limits.SearchAttributeValueBytes)
            {
                return $"search attribute {name} value size {value.Data.Length} exceeds size limit {Limits.SearchAttributeValueBytes}";
            }

            total += name.Length + value.Data.Length;
            if (!Payloads0.IsNull(value) && Value(value, type) is null)
            {
                return $"invalid value for search attribute {name} of type {type}: {value.Data.ToStringUtf8()}";
            }
        }

        return total > Limits.SearchAttributeBytes ? $"total size of search attributes {total} exceeds size limit {Limits.SearchAttributeBytes}" : null;
    }

    /// <summary>The same attributes, each payload saying its type.</summary>
    public static SearchAttributes Stamped(NamespaceState ns, SearchAttributes attributes)
    {
        var stamped = attributes.Clone();
        foreach (var (name, value) in stamped.IndexedFields)
        {
            if (ns.TypeOf(name) is { } type)
            {
                value.Metadata["type"] = ByteString.CopyFromUtf8(type.ToString());
            }
        }

        return stamped;
    }

    /// <summary>A payload as long, double, bool, <see cref="DateTimeOffset"/>, string or list of strings; <see langword="null"/> if it is none of the type.</summary>
    public static object? Value(Payload payload, IndexedValueType type)
    {
        try
        {
            using var json = JsonDocument.Parse(payload.Data.Memory);
            var value = json.RootElement;
            if (value.ValueKind == JsonValueKind.Array && type != IndexedValueType.KeywordList)
            {
                // Old clients send one-element lists.
                value = value.GetArrayLength() == 1 ? value[0] : value;
            }

            return type switch
            {
                IndexedValueType.Int => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) ? whole : null,
                IndexedValueType.Double => value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null,
                IndexedValueType.Bool => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null,
                IndexedValueType.Datetime => value.ValueKind == JsonValueKind.String && VisibilityQuery.TimeLiteral(value.GetString()!) is { } time ? time : null,
                IndexedValueType.Text or IndexedValueType.Keyword => value.ValueKind == JsonValueKind.String ? value.GetString() : null,
                IndexedValueType.KeywordList => value.ValueKind switch
                {
                    JsonValueKind.String => new List<string> { value.GetString()! },
                    JsonValueKind.Array => value.EnumerateArray().Select(item => item.GetString()!).ToList(),
                    _ => null,
                },
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

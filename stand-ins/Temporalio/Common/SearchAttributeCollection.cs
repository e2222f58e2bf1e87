using System.Collections;
using System.Text.Json;
using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;

namespace Temporalio.Common;

/// <summary>Search attributes of a workflow, typed. Never changes.</summary>
public class SearchAttributeCollection : IReadOnlyCollection<SearchAttributeKey>
{
    public static readonly SearchAttributeCollection Empty = new();

    private static readonly ByteString JsonPlain = ByteString.CopyFromUtf8("json/plain");
    private readonly Dictionary<SearchAttributeKey, object> values;

    private SearchAttributeCollection()
        : this([])
    {
    }

    private SearchAttributeCollection(Dictionary<SearchAttributeKey, object> values) => this.values = values;

    public int Count => values.Count;

    public IReadOnlyDictionary<SearchAttributeKey, object> UntypedValues => values;

    /// <exception cref="ArgumentException">An attribute does not say its type, or an unknown one.</exception>
    public static SearchAttributeCollection FromProto(SearchAttributes searchAttributes)
    {
        var values = new Dictionary<SearchAttributeKey, object>(searchAttributes.IndexedFields.Count);
        foreach (var (name, payload) in searchAttributes.IndexedFields)
        {
            if (!payload.Metadata.TryGetValue("type", out var type))
            {
                throw new ArgumentException($"Search attribute {name} does not say its type.");
            }

            var key = SearchAttributeKey.Untyped(name, TypeOf(name, type.ToStringUtf8()));
            if (FromPayload(key.ValueType, payload) is { } value)
            {
                values[key] = value;
            }
        }

        return values.Count == 0 ? Empty : new(values);
    }

    /// <exception cref="KeyNotFoundException">There is none of that name and type.</exception>
    public T Get<T>(SearchAttributeKey<T> key)
        where T : notnull => TryGetValue(key, out var value)
        ? value
        : throw new KeyNotFoundException($"No search attribute {key.Name} of type {key.ValueType}.");

    public bool TryGetValue<T>(SearchAttributeKey<T> key, out T value)
        where T : notnull
    {
        var found = values.TryGetValue(key, out var untyped);
        value = found ? (T)untyped! : default!;
        return found;
    }

    public bool ContainsKey<T>(SearchAttributeKey<T> key)
        where T : notnull => values.ContainsKey(key);

    public bool ContainsKey(string key) => values.Keys.Any(found => found.Name == key);

    public IEnumerator<SearchAttributeKey> GetEnumerator() => values.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public SearchAttributes ToProto()
    {
        var proto = new SearchAttributes();
        foreach (var (key, value) in values)
        {
            proto.IndexedFields[key.Name] = ToPayload(key, value);
        }

        return proto;
    }

    /// <summary>A value with its type beside it; null, which unsets, too.</summary>
    internal static Payload ToPayload(SearchAttributeKey key, object? value) => new()
    {
        Metadata =
        {
            ["encoding"] = value is null ? ByteString.CopyFromUtf8("binary/null") : JsonPlain,
            ["type"] = ByteString.CopyFromUtf8(key.ValueType.ToString()),
        },
        Data = value is null ? ByteString.Empty : Json(value),
    };

    private static ByteString Json(object value) =>
        UnsafeByteOperations.UnsafeWrap(JsonSerializer.SerializeToUtf8Bytes(value, value.GetType()));

    private static IndexedValueType TypeOf(string name, string type)
    {
        foreach (var known in Enum.GetValues<IndexedValueType>())
        {
            if (known != IndexedValueType.Unspecified
                && (type == known.ToString() || type == OriginalName(known)))
            {
                return known;
            }
        }

        throw new ArgumentException($"Search attribute {name} has the unknown type '{type}'.");
    }

    private static string OriginalName(IndexedValueType type) => type == IndexedValueType.KeywordList
        ? "INDEXED_VALUE_TYPE_KEYWORD_LIST"
        : "INDEXED_VALUE_TYPE_" + type.ToString().ToUpperInvariant();

    private static object? FromPayload(IndexedValueType type, Payload payload)
    {
        if (payload.Data.IsEmpty)
        {
            return null;
        }

        using var json = JsonDocument.Parse(payload.Data.Memory);
        var value = json.RootElement;
        if (value.ValueKind == JsonValueKind.Array && type != IndexedValueType.KeywordList)
        {
            // Servers may wrap single values.
            if (value.GetArrayLength() != 1)
            {
                return null;
            }

            value = value[0];
        }

        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return type switch
        {
            IndexedValueType.Int => value.GetInt64(),
            IndexedValueType.Double => value.GetDouble(),
            IndexedValueType.Bool => value.GetBoolean(),
            IndexedValueType.Datetime => value.GetDateTimeOffset(),
            IndexedValueType.KeywordList => value.ValueKind == JsonValueKind.Array
                ? value.EnumerateArray().Select(item => item.GetString()!).ToArray()
                : new[] { value.GetString()! },
            _ => value.GetString()!,
        };
    }

    /// <summary>Makes a collection.</summary>
    public class Builder
    {
        private readonly Dictionary<SearchAttributeKey, object> values;

        public Builder() => values = [];

        public Builder(SearchAttributeCollection searchAttributes) => values = new(searchAttributes.values);

        public Builder Set<T>(SearchAttributeKey<T> key, T value)
            where T : notnull
        {
            values[key] = value ?? throw new ArgumentNullException(nameof(value));
            return this;
        }

        public Builder Set(SearchAttributeCollection searchAttributes)
        {
            foreach (var (key, value) in searchAttributes.values)
            {
                values[key] = value;
            }

            return this;
        }

        public Builder Unset(SearchAttributeKey key)
        {
            values.Remove(key);
            return this;
        }

        public Builder Unset(string name)
        {
            foreach (var key in values.Keys.Where(key => key.Name == name).ToArray())
            {
                values.Remove(key);
            }

            return this;
        }

        public SearchAttributeCollection ToSearchAttributeCollection() => new(new(values));

        internal Builder SetUntyped(SearchAttributeKey key, object value)
        {
            values[key] = value;
            return this;
        }
    }
}

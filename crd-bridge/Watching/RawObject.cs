using System.Text.Json;

namespace Metal3.CrdBridge.Watching;

/// <summary>What the informer itself needs to know of an object, read without building it.</summary>
internal readonly record struct ObjectHead(ObjectKey Key, string Uid, string ResourceVersion, bool IsDeletionRequested)
{
    /// <summary>Reads the head of one object.</summary>
    /// <exception cref="JsonException">The bytes are no object with <c>metadata</c>.</exception>
    public static ObjectHead Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An object of the API must be a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                reader.Read();
                return ReadMetadata(ref reader);
            }

            reader.Read();
            reader.Skip();
        }

        throw new JsonException("An object of the API must have 'metadata'.");
    }

    private static ObjectHead ReadMetadata(ref Utf8JsonReader reader)
    {
        string? ns = null, name = null, uid = null, version = null;
        var isDeletionRequested = false;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("'metadata' must be an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                name = Text(ref reader);
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                ns = Text(ref reader);
            }
            else if (reader.ValueTextEquals("uid"u8))
            {
                uid = Text(ref reader);
            }
            else if (reader.ValueTextEquals("resourceVersion"u8))
            {
                version = Text(ref reader);
            }
            else if (reader.ValueTextEquals("deletionTimestamp"u8))
            {
                isDeletionRequested = Text(ref reader) is { Length: > 0 };
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new(new(ns ?? "", name ?? ""), uid ?? "", version ?? "", isDeletionRequested);
    }

    private static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Null)
        {
            return reader.GetString();
        }

        reader.Skip();
        return null;
    }
}

/// <summary>One page of a list, cut into objects.</summary>
internal static class ListPage
{
    public delegate void OnObject(ReadOnlySpan<byte> json);

    /// <returns>The list's version, and the token of the next page or null.</returns>
    /// <exception cref="JsonException">The bytes are no complete list; some objects may have been handed over.</exception>
    public static (string Version, string? Continue) Read(ReadOnlySpan<byte> json, OnObject onObject)
    {
        var reader = new Utf8JsonReader(json);
        string? version = null, next = null;
        var hasItems = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A list must be a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("items"u8))
            {
                hasItems = true;
                reader.Read();
                ReadItems(ref reader, json, onObject);
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                reader.Read();
                using var metadata = JsonDocument.ParseValue(ref reader);
                version = Property(metadata.RootElement, "resourceVersion");
                next = Property(metadata.RootElement, "continue");
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // Read past the end: a list that was cut short must not look like a shorter one.
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read() || !hasItems || string.IsNullOrEmpty(version))
        {
            throw new JsonException("A list must have 'items' and 'metadata.resourceVersion'.");
        }

        return (version, string.IsNullOrEmpty(next) ? null : next);
    }

    private static void ReadItems(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, OnObject onObject)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return; // how Go spells an empty slice that was never made
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("'items' of a list must be an array.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            onObject(json[start..(int)reader.BytesConsumed]);
        }
    }

    private static string? Property(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>One line of a watch.</summary>
internal readonly ref struct WatchLine
{
    private WatchLine(string type, ReadOnlySpan<byte> json)
    {
        Type = type;
        Json = json;
    }

    /// <summary><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>.</summary>
    public string Type { get; }

    public ReadOnlySpan<byte> Json { get; }

    /// <exception cref="JsonException">The bytes are no complete event.</exception>
    public static WatchLine Read(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        string? type = null;
        var json = default(ReadOnlySpan<byte>);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A line of a watch must be a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                type = reader.TokenType != JsonTokenType.String ? null
                    : reader.ValueTextEquals("ADDED"u8) ? "ADDED"
                    : reader.ValueTextEquals("MODIFIED"u8) ? "MODIFIED"
                    : reader.GetString();
            }
            else if (reader.ValueTextEquals("object"u8))
            {
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                json = line[start..(int)reader.BytesConsumed];
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return reader.TokenType == JsonTokenType.EndObject && !reader.Read() && type is not null && !json.IsEmpty
            ? new(type, json)
            : throw new JsonException("A line of a watch must have 'type' and 'object'.");
    }
}

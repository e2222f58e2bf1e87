global using Items = System.Collections.Generic.List<object?>;
global using Map = System.Collections.Generic.Dictionary<string, object?>;
using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Metal3.Lab.Kubernetes;

/// <summary>
/// JSON as plain values: <see cref="Map"/>, <see cref="Items"/>, <see cref="string"/>, <see cref="long"/>,
/// <see cref="double"/>, <see cref="bool"/>, null. Patches, schemas and apply rearrange documents all the time; nodes that
/// know their parents would have to be cloned at each move. A tree is changed only by who made or cloned it.
/// </summary>
internal static class Json
{
    private const int MaximumDepth = 512;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaximumDepth,
        SkipValidation = true,
    };

    /// <summary>Parses a document; <paramref name="duplicates"/> receives the paths of repeated fields (the last one wins).</summary>
    public static object? Parse(ReadOnlySpan<byte> utf8, List<string>? duplicates = null)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaximumDepth });
        reader.Read();
        var value = Read(ref reader, duplicates, "");
        if (reader.Read())
        {
            throw new JsonException("data after the top-level value");
        }

        return value;
    }

    public static Map ParseMap(ReadOnlySpan<byte> utf8) => (Map)Parse(utf8)!;

    /// <summary>Reads the value that starts at the reader's token; the reader then stands at its last one.</summary>
    public static object? Read(ref Utf8JsonReader reader) => Read(ref reader, null, "");

    /// <summary>Parses the documents of a YAML stream into the same values as JSON; an empty document is skipped.</summary>
    public static IEnumerable<object?> ParseYaml(TextReader text)
    {
        var stream = new YamlStream();
        stream.Load(text);
        foreach (var document in stream.Documents)
        {
            if (FromYaml(document.RootNode) is { } value)
            {
                yield return value;
            }
        }
    }

    public static byte[] Bytes(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            Write(writer, value);
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static string Text(object? value) => Encoding.UTF8.GetString(Bytes(value));

    /// <summary>Writes with sorted keys, as the reference server does for custom resources.</summary>
    public static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteRawValue(Number(number), skipInputValidation: true);
                break;
            case Map map:
                writer.WriteStartObject();
                var keys = ArrayPool<string>.Shared.Rent(map.Count);
                map.Keys.CopyTo(keys, 0);
                Array.Sort(keys, 0, map.Count, StringComparer.Ordinal);
                for (var i = 0; i < map.Count; i++)
                {
                    writer.WritePropertyName(keys[i]);
                    Write(writer, map[keys[i]]);
                }

                ArrayPool<string>.Shared.Return(keys, clearArray: true);
                writer.WriteEndObject();
                break;
            case Items items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case IEnumerable<string> texts:
                writer.WriteStartArray();
                foreach (var text in texts)
                {
                    writer.WriteStringValue(text);
                }

                writer.WriteEndArray();
                break;
            default:
                throw new InvalidOperationException($"{value.GetType()} is no JSON value.");
        }
    }

    public static string Number(double value) =>
        Math.Abs(value) < 1e21 && Math.Truncate(value) == value
            ? value.ToString("F0", CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);

    public static object? Clone(object? value) => value switch
    {
        Map map => Clone(map),
        Items items => Clone(items),
        _ => value,
    };

    public static Map Clone(Map map)
    {
        var copy = new Map(map.Count);
        foreach (var (key, value) in map)
        {
            copy[key] = Clone(value);
        }

        return copy;
    }

    public static Items Clone(Items items)
    {
        var copy = new Items(items.Count);
        foreach (var item in items)
        {
            copy.Add(Clone(item));
        }

        return copy;
    }

    public static bool Same(object? a, object? b)
    {
        switch (a, b)
        {
            case (Map x, Map y):
                if (x.Count != y.Count)
                {
                    return false;
                }

                foreach (var (key, value) in x)
                {
                    if (!y.TryGetValue(key, out var other) || !Same(value, other))
                    {
                        return false;
                    }
                }

                return true;
            case (Items x, Items y):
                if (x.Count != y.Count)
                {
                    return false;
                }

                for (var i = 0; i < x.Count; i++)
                {
                    if (!Same(x[i], y[i]))
                    {
                        return false;
                    }
                }

                return true;
            case (long x, double y):
                return x == y;
            case (double x, long y):
                return x == y;
            default:
                return Equals(a, b);
        }
    }

    /// <summary>The member at a path, or null where any step is missing or no object.</summary>
    public static object? At(this Map? map, params ReadOnlySpan<string> path)
    {
        object? value = map;
        foreach (var step in path)
        {
            if (value is not Map current || !current.TryGetValue(step, out value))
            {
                return null;
            }
        }

        return value;
    }

    public static string? TextAt(this Map? map, params ReadOnlySpan<string> path) => At(map, path) as string;

    public static Map? MapAt(this Map? map, params ReadOnlySpan<string> path) => At(map, path) as Map;

    public static Items? ItemsAt(this Map? map, params ReadOnlySpan<string> path) => At(map, path) as Items;

    public static bool FlagAt(this Map? map, params ReadOnlySpan<string> path) => At(map, path) is true;

    /// <summary>The object under a key, made if it is missing or something else.</summary>
    public static Map Child(this Map map, string key)
    {
        if (map.TryGetValue(key, out var value) && value is Map child)
        {
            return child;
        }

        var made = new Map();
        map[key] = made;
        return made;
    }

    /// <summary>The word that the reference's messages use for a value's type.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "null",
        string => "string",
        bool => "boolean",
        long or int => "integer",
        double => "number",
        Items => "array",
        _ => "object",
    };

    private static object? Read(ref Utf8JsonReader reader, List<string>? duplicates, string path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var map = new Map();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = reader.GetString()!;
                    reader.Read();
                    var here = duplicates is null ? "" : path.Length == 0 ? key : $"{path}.{key}";
                    if (duplicates is not null && map.ContainsKey(key))
                    {
                        duplicates.Add(here);
                    }

                    map[key] = Read(ref reader, duplicates, here);
                }

                return map;
            case JsonTokenType.StartArray:
                var items = new Items();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Read(ref reader, duplicates, duplicates is null ? "" : $"{path}[{items.Count}]"));
                }

                return items;
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var whole) ? (object)whole : reader.GetDouble();
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            default:
                return null;
        }
    }

    private static object? FromYaml(YamlNode node)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                var map = new Map();
                foreach (var (key, value) in mapping.Children)
                {
                    map[((YamlScalarNode)key).Value ?? ""] = FromYaml(value);
                }

                return map;
            case YamlSequenceNode sequence:
                return sequence.Children.Select(FromYaml).ToList();
            case YamlScalarNode { Style: ScalarStyle.Plain } plain when plain.Tag.IsEmpty:
                return FromPlain(plain.Value ?? "");
            case YamlScalarNode scalar:
                return scalar.Value;
            default:
                return null;
        }
    }

    private static object? FromPlain(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE":
                return true;
            case "false" or "False" or "FALSE":
                return false;
        }

        if (text[0] is '-' or '+' or '.' or (>= '0' and <= '9'))
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            {
                return whole;
            }

            if (text.StartsWith("0x", StringComparison.Ordinal)
                && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
            {
                return hex;
            }

            const NumberStyles Floating =
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            if (double.TryParse(text, Floating, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }
        }

        return text;
    }
}

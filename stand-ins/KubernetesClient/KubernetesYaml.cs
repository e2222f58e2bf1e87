using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace k8s;

/// <summary>YAML by way of JSON, so that one set of rules says how a type is spelled.</summary>
public static class KubernetesYaml
{
    private static readonly Dictionary<string, Type> KnownKinds = typeof(KubernetesYaml).Assembly.GetTypes()
        .Select(type => (Type: type, Entity: (KubernetesEntityAttribute)Attribute.GetCustomAttribute(type, typeof(KubernetesEntityAttribute))))
        .Where(pair => pair.Entity is not null)
        .ToDictionary(
            pair => (string.IsNullOrEmpty(pair.Entity.Group) ? "" : pair.Entity.Group + "/") + pair.Entity.ApiVersion + "/" + pair.Entity.Kind,
            pair => pair.Type,
            StringComparer.Ordinal);

    public static async Task<List<object>> LoadAllFromStreamAsync(
        Stream stream, IDictionary<string, Type> typeMap = null, bool strict = false)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        return LoadAllFromString(await reader.ReadToEndAsync().ConfigureAwait(false), typeMap, strict);
    }

    public static async Task<List<object>> LoadAllFromFileAsync(
        string fileName, IDictionary<string, Type> typeMap = null, bool strict = false) =>
        LoadAllFromString(await File.ReadAllTextAsync(fileName).ConfigureAwait(false), typeMap, strict);

    /// <summary>Every document as the type that <paramref name="typeMap"/> or this library has for its kind.</summary>
    public static List<object> LoadAllFromString(
        string content, IDictionary<string, Type> typeMap = null, bool strict = false)
    {
        var objects = new List<object>();
        foreach (var document in Documents(content))
        {
            var kind = document?["apiVersion"]?.GetValue<string>() + "/" + document?["kind"]?.GetValue<string>();
            if (typeMap?.TryGetValue(kind, out var type) is not true && !KnownKinds.TryGetValue(kind, out type))
            {
                throw new KubernetesException($"No type is known for '{kind}'; name one in the type map.");
            }

            objects.Add(document.Deserialize(type, Options(strict)));
        }

        return objects;
    }

    public static async Task<T> LoadFromStreamAsync<T>(Stream stream, bool strict = false)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        return LoadFromString<T>(await reader.ReadToEndAsync().ConfigureAwait(false), strict);
    }

    public static async Task<T> LoadFromFileAsync<T>(string file, bool strict = false) =>
        LoadFromString<T>(await File.ReadAllTextAsync(file).ConfigureAwait(false), strict);

    public static T LoadFromString<T>(string content, bool strict = false) => Deserialize<T>(content, strict);

    public static TValue Deserialize<TValue>(string yaml, bool strict = false) =>
        Documents(yaml).FirstOrDefault().Deserialize<TValue>(Options(strict));

    public static TValue Deserialize<TValue>(Stream yaml, bool strict = false)
    {
        using var reader = new StreamReader(yaml, leaveOpen: true);
        return Deserialize<TValue>(reader.ReadToEnd(), strict);
    }

    public static string SaveToString<T>(T value) => Serialize(value);

    public static string Serialize(object value)
    {
        if (value is null)
        {
            return "";
        }

        var writer = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(writer);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, JsonSerializer.SerializeToNode(value, value.GetType(), KubernetesJson.Options));
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    public static string SerializeAll(IEnumerable<object> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return string.Join("---\n", values.Select(Serialize));
    }

    private static JsonSerializerOptions Options(bool strict) => strict
        ? new JsonSerializerOptions(KubernetesJson.Options)
        {
            UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        }
        : KubernetesJson.Options;

    private static IEnumerable<JsonNode> Documents(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return stream.Documents.Select(document => ToJson(document.RootNode)).Where(node => node is not null);
    }

    private static JsonNode ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(
            pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value, ToJson(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain or ScalarStyle.Any } plain => Plain(plain.Value),
        YamlScalarNode quoted => JsonValue.Create(quoted.Value),
        _ => null,
    };

    /// <summary>A plain scalar as YAML's JSON schema reads it; whatever is no number or word of it is text.</summary>
    private static JsonValue Plain(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE":
                return JsonValue.Create(false);
        }

        var first = text[0] is '-' && text.Length > 1 ? text[1] : text[0];
        if (char.IsAsciiDigit(first))
        {
            try
            {
                using var number = JsonDocument.Parse(text);
                if (number.RootElement.ValueKind == JsonValueKind.Number)
                {
                    return JsonValue.Create(number.RootElement.Clone());
                }
            }
            catch (JsonException)
            {
                // a date, a version, a MAC address: text
            }
        }

        return JsonValue.Create(text);
    }

    private static void Emit(Emitter emitter, JsonNode node)
    {
        switch (node)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart());
                foreach (var (name, value) in map)
                {
                    EmitText(emitter, name);
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(null, null, isImplicit: true, SequenceStyle.Block));
                foreach (var item in list)
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                EmitText(emitter, value.GetValue<string>());
                break;
            default:
                emitter.Emit(new Scalar(null, null, node?.ToJsonString() ?? "null", ScalarStyle.Plain, true, false));
                break;
        }
    }

    /// <summary>Text that another reader, also of YAML 1.1, could take for something else is quoted.</summary>
    private static void EmitText(Emitter emitter, string text)
    {
        var isAmbiguous = text.Length == 0
            || Plain(text)?.GetValueKind() != JsonValueKind.String
            || text.ToUpperInvariant() is "Y" or "N" or "YES" or "NO" or "ON" or "OFF"
            || !char.IsAsciiLetter(text[0]);
        var style = isAmbiguous ? ScalarStyle.DoubleQuoted : ScalarStyle.Any;
        emitter.Emit(new Scalar(null, null, text, style, true, true));
    }
}

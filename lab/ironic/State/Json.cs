using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Metal3.Lab.Ironic.State;

internal static class Json
{
    /// <summary>Only escapes what JSON demands, as Ironic does.</summary>
    public static JsonSerializerOptions Relaxed { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256 };

    public static string? Text(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static bool Flag(this JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static JsonArray ArrayOf(IEnumerable<JsonNode?> items)
    {
        var array = new JsonArray();
        foreach (var item in items)
        {
            array.Add(item);
        }

        return array;
    }

    public static JsonArray Strings(params IEnumerable<string> items) =>
        ArrayOf(items.Select(item => (JsonNode?)JsonValue.Create(item)));

    /// <summary>How Python prints a value, which is how Ironic's messages quote what they complain about.</summary>
    public static string Python(JsonNode? node) => node switch
    {
        null => "None",
        JsonObject fields => "{" + string.Join(", ", fields.Select(f => $"'{f.Key}': {Python(f.Value)}")) + "}",
        JsonArray items => "[" + string.Join(", ", items.Select(Python)) + "]",
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag ? "True" : "False",
        JsonValue value when value.TryGetValue<string>(out var text) => $"'{text}'",
        _ => node.ToJsonString(),
    };
}

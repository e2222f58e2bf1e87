using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Metal3.Activities.Provisioning;

/// <summary>YAML, of which JSON is a part, as JSON.</summary>
internal static class YamlJson
{
    private const int Deepest = 64;

    /// <summary>Reads a text that holds one object.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out JsonObject? found)
    {
        found = null;
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            found = stream.Documents is [{ RootNode: YamlMappingNode root }, ..] ? Convert(root, 0) as JsonObject : null;
        }
        catch (Exception e) when (e is YamlException or ArgumentException or InvalidOperationException)
        {
            // The parser's words quote the text, which may be secret.
        }

        return found is not null;
    }

    private static JsonNode? Convert(YamlNode node, int depth)
    {
        if (depth > Deepest)
        {
            throw new InvalidOperationException("nested too deeply");
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                var members = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                {
                    var name = key as YamlScalarNode ?? throw new InvalidOperationException("a key that is no text");
                    members[name.Value ?? ""] = Convert(value, depth + 1);
                }

                return members;
            case YamlSequenceNode sequence:
                return new JsonArray([.. sequence.Children.Select(item => Convert(item, depth + 1))]);
            case YamlScalarNode { Style: ScalarStyle.Plain } scalar:
                return Plain(scalar.Value ?? "");
            case YamlScalarNode scalar:
                return JsonValue.Create(scalar.Value);
            default:
                throw new InvalidOperationException("an alias without an anchor");
        }
    }

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => JsonValue.Create(true),
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        _ when text[0] is '.' or '-' or '+' or (>= '0' and <= '9')
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) =>
            JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}

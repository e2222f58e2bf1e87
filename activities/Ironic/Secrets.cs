using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Metal3.Activities.Ironic;

/// <summary>Takes out of Ironic's error text whatever secret the request carried: Ironic likes to quote what it refuses.</summary>
internal static partial class Secrets
{
    private const string Mask = "******";

    private static readonly string[] SecretWords =
        ["password", "secret", "token", "passphrase", "private_key", "sslkey", "user_data", "network_data", "meta_data", "configdrive"];

    /// <summary><paramref name="text"/> without the secrets found in <paramref name="body"/>, however quoted.</summary>
    public static string Scrub(string text, JsonNode? body)
    {
        var clean = QuotedPatch().Replace(text, "apply patch (content withheld).");
        return Scrub(clean, In(body));
    }

    /// <summary><paramref name="text"/> without any of <paramref name="secrets"/>, however quoted.</summary>
    public static string Scrub(string text, IEnumerable<string> secrets)
    {
        foreach (var secret in secrets.Where(one => one.Length > 0).Distinct().OrderByDescending(one => one.Length))
        {
            var json = JsonSerializer.Serialize(secret, IronicJson.Default.String)[1..^1];
            var python = secret.Replace("\\", "\\\\").Replace("'", "\\'");
            text = text.Replace(json, Mask).Replace(python, Mask).Replace(secret, Mask)
                .Replace(Uri.EscapeDataString(secret), Mask);
        }

        return text;
    }

    internal static IEnumerable<string> In(JsonNode? body)
    {
        var found = new List<string>();
        Collect(body, secret: false, found);
        return found;
    }

    private static void Collect(JsonNode? node, bool secret, List<string> found)
    {
        switch (node)
        {
            case JsonObject members:
                var path = members["path"]?.GetValueKind() is JsonValueKind.String ? (string?)members["path"] : null;
                foreach (var (name, value) in members)
                {
                    // In a patch the telling word stands in the path, the secret under "value".
                    Collect(value, secret || IsSecret(name) || (name == "value" && path is not null && IsSecret(path)), found);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Collect(item, secret, found);
                }

                break;
            case JsonValue value when secret && value.TryGetValue<string>(out var text):
                found.Add(text);
                break;
        }
    }

    private static bool IsSecret(string name) =>
        Array.Exists(SecretWords, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex("apply patch '\\[.*\\]'\\.?", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex QuotedPatch();
}

using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>Histories as text without what differs from run to run: ids, times and sizes.</summary>
internal static partial class Histories
{
    private static readonly HashSet<string> Volatile = new(StringComparer.Ordinal)
    {
        "eventTime", "taskId", "version", "requestId", "historySizeBytes", "namespaceId", "parentWorkflowNamespaceId",
        "workflowExecutionExpirationTime", "prevAutoResetPoints", "stackTrace",
    };

    public static IEnumerable<string> Lines(IEnumerable<HistoryEvent> events, string id)
    {
        foreach (var happened in events)
        {
            var json = (JsonObject)JsonNode.Parse(JsonFormatter.Default.Format(happened))!;
            var number = (string)json["eventId"]!;
            var type = ((string)json["eventType"]!).Replace("EVENT_TYPE_", "", StringComparison.Ordinal);
            var attributes = json.FirstOrDefault(member => member.Key.EndsWith("EventAttributes", StringComparison.Ordinal)).Value as JsonObject ?? [];
            Strip(attributes);
            var text = attributes.ToJsonString().Replace(id, "ID", StringComparison.Ordinal);
            text = Guids().Replace(text, "GUID");
            yield return $"{number} {type} {text}";
        }
    }

    /// <summary>The whole story when it is told differently: common lines, theirs (-) and ours (+).</summary>
    public static string Differences(IReadOnlyList<string> theirs, IReadOnlyList<string> ours)
    {
        var lines = new List<string>();
        for (var i = 0; i < Math.Max(theirs.Count, ours.Count); i++)
        {
            var (left, right) = (theirs.ElementAtOrDefault(i), ours.ElementAtOrDefault(i));
            if (left == right)
            {
                lines.Add("  " + left);
            }
            else
            {
                lines.Add("- " + left);
                lines.Add("+ " + right);
            }
        }

        return string.Join('\n', lines);
    }

    private static void Strip(JsonObject node)
    {
        foreach (var (name, value) in node.ToList())
        {
            if (Volatile.Contains(name) || value is JsonValue scalar && scalar.ToString() is "0s" or "" or "0")
            {
                _ = node.Remove(name);
                continue;
            }

            // The real server keeps runs of one id a second apart, which would only slow a lab down.
            if (name == "firstWorkflowTaskBackoff" && value!.ToString().StartsWith("0.", StringComparison.Ordinal))
            {
                _ = node.Remove(name);
                continue;
            }

            if (name == "data")
            {
                var text = Encoding.UTF8.GetString(Convert.FromBase64String(value!.ToString()));
                node[name] = text.Length > 1000 ? $"{text.Length} characters" : text;
            }

            if (value is JsonObject inner)
            {
                Strip(inner);
                // An empty message and an absent one mean the same.
                if (inner.Count == 0)
                {
                    _ = node.Remove(name);
                }
            }
            else if (value is JsonArray items)
            {
                foreach (var item in items.OfType<JsonObject>())
                {
                    Strip(item);
                }
            }
        }

        var sorted = node.OrderBy(member => member.Key, StringComparer.Ordinal).ToList();
        node.Clear();
        foreach (var (name, value) in sorted)
        {
            node[name] = value;
        }
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Guids();
}

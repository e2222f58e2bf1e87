using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.History.V1;

namespace Temporalio.Common;

/// <summary>Everything that happened in one run.</summary>
public record WorkflowHistory(string Id, IReadOnlyCollection<HistoryEvent> Events)
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>Reads what <see cref="ToJson()"/>, the CLI or the UI wrote.</summary>
    /// <exception cref="ArgumentException">The text is no history.</exception>
    public static WorkflowHistory FromJson(string workflowId, string json)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(json);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new ArgumentException($"The history of {workflowId} is no JSON: {e.Message}", nameof(json), e);
        }

        if (node is not JsonObject root)
        {
            throw new ArgumentException($"The history of {workflowId} is no JSON object.", nameof(json));
        }

        FullEnumNames(History.Descriptor, root);
        return new(workflowId, Parser.Parse<History>(root.ToJsonString()).Events);
    }

    public string ToJson()
    {
        using var writer = new StringWriter();
        ToJson(writer);
        return writer.ToString();
    }

    public void ToJson(TextWriter writer) => JsonFormatter.Default.Format(new History { Events = { Events } }, writer);

    /// <summary>The UI and older CLIs write <c>WorkflowExecutionStarted</c>, where the parser wants the full name.</summary>
    private static void FullEnumNames(MessageDescriptor message, JsonObject node)
    {
        foreach (var (name, value) in node.ToArray())
        {
            var field = message.Fields.InDeclarationOrder().FirstOrDefault(one => one.JsonName == name || one.Name == name);
            if (field is null || value is null)
            {
                continue;
            }

            if (field.IsMap)
            {
                if (field.MessageType.FindFieldByNumber(2) is { FieldType: FieldType.Message } entry && value is JsonObject map)
                {
                    foreach (var (_, item) in map)
                    {
                        Descend(entry.MessageType, item);
                    }
                }
            }
            else if (field.FieldType == FieldType.Message)
            {
                if (value is JsonArray items)
                {
                    foreach (var item in items)
                    {
                        Descend(field.MessageType, item);
                    }
                }
                else
                {
                    Descend(field.MessageType, value);
                }
            }
            else if (field.FieldType == FieldType.Enum)
            {
                node[name] = value is JsonArray items
                    ? new JsonArray([.. items.Select(item => FullName(field.EnumType, item))])
                    : FullName(field.EnumType, value);
            }
        }
    }

    private static void Descend(MessageDescriptor message, JsonNode? node)
    {
        if (node is JsonObject child && !message.FullName.StartsWith("google.protobuf.", StringComparison.Ordinal))
        {
            FullEnumNames(message, child);
        }
    }

    private static JsonNode? FullName(EnumDescriptor type, JsonNode? node)
    {
        if (node is not JsonValue value || !value.TryGetValue<string>(out var name) || type.FindValueByName(name) is not null)
        {
            return node?.DeepClone();
        }

        var full = $"{Snake(type.Name)}_{Snake(name)}";
        return JsonValue.Create(type.FindValueByName(full) is null ? name : full);
    }

    private static string Snake(string pascal)
    {
        var snake = new StringBuilder();
        foreach (var letter in pascal)
        {
            if (char.IsUpper(letter) && snake.Length > 0)
            {
                snake.Append('_');
            }

            snake.Append(char.ToUpperInvariant(letter));
        }

        return snake.ToString();
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

/// <summary>JSON patch as Ironic understands it: add, replace and remove below a list of allowed fields.</summary>
internal static partial class NodePatch
{
    public static void Check(JsonNode? patch, IReadOnlyList<string> allowed)
    {
        if (patch is not JsonArray operations)
        {
            throw ApiException.Of(400, $"Schema error for patch: {Json.Python(patch)} is not of type 'array'");
        }

        foreach (var item in operations)
        {
            if (item is not JsonObject operation)
            {
                throw ApiException.Of(400, $"Schema error for patch: {Json.Python(item)} is not of type 'object'");
            }

            foreach (var required in new[] { "op", "path" })
            {
                if (!operation.ContainsKey(required))
                {
                    throw ApiException.Of(400, $"Schema error for patch: '{required}' is a required property");
                }
            }

            if (operation["op"].Text() is not ("add" or "replace" or "remove"))
            {
                throw ApiException.Of(
                    400, $"Schema error for patch: {Json.Python(operation["op"])} is not one of ['add', 'replace', 'remove']");
            }

            var path = operation["path"].Text() ?? "";
            if (!PathPattern().IsMatch(path))
            {
                throw ApiException.Of(
                    400, $"Schema error for patch: {Json.Python(operation["path"])} does not match '^(/[\\\\w-]+)+$'");
            }

            if (!allowed.Contains(path.Split('/')[1]))
            {
                throw ApiException.Of(
                    400, $"Cannot patch {path}. Only the following can be updated: {string.Join(", ", allowed)}");
            }
        }
    }

    public static void Apply(JsonObject document, JsonArray patch)
    {
        foreach (var item in patch)
        {
            var operation = item!.AsObject();
            var path = operation["path"].Text()!.Split('/')[1..];
            JsonNode? parent = document;
            foreach (var element in path[..^1])
            {
                parent = parent switch
                {
                    JsonObject fields when fields.ContainsKey(element) => fields[element],
                    JsonArray list when int.TryParse(element, out var i) && i < list.Count => list[i],
                    _ => throw Cannot(operation, $"member '{element}' not found in {Json.Python(parent)}"),
                };
            }

            Apply(operation, parent, path[^1]);
        }
    }

    private static void Apply(JsonObject operation, JsonNode? parent, string name)
    {
        var op = operation["op"].Text();
        if (op != "remove" && !operation.ContainsKey("value"))
        {
            throw Cannot(operation, "The operation does not contain a 'value' member");
        }

        switch (parent)
        {
            case JsonObject fields:
                if (op == "remove")
                {
                    if (!fields.Remove(name))
                    {
                        throw Cannot(operation, $"can't remove a non-existent object '{name}'");
                    }
                }
                else if (op == "replace" && !fields.ContainsKey(name))
                {
                    throw Cannot(operation, $"can't replace a non-existent object '{name}'");
                }
                else
                {
                    fields[name] = operation["value"]?.DeepClone();
                }

                break;
            case JsonArray list when name == "-" && op == "add":
                list.Add(operation["value"]?.DeepClone());
                break;
            case JsonArray list when int.TryParse(name, out var index) && index >= 0 && index <= list.Count:
                if (op is "remove" or "replace" && index == list.Count)
                {
                    throw Cannot(operation, $"can't {op} outside of list");
                }

                if (op == "add")
                {
                    list.Insert(index, operation["value"]?.DeepClone());
                }
                else if (op == "remove")
                {
                    list.RemoveAt(index);
                }
                else
                {
                    list[index] = operation["value"]?.DeepClone();
                }

                break;
            default:
                throw Cannot(operation, $"member '{name}' not found in {Json.Python(parent)}");
        }
    }

    private static ApiException Cannot(JsonObject operation, string reason) =>
        ApiException.Of(400, $"Couldn't apply patch '{Json.Python(operation)}'. Reason: {reason}");

    [GeneratedRegex(@"^(/[\w-]+)+$", RegexOptions.CultureInvariant)]
    private static partial Regex PathPattern();
}

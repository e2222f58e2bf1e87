using System.Globalization;
using System.Text.RegularExpressions;

namespace Metal3.Lab.Kubernetes;

/// <summary>Label selectors: equality, sets, existence, comparison.</summary>
internal sealed partial class LabelSelector
{
    private readonly List<Func<Map, bool>> _requirements = [];

    private LabelSelector()
    {
    }

    public static LabelSelector? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var selector = new LabelSelector();
        foreach (var part in Split(text))
        {
            selector._requirements.Add(Requirement(part.Trim()));
        }

        return selector;
    }

    public bool Matches(Map labels) => _requirements.TrueForAll(requirement => requirement(labels));

    private static Func<Map, bool> Requirement(string text)
    {
        if (text.StartsWith('!'))
        {
            var absent = Key(text[1..].Trim());
            return labels => !labels.ContainsKey(absent);
        }

        var match = Operator().Match(text);
        if (!match.Success)
        {
            var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1)
            {
                throw ApiException.BadRequest(
                    $"unable to parse requirement: found '{words[1]}', expected: in, notin, =, ==, !=, gt, lt");
            }

            var present = Key(text);
            return labels => labels.ContainsKey(present);
        }

        var key = Key(match.Groups["key"].Value);
        var rest = match.Groups["rest"].Value.Trim();
        switch (match.Groups["op"].Value)
        {
            case "=" or "==":
                return labels => labels.TextAt(key) == rest;
            case "!=":
                return labels => labels.TextAt(key) != rest;
            case ">" or "<" or "gt" or "lt":
                if (!long.TryParse(rest, NumberStyles.Integer, CultureInfo.InvariantCulture, out var bound))
                {
                    throw ApiException.BadRequest(
                        $"unable to parse requirement: values[0][{key}]: Invalid value: \"{rest}\": for 'Gt', 'Lt' operators, the value must be an integer");
                }

                var greater = match.Groups["op"].Value is ">" or "gt";
                return labels => long.TryParse(labels.TextAt(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
                    && (greater ? value > bound : value < bound);
            default:
                var within = match.Groups["op"].Value == "in";
                if (!rest.StartsWith('(') || !rest.EndsWith(')'))
                {
                    throw ApiException.BadRequest($"unable to parse requirement: found '{rest}', expected: '('");
                }

                var values = rest[1..^1].Split(',', StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
                return labels => (labels.TextAt(key) is { } value && values.Contains(value)) == within;
        }
    }

    private static string Key(string key) => MetaRules.LabelKeyProblem(key) is { } problem
        ? throw ApiException.BadRequest($"unable to parse requirement: <nil>: Invalid value: \"{key}\": {problem}")
        : key;

    private static IEnumerable<string> Split(string text)
    {
        var depth = 0;
        var start = 0;
        for (var at = 0; at < text.Length; at++)
        {
            depth += text[at] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[at] == ',' && depth == 0)
            {
                yield return text[start..at];
                start = at + 1;
            }
        }

        yield return text[start..];
    }

    [GeneratedRegex(@"^(?<key>[^\s=!<>]+)\s*((?<op>==|=|!=|>|<)|\s(?<op>in|notin|gt|lt)\b)\s*(?<rest>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Operator();
}

/// <summary>Field selectors: conjunctions of equal and not equal.</summary>
internal sealed class FieldSelector
{
    private readonly List<(string Path, string Value, bool Equal)> _terms = [];

    private FieldSelector()
    {
    }

    /// <summary>The only name that can match, where the selector says <c>metadata.name=…</c>.</summary>
    public string? Name => _terms.Where(t => t is { Path: "metadata.name", Equal: true }).Select(t => t.Value).FirstOrDefault();

    public static FieldSelector? Parse(string? text, ResourceType type)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var selector = new FieldSelector();
        foreach (var term in text.Split(',').Where(t => t.Length > 0))
        {
            var at = term.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw ApiException.BadRequest($"invalid selector: '{text}'; can't understand '{term}'");
            }

            var equal = term[at - 1] != '!';
            var path = term[..(equal ? at : at - 1)];
            var value = term[(at + 1)..];
            value = (value.StartsWith('=') ? value[1..] : value).Replace("\\,", ",", StringComparison.Ordinal);
            if (path is not ("metadata.name" or "metadata.namespace")
                && !type.SelectableFields.Contains(path, StringComparer.Ordinal))
            {
                throw ApiException.BadRequest(
                    type.IsCustom ? $"field label not supported: {path}" : $"\"{path}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
            }

            selector._terms.Add((path, value, equal));
        }

        return selector;
    }

    public bool Matches(ResourceType type, StoredObject stored)
    {
        Map? root = null;
        foreach (var (path, value, equal) in _terms)
        {
            var actual = path switch
            {
                "metadata.name" => stored.Name,
                "metadata.namespace" => stored.Namespace,
                _ => Value(root ??= type.Read(stored), path),
            };
            if ((actual == value) != equal)
            {
                return false;
            }
        }

        return true;
    }

    private static string Value(Map root, string path)
    {
        var found = path switch
        {
            "source" => root.At("source", "component"),
            _ => root.At(path.Split('.')),
        };
        return found switch
        {
            null => path == "spec.unschedulable" ? "false" : "",
            string text => text,
            _ => Json.Text(found),
        };
    }
}

using System.Globalization;

namespace Metal3.Lab.Kubernetes;

/// <summary>Server-side tables, and the ages and paths in them.</summary>
internal static class Tables
{
    private const string NameDescription = "Name of the object, unique in its namespace.";

    public static Column NameColumn { get; } =
        new("Name", "string", "name", NameDescription, 0, (root, _) => root.TextAt("metadata", "name") ?? "");

    public static Column AgeColumn { get; } = new(
        "Age", "string", "", "Time since the object was created.", 0, (root, now) => AgeOf(root.TextAt("metadata", "creationTimestamp"), now));

    /// <summary>A column of a custom resource; cells that do not fit the column's type are empty, as in the reference.</summary>
    public static Column FromPath(Map definition)
    {
        var path = new JsonPath(definition.TextAt("jsonPath") ?? "");
        var type = definition.TextAt("type") ?? "string";
        var description = definition.TextAt("description")
            ?? $"Custom resource definition column (in JSONPath format): {definition.TextAt("jsonPath")}";
        return new Column(
            definition.TextAt("name") ?? "",
            type,
            definition.TextAt("format") ?? "",
            description,
            (int)(definition.At("priority") as long? ?? 0),
            (root, now) => Cell(path.Find(root), type, now));
    }

    public static Map Table(
        IReadOnlyList<Column> columns, IEnumerable<Map> roots, Map metadata, string include, DateTimeOffset now, bool withColumns = true)
    {
        var rows = new Items();
        foreach (var root in roots)
        {
            var row = new Map { ["cells"] = columns.Select(c => c.Cell(root, now)).ToList() };
            if (include == "Object")
            {
                row["object"] = root;
            }
            else if (include == "None")
            {
                row["object"] = null;
            }
            else
            {
                row["object"] = Partial(root);
            }

            rows.Add(row);
        }

        return new Map
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = metadata,
            ["columnDefinitions"] = withColumns ? columns.Select(object? (c) => new Map
            {
                ["name"] = c.Name,
                ["type"] = c.Type,
                ["format"] = c.Format,
                ["description"] = c.Description,
                ["priority"] = (long)c.Priority,
            }).ToList() : null,
            ["rows"] = rows,
        };
    }

    public static Map Partial(Map root) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = root.MapAt("metadata") ?? [],
    };

    public static string AgeOf(string? timestamp, DateTimeOffset now) =>
        timestamp is null || !DateTimeOffset.TryParse(timestamp, CultureInfo.InvariantCulture, out var then)
            ? "<unknown>"
            : Human(now - then);

    /// <summary>A duration as kubectl shows it: two units at most, fewer the longer it is.</summary>
    public static string Human(TimeSpan age)
    {
        var seconds = (long)age.TotalSeconds;
        if (seconds < -1)
        {
            return "<invalid>";
        }

        if (seconds < 120)
        {
            return $"{Math.Max(0, seconds)}s";
        }

        var minutes = seconds / 60;
        if (minutes < 10)
        {
            return Two(minutes, "m", seconds % 60, "s");
        }

        if (minutes < 180)
        {
            return $"{minutes}m";
        }

        var hours = minutes / 60;
        if (hours < 8)
        {
            return Two(hours, "h", minutes % 60, "m");
        }

        if (hours < 48)
        {
            return $"{hours}h";
        }

        if (hours < 24 * 8)
        {
            return Two(hours / 24, "d", hours % 24, "h");
        }

        var days = hours / 24;
        return days < 365 * 2 ? $"{days}d" : days < 365 * 8 ? Two(days / 365, "y", days % 365, "d") : $"{days / 365}y";
    }

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large}{largeUnit}" : $"{large}{largeUnit}{small}{smallUnit}";

    private static object? Cell(List<object?> found, string type, DateTimeOffset now)
    {
        if (found.Count == 0)
        {
            return null;
        }

        var value = found[0];
        switch (type)
        {
            case "integer":
                return value switch { long => value, double number => (long)number, _ => null };
            case "number":
                return value is long or double ? value : null;
            case "boolean":
                return value as bool?;
            case "date":
                return value is string time ? AgeOf(time, now) : null;
            default:
                return found.Count > 1 ? string.Join(",", found.Select(Show)) : Show(value);
        }
    }

    private static string? Show(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        double number => Json.Number(number),
        _ => Json.Text(value),
    };
}

/// <summary>The part of Kubernetes' JSONPath that printer columns use: members, indices, wildcards, filters.</summary>
internal sealed class JsonPath
{
    private readonly List<Func<object?, IEnumerable<object?>>> _steps = [];

    public JsonPath(string path)
    {
        var text = path.Trim().Trim('{', '}').TrimStart('$');
        for (var at = 0; at < text.Length;)
        {
            if (text[at] == '.')
            {
                at++;
                if (at < text.Length && text[at] == '.')
                {
                    at++;
                    var deep = Word(text, ref at);
                    _steps.Add(value => Descendants(value).SelectMany(v => Member(v, deep)));
                    continue;
                }

                var name = Word(text, ref at);
                if (name.Length > 0)
                {
                    _steps.Add(name == "*" ? Children : value => Member(value, name));
                }
            }
            else if (text[at] == '[')
            {
                var end = ClosingBracket(text, at);
                AddBracket(text[(at + 1)..end].Trim());
                at = end + 1;
            }
            else
            {
                var name = Word(text, ref at);
                _steps.Add(value => Member(value, name));
            }
        }
    }

    public List<object?> Find(object? root)
    {
        IEnumerable<object?> values = [root];
        foreach (var step in _steps)
        {
            values = values.SelectMany(step);
        }

        return [.. values];
    }

    private static string Word(string text, ref int at)
    {
        var word = new System.Text.StringBuilder();
        while (at < text.Length && text[at] is not ('.' or '['))
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
            }

            word.Append(text[at++]);
        }

        return word.ToString();
    }

    private static int ClosingBracket(string text, int open)
    {
        var quote = '\0';
        for (var at = open + 1; at < text.Length; at++)
        {
            if (quote != '\0')
            {
                quote = text[at] == quote ? '\0' : quote;
            }
            else if (text[at] is '\'' or '"')
            {
                quote = text[at];
            }
            else if (text[at] == ']')
            {
                return at;
            }
        }

        return text.Length - 1;
    }

    private static IEnumerable<object?> Member(object? value, string name) =>
        value is Map map && map.TryGetValue(name, out var member) ? [member] : [];

    private static IEnumerable<object?> Children(object? value) => value switch
    {
        Map map => map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => m.Value),
        Items items => items,
        _ => [],
    };

    private static IEnumerable<object?> Descendants(object? value) =>
        Children(value).SelectMany(Descendants).Prepend(value);

    private static object? Literal(string text) => text switch
    {
        "true" => true,
        "false" => false,
        _ when text.Length > 1 && text[0] is '\'' or '"' => text[1..^1],
        _ when long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };

    private void AddBracket(string inside)
    {
        if (inside == "*")
        {
            _steps.Add(Children);
        }
        else if (inside.StartsWith("?(", StringComparison.Ordinal))
        {
            var condition = inside[2..^1].Trim();
            var negated = condition.Contains("!=", StringComparison.Ordinal);
            var parts = condition.Split(negated ? "!=" : "==", 2, StringSplitOptions.TrimEntries);
            var left = new JsonPath(parts[0].TrimStart('@'));
            var right = parts.Length > 1 ? Literal(parts[1]) : null;
            _steps.Add(value => Children(value).Where(item =>
            {
                var found = left.Find(item);
                return parts.Length == 1 ? found.Count > 0 : found.Count > 0 && Json.Same(found[0], right) != negated;
            }));
        }
        else if (inside.Length > 0 && inside[0] is '\'' or '"')
        {
            var name = inside[1..^1];
            _steps.Add(value => Member(value, name));
        }
        else if (int.TryParse(inside, NumberStyles.Integer, CultureInfo.InvariantCulture, out var index))
        {
            _steps.Add(value => value is Items items && Math.Abs(index) <= items.Count - (index < 0 ? 0 : 1)
                ? [items[index < 0 ? items.Count + index : index]]
                : []);
        }
    }
}

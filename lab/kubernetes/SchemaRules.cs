using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Metal3.Lab.Kubernetes;

/// <summary>Prunes, defaults and validates documents by their schema, in the order the reference server does.</summary>
internal static partial class SchemaRules
{
    private static readonly string[] RootFields = ["apiVersion", "kind", "metadata"];

    /// <summary>
    /// Removes what the schema does not know, and nulls of fields that are not nullable.
    /// <paramref name="removed"/> receives the paths of the unknown fields.
    /// </summary>
    public static void Prune(Map root, Schema schema, List<string>? removed) =>
        PruneMap(root, schema, "", removed, isResource: true);

    /// <summary>Sets the defaults of missing fields.</summary>
    public static void Default(object? value, Schema schema)
    {
        var resolved = schema.Resolved;
        switch (value)
        {
            case Map map:
                foreach (var (key, child) in resolved.Properties)
                {
                    if (child.HasDefault && !map.ContainsKey(key))
                    {
                        map[key] = Json.Clone(child.Default);
                    }
                }

                foreach (var (key, child) in map)
                {
                    if (child is Map or Items && resolved.Member(key) is { } member)
                    {
                        Default(child, member);
                    }
                }

                break;
            case Items items when resolved.Items is { } of:
                foreach (var item in items)
                {
                    Default(item, of);
                }

                break;
        }
    }

    /// <summary>All violations of a custom resource, in the words and with the paths of the reference server.</summary>
    public static void Validate(Map root, Schema schema, string subresource, List<FieldError> errors)
    {
        if (subresource == "status")
        {
            // The reference validates the status alone here, so its messages know the paths below it only.
            if (root.TryGetValue("status", out var status) && schema.Member("status") is { } of)
            {
                var found = new List<FieldError>();
                Validate(status, of, "", found);
                CheckLists(status, of, "", found);
                errors.AddRange(found.Select(e => e with { Path = e.Path.Length == 0 ? "status" : $"status.{e.Path.TrimStart('.')}" }));
            }

            return;
        }

        var lists = new List<FieldError>();
        foreach (var (key, child) in schema.Properties)
        {
            if (root.TryGetValue(key, out var value) && key != "metadata")
            {
                Validate(value, child, key, errors);
                CheckLists(value, child, key, lists);
            }
        }

        foreach (var key in schema.Required.Where(key => !root.ContainsKey(key)))
        {
            errors.Add(FieldError.Required(key));
        }

        Combine(root, schema, "", errors);
        errors.AddRange(lists);
    }

    /// <summary>
    /// The first value of a built-in kind that has the wrong JSON type, as the reference's decoder words it; null if there is none.
    /// </summary>
    public static string? WrongJsonType(object? value, Schema schema, string path)
    {
        var resolved = schema.Resolved;
        var expected = (resolved.Type, resolved.IntOrString, resolved.Format) switch
        {
            (_, true, _) => null,
            ("string", _, _) => "string",
            ("boolean", _, _) => "bool",
            ("integer", _, "int64") => "int64",
            ("integer", _, _) => "int32",
            ("array", _, _) => "[]",
            ("object", _, _) => "map",
            _ => null,
        };
        var fits = expected switch
        {
            null => true,
            "string" => value is string or null || resolved.Format.Length == 0 && path.EndsWith("quantity", StringComparison.Ordinal),
            "bool" => value is bool or null,
            "[]" => value is Items or null,
            "map" => value is Map or null,
            _ => value is long or null,
        };
        if (!fits && !(expected == "string" && IsQuantity(schema)))
        {
            var actual = value switch { long or double => "number", bool => "bool", Items => "array", Map => "object", _ => "string" };
            return $"json: cannot unmarshal {actual} into Go struct field {path} of type {(resolved.AdditionalProperties is { Type: "string" } ? "map[string]string" : expected)}";
        }

        switch (value)
        {
            case Map map:
                foreach (var (key, child) in map)
                {
                    if (resolved.Member(key) is { } member)
                    {
                        var isEntry = !resolved.Properties.ContainsKey(key);
                        if (WrongJsonType(child, member, isEntry ? path : $"{path}.{key}") is { } wrong)
                        {
                            return wrong;
                        }
                    }
                }

                return null;
            case Items items when resolved.Items is { } of:
                return items.Select(item => WrongJsonType(item, of, path)).FirstOrDefault(wrong => wrong is not null);
            default:
                return null;
        }
    }

    private static bool IsQuantity(Schema schema) =>
        schema.Source.TextAt("$ref")?.EndsWith("resource.Quantity", StringComparison.Ordinal) == true;

    private static void PruneMap(Map map, Schema schema, string path, List<string>? removed, bool isResource)
    {
        var resolved = schema.Resolved;
        var anything = resolved.PreserveUnknown || resolved.AllowsAdditional
            || (resolved.Type.Length == 0 && resolved.Properties.Count == 0 && resolved.AdditionalProperties is null && !resolved.IntOrString);
        foreach (var key in map.Keys.ToList())
        {
            if (isResource && RootFields.Contains(key, StringComparer.Ordinal))
            {
                continue;
            }

            var here = path.Length == 0 ? key : $"{path}.{key}";
            if (resolved.Member(key) is not { } member)
            {
                if (!anything)
                {
                    map.Remove(key);
                    removed?.Add(here);
                }

                continue;
            }

            var value = map[key];
            if (value is null && !member.Nullable && !member.Resolved.PreserveUnknown
                && member.Resolved.Type.Length > 0)
            {
                map.Remove(key);
            }
            else
            {
                PruneValue(value, member, here, removed);
            }
        }
    }

    private static void PruneValue(object? value, Schema schema, string path, List<string>? removed)
    {
        var resolved = schema.Resolved;
        switch (value)
        {
            case Map map:
                PruneMap(map, schema, path, removed, resolved.EmbeddedResource);
                break;
            case Items items when resolved.Items is { } of:
                for (var i = 0; i < items.Count; i++)
                {
                    PruneValue(items[i], of, $"{path}[{i}]", removed);
                }

                break;
        }
    }

    private static void Validate(object? value, Schema schema, string path, List<FieldError> errors)
    {
        if (value is null)
        {
            if (!schema.Nullable && schema.Type.Length > 0)
            {
                errors.Add(FieldError.WrongType(path, "null", $"{path} in body must be of type {schema.Type}: \"null\""));
            }

            return;
        }

        if (!HasType(value, schema, path, errors))
        {
            if (schema.Enum is { } words)
            {
                errors.Add(FieldError.NotSupported(path, value, words));
            }

            return;
        }

        if (schema.Enum is { } allowed && !allowed.Any(word => Json.Same(word, value)))
        {
            errors.Add(FieldError.NotSupported(path, value, allowed));
        }

        switch (value)
        {
            case string text:
                ValidateText(text, schema, path, errors);
                break;
            case long or double:
                ValidateNumber(value, schema, path, errors);
                break;
            case Items items:
                ValidateItems(items, schema, path, errors);
                break;
            case Map map:
                ValidateMap(map, schema, path, errors);
                break;
        }

        Combine(value, schema, path, errors);
    }

    private static bool HasType(object value, Schema schema, string path, List<FieldError> errors)
    {
        if (schema.IntOrString)
        {
            if (value is long or string)
            {
                return true;
            }

            var actual = Json.TypeName(value);
            errors.Add(FieldError.WrongType(path, actual, $"{path} in body must be of type integer,string: \"{actual}\""));
            return false;
        }

        var fits = schema.Type switch
        {
            "string" => value is string,
            "integer" => value is long || value is double number && Math.Truncate(number) == number,
            "number" => value is long or double,
            "boolean" => value is bool,
            "array" => value is Items,
            "object" => value is Map,
            _ => true,
        };
        if (!fits)
        {
            var actual = Json.TypeName(value);
            errors.Add(FieldError.WrongType(path, actual, $"{path} in body must be of type {schema.Type}: \"{actual}\""));
        }

        return fits;
    }

    private static void ValidateText(string text, Schema schema, string path, List<FieldError> errors)
    {
        var length = text.EnumerateRunes().Count();
        if (schema.NumberAt("maxLength") is { } most && length > most)
        {
            errors.Add(FieldError.TooLong(path, (long)most));
        }
        else if (schema.NumberAt("minLength") is { } least && length < least)
        {
            errors.Add(FieldError.Invalid(path, text, $"{path} in body should be at least {least} chars long"));
        }
        else if (schema.PatternExpression is { } pattern && !pattern.IsMatch(text))
        {
            errors.Add(FieldError.Invalid(path, text, $"{path} in body should match '{schema.Pattern}'"));
        }

        if (schema.Format.Length > 0 && !HasFormat(text, schema.Format))
        {
            errors.Add(new FieldError(path, "FieldValueTypeInvalid",
                $"Invalid value: {Json.Text(text)}: {path} in body must be of type {schema.Format}: {Json.Text(text)}"));
        }
    }

    private static void ValidateNumber(object value, Schema schema, string path, List<FieldError> errors)
    {
        var number = value is long whole ? whole : (double)value;
        if (schema.NumberAt("maximum") is { } most)
        {
            var exclusive = schema.Source.FlagAt("exclusiveMaximum");
            if (exclusive ? number >= most : number > most)
            {
                errors.Add(FieldError.Invalid(
                    path, value, $"{path} in body should be less than {(exclusive ? "" : "or equal to ")}{Json.Number(most)}"));
            }
        }

        if (schema.NumberAt("minimum") is { } least)
        {
            var exclusive = schema.Source.FlagAt("exclusiveMinimum");
            if (exclusive ? number <= least : number < least)
            {
                errors.Add(FieldError.Invalid(
                    path, value, $"{path} in body should be greater than {(exclusive ? "" : "or equal to ")}{Json.Number(least)}"));
            }
        }

        if (schema.NumberAt("multipleOf") is { } factor && Math.IEEERemainder(number, factor) != 0)
        {
            errors.Add(FieldError.Invalid(path, value, $"{path} in body should be a multiple of {Json.Number(factor)}"));
        }

        if (value is long integer && schema.Format == "int32" && integer is < int.MinValue or > int.MaxValue)
        {
            errors.Add(FieldError.Invalid(
                "<nil>", "", $"Checked value must be of type integer with format int32 in {path}"));
        }
    }

    private static void ValidateItems(Items items, Schema schema, string path, List<FieldError> errors)
    {
        if (schema.NumberAt("maxItems") is { } most && items.Count > most)
        {
            errors.Add(FieldError.TooMany(path, items.Count, (long)most));
        }

        if (schema.NumberAt("minItems") is { } least && items.Count < least)
        {
            errors.Add(FieldError.Invalid(path, (long)items.Count, $"{path} in body should have at least {least} items"));
        }

        if (schema.Source.FlagAt("uniqueItems")
            && items.Where((item, i) => items.Take(i).Any(earlier => Json.Same(earlier, item))).Any())
        {
            errors.Add(FieldError.Invalid(path, null, $"{path} in body shouldn't contain duplicates"));
        }

        if (schema.Items is { } of)
        {
            for (var i = 0; i < items.Count; i++)
            {
                Validate(items[i], of, $"{path}[{i}]", errors);
            }
        }
    }

    private static void ValidateMap(Map map, Schema schema, string path, List<FieldError> errors)
    {
        if (schema.NumberAt("maxProperties") is { } most && map.Count > most)
        {
            errors.Add(FieldError.TooMany(path, map.Count, (long)most));
        }

        if (schema.NumberAt("minProperties") is { } least && map.Count < least)
        {
            errors.Add(FieldError.Invalid(path, (long)map.Count, $"{path} in body should have at least {least} properties"));
        }

        foreach (var key in schema.Required.Where(key => !map.ContainsKey(key)))
        {
            errors.Add(FieldError.Required(path.Length == 0 ? key : $"{path}.{key}"));
        }

        foreach (var (key, value) in map)
        {
            if (schema.EmbeddedResource && key == "metadata")
            {
                continue;
            }

            if (schema.Member(key) is { } member)
            {
                Validate(value, member, path.Length == 0 ? key : $"{path}.{key}", errors);
            }
        }
    }

    private static void Combine(object? value, Schema schema, string path, List<FieldError> errors)
    {
        var word = path.Length == 0 ? "\"\"" : $"\"{path}\"";
        foreach (var part in schema.AllOf)
        {
            Validate(value, part, path, errors);
        }

        if (schema.AnyOf.Count > 0 && !schema.IntOrString && !schema.AnyOf.Any(part => Accepts(value, part, path)))
        {
            errors.Add(FieldError.Invalid(path, "", $"{word} must validate at least one schema (anyOf)"));
        }

        if (schema.OneOf.Count > 0 && schema.OneOf.Count(part => Accepts(value, part, path)) is var matches and not 1)
        {
            var found = matches == 0 ? "Found none valid" : $"Found {matches} valid alternatives";
            errors.Add(FieldError.Invalid(path, "", $"{word} must validate one and only one schema (oneOf). {found}"));
        }

        if (schema.Not is { } not && Accepts(value, not, path))
        {
            errors.Add(FieldError.Invalid(path, "", $"{word} must not validate the schema (not)"));
        }
    }

    private static bool Accepts(object? value, Schema schema, string path)
    {
        var errors = new List<FieldError>();
        Validate(value, schema, path, errors);
        return errors.Count == 0;
    }

    private static void CheckLists(object? value, Schema schema, string path, List<FieldError> errors)
    {
        switch (value)
        {
            case Map map:
                foreach (var (key, child) in map)
                {
                    if (schema.Member(key) is { } member)
                    {
                        CheckLists(child, member, $"{path}.{key}", errors);
                    }
                }

                break;
            case Items items:
                CheckUnique(items, schema, path, errors);
                if (schema.Items is { } of)
                {
                    for (var i = 0; i < items.Count; i++)
                    {
                        CheckLists(items[i], of, $"{path}[{i}]", errors);
                    }
                }

                break;
        }
    }

    private static void CheckUnique(Items items, Schema schema, string path, List<FieldError> errors)
    {
        if (schema.ListType is not ("set" or "map"))
        {
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < items.Count; i++)
        {
            var key = items[i];
            if (schema.ListType == "map")
            {
                if (items[i] is not Map item)
                {
                    continue;
                }

                var parts = new Map();
                foreach (var name in schema.MapKeys)
                {
                    if (item.TryGetValue(name, out var part))
                    {
                        parts[name] = part;
                    }
                }

                key = parts;
            }

            if (!seen.Add(Json.Text(key)))
            {
                errors.Add(FieldError.Duplicate($"{path}[{i}]", key));
            }
        }
    }

    private static bool HasFormat(string text, string format) => format switch
    {
        "date-time" => DateTimePattern().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "byte" => Convert.TryFromBase64String(text, new byte[text.Length], out _),
        "ipv4" => IPAddress.TryParse(text, out var address) && text.Contains('.') && !text.Contains(':') && address is not null,
        "ipv6" => IPAddress.TryParse(text, out _) && text.Contains(':'),
        "cidr" => IPNetwork.TryParse(text, out _),
        "uuid" => Guid.TryParseExact(text, "D", out _) || Guid.TryParseExact(text, "N", out _),
        "mac" => MacPattern().IsMatch(text),
        "uri" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _) && text.Length > 0,
        "hostname" => HostPattern().IsMatch(text) && Encoding.UTF8.GetByteCount(text) <= 255,
        "email" => text.Contains('@'),
        "duration" => DurationPattern().IsMatch(text),
        _ => true, // the reference ignores formats it does not know
    };

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DateTimePattern();

    [GeneratedRegex(@"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex MacPattern();

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?(\.[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex HostPattern();

    [GeneratedRegex(@"^[-+]?(\d+(\.\d*)?|\.\d+)\s*(ns|us|µs|ms|s|m|h|d|w)?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w))*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DurationPattern();
}

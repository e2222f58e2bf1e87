using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metal3.Contracts.Bmc;

namespace Metal3.Contracts.Tests;

/// <summary>The definitions against the field tables of the specification, row by row and then the other way round.</summary>
/// <remarks>Needs the specification's folder (<c>METAL3_SPEC</c>); it is read as it is, tables and all.</remarks>
public sealed partial class SpecTableTests
{
    private const string Image = "BareMetalHost:spec.image";
    private const string Hints = "BareMetalHost:spec.rootDeviceHints";
    private const string Raid = "BareMetalHost:spec.raid";
    private const string Hardware = "BareMetalHost:status.hardware";
    private const string Reference = "BareMetalHost:spec.userData";
    private const string Condition = "BareMetalHost:status.conditions[]";

    /// <summary>Where our definitions say more than the specification, on purpose (docs/differences.md).</summary>
    private static readonly Dictionary<string, string> Ours = new(StringComparer.Ordinal)
    {
        ["BareMetalHost:status.errorType enum"] = "detach error",
    };

    /// <summary>Heading of a table to the kind and path that its rows start at.</summary>
    private static readonly (string Heading, string Kind, string Prefix)[] Tables =
    [
        ("1.2 ", "HardwareData", ""), ("1.3 ", "HostFirmwareSettings", ""), ("1.4 ", "FirmwareSchema", ""), ("1.5 ", "HostFirmwareComponents", ""),
        ("1.6 ", "PreprovisioningImage", ""), ("1.7 ", "DataImage", ""), ("1.8 ", "BMCEventSubscription", ""), ("1.9 ", "HostUpdatePolicy", ""),
        ("1.10 ", "HostDeployPolicy", ""), ("1.11 ", "HostClaim", ""), ("1.12 ", "BareMetalSwitch", ""), ("1.13 ", "HostNetworkAttachment", ""),
        ("2.1 ", "BareMetalHost", ""), ("2.2 ", "BareMetalHost", "spec"), ("2.3 ", "BareMetalHost", "spec.rootDeviceHints"),
        ("2.4 ", "BareMetalHost", "spec.raid.hardwareRAIDVolumes[]"), ("2.4 ", "BareMetalHost", "spec.raid.softwareRAIDVolumes[]"),
        ("2.5 ", "BareMetalHost", "spec.networkInterfaces[]"), ("2.7 ", "BareMetalHost", ""), ("2.8 ", "BareMetalHost", "status.hardware"),
    ];

    /// <summary>Members whose inside the specification describes once, elsewhere: they must be equal to that, to the letter.</summary>
    private static readonly Dictionary<string, string> Same = new(StringComparer.Ordinal)
    {
        ["BareMetalHost:status.lastAttemptedImage"] = Image,
        ["BareMetalHost:status.provisioning.image"] = Image,
        ["HostClaim:spec.image"] = Image,
        ["BareMetalHost:status.provisioning.rootDeviceHints"] = Hints,
        ["BareMetalHost:spec.raid.softwareRAIDVolumes[].physicalDisks[]"] = Hints,
        ["BareMetalHost:status.provisioning.raid"] = Raid,
        ["BareMetalHost:status.provisioning.firmware"] = "BareMetalHost:spec.firmware",
        ["HardwareData:spec.hardware"] = Hardware,
        ["BareMetalHost:status.goodCredentials.credentials"] = Reference,
        ["BareMetalHost:status.triedCredentials.credentials"] = Reference,
        ["HostClaim:spec.userData"] = Reference,
        ["HostClaim:spec.networkData"] = Reference,
        ["HostClaim:spec.metaData"] = Reference,
        ["BareMetalHost:spec.networkData"] = Reference,
        ["BareMetalHost:spec.metaData"] = Reference,
        ["HostClaim:spec.consumerRef"] = "BareMetalHost:spec.consumerRef",
        ["HostClaim:status.conditions[]"] = Condition,
        ["HostFirmwareSettings:status.conditions[]"] = Condition,
        ["HostFirmwareComponents:status.conditions[]"] = Condition,
        ["PreprovisioningImage:status.conditions[]"] = Condition,
        ["BareMetalSwitch:status.conditions[]"] = Condition,
        ["HostFirmwareComponents:status.updates[]"] = "HostFirmwareComponents:spec.updates[]",
    };

    [Fact]
    public void Every_row_of_the_field_tables_is_in_the_definitions_as_it_is_written()
    {
        var rows = Rows();

        var problems = rows.SelectMany(Problems).ToList();

        Assert.True(rows.Count > 150, $"only {rows.Count} rows were understood");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    [Fact]
    public void What_the_specification_describes_once_is_the_same_wherever_it_stands() =>
        Assert.All(Same, pair => Assert.True(
            JsonNode.DeepEquals(Bare(Find(pair.Key)!), Bare(Find(pair.Value)!)), $"{pair.Key} differs from {pair.Value}: {Bare(Find(pair.Key)!)} / {Bare(Find(pair.Value)!)}"));

    [Fact]
    public void No_definition_has_a_member_that_the_specification_does_not_name()
    {
        var named = Rows().Select(row => row.Path).ToHashSet(StringComparer.Ordinal);
        var text = Spec();

        var unnamed = Manifest.Crds.Keys.SelectMany(kind => Paths(Schema(kind), $"{kind}:"))
            .Where(path => path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..] is not ("apiVersion" or "kind" or "metadata"))
            .Where(path => path != "HostDeployPolicy:status") // the list of kinds says that it is an empty object
            .Where(path => !named.Contains(path) && !Same.Keys.Any(same => path.StartsWith(same, StringComparison.Ordinal)))
            .Where(path => !IsParent(path, named) && !IsNamedInItsParentsRow(path, text))
            .ToList();

        Assert.True(unnamed.Count == 0, string.Join('\n', unnamed));
    }

    [Fact]
    public void The_kinds_are_spelled_as_in_the_specifications_list()
    {
        var listed = Table(Spec(), "### 0.1 ").Select(row =>
            $"{row[0]} {Plain(row[1])} {Plain(row[2])} {string.Join(',', Code().Matches(row[3]).Select(m => m.Value.Trim('`')))} {(Plain(row[4]).StartsWith("yes", StringComparison.Ordinal) ? "with status" : "")}");

        var defined = Manifest.Crds.Select(crd =>
        {
            var names = crd.Value["spec"]!["names"]!;
            return $"{crd.Key} {names["plural"]} {names["singular"]} {string.Join(',', names["shortNames"]?.AsArray().Select(n => (string)n!) ?? [])} {(crd.Value["spec"]!["versions"]![0]!["subresources"]?["status"] is null ? "" : "with status")}";
        });

        Assert.Equal(listed.Order(StringComparer.Ordinal), defined.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_example_of_the_specification_is_one_of_the_manifests_that_must_apply()
    {
        var examples = Fences().Matches(Spec()).Select(fence => fence.Groups["yaml"].Value).SelectMany(Manifest.Yaml).ToList();

        Assert.True(examples.Count > 20, $"only {examples.Count} examples were found");
        Assert.All(examples, example => Assert.Contains(
            Manifest.Valid,
            manifest => example["kind"] is null
                ? JsonNode.DeepEquals(example["status"], manifest.Sent["status"]) // the shape of a status, without its host
                : JsonNode.DeepEquals(example, manifest.Sent)));
    }

    [Fact]
    public void Every_worked_BMC_address_yields_its_driver_info_and_every_refused_one_is_refused()
    {
        var worked = Table(Spec(), "### 5.5 ").Where(row => row[0].StartsWith('`')).ToList();
        var refused = Table(Spec(), "### 5.5 ", 1).SelectMany(row => Code().Matches(row[0]).Select(address => address.Value.Trim('`'))).ToList();

        Assert.True(worked.Count > 20 && refused.Count > 20, $"{worked.Count} worked and {refused.Count} refused addresses were found");
        Assert.All(worked, row =>
        {
            Assert.True(BmcAccess.TryParse(new() { Address = Code().Match(row[0]).Value.Trim('`') }, out var access, out var problem), problem);
            Assert.Equal(row[1], access.Type);
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(row[2].Trim('`')), access.DriverInfo("admin", "s3cret")), row[0]);
        });
        Assert.All(refused, address => Assert.False(BmcAccess.TryParse(new() { Address = address }, out _, out _), address));
    }

    private static IEnumerable<string> Problems(Row row)
    {
        if (Find(row.Path) is not { } schema)
        {
            return [$"{row.Path}: is not in the definition"];
        }

        var problems = new List<string>();
        void Expect(string what, string wanted, string got)
        {
            if (Ours.TryGetValue($"{row.Path} {what}", out var more))
            {
                wanted = $"{wanted} {more}";
            }

            if (wanted != got)
            {
                problems.Add($"{row.Path}: {what} is '{got}', and the specification says '{wanted}'");
            }
        }

        if (TypeOf(row.Type) is { } type)
        {
            Expect("type", type, TypeOf(schema));
        }

        if (IsRequired(row.Required) is { } required)
        {
            Expect("required", required.ToString(), IsRequiredIn(row.Path).ToString());
        }

        // Of a list, rules about its items stand in its own row.
        var ruled = schema["items"] is JsonObject items && (items["enum"] ?? items["pattern"]) is not null ? items : schema;
        Expect("enum", Words(row), string.Join(' ', ruled["enum"]?.AsArray().Select(word => $"{(string)word!}") ?? []));
        Expect("pattern", Pattern(row), (string?)ruled["pattern"] ?? "");
        foreach (var (key, value) in Limits(row))
        {
            Expect(key, value, schema[key]?.ToJsonString() ?? "");
        }

        foreach (var key in (string[])["minimum", "maximum", "minItems", "maxItems", "maxLength", "minLength"])
        {
            if (schema[key] is not null && !Limits(row).ContainsKey(key))
            {
                problems.Add($"{row.Path}: has a {key} that the specification does not name");
            }
        }

        Expect("default", Default(row), schema["default"]?.ToString() ?? "");
        return problems;
    }

    private static string? TypeOf(string words) => Plain(words) switch
    {
        "" or "same" => null,
        var text when text.StartsWith("int-or", StringComparison.Ordinal) => "integer",
        var text when text.StartsWith("string[]", StringComparison.Ordinal) => "array of string",
        "map string → int-or-string" => "map of int-or-string",
        "map string → string" => "map of string",
        "map string → object" => "map of object",
        "date-time" or "date-time, nullable" => "string date-time",
        "number (double)" => "number double",
        "int32" => "integer int32",
        "int64" => "integer int64",
        "string" or "boolean" or "integer" or "object" => Plain(words),
        "plain list" or "list" or "list of objects" or "Condition list, keyed by type" or "keyed by type" or "hint objects" => "array of object",
        var text when text.StartsWith("list of {", StringComparison.Ordinal) || text.StartsWith("Condition list", StringComparison.Ordinal) => "array of object",
        "int32 0..4094 / string" => null, // two members in one row; what they are is checked by the rows' own rules
        var text when text.EndsWith("required, value, timeAdded}", StringComparison.Ordinal) => "array of object",
        "{key, operator, values} all required" => "array of object",
        _ => "object", // an image, a reference, an empty object: a thing with a name of its own
    };

    private static string TypeOf(JsonObject schema)
    {
        if (schema["additionalProperties"] is JsonObject values)
        {
            return values["x-kubernetes-int-or-string"] is not null ? "map of int-or-string" : $"map of {values["type"]}";
        }

        if (schema["items"] is JsonObject items)
        {
            return $"array of {items["type"]}";
        }

        return $"{schema["type"]} {schema["format"]}".Trim();
    }

    private static bool? IsRequired(string words) => Plain(words) switch
    {
        "" or "–" => null,
        var text when text.StartsWith("yes", StringComparison.Ordinal) || text.StartsWith("both req", StringComparison.Ordinal) => true,
        "no" or "no (see matrix)" or "one of the two" => false,
        var text => throw new InvalidOperationException($"'{text}' is neither required nor not"),
    };

    private static bool IsRequiredIn(string path)
    {
        var cut = path.LastIndexOfAny(['.', ':']);
        var parent = Find(path[cut] == ':' ? path[..(cut + 1)] : path[..cut])!;
        return parent["required"]?.AsArray().Any(name => (string)name! == path[(cut + 1)..].Replace("[]", "", StringComparison.Ordinal)) is true;
    }

    private static string Words(Row row)
    {
        var rule = row.Rules.FirstOrDefault(text => text.Contains("enum ", StringComparison.Ordinal));
        if (rule is null || rule.Contains("no enum", StringComparison.Ordinal))
        {
            return "";
        }

        if (rule.Contains("enum as spec", StringComparison.Ordinal))
        {
            return "UEFI UEFISecureBoot legacy";
        }

        var tail = rule[(rule.IndexOf("enum ", StringComparison.Ordinal) + 5)..];
        return string.Join(' ', Code().Matches(tail).Select(word => word.Value.Trim('`').Trim('"')));
    }

    private static string Pattern(Row row)
    {
        foreach (var rule in row.Rules)
        {
            if (rule.Contains("unanchored MAC pattern", StringComparison.Ordinal))
            {
                return "[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}";
            }

            if (Code().Matches(rule).Select(word => word.Value.Trim('`')).FirstOrDefault(word => word.Contains("[0-9", StringComparison.Ordinal) || word.StartsWith('^')) is { } pattern)
            {
                return pattern;
            }
        }

        return "";
    }

    private static Dictionary<string, string> Limits(Row row)
    {
        var limits = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var rule in row.Rules.Append(row.Type))
        {
            foreach (var (key, pattern) in new[]
            {
                ("minimum", @"≥ (?<n>\d+)"), ("minimum", @"(?<n>\d+)\.\.\d+"), ("maximum", @"\d+\.\.(?<n>\d+)"), ("maxItems", @"max (?<n>\d+)( items|$)"),
                ("minItems", @"min (?<n>\d+) items"), ("maxLength", @"max length (?<n>\d+)"),
            })
            {
                if (Regex.Match(rule, pattern, RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) is { Success: true } found)
                {
                    limits[key] = found.Groups["n"].Value;
                }
            }
        }

        return limits;
    }

    /// <summary>The default that the API server fills in; "treated as" and "from profile" are the operator's.</summary>
    private static string Default(Row row)
    {
        if (row.Rules.Select(rule => Regex.Match(rule, @"default (?<n>\d+)$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))).FirstOrDefault(found => found.Success) is { } inRule)
        {
            return inRule.Groups["n"].Value;
        }

        // "(K)" says who fills it in; the tables of two kinds say so in the column of writers.
        var isServers = row.Default.Contains("(K)", StringComparison.Ordinal) || row.Writer.Contains("U/K", StringComparison.Ordinal);
        return isServers && row.Default.Length > 1 ? Plain(row.Default).Replace("(K)", "", StringComparison.Ordinal).Trim() : "";
    }

    private static List<Row> Rows()
    {
        var text = Spec();
        var rows = new List<Row>();
        foreach (var (heading, index) in Tables.Select((table, index) => (table, index)))
        {
            var nth = Tables.Take(index).Count(before => before.Heading == heading.Heading);
            foreach (var cells in Table(text, "### " + heading.Heading, nth))
            {
                rows.AddRange(Expand(cells, heading.Kind, heading.Prefix));
            }
        }

        return rows;
    }

    private static IEnumerable<Row> Expand(Cells cells, string kind, string prefix)
    {
        var types = cells["Type"].Split(" / ");
        var rules = cells["Validation"].Split(" / ");
        var names = Names(Code().Matches(cells["JSON"]).Select(name => name.Value.Trim('`')).ToList()).ToList();
        foreach (var (name, index) in names.Select((name, index) => (name, index)))
        {
            // The one row that gives two members two types writes them in their order.
            var type = types.Length == names.Count && types.Length > 1 ? types[index] : cells["Type"];
            var path = (prefix.Length == 0 ? name : $"{prefix}.{name}").TrimEnd(']').TrimEnd('[');
            yield return new(
                $"{kind}:{path}", type.Replace("0..4094", "", StringComparison.Ordinal).Trim(), cells["Req"], cells["Default"], cells["Writer"],
                [rules.Length == names.Count && rules.Length > 1 ? rules[index] : cells["Validation"], types.Length == names.Count && types.Length > 1 ? type : ""]);
        }
    }

    /// <summary>"`a.b`, `.c`" are a.b and a.c; "`a.{b,c}.d`" are a.b.d and a.c.d.</summary>
    private static IEnumerable<string> Names(List<string> written)
    {
        var first = "";
        foreach (var name in written)
        {
            first = name.StartsWith('.') ? first[..first.LastIndexOf('.')] + name : name;
            foreach (var one in Braces(first))
            {
                yield return one;
            }
        }
    }

    private static IEnumerable<string> Braces(string name) => name.IndexOf('{', StringComparison.Ordinal) is var open and >= 0
        ? name[(open + 1)..name.IndexOf('}', StringComparison.Ordinal)].Split(',').SelectMany(one => Braces(name[..open] + one + name[(name.IndexOf('}', StringComparison.Ordinal) + 1)..]))
        : [name];

    private static bool IsParent(string path, HashSet<string> named) => named.Any(name => name.StartsWith(path + ".", StringComparison.Ordinal) || name.StartsWith(path + "[", StringComparison.Ordinal));

    /// <summary>A row may name the members of a small object in its own words: `{name, namespace}`, or a list of them.</summary>
    private static bool IsNamedInItsParentsRow(string path, string text)
    {
        var cut = path.LastIndexOf('.');
        if (cut < 0)
        {
            return false;
        }

        var parent = path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..cut].Replace("[]", "", StringComparison.Ordinal);
        var member = path[(cut + 1)..];
        return path.Contains(".conditions[]", StringComparison.Ordinal)
            ? text.Split('\n').Any(line => line.StartsWith("Standard condition item:", StringComparison.Ordinal) && line.Contains($"`{member}`", StringComparison.Ordinal))
            : text.Split('\n').Any(line => line.StartsWith("| ", StringComparison.Ordinal)
                && (line.Contains($"`{parent}`", StringComparison.Ordinal) || line.Contains($"`{parent}[]`", StringComparison.Ordinal) || line.Contains($"`{parent}.", StringComparison.Ordinal))
                && Regex.IsMatch(line, $@"\b{Regex.Escape(member.Replace("[]", "", StringComparison.Ordinal))}\b", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    private static IEnumerable<Cells> Table(string text, string heading, int nth = 0)
    {
        var lines = text.Split('\n').SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith("##", StringComparison.Ordinal)).ToList();
        var starts = lines.Select((line, index) => (line, index)).Where(one => one.line.StartsWith('|') && (one.index == 0 || !lines[one.index - 1].StartsWith('|'))).Select(one => one.index).ToList();
        var table = lines.Skip(starts[nth]).TakeWhile(line => line.StartsWith('|')).Select(Split).ToList();
        return table.Where((_, index) => index != 1).Skip(1).Select(cells => new Cells(table[0], cells));
    }

    /// <summary>The cells of a line; a bar inside a code span is no border.</summary>
    private static List<string> Split(string line) => [.. line.Replace("\\|", "¦", StringComparison.Ordinal).Trim().Trim('|').Split('|').Select(cell => cell.Trim())];

    private static string Plain(string text) => text.Replace("`", "", StringComparison.Ordinal).Replace("*", "", StringComparison.Ordinal).Trim();

    private static JsonObject Schema(string kind) => Manifest.Crds[kind]["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();

    /// <summary>The schema at "Kind:a.b[].c"; null if there is none.</summary>
    private static JsonObject? Find(string path)
    {
        var cut = path.IndexOf(':', StringComparison.Ordinal);
        var schema = Schema(path[..cut]);
        foreach (var step in path[(cut + 1)..].Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            schema = step == "*" ? schema?["additionalProperties"] as JsonObject : schema?["properties"]?[step.Replace("[]", "", StringComparison.Ordinal)] as JsonObject;
            schema = step.EndsWith("[]", StringComparison.Ordinal) ? schema?["items"] as JsonObject : schema;
        }

        return schema;
    }

    private static IEnumerable<string> Paths(JsonObject schema, string path) =>
    [
        .. (schema["properties"]?.AsObject() ?? []).SelectMany(p =>
        {
            var name = path.EndsWith(':') ? path + p.Key : $"{path}.{p.Key}";
            return (IEnumerable<string>)[name, .. Paths(p.Value!.AsObject(), name)];
        }),
        .. schema["items"] is JsonObject items ? Paths(items, path + "[]") : [],
        .. schema["additionalProperties"] is JsonObject values ? Paths(values, path + ".*") : [],
    ];

    /// <summary>The schema without its words.</summary>
    private static JsonNode? Bare(JsonNode? schema) => schema switch
    {
        JsonObject map => new JsonObject(map.Where(m => m.Key != "description" || m.Value is JsonObject).OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Bare(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Bare)]),
        _ => schema?.DeepClone(),
    };

    private static string Spec()
    {
        if (Environment.GetEnvironmentVariable("METAL3_SPEC") is { Length: > 0 } directory && Directory.Exists(directory))
        {
            return File.ReadAllText(Path.Combine(directory, "baremetalhost-api.md"));
        }

        Assert.SkipWhen(Environment.GetEnvironmentVariable("METAL3_REQUIRE_SERVERS") is not "1", "needs the specification (METAL3_SPEC)");
        throw new InvalidOperationException("This run promises the specification, but METAL3_SPEC names no folder.");
    }

    [GeneratedRegex("```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fences();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    private sealed record Row(string Path, string Type, string Required, string Default, string Writer, IReadOnlyList<string> Rules);

    /// <summary>A line of a table, by the first words of its columns' heads.</summary>
    private sealed class Cells(List<string> heads, List<string> cells)
    {
        public string this[int index] => cells[index].Replace("¦", "|", StringComparison.Ordinal);

        public string this[string head] => heads.FindIndex(one => one.StartsWith(head, StringComparison.Ordinal)) is var at and >= 0 ? this[at] : "";
    }
}

using System.Text.Json.Nodes;
using Metal3.EndToEnd.Parts;

namespace Metal3.EndToEnd.RealParts;

/// <summary>What other programs rely on of a host's life, whoever led it.</summary>
internal sealed class Facts
{
    /// <summary><c>status.provisioning.state</c>, one after the other.</summary>
    public List<string> States { get; } = [];

    /// <summary><c>status.operationalStatus</c>, one after the other.</summary>
    public List<string> Operational { get; } = [];

    /// <summary>Reasons of the host's events in their order.</summary>
    public List<string> Events { get; } = [];

    /// <summary>Reason, type, reporting component and source of the host's events.</summary>
    public SortedSet<string> EventShapes { get; } = new(StringComparer.Ordinal);

    /// <summary>Finalizers, annotations, labels and owners that came (+) and went (-), by object.</summary>
    public SortedDictionary<string, List<string>> Marks { get; } = new(StringComparer.Ordinal);

    /// <summary>Paths below the host's status that ever had a value.</summary>
    public SortedSet<string> StatusPaths { get; } = new(StringComparer.Ordinal);

    /// <summary>Condition types in their order, as last seen.</summary>
    public List<string> Conditions { get; } = [];

    /// <summary>From what a recorder saw of a namespace since a moment.</summary>
    public static Facts Of(IReadOnlyList<Seen> all, string @namespace, DateTimeOffset since)
    {
        var facts = new Facts();
        var last = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        var present = true;

        // A list is sorted by name, so a watch that had to begin anew shows events out of their order; their versions have it.
        foreach (var happened in all
            .Where(one => one.Namespace == @namespace && one.Kind == "Event" && one.Type == "ADDED" && one.At >= since)
            .OrderBy(one => long.Parse((string)one.Object["metadata"]!["resourceVersion"]!, System.Globalization.CultureInfo.InvariantCulture)))
        {
            facts.Happened(happened.Object);
        }

        foreach (var seen in all.Where(one => one.Namespace == @namespace && one.Kind != "Event"))
        {
            var isPast = seen.At < since;

            var key = $"{seen.Kind}/{seen.Name}";
            if (!isPast && present)
            {
                present = false;
                foreach (var (known, version) in last)
                {
                    facts.Version(known, null, version, isPresent: true);
                }
            }

            if (!isPast && seen.Type != "DELETED")
            {
                facts.Version(key, last.GetValueOrDefault(key), seen.Object, isPresent: false);
            }

            if (seen.Type == "DELETED")
            {
                last.Remove(key);
            }
            else
            {
                last[key] = seen.Object;
            }
        }

        return facts;
    }

    /// <summary>From golden traces that follow one another.</summary>
    public static Facts Of(params string[] files)
    {
        var facts = new Facts();
        var last = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var line in files.SelectMany(File.ReadLines).Select(line => JsonNode.Parse(line)!.AsObject()))
        {
            if (line["event"] is not null)
            {
                facts.Happened(new()
                {
                    ["reason"] = line["event"]!.DeepClone(),
                    ["type"] = line["type"]?.DeepClone(),
                    ["reportingComponent"] = line["reportingComponent"]?.DeepClone(),
                    ["source"] = new JsonObject { ["component"] = line["source"]?.DeepClone() },
                    ["involvedObject"] = new JsonObject { ["kind"] = ((string)line["on"]!).Split('/')[0] },
                });
            }

            if ((string?)line["watch"] is not ("ADDED" or "MODIFIED" or "PRESENT") and not null || line["watch"] is null)
            {
                continue;
            }

            var key = $"{line["kind"]}/{line["name"]}";
            var before = last.GetValueOrDefault(key);
            var version = line["full"] is JsonObject full ? (JsonObject)full.DeepClone() : Merged(before!, line["patch"]!.AsObject());
            last[key] = version;
            facts.Version(key, before, version, (string?)line["watch"] == "PRESENT");
        }

        return facts;
    }

    /// <summary>What differs, a line each; <c>golden</c> is left, ours is right.</summary>
    public IEnumerable<string> DifferencesFrom(Facts golden)
    {
        static string Row(IEnumerable<string> words) => string.Join(", ", words);
        if (!golden.States.SequenceEqual(States, StringComparer.Ordinal))
        {
            yield return $"states: golden {Row(golden.States)} | ours {Row(States)}";
        }

        if (!golden.Operational.SequenceEqual(Operational, StringComparer.Ordinal))
        {
            yield return $"operationalStatus: golden {Row(golden.Operational)} | ours {Row(Operational)}";
        }

        if (!golden.Events.SequenceEqual(Events, StringComparer.Ordinal))
        {
            yield return $"events: golden {Row(golden.Events)} | ours {Row(Events)}";
        }

        foreach (var shape in EventShapes.Except(golden.EventShapes, StringComparer.Ordinal))
        {
            yield return $"event shape: ours {shape}";
        }

        if (!golden.Conditions.SequenceEqual(Conditions, StringComparer.Ordinal))
        {
            yield return $"conditions: golden {Row(golden.Conditions)} | ours {Row(Conditions)}";
        }

        foreach (var key in golden.Marks.Keys.Union(Marks.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (theirs, ours) = (golden.Marks.GetValueOrDefault(key) ?? [], Marks.GetValueOrDefault(key) ?? []);
            if (!theirs.Order(StringComparer.Ordinal).SequenceEqual(ours.Order(StringComparer.Ordinal), StringComparer.Ordinal))
            {
                yield return $"marks of {key}: golden {Row(theirs)} | ours {Row(ours)}";
            }
        }

        foreach (var path in golden.StatusPaths.Except(StatusPaths, StringComparer.Ordinal))
        {
            yield return $"path missing: {path}";
        }

        foreach (var path in StatusPaths.Except(golden.StatusPaths, StringComparer.Ordinal))
        {
            yield return $"path added: {path}";
        }
    }

    private void Happened(JsonObject happened)
    {
        if ((string?)happened["involvedObject"]?["kind"] != "BareMetalHost")
        {
            return;
        }

        var reason = (string?)happened["reason"] ?? "";
        Events.Add(reason);
        EventShapes.Add($"{reason} {happened["type"]} {happened["reportingComponent"]} {happened["source"]?["component"]}");
    }

    private void Version(string key, JsonObject? before, JsonObject now, bool isPresent)
    {
        // The schema is named by its content, which an emulator's version decides.
        var name = key.StartsWith("FirmwareSchema/", StringComparison.Ordinal) ? "FirmwareSchema" : key;
        if (!isPresent && !key.StartsWith("Event", StringComparison.Ordinal))
        {
            var (old, current) = (MarksOf(before), MarksOf(now));
            var marks = current.Except(old, StringComparer.Ordinal).Select(mark => $"+{mark}")
                .Concat(old.Except(current, StringComparer.Ordinal).Select(mark => $"-{mark}")).ToList();
            if (marks.Count > 0)
            {
                if (!Marks.TryGetValue(name, out var list))
                {
                    Marks[name] = list = [];
                }

                list.AddRange(marks);
            }
        }

        if (!key.StartsWith("BareMetalHost/", StringComparison.Ordinal))
        {
            return;
        }

        Next(States, (string?)now["status"]?["provisioning"]?["state"]);
        Next(Operational, (string?)now["status"]?["operationalStatus"]);
        Walk("", now["status"]);
        if (now["status"]?["conditions"] is JsonArray conditions)
        {
            Conditions.Clear();
            Conditions.AddRange(conditions.Select(one => (string)one!["type"]!));
        }
    }

    private static void Next(List<string> list, string? word)
    {
        if (word is { Length: > 0 } && (list.Count == 0 || list[^1] != word))
        {
            list.Add(word);
        }
    }

    private static List<string> MarksOf(JsonObject? version)
    {
        var metadata = version?["metadata"];
        return
        [
            .. (metadata?["finalizers"] as JsonArray ?? []).Select(one => $"finalizer {one}"),
            .. (metadata?["annotations"] as JsonObject ?? []).Select(one => $"annotation {one.Key}"),
            .. (metadata?["labels"] as JsonObject ?? []).Select(one => $"label {one.Key}={one.Value}"),
            .. (metadata?["ownerReferences"] as JsonArray ?? []).Select(one => $"owner {one!["kind"]}/{one["name"]} controller={one["controller"]?.ToString() ?? "no"} block={one["blockOwnerDeletion"]?.ToString() ?? "no"}"),
        ];
    }

    private void Walk(string path, JsonNode? value)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, member) in members)
                {
                    Walk(path.Length == 0 ? name : $"{path}.{name}", member);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Walk($"{path}[]", item);
                }

                break;
            case not null:
                StatusPaths.Add(path);
                break;
        }
    }

    private static JsonObject Merged(JsonObject target, JsonObject patch)
    {
        var merged = (JsonObject)target.DeepClone();
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                merged.Remove(name);
            }
            else
            {
                merged[name] = value is JsonObject inner ? Merged(merged[name] as JsonObject ?? [], inner) : value.DeepClone();
            }
        }

        return merged;
    }
}

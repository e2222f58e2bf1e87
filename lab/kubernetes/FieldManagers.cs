namespace Metal3.Lab.Kubernetes;

/// <summary>Who wrote which field: <c>metadata.managedFields</c>, and server-side apply on top of it.</summary>
internal sealed class FieldManagers
{
    private static readonly string[] Unowned =
    [
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion",
        "deletionTimestamp", "deletionGracePeriodSeconds",
    ];

    private readonly List<Entry> _entries;

    private FieldManagers(List<Entry> entries) => _entries = entries;

    /// <summary>Notes in <paramref name="after"/> that <paramref name="manager"/> wrote what differs from <paramref name="before"/>.</summary>
    public static void RecordUpdate(
        Map? before, Map after, Schema? schema, string manager, string apiVersion, string subresource, string now)
    {
        var given = after.ItemsAt("metadata", "managedFields");
        var reset = given is { Count: 0 } || given is [Map { Count: 0 }];
        var managers = Read(reset ? null : given ?? before.ItemsAt("metadata", "managedFields"));
        if (reset && before is not null)
        {
            ((Map)after["metadata"]!).Remove("managedFields");
            return;
        }

        var changed = Strip(FieldSet.Changes(Bare(before), Bare(after), schema));
        var gone = before is null ? new FieldSet() : FieldSet.Of(Bare(before), schema).Minus(FieldSet.Of(Bare(after), schema));
        foreach (var entry in managers._entries)
        {
            var isWriter = entry.Is(manager, "Update", apiVersion, subresource);
            entry.Set = entry.Set.Minus(isWriter ? gone : changed.Union(gone));
        }

        if (!changed.IsEmpty)
        {
            var writer = managers.Find(manager, "Update", apiVersion, subresource);
            var union = writer.Set.Union(changed);
            if (writer.Time.Length == 0 || !union.Same(writer.Set))
            {
                writer.Time = now;
            }

            writer.Set = union;
        }

        managers.Write(after);
    }

    /// <summary>Server-side apply: the document that results, with its managers.</summary>
    /// <exception cref="ApiException">Another manager owns a field with another value, and <paramref name="force"/> is false.</exception>
    public static Map Apply(
        Map? live, Map applied, Schema? schema, string manager, string apiVersion, string subresource, bool force, string now)
    {
        var managers = Read(live.ItemsAt("metadata", "managedFields"));
        var wanted = Strip(FieldSet.Of(Bare(applied), schema));
        var result = (Map)FieldSet.Merge(live is null ? new Map() : Json.Clone(live), applied, schema)!;
        var mine = managers.Find(manager, "Apply", apiVersion, subresource);

        var changed = Strip(FieldSet.Changes(Bare(live), Bare(result), schema));
        var conflicts = new List<(string Manager, string Field)>();
        foreach (var other in managers._entries.Where(e => !ReferenceEquals(e, mine)))
        {
            var contested = other.Set.Intersect(changed);
            if (contested.IsEmpty)
            {
                continue;
            }

            if (force)
            {
                other.Set = other.Set.Minus(contested);
            }
            else
            {
                var name = Json.Text(other.Manager)
                    + (other.Subresource.Length > 0 ? $" with subresource {Json.Text(other.Subresource)}" : "")
                    + (other.Operation == "Update" ? $" using {other.ApiVersion}" : "");
                conflicts.AddRange(contested.Paths().Select(path => (name, path)));
            }
        }

        if (conflicts.Count > 0)
        {
            throw ApiException.ManagerConflict(conflicts);
        }

        var before = mine.Set;
        mine.Set = wanted;
        var all = managers._entries.Aggregate(new FieldSet(), (union, entry) => union.Union(entry.Set));
        before.Minus(all).RemoveFrom(result, all, schema);
        if (mine.Time.Length == 0 || !before.Same(wanted) || !changed.IsEmpty)
        {
            mine.Time = now;
        }

        // What went because I gave it up is nobody's any more.
        var present = FieldSet.Of(Bare(result), schema);
        foreach (var entry in managers._entries.Where(e => !ReferenceEquals(e, mine)))
        {
            entry.Set = entry.Set.Minus(entry.Set.Minus(present));
        }

        managers.Write(result);
        return result;
    }

    private static FieldManagers Read(Items? items) => new(
        items?.OfType<Map>().Where(m => m.MapAt("fieldsV1") is not null).Select(m => new Entry
        {
            Manager = m.TextAt("manager") ?? "",
            Operation = m.TextAt("operation") ?? "Update",
            ApiVersion = m.TextAt("apiVersion") ?? "",
            Subresource = m.TextAt("subresource") ?? "",
            Time = m.TextAt("time") ?? "",
            Set = FieldSet.FromJson(m.MapAt("fieldsV1")!),
        }).ToList() ?? []);

    /// <summary>The document without what nobody owns; shares its parts.</summary>
    private static Map? Bare(Map? root)
    {
        if (root is null)
        {
            return null;
        }

        var bare = new Map(root);
        bare.Remove("apiVersion");
        bare.Remove("kind");
        if (root.MapAt("metadata") is { } metadata)
        {
            var kept = new Map(metadata);
            foreach (var field in Unowned)
            {
                kept.Remove(field);
            }

            bare["metadata"] = kept;
        }

        return bare;
    }

    private static FieldSet Strip(FieldSet set)
    {
        if (set["f:metadata"] is { } metadata)
        {
            metadata.IsMember = false;
            if (metadata.IsEmpty)
            {
                set.Remove("f:metadata");
            }
        }

        set.IsMember = false;
        return set;
    }

    private Entry Find(string manager, string operation, string apiVersion, string subresource)
    {
        var found = _entries.Find(e => e.Is(manager, operation, apiVersion, subresource));
        if (found is null)
        {
            found = new Entry { Manager = manager, Operation = operation, ApiVersion = apiVersion, Subresource = subresource };
            _entries.Add(found);
        }

        return found;
    }

    private void Write(Map root)
    {
        var items = new Items();
        foreach (var entry in _entries.Where(e => !e.Set.IsEmpty).OrderBy(e => e.Operation, StringComparer.Ordinal))
        {
            var item = new Map
            {
                ["manager"] = entry.Manager,
                ["operation"] = entry.Operation,
                ["apiVersion"] = entry.ApiVersion,
                ["time"] = entry.Time,
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = entry.Set.ToJson(),
            };
            if (entry.Subresource.Length > 0)
            {
                item["subresource"] = entry.Subresource;
            }

            items.Add(item);
        }

        var metadata = (Map)root["metadata"]!;
        if (items.Count > 0)
        {
            metadata["managedFields"] = items;
        }
        else
        {
            metadata.Remove("managedFields");
        }
    }

    private sealed class Entry
    {
        public required string Manager { get; init; }

        public required string Operation { get; init; }

        public required string ApiVersion { get; init; }

        public string Subresource { get; init; } = "";

        public string Time { get; set; } = "";

        public FieldSet Set { get; set; } = new();

        public bool Is(string manager, string operation, string apiVersion, string subresource) =>
            Manager == manager && Operation == operation && ApiVersion == apiVersion && Subresource == subresource;
    }
}

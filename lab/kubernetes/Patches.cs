using System.Globalization;

namespace Metal3.Lab.Kubernetes;

/// <summary>The three kinds of patches that are not apply. Each returns a new tree and leaves its input alone.</summary>
internal static class Patches
{
    public static Map Merge(Map target, Map patch)
    {
        var result = Json.Clone(target);
        MergeInto(result, patch);
        return result;
    }

    public static Map JsonPatch(Map target, Items operations)
    {
        object? root = Json.Clone(target);
        foreach (var item in operations)
        {
            var operation = item as Map ?? throw ApiException.BadPatch();
            var path = operation.TextAt("path") ?? throw ApiException.BadPatch();
            switch (operation.TextAt("op"))
            {
                case "add":
                    root = Add(root, path, Required(operation));
                    break;
                case "remove":
                    _ = Take(root, path);
                    break;
                case "replace":
                    _ = Take(root, path, replacement: Required(operation), replace: true);
                    break;
                case "move":
                    root = Add(root, path, Take(root, operation.TextAt("from") ?? ""));
                    break;
                case "copy":
                    root = Add(root, path, Json.Clone(Find(root, operation.TextAt("from") ?? "")));
                    break;
                case "test":
                    if (!Json.Same(TryFind(root, path), operation.At("value")))
                    {
                        throw ApiException.BadPatch();
                    }

                    break;
                default:
                    throw ApiException.BadPatch();
            }
        }

        return root as Map ?? throw ApiException.BadPatch();
    }

    /// <summary>Merges lists by the keys that the schema names; only built-in kinds have such schemas.</summary>
    public static Map Strategic(Map target, Map patch, Schema schema)
    {
        var result = Json.Clone(target);
        return StrategicInto(result, patch, schema) ?? [];
    }

    private static void MergeInto(Map target, Map patch)
    {
        foreach (var (key, value) in patch)
        {
            switch (value)
            {
                case null:
                    target.Remove(key);
                    break;
                case Map child:
                    MergeInto(target.Child(key), child);
                    break;
                default:
                    target[key] = Json.Clone(value);
                    break;
            }
        }
    }

    private static object? Required(Map operation) =>
        operation.TryGetValue("value", out var value) ? Json.Clone(value) : throw ApiException.BadPatch();

    private static List<string> Steps(string pointer)
    {
        if (pointer.Length == 0)
        {
            return [];
        }

        return pointer[0] == '/'
            ? pointer[1..].Split('/')
                .Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToList()
            : throw ApiException.BadPatch();
    }

    private static object? Find(object? root, string pointer)
    {
        foreach (var step in Steps(pointer))
        {
            root = root switch
            {
                Map map when map.TryGetValue(step, out var value) => value,
                Items items => items[Index(items, step, items.Count - 1)],
                _ => throw ApiException.BadPatch(),
            };
        }

        return root;
    }

    /// <summary>As the reference's library: what is missing tests equal to null.</summary>
    private static object? TryFind(object? root, string pointer)
    {
        try
        {
            return Find(root, pointer);
        }
        catch (ApiException)
        {
            return null;
        }
    }

    private static (object? Parent, string Last) Parent(object? root, string pointer)
    {
        var cut = pointer.LastIndexOf('/');
        return cut < 0 ? throw ApiException.BadPatch() : (Find(root, pointer[..cut]), Steps(pointer)[^1]);
    }

    private static object? Add(object? root, string pointer, object? value)
    {
        if (pointer.Length == 0)
        {
            return value;
        }

        var (parent, last) = Parent(root, pointer);
        switch (parent)
        {
            case Map map:
                map[last] = value;
                break;
            case Items items:
                items.Insert(last == "-" ? items.Count : Index(items, last, items.Count), value);
                break;
            default:
                throw ApiException.BadPatch();
        }

        return root;
    }

    private static object? Take(object? root, string pointer, object? replacement = null, bool replace = false)
    {
        var (parent, last) = Parent(root, pointer);
        object? old;
        switch (parent)
        {
            case Map map when map.TryGetValue(last, out old):
                if (replace)
                {
                    map[last] = replacement;
                }
                else
                {
                    map.Remove(last);
                }

                return old;
            case Items items:
                var index = Index(items, last, items.Count - 1);
                old = items[index];
                if (replace)
                {
                    items[index] = replacement;
                }
                else
                {
                    items.RemoveAt(index);
                }

                return old;
            default:
                throw ApiException.BadPatch();
        }
    }

    private static int Index(Items items, string step, int most)
    {
        if (!int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            throw ApiException.BadPatch();
        }

        index = index < 0 ? items.Count + index : index;
        return index >= 0 && index <= most ? index : throw ApiException.BadPatch();
    }

    private static Map? StrategicInto(Map target, Map patch, Schema? schema)
    {
        switch (patch.TextAt("$patch"))
        {
            case "replace":
                return Cleaned(patch);
            case "delete":
                return null;
        }

        if (patch.ItemsAt("$retainKeys") is { } retained)
        {
            foreach (var key in target.Keys.Where(k => !retained.Contains(k)).ToList())
            {
                target.Remove(key);
            }
        }

        foreach (var (key, value) in patch)
        {
            if (key.StartsWith("$deleteFromPrimitiveList/", StringComparison.Ordinal))
            {
                target.ItemsAt(key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..])
                    ?.RemoveAll(item => ((Items)value!).Any(gone => Json.Same(gone, item)));
            }
        }

        foreach (var (key, value) in patch)
        {
            if (key.StartsWith('$'))
            {
                continue;
            }

            var member = schema?.Member(key);
            switch (value)
            {
                case null:
                    target.Remove(key);
                    break;
                case Map child when target.TryGetValue(key, out var old) && old is Map existing:
                    if (StrategicInto(existing, child, member) is { } merged)
                    {
                        target[key] = merged;
                    }
                    else
                    {
                        target.Remove(key);
                    }

                    break;
                case Map child:
                    if (StrategicInto([], child, member) is { } made)
                    {
                        target[key] = made;
                    }

                    break;
                case Items items when member is not null && member.PatchStrategy.Contains("merge", StringComparison.Ordinal):
                    var order = patch.ItemsAt($"$setElementOrder/{key}");
                    target[key] = MergeItems(target.ItemsAt(key) ?? [], items, member, order);
                    break;
                default:
                    target[key] = Json.Clone(value);
                    break;
            }
        }

        foreach (var (key, value) in patch)
        {
            if (key.StartsWith("$setElementOrder/", StringComparison.Ordinal) && value is Items order)
            {
                var field = key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];
                if (target.ItemsAt(field) is { } list && schema?.Member(field) is { } member)
                {
                    target[field] = Ordered(list, order, member.PatchMergeKey);
                }
            }
        }

        return target;
    }

    private static Items MergeItems(Items target, Items patch, Schema schema, Items? order)
    {
        if (schema.PatchMergeKey is not { } mergeKey)
        {
            target.AddRange(patch.Where(item => !target.Any(old => Json.Same(old, item))));
            return target;
        }

        if (patch.OfType<Map>().Any(m => m.TextAt("$patch") == "replace"))
        {
            return [.. patch.OfType<Map>().Where(m => m.TextAt("$patch") != "replace").Select(object? (m) => Cleaned(m))];
        }

        foreach (var item in patch.OfType<Map>())
        {
            var key = item.At(mergeKey);
            var at = target.FindIndex(old => old is Map map && Json.Same(map.At(mergeKey), key));
            if (item.TextAt("$patch") == "delete")
            {
                if (at >= 0)
                {
                    target.RemoveAt(at);
                }
            }
            else if (at >= 0)
            {
                target[at] = StrategicInto((Map)target[at]!, item, schema.Resolved.Items);
            }
            else
            {
                target.Add(StrategicInto([], item, schema.Resolved.Items));
            }
        }

        return order is null ? target : Ordered(target, order, mergeKey);
    }

    /// <summary>Items that the order names come in its order; the others keep their places between them as far as possible.</summary>
    private static Items Ordered(Items items, Items order, string? mergeKey)
    {
        int Rank(object? item) => order.FindIndex(wanted => mergeKey is null
            ? Json.Same(wanted, item)
            : Json.Same((wanted as Map).At(mergeKey), (item as Map).At(mergeKey)));

        var named = new Queue<object?>(items.Where(i => Rank(i) >= 0).OrderBy(Rank));
        return items.Select(item => Rank(item) >= 0 ? named.Dequeue() : item).ToList();
    }

    private static Map Cleaned(Map patch)
    {
        var copy = new Map();
        foreach (var (key, value) in patch.Where(p => !p.Key.StartsWith('$') && p.Value is not null))
        {
            copy[key] = value is Map child ? Cleaned(child) : Json.Clone(value);
        }

        return copy;
    }
}

namespace Metal3.Lab.Kubernetes;

/// <summary>A set of fields as a tree, in the form of <c>fieldsV1</c>: <c>f:name</c>, <c>k:{keys}</c>, <c>v:value</c>.</summary>
internal sealed class FieldSet
{
    private SortedDictionary<string, FieldSet>? _children;

    /// <summary>Whether the field at this place itself is in the set, not just something below it.</summary>
    public bool IsMember { get; set; }

    public bool IsEmpty => !IsMember && (_children is null || _children.Count == 0);

    public IEnumerable<KeyValuePair<string, FieldSet>> Children => _children ?? Enumerable.Empty<KeyValuePair<string, FieldSet>>();

    public FieldSet? this[string element] => _children is not null && _children.TryGetValue(element, out var child) ? child : null;

    /// <summary>The fields that a document sets. <paramref name="schema"/> decides what is one field and what has fields of its own.</summary>
    public static FieldSet Of(object? value, Schema? schema)
    {
        var set = new FieldSet();
        set.Collect(value, schema);
        return set;
    }

    /// <summary>What differs in value or is new, from one document to the next.</summary>
    public static FieldSet Changes(object? before, object? after, Schema? schema)
    {
        var set = new FieldSet();
        set.Compare(before, after, schema);
        return set;
    }

    public static FieldSet FromJson(Map json)
    {
        var set = new FieldSet();
        foreach (var (key, value) in json)
        {
            if (key == ".")
            {
                set.IsMember = true;
            }
            else
            {
                var child = FromJson(value as Map ?? []);
                child.IsMember |= value is Map { Count: 0 };
                set.Set(key, child);
            }
        }

        return set;
    }

    public Map ToJson()
    {
        var json = new Map();
        foreach (var (key, child) in Children)
        {
            var below = child.ToJson();
            if (below.Count > 0 && child.IsMember)
            {
                below["."] = new Map();
            }

            json[key] = below;
        }

        return json;
    }

    public FieldSet Union(FieldSet? other)
    {
        if (other is null)
        {
            return this;
        }

        var result = new FieldSet { IsMember = IsMember || other.IsMember };
        foreach (var (key, child) in Children)
        {
            result.Set(key, child.Union(other[key]));
        }

        foreach (var (key, child) in other.Children)
        {
            if (this[key] is null)
            {
                result.Set(key, child);
            }
        }

        return result;
    }

    public FieldSet Minus(FieldSet? other)
    {
        if (other is null)
        {
            return this;
        }

        var result = new FieldSet { IsMember = IsMember && !other.IsMember };
        foreach (var (key, child) in Children)
        {
            result.SetUnlessEmpty(key, child.Minus(other[key]));
        }

        return result;
    }

    public FieldSet Intersect(FieldSet? other)
    {
        var result = new FieldSet();
        if (other is not null)
        {
            result.IsMember = IsMember && other.IsMember;
            foreach (var (key, child) in Children)
            {
                result.SetUnlessEmpty(key, child.Intersect(other[key]));
            }
        }

        return result;
    }

    public void Remove(params ReadOnlySpan<string> path)
    {
        if (this[path[0]] is not { } child)
        {
            return;
        }

        if (path.Length == 1)
        {
            _children!.Remove(path[0]);
            return;
        }

        child.Remove(path[1..]);
        if (child.IsEmpty)
        {
            _children!.Remove(path[0]);
        }
    }

    public bool Same(FieldSet other) => Json.Same(ToJson(), other.ToJson()) && IsMember == other.IsMember;

    /// <summary>The members as <c>.spec.ports[port=1].name</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember && prefix.Length > 0)
        {
            yield return prefix;
        }

        foreach (var (key, child) in Children)
        {
            foreach (var path in child.Paths(prefix + Show(key)))
            {
                yield return path;
            }
        }
    }

    /// <summary>
    /// Removes from a document the members of this set, except where <paramref name="kept"/> still holds something; objects
    /// and lists that become empty by it go too.
    /// </summary>
    public void RemoveFrom(object? value, FieldSet? kept, Schema? schema)
    {
        foreach (var (key, child) in Children)
        {
            var staying = kept?[key];
            switch (value)
            {
                case Map map when key.StartsWith("f:", StringComparison.Ordinal) && map.TryGetValue(key[2..], out var member):
                    if (child.IsMember && (staying is null || staying.IsEmpty))
                    {
                        map.Remove(key[2..]);
                        break;
                    }

                    child.RemoveFrom(member, staying, Field(schema, key[2..]));
                    if (member is Map { Count: 0 } or Items { Count: 0 } && (staying is null || staying.IsEmpty))
                    {
                        map.Remove(key[2..]);
                    }

                    break;
                case Items items:
                    var at = items.FindIndex(item => Element(item, schema) == key);
                    if (at >= 0 && child.IsMember && (staying is null || staying.IsEmpty))
                    {
                        items.RemoveAt(at);
                    }
                    else if (at >= 0)
                    {
                        child.RemoveFrom(items[at], staying, schema?.Resolved.Items);
                    }

                    break;
            }
        }
    }

    /// <summary>Merges an applied document into the living one.</summary>
    public static object? Merge(object? live, object? applied, Schema? schema)
    {
        if (live is Map target && applied is Map source && !IsAtomicMap(schema))
        {
            foreach (var (key, value) in source)
            {
                target[key] = target.TryGetValue(key, out var old) ? Merge(old, value, Field(schema, key)) : Json.Clone(value);
            }

            return target;
        }

        if (live is Items existing && applied is Items wanted && IsKeyed(schema))
        {
            foreach (var item in wanted)
            {
                var element = Element(item, schema);
                var at = existing.FindIndex(old => Element(old, schema) == element);
                if (at < 0)
                {
                    existing.Add(Json.Clone(item));
                }
                else
                {
                    existing[at] = Merge(existing[at], item, schema?.Resolved.Items);
                }
            }

            return existing;
        }

        return Json.Clone(applied);
    }

    private static Schema? Field(Schema? schema, string key) => schema?.Member(key);

    private static bool IsAtomicMap(Schema? schema) => (schema?.MapType ?? schema?.Resolved.MapType) == "atomic";

    private static bool IsKeyed(Schema? schema) => schema?.ListType is "map" or "set";

    /// <summary>The path element of a list item.</summary>
    private static string Element(object? item, Schema? schema)
    {
        if (schema?.ListType != "map" || item is not Map map)
        {
            return "v:" + Json.Text(item);
        }

        var keys = new Map();
        foreach (var name in schema.MapKeys)
        {
            if (map.TryGetValue(name, out var value))
            {
                keys[name] = value;
            }
            else if (schema.Resolved.Items?.Member(name) is { HasDefault: true } member)
            {
                keys[name] = member.Default;
            }
        }

        return "k:" + Json.Text(keys);
    }

    private static string Show(string element)
    {
        var rest = element[2..];
        switch (element[0])
        {
            case 'f':
                return "." + rest;
            case 'k':
                var keys = Json.ParseMap(System.Text.Encoding.UTF8.GetBytes(rest));
                return "[" + string.Join(",", keys.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"{k.Key}={Json.Text(k.Value)}")) + "]";
            case 'v':
                return $"[={rest}]";
            default:
                return $"[{rest}]";
        }
    }

    private void Set(string key, FieldSet child) => (_children ??= new(StringComparer.Ordinal))[key] = child;

    private void SetUnlessEmpty(string key, FieldSet child)
    {
        if (!child.IsEmpty)
        {
            Set(key, child);
        }
    }

    private FieldSet At(string key)
    {
        if (this[key] is not { } child)
        {
            child = new FieldSet();
            Set(key, child);
        }

        return child;
    }

    private void Collect(object? value, Schema? schema)
    {
        if (value is Map map && !IsAtomicMap(schema))
        {
            foreach (var (key, member) in map)
            {
                CollectField(key, member, schema);
            }
        }
        else if (value is Items items && IsKeyed(schema))
        {
            foreach (var item in items)
            {
                CollectItem(item, schema!);
            }
        }
        else
        {
            IsMember = true;
        }
    }

    private void CollectField(string key, object? member, Schema? schema)
    {
        var child = At("f:" + key);
        child.Collect(member, Field(schema, key));
        child.IsMember |= member is null or Map { Count: 0 } || schema?.Resolved.Properties.ContainsKey(key) != true;
        if (child.IsEmpty)
        {
            child.IsMember = member is Items;
        }
    }

    private void CollectItem(object? item, Schema schema)
    {
        var child = At(Element(item, schema));
        child.IsMember = true;
        if (item is Map)
        {
            child.Collect(item, schema.Resolved.Items);
        }
    }

    private void Compare(object? before, object? after, Schema? schema)
    {
        if (before is Map was && after is Map map && !IsAtomicMap(schema))
        {
            foreach (var (key, member) in map)
            {
                if (!was.TryGetValue(key, out var old))
                {
                    CollectField(key, member, schema);
                }
                else if (!Json.Same(old, member))
                {
                    var child = new FieldSet();
                    child.Compare(old, member, Field(schema, key));
                    if (!child.IsEmpty)
                    {
                        SetUnlessEmpty("f:" + key, child);
                    }
                }
            }
        }
        else if (before is Items had && after is Items items && IsKeyed(schema))
        {
            var known = new Dictionary<string, object?>(had.Count, StringComparer.Ordinal);
            foreach (var old in had)
            {
                known.TryAdd(Element(old, schema), old);
            }

            foreach (var item in items)
            {
                var element = Element(item, schema);
                if (!known.TryGetValue(element, out var old))
                {
                    CollectItem(item, schema!);
                }
                else if (item is Map && !Json.Same(old, item))
                {
                    var child = new FieldSet();
                    child.Compare(old, item, schema!.Resolved.Items);
                    SetUnlessEmpty(element, child);
                }
            }
        }
        else if (!Json.Same(before, after))
        {
            Collect(after, schema);
        }
    }
}

namespace Metal3.CrdBridge.Watching;

/// <summary>The last known objects, found by key and by the values of named indexes.</summary>
/// <remarks>Read from any thread; written by the informer only.</remarks>
public sealed class ResourceCache<T>
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Entry> _entries = [];
    private readonly Dictionary<string, Index> _indexes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _namespaces = new(StringComparer.Ordinal);

    /// <summary>Names a way to find objects; to be called before the informer runs.</summary>
    /// <param name="name">The index's name in <see cref="Find"/>.</param>
    /// <param name="values">The values that one object is found under; may be none.</param>
    public void AddIndex(string name, Func<T, IEnumerable<string>> values)
    {
        lock (_lock)
        {
            _indexes.Add(name, new(values));
        }
    }

    /// <summary>Objects in the cache.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The object of that key, or null.</summary>
    public T? Get(ObjectKey key)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault(key)?.Object;
        }
    }

    /// <summary>Whether there is an object of that key, readable or not.</summary>
    public bool Has(ObjectKey key) => Find(key) is not null;

    /// <summary>Every object, as of now.</summary>
    public IReadOnlyList<(ObjectKey Key, string ResourceVersion, T? Object)> Snapshot()
    {
        lock (_lock)
        {
            return [.. _entries.Select(pair => (pair.Key, pair.Value.ResourceVersion, pair.Value.Object))];
        }
    }

    /// <summary>The keys of the objects that <paramref name="index"/> lists under <paramref name="value"/>.</summary>
    /// <exception cref="ArgumentException">No index has that name.</exception>
    public IReadOnlyList<ObjectKey> Find(string index, string value)
    {
        lock (_lock)
        {
            var known = _indexes.GetValueOrDefault(index)
                ?? throw new ArgumentException($"The cache has no index '{index}'.", nameof(index));
            return known.Keys.TryGetValue(value, out var keys) ? [.. keys] : [];
        }
    }

    internal Entry? Find(ObjectKey key)
    {
        lock (_lock)
        {
            return _entries.GetValueOrDefault(key);
        }
    }

    internal IReadOnlyList<KeyValuePair<ObjectKey, Entry>> InNamespace(string? ns)
    {
        lock (_lock)
        {
            return [.. _entries.Where(pair => ns is null || pair.Key.Namespace == ns)];
        }
    }

    internal void Put(ObjectKey key, Entry entry)
    {
        lock (_lock)
        {
            // Thousands of objects share a handful of namespaces.
            if (!_namespaces.TryGetValue(key.Namespace, out var shared))
            {
                _namespaces[key.Namespace] = shared = key.Namespace;
            }

            key = key with { Namespace = shared };
            var old = _entries.GetValueOrDefault(key);
            _entries[key] = entry;
            foreach (var index in _indexes.Values)
            {
                index.Replace(key, old?.Object, entry.Object);
            }
        }
    }

    internal void Remove(ObjectKey key)
    {
        lock (_lock)
        {
            if (!_entries.Remove(key, out var old))
            {
                return;
            }

            foreach (var index in _indexes.Values)
            {
                index.Replace(key, old.Object, null);
            }
        }
    }

    internal sealed record Entry(string Uid, string ResourceVersion, bool IsDeletionRequested, T? Object);

    private sealed class Index(Func<T, IEnumerable<string>> values)
    {
        public Dictionary<string, HashSet<ObjectKey>> Keys { get; } = new(StringComparer.Ordinal);

        public void Replace(ObjectKey key, T? before, T? after)
        {
            foreach (var value in before is null ? [] : values(before))
            {
                if (Keys.TryGetValue(value, out var keys) && keys.Remove(key) && keys.Count == 0)
                {
                    Keys.Remove(value);
                }
            }

            foreach (var value in after is null ? [] : values(after))
            {
                if (!Keys.TryGetValue(value, out var keys))
                {
                    Keys[value] = keys = [];
                }

                keys.Add(key);
            }
        }
    }
}

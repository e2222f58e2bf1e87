using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Metal3.Lab.Kubernetes;

/// <summary>One version of one object: the bytes that every reader and watcher gets, and what is asked of them often.</summary>
internal sealed class StoredObject
{
    private static readonly Map NoLabels = [];

    private StoredObject(byte[] bytes, Map metadata, long revision)
    {
        Bytes = bytes;
        Namespace = metadata.TextAt("namespace") ?? "";
        Name = metadata.TextAt("name")!;
        Uid = metadata.TextAt("uid") ?? "";
        Revision = revision;
        Labels = metadata.MapAt("labels") is { Count: > 0 } labels ? Json.Clone(labels) : NoLabels;
        OwnerUids = metadata.ItemsAt("ownerReferences") is { Count: > 0 } owners
            ? owners.OfType<Map>().Select(o => o.TextAt("uid") ?? "").ToArray()
            : [];
        Finalizers = metadata.ItemsAt("finalizers") is { Count: > 0 } finalizers ? finalizers.OfType<string>().ToArray() : [];
        IsDeleting = metadata.At("deletionTimestamp") is not null;
    }

    public byte[] Bytes { get; }

    public string Namespace { get; }

    public string Name { get; }

    public string Uid { get; }

    public long Revision { get; }

    public Map Labels { get; }

    public IReadOnlyList<string> OwnerUids { get; }

    public IReadOnlyList<string> Finalizers { get; }

    public bool IsDeleting { get; }

    public static StoredObject From(Map root, byte[] bytes, long revision) => new(bytes, (Map)root["metadata"]!, revision);

    /// <summary>Reads only as far as the metadata, which sorted keys put near the front.</summary>
    public static StoredObject From(byte[] bytes, long revision)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 512 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (found)
            {
                var metadata = Json.ParseMap(bytes.AsSpan(start, (int)reader.BytesConsumed - start));
                return new StoredObject(bytes, metadata, revision);
            }
        }

        throw new JsonException("an object without metadata");
    }

    public Map Parse() => Json.ParseMap(Bytes);
}

/// <summary>One change as watchers see it; <c>Previous</c> tells a filtered watch whether the object was in its view before.</summary>
internal sealed record Change(long Revision, string Verb, string Key, StoredObject Object, StoredObject? Previous)
{
    public const string Added = "ADDED";
    public const string Modified = "MODIFIED";
    public const string Deleted = "DELETED";
}

/// <summary>All objects of one resource, whatever version they are read in.</summary>
internal sealed class Collection(string id)
{
    /// <summary><c>group/plural</c>.</summary>
    public string Id { get; } = id;

    public ImmutableSortedDictionary<string, StoredObject> Objects { get; set; } =
        ImmutableSortedDictionary.Create<string, StoredObject>(StringComparer.Ordinal);

    public List<Change> History { get; } = [];

    /// <summary>Changes up to this revision are forgotten; a watch may start here or later.</summary>
    public long CompactedAt { get; set; }

    /// <summary>Lists that were cut into pages, by revision: their continuation sees what the first page saw.</summary>
    public SortedDictionary<long, ImmutableSortedDictionary<string, StoredObject>> Pages { get; } = [];

    public TaskCompletionSource Pulse { get; set; } = NewPulse();

    public static TaskCompletionSource NewPulse() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Somebody else was faster; read again and decide again.</summary>
internal sealed class StaleObjectException : Exception;

/// <summary>All state of the server: objects, history for watches, journal. One revision counter, as in etcd.</summary>
internal sealed class Store : IDisposable
{
    private const int PagesKept = 32;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Collection> _collections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Collection Collection, string Key)> _byUid = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<(Collection Collection, string Key)>> _byOwner = new(StringComparer.Ordinal);
    private readonly Journal? _journal;
    private readonly int _historyLimit;
    private readonly long _snapshotBytes;
    private long _revision;
    private long _compactedAt;
    private Task _snapshotting = Task.CompletedTask;

    public Store(string? directory, int historyLimit, long snapshotBytes)
    {
        _historyLimit = historyLimit;
        _snapshotBytes = snapshotBytes;
        if (directory is not null)
        {
            _journal = Journal.Open(directory, Replay);
        }
    }

    /// <summary>Called inside the commit, in order of revisions; must be quick.</summary>
    public event Action<Collection, Change>? Changed;

    public long Revision => Interlocked.Read(ref _revision);

    public Collection Collection(string id)
    {
        lock (_gate)
        {
            if (!_collections.TryGetValue(id, out var collection))
            {
                collection = new Collection(id) { CompactedAt = _compactedAt };
                _collections[id] = collection;
            }

            return collection;
        }
    }

    public StoredObject? Get(Collection collection, string key)
    {
        lock (_gate)
        {
            return collection.Objects.GetValueOrDefault(key);
        }
    }

    public (ImmutableSortedDictionary<string, StoredObject> Objects, long Revision) Snapshot(Collection collection)
    {
        lock (_gate)
        {
            return (collection.Objects, _revision);
        }
    }

    public (Collection Collection, string Key)? FindUid(string uid)
    {
        lock (_gate)
        {
            return _byUid.TryGetValue(uid, out var found) ? found : null;
        }
    }

    public IReadOnlyList<(Collection Collection, string Key)> Dependents(string ownerUid)
    {
        lock (_gate)
        {
            return _byOwner.TryGetValue(ownerUid, out var found) ? [.. found] : [];
        }
    }

    /// <summary>Writes an object if the stored version still is <paramref name="expected"/> (null: it must not exist).</summary>
    /// <exception cref="StaleObjectException">It is not.</exception>
    public StoredObject Put(Collection collection, string key, Map root, StoredObject? expected)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(collection.Objects.GetValueOrDefault(key), expected))
            {
                throw new StaleObjectException();
            }

            var revision = _revision + 1;
            ((Map)root["metadata"]!)["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
            var stored = StoredObject.From(root, Json.Bytes(root), revision);
            _journal?.Append(JournalVerb.Put, revision, collection.Id, key, stored.Bytes);
            Apply(collection, new Change(revision, expected is null ? Change.Added : Change.Modified, key, stored, expected));
            SnapshotIfDue();
            return stored;
        }
    }

    /// <summary>Removes an object; its last bytes carry the revision of the deletion.</summary>
    public StoredObject Delete(Collection collection, string key, StoredObject expected)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(collection.Objects.GetValueOrDefault(key), expected))
            {
                throw new StaleObjectException();
            }

            var revision = _revision + 1;
            var root = expected.Parse();
            ((Map)root["metadata"]!)["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
            var stored = StoredObject.From(root, Json.Bytes(root), revision);
            _journal?.Append(JournalVerb.Delete, revision, collection.Id, key, stored.Bytes);
            Apply(collection, new Change(revision, Change.Deleted, key, stored, expected));
            SnapshotIfDue();
            return stored;
        }
    }

    /// <summary>
    /// Copies the changes after <paramref name="after"/>; false if they are forgotten. Everything up to
    /// <paramref name="seen"/> is then either copied or of other resources.
    /// </summary>
    public bool TryRead(Collection collection, long after, List<Change> changes, out long seen, out Task pulse)
    {
        lock (_gate)
        {
            seen = _revision;
            pulse = collection.Pulse.Task;
            if (after < collection.CompactedAt)
            {
                return false;
            }

            var history = collection.History;
            var low = 0;
            var high = history.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = history[middle].Revision > after ? (low, middle) : (middle + 1, high);
            }

            changes.AddRange(history.GetRange(low, history.Count - low));
            return true;
        }
    }

    public void KeepPage(Collection collection, long revision, ImmutableSortedDictionary<string, StoredObject> objects)
    {
        lock (_gate)
        {
            collection.Pages[revision] = objects;
            if (collection.Pages.Count > PagesKept)
            {
                collection.Pages.Remove(collection.Pages.Keys.First());
            }
        }
    }

    public ImmutableSortedDictionary<string, StoredObject>? Page(Collection collection, long revision)
    {
        lock (_gate)
        {
            return collection.Pages.TryGetValue(revision, out var objects) ? objects
                : revision == _revision ? collection.Objects : null;
        }
    }

    /// <summary>Forgets all history, as etcd does every five minutes: older watches and continuations get 410.</summary>
    public void Compact()
    {
        lock (_gate)
        {
            _compactedAt = _revision;
            foreach (var collection in _collections.Values)
            {
                collection.History.Clear();
                collection.Pages.Clear();
                collection.CompactedAt = _revision;
            }
        }
    }

    /// <summary>Wakes every watch, so that it notices that its resource or the server is going away.</summary>
    public void WakeAll()
    {
        lock (_gate)
        {
            foreach (var collection in _collections.Values)
            {
                Wake(collection);
            }
        }
    }

    public void Dispose()
    {
        _snapshotting.Wait();
        lock (_gate)
        {
            _journal?.Dispose();
        }
    }

    private static void Wake(Collection collection)
    {
        var pulse = collection.Pulse;
        collection.Pulse = Kubernetes.Collection.NewPulse();
        pulse.SetResult();
    }

    private void Replay(JournalRecord record, bool isSnapshot)
    {
        if (record.Verb == JournalVerb.Revision)
        {
            _revision = record.Revision;
            _compactedAt = record.Revision;
            return;
        }

        var collection = Collection(record.Collection);
        var stored = StoredObject.From(record.Bytes, record.Revision);
        var previous = collection.Objects.GetValueOrDefault(record.Key);
        if (isSnapshot)
        {
            Index(collection, record.Key, previous, stored);
            collection.Objects = collection.Objects.SetItem(record.Key, stored);
            return;
        }

        if (record.Revision <= _revision)
        {
            return; // the snapshot was taken after this change
        }

        var verb = record.Verb == JournalVerb.Delete ? Change.Deleted : previous is null ? Change.Added : Change.Modified;
        Apply(collection, new Change(record.Revision, verb, record.Key, stored, previous));
    }

    private void Apply(Collection collection, Change change)
    {
        var deleted = change.Verb == Change.Deleted;
        collection.Objects = deleted
            ? collection.Objects.Remove(change.Key)
            : collection.Objects.SetItem(change.Key, change.Object);
        Index(collection, change.Key, change.Previous, deleted ? null : change.Object);
        Interlocked.Exchange(ref _revision, change.Revision);
        var history = collection.History;
        history.Add(change);
        if (history.Count >= 2 * _historyLimit)
        {
            collection.CompactedAt = history[_historyLimit - 1].Revision;
            history.RemoveRange(0, _historyLimit);
        }

        Wake(collection);
        Changed?.Invoke(collection, change);
    }

    private void Index(Collection collection, string key, StoredObject? before, StoredObject? after)
    {
        if (before is not null)
        {
            _byUid.Remove(before.Uid);
            foreach (var owner in before.OwnerUids)
            {
                if (_byOwner.TryGetValue(owner, out var dependents) && dependents.Remove((collection, key)) && dependents.Count == 0)
                {
                    _byOwner.Remove(owner);
                }
            }
        }

        if (after is not null)
        {
            _byUid[after.Uid] = (collection, key);
            foreach (var owner in after.OwnerUids)
            {
                if (!_byOwner.TryGetValue(owner, out var dependents))
                {
                    _byOwner[owner] = dependents = [];
                }

                dependents.Add((collection, key));
            }
        }
    }

    private void SnapshotIfDue()
    {
        if (_journal is null || _journal.Length < _snapshotBytes || !_snapshotting.IsCompleted)
        {
            return;
        }

        var generation = _journal.BeginGeneration();
        var revision = _revision;
        var roots = _collections.Values.Select(c => (c.Id, c.Objects)).ToList();
        _snapshotting = Task.Run(() =>
        {
            try
            {
                _journal.WriteSnapshot(generation, revision, roots.SelectMany(r => r.Objects.Select(o => (r.Id, o.Key, o.Value))));
            }
            catch (IOException)
            {
                // A full disk: the files before are still there and say the same, and the next snapshot tries again.
            }
        });
    }
}

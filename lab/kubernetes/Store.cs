using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Metal3.Lab.Kubernetes;

/// <summary>One version of one object: the bytes that every reader and watcher gets, and what is asked of them often.</summary>
internal sealed class StoredObject
{
    private static readonly Map NoLabels = [];

    private StoredObject(byte[] bytes, long revision)
    {
        Bytes = bytes;
        Revision = revision;
    }

    public byte[] Bytes { get; }

    public string Namespace { get; private init; } = "";

    public string Name { get; private init; } = "";

    public string Uid { get; private init; } = "";

    public long Revision { get; }

    public Map Labels { get; private init; } = NoLabels;

    public IReadOnlyList<string> OwnerUids { get; private init; } = [];

    public IReadOnlyList<string> Finalizers { get; private init; } = [];

    public bool IsDeleting { get; private init; }

    public static StoredObject From(Map root, byte[] bytes, long revision)
    {
        var metadata = (Map)root["metadata"]!;
        return new(bytes, revision)
        {
            Namespace = metadata.TextAt("namespace") ?? "",
            Name = metadata.TextAt("name")!,
            Uid = metadata.TextAt("uid") ?? "",
            Labels = metadata.MapAt("labels") is { Count: > 0 } labels ? Json.Clone(labels) : NoLabels,
            OwnerUids = metadata.ItemsAt("ownerReferences") is { Count: > 0 } owners
                ? owners.OfType<Map>().Select(o => o.TextAt("uid") ?? "").ToArray()
                : [],
            Finalizers = metadata.ItemsAt("finalizers") is { Count: > 0 } finalizers ? finalizers.OfType<string>().ToArray() : [],
            IsDeleting = metadata.At("deletionTimestamp") is not null,
        };
    }

    /// <summary>
    /// Reads only as far as the metadata, which sorted keys put near the front, and steps over the field owners, which are most
    /// of it: a start with much data does this for every object.
    /// </summary>
    public static StoredObject From(byte[] bytes, long revision)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 512 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("metadata"u8);
            reader.Read();
            if (found)
            {
                return FromMetadata(ref reader, bytes, revision);
            }

            reader.Skip();
        }

        throw new JsonException("an object without metadata");
    }

    public Map Parse() => Json.ParseMap(Bytes);

    private static StoredObject FromMetadata(ref Utf8JsonReader reader, byte[] bytes, long revision)
    {
        string ns = "", name = "", uid = "";
        Map? labels = null;
        string[] owners = [], finalizers = [];
        var isDeleting = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("labels"u8))
            {
                reader.Read();
                labels = (Map?)Json.Read(ref reader);
            }
            else if (reader.ValueTextEquals("ownerReferences"u8))
            {
                reader.Read();
                owners = Json.Read(ref reader) is Items items ? [.. items.OfType<Map>().Select(o => o.TextAt("uid") ?? "")] : [];
            }
            else if (reader.ValueTextEquals("finalizers"u8))
            {
                reader.Read();
                finalizers = Json.Read(ref reader) is Items items ? [.. items.OfType<string>()] : [];
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                ns = Text(ref reader);
            }
            else if (reader.ValueTextEquals("name"u8))
            {
                name = Text(ref reader);
            }
            else if (reader.ValueTextEquals("uid"u8))
            {
                uid = Text(ref reader);
            }
            else if (reader.ValueTextEquals("deletionTimestamp"u8))
            {
                reader.Read();
                isDeleting = reader.TokenType != JsonTokenType.Null;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return new(bytes, revision)
        {
            Namespace = ns,
            Name = name,
            Uid = uid,
            Labels = labels is { Count: > 0 } ? labels : NoLabels,
            OwnerUids = owners,
            Finalizers = finalizers,
            IsDeleting = isDeleting,
        };
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString() ?? "";
    }
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
            var replayed = new Dictionary<Collection, ImmutableSortedDictionary<string, StoredObject>.Builder>();
            _journal = Journal.Open(directory, (record, isSnapshot) => Replay(replayed, record, isSnapshot));
            foreach (var (collection, objects) in replayed)
            {
                collection.Objects = objects.ToImmutable();
            }
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

    private void Replay(Dictionary<Collection, ImmutableSortedDictionary<string, StoredObject>.Builder> replayed, JournalRecord record, bool isSnapshot)
    {
        if (record.Verb == JournalVerb.Revision)
        {
            _revision = record.Revision;
            _compactedAt = record.Revision;
            return;
        }

        if (!isSnapshot && record.Revision <= _revision)
        {
            return; // the snapshot was taken after this change
        }

        var collection = Collection(record.Collection);
        if (!replayed.TryGetValue(collection, out var objects))
        {
            replayed[collection] = objects = collection.Objects.ToBuilder();
        }

        var stored = StoredObject.From(record.Bytes, record.Revision);
        var previous = objects.GetValueOrDefault(record.Key);
        var deleted = record.Verb == JournalVerb.Delete;
        if (deleted)
        {
            objects.Remove(record.Key);
        }
        else
        {
            objects[record.Key] = stored;
        }

        Index(collection, record.Key, previous, deleted ? null : stored);
        if (!isSnapshot)
        {
            _revision = record.Revision;
            Remember(collection, new Change(record.Revision, deleted ? Change.Deleted : previous is null ? Change.Added : Change.Modified, record.Key, stored, previous));
        }
    }

    private void Apply(Collection collection, Change change)
    {
        var deleted = change.Verb == Change.Deleted;
        collection.Objects = deleted
            ? collection.Objects.Remove(change.Key)
            : collection.Objects.SetItem(change.Key, change.Object);
        Index(collection, change.Key, change.Previous, deleted ? null : change.Object);
        Interlocked.Exchange(ref _revision, change.Revision);
        Remember(collection, change);
        Wake(collection);
        Changed?.Invoke(collection, change);
    }

    private void Remember(Collection collection, Change change)
    {
        var history = collection.History;
        history.Add(change);
        if (history.Count >= 2 * _historyLimit)
        {
            collection.CompactedAt = history[_historyLimit - 1].Revision;
            history.RemoveRange(0, _historyLimit);
        }
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

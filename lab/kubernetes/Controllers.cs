using System.Threading.Channels;

namespace Metal3.Lab.Kubernetes;

/// <summary>
/// What a cluster's controller manager does behind the API, as far as clients see it: owner references, the contents of
/// namespaces and of definitions that go, a service account per namespace, old events. It follows the changes, and looks at
/// everything once at the start, because it may have been killed in the middle.
/// </summary>
internal sealed class Controllers : IAsyncDisposable
{
    private static readonly TimeSpan EventLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan EventSweep = TimeSpan.FromMinutes(5);
    private readonly Channel<(Collection Collection, Change Change)> _changes =
        Channel.CreateUnbounded<(Collection, Change)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private readonly Store _store;
    private readonly Registry _registry;
    private readonly Objects _objects;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ResourceType _namespaces;
    private readonly ResourceType _definitions;
    private readonly ResourceType _accounts;
    private Task _running = Task.CompletedTask;
    private Task _sweeping = Task.CompletedTask;

    public Controllers(Store store, Registry registry, Objects objects, TimeProvider time, ILogger log)
    {
        _store = store;
        _registry = registry;
        _objects = objects;
        _time = time;
        _log = log;
        _namespaces = registry.BuiltIn("", "namespaces");
        _definitions = registry.BuiltIn("apiextensions.k8s.io", "customresourcedefinitions");
        _accounts = registry.BuiltIn("", "serviceaccounts");
    }

    public void Start()
    {
        _store.Changed += Note;
        foreach (var collection in _registry.Types.Select(t => t.Collection).Distinct())
        {
            foreach (var (key, stored) in _store.Snapshot(collection).Objects)
            {
                if (stored.IsDeleting || stored.OwnerUids.Count > 0 || ReferenceEquals(collection, _namespaces.Collection))
                {
                    Note(collection, new Change(stored.Revision, Change.Added, key, stored, null));
                }
            }
        }

        _running = Task.Run(RunAsync);
        _sweeping = Task.Run(SweepAsync);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Changed -= Note;
        _changes.Writer.TryComplete();
        await _stop.CancelAsync();
        await _running;
        await _sweeping;
        _stop.Dispose();
    }

    private void Note(Collection collection, Change change)
    {
        var stored = change.Object;
        if (change.Verb == Change.Deleted || stored.IsDeleting || stored.OwnerUids.Count > 0
            || (change.Verb == Change.Added && ReferenceEquals(collection, _namespaces.Collection)))
        {
            _changes.Writer.TryWrite((collection, change));
        }
    }

    private async Task RunAsync()
    {
        await foreach (var (collection, change) in _changes.Reader.ReadAllAsync())
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await HandleAsync(collection, change);
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                _log.ControllerFailed(collection.Id, change.Key, e);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task HandleAsync(Collection collection, Change change)
    {
        var stored = change.Object;
        if (change.Verb == Change.Deleted)
        {
            foreach (var dependent in _store.Dependents(stored.Uid))
            {
                await CheckDependentAsync(dependent.Collection, dependent.Key);
            }

            foreach (var owner in stored.OwnerUids)
            {
                await FinishOwnerAsync(owner);
            }

            if (stored.Namespace.Length > 0)
            {
                await EmptyNamespaceAsync(stored.Namespace);
            }

            await EmptyDefinitionAsync(collection);
            return;
        }

        if (stored.OwnerUids.Count > 0)
        {
            await CheckDependentAsync(collection, change.Key);
        }

        if (stored.IsDeleting)
        {
            await FinishOwnerAsync(stored.Uid);
        }

        if (ReferenceEquals(collection, _namespaces.Collection))
        {
            if (stored.IsDeleting)
            {
                await EmptyNamespaceAsync(stored.Name);
            }
            else
            {
                await AddServiceAccountAsync(stored.Name);
            }
        }
        else if (ReferenceEquals(collection, _definitions.Collection) && stored.IsDeleting)
        {
            await EmptyDefinitionAsync(stored);
        }
    }

    /// <summary>Deletes a dependent whose owners are all gone; drops references to those that are, where one is left.</summary>
    private async Task CheckDependentAsync(Collection collection, string key)
    {
        while (_store.Get(collection, key) is { } stored && _registry.Storage(collection) is { } type)
        {
            var missing = stored.OwnerUids.Where(uid => !IsPresent(uid, stored.Namespace)).ToHashSet(StringComparer.Ordinal);
            if (missing.Count == 0)
            {
                return;
            }

            if (missing.Count == stored.OwnerUids.Count)
            {
                if (!stored.IsDeleting)
                {
                    await DeleteAsync(type, stored, "Background");
                }

                return;
            }

            var root = type.Read(stored);
            root.ItemsAt("metadata", "ownerReferences")!.RemoveAll(o => missing.Contains((o as Map).TextAt("uid") ?? ""));
            if (_objects.TryWrite(type, stored, root))
            {
                return;
            }
        }
    }

    private bool IsPresent(string uid, string ns)
    {
        if (_store.FindUid(uid) is not { } found || _store.Get(found.Collection, found.Key) is not { } owner)
        {
            return false;
        }

        return owner.Namespace.Length == 0 || owner.Namespace == ns;
    }

    /// <summary>Foreground: deletes dependents, then lets the owner go. Orphan: lets the dependents go first.</summary>
    private async Task FinishOwnerAsync(string uid)
    {
        if (_store.FindUid(uid) is not { } found || _store.Get(found.Collection, found.Key) is not { IsDeleting: true } owner
            || _registry.Storage(found.Collection) is not { } type)
        {
            return;
        }

        if (owner.Finalizers.Contains(Objects.Orphan, StringComparer.Ordinal))
        {
            foreach (var (collection, key) in _store.Dependents(uid))
            {
                while (_store.Get(collection, key) is { } dependent && _registry.Storage(collection) is { } kind)
                {
                    var root = kind.Read(dependent);
                    root.ItemsAt("metadata", "ownerReferences")!.RemoveAll(o => (o as Map).TextAt("uid") == uid);
                    if (root.ItemsAt("metadata", "ownerReferences") is { Count: 0 })
                    {
                        root.MapAt("metadata")!.Remove("ownerReferences");
                    }

                    if (_objects.TryWrite(kind, dependent, root))
                    {
                        break;
                    }
                }
            }

            RemoveFinalizer(type, found.Key, Objects.Orphan);
        }
        else if (owner.Finalizers.Contains(Objects.Foreground, StringComparer.Ordinal))
        {
            var blocked = false;
            foreach (var (collection, key) in _store.Dependents(uid))
            {
                if (_store.Get(collection, key) is not { } dependent || _registry.Storage(collection) is not { } kind)
                {
                    continue;
                }

                var reference = kind.Read(dependent).ItemsAt("metadata", "ownerReferences")!.OfType<Map>().First(o => o.TextAt("uid") == uid);
                blocked |= reference.FlagAt("blockOwnerDeletion");
                if (!dependent.IsDeleting && dependent.OwnerUids.All(o => o == uid || !IsPresent(o, dependent.Namespace)))
                {
                    await DeleteAsync(kind, dependent, "Foreground");
                }
            }

            if (!blocked)
            {
                RemoveFinalizer(type, found.Key, Objects.Foreground);
            }
        }
    }

    private void RemoveFinalizer(ResourceType type, string key, string finalizer)
    {
        while (_store.Get(type.Collection, key) is { } stored)
        {
            var root = type.Read(stored);
            var left = root.ItemsAt("metadata", "finalizers") ?? [];
            left.Remove(finalizer);
            if (left.Count == 0)
            {
                root.MapAt("metadata")!.Remove("finalizers");
            }

            if (_objects.TryWrite(type, stored, root))
            {
                return;
            }
        }
    }

    private async Task EmptyNamespaceAsync(string ns)
    {
        if (_store.Get(_namespaces.Collection, ns) is not { IsDeleting: true })
        {
            return;
        }

        var left = false;
        foreach (var type in _registry.Types.Where(t => t.Namespaced && t.IsStoredForm).DistinctBy(t => t.Collection.Id))
        {
            foreach (var stored in _store.Snapshot(type.Collection).Objects.Values.Where(o => o.Namespace == ns))
            {
                if (!stored.IsDeleting)
                {
                    await DeleteAsync(type, stored, "Background");
                }

                left |= _store.Get(type.Collection, type.Key(ns, stored.Name)) is not null;
            }
        }

        while (!left && _store.Get(_namespaces.Collection, ns) is { } gone)
        {
            var root = _namespaces.Read(gone);
            root.Child("spec").Remove("finalizers");
            if (_objects.TryWrite(_namespaces, gone, root))
            {
                return;
            }
        }
    }

    private async Task EmptyDefinitionAsync(Collection emptied)
    {
        foreach (var stored in _store.Snapshot(_definitions.Collection).Objects.Values.Where(d => d.IsDeleting))
        {
            var root = stored.Parse();
            if (emptied.Id == $"{root.TextAt("spec", "group")}/{root.TextAt("spec", "names", "plural")}")
            {
                await EmptyDefinitionAsync(stored);
            }
        }
    }

    private async Task EmptyDefinitionAsync(StoredObject definition)
    {
        var root = definition.Parse();
        var collection = _store.Collection($"{root.TextAt("spec", "group")}/{root.TextAt("spec", "names", "plural")}");
        if (_registry.Storage(collection) is { } type)
        {
            foreach (var stored in _store.Snapshot(collection).Objects.Values.Where(o => !o.IsDeleting))
            {
                await DeleteAsync(type, stored, "Background");
            }
        }

        if (_store.Snapshot(collection).Objects.IsEmpty)
        {
            RemoveFinalizer(_definitions, definition.Name, CustomResources.CleanupFinalizer);
        }
    }

    private async Task AddServiceAccountAsync(string ns)
    {
        if (_store.Get(_accounts.Collection, _accounts.Key(ns, "default")) is not null)
        {
            return;
        }

        var account = new Map { ["apiVersion"] = "v1", ["kind"] = "ServiceAccount", ["metadata"] = new Map { ["name"] = "default" } };
        try
        {
            _ = await _objects.CreateAsync(_accounts, ns, account, new WriteOptions { Manager = "lab-controllers" }, _stop.Token);
        }
        catch (ApiException)
        {
            // Somebody created it, or deletes the namespace already.
        }
    }

    private async Task DeleteAsync(ResourceType type, StoredObject stored, string propagation)
    {
        try
        {
            _ = await _objects.DeleteAsync(
                type, stored.Namespace, stored.Name, new DeleteOptions(propagation, stored.Uid, null, false), _stop.Token);
        }
        catch (ApiException e) when (e.Code is 404 or 409)
        {
            // Gone already, or another object of the same name by now.
        }
    }

    private async Task SweepAsync()
    {
        var events = _registry.BuiltIn("", "events");
        using var timer = new PeriodicTimer(EventSweep, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                var limit = Objects.Timestamp(_time.GetUtcNow() - EventLife);
                foreach (var stored in _store.Snapshot(events.Collection).Objects.Values)
                {
                    var root = stored.Parse();
                    var last = root.TextAt("lastTimestamp") ?? root.TextAt("eventTime") ?? root.TextAt("metadata", "creationTimestamp");
                    if (string.CompareOrdinal(last, limit) < 0)
                    {
                        await DeleteAsync(events, stored, "Background");
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the server stops
        }
    }
}

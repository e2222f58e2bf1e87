using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using k8s;
using k8s.Autorest;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.CrdBridge.Delivery;
using Metal3.CrdBridge.Serving;
using Metal3.CrdBridge.Watching;

namespace Metal3.CrdBridge.Leading;

/// <summary>One term of watching: everything in it is forgotten at its end, and the next one starts from what the servers say.</summary>
internal sealed class WatchSession
{
    private static readonly ResourceType Hosts = new(Metal3Group.Name, Metal3Group.Version, Metal3Group.BareMetalHost.Plural);

    // Lists of workflows follow the truth by moments.
    private static readonly TimeSpan VisibilityLag = TimeSpan.FromSeconds(10);

    private readonly BridgeOptions _options;
    private readonly BridgeKubernetes _kubernetes;
    private readonly HostMessenger _messenger;
    private readonly ClusterGuard _guard;
    private readonly BridgeMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Informer<HostSnapshot> _hosts;
    private readonly Companions _companions;
    private readonly DeliveryQueue _due;
    private readonly ConcurrentDictionary<ObjectKey, (Delivered What, long At)> _delivered = new();
    private readonly ConcurrentDictionary<ObjectKey, Task> _postponed = new(); // hosts that Temporal refused, until it takes them
    private readonly Channel<bool> _trouble = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public WatchSession(
        BridgeOptions options,
        BridgeKubernetes kubernetes,
        HostMessenger messenger,
        ClusterGuard guard,
        BridgeMetrics metrics,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _kubernetes = kubernetes;
        _messenger = messenger;
        _guard = guard;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _due = new(time);
        _hosts = new(kubernetes.Client, Hosts, Projections.Host, Informing(Hosts, null), time, logger);
        _companions = new(_hosts, kubernetes.Client, Informing, time, logger);
    }

    /// <summary>Hosts that Temporal does not know the last state of yet.</summary>
    public int Undelivered => _due.Count + _hosts.Undelivered;

    /// <summary>Hosts in the watched namespaces.</summary>
    public int HostCount => _hosts.Cache.Count;

    /// <summary>Watches and delivers until told to stop.</summary>
    /// <exception cref="WrongClusterException">It must not go on.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] parts =
        [
            _hosts.RunAsync(HearAsync, stop.Token),
            .. _companions.Run(key => _due.Mark(key), stop.Token),
            DeliverAsync(stop.Token),
            RetellAsync(stop.Token),
        ];
        await Task.WhenAny(parts);
        await stop.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (parts.FirstOrDefault(part => part.IsFaulted) is { } faulted)
        {
            await faulted;
        }

        cancellation.ThrowIfCancellationRequested();
    }

    private InformerOptions Informing(ResourceType type, string? selector) => new()
    {
        Namespaces = _options.Namespaces,
        LabelSelector = selector,
        Listed = () => _metrics.Lists.Add(type.Plural),
        Watching = () => _metrics.Watches.Add(type.Plural),
    };

    private Task HearAsync(Change<HostSnapshot> change, CancellationToken cancellation)
    {
        if (change.Kind is ChangeKind.Present)
        {
            _due.Mark(change.Key);
        }
        else
        {
            _due.Add(change.Key, new(change.Uid, change.Kind is ChangeKind.Deleted));
        }

        return Task.CompletedTask;
    }

    /// <summary>Delivers once the caches are whole, so that a host is not told once for every kind that is listed.</summary>
    private async Task DeliverAsync(CancellationToken cancellation)
    {
        await _hosts.Synced.WaitAsync(cancellation);
        var patience = Task.Delay(_options.RelatedPatience, _time, cancellation);
        foreach (var (type, synced) in _companions.Synced)
        {
            if (await Task.WhenAny(synced, patience) != synced)
            {
                cancellation.ThrowIfCancellationRequested();
                _logger.Without(type, _options.RelatedPatience);
            }
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] parts =
        [
            CompareAsync(stop.Token),
            .. Enumerable.Range(0, _options.ConcurrentDeliveries).Select(_ => DeliverOneByOneAsync(stop.Token)),
        ];
        await Task.WhenAny(parts);
        await stop.CancelAsync();
        await Task.WhenAll([.. parts, .. _postponed.Values]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await (parts.Concat(_postponed.Values).FirstOrDefault(part => part.IsFaulted) ?? parts[0]);
    }

    private async Task DeliverOneByOneAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var due = await _due.TakeAsync(cancellation);
            using var span = BridgeTraces.Delivery(due.Key, due.Forced);
            try
            {
                if (await DeliverAsync(due, cancellation))
                {
                    _metrics.Latency.Observe(_time.GetElapsedTime(due.Since));
                }

                _postponed.TryRemove(due.Key, out _);
                _due.Accepted(due.Key);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                var failures = _due.Refused(due);
                var pause = Pause.After(failures, _options.LongestPause);
                _metrics.DeliveryFailures.Add();
                _logger.NotTold(due.Key, failures, pause, e.Message, BridgeLog.Unexpected(e));
                _trouble.Writer.TryWrite(true);
                span.Failed(e);
                _postponed[due.Key] = OfferAgainAsync(due.Key, pause, cancellation); // nobody takes it before it is offered, so there is one
            }
        }
    }

    /// <summary>Waits without keeping a deliverer from other hosts; the session waits for its end.</summary>
    private async Task OfferAgainAsync(ObjectKey key, TimeSpan pause, CancellationToken cancellation)
    {
        await Task.Delay(pause, _time, cancellation);
        _due.Offer(key);
    }

    /// <returns>Whether Temporal was told something.</returns>
    private async Task<bool> DeliverAsync(Due due, CancellationToken cancellation)
    {
        var told = false;
        foreach (var vanished in due.Vanished)
        {
            told |= await LetGoAsync(due.Key, vanished, cancellation);
        }

        if (_hosts.Cache.Get(due.Key) is not { } host)
        {
            return told;
        }

        host = host with { Related = _companions.Of(host) };
        var now = Delivered.Of(host);
        var before = _delivered.GetValueOrDefault(due.Key).What;
        if (!due.Forced && before == now)
        {
            return told;
        }

        // Near its end a host's Secret changes once more; a workflow that just ended must not be started for that.
        // Should one be missing in earnest, the next comparison finds out.
        var isEnding = host.Deleting && (!host.Claimed || (!due.Forced && before?.Uid == now.Uid && before.DeletionTimestamp is not null));
        if (isEnding)
        {
            await _messenger.ChangedIfOpenAsync(host, cancellation);
            _metrics.Signals.Add("changed");
        }
        else
        {
            await _messenger.ChangedAsync(host, cancellation);
            _metrics.Signals.Add(due.Forced ? "restarted" : "changed");
        }

        _delivered[due.Key] = (now, _time.GetTimestamp());
        _logger.Told(due.Key, host.ResourceVersion, isEnding ? "signal" : "signal with start");
        return true;
    }

    private async Task<bool> LetGoAsync(ObjectKey key, Vanished vanished, CancellationToken cancellation)
    {
        var before = _delivered.GetValueOrDefault(key);
        var known = before.What?.Uid == vanished.Uid ? before.What : null;

        // A workflow that heard of the deletion sees it through by itself; all others wait for an object that is no more.
        var isKnownToEnd = vanished.IsDeletionRequested && known?.DeletionTimestamp is not null;
        if (!isKnownToEnd)
        {
            _logger.Vanished(key);
            await _messenger.GoneAsync(new(key.Namespace, key.Name, vanished.Uid), cancellation);
            _metrics.Signals.Add("gone");
        }

        if (known is not null)
        {
            _delivered.TryRemove(new(key, before));
        }

        return !isKnownToEnd;
    }

    /// <summary>A leader that was replaced may have sent something old last: tell everything once more when that is over.</summary>
    private async Task RetellAsync(CancellationToken cancellation)
    {
        if (_options.EnableLeaderElection)
        {
            await Task.Delay(TimeSpan.FromSeconds(_options.LeaseDurationSeconds), _time, cancellation);
            Retell();
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellation);
    }

    private void Retell()
    {
        _delivered.Clear();
        foreach (var (key, _, _) in _hosts.Cache.Snapshot())
        {
            _due.Mark(key);
        }
    }

    /// <summary>Compares the hosts with the open workflows: at once, on a timer, and when Temporal seems to be away.</summary>
    private async Task CompareAsync(CancellationToken cancellation)
    {
        var failures = 0;
        HashSet<string> suspects = [];
        var isTrusted = true; // nothing speaks against what was told
        while (true)
        {
            var pause = _options.ResyncInterval;
            try
            {
                await _guard.CheckAsync(cancellation);
                var open = await _messenger.OpenAsync(cancellation);
                if (failures > 0)
                {
                    // It may have come back without what it was told last.
                    _logger.Reconnected();
                    Retell();
                }

                failures = 0;
                StartMissing(open, isTrusted);
                suspects = await LetGoOfLostAsync(open, suspects, cancellation);
            }
            catch (WrongClusterException)
            {
                throw;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                pause = Pause.After(++failures, _options.LongestPause);
                _logger.NotCompared(failures, pause, e.Message, BridgeLog.Unexpected(e));
            }

            if (failures > 0)
            {
                await Task.Delay(pause, _time, cancellation);
            }
            else
            {
                isTrusted = !await HasTroubleAsync(pause, cancellation);
            }
        }
    }

    /// <returns>Whether the wait was cut short, because Temporal could not be told something.</returns>
    private async Task<bool> HasTroubleAsync(TimeSpan pause, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(pause, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, over.Token);
        try
        {
            return await _trouble.Reader.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private void StartMissing(IReadOnlySet<string> open, bool isTrusted)
    {
        var hosts = _hosts.Cache.Snapshot();
        var missing = hosts
            .Where(host => host.Object is not null && !(host.Object.Deleting && !host.Object.Claimed))
            .Where(host => !open.Contains(WorkflowNames.HostId(host.Key.Namespace, host.Key.Name)) && !(isTrusted && IsJustTold(host.Key)))
            .ToList();
        foreach (var (key, _, _) in missing)
        {
            _due.Mark(key, forced: true);
        }

        _metrics.Missing.Add(missing.Count);
        _logger.Compared(hosts.Count, open.Count, missing.Count);
    }

    /// <summary>Whether the list of open workflows may be older than what was told; the next comparison knows.</summary>
    private bool IsJustTold(ObjectKey key)
    {
        var lag = _options.ResyncInterval < VisibilityLag ? _options.ResyncInterval : VisibilityLag;
        return _due.Contains(key) || (_delivered.TryGetValue(key, out var last) && _time.GetElapsedTime(last.At) < lag);
    }

    /// <summary>
    /// Open workflows of hosts that vanished while nobody watched, if the same was found the last time: a workflow that
    /// is just ending needs a moment after its object.
    /// </summary>
    private async Task<HashSet<string>> LetGoOfLostAsync(
        IReadOnlySet<string> open, HashSet<string> suspects, CancellationToken cancellation)
    {
        HashSet<string> found = [];
        foreach (var id in open)
        {
            if (HostOf(id) is not { } key || _hosts.Cache.Has(key))
            {
                continue;
            }

            found.Add(id);
            if (suspects.Contains(id) && !await ExistsAsync(key, cancellation)
                && await _messenger.HostOfAsync(id, cancellation) is { } host)
            {
                _logger.Vanished(key);
                await _messenger.GoneAsync(host, cancellation);
                _metrics.Signals.Add("gone");
            }
        }

        return found;
    }

    private ObjectKey? HostOf(string workflowId) =>
        workflowId.StartsWith(WorkflowNames.HostIdPrefix, StringComparison.Ordinal)
        && workflowId[WorkflowNames.HostIdPrefix.Length..].Split('/') is [var ns, var name]
        && (_options.Namespaces.Count == 0 || _options.Namespaces.Contains(ns, StringComparer.Ordinal))
            ? new(ns, name)
            : null;

    private async Task<bool> ExistsAsync(ObjectKey key, CancellationToken cancellation)
    {
        try
        {
            _ = await _kubernetes.Client.CustomObjects.GetNamespacedCustomObjectAsync(
                Hosts.Group, Hosts.Version, key.Namespace, Hosts.Plural, key.Name, cancellation);
            return true;
        }
        catch (HttpOperationException e) when (e.Response?.StatusCode is HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}

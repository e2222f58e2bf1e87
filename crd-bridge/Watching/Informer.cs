using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using K8s = k8s.Kubernetes;

namespace Metal3.CrdBridge.Watching;

/// <summary>
/// Keeps a cache equal to what the API server has of one resource type, and delivers every object's last state until it
/// is accepted.
/// </summary>
/// <remarks>
/// Lists, then watches from the list's version; resumes after a broken connection from the last version it saw, and
/// lists again when the server forgot that version, when a line makes no sense, and every
/// <see cref="InformerOptions.ResyncInterval"/>. Only a list that was read to its end says what is no more.
/// </remarks>
public sealed class Informer<T>
    where T : class
{
    private readonly ResourceReader _reader;
    private readonly ResourceType _type;
    private readonly Projection<T> _project;
    private readonly InformerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ChangeQueue<T> _queue = new();
    private readonly Channel<(ObjectKey Key, long Due)> _refused = Channel.CreateUnbounded<(ObjectKey Key, long Due)>();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unlisted;

    /// <summary>Prepares an informer; nothing is asked before <see cref="RunAsync"/>.</summary>
    /// <param name="client">Its connections and credentials are used; it is not disposed of.</param>
    /// <param name="type">What to follow.</param>
    /// <param name="project">What to keep of each object.</param>
    /// <param name="options">Namespaces, selector and patience.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="logger">Told of lists, lost connections and changes that were not accepted.</param>
    public Informer(
        K8s client, ResourceType type, Projection<T> project, InformerOptions options, TimeProvider time, ILogger logger)
    {
        _reader = new(client, type, options, time);
        _type = type;
        _project = project;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>What the server had when it was last heard of.</summary>
    public ResourceCache<T> Cache { get; } = new();

    /// <summary>Completes when everything was listed once; the cache is whole from then on.</summary>
    public Task Synced => _synced.Task;

    /// <summary>Objects whose last state was not accepted yet.</summary>
    public int Undelivered => _queue.Count;

    /// <summary>Follows the resource until <paramref name="cancellation"/>; no fault of the server ends it.</summary>
    /// <param name="deliver">
    /// Takes one change; if it throws, the object's then last state comes again after a pause. Never called twice at
    /// the same time for one object.
    /// </param>
    /// <param name="cancellation">Ends everything.</param>
    public async Task RunAsync(Func<Change<T>, CancellationToken, Task> deliver, CancellationToken cancellation)
    {
        var scopes = _options.Namespaces.Count == 0
            ? [null]
            : _options.Namespaces.Distinct(StringComparer.Ordinal).Select(ns => (string?)ns).ToArray();
        _unlisted = scopes.Length;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] parts =
        [
            .. scopes.Select(ns => FollowAsync(new Scope(ns), stop.Token)),
            .. Enumerable.Range(0, _options.ConcurrentDeliveries).Select(_ => DeliverAsync(deliver, stop.Token)),
            OfferAgainAsync(stop.Token),
        ];

        // A part ends only when told to, or by a fault of ours: then the others must not go on alone.
        await Task.WhenAny(parts);
        await stop.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _synced.TrySetCanceled(CancellationToken.None);
        if (parts.FirstOrDefault(part => part.IsFaulted) is { } faulted)
        {
            await faulted;
        }

        cancellation.ThrowIfCancellationRequested();
    }

    private async Task FollowAsync(Scope scope, CancellationToken cancellation)
    {
        var failures = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var started = _time.GetTimestamp();
            var known = scope.Progress;
            try
            {
                if (scope.Version is null || IsResyncDue(scope))
                {
                    await ListAsync(scope, cancellation);
                }

                known = scope.Progress;
                await WatchAsync(scope, cancellation);
                failures = HasLasted() ? 0 : failures + 1;
                if (failures > 1)
                {
                    // A watch that ends at once, time and again, must not become a storm.
                    await Task.Delay(Pause.After(failures, _options.LongestPause), _time, cancellation);
                }
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                failures = HasLasted() ? 1 : failures + 1;
                var pause = Pause.After(failures, _options.LongestPause);
                Explain(scope, e, failures, pause);
                if (e is JsonException or InvalidDataException or ResourceRefusedException { IsExpired: true })
                {
                    scope.Version = null; // forgotten by the server, or what it sent makes no sense: start anew
                }

                await Task.Delay(pause, _time, cancellation);
            }

            // A list alone proves little: its watch may be refused every time.
            bool HasLasted() => scope.Progress != known || _time.GetElapsedTime(started) > TimeSpan.FromSeconds(30);
        }
    }

    private void Explain(Scope scope, Exception failure, int failures, TimeSpan pause)
    {
        switch (failure)
        {
            case ResourceRefusedException { IsExpired: true }:
                _logger.Expired(_type, scope.Version);
                break;
            case ResourceRefusedException
            {
                Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound,
            }:
                _logger.Refused(_type, scope.Name, failure.Message);
                break;
            default:
                _logger.Lost(_type, scope.Name, failures, pause, failure);
                break;
        }
    }

    private bool IsResyncDue(Scope scope) =>
        _options.ResyncInterval is { } interval && _time.GetElapsedTime(scope.ListedAt) >= interval;

    private async Task ListAsync(Scope scope, CancellationToken cancellation)
    {
        var started = _time.GetTimestamp();
        var isResync = scope.HasListed;
        Dictionary<ObjectKey, ResourceCache<T>.Entry> listed;
        string version;
        try
        {
            (listed, version) = await ReadListAsync(scope, _options.PageSize, cancellation);
        }
        catch (ResourceRefusedException e) when (e.IsExpired)
        {
            // The pages' snapshot was forgotten while we read: one answer without pages cannot be.
            (listed, version) = await ReadListAsync(scope, pageSize: null, cancellation);
        }

        foreach (var (key, old) in Cache.InNamespace(scope.Namespace))
        {
            if (!listed.ContainsKey(key))
            {
                Vanish(key, old, old.IsDeletionRequested, old.ResourceVersion);
            }
        }

        foreach (var (key, entry) in listed)
        {
            Appear(key, entry, isResync);
        }

        scope.Version = version;
        scope.ListedAt = _time.GetTimestamp();
        scope.Progress++;
        _options.Listed?.Invoke();
        _logger.Listed(listed.Count, _type, scope.Name, version, _time.GetElapsedTime(started));
        if (!scope.HasListed)
        {
            scope.HasListed = true;
            if (Interlocked.Decrement(ref _unlisted) == 0)
            {
                _synced.TrySetResult();
            }
        }
    }

    private async Task<(Dictionary<ObjectKey, ResourceCache<T>.Entry> Entries, string Version)> ReadListAsync(
        Scope scope, int? pageSize, CancellationToken cancellation)
    {
        var entries = new Dictionary<ObjectKey, ResourceCache<T>.Entry>();
        string? next = null;
        string version;
        do
        {
            (version, next) = await _reader.PageAsync(
                scope.Namespace, next, pageSize,
                json =>
                {
                    var head = ObjectHead.Read(json);
                    entries[head.Key] = Read(head, json);
                },
                cancellation);
        }
        while (next is not null);

        return (entries, version);
    }

    private async Task WatchAsync(Scope scope, CancellationToken cancellation)
    {
        _options.Watching?.Invoke();

        // Watches of many replicas, and of many namespaces, shall not end together.
        var duration = _options.WatchDuration * (0.75 + (Random.Shared.NextDouble() / 2));
        if (_options.ResyncInterval is { } interval)
        {
            var left = interval - _time.GetElapsedTime(scope.ListedAt);
            duration = left < duration ? left : duration;
        }

        duration = duration < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : duration;
        await _reader.WatchAsync(scope.Namespace, scope.Version!, duration, line => Apply(scope, line), cancellation);
    }

    private void Apply(Scope scope, ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return;
        }

        var change = WatchLine.Read(line);
        if (change.Type == "ERROR")
        {
            throw _reader.Refusal(null, change.Json);
        }

        var head = ObjectHead.Read(change.Json);
        switch (change.Type)
        {
            case "ADDED" or "MODIFIED":
                Appear(head.Key, Read(head, change.Json), isResync: false);
                break;
            case "DELETED":
                var last = Read(head, change.Json);
                Vanish(head.Key, last, last.IsDeletionRequested, head.ResourceVersion);
                break;
            default:
                break; // a bookmark, or a word of a later API: only its version counts
        }

        if (head.ResourceVersion.Length > 0)
        {
            scope.Version = head.ResourceVersion;
            scope.Progress++;
        }
    }

    /// <summary>The object as it is kept; the very same version is not projected again.</summary>
    private ResourceCache<T>.Entry Read(ObjectHead head, ReadOnlySpan<byte> json)
    {
        var known = Cache.Find(head.Key);
        if (known is not null && known.Uid != head.Uid)
        {
            known = null;
        }

        if (known is { Object: not null } && known.ResourceVersion == head.ResourceVersion)
        {
            return known;
        }

        // Once asked for, a deletion is never taken back.
        var isDeletionRequested = head.IsDeletionRequested || known?.IsDeletionRequested is true;
        try
        {
            return new(head.Uid, head.ResourceVersion, isDeletionRequested, _project(json));
        }
        catch (Exception e)
        {
            _logger.Unreadable(_type, head.Key, e);
            return new(head.Uid, head.ResourceVersion, isDeletionRequested, known?.Object);
        }
    }

    private void Appear(ObjectKey key, ResourceCache<T>.Entry entry, bool isResync)
    {
        var known = Cache.Find(key);
        if (known is not null && known.Uid != entry.Uid)
        {
            Vanish(key, known, known.IsDeletionRequested, known.ResourceVersion);
            known = null;
        }

        if (!ReferenceEquals(known, entry))
        {
            Cache.Put(key, entry);
        }
        else if (!isResync)
        {
            return; // a watch that was resumed tells again what we know
        }

        // An object that never was readable is in the cache, so that it is not missed, but there is nothing to tell.
        if (entry.Object is not null)
        {
            _queue.Add(new(key, entry.Uid, entry.ResourceVersion, ChangeKind.Present, entry.IsDeletionRequested, entry.Object));
        }
    }

    private void Vanish(ObjectKey key, ResourceCache<T>.Entry last, bool isDeletionRequested, string version)
    {
        if (Cache.Find(key) is not { } known || known.Uid == last.Uid)
        {
            Cache.Remove(key);
        }

        var kind = isDeletionRequested ? ChangeKind.Deleted : ChangeKind.Gone;
        _queue.Add(new(key, last.Uid, version, kind, isDeletionRequested, last.Object));
    }

    private async Task DeliverAsync(Func<Change<T>, CancellationToken, Task> deliver, CancellationToken cancellation)
    {
        // Whoever takes changes may be synchronous; the list must go on meanwhile.
        await Task.Yield();
        while (true)
        {
            var change = await _queue.TakeAsync(cancellation);
            try
            {
                await deliver(change, cancellation);
                _queue.Accepted(change.Key);
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                var failures = _queue.Refused(change);
                var pause = Pause.After(failures, _options.LongestPause);
                _logger.NotAccepted(_type, change.Key, failures, pause, e);
                _refused.Writer.TryWrite((change.Key, _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency)));
            }
        }
    }

    /// <summary>Offers refused objects again when their pauses are over, and keeps no deliverer from other objects meanwhile.</summary>
    private async Task OfferAgainAsync(CancellationToken cancellation)
    {
        var waiting = new PriorityQueue<ObjectKey, long>();
        var more = _refused.Reader.WaitToReadAsync(cancellation).AsTask();
        while (true)
        {
            if (waiting.TryPeek(out _, out var due))
            {
                using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                var left = _time.GetElapsedTime(_time.GetTimestamp(), due);
                await Task.WhenAny(more, Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, timer.Token));
                await timer.CancelAsync();
                cancellation.ThrowIfCancellationRequested();
            }
            else
            {
                await more;
            }

            while (waiting.TryPeek(out var key, out due) && due <= _time.GetTimestamp())
            {
                _queue.Ready(key);
                waiting.Dequeue();
            }

            if (more.IsCompleted)
            {
                while (_refused.Reader.TryRead(out var refused))
                {
                    waiting.Enqueue(refused.Key, refused.Due);
                }

                more = _refused.Reader.WaitToReadAsync(cancellation).AsTask();
            }
        }
    }

    /// <summary>Where one list-and-watch stands.</summary>
    private sealed class Scope(string? ns)
    {
        public string? Namespace { get; } = ns;

        public string Name => Namespace ?? "all namespaces";

        /// <summary>Where a watch goes on; null if only a list can tell.</summary>
        public string? Version { get; set; }

        public bool HasListed { get; set; }

        public long ListedAt { get; set; }

        /// <summary>Grows with everything learned, so that a failure after it counts as the first again.</summary>
        public long Progress { get; set; }
    }
}

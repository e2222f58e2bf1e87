using System.Threading.Channels;
using Metal3.CrdBridge.Watching;

namespace Metal3.CrdBridge.Delivery;

/// <summary>An object that is no more.</summary>
/// <param name="Uid">Its identity.</param>
/// <param name="IsDeletionRequested">Whether somebody was seen to want that.</param>
internal sealed record Vanished(string Uid, bool IsDeletionRequested);

/// <summary>What is due for one host.</summary>
/// <param name="Key">The host.</param>
/// <param name="Forced">To be told even if nothing seems to have changed.</param>
/// <param name="Vanished">Objects of that name that are no more, in their order.</param>
/// <param name="Since">Timestamp of the first change in it.</param>
internal sealed record Due(ObjectKey Key, bool Forced, IReadOnlyList<Vanished> Vanished, long Since);

/// <summary>Hosts of which Temporal must be told: each once, however much happened, and never twice at the same time.</summary>
internal sealed class DeliveryQueue(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Waiting> _waiting = [];
    private readonly Channel<ObjectKey> _ready = Channel.CreateUnbounded<ObjectKey>();

    /// <summary>Hosts that were not told yet.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Whether the host is due or being told of.</summary>
    public bool Contains(ObjectKey key)
    {
        lock (_lock)
        {
            return _waiting.ContainsKey(key);
        }
    }

    /// <summary>The host, or something it depends on, changed.</summary>
    public void Mark(ObjectKey key, bool forced = false) => Add(key, waiting => waiting.Forced |= forced);

    /// <summary>The host is no more.</summary>
    public void Add(ObjectKey key, Vanished vanished) => Add(key, waiting => waiting.Vanished.Add(vanished));

    /// <summary>The next host that is not being told of; its state is read after this, so nothing is missed.</summary>
    public async ValueTask<Due> TakeAsync(CancellationToken cancellation)
    {
        var key = await _ready.Reader.ReadAsync(cancellation);
        lock (_lock)
        {
            var waiting = _waiting[key];
            var due = new Due(key, waiting.Forced, waiting.Vanished, waiting.Since);
            waiting.IsDue = false;
            waiting.Forced = false;
            waiting.Vanished = [];
            return due;
        }
    }

    /// <summary>Temporal knows; what came meanwhile is next.</summary>
    public void Accepted(ObjectKey key)
    {
        lock (_lock)
        {
            var waiting = _waiting[key];
            waiting.Failures = 0;
            if (waiting.IsDue)
            {
                _ready.Writer.TryWrite(key);
            }
            else
            {
                _waiting.Remove(key);
            }
        }
    }

    /// <summary>Temporal could not be told: everything goes back.</summary>
    /// <returns>Failures in a row; the caller pauses, then calls <see cref="Offer"/>.</returns>
    public int Refused(Due due)
    {
        lock (_lock)
        {
            var waiting = _waiting[due.Key];
            waiting.IsDue = true;
            waiting.Forced |= due.Forced;
            waiting.Vanished.InsertRange(0, due.Vanished);
            waiting.Since = due.Since;
            return ++waiting.Failures;
        }
    }

    /// <summary>Offers a refused host again.</summary>
    public void Offer(ObjectKey key) => _ready.Writer.TryWrite(key);

    private void Add(ObjectKey key, Action<Waiting> change)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(key, out var waiting))
            {
                _waiting[key] = waiting = new();
                _ready.Writer.TryWrite(key);
            }

            if (!waiting.IsDue)
            {
                waiting.IsDue = true;
                waiting.Since = time.GetTimestamp();
            }

            change(waiting);
        }
    }

    private sealed class Waiting
    {
        public bool IsDue { get; set; }

        public bool Forced { get; set; }

        public List<Vanished> Vanished { get; set; } = [];

        public long Since { get; set; }

        public int Failures { get; set; }
    }
}

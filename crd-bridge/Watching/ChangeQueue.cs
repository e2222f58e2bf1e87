using System.Threading.Channels;

namespace Metal3.CrdBridge.Watching;

/// <summary>Changes waiting for delivery: one object's one after the other, and only its last state.</summary>
internal sealed class ChangeQueue<T>
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectKey, Waiting> _waiting = [];
    private readonly Channel<ObjectKey> _ready = Channel.CreateUnbounded<ObjectKey>();

    /// <summary>Objects with a change that was not accepted yet.</summary>
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

    /// <summary>Adds a change; it takes the place of a waiting one of the very same object.</summary>
    public void Add(Change<T> change)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(change.Key, out var waiting))
            {
                _waiting[change.Key] = waiting = new();
                _ready.Writer.TryWrite(change.Key);
            }

            // Another uid is another object: that the first one vanished must not be swallowed by the second.
            if (waiting.Changes.Count > 0 && waiting.Changes[^1].Uid == change.Uid)
            {
                waiting.Changes[^1] = change;
            }
            else
            {
                waiting.Changes.Add(change);
            }
        }
    }

    /// <summary>The next change of an object of which none is being delivered.</summary>
    public async ValueTask<Change<T>> TakeAsync(CancellationToken cancellation)
    {
        var key = await _ready.Reader.ReadAsync(cancellation);
        lock (_lock)
        {
            var waiting = _waiting[key];
            var change = waiting.Changes[0];
            waiting.Changes.RemoveAt(0);
            return change;
        }
    }

    /// <summary>The change was accepted; what came meanwhile is next.</summary>
    /// <returns>How often in a row the object's changes had failed before.</returns>
    public int Accepted(ObjectKey key)
    {
        lock (_lock)
        {
            var waiting = _waiting[key];
            var failures = waiting.Failures;
            waiting.Failures = 0;
            if (waiting.Changes.Count == 0)
            {
                _waiting.Remove(key);
            }
            else
            {
                _ready.Writer.TryWrite(key);
            }

            return failures;
        }
    }

    /// <summary>The change was not accepted: it goes back, unless a newer state of the same object waits already.</summary>
    /// <returns>Failures in a row; the caller pauses, then calls <see cref="Ready"/>.</returns>
    public int Refused(Change<T> change)
    {
        lock (_lock)
        {
            var waiting = _waiting[change.Key];
            if (waiting.Changes.Count == 0 || waiting.Changes[0].Uid != change.Uid)
            {
                waiting.Changes.Insert(0, change);
            }

            return ++waiting.Failures;
        }
    }

    /// <summary>Offers a refused object again.</summary>
    public void Ready(ObjectKey key) => _ready.Writer.TryWrite(key);

    private sealed class Waiting
    {
        public List<Change<T>> Changes { get; } = new(1);

        public int Failures { get; set; }
    }
}

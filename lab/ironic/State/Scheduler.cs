namespace Metal3.Lab.Ironic.State;

/// <summary>One timer for everything that is due later; what is due runs under the world's lock.</summary>
internal sealed class Scheduler : IDisposable
{
    private readonly TimeProvider _time;
    private readonly Lock _gate;
    private readonly Action _afterwards;
    private readonly PriorityQueue<Action, (long Due, long Order)> _queue = new();
    private readonly ITimer _timer;
    private readonly long _origin;
    private long _order;
    private long _armed = long.MaxValue;
    private bool _disposed;

    public Scheduler(TimeProvider time, Lock gate, Action afterwards)
    {
        (_time, _gate, _afterwards) = (time, gate, afterwards);
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Call with the lock held.</summary>
    public void After(TimeSpan delay, Action work)
    {
        if (_disposed)
        {
            return;
        }

        var due = Now + Math.Max(0, delay.Ticks);
        _queue.Enqueue(work, (due, _order++));
        Arm();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _queue.Clear();
        }

        _timer.Dispose();
    }

    private long Now => _time.GetElapsedTime(_origin).Ticks;

    private void Arm()
    {
        if (_queue.TryPeek(out _, out var first) && first.Due < _armed)
        {
            _armed = first.Due;

            // Timers count whole milliseconds and round down; a tick too early would only spin.
            var wait = Math.Ceiling(TimeSpan.FromTicks(Math.Max(0, first.Due - Now)).TotalMilliseconds);
            _ = _timer.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
        }
    }

    private void Fire()
    {
        lock (_gate)
        {
            _armed = long.MaxValue;
            while (!_disposed && _queue.TryPeek(out var work, out var due) && due.Due <= Now)
            {
                _ = _queue.Dequeue();
                work();
            }

            if (!_disposed)
            {
                _afterwards();
                Arm();
            }
        }
    }
}

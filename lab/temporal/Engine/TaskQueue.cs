using System.Diagnostics;
using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Engine;

internal enum MatchKind
{
    WorkflowTask,
    ActivityTask,
    Query,
}

/// <summary>Something for a poller. Whether it still stands is asked when somebody takes it.</summary>
internal sealed record MatchTask(MatchKind Kind, Run Run, long ScheduledEventId, int Stamp, PendingQuery? Query = null)
{
    /// <summary>For what was first put on a sticky queue: the queue it belongs to otherwise.</summary>
    public bool Sticky { get; init; }
}

internal readonly record struct TaskQueueKey(string Namespace, string Name, bool ForActivities);

/// <summary>One task queue: tasks waiting for pollers, or pollers waiting for tasks, never both.</summary>
internal sealed class TaskQueue(TaskQueueKey key)
{
    private static readonly TimeSpan PollerMemory = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly LinkedList<MatchTask> _tasks = [];
    private readonly LinkedList<Poller> _pollers = [];
    private readonly Dictionary<string, (DateTime At, double Rate)> _seen = new(StringComparer.Ordinal);
    private long _lastPoll;
    private long _lastUse = Stopwatch.GetTimestamp();
    private double _ratePerSecond;
    private double _tokens;
    private long _refilled = Stopwatch.GetTimestamp();
    private Timer? _throttle;
    private bool _shutDown;

    public TaskQueueKey Key { get; } = key;

    /// <summary>Whether a worker polls it, or did within the last ten seconds.</summary>
    public bool HasRecentPoller
    {
        get
        {
            lock (_gate)
            {
                return !_shutDown && (_pollers.Count > 0
                    || (_lastPoll != 0 && Stopwatch.GetElapsedTime(_lastPoll) < TimeSpan.FromSeconds(10)));
            }
        }
    }

    public bool IsIdleSince(TimeSpan age)
    {
        lock (_gate)
        {
            return _tasks.Count == 0 && _pollers.Count == 0 && Stopwatch.GetElapsedTime(_lastUse) > age;
        }
    }

    public void Add(MatchTask task)
    {
        lock (_gate)
        {
            _lastUse = Stopwatch.GetTimestamp();
            _tasks.AddLast(task);
            Match();
        }
    }

    /// <summary>Gives back what a poller took but cannot use.</summary>
    public void PutBack(MatchTask task)
    {
        lock (_gate)
        {
            _tasks.AddFirst(task);
            Match();
        }
    }

    /// <summary>A worker said that it stops: its sticky queue will not be polled again.</summary>
    public IReadOnlyList<MatchTask> ShutDown()
    {
        lock (_gate)
        {
            _shutDown = true;
            MatchTask[] left = [.. _tasks];
            _tasks.Clear();
            foreach (var poller in _pollers)
            {
                _ = poller.TrySetResult(null);
            }

            _pollers.Clear();
            return left;
        }
    }

    public void SetRate(double perSecond)
    {
        lock (_gate)
        {
            _ratePerSecond = perSecond;
            _tokens = Math.Min(_tokens, Math.Max(perSecond, 1));
        }
    }

    /// <returns>A task, or <see langword="null"/> when <paramref name="hold"/> is over.</returns>
    public async ValueTask<MatchTask?> PollAsync(string identity, TimeSpan hold, CancellationToken aborted)
    {
        LinkedListNode<Poller> node;
        lock (_gate)
        {
            _shutDown = false;
            _lastPoll = _lastUse = Stopwatch.GetTimestamp();
            if (identity.Length > 0)
            {
                _seen[identity] = (DateTime.UtcNow, _ratePerSecond);
            }

            if (_pollers.Count == 0 && TakeFirst() is { } ready)
            {
                return ready;
            }

            node = _pollers.AddLast(new Poller());
            Match(); // those before it may all have given up
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        patience.CancelAfter(hold);
        await using (patience.Token.UnsafeRegister(
            static state => ((Poller)state!).TrySetResult(null), node.Value))
        {
            var task = await node.Value.Task;
            lock (_gate)
            {
                _lastPoll = Stopwatch.GetTimestamp();
                if (node.List is not null)
                {
                    _pollers.Remove(node);
                }
            }

            if (task is not null && aborted.IsCancellationRequested)
            {
                PutBack(task);
                aborted.ThrowIfCancellationRequested();
            }

            return task;
        }
    }

    public IEnumerable<PollerInfo> Pollers()
    {
        lock (_gate)
        {
            foreach (var (identity, _) in _seen.Where(seen => DateTime.UtcNow - seen.Value.At > PollerMemory).ToList())
            {
                _ = _seen.Remove(identity);
            }

            return _seen.Select(seen => new PollerInfo
            {
                Identity = seen.Key,
                LastAccessTime = Times.Stamp(seen.Value.At.Ticks),
                RatePerSecond = seen.Value.Rate > 0 ? seen.Value.Rate : 100_000,
            }).ToList();
        }
    }

    private void Match()
    {
        while (_pollers.First is { } first && _tasks.Count > 0)
        {
            if (first.Value.Task.IsCompleted)
            {
                _pollers.RemoveFirst();
                continue;
            }

            if (TakeFirst() is not { } task)
            {
                return;
            }

            _pollers.RemoveFirst();
            if (!first.Value.TrySetResult(task))
            {
                _tasks.AddFirst(task);
            }
        }
    }

    private MatchTask? TakeFirst()
    {
        if (_tasks.First is not { } first)
        {
            return null;
        }

        if (_ratePerSecond > 0 && !TakeToken())
        {
            return null;
        }

        _tasks.RemoveFirst();
        return first.Value;
    }

    private bool TakeToken()
    {
        var now = Stopwatch.GetTimestamp();
        _tokens = Math.Min(
            Math.Max(_ratePerSecond, 1), _tokens + (Stopwatch.GetElapsedTime(_refilled, now).TotalSeconds * _ratePerSecond));
        _refilled = now;
        if (_tokens >= 1)
        {
            _tokens--;
            return true;
        }

        _throttle ??= new Timer(static queue => ((TaskQueue)queue!).MatchAgain(), this, Timeout.Infinite, Timeout.Infinite);
        _ = _throttle.Change(TimeSpan.FromSeconds((1 - _tokens) / _ratePerSecond) + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        return false;
    }

    private void MatchAgain()
    {
        lock (_gate)
        {
            Match();
        }
    }

    private sealed class Poller() : TaskCompletionSource<MatchTask?>(TaskCreationOptions.RunContinuationsAsynchronously);
}

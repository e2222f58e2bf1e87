using System.Diagnostics;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>Something that asked to be woken at a time of the server's clock.</summary>
internal interface IWakeable
{
    /// <summary>The time at which it really has something to do, or <see cref="long.MaxValue"/>: cancelled timers must not move the clock.</summary>
    long NextDueTicks();

    void Wake();
}

/// <summary>The server's clock and its one timer queue. With time skipping, the clock jumps whenever nothing is in progress.</summary>
/// <remarks>
/// Time is skipped while nobody holds it: neither a caller (<see cref="Lock"/>, one at start) nor work in progress
/// (<see cref="AddHolds"/>). Long-poll windows and gRPC deadlines use the real clock instead.
/// </remarks>
internal sealed class ServerClock : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _changed = new();
    private readonly PriorityQueue<(IWakeable Target, long Due), (long Due, long Order)> _queue = new();
    private readonly long _startTicks = DateTime.UtcNow.Ticks;
    private readonly long _startStamp = Stopwatch.GetTimestamp();
    private readonly Thread _pump;
    private long _skipped;
    private long _order;
    private long _holds;
    private int _locks = 1;
    private volatile bool _stopped;
    private long _sleepingUntil;

    public ServerClock(bool skipsTime)
    {
        SkipsTime = skipsTime;
        _pump = new Thread(Pump) { IsBackground = true, Name = "timers" };
        _pump.Start();
    }

    public bool SkipsTime { get; }

    /// <summary>Ticks (100 ns) of the virtual UTC time; never runs backwards.</summary>
    public long NowTicks =>
        _startTicks + Stopwatch.GetElapsedTime(_startStamp).Ticks + Interlocked.Read(ref _skipped);

    public DateTime UtcNow => new(NowTicks, DateTimeKind.Utc);

    public long NextOrder() => Interlocked.Increment(ref _order);

    public void Schedule(IWakeable target, long due, long order)
    {
        bool sooner;
        lock (_gate)
        {
            _queue.Enqueue((target, due), (due, order));
            sooner = due < _sleepingUntil;
        }

        if (sooner)
        {
            _changed.Set();
        }
    }

    public void AddHolds(int change)
    {
        if (SkipsTime && change != 0 && Interlocked.Add(ref _holds, change) == 0)
        {
            _changed.Set();
        }
    }

    public void Lock()
    {
        lock (_gate)
        {
            _locks++;
        }
    }

    public bool TryUnlock()
    {
        lock (_gate)
        {
            if (_locks == 0)
            {
                return false;
            }

            _locks--;
        }

        _changed.Set();
        return true;
    }

    /// <summary>Completes when the clock reaches <paramref name="due"/>; <paramref name="whenDue"/> runs just before, while time stands.</summary>
    public Task SleepUntilAsync(long due, Action? whenDue = null)
    {
        var sleeper = new Sleeper(due, whenDue);
        Schedule(sleeper, due, NextOrder());
        return sleeper.Done;
    }

    public void Dispose()
    {
        _stopped = true;
        _changed.Set();
        _pump.Join();
        _changed.Dispose();
    }

    private void Pump()
    {
        while (!_stopped)
        {
            _changed.Reset();
            (IWakeable Target, long Due) next = default;
            var wait = TimeSpan.FromMilliseconds(-1);
            var jump = false;
            lock (_gate)
            {
                _sleepingUntil = long.MaxValue;
                if (_queue.TryPeek(out next, out _))
                {
                    var left = next.Due - NowTicks;
                    jump = left > 0 && MaySkip();
                    if (left <= 0 || jump)
                    {
                        _ = _queue.Dequeue();
                        wait = TimeSpan.Zero;
                    }
                    else
                    {
                        _sleepingUntil = next.Due;
                        wait = TimeSpan.FromTicks(Math.Min(left, TimeSpan.TicksPerMinute));
                    }
                }
            }

            if (wait != TimeSpan.Zero)
            {
                // Rounded up: waking a fraction of a millisecond early would spin until the timer is due.
                _ = _changed.Wait(wait < TimeSpan.Zero ? -1 : (int)Math.Ceiling(wait.TotalMilliseconds));
                continue;
            }

            AddHolds(1);
            try
            {
                var due = next.Target.NextDueTicks();
                if (due > next.Due)
                {
                    if (due != long.MaxValue)
                    {
                        Schedule(next.Target, due, NextOrder());
                    }

                    continue;
                }

                if (jump && !TrySkipTo(next.Due))
                {
                    Schedule(next.Target, next.Due, 0);
                    continue;
                }

                next.Target.Wake();
            }
            catch (Exception e)
            {
                Console.Error.WriteLine($"A timer failed: {e}");
            }
            finally
            {
                AddHolds(-1);
            }
        }
    }

    private bool MaySkip() => SkipsTime && _locks == 0 && Interlocked.Read(ref _holds) == 0;

    private bool TrySkipTo(long due)
    {
        lock (_gate)
        {
            if (_locks != 0 || Interlocked.Read(ref _holds) != 1) // our own
            {
                return false;
            }

            var left = due - NowTicks;
            if (left > 0)
            {
                _ = Interlocked.Add(ref _skipped, left);
            }

            return true;
        }
    }

    private sealed class Sleeper(long due, Action? whenDue) : IWakeable
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        public long NextDueTicks() => due;

        public void Wake()
        {
            whenDue?.Invoke();
            _done.TrySetResult();
        }
    }
}

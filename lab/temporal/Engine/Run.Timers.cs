using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Engine;

internal enum TimerKind
{
    User,
    TaskStartToClose,
    TaskScheduleToStart,
    FirstTask,
    RunTimeout,
    ExecutionTimeout,
    ActivityScheduleToStart,
    ActivityScheduleToClose,
    ActivityStartToClose,
    ActivityHeartbeat,
    ActivityRetry,
}

/// <summary>The run's own timer queue; only its head is known to the server's clock.</summary>
internal sealed partial class Run
{
    private readonly PriorityQueue<(TimerKind Kind, long Id, int Stamp), (long Due, long Order)> _timers = new();
    private long _registered = long.MaxValue;

    public long NextDueTicks()
    {
        using (Entity.Enter())
        {
            _registered = long.MaxValue;
            if (TryPeekTimer(out _, out var at))
            {
                _registered = at.Due;
                return at.Due;
            }

            return long.MaxValue;
        }
    }

    public void Wake()
    {
        using (Entity.Enter())
        {
            _registered = long.MaxValue;
            Entity.Touch(this);
            while (IsRunning && TryPeekTimer(out var timer, out var at) && at.Due <= Clock.NowTicks)
            {
                _ = _timers.Dequeue();
                Fire(timer);
            }
        }
    }

    private void AddTimer(TimerKind kind, long id, int stamp, long due)
    {
        if (_timers.Count > 256 && _timers.Count > 8 * (_activities.Count + _userTimers.Count + 8))
        {
            DropDeadTimers();
        }

        _timers.Enqueue((kind, id, stamp), (due, Clock.NextOrder()));
    }

    private void RegisterTimer()
    {
        if (TryPeekTimer(out _, out var at) && at.Due < _registered)
        {
            _registered = at.Due;
            Clock.Schedule(this, at.Due, at.Order);
        }
    }

    private bool TryPeekTimer(out (TimerKind Kind, long Id, int Stamp) timer, out (long Due, long Order) at)
    {
        while (_timers.TryPeek(out timer, out at))
        {
            if (!IsLive(timer))
            {
                _ = _timers.Dequeue();
                continue;
            }

            // Heartbeats push their time-out ahead without touching the queue.
            if (timer.Kind == TimerKind.ActivityHeartbeat && HeartbeatDue(_activities[timer.Id]) is var due && due > at.Due)
            {
                _ = _timers.Dequeue();
                _timers.Enqueue(timer, (due, at.Order));
                continue;
            }

            return true;
        }

        return false;
    }

    private bool IsLive((TimerKind Kind, long Id, int Stamp) timer) => IsRunning && timer.Kind switch
    {
        TimerKind.User => _userTimers.ContainsValue(timer.Id),
        TimerKind.TaskStartToClose => _task.Phase == TaskPhase.Started && _task.Stamp == timer.Stamp,
        TimerKind.TaskScheduleToStart => _task.Phase == TaskPhase.Scheduled && _task.Stamp == timer.Stamp,
        TimerKind.FirstTask => InBackoff,
        TimerKind.RunTimeout or TimerKind.ExecutionTimeout => true,
        TimerKind.ActivityScheduleToClose => _activities.ContainsKey(timer.Id),
        TimerKind.ActivityScheduleToStart =>
            _activities.TryGetValue(timer.Id, out var waiting) && waiting.State == ActivityState.Scheduled && waiting.Stamp == timer.Stamp,
        TimerKind.ActivityRetry =>
            _activities.TryGetValue(timer.Id, out var pausing) && pausing.State == ActivityState.Backoff && pausing.Stamp == timer.Stamp,
        _ => _activities.TryGetValue(timer.Id, out var started) && started.State == ActivityState.Started && started.Stamp == timer.Stamp,
    };

    private void Fire((TimerKind Kind, long Id, int Stamp) timer)
    {
        switch (timer.Kind)
        {
            case TimerKind.User:
                FireUserTimer(timer.Id);
                break;
            case TimerKind.TaskStartToClose:
                TimeOutTask(TimeoutType.StartToClose);
                break;
            case TimerKind.TaskScheduleToStart:
                TimeOutTask(TimeoutType.ScheduleToStart);
                break;
            case TimerKind.FirstTask:
                InBackoff = false;
                _wantsTask = true;
                break;
            case TimerKind.RunTimeout or TimerKind.ExecutionTimeout:
                TimeOutRun(wholeExecution: timer.Kind == TimerKind.ExecutionTimeout
                    || (ExecutionExpiration > 0 && ExecutionExpiration <= Clock.NowTicks));
                break;
            case TimerKind.ActivityRetry:
                RetryActivityNow(_activities[timer.Id]);
                break;
            case TimerKind.ActivityScheduleToStart:
                TimeOutActivity(_activities[timer.Id], TimeoutType.ScheduleToStart);
                break;
            case TimerKind.ActivityScheduleToClose:
                TimeOutActivity(_activities[timer.Id], TimeoutType.ScheduleToClose);
                break;
            case TimerKind.ActivityStartToClose:
                TimeOutActivity(_activities[timer.Id], TimeoutType.StartToClose);
                break;
            case TimerKind.ActivityHeartbeat:
                TimeOutActivity(_activities[timer.Id], TimeoutType.Heartbeat);
                break;
        }
    }

    private void FireUserTimer(long startedEventId)
    {
        var id = _userTimers.First(timer => timer.Value == startedEventId).Key;
        _ = _userTimers.Remove(id);
        Happen(new HistoryEvent
        {
            EventType = EventType.TimerFired,
            TimerFiredEventAttributes = new TimerFiredEventAttributes { TimerId = id, StartedEventId = startedEventId },
        });
    }

    private void DropDeadTimers()
    {
        var all = _timers.UnorderedItems.Where(item => IsLive(item.Element)).ToList();
        _timers.Clear();
        foreach (var (timer, at) in all)
        {
            _timers.Enqueue(timer, at);
        }
    }
}

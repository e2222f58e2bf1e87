using Google.Protobuf;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>What a run inherits or is told when it begins.</summary>
internal sealed record RunOrigin
{
    public required WorkflowExecutionStartedEventAttributes Attributes { get; init; }

    public required string RunId { get; init; }

    public string RequestId { get; init; } = "";

    public UserMetadata? UserMetadata { get; init; }

    /// <summary>Pause before the first workflow task: start delay, retry back-off, cron.</summary>
    public long Backoff { get; init; }

    /// <summary>Who asked for it, if it is a child: told when the last run of the chain ends.</summary>
    public ParentLink? Parent { get; init; }
}

internal sealed record ParentLink(string Namespace, string WorkflowId, string RunId, long InitiatedEventId);

/// <summary>One run of a workflow: its history and everything that is pending. All members are used under the entity's lock.</summary>
internal sealed partial class Run : IWakeable
{
    private readonly List<HistoryEvent> _history = [];
    private readonly List<HistoryEvent> _buffered = [];
    private readonly HashSet<string> _signalRequests = new(StringComparer.Ordinal);
    private TaskCompletionSource? _newEvents;
    private ByteString? _packed;
    private WeakReference<History>? _unpacked;
    private HistoryEvent? _closeEvent;
    private int _eventCount;
    private int _holds;
    private bool _wantsTask;
    private bool _applyingCommands;
    private int _signals;

    public Run(Entity entity, RunOrigin origin)
    {
        Entity = entity;
        Origin = origin;
        StartTicks = Clock.NowTicks;
        var start = Start;
        Memo = start.Memo?.Clone() ?? new Memo();
        SearchAttributes = start.SearchAttributes?.Clone() ?? new SearchAttributes();
        var execution = Times.Ticks(start.WorkflowExecutionExpirationTime);
        RunExpiration = Times.Ticks(start.WorkflowRunTimeout) is > 0 and var limit ? StartTicks + origin.Backoff + limit : 0;
        ExecutionExpiration = execution;
        if (execution > 0 && RunExpiration > execution)
        {
            RunExpiration = execution;
        }

        entity.Touch(this);
        _ = Append(
            new HistoryEvent
            {
                EventType = EventType.WorkflowExecutionStarted,
                WorkflowExecutionStartedEventAttributes = start,
                UserMetadata = origin.UserMetadata,
            },
            StartTicks);
        if (RunExpiration > 0)
        {
            AddTimer(TimerKind.RunTimeout, 0, 0, RunExpiration);
        }

        if (ExecutionExpiration > 0)
        {
            AddTimer(TimerKind.ExecutionTimeout, 0, 0, ExecutionExpiration);
        }

        FirstTaskTicks = StartTicks + origin.Backoff;
        if (origin.Backoff > 0)
        {
            InBackoff = true;
            AddTimer(TimerKind.FirstTask, 0, 0, FirstTaskTicks);
        }
    }

    public Entity Entity { get; }

    public RunOrigin Origin { get; }

    public string RunId => Origin.RunId;

    public NamespaceState Namespace => Entity.Namespace;

    public WorkflowExecutionStartedEventAttributes Start => Origin.Attributes;

    public string WorkflowType => Start.WorkflowType.Name;

    public string TaskQueueName => Start.TaskQueue.Name;

    public WorkflowExecution Execution => new() { WorkflowId = Entity.WorkflowId, RunId = RunId };

    public WorkflowExecutionStatus Status { get; private set; } = WorkflowExecutionStatus.Running;

    public bool IsRunning => Status == WorkflowExecutionStatus.Running;

    public long StartTicks { get; }

    public long FirstTaskTicks { get; private set; }

    public long CloseTicks { get; private set; }

    public long RunExpiration { get; }

    public long ExecutionExpiration { get; }

    /// <summary>Still waiting for its first workflow task's time.</summary>
    public bool InBackoff { get; private set; }

    public bool CancelRequested { get; private set; }

    public Memo Memo { get; }

    public SearchAttributes SearchAttributes { get; }

    public long HistoryBytes { get; private set; }

    public long StateTransitions { get; private set; }

    public int EventCount => _eventCount;

    public string? NewRunId { get; private set; }

    private Server Server => Entity.Server;

    public Limits Limits => Entity.Server.Limits;

    private ServerClock Clock => Entity.Server.Clock;

    private long NextEventId => _eventCount + 1;

    /// <summary>Completes when the history grows or the run closes.</summary>
    public Task NewEvents => (_newEvents ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public HistoryEvent LastEvent => _closeEvent ?? _history[^1];

    /// <summary>Events with ids from <paramref name="first"/> to <paramref name="last"/>, as far as they exist.</summary>
    public IEnumerable<HistoryEvent> Events(long first, long last)
    {
        IReadOnlyList<HistoryEvent> events = _packed is null ? _history : Unpacked();
        for (var id = Math.Max(first, 1); id <= last && id <= events.Count; id++)
        {
            yield return events[(int)id - 1];
        }
    }

    /// <summary>The events of a closed run; kept while somebody reads them page by page.</summary>
    private IReadOnlyList<HistoryEvent> Unpacked()
    {
        if (_unpacked is null || !_unpacked.TryGetTarget(out var history))
        {
            history = History.Parser.ParseFrom(_packed);
            _unpacked = new WeakReference<History>(history);
        }

        return history.Events;
    }

    /// <summary>Called when the lock is left: schedules what is due, tells who waits.</summary>
    public void Commit()
    {
        StateTransitions++;
        if (IsRunning)
        {
            if (_wantsTask)
            {
                _wantsTask = false;
                ScheduleWorkflowTask(speculative: false);
            }
            else if (_updates.HasAdmitted && _task.Phase == TaskPhase.None && !InBackoff)
            {
                ScheduleWorkflowTask(speculative: true);
            }

            CheckHistoryLimits();
        }

        RegisterTimer();
        var holds = IsRunning ? (_task.Phase == TaskPhase.None ? 0 : 1) + ActivitiesInProgress() : 0;
        Clock.AddHolds(holds - _holds);
        _holds = holds;
        if (_grown)
        {
            _grown = false;
            if (Interlocked.Exchange(ref _newEvents, null) is { } waiting)
            {
                waiting.TrySetResult();
            }
        }
    }

    private bool _grown;

    private HistoryEvent Append(HistoryEvent happened, long at = 0)
    {
        happened.EventId = NextEventId;
        happened.EventTime = happened.EventTime ?? Times.Stamp(at != 0 ? at : Clock.NowTicks);
        happened.TaskId = Server.NextTaskId();
        _history.Add(happened);
        _eventCount++;
        HistoryBytes += happened.CalculateSize();
        _grown = true;
        return happened;
    }

    /// <summary>Something happened outside of workflow tasks: recorded now, or after the task that a worker holds; a task will show it.</summary>
    private void Happen(HistoryEvent happened)
    {
        if (_task is { Kind: TaskKind.Speculative, Phase: not TaskPhase.None })
        {
            Materialise();
        }

        if (_task.Phase == TaskPhase.Started || _applyingCommands)
        {
            happened.EventTime = Times.Stamp(Clock.NowTicks);
            _buffered.Add(happened);
            if (_task.Phase == TaskPhase.Started
                && (_buffered.Count > Limits.BufferedEvents || _buffered.Sum(waiting => (long)waiting.CalculateSize()) > Limits.BufferedBytes))
            {
                var next = _sticky is null ? _task.Attempt + 1 : 1;
                FailTask(WorkflowTaskFailedCause.ForceCloseCommand, null, "history-service");
                _nextAttempt = next; // unlike after other failures, what had waited does not make it a new task
            }

            return;
        }

        _ = Append(happened);
        _wantsTask = true;
    }

    /// <summary>Writes what was held back while a worker had the task; answers, which need a started event's id, come last.</summary>
    private bool FlushBuffered()
    {
        if (_buffered.Count == 0)
        {
            return false;
        }

        var activityStarted = new Dictionary<long, long>();
        foreach (var happened in _buffered.OrderBy(happened => IsAnswer(happened.EventType) ? 1 : 0))
        {
            switch (happened.EventType)
            {
                case EventType.ActivityTaskCompleted when activityStarted.TryGetValue(happened.ActivityTaskCompletedEventAttributes.ScheduledEventId, out var id):
                    happened.ActivityTaskCompletedEventAttributes.StartedEventId = id;
                    break;
                case EventType.ActivityTaskFailed when activityStarted.TryGetValue(happened.ActivityTaskFailedEventAttributes.ScheduledEventId, out var id):
                    happened.ActivityTaskFailedEventAttributes.StartedEventId = id;
                    break;
                case EventType.ActivityTaskTimedOut when activityStarted.TryGetValue(happened.ActivityTaskTimedOutEventAttributes.ScheduledEventId, out var id):
                    happened.ActivityTaskTimedOutEventAttributes.StartedEventId = id;
                    break;
                case EventType.ActivityTaskCanceled when activityStarted.TryGetValue(happened.ActivityTaskCanceledEventAttributes.ScheduledEventId, out var id):
                    happened.ActivityTaskCanceledEventAttributes.StartedEventId = id;
                    break;
                case EventType.ChildWorkflowExecutionCompleted:
                    happened.ChildWorkflowExecutionCompletedEventAttributes.StartedEventId = ChildStartedId(happened.ChildWorkflowExecutionCompletedEventAttributes.InitiatedEventId);
                    break;
                case EventType.ChildWorkflowExecutionFailed:
                    happened.ChildWorkflowExecutionFailedEventAttributes.StartedEventId = ChildStartedId(happened.ChildWorkflowExecutionFailedEventAttributes.InitiatedEventId);
                    break;
                case EventType.ChildWorkflowExecutionCanceled:
                    happened.ChildWorkflowExecutionCanceledEventAttributes.StartedEventId = ChildStartedId(happened.ChildWorkflowExecutionCanceledEventAttributes.InitiatedEventId);
                    break;
                case EventType.ChildWorkflowExecutionTimedOut:
                    happened.ChildWorkflowExecutionTimedOutEventAttributes.StartedEventId = ChildStartedId(happened.ChildWorkflowExecutionTimedOutEventAttributes.InitiatedEventId);
                    break;
                case EventType.ChildWorkflowExecutionTerminated:
                    happened.ChildWorkflowExecutionTerminatedEventAttributes.StartedEventId = ChildStartedId(happened.ChildWorkflowExecutionTerminatedEventAttributes.InitiatedEventId);
                    break;
            }

            _ = Append(happened);
            if (happened.EventType == EventType.ActivityTaskStarted)
            {
                activityStarted[happened.ActivityTaskStartedEventAttributes.ScheduledEventId] = happened.EventId;
            }
            else if (happened.EventType == EventType.ChildWorkflowExecutionStarted)
            {
                _childStarted[happened.ChildWorkflowExecutionStartedEventAttributes.InitiatedEventId] = happened.EventId;
            }
        }

        _buffered.Clear();
        return true;
    }

    private static bool IsAnswer(EventType type) => type
        is EventType.ActivityTaskCompleted or EventType.ActivityTaskFailed or EventType.ActivityTaskTimedOut
        or EventType.ActivityTaskCanceled or EventType.ChildWorkflowExecutionCompleted
        or EventType.ChildWorkflowExecutionFailed or EventType.ChildWorkflowExecutionTimedOut
        or EventType.ChildWorkflowExecutionCanceled or EventType.ChildWorkflowExecutionTerminated;

    private void RequireRunning()
    {
        if (!IsRunning)
        {
            throw RpcException.NotFound("workflow execution already completed");
        }
    }

    public void Signal(
        string name, Payloads? input, string identity, Header? header, string requestId, WorkflowExecution? sender = null,
        bool startsTask = false)
    {
        RequireRunning();
        Entity.Touch(this);
        if (requestId.Length > 0 && _signalRequests.Contains(requestId))
        {
            return;
        }

        if (_signals >= Limits.SignalsPerRun)
        {
            throw RpcException.Invalid("exceeded workflow execution limit for signal events");
        }

        _signals++;
        _ = _signalRequests.Add(requestId);

        Happen(new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionSignaled,
            WorkflowExecutionSignaledEventAttributes = new WorkflowExecutionSignaledEventAttributes
            {
                SignalName = name,
                Input = input,
                Identity = identity,
                Header = header,
                ExternalWorkflowExecution = sender,
                RequestId = requestId,
            },
        });
        if (startsTask && InBackoff)
        {
            InBackoff = false;
        }
    }

    public void RequestCancel(
        string reason, string identity, WorkflowExecution? sender = null, long senderInitiatedId = 0)
    {
        // As the real server has it: what has ended or was told before need not be told again.
        if (!IsRunning || CancelRequested)
        {
            return;
        }

        Entity.Touch(this);

        CancelRequested = true;
        Happen(new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionCancelRequested,
            WorkflowExecutionCancelRequestedEventAttributes = new WorkflowExecutionCancelRequestedEventAttributes
            {
                Cause = reason,
                Identity = identity,
                ExternalWorkflowExecution = sender,
                ExternalInitiatedEventId = senderInitiatedId,
            },
        });
    }

    public void Terminate(string reason, Payloads? details, string identity)
    {
        RequireRunning();
        Entity.Touch(this);
        if (_task.Phase == TaskPhase.Started)
        {
            WriteTaskFailed(WorkflowTaskFailedCause.ForceCloseCommand, null, "history-service");
        }
        else if (_task is { Phase: TaskPhase.Scheduled, Kind: TaskKind.Speculative })
        {
            _task.Phase = TaskPhase.None;
        }

        _ = FlushBuffered();
        var closing = Append(new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionTerminated,
            WorkflowExecutionTerminatedEventAttributes = new WorkflowExecutionTerminatedEventAttributes
            {
                Reason = reason,
                Details = details,
                Identity = identity,
            },
        });
        Close(WorkflowExecutionStatus.Terminated, closing, newRun: null);
    }

    /// <summary>Ends the run; <paramref name="newRun"/> continues it, if there is one.</summary>
    private void Close(WorkflowExecutionStatus status, HistoryEvent closing, Run? newRun)
    {
        Status = status;
        CloseTicks = Clock.NowTicks;
        NewRunId = newRun?.RunId;
        _buffered.Clear();
        _task.Phase = TaskPhase.None;
        _task.Stamp++;
        _wantsTask = false;
        ApplyParentClosePolicies();
        _activities.Clear();
        _activityIds.Clear();
        _userTimers.Clear();
        _timers.Clear();
        _externals.Clear();
        _updates.RunClosed(movesOn: newRun is not null);
        ReleaseQueries();
        if (newRun is null && Origin.Parent is { } parent)
        {
            Entity.Send(() => Server.NotifyParent(parent, this, closing));
        }

        _children.Clear();
        _childStarted.Clear();
        _signalRequests.Clear();

        // A closed run is read seldom: its events take a fifth of the room once they are bytes again.
        _closeEvent = closing;
        var all = new History();
        all.Events.AddRange(_history);
        _packed = UnsafeByteOperations.UnsafeWrap(all.ToByteArray());
        _history.Clear();
        _history.TrimExcess();
        Entity.Afterwards(() => Server.Closed(this));
    }

    private void CheckHistoryLimits()
    {
        if (_eventCount > Limits.HistoryEvents || HistoryBytes > Limits.HistoryBytes)
        {
            Terminate(
                _eventCount > Limits.HistoryEvents
                    ? "Workflow history count exceeds limit." : "Workflow history size exceeds limit.",
                null, "history-service");
        }
    }
}

using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

internal enum TaskPhase
{
    None,
    Scheduled,
    Started,
}

internal enum TaskKind
{
    /// <summary>Its scheduled and started events are written as they happen.</summary>
    Normal,

    /// <summary>A repeated attempt: its events are written only when it completes.</summary>
    Transient,

    /// <summary>Made for an update: its events are written only if something comes of it.</summary>
    Speculative,
}

/// <summary>The one workflow task that a run has at a time.</summary>
internal sealed class WorkflowTaskState
{
    public TaskPhase Phase { get; set; }

    public TaskKind Kind { get; set; }

    public long ScheduledId { get; set; }

    public long StartedId { get; set; }

    public int Attempt { get; set; } = 1;

    public int Stamp { get; set; }

    public bool OnSticky { get; set; }

    public long ScheduledAt { get; set; }

    public long StartedAt { get; set; }

    public string Identity { get; set; } = "";

    public WorkflowTaskStartedEventAttributes? Started { get; set; }

    public TaskQueueAndTimeout? Queue { get; set; }
}

internal sealed record TaskQueueAndTimeout(Api.TaskQueue TaskQueue, long StartToClose);

internal sealed partial class Run
{
    private readonly WorkflowTaskState _task = new();
    private int _nextAttempt = 1;
    private StickyExecutionAttributes? _sticky;

    /// <summary>Id of the started event of the last completed workflow task; 0 before the first.</summary>
    public long LastCompletedStartedId { get; private set; }

    public bool HasPendingTask => _task.Phase != TaskPhase.None;

    public int TaskAttempt => _task.Phase == TaskPhase.None ? _nextAttempt : _task.Attempt;

    public StickyExecutionAttributes? Sticky => _sticky;

    private long TaskTimeout => Times.Ticks(Start.WorkflowTaskTimeout);

    public void ScheduleFirstTask()
    {
        Entity.Touch(this);
        if (!InBackoff)
        {
            _wantsTask = true;
        }
    }

    public void ResetSticky()
    {
        _sticky = null;
    }

    private void ScheduleWorkflowTask(bool speculative)
    {
        if (!IsRunning || InBackoff)
        {
            return;
        }

        if (_task.Phase != TaskPhase.None)
        {
            if (!speculative && _task is { Kind: TaskKind.Speculative, Phase: TaskPhase.Scheduled })
            {
                Materialise();
            }

            return;
        }

        if (FlushBuffered())
        {
            _nextAttempt = 1;
        }

        _task.Phase = TaskPhase.Scheduled;
        _task.Stamp++;
        _task.Attempt = _nextAttempt;
        _task.Kind = _nextAttempt > 1 ? TaskKind.Transient : speculative ? TaskKind.Speculative : TaskKind.Normal;
        _task.ScheduledAt = Clock.NowTicks;
        _task.StartedId = 0;
        _task.OnSticky = _sticky is not null;
        // From the fourth attempt on the time-out grows: workers do not answer failing attempts, so it is the back-off.
        var backoff = _nextAttempt < 4 ? 0 : Math.Min(TimeSpan.TicksPerSecond * Math.Pow(2, _nextAttempt - 4), 10 * TimeSpan.TicksPerMinute);
        _task.Queue = new TaskQueueAndTimeout(StickyOrNormalQueue(), TaskTimeout + (long)backoff);
        _task.ScheduledId = NextEventId;
        if (_task.Kind == TaskKind.Normal)
        {
            WriteTaskScheduled();
        }

        Dispatch();
    }

    private void Dispatch()
    {
        var queue = Server.Queue(Namespace.Name, TaskQueueName, forActivities: false);
        var sticky = false;
        if (_task.OnSticky && _sticky is { } worker
            && Server.ExistingQueue(Namespace.Name, worker.WorkerTaskQueue.Name, forActivities: false) is { HasRecentPoller: true } alive)
        {
            queue = alive;
            sticky = true;
            AddTimer(
                TimerKind.TaskScheduleToStart, 0, _task.Stamp,
                _task.ScheduledAt + Math.Max(Times.Ticks(worker.ScheduleToStartTimeout), TimeSpan.TicksPerMillisecond));
        }
        else if (_task.Kind == TaskKind.Speculative)
        {
            AddTimer(TimerKind.TaskScheduleToStart, 0, _task.Stamp, _task.ScheduledAt + Engine.Limits.SpeculativeScheduleToStart.Ticks);
        }

        var task = new MatchTask(MatchKind.WorkflowTask, this, _task.ScheduledId, _task.Stamp) { Sticky = sticky };
        Entity.Afterwards(() => queue.Add(task));
    }

    private Api.TaskQueue StickyOrNormalQueue() => _sticky is { } sticky
        ? new Api.TaskQueue { Name = sticky.WorkerTaskQueue.Name, Kind = TaskQueueKind.Sticky, NormalName = TaskQueueName }
        : new Api.TaskQueue { Name = TaskQueueName, Kind = TaskQueueKind.Normal };

    private HistoryEvent TaskScheduledEvent() => new()
    {
        EventType = EventType.WorkflowTaskScheduled,
        WorkflowTaskScheduledEventAttributes = new WorkflowTaskScheduledEventAttributes
        {
            TaskQueue = _task.Queue!.TaskQueue,
            StartToCloseTimeout = Times.Duration(_task.Queue.StartToClose),
            Attempt = _task.Attempt,
        },
    };

    private void WriteTaskScheduled() => _task.ScheduledId = Append(TaskScheduledEvent(), _task.ScheduledAt).EventId;

    private void WriteTaskStarted()
    {
        _task.Started!.ScheduledEventId = _task.ScheduledId;
        _task.StartedId = Append(
            new HistoryEvent { EventType = EventType.WorkflowTaskStarted, WorkflowTaskStartedEventAttributes = _task.Started },
            _task.StartedAt).EventId;
    }

    /// <summary>Makes an ordinary task of one whose events were held back.</summary>
    private void Materialise()
    {
        _task.Kind = TaskKind.Normal;
        WriteTaskScheduled();
        if (_task.Phase == TaskPhase.Started)
        {
            WriteTaskStarted();
        }
    }

    /// <summary>Hands the task to a worker.</summary>
    /// <returns><see langword="null"/> when the task is no longer there to be taken.</returns>
    public PollWorkflowTaskQueueResponse? TryStartTask(int stamp, string identity, bool sticky)
    {
        if (!IsRunning || _task.Phase != TaskPhase.Scheduled || _task.Stamp != stamp)
        {
            return null;
        }

        Entity.Touch(this);
        if (_task.Kind == TaskKind.Transient && NextEventId != _task.ScheduledId)
        {
            // Something was recorded while the repetition waited: that makes it a new task.
            _task.Kind = TaskKind.Normal;
            _task.Attempt = 1;
            WriteTaskScheduled();
        }

        _task.StartedAt = Clock.NowTicks;
        _task.Identity = identity;
        _task.Started = new WorkflowTaskStartedEventAttributes
        {
            ScheduledEventId = _task.ScheduledId,
            Identity = identity,
            RequestId = Guid.NewGuid().ToString(),
            HistorySizeBytes = HistoryBytes,
        };
        SuggestContinueAsNew(_task.Started);
        if (_task.Kind == TaskKind.Normal)
        {
            WriteTaskStarted();
        }
        else
        {
            _task.StartedId = _task.ScheduledId + 1;
        }

        _task.Phase = TaskPhase.Started;
        AddTimer(TimerKind.TaskStartToClose, 0, _task.Stamp, _task.StartedAt + _task.Queue!.StartToClose);
        return BuildTask(sticky);
    }

    private void SuggestContinueAsNew(WorkflowTaskStartedEventAttributes started)
    {
        if (HistoryBytes >= Limits.SuggestContinueBytes)
        {
            started.SuggestContinueAsNewReasons.Add(SuggestContinueAsNewReason.HistorySizeTooLarge);
        }

        if (_eventCount >= Limits.SuggestContinueEvents)
        {
            started.SuggestContinueAsNewReasons.Add(SuggestContinueAsNewReason.TooManyHistoryEvents);
        }

        if (_updates.Total >= Limits.UpdatesPerRun * 0.9)
        {
            started.SuggestContinueAsNewReasons.Add(SuggestContinueAsNewReason.TooManyUpdates);
        }

        started.SuggestContinueAsNew = started.SuggestContinueAsNewReasons.Count > 0;
    }

    private PollWorkflowTaskQueueResponse BuildTask(bool sticky)
    {
        var task = new PollWorkflowTaskQueueResponse
        {
            TaskToken = new TaskToken(
                TokenKind.WorkflowTask, Namespace.Name, Entity.WorkflowId, RunId,
                _task.ScheduledId, _task.StartedId, _task.Stamp, "").Encode(),
            WorkflowExecution = Execution,
            WorkflowType = Start.WorkflowType,
            PreviousStartedEventId = LastCompletedStartedId,
            StartedEventId = _task.StartedId,
            Attempt = _task.Attempt,
            WorkflowExecutionTaskQueue = new Api.TaskQueue { Name = TaskQueueName, Kind = TaskQueueKind.Normal },
            ScheduledTime = Times.Stamp(_task.ScheduledAt),
            StartedTime = Times.Stamp(_task.StartedAt),
        };
        FillHistory(task, sticky ? LastCompletedStartedId + 1 : 1);
        _updates.Deliver(task);
        foreach (var query in _queries)
        {
            task.Queries[query.Id] = query.Query;
        }

        return task;
    }

    private void FillHistory(PollWorkflowTaskQueueResponse task, long first)
    {
        task.History = new History();
        var last = Math.Min(first + Engine.Limits.HistoryPage - 1, _eventCount);
        task.History.Events.AddRange(Events(first, last));
        if (last < _eventCount)
        {
            task.NextPageToken = new TaskToken(
                TokenKind.HistoryPage, Namespace.Name, Entity.WorkflowId, RunId, last + 1, _eventCount, _task.Stamp, "task").Encode();
        }
        else
        {
            task.History.Events.AddRange(UnwrittenTaskEvents());
        }
    }

    /// <summary>The scheduled and started events that a worker must see although they are not written (yet).</summary>
    public IEnumerable<HistoryEvent> UnwrittenTaskEvents()
    {
        if (_task.Phase != TaskPhase.Started || _task.Kind == TaskKind.Normal)
        {
            yield break;
        }

        var scheduled = TaskScheduledEvent();
        scheduled.EventId = _task.ScheduledId;
        scheduled.EventTime = Times.Stamp(_task.ScheduledAt);
        yield return scheduled;
        yield return new HistoryEvent
        {
            EventType = EventType.WorkflowTaskStarted,
            EventId = _task.StartedId,
            EventTime = Times.Stamp(_task.StartedAt),
            WorkflowTaskStartedEventAttributes = _task.Started,
        };
    }

    public bool IsTaskStamp(int stamp) => _task.Phase == TaskPhase.Started && _task.Stamp == stamp;

    private void RequireTask(TaskToken token)
    {
        RequireRunning();
        if (_task.Phase != TaskPhase.Started || _task.Stamp != token.Attempt)
        {
            throw RpcException.NotFound("Workflow task not found.");
        }
    }

    public RespondWorkflowTaskCompletedResponse CompleteTask(TaskToken token, RespondWorkflowTaskCompletedRequest request)
    {
        RequireTask(token);
        Entity.Touch(this);
        if (MayDiscard(request))
        {
            return Discard(request);
        }

        if (Validate(request) is { } problem)
        {
            var text = problem.Cause == WorkflowTaskFailedCause.UnhandledCommand
                ? "UnhandledCommand" : $"{problem.Cause}: {problem.Text}";
            if (_task.Attempt == 1 || problem.Cause == WorkflowTaskFailedCause.UnhandledCommand || problem.EndsRun)
            {
                _updates.TaskRefused();
                FailTask(
                    problem.Cause,
                    new Failure
                    {
                        Message = text,
                        ServerFailureInfo = problem.Cause == WorkflowTaskFailedCause.UnhandledCommand ? null : new ServerFailureInfo(),
                    },
                    request.Identity);
            }

            if (problem.EndsRun)
            {
                Terminate(text, null, "history-service");
            }

            throw RpcException.Invalid(text);
        }

        if (_task.Kind != TaskKind.Normal)
        {
            Materialise();
        }

        var completed = Append(new HistoryEvent
        {
            EventType = EventType.WorkflowTaskCompleted,
            WorkflowTaskCompletedEventAttributes = new WorkflowTaskCompletedEventAttributes
            {
                ScheduledEventId = _task.ScheduledId,
                StartedEventId = _task.StartedId,
                Identity = request.Identity,
                SdkMetadata = request.SdkMetadata,
                MeteringMetadata = request.MeteringMetadata,
                VersioningBehavior = request.VersioningBehavior,
                WorkerDeploymentName = request.VersioningBehavior == VersioningBehavior.Unspecified ? "" : request.DeploymentOptions?.DeploymentName ?? "",
                DeploymentVersion = request.VersioningBehavior == VersioningBehavior.Unspecified || request.DeploymentOptions is null ? null
                    : new WorkerDeploymentVersion { BuildId = request.DeploymentOptions.BuildId, DeploymentName = request.DeploymentOptions.DeploymentName },
            },
        });
        LastCompletedStartedId = _task.StartedId;
        _task.Phase = TaskPhase.None;
        _task.Stamp++;
        _nextAttempt = 1;
        _sticky = request.StickyAttributes;
        _applyingCommands = true;
        try
        {
            Apply(request, completed.EventId);
        }
        finally
        {
            _applyingCommands = false;
        }

        AnswerQueries(request.QueryResults);
        var response = new RespondWorkflowTaskCompletedResponse();
        if (!IsRunning)
        {
            return response;
        }

        if (!request.ForceCreateNewWorkflowTask)
        {
            _updates.RejectUnprocessed();
        }

        _wantsTask |= FlushBuffered() | request.ForceCreateNewWorkflowTask;
        ReleaseQueriesIfIdle();
        if (request.ReturnNewWorkflowTask)
        {
            StartInline(response, request.Identity);
        }

        return response;
    }

    private void StartInline(RespondWorkflowTaskCompletedResponse response, string identity)
    {
        if (_wantsTask)
        {
            _wantsTask = false;
            ScheduleInline(speculative: false);
        }
        else if (_updates.HasAdmitted)
        {
            ScheduleInline(speculative: true);
        }
        else
        {
            return;
        }

        response.WorkflowTask = TryStartTask(_task.Stamp, identity, sticky: true);
    }

    private void ScheduleInline(bool speculative)
    {
        // Dispatching as usual would only leave a stale entry on the queue: the task is taken at once.
        _task.Phase = TaskPhase.Scheduled;
        _task.Stamp++;
        _task.Attempt = _nextAttempt;
        _task.Kind = speculative ? TaskKind.Speculative : TaskKind.Normal;
        _task.ScheduledAt = Clock.NowTicks;
        _task.OnSticky = _sticky is not null;
        _task.Queue = new TaskQueueAndTimeout(StickyOrNormalQueue(), TaskTimeout);
        _task.ScheduledId = NextEventId;
        if (!speculative)
        {
            WriteTaskScheduled();
        }
    }

    private bool MayDiscard(RespondWorkflowTaskCompletedRequest request) =>
        _task.Kind == TaskKind.Speculative
        && request.Commands.Count == 0
        && !request.ForceCreateNewWorkflowTask
        && request.Messages.All(message => message.Body.Is(Rejection.Descriptor))
        && LastCompletedStartedId > 0
        && NextEventId <= LastCompletedStartedId + (request.Capabilities?.DiscardSpeculativeWorkflowTaskWithEvents == true ? 12 : 2);

    private RespondWorkflowTaskCompletedResponse Discard(RespondWorkflowTaskCompletedRequest request)
    {
        foreach (var message in request.Messages)
        {
            _updates.Reject(message);
        }

        _task.Phase = TaskPhase.None;
        _task.Stamp++;
        _nextAttempt = 1;
        _sticky = request.StickyAttributes;
        AnswerQueries(request.QueryResults);
        _updates.RejectUnprocessed();
        ReleaseQueriesIfIdle();
        var response = new RespondWorkflowTaskCompletedResponse { ResetHistoryEventId = LastCompletedStartedId };
        if (request.ReturnNewWorkflowTask)
        {
            StartInline(response, request.Identity);
        }

        return response;
    }

    public void FailTask(TaskToken token, RespondWorkflowTaskFailedRequest request)
    {
        RequireTask(token);
        Entity.Touch(this);
        FailTask(request.Cause, request.Failure, request.Identity);
    }

    private void FailTask(WorkflowTaskFailedCause cause, Failure? failure, string identity)
    {
        WriteTaskFailed(cause, failure, identity);
        TaskEndedBadly();
    }

    private void WriteTaskFailed(WorkflowTaskFailedCause cause, Failure? failure, string identity)
    {
        if (_task.Kind == TaskKind.Transient)
        {
            return;
        }

        if (_task.Kind == TaskKind.Speculative)
        {
            Materialise();
        }

        _ = Append(new HistoryEvent
        {
            EventType = EventType.WorkflowTaskFailed,
            WorkflowTaskFailedEventAttributes = new WorkflowTaskFailedEventAttributes
            {
                ScheduledEventId = _task.ScheduledId,
                StartedEventId = _task.StartedId,
                Cause = cause,
                Failure = failure,
                Identity = identity,
            },
        });
    }

    private void TimeOutTask(TimeoutType type)
    {
        if (_task.Kind == TaskKind.Speculative)
        {
            Materialise();
        }

        if (_task.Kind == TaskKind.Normal)
        {
            _ = Append(new HistoryEvent
            {
                EventType = EventType.WorkflowTaskTimedOut,
                WorkflowTaskTimedOutEventAttributes = new WorkflowTaskTimedOutEventAttributes
                {
                    ScheduledEventId = _task.ScheduledId,
                    StartedEventId = type == TimeoutType.StartToClose ? _task.StartedId : 0,
                    TimeoutType = type,
                },
            });
        }

        if (type == TimeoutType.StartToClose)
        {
            TaskEndedBadly();
            return;
        }

        _sticky = null;
        _task.Phase = TaskPhase.None;
        _nextAttempt = _task.Attempt;
        _wantsTask = true;
    }

    private void TaskEndedBadly()
    {
        _nextAttempt = _sticky is null ? _task.Attempt + 1 : 1;
        _sticky = null;
        _task.Phase = TaskPhase.None;
        _task.Stamp++;
        if (FlushBuffered())
        {
            _nextAttempt = 1;
        }

        _updates.TaskLost(_nextAttempt);
        FailQueriesIfStuck();
        _wantsTask = true;
    }

    private void TimeOutRun(bool wholeExecution)
    {
        if (_task is { Phase: TaskPhase.Started })
        {
            WriteTaskFailed(WorkflowTaskFailedCause.ForceCloseCommand, null, "history-service");
        }

        _ = FlushBuffered();
        var now = Clock.NowTicks;
        var (state, next) = wholeExecution
            ? (RetryState.Timeout, null)
            : NextRun(WorkflowExecutionStatus.TimedOut, Failures.Timeout("workflow timeout", TimeoutType.StartToClose, null, null), null, now);
        var closing = Append(new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionTimedOut,
            WorkflowExecutionTimedOutEventAttributes = new WorkflowExecutionTimedOutEventAttributes
            {
                RetryState = state,
                NewExecutionRunId = next?.RunId ?? "",
            },
        });
        Close(WorkflowExecutionStatus.TimedOut, closing, next is null ? null : Begin(next));
    }

    private Run Begin(RunOrigin origin)
    {
        var run = new Run(Entity, origin);
        Entity.Add(run);
        run.ScheduleFirstTask();
        return run;
    }

    public PendingWorkflowTaskInfo? DescribeTask() => _task.Phase == TaskPhase.None ? null : new PendingWorkflowTaskInfo
    {
        State = _task.Phase == TaskPhase.Started ? PendingWorkflowTaskState.Started : PendingWorkflowTaskState.Scheduled,
        ScheduledTime = Times.Stamp(_task.ScheduledAt),
        OriginalScheduledTime = Times.Stamp(_task.ScheduledAt),
        StartedTime = _task.Phase == TaskPhase.Started ? Times.Stamp(_task.StartedAt) : null,
        Attempt = _task.Attempt,
    };
}

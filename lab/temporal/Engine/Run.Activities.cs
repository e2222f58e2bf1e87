using Google.Protobuf.WellKnownTypes;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

internal enum ActivityState
{
    Scheduled,
    Started,
    Backoff,
}

internal sealed class PendingActivity
{
    public required ActivityTaskScheduledEventAttributes Attributes { get; init; }

    public required long ScheduledId { get; init; }

    /// <summary>When it was first scheduled: what schedule-to-close counts from.</summary>
    public required long FirstScheduledAt { get; init; }

    public ActivityState State { get; set; }

    public int Attempt { get; set; } = 1;

    public int Stamp { get; set; }

    public long ScheduledAt { get; set; }

    public long StartedAt { get; set; }

    public string Identity { get; set; } = "";

    public string RequestId { get; set; } = "";

    public Payloads? HeartbeatDetails { get; set; }

    public long HeartbeatAt { get; set; }

    public bool CancelRequested { get; set; }

    public long CancelRequestedId { get; set; }

    public Failure? LastFailure { get; set; }

    public long NextAttemptAt { get; set; }

    public long LastAttemptCompletedAt { get; set; }

    public long Expiration => Times.Ticks(Attributes.ScheduleToCloseTimeout) is > 0 and var limit ? FirstScheduledAt + limit : 0;
}

internal sealed partial class Run
{
    private readonly Dictionary<long, PendingActivity> _activities = [];
    private readonly Dictionary<string, long> _activityIds = new(StringComparer.Ordinal);

    private int ActivitiesInProgress()
    {
        var count = 0;
        foreach (var activity in _activities.Values)
        {
            if (activity.State != ActivityState.Backoff)
            {
                count++;
            }
        }

        return count;
    }

    private static CommandProblem? ValidateActivity(ScheduleActivityTaskCommandAttributes activity)
    {
        string? text =
            activity.ActivityId.Length == 0 ? $"ActivityId is not set on ScheduleActivityTaskCommand. ActivityType={activity.ActivityType?.Name}"
            : activity.ActivityType is null or { Name.Length: 0 } ? $"ActivityType is not set on ScheduleActivityTaskCommand. ActivityId={activity.ActivityId}"
            : Engine.Limits.TooLong(activity.ActivityId) ? $"ActivityId on ScheduleActivityTaskCommand exceeds length limit. ActivityId={activity.ActivityId[..50]}… ActivityType={activity.ActivityType.Name}"
            : Engine.Limits.TooLong(activity.ActivityType.Name) ? $"ActivityType on ScheduleActivityTaskCommand exceeds length limit. ActivityId={activity.ActivityId}"
            : Times.Ticks(activity.ScheduleToCloseTimeout) < 0 || Times.Ticks(activity.ScheduleToStartTimeout) < 0
                || Times.Ticks(activity.StartToCloseTimeout) < 0 || Times.Ticks(activity.HeartbeatTimeout) < 0
                ? $"A timeout of ScheduleActivityTaskCommand is negative. ActivityId={activity.ActivityId} ActivityType={activity.ActivityType.Name}"
            : Times.Ticks(activity.ScheduleToCloseTimeout) == 0 && Times.Ticks(activity.StartToCloseTimeout) == 0
                ? $"A valid StartToClose or ScheduleToCloseTimeout is not set on ScheduleActivityTaskCommand. ActivityId={activity.ActivityId} ActivityType={activity.ActivityType.Name}"
            : Retries.Validate(activity.RetryPolicy) is { } policy ? $"Invalid ActivityRetryPolicy on ScheduleActivityTaskCommand: {policy} ActivityId={activity.ActivityId} ActivityType={activity.ActivityType.Name}"
            : null;
        return text is null ? null : new(WorkflowTaskFailedCause.BadScheduleActivityAttributes, text);
    }

    private void ScheduleActivity(ScheduleActivityTaskCommandAttributes wanted, UserMetadata? metadata, long completedId)
    {
        var run = Times.Ticks(Start.WorkflowRunTimeout);
        long Capped(long ticks) => run > 0 && ticks > run ? run : ticks;
        var close = Capped(Times.Ticks(wanted.ScheduleToCloseTimeout));
        var toStart = Capped(Times.Ticks(wanted.ScheduleToStartTimeout));
        var startToClose = Capped(Times.Ticks(wanted.StartToCloseTimeout));
        if (close > 0)
        {
            toStart = toStart > 0 ? Math.Min(toStart, close) : close;
            startToClose = startToClose > 0 ? Math.Min(startToClose, close) : close;
        }
        else
        {
            close = run;
            toStart = toStart > 0 ? toStart : run;
        }

        var heartbeat = Math.Min(Times.Ticks(wanted.HeartbeatTimeout), startToClose);
        var attributes = new ActivityTaskScheduledEventAttributes
        {
            ActivityId = wanted.ActivityId,
            ActivityType = wanted.ActivityType,
            TaskQueue = new Api.TaskQueue
            {
                Name = wanted.TaskQueue is { Name.Length: > 0 } queue ? queue.Name : TaskQueueName,
                Kind = TaskQueueKind.Normal,
            },
            Header = wanted.Header,
            Input = wanted.Input,
            ScheduleToCloseTimeout = Times.Duration(close),
            ScheduleToStartTimeout = Times.Duration(toStart),
            StartToCloseTimeout = Times.Duration(startToClose),
            HeartbeatTimeout = Times.Duration(heartbeat),
            WorkflowTaskCompletedEventId = completedId,
            RetryPolicy = Retries.Normalise(wanted.RetryPolicy),
            Priority = wanted.Priority,
        };
        var scheduled = Append(new HistoryEvent
        {
            EventType = EventType.ActivityTaskScheduled,
            UserMetadata = metadata,
            ActivityTaskScheduledEventAttributes = attributes,
        });
        var now = Times.Ticks(scheduled.EventTime);
        var activity = new PendingActivity
        {
            Attributes = attributes,
            ScheduledId = scheduled.EventId,
            FirstScheduledAt = now,
            ScheduledAt = now,
        };
        _activities[activity.ScheduledId] = activity;
        _activityIds[attributes.ActivityId] = activity.ScheduledId;
        Offer(activity); // its schedule-to-start time-out wins over a schedule-to-close of the same time
        if (activity.Expiration > 0)
        {
            AddTimer(TimerKind.ActivityScheduleToClose, activity.ScheduledId, 0, activity.Expiration);
        }
    }

    /// <summary>Puts the attempt on its task queue.</summary>
    private void Offer(PendingActivity activity)
    {
        activity.State = ActivityState.Scheduled;
        activity.Stamp++;
        if (Times.Ticks(activity.Attributes.ScheduleToStartTimeout) is > 0 and var limit
            && (activity.Expiration == 0 || activity.ScheduledAt + limit <= activity.Expiration))
        {
            AddTimer(TimerKind.ActivityScheduleToStart, activity.ScheduledId, activity.Stamp, activity.ScheduledAt + limit);
        }

        var queue = Server.Queue(Namespace.Name, activity.Attributes.TaskQueue.Name, forActivities: true);
        var task = new MatchTask(MatchKind.ActivityTask, this, activity.ScheduledId, activity.Stamp);
        Entity.Afterwards(() => queue.Add(task));
    }

    private void RetryActivityNow(PendingActivity activity)
    {
        activity.ScheduledAt = Clock.NowTicks;
        Offer(activity);
    }

    public PollActivityTaskQueueResponse? TryStartActivity(long scheduledId, int stamp, string identity)
    {
        if (!IsRunning || !_activities.TryGetValue(scheduledId, out var activity)
            || activity.State != ActivityState.Scheduled || activity.Stamp != stamp)
        {
            return null;
        }

        Entity.Touch(this);
        var attributes = activity.Attributes;
        activity.State = ActivityState.Started;
        activity.StartedAt = Clock.NowTicks;
        activity.HeartbeatAt = 0;
        activity.Identity = identity;
        activity.RequestId = Guid.NewGuid().ToString();
        if (Times.Ticks(attributes.StartToCloseTimeout) is > 0 and var limit)
        {
            AddTimer(TimerKind.ActivityStartToClose, scheduledId, activity.Stamp, activity.StartedAt + limit);
        }

        if (Times.Ticks(attributes.HeartbeatTimeout) > 0)
        {
            AddTimer(TimerKind.ActivityHeartbeat, scheduledId, activity.Stamp, HeartbeatDue(activity));
        }

        return new PollActivityTaskQueueResponse
        {
            TaskToken = new TaskToken(
                TokenKind.Activity, Namespace.Name, Entity.WorkflowId, RunId,
                scheduledId, activity.Attempt, activity.Stamp, attributes.ActivityId).Encode(),
            WorkflowNamespace = Namespace.Name,
            WorkflowType = Start.WorkflowType,
            WorkflowExecution = Execution,
            ActivityType = attributes.ActivityType,
            ActivityId = attributes.ActivityId,
            Header = attributes.Header,
            Input = attributes.Input,
            HeartbeatDetails = activity.HeartbeatDetails,
            ScheduledTime = Times.Stamp(activity.FirstScheduledAt),
            CurrentAttemptScheduledTime = Times.Stamp(activity.ScheduledAt),
            StartedTime = Times.Stamp(activity.StartedAt),
            Attempt = activity.Attempt,
            ScheduleToCloseTimeout = attributes.ScheduleToCloseTimeout,
            StartToCloseTimeout = attributes.StartToCloseTimeout,
            HeartbeatTimeout = attributes.HeartbeatTimeout,
            RetryPolicy = attributes.RetryPolicy,
            Priority = attributes.Priority,
        };
    }

    private static long HeartbeatDue(PendingActivity activity) =>
        Math.Max(activity.StartedAt, activity.HeartbeatAt) + Times.Ticks(activity.Attributes.HeartbeatTimeout);

    /// <summary>The attempt that a token speaks of, or the pending activity of an id.</summary>
    private PendingActivity RequireActivity(TaskToken? token, string activityId)
    {
        const string Gone = "invalid activityID or activity already timed out or invoking workflow is completed";
        if (!IsRunning)
        {
            throw RpcException.NotFound(token is null ? "workflow execution already completed" : Gone);
        }

        Entity.Touch(this);
        if (token is { } given)
        {
            return _activities.TryGetValue(given.First, out var started)
                && started.State == ActivityState.Started && started.Stamp == given.Attempt
                    ? started
                    : throw RpcException.NotFound(Gone);
        }

        return _activityIds.TryGetValue(activityId, out var id) && _activities[id].State == ActivityState.Started
            ? _activities[id]
            : throw RpcException.NotFound($"cannot find pending activity with ActivityID {activityId}");
    }

    public bool Heartbeat(TaskToken? token, string activityId, Payloads? details, string identity)
    {
        var activity = RequireActivity(token, activityId);
        if (details?.CalculateSize() > Engine.Limits.BlobBytes)
        {
            FailActivity(activity, Failures.Oversize("Heartbeat details exceed size limit."), identity);
            return true;
        }

        activity.HeartbeatDetails = details;
        activity.HeartbeatAt = Clock.NowTicks;
        return activity.CancelRequested;
    }

    public void CompleteActivity(TaskToken? token, string activityId, Payloads? result, string identity)
    {
        var activity = RequireActivity(token, activityId);
        if (result?.CalculateSize() > Engine.Limits.BlobBytes)
        {
            FailActivity(activity, Failures.Oversize("Complete result exceeds size limit."), identity);
            return;
        }

        EndActivity(activity, started => new HistoryEvent
        {
            EventType = EventType.ActivityTaskCompleted,
            ActivityTaskCompletedEventAttributes = new ActivityTaskCompletedEventAttributes
            {
                Result = result,
                ScheduledEventId = activity.ScheduledId,
                StartedEventId = started,
                Identity = identity,
            },
        });
    }

    public void FailActivity(TaskToken? token, string activityId, Failure? failure, Payloads? lastHeartbeat, string identity)
    {
        var activity = RequireActivity(token, activityId);
        if (lastHeartbeat is not null)
        {
            activity.HeartbeatDetails = lastHeartbeat;
        }

        failure ??= Failures.Server("the worker reported a failure without saying which");
        if (failure.CalculateSize() > Engine.Limits.BlobBytes)
        {
            failure = Failures.TooLarge(failure);
        }

        FailActivity(activity, failure, identity);
    }

    private void FailActivity(PendingActivity activity, Failure failure, string identity)
    {
        if (TryRetry(activity, failure, out var state))
        {
            return;
        }

        EndActivity(activity, started => new HistoryEvent
        {
            EventType = EventType.ActivityTaskFailed,
            ActivityTaskFailedEventAttributes = new ActivityTaskFailedEventAttributes
            {
                Failure = failure,
                ScheduledEventId = activity.ScheduledId,
                StartedEventId = started,
                Identity = identity,
                RetryState = state,
            },
        });
    }

    public void ActivityCanceled(TaskToken? token, string activityId, Payloads? details, string identity)
    {
        var activity = RequireActivity(token, activityId);
        if (!activity.CancelRequested)
        {
            throw RpcException.Invalid("unable to mark activity as canceled without activity being request canceled first");
        }

        if (details?.CalculateSize() > Engine.Limits.BlobBytes)
        {
            FailActivity(activity, Failures.Oversize("Cancel details exceed size limit."), identity);
            return;
        }

        WriteActivityCanceled(activity, details, identity);
    }

    private void WriteActivityCanceled(PendingActivity activity, Payloads? details, string identity) =>
        EndActivity(activity, started => new HistoryEvent
        {
            EventType = EventType.ActivityTaskCanceled,
            ActivityTaskCanceledEventAttributes = new ActivityTaskCanceledEventAttributes
            {
                Details = details,
                LatestCancelRequestedEventId = activity.CancelRequestedId,
                ScheduledEventId = activity.ScheduledId,
                StartedEventId = started,
                Identity = identity,
            },
        });

    private bool TryRetry(PendingActivity activity, Failure failure, out RetryState state)
    {
        var now = Clock.NowTicks;
        var (next, backoff) = Retries.Next(activity.Attributes.RetryPolicy, activity.Attempt, failure, now, activity.Expiration);
        state = activity.CancelRequested ? RetryState.CancelRequested : next;
        if (state != RetryState.InProgress)
        {
            return false;
        }

        activity.LastFailure = failure;
        activity.LastAttemptCompletedAt = now;
        activity.Attempt++;
        activity.Stamp++;
        activity.State = ActivityState.Backoff;
        activity.NextAttemptAt = now + backoff;
        AddTimer(TimerKind.ActivityRetry, activity.ScheduledId, activity.Stamp, activity.NextAttemptAt);
        return true;
    }

    private void TimeOutActivity(PendingActivity activity, TimeoutType type)
    {
        var text = $"activity {type} timeout";
        var failure = Failures.Timeout(text, type, activity.HeartbeatDetails, activity.LastFailure);
        RetryState state;
        if (type is TimeoutType.StartToClose or TimeoutType.Heartbeat)
        {
            if (TryRetry(activity, Failures.Timeout(text, type, activity.HeartbeatDetails, null), out state))
            {
                return;
            }

            if (state == RetryState.Timeout)
            {
                failure = Failures.Timeout(
                    "Not enough time to schedule next retry before activity ScheduleToClose timeout, giving up retrying",
                    TimeoutType.ScheduleToClose, activity.HeartbeatDetails, failure);
            }
        }
        else
        {
            state = activity.CancelRequested ? RetryState.CancelRequested
                : type == TimeoutType.ScheduleToClose ? RetryState.Timeout : RetryState.NonRetryableFailure;
        }

        EndActivity(activity, started => new HistoryEvent
        {
            EventType = EventType.ActivityTaskTimedOut,
            ActivityTaskTimedOutEventAttributes = new ActivityTaskTimedOutEventAttributes
            {
                Failure = failure,
                ScheduledEventId = activity.ScheduledId,
                StartedEventId = started,
                RetryState = state,
            },
        });
    }

    /// <summary>Writes the start, which was held back until it was the last attempt, and the end.</summary>
    private void EndActivity(PendingActivity activity, Func<long, HistoryEvent> closing)
    {
        long startedId = 0;
        if (activity.State == ActivityState.Started)
        {
            var started = new HistoryEvent
            {
                EventType = EventType.ActivityTaskStarted,
                EventTime = Times.Stamp(activity.StartedAt),
                ActivityTaskStartedEventAttributes = new ActivityTaskStartedEventAttributes
                {
                    ScheduledEventId = activity.ScheduledId,
                    Identity = activity.Identity,
                    RequestId = activity.RequestId,
                    Attempt = activity.Attempt,
                    LastFailure = activity.LastFailure,
                },
            };
            Happen(started);
            started.EventTime = Times.Stamp(activity.StartedAt);
            startedId = started.EventId;
        }

        _ = _activities.Remove(activity.ScheduledId);
        _ = _activityIds.Remove(activity.Attributes.ActivityId);
        Happen(closing(startedId));
    }

    private void CancelActivity(long scheduledId, long completedId, string identity)
    {
        var known = _activities.TryGetValue(scheduledId, out var activity);
        if (known && activity!.CancelRequested)
        {
            return;
        }

        var requested = Append(new HistoryEvent
        {
            EventType = EventType.ActivityTaskCancelRequested,
            ActivityTaskCancelRequestedEventAttributes = new ActivityTaskCancelRequestedEventAttributes
            {
                ScheduledEventId = scheduledId,
                WorkflowTaskCompletedEventId = completedId,
            },
        });
        if (!known)
        {
            return;
        }

        activity!.CancelRequested = true;
        activity.CancelRequestedId = requested.EventId;
        if (activity.State != ActivityState.Started)
        {
            WriteActivityCanceled(activity, Failures.Text("ACTIVITY_ID_NOT_STARTED"), identity);
        }
    }

    private bool HasBufferedAnswer(long scheduledId) => _buffered.Exists(happened => happened.EventType switch
    {
        EventType.ActivityTaskCompleted => happened.ActivityTaskCompletedEventAttributes.ScheduledEventId == scheduledId,
        EventType.ActivityTaskFailed => happened.ActivityTaskFailedEventAttributes.ScheduledEventId == scheduledId,
        EventType.ActivityTaskTimedOut => happened.ActivityTaskTimedOutEventAttributes.ScheduledEventId == scheduledId,
        EventType.ActivityTaskCanceled => happened.ActivityTaskCanceledEventAttributes.ScheduledEventId == scheduledId,
        _ => false,
    });

    public IEnumerable<PendingActivityInfo> DescribeActivities()
    {
        foreach (var activity in _activities.Values)
        {
            yield return new PendingActivityInfo
            {
                ActivityId = activity.Attributes.ActivityId,
                ActivityType = activity.Attributes.ActivityType,
                State = activity.CancelRequested ? PendingActivityState.CancelRequested
                    : activity.State == ActivityState.Started ? PendingActivityState.Started : PendingActivityState.Scheduled,
                HeartbeatDetails = activity.HeartbeatDetails,
                LastHeartbeatTime = Maybe(activity.HeartbeatAt),
                LastStartedTime = Maybe(activity.StartedAt),
                Attempt = activity.Attempt,
                MaximumAttempts = activity.Attributes.RetryPolicy?.MaximumAttempts ?? 0,
                ScheduledTime = Times.Stamp(activity.State == ActivityState.Backoff ? activity.NextAttemptAt : activity.ScheduledAt),
                ExpirationTime = Maybe(activity.Expiration),
                LastFailure = activity.LastFailure,
                LastWorkerIdentity = activity.Identity,
                CurrentRetryInterval = activity.State == ActivityState.Backoff ? Times.Duration(activity.NextAttemptAt - activity.LastAttemptCompletedAt) : null,
                LastAttemptCompleteTime = Maybe(activity.LastAttemptCompletedAt),
                NextAttemptScheduleTime = activity.State == ActivityState.Backoff ? Times.Stamp(activity.NextAttemptAt) : null,
                Priority = activity.Attributes.Priority,
            };
        }
    }

    private static Timestamp? Maybe(long ticks) => ticks == 0 ? null : Times.Stamp(ticks);
}

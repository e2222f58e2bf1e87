using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Worker.Execution;

/// <content>What a workflow starts and waits for: timers, activities, children, other workflows.</content>
internal sealed partial class WorkflowRun
{
    private readonly Dictionary<string, Operation> _timers = new(StringComparer.Ordinal);
    private readonly Dictionary<long, ActivityCall> _activities = [];
    private readonly Dictionary<long, ChildCall> _children = [];
    private readonly Dictionary<long, Operation> _externals = [];
    private List<(long Order, Action Cancel)>? _cancelling;
    private long _order;
    private int _timerCount;
    private int _activityCount;

    public Task DelayAsync(TimeSpan delay, string? summary, CancellationToken? cancellationToken)
    {
        ThrowIfReadOnly("wait");
        var token = cancellationToken ?? CancellationToken;
        if (delay < TimeSpan.Zero && delay != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentException("Delay duration cannot be less than 0", nameof(delay));
        }

        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled(token);
        }

        if (delay == Timeout.InfiniteTimeSpan)
        {
            var forever = new Operation();
            forever.Watch(this, token, () => forever.Waiter.TrySetCanceled(token));
            return forever.Waiter.Task;
        }

        return StartTimer(delay, summary, token).Waiter.Task;
    }

    public async Task<bool> WaitConditionAsync(
        Func<bool> condition, TimeSpan? timeout, string? timeoutSummary, CancellationToken? cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ThrowIfReadOnly("wait");
        var token = cancellationToken ?? CancellationToken;
        if (timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentException("Timeout duration cannot be less than 0", nameof(timeout));
        }

        if (condition())
        {
            return true;
        }

        token.ThrowIfCancellationRequested();
        var wait = new Operation();
        var node = _conditions.AddLast(new Condition(condition, wait.Waiter));
        Operation? timer = null;
        if (timeout is { } limit && limit != Timeout.InfiniteTimeSpan)
        {
            timer = StartTimer(limit, timeoutSummary, CancellationToken.None);
            timer.OnFired = () => wait.Waiter.TrySetResult(false);
        }

        wait.Watch(this, token, () => wait.Waiter.TrySetCanceled(token));
        try
        {
            return await wait.Waiter.Task.ConfigureAwait(true);
        }
        finally
        {
            wait.Unwatch();
            if (node.List is not null)
            {
                _conditions.Remove(node);
            }

            timer?.Cancel?.Invoke();
        }
    }

    public Task<TResult> ExecuteActivityAsync<TResult>(
        string activity, IReadOnlyCollection<object?> args, ActivityOptions options)
    {
        ThrowIfReadOnly("run an activity");
        if (options.ScheduleToCloseTimeout is null && options.StartToCloseTimeout is null)
        {
            throw new ArgumentException("Activity options must have StartToCloseTimeout or ScheduleToCloseTimeout");
        }

        var token = options.CancellationToken ?? CancellationToken;
        if (token.IsCancellationRequested)
        {
            return Task.FromException<TResult>(new CanceledFailureException("Activity cancelled before scheduled"));
        }

        var id = options.ActivityId ?? (_activityCount + 1).ToString();
        _activityCount++;
        var queue = options.TaskQueue ?? Info.TaskQueue;
        var call = new ActivityCall { Id = id, Type = activity };
        call.Command = Issue(new(
            new()
            {
                CommandType = CommandType.ScheduleActivityTask,
                UserMetadata = ToMetadata(options.Summary),
                ScheduleActivityTaskCommandAttributes = new()
                {
                    ActivityId = id,
                    ActivityType = new() { Name = activity },
                    TaskQueue = new() { Name = queue, Kind = TaskQueueKind.Normal },
                    Input = ToPayloads(args),
                    ScheduleToCloseTimeout = ToDuration(options.ScheduleToCloseTimeout),
                    ScheduleToStartTimeout = ToDuration(options.ScheduleToStartTimeout),
                    StartToCloseTimeout = ToDuration(options.StartToCloseTimeout),
                    HeartbeatTimeout = ToDuration(options.HeartbeatTimeout),
                    RetryPolicy = options.RetryPolicy?.ToProto(),
                    RequestEagerExecution = !options.DisableEagerActivityExecution && _settings.MayRequestEagerly(queue),
                    Priority = options.Priority?.ToProto(),
                },
            },
            EventType.ActivityTaskScheduled)
        {
            Subject = $"activity {activity}, id {id}",
            Disagreement = happened => happened.ActivityTaskScheduledEventAttributes is { } scheduled
                && (scheduled.ActivityId != id || scheduled.ActivityType.Name != activity)
                ? $"it is activity {scheduled.ActivityType.Name}, id {scheduled.ActivityId}"
                : null,
            Recorded = happened =>
            {
                call.ScheduledEventId = happened.EventId;
                _activities[happened.EventId] = call;
            },
        });
        call.Watch(this, token, () => CancelActivity(call, options.CancellationType));
        return ResultOf<TResult>(call);
    }

    public async Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(
        string workflow, IReadOnlyCollection<object?> args, ChildWorkflowOptions options)
    {
        ThrowIfReadOnly("start a child workflow");
        var token = options.CancellationToken ?? CancellationToken;
        if (token.IsCancellationRequested)
        {
            throw new CanceledFailureException("Child cancelled before scheduled");
        }

        var id = options.Id ?? Workflow.NewGuid().ToString();
        var call = new ChildCall { Id = id, Type = workflow };
        var attributes = new StartChildWorkflowExecutionCommandAttributes
        {
            Namespace = Info.Namespace,
            WorkflowId = id,
            WorkflowType = new() { Name = workflow },
            TaskQueue = new() { Name = options.TaskQueue ?? Info.TaskQueue, Kind = TaskQueueKind.Normal },
            Input = ToPayloads(args),
            WorkflowExecutionTimeout = ToDuration(options.ExecutionTimeout),
            WorkflowRunTimeout = ToDuration(options.RunTimeout),
            WorkflowTaskTimeout = ToDuration(options.TaskTimeout),
            ParentClosePolicy = (Api.Enums.V1.ParentClosePolicy)options.ParentClosePolicy,
            WorkflowIdReusePolicy = options.IdReusePolicy,
            RetryPolicy = options.RetryPolicy?.ToProto(),
            CronSchedule = options.CronSchedule ?? "",
            Memo = options.Memo is null ? null : ToMemo(options.Memo),
            SearchAttributes = options.TypedSearchAttributes?.ToProto(),
            Priority = options.Priority?.ToProto(),
        };
        call.Command = Issue(new(
            new()
            {
                CommandType = CommandType.StartChildWorkflowExecution,
                UserMetadata = ToMetadata(options.StaticSummary, options.StaticDetails),
                StartChildWorkflowExecutionCommandAttributes = attributes,
            },
            EventType.StartChildWorkflowExecutionInitiated)
        {
            Subject = $"child workflow {workflow}, id {id}",
            Disagreement = happened => happened.StartChildWorkflowExecutionInitiatedEventAttributes is { } initiated
                && (initiated.WorkflowId != id || initiated.WorkflowType.Name != workflow)
                ? $"it is child workflow {initiated.WorkflowType.Name}, id {initiated.WorkflowId}"
                : null,
            Recorded = happened =>
            {
                call.InitiatedEventId = happened.EventId;
                _children[happened.EventId] = call;
            },
        });
        call.Watch(this, token, () => CancelChild(call, options.CancellationType));
        await call.Started.Task.ConfigureAwait(true);
        return new ChildHandle<TWorkflow, TResult>(this, call);
    }

    public ExternalWorkflowHandle<TWorkflow> GetExternalWorkflowHandle<TWorkflow>(string id, string? runId) =>
        new ExternalHandle<TWorkflow>(this, id, runId);

    private Operation StartTimer(TimeSpan delay, string? summary, CancellationToken token)
    {
        var id = (++_timerCount).ToString();
        var timer = new Operation();
        _timers[id] = timer;
        timer.Command = Issue(new(
            new()
            {
                CommandType = CommandType.StartTimer,
                UserMetadata = ToMetadata(summary),
                StartTimerCommandAttributes = new()
                {
                    TimerId = id,
                    StartToFireTimeout = (delay < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : delay).ToDuration(),
                },
            },
            EventType.TimerStarted)
        {
            Subject = $"timer {id}",
            Disagreement = happened => happened.TimerStartedEventAttributes is { } started && started.TimerId != id
                ? $"it is timer {started.TimerId}"
                : null,
        });
        timer.Cancel = () =>
        {
            if (!_timers.Remove(id))
            {
                return;
            }

            timer.Unwatch();
            if (!timer.Command.Sent)
            {
                timer.Command.Withdrawn = true;
            }
            else
            {
                Issue(new(
                    new()
                    {
                        CommandType = CommandType.CancelTimer,
                        CancelTimerCommandAttributes = new() { TimerId = id },
                    },
                    EventType.TimerCanceled)
                {
                    Subject = $"timer {id}",
                    Disagreement = happened => happened.TimerCanceledEventAttributes is { } canceled && canceled.TimerId != id
                        ? $"it is timer {canceled.TimerId}"
                        : null,
                });
            }

            timer.Waiter.TrySetCanceled(token);
        };
        timer.Watch(this, token, timer.Cancel);
        return timer;
    }

    private async Task<TResult> ResultOf<TResult>(ActivityCall call) =>
        Decode<TResult>(await call.Result.Task.ConfigureAwait(true));

    private void CancelActivity(ActivityCall call, ActivityCancellationType how)
    {
        if (call.Result.Task.IsCompleted)
        {
            return;
        }

        if (!call.Command!.Sent)
        {
            call.Command.Withdrawn = true;
            Canceled();
            return;
        }

        if (how is not ActivityCancellationType.Abandon)
        {
            var scheduled = call.ScheduledEventId;
            Issue(new(
                new()
                {
                    CommandType = CommandType.RequestCancelActivityTask,
                    RequestCancelActivityTaskCommandAttributes = new() { ScheduledEventId = scheduled },
                },
                EventType.ActivityTaskCancelRequested)
            {
                Subject = $"activity {call.Type}, id {call.Id}",
                Disagreement = happened =>
                    happened.ActivityTaskCancelRequestedEventAttributes is { } requested && requested.ScheduledEventId != scheduled
                        ? $"it is the activity of event {requested.ScheduledEventId}"
                        : null,
            });
        }

        if (how is not ActivityCancellationType.WaitCancellationCompleted)
        {
            Canceled();
        }

        void Canceled() => call.Result.TrySetException(ToException(ActivityFailure(
            call, "Activity cancelled", CanceledCause("Activity cancelled", null), 0, "", RetryState.CancelRequested)));
    }

    private void CancelChild(ChildCall call, ChildWorkflowCancellationType how)
    {
        if (call.Result.Task.IsCompleted)
        {
            return;
        }

        if (!call.Command!.Sent)
        {
            call.Command.Withdrawn = true;
            Canceled();
            return;
        }

        if (how is not ChildWorkflowCancellationType.Abandon)
        {
            if (call.RunId is null && !call.Started.Task.IsCompleted)
            {
                // The server can only tell a child that exists; it is told as soon as it does.
                call.OnStarted = () => RequestCancelOfChild(call, how);
            }
            else
            {
                RequestCancelOfChild(call, how);
            }
        }

        if (how is ChildWorkflowCancellationType.Abandon or ChildWorkflowCancellationType.TryCancel)
        {
            Canceled();
        }

        void Canceled() => call.Fail(ToException(ChildFailure(
            call, "Child Workflow execution cancelled", CanceledCause("Child Workflow execution cancelled", null),
            RetryState.Unspecified)));
    }

    private void RequestCancelOfChild(ChildCall call, ChildWorkflowCancellationType how)
    {
        var request = IssueExternalCancel(call.Id, "", childOnly: true);
        if (how is ChildWorkflowCancellationType.WaitCancellationRequested)
        {
            request.OnFired = () => call.Fail(ToException(ChildFailure(
                call, "Child Workflow execution cancelled", CanceledCause("Child Workflow execution cancelled", null),
                RetryState.Unspecified)));
        }

        // Nobody awaits this one: a child that is gone reports its end by itself.
        _ = request.Waiter.Task.ContinueWith(
            static task => task.Exception,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnFaulted,
            this);
    }

    private Operation IssueExternalCancel(string id, string runId, bool childOnly)
    {
        var operation = new Operation();
        operation.Command = Issue(new(
            new()
            {
                CommandType = CommandType.RequestCancelExternalWorkflowExecution,
                RequestCancelExternalWorkflowExecutionCommandAttributes = new()
                {
                    Namespace = Info.Namespace,
                    WorkflowId = id,
                    RunId = runId,
                    ChildWorkflowOnly = childOnly,
                    Reason = $"Cancel requested by workflow with run id {_runId}",
                },
            },
            EventType.RequestCancelExternalWorkflowExecutionInitiated)
        {
            Subject = $"workflow {id}",
            Disagreement = happened =>
                happened.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes?.WorkflowExecution?.WorkflowId is { } other
                && other != id
                    ? $"it is workflow {other}"
                    : null,
            Recorded = happened => _externals[happened.EventId] = operation,
        });
        return operation;
    }

    private async Task SignalOtherAsync(
        string id, string runId, bool childOnly, string signal, IReadOnlyCollection<object?> args, CancellationToken? cancellationToken)
    {
        ThrowIfReadOnly("signal a workflow");
        var token = cancellationToken ?? CancellationToken;
        if (token.IsCancellationRequested)
        {
            throw new CanceledFailureException("Signal was cancelled before being scheduled");
        }

        var operation = new Operation();
        operation.Command = Issue(new(
            new()
            {
                CommandType = CommandType.SignalExternalWorkflowExecution,
                SignalExternalWorkflowExecutionCommandAttributes = new()
                {
                    Namespace = Info.Namespace,
                    Execution = new() { WorkflowId = id, RunId = runId },
                    SignalName = signal,
                    Input = ToPayloads(args),
                    ChildWorkflowOnly = childOnly,
                },
            },
            EventType.SignalExternalWorkflowExecutionInitiated)
        {
            Subject = $"signal {signal} to workflow {id}",
            Disagreement = happened => happened.SignalExternalWorkflowExecutionInitiatedEventAttributes is { } initiated
                && (initiated.SignalName != signal || initiated.WorkflowExecution.WorkflowId != id)
                ? $"it is signal {initiated.SignalName} to workflow {initiated.WorkflowExecution.WorkflowId}"
                : null,
            Recorded = happened => _externals[happened.EventId] = operation,
        });
        operation.Watch(this, token, () =>
        {
            if (!operation.Command.Sent)
            {
                operation.Command.Withdrawn = true;
                operation.Waiter.TrySetException(new CanceledFailureException("Signal was cancelled before being scheduled"));
            }
        });
        await operation.Waiter.Task.ConfigureAwait(true);
    }

    private async Task CancelOtherAsync(string id, string runId)
    {
        ThrowIfReadOnly("cancel a workflow");
        await IssueExternalCancel(id, runId, childOnly: false).Waiter.Task.ConfigureAwait(true);
    }

    /// <summary>Events that end, or move on, something that was started.</summary>
    private void ApplyOutcome(HistoryEvent happened)
    {
        switch (happened.EventType)
        {
            case EventType.TimerFired:
                var timerId = happened.TimerFiredEventAttributes.TimerId;
                _jobs.Add(() => FireTimer(timerId, happened));
                break;
            case EventType.ActivityTaskCompleted:
                var completed = happened.ActivityTaskCompletedEventAttributes;
                _jobs.Add(() => Take(_activities, completed.ScheduledEventId, happened)
                    .Result.TrySetResult(completed.Result));
                break;
            case EventType.ActivityTaskFailed:
                var failed = happened.ActivityTaskFailedEventAttributes;
                _jobs.Add(() => FailActivity(
                    Take(_activities, failed.ScheduledEventId, happened), "Activity task failed", failed.Failure,
                    failed.StartedEventId, failed.Identity, failed.RetryState));
                break;
            case EventType.ActivityTaskTimedOut:
                var timedOut = happened.ActivityTaskTimedOutEventAttributes;
                _jobs.Add(() => FailActivity(
                    Take(_activities, timedOut.ScheduledEventId, happened), "Activity task timed out", timedOut.Failure,
                    timedOut.StartedEventId, "", timedOut.RetryState));
                break;
            case EventType.ActivityTaskCanceled:
                var canceled = happened.ActivityTaskCanceledEventAttributes;
                _jobs.Add(() => FailActivity(
                    Take(_activities, canceled.ScheduledEventId, happened), "Activity cancelled",
                    CanceledCause("Activity cancelled", canceled.Details),
                    canceled.StartedEventId, canceled.Identity, RetryState.CancelRequested));
                break;
            default:
                ApplyOutcomeOfWorkflow(happened);
                break;
        }
    }

    private void ApplyOutcomeOfWorkflow(HistoryEvent happened)
    {
        switch (happened.EventType)
        {
            case EventType.StartChildWorkflowExecutionFailed:
                var refused = happened.StartChildWorkflowExecutionFailedEventAttributes;
                _jobs.Add(() =>
                {
                    var call = Take(_children, refused.InitiatedEventId, happened);
                    call.Fail(refused.Cause is StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists
                        ? new WorkflowAlreadyStartedException(
                            "Child workflow already started", refused.WorkflowId, refused.WorkflowType.Name, "")
                        : new InvalidOperationException($"Child workflow {refused.WorkflowId} did not start: {refused.Cause}"));
                });
                break;
            case EventType.ChildWorkflowExecutionStarted:
                var started = happened.ChildWorkflowExecutionStartedEventAttributes;
                _jobs.Add(() =>
                {
                    if (_children.TryGetValue(started.InitiatedEventId, out var call))
                    {
                        call.StartedEventId = happened.EventId;
                        call.RunId = started.WorkflowExecution.RunId;
                        call.OnStarted?.Invoke();
                        call.OnStarted = null;
                        call.Started.TrySetResult();
                    }
                });
                break;
            case EventType.ChildWorkflowExecutionCompleted:
                var completed = happened.ChildWorkflowExecutionCompletedEventAttributes;
                _jobs.Add(() =>
                {
                    var call = Take(_children, completed.InitiatedEventId, happened);
                    call.Unwatch();
                    call.Result.TrySetResult(completed.Result);
                });
                break;
            case EventType.ChildWorkflowExecutionFailed:
                var failed = happened.ChildWorkflowExecutionFailedEventAttributes;
                EndChild(failed.InitiatedEventId, happened, "Child Workflow execution failed", failed.Failure, failed.RetryState);
                break;
            case EventType.ChildWorkflowExecutionCanceled:
                var canceled = happened.ChildWorkflowExecutionCanceledEventAttributes;
                EndChild(
                    canceled.InitiatedEventId, happened, "Child Workflow execution cancelled",
                    CanceledCause("Child Workflow execution cancelled", canceled.Details), RetryState.NonRetryableFailure);
                break;
            case EventType.ChildWorkflowExecutionTimedOut:
                var timedOut = happened.ChildWorkflowExecutionTimedOutEventAttributes;
                EndChild(
                    timedOut.InitiatedEventId, happened, "Child Workflow execution timed out",
                    new()
                    {
                        Message = "Child Workflow execution timed out",
                        TimeoutFailureInfo = new() { TimeoutType = TimeoutType.StartToClose },
                    },
                    timedOut.RetryState);
                break;
            case EventType.ChildWorkflowExecutionTerminated:
                var terminated = happened.ChildWorkflowExecutionTerminatedEventAttributes;
                EndChild(
                    terminated.InitiatedEventId, happened, "Child Workflow execution terminated",
                    new() { Message = "Child Workflow execution terminated", TerminatedFailureInfo = new() },
                    RetryState.NonRetryableFailure);
                break;
            case EventType.ExternalWorkflowExecutionSignaled:
                EndExternal(happened.ExternalWorkflowExecutionSignaledEventAttributes.InitiatedEventId, happened, null);
                break;
            case EventType.SignalExternalWorkflowExecutionFailed:
                var unsignaled = happened.SignalExternalWorkflowExecutionFailedEventAttributes;
                EndExternal(unsignaled.InitiatedEventId, happened, new(
                    unsignaled.Cause is SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound
                        ? "Unable to signal external workflow because it was not found"
                        : $"Unable to signal external workflow: {unsignaled.Cause}",
                    errorType: unsignaled.Cause.ToString()));
                break;
            case EventType.ExternalWorkflowExecutionCancelRequested:
                EndExternal(happened.ExternalWorkflowExecutionCancelRequestedEventAttributes.InitiatedEventId, happened, null);
                break;
            case EventType.RequestCancelExternalWorkflowExecutionFailed:
                var uncanceled = happened.RequestCancelExternalWorkflowExecutionFailedEventAttributes;
                EndExternal(uncanceled.InitiatedEventId, happened, new(
                    uncanceled.Cause is CancelExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound
                        ? "Unable to cancel external workflow because it was not found"
                        : $"Unable to cancel external workflow: {uncanceled.Cause}",
                    errorType: uncanceled.Cause.ToString()));
                break;
            default:
                // Events that only inform: attempts, options, time-outs of the run. One that nobody knows must say so itself.
                if (!System.Enum.IsDefined(happened.EventType) && !happened.WorkerMayIgnore)
                {
                    throw new InvalidWorkflowOperationException(
                        $"Event {happened.EventId} is of the unknown type {(int)happened.EventType}");
                }

                break;
        }
    }

    private void FireTimer(string id, HistoryEvent happened)
    {
        if (_timers.Remove(id, out var timer))
        {
            timer.Unwatch();
            timer.OnFired?.Invoke();
            timer.Waiter.TrySetResult(true);
        }
        else if (!int.TryParse(id, out var number) || number > _timerCount)
        {
            throw CommandQueue.Nondeterminism(
                $"event {CommandQueue.Name(happened)} is of timer {id}, which the workflow never started");
        }
    }

    private void FailActivity(
        ActivityCall call, string message, Failure? cause, long startedEventId, string identity, RetryState state)
    {
        if (!call.Result.Task.IsCompleted)
        {
            call.Unwatch();
            call.Result.TrySetException(ToException(ActivityFailure(call, message, cause, startedEventId, identity, state)));
        }
    }

    private void EndChild(long initiatedEventId, HistoryEvent happened, string message, Failure? cause, RetryState state) =>
        _jobs.Add(() =>
        {
            var call = Take(_children, initiatedEventId, happened);
            call.Unwatch();
            call.Fail(ToException(ChildFailure(call, message, cause, state)));
        });

    private void EndExternal(long initiatedEventId, HistoryEvent happened, ApplicationFailureException? failure) =>
        _jobs.Add(() =>
        {
            var operation = Take(_externals, initiatedEventId, happened);
            operation.Unwatch();
            operation.OnFired?.Invoke();
            if (failure is null)
            {
                operation.Waiter.TrySetResult(true);
            }
            else
            {
                operation.Waiter.TrySetException(failure);
            }
        });

    private static T Take<T>(Dictionary<long, T> all, long id, HistoryEvent happened) => all.Remove(id, out var one)
        ? one
        : throw CommandQueue.Nondeterminism(
            $"event {CommandQueue.Name(happened)} answers event {id}, which the workflow never caused");

    private static Failure ActivityFailure(
        ActivityCall call, string message, Failure? cause, long startedEventId, string identity, RetryState state) => new()
        {
            Message = message,
            Cause = cause,
            ActivityFailureInfo = new()
            {
                ActivityId = call.Id,
                ActivityType = new() { Name = call.Type },
                ScheduledEventId = call.ScheduledEventId,
                StartedEventId = startedEventId,
                Identity = identity,
                RetryState = state,
            },
        };

    private Failure ChildFailure(ChildCall call, string message, Failure? cause, RetryState state) => new()
    {
        Message = message,
        Cause = cause,
        ChildWorkflowExecutionFailureInfo = new()
        {
            Namespace = Info.Namespace,
            WorkflowExecution = new() { WorkflowId = call.Id, RunId = call.RunId ?? "" },
            WorkflowType = new() { Name = call.Type },
            InitiatedEventId = call.InitiatedEventId,
            StartedEventId = call.StartedEventId,
            RetryState = state,
        },
    };

    private static Failure CanceledCause(string message, Payloads? details) => new()
    {
        Message = message,
        CanceledFailureInfo = new() { Details = details },
    };

    /// <summary>Something that was started and has not ended, with what its cancellation does.</summary>
    private class Operation
    {
        private CancellationTokenRegistration _registration;

        public TaskCompletionSource<bool> Waiter { get; } = new();

        public PendingCommand? Command { get; set; }

        public Action? OnFired { get; set; }

        public Action? Cancel { get; set; }

        /// <summary>Whether somebody may still wait for it.</summary>
        public virtual bool IsPending => !Waiter.Task.IsCompleted;

        public void Watch(WorkflowRun run, CancellationToken token, Action cancel)
        {
            run.NoteWhere(this);
            if (!token.CanBeCanceled)
            {
                return;
            }

            var order = ++run._order;
            _registration = token.UnsafeRegister(
                static state =>
                {
                    var (run, order, cancel) = ((WorkflowRun, long, Action))state!;
                    if (run._cancelling is { } collected)
                    {
                        collected.Add((order, cancel));
                    }
                    else
                    {
                        cancel();
                    }
                },
                (run, order, cancel));
        }

        public void Unwatch() => _registration.Unregister();
    }

    private sealed class ActivityCall : Operation
    {
        public required string Id { get; init; }

        public required string Type { get; init; }

        public long ScheduledEventId { get; set; }

        public TaskCompletionSource<Payloads?> Result { get; } = new();

        public override bool IsPending => !Result.Task.IsCompleted;
    }

    private sealed class ChildCall : Operation
    {
        public required string Id { get; init; }

        public required string Type { get; init; }

        public long InitiatedEventId { get; set; }

        public long StartedEventId { get; set; }

        public string? RunId { get; set; }

        public Action? OnStarted { get; set; }

        public TaskCompletionSource Started { get; } = new();

        public TaskCompletionSource<Payloads?> Result { get; } = new();

        public override bool IsPending => !Result.Task.IsCompleted;

        public void Fail(Exception thrown)
        {
            // Whoever waits for the start learns it there; a failed task that nobody looks at is no error of its own.
            Started.TrySetException(thrown);
            _ = Started.Task.Exception;
            Result.TrySetException(thrown);
            _ = Result.Task.Exception;
        }
    }

    private sealed class ChildHandle<TWorkflow, TResult>(WorkflowRun run, ChildCall call)
        : ChildWorkflowHandle<TWorkflow, TResult>
    {
        public override string Id => call.Id;

        public override string FirstExecutionRunId => call.RunId ?? "";

        public override async Task<TLocal> GetResultAsync<TLocal>() =>
            run.Decode<TLocal>(await call.Result.Task.ConfigureAwait(true));

        public override Task SignalAsync(
            string signal, IReadOnlyCollection<object?> args, ChildWorkflowSignalOptions? options = null) =>
            run.SignalOtherAsync(call.Id, "", childOnly: true, signal, args, options?.CancellationToken);
    }

    private sealed class ExternalHandle<TWorkflow>(WorkflowRun run, string id, string? runId)
        : ExternalWorkflowHandle<TWorkflow>
    {
        public override string Id => id;

        public override string? RunId => runId;

        public override Task SignalAsync(
            string signal, IReadOnlyCollection<object?> args, ExternalWorkflowSignalOptions? options = null) =>
            run.SignalOtherAsync(id, runId ?? "", childOnly: false, signal, args, options?.CancellationToken);

        public override Task CancelAsync() => run.CancelOtherAsync(id, runId ?? "");
    }
}

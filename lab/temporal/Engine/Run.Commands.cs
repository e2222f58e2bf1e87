using Google.Protobuf;
using Google.Protobuf.Collections;
using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Engine;

/// <param name="EndsRun">Repeating the task would not help: the run is terminated.</param>
internal sealed record CommandProblem(WorkflowTaskFailedCause Cause, string Text, bool EndsRun = false);

internal sealed partial class Run
{
    /// <summary>Running user timers: id to the id of their started event.</summary>
    private readonly Dictionary<string, long> _userTimers = new(StringComparer.Ordinal);

    /// <summary>Looks at a whole completion before anything of it is applied, so that a refused one leaves no trace.</summary>
    private CommandProblem? Validate(RespondWorkflowTaskCompletedRequest request)
    {
        var timers = new HashSet<string>(_userTimers.Keys, StringComparer.Ordinal);
        var activityIds = new HashSet<string>(_activityIds.Keys, StringComparer.Ordinal);
        var buffered = _buffered.Count;
        var (activities, children, signals, cancels) = (_activities.Count, _children.Count, PendingExternals(signals: true), PendingExternals(signals: false));
        var messages = request.Messages.ToDictionary(message => message.Id, StringComparer.Ordinal);
        var accepted = new HashSet<string>(StringComparer.Ordinal);
        var closed = false;
        foreach (var command in request.Commands)
        {
            if (closed)
            {
                return new(WorkflowTaskFailedCause.UnhandledCommand, "a command follows the one that closes the workflow");
            }

            CommandProblem? Bad(WorkflowTaskFailedCause cause, string text) => new(cause, text);
            CommandProblem? problem = null;
            switch (command.CommandType)
            {
                case CommandType.ScheduleActivityTask:
                    var activity = command.ScheduleActivityTaskCommandAttributes;
                    problem = ValidateActivity(activity)
                        ?? (activityIds.Add(activity.ActivityId) ? null
                            : Bad(WorkflowTaskFailedCause.ScheduleActivityDuplicateId, $"ActivityId {activity.ActivityId} is already in use"))
                        ?? (++activities <= Limits.Pending ? null
                            : Bad(WorkflowTaskFailedCause.PendingActivitiesLimitExceeded, $"the number of pending activities, {activities - 1}, has reached the per-workflow limit of {Limits.Pending}"));
                    break;
                case CommandType.RequestCancelActivityTask:
                    var target = command.RequestCancelActivityTaskCommandAttributes.ScheduledEventId;
                    problem = _activities.ContainsKey(target) || target >= NextEventId || HasBufferedAnswer(target) ? null
                        : Bad(WorkflowTaskFailedCause.BadRequestCancelActivityAttributes, $"invalid history builder state for action: add-activitytask-cancel-requested-event, ScheduledEventID: {target}");
                    break;
                case CommandType.StartTimer:
                    var timer = command.StartTimerCommandAttributes;
                    problem = timer.TimerId.Length == 0 ? Bad(WorkflowTaskFailedCause.BadStartTimerAttributes, "TimerId is not set on StartTimerCommand.")
                        : Engine.Limits.TooLong(timer.TimerId) ? Bad(WorkflowTaskFailedCause.BadStartTimerAttributes, "TimerId on StartTimerCommand exceeds length limit.")
                        : Times.Ticks(timer.StartToFireTimeout) <= 0 ? Bad(WorkflowTaskFailedCause.BadStartTimerAttributes, $"An invalid StartToFireTimeout is set on StartTimerCommand. TimerId={timer.TimerId}")
                        : !timers.Add(timer.TimerId) ? Bad(WorkflowTaskFailedCause.StartTimerDuplicateId, $"TimerId {timer.TimerId} is already in use")
                        : null;
                    break;
                case CommandType.CancelTimer:
                    var cancelled = command.CancelTimerCommandAttributes.TimerId;
                    if (!timers.Remove(cancelled))
                    {
                        if (BufferedFire(cancelled) is not null)
                        {
                            buffered--;
                        }
                        else
                        {
                            problem = Bad(WorkflowTaskFailedCause.BadCancelTimerAttributes, $"invalid history builder state for action: add-timer-canceled-event, TimerID: {cancelled}");
                        }
                    }

                    break;
                case CommandType.RecordMarker:
                    problem = command.RecordMarkerCommandAttributes.MarkerName.Length == 0
                        ? Bad(WorkflowTaskFailedCause.BadRecordMarkerAttributes, "MarkerName is not set on RecordMarkerCommand.") : null;
                    break;
                case CommandType.StartChildWorkflowExecution:
                    problem = ValidateChild(command.StartChildWorkflowExecutionCommandAttributes)
                        ?? (++children <= Limits.Pending ? null
                            : Bad(WorkflowTaskFailedCause.PendingChildWorkflowsLimitExceeded, $"the number of pending child workflow executions, {children - 1}, has reached the per-workflow limit of {Limits.Pending}"));
                    break;
                case CommandType.SignalExternalWorkflowExecution:
                    var signal = command.SignalExternalWorkflowExecutionCommandAttributes;
                    problem = signal.Execution is null ? Bad(WorkflowTaskFailedCause.BadSignalWorkflowExecutionAttributes, "Execution is not set on SignalExternalWorkflowExecutionCommand.")
                        : signal.Execution.WorkflowId.Length == 0 ? Bad(WorkflowTaskFailedCause.BadSignalWorkflowExecutionAttributes, "WorkflowId is not set on SignalExternalWorkflowExecutionCommand.")
                        : signal.SignalName.Length == 0 ? Bad(WorkflowTaskFailedCause.BadSignalWorkflowExecutionAttributes, "SignalName is not set on SignalExternalWorkflowExecutionCommand.")
                        : ++signals > Limits.Pending ? Bad(WorkflowTaskFailedCause.PendingSignalsLimitExceeded, $"the number of pending signals to external workflows, {signals - 1}, has reached the per-workflow limit of {Limits.Pending}")
                        : null;
                    break;
                case CommandType.RequestCancelExternalWorkflowExecution:
                    problem = command.RequestCancelExternalWorkflowExecutionCommandAttributes.WorkflowId.Length == 0
                            ? Bad(WorkflowTaskFailedCause.BadRequestCancelExternalWorkflowExecutionAttributes, "WorkflowId is not set on RequestCancelExternalWorkflowExecutionCommand.")
                        : ++cancels > Limits.Pending ? Bad(WorkflowTaskFailedCause.PendingRequestCancelLimitExceeded, $"the number of pending requests to cancel external workflows, {cancels - 1}, has reached the per-workflow limit of {Limits.Pending}")
                        : null;
                    break;
                case CommandType.UpsertWorkflowSearchAttributes:
                    problem = command.UpsertWorkflowSearchAttributesCommandAttributes.SearchAttributes is not { IndexedFields.Count: > 0 } upserted
                        ? Bad(WorkflowTaskFailedCause.BadSearchAttributes, "IndexedFields is not set on UpsertWorkflowSearchAttributesCommand.")
                        : Engine.SearchAttributesRules.Problem(Namespace, upserted) is { } wrong ? Bad(WorkflowTaskFailedCause.BadSearchAttributes, wrong) : null;
                    break;
                case CommandType.ModifyWorkflowProperties:
                    problem = command.ModifyWorkflowPropertiesCommandAttributes.UpsertedMemo is not { Fields.Count: > 0 }
                        ? Bad(WorkflowTaskFailedCause.BadModifyWorkflowPropertiesAttributes, "UpsertedMemo is not set on ModifyWorkflowPropertiesCommand.") : null;
                    break;
                case CommandType.ProtocolMessage:
                    problem = messages.TryGetValue(command.ProtocolMessageCommandAttributes.MessageId, out var message)
                        ? _updates.Problem(message, accepted) is { } refused ? Bad(WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage, refused) : null
                        : Bad(WorkflowTaskFailedCause.BadUpdateWorkflowExecutionMessage, $"ProtocolMessageCommand referenced absent message ID {command.ProtocolMessageCommandAttributes.MessageId}");
                    break;
                case CommandType.FailWorkflowExecution:
                    problem = command.FailWorkflowExecutionCommandAttributes.Failure is null
                        ? Bad(WorkflowTaskFailedCause.BadFailWorkflowExecutionAttributes, "Failure is not set on FailWorkflowExecutionCommand.") : null;
                    break;
                case CommandType.ContinueAsNewWorkflowExecution:
                    var continued = command.ContinueAsNewWorkflowExecutionCommandAttributes;
                    problem = Times.Ticks(continued.WorkflowRunTimeout) < 0 || Times.Ticks(continued.WorkflowTaskTimeout) < 0 || Times.Ticks(continued.BackoffStartInterval) < 0
                            ? Bad(WorkflowTaskFailedCause.BadContinueAsNewAttributes, "a timeout of ContinueAsNewWorkflowExecutionCommand is negative.")
                        : continued.SearchAttributes is { } attributes && Engine.SearchAttributesRules.Problem(Namespace, attributes) is { } invalid ? Bad(WorkflowTaskFailedCause.BadSearchAttributes, invalid)
                        : null;
                    break;
                case CommandType.CompleteWorkflowExecution or CommandType.CancelWorkflowExecution:
                    break;
                default:
                    problem = Bad(WorkflowTaskFailedCause.UnhandledCommand, $"unknown command type {command.CommandType}");
                    break;
            }

            problem ??= TooLarge(command);
            if (problem is not null)
            {
                return problem;
            }

            if (command.CommandType is CommandType.CompleteWorkflowExecution or CommandType.FailWorkflowExecution
                or CommandType.CancelWorkflowExecution or CommandType.ContinueAsNewWorkflowExecution)
            {
                closed = true;
                if (buffered > 0)
                {
                    return new(WorkflowTaskFailedCause.UnhandledCommand, "new events came while the worker decided");
                }
            }
        }

        return null;
    }

    /// <summary>Payloads above the limit; the causes and words are the real server's.</summary>
    private static CommandProblem? TooLarge(Command command)
    {
        if (command.CalculateSize() <= Engine.Limits.BlobBytes)
        {
            return null;
        }

        (IMessage? Payloads, WorkflowTaskFailedCause Cause, string What) = command.CommandType switch
        {
            CommandType.ScheduleActivityTask => ((IMessage?)command.ScheduleActivityTaskCommandAttributes.Input,
                WorkflowTaskFailedCause.BadScheduleActivityAttributes, "ScheduleActivityTaskCommandAttributes.Input"),
            CommandType.CompleteWorkflowExecution => (command.CompleteWorkflowExecutionCommandAttributes.Result,
                WorkflowTaskFailedCause.BadScheduleActivityAttributes, "CompleteWorkflowExecutionCommandAttributes.Result"),
            CommandType.FailWorkflowExecution => (command.FailWorkflowExecutionCommandAttributes.Failure,
                WorkflowTaskFailedCause.BadFailWorkflowExecutionAttributes, "FailWorkflowExecutionCommandAttributes.Failure"),
            CommandType.StartChildWorkflowExecution => (command.StartChildWorkflowExecutionCommandAttributes.Input,
                WorkflowTaskFailedCause.BadStartChildExecutionAttributes, "StartChildWorkflowExecutionCommandAttributes. Input"),
            CommandType.SignalExternalWorkflowExecution => (command.SignalExternalWorkflowExecutionCommandAttributes.Input,
                WorkflowTaskFailedCause.BadSignalWorkflowExecutionAttributes, "SignalExternalWorkflowExecutionCommandAttributes.Input"),
            CommandType.RecordMarker => (command.RecordMarkerCommandAttributes,
                WorkflowTaskFailedCause.BadRecordMarkerAttributes, "RecordMarkerCommandAttributes.Details"),
            CommandType.ModifyWorkflowProperties => (command.ModifyWorkflowPropertiesCommandAttributes.UpsertedMemo,
                WorkflowTaskFailedCause.BadModifyWorkflowPropertiesAttributes, "ModifyWorkflowPropertiesCommandAttributes"),
            CommandType.ContinueAsNewWorkflowExecution => (command.ContinueAsNewWorkflowExecutionCommandAttributes.Input,
                WorkflowTaskFailedCause.BadContinueAsNewAttributes, "ContinueAsNewWorkflowExecutionCommandAttributes. Input"),
            _ => (null, default, ""),
        };
        return Payloads?.CalculateSize() > Engine.Limits.BlobBytes ? new(Cause, $"{What} exceeds size limit.", EndsRun: true) : null;
    }

    private void Apply(RespondWorkflowTaskCompletedRequest request, long completedId)
    {
        var messages = request.Messages.ToDictionary(message => message.Id, StringComparer.Ordinal);
        foreach (var command in request.Commands)
        {
            if (command.CommandType == CommandType.ProtocolMessage)
            {
                if (messages.Remove(command.ProtocolMessageCommandAttributes.MessageId, out var message))
                {
                    ApplyMessage(message);
                }

                continue;
            }

            Apply(command, completedId, request.Identity);
        }

        foreach (var message in request.Messages.Where(message => messages.ContainsKey(message.Id)))
        {
            if (IsRunning || message.Body.Is(Rejection.Descriptor))
            {
                ApplyMessage(message);
            }
        }
    }

    private void ApplyMessage(Message message)
    {
        if (message.Body.Is(Acceptance.Descriptor))
        {
            _updates.Accept(message);
        }
        else if (message.Body.Is(Response.Descriptor))
        {
            _updates.Complete(message);
        }
        else
        {
            _updates.Reject(message);
        }
    }

    private void Apply(Command command, long completedId, string identity)
    {
        switch (command.CommandType)
        {
            case CommandType.ScheduleActivityTask:
                ScheduleActivity(command.ScheduleActivityTaskCommandAttributes, command.UserMetadata, completedId);
                break;
            case CommandType.RequestCancelActivityTask:
                CancelActivity(command.RequestCancelActivityTaskCommandAttributes.ScheduledEventId, completedId, identity);
                break;
            case CommandType.StartTimer:
                var timer = command.StartTimerCommandAttributes;
                var started = Append(new HistoryEvent
                {
                    EventType = EventType.TimerStarted,
                    UserMetadata = command.UserMetadata,
                    TimerStartedEventAttributes = new TimerStartedEventAttributes
                    {
                        TimerId = timer.TimerId,
                        StartToFireTimeout = timer.StartToFireTimeout,
                        WorkflowTaskCompletedEventId = completedId,
                    },
                });
                _userTimers[timer.TimerId] = started.EventId;
                AddTimer(TimerKind.User, started.EventId, 0, Times.Ticks(started.EventTime) + Times.Ticks(timer.StartToFireTimeout));
                break;
            case CommandType.CancelTimer:
                CancelTimer(command.CancelTimerCommandAttributes.TimerId, completedId, identity);
                break;
            case CommandType.RecordMarker:
                var marker = command.RecordMarkerCommandAttributes;
                var recorded = new MarkerRecordedEventAttributes
                {
                    MarkerName = marker.MarkerName,
                    WorkflowTaskCompletedEventId = completedId,
                    Header = marker.Header,
                    Failure = marker.Failure,
                };
                recorded.Details.Add(marker.Details);
                _ = Append(new HistoryEvent
                {
                    EventType = EventType.MarkerRecorded,
                    UserMetadata = command.UserMetadata,
                    MarkerRecordedEventAttributes = recorded,
                });
                break;
            case CommandType.UpsertWorkflowSearchAttributes:
                var upserted = SearchAttributesRules.Stamped(Namespace, command.UpsertWorkflowSearchAttributesCommandAttributes.SearchAttributes);
                _ = Append(new HistoryEvent
                {
                    EventType = EventType.UpsertWorkflowSearchAttributes,
                    UserMetadata = command.UserMetadata,
                    UpsertWorkflowSearchAttributesEventAttributes = new UpsertWorkflowSearchAttributesEventAttributes
                    {
                        WorkflowTaskCompletedEventId = completedId,
                        SearchAttributes = upserted,
                    },
                });
                Merge(SearchAttributes.IndexedFields, upserted.IndexedFields);
                break;
            case CommandType.ModifyWorkflowProperties:
                var memo = command.ModifyWorkflowPropertiesCommandAttributes.UpsertedMemo;
                _ = Append(new HistoryEvent
                {
                    EventType = EventType.WorkflowPropertiesModified,
                    UserMetadata = command.UserMetadata,
                    WorkflowPropertiesModifiedEventAttributes = new WorkflowPropertiesModifiedEventAttributes
                    {
                        WorkflowTaskCompletedEventId = completedId,
                        UpsertedMemo = memo,
                    },
                });
                Merge(Memo.Fields, memo.Fields);
                break;
            case CommandType.StartChildWorkflowExecution:
                StartChild(command.StartChildWorkflowExecutionCommandAttributes, command.UserMetadata, completedId);
                break;
            case CommandType.SignalExternalWorkflowExecution:
                SignalExternal(command.SignalExternalWorkflowExecutionCommandAttributes, command.UserMetadata, completedId);
                break;
            case CommandType.RequestCancelExternalWorkflowExecution:
                CancelExternal(command.RequestCancelExternalWorkflowExecutionCommandAttributes, command.UserMetadata, completedId);
                break;
            case CommandType.CompleteWorkflowExecution:
                CompleteRun(command, completedId);
                break;
            case CommandType.FailWorkflowExecution:
                FailRun(command, completedId);
                break;
            case CommandType.CancelWorkflowExecution:
                Close(
                    WorkflowExecutionStatus.Canceled,
                    Append(new HistoryEvent
                    {
                        EventType = EventType.WorkflowExecutionCanceled,
                        UserMetadata = command.UserMetadata,
                        WorkflowExecutionCanceledEventAttributes = new WorkflowExecutionCanceledEventAttributes
                        {
                            WorkflowTaskCompletedEventId = completedId,
                            Details = command.CancelWorkflowExecutionCommandAttributes.Details,
                        },
                    }),
                    newRun: null);
                break;
            case CommandType.ContinueAsNewWorkflowExecution:
                ContinueAsNew(command, completedId);
                break;
        }
    }

    private void CompleteRun(Command command, long completedId)
    {
        var result = command.CompleteWorkflowExecutionCommandAttributes.Result;
        var (_, next) = NextRun(WorkflowExecutionStatus.Completed, null, result, Clock.NowTicks);
        var closing = Append(new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionCompleted,
            UserMetadata = command.UserMetadata,
            WorkflowExecutionCompletedEventAttributes = new WorkflowExecutionCompletedEventAttributes
            {
                Result = result,
                WorkflowTaskCompletedEventId = completedId,
                NewExecutionRunId = next?.RunId ?? "",
            },
        });
        Close(WorkflowExecutionStatus.Completed, closing, next is null ? null : Begin(next));
    }

    private void FailRun(Command command, long completedId)
    {
        var failure = command.FailWorkflowExecutionCommandAttributes.Failure;
        var (state, next) = NextRun(WorkflowExecutionStatus.Failed, failure, null, Clock.NowTicks);
        var closing = Append(new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionFailed,
            UserMetadata = command.UserMetadata,
            WorkflowExecutionFailedEventAttributes = new WorkflowExecutionFailedEventAttributes
            {
                Failure = failure,
                RetryState = state,
                WorkflowTaskCompletedEventId = completedId,
                NewExecutionRunId = next?.RunId ?? "",
            },
        });
        Close(WorkflowExecutionStatus.Failed, closing, next is null ? null : Begin(next));
    }

    private void ContinueAsNew(Command command, long completedId)
    {
        var wanted = command.ContinueAsNewWorkflowExecutionCommandAttributes;
        var next = Continuation(wanted);
        var attributes = next.Attributes;
        var closing = Append(new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionContinuedAsNew,
            UserMetadata = command.UserMetadata,
            WorkflowExecutionContinuedAsNewEventAttributes = new WorkflowExecutionContinuedAsNewEventAttributes
            {
                NewExecutionRunId = next.RunId,
                WorkflowType = attributes.WorkflowType,
                TaskQueue = attributes.TaskQueue,
                Input = wanted.Input,
                WorkflowRunTimeout = attributes.WorkflowRunTimeout,
                WorkflowTaskTimeout = attributes.WorkflowTaskTimeout,
                WorkflowTaskCompletedEventId = completedId,
                BackoffStartInterval = Times.Duration(next.Backoff),
                Initiator = wanted.Initiator,
                LastCompletionResult = attributes.LastCompletionResult,
                Header = wanted.Header,
                Memo = attributes.Memo,
                SearchAttributes = attributes.SearchAttributes,
                InitialVersioningBehavior = wanted.InitialVersioningBehavior,
            },
        });
        Close(WorkflowExecutionStatus.ContinuedAsNew, closing, Begin(next));
    }

    private void CancelTimer(string timerId, long completedId, string identity)
    {
        long startedId;
        if (BufferedFire(timerId) is { } fired && !_userTimers.ContainsKey(timerId))
        {
            startedId = fired.TimerFiredEventAttributes.StartedEventId;
            _ = _buffered.Remove(fired);
        }
        else if (!_userTimers.Remove(timerId, out startedId))
        {
            return;
        }

        _ = Append(new HistoryEvent
        {
            EventType = EventType.TimerCanceled,
            TimerCanceledEventAttributes = new TimerCanceledEventAttributes
            {
                TimerId = timerId,
                StartedEventId = startedId,
                WorkflowTaskCompletedEventId = completedId,
                Identity = identity,
            },
        });
    }

    private HistoryEvent? BufferedFire(string timerId) => _buffered.Find(
        happened => happened.EventType == EventType.TimerFired && happened.TimerFiredEventAttributes.TimerId == timerId);

    private static void Merge(MapField<string, Payload> into, MapField<string, Payload> changes)
    {
        foreach (var (key, value) in changes)
        {
            if (Payloads0.IsNull(value))
            {
                _ = into.Remove(key);
            }
            else
            {
                into[key] = value;
            }
        }
    }
}

internal static class Payloads0
{
    /// <summary>Whether a payload says "delete the key": no data with the null encoding, or an empty JSON value or list.</summary>
    public static bool IsNull(Payload payload)
    {
        if (payload.Metadata.TryGetValue("encoding", out var encoding) && encoding.ToStringUtf8() == "binary/null")
        {
            return true;
        }

        if (payload.Data.IsEmpty)
        {
            return true;
        }

        return payload.Data.Length <= 4 && payload.Data.ToStringUtf8() is "null" or "[]";
    }
}

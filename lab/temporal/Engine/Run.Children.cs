using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Engine;

internal sealed record PendingChild(long InitiatedId, StartChildWorkflowExecutionInitiatedEventAttributes Attributes)
{
    public string RunId { get; set; } = "";
}

internal sealed partial class Run
{
    private readonly Dictionary<long, PendingChild> _children = [];
    private readonly Dictionary<long, long> _childStarted = [];

    /// <summary>Signals (<see langword="true"/>) and cancel requests to others that are on their way, by the id of their initiated event.</summary>
    private readonly Dictionary<long, bool> _externals = [];

    private int PendingExternals(bool signals) => _externals.Values.Count(signal => signal == signals);

    private long ChildStartedId(long initiatedId) => _childStarted.GetValueOrDefault(initiatedId);

    private CommandProblem? ValidateChild(StartChildWorkflowExecutionCommandAttributes child)
    {
        const WorkflowTaskFailedCause Cause = WorkflowTaskFailedCause.BadStartChildExecutionAttributes;
        return child.WorkflowId.Length == 0 ? new(Cause, "Required field WorkflowId is not set on StartChildWorkflowExecutionCommand.")
            : child.WorkflowType is null or { Name.Length: 0 } ? new(Cause, $"Required field WorkflowType is not set on StartChildWorkflowExecutionCommand. WorkflowId={child.WorkflowId}")
            : Engine.Limits.TooLong(child.WorkflowId) || Engine.Limits.TooLong(child.WorkflowType.Name) ? new(Cause, "WorkflowId or WorkflowType on StartChildWorkflowExecutionCommand exceeds length limit.")
            : Times.Ticks(child.WorkflowExecutionTimeout) < 0 || Times.Ticks(child.WorkflowRunTimeout) < 0 || Times.Ticks(child.WorkflowTaskTimeout) < 0
                ? new(Cause, $"A timeout of StartChildWorkflowExecutionCommand is negative. WorkflowId={child.WorkflowId}")
            : Retries.Validate(child.RetryPolicy) is { } policy ? new(Cause, $"Invalid WorkflowRetryPolicy on StartChildWorkflowExecutionCommand: {policy} WorkflowId={child.WorkflowId}")
            : child.CronSchedule.Length > 0 && !Cron.TryParse(child.CronSchedule, out _) ? new(Cause, $"Invalid CronSchedule on StartChildWorkflowExecutionCommand. WorkflowId={child.WorkflowId}")
            : child.SearchAttributes is { } attributes && SearchAttributesRules.Problem(Namespace, attributes) is { } wrong ? new(WorkflowTaskFailedCause.BadSearchAttributes, wrong)
            : null;
    }

    private void StartChild(StartChildWorkflowExecutionCommandAttributes wanted, UserMetadata? metadata, long completedId)
    {
        var target = wanted.Namespace.Length == 0 ? Namespace.Name : wanted.Namespace;
        var attributes = new StartChildWorkflowExecutionInitiatedEventAttributes
        {
            Namespace = target,
            NamespaceId = Server.Namespaces.GetValueOrDefault(target)?.Id ?? "",
            WorkflowId = wanted.WorkflowId,
            WorkflowType = wanted.WorkflowType,
            TaskQueue = new Api.TaskQueue
            {
                Name = wanted.TaskQueue is { Name.Length: > 0 } queue ? queue.Name : TaskQueueName,
                Kind = TaskQueueKind.Normal,
            },
            Input = wanted.Input,
            WorkflowExecutionTimeout = Times.Duration(Times.Ticks(wanted.WorkflowExecutionTimeout)),
            WorkflowRunTimeout = Times.Duration(StartRules.RunTimeout(wanted.WorkflowRunTimeout, wanted.WorkflowExecutionTimeout)),
            WorkflowTaskTimeout = Times.Duration(StartRules.TaskTimeout(wanted.WorkflowTaskTimeout, StartRules.RunTimeout(wanted.WorkflowRunTimeout, wanted.WorkflowExecutionTimeout))),
            ParentClosePolicy = wanted.ParentClosePolicy == ParentClosePolicy.Unspecified ? ParentClosePolicy.Terminate : wanted.ParentClosePolicy,
            WorkflowTaskCompletedEventId = completedId,
            WorkflowIdReusePolicy = wanted.WorkflowIdReusePolicy == WorkflowIdReusePolicy.Unspecified ? WorkflowIdReusePolicy.AllowDuplicate : wanted.WorkflowIdReusePolicy,
            RetryPolicy = wanted.RetryPolicy is null ? null : Retries.Normalise(wanted.RetryPolicy),
            CronSchedule = wanted.CronSchedule,
            Header = wanted.Header,
            Memo = wanted.Memo,
            SearchAttributes = wanted.SearchAttributes is null ? null : SearchAttributesRules.Stamped(Namespace, wanted.SearchAttributes),
            Priority = wanted.Priority,
            VersioningOverride = wanted.VersioningOverride,
        };
        var initiated = Append(new HistoryEvent
        {
            EventType = EventType.StartChildWorkflowExecutionInitiated,
            UserMetadata = metadata,
            StartChildWorkflowExecutionInitiatedEventAttributes = attributes,
        });
        var child = new PendingChild(initiated.EventId, attributes);
        _children[child.InitiatedId] = child;
        Entity.Send(() => Server.StartChild(this, child, metadata));
    }

    /// <returns>Whether the parent still waits for it.</returns>
    public bool ChildStarted(long initiatedId, string runId)
    {
        if (!IsRunning || !_children.TryGetValue(initiatedId, out var child))
        {
            return false;
        }

        Entity.Touch(this);
        if (child.RunId.Length > 0)
        {
            return true;
        }

        child.RunId = runId;
        var started = new HistoryEvent
        {
            EventType = EventType.ChildWorkflowExecutionStarted,
            ChildWorkflowExecutionStartedEventAttributes = new ChildWorkflowExecutionStartedEventAttributes
            {
                Namespace = child.Attributes.Namespace,
                NamespaceId = child.Attributes.NamespaceId,
                InitiatedEventId = initiatedId,
                WorkflowExecution = new WorkflowExecution { WorkflowId = child.Attributes.WorkflowId, RunId = runId },
                WorkflowType = child.Attributes.WorkflowType,
                Header = child.Attributes.Header,
            },
        };
        Happen(started);
        if (started.EventId > 0)
        {
            _childStarted[initiatedId] = started.EventId;
        }

        return true;
    }

    public void ChildStartFailed(long initiatedId, StartChildWorkflowExecutionFailedCause cause)
    {
        if (!IsRunning || !_children.Remove(initiatedId, out var child))
        {
            return;
        }

        Entity.Touch(this);
        Happen(new HistoryEvent
        {
            EventType = EventType.StartChildWorkflowExecutionFailed,
            StartChildWorkflowExecutionFailedEventAttributes = new StartChildWorkflowExecutionFailedEventAttributes
            {
                Namespace = child.Attributes.Namespace,
                NamespaceId = child.Attributes.NamespaceId,
                WorkflowId = child.Attributes.WorkflowId,
                WorkflowType = child.Attributes.WorkflowType,
                Cause = cause,
                InitiatedEventId = initiatedId,
            },
        });
    }

    public void ChildClosed(long initiatedId, Run closed, HistoryEvent closing)
    {
        if (!IsRunning || !_children.TryGetValue(initiatedId, out var child))
        {
            return;
        }

        Entity.Touch(this);
        _ = ChildStarted(initiatedId, closed.Start.FirstExecutionRunId);
        _ = _children.Remove(initiatedId);
        var (ns, nsId) = (child.Attributes.Namespace, child.Attributes.NamespaceId);
        var execution = closed.Execution;
        var type = closed.Start.WorkflowType;
        var startedId = ChildStartedId(initiatedId);
        Happen(closing.EventType switch
        {
            EventType.WorkflowExecutionCompleted => new HistoryEvent
            {
                EventType = EventType.ChildWorkflowExecutionCompleted,
                ChildWorkflowExecutionCompletedEventAttributes = new ChildWorkflowExecutionCompletedEventAttributes
                {
                    Result = closing.WorkflowExecutionCompletedEventAttributes.Result,
                    Namespace = ns,
                    NamespaceId = nsId,
                    WorkflowExecution = execution,
                    WorkflowType = type,
                    InitiatedEventId = initiatedId,
                    StartedEventId = startedId,
                },
            },
            EventType.WorkflowExecutionFailed => new HistoryEvent
            {
                EventType = EventType.ChildWorkflowExecutionFailed,
                ChildWorkflowExecutionFailedEventAttributes = new ChildWorkflowExecutionFailedEventAttributes
                {
                    Failure = closing.WorkflowExecutionFailedEventAttributes.Failure,
                    RetryState = closing.WorkflowExecutionFailedEventAttributes.RetryState,
                    Namespace = ns,
                    NamespaceId = nsId,
                    WorkflowExecution = execution,
                    WorkflowType = type,
                    InitiatedEventId = initiatedId,
                    StartedEventId = startedId,
                },
            },
            EventType.WorkflowExecutionCanceled => new HistoryEvent
            {
                EventType = EventType.ChildWorkflowExecutionCanceled,
                ChildWorkflowExecutionCanceledEventAttributes = new ChildWorkflowExecutionCanceledEventAttributes
                {
                    Details = closing.WorkflowExecutionCanceledEventAttributes.Details,
                    Namespace = ns,
                    NamespaceId = nsId,
                    WorkflowExecution = execution,
                    WorkflowType = type,
                    InitiatedEventId = initiatedId,
                    StartedEventId = startedId,
                },
            },
            EventType.WorkflowExecutionTimedOut => new HistoryEvent
            {
                EventType = EventType.ChildWorkflowExecutionTimedOut,
                ChildWorkflowExecutionTimedOutEventAttributes = new ChildWorkflowExecutionTimedOutEventAttributes
                {
                    RetryState = closing.WorkflowExecutionTimedOutEventAttributes.RetryState,
                    Namespace = ns,
                    NamespaceId = nsId,
                    WorkflowExecution = execution,
                    WorkflowType = type,
                    InitiatedEventId = initiatedId,
                    StartedEventId = startedId,
                },
            },
            _ => new HistoryEvent
            {
                EventType = EventType.ChildWorkflowExecutionTerminated,
                ChildWorkflowExecutionTerminatedEventAttributes = new ChildWorkflowExecutionTerminatedEventAttributes
                {
                    Namespace = ns,
                    NamespaceId = nsId,
                    WorkflowExecution = execution,
                    WorkflowType = type,
                    InitiatedEventId = initiatedId,
                    StartedEventId = startedId,
                },
            },
        });
    }

    private void ApplyParentClosePolicies()
    {
        foreach (var child in _children.Values)
        {
            if (child.Attributes.ParentClosePolicy != ParentClosePolicy.Abandon)
            {
                Entity.Send(() => Server.ParentClosed(this, child));
            }
        }
    }

    private void SignalExternal(SignalExternalWorkflowExecutionCommandAttributes wanted, UserMetadata? metadata, long completedId)
    {
        var target = wanted.Namespace.Length == 0 ? Namespace.Name : wanted.Namespace;
        var initiated = Append(new HistoryEvent
        {
            EventType = EventType.SignalExternalWorkflowExecutionInitiated,
            UserMetadata = metadata,
            SignalExternalWorkflowExecutionInitiatedEventAttributes = new SignalExternalWorkflowExecutionInitiatedEventAttributes
            {
                WorkflowTaskCompletedEventId = completedId,
                Namespace = target,
                NamespaceId = Server.Namespaces.GetValueOrDefault(target)?.Id ?? "",
                WorkflowExecution = wanted.Execution,
                SignalName = wanted.SignalName,
                Input = wanted.Input,
                ChildWorkflowOnly = wanted.ChildWorkflowOnly,
                Header = wanted.Header,
            },
        });
        _externals[initiated.EventId] = true;
        Entity.Send(() => Server.SignalExternal(this, initiated.EventId, initiated.SignalExternalWorkflowExecutionInitiatedEventAttributes));
    }

    private void CancelExternal(RequestCancelExternalWorkflowExecutionCommandAttributes wanted, UserMetadata? metadata, long completedId)
    {
        var target = wanted.Namespace.Length == 0 ? Namespace.Name : wanted.Namespace;
        var initiated = Append(new HistoryEvent
        {
            EventType = EventType.RequestCancelExternalWorkflowExecutionInitiated,
            UserMetadata = metadata,
            RequestCancelExternalWorkflowExecutionInitiatedEventAttributes = new RequestCancelExternalWorkflowExecutionInitiatedEventAttributes
            {
                WorkflowTaskCompletedEventId = completedId,
                Namespace = target,
                NamespaceId = Server.Namespaces.GetValueOrDefault(target)?.Id ?? "",
                WorkflowExecution = new WorkflowExecution { WorkflowId = wanted.WorkflowId, RunId = wanted.RunId },
                ChildWorkflowOnly = wanted.ChildWorkflowOnly,
                Reason = wanted.Reason,
            },
        });
        _externals[initiated.EventId] = false;
        Entity.Send(() => Server.CancelExternal(this, initiated.EventId, initiated.RequestCancelExternalWorkflowExecutionInitiatedEventAttributes));
    }

    public void ExternalSignalDone(long initiatedId, SignalExternalWorkflowExecutionInitiatedEventAttributes sent, SignalExternalWorkflowExecutionFailedCause failed)
    {
        if (!IsRunning || !_externals.Remove(initiatedId))
        {
            return;
        }

        Entity.Touch(this);
        Happen(failed == SignalExternalWorkflowExecutionFailedCause.Unspecified
            ? new HistoryEvent
            {
                EventType = EventType.ExternalWorkflowExecutionSignaled,
                ExternalWorkflowExecutionSignaledEventAttributes = new ExternalWorkflowExecutionSignaledEventAttributes
                {
                    InitiatedEventId = initiatedId,
                    Namespace = sent.Namespace,
                    NamespaceId = sent.NamespaceId,
                    WorkflowExecution = sent.WorkflowExecution,
                },
            }
            : new HistoryEvent
            {
                EventType = EventType.SignalExternalWorkflowExecutionFailed,
                SignalExternalWorkflowExecutionFailedEventAttributes = new SignalExternalWorkflowExecutionFailedEventAttributes
                {
                    Cause = failed,
                    Namespace = sent.Namespace,
                    NamespaceId = sent.NamespaceId,
                    WorkflowExecution = sent.WorkflowExecution,
                    InitiatedEventId = initiatedId,
                },
            });
    }

    public void ExternalCancelDone(long initiatedId, RequestCancelExternalWorkflowExecutionInitiatedEventAttributes sent, CancelExternalWorkflowExecutionFailedCause failed)
    {
        if (!IsRunning || !_externals.Remove(initiatedId))
        {
            return;
        }

        Entity.Touch(this);
        Happen(failed == CancelExternalWorkflowExecutionFailedCause.Unspecified
            ? new HistoryEvent
            {
                EventType = EventType.ExternalWorkflowExecutionCancelRequested,
                ExternalWorkflowExecutionCancelRequestedEventAttributes = new ExternalWorkflowExecutionCancelRequestedEventAttributes
                {
                    InitiatedEventId = initiatedId,
                    Namespace = sent.Namespace,
                    NamespaceId = sent.NamespaceId,
                    WorkflowExecution = sent.WorkflowExecution,
                },
            }
            : new HistoryEvent
            {
                EventType = EventType.RequestCancelExternalWorkflowExecutionFailed,
                RequestCancelExternalWorkflowExecutionFailedEventAttributes = new RequestCancelExternalWorkflowExecutionFailedEventAttributes
                {
                    Cause = failed,
                    Namespace = sent.Namespace,
                    NamespaceId = sent.NamespaceId,
                    WorkflowExecution = sent.WorkflowExecution,
                    InitiatedEventId = initiatedId,
                },
            });
    }

    public IEnumerable<PendingChildExecutionInfo> DescribeChildren() => _children.Values.Select(child => new PendingChildExecutionInfo
    {
        WorkflowId = child.Attributes.WorkflowId,
        RunId = child.RunId,
        WorkflowTypeName = child.Attributes.WorkflowType.Name,
        InitiatedId = child.InitiatedId,
        ParentClosePolicy = child.Attributes.ParentClosePolicy,
    });
}

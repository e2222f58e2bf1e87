using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Engine;

internal sealed partial class Run
{
    public WorkflowExecutionInfo Info() => new()
    {
        Execution = Execution,
        Type = Start.WorkflowType,
        StartTime = Times.Stamp(StartTicks),
        CloseTime = IsRunning ? null : Times.Stamp(CloseTicks),
        Status = Status,
        HistoryLength = _eventCount,
        ParentNamespaceId = Start.ParentWorkflowNamespaceId,
        ParentExecution = Start.ParentWorkflowExecution,
        ExecutionTime = Times.Stamp(FirstTaskTicks),
        Memo = Memo.Clone(),
        SearchAttributes = SearchAttributes.Clone(),
        TaskQueue = TaskQueueName,
        StateTransitionCount = StateTransitions,
        HistorySizeBytes = HistoryBytes,
        ExecutionDuration = IsRunning ? null : Times.Duration(Math.Max(0, CloseTicks - FirstTaskTicks)),
        RootExecution = Start.RootWorkflowExecution ?? Execution,
        FirstRunId = Start.FirstExecutionRunId,
        Priority = Start.Priority,
    };

    public DescribeWorkflowExecutionResponse Describe()
    {
        var response = new DescribeWorkflowExecutionResponse
        {
            ExecutionConfig = new WorkflowExecutionConfig
            {
                TaskQueue = new Api.TaskQueue { Name = TaskQueueName, Kind = TaskQueueKind.Normal },
                WorkflowExecutionTimeout = Start.WorkflowExecutionTimeout,
                WorkflowRunTimeout = Start.WorkflowRunTimeout,
                DefaultWorkflowTaskTimeout = Start.WorkflowTaskTimeout,
                UserMetadata = Origin.UserMetadata,
            },
            WorkflowExecutionInfo = Info(),
            PendingWorkflowTask = DescribeTask(),
            WorkflowExtendedInfo = new WorkflowExecutionExtendedInfo
            {
                ExecutionExpirationTime = Maybe(ExecutionExpiration),
                RunExpirationTime = Maybe(RunExpiration),
                CancelRequested = CancelRequested,
                OriginalStartTime = Times.Stamp(StartTicks),
                RequestIdInfos =
                {
                    [Origin.RequestId] = new RequestIdInfo { EventType = EventType.WorkflowExecutionStarted, EventId = 1 },
                },
            },
        };
        response.PendingActivities.AddRange(DescribeActivities());
        response.PendingChildren.AddRange(DescribeChildren());
        return response;
    }

    public void AttachRequestId(string requestId, string identity)
    {
        Entity.Touch(this);
        if (_task is { Kind: TaskKind.Speculative, Phase: not TaskPhase.None })
        {
            Materialise();
        }

        _ = Append(new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionOptionsUpdated,
            WorkerMayIgnore = true,
            WorkflowExecutionOptionsUpdatedEventAttributes = new WorkflowExecutionOptionsUpdatedEventAttributes
            {
                AttachedRequestId = requestId,
                Identity = identity,
            },
        });
    }
}

using Temporalio.Converters;

namespace Temporalio.Workflows;

/// <summary>What is fixed for the life of a run.</summary>
public record WorkflowInfo(
    int Attempt,
    string? ContinuedRunId,
    string? CronSchedule,
    TimeSpan? ExecutionTimeout,
    string FirstExecutionRunId,
    IReadOnlyDictionary<string, Api.Common.V1.Payload>? Headers,
    Exception? LastFailure,
    IReadOnlyCollection<IRawValue>? LastResult,
    string Namespace,
    WorkflowInfo.ParentInfo? Parent,
    Temporalio.Common.Priority Priority,
    Temporalio.Common.RetryPolicy? RetryPolicy,
    WorkflowInfo.RootInfo? Root,
    string RunId,
    TimeSpan? RunTimeout,
    DateTime StartTime,
    string TaskQueue,
    TimeSpan TaskTimeout,
    string WorkflowId,
    DateTime WorkflowStartTime,
    string WorkflowType)
{
    /// <summary>The run that started this one as its child.</summary>
    public record ParentInfo(string Namespace, string RunId, string WorkflowId);

    /// <summary>The run at the top of the tree of children.</summary>
    public record RootInfo(string RunId, string WorkflowId);
}

/// <summary>The update that the calling handler or validator serves.</summary>
public record WorkflowUpdateInfo(string Id, string Name);

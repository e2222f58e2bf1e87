using Microsoft.Extensions.Logging;

namespace Temporalio.Worker.Execution;

internal static partial class WorkflowLog
{
    [LoggerMessage(101, LogLevel.Error, "Signal {Signal} of workflow {WorkflowId}, run {RunId}, is dropped: its arguments cannot be read")]
    public static partial void SignalDropped(ILogger logger, string signal, string workflowId, string runId, Exception failure);

    [LoggerMessage(102, LogLevel.Warning, "[TMPRL1102] Workflow {WorkflowId}, run {RunId}, ended while signal handlers were "
        + "still running, so they did not finish: {Signals}. Wait for Workflow.AllHandlersFinished before the workflow ends, "
        + "or set UnfinishedPolicy = HandlerUnfinishedPolicy.Abandon on the handlers")]
    public static partial void SignalsUnfinished(ILogger logger, string signals, string workflowId, string runId);

    [LoggerMessage(103, LogLevel.Warning, "[TMPRL1102] Workflow {WorkflowId}, run {RunId}, ended while update handlers were "
        + "still running, so their callers get an error: {Updates}. Wait for Workflow.AllHandlersFinished before the workflow "
        + "ends, or set UnfinishedPolicy = HandlerUnfinishedPolicy.Abandon on the handlers")]
    public static partial void UpdatesUnfinished(ILogger logger, string updates, string workflowId, string runId);

    [LoggerMessage(110, LogLevel.Warning, "Workflow task of {WorkflowId}, run {RunId}, attempt {Attempt}, failed: {Cause}")]
    public static partial void TaskFailed(
        ILogger logger, string workflowId, string runId, int attempt, string cause, Exception failure);

    [LoggerMessage(111, LogLevel.Debug, "Workflow {WorkflowId}, run {RunId}, leaves the cache: {Reason}")]
    public static partial void Evicted(ILogger logger, string workflowId, string runId, string reason);

    [LoggerMessage(112, LogLevel.Warning, "The answer to a workflow task of {WorkflowId}, run {RunId}, did not reach the server")]
    public static partial void AnswerLost(ILogger logger, string workflowId, string runId, Exception failure);

    [LoggerMessage(113, LogLevel.Warning, "Polling {TaskQueue} for {Kind} tasks failed; trying again in {Pause}")]
    public static partial void PollFailed(ILogger logger, string taskQueue, string kind, TimeSpan pause, Exception failure);

    [LoggerMessage(114, LogLevel.Debug, "Worker of {TaskQueue} starts, identity {Identity}")]
    public static partial void Starting(ILogger logger, string taskQueue, string identity);

    [LoggerMessage(115, LogLevel.Debug, "Worker of {TaskQueue} is stopped")]
    public static partial void Stopped(ILogger logger, string taskQueue);

    [LoggerMessage(116, LogLevel.Error, PayloadLimits.Refusal + " {Type}, id {Id}: {Size} bytes, where {Limit} are allowed")]
    public static partial void PayloadsTooLarge(ILogger logger, string type, string id, long size, long limit);

    [LoggerMessage(117, LogLevel.Warning, "[TMPRL1103] Attempted to upload payloads with size that exceeded the warning limit. "
        + "{Type}, id {Id}: {Size} bytes, where {Limit} are much")]
    public static partial void PayloadsLarge(ILogger logger, string type, string id, long size, long limit);

    [LoggerMessage(120, LogLevel.Warning, "Activity {ActivityType}, id {ActivityId}, of workflow {WorkflowId} failed in attempt {Attempt}")]
    public static partial void ActivityFailed(
        ILogger logger, string activityType, string activityId, string workflowId, int attempt, Exception failure);

    [LoggerMessage(121, LogLevel.Debug, "Activity {ActivityType}, id {ActivityId}, of workflow {WorkflowId} failed in attempt {Attempt}; benign")]
    public static partial void ActivityFailedBenignly(
        ILogger logger, string activityType, string activityId, string workflowId, int attempt, Exception failure);

    [LoggerMessage(122, LogLevel.Warning, "The outcome of activity {ActivityType}, id {ActivityId}, of workflow {WorkflowId} did not reach the server")]
    public static partial void OutcomeLost(
        ILogger logger, string activityType, string activityId, string workflowId, Exception failure);

    [LoggerMessage(124, LogLevel.Warning, "The outcome of activity {ActivityType}, id {ActivityId}, of workflow {WorkflowId} does "
        + "not reach the server; it is kept, and sent again, for {Left}")]
    public static partial void OutcomeWaits(
        ILogger logger, string activityType, string activityId, string workflowId, TimeSpan left, Exception failure);

    [LoggerMessage(123, LogLevel.Warning, "A heartbeat of activity {ActivityType}, id {ActivityId}, did not reach the server")]
    public static partial void HeartbeatLost(ILogger logger, string activityType, string activityId, Exception failure);
}

using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>How one run follows another: continue-as-new, retry, cron.</summary>
internal sealed partial class Run
{
    /// <summary>What follows a run that ended with <paramref name="status"/>: a retry, the next time of a cron schedule, or nothing.</summary>
    private (RetryState State, RunOrigin? Next) NextRun(WorkflowExecutionStatus status, Failure? failure, Payloads? result, long now)
    {
        var state = RetryState.RetryPolicyNotSet;
        if (status != WorkflowExecutionStatus.Completed)
        {
            (state, var backoff) = Retries.Next(Start.RetryPolicy, Start.Attempt, failure, now, ExecutionExpiration);
            if (state == RetryState.InProgress)
            {
                return (state, Follow(ContinueAsNewInitiator.Retry, backoff, Start.Attempt + 1, failure, Start.LastCompletionResult, now));
            }
        }

        if (Start.CronSchedule.Length > 0 && Cron.TryParse(Start.CronSchedule, out var cron)
            && cron.Next(FirstTaskTicks, now) is { } next
            && (ExecutionExpiration == 0 || next < ExecutionExpiration))
        {
            return (
                status == WorkflowExecutionStatus.Completed ? RetryState.Unspecified : RetryState.InProgress,
                Follow(ContinueAsNewInitiator.CronSchedule, next - now, 1, failure, result ?? Start.LastCompletionResult, now));
        }

        return (state, null);
    }

    private RunOrigin Follow(
        ContinueAsNewInitiator initiator, long backoff, int attempt, Failure? failure, Payloads? lastResult, long now)
    {
        var attributes = Start.Clone();
        attributes.ContinuedExecutionRunId = RunId;
        attributes.Initiator = initiator;
        attributes.ContinuedFailure = failure;
        attributes.LastCompletionResult = lastResult;
        attributes.Attempt = attempt;
        attributes.FirstWorkflowTaskBackoff = Times.Duration(backoff);
        attributes.Memo = Memo.Fields.Count > 0 ? Memo.Clone() : null;
        attributes.SearchAttributes = SearchAttributes.IndexedFields.Count > 0 ? SearchAttributes.Clone() : null;
        return Follow(attributes, backoff);
    }

    private RunOrigin Follow(WorkflowExecutionStartedEventAttributes attributes, long backoff)
    {
        var runId = Guid.NewGuid().ToString();
        attributes.OriginalExecutionRunId = runId;
        attributes.FirstExecutionRunId = Start.FirstExecutionRunId;
        attributes.EagerExecutionAccepted = false;
        attributes.Identity = "";
        return new RunOrigin
        {
            Attributes = attributes,
            RunId = runId,
            RequestId = Guid.NewGuid().ToString(),
            UserMetadata = Origin.UserMetadata,
            Backoff = backoff,
            Parent = Origin.Parent,
        };
    }

    private RunOrigin Continuation(ContinueAsNewWorkflowExecutionCommandAttributes wanted)
    {
        var attributes = Start.Clone();
        attributes.ContinuedExecutionRunId = RunId;
        attributes.Initiator = wanted.Initiator == ContinueAsNewInitiator.Unspecified ? ContinueAsNewInitiator.Workflow : wanted.Initiator;
        attributes.ContinuedFailure = wanted.Failure;
        attributes.LastCompletionResult = wanted.LastCompletionResult;
        attributes.Attempt = 1;
        attributes.Input = wanted.Input;
        attributes.Header = wanted.Header;
        attributes.RetryPolicy = wanted.RetryPolicy is null ? null : Retries.Normalise(wanted.RetryPolicy);
        attributes.CronSchedule = wanted.CronSchedule;
        attributes.Memo = wanted.Memo;
        attributes.SearchAttributes = wanted.SearchAttributes is null ? null : SearchAttributesRules.Stamped(Namespace, wanted.SearchAttributes);
        if (wanted.WorkflowType is { Name.Length: > 0 } type)
        {
            attributes.WorkflowType = type;
        }

        if (wanted.TaskQueue is { Name.Length: > 0 } queue)
        {
            attributes.TaskQueue = new Api.TaskQueue { Name = queue.Name, Kind = TaskQueueKind.Normal };
        }

        if (Times.Ticks(wanted.WorkflowRunTimeout) > 0)
        {
            attributes.WorkflowRunTimeout = Times.Duration(StartRules.RunTimeout(wanted.WorkflowRunTimeout, Start.WorkflowExecutionTimeout));
        }

        if (Times.Ticks(wanted.WorkflowTaskTimeout) > 0)
        {
            attributes.WorkflowTaskTimeout = Times.Duration(StartRules.TaskTimeout(wanted.WorkflowTaskTimeout, Times.Ticks(attributes.WorkflowRunTimeout)));
        }

        var backoff = Times.Ticks(wanted.BackoffStartInterval);
        if (wanted.CronSchedule.Length > 0 && attributes.Initiator == ContinueAsNewInitiator.CronSchedule
            && backoff == 0 && Cron.TryParse(wanted.CronSchedule, out var cron) && cron.Next(FirstTaskTicks, Clock.NowTicks) is { } next)
        {
            backoff = next - Clock.NowTicks;
        }

        attributes.FirstWorkflowTaskBackoff = Times.Duration(backoff);
        return Follow(attributes, backoff);
    }
}

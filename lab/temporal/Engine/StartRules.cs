using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

internal static class StartRules
{
    public static long RunTimeout(Duration? run, Duration? execution)
    {
        var (runTicks, executionTicks) = (Times.Ticks(run), Times.Ticks(execution));
        return executionTicks > 0 && (runTicks == 0 || runTicks > executionTicks) ? executionTicks : runTicks;
    }

    public static long TaskTimeout(Duration? task, long run)
    {
        var ticks = Times.Ticks(task) is > 0 and var given ? given : Limits.DefaultTaskTimeout.Ticks;
        ticks = Math.Min(ticks, Limits.MaxTaskTimeout.Ticks);
        return run > 0 ? Math.Min(ticks, run) : ticks;
    }

    public static void Check(NamespaceState ns, StartWorkflowExecutionRequest request)
    {
        Id(request.WorkflowId, "WorkflowId");
        Id(request.WorkflowType?.Name, "WorkflowType");
        Id(request.TaskQueue?.Name, "TaskQueue");
        if (Limits.TooLong(request.RequestId))
        {
            throw RpcException.Invalid("RequestId length exceeds limit.");
        }

        NotNegative(request.WorkflowExecutionTimeout, "WorkflowExecutionTimeout");
        NotNegative(request.WorkflowRunTimeout, "WorkflowRunTimeout");
        NotNegative(request.WorkflowTaskTimeout, "WorkflowTaskTimeout");
        NotNegative(request.WorkflowStartDelay, "WorkflowStartDelay");
        if (Retries.Validate(request.RetryPolicy) is { } policy)
        {
            throw RpcException.Invalid(policy);
        }

        if (request.CronSchedule.Length > 0)
        {
            if (request.WorkflowStartDelay is not null)
            {
                throw RpcException.Invalid("CronSchedule and WorkflowStartDelay may not be used together.");
            }

            if (!Cron.TryParse(request.CronSchedule, out _))
            {
                throw RpcException.Invalid($"Invalid CronSchedule: '{request.CronSchedule}'.");
            }
        }

        if (request.WorkflowIdReusePolicy == WorkflowIdReusePolicy.TerminateIfRunning
            && request.WorkflowIdConflictPolicy != WorkflowIdConflictPolicy.Unspecified)
        {
            throw RpcException.Invalid("Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING cannot be used together with a WorkflowIDConflictPolicy.");
        }

        if (request.WorkflowIdReusePolicy == WorkflowIdReusePolicy.RejectDuplicate
            && request.WorkflowIdConflictPolicy == WorkflowIdConflictPolicy.TerminateExisting)
        {
            throw RpcException.Invalid("Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE cannot be used together with WorkflowIdConflictPolicy WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING.");
        }

        Blob(request.Input, "Input");
        Blob(request.Memo, "Memo");
        if (request.SearchAttributes is { } attributes && SearchAttributesRules.Problem(ns, attributes) is { } wrong)
        {
            throw RpcException.Invalid(wrong);
        }
    }

    public static void Id(string? value, string field)
    {
        if (value is null or { Length: 0 })
        {
            throw RpcException.Invalid($"{field} is not set on request.");
        }

        if (Limits.TooLong(value))
        {
            throw RpcException.Invalid($"{field} length exceeds limit.");
        }

        if (value.StartsWith("temporal-sys", StringComparison.Ordinal))
        {
            throw RpcException.Invalid($"{field} '{value}' must not start with reserved prefix 'temporal-sys'.");
        }
    }

    public static void Blob(IMessage? value, string field)
    {
        if (value is not null && value.CalculateSize() > Limits.BlobBytes)
        {
            throw RpcException.Invalid($"Blob data size exceeds limit. {field} is larger than {Limits.BlobBytes} bytes.");
        }
    }

    private static void NotNegative(Duration? value, string field)
    {
        if (Times.Ticks(value) < 0)
        {
            throw RpcException.Invalid($"Invalid {field}: negative duration.");
        }
    }

    public static RunOrigin Origin(
        NamespaceState ns, StartWorkflowExecutionRequest request, long now, WorkflowExecution? root = null, ParentLink? parent = null,
        string? parentNamespaceId = null)
    {
        var runId = Guid.NewGuid().ToString();
        var run = RunTimeout(request.WorkflowRunTimeout, request.WorkflowExecutionTimeout);
        var backoff = Times.Ticks(request.WorkflowStartDelay);
        if (request.CronSchedule.Length > 0 && Cron.TryParse(request.CronSchedule, out var cron) && cron.Next(now, now) is { } next)
        {
            backoff = next - now;
        }

        var execution = Times.Ticks(request.WorkflowExecutionTimeout);
        return new RunOrigin
        {
            RunId = runId,
            RequestId = request.RequestId,
            UserMetadata = request.UserMetadata,
            Backoff = backoff,
            Parent = parent,
            Attributes = new WorkflowExecutionStartedEventAttributes
            {
                WorkflowType = request.WorkflowType,
                ParentWorkflowNamespace = parent?.Namespace ?? "",
                ParentWorkflowNamespaceId = parentNamespaceId ?? "",
                ParentWorkflowExecution = parent is null ? null : new WorkflowExecution { WorkflowId = parent.WorkflowId, RunId = parent.RunId },
                ParentInitiatedEventId = parent?.InitiatedEventId ?? 0,
                TaskQueue = new Api.TaskQueue { Name = request.TaskQueue.Name, Kind = TaskQueueKind.Normal },
                Input = request.Input,
                WorkflowExecutionTimeout = Times.Duration(execution),
                WorkflowRunTimeout = Times.Duration(run),
                WorkflowTaskTimeout = Times.Duration(TaskTimeout(request.WorkflowTaskTimeout, run)),
                ContinuedFailure = request.ContinuedFailure,
                LastCompletionResult = request.LastCompletionResult,
                OriginalExecutionRunId = runId,
                Identity = request.Identity,
                FirstExecutionRunId = runId,
                RetryPolicy = request.RetryPolicy is null ? null : Retries.Normalise(request.RetryPolicy),
                Attempt = 1,
                WorkflowExecutionExpirationTime = execution > 0 ? Times.Stamp(now + backoff + execution) : null,
                CronSchedule = request.CronSchedule,
                FirstWorkflowTaskBackoff = Times.Duration(backoff),
                Memo = request.Memo,
                SearchAttributes = request.SearchAttributes is null ? null : SearchAttributesRules.Stamped(ns, request.SearchAttributes),
                Header = request.Header,
                WorkflowId = request.WorkflowId,
                RootWorkflowExecution = root,
                VersioningOverride = request.VersioningOverride,
                Priority = request.Priority,
            },
        };
    }
}

using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>Workflow ids and who may use them.</summary>
internal sealed partial class Server
{
    /// <summary>Does <paramref name="work"/> under the lock of a workflow id, which is made if it is new.</summary>
    public T WithEntity<T>(NamespaceState ns, string workflowId, Func<Entity, T> work)
    {
        while (true)
        {
            var entity = EntityFor(ns, workflowId);
            using (entity.Enter())
            {
                if (entity.Dropped)
                {
                    continue;
                }

                try
                {
                    return work(entity);
                }
                finally
                {
                    entity.DropIfEmpty();
                }
            }
        }
    }

    /// <summary>Does <paramref name="work"/> under the lock of a workflow id that must exist.</summary>
    public static T WithExisting<T>(NamespaceState ns, WorkflowExecution? execution, Func<Entity, T> work)
    {
        if (execution is null)
        {
            throw RpcException.Invalid("Execution is not set on request.");
        }

        if (execution.WorkflowId.Length == 0)
        {
            throw RpcException.Invalid("WorkflowId is not set on request.");
        }

        if (execution.RunId.Length > 0 && !Guid.TryParse(execution.RunId, out _))
        {
            throw RpcException.Invalid("Invalid RunId.");
        }

        if (!ns.Entities.TryGetValue(execution.WorkflowId, out var entity))
        {
            throw RpcException.NotFound($"workflow not found for ID: {execution.WorkflowId}");
        }

        using (entity.Enter())
        {
            return work(entity);
        }
    }

    public (Run Run, bool Started) Start(
        NamespaceState ns, StartWorkflowExecutionRequest request, WorkflowExecution? root = null, ParentLink? parent = null,
        string? parentNamespaceId = null, bool schedules = true) =>
        WithEntity(ns, request.WorkflowId, entity => Start(entity, request, root, parent, parentNamespaceId, schedules));

    public (Run Run, bool Started) Start(
        Entity entity, StartWorkflowExecutionRequest request, WorkflowExecution? root = null, ParentLink? parent = null,
        string? parentNamespaceId = null, bool schedules = true)
    {
        if (entity.Current is { } current)
        {
            if (request.RequestId.Length > 0 && current.Origin.RequestId == request.RequestId)
            {
                return (current, true);
            }

            if (!current.IsRunning)
            {
                CheckReuse(current, request.WorkflowIdReusePolicy);
            }
            else
            {
                var conflict = request.WorkflowIdReusePolicy == WorkflowIdReusePolicy.TerminateIfRunning
                    ? WorkflowIdConflictPolicy.TerminateExisting : request.WorkflowIdConflictPolicy;
                switch (conflict)
                {
                    case WorkflowIdConflictPolicy.UseExisting:
                        if (request.OnConflictOptions is { AttachRequestId: true })
                        {
                            current.AttachRequestId(request.RequestId, request.Identity);
                        }

                        return (current, false);
                    case WorkflowIdConflictPolicy.TerminateExisting:
                        var replacing = StartRules.Origin(entity.Namespace, request, Clock.NowTicks, root, parent, parentNamespaceId);
                        current.Terminate(
                            "TerminateIfRunning WorkflowIdReusePolicy",
                            Failures.Text($"terminated by new runID: {replacing.RunId}"), HistoryService);
                        return (Begin(entity, replacing, schedules), true);
                    default:
                        throw AlreadyStarted(
                            current, $"Workflow execution is already running. WorkflowId: {entity.WorkflowId}, RunId: {current.RunId}.");
                }
            }
        }

        return (Begin(entity, StartRules.Origin(entity.Namespace, request, Clock.NowTicks, root, parent, parentNamespaceId), schedules), true);
    }

    private static Run Begin(Entity entity, RunOrigin origin, bool schedules)
    {
        var run = new Run(entity, origin);
        entity.Add(run);
        if (schedules)
        {
            run.ScheduleFirstTask();
        }

        return run;
    }

    private static void CheckReuse(Run closed, WorkflowIdReusePolicy policy)
    {
        var ids = $"WorkflowId: {closed.Entity.WorkflowId}, RunId: {closed.RunId}.";
        switch (policy)
        {
            case WorkflowIdReusePolicy.AllowDuplicateFailedOnly when closed.Status is not (WorkflowExecutionStatus.Failed
                or WorkflowExecutionStatus.Canceled or WorkflowExecutionStatus.Terminated or WorkflowExecutionStatus.TimedOut):
                throw AlreadyStarted(
                    closed, $"Workflow execution already finished successfully. {ids} Workflow Id reuse policy: allow duplicate workflow Id if last run failed.");
            case WorkflowIdReusePolicy.RejectDuplicate:
                throw AlreadyStarted(
                    closed, $"Workflow execution already finished. {ids} Workflow Id reuse policy: reject duplicate workflow Id.");
        }
    }

    private static RpcException AlreadyStarted(Run run, string message) => new(
        StatusCode.AlreadyExists, message,
        new WorkflowExecutionAlreadyStartedFailure { StartRequestId = run.Origin.RequestId, RunId = run.RunId });
}

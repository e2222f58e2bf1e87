using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>What workflows do to one another. Each step holds one entity's lock at most.</summary>
internal sealed partial class Server
{
    private const string HistoryService = "history-service";

    public void StartChild(Run parent, PendingChild child, UserMetadata? metadata)
    {
        var wanted = child.Attributes;
        using (parent.Entity.Enter())
        {
            if (!parent.IsRunning && wanted.ParentClosePolicy != ParentClosePolicy.Abandon)
            {
                return;
            }
        }

        if (!Namespaces.TryGetValue(wanted.Namespace, out var ns))
        {
            using (parent.Entity.Enter())
            {
                parent.ChildStartFailed(child.InitiatedId, StartChildWorkflowExecutionFailedCause.NamespaceNotFound);
            }

            return;
        }

        var request = new StartWorkflowExecutionRequest
        {
            Namespace = ns.Name,
            WorkflowId = wanted.WorkflowId,
            WorkflowType = wanted.WorkflowType,
            TaskQueue = wanted.TaskQueue,
            Input = wanted.Input,
            WorkflowExecutionTimeout = wanted.WorkflowExecutionTimeout,
            WorkflowRunTimeout = wanted.WorkflowRunTimeout,
            WorkflowTaskTimeout = wanted.WorkflowTaskTimeout,
            RequestId = $"{parent.RunId}:{child.InitiatedId}",
            WorkflowIdReusePolicy = wanted.WorkflowIdReusePolicy,
            RetryPolicy = wanted.RetryPolicy,
            CronSchedule = wanted.CronSchedule,
            Memo = wanted.Memo,
            SearchAttributes = wanted.SearchAttributes,
            Header = wanted.Header,
            UserMetadata = metadata,
            Priority = wanted.Priority,
            VersioningOverride = wanted.VersioningOverride,
        };
        var link = new ParentLink(parent.Namespace.Name, parent.Entity.WorkflowId, parent.RunId, child.InitiatedId);
        Run run;
        try
        {
            (run, _) = Start(ns, request, parent.Start.RootWorkflowExecution ?? parent.Execution, link, parent.Namespace.Id, schedules: false);
        }
        catch (RpcException e) when (e.Code == StatusCode.AlreadyExists)
        {
            using (parent.Entity.Enter())
            {
                parent.ChildStartFailed(child.InitiatedId, StartChildWorkflowExecutionFailedCause.WorkflowAlreadyExists);
            }

            return;
        }

        bool wantedStill;
        using (parent.Entity.Enter())
        {
            wantedStill = parent.ChildStarted(child.InitiatedId, run.RunId);
        }

        using (run.Entity.Enter())
        {
            if (!run.IsRunning)
            {
                return;
            }

            // The parent may have closed in between; its policy was applied when there was no child to apply it to.
            if (!wantedStill && wanted.ParentClosePolicy == ParentClosePolicy.Terminate)
            {
                run.Terminate("by parent close policy", null, HistoryService);
                return;
            }

            run.ScheduleFirstTask();
            if (!wantedStill && wanted.ParentClosePolicy == ParentClosePolicy.RequestCancel)
            {
                run.RequestCancel("by parent close policy", HistoryService, new WorkflowExecution { WorkflowId = link.WorkflowId, RunId = link.RunId }, link.InitiatedEventId);
            }
        }
    }

    public void NotifyParent(ParentLink link, Run child, HistoryEvent closing)
    {
        if (FindRun(link.Namespace, link.WorkflowId, link.RunId) is { } parent)
        {
            using (parent.Entity.Enter())
            {
                parent.ChildClosed(link.InitiatedEventId, child, closing);
            }
        }
    }

    public void ParentClosed(Run parent, PendingChild child)
    {
        if (child.RunId.Length == 0
            || !Namespaces.TryGetValue(child.Attributes.Namespace, out var ns)
            || !ns.Entities.TryGetValue(child.Attributes.WorkflowId, out var entity))
        {
            return;
        }

        using (entity.Enter())
        {
            // The child may have been followed by another run of its chain.
            if (entity.Current is not { IsRunning: true } run || run.Start.FirstExecutionRunId != ChainOf(entity, child.RunId))
            {
                return;
            }

            if (child.Attributes.ParentClosePolicy == ParentClosePolicy.Terminate)
            {
                run.Terminate("by parent close policy", null, HistoryService);
            }
            else
            {
                run.RequestCancel("by parent close policy", HistoryService, parent.Execution, child.InitiatedId);
            }
        }
    }

    public void SignalExternal(Run sender, long initiatedId, SignalExternalWorkflowExecutionInitiatedEventAttributes sent)
    {
        var failed = SignalExternalWorkflowExecutionFailedCause.Unspecified;
        if (!Namespaces.TryGetValue(sent.Namespace, out var ns))
        {
            failed = SignalExternalWorkflowExecutionFailedCause.NamespaceNotFound;
        }
        else if (!ns.Entities.TryGetValue(sent.WorkflowExecution.WorkflowId, out var entity))
        {
            failed = SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound;
        }
        else
        {
            using (entity.Enter())
            {
                try
                {
                    var target = entity.Find(sent.WorkflowExecution.RunId);
                    if (sent.ChildWorkflowOnly && target.Origin.Parent?.WorkflowId != sender.Entity.WorkflowId)
                    {
                        throw RpcException.NotFound("not a child");
                    }

                    target.Signal(
                        sent.SignalName, sent.Input, HistoryService, sent.Header, $"{sender.RunId}:{initiatedId}", sender.Execution);
                }
                catch (RpcException e)
                {
                    failed = e.Code == StatusCode.NotFound
                        ? SignalExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound
                        : SignalExternalWorkflowExecutionFailedCause.SignalCountLimitExceeded;
                }
            }
        }

        using (sender.Entity.Enter())
        {
            sender.ExternalSignalDone(initiatedId, sent, failed);
        }
    }

    public void CancelExternal(Run sender, long initiatedId, RequestCancelExternalWorkflowExecutionInitiatedEventAttributes sent)
    {
        var failed = CancelExternalWorkflowExecutionFailedCause.Unspecified;
        if (!Namespaces.TryGetValue(sent.Namespace, out var ns))
        {
            failed = CancelExternalWorkflowExecutionFailedCause.NamespaceNotFound;
        }
        else if (!ns.Entities.TryGetValue(sent.WorkflowExecution.WorkflowId, out var entity))
        {
            failed = CancelExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound;
        }
        else
        {
            using (entity.Enter())
            {
                try
                {
                    var target = entity.Find(sent.WorkflowExecution.RunId);
                    if (sent.ChildWorkflowOnly && target.Origin.Parent?.WorkflowId != sender.Entity.WorkflowId)
                    {
                        throw RpcException.NotFound("not a child");
                    }

                    target.RequestCancel(sent.Reason, HistoryService, sender.Execution, initiatedId);
                }
                catch (RpcException)
                {
                    failed = CancelExternalWorkflowExecutionFailedCause.ExternalWorkflowExecutionNotFound;
                }
            }
        }

        using (sender.Entity.Enter())
        {
            sender.ExternalCancelDone(initiatedId, sent, failed);
        }
    }

    public Run? FindRun(string ns, string workflowId, string runId)
    {
        if (!Namespaces.TryGetValue(ns, out var found) || !found.Entities.TryGetValue(workflowId, out var entity))
        {
            return null;
        }

        using (entity.Enter())
        {
            return runId.Length == 0 ? entity.Current : entity.Runs.GetValueOrDefault(runId);
        }
    }

    private static string? ChainOf(Entity entity, string runId) =>
        entity.Runs.GetValueOrDefault(runId)?.Start.FirstExecutionRunId ?? runId;
}

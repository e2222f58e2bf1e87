using System.Linq.Expressions;
using Temporalio.Api.Enums.V1;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Temporalio.Client;

/// <summary>How a workflow is started.</summary>
public class WorkflowOptions : ICloneable
{
    private bool requestEagerStart;
    private VersioningOverride? versioningOverride;

    public WorkflowOptions()
    {
    }

    public WorkflowOptions(string id, string taskQueue)
    {
        Id = id;
        TaskQueue = taskQueue;
    }

    /// <summary>Required.</summary>
    public string? Id { get; set; }

    /// <summary>Required.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>One line of Markdown for the UI; never changes.</summary>
    public string? StaticSummary { get; set; }

    /// <summary>Markdown for the UI; never changes.</summary>
    public string? StaticDetails { get; set; }

    /// <summary>Limit of all runs together; null is none.</summary>
    public TimeSpan? ExecutionTimeout { get; set; }

    /// <summary>Limit of each run; null is none.</summary>
    public TimeSpan? RunTimeout { get; set; }

    /// <summary>After this time a workflow task is given to another worker; null is the server's ten seconds.</summary>
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>Whether the id of a closed workflow may be taken again.</summary>
    public WorkflowIdReusePolicy IdReusePolicy { get; set; } = WorkflowIdReusePolicy.AllowDuplicate;

    /// <summary>What happens when a workflow of that id is running.</summary>
    public WorkflowIdConflictPolicy IdConflictPolicy { get; set; } = WorkflowIdConflictPolicy.Unspecified;

    /// <summary>Null runs once.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    public string? CronSchedule { get; set; }

    /// <summary>Values that lists and descriptions show; none may be null.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    /// <summary>Time before the first workflow task.</summary>
    public TimeSpan? StartDelay { get; set; }

    /// <summary>A signal that is sent with the start, to the workflow that runs if there is one.</summary>
    public string? StartSignal { get; set; }

    public IReadOnlyCollection<object?>? StartSignalArgs { get; set; }

    /// <exception cref="NotSupportedException">It is set to true.</exception>
    public bool RequestEagerStart
    {
        get => requestEagerStart;
        set => requestEagerStart = value
            ? throw new NotSupportedException($"{nameof(WorkflowOptions)}.{nameof(RequestEagerStart)} is not supported by this build.")
            : false;
    }

    public RpcOptions? Rpc { get; set; }

    public Priority? Priority { get; set; }

    /// <exception cref="NotSupportedException">It is set.</exception>
    public VersioningOverride? VersioningOverride
    {
        get => versioningOverride;
        set => versioningOverride = value is null
            ? null
            : throw new NotSupportedException($"{nameof(WorkflowOptions)}.{nameof(VersioningOverride)} is not supported by this build.");
    }

    public virtual object Clone()
    {
        var copy = (WorkflowOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }

    /// <summary>Sets <see cref="StartSignal"/> and its arguments from a call of the signal's handler.</summary>
    public void SignalWithStart<TWorkflow>(Expression<Func<TWorkflow, Task>> signalCall)
    {
        var (name, args) = Calls.Signal(signalCall);
        SignalWithStart(name, args);
    }

    /// <summary>Sets <see cref="StartSignal"/> and its arguments.</summary>
    public void SignalWithStart(string signal, IReadOnlyCollection<object?> args)
    {
        StartSignal = signal;
        StartSignalArgs = args;
    }
}

/// <summary>How a signal is sent.</summary>
public class WorkflowSignalOptions : ICloneable
{
    public RpcOptions? Rpc { get; set; }

    public virtual object Clone()
    {
        var copy = (WorkflowSignalOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How a query is asked.</summary>
public class WorkflowQueryOptions : ICloneable
{
    /// <summary>Statuses in which there shall be no answer; null is the client's.</summary>
    public QueryRejectCondition? RejectCondition { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone()
    {
        var copy = (WorkflowQueryOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How a workflow's cancellation is requested.</summary>
public class WorkflowCancelOptions : ICloneable
{
    public RpcOptions? Rpc { get; set; }

    public virtual object Clone()
    {
        var copy = (WorkflowCancelOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How a workflow is terminated.</summary>
public class WorkflowTerminateOptions : ICloneable
{
    public IReadOnlyCollection<object?>? Details { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone()
    {
        var copy = (WorkflowTerminateOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How a workflow is described.</summary>
public class WorkflowDescribeOptions : ICloneable
{
    public RpcOptions? Rpc { get; set; }

    public virtual object Clone()
    {
        var copy = (WorkflowDescribeOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How workflows are counted.</summary>
public class WorkflowCountOptions : ICloneable
{
    public RpcOptions? Rpc { get; set; }

    public virtual object Clone()
    {
        var copy = (WorkflowCountOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How workflows are listed.</summary>
public class WorkflowListOptions : ICloneable
{
    public RpcOptions? Rpc { get; set; }

    /// <summary>The list ends after so many; zero is no limit.</summary>
    public int Limit { get; set; }

    public virtual object Clone()
    {
        var copy = (WorkflowListOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How one page of a list is read.</summary>
public class WorkflowListPaginatedOptions : ICloneable
{
    /// <summary>Zero is the server's choice.</summary>
    public int PageSize { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone()
    {
        var copy = (WorkflowListPaginatedOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>Which events of a history are read.</summary>
public class WorkflowHistoryEventFetchOptions : ICloneable
{
    /// <summary>Goes on until the workflow closes.</summary>
    public bool WaitNewEvent { get; set; }

    public HistoryEventFilterType EventFilterType { get; set; } = HistoryEventFilterType.AllEvent;

    public bool SkipArchival { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone()
    {
        var copy = (WorkflowHistoryEventFetchOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How an update is sent.</summary>
public class WorkflowUpdateOptions : ICloneable
{
    public WorkflowUpdateOptions()
    {
    }

    public WorkflowUpdateOptions(string id) => Id = id;

    /// <summary>An update of an id that the workflow knows is not run again; null is a new one.</summary>
    public string? Id { get; set; }

    public RpcOptions? Rpc { get; set; }

    public virtual object Clone()
    {
        var copy = (WorkflowUpdateOptions)MemberwiseClone();
        copy.Rpc = (RpcOptions?)Rpc?.Clone();
        return copy;
    }
}

/// <summary>How far an update has come.</summary>
public enum WorkflowUpdateStage
{
    None = UpdateWorkflowExecutionLifecycleStage.Unspecified,
    Admitted = UpdateWorkflowExecutionLifecycleStage.Admitted,
    Accepted = UpdateWorkflowExecutionLifecycleStage.Accepted,
    Completed = UpdateWorkflowExecutionLifecycleStage.Completed,
}

/// <summary>How an update is started, and how long the start waits.</summary>
public class WorkflowUpdateStartOptions : WorkflowUpdateOptions
{
    public WorkflowUpdateStartOptions()
    {
    }

    public WorkflowUpdateStartOptions(WorkflowUpdateStage waitForStage) => WaitForStage = waitForStage;

    public WorkflowUpdateStartOptions(string id, WorkflowUpdateStage waitForStage)
        : base(id) => WaitForStage = waitForStage;

    /// <summary>Accepted or completed. Required.</summary>
    public WorkflowUpdateStage WaitForStage { get; set; }
}

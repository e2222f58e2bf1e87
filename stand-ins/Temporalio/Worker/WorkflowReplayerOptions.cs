using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Temporalio.Worker;

/// <summary>What to replay histories with.</summary>
public class WorkflowReplayerOptions : ICloneable
{
    private List<WorkflowDefinition> _workflows = [];

    /// <summary>Raised before each activation of a workflow, on its thread; must not touch its state.</summary>
    public event EventHandler<WorkflowTaskStartingEventArgs>? WorkflowTaskStarting;

    /// <summary>Raised after each activation of a workflow, on its thread; must not touch its state.</summary>
    public event EventHandler<WorkflowTaskCompletedEventArgs>? WorkflowTaskCompleted;

    /// <summary>The workflows.</summary>
    public IList<WorkflowDefinition> Workflows => _workflows;

    /// <summary>What workflows see as their namespace.</summary>
    public string Namespace { get; set; } = "ReplayNamespace";

    /// <summary>The queue, where the history names none.</summary>
    public string TaskQueue { get; set; } = "ReplayTaskQueue";

    /// <summary>Converts payloads.</summary>
    public Converters.DataConverter DataConverter { get; set; } = Converters.DataConverter.Default;

    /// <summary>Not seen by anyone.</summary>
    public string? Identity { get; set; }

    /// <summary>A workflow may block its thread for long. Default: under a debugger, or with <c>TEMPORAL_DEBUG</c>.</summary>
    public bool DebugMode { get; set; } = new TemporalWorkerOptions().DebugMode;

    /// <summary>Do not watch for code that leaves the workflow's scheduler.</summary>
    public bool DisableWorkflowTracingEventListener { get; set; }

    /// <summary>Where to log.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>Exceptions that end a workflow instead of suspending it.</summary>
    public IReadOnlyCollection<Type>? WorkflowFailureExceptionTypes { get; set; }

    /// <summary>Adds a workflow.</summary>
    public WorkflowReplayerOptions AddWorkflow<T>() => AddWorkflow(typeof(T));

    /// <summary>Adds a workflow.</summary>
    public WorkflowReplayerOptions AddWorkflow(Type type) => AddWorkflow(WorkflowDefinition.Create(type));

    /// <summary>Adds a workflow.</summary>
    public WorkflowReplayerOptions AddWorkflow(WorkflowDefinition definition)
    {
        Workflows.Add(definition);
        return this;
    }

    /// <summary>A copy with a list of its own.</summary>
    public virtual object Clone()
    {
        var copy = (WorkflowReplayerOptions)MemberwiseClone();
        copy._workflows = [.. _workflows];
        return copy;
    }

    internal void OnTaskStarting(WorkflowTaskStartingEventArgs args) => WorkflowTaskStarting?.Invoke(this, args);

    internal void OnTaskCompleted(WorkflowTaskCompletedEventArgs args) => WorkflowTaskCompleted?.Invoke(this, args);
}

/// <summary>How the replay of one history went.</summary>
public record WorkflowReplayResult(WorkflowHistory History, Exception? ReplayFailure);

using Microsoft.Extensions.Logging;
using Temporalio.Activities;
using Temporalio.Workflows;

namespace Temporalio.Worker;

/// <summary>What a worker runs, and how much of it at once.</summary>
public class TemporalWorkerOptions : ICloneable
{
    private List<ActivityDefinition> _activities = [];
    private List<WorkflowDefinition> _workflows = [];

    /// <summary>Options whose task queue is still to be set.</summary>
    public TemporalWorkerOptions()
    {
    }

    /// <summary>Options for a task queue.</summary>
    public TemporalWorkerOptions(string taskQueue) => TaskQueue = taskQueue;

    /// <summary>Raised before each activation of a workflow, on its thread; must not touch its state.</summary>
    public event EventHandler<WorkflowTaskStartingEventArgs>? WorkflowTaskStarting;

    /// <summary>Raised after each activation of a workflow, on its thread; must not touch its state.</summary>
    public event EventHandler<WorkflowTaskCompletedEventArgs>? WorkflowTaskCompleted;

    /// <summary>The queue to serve; required.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>The activities.</summary>
    public IList<ActivityDefinition> Activities => _activities;

    /// <summary>The workflows.</summary>
    public IList<WorkflowDefinition> Workflows => _workflows;

    /// <summary>Starts the activities' bodies. Default: the thread pool.</summary>
    public TaskFactory ActivityTaskFactory { get; set; } = Task.Factory;

    /// <summary>What the server shows as this worker; null is the client's.</summary>
    public string? Identity { get; set; }

    /// <summary>Activities at once; null is 100.</summary>
    public int? MaxConcurrentActivities { get; set; }

    /// <summary>The longest pause between two heartbeats that are sent.</summary>
    public TimeSpan MaxHeartbeatThrottleInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The pause between two heartbeats of an activity without heartbeat time-out.</summary>
    public TimeSpan DefaultHeartbeatThrottleInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Activities that this worker starts per second; null is no limit.</summary>
    public double? MaxActivitiesPerSecond { get; set; }

    /// <summary>Activities of the queue per second, for all its workers; null is no limit.</summary>
    public double? MaxTaskQueueActivitiesPerSecond { get; set; }

    /// <summary>What running activities are given between the start of a shutdown and their cancellation.</summary>
    public TimeSpan GracefulShutdownTimeout { get; set; } = TimeSpan.Zero;

    /// <summary>Workflows kept in memory between their tasks; 0 is none.</summary>
    public int MaxCachedWorkflows { get; set; } = 10_000;

    /// <summary>Workflow tasks at once; null is 100.</summary>
    public int? MaxConcurrentWorkflowTasks { get; set; }

    /// <summary>Not supported: local activities.</summary>
    public int? MaxConcurrentLocalActivities
    {
        get => null;
        set => ThrowIf(value is not null, nameof(MaxConcurrentLocalActivities));
    }

    /// <summary>Not supported: local activities.</summary>
    public bool LocalActivityWorkerOnly
    {
        get => false;
        set => ThrowIf(value, nameof(LocalActivityWorkerOnly));
    }

    /// <summary>How long a task waits for this worker before it is offered to all.</summary>
    public TimeSpan StickyQueueScheduleToStartTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Polls for workflow tasks at once.</summary>
    public int MaxConcurrentWorkflowTaskPolls { get; set; } = 5;

    /// <summary>The share of those that ask for new and forgotten workflows.</summary>
    public float NonStickyToStickyPollRatio { get; set; } = 0.2F;

    /// <summary>Polls for activity tasks at once.</summary>
    public int MaxConcurrentActivityTaskPolls { get; set; } = 5;

    /// <summary>Exceptions that end a workflow instead of suspending it.</summary>
    public IReadOnlyCollection<Type>? WorkflowFailureExceptionTypes { get; set; }

    /// <summary>Asked when a workflow meets a patch for the first time; false leaves it on the old way.</summary>
    public Func<PatchActivationInput, bool>? PatchActivationCallback { get; set; }

    /// <summary>A workflow may block its thread for long. Default: under a debugger, or with <c>TEMPORAL_DEBUG</c>.</summary>
    public bool DebugMode { get; set; } =
        System.Diagnostics.Debugger.IsAttached
        || Environment.GetEnvironmentVariable("TEMPORAL_DEBUG") is "1" or "true" or "TRUE" or "True";

    /// <summary>Do not watch for code that leaves the workflow's scheduler.</summary>
    public bool DisableWorkflowTracingEventListener { get; set; }

    /// <summary>Where to log; null is the client's.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>What the query <c>__stack_trace</c> answers with.</summary>
    public WorkflowStackTrace WorkflowStackTrace { get; set; } = WorkflowStackTrace.None;

    /// <summary>Never take an activity together with a workflow task's answer.</summary>
    public bool DisableEagerActivityExecution { get; set; }

    /// <summary>The most activities to take together with one answer.</summary>
    public int MaxEagerActivityReservationsPerWorkflowTask { get; set; } = 3;

    /// <summary>Let the server refuse payloads that are too large, instead of failing the task before.</summary>
    public bool DisablePayloadErrorLimit { get; set; }

    /// <summary>Adds an activity.</summary>
    public TemporalWorkerOptions AddActivity(Delegate del) => AddActivity(ActivityDefinition.Create(del));

    /// <summary>Adds an activity.</summary>
    public TemporalWorkerOptions AddActivity(ActivityDefinition definition)
    {
        Activities.Add(definition);
        return this;
    }

    /// <summary>Adds every activity of a type.</summary>
    public TemporalWorkerOptions AddAllActivities<T>(T? instance) => AddAllActivities(typeof(T), instance);

    /// <summary>Adds every activity of a type.</summary>
    public TemporalWorkerOptions AddAllActivities(Type type, object? instance)
    {
        foreach (var definition in ActivityDefinition.CreateAll(type, instance))
        {
            Activities.Add(definition);
        }

        return this;
    }

    /// <summary>Adds a workflow.</summary>
    public TemporalWorkerOptions AddWorkflow<T>() => AddWorkflow(typeof(T));

    /// <summary>Adds a workflow.</summary>
    public TemporalWorkerOptions AddWorkflow(Type type) => AddWorkflow(WorkflowDefinition.Create(type));

    /// <summary>Adds a workflow.</summary>
    public TemporalWorkerOptions AddWorkflow(WorkflowDefinition definition)
    {
        Workflows.Add(definition);
        return this;
    }

    /// <summary>A copy with lists of its own.</summary>
    public virtual object Clone()
    {
        var copy = (TemporalWorkerOptions)MemberwiseClone();
        copy._activities = [.. _activities];
        copy._workflows = [.. _workflows];
        return copy;
    }

    internal void OnTaskStarting(WorkflowTaskStartingEventArgs args) => WorkflowTaskStarting?.Invoke(this, args);

    internal void OnTaskCompleted(WorkflowTaskCompletedEventArgs args) => WorkflowTaskCompleted?.Invoke(this, args);

    internal bool HasTaskEvents => WorkflowTaskStarting is not null || WorkflowTaskCompleted is not null;

    private static void ThrowIf(bool set, string member)
    {
        if (set)
        {
            throw new NotSupportedException($"{nameof(TemporalWorkerOptions)}.{member} is not supported");
        }
    }
}

using Temporalio.Api.Enums.V1;
using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>How to call an activity.</summary>
public class ActivityOptions : ICloneable
{
    /// <summary>The longest time for all attempts together; this or <see cref="StartToCloseTimeout"/> is required.</summary>
    public TimeSpan? ScheduleToCloseTimeout { get; set; }

    /// <summary>The longest time until a worker takes it.</summary>
    public TimeSpan? ScheduleToStartTimeout { get; set; }

    /// <summary>The longest time for one attempt; this or <see cref="ScheduleToCloseTimeout"/> is required.</summary>
    public TimeSpan? StartToCloseTimeout { get; set; }

    /// <summary>The longest silence of a running attempt.</summary>
    public TimeSpan? HeartbeatTimeout { get; set; }

    /// <summary>When to try again; null is the server's default policy.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>What cancelling the call does.</summary>
    public ActivityCancellationType CancellationType { get; set; } = ActivityCancellationType.TryCancel;

    /// <summary>Cancels the call; null is the workflow's own token.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>Where to run it; null is the workflow's queue.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>One line for the UI.</summary>
    public string? Summary { get; set; }

    /// <summary>Its id in the run; null numbers it.</summary>
    public string? ActivityId { get; set; }

    /// <summary>Never hand the activity to this worker together with the workflow task's answer.</summary>
    public bool DisableEagerActivityExecution { get; set; }

    /// <summary>Its place among others; null inherits the workflow's.</summary>
    public Priority? Priority { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>How to start a child workflow.</summary>
public class ChildWorkflowOptions : ICloneable
{
    /// <summary>The child's workflow id; null draws one.</summary>
    public string? Id { get; set; }

    /// <summary>Where it runs; null is the parent's queue.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>One line for the UI.</summary>
    public string? StaticSummary { get; set; }

    /// <summary>Some lines for the UI.</summary>
    public string? StaticDetails { get; set; }

    /// <summary>When to run it again after a failure; null is never.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>What cancelling the call does.</summary>
    public ChildWorkflowCancellationType CancellationType { get; set; } =
        ChildWorkflowCancellationType.WaitCancellationCompleted;

    /// <summary>Cancels the call; null is the workflow's own token.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>What happens to the child when the parent ends.</summary>
    public ParentClosePolicy ParentClosePolicy { get; set; } = ParentClosePolicy.Terminate;

    /// <summary>The longest time for all runs together.</summary>
    public TimeSpan? ExecutionTimeout { get; set; }

    /// <summary>The longest time for one run.</summary>
    public TimeSpan? RunTimeout { get; set; }

    /// <summary>The longest time for one workflow task.</summary>
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>What a closed workflow of the same id means.</summary>
    public WorkflowIdReusePolicy IdReusePolicy { get; set; } = WorkflowIdReusePolicy.AllowDuplicate;

    /// <summary>Runs it again and again at these times.</summary>
    public string? CronSchedule { get; set; }

    /// <summary>The child's memo.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    /// <summary>The child's search attributes.</summary>
    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    /// <summary>Its place among others; null inherits the parent's.</summary>
    public Priority? Priority { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>How to signal a child workflow.</summary>
public class ChildWorkflowSignalOptions : ICloneable
{
    /// <summary>Cancels the signal before it is sent; null is the workflow's own token.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>How to signal another workflow.</summary>
public class ExternalWorkflowSignalOptions : ICloneable
{
    /// <summary>Cancels the signal before it is sent; null is the workflow's own token.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>What the next run does differently; null keeps what this run has.</summary>
public class ContinueAsNewOptions : ICloneable
{
    /// <summary>The next run's task queue.</summary>
    public string? TaskQueue { get; set; }

    /// <summary>The longest time for the next run.</summary>
    public TimeSpan? RunTimeout { get; set; }

    /// <summary>The longest time for one workflow task.</summary>
    public TimeSpan? TaskTimeout { get; set; }

    /// <summary>A pause before the next run.</summary>
    public TimeSpan? BackoffStartInterval { get; set; }

    /// <summary>The next run's retry policy.</summary>
    public RetryPolicy? RetryPolicy { get; set; }

    /// <summary>The next run's memo.</summary>
    public IReadOnlyDictionary<string, object>? Memo { get; set; }

    /// <summary>The next run's search attributes.</summary>
    public SearchAttributeCollection? TypedSearchAttributes { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>How to wait for a time.</summary>
public class DelayOptions : ICloneable
{
    /// <summary>A delay of nothing.</summary>
    public DelayOptions()
    {
    }

    /// <summary>A delay in milliseconds.</summary>
    public DelayOptions(int millisecondsDelay, string? summary = null, CancellationToken? cancellationToken = null)
        : this(TimeSpan.FromMilliseconds(millisecondsDelay), summary, cancellationToken)
    {
    }

    /// <summary>A delay.</summary>
    public DelayOptions(TimeSpan delay, string? summary = null, CancellationToken? cancellationToken = null)
    {
        Delay = delay;
        Summary = summary;
        CancellationToken = cancellationToken;
    }

    /// <summary>How long; −1 ms is for ever.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>One line for the UI.</summary>
    public string? Summary { get; set; }

    /// <summary>Ends the wait; null is the workflow's own token.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>How to wait for a condition.</summary>
public class WaitConditionOptions : ICloneable
{
    /// <summary>A wait whose condition is still to be set.</summary>
    public WaitConditionOptions()
    {
    }

    /// <summary>A wait.</summary>
    public WaitConditionOptions(
        Func<bool> conditionCheck,
        TimeSpan? timeout = null,
        string? timeoutSummary = null,
        CancellationToken? cancellationToken = null)
    {
        ConditionCheck = conditionCheck;
        Timeout = timeout;
        TimeoutSummary = timeoutSummary;
        CancellationToken = cancellationToken;
    }

    /// <summary>What to wait for; must change nothing.</summary>
    public Func<bool> ConditionCheck { get; set; } = () => throw new InvalidOperationException("ConditionCheck not set");

    /// <summary>How long to wait; null and −1 ms are for ever.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>One line for the UI, on the timer.</summary>
    public string? TimeoutSummary { get; set; }

    /// <summary>Ends the wait; null is the workflow's own token.</summary>
    public CancellationToken? CancellationToken { get; set; }

    /// <summary>A shallow copy.</summary>
    public virtual object Clone() => MemberwiseClone();
}

using Metal3.Contracts;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Temporalio.Workflows;

namespace Metal3.Workflows.Steps;

/// <summary>Time-outs, queues and retry policies of all activities: the one place for them.</summary>
internal static class Calls
{
    private static readonly string[] Final =
    [
        FailureTypes.NodeFailed, FailureTypes.SpecRefused, FailureTypes.CredentialsMissing, FailureTypes.CredentialsInvalid,
        FailureTypes.HostDataUnusable, FailureTypes.NodeMissing, FailureTypes.ImageNeeded, FailureTypes.StaleIntent, FailureTypes.HostGone,
        FailureTypes.BackendRefused, FailureTypes.KubernetesRefused,
    ];

    /// <summary>A short request to the back end: transport faults are retried for seconds, then the step decides.</summary>
    public static ActivityOptions Request(Patience patience, string summary, CancellationToken cancellation) => new()
    {
        TaskQueue = TaskQueues.Ironic,
        StartToCloseTimeout = patience.Request,
        ScheduleToCloseTimeout = patience.Request + patience.Transport,
        RetryPolicy = new()
        {
            InitialInterval = TimeSpan.FromMilliseconds(500),
            BackoffCoefficient = 2,
            MaximumInterval = TimeSpan.FromSeconds(5),
            MaximumAttempts = 5,
            NonRetryableErrorTypes = Final,
        },
        // What was asked was asked: its answer, with the events in it, is worth the moment that it takes, whatever is wanted by then.
        CancellationType = ActivityCancellationType.WaitCancellationCompleted,
        CancellationToken = cancellation,
        Summary = summary,
    };

    /// <summary>A long wait: retried without limit when its worker is lost, until the step's deadline.</summary>
    public static ActivityOptions Wait(Patience patience, TimeSpan deadline, string summary, CancellationToken cancellation) => new()
    {
        TaskQueue = TaskQueues.Waits,
        ScheduleToCloseTimeout = deadline,
        HeartbeatTimeout = patience.Heartbeat,
        RetryPolicy = new()
        {
            InitialInterval = TimeSpan.FromMilliseconds(200),
            BackoffCoefficient = 2,
            MaximumInterval = TimeSpan.FromSeconds(5),
            NonRetryableErrorTypes = [FailureTypes.HostGone],
        },
        CancellationType = ActivityCancellationType.TryCancel,
        CancellationToken = cancellation,
        Summary = summary,
    };

    /// <summary>A read or write of Kubernetes objects that the story cannot go on without: retried until it works or is refused.</summary>
    public static ActivityOptions Objects(string summary, CancellationToken? cancellation = null) => new()
    {
        TaskQueue = TaskQueues.Main,
        StartToCloseTimeout = TimeSpan.FromSeconds(60),
        RetryPolicy = new()
        {
            InitialInterval = TimeSpan.FromMilliseconds(250),
            BackoffCoefficient = 2,
            MaximumInterval = TimeSpan.FromSeconds(20),
            NonRetryableErrorTypes = Final,
        },
        CancellationToken = cancellation,
        Summary = summary,
    };

    /// <summary>As <see cref="Objects"/>, looking again every ten seconds for something that is missing (upstream's interval).</summary>
    public static ActivityOptions ObjectsUntilThere(string summary, CancellationToken cancellation)
    {
        var options = Objects(summary, cancellation);
        options.RetryPolicy = new()
        {
            InitialInterval = TimeSpan.FromSeconds(10),
            BackoffCoefficient = 1,
            NonRetryableErrorTypes = [.. Final.Where(type => type != FailureTypes.CredentialsMissing)],
        };
        return options;
    }
}

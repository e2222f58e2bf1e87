namespace Temporalio.Activities;

/// <summary>Why an activity's cancellation token fired.</summary>
public enum ActivityCancelReason
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>The server no longer knows the activity: it was closed, or its workflow was.</summary>
    GoneFromServer,

    /// <summary>The workflow asked for it.</summary>
    CancelRequested,

    /// <summary>One of its time-outs has passed.</summary>
    Timeout,

    /// <summary>The worker is shutting down.</summary>
    WorkerShutdown,

    /// <summary>The details of a heartbeat could not be encoded.</summary>
    HeartbeatRecordFailure,

    /// <summary>An operator paused the activity.</summary>
    Paused,

    /// <summary>An operator reset the activity.</summary>
    Reset,
}

/// <summary>Everything the server said when it cancelled an activity.</summary>
public class ActivityCancellationDetails
{
    /// <summary>The server no longer knows the activity.</summary>
    public bool IsGoneFromServer { get; init; }

    /// <summary>The workflow asked for it.</summary>
    public bool IsCancelRequested { get; init; }

    /// <summary>One of its time-outs has passed.</summary>
    public bool IsTimedOut { get; init; }

    /// <summary>The worker is shutting down.</summary>
    public bool IsWorkerShutdown { get; init; }

    /// <summary>An operator paused the activity.</summary>
    public bool IsPaused { get; init; }

    /// <summary>An operator reset the activity.</summary>
    public bool IsReset { get; init; }

    /// <summary>The details of a heartbeat could not be encoded.</summary>
    public bool IsHeartbeatRecordFailure { get; init; }
}

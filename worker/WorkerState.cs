namespace Metal3.Worker;

/// <summary>Whether this process does its work, for the health endpoints.</summary>
public sealed class WorkerState
{
    /// <summary>Whether all pollers run.</summary>
    public bool IsPolling { get; set; }

    /// <summary>Why it does not; null while it does.</summary>
    public string? Problem { get; set; } = "starting";
}

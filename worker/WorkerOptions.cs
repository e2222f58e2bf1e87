using System.ComponentModel.DataAnnotations;

namespace Metal3.Worker;

/// <summary>How much one worker process does at a time.</summary>
public sealed class WorkerOptions
{
    /// <summary>Short requests to Ironic and BMCs at the same time. Default: 50.</summary>
    [Range(1, 1000)]
    public int IronicSlots { get; set; } = 50;

    /// <summary>Waits at the same time; each costs a few hundred bytes. Default: 5 000.</summary>
    [Range(10, 100_000)]
    public int WaitSlots { get; set; } = 5_000;

    /// <summary>Kubernetes activities at the same time. Default: 50.</summary>
    [Range(1, 1000)]
    public int ObjectSlots { get; set; } = 50;

    /// <summary>Workflow tasks at the same time. Default: 20.</summary>
    [Range(2, 1000)]
    public int WorkflowSlots { get; set; } = 20;

    /// <summary>Polls for workflow tasks at the same time, a fifth of them for workflows that no worker knows yet. Default: 20.</summary>
    [Range(2, 1000)]
    public int WorkflowPolls { get; set; } = 20;

    /// <summary>Polls for activities at the same time, on each queue. Default: 5.</summary>
    [Range(1, 1000)]
    public int ActivityPolls { get; set; } = 5;

    /// <summary>Workflows kept in memory between their tasks. Default: 2 000.</summary>
    [Range(0, 1_000_000)]
    public int CachedWorkflows { get; set; } = 2_000;

    /// <summary>
    /// How long to wait before search attributes are used that no workflow carries yet: all services of a server must have read them from
    /// its database. Zero where the server was started with them. Default: 4 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan NewSearchAttributes { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>How long running activities may finish after SIGTERM; waits are handed to other workers at once. Default: 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Drain { get; set; } = TimeSpan.FromSeconds(20);
}

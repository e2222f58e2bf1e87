using System.Text.Json.Serialization;
using Metal3.Contracts.Provisioning;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>What a host workflow starts with, continues as new with, and remembers.</summary>
public sealed record HostState
{
    /// <summary>The desired side: the newest snapshot.</summary>
    public required HostSnapshot Desired { get; init; }

    /// <summary>The observed side; null for a workflow without memory.</summary>
    public ObservedHost? Observed { get; init; }

    /// <summary>Configuration; null until first learnt.</summary>
    public HostOptions? Options { get; init; }

    /// <summary>Runs of lifecycles so far: the n in their ids.</summary>
    public long Runs { get; init; }

    /// <summary>Holds that operators placed.</summary>
    public IReadOnlyList<StepHold> Holds { get; init; } = [];

    /// <summary>A snapshot of another uid that waits for this workflow to end.</summary>
    public HostSnapshot? Successor { get; init; }

    /// <summary>Hosts that vanished without a deletionTimestamp (the bridge's word).</summary>
    public bool Gone { get; init; }

    /// <summary>What operators said last, oldest first, at most 20.</summary>
    public IReadOnlyList<string> Said { get; init; } = [];
}

/// <summary>What a lifecycle starts with.</summary>
public sealed record LifecycleRequest
{
    /// <summary>Which lifecycle.</summary>
    public required Lifecycle Lifecycle { get; init; }

    /// <summary>The desired side when it was started; newer ones come by signal.</summary>
    public required HostSnapshot Desired { get; init; }

    /// <summary>What is known.</summary>
    public required ObservedHost Observed { get; init; }

    /// <summary>Configuration.</summary>
    public required HostOptions Options { get; init; }

    /// <summary>Holds that stand.</summary>
    public IReadOnlyList<StepHold> Holds { get; init; } = [];

    /// <summary>For <see cref="Lifecycle.Power"/>: what is wanted of the machine.</summary>
    public PowerGoal? Power { get; init; }

    /// <summary>Whether this run repeats one that failed, so that stored failures are to be forgotten.</summary>
    public bool Restart { get; init; }

    /// <summary>Whether the object shows all of <see cref="Observed"/>; if not, the first write says it.</summary>
    public bool IsPublished { get; init; }

    /// <summary>Events that the host workflow had still to tell: the lifecycle's first write does.</summary>
    public IReadOnlyList<NodeEvent> Events { get; init; } = [];

    /// <summary>Counts likewise.</summary>
    public IReadOnlyList<MetricCount> Metrics { get; init; } = [];
}

/// <summary>What a power lifecycle is to reach.</summary>
public sealed record PowerGoal
{
    /// <summary>The state to reach.</summary>
    public bool On { get; init; }

    /// <summary>Without asking the operating system.</summary>
    public bool Hard { get; init; }

    /// <summary>The base reboot annotation that is carried out by it: removed, if its value is still this, once the machine is off.</summary>
    public string? RebootAnnotationValue { get; init; }

    /// <summary>Why, for the story.</summary>
    public string Why { get; init; } = "";
}

/// <summary>How a lifecycle ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LifecycleEnd>))]
public enum LifecycleEnd
{
    /// <summary>It reached its goal.</summary>
    Done,

    /// <summary>It failed and said so on the object; the host workflow decides what follows.</summary>
    Failed,

    /// <summary>A person abandoned it.</summary>
    Abandoned,

    /// <summary>The desired side made it pointless.</summary>
    Stopped,

    /// <summary>The provisioner no longer knows the node.</summary>
    NodeLost,

    /// <summary>The object is gone without a deletion that was seen.</summary>
    HostGone,

    /// <summary>A deletion went on without it after too many failures.</summary>
    GaveUp,
}

/// <summary>What a lifecycle leaves behind.</summary>
public sealed record LifecycleResult
{
    /// <summary>How it ended.</summary>
    public required LifecycleEnd End { get; init; }

    /// <summary>What is known now.</summary>
    public required ObservedHost Observed { get; init; }

    /// <summary>The step at which it ended otherwise than done.</summary>
    public string Step { get; init; } = "";

    /// <summary>Why, in a sentence.</summary>
    public string Why { get; init; } = "";

    /// <summary>A newer snapshot that an activity read, if any.</summary>
    public HostSnapshot? Fresh { get; init; }

    /// <summary>Whether the object shows all of <see cref="Observed"/>.</summary>
    public bool IsPublished { get; init; }

    /// <summary>Events that no write of the lifecycle's own carried any more; the host workflow's next one does.</summary>
    public IReadOnlyList<NodeEvent> Events { get; init; } = [];

    /// <summary>Counts likewise.</summary>
    public IReadOnlyList<MetricCount> Metrics { get; init; } = [];

    /// <summary>Holds that stand.</summary>
    public IReadOnlyList<StepHold> Holds { get; init; } = [];
}

/// <summary>Why a lifecycle is told to stop.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StopReason>))]
public enum StopReason
{
    /// <summary>The host is paused: write nothing, ask nothing, leave Ironic as it is.</summary>
    Paused,

    /// <summary>The object is gone without a deletion: leave everything.</summary>
    Gone,

    /// <summary>Something else is wanted: leave Ironic in a state that the next lifecycle can start from.</summary>
    Superseded,
}

/// <summary>Tells a lifecycle to stop.</summary>
/// <param name="Reason">Why, as far as it decides what may still be done.</param>
/// <param name="Why">A sentence for the story.</param>
public sealed record StopRequest(StopReason Reason, string Why);

/// <summary>A fact about a node at rest that changed.</summary>
/// <param name="Node">The node; null when it is gone.</param>
/// <param name="NodeId">Its id.</param>
public sealed record NodeChange(string NodeId, NodeReport? Node);

/// <summary>What a host is doing, for whoever asks (query <c>view</c>).</summary>
public sealed record HostView
{
    /// <summary>The host.</summary>
    public required HostKey Host { get; init; }

    /// <summary><c>status.provisioning.state</c>.</summary>
    public required string State { get; init; }

    /// <summary>The running lifecycle; null at rest.</summary>
    public Lifecycle? Lifecycle { get; init; }

    /// <summary>Its workflow id: what to query and update for the step's own view.</summary>
    public string? LifecycleId { get; init; }

    /// <summary>What is waited for; null when the lifecycle moves, see its own view.</summary>
    public WaitingRecord? Waiting { get; init; }

    /// <summary>Why nothing is begun, when a lifecycle ended badly.</summary>
    public Setback? Setback { get; init; }

    /// <summary>Holds that stand.</summary>
    public IReadOnlyList<StepHold> Holds { get; init; } = [];

    /// <summary>Everything remembered.</summary>
    public required ObservedHost Observed { get; init; }

    /// <summary>What operators said last, oldest first, at most 20: when, what, about which step, who and why.</summary>
    public IReadOnlyList<string> Said { get; init; } = [];
}

/// <summary>What a lifecycle is doing (query <c>view</c>).</summary>
public sealed record LifecycleView
{
    /// <summary>Which.</summary>
    public required Lifecycle Lifecycle { get; init; }

    /// <summary>The step that runs or waits.</summary>
    public required string Step { get; init; }

    /// <summary>Attempt of the step, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Steps that are done, in order.</summary>
    public IReadOnlyList<string> StepsDone { get; init; } = [];

    /// <summary>What is waited for.</summary>
    public WaitingRecord? Waiting { get; init; }

    /// <summary>Failures of this run.</summary>
    public IReadOnlyList<LedgerEntry> Ledger { get; init; } = [];

    /// <summary>Holds that stand.</summary>
    public IReadOnlyList<StepHold> Holds { get; init; } = [];
}

using System.Text.Json.Serialization;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>An operator's word about a named step: update or signal of the same name (<c>retry</c>, <c>skip</c>, <c>hold</c>, …).</summary>
public sealed record StepCommand
{
    /// <summary>The step meant, a name of <see cref="StepNames"/>; empty means the step that runs or waits now.</summary>
    public string Step { get; init; } = "";

    /// <summary>Who says so; empty is shown as <c>unknown</c>.</summary>
    public string By { get; init; } = "";

    /// <summary>Why; kept in the history and shown to whoever looks next.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>A hold on a step: the lifecycle stops before it until somebody resumes.</summary>
/// <remarks>Also the JSON of the annotation <see cref="Resources.AnnotationKeys.Hold"/>, so that it survives a lost Temporal.</remarks>
/// <param name="Step">Name of the step, or <c>*</c> for whatever comes next.</param>
/// <param name="By">Who holds.</param>
/// <param name="Reason">Why.</param>
/// <param name="Since">Since when, UTC.</param>
public sealed record StepHold(string Step, string By, string Reason, DateTimeOffset Since);

/// <summary>Why nothing moves: what for, since when, and what ends it.</summary>
public sealed record WaitingRecord
{
    /// <summary>The step that waits.</summary>
    public required string Step { get; init; }

    /// <summary>What kind of wait.</summary>
    public required WaitKind Kind { get; init; }

    /// <summary>What for, in one plain sentence.</summary>
    public required string For { get; init; }

    /// <summary>Since when, UTC.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>What ends it besides the thing itself (a retry, a corrected secret, a resume …).</summary>
    public required string EndsWith { get; init; }

    /// <summary>What happens by itself next; null: nothing does.</summary>
    public string? NextAction { get; init; }

    /// <summary>When that happens, UTC.</summary>
    public DateTimeOffset? NextActionAt { get; init; }
}

/// <summary>Kinds of waits, also the search attribute <c>Metal3WaitingFor</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WaitKind>))]
public enum WaitKind
{
    /// <summary>A machine is at work.</summary>
    Machine,

    /// <summary>A pause after a failure.</summary>
    Backoff,

    /// <summary>A person holds the step.</summary>
    Hold,

    /// <summary>A person abandoned the lifecycle, or attempts are used up: a word or a change is needed.</summary>
    Operator,

    /// <summary>The provisioning capacity is used up.</summary>
    Capacity,

    /// <summary>Another object must change first (secret, preprovisioning image, …).</summary>
    Object,

    /// <summary>The provisioner does not answer.</summary>
    Backend,
}

/// <summary>One failure, as the error ledger keeps it.</summary>
public sealed record LedgerEntry
{
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The lifecycle.</summary>
    public required Lifecycle Lifecycle { get; init; }

    /// <summary>The step.</summary>
    public required string Step { get; init; }

    /// <summary>Which attempt, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The failure type (<see cref="Provisioning.FailureTypes"/>).</summary>
    public required string Class { get; init; }

    /// <summary>The plain sentence.</summary>
    public required string Message { get; init; }

    /// <summary>The back end's raw text, redacted; null when there is none.</summary>
    public string? Raw { get; init; }
}

using Metal3.Contracts.HostLifecycle;

namespace Metal3.Workflows.Steps;

/// <summary>A named step of a lifecycle: the unit of retrying, skipping, holding and telling.</summary>
/// <param name="Name">A name of <see cref="StepNames"/>.</param>
/// <param name="Title">What it does, in a few words, for the Temporal UI.</param>
public sealed record Step(string Name, string Title)
{
    /// <summary>Whether an operator may declare it done.</summary>
    public bool Skippable { get; init; }

    /// <summary>When it counts as failed if it is still not done; null: its activities' own time-outs are enough.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>Recorded failures after which the lifecycle goes on without it; null: never.</summary>
    public int? GiveUpAfter { get; init; }

    /// <summary>Whether a recorded failure ends the lifecycle as failed, instead of a pause and another attempt.</summary>
    public bool EndsLifecycleOnFailure { get; init; }
}

/// <summary>One attempt of a step.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Restart">Whether an earlier attempt failed, so that the back end's stored failure is to be forgotten.</param>
/// <param name="Cancellation">Cancelled when a person skips or abandons, or the desired side makes it pointless.</param>
public sealed record StepAttempt(int Number, bool Restart, CancellationToken Cancellation);

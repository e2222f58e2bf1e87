using Metal3.Contracts.HostLifecycle;

namespace Metal3.Workflows.HostLifecycle;

/// <summary>What the host workflow does next.</summary>
public abstract record HostAction
{
    private HostAction()
    {
    }

    /// <summary>Nothing, until something changes or, if given, until a time.</summary>
    /// <param name="Why">What is waited for; null: the host is where it should be.</param>
    /// <param name="Until">When to decide again by itself.</param>
    public sealed record Rest(WaitingRecord? Why = null, DateTimeOffset? Until = null) : HostAction;

    /// <summary>Look after annotations, finalizer and imports.</summary>
    public sealed record Intake : HostAction;

    /// <summary>Publish a new observed side.</summary>
    /// <param name="Change">It, with events and counts.</param>
    public sealed record Publish(Change Change) : HostAction;

    /// <summary>Run a lifecycle.</summary>
    /// <param name="Lifecycle">Which.</param>
    /// <param name="Power">For <see cref="Metal3.Contracts.HostLifecycle.Lifecycle.Power"/>.</param>
    /// <param name="Restart">Whether it repeats one that failed.</param>
    public sealed record Run(Lifecycle Lifecycle, PowerGoal? Power = null, bool Restart = false) : HostAction;

    /// <summary>Read the firmware settings.</summary>
    public sealed record RefreshFirmware : HostAction;

    /// <summary>Remove annotations that were carried out or have nothing to carry out.</summary>
    /// <param name="Annotations">Keys with the values meant.</param>
    /// <param name="Change">What to publish with it, if anything.</param>
    public sealed record RemoveAnnotations(IReadOnlyDictionary<string, string> Annotations, Change? Change = null) : HostAction;

    /// <summary>The object is released or gone: the workflow ends.</summary>
    /// <param name="Why">A sentence.</param>
    public sealed record End(string Why) : HostAction;
}

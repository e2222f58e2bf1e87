using Metal3.Contracts.HostLifecycle;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Leaves a lifecycle from within a step; never crosses the workflow's own border.</summary>
internal sealed class LifecycleExitException(LifecycleEnd end, string step, string why) : Exception(why)
{
    public LifecycleEnd End { get; } = end;

    public string Step { get; } = step;

    public HostSnapshot? Fresh { get; init; }
}

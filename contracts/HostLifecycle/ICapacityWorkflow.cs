using Metal3.Contracts.Provisioning;
using Temporalio.Workflows;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>A fair queue for a scarce resource, id <see cref="WorkflowNames.CapacityId"/>.</summary>
[Workflow(WorkflowNames.Capacity)]
public interface ICapacityWorkflow
{
    /// <summary>Runs for ever; continues as new every 500 requests.</summary>
    [WorkflowRun]
    Task RunAsync(CapacityState state);

    /// <summary>Asks for a slot; asking twice changes nothing.</summary>
    [WorkflowSignal]
    Task RequestAsync(SlotRequest request);

    /// <summary>Gives a slot back, or leaves the queue. Unknown holders are ignored.</summary>
    [WorkflowSignal]
    Task ReleaseAsync(string holder);

    /// <summary>Changes the limit while running; 0 means unlimited.</summary>
    [WorkflowSignal("setLimit")]
    Task SetLimitAsync(int limit);

    /// <summary>Holders and the queue, first come first served.</summary>
    [WorkflowQuery("view")]
    CapacityState View();
}

/// <summary>State of a capacity pool.</summary>
public sealed record CapacityState
{
    /// <summary>The pool's name.</summary>
    public required string Pool { get; init; }

    /// <summary>Slots; 0 means unlimited.</summary>
    public int Limit { get; init; }

    /// <summary>Who holds one, by workflow id.</summary>
    public IReadOnlyList<SlotRequest> Holders { get; init; } = [];

    /// <summary>Who waits, first in line first.</summary>
    public IReadOnlyList<SlotRequest> Queue { get; init; } = [];

    /// <summary>Machines that were at work when the pool began and whose host has not asked yet: each takes a slot.</summary>
    public IReadOnlyList<HostKey> BusyHosts { get; init; } = [];

    /// <summary>Whether the back end has told which those are.</summary>
    public bool BusyHostsCounted { get; init; }
}

/// <summary>Tells a lifecycle where it stands.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Granted">Whether the slot is its own now.</param>
/// <param name="Position">Place in the queue, from 1; 0 when granted.</param>
/// <param name="Ahead">Holders and waiters before it.</param>
public sealed record SlotNotice(string Pool, bool Granted, int Position, int Ahead)
{
    /// <summary>Whether one who was told that should be told this.</summary>
    /// <remarks>
    /// Far back in the queue it takes a tenth of the way: telling each waiter each step would cost more than the work that they wait for.
    /// </remarks>
    public bool IsNewsAfter(SlotNotice told) =>
        Granted != told.Granted
        || (Position != told.Position && (Position <= 5 || Position > told.Position || Position * 10 <= told.Position * 9));
}

/// <summary>What the capacity and fleet workflows ask of the outside world, on <see cref="TaskQueues.Main"/>.</summary>
public interface ICapacityActivities
{
    /// <summary>Of the given workflow ids, those that are not running any more.</summary>
    [Temporalio.Activities.Activity]
    Task<IReadOnlyList<string>> ListEndedAsync(IReadOnlyList<string> workflowIds);

    /// <summary>The hosts whose machines are at work by the back end's word, and belong into the pool.</summary>
    [Temporalio.Activities.Activity]
    Task<IReadOnlyList<HostKey>> ListBusyAsync(string pool);
}

/// <summary>Watches one provisioner's nodes at rest, id <see cref="WorkflowNames.FleetId"/>.</summary>
[Workflow(WorkflowNames.Fleet)]
public interface IFleetWorkflow
{
    /// <summary>Runs for ever, holding one heartbeating activity.</summary>
    [WorkflowRun]
    Task RunAsync(FleetState state);

    /// <summary>What is watched.</summary>
    [WorkflowQuery("view")]
    FleetState View();
}

/// <summary>State of the fleet workflow.</summary>
public sealed record FleetState
{
    /// <summary>Name of the provisioner; <c>default</c> is the only one so far.</summary>
    public string Ironic { get; init; } = "default";

    /// <summary>Uid of <c>kube-system</c> of the one Kubernetes cluster that this Temporal namespace serves; null until first known.</summary>
    public string? Cluster { get; init; }
}

/// <summary>The fleet's long activity, on <see cref="TaskQueues.Waits"/>.</summary>
public interface IFleetActivities
{
    /// <summary>
    /// Runs until cancelled or its worker ends: every ten seconds compares the nodes at rest with what it saw before (at first with the hosts'
    /// status) and signals <see cref="IHostWorkflow.NodeChangedAsync"/> to hosts whose node changed.
    /// </summary>
    [Temporalio.Activities.Activity]
    Task WatchRestingHostsAsync(FleetState state);

    /// <summary>The uid of <c>kube-system</c>.</summary>
    [Temporalio.Activities.Activity]
    Task<string> ReadClusterAsync();
}

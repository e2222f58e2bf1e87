using Temporalio.Activities;

namespace Metal3.Contracts.Provisioning;

/// <summary>Short requests to the provisioner, on <see cref="TaskQueues.Ironic"/>: look, ask, report.</summary>
/// <remarks>
/// Each may be repeated at any time and joins what runs. Operations that take several verbs (manage, clean, provide, …) send one a
/// call and answer <see cref="NodeProgress.Running"/>; the workflow waits with <see cref="IWaitActivities"/> and calls again.
/// Trouble is thrown with a type of <see cref="FailureTypes"/>; faults of transport are retried by the activity's retry policy.
/// </remarks>
public interface INodeActivities
{
    /// <summary>Finds the node by id, <c>namespace~name</c>, name or boot MAC, creates it if there is none, and updates driver data, ports, ramdisk,
    /// architecture, capabilities, cleaning flag and network data where they differ.</summary>
    [Activity]
    Task<EnsuredNode> EnsureNodeAsync(EnsureNodeRequest request);

    /// <summary>Has the back end prove access to the BMC of an unverified node; done for every other.</summary>
    [Activity]
    Task<NodeAnswer> ValidateBmcAsync(NodeRequest request);

    /// <summary>Has the back end contact the BMC of a node in use with the credentials it now holds (power state read), without
    /// disturbing the machine; thrown as <see cref="FailureTypes.NodeFailed"/> when they do not work.</summary>
    [Activity]
    Task<NodeAnswer> TestCredentialsAsync(NodeRequest request);

    /// <summary>Starts or joins an inspection; done when an inventory may be read.</summary>
    [Activity]
    Task<NodeAnswer> StartInspectionAsync(InspectRequest request);

    /// <summary>Reads the inventory, writes it to HardwareData (replaced in place; not when the host is being deleted).</summary>
    [Activity]
    Task<RecordedHardware> RecordHardwareAsync(NodeRequest request);

    /// <summary>Starts or joins the manual cleaning for RAID and settings; done when nothing differs (any more).</summary>
    [Activity]
    Task<NodeAnswer> StartPreparationAsync(PrepareRequest request);

    /// <summary>Brings a manageable or recoverable node to <see cref="NodePhase.Available"/> (automated cleaning, where enabled).</summary>
    [Activity]
    Task<NodeAnswer> MakeAvailableAsync(NodeRequest request);

    /// <summary>Records the intent and the instance data on the node in one write, and has the back end validate them.</summary>
    [Activity]
    Task<NodeAnswer> WriteDeployIntentAsync(DeployRequest request);

    /// <summary>Deploys under the recorded intent, at most once; done when the node is active with what the intent names.</summary>
    [Activity]
    Task<NodeAnswer> DeployAsync(DeployRequest request);

    /// <summary>Undeploys; done when the node is available (or manageable and never deployed).</summary>
    [Activity]
    Task<NodeAnswer> UndeployAsync(UndeployRequest request);

    /// <summary>Adopts a running machine; done when the node is active.</summary>
    [Activity]
    Task<NodeAnswer> AdoptAsync(AdoptRequest request);

    /// <summary>Starts, joins or aborts servicing; done when the node is active and nothing is left to apply.</summary>
    [Activity]
    Task<NodeAnswer> StartServiceAsync(ServiceRequest request);

    /// <summary>Orders a power change; done when the machine is as wanted.</summary>
    [Activity]
    Task<NodeAnswer> SetPowerAsync(PowerRequest request);

    /// <summary>Removes the node's record; done when the back end no longer knows it.</summary>
    [Activity]
    Task<NodeAnswer> RemoveNodeAsync(RemoveNodeRequest request);

    /// <summary>Stops what can be stopped safely (a waiting inspection or manual cleaning), for a lifecycle that became pointless.</summary>
    [Activity]
    Task<NodeAnswer> AbortAsync(NodeRequest request);

    /// <summary>Reads the node. Thrown: <see cref="FailureTypes.NodeMissing"/>.</summary>
    [Activity]
    Task<NodeReport> LookAsync(NodeRequest request);

    /// <summary>Asks the BMC itself what is wrong: one attempt, never enough to lock an account.</summary>
    [Activity]
    Task<BmcDiagnosis> ProbeBmcAsync(NodeRequest request);
}

/// <summary>Long heartbeating waits, on <see cref="TaskQueues.Waits"/>; fed by one shared listing per process.</summary>
public interface IWaitActivities
{
    /// <summary>Completes when the goal is reached; heartbeats state and step. Retried without limit when its worker is lost.</summary>
    [Activity]
    Task<AwaitedNode> AwaitNodeAsync(AwaitNodeRequest request);
}

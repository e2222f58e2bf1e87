namespace Metal3.Contracts;

/// <summary>Temporal task queues; every worker serves all of them (design: queues, identity, versions).</summary>
public static class TaskQueues
{
    /// <summary>Workflows, and activities that read or write Kubernetes objects.</summary>
    public const string Main = "metal3";

    /// <summary>Short requests to the provisioner (Ironic) and to BMCs; 50 slots a worker by default.</summary>
    public const string Ironic = "metal3-ironic";

    /// <summary>Long heartbeating waits, which cost next to nothing each; 5 000 slots a worker by default.</summary>
    public const string Waits = "metal3-waits";
}

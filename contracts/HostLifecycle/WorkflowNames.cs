namespace Metal3.Contracts.HostLifecycle;

/// <summary>Workflow types and ids, as they stand in histories, searches and operators' scripts.</summary>
public static class WorkflowNames
{
    /// <summary>Type of the entity workflow of a BareMetalHost.</summary>
    public const string Host = "HostWorkflow";

    /// <summary>Type of the workflow that watches one provisioner's nodes at rest.</summary>
    public const string Fleet = "FleetWorkflow";

    /// <summary>Type of the fair queue for a scarce resource.</summary>
    public const string Capacity = "CapacityWorkflow";

    /// <summary>Prefix of every host workflow's id.</summary>
    public const string HostIdPrefix = "host/";

    /// <summary>The capacity pool of hosts that boot their ramdisk over the network; 20 slots by default.</summary>
    public const string NetworkBootPool = "network-boot";

    /// <summary>The capacity pool of hosts that boot their ramdisk from virtual media; unlimited by default.</summary>
    public const string VirtualMediaPool = "virtual-media";

    /// <summary><c>host/{namespace}/{name}</c>.</summary>
    public static string HostId(string @namespace, string name) => $"{HostIdPrefix}{@namespace}/{name}";

    /// <summary><c>host/{namespace}/{name}/{lifecycle}/{n}</c>: the n-th run of one lifecycle.</summary>
    public static string LifecycleId(string @namespace, string name, Lifecycle lifecycle, long run) =>
        $"{HostId(@namespace, name)}/{lifecycle.Word()}/{run}";

    /// <summary><c>capacity/{pool}</c>.</summary>
    public static string CapacityId(string pool) => $"capacity/{pool}";

    /// <summary><c>fleet/{ironic}</c>; <c>default</c> names the only one.</summary>
    public static string FleetId(string ironic) => $"fleet/{ironic}";
}

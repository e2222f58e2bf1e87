using System.Text.Json.Serialization;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>The lifecycles of a host; each run of one is a child workflow of its own.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Lifecycle>))]
public enum Lifecycle
{
    /// <summary>Make the provisioner know the host, and prove access to its BMC.</summary>
    Register,

    /// <summary>Learn the hardware.</summary>
    Inspect,

    /// <summary>Apply RAID and firmware settings before use.</summary>
    Prepare,

    /// <summary>Write the image.</summary>
    Provision,

    /// <summary>Take over a machine that runs already.</summary>
    Adopt,

    /// <summary>Take the machine back: remove the image and clean.</summary>
    Deprovision,

    /// <summary>Apply firmware settings to a deployed machine.</summary>
    Service,

    /// <summary>Switch the machine, or reboot it.</summary>
    Power,

    /// <summary>Let the machine go untouched.</summary>
    Detach,

    /// <summary>Switch off, forget, release.</summary>
    Delete,
}

/// <summary>How lifecycles are called in ids and on screens.</summary>
public static class Lifecycles
{
    /// <summary>The lower-case word in a workflow id, e.g. <c>deprovision</c>.</summary>
    public static string Word(this Lifecycle lifecycle) => lifecycle switch
    {
        Lifecycle.Register => "register",
        Lifecycle.Inspect => "inspect",
        Lifecycle.Prepare => "prepare",
        Lifecycle.Provision => "provision",
        Lifecycle.Adopt => "adopt",
        Lifecycle.Deprovision => "deprovision",
        Lifecycle.Service => "service",
        Lifecycle.Power => "power",
        Lifecycle.Detach => "detach",
        Lifecycle.Delete => "delete",
        _ => throw new ArgumentOutOfRangeException(nameof(lifecycle), lifecycle, "Not a lifecycle."),
    };

    /// <summary>The workflow type, e.g. <c>DeprovisionWorkflow</c>.</summary>
    public static string WorkflowType(this Lifecycle lifecycle) => $"{lifecycle}Workflow";
}

using Metal3.Contracts.Annotations;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Wire;

namespace Metal3.Workflows.HostLifecycle;

/// <summary>What a snapshot's annotations ask for; how they are read stands in <see cref="HostAnnotations"/>.</summary>
public static class HostRequests
{
    /// <summary>Whether nothing may be done.</summary>
    public static bool IsPaused(this HostSnapshot host) => HostAnnotations.IsPaused(host.Annotations);

    /// <summary>Whether inspection is switched off, by field or annotation.</summary>
    public static bool IsInspectionDisabled(this HostSnapshot host) => HostAnnotations.IsInspectionDisabled(host.Spec, host.Annotations);

    /// <summary>Whether another inspection is asked for.</summary>
    public static bool IsInspectionRequested(this HostSnapshot host) => HostAnnotations.Inspect(host.Annotations) is InspectWish.Inspect;

    /// <summary>Whether the owner runs the machine's image, not we.</summary>
    public static bool IsExternallyProvisioned(this HostSnapshot host) => host.Spec.ExternallyProvisioned is true;

    /// <summary>The detach request; null when there is none.</summary>
    public static DetachedArguments? Detach(this HostSnapshot host) => HostAnnotations.Detached(host.Annotations);

    /// <summary>All reboot requests, base form first.</summary>
    public static ValueList<RebootRequest> Reboots(this HostSnapshot host) => HostAnnotations.Reboots(host.Annotations);
}

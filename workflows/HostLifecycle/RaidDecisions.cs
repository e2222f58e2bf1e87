using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;

namespace Metal3.Workflows.HostLifecycle;

/// <summary>RAID as it is wanted and recorded (host-lifecycle specification §3.5).</summary>
public static class RaidDecisions
{
    /// <summary>The RAID configuration that status should show; equal to what it shows when nothing is to be done.</summary>
    public static Raid? TargetRaid(Raid? wanted, Raid? recorded)
    {
        var empty = wanted is null or { HardwareRaidVolumes: null, SoftwareRaidVolumes: null };
        if (!empty)
        {
            return wanted;
        }

        return recorded is null
            ? null
            : new Raid
            {
                HardwareRaidVolumes = recorded.HardwareRaidVolumes is { Count: > 0 } kept ? kept : null,
                SoftwareRaidVolumes = [],
            };
    }

    /// <summary>Whether RAID differs from what status records.</summary>
    /// <remarks>Upstream also compares root hints, but its registration check copies them first, so they never count alone.</remarks>
    public static bool IsRaidDirty(BareMetalHostSpec spec, ObservedHost observed)
    {
        var recorded = observed.Status.Provisioning.Raid;
        return observed.ActualRaidUnknown || !Same(TargetRaid(spec.Raid, recorded), recorded);
    }

    /// <summary>What status keeps of a RAID configuration when the image is removed or the host handed over: hardware volumes only.</summary>
    public static Raid? WithoutSoftware(Raid? raid) => raid is null ? null : raid with { SoftwareRaidVolumes = null };

    private static bool Same(Raid? left, Raid? right)
    {
        if (left is null || right is null)
        {
            return left is null && right is null;
        }

        // A software list that was only forgotten at deprovisioning is no difference: there is nothing to delete and nothing to make.
        return left.HardwareRaidVolumes == right.HardwareRaidVolumes
            && (left.SoftwareRaidVolumes == right.SoftwareRaidVolumes
                || (left.SoftwareRaidVolumes is { Count: 0 } && right.SoftwareRaidVolumes is null && left.HardwareRaidVolumes is { Count: > 0 }));
    }
}

using Metal3.Contracts.Annotations;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;

namespace Metal3.Workflows.HostLifecycle;

/// <summary>Power, reboots and servicing in the states at rest (host-lifecycle specification §3.10 and §4).</summary>
public static class PowerDecisions
{
    /// <summary>The next action of a host that is available, provisioned or externally provisioned.</summary>
    public static HostAction Next(HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now)
    {
        var status = observed.Status;
        var deployed = HostDecisions.IsDeployed(observed.State);
        if (observed.Node?.PoweredOn is { } seen && seen != status.PoweredOn)
        {
            // The machine obeys again: an error about its power has nothing left to say.
            var healed = status.OperationalStatus == OperationalStatus.Error && status.ErrorType == ErrorType.PowerManagementError
                ? observed.ClearError()
                : observed;
            return new HostAction.Publish(Change.Of(healed with { Status = healed.Status with { PoweredOn = seen } }));
        }

        var reboots = desired.Reboots();
        var oneShot = reboots.FirstOrDefault(reboot => reboot.IsOneShot);
        var disabled = desired.Spec.DisablePowerOff is true;
        if (oneShot is not null && !status.PoweredOn)
        {
            return new HostAction.RemoveAnnotations(Of(oneShot));
        }

        if (deployed && Servicing(desired, observed, options, now) is { } service)
        {
            return service;
        }

        var wanted = reboots.Where(reboot => deployed || reboot.Force).ToList();
        if (disabled)
        {
            return WithoutPowerOff(desired, observed, wanted, options, now);
        }

        var hard = HostAnnotations.ModeOf(wanted) == RebootMode.Hard;
        var on = desired.Spec.Online && wanted.Count == 0;
        if (on == status.PoweredOn)
        {
            return AtRest(desired, observed, options, now); // unknown power is decided by what was last known, as upstream does
        }

        return HostDecisions.RunUnlessSetBack(Lifecycle.Power, desired, observed, now, new()
        {
            On = on,
            Hard = hard,
            RebootAnnotationValue = !on && oneShot is not null && wanted.Contains(oneShot) ? oneShot.Value : null,
            Why = on ? "spec.online is true"
                : wanted.Count > 0 ? $"the annotation {wanted[0].Key} asks for it"
                : "spec.online is false",
        });
    }

    private static HostAction WithoutPowerOff(
        HostSnapshot desired, ObservedHost observed, List<RebootRequest> wanted, HostOptions options, DateTimeOffset now)
    {
        if (desired.Spec.Online && !observed.Status.PoweredOn)
        {
            return HostDecisions.RunUnlessSetBack(
                Lifecycle.Power, desired, observed, now, new() { On = true, Why = "spec.online is true" });
        }

        // A request is one reboot here, however long its annotation stays: the machine cannot be held off.
        var fresh = wanted.Where(reboot => !observed.RebootsDone.Contains(Mark(reboot), StringComparer.Ordinal)).ToList();
        if (fresh.Count > 0 && observed.Status.PoweredOn)
        {
            var oneShot = fresh.Find(reboot => reboot.IsOneShot);
            return HostDecisions.RunUnlessSetBack(Lifecycle.Power, desired, observed, now, new()
            {
                On = false,
                Hard = HostAnnotations.ModeOf(fresh) == RebootMode.Hard,
                RebootAnnotationValue = oneShot?.Value,
                Why = $"the annotation {fresh[0].Key} asks for a reboot",
            });
        }

        return AtRest(desired, observed, options, now, desired.Spec.Online || !observed.Status.PoweredOn
            ? null
            : HostDecisions.Waiting(
                StepNames.PowerOff, WaitKind.Operator, "spec.online is false, but spec.disablePowerOff forbids to switch the machine off",
                now, "changing one of the two"));
    }

    /// <summary>How a carried-out request is remembered.</summary>
    public static string Mark(RebootRequest reboot) => $"{reboot.Key}={reboot.Value}";

    private static HostAction? Servicing(HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now)
    {
        var status = observed.Status;
        var under = status.OperationalStatus == OperationalStatus.Servicing || status.ErrorType == ErrorType.ServicingError;
        var window = !status.PoweredOn && desired.Spec.Online;
        if (!under && !window)
        {
            return null;
        }

        if (!under && HostDecisions.FirmwareIsStale(desired, observed, options, now) && MayHavePolicy(desired, observed))
        {
            return new HostAction.RefreshFirmware();
        }

        var due = observed.Firmware is { OnReboot: true } && HostDecisions.FirmwareMayBeApplied(observed, options);
        return under || due ? HostDecisions.RunUnlessSetBack(Lifecycle.Service, desired, observed, now) : null;
    }

    private static bool MayHavePolicy(HostSnapshot desired, ObservedHost observed) =>
        observed.Firmware is null or { OnReboot: true } || desired.Related.ContainsKey("update-policy");

    private static HostAction AtRest(
        HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now, WaitingRecord? why = null)
    {
        if (HostDecisions.FirmwareIsStale(desired, observed, options, now))
        {
            return new HostAction.RefreshFirmware();
        }

        var waiting = why ?? (desired.Spec is { Online: false, Image.Url.Length: > 0 } && observed.State == ProvisioningState.Available
            ? HostDecisions.Waiting(
                StepNames.Deploy, WaitKind.Operator, "an image is wanted, but spec.online is false", now, "setting spec.online to true")
            : observed.FirmwareTried is { } tried && observed.Firmware is { Dirty: true } && !HostDecisions.FirmwareMayBeApplied(observed, options)
                ? HostDecisions.Waiting(
                    StepNames.VerifyFirmware, WaitKind.Operator,
                    $"the firmware settings were applied {tried.Count} times and the machine did not take them", now,
                    "other settings in HostFirmwareSettings, or retry")
                : null);
        return new HostAction.Rest(waiting, (observed.FirmwareReadAt ?? now) + options.Patience.FirmwareRefresh);
    }

    private static Dictionary<string, string> Of(RebootRequest reboot) =>
        new(StringComparer.Ordinal) { [reboot.Key] = reboot.Value };
}

using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Contracts.RootDevices;

namespace Metal3.Workflows.HostLifecycle;

/// <summary>What comes next for a host: pure, total, and the only place that decides.</summary>
/// <remarks>
/// The order is upstream's (host-lifecycle specification §1.4 to §1.6 and §2): pause, intake, deletion, detach, registration, then the
/// state's own rules. Every path either changes what is observed, runs a lifecycle, or rests.
/// </remarks>
public static class HostDecisions
{
    /// <summary>The next action: same arguments, same answer, in any process and any replay.</summary>
    public static HostAction Next(HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now)
    {
        if (desired.IsPaused())
        {
            return new HostAction.Rest(Waiting("pause", WaitKind.Operator, "the host is paused", now, "removing the paused annotation"));
        }

        if (desired.Deleting && !desired.Claimed)
        {
            return new HostAction.End("the host is released");
        }

        if (observed.IntakeOf != IntakeKey(desired, observed))
        {
            return new HostAction.Intake();
        }

        if (observed.Refused is { } refused && !desired.Deleting)
        {
            return new HostAction.Rest(Waiting("intake", WaitKind.Object, refused, now, "correcting or removing the annotation"));
        }

        return Deletion(desired, observed, now)
            ?? Detachment(desired, observed, now)
            ?? Registration(desired, observed, now)
            ?? InState(desired, observed, options, now);
    }

    /// <summary>Whether a running lifecycle has become pointless; null: let it go on.</summary>
    public static StopRequest? Supersedes(HostSnapshot desired, HostSnapshot before, ObservedHost observed, Lifecycle running)
    {
        if (desired.IsPaused())
        {
            return new(StopReason.Paused, "the host was paused");
        }

        if (running is Lifecycle.Delete)
        {
            return null;
        }

        // What was begun for a deletion that was known already goes on: it is part of it.
        if (desired.Deleting && !before.Deleting && running is not Lifecycle.Deprovision)
        {
            return new(StopReason.Superseded, "the host is being deleted");
        }

        var detach = desired.Detach();
        if (running is Lifecycle.Detach)
        {
            return detach is null ? new(StopReason.Superseded, "the detached annotation was removed") : null;
        }

        if (detach is { Force: true } || (detach is not null && IsDetachable(observed.State) && running is not Lifecycle.Deprovision))
        {
            return new(StopReason.Superseded, "the host is to be detached");
        }

        return running switch
        {
            Lifecycle.Inspect when desired.IsInspectionDisabled() && !before.IsInspectionDisabled() =>
                new(StopReason.Superseded, "inspection was disabled"),
            Lifecycle.Provision when Deployment.IsCancelled(desired.Spec, observed.Status) =>
                new(StopReason.Superseded, "the image is no longer wanted"),
            Lifecycle.Power when PowerChanged(desired, before) => new(StopReason.Superseded, "another power state is wanted"),
            Lifecycle.Service or Lifecycle.Adopt when Deployment.IsCancelled(desired.Spec, observed.Status)
                && observed.State == ProvisioningState.Provisioned => new(StopReason.Superseded, "the image is no longer wanted"),
            _ => null,
        };
    }

    /// <summary>Whether a running lifecycle has to hear of a snapshot: not of what only echoes our own writes, or is another lifecycle's to act on.</summary>
    /// <param name="now">The newest snapshot.</param>
    /// <param name="told">What the lifecycle knows.</param>
    /// <param name="running">The lifecycle.</param>
    public static bool Concerns(HostSnapshot now, HostSnapshot told, Lifecycle running)
    {
        HostSnapshot Essence(HostSnapshot one) => one with
        {
            ResourceVersion = "",
            Status = null,
            HasHardware = false,
            HardwareArchitecture = null,
            Related = running is Lifecycle.Register or Lifecycle.Inspect
                ? one.Related.Without("hardware-data").Without("firmware-settings").Without("update-policy")
                : one.Related.Without("hardware-data"),
        };
        return Essence(now) != Essence(told);
    }

    /// <summary>What of a snapshot the intake looks after: another key, another intake.</summary>
    public static string IntakeKey(HostSnapshot host, ObservedHost observed) => string.Join(
        '|',
        host.Host.Uid,
        host.Annotations.TryGetValue(AnnotationKeys.Status, out var status) ? status : "",
        host.Annotations.TryGetValue(AnnotationKeys.HardwareDetails, out var details) ? details : "",
        host.Claimed ? "claimed" : "new",
        host.Deleting ? "deleting" : "",
        !host.HasHardware || host.IsInspectionDisabled()
            ? host.Related.TryGetValue("hardware-data", out var data) ? data : ""
            : "",
        string.IsNullOrEmpty(host.Spec.Architecture) ? observed.Architecture ?? host.HardwareArchitecture : "");

    /// <summary>Fingerprint of everything that registration brings to the node.</summary>
    public static string RegistrationKey(HostSnapshot host, ObservedHost observed)
    {
        var spec = host.Spec;
        return SafeUrl.Hash(string.Join(
            '\n',
            spec.Bmc.Address,
            spec.Bmc.CredentialsName,
            spec.Bmc.DisableCertificateVerification is true,
            spec.BootMacAddress,
            spec.AutomatedCleaningMode?.Word,
            spec.Architecture == observed.Architecture ? null : spec.Architecture,
            spec.DisablePowerOff is true,
            spec.PreprovisioningNetworkDataName,
            host.Related.TryGetValue("network-secret", out var network) ? network : "",
            observed.Status.Provisioning.BootMode?.Word,
            observed.Status.Provisioning.Id))[..32];
    }

    /// <summary>What of the desired side ends a setback of a lifecycle: any edit of spec, annotations or related objects.</summary>
    public static string DesiredKey(HostSnapshot host) => SafeUrl.Hash(string.Join(
        '\n',
        host.Generation,
        host.Deleting,
        string.Join(',', host.Annotations.Where(a => a.Key != AnnotationKeys.Hold).OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}")),
        string.Join(',', host.Related.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value}"))))[..32];

    /// <summary>Whether the host may be detached in this state without force.</summary>
    public static bool IsDetachable(ProvisioningState state) =>
        state == ProvisioningState.Provisioned || state == ProvisioningState.ExternallyProvisioned
        || state == ProvisioningState.Available || state == ProvisioningState.Ready;

    private static HostAction? Deletion(HostSnapshot desired, ObservedHost observed, DateTimeOffset now)
    {
        if (!desired.Deleting)
        {
            // A restored status may say so; without a deletionTimestamp it authorises nothing.
            return observed.State == ProvisioningState.PoweringOffBeforeDelete || observed.State == ProvisioningState.Deleting
                ? new HostAction.Rest(Waiting(
                    "delete", WaitKind.Operator, $"the status says '{observed.State.Word}', but nobody deletes the object", now,
                    "deleting the object, or removing its status"))
                : null;
        }

        if (observed.State == ProvisioningState.Deleting)
        {
            return RunUnlessSetBack(Lifecycle.Delete, desired, observed, now);
        }

        var detach = desired.Detach();
        if (detach is not null || observed.Status.OperationalStatus == OperationalStatus.Detached)
        {
            return detach is { DelaysDeletion: false } ? new HostAction.Publish(observed.Enter(ProvisioningState.Deleting, desired, now)) : null;
        }

        var state = observed.State;
        if (state == ProvisioningState.None || state == ProvisioningState.Unmanaged || state == ProvisioningState.Registering)
        {
            return new HostAction.Publish(observed.Enter(ProvisioningState.Deleting, desired, now));
        }

        if (state == ProvisioningState.Inspecting || state == ProvisioningState.MatchProfile || state == ProvisioningState.Preparing
            || state == ProvisioningState.Available || state == ProvisioningState.Ready || state == ProvisioningState.ExternallyProvisioned)
        {
            return new HostAction.Publish(observed.Enter(ProvisioningState.PoweringOffBeforeDelete, desired, now));
        }

        return null;
    }

    private static HostAction? Detachment(HostSnapshot desired, ObservedHost observed, DateTimeOffset now)
    {
        var detach = desired.Detach();
        var status = observed.Status;
        var honoured = detach is not null && observed.State != ProvisioningState.Deleting && (IsDetachable(observed.State) || detach.Force);
        if (honoured)
        {
            if (status.OperationalStatus == OperationalStatus.Detached)
            {
                return new HostAction.Rest(Waiting(
                    "detach", WaitKind.Operator, desired.Deleting ? "the deletion is delayed while the host is detached" : "the host is detached",
                    now, "removing the detached annotation"));
            }

            return RunUnlessSetBack(Lifecycle.Detach, desired, observed, now);
        }

        if (status.ErrorType == ErrorType.DetachError)
        {
            return new HostAction.Publish(Change.Of(observed.ClearError().ResetErrorCount() with { Setback = null }));
        }

        if (status.OperationalStatus == OperationalStatus.Detached)
        {
            return new HostAction.Publish(Change.Of(observed with
            {
                Registered = null,
                Node = null,
                AdoptionDue = IsDeployed(observed.State),
                Status = status with { OperationalStatus = status.ErrorType is null ? OperationalStatus.Ok : OperationalStatus.Error },
            }));
        }

        return null;
    }

    private static HostAction? Registration(HostSnapshot desired, ObservedHost observed, DateTimeOffset now)
    {
        var state = observed.State;
        if (state == ProvisioningState.None || state == ProvisioningState.Unmanaged || state == ProvisioningState.MatchProfile
            || state == ProvisioningState.Deleting)
        {
            return null;
        }

        if (observed.Registered != RegisteredMark(desired, observed))
        {
            return RunUnlessSetBack(Lifecycle.Register, desired, observed, now);
        }

        var provisioning = observed.Status.Provisioning;
        var hints = HintsInForce(desired.Spec, observed.Status);
        return provisioning.RootDeviceHints == hints || desired.Deleting
            ? null
            : new HostAction.Publish(Change.Of(observed with
            {
                Status = observed.Status with { Provisioning = provisioning with { RootDeviceHints = hints } },
            }));
    }

    /// <summary>The value of <see cref="ObservedHost.Registered"/> that means nothing is left to register.</summary>
    public static string RegisteredMark(HostSnapshot desired, ObservedHost observed) =>
        RegistrationKey(desired, observed) + (CredentialsAreSeen(desired, observed) ? "" : "!");

    /// <summary>The root device hints that status should show; those that it shows while no profile was chosen.</summary>
    public static RootDeviceHints? HintsInForce(BareMetalHostSpec spec, BareMetalHostStatus status) =>
        status.HardwareProfile is { Length: > 0 } profile ? RootDevice.InForce(spec, profile) : status.Provisioning.RootDeviceHints;

    /// <summary>Whether the BMC secret is, as far as the bridge knows, the one last tried.</summary>
    public static bool CredentialsAreSeen(HostSnapshot desired, ObservedHost observed) =>
        !desired.Related.TryGetValue("bmc-secret", out var version) || observed.CredentialsSeen.Contains(version, StringComparer.Ordinal);

    private static HostAction InState(HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now) =>
        observed.State.Word switch
        {
            "" => Newborn(desired, observed, now),
            "unmanaged" => HasBmc(desired)
                ? new HostAction.Publish(observed.Enter(ProvisioningState.Registering, desired, now))
                : new HostAction.Rest(Waiting("register", WaitKind.Object, "the host names no BMC", now, "filling spec.bmc")),
            "registering" => AfterRegistration(desired, observed, now),
            "inspecting" => desired.IsInspectionDisabled()
                ? new HostAction.Publish(observed.ResetErrorCount().Enter(ProvisioningState.Preparing, desired, now)
                    .Telling("InspectionSkipped", "disabled by user"))
                : RunUnlessSetBack(Lifecycle.Inspect, desired, observed, now),
            "match profile" => new HostAction.Publish(observed.ResetErrorCount().Enter(ProvisioningState.Preparing, desired, now)),
            "preparing" => RunUnlessSetBack(Lifecycle.Prepare, desired, observed, now),
            "available" or "ready" => WhenAvailable(desired, observed, options, now),
            "provisioning" => WhenProvisioning(desired, observed, now),
            "provisioned" => WhenProvisioned(desired, observed, options, now),
            "externally provisioned" => WhenExternallyProvisioned(desired, observed, options, now),
            "deprovisioning" => RunUnlessSetBack(Lifecycle.Deprovision, desired, observed, now),
            "powering off before delete" or "deleting" => RunUnlessSetBack(Lifecycle.Delete, desired, observed, now),
            _ => new HostAction.Rest(Waiting(
                "decide", WaitKind.Operator, $"the state '{observed.State.Word}' is not one this release knows", now, "a newer release")),
        };

    private static HostAction Newborn(HostSnapshot desired, ObservedHost observed, DateTimeOffset now)
    {
        if (HasBmc(desired))
        {
            return new HostAction.Publish(observed.Enter(ProvisioningState.Registering, desired, now));
        }

        var found = observed with { Status = observed.Status with { OperationalStatus = OperationalStatus.Discovered } };
        return new HostAction.Publish(found.Enter(ProvisioningState.Unmanaged, desired, now)
            .Telling("Discovered", "Discovered host with no BMC details")
            .Counting(new("metal3_host_unmanaged_total")));
    }

    private static HostAction AfterRegistration(HostSnapshot desired, ObservedHost observed, DateTimeOffset now)
    {
        if (desired.IsExternallyProvisioned())
        {
            return new HostAction.Publish((observed.ResetErrorCount() with { AdoptionDue = true })
                .Enter(ProvisioningState.ExternallyProvisioned, desired, now));
        }

        return desired.IsInspectionDisabled()
            ? new HostAction.Publish(observed.ResetErrorCount().Enter(ProvisioningState.Preparing, desired, now))
            : RunUnlessSetBack(Lifecycle.Inspect, desired, observed, now);
    }

    private static HostAction WhenAvailable(HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now)
    {
        var status = observed.Status;
        if (desired.IsExternallyProvisioned())
        {
            var handedOver = observed with
            {
                AdoptionDue = true,
                Status = status with
                {
                    Provisioning = status.Provisioning with
                    {
                        RootDeviceHints = null,
                        Raid = RaidDecisions.WithoutSoftware(status.Provisioning.Raid),
                    },
                },
            };
            return new HostAction.Publish(handedOver.Enter(ProvisioningState.ExternallyProvisioned, desired, now));
        }

        if (desired.IsInspectionRequested() && !desired.IsInspectionDisabled())
        {
            return RunUnlessSetBack(Lifecycle.Inspect, desired, observed, now);
        }

        if (RaidDecisions.IsRaidDirty(desired.Spec, observed))
        {
            return new HostAction.Publish(observed.Enter(ProvisioningState.Preparing, desired, now));
        }

        if (FirmwareIsStale(desired, observed, options, now))
        {
            return new HostAction.RefreshFirmware();
        }

        if (FirmwareMayBeApplied(observed, options))
        {
            return new HostAction.Publish(observed.Enter(ProvisioningState.Preparing, desired, now));
        }

        if (desired.Spec.Image is not { Url.Length: > 0 } && desired.Spec.CustomDeploy is not { Method.Length: > 0 }
            && (status.ProvisioningFailCount > 0 || status.LastAttemptedImage is not null))
        {
            // Nobody wants the image any more that used up its attempts: nothing is left to complain about.
            var forgiven = status.ErrorType == ErrorType.ProvisioningError ? observed.ClearError() : observed;
            return new HostAction.Publish(Change.Of(forgiven with
            {
                Setback = null,
                Status = forgiven.Status with { ProvisioningFailCount = 0, LastAttemptedImage = null },
            }));
        }

        if (Deployment.IsWanted(desired.Spec, status))
        {
            var another = Deployment.IsAnotherAttempt(desired.Spec.Image, status.LastAttemptedImage);
            if (another && status.ProvisioningFailCount > 0)
            {
                return new HostAction.Publish(Change.Of(observed with
                {
                    Setback = null,
                    Status = status with { ProvisioningFailCount = 0, LastAttemptedImage = desired.Spec.Image },
                }));
            }

            if (options.MaxProvisioningRetries > 0 && status.ProvisioningFailCount >= options.MaxProvisioningRetries)
            {
                var words = $"provisioning failed {status.ProvisioningFailCount} times, the limit is {options.MaxProvisioningRetries}; "
                    + "correct spec.image or remove it, or retry the step by hand";
                if (status.ErrorType != ErrorType.ProvisioningError)
                {
                    return new HostAction.Publish(observed.Fail(ErrorType.ProvisioningError, words));
                }

                return new HostAction.Rest(Waiting(
                    StepNames.Deploy, WaitKind.Operator, words, now, "another image, no image, or the command retry"));
            }

            return RunUnlessSetBack(Lifecycle.Provision, desired, observed, now);
        }

        return PowerDecisions.Next(desired, observed, options, now);
    }

    private static HostAction WhenProvisioning(HostSnapshot desired, ObservedHost observed, DateTimeOffset now)
    {
        var failed = observed.Status.ErrorType is { } type && type != ErrorType.RegistrationError;
        if (failed || Deployment.IsCancelled(desired.Spec, observed.Status) || desired.Deleting)
        {
            // The pause after a failed provisioning lets a person look at the machine before it is taken back.
            if (!desired.Deleting && SetBack(Lifecycle.Provision, desired, observed, now) is { } rest)
            {
                return rest;
            }

            return RunUnlessSetBack(Lifecycle.Deprovision, desired, observed, now);
        }

        return RunUnlessSetBack(Lifecycle.Provision, desired, observed, now);
    }

    private static HostAction WhenProvisioned(HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now)
    {
        if (desired.Deleting || Deployment.IsCancelled(desired.Spec, observed.Status))
        {
            return RunUnlessSetBack(Lifecycle.Deprovision, desired, observed, now);
        }

        return observed.AdoptionDue
            ? RunUnlessSetBack(Lifecycle.Adopt, desired, observed, now)
            : PowerDecisions.Next(desired, observed, options, now);
    }

    private static HostAction WhenExternallyProvisioned(HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now)
    {
        if (!desired.IsExternallyProvisioned())
        {
            var spec = desired.Spec;
            var status = observed.Status;
            var taken = observed with
            {
                Status = status with
                {
                    Provisioning = status.Provisioning with
                    {
                        Image = spec.Image is { Url.Length: > 0 } image ? image : status.Provisioning.Image,
                        CustomDeploy = spec.CustomDeploy is { Method.Length: > 0 } deploy ? deploy : status.Provisioning.CustomDeploy,
                    },
                },
            };
            return new HostAction.Publish(taken.Enter(ProvisioningState.Provisioned, desired, now));
        }

        return observed.AdoptionDue
            ? RunUnlessSetBack(Lifecycle.Adopt, desired, observed, now)
            : PowerDecisions.Next(desired, observed, options, now);
    }

    /// <summary>Whether the machine runs an image that is not to be disturbed.</summary>
    public static bool IsDeployed(ProvisioningState state) =>
        state == ProvisioningState.Provisioned || state == ProvisioningState.ExternallyProvisioned;

    /// <summary>Whether the firmware settings must be read before anything is decided by them.</summary>
    public static bool FirmwareIsStale(HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now)
    {
        var version = FirmwareVersion(desired);
        return observed.Status.Provisioning.Id.Length > 0
            && (observed.Firmware is null
                || (version.Length > 0 && observed.Firmware.Version != version)
                || observed.FirmwareReadAt is not { } readAt
                || now - readAt >= options.Patience.FirmwareRefresh);
    }

    /// <summary>Version of everything the wanted firmware settings hang on, as the bridge reports it; empty when it reports nothing.</summary>
    public static string FirmwareVersion(HostSnapshot desired)
    {
        var settings = desired.Related.TryGetValue("firmware-settings", out var first) ? first : "";
        var policy = desired.Related.TryGetValue("update-policy", out var second) ? second : "";
        return settings.Length + policy.Length == 0 ? "" : $"{settings}/{policy}";
    }

    /// <summary>Whether there are settings to apply that were not applied in vain too often.</summary>
    public static bool FirmwareMayBeApplied(ObservedHost observed, HostOptions options) =>
        observed.Firmware is { Dirty: true } firmware
        && !(observed.FirmwareTried is { } tried && tried.Hash == firmware.WantedHash && tried.Count >= options.Patience.FirmwareAttempts);

    internal static HostAction RunUnlessSetBack(
        Lifecycle lifecycle, HostSnapshot desired, ObservedHost observed, DateTimeOffset now, PowerGoal? power = null) =>
        SetBack(lifecycle, desired, observed, now)
        ?? new HostAction.Run(lifecycle, power, Restart: observed.Setback?.Lifecycle == lifecycle);

    private static HostAction? SetBack(Lifecycle lifecycle, HostSnapshot desired, ObservedHost observed, DateTimeOffset now)
    {
        if (observed.Setback is not { } setback || setback.Lifecycle != lifecycle || setback.Desired != DesiredKey(desired))
        {
            return null;
        }

        if (setback.Until is { } until)
        {
            return until <= now
                ? null
                : new HostAction.Rest(
                    Waiting(setback.Step, WaitKind.Backoff, setback.Why, now, "retry, or a change of the host") with
                    {
                        NextAction = $"{lifecycle.Word()} is tried again",
                        NextActionAt = until,
                    },
                    until);
        }

        return new HostAction.Rest(Waiting(setback.Step, WaitKind.Operator, setback.Why, now, "retry, or a change of the host"));
    }

    internal static WaitingRecord Waiting(string step, WaitKind kind, string what, DateTimeOffset since, string endsWith) => new()
    {
        Step = step,
        Kind = kind,
        For = what,
        Since = since,
        EndsWith = endsWith,
    };

    private static bool HasBmc(HostSnapshot desired) => desired.Spec.Bmc.Address.Length > 0 || desired.Spec.Bmc.CredentialsName.Length > 0;

    private static bool PowerChanged(HostSnapshot desired, HostSnapshot before) =>
        desired.Spec.Online != before.Spec.Online || !desired.Reboots().SequenceEqual(before.Reboots());
}

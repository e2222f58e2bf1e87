using FsCheck;
using FsCheck.Fluent;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;

namespace Metal3.Workflows.Tests.Decisions;

/// <summary>Every past: hosts of any wish in any state, possible or not.</summary>
internal static class AnyHost
{
    public static Gen<Scene> Scenes =>
        from spec in Specs
        from annotations in Annotations
        from deleting in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        from claimed in Gen.Frequency((9, Gen.Constant(true)), (1, Gen.Constant(false)))
        from related in Gen.SubListOf("bmc-secret", "firmware-settings", "update-policy", "hardware-data")
        from version in Gen.Elements("1", "2")
        from hardware in Flags
        from observed in Observations
        from remembered in Gen.Elements(true, true, false)
        select Consistent(
            new()
            {
                Host = new("metal", "host-0", "uid-0"),
                ResourceVersion = "100",
                Generation = 3,
                Claimed = claimed,
                DeletionTimestamp = deleting ? Given.Now : null,
                Annotations = new(annotations),
                Spec = spec,
                HasHardware = hardware,
                HardwareArchitecture = hardware ? "x86_64" : null,
                Related = new(related.Select(role => KeyValuePair.Create(role, version))),
            },
            observed,
            remembered);

    /// <summary>What is remembered of the desired side is remembered of this one, where the past says "same".</summary>
    private static Scene Consistent(HostSnapshot desired, ObservedHost observed, bool remembered)
    {
        if (observed.Setback is { Desired: "same" } setback)
        {
            observed = observed with { Setback = setback with { Desired = HostDecisions.DesiredKey(desired) } };
        }

        if (remembered)
        {
            observed = observed with { IntakeOf = HostDecisions.IntakeKey(desired, observed) };
        }

        return new(desired, observed.Registered == "same" ? observed with { Registered = HostDecisions.RegisteredMark(desired, observed) } : observed);
    }

    private static Gen<bool> Flags => Gen.Elements(true, false);

    private static Gen<bool?> Maybe => Gen.Elements<bool?>(true, false, null);

    private static Gen<Image?> Images => Gen.Elements<Image?>(null, new Image(), Given.Ubuntu, Given.Fedora, Given.Ubuntu with { Checksum = "z" });

    private static Gen<CustomDeploy?> Deploys => Gen.Elements<CustomDeploy?>(null, null, new CustomDeploy(), new CustomDeploy { Method = "m" });

    private static Gen<Raid?> Raids => Gen.Elements<Raid?>(
        null, null, new Raid(), new Raid { HardwareRaidVolumes = [] }, new Raid { HardwareRaidVolumes = [new()], SoftwareRaidVolumes = [new()] },
        new Raid { SoftwareRaidVolumes = [] }, new Raid { HardwareRaidVolumes = [new()] });

    private static Gen<BareMetalHostSpec> Specs =>
        from online in Flags
        from external in Maybe
        from image in Images
        from deploy in Deploys
        from raid in Raids
        from address in Gen.Elements("", "redfish://a", "ipmi://b")
        from secret in Gen.Elements("", "bmc", "bmc", "bmc2")
        from inspection in Gen.Elements<InspectionMode?>(null, InspectionMode.Disabled, InspectionMode.Fast)
        from noPowerOff in Maybe
        from boot in Gen.Elements<BootMode?>(null, BootMode.Legacy)
        select new BareMetalHostSpec
        {
            Online = online,
            ExternallyProvisioned = external,
            Image = image,
            CustomDeploy = deploy,
            Raid = raid,
            Bmc = new() { Address = address, CredentialsName = secret },
            InspectionMode = inspection,
            DisablePowerOff = noPowerOff,
            BootMode = boot,
        };

    private static Gen<List<KeyValuePair<string, string>>> Annotations =>
        from keys in Gen.SubListOf(
            AnnotationKeys.Reboot, AnnotationKeys.RebootPrefix + "x", AnnotationKeys.Inspect, AnnotationKeys.Detached, AnnotationKeys.Status,
            AnnotationKeys.HardwareDetails, AnnotationKeys.Hold)
        from paused in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
        from values in Gen.Elements(
            "", "disabled", "{}", """{"force":true}""", """{"mode":"hard"}""", """{"deleteAction":"delay"}""", "{nonsense", """{"force":3,"deleteAction":[]}""")
            .ListOf(keys.Count)
        select keys.Zip(values, KeyValuePair.Create).Concat(paused ? [KeyValuePair.Create(AnnotationKeys.Paused, "")] : []).ToList();

    private static Gen<BareMetalHostStatus> Statuses =>
        from state in Gen.Elements(ProvisioningState.Known.Append(ProvisioningState.None).ToArray())
        from operational in Gen.Elements(OperationalStatus.Known.Append(OperationalStatus.None).ToArray())
        from error in Gen.Frequency((2, Gen.Constant<ErrorType?>(null)), (1, Gen.Elements<ErrorType?>(ErrorType.Known.ToArray())))
        from count in Gen.Choose(0, 9)
        from fails in Gen.Choose(0, 7)
        from attempted in Images
        from image in Images
        from deploy in Deploys
        from raid in Raids
        from powered in Flags
        from id in Gen.Elements("", "node-0")
        select new BareMetalHostStatus
        {
            OperationalStatus = operational,
            ErrorType = error,
            ErrorMessage = error is null ? "" : "it failed",
            ErrorCount = count,
            ProvisioningFailCount = fails,
            LastAttemptedImage = attempted,
            PoweredOn = powered,
            LastUpdated = Given.Now,
            Provisioning = new() { State = state, Image = image ?? new(), CustomDeploy = deploy, Raid = raid, Id = id },
        };

    private static Gen<ObservedHost> Observations =>
        from status in Statuses
        from phase in Gen.Elements(Enum.GetValues<NodePhase>())
        from hasNode in Flags
        from power in Maybe
        from adoption in Flags
        from firmware in Gen.Frequency(
            (1, Gen.Constant<FirmwareState?>(null)),
            (3, from known in Flags
                from changed in Flags
                from valid in Flags
                from onReboot in Flags
                from version in Gen.Elements<string?>(null, "1/1", "old")
                select (FirmwareState?)new FirmwareState
                {
                    Known = known,
                    ChangeDetected = changed,
                    Valid = valid,
                    OnReboot = onReboot,
                    WantedHash = "h",
                    Version = version,
                }))
        from tried in Gen.Elements<FirmwareAttempts?>(null, new FirmwareAttempts("h", 2), new FirmwareAttempts("old", 9))
        from raidUnknown in Flags
        from registered in Gen.Elements<string?>(null, "other", "same", "same", "same")
        from seen in Gen.Elements<string[]>([], ["1"], ["1", "2"])
        from credentials in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
        from media in Flags
        from done in Gen.SubListOf(AnnotationKeys.RebootPrefix + "x=", AnnotationKeys.RebootPrefix + "x={}")
        from fault in Gen.Elements<string?>(null, "power failure")
        from maintenance in Flags
        from refused in Gen.Frequency((9, Gen.Constant<string?>(null)), (1, Gen.Constant<string?>("no JSON")))
        from setback in Setbacks
        from read in Gen.Elements<DateTimeOffset?>(null, Given.Now, Given.Now.AddHours(-2))
        select new ObservedHost
        {
            Status = status,
            Node = hasNode ? new() { NodeId = "node-0", State = "s", Phase = phase, PoweredOn = power, Fault = fault, Maintenance = maintenance } : null,
            CredentialsSeen = seen,
            CredentialsUnusable = credentials,
            UsesVirtualMedia = media,
            RebootsDone = [.. done],
            AdoptionDue = adoption,
            Firmware = firmware,
            FirmwareTried = tried,
            ActualRaidUnknown = raidUnknown,
            Registered = registered,
            Refused = refused,
            Setback = setback,
            FirmwareReadAt = read,
        };

    private static Gen<Setback?> Setbacks => Gen.Frequency(
        (3, Gen.Constant<Setback?>(null)),
        (1, from lifecycle in Gen.Elements(Enum.GetValues<Lifecycle>())
            from minutes in Gen.Choose(-1, 9)
            from abandoned in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
            from key in Gen.Elements("another", "same", "same")
            select (Setback?)new Setback
            {
                Lifecycle = lifecycle,
                Desired = key,
                Abandoned = abandoned,
                Until = abandoned ? null : Given.Now.AddMinutes(minutes),
            }));
}

using System.Text.Json;
using Metal3.Contracts.Annotations;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Admission;

/// <summary>Rules for BareMetalHosts that the CRD cannot express.</summary>
public static class HostAdmission
{
    // Narrower than the CRD, as upstream: these two lists are what a moved host may be in.
    private static readonly OperationalStatus[] RestorableStatuses =
    [
        OperationalStatus.None, OperationalStatus.Ok, OperationalStatus.Discovered, OperationalStatus.Error,
        OperationalStatus.Delayed, OperationalStatus.Detached,
    ];

    private static readonly ErrorType[] RestorableErrors =
    [
        ErrorType.ProvisionedRegistrationError, ErrorType.RegistrationError, ErrorType.InspectionError,
        ErrorType.PreparationError, ErrorType.ProvisioningError, ErrorType.PowerManagementError,
    ];

    /// <summary>What is wrong with a new host.</summary>
    /// <param name="host">Host as sent.</param>
    /// <returns>All violations; none if it may be written.</returns>
    public static IReadOnlyList<Violation> OnCreate(BareMetalHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return [.. Always(host)];
    }

    /// <summary>What is wrong with a change of a host.</summary>
    /// <param name="before">Host as stored.</param>
    /// <param name="after">Host as sent.</param>
    /// <returns>All violations; none if it may be written.</returns>
    public static IReadOnlyList<Violation> OnUpdate(BareMetalHost before, BareMetalHost after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return [.. Always(after), .. Change(before, after)];
    }

    private static IEnumerable<Violation> Change(BareMetalHost before, BareMetalHost after)
    {
        var (was, becomes) = (before.Spec ?? new(), after.Spec ?? new());
        var states = new[] { before, after }.Select(h => h.Status?.Provisioning.State ?? ProvisioningState.None).ToList();
        var detached = new[] { before, after }.Any(h => h.Status?.OperationalStatus == OperationalStatus.Detached);
        if (was.Bmc.Address.Length > 0 && was.Bmc.Address != becomes.Bmc.Address
            && !detached && !states.Contains(ProvisioningState.Registering))
        {
            yield return new("U1", "spec.bmc.address", $"it can only change while the host is registering or detached; set the annotation {AnnotationKeys.Detached}, wait for operationalStatus detached, and then change it.");
        }

        if (was.BootMacAddress is { } mac && !string.Equals(mac, becomes.BootMacAddress, StringComparison.OrdinalIgnoreCase))
        {
            yield return new("U2", "spec.bootMACAddress", $"it cannot change once set; keep {mac}, or delete the host and create it anew.");
        }

        if (becomes.ExternallyProvisioned is true && was.ExternallyProvisioned is not true
            && !states.Contains(ProvisioningState.Available))
        {
            yield return new("U3", "spec.externallyProvisioned", "it can only be switched on while the host is available; wait for that state, or create the host with it.");
        }
    }

    private static IEnumerable<Violation> Always(BareMetalHost host)
    {
        var spec = host.Spec ?? new();
        return
        [
            .. Name(host.Metadata.Name ?? ""),
            .. Bmc(host, spec),
            .. Secrets(host, spec),
            .. Raid(spec),
            .. RootDevice(spec),
            .. spec.Image is { } image ? UrlAdmission.Image(image) : [],
            .. Annotations(host, spec),
            .. Power(spec),
            .. Interfaces(spec.NetworkInterfaces ?? []),
        ];
    }

    private static IEnumerable<Violation> Name(string name)
    {
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            yield return new("B1", "metadata.name", "it may only have letters, digits, dots, underscores and hyphens; choose another name.");
        }

        if (Guid.TryParseExact(name, "D", out _) || Guid.TryParseExact(name, "N", out _))
        {
            yield return new("B2", "metadata.name", "it reads as a UUID, which Ironic would take for a node's id; choose another name.");
        }
    }

    private static IEnumerable<Violation> Bmc(BareMetalHost host, BareMetalHostSpec spec)
    {
        if (spec.Bmc.Address.Length == 0)
        {
            yield break;
        }

        if (!BmcAccess.TryParse(spec.Bmc, out var access, out var problem))
        {
            var readable = BmcAddress.TryParse(spec.Bmc.Address, out _, out _);
            yield return new(readable ? "B4" : "B3", "spec.bmc.address", problem);
            yield break;
        }

        if (spec.Raid?.HardwareRaidVolumes is { Count: > 0 } && !access.Driver.SupportsHardwareRaid)
        {
            yield return new("B8", "spec.raid.hardwareRAIDVolumes", $"the BMC type {access.Type} cannot set up RAID controllers; use a Redfish address, or softwareRAIDVolumes.");
        }

        var isInspectionDisabled = HostAnnotations.IsInspectionDisabled(host.Spec, host.Metadata.Annotations);
        if (spec.BootMacAddress is null && (access.Driver.NeedsMac || isInspectionDisabled))
        {
            var reason = access.Driver.NeedsMac ? $"the BMC type {access.Type} needs it" : "without inspection nobody else can tell it";
            yield return new("B14", "spec.bootMACAddress", $"{reason}; give the MAC address of the NIC that boots from the network.");
        }

        if (spec.BootMacAddress is { } mac && !MacAddresses.IsMac(mac))
        {
            yield return new("B15", "spec.bootMACAddress", "it is not a complete MAC address; write it like 00:11:22:33:44:55.");
        }

        if (spec.BootMode == BootMode.UefiSecureBoot && !access.Driver.SupportsSecureBoot)
        {
            yield return new("B16", "spec.bootMode", $"the BMC type {access.Type} cannot switch secure boot; use UEFI, or a Redfish address.");
        }

        if (spec.InspectionMode == InspectionMode.Fast && access.Driver.OutOfBandInspectInterface is null)
        {
            yield return new("B29", "spec.inspectionMode", $"the BMC type {access.Type} cannot tell the inventory; use agent, or a Redfish address.");
        }
    }

    private static IEnumerable<Violation> Secrets(BareMetalHost host, BareMetalHostSpec spec)
    {
        (string Field, SecretReference? Secret)[] all = [("userData", spec.UserData), ("networkData", spec.NetworkData), ("metaData", spec.MetaData)];
        return all
            .Where(r => r.Secret?.Namespace is { Length: > 0 } other && other != host.Metadata.Namespace)
            .Select(r => new Violation("B6", $"spec.{r.Field}.namespace", "a Secret of another namespace cannot be used; leave the namespace out and put the Secret beside the host."));
    }

    private static IEnumerable<Violation> Raid(BareMetalHostSpec spec)
    {
        if (spec.Firmware is not null)
        {
            yield return new("B5", "spec.firmware", "firmware settings are not part of the host any more; use a HostFirmwareSettings object of the same name.");
        }

        var (hardware, software) = (spec.Raid?.HardwareRaidVolumes ?? [], spec.Raid?.SoftwareRaidVolumes ?? []);
        if (hardware.Count > 0 && software.Count > 0)
        {
            yield return new("B7", "spec.raid", "hardwareRAIDVolumes and softwareRAIDVolumes exclude each other; empty one of them.");
        }

        for (var i = 0; i < hardware.Count; i++)
        {
            var (volume, path) = (hardware[i], $"spec.raid.hardwareRAIDVolumes[{i}]");
            if (volume.PhysicalDisks is { Count: > 0 } && string.IsNullOrEmpty(volume.Controller))
            {
                yield return new("B9", $"{path}.controller", "physicalDisks are names that a controller gives; name the controller.");
            }

            if (volume is { PhysicalDisks: { Count: > 0 } disks, NumberOfPhysicalDisks: { } number and not 0 } && number != disks.Count)
            {
                yield return new("B10", $"{path}.numberOfPhysicalDisks", $"it says {number}, but physicalDisks has {disks.Count}; leave one of them out or make them agree.");
            }
        }

        var roots = software.Count(v => v.RootVolume is true);
        if (roots > 1)
        {
            yield return new("B11", "spec.raid.softwareRAIDVolumes", "only one volume may have rootVolume; the image goes to one place.");
        }

        if (roots == 1 && spec.RootDeviceHints is not null)
        {
            yield return new("B12", "spec.rootDeviceHints", "a volume with rootVolume already says where the image goes; remove the hints or rootVolume.");
        }

        for (var i = 0; i < software.Count; i++)
        {
            if (software[i].RootVolume is true && software[i].Level != SoftwareRaidLevel.Raid1)
            {
                yield return new("B13", $"spec.raid.softwareRAIDVolumes[{i}].level", "a volume with rootVolume must have level \"1\", or nothing can boot from it.");
            }
        }
    }

    private static IEnumerable<Violation> RootDevice(BareMetalHostSpec spec)
    {
        const string prefix = "/dev/", byPath = "disk/by-path/";
        if (spec.RootDeviceHints?.DeviceName is not { Length: > 0 } device)
        {
            yield break;
        }

        if (!device.StartsWith(prefix, StringComparison.Ordinal))
        {
            yield return new("B17", "spec.rootDeviceHints.deviceName", "it must begin with /dev/, such as /dev/sda.");
            yield break;
        }

        var rest = device[prefix.Length..];
        if ((rest.StartsWith(byPath, StringComparison.Ordinal) ? rest[byPath.Length..] : rest).Contains('/', StringComparison.Ordinal))
        {
            yield return new("B18", "spec.rootDeviceHints.deviceName", "Ironic finds disks as /dev/NAME or /dev/disk/by-path/NAME only; use one of these, or the hint wwn.");
        }
    }

    private static IEnumerable<Violation> Annotations(BareMetalHost host, BareMetalHostSpec spec) =>
        [.. StatusAnnotation(host), .. RebootAdmission.Check("B24", host.Metadata), .. InspectAnnotation(host, spec)];

    private static IEnumerable<Violation> StatusAnnotation(BareMetalHost host)
    {
        const string field = $"metadata.annotations[{AnnotationKeys.Status}]";
        if (host.Metadata.Annotation(AnnotationKeys.Status) is not { Length: > 0 } value)
        {
            yield break;
        }

        BareMetalHostStatus? status = null;
        Violation? unreadable = null;
        try
        {
            status = Metal3Json.DecodeStrictly<BareMetalHostStatus>(value);
        }
        catch (JsonException e)
        {
            unreadable = new("B23", field, $"it is not the JSON of a host's status ({e.Path ?? "$"}); copy the status of the host as it was.");
        }

        if (unreadable is not null)
        {
            yield return unreadable;
        }
        else if (!RestorableStatuses.Contains(status!.OperationalStatus))
        {
            yield return new("B23", field, $"operationalStatus must be one of {Listed(RestorableStatuses)}.");
        }
        else if (status.ErrorType is { } error && !RestorableErrors.Contains(error))
        {
            yield return new("B23", field, $"errorType must be absent or one of {Listed(RestorableErrors)}.");
        }
    }

    private static IEnumerable<Violation> InspectAnnotation(BareMetalHost host, BareMetalHostSpec spec)
    {
        const string field = $"metadata.annotations[{AnnotationKeys.Inspect}]";
        const string detailsField = $"metadata.annotations[{AnnotationKeys.HardwareDetails}]";
        var inspect = host.Metadata.Annotation(AnnotationKeys.Inspect) ?? "";
        if (inspect is not ("" or HostAnnotations.InspectDisabled))
        {
            yield return new("B25", field, "it must be empty (inspect again) or disabled (never inspect).");
        }

        var wantsNone = inspect == HostAnnotations.InspectDisabled;
        if (inspect.Length > 0 && spec.InspectionMode is { } mode && wantsNone != (mode == InspectionMode.Disabled))
        {
            yield return new("B28", field, $"it contradicts spec.inspectionMode {mode}; remove the annotation, for the field says it all.");
        }

        if (host.Metadata.Annotation(AnnotationKeys.HardwareDetails) is not { Length: > 0 } details)
        {
            yield break;
        }

        if (!HostAnnotations.IsInspectionDisabled(host.Spec, host.Metadata.Annotations))
        {
            yield return new("B26", detailsField, "an inventory from elsewhere needs inspection switched off; set spec.inspectionMode to disabled.");
        }

        Violation? unreadable = null;
        try
        {
            _ = Metal3Json.DecodeStrictly<HardwareDetails>(details);
        }
        catch (JsonException e)
        {
            unreadable = new("B27", detailsField, $"it is not the JSON of an inventory ({e.Path ?? "$"}); use the members of HardwareData's spec.hardware and no others.");
        }

        if (unreadable is not null)
        {
            yield return unreadable;
        }
    }

    private static IEnumerable<Violation> Power(BareMetalHostSpec spec)
    {
        if (spec.DisablePowerOff is true && !spec.Online)
        {
            yield return new("B30", "spec.disablePowerOff", "a host that is never switched off cannot be online: false; change one of them.");
        }
    }

    private static IEnumerable<Violation> Interfaces(ValueList<HostNetworkInterface> interfaces)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < interfaces.Count; i++)
        {
            var (each, path) = (interfaces[i], $"spec.networkInterfaces[{i}]");
            if (each is { Name: null, MacAddress: null })
            {
                yield return new("B31", path, "it names no NIC; give name or macAddress.");
            }
            else if (each is { Name: not null, MacAddress: not null })
            {
                yield return new("B32", path, "name and macAddress exclude each other; keep one.");
            }
            else if (!seen.Add(each.Name ?? each.MacAddress!))
            {
                yield return new("B33", path, $"'{each.Name ?? each.MacAddress}' is already listed; keep one of the entries.");
            }
        }
    }

    private static string Listed<T>(IEnumerable<T> words)
        where T : class, IWord<T> => string.Join(", ", words.Select(w => w.Word.Length == 0 ? "\"\"" : w.Word));
}

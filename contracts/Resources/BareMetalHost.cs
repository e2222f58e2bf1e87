using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>A machine: what its owner wants of it, and what is known of it.</summary>
public sealed record BareMetalHost() : Metal3Resource(nameof(BareMetalHost))
{
    /// <summary>What the owner wants; <see langword="null"/> makes an unmanaged host.</summary>
    public BareMetalHostSpec? Spec { get; init; }

    /// <summary>What is known; <see langword="null"/> until something was written.</summary>
    public BareMetalHostStatus? Status { get; init; }
}

/// <summary>What the owner of a machine wants.</summary>
public sealed record BareMetalHostSpec : WireRecord
{
    /// <summary>Deprecated and never implemented.</summary>
    public ValueList<Taint>? Taints { get; init; }

    /// <summary>Access to the BMC; with both members empty the host is unmanaged.</summary>
    [JsonPropertyName("bmc")]
    public BmcDetails Bmc { get; init => field = value ?? new(); } = new();

    /// <summary>RAID to set up; <see langword="null"/> leaves hardware RAID alone.</summary>
    public Raid? Raid { get; init; }

    /// <summary>Removed feature; anything but <see langword="null"/> is refused at admission.</summary>
    public FirmwareConfig? Firmware { get; init; }

    /// <summary>Deprecated name of a set of root device hints; <see langword="null"/> means <c>unknown</c>.</summary>
    public string? HardwareProfile { get; init; }

    /// <summary>Which disk the image goes to; <see langword="null"/> leaves it to the profile.</summary>
    public RootDeviceHints? RootDeviceHints { get; init; }

    /// <summary>Firmware mode of booting; <see langword="null"/> means UEFI.</summary>
    public BootMode? BootMode { get; init => field = Words.Given(value); }

    /// <summary>MAC address of the NIC that boots from the network; <see langword="null"/> if not given.</summary>
    [JsonPropertyName("bootMACAddress")]
    public string? BootMacAddress { get; init => field = Words.Given(value); }

    /// <summary>Desired power state.</summary>
    public bool Online { get; init; }

    /// <summary>Who uses the host; <see langword="null"/> if nobody does.</summary>
    public ObjectReference? ConsumerRef { get; init; }

    /// <summary>Image to write; <see langword="null"/> means "keep the machine empty".</summary>
    public Image? Image { get; init; }

    /// <summary>Secret with the config drive's user data.</summary>
    public SecretReference? UserData { get; init; }

    /// <summary>Name of the Secret with network data for the ramdisk, in the host's namespace.</summary>
    public string? PreprovisioningNetworkDataName { get; init; }

    /// <summary>Secret with the config drive's network data.</summary>
    public SecretReference? NetworkData { get; init; }

    /// <summary>Secret with the config drive's meta data.</summary>
    public SecretReference? MetaData { get; init; }

    /// <summary>Free text, never read.</summary>
    public string? Description { get; init; }

    /// <summary>Whether somebody else installed the operating system; <see langword="null"/> means no.</summary>
    public bool? ExternallyProvisioned { get; init; }

    /// <summary>What is erased between owners; <see langword="null"/> means metadata.</summary>
    public AutomatedCleaningMode? AutomatedCleaningMode { get; init => field = Words.Given(value); }

    /// <summary>A deploy step to use instead of, or together with, an image.</summary>
    public CustomDeploy? CustomDeploy { get; init; }

    /// <summary>CPU architecture such as <c>x86_64</c>; filled in from HardwareData when missing.</summary>
    public string? Architecture { get; init; }

    /// <summary>Whether the machine must never be switched off; <see langword="null"/> means no.</summary>
    public bool? DisablePowerOff { get; init; }

    /// <summary>How the inventory is taken; <see langword="null"/> means by the agent.</summary>
    public InspectionMode? InspectionMode { get; init => field = Words.Given(value); }

    /// <summary>Switch ports the NICs should have.</summary>
    public ValueList<HostNetworkInterface>? NetworkInterfaces { get; init; }
}

/// <summary>Where the BMC is, and the name of the Secret that opens it.</summary>
public sealed record BmcDetails : WireRecord
{
    /// <summary>Address of the BMC. Empty if not known. May hold user information: redact before showing.</summary>
    public string Address { get; init => field = value ?? ""; } = "";

    /// <summary>Name of the Secret, in the host's namespace, with <c>username</c> and <c>password</c>; empty if not known.</summary>
    public string CredentialsName { get; init => field = value ?? ""; } = "";

    /// <summary>Whether any certificate of the BMC is accepted; <see langword="null"/> means no.</summary>
    public bool? DisableCertificateVerification { get; init; }
}

/// <summary>An image to write to disk or to boot.</summary>
public sealed record Image : WireRecord
{
    /// <summary>Where it is; empty in <c>status.provisioning.image</c> when there is none.</summary>
    [JsonPropertyName("url")]
    public string Url { get; init => field = value ?? ""; } = "";

    /// <summary>Checksum, or the URL of a file with checksums.</summary>
    public string? Checksum { get; init; }

    /// <summary>Kind of checksum; <see langword="null"/> is treated as <c>auto</c>.</summary>
    public ChecksumType? ChecksumType { get; init => field = Words.Given(value); }

    /// <summary>Disk format; <see langword="null"/> leaves it to Ironic.</summary>
    public ImageFormat? Format { get; init => field = Words.Given(value); }

    /// <summary>Name of the Secret with registry credentials; used for <c>oci://</c> only.</summary>
    [JsonPropertyName("ociAuthSecretName")]
    public string? OciAuthSecretName { get; init; }
}

/// <summary>A deploy step of the ramdisk.</summary>
public sealed record CustomDeploy : WireRecord
{
    /// <summary>Name of the step.</summary>
    public string Method { get; init => field = value ?? ""; } = "";
}

/// <summary>What the wanted disk looks like; all given members must match.</summary>
public sealed record RootDeviceHints : WireRecord
{
    /// <summary>Device file: <c>/dev/NAME</c> or <c>/dev/disk/by-path/NAME</c>; exact.</summary>
    public string? DeviceName { get; init; }

    /// <summary>SCSI address such as <c>0:0:0:0</c>; exact.</summary>
    public string? Hctl { get; init; }

    /// <summary>Part of the model.</summary>
    public string? Model { get; init; }

    /// <summary>Part of the vendor.</summary>
    public string? Vendor { get; init; }

    /// <summary>Serial number; exact.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>Smallest acceptable disk, in gigabytes (10^9 bytes); 0 and <see langword="null"/> mean any.</summary>
    public long? MinSizeGigabytes { get; init; }

    /// <summary>World wide name; exact.</summary>
    public string? Wwn { get; init; }

    /// <summary>World wide name with the vendor's extension; exact.</summary>
    public string? WwnWithExtension { get; init; }

    /// <summary>The vendor's extension of the world wide name; exact.</summary>
    public string? WwnVendorExtension { get; init; }

    /// <summary>Whether the disk rotates; <see langword="null"/> means either.</summary>
    public bool? Rotational { get; init; }
}

/// <summary>RAID volumes. In both lists <see langword="null"/> means "leave alone" and empty means "remove".</summary>
public sealed record Raid : WireRecord
{
    /// <summary>Volumes of the RAID controller; at most one of the two lists may have items.</summary>
    [JsonPropertyName("hardwareRAIDVolumes"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<HardwareRaidVolume>? HardwareRaidVolumes { get; init; }

    /// <summary>Volumes of the operating system; at most two.</summary>
    [JsonPropertyName("softwareRAIDVolumes"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<SoftwareRaidVolume>? SoftwareRaidVolumes { get; init; }
}

/// <summary>A volume of a RAID controller.</summary>
public sealed record HardwareRaidVolume : WireRecord
{
    /// <summary>Size in gibibytes; <see langword="null"/> means all there is, 0 is passed on as 0.</summary>
    public long? SizeGibibytes { get; init; }

    /// <summary>RAID level.</summary>
    public HardwareRaidLevel Level { get; init => field = value ?? new(""); } = new("");

    /// <summary>Name, at most 64 characters, unique in the host.</summary>
    public string? Name { get; init; }

    /// <summary>Whether the disks rotate; <see langword="null"/> means either.</summary>
    public bool? Rotational { get; init; }

    /// <summary>Number of disks, at least 1; <see langword="null"/> leaves it to the controller.</summary>
    public long? NumberOfPhysicalDisks { get; init; }

    /// <summary>Name of the controller; required with <see cref="PhysicalDisks"/>.</summary>
    public string? Controller { get; init; }

    /// <summary>The controller's names of the disks.</summary>
    public ValueList<string>? PhysicalDisks { get; init; }
}

/// <summary>A volume of the operating system.</summary>
public sealed record SoftwareRaidVolume : WireRecord
{
    /// <summary>Size in gibibytes; <see langword="null"/> means all there is, 0 is passed on as 0.</summary>
    public long? SizeGibibytes { get; init; }

    /// <summary>RAID level; the first volume must be <c>1</c>.</summary>
    public SoftwareRaidLevel Level { get; init => field = value ?? new(""); } = new("");

    /// <summary>Whether the image goes here; <see langword="null"/> means no.</summary>
    public bool? RootVolume { get; init; }

    /// <summary>Which disks; at least two if given.</summary>
    public ValueList<RootDeviceHints>? PhysicalDisks { get; init; }
}

/// <summary>A removed feature that old objects may still carry.</summary>
public sealed record FirmwareConfig : WireRecord
{
    /// <summary>Whether virtualisation should be on.</summary>
    public bool? VirtualizationEnabled { get; init; }

    /// <summary>Whether simultaneous multithreading should be on.</summary>
    public bool? SimultaneousMultithreadingEnabled { get; init; }

    /// <summary>Whether SR-IOV should be on.</summary>
    public bool? SriovEnabled { get; init; }
}

/// <summary>Deprecated and never implemented.</summary>
public sealed record Taint : WireRecord
{
    /// <summary>Key.</summary>
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>Value.</summary>
    public string? Value { get; init; }

    /// <summary>Effect.</summary>
    public string Effect { get; init => field = value ?? ""; } = "";

    /// <summary>When it was added.</summary>
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? TimeAdded { get; init; }
}

/// <summary>The switch port that a NIC should have.</summary>
public sealed record HostNetworkInterface : WireRecord
{
    /// <summary>Name of the NIC in the inventory; exactly one of name and MAC address is given.</summary>
    public string? Name { get; init => field = Words.Given(value); }

    /// <summary>MAC address of the NIC.</summary>
    [JsonPropertyName("macAddress")]
    public string? MacAddress { get; init => field = Words.Given(value); }

    /// <summary>The attachment to apply.</summary>
    public HostNetworkAttachmentReference HostNetworkAttachment { get; init => field = value ?? new(); } = new();

    /// <summary>The port; <see langword="null"/> means the one LLDP reported.</summary>
    public SwitchPort? SwitchPort { get; init; }
}

/// <summary>Name of a HostNetworkAttachment.</summary>
public sealed record HostNetworkAttachmentReference : WireRecord
{
    /// <summary>Name, at most 253 characters.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace, at most 63 characters; <see langword="null"/> means the host's.</summary>
    public string? Namespace { get; init; }
}

/// <summary>A port of a switch.</summary>
public sealed record SwitchPort : WireRecord
{
    /// <summary>Management MAC address of the switch.</summary>
    [JsonPropertyName("switchID")]
    public string SwitchId { get; init => field = value ?? ""; } = "";

    /// <summary>Name of the port.</summary>
    [JsonPropertyName("portID")]
    public string PortId { get; init => field = value ?? ""; } = "";
}

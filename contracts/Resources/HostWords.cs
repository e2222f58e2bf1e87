using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>A word in <c>status.operationalStatus</c>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<OperationalStatus>))]
public sealed record OperationalStatus(string Word) : IWord<OperationalStatus>
{
    /// <summary>Not said yet: a new host.</summary>
    public static OperationalStatus None { get; } = new("");

    /// <summary>All is well.</summary>
    public static OperationalStatus Ok { get; } = new("OK");

    /// <summary>The host has no BMC details.</summary>
    public static OperationalStatus Discovered { get; } = new("discovered");

    /// <summary>An error stands in <c>status.errorType</c>.</summary>
    public static OperationalStatus Error { get; } = new("error");

    /// <summary>Waits for capacity.</summary>
    public static OperationalStatus Delayed { get; } = new("delayed");

    /// <summary>Removed from Ironic on request, still running.</summary>
    public static OperationalStatus Detached { get; } = new("detached");

    /// <summary>Firmware is being changed in place.</summary>
    public static OperationalStatus Servicing { get; } = new("servicing");

    /// <inheritdoc/>
    public static ValueList<OperationalStatus> Known { get; } =
    [
        None,
        Ok,
        Discovered,
        Error,
        Delayed,
        Detached,
        Servicing,
    ];

    /// <inheritdoc/>
    public static OperationalStatus Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>status.errorType</c>: the class of the current error.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<ErrorType>))]
public sealed record ErrorType(string Word) : IWord<ErrorType>
{
    /// <summary>A provisioned host could not be registered again.</summary>
    public static ErrorType ProvisionedRegistrationError { get; } = new("provisioned registration error");

    /// <summary>The BMC or its credentials were not accepted.</summary>
    public static ErrorType RegistrationError { get; } = new("registration error");

    /// <summary>The inventory could not be taken.</summary>
    public static ErrorType InspectionError { get; } = new("inspection error");

    /// <summary>RAID, firmware or cleaning before use failed.</summary>
    public static ErrorType PreparationError { get; } = new("preparation error");

    /// <summary>The image could not be written, or the host could not be taken back.</summary>
    public static ErrorType ProvisioningError { get; } = new("provisioning error");

    /// <summary>The power state could not be read or changed.</summary>
    public static ErrorType PowerManagementError { get; } = new("power management error");

    /// <summary>A firmware change in place failed.</summary>
    public static ErrorType ServicingError { get; } = new("servicing error");

    /// <summary>Removing the host from Ironic on request failed. Ours: upstream cannot store it (see docs/differences.md).</summary>
    public static ErrorType DetachError { get; } = new("detach error");

    /// <inheritdoc/>
    public static ValueList<ErrorType> Known { get; } =
    [
        ProvisionedRegistrationError,
        RegistrationError,
        InspectionError,
        PreparationError,
        ProvisioningError,
        PowerManagementError,
        ServicingError,
        DetachError,
    ];

    /// <inheritdoc/>
    public static ErrorType Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>status.provisioning.state</c>; the CRD does not restrict it.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<ProvisioningState>))]
public sealed record ProvisioningState(string Word) : IWord<ProvisioningState>
{
    /// <summary>A new host.</summary>
    public static ProvisioningState None { get; } = new("");

    /// <summary>There are no BMC details.</summary>
    public static ProvisioningState Unmanaged { get; } = new("unmanaged");

    /// <summary>BMC details are being checked.</summary>
    public static ProvisioningState Registering { get; } = new("registering");

    /// <summary>Obsolete: treated as <see cref="Preparing"/>, never written.</summary>
    public static ProvisioningState MatchProfile { get; } = new("match profile");

    /// <summary>The inventory is being taken.</summary>
    public static ProvisioningState Inspecting { get; } = new("inspecting");

    /// <summary>RAID and firmware are being set, disks cleaned.</summary>
    public static ProvisioningState Preparing { get; } = new("preparing");

    /// <summary>Obsolete: treated as <see cref="Available"/>, never written.</summary>
    public static ProvisioningState Ready { get; } = new("ready");

    /// <summary>Ready to be provisioned.</summary>
    public static ProvisioningState Available { get; } = new("available");

    /// <summary>The image is being written.</summary>
    public static ProvisioningState Provisioning { get; } = new("provisioning");

    /// <summary>The image is on disk.</summary>
    public static ProvisioningState Provisioned { get; } = new("provisioned");

    /// <summary>Somebody else installed the operating system.</summary>
    public static ProvisioningState ExternallyProvisioned { get; } = new("externally provisioned");

    /// <summary>The host is being taken back and wiped.</summary>
    public static ProvisioningState Deprovisioning { get; } = new("deprovisioning");

    /// <summary>The last power-off.</summary>
    public static ProvisioningState PoweringOffBeforeDelete { get; } = new("powering off before delete");

    /// <summary>The host is being removed from Ironic.</summary>
    public static ProvisioningState Deleting { get; } = new("deleting");

    /// <inheritdoc/>
    public static ValueList<ProvisioningState> Known { get; } =
    [
        None,
        Unmanaged,
        Registering,
        MatchProfile,
        Inspecting,
        Preparing,
        Ready,
        Available,
        Provisioning,
        Provisioned,
        ExternallyProvisioned,
        Deprovisioning,
        PoweringOffBeforeDelete,
        Deleting,
    ];

    /// <inheritdoc/>
    public static ProvisioningState Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>spec.bootMode</c>; absent means <see cref="Uefi"/>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<BootMode>))]
public sealed record BootMode(string Word) : IWord<BootMode>
{
    /// <summary>UEFI without secure boot.</summary>
    public static BootMode Uefi { get; } = new("UEFI");

    /// <summary>UEFI with secure boot.</summary>
    public static BootMode UefiSecureBoot { get; } = new("UEFISecureBoot");

    /// <summary>BIOS.</summary>
    public static BootMode Legacy { get; } = new("legacy");

    /// <inheritdoc/>
    public static ValueList<BootMode> Known { get; } = [Uefi, UefiSecureBoot, Legacy];

    /// <inheritdoc/>
    public static BootMode Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>spec.automatedCleaningMode</c>; the API server fills in <see cref="Metadata"/>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<AutomatedCleaningMode>))]
public sealed record AutomatedCleaningMode(string Word) : IWord<AutomatedCleaningMode>
{
    /// <summary>Partition tables are erased between owners.</summary>
    public static AutomatedCleaningMode Metadata { get; } = new("metadata");

    /// <summary>Nothing is erased between owners.</summary>
    public static AutomatedCleaningMode Disabled { get; } = new("disabled");

    /// <inheritdoc/>
    public static ValueList<AutomatedCleaningMode> Known { get; } = [Metadata, Disabled];

    /// <inheritdoc/>
    public static AutomatedCleaningMode Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>spec.inspectionMode</c>; absent means <see cref="Agent"/>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<InspectionMode>))]
public sealed record InspectionMode(string Word) : IWord<InspectionMode>
{
    /// <summary>No inspection.</summary>
    public static InspectionMode Disabled { get; } = new("disabled");

    /// <summary>A ramdisk takes the inventory.</summary>
    public static InspectionMode Agent { get; } = new("agent");

    /// <summary>The BMC is asked for the inventory.</summary>
    public static InspectionMode Fast { get; } = new("fast");

    /// <inheritdoc/>
    public static ValueList<InspectionMode> Known { get; } = [Disabled, Agent, Fast];

    /// <inheritdoc/>
    public static InspectionMode Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>image.checksumType</c>; absent is treated as <see cref="Auto"/>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<ChecksumType>))]
public sealed record ChecksumType(string Word) : IWord<ChecksumType>
{
    /// <summary>MD5.</summary>
    public static ChecksumType Md5 { get; } = new("md5");

    /// <summary>SHA-256.</summary>
    public static ChecksumType Sha256 { get; } = new("sha256");

    /// <summary>SHA-512.</summary>
    public static ChecksumType Sha512 { get; } = new("sha512");

    /// <summary>Ironic tells from the length.</summary>
    public static ChecksumType Auto { get; } = new("auto");

    /// <inheritdoc/>
    public static ValueList<ChecksumType> Known { get; } = [Md5, Sha256, Sha512, Auto];

    /// <inheritdoc/>
    public static ChecksumType Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>image.format</c>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<ImageFormat>))]
public sealed record ImageFormat(string Word) : IWord<ImageFormat>
{
    /// <summary>Raw disk.</summary>
    public static ImageFormat Raw { get; } = new("raw");

    /// <summary>QEMU copy-on-write.</summary>
    public static ImageFormat Qcow2 { get; } = new("qcow2");

    /// <summary>VirtualBox disk.</summary>
    public static ImageFormat Vdi { get; } = new("vdi");

    /// <summary>VMware disk.</summary>
    public static ImageFormat Vmdk { get; } = new("vmdk");

    /// <summary>Booted, not installed.</summary>
    public static ImageFormat LiveIso { get; } = new("live-iso");

    /// <inheritdoc/>
    public static ValueList<ImageFormat> Known { get; } = [Raw, Qcow2, Vdi, Vmdk, LiveIso];

    /// <inheritdoc/>
    public static ImageFormat Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>hardware.storage[].type</c>.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<DiskType>))]
public sealed record DiskType(string Word) : IWord<DiskType>
{
    /// <summary>Rotating.</summary>
    public static DiskType Hdd { get; } = new("HDD");

    /// <summary>Flash behind a disk controller.</summary>
    public static DiskType Ssd { get; } = new("SSD");

    /// <summary>Flash on the bus.</summary>
    public static DiskType Nvme { get; } = new("NVME");

    /// <inheritdoc/>
    public static ValueList<DiskType> Known { get; } = [Hdd, Ssd, Nvme];

    /// <inheritdoc/>
    public static DiskType Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>hardwareRAIDVolumes[].level</c>; a text, also where it looks like a number.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<HardwareRaidLevel>))]
public sealed record HardwareRaidLevel(string Word) : IWord<HardwareRaidLevel>
{
    /// <summary>Striping.</summary>
    public static HardwareRaidLevel Raid0 { get; } = new("0");

    /// <summary>Mirroring.</summary>
    public static HardwareRaidLevel Raid1 { get; } = new("1");

    /// <summary>Bit-level parity.</summary>
    public static HardwareRaidLevel Raid2 { get; } = new("2");

    /// <summary>Parity.</summary>
    public static HardwareRaidLevel Raid5 { get; } = new("5");

    /// <summary>Double parity.</summary>
    public static HardwareRaidLevel Raid6 { get; } = new("6");

    /// <summary>Striped mirrors.</summary>
    public static HardwareRaidLevel Raid10 { get; } = new("1+0");

    /// <summary>Striped parity.</summary>
    public static HardwareRaidLevel Raid50 { get; } = new("5+0");

    /// <summary>Striped double parity.</summary>
    public static HardwareRaidLevel Raid60 { get; } = new("6+0");

    /// <inheritdoc/>
    public static ValueList<HardwareRaidLevel> Known { get; } =
    [
        Raid0,
        Raid1,
        Raid2,
        Raid5,
        Raid6,
        Raid10,
        Raid50,
        Raid60,
    ];

    /// <inheritdoc/>
    public static HardwareRaidLevel Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

/// <summary>A word in <c>softwareRAIDVolumes[].level</c>; a text, also where it looks like a number.</summary>
/// <param name="Word">Text on the wire.</param>
[JsonConverter(typeof(WordConverter<SoftwareRaidLevel>))]
public sealed record SoftwareRaidLevel(string Word) : IWord<SoftwareRaidLevel>
{
    /// <summary>Striping.</summary>
    public static SoftwareRaidLevel Raid0 { get; } = new("0");

    /// <summary>Mirroring.</summary>
    public static SoftwareRaidLevel Raid1 { get; } = new("1");

    /// <summary>Striped mirrors.</summary>
    public static SoftwareRaidLevel Raid10 { get; } = new("1+0");

    /// <inheritdoc/>
    public static ValueList<SoftwareRaidLevel> Known { get; } = [Raid0, Raid1, Raid10];

    /// <inheritdoc/>
    public static SoftwareRaidLevel Of(string word) => new(word);

    /// <inheritdoc/>
    public override string ToString() => Word;
}

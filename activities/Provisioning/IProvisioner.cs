using System.Text.Json.Nodes;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Provisioning;

/// <summary>A back end that turns wishes about machines into deeds; Ironic is one.</summary>
/// <remarks>
/// Each operation looks, asks at most once, and reports: it may be repeated at any time and joins what runs. It answers
/// <see cref="NodeProgress.Started"/> or <see cref="NodeProgress.Running"/> while something goes on; the caller waits and calls
/// again. Trouble is thrown as <see cref="ProvisionerException"/>, never as anything else but cancellation.
/// </remarks>
internal interface IProvisioner
{
    /// <summary>Formats of host-specific ramdisks that the machine can boot, best first.</summary>
    IReadOnlyList<PreprovisioningImageFormat> ImageFormats(BmcAccess bmc);

    /// <summary>Finds or creates the node, and updates what may be updated at any time.</summary>
    Task<Ensured> EnsureAsync(EnsureInput input, CancellationToken cancellationToken);

    /// <summary>Proves access to the BMC of an unverified node.</summary>
    Task<NodeAnswer> ValidateBmcAsync(NodeInput input, CancellationToken cancellationToken);

    /// <summary>Has the back end use the credentials of a node in use, without disturbing the machine.</summary>
    Task<NodeAnswer> TestCredentialsAsync(NodeInput input, CancellationToken cancellationToken);

    /// <summary>Starts, joins or aborts an inspection.</summary>
    Task<NodeAnswer> InspectAsync(NodeInput input, bool refresh, bool force, CancellationToken cancellationToken);

    /// <summary>What the last inspection found; also creates the ports of NICs that the back end does not know yet.</summary>
    Task<HardwareDetails> ReadHardwareAsync(NodeInput input, CancellationToken cancellationToken);

    /// <summary>Applies RAID and settings by manual cleaning, at most once per intent.</summary>
    Task<NodeAnswer> PrepareAsync(ChangeInput input, CancellationToken cancellationToken);

    /// <summary>Makes a manageable or recoverable node available.</summary>
    Task<NodeAnswer> MakeAvailableAsync(NodeInput input, CancellationToken cancellationToken);

    /// <summary>Records intent and instance data on the node.</summary>
    Task<NodeAnswer> WriteDeployIntentAsync(DeployInput input, CancellationToken cancellationToken);

    /// <summary>Deploys, at most once per intent.</summary>
    Task<NodeAnswer> DeployAsync(DeployInput input, CancellationToken cancellationToken);

    /// <summary>Takes the machine back.</summary>
    Task<NodeAnswer> UndeployAsync(NodeInput input, AutomatedCleaningMode? cleaning, CancellationToken cancellationToken);

    /// <summary>Takes over a running machine.</summary>
    Task<NodeAnswer> AdoptAsync(NodeInput input, bool deprovisioning, bool deleting, CancellationToken cancellationToken);

    /// <summary>Changes the settings of a machine in use, at most once per intent.</summary>
    Task<NodeAnswer> ServiceAsync(ChangeInput input, bool hasSpec, CancellationToken cancellationToken);

    /// <summary>Switches the machine.</summary>
    Task<NodeAnswer> SetPowerAsync(PowerInput input, CancellationToken cancellationToken);

    /// <summary>Removes the node's record, leaving disk and power of a deployed machine alone.</summary>
    Task<NodeAnswer> RemoveAsync(NodeInput input, bool force, CancellationToken cancellationToken);

    /// <summary>Stops what can be stopped safely.</summary>
    Task<NodeAnswer> AbortAsync(NodeInput input, CancellationToken cancellationToken);

    /// <summary>Reads the node.</summary>
    Task<NodeReport> LookAsync(NodeInput input, CancellationToken cancellationToken);

    /// <summary>Reads the firmware settings, and what may be written into them if <paramref name="withSchema"/>.</summary>
    Task<FirmwareSettings> FirmwareSettingsAsync(string nodeId, bool withSchema, CancellationToken cancellationToken);

    /// <summary>The hosts whose nodes boot, or are about to boot: what a capacity limit counts.</summary>
    /// <param name="virtualMedia">Those that boot from virtual media; otherwise those that boot from the network.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Without uid; a node that is not named as we name nodes has no namespace.</returns>
    Task<IReadOnlyList<HostKey>> BusyHostsAsync(bool virtualMedia, CancellationToken cancellationToken);
}

/// <summary>An operation on a node that cannot go on.</summary>
/// <param name="type">One of <see cref="FailureTypes"/>.</param>
/// <param name="message">One sentence for the operator, without secrets.</param>
/// <param name="raw">The back end's own text, redacted; null if there is none.</param>
/// <param name="retryAfter">When to look again, for what passes by itself; null leaves it to the caller.</param>
/// <param name="cause">What lies below.</param>
internal sealed class ProvisionerException(
    string type, string message, string? raw = null, TimeSpan? retryAfter = null, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>One of <see cref="FailureTypes"/>.</summary>
    public string Type { get; } = type;

    /// <summary>The back end's own text, redacted.</summary>
    public string? Raw { get; } = raw;

    /// <summary>When to look again.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>Whether time alone may heal it.</summary>
    public bool IsTransient => Type is FailureTypes.Busy or FailureTypes.BackendUnavailable;
}

/// <summary>What every operation is told.</summary>
internal record NodeInput
{
    /// <summary>Whose node.</summary>
    public required HostKey Host { get; init; }

    /// <summary>The node's id; null before registration.</summary>
    public string? NodeId { get; init; }

    /// <summary>A report to go by instead of looking; null to look.</summary>
    public NodeReport? Trusted { get; init; }

    /// <summary>Whether an earlier failure is forgotten.</summary>
    public bool Restart { get; init; }

    /// <summary>Asked just before a destructive verb: whether the object still wants it. Null: always.</summary>
    public Func<CancellationToken, Task<bool>>? StillWanted { get; init; }

    public sealed override string ToString() => $"{Host} ({NodeId ?? "not registered"})";
}

/// <summary>A ramdisk made for one host.</summary>
internal sealed record HostRamdisk(PreprovisioningImageFormat Format, string Url, string? KernelUrl, string? ExtraKernelParameters);

/// <summary>What registration is told.</summary>
internal sealed record EnsureInput : NodeInput
{
    public required BareMetalHostSpec Spec { get; init; }

    public required BmcAccess Bmc { get; init; }

    /// <summary>Driver data with credentials: never shown.</summary>
    public required JsonObject DriverInfo { get; init; }

    /// <summary><c>status.provisioning.state</c>.</summary>
    public required ProvisioningState State { get; init; }

    /// <summary>The image the host has, or is getting; null if none.</summary>
    public Image? Image { get; init; }

    /// <summary>Whether a custom deploy step is in force.</summary>
    public bool CustomDeploy { get; init; }

    /// <summary>Architecture of the spec, else of the recorded hardware; null if neither says.</summary>
    public string? Architecture { get; init; }

    /// <summary>Recorded NICs.</summary>
    public IReadOnlyList<Nic> Nics { get; init; } = [];

    public bool CredentialsChanged { get; init; }

    public bool Servicing { get; init; }

    public bool UsesPreprovisioningImage { get; init; }

    /// <summary>The image made for this host; null if there is none (yet).</summary>
    public HostRamdisk? Ramdisk { get; init; }

    /// <summary>Network data of the ramdisk; null if there are none or the ramdisk brings its own.</summary>
    public JsonObject? NetworkData { get; init; }

    public bool InspectionDisabled { get; init; }
}

/// <summary>What came of registration.</summary>
internal sealed record Ensured(NodeAnswer Answer, bool AccessWritten);

/// <summary>What preparation and servicing are told.</summary>
internal sealed record ChangeInput : NodeInput
{
    public required NodeIntent Intent { get; init; }

    /// <summary>RAID to set before the steps; null if RAID is left alone.</summary>
    public JsonObject? TargetRaid { get; init; }

    /// <summary>RAID interface the steps need; null for the one the node has.</summary>
    public string? RaidInterface { get; init; }

    /// <summary>Steps to run; empty if nothing differs.</summary>
    public required JsonArray Steps { get; init; }
}

/// <summary>What deployment is told.</summary>
internal sealed record DeployInput : NodeInput
{
    public required NodeIntent Intent { get; init; }

    /// <summary>The image; null for a custom deploy without one.</summary>
    public Image? Image { get; init; }

    public CustomDeploy? CustomDeploy { get; init; }

    public RootDeviceHints? Hints { get; init; }

    public BootMode? BootMode { get; init; }

    /// <summary><c>user:password</c> of the image's registry; null if it needs none.</summary>
    public string? PullSecret { get; init; }

    /// <summary>Start a deployment that waits for its ramdisk over.</summary>
    public bool Force { get; init; }

    /// <summary>Reads the config drive, at the moment it is needed; null for a live image.</summary>
    public Func<CancellationToken, Task<JsonObject>>? ConfigDrive { get; init; }
}

/// <summary>What a power change is told.</summary>
internal sealed record PowerInput : NodeInput
{
    public bool On { get; init; }

    public bool Hard { get; init; }

    public bool Force { get; init; }

    public bool Deleting { get; init; }

    public string? IgnoreError { get; init; }
}

/// <summary>Firmware settings as the back end knows them.</summary>
/// <param name="Settings">Name to value; a setting without value is left out.</param>
/// <param name="Schema">Name to limits; null unless asked for.</param>
internal sealed record FirmwareSettings(
    IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, SettingSchema>? Schema);

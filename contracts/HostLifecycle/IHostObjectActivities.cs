using System.Text.Json.Serialization;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Temporalio.Activities;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>Reads and writes of the host's object, its secrets and its companions, on <see cref="TaskQueues.Main"/>.</summary>
/// <remarks>
/// All are idempotent and look before they write. None writes while the object is paused. An object that is gone, or has another uid,
/// is thrown as <see cref="FailureTypes.HostGone"/>.
/// </remarks>
public interface IHostObjectActivities
{
    /// <summary>
    /// What comes before the state machine (host-lifecycle specification §2, steps 4 to 6): restore of the status annotation, import of
    /// hardware details, finalizer, architecture, consumed annotations, HardwareData's finalizer during deletion.
    /// </summary>
    [Activity]
    Task<IntakeResult> IntakeAsync(IntakeRequest request);

    /// <summary>Labels, owns and marks the BMC secret (and the preprovisioning network secret) and says which version it has.</summary>
    /// <remarks>Thrown: <see cref="FailureTypes.CredentialsMissing"/>, <see cref="FailureTypes.CredentialsInvalid"/>.</remarks>
    [Activity]
    Task<ClaimedCredentials> ClaimCredentialsAsync(ClaimCredentialsRequest request);

    /// <summary>Writes what differs in status, then publishes events, then counts metrics.</summary>
    [Activity]
    Task<PublishResult> PublishAsync(PublishRequest request);

    /// <summary>Removes annotations whose value is still the one that was carried out.</summary>
    [Activity]
    Task RemoveAnnotationsAsync(RemoveAnnotationsRequest request);

    /// <summary>Sets or removes the annotation that keeps an operator's hold.</summary>
    [Activity]
    Task RecordHoldAsync(RecordHoldRequest request);

    /// <summary>Makes HostFirmwareSettings with the host as owner, and becomes an owner of an existing HostUpdatePolicy.</summary>
    [Activity]
    Task EnsureCompanionsAsync(NodeRequest request);

    /// <summary>Reads the firmware settings from the node, brings HostFirmwareSettings and FirmwareSchema up to date, compares.</summary>
    [Activity]
    Task<FirmwareState> RefreshFirmwareAsync(NodeRequest request);

    /// <summary>Creates or updates the host's PreprovisioningImage and says whether it may be used.</summary>
    [Activity]
    Task<PreprovisioningImageState> EnsurePreprovisioningImageAsync(NodeRequest request);

    /// <summary>Releases, in upstream's order, the BMC secret, the network secret, the PreprovisioningImage, and the host's own finalizer.</summary>
    [Activity]
    Task ReleaseAsync(NodeRequest request);

    /// <summary>Reads the host anew.</summary>
    [Activity]
    Task<HostSnapshot> ReadHostAsync(HostKey host);

    /// <summary>Asks the capacity pool for a slot, starting its workflow if there is none.</summary>
    [Activity]
    Task RequestSlotAsync(SlotRequest request);

    /// <summary>The configuration of the worker that happens to run this.</summary>
    [Activity]
    Task<HostOptions> ReadOptionsAsync();
}

/// <summary>See <see cref="IHostObjectActivities.IntakeAsync"/>.</summary>
/// <param name="Host">Which object.</param>
/// <param name="Now">The workflow's time, UTC.</param>
public sealed record IntakeRequest(HostKey Host, DateTimeOffset Now);

/// <summary>What the intake found and did.</summary>
public sealed record IntakeResult
{
    /// <summary>The object afterwards.</summary>
    public required HostSnapshot Snapshot { get; init; }

    /// <summary>Whether the status was taken from the annotation.</summary>
    public bool Restored { get; init; }

    /// <summary>Why the status annotation could not be used; null when it could or there was none. It is then kept, and nothing is begun.</summary>
    public string? Refused { get; init; }

    /// <summary>Hash of the hardware in status now; null when there is none.</summary>
    public string? HardwareHash { get; init; }

    /// <summary>Its architecture.</summary>
    public string? Architecture { get; init; }

    /// <summary>The configuration.</summary>
    public required HostOptions Options { get; init; }
}

/// <summary>See <see cref="IHostObjectActivities.ClaimCredentialsAsync"/>.</summary>
public sealed record ClaimCredentialsRequest
{
    /// <summary>Which host.</summary>
    public required HostKey Host { get; init; }

    /// <summary>Whether a deletion is under way: no finalizer is added then, and missing secrets are no error.</summary>
    public bool Deleting { get; init; }
}

/// <summary>The secret that was claimed.</summary>
public sealed record ClaimedCredentials
{
    /// <summary>Its name; empty when there is none (only during a deletion).</summary>
    public string Name { get; init; } = "";

    /// <summary>Its version after the claim.</summary>
    public string Version { get; init; } = "";

    /// <summary>Whether it holds user and password.</summary>
    public bool Usable { get; init; }
}

/// <summary>What to write on the object.</summary>
public sealed record PublishRequest
{
    /// <summary>Which host.</summary>
    public required HostKey Host { get; init; }

    /// <summary>The whole status as it should be, but for hardware and hidden parts of URLs, which the activity fills in.</summary>
    public required BareMetalHostStatus Status { get; init; }

    /// <summary>Hash of the HardwareData whose details belong into status; null leaves status' hardware as it is.</summary>
    public string? HardwareHash { get; init; }

    /// <summary>Events to publish after the write, with names drawn from <see cref="EventSeed"/>.</summary>
    public IReadOnlyList<NodeEvent> Events { get; init; } = [];

    /// <summary>Makes event names unique and repeatable.</summary>
    public required string EventSeed { get; init; }

    /// <summary>Counters to bump after the write.</summary>
    public IReadOnlyList<MetricCount> Metrics { get; init; } = [];

    /// <summary>Hash of the options that the workflow goes by; others are returned.</summary>
    public int CodeRevision { get; init; }

    /// <summary>The workflow's time, UTC: <c>lastUpdated</c>.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>One bump of a metric.</summary>
/// <param name="Name">Upstream's name, e.g. <c>metal3_host_error_total</c>; <c>…_seconds</c> observes <paramref name="Value"/>.</param>
/// <param name="Labels">Label values by name.</param>
/// <param name="Value">1 for counters, seconds for histograms.</param>
public sealed record MetricCount(string Name, IReadOnlyDictionary<string, string>? Labels = null, double Value = 1);

/// <summary>What came of publishing.</summary>
public sealed record PublishResult
{
    /// <summary>Whether anything was written to status.</summary>
    public bool Written { get; init; }

    /// <summary>Whether the object is paused now, so that nothing was written.</summary>
    public bool Paused { get; init; }

    /// <summary>The configuration, when the worker's code revision is another than the request's.</summary>
    public HostOptions? Options { get; init; }
}

/// <summary>See <see cref="IHostObjectActivities.RemoveAnnotationsAsync"/>.</summary>
/// <param name="Host">Which host.</param>
/// <param name="Annotations">Keys with the values that were carried out.</param>
public sealed record RemoveAnnotationsRequest(HostKey Host, IReadOnlyDictionary<string, string> Annotations);

/// <summary>See <see cref="IHostObjectActivities.RecordHoldAsync"/>.</summary>
/// <param name="Host">Which host.</param>
/// <param name="Hold">The hold; null removes the annotation.</param>
public sealed record RecordHoldRequest(HostKey Host, StepHold? Hold);

/// <summary>How far a preprovisioning image is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PreprovisioningImageReadiness>))]
public enum PreprovisioningImageReadiness
{
    /// <summary>May be used.</summary>
    Ready,

    /// <summary>Being built, or its inputs changed.</summary>
    NotReady,

    /// <summary>Its builder reports an error.</summary>
    Failed,
}

/// <summary>See <see cref="IHostObjectActivities.EnsurePreprovisioningImageAsync"/>.</summary>
/// <param name="Readiness">How far it is.</param>
/// <param name="Message">The builder's error.</param>
public sealed record PreprovisioningImageState(PreprovisioningImageReadiness Readiness, string? Message = null);

/// <summary>A lifecycle's request for a slot of a capacity pool.</summary>
public sealed record SlotRequest
{
    /// <summary>The pool (<see cref="WorkflowNames.NetworkBootPool"/>).</summary>
    public required string Pool { get; init; }

    /// <summary>Workflow id of the lifecycle, which is signalled when the slot is its own, and whose end frees the slot.</summary>
    public required string Holder { get; init; }

    /// <summary>The host, for people and for recognising nodes that are busy already.</summary>
    public required HostKey Host { get; init; }

    /// <summary>The host's node is at work already (the workflow joined it): the slot is granted at once, over the limit if need be.</summary>
    public bool AlreadyBusy { get; init; }

    /// <summary>The pool's limit if its workflow must be started.</summary>
    public int InitialLimit { get; init; }
}

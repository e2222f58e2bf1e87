using System.Text.Json.Serialization;

namespace Metal3.Contracts.Provisioning;

/// <summary>What every request about a node says. Spec and secrets are read by the activity, never carried.</summary>
public record NodeRequest
{
    /// <summary>The host that the node stands for.</summary>
    public required HostKey Host { get; init; }

    /// <summary>The node's id; null only before registration.</summary>
    public string? NodeId { get; init; }

    /// <summary>
    /// The newest report that the workflow has: a first attempt of a harmless verb may trust it and save a look; retries
    /// and destructive verbs always look.
    /// </summary>
    public NodeReport? LastSeen { get; init; }

    /// <summary>Whether an earlier failure of the same kind is to be forgotten and the operation started over.</summary>
    public bool Restart { get; init; }
}

/// <summary>What must still be true of the object when a destructive verb is about to be sent.</summary>
/// <remarks>Paused, or detached without being told to detach, is always a reason not to act.</remarks>
public sealed record Expectation
{
    /// <summary>Whether a deletionTimestamp is expected; <see langword="null"/>: it does not matter.</summary>
    public bool? Deleting { get; init; }

    /// <summary>Hash of image and custom deploy in spec (see <c>HostSnapshot.DeploymentHash</c>); null: it does not matter.</summary>
    public string? DeploymentHash { get; init; }

    /// <summary>Hash of what in spec chooses the disk (see <c>HostSnapshot.RootDeviceHash</c>); null: it does not matter.</summary>
    public string? RootDeviceHash { get; init; }

    /// <summary>Whether the detached annotation is expected (then its absence is a reason not to act).</summary>
    public bool Detaching { get; init; }
}

/// <summary>Finds or creates the node and brings everything that may be set at any time up to date.</summary>
public sealed record EnsureNodeRequest : NodeRequest
{
    /// <summary><c>status.provisioning.state</c>: which image counts as current, and whether a ramdisk is needed, hang on it.</summary>
    public required string ProvisioningState { get; init; }

    /// <summary>Whether the credentials last tried differ from the secret now, so that driver access data are written anew.</summary>
    public bool CredentialsChanged { get; init; }

    /// <summary>Whether the host is being serviced (a deployed host then needs its ramdisk).</summary>
    public bool Servicing { get; init; }

    /// <summary>Whether a host-specific preprovisioning image is in use (<c>--build-preprov-image</c>); the activity reads it.</summary>
    public bool UsesPreprovisioningImage { get; init; }
}

/// <summary>Starts or joins an inspection.</summary>
public sealed record InspectRequest : NodeRequest
{
    /// <summary>Inspect even if the node has an inventory.</summary>
    public bool Refresh { get; init; }

    /// <summary>Abort an inspection that waits for its ramdisk, and start over.</summary>
    public bool Force { get; init; }
}

/// <summary>Starts or joins the manual cleaning that applies RAID and firmware settings.</summary>
public sealed record PrepareRequest : NodeRequest
{
    /// <summary>The fence; hash over RAID and firmware settings wanted.</summary>
    public required NodeIntent Intent { get; init; }

    /// <summary>What must still be true.</summary>
    public required Expectation Expect { get; init; }

    /// <summary>Whether RAID or root hints differ from what status records.</summary>
    public bool HostDirty { get; init; }

    /// <summary>Whether the firmware settings (HostFirmwareSettings) have a valid pending change.</summary>
    public bool SettingsDirty { get; init; }

    /// <summary>Whether the RAID that status records cannot be trusted (after a failed preparation).</summary>
    public bool ActualRaidUnknown { get; init; }
}

/// <summary>Records the deploy intent with the instance data, and sends the deploy verb under it.</summary>
public sealed record DeployRequest : NodeRequest
{
    /// <summary>The fence; hash of image and custom deploy.</summary>
    public required NodeIntent Intent { get; init; }

    /// <summary>What must still be true.</summary>
    public required Expectation Expect { get; init; }

    /// <summary>Start a deployment that waits for its ramdisk over (a forced reboot annotation).</summary>
    public bool Force { get; init; }
}

/// <summary>Takes the machine back: undeploys and cleans as far as <c>automatedCleaningMode</c> says.</summary>
public sealed record UndeployRequest : NodeRequest
{
    /// <summary>What must still be true.</summary>
    public required Expectation Expect { get; init; }
}

/// <summary>Starts, joins or aborts servicing of a deployed node.</summary>
public sealed record ServiceRequest : NodeRequest
{
    /// <summary>The fence; hash of the wanted settings.</summary>
    public required NodeIntent Intent { get; init; }

    /// <summary>What must still be true.</summary>
    public required Expectation Expect { get; init; }

    /// <summary>Whether the firmware settings have a valid pending change that the update policy allows.</summary>
    public bool SettingsDirty { get; init; }

    /// <summary>Whether anything at all is wanted of the firmware; when not, a waiting or failed service is aborted.</summary>
    public bool HasSpec { get; init; }
}

/// <summary>Adopts a machine that runs an image already.</summary>
public sealed record AdoptRequest : NodeRequest
{
    /// <summary>Whether the host is being deprovisioned (a manageable node then needs no adoption).</summary>
    public bool Deprovisioning { get; init; }

    /// <summary>Whether the host is being deleted (maintenance is then left as it is).</summary>
    public bool Deleting { get; init; }
}

/// <summary>Switches the machine.</summary>
public sealed record PowerRequest : NodeRequest
{
    /// <summary>The wanted state.</summary>
    public bool On { get; init; }

    /// <summary>Power off without asking the operating system.</summary>
    public bool Hard { get; init; }

    /// <summary>Try although the node holds a stored error.</summary>
    public bool Force { get; init; }

    /// <summary>The switch-off is part of a deletion: waiting inspections and cleanings may be aborted for it.</summary>
    public bool Deleting { get; init; }

    /// <summary>Stored errors that are older than this power request and so say nothing about it.</summary>
    public string? IgnoreError { get; init; }
}

/// <summary>Removes the node's record without touching disk or power of a deployed machine.</summary>
public sealed record RemoveNodeRequest : NodeRequest
{
    /// <summary>Abort running operations instead of waiting for them.</summary>
    public bool Force { get; init; }

    /// <summary>What must still be true: a deletion, or the detached annotation.</summary>
    public required Expectation Expect { get; init; }
}

/// <summary>How far an operation is. Failures are thrown, with a type of <see cref="FailureTypes"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NodeProgress>))]
public enum NodeProgress
{
    /// <summary>Reached; nothing is left to do.</summary>
    Done,

    /// <summary>This call set something going: wait until the node settles, then call again.</summary>
    Started,

    /// <summary>Something runs already, or a preliminary verb was sent: wait until the node settles, then call again.</summary>
    Running,

    /// <summary>The object no longer says what the request expects: nothing was done; decide anew from the fresh snapshot.</summary>
    Superseded,
}

/// <summary>An event that the back end wants published on the host.</summary>
/// <param name="Reason">Upstream's reason (<c>Registered</c>, <c>PowerOn</c>, …).</param>
/// <param name="Message">Upstream's text.</param>
public sealed record NodeEvent(string Reason, string Message);

/// <summary>What came of asking.</summary>
public sealed record NodeAnswer
{
    /// <summary>How far it is.</summary>
    public required NodeProgress Progress { get; init; }

    /// <summary>The node as it was last seen in this call; null when there is none (removed).</summary>
    public NodeReport? Node { get; init; }

    /// <summary>Events for the host, in order.</summary>
    public IReadOnlyList<NodeEvent> Events { get; init; } = [];

    /// <summary>The host as it is now, when <see cref="NodeProgress.Superseded"/>; null when it is gone.</summary>
    public HostLifecycle.HostSnapshot? Fresh { get; init; }
}

/// <summary>What <see cref="INodeActivities.EnsureNodeAsync"/> found out beside the node.</summary>
public sealed record EnsuredNode
{
    /// <summary>How far it is: <see cref="NodeProgress.Done"/> unless access must still be proven.</summary>
    public required NodeAnswer Answer { get; init; }

    /// <summary>The secret whose content was used: its name.</summary>
    public string? CredentialsName { get; init; }

    /// <summary>The secret whose content was used: its <c>resourceVersion</c>.</summary>
    public string? CredentialsVersion { get; init; }

    /// <summary>Whether driver access data were written in this call, so that the credentials still have to prove themselves.</summary>
    public bool AccessWritten { get; init; }

    /// <summary>Whether the node boots its ramdisk from virtual media (then no network-boot capacity is needed).</summary>
    public bool UsesVirtualMedia { get; init; }
}

/// <summary>What an inspection left behind.</summary>
public sealed record RecordedHardware
{
    /// <summary>Hash of the details that HardwareData now holds; the details themselves stay out of histories.</summary>
    public required string Hash { get; init; }

    /// <summary>CPU architecture (<c>x86_64</c>, <c>aarch64</c>); null when unknown.</summary>
    public string? Architecture { get; init; }
}

/// <summary>Until when to wait for a node.</summary>
public sealed record AwaitNodeRequest : NodeRequest
{
    /// <summary>What ends the wait.</summary>
    public required NodeGoal Goal { get; init; }

    /// <summary>
    /// The last report: when the goal is <see cref="NodeGoal.Settled"/>, a node that still looks exactly like this may be about to
    /// move (the verb was only just accepted), so the wait gives it a moment.
    /// </summary>
    public bool JustAsked { get; init; }
}

/// <summary>What ends a wait. A node that vanished (twice unseen, and gone by its id) ends every wait.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NodeGoal>))]
public enum NodeGoal
{
    /// <summary>Nothing runs: any phase but <see cref="NodePhase.Busy"/>.</summary>
    Settled,

    /// <summary>The machine is on, or the attempt ended otherwise (no power change under way any more).</summary>
    PoweredOn,

    /// <summary>The machine is off, or the attempt ended otherwise.</summary>
    PoweredOff,

    /// <summary>The node is gone.</summary>
    Gone,
}

/// <summary>How a wait ended.</summary>
public sealed record AwaitedNode
{
    /// <summary>The node; null when it is gone.</summary>
    public NodeReport? Node { get; init; }
}

/// <summary>What the BMC itself answered, told apart where the back end's error hides it.</summary>
/// <param name="Class">A stable word: <c>NameNotResolved</c>, <c>Refused</c>, <c>TimedOut</c>, <c>TlsUntrusted</c>, <c>Unauthorised</c>,
/// <c>AccountLocked</c>, <c>SystemMissing</c>, <c>IpmiSilent</c>, <c>NotRedfish</c>, <c>Reachable</c>, <c>Unknown</c>.</param>
/// <param name="Sentence">One plain sentence for the operator, with the remedy.</param>
public sealed record BmcDiagnosis(string Class, string Sentence);

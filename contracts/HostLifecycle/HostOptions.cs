namespace Metal3.Contracts.HostLifecycle;

/// <summary>What a worker's configuration says about lifecycles; workflows learn it from activities, so that replay sees what was.</summary>
public sealed record HostOptions
{
    /// <summary>Failed provisionings of the same image before a person is needed; 0: never (upstream: 5).</summary>
    public int MaxProvisioningRetries { get; init; } = 5;

    /// <summary>Whether hosts get a PreprovisioningImage of their own (<c>--build-preprov-image</c>).</summary>
    public bool UsesPreprovisioningImages { get; init; }

    /// <summary>Slots of the network-boot pool when its workflow starts (<c>PROVISIONING_LIMIT</c>); 0: unlimited, no queue.</summary>
    public int NetworkBootLimit { get; init; } = 20;

    /// <summary>Slots of the virtual-media pool when its workflow starts; 0: unlimited, no queue.</summary>
    public int VirtualMediaLimit { get; init; }

    /// <summary>Architecture assumed where neither spec nor hardware names one: the operator's own.</summary>
    public string DefaultArchitecture { get; init; } = "x86_64";

    /// <summary>Whether the server was seen to know our search attributes; without it none is set.</summary>
    public bool HasSearchAttributes { get; init; }

    /// <summary>All patience.</summary>
    public Patience Patience { get; init; } = new();

    /// <summary>Revision of the workflow code of the worker that answered; a host at rest continues as new for a newer one.</summary>
    public int CodeRevision { get; init; }
}

/// <summary>Every deadline, back-off and heartbeat time-out of the host workflows.</summary>
public sealed record Patience
{
    /// <summary>One try of a short request, queueing on the worker excluded.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long transport faults are retried inside one attempt of a step.</summary>
    public TimeSpan Transport { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A wait whose worker is silent for this long is taken over by another worker.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Proof of access to a BMC.</summary>
    public TimeSpan Validation { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Boot of a ramdisk and its inventory (Ironic's own time-out is 30 minutes).</summary>
    public TimeSpan Inspection { get; init; } = TimeSpan.FromMinutes(75);

    /// <summary>Manual cleaning: RAID and firmware updates take their time.</summary>
    public TimeSpan Preparation { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Automated cleaning, erasure of disks included.</summary>
    public TimeSpan Cleaning { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Writing an image and booting it.</summary>
    public TimeSpan Deployment { get; init; } = TimeSpan.FromHours(3);

    /// <summary>Adoption.</summary>
    public TimeSpan Adoption { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Servicing.</summary>
    public TimeSpan Servicing { get; init; } = TimeSpan.FromHours(6);

    /// <summary>A power change; the soft one gives up after 180 s by itself.</summary>
    public TimeSpan Power { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Removal of the node's record, what runs on it included.</summary>
    public TimeSpan Removal { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Unit of the back-off after recorded failures: 2ⁿ units, less up to half (upstream: a minute).</summary>
    public TimeSpan BackoffUnit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest back-off (upstream: 512 minutes).</summary>
    public TimeSpan BackoffCap { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>First pause when the back end does not answer; doubles up to <see cref="UnavailableCap"/>.</summary>
    public TimeSpan UnavailablePause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest pause when the back end does not answer.</summary>
    public TimeSpan UnavailableCap { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A wait that lasts this long is told on the object.</summary>
    public TimeSpan TellOnObject { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a host at rest has its firmware settings read.</summary>
    public TimeSpan FirmwareRefresh { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Pause before an object that is missing (secret, preprovisioning image) is looked for again without a word from the bridge.</summary>
    public TimeSpan ObjectPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Recorded failures of one step before a deletion goes on without it (upstream: more than 3).</summary>
    public int DeletionAttempts { get; init; } = 4;

    /// <summary>The same firmware settings are applied this often before a person is needed.</summary>
    public int FirmwareAttempts { get; init; } = 3;

    /// <summary>Length of a quiet host workflow's history, in events, before it continues as new.</summary>
    public int HistoryEvents { get; init; } = 500;
}

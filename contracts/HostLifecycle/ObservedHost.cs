using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>What the workflow knows of a host: the status it publishes, and what it must remember beside it.</summary>
public sealed record ObservedHost
{
    /// <summary>The status as published or about to be; URLs are <see cref="SafeUrl"/>s, hardware is left out.</summary>
    public BareMetalHostStatus Status { get; init; } = new();

    /// <summary>Hash of the hardware details in HardwareData that status shows; null when status has none.</summary>
    public string? HardwareHash { get; init; }

    /// <summary>CPU architecture of the hardware; null when unknown.</summary>
    public string? Architecture { get; init; }

    /// <summary>Fingerprint of everything that registration last brought to the node; null: not in this workflow's memory.</summary>
    public string? Registered { get; init; }

    /// <summary>Whether status, annotations, finalizer and imports were looked after since this workflow began.</summary>
    public string? IntakeOf { get; init; }

    /// <summary>The node as last reported; null when it is unknown.</summary>
    public NodeReport? Node { get; init; }

    /// <summary>Whether the node must be adopted (registered anew while an image runs).</summary>
    public bool AdoptionDue { get; init; }

    /// <summary>Whether the node boots from virtual media.</summary>
    public bool UsesVirtualMedia { get; init; }

    /// <summary>The firmware settings' state; null when never read.</summary>
    public FirmwareState? Firmware { get; init; }

    /// <summary>Hash of firmware settings that were applied, with how often in vain.</summary>
    public FirmwareAttempts? FirmwareTried { get; init; }

    /// <summary>The last preparation or servicing that this memory saw done; null: none. The node's own record of another one is joined.</summary>
    public NodeIntent? IntentDone { get; init; }

    /// <summary>Applied RAID is unknown after a failed preparation.</summary>
    public bool ActualRaidUnknown { get; init; }

    /// <summary>A lifecycle that ended without success and why it is not simply started again.</summary>
    public Setback? Setback { get; init; }

    /// <summary>The last time firmware settings were read, UTC.</summary>
    public DateTimeOffset? FirmwareReadAt { get; init; }

    /// <summary>Highest generation whose conditions were published.</summary>
    public long PublishedGeneration { get; init; }

    /// <summary>Versions of the BMC secret that mean the credentials last tried: the one read, and the one our own claim made of it.</summary>
    public IReadOnlyList<string> CredentialsSeen { get; init; } = [];

    /// <summary>Whether the credentials last tried lack user or password and a deletion goes on without them.</summary>
    public bool CredentialsUnusable { get; init; }

    /// <summary>Why the status annotation cannot be used; while this stands nothing is begun. Null: all is well.</summary>
    public string? Refused { get; init; }

    /// <summary>Values of reboot requests that were carried out and may still be seen (suffixed ones under <c>disablePowerOff</c>).</summary>
    public IReadOnlyList<string> RebootsDone { get; init; } = [];

    /// <summary>Reboot requests whose values cannot be read and were complained about (<c>InvalidAnnotationValue</c>): once is enough.</summary>
    public IReadOnlyList<string> RebootsRefused { get; init; } = [];

    /// <summary>Text on the conditions while a wait lasts; empty when nothing needs saying.</summary>
    public string Note { get; init; } = "";

    /// <summary>The last failures, newest last, at most 20.</summary>
    public IReadOnlyList<LedgerEntry> Ledger { get; init; } = [];

    /// <summary>The state in which the host is.</summary>
    public ProvisioningState State => Status.Provisioning.State;
}

/// <summary>Firmware settings of a host: what HostFirmwareSettings says, compared with the machine.</summary>
public sealed record FirmwareState
{
    /// <summary>Whether the settings were ever read (the back end lists none until it could).</summary>
    public bool Known { get; init; }

    /// <summary>Some wanted value differs from the machine's.</summary>
    public bool ChangeDetected { get; init; }

    /// <summary>All wanted values are possible.</summary>
    public bool Valid { get; init; }

    /// <summary>Hash over the wanted settings; null when nothing is wanted.</summary>
    public string? WantedHash { get; init; }

    /// <summary>HostUpdatePolicy says <c>onReboot</c> for settings.</summary>
    public bool OnReboot { get; init; }

    /// <summary>Version of HostFirmwareSettings and policy that was compared.</summary>
    public string? Version { get; init; }

    /// <summary>Whether there is something to apply.</summary>
    public bool Dirty => Known && ChangeDetected && Valid;
}

/// <summary>How often one set of firmware settings was applied without the machine taking them.</summary>
/// <param name="Hash">Of the wanted settings.</param>
/// <param name="Count">Applications so far.</param>
public sealed record FirmwareAttempts(string Hash, int Count);

/// <summary>A lifecycle that ended badly and is not to be started again just so.</summary>
public sealed record Setback
{
    /// <summary>Which.</summary>
    public required Lifecycle Lifecycle { get; init; }

    /// <summary>Whether a person abandoned it (then only a word or a change of spec helps).</summary>
    public bool Abandoned { get; init; }

    /// <summary>Fingerprint of the desired side then: another one is a reason to try again.</summary>
    public required string Desired { get; init; }

    /// <summary>When it is tried again by itself, UTC; null: never.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The step that ended it.</summary>
    public string Step { get; init; } = "";

    /// <summary>Why, in a sentence.</summary>
    public string Why { get; init; } = "";
}

using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;

namespace Metal3.Workflows.Tests.Decisions;

/// <summary>Lives a host's decisions without Temporal: carries every action out as a world would that works, or gives up.</summary>
/// <param name="host">With what it begins.</param>
/// <param name="settingsStick">Whether the machine takes its firmware settings.</param>
/// <param name="works">Whether the BMC does what it is asked.</param>
/// <param name="decide">Who decides; null: the product.</param>
internal sealed class Life(Scene host, bool settingsStick = true, bool works = true, Decider? decide = null)
{
    private readonly Decider _decide = decide ?? HostDecisions.Next;
    private DateTimeOffset _now = Given.Now;

    public HostSnapshot Desired { get; private set; } = host.Desired;

    public ObservedHost Observed { get; private set; } = host.Observed;

    public bool Ended { get; private set; }

    public WaitingRecord? Waiting { get; private set; }

    public List<string> Story { get; } = [];

    public List<Lifecycle> Lifecycles { get; } = [];

    public List<HostAction> Actions { get; } = [];

    /// <summary>Until it rests or ends.</summary>
    /// <returns>False: it did neither within so many steps.</returns>
    public bool Live(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var action = _decide(Desired, Observed, Given.Options, _now);
            Actions.Add(action);
            Story.Add($"{Observed.State.Word}: {Describe(action)}");
            switch (action)
            {
                case HostAction.End:
                    Ended = true;
                    return true;
                case HostAction.Rest { Why.Kind: WaitKind.Backoff, Until: { } until }:
                    _now = until;
                    break;
                case HostAction.Rest rest:
                    Waiting = rest.Why;
                    return true;
                case HostAction.Intake:
                    Desired = Desired with { Claimed = Desired.Claimed || !Desired.Deleting };
                    Observed = Observed with { IntakeOf = HostDecisions.IntakeKey(Desired, Observed) };
                    break;
                case HostAction.Publish publish:
                    Observed = publish.Change.Observed;
                    break;
                case HostAction.RefreshFirmware:
                    Observed = Observed with
                    {
                        FirmwareReadAt = _now,
                        Firmware = (Observed.Firmware ?? new()) with { Version = HostDecisions.FirmwareVersion(Desired) },
                    };
                    break;
                case HostAction.RemoveAnnotations remove:
                    Remove(remove.Annotations.Keys);
                    Observed = remove.Change?.Observed ?? Observed;
                    break;
                case HostAction.Run run:
                    Lifecycles.Add(run.Lifecycle);
                    Run(run);
                    if (Ended)
                    {
                        return true;
                    }

                    break;
            }
        }

        return false;
    }

    private static string Describe(HostAction action) => action switch
    {
        HostAction.Run run => $"run {run.Lifecycle} {run.Power?.On}",
        HostAction.Publish publish => $"publish {publish.Change.Observed.State.Word} {publish.Change.Observed.Status.OperationalStatus}",
        _ => action.GetType().Name,
    };

    private void Remove(IEnumerable<string> keys)
    {
        foreach (var key in keys)
        {
            Desired = Desired with { Annotations = Desired.Annotations.Without(key) };
        }
    }

    private void Run(HostAction.Run run)
    {
        var status = Observed.Status;
        switch (run.Lifecycle)
        {
            case Lifecycle.Register when Desired.Deleting && !works:
                Observed = Observed.Enter(ProvisioningState.Deleting, Desired, _now).Observed;
                break;
            case Lifecycle.Register:
                Observed = Observed.ClearErrorOf(ErrorType.RegistrationError) with { CredentialsSeen = ["1", "2"] };
                Observed = Observed with { Status = Observed.Status with { Provisioning = Observed.Status.Provisioning with { Id = "node-0" } } };
                Observed = Observed with { Registered = HostDecisions.RegisteredMark(Desired, Observed) };
                break;
            case Lifecycle.Inspect:
                Remove([AnnotationKeys.Inspect, AnnotationKeys.Reboot]);
                Enter(ProvisioningState.Preparing);
                break;
            case Lifecycle.Prepare:
                Observed = Observed with
                {
                    ActualRaidUnknown = false,
                    Status = status with
                    {
                        Provisioning = status.Provisioning with { Raid = RaidDecisions.TargetRaid(Desired.Spec.Raid, status.Provisioning.Raid) },
                    },
                };
                Apply();
                Enter(ProvisioningState.Available);
                break;
            case Lifecycle.Provision:
                Observed = Observed with
                {
                    Status = status with
                    {
                        ProvisioningFailCount = 0,
                        Provisioning = status.Provisioning with
                        {
                            Image = Desired.Spec.Image ?? new(),
                            CustomDeploy = Desired.Spec.CustomDeploy is { Method.Length: > 0 } deploy ? deploy : null,
                        },
                    },
                };
                Enter(ProvisioningState.Provisioned);
                break;
            case Lifecycle.Adopt:
                Observed = Observed.ClearErrorOf(ErrorType.ProvisionedRegistrationError) with { AdoptionDue = false };
                break;
            case Lifecycle.Deprovision:
                Observed = Observed with
                {
                    Status = status with
                    {
                        Provisioning = status.Provisioning with
                        {
                            Image = new(),
                            CustomDeploy = null,
                            Raid = RaidDecisions.WithoutSoftware(status.Provisioning.Raid),
                        },
                    },
                };
                Enter(Desired.Deleting ? ProvisioningState.PoweringOffBeforeDelete : ProvisioningState.Available);
                break;
            case Lifecycle.Service:
                Apply();
                Observed = Observed.ClearError();
                break;
            case Lifecycle.Power when run.Power is { } goal:
                var rebooted = Desired.Spec.DisablePowerOff is true && !goal.On;
                Observed = Observed with
                {
                    RebootsDone = rebooted
                        ? [.. Desired.Reboots().Where(request => !request.IsOneShot).Select(PowerDecisions.Mark)]
                        : Observed.RebootsDone,
                    Node = Observed.Node is { } node ? node with { PoweredOn = rebooted || goal.On } : null,
                    Status = status with { PoweredOn = rebooted || goal.On },
                };
                if (goal.RebootAnnotationValue is not null)
                {
                    Remove([AnnotationKeys.Reboot]);
                }

                break;
            case Lifecycle.Detach:
                Observed = Observed.ClearErrorOf(ErrorType.DetachError) with { Registered = null, Node = null };
                Observed = Observed with { Status = Observed.Status with { OperationalStatus = OperationalStatus.Detached } };
                break;
            case Lifecycle.Delete:
                Ended = true;
                break;
        }

        Observed = Observed with { Setback = Observed.Setback?.Lifecycle == run.Lifecycle ? null : Observed.Setback };
    }

    private void Apply()
    {
        if (Observed.Firmware is { Dirty: true } firmware)
        {
            Observed = settingsStick
                ? Observed with { Firmware = firmware with { ChangeDetected = false }, FirmwareTried = null }
                : Observed with
                {
                    FirmwareTried = new(firmware.WantedHash!, Observed.FirmwareTried is { } tried && tried.Hash == firmware.WantedHash ? tried.Count + 1 : 1),
                };
        }
    }

    private void Enter(ProvisioningState state) =>
        Observed = Observed.ClearError().ResetErrorCount().Enter(state, Desired, _now).Observed;
}

/// <summary>Something that decides as <see cref="HostDecisions.Next"/> does, or should.</summary>
internal delegate HostAction Decider(HostSnapshot desired, ObservedHost observed, HostOptions options, DateTimeOffset now);

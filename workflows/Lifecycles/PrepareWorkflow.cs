using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Applies RAID and firmware settings by manual cleaning; passes through when nothing differs.</summary>
[Workflow("PrepareWorkflow")]
public sealed class PrepareWorkflow : LifecycleWorkflow
{
    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public PrepareWorkflow(LifecycleRequest request)
        : base(request)
    {
    }

    /// <inheritdoc/>
    protected override ErrorType ErrorType => ErrorType.PreparationError;

    /// <summary>Prepares the host.</summary>
    [WorkflowRun]
    public Task<LifecycleResult> RunAsync(LifecycleRequest request) => LiveAsync(PrepareAsync);

    private async Task PrepareAsync()
    {
        if (HostDecisions.FirmwareIsStale(Desired, Observed, Options, Now))
        {
            await RefreshFirmwareAsync(HostSteps.ReadFirmware);
        }

        var settings = HostDecisions.FirmwareMayBeApplied(Observed, Options);
        var raid = RaidDecisions.IsRaidDirty(Desired.Spec, Observed);
        var failedBefore = Observed.Status.ErrorType == ErrorType.PreparationError;
        if (settings || raid || failedBefore || Observed.Node?.Phase is NodePhase.Busy or NodePhase.Failed)
        {
            await ApplyAsync(settings, raid, failedBefore);
        }

        Observed = Observed.ClearErrorOf(ErrorType.PreparationError).ResetErrorCount() with { ActualRaidUnknown = false };
        if (Observed.Status.OperationalStatus == OperationalStatus.Error && Observed.Status.ErrorType is null)
        {
            Observed = Observed.ClearError();
        }

        Apply(Observed.Enter(ProvisioningState.Available, Desired, Now));
        await PublishAsync("tell that the host is available");
    }

    private async Task ApplyAsync(bool settings, bool raid, bool failedBefore)
    {
        // What is wanted is pinned with each intent: an edit during the work is compared afterwards and prepared in its turn.
        Raid? target = null;
        string? wantedSettings = null;
        NodeIntent intent = null!;
        void Pin(bool anew)
        {
            target = RaidDecisions.TargetRaid(Desired.Spec.Raid, Observed.Status.Provisioning.Raid);
            wantedSettings = Observed.Firmware?.WantedHash;
            var volumes = target is null ? "" : Metal3Json.Serialize(target);
            string Fingerprint(bool withSettings) => SafeUrl.Hash($"{volumes}\n{(withSettings ? wantedSettings : "")}")[..32];

            // Settings that a forgotten life has applied differ no longer, and were part of its intent all the same.
            intent = DrawIntent("clean", anew, Fingerprint(settings), Fingerprint(!settings));
        }

        Pin(failedBefore);
        var restart = failedBefore;
        var done = await OperateAsync(
            HostSteps.StartPreparation,
            HostSteps.AwaitPreparation with { Deadline = Patience.Preparation },
            async attempt =>
            {
                if (attempt.Restart)
                {
                    // Another attempt after a failure is another intention, of what is wanted by now: the fence must let it through.
                    if (await RefreshStaleFirmwareAsync(attempt))
                    {
                        settings = HostDecisions.FirmwareMayBeApplied(Observed, Options);
                    }

                    raid = RaidDecisions.IsRaidDirty(Desired.Spec, Observed);
                    Pin(anew: true);
                }

                var request = new PrepareRequest
                {
                    Host = Desired.Host,
                    NodeId = NodeId,
                    LastSeen = Observed.Node,
                    Restart = attempt.Restart || restart,
                    Intent = intent,
                    Expect = new() { Deleting = false },
                    HostDirty = raid,
                    SettingsDirty = settings,
                    ActualRaidUnknown = Observed.ActualRaidUnknown,
                };
                return await AskAsync(nodes => nodes.StartPreparationAsync(request), "Start or join the preparation", attempt.Cancellation);
            },
            answer =>
            {
                if (answer.Progress is NodeProgress.Started)
                {
                    restart = false;
                }

                return Task.CompletedTask;
            });

        if (!done)
        {
            // Skipped: what is wanted counts as applied, else the host would be prepared again at once.
            Observed = Observed with
            {
                FirmwareTried = settings && wantedSettings is not null ? new(wantedSettings, Patience.FirmwareAttempts) : Observed.FirmwareTried,
                Status = Observed.Status with { Provisioning = Observed.Status.Provisioning with { Raid = target } },
            };
            return;
        }

        Observed = Observed with
        {
            IntentDone = intent,
            Status = Observed.Status with { Provisioning = Observed.Status.Provisioning with { Raid = target } },
        };
        if (settings && wantedSettings is not null)
        {
            var tried = Observed.FirmwareTried is { } before && before.Hash == wantedSettings ? before.Count + 1 : 1;
            Observed = Observed with { FirmwareTried = new(wantedSettings, tried) };
            await RefreshFirmwareAsync(HostSteps.VerifyFirmware);
            if (Observed.Firmware is { ChangeDetected: false })
            {
                Observed = Observed with { FirmwareTried = null };
            }
        }
    }

    /// <inheritdoc/>
    protected override Change RecordFailure(Step step, StepFailure failure)
    {
        // What the machine has after a failed preparation is anybody's guess: forget what was applied.
        var forgetful = step.Name is StepNames.StartPreparation or StepNames.AwaitPreparation && RaidDecisions.IsRaidDirty(Desired.Spec, Observed)
            ? Observed with
            {
                ActualRaidUnknown = true,
                Status = Observed.Status with
                {
                    Provisioning = Observed.Status.Provisioning with { Raid = RaidDecisions.WithoutSoftware(Observed.Status.Provisioning.Raid) },
                },
            }
            : Observed;
        return forgetful.Fail(ErrorType.PreparationError, failure.Message);
    }
}

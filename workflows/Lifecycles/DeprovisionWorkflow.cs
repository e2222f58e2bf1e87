using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Takes the machine back: undeploys and cleans; for a deletion it goes on without after some failures.</summary>
[Workflow("DeprovisionWorkflow")]
public sealed class DeprovisionWorkflow : LifecycleWorkflow
{
    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public DeprovisionWorkflow(LifecycleRequest request)
        : base(request)
    {
    }

    /// <inheritdoc/>
    protected override ErrorType ErrorType => ErrorType.ProvisioningError;

    /// <summary>Deprovisions the host.</summary>
    [WorkflowRun]
    public Task<LifecycleResult> RunAsync(LifecycleRequest request) => LiveAsync(DeprovisionAsync);

    private async Task DeprovisionAsync()
    {
        var restart = Observed.Status.ErrorType == ErrorType.ProvisioningError && Observed.State == ProvisioningState.Deprovisioning;
        if (Observed.State == ProvisioningState.Provisioning && Observed.Status.ErrorType is not null)
        {
            Observed = Observed with
            {
                Setback = null,
                Status = Observed.Status with { ProvisioningFailCount = Observed.Status.ProvisioningFailCount + 1 },
            };
        }

        await EnterWithSlotAsync(ProvisioningState.Deprovisioning, "metal3_delayed__deprovisioning_total");
        await PublishAsync("tell that the host is deprovisioning");
        try
        {
            if (!Observed.CredentialsUnusable)
            {
                await UndeployAsync(restart);
            }
            else if (Desired.Deleting)
            {
                Count("metal3_delete_without_powering_off_total");
            }
        }
        catch (LifecycleExitException gaveUp) when (gaveUp.End is LifecycleEnd.GaveUp)
        {
            Count("metal3_delete_without_deprovisioning_total");
            Apply(Observed.Enter(ProvisioningState.PoweringOffBeforeDelete, Desired, Now));
            await PublishAsync("tell that the deletion goes on without deprovisioning");
            throw;
        }

        Observed = Observed.ClearError().ResetErrorCount();
        Observed = Observed with
        {
            Status = Observed.Status with
            {
                Provisioning = Observed.Status.Provisioning with
                {
                    Image = new(),
                    CustomDeploy = null,
                    RootDeviceHints = Desired.Deleting ? null : HostDecisions.HintsInForce(Desired.Spec, Observed.Status),
                    Raid = RaidDecisions.WithoutSoftware(Observed.Status.Provisioning.Raid),
                    Firmware = null,
                },
            },
            AdoptionDue = false,
            Firmware = null,
        };
        await AcknowledgeRebootAsync();
        Apply(Observed.Enter(Desired.Deleting ? ProvisioningState.PoweringOffBeforeDelete : ProvisioningState.Available, Desired, Now));
        await PublishAsync("tell that the host is deprovisioned");
    }

    private Task<bool> UndeployAsync(bool restart)
    {
        var seen = false;
        return OperateAsync(
            Deletable(HostSteps.Undeploy),
            HostSteps.AwaitCleaning with { Deadline = Patience.Cleaning },
            attempt =>
            {
                var request = new UndeployRequest
                {
                    Host = Desired.Host,
                    NodeId = NodeId,

                    // What a stopped lifecycle remembers may be older than what it set going: "nothing to take back" must be seen.
                    LastSeen = seen ? Observed.Node : null,
                    Restart = attempt.Restart || restart,
                    Expect = new() { Deleting = Desired.Deleting ? true : null },
                };
                return AskAsync(nodes => nodes.UndeployAsync(request), "Undeploy, or join what runs", attempt.Cancellation);
            },
            answer =>
            {
                seen = true;
                if (answer.Progress is NodeProgress.Started)
                {
                    restart = false;
                }

                return Task.CompletedTask;
            });
    }

    private async Task AcknowledgeRebootAsync()
    {
        if (!Desired.Deleting && Desired.Reboots().FirstOrDefault(reboot => reboot.IsOneShot) is { } reboot)
        {
            await RemoveAnnotationAsync(reboot.Key, reboot.Value, "Remove a reboot annotation that deprovisioning made pointless");
        }
    }
}

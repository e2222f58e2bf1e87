using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Switches the machine off, forgets its node, and releases the objects; only ever for a deletionTimestamp that was seen.</summary>
[Workflow("DeleteWorkflow")]
public sealed class DeleteWorkflow : LifecycleWorkflow
{
    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public DeleteWorkflow(LifecycleRequest request)
        : base(request)
    {
    }

    /// <inheritdoc/>
    protected override ErrorType ErrorType => ErrorType.PowerManagementError;

    /// <inheritdoc/>
    protected override bool ClearsErrors => Observed.State != ProvisioningState.Deleting;

    /// <summary>Deletes the host.</summary>
    [WorkflowRun]
    public Task<LifecycleResult> RunAsync(LifecycleRequest request) => LiveAsync(DeleteAsync);

    private async Task DeleteAsync()
    {
        if (Observed.State == ProvisioningState.PoweringOffBeforeDelete)
        {
            await PowerOffAsync();
            Observed = Observed with { Status = Observed.Status with { PoweredOn = false } };
            Apply(Observed.Enter(ProvisioningState.Deleting, Desired, Now));
            await PublishAsync("tell that the host is being deleted");
        }

        await RemoveNodeAsync();
        await RunAsync(HostSteps.ReleaseObjects, attempt =>
            ObjectsAsync(objects => objects.ReleaseAsync(Plain(false)), HostSteps.ReleaseObjects.Title, attempt.Cancellation));
    }

    private async Task PowerOffAsync()
    {
        if (Desired.Spec.DisablePowerOff is true || NodeId.Length == 0)
        {
            return;
        }

        if (Observed.CredentialsUnusable)
        {
            Count("metal3_delete_without_powering_off_total");
            return;
        }

        var force = Observed.Status.ErrorType == ErrorType.PowerManagementError;
        var stale = Observed.Node?.LastError;
        try
        {
            await OperateAsync(
                HostSteps.PowerOff with { GiveUpAfter = Patience.DeletionAttempts },
                HostSteps.AwaitPowerOff with { Deadline = Patience.Power, GiveUpAfter = Patience.DeletionAttempts },
                attempt =>
                {
                    var request = new PowerRequest
                    {
                        Host = Desired.Host,
                        NodeId = NodeId,
                        LastSeen = Observed.Node,
                        On = false,
                        Hard = true,
                        Force = force || attempt.Restart,
                        Restart = attempt.Restart,
                        Deleting = true,
                        IgnoreError = stale,
                    };
                    return AskAsync(nodes => nodes.SetPowerAsync(request), "the host is being deleted", attempt.Cancellation);
                },
                answer =>
                {
                    stale = answer.Progress is NodeProgress.Started ? null : stale;
                    return Task.CompletedTask;
                },
                goal: NodeGoal.PoweredOff);
            Observed = Observed.ClearErrorOf(ErrorType.PowerManagementError).ResetErrorCount();
        }
        catch (LifecycleExitException exit) when (exit.End is LifecycleEnd.GaveUp)
        {
            Count("metal3_delete_without_powering_off_total");
        }
        catch (LifecycleExitException exit) when (exit.End is LifecycleEnd.NodeLost)
        {
            // There is nothing left to switch off through.
        }
    }

    private async Task RemoveNodeAsync()
    {
        try
        {
            await OperateAsync(
                HostSteps.RemoveNode,
                HostSteps.AwaitRemoval with { Deadline = Patience.Removal },
                attempt =>
                {
                    var request = new RemoveNodeRequest
                    {
                        Host = Desired.Host,
                        NodeId = NodeId.Length == 0 ? null : NodeId,
                        LastSeen = Observed.Node,
                        Restart = attempt.Restart,
                        Expect = new() { Deleting = true },
                    };
                    return AskAsync(nodes => nodes.RemoveNodeAsync(request), HostSteps.RemoveNode.Title, attempt.Cancellation);
                });
        }
        catch (LifecycleExitException exit) when (exit.End is LifecycleEnd.NodeLost)
        {
            // Gone is what was wanted.
        }
    }
}

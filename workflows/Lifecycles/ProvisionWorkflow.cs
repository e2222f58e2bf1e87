using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Writes the image, or runs the custom deploy: once for an intent, however often anything dies.</summary>
[Workflow("ProvisionWorkflow")]
public sealed class ProvisionWorkflow : LifecycleWorkflow
{
    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public ProvisionWorkflow(LifecycleRequest request)
        : base(request)
    {
    }

    /// <inheritdoc/>
    protected override ErrorType ErrorType => ErrorType.ProvisioningError;

    private bool _lacksData;

    private Expectation Expect => new() { Deleting = false, DeploymentHash = Desired.DeploymentHash, RootDeviceHash = Desired.RootDeviceHash };

    /// <summary>Provisions the host.</summary>
    [WorkflowRun]
    public Task<LifecycleResult> RunAsync(LifecycleRequest request) => LiveAsync(ProvisionAsync);

    private async Task ProvisionAsync()
    {
        Observed = Observed.ClearError() with
        {
            Status = Observed.ClearError().Status with { LastAttemptedImage = Desired.Spec.Image },
        };
        await EnterWithSlotAsync(ProvisioningState.Provisioning, "metal3_delayed__provisioning_total");
        await PublishAsync("tell that the host is provisioning");
        await AcknowledgeRebootAsync();

        if (Observed.Node?.Phase is not (NodePhase.Active or NodePhase.Available) && Joinable(Desired.DeploymentHash) is null)
        {
            await OperateAsync(
                HostSteps.MakeAvailable with { EndsLifecycleOnFailure = true },
                HostSteps.AwaitAvailable with { Deadline = Patience.Cleaning },
                attempt => AskAsync(
                    nodes => nodes.MakeAvailableAsync(Plain(attempt.Restart)), "Make the node available, or join what runs", attempt.Cancellation),
                isDone: node => node.Phase is NodePhase.Available && Patches.FewerSteps);
        }

        try
        {
            await DeployAsync();
        }
        catch (LifecycleExitException exit) when (exit.End is LifecycleEnd.Stopped && _lacksData)
        {
            // Nothing was begun and nothing failed on the machine: there is nothing to take back, and no attempt to count.
            Observed = Observed.ClearError();
            throw;
        }
    }

    /// <summary>Data for the machine that are missing or unusable are no failed provisioning: they are told, and waited for.</summary>
    /// <returns>False: it is another failure.</returns>
    private async Task<bool> AwaitDataAsync(StepFailure failure)
    {
        if (failure.Type is not FailureTypes.HostDataUnusable)
        {
            return false;
        }

        _lacksData = true;
        Remember(HostSteps.Deploy, failure);
        if (Observed.Status.ErrorType != ErrorType.ProvisioningError || Observed.Status.ErrorMessage != failure.Message)
        {
            Apply(Observed.Fail(ErrorType.ProvisioningError, failure.Message));
        }

        await PublishAsync("tell that the data for the machine cannot be used");

        // A Secret that was never read has no label yet, so the bridge does not see it appear.
        await AwaitCorrectionAsync(
            HostSteps.Deploy, failure, "correcting the Secret or the reference in the spec, or retry", Patience.ObjectPause);
        return true;
    }

    private async Task DeployAsync()
    {
        // Pinned: what is deployed is what is recorded in the end, whatever is edited meanwhile.
        var pinned = Desired.Spec;
        var expect = Expect;
        var intent = JoinOrDraw(expect.DeploymentHash!);
        DeployRequest Request(bool restart) => new()
        {
            Host = Desired.Host,
            NodeId = NodeId,
            LastSeen = Observed.Node,
            Restart = restart,
            Intent = intent,
            Expect = expect,
            Force = Desired.Reboots().Any(reboot => reboot.Force && !Observed.RebootsDone.Contains(PowerDecisions.Mark(reboot))),
        };

        if (Joinable(expect.DeploymentHash!) != intent)
        {
            var written = await RunAsync(
                HostSteps.WriteDeployIntent with { EndsLifecycleOnFailure = true },
                async attempt =>
                {
                    var request = Request(attempt.Restart);
                    return await AskAsync(nodes => nodes.WriteDeployIntentAsync(request), HostSteps.WriteDeployIntent.Title, attempt.Cancellation);
                });
            Take(written);
            if (written.Progress is NodeProgress.Superseded)
            {
                throw new LifecycleExitException(
                    written.Fresh is null ? LifecycleEnd.HostGone : LifecycleEnd.Stopped, StepNames.WriteDeployIntent,
                    "the object changed before anything was deployed")
                {
                    Fresh = written.Fresh,
                };
            }
        }

        await OperateAsync(
            HostSteps.Deploy with { EndsLifecycleOnFailure = true },
            HostSteps.AwaitActive with { Deadline = Patience.Deployment, EndsLifecycleOnFailure = true },
            attempt =>
            {
                var request = Request(attempt.Restart);
                return AskAsync(nodes => nodes.DeployAsync(request), "Deploy under the recorded intent, or join", attempt.Cancellation);
            },
            answer =>
            {
                _lacksData = false;
                return Task.CompletedTask;
            },
            onFailure: AwaitDataAsync);

        Observed = Observed.ClearError().ResetErrorCount();
        Observed = Observed with
        {
            Setback = null,
            Status = Observed.Status with
            {
                ProvisioningFailCount = 0,
                Provisioning = Observed.Status.Provisioning with
                {
                    Image = pinned.Image ?? new(),
                    CustomDeploy = pinned.CustomDeploy is { Method.Length: > 0 } deploy ? deploy : null,
                },
            },
        };
        Apply(Observed.Enter(ProvisioningState.Provisioned, Desired, Now));
        await PublishAsync("tell that the host is provisioned");
    }

    /// <summary>A workflow without memory joins an intent of the same content that is under way or fulfilled; any other is a new one.</summary>
    private NodeIntent JoinOrDraw(string hash) =>
        Joinable(hash) ?? new("deploy", hash, (Observed.Node?.Intent?.Ordinal ?? 0) + 1);

    /// <summary>The intent of this content that is under way, fulfilled, or failed without having been taken back.</summary>
    private NodeIntent? Joinable(string hash) =>
        Observed.Node is { Intent: { Verb: "deploy" } last, Phase: NodePhase.Busy or NodePhase.Active or NodePhase.Held or NodePhase.Failed }
            && last.Hash == hash
            ? last
            : null;

    private async Task AcknowledgeRebootAsync()
    {
        if (Desired.Reboots().FirstOrDefault(reboot => reboot is { IsOneShot: true, Force: false }) is { } reboot)
        {
            await RemoveAnnotationAsync(reboot.Key, reboot.Value, "Remove a reboot annotation that a deployment makes pointless");
        }
    }
}

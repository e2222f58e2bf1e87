using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
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

    private Expectation Expect => new() { Deleting = false, DeploymentHash = Desired.DeploymentHash };

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
        await AcknowledgeRebootAsync();

        if (Observed.Node?.Phase is not (NodePhase.Active or NodePhase.Available) && Joinable(Desired.DeploymentHash) is null)
        {
            await OperateAsync(
                HostSteps.MakeAvailable with { EndsLifecycleOnFailure = true },
                HostSteps.AwaitAvailable with { Deadline = Patience.Cleaning },
                attempt => AskAsync(
                    nodes => nodes.MakeAvailableAsync(Plain(attempt.Restart)), "Make the node available, or join what runs", attempt.Cancellation));
        }

        await DeployAsync();
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
            });

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
        if (Desired.Reboots().FirstOrDefault(reboot => reboot is { IsBase: true, Force: false }) is { } reboot)
        {
            await RemoveAnnotationAsync(reboot.Key, reboot.Value, "Remove a reboot annotation that a deployment makes pointless");
        }
    }
}

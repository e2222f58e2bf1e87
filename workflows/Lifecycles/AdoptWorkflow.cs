using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Takes over a machine that runs an image already, without touching it.</summary>
[Workflow("AdoptWorkflow")]
public sealed class AdoptWorkflow : LifecycleWorkflow
{
    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public AdoptWorkflow(LifecycleRequest request)
        : base(request)
    {
    }

    /// <inheritdoc/>
    protected override ErrorType ErrorType => ErrorType.ProvisionedRegistrationError;

    /// <summary>Adopts the host.</summary>
    [WorkflowRun]
    public Task<LifecycleResult> RunAsync(LifecycleRequest request) => LiveAsync(AdoptAsync);

    private async Task AdoptAsync()
    {
        var restart = Observed.Status.ErrorType == ErrorType.ProvisionedRegistrationError;
        await OperateAsync(
            HostSteps.Adopt,
            HostSteps.AwaitAdoption with { Deadline = Patience.Adoption },
            attempt =>
            {
                var request = new AdoptRequest
                {
                    Host = Desired.Host,
                    NodeId = NodeId,
                    LastSeen = Observed.Node,
                    Restart = attempt.Restart || restart,
                    Deleting = Desired.Deleting,
                };
                restart = false;
                return AskAsync(nodes => nodes.AdoptAsync(request), "Adopt, or join what runs", attempt.Cancellation);
            });
        Observed = Observed.ClearErrorOf(ErrorType.ProvisionedRegistrationError) with { AdoptionDue = false };
        await PublishAsync("tell that the machine is adopted");
    }
}

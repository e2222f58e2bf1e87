using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Removes the node's record and leaves the machine as it is.</summary>
[Workflow("DetachWorkflow")]
public sealed class DetachWorkflow : LifecycleWorkflow
{
    private bool _failed;

    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public DetachWorkflow(LifecycleRequest request)
        : base(request)
    {
    }

    /// <inheritdoc/>
    protected override ErrorType ErrorType => ErrorType.DetachError;

    /// <summary>Detaches the host.</summary>
    [WorkflowRun]
    public Task<LifecycleResult> RunAsync(LifecycleRequest request) => LiveAsync(DetachAsync);

    /// <inheritdoc/>
    protected override Change RecordFailure(Step step, StepFailure failure)
    {
        _failed = true;
        return base.RecordFailure(step, failure);
    }

    private async Task DetachAsync()
    {
        _failed = Observed.Status.ErrorType == ErrorType.DetachError;
        var force = Desired.Detach() is { Force: true };
        if (NodeId.Length > 0)
        {
            await RemoveNodeAsync(force);
        }

        if (_failed)
        {
            Observed = Observed.ClearErrorOf(ErrorType.DetachError).ResetErrorCount();
        }

        Observed = Observed with
        {
            Registered = null,
            Node = null,
            Status = Observed.Status with { OperationalStatus = OperationalStatus.Detached },
        };
        await PublishAsync("tell that the host is detached");
    }

    private async Task RemoveNodeAsync(bool force)
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
                        NodeId = NodeId,
                        LastSeen = Observed.Node,
                        Restart = attempt.Restart,
                        Force = force,
                        Expect = new() { Detaching = true },
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

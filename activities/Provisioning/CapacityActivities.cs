using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Metal3.Activities.Provisioning;

/// <summary>What the capacity workflow asks of Temporal itself, and of the back end.</summary>
internal sealed class CapacityActivities(ITemporalClient temporal, IProvisioner provisioner) : ICapacityActivities
{
    /// <inheritdoc/>
    [Activity]
    public Task<IReadOnlyList<HostKey>> ListBusyAsync(string pool) => Failures.ToldAsync(() => provisioner.BusyHostsAsync(
        pool == WorkflowNames.VirtualMediaPool, ActivityExecutionContext.Current.CancellationToken));

    /// <inheritdoc/>
    [Activity]
    public async Task<IReadOnlyList<string>> ListEndedAsync(IReadOnlyList<string> workflowIds)
    {
        var ended = new List<string>();
        foreach (var id in workflowIds)
        {
            ActivityExecutionContext.Current.CancellationToken.ThrowIfCancellationRequested();
            try
            {
                var description = await temporal.GetWorkflowHandle(id).DescribeAsync();
                if (description.Status is not WorkflowExecutionStatus.Running)
                {
                    ended.Add(id);
                }
            }
            catch (RpcException e) when (e.Code is RpcException.StatusCode.NotFound)
            {
                ended.Add(id);
            }
        }

        return ended;
    }
}

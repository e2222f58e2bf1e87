using Metal3.Activities.Ironic;
using Metal3.Activities.Kubernetes;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Metal3.Activities.Watching;

/// <summary>Watches the nodes of hosts at rest, for which nobody waits.</summary>
internal sealed class FleetActivities(NodeWatcher watcher, IronicClient ironic, IHostReader hosts, ITemporalClient temporal, TimeProvider time)
    : IFleetActivities
{
    /// <summary>Between two looks at the fleet.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>A listing that is hardly older than this was made for somebody who waits, and serves as well.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    [Activity]
    public async Task WatchRestingHostsAsync(FleetState state)
    {
        var activity = ActivityExecutionContext.Current;
        var cancellation = activity.CancellationToken;
        var resting = new RestingHosts(ironic.FindNodeAsync);
        foreach (var host in await hosts.ListHostsAsync(cancellation))
        {
            if (host.Status is { Provisioning.Id: { Length: > 0 } id } status
                && status.OperationalStatus != OperationalStatus.Detached)
            {
                resting.Expect(id, host.Metadata.Namespace!, host.Metadata.Name!, status.PoweredOn);
            }
        }

        while (true)
        {
            var listing = await ListingAsync(activity, cancellation);
            foreach (var (space, name, change) in await resting.CompareAsync(listing, cancellation))
            {
                await TellAsync(space, name, change, cancellation);
            }

            activity.Heartbeat($"{listing.Nodes.Count} nodes at {listing.StartedAt:O}");
            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <inheritdoc/>
    [Activity]
    public Task<string> ReadClusterAsync() => hosts.ReadClusterAsync(ActivityExecutionContext.Current.CancellationToken);

    /// <summary>A listing, however long Ironic is away; the heartbeats go on meanwhile.</summary>
    private async Task<Listing> ListingAsync(ActivityExecutionContext activity, CancellationToken cancellation)
    {
        var listing = watcher.ListingAsync(Fresh, cancellation);
        while (!listing.IsCompleted)
        {
            using var beat = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(listing, Task.Delay(TimeSpan.FromSeconds(5), time, beat.Token));
            await beat.CancelAsync();
            activity.Heartbeat(watcher.Trouble is { } trouble ? $"Ironic does not answer: {trouble}" : "listing");
        }

        return await listing;
    }

    private async Task TellAsync(string space, string name, NodeChange change, CancellationToken cancellation)
    {
        try
        {
            await temporal.GetWorkflowHandle<IHostWorkflow>(WorkflowNames.HostId(space, name)).SignalAsync(
                workflow => workflow.NodeChangedAsync(change),
                new WorkflowSignalOptions { Rpc = new RpcOptions { CancellationToken = cancellation } });
        }
        catch (RpcException e) when (e.Code is RpcException.StatusCode.NotFound)
        {
            // No workflow for that node: another cluster's host, or one that just left.
        }
    }
}

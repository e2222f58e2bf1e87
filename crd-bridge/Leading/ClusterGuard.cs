using k8s;
using Metal3.Contracts;
using Metal3.Contracts.HostLifecycle;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;

namespace Metal3.CrdBridge.Leading;

/// <summary>This Temporal namespace serves another Kubernetes cluster: acting on it could take machines apart.</summary>
internal sealed class WrongClusterException(string message) : Exception(message);

/// <summary>Makes sure that the one Temporal namespace and the one Kubernetes cluster belong together.</summary>
internal sealed class ClusterGuard(BridgeKubernetes kubernetes, BridgeTemporal temporal)
{
    private const string MemoKey = "cluster";

    /// <summary>Starts the fleet's workflow if there is none, and compares the cluster that it recorded with ours.</summary>
    /// <returns>The cluster: the uid of <c>kube-system</c>.</returns>
    /// <exception cref="WrongClusterException">They differ.</exception>
    public async Task<string> CheckAsync(CancellationToken cancellation)
    {
        var system = await kubernetes.Client.CoreV1.ReadNamespaceAsync("kube-system", cancellationToken: cancellation);
        var cluster = system.Metadata.Uid;
        var id = WorkflowNames.FleetId("default");
        await temporal.Client.StartWorkflowAsync(
            (IFleetWorkflow fleet) => fleet.RunAsync(new FleetState { Cluster = cluster }),
            new(id, TaskQueues.Main)
            {
                IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
                IdReusePolicy = WorkflowIdReusePolicy.AllowDuplicate,
                StaticSummary = "Watches the nodes of hosts at rest",
                Memo = new Dictionary<string, object>(StringComparer.Ordinal) { [MemoKey] = cluster },
                Rpc = BridgeTemporal.Rpc(cancellation),
            });
        var recorded = await RecordedAsync(temporal.Client.GetWorkflowHandle<IFleetWorkflow>(id), cancellation);
        return recorded is null || recorded == cluster
            ? cluster
            : throw new WrongClusterException(
                $"The Temporal namespace at {temporal.Address} serves the Kubernetes cluster {recorded} (uid of kube-system), but this "
                + $"bridge sees the cluster {cluster}. Nothing was done. Check kubeconfig and TEMPORAL_NAMESPACE; if the namespace "
                + $"shall serve the new cluster from now on, terminate the workflow '{id}' and every '{WorkflowNames.Host}' first.");
    }

    private static async Task<string?> RecordedAsync(WorkflowHandle<IFleetWorkflow> fleet, CancellationToken cancellation)
    {
        // The memo answers while no worker is there; a workflow that somebody else started may have none.
        var described = await fleet.DescribeAsync(new() { Rpc = BridgeTemporal.Rpc(cancellation) });
        return described.Memo.TryGetValue(MemoKey, out var memo)
            ? await memo.ToValueAsync<string>()
            : (await fleet.QueryAsync(open => open.View(), new() { Rpc = BridgeTemporal.Rpc(cancellation) })).Cluster;
    }
}

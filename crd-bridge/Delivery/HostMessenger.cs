using Metal3.Contracts;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;

namespace Metal3.CrdBridge.Delivery;

/// <summary>Says to Temporal what became of a host.</summary>
internal sealed class HostMessenger(BridgeTemporal temporal)
{
    /// <summary>Signals the host's workflow, and starts one if none is open.</summary>
    public Task ChangedAsync(HostSnapshot host, CancellationToken cancellation)
    {
        var (ns, name, uid) = host.Host;
        var options = new WorkflowOptions(WorkflowNames.HostId(ns, name), TaskQueues.Main)
        {
            IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
            IdReusePolicy = WorkflowIdReusePolicy.AllowDuplicate,
            StaticSummary = $"BareMetalHost `{ns}/{name}`",
            Memo = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["namespace"] = ns,
                ["name"] = name,
                ["uid"] = uid,
            },
            Rpc = BridgeTemporal.Rpc(cancellation),
        };
        options.SignalWithStart((IHostWorkflow workflow) => workflow.HostChangedAsync(host));
        var state = new HostState { Desired = host };
        return temporal.Client.StartWorkflowAsync((IHostWorkflow workflow) => workflow.RunAsync(state), options);
    }

    /// <summary>Signals the host's workflow if one is open; nothing of ours is left to do for a host without one.</summary>
    public Task ChangedIfOpenAsync(HostSnapshot host, CancellationToken cancellation) =>
        IfOpenAsync(host.Host, workflow => workflow.SignalAsync(
            open => open.HostChangedAsync(host), new() { Rpc = BridgeTemporal.Rpc(cancellation) }));

    /// <summary>Tells the host's workflow, if one is open, that its object vanished and nobody was seen to delete it.</summary>
    public Task GoneAsync(HostKey host, CancellationToken cancellation) =>
        IfOpenAsync(host, workflow => workflow.SignalAsync(
            open => open.HostGoneAsync(host), new() { Rpc = BridgeTemporal.Rpc(cancellation) }));

    /// <summary>Ids of the open host workflows; a server may lag behind by moments.</summary>
    public async Task<IReadOnlySet<string>> OpenAsync(CancellationToken cancellation)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        var query = $"WorkflowType = '{WorkflowNames.Host}' AND ExecutionStatus = 'Running'";
        byte[]? next = null;
        do
        {
            var page = await temporal.Client.ListWorkflowsPaginatedAsync(
                query, next, new() { PageSize = 1000, Rpc = BridgeTemporal.Rpc(cancellation) });
            open.UnionWith(page.Workflows.Select(workflow => workflow.Id));
            next = page.NextPageToken;
        }
        while (next is not null);

        return open;
    }

    /// <summary>Which object an open workflow works for; null: it ended meanwhile, or no worker is there to answer.</summary>
    public async Task<HostKey?> HostOfAsync(string workflowId, CancellationToken cancellation)
    {
        try
        {
            var workflow = temporal.Client.GetWorkflowHandle<IHostWorkflow>(workflowId);
            var view = await workflow.QueryAsync(open => open.View(), new() { Rpc = BridgeTemporal.Rpc(cancellation) });
            return view.Host;
        }
        catch (RpcException e) when (e.Code is not (RpcException.StatusCode.Unavailable or RpcException.StatusCode.Cancelled))
        {
            return null;
        }
        catch (WorkflowQueryFailedException)
        {
            return null;
        }
    }

    private async Task IfOpenAsync(HostKey host, Func<WorkflowHandle<IHostWorkflow>, Task> signal)
    {
        try
        {
            await signal(temporal.Client.GetWorkflowHandle<IHostWorkflow>(WorkflowNames.HostId(host.Namespace, host.Name)));
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.NotFound)
        {
            // It ended, or never was: either way nobody needs to hear it.
        }
    }
}

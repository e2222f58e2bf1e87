using Metal3.Activities.Ironic;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Contracts.Provisioning;
using Temporalio.Activities;

namespace Metal3.Activities.Watching;

/// <summary>Waits for nodes, fed by the one listing that all waits of this process share.</summary>
internal sealed class WaitActivities(NodeWatcher watcher, TimeProvider time) : IWaitActivities
{
    /// <summary>Between heartbeats; a quarter of the default time-out.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    [Activity]
    public async Task<AwaitedNode> AwaitNodeAsync(AwaitNodeRequest request)
    {
        var activity = ActivityExecutionContext.Current;
        var cancellation = activity.CancellationToken;
        if (request.NodeId is not { Length: > 0 } id)
        {
            return new AwaitedNode();
        }

        IronicNode? last = null;
        activity.Heartbeat($"waiting for the first listing of node {id}");
        var wait = watcher.WaitAsync(id, request.Goal, node => Volatile.Write(ref last, node), cancellation);
        while (!wait.IsCompleted)
        {
            using var beat = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            await Task.WhenAny(wait, Task.Delay(Beat, time, beat.Token));
            await beat.CancelAsync();
            activity.Heartbeat(Describe(Volatile.Read(ref last), watcher.Trouble));
        }

        return new AwaitedNode { Node = await wait is { } node ? Reports.Of(node) : null };
    }

    private static string Describe(IronicNode? node, string? trouble)
    {
        if (trouble is not null)
        {
            return $"Ironic does not answer: {trouble}";
        }

        if (node is null)
        {
            return "not seen yet";
        }

        var report = Reports.Of(node);
        var power = report switch { { PowerChanging: true } => ", power changing", { PoweredOn: true } => ", on", { PoweredOn: false } => ", off", _ => "" };
        return report.Step is { } step ? $"{report.State} ({step}){power}" : report.State + power;
    }
}

using Metal3.Activities.Kubernetes.Writing;
using Metal3.Contracts;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Workflows.Capacity;
using Metal3.Workflows.Fleet;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Lifecycles;
using Microsoft.Extensions.Options;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Metal3.Worker;

/// <summary>Serves the three task queues until told to stop.</summary>
internal sealed class WorkerService(
    ITemporalClient client,
    IHostObjectActivities objects,
    ICapacityActivities capacity,
    INodeActivities nodes,
    IWaitActivities waits,
    IFleetActivities fleet,
    HostOptionsProvider hostOptions,
    IOptions<WorkerOptions> options,
    WorkerState state,
    ILoggerFactory loggers,
    ILogger<WorkerService> logger) : BackgroundService
{
    /// <summary>Revision of the workflow code; raised with every change that a host at rest should move to.</summary>
    public const int CodeRevision = 1;

    /// <summary>All workflows that a worker serves.</summary>
    public static IReadOnlyList<Type> WorkflowTypes { get; } =
    [
        typeof(HostWorkflow), typeof(CapacityWorkflow), typeof(FleetWorkflow), typeof(RegisterWorkflow), typeof(InspectWorkflow),
        typeof(PrepareWorkflow), typeof(ProvisionWorkflow), typeof(AdoptWorkflow), typeof(DeprovisionWorkflow), typeof(ServiceWorkflow),
        typeof(PowerWorkflow), typeof(DetachWorkflow), typeof(DeleteWorkflow),
    ];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ConnectAsync(stoppingToken);
        if (stoppingToken.IsCancellationRequested)
        {
            return;
        }

        var attributes = new SearchAttributes(client, hostOptions, options.Value.NewSearchAttributes, logger);
        var ensuring = attributes.EnsureAsync(stoppingToken);
        using var main = new TemporalWorker(client, Main());
        using var ironic = new TemporalWorker(client, Queue(TaskQueues.Ironic, options.Value.IronicSlots).AddTracedActivities(nodes));
        using var waiting = new TemporalWorker(
            client,
            Queue(TaskQueues.Waits, options.Value.WaitSlots).AddTracedActivities(waits).AddTracedActivities(fleet));
        state.IsPolling = true;
        state.Problem = null;
        logger.Serving(client.Options.Namespace);
        try
        {
            await Task.WhenAll(
                main.ExecuteAsync(stoppingToken), ironic.ExecuteAsync(stoppingToken), waiting.ExecuteAsync(stoppingToken), ensuring);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.Drained();
        }
        catch (Exception e)
        {
            state.Problem = e.Message;
            throw;
        }
        finally
        {
            state.IsPolling = false;
        }
    }

    /// <summary>A server that is not there yet is waited for; a namespace that it does not have is told and waited for as well.</summary>
    private async Task ConnectAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromMilliseconds(500);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await client.Connection.ConnectAsync();
                await client.WorkflowService.DescribeNamespaceAsync(new() { Namespace = client.Options.Namespace });
                return;
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException or HttpRequestException or IOException)
            {
                state.Problem = $"Temporal cannot be used: {e.Message}";
                logger.TemporalUnusable(client.Options.Namespace, e.Message);
                await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause < TimeSpan.FromSeconds(10) ? pause * 2 : pause;
            }
        }
    }

    private TemporalWorkerOptions Main()
    {
        var queue = Queue(TaskQueues.Main, options.Value.ObjectSlots);
        queue.MaxConcurrentWorkflowTasks = options.Value.WorkflowSlots;
        queue.MaxConcurrentWorkflowTaskPolls = options.Value.WorkflowPolls;
        queue.MaxCachedWorkflows = options.Value.CachedWorkflows;
        queue.AddTracedActivities(objects);
        queue.AddTracedActivities(capacity);
        foreach (var type in WorkflowTypes)
        {
            queue.AddWorkflow(type);
        }

        return queue;
    }

    private TemporalWorkerOptions Queue(string name, int slots) => new(name)
    {
        MaxConcurrentActivities = slots,
        MaxConcurrentActivityTaskPolls = options.Value.ActivityPolls,
        GracefulShutdownTimeout = name == TaskQueues.Waits ? TimeSpan.Zero : options.Value.Drain,
        LoggerFactory = loggers,
    };
}

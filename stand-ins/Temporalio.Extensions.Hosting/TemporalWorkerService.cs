using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Temporalio.Client;
using Temporalio.Worker;

namespace Temporalio.Extensions.Hosting;

/// <summary>Runs one worker as long as the host.</summary>
public class TemporalWorkerService : BackgroundService
{
    private readonly ITemporalClient? client;
    private readonly TemporalClientConnectOptions? clientOptions;
    private readonly TemporalWorkerOptions workerOptions;
    private readonly TemporalWorkerClientUpdater? updater;

    public TemporalWorkerService(TemporalWorkerServiceOptions options)
    {
        clientOptions = options.ClientOptions
            ?? throw new ArgumentException($"{nameof(options.ClientOptions)} is required where no client is given.", nameof(options));
        workerOptions = options;
        updater = options.WorkerClientUpdater;
    }

    public TemporalWorkerService(TemporalClientConnectOptions clientOptions, TemporalWorkerOptions workerOptions)
    {
        this.clientOptions = clientOptions;
        this.workerOptions = workerOptions;
        updater = (workerOptions as TemporalWorkerServiceOptions)?.WorkerClientUpdater;
    }

    public TemporalWorkerService(ITemporalClient client, TemporalWorkerOptions workerOptions)
    {
        this.client = client;
        this.workerOptions = workerOptions;
        updater = (workerOptions as TemporalWorkerServiceOptions)?.WorkerClientUpdater;
    }

    /// <exception cref="InvalidOperationException">There is neither a client nor options for one.</exception>
    [ActivatorUtilitiesConstructor]
    public TemporalWorkerService(
        TemporalWorkerServiceIdentifier serviceId,
        IOptionsMonitor<TemporalWorkerServiceOptions> optionsMonitor,
        ITemporalClient? existingClient = null,
        ILoggerFactory? loggerFactory = null)
    {
        var options = (TemporalWorkerServiceOptions)optionsMonitor
            .Get(TemporalWorkerServiceOptionsBuilderExtensions.OptionsName(serviceId.TaskQueue, serviceId.Version)).Clone();
        workerOptions = options;
        updater = options.WorkerClientUpdater;
        options.LoggerFactory ??= loggerFactory;
        if (options.ClientOptions is { } given)
        {
            clientOptions = given;
            if (loggerFactory is not null && given.LoggerFactory is Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory)
            {
                given.LoggerFactory = loggerFactory;
            }
        }
        else
        {
            client = existingClient ?? throw new InvalidOperationException(
                $"The worker on task queue {serviceId.TaskQueue} has no client: add one with AddTemporalClient, or set its ClientOptions.");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var connected = client;
        if (connected is null)
        {
            connected = await TemporalClient.ConnectAsync(clientOptions!);
        }
        else
        {
            await connected.Connection.ConnectAsync(); // a worker needs a client that is connected
        }

        using var worker = new TemporalWorker(connected, workerOptions);
        using var updates = updater?.Subscribe(worker);
        await worker.ExecuteAsync(stoppingToken);
    }
}

/// <summary>Names one worker among the hosted ones.</summary>
public record TemporalWorkerServiceIdentifier(string TaskQueue, string? Version, bool VersionIsBuildId);

/// <summary>Options of a hosted worker.</summary>
public class TemporalWorkerServiceOptions : TemporalWorkerOptions
{
    public TemporalWorkerServiceOptions()
    {
    }

    public TemporalWorkerServiceOptions(string taskQueue)
        : base(taskQueue)
    {
    }

    /// <summary>Makes the worker connect a client of its own; null uses the registered one.</summary>
    public TemporalClientConnectOptions? ClientOptions { get; set; }

    /// <summary>Can give the running worker another client.</summary>
    public TemporalWorkerClientUpdater? WorkerClientUpdater { get; set; }

    public override object Clone()
    {
        var copy = (TemporalWorkerServiceOptions)base.Clone();
        copy.ClientOptions = (TemporalClientConnectOptions?)ClientOptions?.Clone();
        return copy;
    }
}

/// <summary>Gives running workers another client.</summary>
public class TemporalWorkerClientUpdater
{
    private readonly Lock gate = new();
    private readonly HashSet<TemporalWorker> workers = [];

    public void UpdateClient(IWorkerClient client)
    {
        lock (gate)
        {
            foreach (var worker in workers)
            {
                worker.Client = client;
            }
        }
    }

    internal IDisposable Subscribe(TemporalWorker worker)
    {
        lock (gate)
        {
            workers.Add(worker);
        }

        return new Subscription(this, worker);
    }

    private sealed class Subscription(TemporalWorkerClientUpdater updater, TemporalWorker worker) : IDisposable
    {
        public void Dispose()
        {
            lock (updater.gate)
            {
                updater.workers.Remove(worker);
            }
        }
    }
}

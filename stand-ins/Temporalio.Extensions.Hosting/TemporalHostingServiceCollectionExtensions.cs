using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Temporalio.Client;
using Temporalio.Extensions.Hosting;
using Temporalio.Worker;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds clients and workers to a service collection.</summary>
public static class TemporalHostingServiceCollectionExtensions
{
    /// <summary>Adds a client of its own and a worker on one queue.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddHostedTemporalWorker(
        this IServiceCollection services,
        string clientTargetHost,
        string clientNamespace,
        string taskQueue,
        WorkerDeploymentOptions? deploymentOptions = null) =>
        services.AddHostedTemporalWorker(taskQueue, deploymentOptions).ConfigureOptions(options =>
            options.ClientOptions = new(clientTargetHost) { Namespace = clientNamespace });

    /// <summary>Adds a worker on one queue, with the client that is registered or that its options describe.</summary>
    public static ITemporalWorkerServiceOptionsBuilder AddHostedTemporalWorker(
        this IServiceCollection services, string taskQueue, WorkerDeploymentOptions? deploymentOptions = null)
    {
        var builder = new TemporalWorkerServiceOptionsBuilder(taskQueue, deploymentOptions, services);
        builder.ConfigureOptions(options => options.TaskQueue = taskQueue, disallowDuplicates: true);

        // Not AddHostedService: that one adds a type once, and there may be many workers.
        services.AddSingleton<IHostedService>(provider => new TemporalWorkerService(
            new(taskQueue, deploymentOptions?.Version?.ToCanonicalString(), false),
            provider.GetRequiredService<IOptionsMonitor<TemporalWorkerServiceOptions>>(),
            provider.GetService<ITemporalClient>(),
            provider.GetService<ILoggerFactory>()));
        return builder;
    }

    /// <summary>Adds a client that connects with its first call, unless there is one.</summary>
    public static OptionsBuilder<TemporalClientConnectOptions> AddTemporalClient(
        this IServiceCollection services, string? clientTargetHost = null, string? clientNamespace = null)
    {
        services.TryAddSingleton<ITemporalClient>(provider =>
            TemporalClient.CreateLazy(provider.GetRequiredService<IOptions<TemporalClientConnectOptions>>().Value));
        var options = services.AddOptions<TemporalClientConnectOptions>();
        if (clientTargetHost is not null)
        {
            options.Configure(one => one.TargetHost = clientTargetHost);
        }

        if (clientNamespace is not null)
        {
            options.Configure(one => one.Namespace = clientNamespace);
        }

        options.PostConfigure<IServiceProvider>((one, provider) =>
        {
            if (one.LoggerFactory is NullLoggerFactory && provider.GetService<ILoggerFactory>() is { } loggers)
            {
                one.LoggerFactory = loggers;
            }
        });
        return options;
    }

    /// <summary>Adds a client that connects with its first call, unless there is one.</summary>
    public static IServiceCollection AddTemporalClient(
        this IServiceCollection services, Action<TemporalClientConnectOptions> configureClient)
    {
        services.AddTemporalClient().Configure(configureClient);
        return services;
    }
}

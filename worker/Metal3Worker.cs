using k8s;
using Metal3.Activities.Kubernetes.Writing;
using Metal3.Activities.Metrics;
using Metal3.Activities.Provisioning;
using Metal3.Contracts.HostLifecycle;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Temporalio.Client;

namespace Metal3.Worker;

/// <summary>Registers a worker in a host, the same for the worker process and for the lab.</summary>
public static class Metal3Worker
{
    /// <summary>Registers workflows, activities, metrics, and the service that polls.</summary>
    /// <remarks>An <see cref="ITemporalClient"/> (with <c>Messaging.DataConverter</c>) and an <see cref="IKubernetes"/> must be registered as well.</remarks>
    /// <param name="services">Where to.</param>
    /// <param name="configuration">Section <c>Worker</c> is read from it.</param>
    /// <param name="variable">Value of an environment variable, null if unset; upstream's names.</param>
    /// <exception cref="ArgumentException">A variable is missing or wrong; the message names it and the remedy.</exception>
    public static IServiceCollection AddMetal3Worker(
        this IServiceCollection services, IConfiguration configuration, Func<string, string?> variable)
    {
        services.AddOptions<WorkerOptions>().Bind(configuration.GetSection("Worker")).ValidateDataAnnotations().ValidateOnStart();
        var hostOptions = HostOptionsFrom(configuration, variable);
        services.AddSingleton(new HostOptionsProvider(
            hostOptions, hostOptions.UsesPreprovisioningImages ? BuiltInImages.FromEnvironment(variable) : null));
        services.AddSingleton<HostMetrics>();
        services.AddProvisioning(variable, hostOptions.UsesPreprovisioningImages);
        services.AddHostObjects();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<WorkerState>();
        services.AddHostedService<WorkerService>();
        return services;
    }

    /// <summary>The options that workflows are told: section <c>Host</c>, with upstream's environment variables and flags over it.</summary>
    private static Contracts.HostLifecycle.HostOptions HostOptionsFrom(IConfiguration configuration, Func<string, string?> variable)
    {
        var section = configuration.GetSection("Host");
        var patience = section.GetSection("Patience").Get<Patience>() ?? new();
        return new()
        {
            MaxProvisioningRetries = Number("max-provisioning-retries", configuration["max-provisioning-retries"] ?? section["MaxProvisioningRetries"], 5),
            UsesPreprovisioningImages = Flag(configuration["build-preprov-image"] ?? section["UsesPreprovisioningImages"]),
            NetworkBootLimit = Number("PROVISIONING_LIMIT", variable("PROVISIONING_LIMIT") ?? section["NetworkBootLimit"], 20),
            VirtualMediaLimit = Number("Host:VirtualMediaLimit", section["VirtualMediaLimit"], 0),
            DefaultArchitecture = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture
                is System.Runtime.InteropServices.Architecture.Arm64 ? "aarch64" : "x86_64",
            Patience = patience,
            CodeRevision = WorkerService.CodeRevision,
        };

        static bool Flag(string? text) => text is not null && (text.Length == 0 || text.Equals("true", StringComparison.OrdinalIgnoreCase));

        static int Number(string name, string? text, int otherwise) =>
            text is null ? otherwise
            : int.TryParse(text, out var number) && number >= 0 ? number
            : throw new ArgumentException($"{name} must be a whole number from 0, not '{text}'.");
    }
}

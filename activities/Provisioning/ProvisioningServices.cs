using k8s;
using Metal3.Activities.Bmc;
using Metal3.Activities.Ironic;
using Metal3.Activities.Kubernetes;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Activities.Watching;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Metal3.Activities.Provisioning;

/// <summary>Registers everything that talks to Ironic and to BMCs.</summary>
public static class ProvisioningServices
{
    /// <summary>
    /// Registers the activities over nodes (<see cref="INodeActivities"/>, <see cref="IWaitActivities"/>,
    /// <see cref="IFleetActivities"/>, <see cref="ICapacityActivities"/>) and what they need. An <see cref="IKubernetes"/> must be registered as well.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="variable">Value of an environment variable, null if unset; the Go operator's names.</param>
    /// <param name="usesPreprovisioningImages">Whether hosts get ramdisks of their own.</param>
    /// <exception cref="ArgumentException">A variable is missing or wrong; the message names it and the remedy.</exception>
    public static IServiceCollection AddProvisioning(
        this IServiceCollection services, Func<string, string?> variable, bool usesPreprovisioningImages = false)
    {
        var ironic = IronicOptions.FromEnvironment(variable);
        var provisioner = IronicProvisionerOptions.FromEnvironment(variable, usesPreprovisioningImages);
        var externalUrl = variable("IRONIC_EXTERNAL_URL_V6") is { Length: > 0 } url ? url : null;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => Client(ironic, provider));
        services.AddSingleton(provider => new NodeWatcher(
            provider.GetRequiredService<IronicClient>(), new WatcherOptions(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IProvisioner>(provider =>
        {
            var watcher = provider.GetRequiredService<NodeWatcher>();
            return new IronicProvisioner(
                provider.GetRequiredService<IronicClient>(),
                provisioner,
                id => watcher.Recent(id, TimeSpan.FromSeconds(2)),
                provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton(provider => new BmcProbe(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(WatchedNamespaces.FromEnvironment(variable));
        services.TryAddSingleton<KubernetesReader>();
        services.TryAddSingleton<IHostReader>(provider => provider.GetRequiredService<KubernetesReader>());
        services.TryAddSingleton<ISecretReader>(provider => provider.GetRequiredService<KubernetesReader>());
        services.TryAddSingleton<IHardwareDataWriter, HardwareDataWriter>();
        services.AddSingleton<HostInputs>();
        services.AddSingleton(new NodeActivitiesOptions { IronicExternalUrlV6 = externalUrl });
        services.AddSingleton<INodeActivities, NodeActivities>();
        services.AddSingleton<IWaitActivities, WaitActivities>();
        services.AddSingleton<IFleetActivities, FleetActivities>();
        services.AddSingleton<ICapacityActivities, CapacityActivities>();
        return services;
    }

    private static IronicClient Client(IronicOptions options, IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        if (options.Resource is not { } resource)
        {
            return new IronicClient(options, time);
        }

        var reader = new IronicResourceReader(
            provider.GetRequiredService<IKubernetes>(), provider.GetRequiredService<ISecretReader>(), resource);
        return new IronicClient(options, time, new IronicResourceTransport(options, reader.ReadAsync, time));
    }
}

using Metal3.Contracts.HostLifecycle;
using Microsoft.Extensions.DependencyInjection;

namespace Metal3.Activities.Kubernetes.Writing;

/// <summary>Registers everything that writes Kubernetes objects.</summary>
public static class HostObjectServices
{
    /// <summary>Registers <see cref="IHostObjectActivities"/>.</summary>
    public static IServiceCollection AddHostObjects(this IServiceCollection services)
    {
        services.AddSingleton<IHostObjectActivities, HostObjectActivities>();
        return services;
    }
}

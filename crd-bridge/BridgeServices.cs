using Metal3.CrdBridge.Admission;
using Metal3.CrdBridge.Delivery;
using Metal3.CrdBridge.Leading;
using Metal3.CrdBridge.Serving;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Metal3.CrdBridge;

/// <summary>Puts a bridge into a host, alone or beside a worker.</summary>
public static class BridgeServices
{
    /// <summary>Adds watching, delivery, admission, health and metrics as hosted services.</summary>
    /// <param name="services">Services of the generic host.</param>
    /// <param name="configuration">The section with <see cref="BridgeOptions"/>.</param>
    public static IServiceCollection AddMetal3Bridge(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<BridgeOptions>().Bind(configuration).ValidateOnStart();
        services.AddSingleton<IValidateOptions<BridgeOptions>, BridgeRanges>();
        services.AddSingleton<IValidateOptions<BridgeOptions>, BridgeRules>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<BridgeMetrics>();
        services.AddSingleton<BridgeState>();
        services.AddSingleton<BridgeKubernetes>();
        services.AddSingleton<BridgeTemporal>();
        services.AddSingleton<ClusterGuard>();
        services.AddSingleton<HostMessenger>();
        services.AddSingleton<RotatingCertificate>();
        services.AddSingleton<AttachmentUsers>();
        services.AddSingleton<AdmissionReviews>();
        services.AddHostedService<BridgeServers>(); // first: probes are answered while Kubernetes and Temporal are looked for
        services.AddHostedService<BridgeService>();
        return services;
    }
}

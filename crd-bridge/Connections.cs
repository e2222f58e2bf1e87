using k8s;
using Microsoft.Extensions.Options;
using Temporalio.Client;
using Temporalio.Common.EnvConfig;
using Temporalio.Converters;
using K8s = k8s.Kubernetes;

namespace Metal3.CrdBridge;

/// <summary>The bridge's own connection to Kubernetes; a worker in the same process has another one.</summary>
internal sealed class BridgeKubernetes : IDisposable
{
    public BridgeKubernetes(IOptions<BridgeOptions> options)
    {
        var configuration = options.Value.Kubeconfig is { Length: > 0 } file
            ? KubernetesClientConfiguration.BuildConfigFromConfigFile(file)
            : KubernetesClientConfiguration.BuildDefaultConfig();
        configuration.UserAgent = "metal3-crd-bridge";
        Namespace = configuration.Namespace;
        Client = new K8s(configuration);
    }

    public K8s Client { get; }

    /// <summary>The namespace of the context or of the pod; null: not said.</summary>
    public string? Namespace { get; }

    public void Dispose() => Client.Dispose();
}

/// <summary>The bridge's own client of Temporal, which connects with its first call and again after every outage.</summary>
internal sealed class BridgeTemporal
{
    // The delivery tries again by itself, for ever; the client shall tell it soon that the server is away.
    private static readonly RpcRetryOptions Soon = new() { MaxElapsedTime = TimeSpan.FromSeconds(2), MaxInterval = TimeSpan.FromSeconds(1) };

    public BridgeTemporal(IOptions<BridgeOptions> options, ILoggerFactory logging, IPayloadCodec? codec = null)
    {
        var connect = ClientEnvConfig.LoadClientConnectOptions();
        if (options.Value.TemporalAddress is { Length: > 0 } address)
        {
            connect.TargetHost = address;
        }

        if (options.Value.TemporalNamespace is { Length: > 0 } ns)
        {
            connect.Namespace = ns;
        }

        connect.TargetHost = string.IsNullOrEmpty(connect.TargetHost) ? "localhost:7233" : connect.TargetHost;
        connect.LoggerFactory = logging;
        connect.RpcRetry = Soon;
        if (codec is not null)
        {
            connect.DataConverter = DataConverter.Default with { PayloadCodec = codec };
        }

        Address = connect.TargetHost;
        Client = TemporalClient.CreateLazy(connect);
    }

    public ITemporalClient Client { get; }

    /// <summary>For people.</summary>
    public string Address { get; }

    /// <summary>How one call is made: short, so that an outage is noticed, and ended with the caller.</summary>
    public static RpcOptions Rpc(CancellationToken cancellation) =>
        new() { Timeout = TimeSpan.FromSeconds(10), CancellationToken = cancellation };
}

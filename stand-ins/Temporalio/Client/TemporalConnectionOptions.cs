namespace Temporalio.Client;

/// <summary>Where the server is and how to reach it.</summary>
public class TemporalConnectionOptions : ICloneable
{
    private DnsLoadBalancingOptions? dnsLoadBalancing;
    private HttpConnectProxyOptions? httpConnectProxy;

    public TemporalConnectionOptions()
    {
    }

    public TemporalConnectionOptions(string targetHost) => TargetHost = targetHost;

    /// <summary><c>host:port</c>. Required.</summary>
    public string? TargetHost { get; set; }

    /// <summary>Null is plain text, unless there is an API key.</summary>
    public TlsOptions? Tls { get; set; }

    public RpcRetryOptions? RpcRetry { get; set; }

    /// <summary>Pings on the connection; null is none.</summary>
    public KeepAliveOptions? KeepAlive { get; set; } = new();

    /// <exception cref="NotSupportedException">It is set.</exception>
    public HttpConnectProxyOptions? HttpConnectProxy
    {
        get => httpConnectProxy;
        set => httpConnectProxy = value is null ? null : throw NotSupported(nameof(HttpConnectProxy));
    }

    /// <exception cref="NotSupportedException">It is set.</exception>
    public DnsLoadBalancingOptions? DnsLoadBalancing
    {
        get => dnsLoadBalancing;
        set => dnsLoadBalancing = value is null ? null : throw NotSupported(nameof(DnsLoadBalancing));
    }

    public GrpcCompression GrpcCompression { get; set; } = new GrpcCompression.Gzip();

    public PayloadLimitsOptions PayloadLimits { get; set; } = new();

    /// <summary>Headers of every call.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>>? RpcMetadata { get; set; }

    /// <summary>Headers of every call whose names end in <c>-bin</c>.</summary>
    public IReadOnlyCollection<KeyValuePair<string, byte[]>>? RpcBinaryMetadata { get; set; }

    /// <summary>Sent as bearer token; turns TLS on where nothing else is said.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Who calls; null is <c>pid@machine</c>.</summary>
    public string? Identity { get; set; }

    public virtual object Clone()
    {
        var copy = (TemporalConnectionOptions)MemberwiseClone();
        copy.Tls = (TlsOptions?)Tls?.Clone();
        copy.RpcRetry = (RpcRetryOptions?)RpcRetry?.Clone();
        copy.KeepAlive = (KeepAliveOptions?)KeepAlive?.Clone();
        copy.PayloadLimits = (PayloadLimitsOptions)PayloadLimits.Clone();
        return copy;
    }

    private static NotSupportedException NotSupported(string member) =>
        new($"{nameof(TemporalConnectionOptions)}.{member} is not supported by this build.");
}

/// <summary>Certificates, as PEM.</summary>
public class TlsOptions : ICloneable
{
    /// <summary>Trusted instead of the system's roots; null trusts those.</summary>
    public byte[]? ServerRootCACert { get; set; }

    /// <summary>Name to ask for and to verify instead of the target host's.</summary>
    public string? Domain { get; set; }

    /// <summary>Given together with <see cref="ClientPrivateKey"/>, or neither.</summary>
    public byte[]? ClientCert { get; set; }

    public byte[]? ClientPrivateKey { get; set; }

    /// <summary>Plain text in spite of everything else.</summary>
    public bool Disabled { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Pings that notice a dead connection, sent while idle too.</summary>
public class KeepAliveOptions : ICloneable
{
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(30);

    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>A proxy on the way to the server.</summary>
public class HttpConnectProxyOptions : ICloneable
{
    public HttpConnectProxyOptions()
    {
    }

    public HttpConnectProxyOptions(string targetHost) => TargetHost = targetHost;

    public string? TargetHost { get; set; }

    public (string Username, string Password)? BasicAuth { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Spreading calls over a name's addresses.</summary>
public class DnsLoadBalancingOptions : ICloneable
{
    public TimeSpan ResolutionInterval { get; set; } = TimeSpan.FromSeconds(30);

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>How requests are compressed.</summary>
public abstract record GrpcCompression
{
    private GrpcCompression()
    {
    }

    public sealed record Gzip() : GrpcCompression;

    public sealed record None() : GrpcCompression;
}

/// <summary>Sizes in bytes from which a warning is logged.</summary>
public class PayloadLimitsOptions : ICloneable
{
    public int PayloadsWarnSize { get; set; } = 524288;

    public int MemoWarnSize { get; set; } = 2048;

    public virtual object Clone() => MemberwiseClone();
}

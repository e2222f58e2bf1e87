using Metal3.Lab.Ironic;

namespace Metal3.Lab;

/// <summary>What a data centre on a laptop is made of. Every default suits a test: free ports, nothing kept, everything simulated.</summary>
public sealed record LabOptions
{
    /// <summary>Directory of the kubeconfig, the log and, with <see cref="KeepsData"/>, all state; created if missing.</summary>
    public required string Directory { get; init; }

    /// <summary>Whether Kubernetes, Ironic and a development Temporal keep their data in <see cref="Directory"/>. The embedded Temporal keeps none.</summary>
    public bool KeepsData { get; init; }

    /// <summary>TCP port of the simulated Kubernetes; 0 (default) takes a free one.</summary>
    public int KubernetesPort { get; init; }

    /// <summary>TCP port of the simulated Ironic and its BMCs; 0 (default) takes a free one.</summary>
    public int IronicPort { get; init; }

    /// <summary>TCP port of the embedded Temporal or of the development server; 0 (default) takes a free one.</summary>
    public int TemporalPort { get; init; }

    /// <summary>TCP port of the development server's UI; 0 (default) takes a free one.</summary>
    public int TemporalUiPort { get; init; }

    /// <summary>How long the stages of the simulated Ironic take.</summary>
    public StageTimes Times { get; init; } = StageTimes.Fast;

    /// <summary>Kubeconfig of a real cluster; null (default) starts the simulated one.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>URL of another Ironic, for example <c>http://172.22.0.2:6385/v1/</c>; null (default) starts the simulated one.</summary>
    public Uri? Ironic { get; init; }

    /// <summary>URL of the ramdisk's kernel and initramfs, which a real Ironic needs; null (default): only names, enough for the simulated one.</summary>
    public (Uri Kernel, Uri Ramdisk)? Ramdisk { get; init; }

    /// <summary><c>host:port</c> of another Temporal; null (default) starts one.</summary>
    public string? TemporalAddress { get; init; }

    /// <summary>Path of the <c>temporal</c> CLI whose development server, with the UI, is to be started; null (default): the embedded one.</summary>
    public string? TemporalCli { get; init; }

    /// <summary>Whether a worker runs in this process.</summary>
    public bool Worker { get; init; } = true;

    /// <summary>Whether a bridge runs in this process.</summary>
    public bool Bridge { get; init; } = true;

    /// <summary>
    /// Whether the simulated Kubernetes asks this process's bridge about every write of our kinds, as a cluster with the
    /// deployment does. Default: no. A real cluster of <see cref="Kubeconfig"/> is never told to.
    /// </summary>
    public bool Admission { get; init; }

    /// <summary>Configuration of worker and bridge, such as <c>Host:Patience:BackoffUnit</c>.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Environment variables as the worker sees them, such as <c>PROVISIONING_LIMIT</c>; those of this process count behind them.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Where worker, bridge and Kubernetes log; null (default): into <c>lab.log</c> in <see cref="Directory"/>.</summary>
    public ILoggerProvider? Logging { get; init; }
}

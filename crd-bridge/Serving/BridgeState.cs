using Metal3.CrdBridge.Leading;

namespace Metal3.CrdBridge.Serving;

/// <summary>How the process ends.</summary>
internal static class ExitCodes
{
    /// <summary>Told to stop.</summary>
    public const int Clean = 0;

    /// <summary>A wrong option, or a fault of ours.</summary>
    public const int Failure = 1;

    /// <summary>Temporal serves another Kubernetes cluster.</summary>
    public const int WrongCluster = 3;
}

/// <summary>What probes, metrics and the process's end want to know.</summary>
internal sealed class BridgeState
{
    private volatile WatchSession? _session;
    private volatile bool _isLeader;
    private volatile bool _isConnected;
    private volatile int _exitCode;

    /// <summary>The running term; null: this bridge does not watch.</summary>
    public WatchSession? Session
    {
        get => _session;
        set => _session = value;
    }

    /// <summary>Whether this bridge may watch.</summary>
    public bool IsLeader
    {
        get => _isLeader;
        set => _isLeader = value;
    }

    /// <summary>Whether Kubernetes and Temporal were both reached since the start.</summary>
    public bool IsConnected
    {
        get => _isConnected;
        set => _isConnected = value;
    }

    /// <summary>How the process is to end; not zero once something failed for good.</summary>
    public int ExitCode
    {
        get => _exitCode;
        set => _exitCode = value;
    }
}

namespace Metal3.CrdBridge.Watching;

/// <summary>What an informer looks at, and how patient it is.</summary>
public sealed class InformerOptions
{
    /// <summary>Namespaces to watch; empty means all of them.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Label selector, or null for every object.</summary>
    public string? LabelSelector { get; init; }

    /// <summary>Objects a page of a list holds at most. Default 250: a page of hosts is a few megabytes.</summary>
    public int PageSize { get; init; } = 250;

    /// <summary>Pause after which everything is listed and delivered again; null for never. Default ten minutes.</summary>
    public TimeSpan? ResyncInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the server is asked to keep a watch open, give or take a quarter. Default six minutes.</summary>
    public TimeSpan WatchDuration { get; init; } = TimeSpan.FromMinutes(6);

    /// <summary>Silence after which a watch is taken for dead. Default three minutes; bookmarks come every minute.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a page of a list, or the head of a watch's answer, may take. Default one minute.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest pause between two attempts to reach the server. Default thirty seconds; the first is 0.25 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Objects whose changes are delivered at the same time; one object's never are. Default 16.</summary>
    public int ConcurrentDeliveries { get; init; } = 16;

    /// <summary>Called after every complete list; null for nobody.</summary>
    public Action? Listed { get; init; }

    /// <summary>Called whenever a watch is asked for; null for nobody.</summary>
    public Action? Watching { get; init; }
}

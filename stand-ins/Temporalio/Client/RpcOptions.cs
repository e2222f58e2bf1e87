namespace Temporalio.Client;

/// <summary>How one call is made.</summary>
public class RpcOptions : ICloneable
{
    /// <summary>Whether failures that may pass are tried again; null is yes for handles and lists, no for raw calls.</summary>
    public bool? Retry { get; set; }

    public IReadOnlyCollection<KeyValuePair<string, string>>? Metadata { get; set; }

    public IReadOnlyCollection<KeyValuePair<string, byte[]>>? BinaryMetadata { get; set; }

    /// <summary>Limit of each attempt; null is 30 s, or 70 s where the server waits for news.</summary>
    public TimeSpan? Timeout { get; set; }

    public CancellationToken? CancellationToken { get; set; }

    public virtual object Clone() => MemberwiseClone();

    /// <summary>These options with one more token; the source, where one was needed, is the caller's to dispose.</summary>
    protected internal Tuple<RpcOptions, CancellationTokenSource?> WithAdditionalCancellationToken(
        CancellationToken? cancellationToken)
    {
        if (cancellationToken is not { } added)
        {
            return Tuple.Create<RpcOptions, CancellationTokenSource?>(this, null);
        }

        var options = (RpcOptions)Clone();
        if (CancellationToken is not { CanBeCanceled: true } own)
        {
            options.CancellationToken = added;
            return Tuple.Create<RpcOptions, CancellationTokenSource?>(options, null);
        }

        var linked = CancellationTokenSource.CreateLinkedTokenSource(own, added);
        options.CancellationToken = linked.Token;
        return Tuple.Create<RpcOptions, CancellationTokenSource?>(options, linked);
    }
}

/// <summary>When a call that failed is made again.</summary>
public class RpcRetryOptions : ICloneable
{
    public TimeSpan InitialInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Largest share by which a pause is made longer or shorter by chance.</summary>
    public float RandomizationFactor { get; set; } = 0.2F;

    public float Multiplier { get; set; } = 1.5F;

    public TimeSpan MaxInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>No new attempt after this time; null is no limit.</summary>
    public TimeSpan? MaxElapsedTime { get; set; } = TimeSpan.FromSeconds(10);

    public int MaxRetries { get; set; } = 10;

    public virtual object Clone() => MemberwiseClone();
}

namespace Metal3.Lab.Temporal.Rpc;

/// <summary>What a handler may want to know about the call besides its message.</summary>
/// <param name="Aborted">Fires when the caller has gone or its deadline has passed.</param>
/// <param name="Deadline">Time the caller grants from now on, or <see langword="null"/> for no limit.</param>
internal readonly record struct RpcCall(CancellationToken Aborted, TimeSpan? Deadline)
{
    /// <summary>How long a long poll may be held: <paramref name="longest"/>, or a little less than the caller's patience.</summary>
    public TimeSpan Hold(TimeSpan longest)
    {
        if (Deadline is not { } deadline)
        {
            return longest;
        }

        // Answering "nothing yet" a second early keeps the caller from seeing its own deadline as a failure.
        var patience = deadline > TimeSpan.FromSeconds(2) ? deadline - TimeSpan.FromSeconds(1) : deadline / 2;
        return patience < longest ? patience : longest;
    }
}

namespace Metal3.CrdBridge.Watching;

/// <summary>Pauses between attempts: doubling, and jittered so that replicas do not come back in step.</summary>
internal static class Pause
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);

    /// <summary>A pause after <paramref name="failures"/> failures in a row: between half and all of 0.25 s, 0.5 s, 1 s …</summary>
    public static TimeSpan After(int failures, TimeSpan longest)
    {
        var whole = Shortest * Math.Pow(2, Math.Min(failures - 1, 20));
        return (whole < longest ? whole : longest) * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}

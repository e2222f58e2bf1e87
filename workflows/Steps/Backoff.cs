using Metal3.Contracts.HostLifecycle;

namespace Metal3.Workflows.Steps;

/// <summary>How long to leave a thing alone after failures.</summary>
public static class Backoff
{
    /// <summary>After a recorded failure: upstream's doubling minutes, less up to half, but never more than the cap.</summary>
    /// <param name="patience">Unit and cap.</param>
    /// <param name="failures">How often it failed in a row, from 1.</param>
    /// <param name="jitter">Uniform in [0, 1).</param>
    public static TimeSpan AfterFailure(Patience patience, int failures, double jitter)
    {
        var whole = patience.BackoffUnit * Math.Pow(2, Math.Min(Math.Max(failures, 0), 9));
        var capped = whole < patience.BackoffCap ? whole : patience.BackoffCap;
        return capped - (jitter * 0.5 * capped);
    }

    /// <summary>While something does not answer: doubling from a short pause.</summary>
    public static TimeSpan WhileUnavailable(Patience patience, int tries, double jitter)
    {
        var whole = patience.UnavailablePause * Math.Pow(2, Math.Min(Math.Max(tries - 1, 0), 10));
        var capped = whole < patience.UnavailableCap ? whole : patience.UnavailableCap;
        return capped - (jitter * 0.25 * capped);
    }
}

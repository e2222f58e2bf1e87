using Google.Protobuf.WellKnownTypes;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>Between the wire's times and 100 ns ticks.</summary>
internal static class Times
{
    private const long UnixEpochTicks = 621_355_968_000_000_000;

    public static Timestamp Stamp(long ticks)
    {
        var (seconds, rest) = Math.DivRem(ticks - UnixEpochTicks, TimeSpan.TicksPerSecond);
        return new Timestamp { Seconds = seconds, Nanos = (int)rest * 100 };
    }

    public static long Ticks(Timestamp? stamp) =>
        stamp is null ? 0 : UnixEpochTicks + (stamp.Seconds * TimeSpan.TicksPerSecond) + (stamp.Nanos / 100);

    /// <summary>Ticks of a duration; 0 for none. What is too long for a clock counts as a hundred years.</summary>
    public static long Ticks(Duration? duration)
    {
        if (duration is null)
        {
            return 0;
        }

        const long Longest = 100L * 366 * TimeSpan.TicksPerDay;
        return duration.Seconds > Longest / TimeSpan.TicksPerSecond
            ? Longest
            : Math.Max(duration.Seconds, -Longest / TimeSpan.TicksPerSecond) * TimeSpan.TicksPerSecond + (duration.Nanos / 100);
    }

    public static Duration Duration(long ticks) => new()
    {
        Seconds = ticks / TimeSpan.TicksPerSecond,
        Nanos = (int)(ticks % TimeSpan.TicksPerSecond) * 100,
    };
}

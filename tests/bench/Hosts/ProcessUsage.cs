using System.Globalization;

namespace Metal3.Bench.Hosts;

/// <summary>What a process used so far, as Linux counts it.</summary>
/// <param name="Cpu">User and system time.</param>
/// <param name="PeakMegabytes">The largest resident set.</param>
internal sealed record ProcessUsage(TimeSpan Cpu, double PeakMegabytes)
{
    private const double TicksPerSecond = 100; // USER_HZ, the same on every Linux

    public static ProcessUsage Of(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        var peak = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        return new(
            TimeSpan.FromSeconds(ticks / TicksPerSecond),
            double.Parse(peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1000);
    }

    /// <summary>Processor time that the whole machine spent on anything, since it was started.</summary>
    public static TimeSpan OfMachine()
    {
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(field => long.Parse(field, CultureInfo.InvariantCulture)).ToList();
        const int Idle = 3, Waiting = 4, Guests = 8; // what guests used is in the user's time already
        return TimeSpan.FromSeconds(ticks.Take(Guests).Where((_, place) => place is not (Idle or Waiting)).Sum() / TicksPerSecond);
    }
}

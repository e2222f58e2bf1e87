using System.Globalization;

namespace Metal3.Bench;

/// <summary>What Linux says of a process of this machine, from <c>/proc</c>.</summary>
internal static class ProcessFigures
{
    /// <summary>User and system time so far.</summary>
    public static TimeSpan CpuOf(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / 100.0);
    }

    /// <summary>Most memory it ever had resident, in megabytes (10^6 bytes).</summary>
    public static double PeakMegabytes(int process) => Kilobytes(process, "VmHWM") / 1000;

    /// <summary>Memory it has resident now, in bytes.</summary>
    public static double ResidentBytes(int process) => Kilobytes(process, "VmRSS") * 1024;

    private static double Kilobytes(int process, string name)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}

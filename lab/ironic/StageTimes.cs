using System.Globalization;

namespace Metal3.Lab.Ironic;

/// <summary>The names under which stages are timed, configured and counted.</summary>
public static class Stages
{
    /// <summary>The BMC is asked who it is.</summary>
    public const string Verify = "verify";

    /// <summary>One power change.</summary>
    public const string Power = "power";

    /// <summary>The ramdisk boots until its agent calls.</summary>
    public const string Boot = "boot";

    /// <summary>The agent collects the inventory.</summary>
    public const string Inspect = "inspect";

    /// <summary>One cleaning step.</summary>
    public const string Clean = "clean";

    /// <summary>The image is written.</summary>
    public const string Deploy = "deploy";

    /// <summary>An instance is torn down.</summary>
    public const string Delete = "delete";

    /// <summary>A running machine is taken over.</summary>
    public const string Adopt = "adopt";

    /// <summary>One servicing step.</summary>
    public const string Service = "service";

    /// <summary>Rescue and unrescue.</summary>
    public const string Rescue = "rescue";

    /// <summary>Any other work of the conductor between two waits.</summary>
    public const string Step = "step";

    /// <summary>How long the lock stays after the end state shows.</summary>
    public const string Tail = "tail";

    /// <summary>How long a request waits for a locked node before 409.</summary>
    public const string Lock = "lock";

    /// <summary>Virtual media are attached or detached.</summary>
    public const string Media = "media";

    /// <summary>How long a wait state waits for an agent that never calls.</summary>
    public const string Callback = "callback";

    /// <summary>Pause between two comparisons of recorded and real power.</summary>
    public const string PowerSync = "power-sync";

    /// <summary>Pause between two attempts to recover from a power failure.</summary>
    public const string PowerRecovery = "power-recovery";

    /// <summary>Every name.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Verify, Power, Boot, Inspect, Clean, Deploy, Delete, Adopt, Service, Rescue, Step, Tail, Lock, Media, Callback,
        PowerSync, PowerRecovery,
    ];
}

/// <summary>How long each stage takes.</summary>
public sealed class StageTimes
{
    private readonly Dictionary<string, TimeSpan> _times;

    private StageTimes(Dictionary<string, TimeSpan> times) => _times = times;

    /// <summary>As on metal, shortened to minutes where metal takes many.</summary>
    public static StageTimes Real => Of(3, 6, 90, 60, 90, 240, 10, 2, 120, 10, 0.3, 0.05, 2, 3, 1800, 60, 300);

    /// <summary>Every state can be seen, a whole life takes a few seconds.</summary>
    public static StageTimes Fast =>
        Of(0.1, 0.1, 0.15, 0.15, 0.15, 0.3, 0.1, 0.05, 0.15, 0.1, 0.03, 0.02, 0.3, 0.05, 5, 2, 4);

    /// <summary>No stage takes time; states still follow one another.</summary>
    public static StageTimes Instant => Of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1);

    /// <summary>The time of a stage; zero for an unknown one.</summary>
    public TimeSpan this[string stage] => _times.GetValueOrDefault(stage);

    /// <summary>The preset of that name.</summary>
    /// <exception cref="ArgumentException">Not <c>real</c>, <c>fast</c> or <c>instant</c>.</exception>
    public static StageTimes Named(string name) => name switch
    {
        "real" => Real,
        "fast" => Fast,
        "instant" => Instant,
        _ => throw new ArgumentException($"Unknown speed '{name}'; use real, fast or instant.", nameof(name)),
    };

    /// <summary>The same times but for one stage.</summary>
    /// <exception cref="ArgumentException">No stage has that name, or the time is negative.</exception>
    public StageTimes With(string stage, TimeSpan time)
    {
        if (!Stages.All.Contains(stage))
        {
            throw new ArgumentException(
                $"Unknown stage '{stage}'; stages are {string.Join(", ", Stages.All)}.", nameof(stage));
        }

        return time < TimeSpan.Zero
            ? throw new ArgumentException($"Stage {stage} cannot take {time}.", nameof(time))
            : new StageTimes(new(_times, StringComparer.Ordinal) { [stage] = time });
    }

    /// <summary>Reads <c>NAME=SECONDS</c>.</summary>
    /// <exception cref="ArgumentException">Not of that form.</exception>
    public StageTimes With(string assignment)
    {
        var parts = assignment.Split('=', 2);
        return parts.Length == 2
            && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
                ? With(parts[0], TimeSpan.FromSeconds(seconds))
                : throw new ArgumentException($"'{assignment}' is not NAME=SECONDS.", nameof(assignment));
    }

    private static StageTimes Of(params double[] seconds) => new(Stages.All.Zip(seconds)
        .ToDictionary(pair => pair.First, pair => TimeSpan.FromSeconds(pair.Second), StringComparer.Ordinal));
}

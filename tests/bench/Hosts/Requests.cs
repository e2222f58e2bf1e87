using System.Globalization;
using System.Text.RegularExpressions;

namespace Metal3.Bench.Hosts;

/// <summary>How often something was asked, by what was asked.</summary>
internal sealed partial record Requests(IReadOnlyDictionary<string, double> Counts)
{
    public double Total => Counts.Values.Sum();

    /// <summary>Requests that came after an earlier count.</summary>
    public Requests Since(Requests before) => new(Counts
        .Select(one => KeyValuePair.Create(one.Key, one.Value - before.Counts.GetValueOrDefault(one.Key)))
        .Where(one => one.Value > 0)
        .ToDictionary(StringComparer.Ordinal));

    public double Sum(Func<string, bool> which) => Counts.Where(one => which(one.Key)).Sum(one => one.Value);

    /// <summary>Reads one counter of Prometheus' text format.</summary>
    /// <param name="text">What <c>/metrics</c> answered.</param>
    /// <param name="metric">Its name.</param>
    /// <param name="labels">The labels that become the key, in order.</param>
    public static Requests Parse(string text, string metric, params string[] labels)
    {
        var counts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n').Where(line => line.StartsWith(metric + "{", StringComparison.Ordinal)))
        {
            var given = LabelPattern().Matches(line).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value, StringComparer.Ordinal);
            var key = string.Join(' ', labels.Select(label => given.GetValueOrDefault(label, "")).Where(value => value.Length > 0));
            counts[key] = counts.GetValueOrDefault(key) + double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
        }

        return new(counts);
    }

    [GeneratedRegex("([a-z_]+)=\"([^\"]*)\"")]
    private static partial Regex LabelPattern();
}

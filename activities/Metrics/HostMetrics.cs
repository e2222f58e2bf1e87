using System.Globalization;
using System.Text;
using Metal3.Contracts.HostLifecycle;

namespace Metal3.Activities.Metrics;

/// <summary>Counters and histograms under upstream's names, in Prometheus' text format.</summary>
/// <remarks>The feed carries no Prometheus exporter; the format is a page long.</remarks>
public sealed class HostMetrics
{
    private static readonly double[] DefaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] OperationBuckets = [30, 90, 180, 360, 720, 1440];

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, SortedDictionary<string, double>> _counters = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedDictionary<string, Histogram>> _histograms = new(StringComparer.Ordinal);

    /// <summary>Bumps a counter, or observes a histogram when the name ends in <c>_seconds</c>.</summary>
    public void Count(MetricCount count)
    {
        var labels = Labels(count.Labels);
        lock (_lock)
        {
            if (count.Name.EndsWith("_seconds", StringComparison.Ordinal))
            {
                var series = Of(_histograms, count.Name);
                if (!series.TryGetValue(labels, out var histogram))
                {
                    // Upstream gives the register histogram the library's buckets, and long ones to the others.
                    var long_ = count.Name.StartsWith("metal3_operation_", StringComparison.Ordinal)
                        && !count.Name.Contains("register", StringComparison.Ordinal);
                    series[labels] = histogram = new(long_ ? OperationBuckets : DefaultBuckets);
                }

                histogram.Observe(count.Value);
            }
            else
            {
                var series = Of(_counters, count.Name);
                series[labels] = series.GetValueOrDefault(labels) + count.Value;
            }
        }
    }

    /// <summary>Everything in Prometheus' text format.</summary>
    public string Render()
    {
        var text = new StringBuilder();
        lock (_lock)
        {
            foreach (var (name, series) in _counters)
            {
                text.Append("# TYPE ").Append(name).Append(" counter\n");
                foreach (var (labels, value) in series)
                {
                    Line(text, name, labels, value);
                }
            }

            foreach (var (name, series) in _histograms)
            {
                text.Append("# TYPE ").Append(name).Append(" histogram\n");
                foreach (var (labels, histogram) in series)
                {
                    histogram.Render(text, name, labels);
                }
            }
        }

        return text.ToString();
    }

    private static SortedDictionary<string, T> Of<T>(SortedDictionary<string, SortedDictionary<string, T>> all, string name)
    {
        if (!all.TryGetValue(name, out var series))
        {
            all[name] = series = new(StringComparer.Ordinal);
        }

        return series;
    }

    private static string Labels(IReadOnlyDictionary<string, string>? labels) => labels is null
        ? ""
        : string.Join(',', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label =>
            $"{label.Key}=\"{label.Value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)}\""));

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private sealed class Histogram(double[] buckets)
    {
        private readonly long[] _counts = new long[buckets.Length];
        private double _sum;
        private long _count;

        public void Observe(double value)
        {
            for (var i = 0; i < buckets.Length; i++)
            {
                _counts[i] += value <= buckets[i] ? 1 : 0;
            }

            _sum += value;
            _count++;
        }

        public void Render(StringBuilder text, string name, string labels)
        {
            var prefix = labels.Length > 0 ? labels + "," : "";
            for (var i = 0; i < buckets.Length; i++)
            {
                Line(text, name + "_bucket", $"{prefix}le=\"{buckets[i].ToString(CultureInfo.InvariantCulture)}\"", _counts[i]);
            }

            Line(text, name + "_bucket", $"{prefix}le=\"+Inf\"", _count);
            Line(text, name + "_sum", labels, _sum);
            Line(text, name + "_count", labels, _count);
        }
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Metal3.CrdBridge.Serving;

/// <summary>Counters of one bridge, written as Prometheus reads them.</summary>
internal sealed class BridgeMetrics
{
    /// <summary>By kind: <c>changed</c>, <c>restarted</c> (a host without a workflow), <c>gone</c>.</summary>
    public Counter Signals { get; } = new("metal3_bridge_signals_total", "Signals accepted by Temporal.", "kind");

    public Counter Missing { get; } = new("metal3_bridge_missing_workflows_total", "Hosts that were found without an open workflow.");

    public Counter Lists { get; } = new("metal3_bridge_lists_total", "Complete lists read from the API server.", "resource");

    public Counter Watches { get; } = new("metal3_bridge_watches_total", "Watches begun, so restarts but for the first.", "resource");

    public Counter DeliveryFailures { get; } = new("metal3_bridge_delivery_failures_total", "Attempts to tell Temporal that failed.");

    public Histogram Latency { get; } = new(
        "metal3_bridge_delivery_seconds", "Time from a change seen to Temporal's receipt.", [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]);

    /// <summary>By kind and verdict: <c>allowed</c>, <c>denied</c>, <c>invalid</c>, <c>failed</c>.</summary>
    public Counter Reviews { get; } = new("metal3_bridge_admission_reviews_total", "Admission reviews answered.", "kind", "verdict");

    /// <summary>The text of one scrape.</summary>
    public string Text(BridgeState state)
    {
        var text = new StringBuilder();
        Signals.Write(text);
        Missing.Write(text);
        Lists.Write(text);
        Watches.Write(text);
        DeliveryFailures.Write(text);
        Latency.Write(text);
        Reviews.Write(text);
        Gauge(text, "metal3_bridge_leader", "Whether this bridge watches.", state.IsLeader ? 1 : 0);
        Gauge(text, "metal3_bridge_hosts", "Hosts in the watched namespaces.", state.Session?.HostCount ?? 0);
        Gauge(text, "metal3_bridge_undelivered_hosts", "Hosts whose last state Temporal does not know yet.", state.Session?.Undelivered ?? 0);
        Gauge(text, "process_cpu_seconds", "Processor time used.", Environment.CpuUsage.TotalTime.TotalSeconds);
        Gauge(text, "process_resident_memory_bytes", "Memory in use.", Environment.WorkingSet);
        return text.ToString();
    }

    private static void Gauge(StringBuilder text, string name, string help, double value) => text.Append(
        CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n");

    /// <summary>Only ever grows.</summary>
    internal sealed class Counter(string name, string help, params string[] labels)
    {
        private readonly ConcurrentDictionary<string, long> _values = new(StringComparer.Ordinal);

        public void Add(params ReadOnlySpan<string> values) => Add(1, values);

        public void Add(long count, params ReadOnlySpan<string> values)
        {
            var key = new StringBuilder();
            for (var i = 0; i < labels.Length; i++)
            {
                var value = values[i].Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                    .Replace("\n", @"\n", StringComparison.Ordinal);
                key.Append(i == 0 ? '{' : ',').Append(labels[i]).Append("=\"").Append(value).Append('"');
            }

            _values.AddOrUpdate(labels.Length == 0 ? "" : key.Append('}').ToString(), count, (_, before) => before + count);
        }

        public void Write(StringBuilder text)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} counter\n");
            if (labels.Length == 0 && _values.IsEmpty)
            {
                text.Append(name).Append(" 0\n");
            }

            foreach (var (key, value) in _values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}{key} {value}\n");
            }
        }
    }

    /// <summary>How long things took.</summary>
    internal sealed class Histogram(string name, string help, double[] bounds)
    {
        private readonly Lock _lock = new();
        private readonly long[] _counts = new long[bounds.Length + 1];
        private double _sum;

        public void Observe(TimeSpan taken)
        {
            var index = Array.FindIndex(bounds, bound => taken.TotalSeconds <= bound);
            lock (_lock)
            {
                _counts[index < 0 ? bounds.Length : index]++;
                _sum += taken.TotalSeconds;
            }
        }

        public void Write(StringBuilder text)
        {
            lock (_lock)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} histogram\n");
                long total = 0;
                for (var i = 0; i < bounds.Length; i++)
                {
                    total += _counts[i];
                    text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"{bounds[i]}\"}} {total}\n");
                }

                total += _counts[^1];
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{le=\"+Inf\"}} {total}\n{name}_sum {_sum}\n{name}_count {total}\n");
            }
        }
    }
}

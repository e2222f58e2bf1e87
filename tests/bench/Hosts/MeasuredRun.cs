using System.Diagnostics;

namespace Metal3.Bench.Hosts;

/// <summary>What processes used and what was asked of servers between two moments.</summary>
internal sealed class MeasuredRun
{
    private readonly IDataCentre _centre;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<string, ProcessUsage> _before;
    private readonly TimeSpan _machineBefore = ProcessUsage.OfMachine();
    private readonly TimeSpan _ownBefore = Process.GetCurrentProcess().TotalProcessorTime;
    private Requests _ironic;
    private Requests _kubernetes;
    private Requests _temporal;
    private Dictionary<string, ProcessUsage> _after = [];
    private TimeSpan _time;
    private TimeSpan _machine;
    private TimeSpan _own;

    private MeasuredRun(IDataCentre centre, Requests ironic, Requests kubernetes, Requests temporal)
    {
        _centre = centre;
        (_ironic, _kubernetes, _temporal) = (ironic, kubernetes, temporal);
        _before = Usage(centre);
    }

    public static async Task<MeasuredRun> BeginAsync(IDataCentre centre, CancellationToken cancellationToken) => new(
        centre, await centre.IronicAsync(cancellationToken), await KubernetesAsync(centre, cancellationToken), await centre.TemporalAsync(cancellationToken));

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        _time = _clock.Elapsed;
        _after = Usage(_centre);
        _machine = ProcessUsage.OfMachine() - _machineBefore;
        _own = Process.GetCurrentProcess().TotalProcessorTime - _ownBefore;
        _ironic = (await _centre.IronicAsync(cancellationToken)).Since(_ironic);
        _kubernetes = (await KubernetesAsync(_centre, cancellationToken)).Since(_kubernetes);
        _temporal = (await _centre.TemporalAsync(cancellationToken)).Since(_temporal);
    }

    /// <summary>What it cost to bring hosts from their manifests to provisioned, for each of them.</summary>
    public void Write(string bench, int hosts, (string, object)[] parameters)
    {
        foreach (var (name, usage) in _after)
        {
            Figure.Write(bench, $"{name}_cpu", (usage.Cpu - _before[name].Cpu).TotalSeconds, "s", parameters);
            Figure.Write(bench, $"{name}_cpu_with_start", usage.Cpu.TotalSeconds, "s", parameters);
            Figure.Write(bench, $"{name}_peak_memory", usage.PeakMegabytes, "MB", parameters);
        }

        WriteMachine(bench, parameters);
        if (_ironic.Counts.Count > 0)
        {
            var listings = _ironic.Sum(IsListing);
            Figure.Write(bench, "ironic_requests_per_host", (_ironic.Total - listings) / hosts, "requests", parameters);
            Figure.Write(bench, "ironic_listings", listings, "requests", parameters);
        }

        var written = _kubernetes.Sum(IsWrite);
        Figure.Write(bench, "kubernetes_events_per_host", _kubernetes.Sum(key => IsWrite(key) && key.Contains(" events", StringComparison.Ordinal)) / hosts, "events", parameters);
        Figure.Write(
            bench,
            "kubernetes_writes_per_host",
            ((written - _kubernetes.Sum(key => IsWrite(key) && (key.Contains(" events", StringComparison.Ordinal) || key.Contains(" leases", StringComparison.Ordinal)))) / hosts) - 2,
            "writes",
            [.. parameters, ("without", "events, leases, the user's two")]);
        Details("ironic", _ironic, hosts);
        Details("kubernetes", _kubernetes, hosts);
        Details("temporal", _temporal, hosts);
    }

    /// <summary>What it costs that hosts are there and nothing happens.</summary>
    public void WriteIdle(string bench, (string, object)[] parameters)
    {
        foreach (var (name, usage) in _after)
        {
            Figure.Write(bench, $"{name}_cpu_share", (usage.Cpu - _before[name].Cpu) / _time * 100, "% of one core", parameters);
            Figure.Write(bench, $"{name}_peak_memory", usage.PeakMegabytes, "MB", parameters);
        }

        WriteMachine(bench, parameters);
        foreach (var (name, requests) in new[] { ("ironic", _ironic), ("kubernetes", _kubernetes), ("temporal", _temporal) })
        {
            Figure.Write(bench, $"{name}_requests", requests.Total / _time.TotalSeconds, "1/s", parameters);
            Details(name, requests, _time.TotalSeconds);
        }
    }

    /// <summary>A measurement on a shared machine says little unless it says how much the others took.</summary>
    private void WriteMachine(string bench, (string, object)[] parameters)
    {
        var cores = _time * Environment.ProcessorCount;
        Figure.Write(bench, "machine_busy", _machine / cores * 100, "%", parameters);
        var ours = _after.Aggregate(_own, (sum, one) => sum + one.Value.Cpu - _before[one.Key].Cpu);
        Figure.Write(bench, "machine_busy_with_others", (_machine - ours) / cores * 100, "%", parameters);
    }

    private static void Details(string name, Requests requests, double by)
    {
        foreach (var (key, count) in requests.Counts.OrderByDescending(one => one.Value).Where(one => one.Value / by >= 0.005))
        {
            Console.Error.WriteLine($"  {name,-10} {count / by,9:F3}  {key}");
        }
    }

    private static bool IsListing(string key) => key.StartsWith("GET /v1/nodes ", StringComparison.Ordinal);

    private static bool IsWrite(string key) => key.StartsWith("POST ", StringComparison.Ordinal) || key.StartsWith("PUT ", StringComparison.Ordinal)
        || key.StartsWith("PATCH ", StringComparison.Ordinal) || key.StartsWith("APPLY ", StringComparison.Ordinal) || key.StartsWith("DELETE ", StringComparison.Ordinal);

    private static async Task<Requests> KubernetesAsync(IDataCentre centre, CancellationToken cancellationToken) => Requests.Parse(
        await centre.Cluster.MetricsAsync(cancellationToken), "apiserver_request_total", "verb", "resource", "subresource", "code");

    private static Dictionary<string, ProcessUsage> Usage(IDataCentre centre) =>
        new[] { centre.Worker, centre.Bridge }.Concat(centre.Servers).ToDictionary(part => part.Name, part => ProcessUsage.Of(part.Id), StringComparer.Ordinal);
}

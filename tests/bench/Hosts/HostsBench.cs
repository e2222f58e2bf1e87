using System.Globalization;
using Metal3.EndToEnd.Parts;

namespace Metal3.Bench.Hosts;

/// <summary>The main job, measured: hosts from a manifest to provisioned, worker and bridge as processes of their own.</summary>
internal sealed class HostsBench : IBench
{
    private static readonly string[] LongStages = ["verify", "power", "boot", "inspect", "clean", "deploy"];

    public string Name => "hosts";

    public string Summary => "hosts from a manifest to provisioned (--hosts 10, --warm 0, --stages SECONDS, --limit 0, --seconds 600, --real, --ipmi)";

    public async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var hosts = options.Number("hosts", 10);
        await using var centre = await StartAsync(options, cancellationToken);
        await Fleet.ProveRunningAsync(centre, cancellationToken);
        var warm = options.Number("warm", 0);
        if (warm > 0)
        {
            await new Fleet(centre, hosts).ProvisionAsync(warm, TimeSpan.FromMinutes(5), cancellationToken);
        }

        var run = await MeasuredRun.BeginAsync(centre, cancellationToken);
        var fleet = new Fleet(centre);
        var wall = await fleet.ProvisionAsync(hosts, TimeSpan.FromSeconds(options.Number("seconds", 600)), cancellationToken);
        await run.EndAsync(cancellationToken);
        var parameters = Parameters(options, hosts);
        Figure.Write(Name, "wall", wall.TotalSeconds, "s", parameters);
        var seconds = fleet.Seconds;
        Figure.Write(Name, "host_mean", seconds.Values.Average(), "s", parameters);
        Figure.Write(Name, "host_longest", seconds.Values.Max(), "s", parameters);
        run.Write(Name, hosts, parameters);
        await WriteStoriesAsync(centre, seconds, hosts, parameters, options.Text("keep", ""), cancellationToken);
    }

    internal static Task<IDataCentre> StartAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var settings = new Dictionary<string, string> { ["PROVISIONING_LIMIT"] = options.Number("limit", 0).ToString(CultureInfo.InvariantCulture) };
        return options.Text("real", "false") == "true" ? RealAsync() : LabAsync();

        async Task<IDataCentre> RealAsync() => await RealCentre.StartAsync(
            options.Number("hosts", 10) + options.Number("warm", 0), options.Text("ipmi", "false") == "true", settings, cancellationToken);

        async Task<IDataCentre> LabAsync()
        {
            List<string> speed = ["--speed", "fast"];
            if (options.Number("stages", 0) is var stage and > 0)
            {
                speed.AddRange(LongStages.SelectMany(name => new[] { "--stage", $"{name}={stage}" }));
            }

            return await LabCentre.StartAsync(speed, settings, cancellationToken);
        }
    }

    internal static (string, object)[] Parameters(BenchOptions options, int hosts) =>
    [
        ("hosts", hosts),
        ("on", options.Text("real", "false") == "true" ? $"real servers, {(options.Text("ipmi", "false") == "true" ? "IPMI" : "Redfish")}" : options.Number("stages", 0) is var stage and > 0 ? $"lab, stages of {stage} s" : "lab, fast"),
        ("limit", options.Number("limit", 0)),
        ("warm", options.Number("warm", 0)),
    ];

    private static async Task WriteStoriesAsync(
        IDataCentre centre, IReadOnlyDictionary<string, double> seconds, int hosts, (string, object)[] parameters, string keep, CancellationToken cancellationToken)
    {
        var client = await Stories.ConnectAsync(centre.Temporal, cancellationToken);
        var events = 0L;
        var lifecycles = new List<(string Type, TimeSpan Time)>();
        await foreach (var execution in client.ListWorkflowsAsync("").WithCancellation(cancellationToken))
        {
            if (execution.Id.Split('/') is not ["host", _, var host, ..] || !seconds.ContainsKey(host))
            {
                continue;
            }

            var told = execution.CloseTime is null
                ? (await client.GetWorkflowHandle(execution.Id, execution.RunId).DescribeAsync()).HistoryLength
                : execution.HistoryLength;
            events += told;
            if (execution is { CloseTime: { } closed, ParentId: not null })
            {
                lifecycles.Add((execution.WorkflowType, closed - execution.StartTime));
            }

            if (keep.Length > 0 && execution.Id.Contains(Fleet.NameOf(hosts / 2), StringComparison.Ordinal))
            {
                Directory.CreateDirectory(keep);
                var history = await client.GetWorkflowHandle(execution.Id, execution.RunId).FetchHistoryAsync();
                await File.WriteAllTextAsync(Path.Combine(keep, $"{execution.WorkflowType}-{history.Events.Count}.json"), history.ToJson(), cancellationToken);
            }
        }

        Figure.Write("hosts", "history_events_per_host", (double)events / hosts, "events", parameters);
        foreach (var type in lifecycles.GroupBy(one => one.Type, StringComparer.Ordinal).OrderBy(type => type.Key, StringComparer.Ordinal))
        {
            Figure.Write("hosts", $"{type.Key}_mean", type.Average(one => one.Time.TotalSeconds), "s", [.. parameters, ("of", type.Count())]);
        }

        var stages = await centre.StageSecondsAsync(cancellationToken);
        if (stages.Count > 0)
        {
            var own = seconds.Values.Sum() - seconds.Keys.Sum(name => stages.GetValueOrDefault(name));
            Figure.Write("hosts", "stages_per_host", seconds.Keys.Average(name => stages.GetValueOrDefault(name)), "s", parameters);
            Figure.Write("hosts", "overhead_per_lifecycle", own / lifecycles.Count, "s", [.. parameters, ("lifecycles", lifecycles.Count)]);
        }
    }
}

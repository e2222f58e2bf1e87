namespace Metal3.Bench.Hosts;

/// <summary>What provisioned hosts cost when nothing happens.</summary>
internal sealed class IdleBench : IBench
{
    public string Name => "idle";

    public string Summary => "provisioned hosts at rest: CPU share, requests per second (--hosts 1000 --seconds 300)";

    public async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var hosts = options.Number("hosts", 1000);
        await using var centre = await HostsBench.StartAsync(options, cancellationToken);
        await new Fleet(centre).ProvisionAsync(hosts, TimeSpan.FromMinutes(15), cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(15), cancellationToken); // what follows the last change is not idleness
        var run = await MeasuredRun.BeginAsync(centre, cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(options.Number("seconds", 300)), cancellationToken);
        await run.EndAsync(cancellationToken);
        run.WriteIdle(Name, [.. HostsBench.Parameters(options, hosts), ("seconds", options.Number("seconds", 300))]);
    }
}

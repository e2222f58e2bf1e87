using System.Net;
using Metal3.Lab.Temporal.Engine;
using Metal3.Lab.Temporal.Frontend;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal;

/// <summary>How an in-memory Temporal server is to run.</summary>
public sealed record LabTemporalOptions
{
    /// <summary>Where to listen. Default: loopback only; the server knows neither users nor TLS.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>TCP port; 0 (default) takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Whether time passes only while something runs, steered by the TestService. Default: real time.</summary>
    public bool TimeSkipping { get; init; }

    /// <summary>Namespaces that exist at start, beside <c>default</c>.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Custom search attributes that exist at start in every namespace: name to type (<c>Keyword</c>, <c>Int</c>, …).</summary>
    public IReadOnlyDictionary<string, string> SearchAttributes { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long a closed run is kept, in the server's own time, which may jump. Default: 24 hours.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many closed runs are kept at most; the oldest go first. Default: 10 000.</summary>
    public int RetainedRuns { get; init; } = 10_000;

    /// <summary>How often the server looks for what it may forget; every closed run outlives one interval.</summary>
    internal TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>For how long a connection may say nothing before it is asked whether it lives, and may take to answer.</summary>
    internal TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>What one run may grow to.</summary>
    internal Limits Limits { get; init; } = new();
}

/// <summary>A Temporal server in this process, for laptops and tests: everything is in memory and gone at the end.</summary>
/// <example><code>await using var temporal = await LabTemporal.StartAsync(new LabTemporalOptions { TimeSkipping = true });</code></example>
public sealed class LabTemporal : IAsyncDisposable
{
    private readonly Server _server;
    private readonly RpcServer _rpc;

    private LabTemporal(Server server, RpcServer rpc)
    {
        _server = server;
        _rpc = rpc;
    }

    /// <summary>What clients connect to, as <c>host:port</c>.</summary>
    public string TargetHost => $"{_rpc.Address.Host}:{_rpc.Address.Port}";

    /// <summary>Calls that have arrived and are neither answered nor given up.</summary>
    internal int CallsInProgress => _rpc.CallsInProgress;

    /// <summary>The port it listens on.</summary>
    public int Port => _rpc.Address.Port;

    /// <summary>Starts a server; it answers when the task completes.</summary>
    /// <exception cref="ArgumentException">An option makes no sense; the message says which.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<LabTemporal> StartAsync(LabTemporalOptions options, CancellationToken cancellationToken)
    {
        if (options.RetainedRuns < 1)
        {
            throw new ArgumentException($"{nameof(options.RetainedRuns)} must be at least 1.", nameof(options));
        }

        var server = new Server(options);
        var rpc = new RpcServer(options.Address, options.Port, options.KeepAlive);
        new WorkflowService(server).MapTo(rpc);
        new OperatorService(server).MapTo(rpc);
        HealthService.MapTo(rpc);
        if (options.TimeSkipping)
        {
            new TestService(server).MapTo(rpc);
        }

        try
        {
            await rpc.StartAsync(cancellationToken);
        }
        catch
        {
            server.Dispose();
            throw;
        }

        return new LabTemporal(server, rpc);
    }

    /// <summary>Stops listening and forgets everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _rpc.DisposeAsync();
        _server.Dispose();
    }
}

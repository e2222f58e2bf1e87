using Metal3.CrdBridge.Admission;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Metal3.CrdBridge.Serving;

/// <summary>The webhook, the probes and the metrics of one bridge.</summary>
internal sealed class BridgeServers(
    IOptions<BridgeOptions> options,
    AdmissionReviews reviews,
    RotatingCertificate certificate,
    BridgeMetrics metrics,
    BridgeState state,
    ILoggerFactory logging,
    ILogger<BridgeServers> logger) : IHostedService, IAsyncDisposable
{
    private readonly List<SmallServer> _servers = [];

    /// <summary>Where the webhook listens; null: it is off, or not started.</summary>
    public Uri? Webhook { get; private set; }

    /// <summary>Where probes are answered; null: nowhere.</summary>
    public Uri? Health { get; private set; }

    /// <summary>Where metrics are told; null: nowhere.</summary>
    public Uri? Metrics { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var given = options.Value;
        if (BridgeOptions.EndPoint(given.HealthAddress) is { } health)
        {
            Health = await ListenAsync("health", health, Plain, AnswerProbeAsync);
        }

        if (BridgeOptions.EndPoint(given.MetricsAddress) is { } scraped)
        {
            Metrics = await ListenAsync("metrics", scraped, Plain, AnswerScrapeAsync);
        }

        if (given.Webhook is { } webhook)
        {
            certificate.Refresh();
            Webhook = await ListenAsync("webhook", webhook, listen => listen.UseHttps(certificate.Handshake()), reviews.AnswerAsync);
        }

        async Task<Uri> ListenAsync(string name, System.Net.IPEndPoint address, Action<ListenOptions> configure, RequestDelegate handle)
        {
            var server = await SmallServer.StartAsync(address, configure, handle, logging, cancellationToken);
            _servers.Add(server);
            logger.Listens(name, server.Address.ToString());
            return server.Address;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        _servers.Clear();
    }

    private static void Plain(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;

    private static Task AnswerAsync(HttpContext http, int status, string type, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>
    /// A replica that answers admission is ready, leader or not, Temporal or not: without it nobody could write hosts at
    /// all. Only a bridge without webhook is ready when it is connected.
    /// </summary>
    private Task AnswerProbeAsync(HttpContext http)
    {
        var serves = Webhook is not null;
        (string Check, bool Passed)[] checks = http.Request.Path.Value switch
        {
            "/healthz" => [("running", state.ExitCode == 0)],
            "/readyz" when serves => [("webhook", certificate.IsLoaded)],
            "/readyz" when options.Value.Webhook is not null => [("webhook", false)],
            "/readyz" => [("connected", state.IsConnected || (options.Value.EnableLeaderElection && !state.IsLeader))],
            _ => [],
        };
        if (checks.Length == 0)
        {
            return AnswerAsync(http, StatusCodes.Status404NotFound, "text/plain", "ask /healthz or /readyz\n");
        }

        var passed = checks.All(check => check.Passed);
        var lines = checks.Select(check => $"[{(check.Passed ? '+' : '-')}]{check.Check} {(check.Passed ? "ok" : "failed")}\n");
        return AnswerAsync(
            http,
            passed ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            "text/plain",
            passed && !http.Request.Query.ContainsKey("verbose") ? "ok" : string.Concat(lines)
                + $"leader: {state.IsLeader}, connected: {state.IsConnected}\n");
    }

    private Task AnswerScrapeAsync(HttpContext http) => http.Request.Path.Value == "/metrics"
        ? AnswerAsync(http, StatusCodes.Status200OK, "text/plain; version=0.0.4; charset=utf-8", metrics.Text(state))
        : AnswerAsync(http, StatusCodes.Status404NotFound, "text/plain", "ask /metrics\n");
}

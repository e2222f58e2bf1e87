using System.Globalization;
using System.Net;
using System.Text;
using Metal3.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Metal3.CrdBridge.Tests.Bridge;

public sealed class ProcessTests : IAsyncLifetime
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "Metal3.CrdBridge.dll");
    private Rig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await Rig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Help_names_the_flags_and_is_no_failure()
    {
        var help = await RunningProcess.OutputOfAsync("dotnet", [Program, "--help"]);

        Assert.Contains("--enable-leader-election", help, StringComparison.Ordinal);
        Assert.Contains("--webhook-port", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_options_are_all_named_and_nothing_starts()
    {
        await using var bridge = RunningProcess.Start(
            "dotnet",
            [Program, "--kubeconfig", "/no/such/file", "--health-addr", "nowhere", "--tls-min-version", "TLS11", "--enable-leader-election"],
            environment: new Dictionary<string, string?>(StringComparer.Ordinal) { ["RENEW_DEADLINE_SECONDS"] = "60", ["WATCH_NAMESPACE"] = "Not_One" });

        Assert.Equal(1, await bridge.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.All(
            ["/no/such/file", "nowhere", "--tls-min-version", "RENEW_DEADLINE_SECONDS", "WATCH_NAMESPACE holds 'Not_One'"],
            text => Assert.Contains(text, bridge.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_number_that_is_none_is_named()
    {
        await using var bridge = RunningProcess.Start(
            "dotnet", [Program], environment: new Dictionary<string, string?>(StringComparer.Ordinal) { ["LEASE_DURATION_SECONDS"] = "soon" });

        Assert.Equal(1, await bridge.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("LeaseDurationSeconds", bridge.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leader_that_is_killed_is_replaced_and_a_leader_that_is_told_to_stop_hands_over()
    {
        await using var first = Start();
        await first.LineWithAsync("leads now");
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);
        await using var second = Start();
        await second.LineWithAsync("The leader is");

        first.Kill();
        await second.LineWithAsync("leads now");
        Assert.Equal("changed default/a", (await _rig.Notes.NextAsync()).ToString());
        await using var third = Start();
        await third.LineWithAsync("The leader is");
        await RunningProcess.OutputOfAsync("kill", ["-TERM", second.Id.ToString(CultureInfo.InvariantCulture)]);

        Assert.Equal(0, await second.ExitAsync(TimeSpan.FromSeconds(20)));
        await third.LineWithAsync("leads now");
    }

    [Fact]
    public async Task With_a_collector_configured_deliveries_and_calls_are_traced_and_no_secret_is()
    {
        var spans = new StringBuilder();
        await using var collector = await CollectAsync(spans);
        await _rig.SecretAsync("bmc", "s3cret-password");
        await _rig.HostAsync("traced", spec: """{"bmc": {"address": "ipmi://user:s3cret-in-url@10.0.0.1", "credentialsName": "bmc"}}""");

        await using var bridge = Start(new(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        });
        await _rig.Notes.NextAsync(2);
        await RunningProcess.OutputOfAsync("kill", ["-TERM", bridge.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal(0, await bridge.ExitAsync(TimeSpan.FromSeconds(30))); // what is left is sent at the end

        var sent = spans.ToString();
        Assert.All(
            ["metal3-crd-bridge", "Metal3.CrdBridge", "deliver host", "traced", "System.Net.Http"],
            word => Assert.Contains(word, sent, StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_away_disturbs_nothing()
    {
        await using var bridge = Start(new(StringComparer.Ordinal) { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{RealServers.FreePort()}" });

        await _rig.HostAsync("a");

        Assert.Equal(["changed default/a", "started default/a"], await _rig.Notes.NextAsync(2));
        await RunningProcess.OutputOfAsync("kill", ["-TERM", bridge.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal(0, await bridge.ExitAsync(TimeSpan.FromSeconds(30)));
    }

    /// <summary>Takes every export, and notes its bytes as text.</summary>
    private static async Task<WebApplication> CollectAsync(StringBuilder spans)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var collector = builder.Build();
        collector.Run(async http =>
        {
            using var body = new StreamReader(http.Request.Body, Encoding.Latin1);
            var text = await body.ReadToEndAsync(http.RequestAborted);
            lock (spans)
            {
                spans.Append(text);
            }
        });
        await collector.StartAsync(Rig.Cancellation);
        return collector;
    }

    private RunningProcess Start(Dictionary<string, string?>? environment = null) => RunningProcess.Start(
        "dotnet",
        [
            Program, "--kubeconfig", _rig.Kubeconfig, "--temporal-address", _rig.Temporal.TargetHost, "--temporal-namespace", _rig.Namespace,
            "--webhook-port=0", "--health-addr", "0", "--metrics-addr", "0", "--enable-leader-election",
            "--lease-duration-seconds", "3", "--renew-deadline-seconds", "2", "--retry-period-seconds", "1",
        ],
        environment: environment);
}

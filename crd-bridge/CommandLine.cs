using System.CommandLine;
using System.CommandLine.Parsing;

namespace Metal3.CrdBridge;

/// <summary>Flags and environment variables, named as upstream where upstream has them, as configuration.</summary>
internal static class CommandLine
{
    private static readonly (string Variable, string Key)[] Variables =
    [
        ("WATCH_NAMESPACE", nameof(BridgeOptions.WatchNamespace)),
        ("POD_NAMESPACE", nameof(BridgeOptions.PodNamespace)),
        ("LEASE_DURATION_SECONDS", nameof(BridgeOptions.LeaseDurationSeconds)),
        ("RENEW_DEADLINE_SECONDS", nameof(BridgeOptions.RenewDeadlineSeconds)),
        ("RETRY_PERIOD_SECONDS", nameof(BridgeOptions.RetryPeriodSeconds)),
    ];

    private static readonly (Option Option, string Key)[] Flags =
    [
        Text("--namespace", nameof(BridgeOptions.WatchNamespace), "Namespaces to watch, separated by commas (WATCH_NAMESPACE). Empty: all."),
        Text("--kubeconfig", nameof(BridgeOptions.Kubeconfig), "Kubeconfig. Empty: the pod's service account, else KUBECONFIG."),
        Text("--temporal-address", nameof(BridgeOptions.TemporalAddress), "host:port of Temporal (TEMPORAL_ADDRESS). Namespace, TLS and API key: TEMPORAL_* or a profile."),
        Text("--temporal-namespace", nameof(BridgeOptions.TemporalNamespace), "Namespace in Temporal (TEMPORAL_NAMESPACE)."),
        Number("--webhook-port", nameof(BridgeOptions.WebhookPort), "Port of the admission webhook; 0 switches it off. Default: 9443."),
        Text("--webhook-cert-dir", nameof(BridgeOptions.WebhookCertDir), "Directory of tls.crt and tls.key. Default: /tmp/k8s-webhook-server/serving-certs."),
        Text("--tls-min-version", nameof(BridgeOptions.TlsMinVersion), "TLS12 (default) or TLS13."),
        Text("--tls-max-version", nameof(BridgeOptions.TlsMaxVersion), "TLS12 or TLS13 (default)."),
        Text("--health-addr", nameof(BridgeOptions.HealthAddress), "Address of /healthz and /readyz; 0 switches it off. Default: :9440."),
        Text("--metrics-addr", nameof(BridgeOptions.MetricsAddress), "Address of /metrics, plain HTTP; 0 switches it off. Default: :8080."),
        Switch("--enable-leader-election", nameof(BridgeOptions.EnableLeaderElection), "Watch only while holding the lease. Default: no."),
        Number("--lease-duration-seconds", nameof(BridgeOptions.LeaseDurationSeconds), "A leader silent for so long is replaced (LEASE_DURATION_SECONDS). Default: 15."),
        Number("--renew-deadline-seconds", nameof(BridgeOptions.RenewDeadlineSeconds), "A leader that cannot renew for so long stops (RENEW_DEADLINE_SECONDS). Default: 10."),
        Number("--retry-period-seconds", nameof(BridgeOptions.RetryPeriodSeconds), "Pause between attempts at the lease (RETRY_PERIOD_SECONDS). Default: 2."),
        (new Option<bool>("--dev") { Description = "Log as text, and more of it." }, "Dev"),
    ];

    /// <summary>Reads the command line and calls <paramref name="run"/> with what was given, unless help was asked for.</summary>
    /// <returns>The process's exit code.</returns>
    public static Task<int> InvokeAsync(string[] args, Func<IReadOnlyDictionary<string, string?>, CancellationToken, Task<int>> run)
    {
        var root = new RootCommand(
            "Carries changes of BareMetalHosts and what belongs to them from Kubernetes to Temporal, and validates them at admission.\n"
            + "Every option can also be given as environment variable Bridge__NAME; Temporal is found by TEMPORAL_ADDRESS,\n"
            + "TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_* or a profile file.\n"
            + "Traces go to OTEL_EXPORTER_OTLP_ENDPOINT; none are made without it.");
        foreach (var (option, _) in Flags)
        {
            root.Options.Add(option);
        }

        root.SetAction((parsed, cancellation) => run(Configuration(parsed), cancellation));
        return root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = null });
    }

    private static Dictionary<string, string?> Configuration(ParseResult parsed)
    {
        var configuration = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (variable, key) in Variables)
        {
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
            {
                configuration[$"{BridgeOptions.Section}:{key}"] = value;
            }
        }

        foreach (var (option, key) in Flags)
        {
            if (parsed.GetResult(option) is OptionResult { Implicit: false } given)
            {
                configuration[$"{BridgeOptions.Section}:{key}"] = given.Tokens is [.., var last] ? last.Value : "true";
            }
        }

        return configuration;
    }

    private static (Option Option, string Key) Text(string flag, string key, string help) =>
        (new Option<string>(flag) { Description = help }, key);

    private static (Option Option, string Key) Number(string flag, string key, string help) =>
        (new Option<int>(flag) { Description = help }, key);

    private static (Option Option, string Key) Switch(string flag, string key, string help) =>
        (new Option<bool>(flag) { Description = help }, key);
}

using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;

namespace Metal3.CrdBridge;

/// <summary>Everything that can be said about a bridge; every default suits a pod in a cluster.</summary>
public sealed class BridgeOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Bridge";

    /// <summary>File that says where the API server is; empty: the pod's own service account, else <c>KUBECONFIG</c>.</summary>
    public string Kubeconfig { get; set; } = "";

    /// <summary>Namespaces to watch, separated by commas (<c>WATCH_NAMESPACE</c>); empty: all.</summary>
    public string WatchNamespace { get; set; } = "";

    /// <summary>Namespace of this process (<c>POD_NAMESPACE</c>), where the lease is kept; empty: see <see cref="LeaseNamespace"/>.</summary>
    public string PodNamespace { get; set; } = "";

    /// <summary><c>host:port</c> of Temporal's front end; empty: <c>TEMPORAL_ADDRESS</c> or the profile, else <c>localhost:7233</c>.</summary>
    public string TemporalAddress { get; set; } = "";

    /// <summary>Temporal namespace; empty: <c>TEMPORAL_NAMESPACE</c> or the profile, else <c>default</c>.</summary>
    public string TemporalNamespace { get; set; } = "";

    /// <summary>Port of the admission webhook on every interface; 0 switches it off. Default: 9443.</summary>
    [Range(0, 65535)]
    public int WebhookPort { get; set; } = 9443;

    /// <summary><c>address:port</c> of the webhook instead of <see cref="WebhookPort"/>; port 0 takes a free one. Empty: not used.</summary>
    public string WebhookAddress { get; set; } = "";

    /// <summary>Directory of the webhook's <c>tls.crt</c> and <c>tls.key</c>; read again when they change.</summary>
    public string WebhookCertDir { get; set; } = "/tmp/k8s-webhook-server/serving-certs";

    /// <summary>How often, at most, the certificate files are looked at. Default: five seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan CertificateCheckInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Lowest TLS version of the webhook: <c>TLS12</c> or <c>TLS13</c>.</summary>
    [AllowedValues("TLS12", "TLS13", ErrorMessage = "--tls-min-version must be TLS12 or TLS13.")]
    public string TlsMinVersion { get; set; } = "TLS12";

    /// <summary>Highest TLS version of the webhook: <c>TLS12</c> or <c>TLS13</c>.</summary>
    [AllowedValues("TLS12", "TLS13", ErrorMessage = "--tls-max-version must be TLS12 or TLS13.")]
    public string TlsMaxVersion { get; set; } = "TLS13";

    /// <summary><c>address:port</c> of <c>/healthz</c> and <c>/readyz</c>; empty or 0: off.</summary>
    public string HealthAddress { get; set; } = ":9440";

    /// <summary><c>address:port</c> of <c>/metrics</c>, plain HTTP; empty or 0: off.</summary>
    public string MetricsAddress { get; set; } = ":8080";

    /// <summary>Whether only the holder of a Lease watches. Default: no, as upstream; the deployment says yes.</summary>
    public bool EnableLeaderElection { get; set; }

    /// <summary>Name of the Lease.</summary>
    [Required]
    public string LeaseName { get; set; } = "metal3-crd-bridge";

    /// <summary>A leader silent for this long is replaced. Default: 15 s.</summary>
    [Range(1, 32767)]
    public int LeaseDurationSeconds { get; set; } = 15;

    /// <summary>A leader that cannot renew for this long stops. Default: 10 s.</summary>
    [Range(1, 32767)]
    public int RenewDeadlineSeconds { get; set; } = 10;

    /// <summary>Pause between attempts to take or renew the lease. Default: 2 s.</summary>
    [Range(1, 32767)]
    public int RetryPeriodSeconds { get; set; } = 2;

    /// <summary>Pause between two comparisons of hosts with open workflows. Default: two minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan ResyncInterval { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Hosts that are told to Temporal at the same time. Default: 16.</summary>
    [Range(1, 1024)]
    public int ConcurrentDeliveries { get; set; } = 16;

    /// <summary>Longest pause before a host that could not be delivered is tried again. Default: ten seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.250", "00:10:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long hosts wait for the first list of secrets and companions. Default: 15 s; then they go without.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan RelatedPatience { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary><see cref="WatchNamespace"/> as a list; empty: all.</summary>
    internal IReadOnlyList<string> Namespaces =>
        WatchNamespace.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Where the webhook listens; null: nowhere.</summary>
    internal IPEndPoint? Webhook => WebhookAddress.Length > 0
        ? EndPoint(WebhookAddress)
        : WebhookPort == 0 ? null : new IPEndPoint(IPAddress.IPv6Any, WebhookPort);

    /// <summary>Namespace of the lease: the pod's, else the only one watched; null: the kubeconfig's.</summary>
    internal string? LeaseNamespace => PodNamespace.Length > 0 ? PodNamespace : Namespaces is [var only] ? only : null;

    /// <summary>Reads <c>:port</c>, <c>address:port</c> or <c>localhost:port</c>; null for nothing or <c>0</c>.</summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    internal static IPEndPoint? EndPoint(string text)
    {
        if (text is "" or "0")
        {
            return null;
        }

        var colon = text.LastIndexOf(':');
        if (colon >= 0 && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            var address = text[..colon];
            if (address.Length == 0)
            {
                return new(IPAddress.IPv6Any, port);
            }

            if (address == "localhost")
            {
                return new(IPAddress.Loopback, port);
            }

            if (IPAddress.TryParse(address, out var parsed))
            {
                return new(parsed, port);
            }
        }

        throw new FormatException($"'{text}' is no address: write :9440, 127.0.0.1:9440 or [::1]:9440; 0 switches it off.");
    }
}

[OptionsValidator]
internal sealed partial class BridgeRanges : IValidateOptions<BridgeOptions>;

/// <summary>What one attribute cannot say.</summary>
internal sealed class BridgeRules : IValidateOptions<BridgeOptions>
{
    public ValidateOptionsResult Validate(string? name, BridgeOptions options)
    {
        var wrong = new List<string>();
        if (options.EnableLeaderElection && options.RenewDeadlineSeconds >= options.LeaseDurationSeconds)
        {
            wrong.Add($"RENEW_DEADLINE_SECONDS ({options.RenewDeadlineSeconds}) must be less than "
                + $"LEASE_DURATION_SECONDS ({options.LeaseDurationSeconds}), or two bridges would lead at once.");
        }

        if (options.EnableLeaderElection && options.RetryPeriodSeconds >= options.RenewDeadlineSeconds)
        {
            wrong.Add($"RETRY_PERIOD_SECONDS ({options.RetryPeriodSeconds}) must be less than "
                + $"RENEW_DEADLINE_SECONDS ({options.RenewDeadlineSeconds}), or no lease can be kept.");
        }

        if (string.CompareOrdinal(options.TlsMinVersion, options.TlsMaxVersion) > 0)
        {
            wrong.Add($"--tls-min-version ({options.TlsMinVersion}) must not be above --tls-max-version ({options.TlsMaxVersion}).");
        }

        if (options.Kubeconfig.Length > 0 && !File.Exists(options.Kubeconfig))
        {
            wrong.Add($"--kubeconfig names '{options.Kubeconfig}', which does not exist.");
        }

        Check("--health-addr", options.HealthAddress);
        Check("--metrics-addr", options.MetricsAddress);
        Check("Bridge:WebhookAddress", options.WebhookAddress);
        wrong.AddRange(options.Namespaces
            .Where(ns => ns.Length > 63 || ns.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-'))
            .Select(ns => $"WATCH_NAMESPACE holds '{ns}', which is no namespace's name; separate names by commas."));
        return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);

        void Check(string flag, string address)
        {
            try
            {
                _ = BridgeOptions.EndPoint(address);
            }
            catch (FormatException e)
            {
                wrong.Add($"{flag}: {e.Message}");
            }
        }
    }
}

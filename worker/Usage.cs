namespace Metal3.Worker;

/// <summary>The command line.</summary>
internal static class Usage
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Text = """
        Metal3.Worker: hosts the workflows and activities of bare metal hosts.

        Options (also as configuration, e.g. Host__MaxProvisioningRetries=3):
          --max-provisioning-retries N   failed provisionings of one image before a person is needed; 0: never (default 5)
          --build-preprov-image          give hosts PreprovisioningImages of their own
          --health-addr ADDRESS          /healthz, /readyz and /metrics (default +:9440)
          -h, --help                     this text

        Environment:
          IRONIC_ENDPOINT                URL of Ironic, e.g. http://ironic.metal3:6385 (required)
          METAL3_AUTH_ROOT_DIR, IRONIC_CACERT_FILE, IRONIC_INSECURE, IRONIC_CLIENT_TIMEOUT, …   as upstream's
          DEPLOY_KERNEL_URL, DEPLOY_RAMDISK_URL, DEPLOY_ISO_URL                                 as upstream's
          PROVISIONING_LIMIT             hosts that boot from the network at the same time (default 20)
          TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_*                the Temporal server
          WATCH_NAMESPACE                namespaces of the hosts, separated by commas, as the bridge's; empty: all
          KUBECONFIG                     the cluster, unless run inside one
          OTEL_EXPORTER_OTLP_ENDPOINT    where traces go; none are made without it
        """;

    /// <summary>Upstream's flags without a value, as configuration.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Flags(string[] arguments) =>
        arguments.Contains("--build-preprov-image", StringComparer.Ordinal) ? [new("build-preprov-image", "true")] : [];
}

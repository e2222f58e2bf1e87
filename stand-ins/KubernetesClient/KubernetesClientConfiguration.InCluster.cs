using k8s.Authentication;
using k8s.Exceptions;

namespace k8s;

public partial class KubernetesClientConfiguration
{
    /// <summary>Where the kubelet mounts the service account; tests mount it elsewhere.</summary>
    internal static string ServiceAccountDirectory { get; set; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static bool IsInCluster() =>
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"))
        && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT"))
        && File.Exists(Path.Combine(ServiceAccountDirectory, "token"))
        && File.Exists(Path.Combine(ServiceAccountDirectory, "ca.crt"));

    public static KubernetesClientConfiguration InClusterConfig()
    {
        if (!IsInCluster())
        {
            throw new KubeConfigException(
                "This process is not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be set, and "
                + $"{ServiceAccountDirectory} must hold token and ca.crt.");
        }

        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        if (host.Contains(':', StringComparison.Ordinal) && host[0] != '[')
        {
            host = $"[{host}]";
        }

        var namespaceFile = Path.Combine(ServiceAccountDirectory, "namespace");
        return new KubernetesClientConfiguration
        {
            Host = $"https://{host}:{Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT")}",
            TokenProvider = new TokenFileAuth(Path.Combine(ServiceAccountDirectory, "token")),
            SslCaCerts = Certificates.Authorities(
                File.ReadAllText(Path.Combine(ServiceAccountDirectory, "ca.crt")), "ca.crt of the service account"),
            Namespace = File.Exists(namespaceFile) ? File.ReadAllText(namespaceFile).Trim() : null,
        };
    }

    /// <summary>The kubeconfig if there is one, else the service account, else a server on localhost:8080.</summary>
    public static KubernetesClientConfiguration BuildDefaultConfig()
    {
        var variable = Environment.GetEnvironmentVariable(KubeConfigVariable);
        if (!string.IsNullOrEmpty(variable) || File.Exists(KubeConfigDefaultLocation))
        {
            return BuildConfigFromConfigFile();
        }

        return IsInCluster() ? InClusterConfig() : new KubernetesClientConfiguration { Host = "http://localhost:8080" };
    }
}

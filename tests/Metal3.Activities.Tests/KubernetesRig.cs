using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Metal3.Lab.Kubernetes;

namespace Metal3.Activities.Tests;

/// <summary>A Kubernetes API that serves our definitions and the Ironic operator's.</summary>
internal sealed class KubernetesRig : IAsyncDisposable
{
    /// <summary>As much of the Ironic operator's definition as we read.</summary>
    private const string Ironics = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: ironics.ironic.metal3.io
        spec:
          group: ironic.metal3.io
          names: {kind: Ironic, listKind: IronicList, plural: ironics, singular: ironic}
          scope: Namespaced
          versions:
            - name: v1alpha1
              served: true
              storage: true
              subresources: {status: {}}
              schema:
                openAPIV3Schema:
                  type: object
                  x-kubernetes-preserve-unknown-fields: true
        """;

    private readonly LabKubernetes _server;
    private readonly string _directory;

    private KubernetesRig(LabKubernetes server, string directory, IKubernetes client) =>
        (_server, _directory, Client) = (server, directory, client);

    public IKubernetes Client { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<KubernetesRig> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("metal3-activities-").FullName;
        var definition = Path.Combine(directory, "ironics.yaml");
        await File.WriteAllTextAsync(definition, Ironics, Cancellation);
        var kubeconfig = Path.Combine(directory, "kubeconfig");
        var server = await LabKubernetes.StartAsync(
            new LabKubernetesOptions { CrdPaths = [Definitions(), definition], KubeconfigPath = kubeconfig }, Cancellation);
        var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
        return new KubernetesRig(server, directory, client);
    }

    public async Task SecretAsync(string name, params (string Key, string Value)[] values)
    {
        var secret = new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = name },
            Data = values.ToDictionary(one => one.Key, one => System.Text.Encoding.UTF8.GetBytes(one.Value), StringComparer.Ordinal),
        };
        try
        {
            await Client.CoreV1.DeleteNamespacedSecretAsync(name, "default", cancellationToken: Cancellation);
        }
        catch (k8s.Autorest.HttpOperationException)
        {
            // There was none.
        }

        await Client.CoreV1.CreateNamespacedSecretAsync(secret, "default", cancellationToken: Cancellation);
    }

    public async Task<JsonNode> CreateAsync(string group, string plural, string json) => JsonNode.Parse(
        (await Client.CustomObjects.CreateNamespacedCustomObjectAsync<JsonElement>(
            JsonSerializer.Deserialize<JsonElement>(json), group, "v1alpha1", "default", plural, cancellationToken: Cancellation)).GetRawText())!;

    public async Task<JsonNode> ReadAsync(string group, string plural, string name) => JsonNode.Parse(
        (await Client.CustomObjects.GetNamespacedCustomObjectAsync<JsonElement>(
            group, "v1alpha1", "default", plural, name, Cancellation)).GetRawText())!;

    public async Task PatchAsync(string group, string plural, string name, string merge) =>
        _ = await Client.CustomObjects.PatchNamespacedCustomObjectAsync<JsonElement>(
            new V1Patch(merge, V1Patch.PatchType.MergePatch), group, "v1alpha1", "default", plural, name, cancellationToken: Cancellation);

    public async Task PatchStatusAsync(string group, string plural, string name, string merge) =>
        _ = await Client.CustomObjects.PatchNamespacedCustomObjectStatusAsync<JsonElement>(
            new V1Patch(merge, V1Patch.PatchType.MergePatch), group, "v1alpha1", "default", plural, name, cancellationToken: Cancellation);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static string Definitions()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (Path.Combine(at.FullName, "deploy", "crds") is var found && Directory.Exists(found))
            {
                return found;
            }
        }

        throw new InvalidOperationException("deploy/crds is not above the tests.");
    }
}

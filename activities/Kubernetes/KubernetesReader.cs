using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Activities.Kubernetes;

/// <summary>Reads through the Kubernetes API, nothing cached: a destructive step needs what is true now.</summary>
internal sealed class KubernetesReader(IKubernetes kubernetes) : IHostReader, ISecretReader
{
    /// <inheritdoc/>
    public async Task<BareMetalHost?> FindHostAsync(HostKey host, CancellationToken cancellationToken)
    {
        var found = await FindCompanionAsync<BareMetalHost>(Metal3Group.BareMetalHost, host, cancellationToken);
        return found?.Metadata.Uid == host.Uid ? found : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BareMetalHost>> ListHostsAsync(string? @namespace, CancellationToken cancellationToken)
    {
        var kind = Metal3Group.BareMetalHost;
        var json = @namespace is null
            ? await kubernetes.CustomObjects.ListClusterCustomObjectAsync<JsonElement>(
                Metal3Group.Name, Metal3Group.Version, kind.Plural, cancellationToken: cancellationToken)
            : await kubernetes.CustomObjects.ListNamespacedCustomObjectAsync<JsonElement>(
                Metal3Group.Name, Metal3Group.Version, @namespace, kind.Plural, cancellationToken: cancellationToken);
        return Metal3Json.Deserialize<ResourceList<BareMetalHost>>(json).Items;
    }

    /// <inheritdoc/>
    public async Task<T?> FindCompanionAsync<T>(ResourceKind kind, HostKey host, CancellationToken cancellationToken)
        where T : Metal3Resource
    {
        try
        {
            var json = await kubernetes.CustomObjects.GetNamespacedCustomObjectAsync<JsonElement>(
                Metal3Group.Name, Metal3Group.Version, host.Namespace, kind.Plural, host.Name, cancellationToken);
            return Metal3Json.Deserialize<T>(json);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<string> ReadClusterAsync(CancellationToken cancellationToken)
    {
        var system = await kubernetes.CoreV1.ReadNamespaceAsync("kube-system", cancellationToken: cancellationToken);
        return system.Metadata.Uid;
    }

    /// <inheritdoc/>
    public async Task<SecretData?> FindSecretAsync(string @namespace, string name, CancellationToken cancellationToken)
    {
        try
        {
            var secret = await kubernetes.CoreV1.ReadNamespacedSecretAsync(name, @namespace, cancellationToken: cancellationToken);
            return new SecretData(
                name,
                secret.Metadata.ResourceVersion ?? "",
                secret.Type,
                secret.Data is { } data ? new Dictionary<string, byte[]>(data, StringComparer.Ordinal) : []);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}

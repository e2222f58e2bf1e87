using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Activities.Kubernetes;

/// <summary>The namespaces whose hosts this installation serves; none: all of them.</summary>
internal sealed record WatchedNamespaces(IReadOnlyList<string> Names)
{
    /// <summary>Reads upstream's <c>WATCH_NAMESPACE</c>: names separated by commas.</summary>
    public static WatchedNamespaces FromEnvironment(Func<string, string?> variable) => new(
        [.. (variable("WATCH_NAMESPACE") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)]);
}

/// <summary>Reads through the Kubernetes API, nothing cached: a destructive step needs what is true now.</summary>
internal sealed class KubernetesReader(IKubernetes kubernetes, WatchedNamespaces? watched = null) : IHostReader, ISecretReader
{
    /// <inheritdoc/>
    public async Task<BareMetalHost?> FindHostAsync(HostKey host, CancellationToken cancellationToken)
    {
        var found = await FindCompanionAsync<BareMetalHost>(Metal3Group.BareMetalHost, host, cancellationToken);
        return found?.Metadata.Uid == host.Uid ? found : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<BareMetalHost>> ListHostsAsync(CancellationToken cancellationToken)
    {
        var kind = Metal3Group.BareMetalHost;
        if (watched is not { Names.Count: > 0 })
        {
            return Items(await kubernetes.CustomObjects.ListClusterCustomObjectAsync<JsonElement>(
                Metal3Group.Name, Metal3Group.Version, kind.Plural, cancellationToken: cancellationToken));
        }

        // One by one: a service account that may see these namespaces may not list them all at once.
        var hosts = new List<BareMetalHost>();
        foreach (var name in watched.Names)
        {
            hosts.AddRange(Items(await kubernetes.CustomObjects.ListNamespacedCustomObjectAsync<JsonElement>(
                Metal3Group.Name, Metal3Group.Version, name, kind.Plural, cancellationToken: cancellationToken)));
        }

        return hosts;

        static IReadOnlyList<BareMetalHost> Items(JsonElement list) => Metal3Json.Deserialize<ResourceList<BareMetalHost>>(list).Items;
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
            secret = await LabelledAsync(secret, cancellationToken);
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

    /// <summary>Every secret that is read gets the label by which the bridge watches for its changes, unless it has one of its own.</summary>
    private async Task<V1Secret> LabelledAsync(V1Secret secret, CancellationToken cancellationToken)
    {
        if (secret.Metadata.Labels?.ContainsKey(LabelKeys.Environment) is true || secret.Metadata.DeletionTimestamp is not null)
        {
            return secret;
        }

        var patch = new JsonArray
        {
            new JsonObject { ["op"] = "test", ["path"] = "/metadata/uid", ["value"] = secret.Metadata.Uid },
            secret.Metadata.Labels is null
                ? new JsonObject { ["op"] = "add", ["path"] = "/metadata/labels", ["value"] = new JsonObject { [LabelKeys.Environment] = LabelKeys.EnvironmentBaremetal } }
                : new JsonObject
                {
                    ["op"] = "add",
                    ["path"] = "/metadata/labels/" + LabelKeys.Environment.Replace("/", "~1", StringComparison.Ordinal),
                    ["value"] = LabelKeys.EnvironmentBaremetal,
                },
        };
        try
        {
            return await kubernetes.CoreV1.PatchNamespacedSecretAsync(
                new V1Patch(patch.ToJsonString(), V1Patch.PatchType.JsonPatch), secret.Metadata.Name, secret.Metadata.NamespaceProperty,
                cancellationToken: cancellationToken);
        }
        catch (HttpOperationException e) when (
            e.Response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Conflict or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)
        {
            return secret; // it can be read, and that is what it is needed for; only its next change is noticed later
        }
    }
}

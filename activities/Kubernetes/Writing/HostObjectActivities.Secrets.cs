using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Temporalio.Activities;
using Temporalio.Exceptions;

namespace Metal3.Activities.Kubernetes.Writing;

/// <content>Claiming and releasing secrets; their data are looked at here and nowhere kept.</content>
internal sealed partial class HostObjectActivities
{
    /// <inheritdoc/>
    [Activity]
    public Task<ClaimedCredentials> ClaimCredentialsAsync(ClaimCredentialsRequest request) => ObjectStore.ToldAsync(request.Host, async () =>
    {
        var host = Typed(await _objects.HostAsync(request.Host, Cancellation));
        var spec = host.Spec ?? new();
        if (spec.PreprovisioningNetworkDataName is { Length: > 0 } network)
        {
            await ClaimSecretAsync(request.Host, network, owned: false, finalizer: !request.Deleting);
        }

        // Upstream's order: reference, secret, address, user, password.
        string? problem = null;
        V1Secret? secret = null;
        if (spec.Bmc.CredentialsName.Length == 0)
        {
            problem = "No BMC CredentialsName defined The BMC secret reference is empty; name a Secret in spec.bmc.credentialsName";
        }
        else
        {
            secret = await ClaimSecretAsync(request.Host, spec.Bmc.CredentialsName, owned: true, finalizer: !request.Deleting);
            if (secret is null && !request.Deleting)
            {
                throw new ApplicationFailureException(
                    $"BMC CredentialsName secret doesn't exist The BMC secret {request.Host.Namespace}/{spec.Bmc.CredentialsName} does not exist; "
                    + "create it with username and password", FailureTypes.CredentialsMissing);
            }

            problem ??= spec.Bmc.Address.Length == 0 ? "Missing BMC connection detail 'Address'; fill spec.bmc.address" : null;
            foreach (var key in new[] { "username", "password" })
            {
                problem ??= Value(secret, key).Length == 0
                    ? $"Validation error with BMC credentials: Missing BMC connection details '{key}' in credentials; "
                        + $"add it to the Secret {request.Host.Namespace}/{spec.Bmc.CredentialsName}"
                    : null;
            }
        }

        if (problem is not null)
        {
            return request.Deleting
                ? new ClaimedCredentials()
                : throw new ApplicationFailureException(problem, FailureTypes.CredentialsInvalid, nonRetryable: true);
        }

        return new ClaimedCredentials
        {
            Name = spec.Bmc.CredentialsName,
            Version = secret?.Metadata.ResourceVersion ?? "",
            Usable = secret is not null,
        };
    });

    /// <inheritdoc/>
    [Activity]
    public Task ReleaseAsync(NodeRequest request) => ObjectStore.ToldAsync(request.Host, async () =>
    {
        JsonObject raw;
        try
        {
            raw = await _objects.HostAsync(request.Host, Cancellation);
        }
        catch (ApplicationFailureException gone) when (gone.ErrorType is FailureTypes.HostGone)
        {
            return false; // an earlier attempt got this far
        }

        var host = Typed(raw);
        if (host.Metadata.DeletionTimestamp is null)
        {
            throw new ApplicationFailureException(
                $"{request.Host} has no deletionTimestamp: nothing is released.", FailureTypes.HostGone, nonRetryable: true);
        }

        var (space, name) = (request.Host.Namespace, request.Host.Name);
        if (host.Spec?.Bmc.CredentialsName is { Length: > 0 } credentials)
        {
            await ReleaseSecretAsync(space, credentials, request.Host);
        }

        if (host.Spec?.PreprovisioningNetworkDataName is { Length: > 0 } network)
        {
            await ReleaseSecretAsync(space, network, request.Host);
        }

        await ReleaseFinalizerAsync(
            Metal3Group.PreprovisioningImage,
            await _objects.FindAsync(Metal3Group.PreprovisioningImage, space, name, Cancellation),
            FinalizerNames.HostPreprovisioningImage);
        await ReleaseFinalizerAsync(
            Metal3Group.HardwareData, await _objects.FindAsync(Metal3Group.HardwareData, space, name, Cancellation), FinalizerNames.HardwareData);
        await ReleaseFinalizerAsync(Metal3Group.BareMetalHost, raw, FinalizerNames.Host);
        return true;
    });

    private static string Value(V1Secret? secret, string key) =>
        secret?.Data?.TryGetValue(key, out var bytes) is true ? Encoding.UTF8.GetString(bytes).Trim() : "";

    /// <summary>Label, owner and finalizer in one patch; nothing is written when all are there.</summary>
    private async Task<V1Secret?> ClaimSecretAsync(HostKey host, string name, bool owned, bool finalizer)
    {
        V1Secret secret;
        try
        {
            secret = await kubernetes.CoreV1.ReadNamespacedSecretAsync(name, host.Namespace, cancellationToken: Cancellation);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }

        var patch = new JsonArray { new JsonObject { ["op"] = "test", ["path"] = "/metadata/uid", ["value"] = secret.Metadata.Uid } };
        if (secret.Metadata.Labels?.ContainsKey(LabelKeys.Environment) is not true)
        {
            patch.Add((JsonNode)(secret.Metadata.Labels is null
                ? Add("/metadata/labels", new JsonObject { [LabelKeys.Environment] = LabelKeys.EnvironmentBaremetal })
                : Add("/metadata/labels/" + LabelKeys.Environment.Replace("/", "~1", StringComparison.Ordinal), LabelKeys.EnvironmentBaremetal)));
        }

        if (owned)
        {
            var owners = JsonNode.Parse(KubernetesJson.Serialize(secret.Metadata.OwnerReferences ?? []));
            if (ObjectStore.OwnersWith(owners, host, controller: false) is { } changed)
            {
                patch.Add((JsonNode)Add("/metadata/ownerReferences", changed));
            }
        }

        if (finalizer && secret.Metadata.Finalizers?.Contains(FinalizerNames.Secret) is not true && secret.Metadata.DeletionTimestamp is null)
        {
            patch.Add((JsonNode)(secret.Metadata.Finalizers is null
                ? Add("/metadata/finalizers", new JsonArray(FinalizerNames.Secret))
                : Add("/metadata/finalizers/-", FinalizerNames.Secret)));
        }

        return patch.Count == 1
            ? secret
            : await kubernetes.CoreV1.PatchNamespacedSecretAsync(
                new V1Patch(patch.ToJsonString(), V1Patch.PatchType.JsonPatch), name, host.Namespace, cancellationToken: Cancellation);
    }

    /// <summary>A secret that another host owns as well keeps its finalizer: it is still in use.</summary>
    private async Task ReleaseSecretAsync(string @namespace, string name, HostKey host)
    {
        V1Secret secret;
        try
        {
            secret = await kubernetes.CoreV1.ReadNamespacedSecretAsync(name, @namespace, cancellationToken: Cancellation);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound)
        {
            return;
        }

        var shared = secret.Metadata.OwnerReferences?.Any(owner =>
            owner.Kind == Metal3Group.BareMetalHost.Name && owner.Uid != host.Uid) is true;
        var at = secret.Metadata.Finalizers?.IndexOf(FinalizerNames.Secret) ?? -1;
        if (shared || at < 0)
        {
            return;
        }

        var patch = new JsonArray
        {
            new JsonObject { ["op"] = "test", ["path"] = $"/metadata/finalizers/{at}", ["value"] = FinalizerNames.Secret },
            new JsonObject { ["op"] = "remove", ["path"] = $"/metadata/finalizers/{at}" },
        };
        await kubernetes.CoreV1.PatchNamespacedSecretAsync(
            new V1Patch(patch.ToJsonString(), V1Patch.PatchType.JsonPatch), name, @namespace, cancellationToken: Cancellation);
    }

    private static JsonObject Add(string path, JsonNode value) => new() { ["op"] = "add", ["path"] = path, ["value"] = value };
}

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

/// <summary>Keeps inventories in HardwareData objects.</summary>
/// <remarks>
/// The Go operator deletes the old object and creates a new one; ours changes it in place, so that nobody who watches it
/// ever sees a host without hardware.
/// </remarks>
internal sealed class HardwareDataWriter(IKubernetes kubernetes, IHostReader reader) : IHardwareDataWriter
{
    /// <inheritdoc/>
    public async Task WriteAsync(BareMetalHost host, HardwareDetails details, CancellationToken cancellationToken)
    {
        if (host.Metadata.DeletionTimestamp is not null)
        {
            return;
        }

        var key = new HostKey(host.Metadata.Namespace!, host.Metadata.Name!, host.Metadata.Uid!);
        var existing = await reader.FindCompanionAsync<HardwareData>(Metal3Group.HardwareData, key, cancellationToken);
        if (existing is null)
        {
            try
            {
                await CreateAsync(key, details, cancellationToken);
                return;
            }
            catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.Conflict)
            {
                existing = await reader.FindCompanionAsync<HardwareData>(Metal3Group.HardwareData, key, cancellationToken);
            }
        }

        if (existing?.Spec?.Hardware == details)
        {
            return;
        }

        var patch = new JsonArray
        {
            new JsonObject { ["op"] = "add", ["path"] = "/spec", ["value"] = new JsonObject { ["hardware"] = Metal3Json.SerializeToNode(details) } },
        };
        await kubernetes.CustomObjects.PatchNamespacedCustomObjectAsync<JsonElement>(
            new V1Patch(patch.ToJsonString(), V1Patch.PatchType.JsonPatch),
            Metal3Group.Name,
            Metal3Group.Version,
            key.Namespace,
            Metal3Group.HardwareData.Plural,
            key.Name,
            cancellationToken: cancellationToken);
    }

    private Task CreateAsync(HostKey key, HardwareDetails details, CancellationToken cancellationToken)
    {
        var data = new HardwareData
        {
            Metadata = new ObjectMeta
            {
                Name = key.Name,
                Namespace = key.Namespace,
                Finalizers = [FinalizerNames.HardwareData],
                OwnerReferences =
                [
                    new OwnerReference
                    {
                        ApiVersion = Metal3Group.ApiVersion,
                        Kind = Metal3Group.BareMetalHost.Name,
                        Name = key.Name,
                        Uid = key.Uid,
                        Controller = true,
                        BlockOwnerDeletion = true,
                    },
                ],
            },
            Spec = new HardwareDataSpec { Hardware = details },
        };
        return kubernetes.CustomObjects.CreateNamespacedCustomObjectAsync<JsonElement>(
            Metal3Json.SerializeToElement(data),
            Metal3Group.Name,
            Metal3Group.Version,
            key.Namespace,
            Metal3Group.HardwareData.Plural,
            cancellationToken: cancellationToken);
    }
}

using System.Text.Json.Nodes;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Temporalio.Activities;

namespace Metal3.Activities.Kubernetes.Writing;

/// <content>PreprovisioningImage: the host's side of it, and the built-in builder that serves fixed images.</content>
internal sealed partial class HostObjectActivities
{
    /// <inheritdoc/>
    [Activity]
    public Task<PreprovisioningImageState> EnsurePreprovisioningImageAsync(NodeRequest request) => ObjectStore.ToldAsync(request.Host, async () =>
    {
        var key = request.Host;
        var host = Typed(await _objects.HostAsync(key, Cancellation));
        var formats = Metal3.Contracts.Bmc.BmcAccess.TryParse(host.Spec?.Bmc ?? new(), out var bmc, out _) ? provisioner.ImageFormats(bmc) : [];
        if (formats.Count == 0)
        {
            return new PreprovisioningImageState(PreprovisioningImageReadiness.Failed, "no preprovisioning image format suits the host's BMC");
        }

        var spec = new PreprovisioningImageSpec
        {
            NetworkDataName = host.Spec?.PreprovisioningNetworkDataName is { Length: > 0 } network ? network : null,
            Architecture = host.Spec?.Architecture is { Length: > 0 } given ? given
                : host.Status?.Hardware?.Cpu.Arch is { Length: > 0 } found ? found
                : options.Current.DefaultArchitecture,
            AcceptFormats = [.. formats],
        };
        var raw = await _objects.FindAsync(Metal3Group.PreprovisioningImage, key.Namespace, key.Name, Cancellation);
        if (raw is null)
        {
            await CreateImageAsync(key, host, spec);
            return new PreprovisioningImageState(PreprovisioningImageReadiness.NotReady, $"the PreprovisioningImage {key} was just made");
        }

        var image = Metal3Json.Deserialize<PreprovisioningImage>(raw.ToJsonString());
        var ours = image.Metadata.Finalizers?.Contains(FinalizerNames.HostPreprovisioningImage) is true;
        if (image.Metadata.DeletionTimestamp is not null)
        {
            return ours && image.Status?.ImageUrl is { Length: > 0 }
                ? new PreprovisioningImageState(PreprovisioningImageReadiness.Ready)
                : new PreprovisioningImageState(PreprovisioningImageReadiness.NotReady, $"the PreprovisioningImage {key} is being deleted");
        }

        if (await UpdateImageAsync(key, host, spec, image, ours))
        {
            return new PreprovisioningImageState(PreprovisioningImageReadiness.NotReady, $"the PreprovisioningImage {key} was just changed");
        }

        if (options.BuiltInImages is { } builder)
        {
            image = await BuildAsync(key, image, raw, builder);
        }

        return await JudgeAsync(key, spec, image);
    });

    private Task<JsonObject?> CreateImageAsync(HostKey key, BareMetalHost host, PreprovisioningImageSpec spec) => _objects.CreateAsync(
        Metal3Group.PreprovisioningImage,
        key.Namespace,
        new()
        {
            ["apiVersion"] = Metal3Group.ApiVersion,
            ["kind"] = Metal3Group.PreprovisioningImage.Name,
            ["metadata"] = new JsonObject
            {
                ["name"] = key.Name,
                ["namespace"] = key.Namespace,
                ["labels"] = LabelsOf(host),
                ["finalizers"] = new JsonArray(FinalizerNames.HostPreprovisioningImage),
                ["ownerReferences"] = ObjectStore.OwnersWith(null, key, controller: true),
            },
            ["spec"] = Metal3Json.SerializeToNode(spec),
        },
        Cancellation);

    private async Task<bool> UpdateImageAsync(HostKey key, BareMetalHost host, PreprovisioningImageSpec spec, PreprovisioningImage image, bool ours)
    {
        var patch = new JsonArray { new JsonObject { ["op"] = "test", ["path"] = "/metadata/uid", ["value"] = image.Metadata.Uid } };
        if (image.Spec != spec)
        {
            patch.Add((JsonNode)Add("/spec", Metal3Json.SerializeToNode(spec)));
        }

        if ((host.Metadata.Labels ?? ValueMap<string>.Empty) != (image.Metadata.Labels ?? ValueMap<string>.Empty))
        {
            patch.Add((JsonNode)Add("/metadata/labels", LabelsOf(host)));
        }

        if (!ours)
        {
            patch.Add((JsonNode)(image.Metadata.Finalizers is null
                ? Add("/metadata/finalizers", new JsonArray(FinalizerNames.HostPreprovisioningImage))
                : Add("/metadata/finalizers/-", FinalizerNames.HostPreprovisioningImage)));
        }

        if (patch.Count == 1)
        {
            return false;
        }

        await _objects.PatchAsync(Metal3Group.PreprovisioningImage, key.Namespace, key.Name, patch, status: false, Cancellation);
        return true;
    }

    /// <summary>The built-in builder "builds" by naming the configured URLs; network data are not baked in, as upstream's.</summary>
    private async Task<PreprovisioningImage> BuildAsync(HostKey key, PreprovisioningImage image, JsonObject raw, BuiltInImages builder)
    {
        var now = DateTimeOffset.UtcNow;
        var architecture = image.Spec?.Architecture ?? "";
        var built = builder.For(architecture, image.Spec?.AcceptFormats ?? []);
        var network = image.Spec?.NetworkDataName is { Length: > 0 } name ? await ClaimSecretAsync(key, name, owned: true, finalizer: false) : null;
        var error = built is null ? ("ConfigurationError", "no accepted format is supported for this architecture")
            : image.Spec?.NetworkDataName is { Length: > 0 } missing && network is null ? ("MissingNetworkData", $"the Secret {key.Namespace}/{missing} does not exist")
            : ((string, string)?)null;
        Condition Make(string type, bool value, string reason, string message)
        {
            var status = value ? ConditionStatus.True : ConditionStatus.False;
            return new()
            {
                Type = type,
                Status = status,
                Reason = reason,
                Message = message,
                ObservedGeneration = image.Metadata.Generation,
                LastTransitionTime = image.Status?.Conditions?.FirstOrDefault(one => one.Type == type) is { } before && before.Status == status
                    ? before.LastTransitionTime
                    : now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)),
            };
        }

        var wanted = error is { } problem
            ? new PreprovisioningImageStatus
            {
                Architecture = architecture,
                Conditions = [Make("Ready", false, problem.Item1, problem.Item2), Make("Error", true, problem.Item1, problem.Item2)],
            }
            : new PreprovisioningImageStatus
            {
                ImageUrl = built!.Url,
                KernelUrl = built.KernelUrl,
                Format = built.Format,
                Architecture = architecture,
                NetworkData = network is null ? new() : new() { Name = network.Metadata.Name, Version = network.Metadata.ResourceVersion },
                Conditions = [Make("Ready", true, "ImageSuccess", "Generated image"), Make("Error", false, "ImageSuccess", "")],
            };
        if (wanted == image.Status)
        {
            return image;
        }

        var patch = StatusPatch.Between(image.Metadata.Uid!, raw["status"] as JsonObject, Metal3Json.SerializeToNode(wanted));
        var updated = await _objects.PatchAsync(
            Metal3Group.PreprovisioningImage, key.Namespace, key.Name, patch, status: true, Cancellation);
        return Metal3Json.Deserialize<PreprovisioningImage>(updated.ToJsonString());
    }

    private async Task<PreprovisioningImageState> JudgeAsync(HostKey key, PreprovisioningImageSpec spec, PreprovisioningImage image)
    {
        var status = image.Status ?? new();
        bool Holds(string type) => status.Conditions?.Any(one =>
            one.Type == type && one.Status == ConditionStatus.True && one.ObservedGeneration == image.Metadata.Generation) is true;
        if (status.Conditions?.FirstOrDefault(one => one.Type == ConditionTypes.Error && one.Status == ConditionStatus.True) is { } error)
        {
            return new(PreprovisioningImageReadiness.Failed, error.Message.Length > 0 ? error.Message : error.Reason);
        }

        var version = "";
        if (spec.NetworkDataName is { Length: > 0 } network)
        {
            version = (await ClaimSecretAsync(key, network, owned: true, finalizer: true))?.Metadata.ResourceVersion ?? "";
        }

        var usable = Holds(ConditionTypes.Ready)
            && status.Architecture == spec.Architecture
            && status.Format is { } format && spec.AcceptFormats?.Contains(format) is true
            && (status.NetworkData.Name ?? "") == (spec.NetworkDataName ?? "")
            && (status.NetworkData.Version ?? "") == version;
        return usable
            ? new(PreprovisioningImageReadiness.Ready)
            : new(PreprovisioningImageReadiness.NotReady, $"the PreprovisioningImage {key} is not ready");
    }

    private static JsonObject LabelsOf(BareMetalHost host)
    {
        var labels = new JsonObject();
        foreach (var (name, value) in host.Metadata.Labels ?? ValueMap<string>.Empty)
        {
            labels[name] = value;
        }

        return labels;
    }
}

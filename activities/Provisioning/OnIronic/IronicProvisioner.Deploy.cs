using System.Text;
using System.Text.Json.Nodes;
using Metal3.Activities.Ironic;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.RootDevices;

namespace Metal3.Activities.Provisioning.OnIronic;

internal sealed partial class IronicProvisioner
{
    /// <inheritdoc/>
    public Task<NodeAnswer> WriteDeployIntentAsync(DeployInput input, CancellationToken cancellationToken) =>
        LookedAsync(
            input,
            async (node, _) =>
            {
                // A report does not tell when the state last changed, which the fence must know; nor whether it changed since.
                if (node is { ProvisionUpdatedAt: null, ProvisionState: States.Available or States.DeployFailed })
                {
                    node = recent(node.Uuid) is { } listed && listed.ProvisionState == node.ProvisionState
                        ? listed
                        : await NodeAsync(input, cancellationToken);
                }

                RefuseStale(input.Intent, node);
                InstanceData.Check(input);
                var mine = RecordedIntent.On(node)?.Intent == input.Intent;
                switch (node.ProvisionState)
                {
                    case States.Available when mine && node.InstanceUuid == input.Host.Uid:
                    case States.Active or States.Deploying or States.WaitCallBack or States.DeployFailed when mine:
                        return Done(node);
                    case States.Available or States.DeployFailed:
                        if (!await WantedAsync(input, cancellationToken))
                        {
                            return Superseded(node);
                        }

                        return await WriteInstanceAsync(input, node, cancellationToken);
                    default:
                        return WaitOrRefuse("Provisioning", node);
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<NodeAnswer> DeployAsync(DeployInput input, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () =>
        {
            if (input.Trusted is { Phase: NodePhase.Active, Intent: { } seen } report && seen == input.Intent && report.NodeId == input.NodeId)
            {
                return Completed(input, Reports.From(report)); // no verb follows, so no look is needed
            }

            var node = await NodeAsync(input, cancellationToken);
            RefuseStale(input.Intent, node);
            if (RecordedIntent.On(node) is not { } fence || fence.Intent != input.Intent)
            {
                throw Fault.Stale(input.Intent, RecordedIntent.On(node)?.Intent);
            }

            switch (node.ProvisionState)
            {
                case States.Active:
                    return Completed(input, node);
                case States.Available when node.InstanceUuid == input.Host.Uid:
                case States.DeployFailed when !fence.MovedSince(node):
                    return await SendDeployAsync(input, node, cancellationToken);
                case States.Available:
                    // Deployed under this intent and taken back since.
                    throw Fault.Stale(input.Intent, null);
                case States.DeployFailed when Reports.Clean(node.LastError) is { } error:
                    throw Fault.NodeFailed($"Image provisioning failed ({InstanceData.Describe(input.Image)}): {error}", error);
                case States.DeployFailed:
                    throw Fault.Busy("The deployment failed; Ironic has not said why yet.");
                case States.WaitCallBack when input.Force:
                    if (!await WantedAsync(input, cancellationToken))
                    {
                        return Superseded(node);
                    }

                    return await RunningAsync(node, "deleted", cancellationToken);
                case States.CleanFailed:
                    throw Fault.NodeFailed(Reports.Clean(node.LastError) ?? "Cleaning failed", Reports.Clean(node.LastError));
                default:
                    return WaitOrRefuse("Provisioning", node);
            }
        });

    private static NodeAnswer Completed(DeployInput input, IronicNode node) => Done(
        node, new NodeEvent("ProvisioningComplete", $"Image provisioning completed for {InstanceData.Shown(input)}"));

    private async Task<NodeAnswer> WriteInstanceAsync(DeployInput input, IronicNode node, CancellationToken cancellationToken)
    {
        var live = InstanceData.IsLive(input);
        var patch = new List<PatchOp> { RecordedIntent.Write(node, input.Intent) };
        if (node.InstanceUuid is { } other && other != input.Host.Uid)
        {
            patch.Add(PatchOp.Remove("/instance_uuid")); // it cannot be overwritten, only removed and set
        }

        patch.Add(PatchOp.Add("/instance_uuid", input.Host.Uid));
        patch.Add(PatchOp.Add("/instance_info", InstanceData.Of(input)));
        if (InstanceData.DeployInterface(input) is { } deploy)
        {
            if (node.DeployInterface != deploy)
            {
                patch.Add(PatchOp.Add("/deploy_interface", deploy));
            }
        }
        else if (node.DeployInterface is "ramdisk" or "custom-agent")
        {
            patch.Add(PatchOp.Remove("/deploy_interface"));
        }

        if (input.Image is not null)
        {
            patch.Add(PatchOp.Add(
                "/driver_info/force_persistent_boot_device", live ? options.LiveIsoPersistentBoot : options.DirectDeployPersistentBoot));
        }

        return Done(await ironic.PatchNodeAsync(node.Uuid, patch, cancellationToken));
    }

    private async Task<NodeAnswer> SendDeployAsync(DeployInput input, IronicNode node, CancellationToken cancellationToken)
    {
        // The config drive first: the object is read again after it, as late as can be.
        var drive = input.ConfigDrive is { } read ? await read(cancellationToken) : new JsonObject();
        var size = Encoding.UTF8.GetByteCount(drive.ToJsonString());
        if (size > options.MaxConfigDriveBytes)
        {
            throw new ProvisionerException(
                FailureTypes.HostDataUnusable,
                $"The config drive has {size} bytes, more than the {options.MaxConfigDriveBytes} that Ironic takes; "
                + "shorten the Secrets in spec.userData, spec.networkData and spec.metaData.");
        }

        if (node.ProvisionState is States.DeployFailed)
        {
            await NextSecondAsync(node, cancellationToken);
        }

        if (!await WantedAsync(input, cancellationToken))
        {
            return Superseded(node);
        }

        try
        {
            await VerbAsync(
                node,
                "active",
                cancellationToken,
                request =>
                {
                    request["configdrive"] = drive;
                    if (input.CustomDeploy is { } custom)
                    {
                        request["deploy_steps"] = new JsonArray(new JsonObject
                        {
                            ["interface"] = "deploy",
                            ["step"] = custom.Method,
                            ["args"] = new JsonObject(),
                            ["priority"] = 80,
                        });
                    }
                });
        }
        catch (IronicException e) when (e.Fault is IronicFault.Refused)
        {
            // Ironic validates before it accepts; which interface objects, and why, only the validation itself tells.
            throw Fault.NodeFailed(await ValidationAsync(node, e, cancellationToken), e.Text);
        }

        return Started(node with { ProvisionState = States.Deploying }, new NodeEvent("ProvisioningStarted", $"Image provisioning started for {InstanceData.Shown(input)}"));
    }

    private async Task<string> ValidationAsync(IronicNode node, IronicException refusal, CancellationToken cancellationToken)
    {
        var found = await ironic.ValidateAsync(node.Uuid, cancellationToken);
        var reasons = ((string[])["boot", "deploy"])
            .Select(name => found.GetValueOrDefault(name))
            .Where(one => one is { Result: false })
            .Select(one => Reports.Clean(one!.Reason) ?? "no reason given")
            .ToList();
        return $"host validation error: {(reasons.Count > 0 ? string.Join("; ", reasons) : refusal.Text)}";
    }
}

/// <summary>What a node is told about the instance it is to become.</summary>
internal static class InstanceData
{
    private static readonly string[] Schemes = ["http", "https", "ftp", "gopher", "oci"];

    public static bool IsLive(DeployInput input) => input.CustomDeploy is null && input.Image?.Format == ImageFormat.LiveIso;

    public static string? DeployInterface(DeployInput input) =>
        input.CustomDeploy is not null ? "custom-agent" : IsLive(input) ? "ramdisk" : null;

    /// <summary>What events call the image: its address without credentials and query.</summary>
    public static string Shown(DeployInput input) =>
        input.Image is { Url.Length: > 0 } image ? SafeUrl.ForPeople(image.Url) : input.CustomDeploy?.Method ?? "";

    /// <summary>The image as errors name it.</summary>
    public static string Describe(Image? image) =>
        image is null ? "no image" : $"url: {SafeUrl.ForPeople(image.Url)}{(image.Checksum is { Length: > 0 } sum ? $", checksum: {SafeUrl.ForPeople(sum)}" : "")}";

    /// <exception cref="ProvisionerException">The image cannot be used as the spec gives it.</exception>
    public static void Check(DeployInput input)
    {
        if (input.Image is not { } image)
        {
            if (input.CustomDeploy is null)
            {
                throw Fault.Refused("There is nothing to deploy: spec.image and spec.customDeploy are both empty.");
            }

            return;
        }

        if (!Uri.TryCreate(image.Url, UriKind.Absolute, out var address) || Array.IndexOf(Schemes, address.Scheme) < 0)
        {
            throw Fault.Refused("Validation failed: spec.image.url must begin with http, https, ftp, gopher or oci.");
        }

        var known = image.ChecksumType is null || ChecksumType.Known.Contains(image.ChecksumType);
        if (NeedsChecksum(input) && (string.IsNullOrEmpty(image.Checksum) || !known))
        {
            throw Fault.Refused(known
                ? "Validation failed: spec.image.checksum is required for this image."
                : "Validation failed: spec.image.checksumType must be md5, sha256, sha512 or auto.");
        }
    }

    public static JsonObject Of(DeployInput input)
    {
        var info = new JsonObject
        {
            ["capabilities"] = input.BootMode == BootMode.UefiSecureBoot ? new JsonObject { ["secure_boot"] = "true" } : new JsonObject(),
            ["root_device"] = Hints(input.Hints),
        };
        if (input.Image is not { } image)
        {
            return info;
        }

        if (IsLive(input))
        {
            info["boot_iso"] = image.Url;
            return info;
        }

        info["image_source"] = image.Url;
        if (image.Format is { } format)
        {
            info["image_disk_format"] = format.Word;
        }

        if (image.Checksum is { Length: > 0 } checksum && !IsOci(image))
        {
            var typed = image.ChecksumType is { } type && type != ChecksumType.Auto ? type.Word : null;
            if (typed is not null)
            {
                info["image_os_hash_algo"] = typed;
                info["image_os_hash_value"] = checksum;
            }
            else if (input.CustomDeploy is not null)
            {
                info["image_os_hash_algo"] = ""; // as the Go operator sends it; Ironic then finds out by the length
                info["image_os_hash_value"] = checksum;
            }
            else
            {
                info["image_checksum"] = checksum;
            }
        }

        if (input.PullSecret is { } secret)
        {
            info["image_pull_secret"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret));
        }

        return info;
    }

    internal static JsonObject Hints(RootDeviceHints? hints)
    {
        var found = new JsonObject();
        foreach (var (key, expression) in RootDevice.ToIronic(hints))
        {
            found[key] = expression;
        }

        return found;
    }

    private static bool NeedsChecksum(DeployInput input) =>
        input.CustomDeploy is null && !IsLive(input) && !IsOci(input.Image!);

    private static bool IsOci(Image image) => image.Url.StartsWith("oci://", StringComparison.OrdinalIgnoreCase);
}

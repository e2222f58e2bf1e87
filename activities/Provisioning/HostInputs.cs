using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Metal3.Activities.Kubernetes;
using Metal3.Contracts.Annotations;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Provisioning;

/// <summary>Reads from Kubernetes what a back end has to be told, at the moment it has to be told.</summary>
internal sealed class HostInputs(IHostReader hosts, ISecretReader secrets)
{
    /// <summary>The host as it is now.</summary>
    /// <exception cref="ProvisionerException"><see cref="FailureTypes.HostGone"/>.</exception>
    public async Task<BareMetalHost> HostAsync(HostKey host, CancellationToken cancellationToken) =>
        await hosts.FindHostAsync(host, cancellationToken) ?? throw Failures.HostGone(host);

    /// <summary>How the host's BMC is reached.</summary>
    public static BmcAccess Bmc(BareMetalHost host) =>
        BmcAccess.TryParse(host.Spec?.Bmc ?? new BmcDetails(), out var access, out var problem)
            ? access
            : throw new ProvisionerException(FailureTypes.SpecRefused, $"failed to parse BMC address information: {problem}");

    /// <summary>User and password of the host's BMC, with the version of the Secret that holds them.</summary>
    public async Task<(string Name, string Version, string User, string Password)> CredentialsAsync(
        BareMetalHost host, CancellationToken cancellationToken)
    {
        var name = host.Spec?.Bmc.CredentialsName;
        if (string.IsNullOrEmpty(name))
        {
            throw new ProvisionerException(
                FailureTypes.CredentialsInvalid, "The BMC CredentialsName is missing; name a Secret in spec.bmc.credentialsName.");
        }

        var secret = await secrets.FindSecretAsync(host.Metadata.Namespace!, name, cancellationToken)
            ?? throw new ProvisionerException(
                FailureTypes.CredentialsMissing, $"The BMC secret {host.Metadata.Namespace}/{name} does not exist; create it with username and password.");
        if (secret.Text("username")?.Trim() is not { Length: > 0 } user)
        {
            throw new ProvisionerException(FailureTypes.CredentialsInvalid, $"Missing BMC connection detail 'username' in the Secret {name}.");
        }

        if (secret.Text("password")?.Trim() is not { Length: > 0 } password)
        {
            throw new ProvisionerException(FailureTypes.CredentialsInvalid, $"Missing BMC connection details 'password' in the Secret {name}.");
        }

        return (name, secret.Version, user, password);
    }

    /// <summary>What registration is told; <c>driver_info</c> with the credentials is part of it.</summary>
    public async Task<(EnsureInput Input, string SecretName, string SecretVersion)> EnsureAsync(
        EnsureNodeRequest request, string? ironicUrlV6, CancellationToken cancellationToken)
    {
        var host = await HostAsync(request.Host, cancellationToken);
        var spec = host.Spec ?? new BareMetalHostSpec();
        var bmc = Bmc(host);
        var (name, version, user, password) = await CredentialsAsync(host, cancellationToken);
        var driverInfo = bmc.DriverInfo(user, password);
        if (ironicUrlV6 is not null && await IsIPv6Async(bmc.Address.Host, cancellationToken))
        {
            driverInfo["external_http_url"] = ironicUrlV6;
        }

        var hardware = host.Status?.Hardware
            ?? (await hosts.FindCompanionAsync<HardwareData>(Metal3Group.HardwareData, request.Host, cancellationToken))?.Spec?.Hardware;
        var state = ProvisioningState.Of(request.ProvisioningState);
        var image = host.Status?.Provisioning.Image is { Url.Length: > 0 } written
            ? written
            : state == ProvisioningState.Provisioning || state == ProvisioningState.ExternallyProvisioned ? spec.Image : null;
        var custom = host.Status?.Provisioning.CustomDeploy is { Method.Length: > 0 }
            || ((state == ProvisioningState.Provisioning || state == ProvisioningState.ExternallyProvisioned) && spec.CustomDeploy is { Method.Length: > 0 });
        var input = new EnsureInput
        {
            Host = request.Host,
            NodeId = request.NodeId,
            Restart = request.Restart,
            Spec = spec,
            Bmc = bmc,
            DriverInfo = driverInfo,
            State = state,
            Image = image,
            CustomDeploy = custom,
            Architecture = spec.Architecture is { Length: > 0 } given ? given : hardware?.Cpu.Arch,
            Nics = hardware?.Nics ?? [],
            CredentialsChanged = request.CredentialsChanged,
            Servicing = request.Servicing,
            UsesPreprovisioningImage = request.UsesPreprovisioningImage,
            Ramdisk = request.UsesPreprovisioningImage ? await RamdiskAsync(request.Host, cancellationToken) : null,
            NetworkData = request.UsesPreprovisioningImage || spec.PreprovisioningNetworkDataName is not { Length: > 0 } network
                ? null
                : await RamdiskNetworkAsync(request.Host.Namespace, network, host.Metadata.DeletionTimestamp is not null, cancellationToken),
            InspectionDisabled = HostAnnotations.IsInspectionDisabled(spec, host.Metadata.Annotations),
        };
        return (input, name, version);
    }

    /// <summary>Whether the object still says what a request expects, and the object as it now is.</summary>
    public async Task<(bool Wanted, HostSnapshot? Fresh)> ExpectedAsync(
        HostKey key, Expectation expected, CancellationToken cancellationToken)
    {
        if (await hosts.FindHostAsync(key, cancellationToken) is not { } host)
        {
            return (false, null);
        }

        var now = HostSnapshot.From(host);
        var detached = now.Annotations.ContainsKey(AnnotationKeys.Detached);
        var wanted = !now.Annotations.ContainsKey(AnnotationKeys.Paused)
            && detached == expected.Detaching
            && (expected.Deleting is not { } deleting || deleting == now.Deleting)
            && (expected.DeploymentHash is not { } hash || hash == now.DeploymentHash)
            && (expected.RootDeviceHash is not { } root || root == now.RootDeviceHash);
        return (wanted, now);
    }

    /// <summary>The config drive as Ironic takes it.</summary>
    public async Task<JsonObject> ConfigDriveAsync(BareMetalHost host, CancellationToken cancellationToken)
    {
        var spec = host.Spec ?? new BareMetalHostSpec();
        var (name, space, uid) = (host.Metadata.Name!, host.Metadata.Namespace!, host.Metadata.Uid!);
        var meta = new JsonObject
        {
            ["uuid"] = uid,
            ["metal3-namespace"] = space,
            ["metal3-name"] = name,
            ["local-hostname"] = name,
            ["local_hostname"] = name,
            ["name"] = name,
        };
        if (spec.MetaData is { Name.Length: > 0 } metaData)
        {
            var text = await DataAsync(space, metaData, "spec.metaData", "metaData", required: true, cancellationToken);
            foreach (var (key, value) in Parse(text!, "spec.metaData"))
            {
                meta[key] = value?.DeepClone();
            }
        }

        var drive = new JsonObject { ["meta_data"] = meta };
        var network = spec.NetworkData is { Name.Length: > 0 } networkData
            ? await DataAsync(space, networkData, "spec.networkData", "networkData", required: false, cancellationToken)
            : spec.PreprovisioningNetworkDataName is { Length: > 0 } fallback
                ? await DataAsync(
                    space, new SecretReference { Name = fallback }, "spec.preprovisioningNetworkDataName", "networkData", required: false, cancellationToken)
                : null;
        if (!string.IsNullOrWhiteSpace(network))
        {
            drive["network_data"] = Parse(network, "spec.networkData");
        }

        if (spec.UserData is { Name.Length: > 0 } userData
            && await DataAsync(space, userData, "spec.userData", "userData", required: true, cancellationToken) is { Length: > 0 } user)
        {
            drive["user_data"] = user;
        }

        return drive;
    }

    /// <summary><c>user:password</c> for the registry of an OCI image; null if it needs none.</summary>
    public async Task<string?> PullSecretAsync(string space, Image? image, CancellationToken cancellationToken)
    {
        if (image?.OciAuthSecretName is not { Length: > 0 } name || !image.Url.StartsWith("oci://", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var secret = await secrets.FindSecretAsync(space, name, cancellationToken)
            ?? throw Unusable($"The Secret {space}/{name} in spec.image.ociAuthSecretName does not exist.");
        var auths = secret.Type switch
        {
            "kubernetes.io/dockerconfigjson" => Json(secret.Text(".dockerconfigjson"), name)["auths"] as JsonObject,
            "kubernetes.io/dockercfg" => Json(secret.Text(".dockercfg"), name),
            _ => throw Unusable(
                $"The Secret {space}/{name} in spec.image.ociAuthSecretName has the type {secret.Type}; use kubernetes.io/dockerconfigjson."),
        };
        var registry = new Uri(image.Url).Authority;
        var key = registry is "docker.io" or "index.docker.io" or "registry-1.docker.io" ? "https://index.docker.io/v1/" : registry;
        if (auths?[key] is not JsonObject entry)
        {
            throw Unusable($"The Secret {space}/{name} in spec.image.ociAuthSecretName has no entry for {key}.");
        }

        if (Text(entry["username"]) is { Length: > 0 } user && Text(entry["password"]) is { } password)
        {
            return $"{user}:{password}";
        }

        try
        {
            return Text(entry["auth"]) is { Length: > 0 } auth
                ? Encoding.UTF8.GetString(Convert.FromBase64String(auth))
                : throw Unusable($"The entry for {key} in the Secret {space}/{name} has neither auth nor username and password.");
        }
        catch (FormatException)
        {
            throw Unusable($"The entry for {key} in the Secret {space}/{name} has an auth that is no base64.");
        }
    }

    /// <summary>The ramdisk made for a host; null if there is none that is ready.</summary>
    public async Task<HostRamdisk?> RamdiskAsync(HostKey host, CancellationToken cancellationToken)
    {
        var image = await hosts.FindCompanionAsync<PreprovisioningImage>(Metal3Group.PreprovisioningImage, host, cancellationToken);
        var ready = image?.Status?.Conditions?.Any(one => one.Type == ConditionTypes.Ready && one.Status == ConditionStatus.True) is true;
        return ready && image!.Status is { ImageUrl: { Length: > 0 } url, Format: { } format } status
            ? new HostRamdisk(format, url, status.KernelUrl is { Length: > 0 } kernel ? kernel : null, status.ExtraKernelParams)
            : null;
    }

    /// <summary>Wanted and actual firmware settings; null if the host has none.</summary>
    public Task<HostFirmwareSettings?> SettingsAsync(HostKey host, CancellationToken cancellationToken) =>
        hosts.FindCompanionAsync<HostFirmwareSettings>(Metal3Group.HostFirmwareSettings, host, cancellationToken);

    private static ProvisionerException Unusable(string message) => new(FailureTypes.HostDataUnusable, message);

    private static string? Text(JsonNode? node) => node?.GetValueKind() is JsonValueKind.String ? node.GetValue<string>() : null;

    private static JsonObject Json(string? text, string name)
    {
        try
        {
            return text is null ? throw Unusable($"The Secret {name} lacks the key of its type.") : JsonNode.Parse(text) as JsonObject
                ?? throw Unusable($"The Secret {name} holds no JSON object.");
        }
        catch (JsonException)
        {
            throw Unusable($"The Secret {name} holds no JSON."); // without the parser's words, which quote it
        }
    }

    private static JsonObject Parse(string text, string field) =>
        YamlJson.TryParse(text, out var found)
            ? found
            : throw Unusable($"The Secret in {field} holds neither a YAML nor a JSON object.");

    private async Task<string?> DataAsync(
        string space, SecretReference reference, string field, string key, bool required, CancellationToken cancellationToken)
    {
        if (reference.Namespace is { Length: > 0 } other && other != space)
        {
            throw Unusable($"{field} names a Secret in the namespace {other}; it must be in the host's, {space}.");
        }

        var secret = await secrets.FindSecretAsync(space, reference.Name!, cancellationToken)
            ?? throw Unusable($"The Secret {space}/{reference.Name} in {field} does not exist.");
        return secret.FirstOf(key, "value")
            ?? (required ? throw Unusable($"The Secret {space}/{reference.Name} in {field} has neither the key {key} nor value.") : null);
    }

    /// <summary>The ramdisk's network data; a deletion goes on without a Secret that is gone.</summary>
    private async Task<JsonObject?> RamdiskNetworkAsync(string space, string name, bool deleting, CancellationToken cancellationToken)
    {
        if (deleting && await secrets.FindSecretAsync(space, name, cancellationToken) is null)
        {
            return null;
        }

        var text = await DataAsync(
            space, new SecretReference { Name = name }, "spec.preprovisioningNetworkDataName", "networkData", required: false, cancellationToken);
        return string.IsNullOrWhiteSpace(text) ? null : Parse(text, "spec.preprovisioningNetworkDataName");
    }

    private static async Task<bool> IsIPv6Async(string host, CancellationToken cancellationToken)
    {
        if (System.Net.IPAddress.TryParse(host, out var literal))
        {
            return literal.AddressFamily is System.Net.Sockets.AddressFamily.InterNetworkV6;
        }

        try
        {
            var addresses = await System.Net.Dns.GetHostAddressesAsync(host, cancellationToken);
            return addresses is [{ AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 }, ..];
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false; // Ironic may resolve what we cannot
        }
    }
}

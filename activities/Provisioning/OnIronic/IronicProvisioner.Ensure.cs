using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Metal3.Activities.Ironic;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Provisioning.OnIronic;

// Registration: find or create the node, keep up to date what may change at any time.
internal sealed partial class IronicProvisioner
{
    private static readonly string[] RamdiskKeys = ["deploy_iso", "deploy_kernel", "deploy_ramdisk", "kernel_append_params"];

    private static readonly string[] PortStates =
    [
        States.Enroll, States.Manageable, States.Available, States.Active, States.AdoptFailed, States.InspectFailed, States.CleanFailed,
        States.DeployFailed, States.ServiceFailed, States.Error,
    ];

    /// <inheritdoc/>
    public IReadOnlyList<PreprovisioningImageFormat> ImageFormats(BmcAccess bmc) => bmc.Driver.SupportsIsoPreprovisioningImage
        ? [PreprovisioningImageFormat.Iso, PreprovisioningImageFormat.Initrd]
        : [PreprovisioningImageFormat.Initrd];

    /// <inheritdoc/>
    public Task<Ensured> EnsureAsync(EnsureInput input, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () =>
        {
            var server = await ironic.ServerAsync(cancellationToken);
            CheckWish(input, server);
            var found = await FindAsync(input, cancellationToken);
            if (input.Spec.BootMacAddress is null && (input.Bmc.Driver.NeedsMac || input.InspectionDisabled))
            {
                throw Fault.Refused($"BMC driver {input.Bmc.Type} requires a BootMACAddress value; set spec.bootMACAddress.");
            }

            var ramdisk = RamdiskFor(input);
            return found is { } node
                ? await UpdateAsync(input, server, node, ramdisk, cancellationToken)
                : await CreateAsync(input, server, ramdisk, cancellationToken);
        });

    private void CheckWish(EnsureInput input, IronicServer server)
    {
        var type = input.Bmc.Type;
        if (input.Spec.InspectionMode == InspectionMode.Fast && input.Bmc.Driver.OutOfBandInspectInterface is null)
        {
            throw Fault.Refused($"BMC driver {type} does not support fast (out-of-band) inspection");
        }

        if (input.Spec.BootMode == BootMode.UefiSecureBoot && !input.Bmc.Driver.SupportsSecureBoot)
        {
            throw Fault.Refused($"BMC driver {type} does not support secure boot");
        }

        if (options.ProvisioningNetworkDisabled && input.Bmc.Driver.RequiresProvisioningNetwork)
        {
            throw Fault.Refused($"BMC driver {type} requires a provisioning network");
        }

        if (input.Spec.DisablePowerOff is true && !server.Knows(MicroVersion.DisablePowerOff))
        {
            throw Fault.Refused("current ironic version does not support DisablePowerOff, refusing to manage node");
        }
    }

    /// <summary>The node of a host: by id, by name, by its old bare name, by the boot MAC of a node without a name.</summary>
    private async Task<IronicNode?> FindAsync(EnsureInput input, CancellationToken cancellationToken)
    {
        if (input.NodeId is { Length: > 0 } id && await ironic.FindNodeAsync(id, cancellationToken) is { } known)
        {
            return known;
        }

        if (await ironic.FindNodeAsync(NameOf(input.Host), cancellationToken) is { } named)
        {
            return named;
        }

        if (!input.Host.Name.Contains('~', StringComparison.Ordinal)
            && await ironic.FindNodeAsync(input.Host.Name, cancellationToken) is { } old)
        {
            return old;
        }

        if (input.Spec.BootMacAddress is not { } mac
            || await ironic.PortsByAddressAsync(mac, cancellationToken) is not [{ NodeUuid: { } owner }, ..])
        {
            return null;
        }

        var node = await ironic.FindNodeAsync(owner, cancellationToken)
            ?? throw Fault.Busy($"port {mac} exists but linked node {owner} doesn't");
        return node.Name is null
            ? node
            : throw Fault.Refused($"MAC address {mac} conflicts with existing node {node.Name}");
    }

    private static string NameOf(HostKey host) => $"{host.Namespace}~{host.Name}";

    private async Task<Ensured> CreateAsync(
        EnsureInput input, IronicServer server, JsonObject? ramdisk, CancellationToken cancellationToken)
    {
        var driver = input.Bmc.Driver;
        var driverInfo = (JsonObject)input.DriverInfo.DeepClone();
        foreach (var (key, value) in ramdisk ?? [])
        {
            driverInfo[key] = value?.DeepClone();
        }

        var wish = new JsonObject
        {
            ["name"] = NameOf(input.Host),
            ["driver"] = driver.Driver,
            ["driver_info"] = driverInfo,
            ["inspect_interface"] = InspectInterface(input),
            ["automated_clean"] = WantsCleaning(input),
            ["properties"] = new JsonObject
            {
                ["capabilities"] = BootModes.Merge(null, input.Spec.BootMode),
                ["cpu_arch"] = Architecture(input),
            },
        };
        foreach (var (name, value) in ((string, string?)[])
            [
                ("bios_interface", driver.BiosInterface), ("boot_interface", driver.BootInterface), ("firmware_interface", driver.FirmwareInterface),
                ("management_interface", driver.ManagementInterface), ("power_interface", driver.PowerInterface),
                ("raid_interface", driver.RaidInterface), ("vendor_interface", driver.VendorInterface), ("deploy_interface", DeployInterface(input)),
            ])
        {
            if (value is { Length: > 0 })
            {
                wish[name] = value;
            }
        }

        if (server.Knows(MicroVersion.DisablePowerOff))
        {
            wish["disable_power_off"] = input.Spec.DisablePowerOff is true;
        }

        if (NetworkData(input) is { } network)
        {
            wish["network_data"] = network;
        }

        IronicNode node;
        try
        {
            node = await ironic.CreateNodeAsync(wish, cancellationToken);
        }
        catch (IronicException e) when (e.Fault is IronicFault.Conflict)
        {
            // Somebody, perhaps an earlier attempt of ours, was faster: the next look finds it by its name.
            throw Fault.Busy($"a node of that name was just created: {e.Text}");
        }

        // The boot MAC was looked for before the node was created, and was free.
        await CreatePortsAsync(input, node, [], unseen: input.Spec.BootMacAddress, cancellationToken);
        return new Ensured(Running(node, new NodeEvent("Registered", "Registered new host")), AccessWritten: true);
    }

    private async Task<Ensured> UpdateAsync(
        EnsureInput input, IronicServer server, IronicNode node, JsonObject? ramdisk, CancellationToken cancellationToken)
    {
        var patch = new Patch(node);
        patch.Set("/name", node.Name, NameOf(input.Host));
        var access = input.CredentialsChanged || !SameAddress(node.DriverInfo, input.DriverInfo);
        var state = node.ProvisionState;
        var undisturbed = state is States.Verifying or States.CleanWait or States.Cleaning or States.WaitCallBack or States.Deploying
            or States.Inspecting or States.Deleting or States.Adopting or States.Servicing or States.ServiceWait;
        if (undisturbed)
        {
            // Whatever differs is brought up to date when the node rests again.
            return new Ensured(Done(node), AccessWritten: false);
        }

        var driverInfo = access ? (JsonObject)input.DriverInfo.DeepClone() : (JsonObject?)node.DriverInfo?.DeepClone() ?? [];
        if (access && ramdisk is null)
        {
            // Replacing driver data must not lose the ramdisk that somebody else chose.
            foreach (var key in RamdiskKeys)
            {
                if (node.DriverInfo?[key] is { } kept)
                {
                    driverInfo[key] = kept.DeepClone();
                }
            }
        }

        if (access && node.DriverInfo?["force_persistent_boot_device"] is { } persistent)
        {
            driverInfo["force_persistent_boot_device"] = persistent.DeepClone();
        }

        if (access)
        {
            foreach (var (key, value) in ramdisk ?? [])
            {
                driverInfo[key] = value?.DeepClone();
            }

            patch.Add("/driver_info", driverInfo);
        }
        else if (ramdisk is not null)
        {
            foreach (var key in RamdiskKeys)
            {
                patch.Member("/driver_info", key, ramdisk[key]);
            }
        }

        if (server.Knows(MicroVersion.DisablePowerOff))
        {
            patch.Set("/disable_power_off", node.DisablePowerOff ?? false, input.Spec.DisablePowerOff is true);
        }

        patch.Set("/automated_clean", node.AutomatedClean, WantsCleaning(input));
        patch.Member("/properties", "cpu_arch", Architecture(input));
        patch.Member(
            "/properties", "capabilities", BootModes.Merge(Reports.Text(node.Properties?["capabilities"]), input.Spec.BootMode));
        if (state is States.Enroll or States.Manageable or States.Available && node.InspectInterface is not null)
        {
            patch.Set("/inspect_interface", node.InspectInterface, InspectInterface(input));
        }

        if (NetworkData(input) is { } network && !JsonNode.DeepEquals(node.NetworkData, network))
        {
            patch.Add("/network_data", network);
        }

        if (Array.IndexOf(PortStates, state) >= 0 && (input.Spec.BootMacAddress is not null || input.Nics.Count > 0))
        {
            await CreatePortsAsync(
                input, node, await ironic.PortsOfNodeAsync(node.Uuid, cancellationToken), unseen: null, cancellationToken);
        }

        if (patch.Operations.Count > 0)
        {
            node = await ironic.PatchNodeAsync(node.Uuid, patch.Operations, cancellationToken);
        }

        return new Ensured(state is States.Enroll ? Running(node) : Done(node), access);
    }

    /// <param name="input">The host.</param>
    /// <param name="node">Its node.</param>
    /// <param name="known">Ports the node has.</param>
    /// <param name="unseen">A MAC that a moment ago no node had; null if none was looked for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async Task CreatePortsAsync(
        EnsureInput input, IronicNode node, IReadOnlyList<IronicPort> known, string? unseen, CancellationToken cancellationToken)
    {
        var boots = input.Spec.BootMacAddress;
        var wanted = input.Nics.Where(nic => nic.Mac is not null).Select(nic => (Mac: nic.Mac!, Pxe: nic.Pxe is true))
            .Concat(boots is null ? [] : [(boots, true)]);
        await CreatePortsAsync(node.Uuid, wanted, known, unseen, cancellationToken);
    }

    private async Task CreatePortsAsync(
        string node,
        IEnumerable<(string Mac, bool Pxe)> wanted,
        IReadOnlyList<IronicPort> known,
        string? unseen,
        CancellationToken cancellationToken)
    {
        var present = known.Select(port => port.Address).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (mac, pxe) in wanted)
        {
            if (!present.Add(mac))
            {
                continue;
            }

            if (!string.Equals(mac, unseen, StringComparison.OrdinalIgnoreCase)
                && await ironic.PortsByAddressAsync(mac, cancellationToken) is [{ NodeUuid: var owner }, ..])
            {
                if (owner != node)
                {
                    throw Fault.Refused($"port belongs to another node {owner}, MAC: {mac} can't register for node {node}");
                }

                continue;
            }

            try
            {
                await ironic.CreatePortAsync(node, mac, pxe, cancellationToken);
            }
            catch (IronicException e) when (e.Fault is IronicFault.Conflict)
            {
                // Created in the meantime: by an earlier attempt of ours, by Ironic's inspection, or for another node.
                if (await ironic.PortsByAddressAsync(mac, cancellationToken) is [{ NodeUuid: var other }, ..] && other != node)
                {
                    throw Fault.Refused($"port belongs to another node {other}, MAC: {mac} can't register for node {node}");
                }
            }
        }
    }

    /// <summary>Ramdisk members of <c>driver_info</c>; null where Ironic's own choice stands.</summary>
    private JsonObject? RamdiskFor(EnsureInput input)
    {
        if (input.Ramdisk is { } made)
        {
            if (made.Format == PreprovisioningImageFormat.Iso && input.Bmc.Driver.SupportsIsoPreprovisioningImage)
            {
                return new JsonObject { ["deploy_iso"] = made.Url };
            }

            if (made.Format == PreprovisioningImageFormat.Initrd && (made.KernelUrl ?? options.DeployKernelUrl) is { Length: > 0 } kernel)
            {
                var network = new JsonObject { ["deploy_kernel"] = kernel, ["deploy_ramdisk"] = made.Url };
                if (made.ExtraKernelParameters is { Length: > 0 } more)
                {
                    network["kernel_append_params"] = $"%default% {more}";
                }

                return network;
            }
        }

        if (!input.UsesPreprovisioningImage)
        {
            if (input.Bmc.Driver.SupportsIsoPreprovisioningImage && options.DeployIsoUrl is { } iso)
            {
                return new JsonObject { ["deploy_iso"] = iso };
            }

            return options is { DeployKernelUrl: { } kernel, DeployRamdiskUrl: { } ramdisk }
                ? new JsonObject { ["deploy_kernel"] = kernel, ["deploy_ramdisk"] = ramdisk }
                : null;
        }

        if (!NeedsRamdisk(input))
        {
            return null;
        }

        throw input.Ramdisk is null
            ? new ProvisionerException(FailureTypes.ImageNeeded, "A preprovisioning image is needed and not there yet.")
            : Fault.Refused("Preprovisioning Image is not acceptable to provisioner");
    }

    private static bool NeedsRamdisk(EnsureInput input) => input.State switch
    {
        var state when state == ProvisioningState.Inspecting => input.Spec.InspectionMode != InspectionMode.Fast,
        var state when state == ProvisioningState.Preparing => true,
        var state when state == ProvisioningState.Deprovisioning => WantsCleaning(input),
        var state when state == ProvisioningState.Provisioned || state == ProvisioningState.ExternallyProvisioned => input.Servicing,
        _ => false,
    };

    private static bool WantsCleaning(EnsureInput input) => input.Spec.AutomatedCleaningMode != AutomatedCleaningMode.Disabled;

    private static string? InspectInterface(EnsureInput input) =>
        input.Spec.InspectionMode == InspectionMode.Fast ? input.Bmc.Driver.OutOfBandInspectInterface : "agent";

    private static string? DeployInterface(EnsureInput input) =>
        input.CustomDeploy ? "custom-agent" : input.Image?.Format == ImageFormat.LiveIso ? "ramdisk" : null;

    private static string Architecture(EnsureInput input) => input.Architecture is { Length: > 0 } given
        ? given
        : RuntimeInformation.OSArchitecture is System.Runtime.InteropServices.Architecture.Arm64 ? "aarch64" : "x86_64";

    private static JsonObject? NetworkData(EnsureInput input) =>
        input.UsesPreprovisioningImage ? null : (JsonObject?)input.NetworkData?.DeepClone();

    /// <summary>Whether every address that the driver is to have is the one it has.</summary>
    private static bool SameAddress(JsonObject? recorded, JsonObject wanted) =>
        wanted.Where(one => one.Key.EndsWith("_address", StringComparison.Ordinal))
            .All(one => JsonNode.DeepEquals(recorded?[one.Key], one.Value));
}

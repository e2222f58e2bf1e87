using System.Text.Json.Nodes;
using Metal3.Activities.Ironic;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Provisioning.OnIronic;

/// <summary>Settings of the provisioner; names of variables are the Go operator's.</summary>
internal sealed record IronicProvisionerOptions
{
    /// <summary><c>DEPLOY_KERNEL_URL</c>.</summary>
    public string? DeployKernelUrl { get; init; }

    /// <summary><c>DEPLOY_RAMDISK_URL</c>.</summary>
    public string? DeployRamdiskUrl { get; init; }

    /// <summary><c>DEPLOY_ISO_URL</c>.</summary>
    public string? DeployIsoUrl { get; init; }

    /// <summary><c>LIVE_ISO_FORCE_PERSISTENT_BOOT_DEVICE</c>.</summary>
    public string LiveIsoPersistentBoot { get; init; } = "Default";

    /// <summary><c>DIRECT_DEPLOY_FORCE_PERSISTENT_BOOT_DEVICE</c>.</summary>
    public string DirectDeployPersistentBoot { get; init; } = "Default";

    /// <summary><c>PROVISIONING_NETWORK_DISABLED</c>.</summary>
    public bool ProvisioningNetworkDisabled { get; init; }

    /// <summary>Longest config drive that is sent, in bytes of JSON; Ironic refuses larger ones, and says less about it.</summary>
    public int MaxConfigDriveBytes { get; init; } = 48 * 1024 * 1024;

    /// <summary>Reads the Go operator's variables.</summary>
    /// <exception cref="ArgumentException">A value is wrong; the message names variable and remedy.</exception>
    public static IronicProvisionerOptions FromEnvironment(Func<string, string?> variable, bool usesPreprovisioningImages)
    {
        string? Text(string name) => variable(name)?.Trim() is { Length: > 0 } text ? text : null;

        string Persistence(string name) => Text(name) switch
        {
            null => "Default",
            "Default" or "Always" or "Never" => Text(name)!,
            _ => throw new ArgumentException($"{name} must be Default, Always or Never."),
        };

        var kernel = Text("DEPLOY_KERNEL_URL");
        var ramdisk = Text("DEPLOY_RAMDISK_URL");
        if (ramdisk is not null && kernel is null)
        {
            throw new ArgumentException("DEPLOY_RAMDISK_URL is set without DEPLOY_KERNEL_URL; set both or neither.");
        }

        if (kernel is not null && ramdisk is null && !usesPreprovisioningImages)
        {
            throw new ArgumentException("DEPLOY_KERNEL_URL is set without DEPLOY_RAMDISK_URL; set both or neither.");
        }

        return new IronicProvisionerOptions
        {
            DeployKernelUrl = kernel,
            DeployRamdiskUrl = ramdisk,
            DeployIsoUrl = Text("DEPLOY_ISO_URL"),
            LiveIsoPersistentBoot = Persistence("LIVE_ISO_FORCE_PERSISTENT_BOOT_DEVICE"),
            DirectDeployPersistentBoot = Persistence("DIRECT_DEPLOY_FORCE_PERSISTENT_BOOT_DEVICE"),
            ProvisioningNetworkDisabled = string.Equals(
                Text("PROVISIONING_NETWORK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase),
        };
    }
}

/// <summary>Machines through Ironic.</summary>
/// <param name="ironic">The API.</param>
/// <param name="options">Settings.</param>
/// <param name="recent">The node as of a listing some moments ago; null if there was none.</param>
/// <param name="time">The clock.</param>
internal sealed partial class IronicProvisioner(
    IronicClient ironic,
    IronicProvisionerOptions options,
    Func<string, IronicNode?> recent,
    TimeProvider time) : IProvisioner
{
    private static readonly string[] BusyStates =
    [
        States.Cleaning, States.CleanWait, States.Inspecting, States.InspectWait, States.Deploying, States.WaitCallBack, States.Deleting,
    ];

    /// <inheritdoc/>
    public Task<NodeReport> LookAsync(NodeInput input, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () => Reports.Of(await NodeAsync(input, cancellationToken)));

    /// <inheritdoc/>
    public Task<FirmwareSettings> FirmwareSettingsAsync(string nodeId, bool withSchema, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () =>
        {
            var all = await ironic.BiosAsync(nodeId, withSchema, cancellationToken);
            var values = all.Where(one => one.Value is not null)
                .ToDictionary(one => one.Name, one => one.Value!, StringComparer.Ordinal);
            var schema = withSchema
                ? all.ToDictionary(one => one.Name, SchemaOf, StringComparer.Ordinal)
                : null;
            return new FirmwareSettings(values, schema);
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<HostKey>> BusyHostsAsync(bool virtualMedia, CancellationToken cancellationToken) =>
        ClassifiedAsync<IReadOnlyList<HostKey>>(async () =>
        {
            var nodes = await ironic.AllNodesAsync(["uuid", "name", "provision_state", "boot_interface"], cancellationToken);
            return [.. nodes
                .Where(node => Array.IndexOf(BusyStates, node.ProvisionState) >= 0
                    && (node.BootInterface?.Contains("virtual-media", StringComparison.Ordinal) is true) == virtualMedia)
                .Select(HostOf)];
        });

    private static HostKey HostOf(IronicNode node) => (node.Name ?? node.Uuid).Split('~', 2) is [var space, var name]
        ? new(space, name, "")
        : new("", node.Name ?? node.Uuid, "");

    private static SettingSchema SchemaOf(BiosSetting setting) => new()
    {
        AttributeType = setting.AttributeType is { Length: > 0 } type ? AttributeType.Of(type) : null,
        AllowableValues = setting.AllowableValues is { Count: > 0 } values ? [.. values] : null,
        LowerBound = setting.LowerBound,
        UpperBound = setting.UpperBound,
        MinLength = setting.MinLength,
        MaxLength = setting.MaxLength,
        ReadOnly = setting.ReadOnly,
        Unique = setting.Unique,
    };

    private static async Task<T> ClassifiedAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (IronicException e)
        {
            throw Fault.From(e);
        }
    }

    /// <summary>The node, read from Ironic.</summary>
    private async Task<IronicNode> NodeAsync(NodeInput input, CancellationToken cancellationToken)
    {
        if (input.NodeId is not { Length: > 0 } id)
        {
            throw Fault.NodeMissing(null);
        }

        return await ironic.FindNodeAsync(id, cancellationToken) ?? throw Fault.NodeMissing(id);
    }

    /// <summary>
    /// Works by the trusted report, if there is one, and by a fresh look if that turns out to be wrong: the state machine
    /// refuses a verb that does not fit.
    /// </summary>
    private Task<NodeAnswer> LookedAsync(
        NodeInput input, Func<IronicNode, bool, Task<NodeAnswer>> work, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () =>
        {
            if (input.Trusted is { } report && report.NodeId == input.NodeId)
            {
                try
                {
                    return await work(Reports.From(report), false);
                }
                catch (IronicException e) when (
                    e.Fault is IronicFault.Busy or IronicFault.Conflict or IronicFault.Refused or IronicFault.NotFound)
                {
                    // The report was too old; what the node says now decides.
                }
            }

            return await work(await NodeAsync(input, cancellationToken), true);
        });

    /// <summary>Sends a verb to a node that is not put aside; lifts a maintenance that nobody needs any more.</summary>
    private async Task VerbAsync(
        IronicNode node, string verb, CancellationToken cancellationToken, Action<JsonObject>? more = null, bool despiteFault = false)
    {
        if (node.Fault is { Length: > 0 } fault && !despiteFault)
        {
            throw Fault.PowerLost(fault);
        }

        if (node.Maintenance)
        {
            await ironic.SetMaintenanceAsync(node.Uuid, null, cancellationToken);
        }

        var request = new JsonObject { ["target"] = verb };
        more?.Invoke(request);
        try
        {
            await ironic.ProvisionAsync(node.Uuid, request, cancellationToken);
        }
        catch (IronicException e) when (
            e.Fault is IronicFault.Refused && e.Text.Contains("can not be performed", StringComparison.OrdinalIgnoreCase))
        {
            // The node moved between look and verb: looking again decides.
            throw new IronicException(IronicFault.Conflict, $"PUT {verb}", e.Text, e.Status, e);
        }
    }

    /// <summary>
    /// Ironic stamps state changes in whole seconds, and the fence lives by them: a verb is not sent in the very second of the
    /// stamp that was recorded, so that whatever it sets going shows.
    /// </summary>
    private async Task NextSecondAsync(IronicNode node, CancellationToken cancellationToken)
    {
        if (node.UpdatedAt is not { } updated || node.ProvisionUpdatedAt is not { } changed || updated - changed < TimeSpan.FromSeconds(1))
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
        }
    }

    private static async Task<bool> WantedAsync(NodeInput input, CancellationToken cancellationToken) =>
        input.StillWanted is not { } ask || await ask(cancellationToken);

    private static NodeAnswer Answer(NodeProgress progress, IronicNode? node, params NodeEvent[] events) =>
        new() { Progress = progress, Node = node is null ? null : Reports.Of(node), Events = events };

    private static NodeAnswer Done(IronicNode? node, params NodeEvent[] events) => Answer(NodeProgress.Done, node, events);

    /// <param name="node">The node as the verb leaves it: whoever stops now and comes back with this report must not send the verb again.</param>
    /// <param name="events">What to tell.</param>
    private static NodeAnswer Started(IronicNode node, params NodeEvent[] events) => Answer(NodeProgress.Started, node, events);

    private static NodeAnswer Running(IronicNode node, params NodeEvent[] events) => Answer(NodeProgress.Running, node, events);

    private static NodeAnswer Superseded(IronicNode node) => Answer(NodeProgress.Superseded, node);
}

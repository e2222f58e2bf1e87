using System.Text.Json;
using Metal3.Activities.Ironic;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Provisioning.OnIronic;

internal sealed partial class IronicProvisioner
{
    /// <inheritdoc/>
    public Task<NodeAnswer> InspectAsync(NodeInput input, bool refresh, bool force, CancellationToken cancellationToken) =>
        LookedAsync(
            input,
            async (node, _) =>
            {
                switch (node.ProvisionState)
                {
                    case States.Available:
                        await VerbAsync(node, "manage", cancellationToken);
                        return Running(node);
                    case States.InspectWait when force:
                        await VerbAsync(node, "abort", cancellationToken);
                        return Started(node);
                    case States.InspectFailed when !input.Restart && !refresh && !WasAborted(node):
                        throw Fault.NodeFailed(Reports.Clean(node.LastError) ?? "Inspection failed", Reports.Clean(node.LastError));
                    case States.InspectFailed:
                        return await StartInspectionAsync(node, cancellationToken);
                    case States.Manageable:
                        return refresh || !await HasInventoryAsync(node, cancellationToken)
                            ? await StartInspectionAsync(node, cancellationToken)
                            : Done(node);
                    default:
                        return WaitOrRefuse("Inspection", node);
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<HardwareDetails> ReadHardwareAsync(NodeInput input, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () =>
        {
            if (input.NodeId is not { Length: > 0 } id)
            {
                throw Fault.NodeMissing(null);
            }

            var record = await ironic.FindInventoryAsync(id, cancellationToken);
            if (record is null)
            {
                throw await ironic.FindNodeAsync(id, cancellationToken) is null
                    ? Fault.NodeMissing(id)
                    : Fault.NodeFailed("The inspection ended without leaving an inventory.");
            }

            HardwareDetails details;
            try
            {
                details = Inventory.Read(record);
            }
            catch (JsonException e)
            {
                throw Fault.NodeFailed($"failed to retrieve hardware introspection data: {e.Message}");
            }

            var nics = (details.Nics ?? []).Where(nic => nic.Mac is not null).Select(nic => (nic.Mac!, nic.Pxe is true)).ToList();
            if (nics.Count > 0)
            {
                await CreatePortsAsync(
                    id, nics, await ironic.PortsOfNodeAsync(id, cancellationToken), unseen: null, cancellationToken);
            }

            return details;
        });

    private static bool WasAborted(IronicNode node) =>
        node.LastError?.Contains("aborted", StringComparison.OrdinalIgnoreCase) is true;

    private async Task<bool> HasInventoryAsync(IronicNode node, CancellationToken cancellationToken) =>
        node switch
        {
            { InspectionFinishedAt: not null } => true,
            { InspectionStartedAt: null } => false,
            // An inspection failed after an earlier one had succeeded: the earlier data stay good.
            _ => await ironic.FindInventoryAsync(node.Uuid, cancellationToken) is not null,
        };

    private async Task<NodeAnswer> StartInspectionAsync(IronicNode node, CancellationToken cancellationToken)
    {
        await VerbAsync(node, "inspect", cancellationToken);
        return Started(node with { ProvisionState = States.Inspecting }, new NodeEvent("InspectionStarted", "Hardware inspection started"));
    }
}

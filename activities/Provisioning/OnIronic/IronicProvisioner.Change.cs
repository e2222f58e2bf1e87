using System.Text.Json.Nodes;
using Metal3.Activities.Ironic;
using Metal3.Contracts.Provisioning;

namespace Metal3.Activities.Provisioning.OnIronic;

// Manual cleaning and servicing: steps that run at most once per intent.
internal sealed partial class IronicProvisioner
{
    /// <inheritdoc/>
    public Task<NodeAnswer> PrepareAsync(ChangeInput input, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () =>
        {
            var node = await NodeAsync(input, cancellationToken);
            RefuseStale(input.Intent, node);
            switch (node.ProvisionState)
            {
                case States.Available or States.Manageable when input.Steps.Count == 0:
                    return Done(node);
                case States.Available:
                    await VerbAsync(node, "manage", cancellationToken);
                    return Running(node);
                case States.Manageable:
                    return await ChangeAsync(input, node, "clean", "clean_steps", cancellationToken);
                case States.CleanFailed:
                    if (input.Restart)
                    {
                        await ForgiveAsync(input.Intent, node, cancellationToken);
                    }

                    return await RecoverAsync(input, node, "", cancellationToken);
                case States.InspectFailed or States.AdoptFailed:
                    await VerbAsync(node, "manage", cancellationToken);
                    return Running(node);
                default:
                    return WaitOrRefuse("Preparation", node);
            }
        });

    /// <inheritdoc/>
    public Task<NodeAnswer> ServiceAsync(ChangeInput input, bool hasSpec, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () =>
        {
            var node = await NodeAsync(input, cancellationToken);
            RefuseStale(input.Intent, node);
            switch (node.ProvisionState)
            {
                case States.Active when input.Steps.Count == 0:
                    return Done(node);
                case States.Active:
                    return await ChangeAsync(input, node, "service", "service_steps", cancellationToken);
                case States.ServiceWait when !hasSpec:
                    await VerbAsync(node, "abort", cancellationToken);
                    return Started(node);
                case States.ServiceFailed when !hasSpec:
                    await VerbAsync(node, "abort", cancellationToken, despiteFault: node.Maintenance);
                    return Started(node);
                case States.ServiceFailed when !input.Restart:
                    throw Fault.NodeFailed(Reports.Clean(node.LastError) ?? "Servicing failed", Reports.Clean(node.LastError));
                case States.ServiceFailed:
                    if (node.Maintenance)
                    {
                        await ironic.SetMaintenanceAsync(node.Uuid, null, cancellationToken);
                        node = node with { Maintenance = false, Fault = null };
                    }

                    return await ChangeAsync(input, node, "service", "service_steps", cancellationToken, again: true);
                default:
                    return WaitOrRefuse("Servicing", node);
            }
        });

    /// <summary>An intent that is older than the node's must not act any more: a newer workflow has decided since.</summary>
    private static void RefuseStale(NodeIntent intent, IronicNode node)
    {
        if (RecordedIntent.On(node) is { Intent: var recorded }
            && (recorded.Ordinal > intent.Ordinal || (recorded.Ordinal == intent.Ordinal && recorded != intent)))
        {
            throw Fault.Stale(intent, recorded);
        }
    }

    private async Task<NodeAnswer> ChangeAsync(
        ChangeInput input, IronicNode node, string verb, string steps, CancellationToken cancellationToken, bool again = false)
    {
        var fence = RecordedIntent.On(node);
        var unseen = false;
        var mine = fence?.Intent == input.Intent;
        if (mine && !again && !fence!.Failed && fence.MovedSince(node))
        {
            // The verb was sent under this very intent, by an attempt that was lost on its way back.
            if (Reports.Clean(node.LastError) is { } error)
            {
                throw Fault.NodeFailed(error, error);
            }

            // Or so it seems: somebody else may have moved the node between the record and the verb. Settings can be looked at, and
            // setting them twice destroys nothing; RAID cannot be told apart from what was there before, and is left alone.
            if (fence.Unseen || input.TargetRaid is not null || input.RaidInterface is not null
                || !await NoneAppliedAsync(node, input.Steps, cancellationToken))
            {
                return Done(node);
            }

            unseen = true;
        }

        if (!await WantedAsync(input, cancellationToken))
        {
            return Superseded(node);
        }

        if (!mine || fence!.MovedSince(node) || fence.Failed)
        {
            var patch = new List<PatchOp> { RecordedIntent.Write(node, input.Intent, unseen: unseen) };
            if (input.RaidInterface is { } raid && node.RaidInterface != raid && node.ProvisionState is States.Manageable)
            {
                patch.Add(PatchOp.Add("/raid_interface", raid));
            }

            node = await ironic.PatchNodeAsync(node.Uuid, patch, cancellationToken);
        }

        if (input.TargetRaid is { } target)
        {
            await ironic.SetRaidAsync(node.Uuid, (JsonObject)target.DeepClone(), cancellationToken);
        }

        await NextSecondAsync(node, cancellationToken);
        await VerbAsync(node, verb, cancellationToken, request => request[steps] = input.Steps.DeepClone());
        return Started(node with { ProvisionState = verb is "service" ? States.Servicing : States.Cleaning });
    }

    /// <summary>Whether the steps only apply settings, all of them known to the node, and not one has the value it should have.</summary>
    private async Task<bool> NoneAppliedAsync(IronicNode node, JsonArray steps, CancellationToken cancellationToken)
    {
        if (steps.Count == 0 || steps.Any(step => Reports.Text(step?["interface"]) != "bios"))
        {
            return false;
        }

        var actual = (await ironic.BiosAsync(node.Uuid, withSchema: false, cancellationToken))
            .ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal);
        var wanted = steps.SelectMany(step => step?["args"]?["settings"] as JsonArray ?? []).ToList();
        return wanted.Count > 0 && wanted.All(one =>
            Reports.Text(one?["name"]) is { } name && actual.TryGetValue(name, out var value) && value is not null
            && !string.Equals(value, one!["value"]?.ToString(), StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Notes that the attempt under an intent failed, before the failure itself becomes invisible.</summary>
    private async Task ForgiveAsync(NodeIntent intent, IronicNode node, CancellationToken cancellationToken)
    {
        if (RecordedIntent.On(node) is { Failed: false } fence && fence.Intent == intent)
        {
            await ironic.PatchNodeAsync(node.Uuid, [RecordedIntent.Write(node, intent, failed: true)], cancellationToken);
        }
    }
}

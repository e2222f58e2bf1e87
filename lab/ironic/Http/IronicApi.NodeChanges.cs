using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class IronicApi
{
    private void PatchNode(Call call, Node node, string ident)
    {
        NodePatch.Check(call.Json ?? new JsonObject(), Patchable);
        var patch = (JsonArray)call.Json!;
        foreach (var operation in patch)
        {
            if (!Documents.Visible(operation!["path"].Text()!.Split('/')[1], call.Minor))
            {
                throw ApiException.NotAcceptable();
            }
        }

        var onlyFrees = node.Maintenance && patch.Count == 1 && patch[0]!["op"].Text() == "remove"
            && patch[0]!["path"].Text() == "/instance_uuid";
        if (node.Target is not null && !ProvisionStates.IsUpdatable(node.State) && !onlyFrees)
        {
            throw ApiException.Of(409, $"Node {node.Uuid} can not be updated while a state transition is in progress.");
        }

        var removesName = patch.Any(o => o!["path"].Text() == "/name" && o["op"].Text() == "remove");
        var changed = node.Fields.DeepClone().AsObject();
        foreach (var operation in patch)
        {
            // Top-level fields always exist, so removing one that is null is allowed and means its default.
            var path = operation!["path"].Text()!;
            if (path.LastIndexOf('/') == 0 && operation["op"].Text() == "remove")
            {
                var field = path[1..];
                if (Flags.Contains(field) && field != "maintenance")
                {
                    throw ApiException.Of(500, "'value'");
                }

                changed[field] = field == "driver"
                    ? throw ApiException.Of(400, "Schema error for patch: 'driver' is a required property")
                    : Objects.Contains(field) ? new JsonObject() : Flags.Contains(field) && field != "automated_clean" ? false : null;
            }
            else
            {
                NodePatch.Apply(changed, [operation.DeepClone()]);
            }
        }

        Validate(new JsonObject(changed.Where(f => Patchable.Contains(f.Key))
            .Select(f => KeyValuePair.Create(f.Key, f.Value?.DeepClone()))), "patch");
        foreach (var field in Patchable)
        {
            changed[field] = Normal(field, changed[field]);
        }

        if (changed["network_data"] is JsonObject { Count: > 0 } network
            && new[] { "links", "networks" }.FirstOrDefault(key => !network.ContainsKey(key)) is { } absent)
        {
            throw ApiException.Of(400, $"Invalid network_data: '{absent}' is a required property ");
        }

        var name = changed["name"].Text();
        if (name is not null && !IsName(name))
        {
            throw ApiException.Of(400, $"Node {ident}: Cannot change name to invalid name '{name}'");
        }

        if (removesName)
        {
            name = null;
        }

        if (name is not null && name != node.Name && world.Find(name) is not null)
        {
            throw ApiException.Of(409, $"A node with name {name} already exists.");
        }

        KnownDriver(changed["driver"].Text()!);
        if (node.State == ProvisionStates.Inspecting && call.Minor >= 39)
        {
            throw ApiException.Of(409, $"Cannot update node \"{node.Uuid}\" while it is in state \"inspecting\".");
        }

        Free(node, call);
        if (!node.Maintenance && !InterfacesChangeIn.Contains(node.State)
            && Drivers.Interfaces.Select(kind => kind + "_interface").FirstOrDefault(field =>
                patch.Any(o => o!["path"].Text() == "/" + field)) is { } interfaceField)
        {
            throw ApiException.Of(
                409,
                $"Node {node.Uuid} can not have {interfaceField} updated unless it is in one of allowed "
                + "(enroll, inspecting, inspect wait, manageable, available) states or in maintenance mode.");
        }

        var instance = changed["instance_uuid"].Text();
        if (instance is not null && instance != node.Fields["instance_uuid"].Text())
        {
            if (node.Fields["instance_uuid"].Text() is { } associated)
            {
                throw ApiException.Of(409, $"Node {node.Uuid} is associated with instance {associated}.");
            }

            if (!Guid.TryParse(instance, out _))
            {
                throw ApiException.Of(400, $"Expected UUID for instance_uuid: {instance}");
            }

            InstanceIsFree(instance, node);
        }

        Resolve(changed, changed["driver"].Text()!);
        if (!changed["maintenance"].Flag() && node.Maintenance)
        {
            changed["maintenance_reason"] = null;
            changed["fault"] = null;
        }

        changed["updated_at"] = world.Now;
        world.Rename(node, name);
        node.Fields = changed;
        node.Fields["name"] = name;
        world.Touch(node);
        call.Node = node.Name ?? node.Uuid;
        var shown = Documents.Node(node, Endpoint, call.Minor, null);
        shown["reservation"] = conductor.Host; // the answer is made while the conductor still holds the lock
        call.Answer(shown);
    }

    private void InstanceIsFree(string instance, Node? except)
    {
        if (world.Nodes.Values.FirstOrDefault(n => n != except && n.Fields["instance_uuid"].Text() == instance) is { } other)
        {
            throw ApiException.Of(
                409, $"Instance {instance} is already associated with a node, it cannot be associated with this other node {except?.Uuid ?? other.Uuid}");
        }
    }

    private void DeleteNode(Call call, Node node)
    {
        call.Verb = "destroy";
        if (node.Fields["protected"].Flag())
        {
            throw ApiException.Of(403, $"Node {node.Uuid} is protected and cannot be undeployed, rebuilt or deleted");
        }

        Free(node, call);
        if (!node.Maintenance)
        {
            if (node.Fields["instance_uuid"].Text() is { } instance)
            {
                throw ApiException.Of(409, $"Node {node.Uuid} is associated with instance {instance}.");
            }

            if (node.State is not (ProvisionStates.Enroll or ProvisionStates.Manageable or ProvisionStates.Available
                or ProvisionStates.AdoptFailed))
            {
                throw ApiException.Of(
                    409,
                    $"Can not delete node \"{node.Uuid}\" while it is in provision state \"{node.State}\". Valid provision "
                    + "states to perform deletion are: \"['available', 'manageable', 'enroll', 'adopt failed']\" or you must "
                    + "set the node into maintenance mode");
            }
        }

        Happened(node, "destroy", new JsonObject());
        world.Remove(node);
        call.Empty(204);
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class IronicApi
{
    private static readonly string[] ShortPort = ["uuid", "address"];

    private static readonly string[] CreatablePort =
    [
        "address", "node_uuid", "uuid", "extra", "is_smartnic", "local_link_connection", "name", "physical_network",
        "portgroup_uuid", "pxe_enabled",
    ];

    private static readonly string[] PatchablePort =
    [
        "address", "extra", "is_smartnic", "local_link_connection", "name", "node_uuid", "physical_network",
        "portgroup_uuid", "pxe_enabled",
    ];

    private static readonly string[] PortFields =
        [.. PatchablePort, "uuid", "created_at", "updated_at", "internal_info", "links"];

    private void PortsRoute(Call call, string[] rest)
    {
        switch (rest)
        {
            case [] when call.Method == "POST":
                CreatePort(call);
                break;
            case [] when call.Method == "GET":
                ListPorts(call, null, call.Flag("detail"));
                break;
            case ["detail"] when call.Method == "GET":
                ListPorts(call, null, detail: true);
                break;
            case []:
                throw ApiException.MethodNotAllowed("DELETE, GET, PATCH, POST");
            case [var ident]:
                call.Template = "/v1/ports/{id}";
                if (!Guid.TryParse(ident, out _) && !IsName(ident))
                {
                    throw ApiException.Of(400, $"Expected UUID or name for port_ident: {ident}");
                }

                var port = world.Ports.GetValueOrDefault(ident)
                    ?? world.Ports.Values.FirstOrDefault(p => p["name"].Text() == ident)
                    ?? throw ApiException.Of(404, $"Port {ident} could not be found.");
                OnePort(call, port);
                break;
            default:
                throw ApiException.NotFound();
        }
    }

    private void OnePort(Call call, JsonObject port)
    {
        var uuid = port["uuid"].Text()!;
        var node = world.Find(port["node_uuid"].Text()!)!;
        call.Node = node.Name ?? node.Uuid;
        switch (call.Method)
        {
            case "GET":
                call.Answer(Documents.Port(port, Endpoint, FieldsOf(call)));
                break;
            case "PATCH":
                NodePatch.Check(call.Json, PatchablePort);
                Free(node, call);
                var changed = port.DeepClone().AsObject();
                NodePatch.Apply(changed, (JsonArray)call.Json!);
                var connectivity = new[] { "physical_network", "pxe_enabled", "local_link_connection", "portgroup_uuid" };
                if (!node.Maintenance
                    && node.State is not (ProvisionStates.Enroll or ProvisionStates.Inspecting or ProvisionStates.InspectWait
                        or ProvisionStates.Manageable)
                    && connectivity.Any(name => !JsonNode.DeepEquals(changed[name], port[name])))
                {
                    throw ApiException.Of(
                        409,
                        $"Port {uuid} can not have any connectivity attributes (physical_network, pxe_enabled, "
                        + $"local_link_connection, portgroup_id) updated unless node {node.Uuid} is in a enroll, inspecting, "
                        + $"inspect wait, manageable state or in maintenance mode. The current state is {node.State}.");
                }

                changed["address"] = Mac(changed["address"].Text() ?? "");
                if (world.PortByAddress.GetValueOrDefault(changed["address"].Text()!) is { } other && other != uuid)
                {
                    throw ApiException.Of(409, $"A port with MAC address {changed["address"].Text()} already exists.");
                }

                changed["updated_at"] = world.Now;
                world.RemovePort(uuid);
                world.PutPort(changed);
                call.Answer(Documents.Port(changed, Endpoint, null));
                break;
            case "DELETE":
                Free(node, call);
                world.RemovePort(uuid);
                call.Empty(204);
                break;
            default:
                throw ApiException.MethodNotAllowed("DELETE, GET, PATCH, POST");
        }
    }

    private void NodePorts(Call call, Node node, string ident)
    {
        // Ironic 29 takes a name here for the name of a port group.
        if (!Guid.TryParse(ident, out _))
        {
            throw ApiException.Of(404, "Portgroup None could not be found.");
        }

        ListPorts(call, node, call.Flag("detail"));
    }

    private void ListPorts(Call call, Node? node, bool detail)
    {
        var fields = FieldsOf(call);
        if (fields?.Where(field => !PortFields.Contains(field)).ToList() is { Count: > 0 } unknown)
        {
            throw ApiException.Of(400, $"Field(s) \"{string.Join(", ", unknown)}\" are not valid");
        }

        IEnumerable<JsonObject> ports = node is null ? world.Ports.Values : world.PortsOf(node);
        if (call.Query("node_uuid") is { } uuid)
        {
            if (!Guid.TryParse(uuid, out _))
            {
                throw ApiException.Of(400, $"Expected UUID for node_uuid: {uuid}");
            }

            ports = world.PortsOf(world.Find(uuid) ?? throw ApiException.NodeNotFound(uuid));
        }

        if (call.Query("node") is { } ident)
        {
            ports = world.PortsOf(world.Find(ident) ?? throw ApiException.NodeNotFound(ident));
        }

        if (call.Query("address") is { } address)
        {
            var mac = Mac(address);
            ports = world.PortByAddress.TryGetValue(mac, out var found) && world.Ports.TryGetValue(found, out var port)
                ? [port]
                : [];
        }

        var shown = detail ? null : fields ?? ShortPort;
        call.Answer(Page(call, ports, port => port["uuid"].Text()!, port => Documents.Port(port, Endpoint, shown), "ports", shown,
            marker => throw ApiException.Of(404, $"Port {marker} could not be found.")));
    }

    private void CreatePort(Call call)
    {
        var asked = call.Fields("port");
        if (!asked.ContainsKey("address"))
        {
            throw ApiException.Of(400, "Schema error for port: 'address' is a required property");
        }

        if (asked.FirstOrDefault(f => !CreatablePort.Contains(f.Key)) is { Key: { } unexpected })
        {
            throw ApiException.Of(
                400, $"Schema error for port: Additional properties are not allowed ('{unexpected}' was unexpected)");
        }

        if (asked["node_uuid"].Text() is not { } nodeUuid)
        {
            throw ApiException.Of(
                400,
                $"Schema error for port: {Json.Python(asked)} is not valid under any of the given schemas. Possible root "
                + "cause: 'node_ident' is a required property");
        }

        var address = Mac(asked["address"].Text() ?? "");
        if (!Guid.TryParse(nodeUuid, out _))
        {
            throw ApiException.Of(400, $"Expected UUID for node_uuid: {nodeUuid}");
        }

        var node = world.Find(nodeUuid) ?? throw ApiException.Of(400, $"Node {nodeUuid} could not be found.");
        call.Node = node.Name ?? node.Uuid;
        if (world.PortByAddress.ContainsKey(address))
        {
            throw ApiException.Of(409, $"A port with MAC address {address} already exists.");
        }

        var port = conductor.NewPort(node.Uuid, address, pxe: asked["pxe_enabled"]?.Flag() ?? true);
        foreach (var (name, value) in asked)
        {
            port[name] = name == "address" ? address : value?.DeepClone();
        }

        world.PutPort(port);
        call.Location = $"{Endpoint}/v1/ports/{port["uuid"].Text()}";
        call.Answer(Documents.Port(port, Endpoint, null), 201);
    }

    private static string Mac(string address) => MacPattern().IsMatch(address)
        ? address.ToLowerInvariant().Replace('-', ':')
        : throw ApiException.Of(400, $"Expected valid MAC address for address: {address}");

    [GeneratedRegex("^[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}$", RegexOptions.CultureInvariant)]
    private static partial Regex MacPattern();
}

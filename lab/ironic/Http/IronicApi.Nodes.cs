using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class IronicApi
{
    private static readonly string[] Patchable =
    [
        "automated_clean", "bios_interface", "boot_interface", "chassis_uuid", "conductor_group", "console_interface",
        "deploy_interface", "description", "disable_power_off", "driver", "driver_info", "extra", "inspect_interface",
        "instance_info", "instance_uuid", "lessee", "maintenance", "management_interface", "name", "network_data",
        "network_interface", "owner", "power_interface", "properties", "protected", "protected_reason",
        "raid_interface", "rescue_interface", "resource_class", "retired", "retired_reason", "shard",
        "storage_interface", "vendor_interface", "parent_node", "firmware_interface",
    ];

    /// <summary>The fields of a short listing in the order in which <c>next</c> names them.</summary>
    private static readonly string[] LinkedFields =
        ["instance_uuid", "maintenance", "power_state", "provision_state", "uuid", "name"];

    private static readonly string[] Creatable = [.. Patchable.Except(["maintenance", "protected", "protected_reason"]), "uuid"];

    private static readonly string[] Objects = ["driver_info", "extra", "instance_info", "properties", "network_data"];

    private static readonly string[] Flags = ["automated_clean", "disable_power_off", "protected", "retired", "maintenance"];

    private static readonly string[] InterfacesChangeIn =
    [
        ProvisionStates.Enroll, ProvisionStates.Inspecting, ProvisionStates.InspectWait, ProvisionStates.Manageable,
        ProvisionStates.Available,
    ];

    private void NodesRoute(Call call, string[] rest)
    {
        switch (rest)
        {
            case []:
                if (call.Method == "POST")
                {
                    CreateNode(call);
                }
                else if (call.Method == "GET")
                {
                    ListNodes(call, call.Flag("detail"));
                }
                else
                {
                    throw call.Method is "DELETE" or "PATCH"
                        ? ApiException.Of(400, "Missing mandatory parameter: node_ident")
                        : ApiException.MethodNotAllowed("DELETE, GET, PATCH, POST");
                }

                return;
            case ["detail"] when call.Method == "GET":
                ListNodes(call, detail: true);
                return;
            case [_, .. var below]:
                call.Template = "/v1/nodes/{id}" + (below.Length == 0 ? "" : "/" + string.Join('/', below));
                break;
            default:
                throw ApiException.NotFound();
        }

        var ident = rest[0];
        if (world.Find(ident) is not { } node || (call.Minor < 5 && !Guid.TryParse(ident, out _)))
        {
            throw ApiException.NodeNotFound(ident);
        }

        call.Node = node.Name ?? node.Uuid;
        if (rest is [_])
        {
            switch (call.Method)
            {
                case "GET":
                    call.Answer(Documents.Node(node, Endpoint, call.Minor, Fields(call, one: true)));
                    break;
                case "PATCH":
                    PatchNode(call, node, ident);
                    break;
                case "DELETE":
                    DeleteNode(call, node);
                    break;
                case "POST":
                    throw ApiException.Of(400, $"Schema error for node: '{ident}' is not of type 'object'");
                default:
                    throw ApiException.MethodNotAllowed("DELETE, GET, PATCH, POST");
            }

            return;
        }

        NodeRoute(call, node, ident, rest[1..]);
    }

    private string[]? Fields(Call call, bool one = false)
    {
        if (FieldsOf(call) is not { } fields)
        {
            return null;
        }

        foreach (var field in fields)
        {
            if (!Documents.IsField(field))
            {
                throw one
                    ? ApiException.Of(400, $"Field {field} is not a valid field.")
                    : ApiException.Of(500, $"type object 'Node' has no attribute '{field}'");
            }

            if (!Documents.Visible(field, call.Minor))
            {
                throw ApiException.NotAcceptable();
            }
        }

        return fields;
    }

    private void ListNodes(Call call, bool detail)
    {
        var fields = Fields(call);
        if (detail && fields is not null)
        {
            throw ApiException.Of(400, "Can not specify ?detail=True and fields in the same request.");
        }

        var shown = detail ? null : fields ?? Documents.Short;
        IEnumerable<Node> nodes = world.Nodes.Values;
        foreach (var filter in new[]
        {
            "provision_state", "driver", "instance_uuid", "owner", "lessee", "fault", "conductor_group", "conductor",
            "resource_class", "shard", "parent_node",
        })
        {
            if (call.Query(filter) is { } wanted)
            {
                nodes = nodes.Where(node => (node.Fields[filter].Text() ?? "") == wanted);
            }
        }

        if (call.Query("provision_state") is { } state && !ProvisionStates.All.Contains(state))
        {
            throw ApiException.Of(400, $"Provision state \"{state}\" is not valid");
        }

        if (call.Query("fault") is { } fault
            && fault is not ("power failure" or "clean failure" or "rescue abort failure" or "service failure"))
        {
            throw ApiException.Of(
                400,
                $"Unrecognized fault \"{fault}\" is specified, allowed faults are ('power failure', 'clean failure', "
                + "'rescue abort failure', 'service failure')");
        }

        foreach (var flag in new[] { "maintenance", "retired" })
        {
            if (call.Query(flag) is { } given)
            {
                if (!IsFlag(given))
                {
                    throw NoFlag(flag, given);
                }

                nodes = nodes.Where(node => node.Fields[flag].Flag() == call.Flag(flag));
            }
        }

        if (call.Query("associated") is not null)
        {
            nodes = nodes.Where(node => (node.Fields["instance_uuid"] is not null) == call.Flag("associated"));
        }

        if (call.Query("description_contains") is { } part)
        {
            nodes = nodes.Where(node => node.Fields["description"].Text()?.Contains(part, StringComparison.Ordinal) == true);
        }

        var (sortKey, descending) = (call.Query("sort_key") ?? "id", call.Query("sort_dir") == "desc");
        if (sortKey != "id")
        {
            if (!Documents.IsField(sortKey) || Objects.Contains(sortKey))
            {
                throw ApiException.Of(400, Objects.Contains(sortKey)
                    ? $"The sort_key value {sortKey} is an invalid field for sorting"
                    : $"The sort_key value \"{sortKey}\" is an invalid field for sorting");
            }

            nodes = nodes.OrderBy(node => node.Fields[sortKey]?.ToString(), StringComparer.Ordinal);
        }

        if (descending)
        {
            nodes = nodes.Reverse();
        }

        call.Answer(Page(call, nodes, node => node.Uuid, node => Documents.Node(node, Endpoint, call.Minor, shown),
            "nodes", detail ? null : fields ?? LinkedFields, ident => throw ApiException.NodeNotFound(ident)));
    }

    private JsonObject Page<T>(
        Call call, IEnumerable<T> items, Func<T, string> uuid, Func<T, JsonObject> show, string name, string[]? fields,
        Action<string> unknown)
    {
        var limit = world.Options.PageSize;
        if (call.Query("limit") is { } asked)
        {
            if (!int.TryParse(asked, out var wanted))
            {
                throw ApiException.Of(400, $"Expected an integer for limit: {asked}");
            }

            if (wanted < 0)
            {
                throw ApiException.Of(400, "Limit must be positive");
            }

            limit = wanted == 0 ? limit : Math.Min(limit, wanted);
        }

        var all = items.ToList();
        var start = 0;
        if (call.Query("marker") is { } marker)
        {
            if (!Guid.TryParse(marker, out _))
            {
                throw ApiException.Of(400, $"Expected UUID for marker: {marker}");
            }

            start = all.FindIndex(item => string.Equals(uuid(item), marker, StringComparison.OrdinalIgnoreCase)) + 1;
            if (start == 0)
            {
                unknown(marker);
            }
        }

        var page = all.Skip(start).Take(limit).ToList();
        var answer = new JsonObject { [name] = Json.ArrayOf(page.Select(item => (JsonNode?)show(item))) };
        if (page.Count == limit && limit > 0)
        {
            var query = string.Concat(call.Http.Request.Query
                .Where(pair => pair.Key is not ("limit" or "marker" or "sort_key" or "sort_dir" or "fields"))
                .Select(pair => $"&{pair.Key}={pair.Value}"));
            answer["next"] = $"{Endpoint}/v1/{name}?sort_key={call.Query("sort_key") ?? "id"}"
                + $"&sort_dir={call.Query("sort_dir") ?? "asc"}{query}"
                + (fields is null ? "" : $"&fields={string.Join(',', fields)}") + $"&limit={limit}&marker={uuid(page[^1])}";
        }

        return answer;
    }

    private void CreateNode(Call call)
    {
        var asked = call.Fields("node");
        if (!asked.ContainsKey("driver"))
        {
            throw ApiException.Of(400, "Schema error for node: 'driver' is a required property");
        }

        var unexpected = asked.Select(field => field.Key).Where(name => !Creatable.Contains(name)).Order(StringComparer.Ordinal).ToList();
        if (unexpected.Count > 0)
        {
            throw ApiException.Of(
                400,
                $"Schema error for node: Additional properties are not allowed ({string.Join(", ", unexpected.Select(n => $"'{n}'"))} "
                + $"{(unexpected.Count == 1 ? "was" : "were")} unexpected)");
        }

        if (asked.Any(field => !Documents.Visible(field.Key, call.Minor)))
        {
            throw ApiException.NotAcceptable();
        }

        Validate(asked, "node");
        var uuid = asked["uuid"].Text();
        if (uuid is not null && !Guid.TryParse(uuid, out _))
        {
            throw ApiException.Of(400, $"Expected UUID for uuid: {uuid}");
        }

        var name = asked["name"].Text();
        if (name is not null && !IsName(name))
        {
            throw ApiException.Of(400, $"Cannot create node with invalid name '{name}'");
        }

        var driver = asked["driver"].Text()!;
        KnownDriver(driver);
        if (asked["instance_uuid"].Text() is { } given && !Guid.TryParse(given, out _))
        {
            throw ApiException.Of(400, $"Expected UUID for instance_uuid: {given}");
        }

        var fields = Node.Fresh(uuid ?? Guid.NewGuid().ToString(), world.Now, conductor.Host);
        foreach (var (field, value) in asked)
        {
            fields[field] = Normal(field, value);
        }

        Resolve(fields, driver);
        if (uuid is not null && world.Find(uuid) is not null)
        {
            throw ApiException.Of(409, $"A node with UUID {uuid} already exists.");
        }

        if (name is not null && world.Find(name) is not null)
        {
            throw ApiException.Of(409, $"A node with name {name} already exists.");
        }

        if (fields["instance_uuid"].Text() is { } instance)
        {
            InstanceIsFree(instance, null);
        }

        var node = world.Create(fields);
        call.Node = node.Name ?? node.Uuid;
        call.Location = $"{Endpoint}/v1/nodes/{node.Uuid}";
        call.Answer(Documents.Node(node, Endpoint, call.Minor, null), 201);
    }

    /// <summary>Waits, that is makes the caller wait, until nobody holds the node's lock.</summary>
    private void Free(Node node, Call call)
    {
        if (node.IsLocked || world.Failures.Find(FailureKinds.Locked, world.NamesOf(node, conductor.Find(node))) is not null)
        {
            throw new NodeIsLocked(node, node.Reservation ?? conductor.Host);
        }

        _ = call;
    }

    /// <summary>An accepted verb that cannot be undone, with what it was for.</summary>
    private void Happened(Node node, string verb, JsonObject content) => world.Counters.Event(new JsonObject
    {
        ["at"] = world.Now,
        ["node"] = node.Name ?? node.Uuid,
        ["uuid"] = node.Uuid,
        ["verb"] = verb,
        ["content"] = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Utf8(content)))[..16],
        ["extra"] = node.Fields["extra"]?.DeepClone(),
    });

    private static bool IsName(string name) => NamePattern().IsMatch(name) && !Guid.TryParse(name, out _);

    [GeneratedRegex("^[A-Za-z0-9\\-._~]{1,255}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}

/// <summary>Somebody holds the lock; the request is tried again until its patience ends in 409.</summary>
internal sealed class NodeIsLocked(Node node, string host) : Exception
{
    public ApiException Conflict => ApiException.Locked(node.Uuid, host);
}

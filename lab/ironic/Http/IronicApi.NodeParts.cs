using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class IronicApi
{
    private void NodeRoute(Call call, Node node, string ident, string[] rest)
    {
        switch (rest)
        {
            case ["states"]:
                States(call, node);
                break;
            case ["states", "provision"] when call.Method != "GET":
                Provision(call, node, ident);
                break;
            case ["states", "power"] when call.Method != "GET":
                Power(call, node, ident);
                break;
            case ["states", "raid"] when call.Method != "GET":
                Raid(call, node);
                break;
            case ["states", "boot_mode" or "secure_boot"] when call.Method != "GET":
                BootMode(call, node, rest[1], ident);
                break;
            case ["states", "console"]:
                Only(call, "GET", "PUT");
                call.Answer(new JsonObject { ["console_enabled"] = false, ["console_info"] = null });
                break;
            case ["states", _] when call.Method == "GET":
                throw ApiException.Of(500, "NodeStatesController.get() takes 2 positional arguments but 3 were given");
            case ["maintenance"]:
                Maintenance(call, node);
                break;
            case ["validate"]:
                Only(call, "GET");
                ValidateNode(call, node);
                break;
            case ["inventory"]:
                Only(call, "GET");
                InventoryOf(call, node);
                break;
            case ["bios"]:
                Only(call, "GET");
                call.Answer(new JsonObject
                {
                    ["bios"] = Json.ArrayOf(node.List("bios").Select(setting =>
                        (JsonNode?)BiosSetting(setting!.AsObject(), ident, call.Flag("detail"), FieldsOf(call)))),
                });
                break;
            case ["bios", var name]:
                Only(call, "GET");
                call.Template = "/v1/nodes/{id}/bios/{id}";
                var found = node.List("bios").FirstOrDefault(setting => setting!["name"].Text() == name)
                    ?? throw ApiException.Of(404, $"Node {node.Uuid} doesn't have a BIOS setting '{name}'");
                call.Answer(new JsonObject { [name] = BiosSetting(found.AsObject(), node.Uuid, detail: true, null) });
                break;
            case ["firmware"]:
                Only(call, "GET");
                call.Answer(new JsonObject { ["firmware"] = node.List("firmware").DeepClone() });
                break;
            case ["history", .. var one]:
                Only(call, "GET");
                History(call, node, one);
                break;
            case ["traits", .. var trait]:
                Traits(call, node, ident, trait);
                break;
            case ["ports"]:
                Only(call, "GET");
                NodePorts(call, node, ident);
                break;
            case ["portgroups"]:
                Only(call, "GET");
                if (!Guid.TryParse(ident, out _))
                {
                    throw ApiException.Of(404, "Portgroup None could not be found.");
                }

                call.Answer(new JsonObject { ["portgroups"] = new JsonArray() });
                break;
            case ["volume"]:
                Only(call, "GET");
                call.Answer(Volume($"nodes/{ident}/volume"));
                break;
            case ["volume", "connectors" or "targets"]:
                Only(call, "GET");
                call.Answer(new JsonObject { [rest[1]] = new JsonArray() });
                break;
            case ["allocation"]:
                throw ApiException.Of(404, $"Allocation for node {ident} was not found");
            case ["children"]:
                Only(call, "GET");
                call.Answer(new JsonObject
                {
                    ["children"] = Json.Strings(world.Nodes.Values
                        .Where(child => child.Fields["parent_node"].Text() == node.Uuid).Select(child => child.Uuid)),
                    ["links"] = new JsonObject
                    {
                        ["href"] = $"{Endpoint}/v1/nodes?parent_node={node.Uuid}",
                        ["rel"] = "children",
                    },
                });
                break;
            case ["vifs"]:
                Only(call, "GET");
                call.Answer(new JsonObject { ["vifs"] = new JsonArray() });
                break;
            case ["vmedia"]:
                VirtualMedia(call, node);
                break;
            case ["vendor_passthru"]:
                VendorPassthru(call, node);
                break;
            case ["vendor_passthru", "methods"]:
                Only(call, "GET");
                VendorMethods(call, node);
                break;
            case ["management", "boot_device"]:
                BootDevice(call, node);
                break;
            case ["management", "boot_device", "supported"]:
                Only(call, "GET");
                call.Answer(new JsonObject { ["supported_boot_devices"] = Json.Strings(SupportedBootDevices(node)) });
                break;
            case ["management"]:
                throw ApiException.MethodNotAllowed("");
            case ["management", "indicators", ..] or ["management", "inject_nmi"]:
                throw Unsupported(node, rest[1], 400);
            default:
                throw ApiException.Of(400, $"Field {rest[0]} is not a valid field.");
        }
    }

    private JsonObject BiosSetting(JsonObject setting, string ident, bool detail, string[]? fields)
    {
        var shown = new JsonObject();
        string[] brief = ["created_at", "updated_at", "name", "value"];
        foreach (var (name, value) in setting)
        {
            if (fields is null ? detail || brief.Contains(name) : fields.Contains(name))
            {
                shown[name] = value?.DeepClone();
            }
        }

        shown["links"] = Documents.Links(Endpoint, $"nodes/{ident}/bios/{setting["name"].Text()}");
        return shown;
    }

    private void InventoryOf(Call call, Node node)
    {
        if (node.Inside["inventory"] is not JsonObject inventory
            || world.Failures.Use(FailureKinds.InventoryMissing, world.NamesOf(node, conductor.Find(node))) is not null)
        {
            throw ApiException.Of(404, $"Node inventory record for node {node.Number} could not be found.");
        }

        call.Answer(new JsonObject
        {
            ["inventory"] = inventory.DeepClone(),
            ["plugin_data"] = node.Inside["plugin_data"]?.DeepClone(),
        });
    }

    private void History(Call call, Node node, string[] one)
    {
        if (one is [var uuid])
        {
            call.Template = "/v1/nodes/{id}/history/{id}";
            var entry = node.List("history").FirstOrDefault(e => e!["uuid"].Text() == uuid)
                ?? throw ApiException.Of(404, $"Node history record {uuid} could not be found.");
            call.Answer(Shown(entry.AsObject(), all: true));
            return;
        }

        call.Answer(new JsonObject
        {
            ["history"] = Json.ArrayOf(node.List("history").Select(e => (JsonNode?)Shown(e!.AsObject(), call.Flag("detail")))),
        });

        JsonObject Shown(JsonObject entry, bool all)
        {
            var shown = new JsonObject();
            foreach (var (name, value) in entry)
            {
                if (all || name is "uuid" or "created_at" or "severity" or "event")
                {
                    shown[name] = value?.DeepClone();
                }
            }

            shown["links"] = new JsonArray(new JsonObject
            {
                ["href"] = $"{Endpoint}/v1/nodes/{node.Uuid}/history/{entry["uuid"].Text()}",
                ["rel"] = "self",
            });
            return shown;
        }
    }

    private void Traits(Call call, Node node, string ident, string[] trait)
    {
        var traits = node.Fields["traits"] as JsonArray ?? [];
        switch (call.Method, trait)
        {
            case ("GET", []):
                call.Answer(new JsonObject { ["traits"] = traits.DeepClone() });
                return;
            case ("PUT", []):
                var wanted = (call.Fields("body")["traits"] as JsonArray ?? throw ApiException.Of(
                    400,
                    "A single node trait may be added via PUT /v1/nodes/<node identifier>/traits/<trait> with no body, or all "
                    + "node traits may be replaced via PUT /v1/nodes/<node identifier>/traits with the list of traits "
                    + "specified in the request body.")).Select(t => t.Text() ?? "").ToList();
                wanted.ForEach(CheckTrait);
                Free(node, call);
                node.Fields["traits"] = Json.Strings(wanted.Distinct(StringComparer.Ordinal));
                break;
            case ("PUT", [var add]):
                call.Template = "/v1/nodes/{id}/traits/{id}";
                CheckTrait(add);
                Free(node, call);
                if (!traits.Any(t => t.Text() == add))
                {
                    traits.Add(add);
                }

                node.Fields["traits"] = traits.DeepClone();
                call.Location = $"{Endpoint}/v1/nodes/{ident}/traits/{add}";
                break;
            case ("DELETE", []):
                Free(node, call);
                node.Fields["traits"] = new JsonArray();
                break;
            case ("DELETE", [var remove]):
                call.Template = "/v1/nodes/{id}/traits/{id}";
                Free(node, call);
                if (!traits.Any(t => t.Text() == remove))
                {
                    throw ApiException.Of(404, $"Node {node.Uuid} doesn't have a trait '{remove}'");
                }

                node.Fields["traits"] = Json.ArrayOf(traits.Where(t => t.Text() != remove).Select(t => t?.DeepClone()));
                break;
            default:
                throw ApiException.MethodNotAllowed("DELETE, GET, PUT");
        }

        world.Touch(node);
        call.Empty(204);

        static void CheckTrait(string trait)
        {
            if (!TraitPattern().IsMatch(trait))
            {
                throw ApiException.Of(
                    400,
                    $"Schema error for body: '{trait}' is not valid under any of the given schemas. Possible root cause: "
                    + $"'{trait}' does not match '^CUSTOM_[A-Z0-9_]+$'");
            }
        }
    }
}

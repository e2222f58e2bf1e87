using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
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

    private void ValidateNode(Call call, Node node)
    {
        var answer = new JsonObject();
        foreach (var kind in new[]
        {
            "boot", "deploy", "management", "network", "power", "bios", "console", "firmware", "inspect", "raid", "rescue",
            "storage",
        })
        {
            var reason = Reason(node, kind);
            answer[kind] = reason is null
                ? new JsonObject { ["result"] = true }
                : new JsonObject { ["result"] = false, ["reason"] = reason };
        }

        call.Answer(answer);
    }

    /// <summary>Why an interface would not work; null when it would.</summary>
    private string? Reason(Node node, string kind)
    {
        var uses = node.Interface(kind);
        if (uses == "no-" + kind)
        {
            return $"Driver {node.Driver} does not support {kind} (disabled or not implemented).";
        }

        if (world.Failures.Find(FailureKinds.ValidateFails, world.NamesOf(node, conductor.Find(node))) is { } failure
            && (failure["interface"].Text() ?? "boot") == kind)
        {
            return failure["message"].Text() ?? "asked to fail";
        }

        return kind switch
        {
            "boot" when uses != "fake" => BootReason(node, forInspection: false),
            "inspect" when uses == "agent" => BootReason(node, forInspection: true),
            "deploy" when uses is "direct" or "custom-agent" or "ramdisk" => DeployReason(node, uses),
            "power" or "management" => DriverInfoReason(node),
            _ => null,
        };
    }

    private string? BootReason(Node node, bool forInspection)
    {
        var prefix = forInspection ? "Insufficient information provided for managed inspection: " : "";
        var boot = node.Interface("boot");
        var info = node.DriverInfo;
        if (boot.Contains("virtual-media", StringComparison.Ordinal) || boot == "redfish-https")
        {
            return info.ContainsKey("deploy_iso") || (info.ContainsKey("deploy_kernel") && info.ContainsKey("deploy_ramdisk"))
                ? null
                : "Error validating Redfish virtual media. Some parameters were missing in node's driver_info. Missing are: "
                    + "['deploy_kernel', 'deploy_ramdisk']";
        }

        if (boot is not ("ipxe" or "pxe"))
        {
            return null;
        }

        if (!world.PortsOf(node).Any())
        {
            return prefix + $"Node {node.Uuid} does not have any port associated with it";
        }

        var missing = new[] { "deploy_kernel", "deploy_ramdisk" }.Where(name => !info.ContainsKey(name)).ToList();
        return missing.Count == 0
            ? null
            : prefix + $"Cannot validate PXE bootloader. Some parameters were missing in node's driver_info. Missing are: "
                + $"[{string.Join(", ", missing.Select(name => $"'{name}'"))}]";
    }

    private string? DeployReason(Node node, string uses)
    {
        if (BootReason(node, forInspection: false) is { } boot)
        {
            return boot;
        }

        var info = node.InstanceInfo;
        if (uses == "ramdisk")
        {
            return info.ContainsKey("boot_iso") || (info.ContainsKey("kernel") && info.ContainsKey("ramdisk"))
                || info.ContainsKey("image_source")
                    ? null
                    : $"Node {node.Uuid} failed to validate deploy image info. Some parameters were missing. Missing are: "
                        + "['instance_info.boot_iso']";
        }

        if (uses == "custom-agent")
        {
            return null;
        }

        if (!info.ContainsKey("image_source"))
        {
            return $"Node {node.Uuid} failed to validate deploy image info. Some parameters were missing. Missing are: "
                + "['instance_info.image_source']";
        }

        var source = info["image_source"].Text() ?? "";
        if (!source.StartsWith("oci://", StringComparison.Ordinal) && !info.ContainsKey("image_checksum")
            && !(info.ContainsKey("image_os_hash_algo") && info.ContainsKey("image_os_hash_value")))
        {
            return "image_source's \"image_checksum\", or \"image_os_hash_algo\" and \"image_os_hash_value\" must be provided in "
                + $"instance_info for node {node.Uuid}";
        }

        return null;
    }

    public static string? DriverInfoReason(Node node)
    {
        var (label, required) = node.Interface("power") switch
        {
            "redfish" or "idrac-redfish" => ("Redfish", "redfish_address"),
            "ipmitool" => ("IPMI", "ipmi_address"),
            _ => ("", ""),
        };
        return required.Length == 0 || node.DriverInfo[required].Text() is { Length: > 0 }
            ? null
            : label == "IPMI"
                ? "Missing the following IPMI credentials in node's driver_info: ['ipmi_address']."
                : $"Missing the following Redfish properties in node {node.Uuid} driver_info: ['redfish_address']";
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

    private void VirtualMedia(Call call, Node node)
    {
        var supported = node.Interface("management") is "redfish" or "idrac-redfish";
        var machine = conductor.Find(node);
        switch (call.Method)
        {
            case "GET":
                if (!supported)
                {
                    throw Unsupported(node, "get_virtual_media", 400);
                }

                if (call.Minor < 93)
                {
                    throw ApiException.NotFound();
                }

                call.Answer(new JsonArray(
                    Slot("Cd", "CD", "DVD"), Slot("Floppy", "Floppy"), Slot("Usb", "USBStick")));
                return;
            case "POST":
                var body = call.Fields("vmedia");
                foreach (var required in new[] { "device_type", "image_url" })
                {
                    if (!body.ContainsKey(required))
                    {
                        throw ApiException.Of(400, $"Schema error for vmedia: '{required}' is a required property");
                    }
                }

                if (body["device_type"].Text() is not ("disk" or "cdrom" or "floppy"))
                {
                    throw ApiException.Of(
                        400,
                        $"Schema error for vmedia: {Json.Python(body["device_type"])} is not one of ['disk', 'cdrom', 'floppy']");
                }

                call.Verb = "attach";
                Free(node, call);
                conductor.ChangeMedia(node, body["device_type"].Text()!, body["image_url"].Text());
                call.Empty(204);
                return;
            case "DELETE":
                call.Verb = "detach";
                Free(node, call);
                conductor.ChangeMedia(node, call.Query("device_types") ?? "cdrom", null);
                call.Empty(204);
                return;
            default:
                throw ApiException.MethodNotAllowed("DELETE, GET, POST");
        }

        JsonObject Slot(string slot, params string[] types) => new()
        {
            ["media_types"] = Json.Strings(types),
            ["inserted"] = machine?.Media.ContainsKey(slot) == true,
            ["image"] = machine?.Media.GetValueOrDefault(slot) ?? "",
        };
    }

    private void VendorMethods(Call call, Node node)
    {
        var methods = new JsonObject();
        if (node.Interface("vendor") is "redfish" or "idrac-redfish")
        {
            Add("create_subscription", "POST", "Creates a subscription on a node. Required argument: a dictionary of "
                + "{'Destination': 'destination_url'}");
            Add("delete_subscription", "DELETE", "Delete a subscription on a node. Required argument: a dictionary of "
                + "{'id': 'subscription_bmc_id'}");
            Add("eject_vmedia", "POST", "Eject a virtual media device. If no device is provided then all attached devices will "
                + "be ejected. Optional arguments: 'boot_device' - the boot device to eject, either 'cd', 'dvd', 'usb', or 'floppy'");
            Add("get_all_subscriptions", "GET", "Returns all subscriptions on the node.");
            Add("get_subscription", "GET", "Get a subscription on the node. Required argument: a dictionary of "
                + "{'id': 'subscription_bmc_id'}");
        }

        call.Answer(methods);

        void Add(string name, string method, string description) => methods[name] = new JsonObject
        {
            ["http_methods"] = Json.Strings(method),
            ["async"] = name == "eject_vmedia",
            ["description"] = description,
            ["attach"] = false,
            ["require_exclusive_lock"] = true,
        };
    }

    private void VendorPassthru(Call call, Node node)
    {
        Only(call, "GET", "POST", "PUT", "PATCH", "DELETE");
        if (call.Query("method") is not { } method)
        {
            throw ApiException.Of(400, "Missing mandatory parameter: method");
        }

        call.Verb = method;
        if (node.Interface("vendor") is not ("redfish" or "idrac-redfish"))
        {
            throw ApiException.Of(400, $"No handler for method {method}");
        }

        var body = call.Fields("body");
        var subscriptions = node.List("subscriptions");
        switch (method, call.Method)
        {
            case ("create_subscription", "POST"):
                Free(node, call);
                if (body["Destination"].Text() is not { } destination)
                {
                    throw ApiException.Of(400, "redfish_subscription_create: Missing Destination");
                }

                var next = (int?)node.Inside["nextSubscription"] ?? 1;
                node.Inside["nextSubscription"] = next + 1;
                var created = new JsonObject
                {
                    ["Id"] = next.ToString(),
                    ["Context"] = body["Context"]?.DeepClone() ?? "",
                    ["Destination"] = destination,
                    ["EventTypes"] = body["EventTypes"]?.DeepClone() ?? Json.Strings("Alert"),
                    ["Protocol"] = body["Protocol"]?.DeepClone() ?? "Redfish",
                };
                subscriptions.Add(created);
                world.TouchInside(node);
                call.Answer(created.DeepClone());
                break;
            case ("delete_subscription", "DELETE"):
                Free(node, call);
                var id = body["id"].Text() ?? call.Query("id");
                if (subscriptions.FirstOrDefault(s => s!["Id"].Text() == id) is not { } found)
                {
                    throw ApiException.Of(404, $"Redfish subscription {id} could not be found.");
                }

                _ = subscriptions.Remove(found);
                world.TouchInside(node);
                call.Status = 200;
                call.Body = "null"u8.ToArray();
                break;
            case ("get_all_subscriptions", "GET"):
                call.Answer(new JsonObject
                {
                    ["Members"] = Json.ArrayOf(subscriptions.Select(s => (JsonNode?)new JsonObject
                    {
                        ["@odata.id"] = $"/redfish/v1/EventService/Subscriptions/{s!["Id"].Text()}",
                    })),
                });
                break;
            case ("get_subscription", "GET"):
                var wanted = body["id"].Text() ?? call.Query("id");
                call.Answer(subscriptions.FirstOrDefault(s => s!["Id"].Text() == wanted)?.DeepClone()
                    ?? throw ApiException.Of(404, $"Redfish subscription {wanted} could not be found."));
                break;
            case ("eject_vmedia", "POST"):
                Free(node, call);
                conductor.ChangeMedia(node, "cdrom", null);
                call.Status = 200;
                call.Body = "null"u8.ToArray();
                break;
            default:
                throw ApiException.Of(400, $"No handler for method {method}");
        }
    }

    private static string[] SupportedBootDevices(Node node) => node.Interface("management") switch
    {
        "fake" => ["pxe"],
        "noop" => ["pxe", "disk"],
        "ipmitool" => ["pxe", "disk", "cdrom", "bios", "safe"],
        _ => ["pxe", "disk", "cdrom", "bios", "uefihttp"],
    };

    private void BootDevice(Call call, Node node)
    {
        Only(call, "GET", "PUT");
        if (call.Method == "GET")
        {
            // Ironic keeps no record of it: the BMC is asked, under the node's lock.
            Free(node, call);
            var machine = conductor.Find(node);
            if (conductor.BmcProblem(node, machine) is { } problem)
            {
                throw ApiException.Of(500, problem.Replace("power status", "Get boot device", StringComparison.Ordinal));
            }

            call.Answer(node.Inside["bootDevice"]?.DeepClone() ?? DefaultBootDevice(node));
            return;
        }

        var body = call.Fields("body");
        var device = body["boot_device"].Text() ?? throw ApiException.Of(400, "Missing mandatory parameter: boot_device");
        Free(node, call);
        if (!SupportedBootDevices(node).Contains(device))
        {
            throw ApiException.Of(400, $"Invalid boot device {device} specified.");
        }

        node.Inside["bootDevice"] = new JsonObject
        {
            ["boot_device"] = device,
            ["persistent"] = body["persistent"].Flag() || call.Flag("persistent"),
        };
        conductor.SetBootDevice(node, device, body["persistent"].Flag());
        world.TouchInside(node);
        call.Empty(204);
    }

    private static JsonObject DefaultBootDevice(Node node) => node.Interface("management") switch
    {
        "redfish" or "idrac-redfish" => new JsonObject { ["boot_device"] = null, ["persistent"] = null },
        "ipmitool" => new JsonObject { ["boot_device"] = "disk", ["persistent"] = false },
        var other => new JsonObject { ["boot_device"] = "pxe", ["persistent"] = other == "noop" },
    };

    private void BootMode(Call call, Node node, string what, string ident)
    {
        Only(call, "PUT");
        var target = call.Fields("body")["target"] ?? throw ApiException.Of(400, "Missing mandatory parameter: target");
        Free(node, call);
        if (node.Interface("management") is not ("redfish" or "idrac-redfish" or "fake"))
        {
            throw Unsupported(node, what == "boot_mode" ? "set_boot_mode" : "set_secure_boot_state", 400);
        }

        if (what == "boot_mode" && target.Text() is not ("uefi" or "bios"))
        {
            throw ApiException.Of(400, $"Invalid target: {Json.Python(target)}");
        }

        conductor.SetBootMode(node, what, target);
        call.Location = $"{Endpoint}/v1/nodes/{ident}/states";
        call.Empty(202);
    }

    [GeneratedRegex("^(CUSTOM_[A-Z0-9_]+|(HW|STORAGE|COMPUTE|MISC|OWNER)_[A-Z0-9_]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex TraitPattern();
}

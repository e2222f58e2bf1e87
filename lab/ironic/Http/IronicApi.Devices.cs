using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class IronicApi
{
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

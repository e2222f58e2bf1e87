using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;
using static Metal3.Lab.Ironic.Nodes.ProvisionStates;

namespace Metal3.Lab.Ironic.Http;

/// <summary>The routes of the ramdisk agent, as far as somebody who plays one by hand needs them.</summary>
internal sealed partial class IronicApi
{
    private void Lookup(Call call)
    {
        if (call.Minor < 22)
        {
            throw ApiException.Of(404, "Resource could not be found.");
        }

        var addresses = call.Query("addresses");
        var uuid = call.Query("node_uuid");
        if (addresses is null && uuid is null)
        {
            throw ApiException.Of(400, "At least one of 'addresses' and 'node_uuid' parameters is required");
        }

        var node = uuid is not null ? world.Find(uuid) : ByAddresses(addresses!.Split(','));
        if (node is null || node.State is not (Deploying or WaitCallBack or Cleaning or CleanWait or Inspecting
            or InspectWait or Rescuing or RescueWait))
        {
            throw ApiException.Of(404, "Resource could not be found.");
        }

        call.Node = node.Name ?? node.Uuid;
        call.Answer(Agent(node));
    }

    private JsonObject Agent(Node node)
    {
        var token = node.DriverInternal["agent_secret_token"].Text();
        if (token is null)
        {
            token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            node.DriverInternal["agent_secret_token"] = token;
            world.Touch(node);
        }
        else
        {
            token = "******";
        }

        var shown = Documents.Node(node, Endpoint, Maximum, ["uuid", "properties", "instance_info", "driver_internal_info"]);
        return new()
        {
            ["node"] = shown,
            ["config"] = new JsonObject
            {
                ["metrics"] = new JsonObject { ["backend"] = "noop", ["prepend_host"] = false },
                ["metrics_statsd"] = new JsonObject(),
                ["heartbeat_timeout"] = 300,
                ["agent_token"] = token,
                ["agent_token_required"] = true,
                ["agent_md5_checksum_enable"] = true,
                ["disable_deep_image_inspection"] = false,
                ["permitted_image_formats"] = Json.Strings("raw", "gpt", "qcow2", "iso"),
                ["enable_bios_bootloader_install"] = true,
            },
        };
    }

    private void Heartbeat(Call call, string ident)
    {
        var body = call.Fields("body");
        if (call.Minor < 22)
        {
            throw ApiException.NotFound();
        }

        var url = body["callback_url"].Text() ?? throw ApiException.Of(400, "Missing mandatory parameter: callback_url");
        var node = world.Find(ident) ?? throw ApiException.NodeNotFound(ident);
        call.Node = node.Name ?? node.Uuid;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw ApiException.Of(400, "An issue with the supplied \"callback_url\" has been detected.");
        }

        var token = body["agent_token"].Text() ?? throw ApiException.Of(400, "Agent token is required for heartbeat processing.");
        if (body["agent_version"].Text() is null)
        {
            throw ApiException.Of(400, "Agent did not transmit a version, and a version is required. Please update the agent being used.");
        }

        if (token != node.DriverInternal["agent_secret_token"].Text())
        {
            throw ApiException.Of(400, "Invalid or missing agent token received.");
        }

        if (!node.IsLocked && !node.Maintenance)
        {
            node.DriverInternal["agent_url"] = url;
            conductor.Heartbeat(node);
        }

        call.Empty(202);
    }

    private void ContinueInspection(Call call)
    {
        var body = call.Fields("data");
        if (body["inventory"] is not JsonObject inventory)
        {
            throw ApiException.Of(400, "Schema error for data: 'inventory' is a required property");
        }

        var macs = (inventory["interfaces"] as JsonArray ?? [])
            .Select(nic => nic?["mac_address"].Text()?.ToLowerInvariant()).OfType<string>().ToArray();
        var node = call.Query("node_uuid") is { } uuid ? world.Find(uuid) : ByAddresses(macs);
        if (node is not { State: InspectWait })
        {
            throw ApiException.Of(404, "Resource could not be found.");
        }

        call.Node = node.Name ?? node.Uuid;
        conductor.ContinueInspection(node, body);
        call.Answer(call.Minor >= 84 ? Agent(node) : new JsonObject { ["uuid"] = node.Uuid }, 202);
    }

    private Node? ByAddresses(IEnumerable<string> addresses)
    {
        var nodes = addresses
            .Select(address => world.PortByAddress.GetValueOrDefault(address.ToLowerInvariant()))
            .OfType<string>()
            .Select(port => world.Ports[port]["node_uuid"].Text()!)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return nodes.Count == 1 ? world.Find(nodes[0]) : null;
    }
}

using System.Net;

namespace Metal3.Lab.Ironic.Tests;

public sealed class ApiTests
{
    [Fact]
    public async Task With_basic_authentication_only_the_public_routes_answer_strangers()
    {
        await using var rack = await Rack.StartAsync(o => (o.UserName, o.Password) = ("me", "secret"));

        Assert.Equal(HttpStatusCode.OK, (await rack.GetAsync("/")).Status);
        Assert.Equal(HttpStatusCode.OK, (await rack.GetAsync("/v1/")).Status);
        var stranger = await rack.GetAsync("/v1/nodes");
        var wrong = await rack.SendAsync(HttpMethod.Get, "/v1/nodes", null, Rack.Version, "me:wrong");
        var known = await rack.SendAsync(HttpMethod.Get, "/v1/nodes", null, Rack.Version, "me:secret");

        Assert.Equal(HttpStatusCode.Unauthorized, stranger.Status);
        Assert.Equal("Authorization required", (string?)stranger.Json["error"]!["message"]);
        Assert.Equal("Incorrect username or password", (string?)wrong.Json["error"]!["message"]);
        Assert.Equal(HttpStatusCode.OK, known.Status);
    }

    [Fact]
    public async Task Pages_follow_one_another_until_every_node_was_seen_once()
    {
        await using var rack = await Rack.StartAsync(o => o.PageSize = 10);
        for (var i = 0; i < 25; i++)
        {
            _ = await rack.SendAsync(HttpMethod.Post, "/v1/nodes", $$"""{"name":"n{{i}}","driver":"fake-hardware"}""");
        }

        var names = new List<string>();
        var next = "/v1/nodes?fields=name";
        while (next is not null)
        {
            var page = (await rack.GetAsync(next)).Object;
            names.AddRange(page["nodes"]!.AsArray().Select(node => (string)node!["name"]!));
            next = (string?)page["next"] is { } url ? new Uri(url).PathAndQuery : null;
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"n{i}"), names);
    }

    [Fact]
    public async Task Counters_tell_methods_paths_verbs_and_nodes_apart_and_can_be_reset()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.AvailableAsync();
        _ = await rack.SendAsync(HttpMethod.Post, "/admin/counters/reset");

        _ = await rack.DoAsync(node, "active");
        _ = await rack.DoAsync(node, "rebuild");
        _ = await rack.VerbAsync(node, "manage");
        var counters = (await rack.GetAsync("/admin/counters")).Object;

        var calls = counters["calls"]!.AsArray();
        Assert.Contains(calls, c => (string?)c!["verb"] == "active" && (string?)c["path"] == "/v1/nodes/{id}/states/provision"
            && (string?)c["node"] == node && (int)c["status"]! == 202 && (long)c["count"]! == 1);
        Assert.Contains(calls, c => (string?)c!["verb"] == "manage" && (int)c["status"]! == 400);
        Assert.Equal(1, (int)counters["nodes"]![node]!["deploy"]!);
        Assert.Equal(1, (int)counters["nodes"]![node]!["rebuild"]!);
        Assert.Equal(2, (int)(await rack.GetAsync("/admin/hosts/host-0")).Json["imageWrites"]!);
        Assert.True((double)(await rack.GetAsync("/admin/timings")).Json[node]!["stages"]!["deploy"]! > 0.5);
    }

    [Fact]
    public async Task Deployments_of_the_same_content_count_as_one_intent()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.AvailableAsync();
        _ = await rack.DoAsync(node, "active");
        _ = await rack.DoAsync(node, "deleted");
        foreach (var image in new[] { "http://images/os.raw", "http://images/other.raw" })
        {
            _ = await rack.PatchAsync(node, $$"""
                {"op":"add","path":"/instance_info/image_source","value":"{{image}}"},
                {"op":"add","path":"/instance_info/image_checksum","value":"abc"}
                """);
            _ = await rack.DoAsync(node, "active");
            _ = await rack.DoAsync(node, "deleted");
        }

        var byContent = (await rack.GetAsync("/admin/counters")).Json["nodes"]![node]!["deployByContent"]!.AsObject();

        Assert.Equal([1, 2], byContent.Select(content => (int)content.Value!).Order());
    }

    [Fact]
    public async Task Secrets_of_a_node_are_masked_wherever_it_is_shown()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync(password: "Passw0rd-to-hide");

        Assert.DoesNotContain("Passw0rd-to-hide", (await rack.GetAsync($"/v1/nodes/{node}")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Passw0rd-to-hide", (await rack.GetAsync("/v1/nodes?detail=true")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("password\":\"password", (await rack.GetAsync("/admin/hosts")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_played_by_hand_is_looked_up_and_its_inventory_taken()
    {
        await using var rack = await Rack.StartAsync(o => o.Agents = false);
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");
        _ = await rack.VerbAsync(node, "inspect");
        while ((string?)(await rack.NodeAsync(node))["provision_state"] != "inspect wait")
        {
            rack.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        var lookup = await rack.GetAsync("/v1/lookup?addresses=52:54:00:00:00:01");
        var again = await rack.GetAsync("/v1/lookup?addresses=52:54:00:00:00:01");
        var sent = await rack.SendAsync(HttpMethod.Post, "/v1/continue_inspection", """
            {"inventory":{"hostname":"by-hand","cpu":{"architecture":"aarch64"},"interfaces":[{"name":"e0","mac_address":"52:54:00:00:00:01"}]}}
            """);
        _ = await rack.SettleAsync(node);

        Assert.True(((string?)lookup.Json["config"]!["agent_token"])!.Length > 40);
        Assert.Equal("******", (string?)again.Json["config"]!["agent_token"]);
        Assert.Equal(HttpStatusCode.Accepted, sent.Status);
        Assert.Equal("by-hand", (string?)(await rack.GetAsync($"/v1/nodes/{node}/inventory")).Json["inventory"]!["hostname"]);
        Assert.Equal("aarch64", (string?)(await rack.NodeAsync(node))["properties"]!["cpu_arch"]);
    }

    [Fact]
    public async Task A_thousand_nodes_are_listed_in_one_page()
    {
        await using var rack = await Rack.StartAsync();
        for (var i = 0; i < 1000; i++)
        {
            _ = await rack.SendAsync(
                HttpMethod.Post, "/v1/nodes", $$"""{"name":"n{{i}}","driver":"redfish","driver_info":{"redfish_address":"http://10.0.0.{{i % 250}}:{{i}}"} }""");
            _ = await rack.VerbAsync($"n{i}", "manage");
        }

        rack.Time.Advance(TimeSpan.FromSeconds(1));
        var nodes = (await rack.GetAsync("/v1/nodes?fields=name,provision_state,reservation")).Json["nodes"]!.AsArray();

        Assert.Equal(1000, nodes.Count);
        Assert.All(nodes, node => Assert.Equal("manageable", (string?)node!["provision_state"]));
    }
}

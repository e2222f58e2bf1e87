using System.Net;
using System.Text.Json.Nodes;

namespace Metal3.Lab.Ironic.Tests;

public sealed class FailureTests
{
    [Fact]
    public async Task Wrong_credentials_end_verification_with_what_the_BMC_answered()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync(password: "wrong");

        Assert.Equal(["verifying", "enroll"], await rack.DoAsync(node, "manage"));
        var refused = await rack.NodeAsync(node);
        _ = await rack.PatchAsync(node, """{"op":"add","path":"/driver_info/redfish_password","value":"password"}""");
        Assert.Equal("manageable", (await rack.DoAsync(node, "manage"))[^1]);

        Assert.StartsWith("Failed to get power state for node ", (string?)refused["last_error"], StringComparison.Ordinal);
        Assert.Contains("returned code 401", (string?)refused["last_error"]);
        Assert.Null(refused["target_provision_state"]);
        Assert.Null((await rack.NodeAsync(node))["last_error"]);
    }

    [Theory]
    [InlineData("host-0")]
    [InlineData("52:54:00:00:00:01")]
    [InlineData("lab~host-0")]
    [InlineData("*")]
    public async Task A_BMC_that_is_down_is_found_under_any_name_of_the_host(string name)
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        rack.Ironic.Fail(name, FailureKinds.BmcDown);

        var down = await rack.DoAsync(node, "manage");
        var text = (string?)(await rack.NodeAsync(node))["last_error"];
        rack.Ironic.Heal(name, FailureKinds.BmcDown);
        var up = await rack.DoAsync(node, "manage");

        Assert.Equal("enroll", down[^1]);
        Assert.Contains("Redfish connection failed for node", text);
        Assert.Equal("manageable", up[^1]);
    }

    [Theory]
    [InlineData("""{"step":2}""", "deploy.write_image")]
    [InlineData("""{"step":"prepare_instance_boot"}""", "deploy.prepare_instance_boot")]
    public async Task A_deployment_fails_at_the_step_that_was_asked_for(string options, string step)
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.AvailableAsync();
        rack.Ironic.Fail("host-0", FailureKinds.DeployFails, (JsonObject)JsonNode.Parse(options)!);

        var states = await rack.DoAsync(node, "active");

        var failed = await rack.NodeAsync(node);
        Assert.Equal("deploy failed", states[^1]);
        Assert.Equal("active", (string?)failed["target_provision_state"]);
        Assert.StartsWith($"Deploy step {step} failed on node ", (string?)failed["last_error"], StringComparison.Ordinal);
        Assert.False((bool)failed["maintenance"]!);
    }

    [Fact]
    public async Task A_failed_clean_step_sets_maintenance_and_fault_and_a_counted_failure_wears_out()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");
        rack.Ironic.Fail("host-0", FailureKinds.CleanFails, new JsonObject { ["times"] = 1 });

        Assert.Equal("clean failed", (await rack.DoAsync(node, "provide"))[^1]);
        var failed = await rack.NodeAsync(node);
        _ = await rack.SendAsync(HttpMethod.Delete, $"/v1/nodes/{node}/maintenance");
        _ = await rack.DoAsync(node, "manage");

        Assert.True((bool)failed["maintenance"]!);
        Assert.Equal("clean failure", (string?)failed["fault"]);
        Assert.Equal("available", (await rack.DoAsync(node, "provide"))[^1]);
    }

    [Theory]
    [InlineData(FailureKinds.InspectionFails, "inspect", "inspect failed")]
    [InlineData(FailureKinds.AdoptFails, "adopt", "adopt failed")]
    public async Task Other_work_fails_on_demand(string kind, string verb, string state)
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");
        rack.Ironic.Fail("host-0", kind, new JsonObject { ["message"] = "because" });

        Assert.Equal(state, (await rack.DoAsync(node, verb))[^1]);

        Assert.Equal("because", (string?)(await rack.NodeAsync(node))["last_error"]);
    }

    [Fact]
    public async Task A_silent_agent_ends_the_wait_with_its_time_out()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.AvailableAsync();
        rack.Ironic.Fail("host-0", FailureKinds.AgentSilent);

        Assert.Equal(["deploying", "wait call-back", "deploy failed"], await rack.DoAsync(node, "active"));

        Assert.StartsWith(
            "Timeout reached while waiting for callback for node",
            (string?)(await rack.NodeAsync(node))["last_error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stuck_power_leaves_the_state_and_says_so()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");
        rack.Ironic.Fail("host-0", FailureKinds.StuckPower);

        var accepted = await rack.PutAsync($"/v1/nodes/{node}/states/power", """{"target":"power on"}""");
        var during = await rack.NodeAsync(node);
        _ = await rack.SettleAsync(node);
        var after = await rack.NodeAsync(node);

        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        Assert.Equal("power on", (string?)during["target_power_state"]);
        Assert.Equal("power off", (string?)after["power_state"]);
        Assert.Null(after["target_power_state"]);
        Assert.StartsWith("Failed to change power state to 'power on'", (string?)after["last_error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_BMC_that_stays_away_becomes_a_power_failure_and_heals_by_itself()
    {
        await using var rack = await Rack.StartAsync(o => o.Times = o.Times.With("power-sync=1").With("power-recovery=10"));
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");
        rack.Ironic.Fail("host-0", FailureKinds.BmcDown);

        rack.Time.Advance(TimeSpan.FromSeconds(5));
        var failed = await rack.NodeAsync(node);
        rack.Ironic.Heal("host-0", FailureKinds.BmcDown);
        rack.Time.Advance(TimeSpan.FromSeconds(10));
        var healed = await rack.NodeAsync(node);

        Assert.Equal("power failure", (string?)failed["fault"]);
        Assert.True((bool)failed["maintenance"]!);
        Assert.Null(failed["power_state"]);
        Assert.Null(healed["fault"]);
        Assert.False((bool)healed["maintenance"]!);
    }

    [Fact]
    public async Task Ironic_drives_a_machine_back_that_was_switched_behind_it()
    {
        await using var rack = await Rack.StartAsync(o => o.Times = o.Times.With("power-sync=1"));
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");
        _ = await rack.SendAsync(HttpMethod.Patch, "/admin/hosts/host-0", """{"poweredOn":true}""");

        rack.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.False((bool)(await rack.GetAsync("/admin/hosts/host-0")).Json["poweredOn"]!);
        Assert.Equal("power off", (string?)(await rack.NodeAsync(node))["power_state"]);
    }

    [Fact]
    public async Task A_lost_database_forgets_nodes_and_keeps_machines()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();

        _ = await rack.SendAsync(HttpMethod.Post, "/admin/restart", """{"loseDatabase":true}""");

        Assert.Equal(HttpStatusCode.NotFound, (await rack.GetAsync($"/v1/nodes/{node}")).Status);
        Assert.Empty((await rack.GetAsync("/v1/ports")).Json["ports"]!.AsArray());
        Assert.Single((await rack.GetAsync("/admin/hosts")).Json.AsArray());
    }

    [Fact]
    public async Task A_restart_fails_what_the_conductor_did_and_continues_what_it_waited_for()
    {
        await using var rack = await Rack.StartAsync();
        var working = await rack.EnrollAsync();
        var waiting = await rack.EnrollAsync("host-1", mac: "52:54:00:00:00:02");
        _ = await rack.DoAsync(waiting, "manage");
        _ = await rack.DoAsync(working, "manage");
        _ = await rack.VerbAsync(waiting, "inspect");
        while ((string?)(await rack.NodeAsync(waiting))["provision_state"] != "inspect wait")
        {
            rack.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        _ = await rack.VerbAsync(working, "inspect");
        _ = await rack.SendAsync(HttpMethod.Post, "/admin/restart", "{}");

        Assert.Equal("inspect failed", (await rack.SettleAsync(working))[^1]);
        Assert.Equal("manageable", (await rack.SettleAsync(waiting))[^1]);
    }

    [Theory]
    [InlineData("http-error", """{"times":1}""", 500)]
    [InlineData("http-error", """{"status":503,"times":1}""", 503)]
    [InlineData("redirect", """{"times":1}""", 302)]
    public async Task Requests_fail_as_often_as_asked(string kind, string options, int status)
    {
        await using var rack = await Rack.StartAsync();
        rack.Ironic.Fail("*", kind, (JsonObject)JsonNode.Parse(options)!);

        var first = await rack.GetAsync("/v1/nodes");
        var second = await rack.GetAsync("/v1/nodes");

        Assert.Equal(status, (int)first.Status);
        Assert.Equal(HttpStatusCode.OK, second.Status);
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("truncated")]
    public async Task Connections_break_as_often_as_asked(string kind)
    {
        await using var rack = await Rack.StartAsync();
        rack.Ironic.Fail("*", kind, new JsonObject { ["times"] = 1, ["path"] = "/v1/drivers" });

        Assert.Equal(HttpStatusCode.OK, (await rack.GetAsync("/v1/nodes")).Status);
        _ = await Assert.ThrowsAnyAsync<HttpRequestException>(() => rack.GetAsync("/v1/drivers"));
        Assert.Equal(HttpStatusCode.OK, (await rack.GetAsync("/v1/drivers")).Status);
    }

    [Fact]
    public async Task An_answer_that_is_lost_after_the_work_was_done_leaves_the_work_done()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        rack.Ironic.Fail("*", FailureKinds.Drop, new JsonObject { ["times"] = 1, ["when"] = "after", ["method"] = "PUT" });

        _ = await Assert.ThrowsAnyAsync<HttpRequestException>(() => rack.VerbAsync(node, "manage"));

        Assert.Equal("verifying", (string?)(await rack.NodeAsync(node))["provision_state"]);
    }

    [Fact]
    public async Task A_malformed_answer_is_no_JSON()
    {
        await using var rack = await Rack.StartAsync();
        rack.Ironic.Fail("*", FailureKinds.Malformed, new JsonObject { ["times"] = 1 });

        Assert.StartsWith("<html>", (await rack.GetAsync("/v1/nodes")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_injected_lock_refuses_changes_until_it_is_lifted()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.PutAsync("/admin/hosts/host-0/failures/locked", """{"seconds":5}""");

        var locked = await rack.VerbAsync(node, "manage");
        rack.Time.Advance(TimeSpan.FromSeconds(6));
        var free = await rack.VerbAsync(node, "manage");

        Assert.Equal(HttpStatusCode.Conflict, locked.Status);
        Assert.Equal(HttpStatusCode.Accepted, free.Status);
    }

    [Fact]
    public async Task The_admin_API_names_what_it_does_not_know()
    {
        await using var rack = await Rack.StartAsync();

        var kind = await rack.PutAsync("/admin/failures/nonsense");
        var stage = await rack.PutAsync("/admin/stages", """{"nonsense":1}""");
        var host = await rack.GetAsync("/admin/hosts/nobody");

        Assert.Equal(HttpStatusCode.BadRequest, kind.Status);
        Assert.Contains("bmc-down", (string?)kind.Json["error"]);
        Assert.Equal(HttpStatusCode.BadRequest, stage.Status);
        Assert.Equal(HttpStatusCode.NotFound, host.Status);
    }
}

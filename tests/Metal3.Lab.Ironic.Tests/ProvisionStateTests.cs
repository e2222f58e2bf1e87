using System.Net;
using System.Text.Json.Nodes;

namespace Metal3.Lab.Ironic.Tests;

public sealed class ProvisionStateTests
{
    private static readonly string[] Verbs =
    [
        "manage", "provide", "inspect", "clean", "adopt", "active", "rebuild", "deleted", "abort", "unhold", "service",
        "rescue", "unrescue", "deploy", "undeploy", "nonsense",
    ];

    /// <summary>The table of <c>spec/ironic.md</c> §2.3 for Ironic 29.0.</summary>
    private static readonly Dictionary<string, string> Legal = new(StringComparer.Ordinal)
    {
        ["enroll"] = "manage",
        ["verifying"] = "",
        ["manageable"] = "provide inspect clean adopt",
        ["inspecting"] = "",
        ["inspect wait"] = "abort",
        ["inspect failed"] = "manage inspect",
        ["available"] = "manage active deploy",
        ["deploying"] = "",
        ["wait call-back"] = "deleted undeploy",
        ["deploy hold"] = "abort unhold",
        ["deploy failed"] = "active deploy rebuild deleted undeploy",
        ["active"] = "deleted undeploy rebuild rescue service",
        ["deleting"] = "",
        ["error"] = "deleted undeploy rebuild",
        ["cleaning"] = "",
        ["clean wait"] = "abort",
        ["clean hold"] = "abort unhold",
        ["clean failed"] = "manage",
        ["adopting"] = "",
        ["adopt failed"] = "adopt manage",
        ["servicing"] = "",
        ["service wait"] = "abort deleted undeploy",
        ["service hold"] = "service unhold abort",
        ["service failed"] = "service rescue deleted undeploy",
        ["rescuing"] = "",
        ["rescue wait"] = "abort deleted undeploy",
        ["rescue"] = "rescue unrescue deleted undeploy",
        ["rescue failed"] = "rescue unrescue deleted undeploy",
        ["unrescuing"] = "",
        ["unrescue failed"] = "rescue unrescue deleted undeploy",
    };

    public static TheoryData<string> States => [.. Legal.Keys];

    [Theory]
    [MemberData(nameof(States))]
    public async Task In_each_state_exactly_the_verbs_of_the_table_are_accepted(string state)
    {
        await using var rack = await Rack.StartAsync();
        _ = await rack.SendAsync(HttpMethod.Post, "/v1/nodes", """{"name":"n","driver":"fake-hardware"}""");

        var accepted = new List<string>();
        foreach (var verb in Verbs)
        {
            await rack.ForceAsync("n", state);
            var answer = await rack.VerbAsync("n", verb, verb switch
            {
                "clean" => ""","clean_steps":[{"interface":"bios","step":"factory_reset"}]""",
                "service" => ""","service_steps":[{"interface":"vendor","step":"log_passthrough"}]""",
                "rescue" => ""","rescue_password":"p" """,
                _ => "",
            });
            if (answer.Status == HttpStatusCode.Accepted)
            {
                accepted.Add(verb);
            }
            else
            {
                Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
                Assert.Contains($"The requested action \"{verb}\" can not be performed on node", answer.Fault);
                Assert.Contains($"while it is in state \"{state}\".", answer.Fault);
            }
        }

        // The pre-check lets two internal edges through; the lock, which a forced state does not hold, would refuse them.
        var expected = Legal[state].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Concat(state == "cleaning" ? ["manage"] : state == "deleting" ? ["clean"] : Array.Empty<string>());
        Assert.Equal(expected.Order(StringComparer.Ordinal), accepted.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_node_in_transition_refuses_updates_except_where_Ironic_allows_them(string state)
    {
        string[] updatable =
        [
            "deploy failed", "inspect failed", "inspect wait", "clean failed", "error", "verifying", "adopt failed",
            "rescue failed", "unrescue failed", "service hold", "service failed",
        ];
        await using var rack = await Rack.StartAsync();
        _ = await rack.SendAsync(HttpMethod.Post, "/v1/nodes", """{"name":"n","driver":"fake-hardware"}""");
        await rack.ForceAsync("n", state, target: "active");

        var answer = await rack.PatchAsync("n", """{"op":"add","path":"/extra/a","value":1}""");

        Assert.Equal(updatable.Contains(state) ? HttpStatusCode.OK : HttpStatusCode.Conflict, answer.Status);
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task Only_resting_nodes_can_be_deleted_and_any_node_in_maintenance(string state)
    {
        await using var rack = await Rack.StartAsync();
        _ = await rack.SendAsync(HttpMethod.Post, "/v1/nodes", """{"name":"n","driver":"fake-hardware"}""");
        await rack.ForceAsync("n", state);

        var first = await rack.SendAsync(HttpMethod.Delete, "/v1/nodes/n");
        if (first.Status == HttpStatusCode.Conflict)
        {
            _ = await rack.PutAsync("/v1/nodes/n/maintenance", """{"reason":"forced"}""");
            Assert.Equal(HttpStatusCode.NoContent, (await rack.SendAsync(HttpMethod.Delete, "/v1/nodes/n")).Status);
        }

        string[] deletable = ["enroll", "manageable", "available", "adopt failed"];
        Assert.Equal(deletable.Contains(state) ? HttpStatusCode.NoContent : HttpStatusCode.Conflict, first.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await rack.SendAsync(HttpMethod.Delete, "/v1/nodes/n")).Status);
    }

    [Fact]
    public async Task A_machine_goes_from_enroll_to_active_and_back_through_the_states_of_the_real_Ironic()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();

        Assert.Equal(["verifying", "manageable"], await rack.DoAsync(node, "manage"));
        Assert.Equal(["inspecting", "inspect wait", "inspecting", "manageable"], await rack.DoAsync(node, "inspect"));
        Assert.Equal(["cleaning", "clean wait", "cleaning", "available"], await rack.DoAsync(node, "provide"));
        _ = await rack.PatchAsync(node, """
            {"op":"add","path":"/instance_uuid","value":"5b0d1c1e-0000-4000-8000-000000000001"},
            {"op":"add","path":"/instance_info/image_source","value":"http://images/os.raw"},
            {"op":"add","path":"/instance_info/image_checksum","value":"abc"}
            """);
        Assert.Equal(
            ["deploying", "wait call-back", "deploying", "wait call-back", "deploying", "active"],
            await rack.DoAsync(node, "active"));
        Assert.Equal("power on", (string?)(await rack.NodeAsync(node))["power_state"]);
        Assert.Equal(["deleting", "cleaning", "clean wait", "cleaning", "available"], await rack.DoAsync(node, "deleted"));

        var rests = await rack.NodeAsync(node);
        Assert.Null(rests["instance_uuid"]);
        Assert.Empty(rests["instance_info"]!.AsObject());
        Assert.Equal("power off", (string?)rests["power_state"]);
    }

    [Fact]
    public async Task Without_automated_cleaning_no_machine_is_booted_to_become_available()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");
        _ = await rack.PatchAsync(node, """{"op":"add","path":"/automated_clean","value":false}""");

        Assert.Equal(["cleaning", "available"], await rack.DoAsync(node, "provide"));
    }

    [Fact]
    public async Task A_hold_step_parks_the_node_until_unhold()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");

        var parked = await rack.DoAsync(node, "clean", """
            ,"clean_steps":[{"interface":"power","step":"hold"},{"interface":"bios","step":"factory_reset"}]
            """);
        var resumed = await rack.DoAsync(node, "unhold");

        Assert.Equal("clean hold", parked[^1]);
        Assert.Equal("manageable", resumed[^1]);
    }

    [Fact]
    public async Task An_aborted_inspection_fails_and_keeps_its_text_through_manage()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");
        _ = await rack.VerbAsync(node, "inspect");
        while ((string?)(await rack.NodeAsync(node))["provision_state"] != "inspect wait")
        {
            rack.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(["inspect failed"], await rack.DoAsync(node, "abort"));
        Assert.Equal(["manageable"], await rack.DoAsync(node, "manage"));

        Assert.Equal("Inspection was aborted by request.", (string?)(await rack.NodeAsync(node))["last_error"]);
    }

    [Fact]
    public async Task Bios_settings_applied_by_cleaning_are_what_the_machine_and_Ironic_show()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");

        _ = await rack.DoAsync(node, "clean", """
            ,"clean_steps":[{"interface":"bios","step":"apply_configuration",
              "args":{"settings":[{"name":"ProcTurboMode","value":"Disabled"},{"name":"NumCores","value":8}]}}]
            """);

        var settings = (await rack.GetAsync($"/v1/nodes/{node}/bios?detail=true")).Json["bios"]!.AsArray()
            .ToDictionary(s => (string)s!["name"]!, s => s!);
        Assert.Equal("Disabled", (string?)settings["ProcTurboMode"]["value"]);
        Assert.Equal("8", (string?)settings["NumCores"]["value"]);
        Assert.Equal("Integer", (string?)settings["NumCores"]["attribute_type"]);
        Assert.Equal(
            "Disabled", (string?)(await rack.GetAsync("/admin/hosts/host-0")).Json["bios"]!["ProcTurboMode"]);
    }

    [Fact]
    public async Task An_unknown_clean_step_fails_before_the_first_step_and_without_maintenance()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");

        var states = await rack.DoAsync(node, "clean", ""","clean_steps":[{"interface":"deploy","step":"nope"}]""");

        var failed = await rack.NodeAsync(node);
        Assert.Equal("clean failed", states[^1]);
        Assert.Contains("node does not support this clean step: {'interface': 'deploy', 'step': 'nope'}", (string?)failed["last_error"]);
        Assert.False((bool)failed["maintenance"]!);
        Assert.Null(failed["fault"]);
        Assert.Equal("manageable", (string?)failed["target_provision_state"]);
    }

    [Fact]
    public async Task Maintenance_forbids_deploying_cleaning_and_servicing_but_not_provide()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");
        _ = await rack.PutAsync($"/v1/nodes/{node}/maintenance", """{"reason":"why not"}""");

        var clean = await rack.VerbAsync(node, "clean", ""","clean_steps":[{"interface":"bios","step":"factory_reset"}]""");
        var provided = await rack.DoAsync(node, "provide");
        var active = await rack.VerbAsync(node, "active");

        Assert.Equal(HttpStatusCode.BadRequest, clean.Status);
        Assert.Equal("available", provided[^1]);
        Assert.Contains("because it's in maintenance mode", active.Fault);
    }

    [Fact]
    public async Task Inventory_is_there_when_manageable_shows_and_follows_from_the_mac()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync(mac: "52:54:00:aa:bb:cc");
        _ = await rack.DoAsync(node, "manage");
        Assert.Equal(HttpStatusCode.NotFound, (await rack.GetAsync($"/v1/nodes/{node}/inventory")).Status);

        _ = await rack.VerbAsync(node, "inspect");
        do
        {
            rack.Time.Advance(TimeSpan.FromMilliseconds(5));
        }
        while ((string?)(await rack.NodeAsync(node))["provision_state"] != "manageable");
        var first = (await rack.GetAsync($"/v1/nodes/{node}/inventory")).Object;
        _ = await rack.SettleAsync(node);
        _ = await rack.DoAsync(node, "inspect");
        var second = (await rack.GetAsync($"/v1/nodes/{node}/inventory")).Object;

        Assert.Equal("52:54:00:aa:bb:cc", (string?)first["inventory"]!["interfaces"]![0]!["mac_address"]);
        Assert.True((bool)first["plugin_data"]!["all_interfaces"]!["eth0"]!["pxe_enabled"]!);
        Assert.True(JsonNode.DeepEquals(first, second));
    }
}

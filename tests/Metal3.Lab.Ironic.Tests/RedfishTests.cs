using System.Net;
using System.Text.Json.Nodes;

namespace Metal3.Lab.Ironic.Tests;

public sealed class RedfishTests
{
    private const string Admin = "admin:password";

    [Fact]
    public async Task The_service_root_is_open_and_everything_below_asks_who_is_there()
    {
        await using var rack = await Rack.StartAsync();
        var system = rack.Ironic.AddHost("h", "52:54:00:00:00:01");

        Assert.Equal(HttpStatusCode.OK, (await rack.GetAsync("/redfish/v1/")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await rack.GetAsync(system)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Send(rack, HttpMethod.Get, system, null, "admin:wrong")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Send(rack, HttpMethod.Get, system)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Send(rack, HttpMethod.Get, "/redfish/v1/Systems/nope")).Status);
    }

    [Fact]
    public async Task Each_machine_has_credentials_of_its_own()
    {
        await using var rack = await Rack.StartAsync();
        var one = rack.Ironic.AddHost("one", "52:54:00:00:00:01");
        var two = rack.Ironic.AddHost("two", "52:54:00:00:00:02", new JsonObject { ["userName"] = "root", ["password"] = "other" });

        Assert.Equal(HttpStatusCode.OK, (await Send(rack, HttpMethod.Get, one)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Send(rack, HttpMethod.Get, two)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Send(rack, HttpMethod.Get, two, null, "root:other")).Status);
    }

    [Fact]
    public async Task Power_boot_order_and_media_are_changed_and_seen()
    {
        await using var rack = await Rack.StartAsync();
        var system = rack.Ironic.AddHost("h", "52:54:00:00:00:01");
        var media = system.Replace("Systems", "Managers", StringComparison.Ordinal) + "/VirtualMedia/Cd";

        var boot = await Send(rack, HttpMethod.Patch, system,
            """{"Boot":{"BootSourceOverrideTarget":"Cd","BootSourceOverrideEnabled":"Once"}}""");
        var insert = await Send(rack, HttpMethod.Post, media + "/Actions/VirtualMedia.InsertMedia", """{"Image":"http://x/a.iso"}""");
        var before = (await Send(rack, HttpMethod.Get, system)).Object;
        var reset = await Send(rack, HttpMethod.Post, system + "/Actions/ComputerSystem.Reset", """{"ResetType":"On"}""");
        var during = (await Send(rack, HttpMethod.Get, system)).Object;
        rack.Time.Advance(TimeSpan.FromSeconds(1));
        var after = (await Send(rack, HttpMethod.Get, system)).Object;

        Assert.All([boot, insert, reset], answer => Assert.Equal(HttpStatusCode.NoContent, answer.Status));
        Assert.Equal("Cd", (string?)before["Boot"]!["BootSourceOverrideTarget"]);
        Assert.Equal("Off", (string?)during["PowerState"]);
        Assert.Equal("On", (string?)after["PowerState"]);
        Assert.Equal("Disabled", (string?)after["Boot"]!["BootSourceOverrideEnabled"]);
        Assert.True((bool)(await Send(rack, HttpMethod.Get, media)).Json["Inserted"]!);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(
            rack, HttpMethod.Post, system + "/Actions/ComputerSystem.Reset", """{"ResetType":"Explode"}""")).Status);
    }

    [Fact]
    public async Task Bios_settings_wait_for_the_next_reset_and_bad_ones_are_refused()
    {
        await using var rack = await Rack.StartAsync();
        var system = rack.Ironic.AddHost("h", "52:54:00:00:00:01");

        var bad = await Send(rack, HttpMethod.Patch, system + "/Bios/Settings", """{"Attributes":{"NumCores":1000}}""");
        var good = await Send(rack, HttpMethod.Patch, system + "/Bios/Settings", """{"Attributes":{"NumCores":20}}""");
        var before = (int)(await Send(rack, HttpMethod.Get, system + "/Bios")).Json["Attributes"]!["NumCores"]!;
        _ = await Send(rack, HttpMethod.Post, system + "/Actions/ComputerSystem.Reset", """{"ResetType":"ForceRestart"}""");
        rack.Time.Advance(TimeSpan.FromSeconds(1));
        var after = (int)(await Send(rack, HttpMethod.Get, system + "/Bios")).Json["Attributes"]!["NumCores"]!;

        Assert.Equal(HttpStatusCode.BadRequest, bad.Status);
        Assert.Equal(HttpStatusCode.NoContent, good.Status);
        Assert.Equal((10, 20), (before, after));
    }

    [Fact]
    public async Task A_session_token_opens_what_its_credentials_open()
    {
        await using var rack = await Rack.StartAsync();
        _ = rack.Ironic.AddHost("h", "52:54:00:00:00:01");

        var refused = await rack.SendAsync(
            HttpMethod.Post, "/redfish/v1/SessionService/Sessions", """{"UserName":"admin","Password":"wrong"}""");
        var session = await rack.SendAsync(
            HttpMethod.Post, "/redfish/v1/SessionService/Sessions", """{"UserName":"admin","Password":"password"}""");

        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Equal(HttpStatusCode.Created, session.Status);
        Assert.NotEmpty(session.Headers.GetValues("X-Auth-Token"));
        Assert.DoesNotContain("password", session.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Ironic_changes_the_power_of_the_machine_that_the_BMC_shows()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");

        _ = await rack.PutAsync($"/v1/nodes/{node}/states/power", """{"target":"power on"}""");
        _ = await rack.SettleAsync(node);

        var systems = (await Send(rack, HttpMethod.Get, "/redfish/v1/Systems")).Json["Members"]!.AsArray();
        var path = (string)Assert.Single(systems)!["@odata.id"]!;
        Assert.Equal("On", (string?)(await Send(rack, HttpMethod.Get, path)).Json["PowerState"]);
    }

    private static Task<Answer> Send(Rack rack, HttpMethod method, string path, string? body = null, string credentials = Admin) =>
        rack.SendAsync(method, path, body, null, credentials);
}

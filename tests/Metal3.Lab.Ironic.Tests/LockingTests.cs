using System.Net;

namespace Metal3.Lab.Ironic.Tests;

public sealed class LockingTests
{
    [Fact]
    public async Task While_the_conductor_works_every_change_is_refused_and_every_reading_is_answered()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.VerbAsync(node, "manage");

        Answer[] refused =
        [
            await rack.VerbAsync(node, "manage"),
            await rack.PatchAsync(node, """{"op":"add","path":"/extra/a","value":1}"""),
            await rack.PutAsync($"/v1/nodes/{node}/states/power", """{"target":"power on"}"""),
            await rack.PutAsync($"/v1/nodes/{node}/maintenance"),
            await rack.PutAsync($"/v1/nodes/{node}/states/raid", """{"logical_disks":[]}"""),
            await rack.SendAsync(HttpMethod.Delete, $"/v1/nodes/{node}"),
        ];
        var read = await rack.NodeAsync(node);
        var validated = await rack.GetAsync($"/v1/nodes/{node}/validate");

        Assert.All(refused, answer =>
        {
            Assert.Equal(HttpStatusCode.Conflict, answer.Status);
            Assert.Contains("is locked by host lab-ironic, please retry after the current operation is completed.", answer.Fault);
        });
        Assert.Equal("verifying", (string?)read["provision_state"]);
        Assert.Equal("lab-ironic", (string?)read["reservation"]);
        Assert.Equal(HttpStatusCode.OK, validated.Status);
    }

    [Fact]
    public async Task The_end_state_shows_a_moment_before_the_lock_is_gone()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.VerbAsync(node, "manage");
        rack.Time.Advance(TimeSpan.FromMilliseconds(101));

        var manageable = await rack.NodeAsync(node);
        var early = await rack.VerbAsync(node, "inspect");
        rack.Time.Advance(TimeSpan.FromMilliseconds(50));
        var late = await rack.VerbAsync(node, "inspect");

        Assert.Equal("manageable", (string?)manageable["provision_state"]);
        Assert.Equal(HttpStatusCode.Conflict, early.Status);
        Assert.Equal(HttpStatusCode.Accepted, late.Status);
    }

    [Fact]
    public async Task A_wait_state_holds_no_lock()
    {
        await using var rack = await Rack.StartAsync();
        var node = await rack.EnrollAsync();
        _ = await rack.DoAsync(node, "manage");
        _ = await rack.VerbAsync(node, "inspect");
        while ((string?)(await rack.NodeAsync(node))["provision_state"] != "inspect wait")
        {
            rack.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        Assert.Null((await rack.NodeAsync(node))["reservation"]);
        Assert.Equal(
            HttpStatusCode.OK, (await rack.PatchAsync(node, """{"op":"add","path":"/extra/a","value":1}""")).Status);
    }

    [Fact]
    public async Task A_request_waits_for_the_lock_before_it_is_refused()
    {
        await using var rack = await Rack.StartAsync(o => o.Times = o.Times.With("lock=2"));
        var node = await rack.EnrollAsync();
        _ = await rack.VerbAsync(node, "manage");

        // Verification takes 0.1 s: the request that came in the middle of it finds the lock free at its second attempt.
        var waiting = rack.PatchAsync(node, """{"op":"add","path":"/extra/a","value":1}""");
        while (!waiting.IsCompleted)
        {
            rack.Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        Assert.Equal(HttpStatusCode.OK, (await waiting).Status);
    }
}

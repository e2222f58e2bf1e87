using System.Text.Json.Nodes;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;

namespace Metal3.Activities.Tests;

/// <summary>Which machines a capacity limit counts.</summary>
public sealed class BusyHostsTests
{
    private static readonly string[] Busy =
        ["cleaning", "clean wait", "inspecting", "inspect wait", "deploying", "wait call-back", "deleting"];

    [Theory]
    [InlineData("redfish-virtualmedia+http", true)]
    [InlineData("redfish+http", false)]
    public async Task A_machine_counts_in_seven_states_and_in_the_pool_of_its_boot_interface(string scheme, bool virtualMedia)
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost(scheme);
        var life = new Life(process, key, spec);
        await life.RegisterAsync();
        Assert.Equal(30, States.All.Count);

        foreach (var state in States.All)
        {
            await lab.SetAsync(life.NodeId!, new JsonObject { ["provision_state"] = state });
            var expected = Busy.Contains(state) ? [key with { Uid = "" }] : Array.Empty<HostKey>();
            Assert.Equal(expected, await process.Provisioner.BusyHostsAsync(virtualMedia, TestContext.Current.CancellationToken));
            Assert.Empty(await process.Provisioner.BusyHostsAsync(!virtualMedia, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_node_of_somebody_else_counts_under_its_own_name()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        await life.RegisterAsync();
        await lab.SetAsync(life.NodeId!, new JsonObject { ["provision_state"] = "cleaning", ["name"] = "rack-7" });

        var busy = await process.Provisioner.BusyHostsAsync(virtualMedia: true, TestContext.Current.CancellationToken);

        Assert.Equal([new HostKey("", "rack-7", "")], busy);
    }
}

using System.Text.Json.Nodes;
using Metal3.Activities.Tests.Rig;
using Metal3.Activities.Watching;
using Metal3.Contracts.Provisioning;
using Metal3.Lab.Ironic;

namespace Metal3.Activities.Tests;

public sealed class WatcherTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_waits_cost_as_much_as_one()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var nodes = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            nodes.Add(await BusyNodeAsync(lab, process));
        }

        process.Wire.Clear();
        var waits = nodes.Select(node => process.Watcher.WaitAsync(node, NodeGoal.Settled, null, Cancellation)).ToList();
        foreach (var node in nodes)
        {
            await lab.SetAsync(node, new JsonObject { ["provision_state"] = "manageable", ["target_provision_state"] = null });
        }

        var ended = await Task.WhenAll(waits);

        Assert.All(ended, node => Assert.Equal("manageable", node!.ProvisionState));
        Assert.Empty(process.Wire.Own);
    }

    [Fact]
    public async Task A_wait_survives_an_Ironic_that_does_not_answer_for_a_while()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var node = await BusyNodeAsync(lab, process);

        lab.Lab.Fail("*", FailureKinds.HttpError);
        var wait = process.Watcher.WaitAsync(node, NodeGoal.Settled, null, Cancellation);
        while (process.Watcher.Trouble is null)
        {
            await Task.Yield();
        }

        lab.Lab.Heal("*", FailureKinds.HttpError);
        await lab.SetAsync(node, new JsonObject { ["provision_state"] = "manageable" });

        Assert.Equal("manageable", (await wait)!.ProvisionState);
    }

    [Fact]
    public async Task A_node_that_vanished_is_asked_for_by_its_id_before_it_is_believed_gone()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var node = await BusyNodeAsync(lab, process);
        process.Wire.Clear();
        var wait = process.Watcher.WaitAsync(node, NodeGoal.Settled, null, Cancellation);

        await lab.RestartAsync(loseDatabase: true);
        var ended = await wait;

        Assert.Null(ended);
        Assert.Contains(process.Wire.Own, request => request.Method == "GET" && request.Path.EndsWith(node, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_asked_while_nobody_waits()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var node = await BusyNodeAsync(lab, process);
        await lab.SetAsync(node, new JsonObject { ["provision_state"] = "manageable" });
        await process.Watcher.WaitAsync(node, NodeGoal.Settled, null, Cancellation);
        using var gaveUp = new CancellationTokenSource();
        var given = process.Watcher.WaitAsync(node, NodeGoal.Gone, null, gaveUp.Token);

        await gaveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Equal(0, process.Watcher.Waiting);
    }

    [Fact]
    public async Task Hosts_at_rest_hear_of_changes_and_of_nothing_else()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        await life.RegisterAsync();
        var resting = new RestingHosts(process.Ironic.FindNodeAsync);
        resting.Expect(life.NodeId!, key.Namespace, key.Name, poweredOn: life.Last!.PoweredOn is true);

        var atFirst = await resting.CompareAsync(await process.Watcher.ListingAsync(TimeSpan.Zero, Cancellation), Cancellation);
        await lab.SetAsync(life.NodeId!, new JsonObject { ["maintenance"] = true, ["fault"] = "power failure" });
        var broken = await resting.CompareAsync(await process.Watcher.ListingAsync(TimeSpan.Zero, Cancellation), Cancellation);
        var still = await resting.CompareAsync(await process.Watcher.ListingAsync(TimeSpan.Zero, Cancellation), Cancellation);
        await lab.RestartAsync(loseDatabase: true);
        var once = await resting.CompareAsync(await process.Watcher.ListingAsync(TimeSpan.Zero, Cancellation), Cancellation);
        var gone = await resting.CompareAsync(await process.Watcher.ListingAsync(TimeSpan.Zero, Cancellation), Cancellation);

        Assert.Empty(atFirst);
        Assert.Equal("power failure", Assert.Single(broken).Change.Node!.Fault);
        Assert.Empty(still);
        Assert.Empty(once);
        Assert.Null(Assert.Single(gone).Change.Node);
    }

    private static async Task<string> BusyNodeAsync(LabRig lab, Bench process)
    {
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        var ensured = await process.Provisioner.EnsureAsync(life.EnsureInput(), Cancellation);
        var node = ensured.Answer.Node!.NodeId;
        await lab.SetAsync(node, new JsonObject { ["provision_state"] = "clean wait", ["target_provision_state"] = "manageable" });
        return node;
    }
}

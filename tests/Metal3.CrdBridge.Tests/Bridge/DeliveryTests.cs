namespace Metal3.CrdBridge.Tests.Bridge;

public sealed class DeliveryTests : IAsyncLifetime
{
    private Rig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await Rig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_new_host_starts_its_workflow_with_what_the_object_says()
    {
        await _rig.BridgeAsync();
        var host = await _rig.HostAsync("a", spec: """{"bmc": {"address": "redfish://u:secret@10.0.0.1/1?token=x", "credentialsName": "creds"}}""");

        Assert.Equal("changed default/a", (await _rig.Notes.NextAsync()).ToString()); // the signal with the start is heard first
        var started = await _rig.Notes.NextAsync();

        Assert.Equal("started default/a", started.ToString());
        Assert.Equal((string)host["metadata"]!["uid"]!, started.Snapshot!.Host.Uid);
        Assert.Equal("creds", started.Snapshot.Spec.Bmc.CredentialsName);
        Assert.StartsWith("redfish://10.0.0.1/1#", started.Snapshot.Spec.Bmc.Address, StringComparison.Ordinal);
        var described = await _rig.Client.GetWorkflowHandle("host/default/a").DescribeAsync();
        Assert.Equal("metal3", described.TaskQueue);
        Assert.Contains("default/a", await described.GetStaticSummaryAsync(), StringComparison.Ordinal);
    }
}

using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Testing;

namespace Metal3.Activities.Tests;

/// <summary>The disk that is written to is the one that the spec names now: what is written to a wrong one cannot be taken back.</summary>
public sealed class RootDiskTests
{
    private static readonly NodeIntent Intent = new("deploy", "hash", 1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hints_of_the_spec_are_written_to_the_node_however_old_those_in_status_are()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var cluster = new Cluster();
        var (_, spec) = lab.NewHost();
        var key = cluster.Add(
            "host-1",
            spec with { Image = Image, RootDeviceHints = new() { SerialNumber = "the-system-disk" } },
            new() { HardwareProfile = "unknown", Provisioning = new() { RootDeviceHints = new() { DeviceName = "/dev/sda" } } });
        var node = await AvailableAsync(process, cluster, key);
        await using var services = lab.Activities(cluster);

        var answer = await new ActivityEnvironment().RunAsync(() => services.GetRequiredService<INodeActivities>().WriteDeployIntentAsync(
            new() { Host = key, NodeId = node, Intent = Intent, Expect = new() { RootDeviceHash = HostSnapshot.From(cluster[key]).RootDeviceHash } }));

        Assert.Equal(NodeProgress.Done, answer.Progress);
        Assert.Equal("""{"serial":"s== the-system-disk"}""", await RootDeviceAsync(process, node));
    }

    [Fact]
    public async Task Hints_that_are_edited_before_the_image_is_written_stop_it()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var cluster = new Cluster();
        var (_, spec) = lab.NewHost();
        var key = cluster.Add("host-1", spec with { Image = Image }, new() { HardwareProfile = "unknown" });
        var node = await AvailableAsync(process, cluster, key);
        await using var services = lab.Activities(cluster);
        var nodes = services.GetRequiredService<INodeActivities>();
        var request = new DeployRequest { Host = key, NodeId = node, Intent = Intent, Expect = new() { RootDeviceHash = HostSnapshot.From(cluster[key]).RootDeviceHash } };
        await new ActivityEnvironment().RunAsync(() => nodes.WriteDeployIntentAsync(request));
        Assert.Equal("""{"name":"s== /dev/sda"}""", await RootDeviceAsync(process, node));

        cluster[key] = cluster[key] with { Spec = cluster[key].Spec! with { RootDeviceHints = new() { DeviceName = "/dev/sdb" } } };
        var answer = await new ActivityEnvironment().RunAsync(() => nodes.DeployAsync(request));

        Assert.Equal((NodeProgress.Superseded, "/dev/sdb"), (answer.Progress, answer.Fresh!.Spec.RootDeviceHints!.DeviceName));
        Assert.Equal("available", (await process.Ironic.FindNodeAsync(node, Cancellation))!.ProvisionState);
    }

    private static Image Image { get; } = new() { Url = "http://images.example/os.raw", Checksum = "aa", Format = ImageFormat.Raw };

    private static async Task<string> AvailableAsync(Bench process, Cluster cluster, HostKey key)
    {
        var life = new Life(process, key, cluster[key].Spec!);
        await life.RegisterAsync();
        await life.InspectAsync();
        await life.MakeAvailableAsync();
        return life.NodeId!;
    }

    private static async Task<string?> RootDeviceAsync(Bench process, string node) =>
        (await process.Ironic.FindNodeAsync(node, Cancellation))!.InstanceInfo?["root_device"]?.ToJsonString();
}

using System.Text.Json;
using k8s;
using k8s.Models;
using Metal3.Contracts.HostLifecycle;
using Metal3.Lab.Ironic;
using Temporalio.Exceptions;

namespace Metal3.Lab.Tests;

public sealed class LabDataCenterTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("metal3-lab-test-").FullName;

    [Fact]
    public async Task A_host_stays_provisioned_and_is_not_deployed_again_when_Temporal_lost_everything()
    {
        var hosts = SampleHost.Many(1);
        var options = new LabOptions { Directory = _directory, KeepsData = true };
        await using (var first = await LabDataCenter.StartAsync(options, TestContext.Current.CancellationToken))
        {
            await first.AddHostsAsync(hosts, TestContext.Current.CancellationToken);
            await UntilAsync(first, view => view is { State: "provisioned", Lifecycle: null });
        }

        await using var second = await LabDataCenter.StartAsync(options, TestContext.Current.CancellationToken);
        await UntilAsync(second, view => view is { State: "provisioned", Lifecycle: null });

        var counters = second.SimulatedIronic!.Counters().ToJsonString();
        Assert.Equal(1, CountOf(counters, "deploy"));
        Assert.Equal("provisioned", await StateAsync(second));
    }

    [Fact]
    public async Task A_machine_whose_image_is_removed_while_it_is_written_is_taken_back_and_not_just_called_available()
    {
        var options = new LabOptions { Directory = _directory, Times = StageTimes.Fast.With(Stages.Deploy, TimeSpan.FromSeconds(3)) };
        await using var lab = await LabDataCenter.StartAsync(options, TestContext.Current.CancellationToken);
        await lab.AddHostsAsync(SampleHost.Many(1), TestContext.Current.CancellationToken);
        await UntilAsync(lab, view => view.LifecycleId is not null && CountOf(lab.SimulatedIronic!.Counters().ToJsonString(), "deploy") == 1);

        await lab.Kubernetes.CustomObjects.PatchNamespacedCustomObjectAsync(
            new V1Patch("""{"spec":{"image":null}}""", V1Patch.PatchType.MergePatch),
            "metal3.io", "v1alpha1", "default", "baremetalhosts", "worker-0", cancellationToken: TestContext.Current.CancellationToken);
        await UntilAsync(lab, view => view is { State: "available", Lifecycle: null });

        Assert.Equal((1, 1), (CountOf(lab.SimulatedIronic!.Counters().ToJsonString(), "deploy"), CountOf(lab.SimulatedIronic!.Counters().ToJsonString(), "delete")));
    }

    [Fact]
    public void It_carries_every_CRD_that_is_deployed() => Assert.Equal(
        [
            "baremetalhosts", "baremetalswitches", "bmceventsubscriptions", "dataimages", "firmwareschemas", "hardwaredata", "hostclaims",
            "hostdeploypolicies", "hostfirmwarecomponents", "hostfirmwaresettings", "hostnetworkattachments", "hostupdatepolicies",
            "preprovisioningimages",
        ],
        Manifests.Definitions().Select(definition => definition["spec"]!["names"]!["plural"]!.GetValue<string>()).Order(StringComparer.Ordinal));

    [Fact]
    public void Ten_thousand_sample_hosts_have_names_MACs_and_IPMI_addresses_of_their_own()
    {
        var hosts = SampleHost.Many(10_000);

        var addresses = hosts.Select(host =>
            host.Manifests(new Uri($"http://127.0.0.1/redfish/v1/Systems/{host.Name}"))[1]["spec"]!["bmc"]!["address"]!.GetValue<string>());

        Assert.Equal(10_000, hosts.Select(host => host.Name).Distinct().Count());
        Assert.Equal(10_000, hosts.Select(host => host.Mac).Distinct().Count());
        Assert.Equal(10_000, addresses.Distinct().Count());
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task UntilAsync(LabDataCenter lab, Func<HostView, bool> reached)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        var host = lab.Temporal.GetWorkflowHandle(WorkflowNames.HostId("default", "worker-0"));
        while (true)
        {
            try
            {
                if (reached(await host.QueryAsync<HostView>("view", [])))
                {
                    return;
                }
            }
            catch (Exception e) when (e is RpcException or WorkflowQueryFailedException)
            {
                // Not started yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }

    private static async Task<string?> StateAsync(LabDataCenter lab)
    {
        var host = await lab.Kubernetes.CustomObjects.GetNamespacedCustomObjectAsync<JsonElement>(
            "metal3.io", "v1alpha1", "default", "baremetalhosts", "worker-0", TestContext.Current.CancellationToken);
        return host.GetProperty("status").GetProperty("provisioning").GetProperty("state").GetString();
    }

    private static int CountOf(string counters, string verb)
    {
        using var document = JsonDocument.Parse(counters);
        return document.RootElement.GetProperty("nodes").EnumerateObject()
            .Sum(node => node.Value.TryGetProperty(verb, out var count) ? count.GetInt32() : 0);
    }
}

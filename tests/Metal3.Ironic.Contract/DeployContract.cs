using System.Text.Json.Nodes;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Lab.Ironic;

namespace Metal3.Ironic.Contract;

/// <summary>Images: written, refused, taken away, taken over.</summary>
public abstract class DeployContract(Site site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_goes_from_nothing_to_provisioned_changes_hands_and_goes()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);

        await life.RegisterAsync();
        await life.ProvisionAsync();
        var provisioned = life.Last!;
        var shown = await process.Ironic.FindNodeAsync(life.NodeId!, Cancellation);

        // Ironic forgets: the record goes, the machine runs on, and is taken over without being touched.
        await process.Ironic.SetMaintenanceAsync(life.NodeId!, "lost", Cancellation);
        await process.Ironic.DeleteNodeAsync(life.NodeId!, Cancellation);
        await life.RegisterAsync();
        process.Wire.Clear();
        await life.UntilDoneAsync(() => process.Provisioner.AdoptAsync(life.Input(), deprovisioning: false, deleting: false, Cancellation));
        var adopted = life.Last!;
        var verbs = process.Wire.Own.Select(one => one.Target).OfType<string>().ToList();

        await life.DeprovisionAsync();
        var taken = life.Last!;
        await life.RemoveAsync();
        var gone = await Assert.ThrowsAsync<ProvisionerException>(() => process.Provisioner.LookAsync(life.Input(), Cancellation));

        Assert.Equal((NodePhase.Active, Life.DeployIntent()), (provisioned.Phase, provisioned.Intent));
        Assert.Equal(key.Uid, shown!.InstanceUuid);
        Assert.DoesNotContain("s3cret-user-data", shown.InstanceInfo?.ToJsonString() ?? "", StringComparison.Ordinal);
        Assert.Equal(NodePhase.Active, adopted.Phase);
        Assert.Equal(["adopt"], verbs);
        Assert.Equal(NodePhase.Available, taken.Phase);
        Assert.Equal(FailureTypes.NodeMissing, gone.Type);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_refused_or_fails_and_the_host_gets_out_of_it()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec, site.GoodImage with { Url = $"{site.Files}/missing.raw" });
        await life.RegisterAsync();
        if (!site.IsReal)
        {
            // The simulator does not look at images; the words are the real one's.
            site.Machines.Fail(key.Name, FailureKinds.ValidateFails, new JsonObject { ["interface"] = "deploy", ["message"] = "Got HTTP code 404 instead of 200 in response to HEAD request." });
        }

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => life.ProvisionAsync());
        site.Machines.Heal(key.Name, FailureKinds.ValidateFails);

        Assert.Equal(FailureTypes.NodeFailed, thrown.Type);
        Assert.Contains("404", thrown.Message, StringComparison.Ordinal);
        await life.DeprovisionAsync();
        Assert.Equal(NodePhase.Available, life.Last!.Phase);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_live_image_is_booted_and_left_again()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var vmedia = spec with { Bmc = spec.Bmc with { Address = spec.Bmc.Address.Replace("redfish+", "redfish-virtualmedia+", StringComparison.Ordinal) } };
        var life = site.NewLife(process, key, vmedia, new Image { Url = $"{site.Files}/any", Format = ImageFormat.LiveIso });
        await life.RegisterAsync();
        // Without cleaning: its ramdisk would have to come from a medium that no agent plays.
        await process.Ironic.PatchNodeAsync(life.NodeId!, [PatchOf("/automated_clean", false)], Cancellation);
        await life.MakeAvailableAsync();
        var intent = Life.DeployIntent();
        var input = life.DeployInput(intent) with { ConfigDrive = null };
        await life.UntilDoneAsync(() => process.Provisioner.WriteDeployIntentAsync(input, Cancellation));

        await life.UntilDoneAsync(() => process.Provisioner.DeployAsync(input, Cancellation));
        var live = await process.Ironic.FindNodeAsync(life.NodeId!, Cancellation);
        var machine = await site.MachineAsync(key);
        await life.UntilDoneAsync(() => process.Provisioner.UndeployAsync(life.Input(), AutomatedCleaningMode.Disabled, Cancellation));

        Assert.Equal((States.Active, "ramdisk"), (live!.ProvisionState, live.DeployInterface));
        Assert.True((bool?)machine["poweredOn"]);
        Assert.Equal(NodePhase.Available, life.Last!.Phase);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_custom_deploy_that_no_agent_knows_fails_and_the_host_gets_out_of_it()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        await life.MakeAvailableAsync();
        var input = life.DeployInput(Life.DeployIntent()) with { Image = null, CustomDeploy = new CustomDeploy { Method = "install_nothing" } };
        await life.UntilDoneAsync(() => process.Provisioner.WriteDeployIntentAsync(input, Cancellation));

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(
            () => life.UntilDoneAsync(() => process.Provisioner.DeployAsync(input, Cancellation)));

        Assert.Equal(FailureTypes.NodeFailed, thrown.Type);
        Assert.Contains("install_nothing", thrown.Message, StringComparison.Ordinal);
        await life.DeprovisionAsync();
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_machine_in_use_is_serviced_and_stays_in_use()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        await life.ProvisionAsync();
        var input = life.ChangeInput(new NodeIntent("service", "hash-of-settings", 2));

        await life.UntilDoneAsync(() => process.Provisioner.ServiceAsync(input, hasSpec: true, Cancellation));
        process.Wire.Clear();
        await life.UntilDoneAsync(() => process.Provisioner.ServiceAsync(input, hasSpec: true, Cancellation));
        var settings = await process.Provisioner.FirmwareSettingsAsync(life.NodeId!, withSchema: false, Cancellation);

        Assert.Equal((NodePhase.Active, "Disabled"), (life.Last!.Phase, settings.Settings["ProcTurboMode"]));
        Assert.DoesNotContain(process.Wire.Own, one => one.Target == "service");

        // Detaching: the record goes, the machine stays as it is.
        var before = (bool?)(await site.MachineAsync(key))["poweredOn"];
        await life.RemoveAsync();
        Assert.Equal(before, (bool?)(await site.MachineAsync(key))["poweredOn"]);
    }

    [Fact]
    public async Task A_host_with_an_IPMI_BMC_lives_too()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec with
        {
            Bmc = new BmcDetails { Address = $"ipmi://127.0.0.1:{site.IpmiPort ?? 16230}", CredentialsName = "bmc" },
        });
        if (!site.IsReal)
        {
            await site.ChangeMachineAsync(key, new JsonObject { ["address"] = "127.0.0.1:16230" });
        }

        await life.RegisterAsync();
        await life.ProvisionAsync();
        var active = life.Last!.Phase;
        var tested = await life.UntilDoneAsync(() => process.Provisioner.TestCredentialsAsync(life.Input(), Cancellation));
        await life.RemoveAsync();

        Assert.Equal((NodePhase.Active, NodeProgress.Done), (active, tested.Progress));
    }

    private static Activities.Ironic.PatchOp PatchOf(string path, JsonNode value) => Activities.Ironic.PatchOp.Add(path, value);
}

/// <summary>Over the simulator.</summary>
public sealed class SimulatedDeployTests(SimulatedSite site) : DeployContract(site);

/// <summary>Over a real Ironic.</summary>
public sealed class RealDeployTests(RealSite site) : DeployContract(site);

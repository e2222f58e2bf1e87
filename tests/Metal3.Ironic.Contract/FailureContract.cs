using System.Text.Json.Nodes;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Lab.Ironic;

namespace Metal3.Ironic.Contract;

/// <summary>What breaks: said in words an operator can use, and got out of.</summary>
public abstract class FailureContract(Site site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dead_BMC_fails_the_node_and_one_that_came_back_heals_it()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        site.Machines.Fail(key.Name, FailureKinds.BmcDown);

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(life.RegisterAsync);
        var still = await Assert.ThrowsAsync<ProvisionerException>(
            () => process.Provisioner.ValidateBmcAsync(life.Input(), Cancellation));
        site.Machines.Heal(key.Name, FailureKinds.BmcDown);
        await OnceMoreAsync(life, restart => process.Provisioner.ValidateBmcAsync(life.Input(restart), Cancellation));

        Assert.Equal((FailureTypes.NodeFailed, FailureTypes.NodeFailed), (thrown.Type, still.Type));
        Assert.StartsWith("Failed to get power state for node", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("Unable to connect to", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(NodePhase.Manageable, life.Last!.Phase);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task Power_that_is_stuck_fails_the_change_and_is_tried_again_when_forced()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        site.Machines.Fail(key.Name, FailureKinds.StuckPower);

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => life.PowerAsync(on: true));
        site.Machines.Heal(key.Name, FailureKinds.StuckPower);
        await life.UntilDoneAsync(
            () => process.Provisioner.SetPowerAsync(
                new PowerInput { Host = key, NodeId = life.NodeId, On = true, Force = true }, Cancellation),
            NodeGoal.PoweredOn);

        Assert.Equal(FailureTypes.NodeFailed, thrown.Type);
        Assert.StartsWith("PowerOn operation failed: Failed to", thrown.Message, StringComparison.Ordinal);
        Assert.True((bool?)(await site.MachineAsync(key))["poweredOn"]);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_checksum_that_does_not_match_fails_the_deployment_and_the_host_gets_out_of_it()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec, site.GoodImage with { Checksum = new string('0', 64) });
        await life.RegisterAsync();
        if (!site.IsReal)
        {
            // The simulator does not fetch images; the words are the real one's.
            site.FailStep(key, FailureKinds.DeployFails, "deploy.write_image", "Error verifying image checksum: Image failed to verify against checksum.");
        }

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => life.ProvisionAsync());
        var failed = await process.Provisioner.LookAsync(life.Input(), Cancellation);
        site.HealStep(key, FailureKinds.DeployFails, "deploy.write_image");
        await life.DeprovisionAsync();

        Assert.Equal((FailureTypes.NodeFailed, States.DeployFailed), (thrown.Type, failed.State));
        Assert.StartsWith("Image provisioning failed", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("write_image failed on node", thrown.Message, StringComparison.Ordinal);
        Assert.True(thrown.Message.Contains("Error verifying image checksum", StringComparison.Ordinal), thrown.Message);
        Assert.Equal(NodePhase.Available, life.Last!.Phase);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_deployment_that_fails_at_a_step_names_the_step_and_succeeds_under_a_new_intent()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        site.FailStep(key, FailureKinds.DeployFails, "write_image", "asked to fail");

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => life.ProvisionAsync(Life.DeployIntent(1)));
        process.Wire.Clear();
        var again = await Assert.ThrowsAsync<ProvisionerException>(
            () => process.Provisioner.DeployAsync(life.DeployInput(Life.DeployIntent(1)), Cancellation));
        var sent = process.Wire.Own.Select(one => one.Target).OfType<string>().ToList();
        site.HealStep(key, FailureKinds.DeployFails, "write_image");
        var anew = life.DeployInput(Life.DeployIntent(2));
        await life.UntilDoneAsync(() => process.Provisioner.WriteDeployIntentAsync(anew, Cancellation));
        await life.UntilDoneAsync(() => process.Provisioner.DeployAsync(anew, Cancellation));

        Assert.Equal((FailureTypes.NodeFailed, FailureTypes.NodeFailed), (thrown.Type, again.Type));
        Assert.Contains("write_image failed on node", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("asked to fail", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(sent);
        Assert.Equal((NodePhase.Active, Life.DeployIntent(2)), (life.Last!.Phase, life.Last.Intent));
        await life.RemoveAsync();
    }

    [Fact]
    public async Task An_automatic_cleaning_that_fails_puts_the_node_aside_and_a_restart_gets_it_available()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        site.FailStep(key, FailureKinds.CleanFails, "erase_devices_metadata", "asked to fail");

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(life.MakeAvailableAsync);
        var failed = await process.Provisioner.LookAsync(life.Input(), Cancellation);
        site.HealStep(key, FailureKinds.CleanFails, "erase_devices_metadata");
        await OnceMoreAsync(life, restart => process.Provisioner.MakeAvailableAsync(life.Input(restart), Cancellation));

        Assert.Equal((FailureTypes.NodeFailed, States.CleanFailed), (thrown.Type, failed.State));
        Assert.StartsWith("Cleaning failed: Clean step deploy.erase_devices_metadata failed", thrown.Message, StringComparison.Ordinal);
        Assert.Equal((true, "clean failure"), (failed.Maintenance, failed.Fault));
        Assert.Equal((NodePhase.Available, false, null), (life.Last!.Phase, life.Last.Maintenance, life.Last.Fault));
        await life.RemoveAsync();
    }

    [Fact]
    public async Task An_adoption_that_fails_says_why_and_is_repeated_by_a_restart()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        site.Machines.Fail(key.Name, FailureKinds.WrongPassword);

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => life.UntilDoneAsync(
            () => process.Provisioner.AdoptAsync(life.Input(), deprovisioning: false, deleting: false, Cancellation)));
        var failed = await process.Provisioner.LookAsync(life.Input(), Cancellation);
        site.Machines.Heal(key.Name, FailureKinds.WrongPassword);
        await OnceMoreAsync(
            life, restart => process.Provisioner.AdoptAsync(life.Input(restart), deprovisioning: false, deleting: false, Cancellation));

        Assert.Equal((FailureTypes.NodeFailed, States.AdoptFailed), (thrown.Type, failed.State));
        Assert.StartsWith("Host adoption failed: Error while attempting to adopt node", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(NodePhase.Active, life.Last!.Phase);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_volume_that_the_BMC_cannot_make_fails_the_preparation_and_says_why()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        var wanted = new Raid { HardwareRaidVolumes = [new HardwareRaidVolume { Level = HardwareRaidLevel.Of("1"), Name = "root" }] };

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => PrepareAsync(process, life, wanted));
        var failed = await process.Provisioner.LookAsync(life.Input(), Cancellation);

        Assert.Equal(FailureTypes.NodeFailed, thrown.Type);
        Assert.Contains("'physical_disks' is missing from logical_disk while 'size_gb'='MAX' was requested", thrown.Message, StringComparison.Ordinal);
        Assert.Equal((States.CleanFailed, true, "clean failure"), (failed.State, failed.Maintenance, failed.Fault));
        await life.RemoveAsync();
    }

    [Fact]
    public async Task Software_volumes_are_made_by_the_ramdisk_once()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        var wanted = new Raid { SoftwareRaidVolumes = [new SoftwareRaidVolume { Level = SoftwareRaidLevel.Of("1") }] };

        await PrepareAsync(process, life, wanted);
        process.Wire.Clear();
        await PrepareAsync(process, life, wanted);
        var node = await process.Ironic.FindNodeAsync(life.NodeId!, Cancellation);

        Assert.Equal((NodePhase.Manageable, "agent"), (life.Last!.Phase, node!.RaidInterface));
        Assert.Equal("1", (string?)node.TargetRaidConfig!["logical_disks"]![0]!["raid_level"]);
        Assert.DoesNotContain(process.Wire.Own, one => one.Target == "clean");
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_servicing_that_fails_is_left_by_abort_or_repeated_by_a_restart()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        await life.ProvisionAsync();
        var input = life.ChangeInput(new NodeIntent("service", "hash-of-steps", 2)) with
        {
            Steps = [new JsonObject { ["interface"] = "deploy", ["step"] = "burnin_cpu" }],
        };
        site.FailStep(key, FailureKinds.ServiceFails, "burnin_cpu", "asked to fail");

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(
            () => life.UntilDoneAsync(() => process.Provisioner.ServiceAsync(input, hasSpec: true, Cancellation)));
        site.HealStep(key, FailureKinds.ServiceFails, "burnin_cpu");
        await OnceMoreAsync(life, restart => process.Provisioner.ServiceAsync(input with { Restart = restart }, hasSpec: true, Cancellation));

        Assert.Equal(FailureTypes.NodeFailed, thrown.Type);
        Assert.Contains("asked to fail", thrown.Message, StringComparison.Ordinal);
        Assert.Equal((NodePhase.Active, false), (life.Last!.Phase, life.Last.Maintenance));
        await life.RemoveAsync();
    }

    private static Task PrepareAsync(Bench process, Life life, Raid wanted)
    {
        var change = Changes.Preparation(life.EnsureInput().Bmc.Driver, wanted, null, hints: false, settings: null);
        var input = life.ChangeInput(Life.CleanIntent()) with
        {
            Steps = change.Steps,
            TargetRaid = change.TargetRaid,
            RaidInterface = change.RaidInterface,
        };
        return life.UntilDoneAsync(() => process.Provisioner.PrepareAsync(input, Cancellation));
    }

    /// <summary>The first call forgives the failure, those behind it go on.</summary>
    private static Task OnceMoreAsync(Life life, Func<bool, Task<NodeAnswer>> ask)
    {
        var restart = true;
        return life.UntilDoneAsync(async () =>
        {
            var now = restart;
            restart = false;
            return await ask(now);
        });
    }
}

/// <summary>Over the simulator.</summary>
public sealed class SimulatedFailureTests(SimulatedSite site) : FailureContract(site);

/// <summary>Over a real Ironic.</summary>
public sealed class RealFailureTests(RealSite site) : FailureContract(site);

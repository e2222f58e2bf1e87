using System.Text.Json.Nodes;
using Metal3.Activities.Ironic;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Lab.Ironic;

namespace Metal3.Ironic.Contract;

/// <summary>What comes before a host has an image.</summary>
public abstract class RegistrationContract(Site site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_is_found_again_by_its_id_its_name_and_its_boot_MAC()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        var id = life.NodeId!;

        var byId = await process.Provisioner.EnsureAsync(life.EnsureInput(), Cancellation);
        life.NodeId = null;
        var byName = await process.Provisioner.EnsureAsync(life.EnsureInput(), Cancellation);
        await process.Ironic.PatchNodeAsync(id, [PatchOp.Remove("/name")], Cancellation);
        var byMac = await process.Provisioner.EnsureAsync(life.EnsureInput(), Cancellation);
        var named = await process.Ironic.FindNodeAsync(id, Cancellation);

        Assert.Equal([id, id, id], new[] { byId, byName, byMac }.Select(one => one.Answer.Node!.NodeId));
        Assert.Equal($"metal3~{key.Name}", named!.Name);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_MAC_that_is_another_hosts_is_refused_with_the_names_of_both_sides()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        var (otherKey, otherSpec) = site.NewHost();
        var other = site.NewLife(process, otherKey, otherSpec with { BootMacAddress = spec.BootMacAddress });

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(
            () => process.Provisioner.EnsureAsync(other.EnsureInput(), Cancellation));

        Assert.Equal(FailureTypes.SpecRefused, thrown.Type);
        Assert.Equal($"MAC address {spec.BootMacAddress} conflicts with existing node metal3~{key.Name}", thrown.Message);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_BMC_address_that_changes_is_written_to_the_node()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        var moved = spec with { Bmc = spec.Bmc with { Address = spec.Bmc.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) } };
        var after = site.NewLife(process, key, moved);
        after.NodeId = life.NodeId;

        var ensured = await process.Provisioner.EnsureAsync(after.EnsureInput(), Cancellation);
        var again = await process.Provisioner.EnsureAsync(after.EnsureInput(), Cancellation);
        var node = await process.Ironic.FindNodeAsync(life.NodeId!, Cancellation);

        Assert.True(ensured.AccessWritten);
        Assert.False(again.AccessWritten);
        Assert.Contains("localhost", (string?)node!.DriverInfo!["redfish_address"], StringComparison.Ordinal);
        Assert.Equal("******", (string?)node.DriverInfo["redfish_password"]);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_wrong_password_fails_the_node_and_the_right_one_heals_it()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        var first = await process.Provisioner.EnsureAsync(life.EnsureInput(password: "wr0ng-secret"), Cancellation);
        life.NodeId = first.Answer.Node!.NodeId;

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(
            () => life.UntilDoneAsync(() => process.Provisioner.ValidateBmcAsync(life.Input(), Cancellation)));
        await process.Provisioner.EnsureAsync(life.EnsureInput(credentialsChanged: true), Cancellation);
        var restart = true;
        await life.UntilDoneAsync(() =>
        {
            var input = life.Input(restart);
            restart = false;
            return process.Provisioner.ValidateBmcAsync(input, Cancellation);
        });

        Assert.Equal(FailureTypes.NodeFailed, thrown.Type);
        Assert.StartsWith("Failed to get power state for node", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("401", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wr0ng-secret", thrown.ToString(), StringComparison.Ordinal);
        Assert.Equal(NodePhase.Manageable, life.Last!.Phase);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_system_that_the_BMC_does_not_have_fails_the_node()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec with
        {
            Bmc = spec.Bmc with { Address = $"redfish+http://{new Uri(site.Machines.RedfishAddress).Authority}/redfish/v1/Systems/none" },
        });

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(life.RegisterAsync);

        Assert.Equal(FailureTypes.NodeFailed, thrown.Type);
        Assert.Contains("/redfish/v1/Systems/none not found", thrown.Message, StringComparison.Ordinal);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task New_credentials_are_tested_without_switching_a_machine_that_was_switched_behind_Ironics_back()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        Assert.False(life.Last!.PoweredOn);
        await site.ChangeMachineAsync(key, new JsonObject { ["poweredOn"] = true });

        var good = await life.UntilDoneAsync(() => process.Provisioner.TestCredentialsAsync(life.Input(), Cancellation));
        var on = (bool?)(await site.MachineAsync(key))["poweredOn"];
        await process.Provisioner.EnsureAsync(life.EnsureInput(credentialsChanged: true, password: "wr0ng-secret"), Cancellation);
        process.Wire.Clear();
        var bad = await Assert.ThrowsAsync<ProvisionerException>(
            () => life.UntilDoneAsync(() => process.Provisioner.TestCredentialsAsync(life.Input(), Cancellation)));

        Assert.Equal(NodeProgress.Done, good.Progress);
        Assert.True(on);
        Assert.Equal(FailureTypes.NodeFailed, bad.Type);
        Assert.Contains("401", bad.Message, StringComparison.Ordinal);
        Assert.Single(process.Wire.Own, one => one.Path.EndsWith("boot_device", StringComparison.Ordinal) && one.Status == 500);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task An_inspection_yields_hardware_and_is_made_again_when_asked()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();

        await life.InspectAsync();
        var once = await process.Ironic.FindNodeAsync(life.NodeId!, Cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1.1), Cancellation); // Ironic's stamps have seconds
        var refresh = true;
        await life.UntilDoneAsync(() =>
        {
            var now = refresh;
            refresh = false;
            return process.Provisioner.InspectAsync(life.Input(), now, force: false, Cancellation);
        });
        var twice = await process.Ironic.FindNodeAsync(life.NodeId!, Cancellation);

        var nic = Assert.Single(life.Hardware!.Nics!, one => one.Mac == spec.BootMacAddress);
        Assert.NotNull(nic.Name);
        Assert.True(life.Hardware.RamMebibytes > 0);
        Assert.NotEmpty(life.Hardware.Storage!);
        Assert.True(life.Hardware.Cpu.Count > 0);
        Assert.True(twice!.InspectionFinishedAt > once!.InspectionFinishedAt);
        Assert.Equal(2, life.Events.Count(one => one.Reason == "InspectionStarted"));
        await life.RemoveAsync();
    }

    [Fact]
    public async Task Firmware_settings_are_read_and_applied_once()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();

        await life.PrepareAsync();
        process.Wire.Clear();
        await life.PrepareAsync();
        var settings = await process.Provisioner.FirmwareSettingsAsync(life.NodeId!, withSchema: true, Cancellation);

        Assert.Equal("Disabled", settings.Settings["ProcTurboMode"]);
        Assert.DoesNotContain(process.Wire.Own, one => one.Target == "clean");
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_failed_cleaning_says_why_and_is_left_by_a_restart()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        var input = life.ChangeInput(Life.CleanIntent()) with
        {
            Steps = [new JsonObject { ["interface"] = "deploy", ["step"] = "no_such_step" }],
        };

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(
            () => life.UntilDoneAsync(() => process.Provisioner.PrepareAsync(input, Cancellation)));
        var failed = await process.Provisioner.LookAsync(life.Input(), Cancellation);
        var restart = true;
        await life.UntilDoneAsync(() =>
        {
            var again = restart;
            restart = false;
            return process.Provisioner.PrepareAsync(life.ChangeInput(Life.CleanIntent(2)) with { Restart = again }, Cancellation);
        });

        Assert.Equal(FailureTypes.NodeFailed, thrown.Type);
        Assert.Contains("no_such_step", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(States.CleanFailed, failed.State);
        Assert.Equal(NodePhase.Manageable, life.Last!.Phase);
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_machine_in_maintenance_is_taken_out_of_it_by_the_next_verb()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        await process.Ironic.SetMaintenanceAsync(life.NodeId!, "somebody works on it", Cancellation);
        var aside = await process.Provisioner.LookAsync(life.Input(), Cancellation);

        await life.MakeAvailableAsync();

        Assert.True(aside.Maintenance);
        Assert.Equal((NodePhase.Available, false), (life.Last!.Phase, life.Last.Maintenance));
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_machine_is_switched_on_softly_off_and_off_and_what_may_not_be_switched_off_is_rebooted()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();

        await life.PowerAsync(on: true);
        var on = (bool?)(await site.MachineAsync(key))["poweredOn"];
        await life.PowerAsync(on: false);
        var softlyOff = (bool?)(await site.MachineAsync(key))["poweredOn"];
        await life.PowerAsync(on: true);
        await life.PowerAsync(on: false, hard: true);
        var off = (bool?)(await site.MachineAsync(key))["poweredOn"];
        await life.PowerAsync(on: true);
        var pinned = site.NewLife(process, key, spec with { DisablePowerOff = true });
        pinned.NodeId = life.NodeId;
        await process.Provisioner.EnsureAsync(pinned.EnsureInput(), Cancellation);
        var refused = await Assert.ThrowsAsync<IronicException>(
            () => process.Ironic.PowerAsync(life.NodeId!, "power off", null, Cancellation));
        await pinned.PowerAsync(on: false, hard: true);
        await process.Watcher.WaitAsync(life.NodeId!, NodeGoal.PoweredOn, null, Cancellation);
        var rebooted = (bool?)(await site.MachineAsync(key))["poweredOn"];

        Assert.Equal((true, false, false, true), (on, softlyOff, off, rebooted));
        Assert.Equal(System.Net.HttpStatusCode.Conflict, refused.Status);
        Assert.Equal(["PowerOn", "PowerOff", "PowerOn", "PowerOff", "PowerOn"], life.Events.Select(one => one.Reason).Where(one => one.StartsWith("Power", StringComparison.Ordinal)));
        await life.RemoveAsync();
    }

    [Fact]
    public async Task A_BMC_that_refuses_Ironic_fails_the_power_change_in_its_own_words()
    {
        await site.StartAsync();
        await using var process = site.Process();
        var (key, spec) = site.NewHost();
        var life = site.NewLife(process, key, spec);
        await life.RegisterAsync();
        site.Machines.Fail(key.Name, FailureKinds.WrongPassword);

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => life.PowerAsync(on: true));
        site.Machines.Heal(key.Name, FailureKinds.WrongPassword);

        Assert.Equal(FailureTypes.NodeFailed, thrown.Type);
        Assert.StartsWith("PowerOn operation failed: ", thrown.Message, StringComparison.Ordinal);
        await life.RemoveAsync();
    }
}

/// <summary>Over the simulator.</summary>
public sealed class SimulatedRegistrationTests(SimulatedSite site) : RegistrationContract(site);

/// <summary>Over a real Ironic.</summary>
public sealed class RealRegistrationTests(RealSite site) : RegistrationContract(site);

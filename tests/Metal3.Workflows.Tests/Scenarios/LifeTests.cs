using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>From manifest to provisioned and back, power, reboots, servicing.</summary>
public sealed class LifeTests(LabBench bench)
{
    [Fact]
    public async Task S57_A_manifest_with_an_image_is_provisioned()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilStateAsync("provisioned");

        Assert.Equal(["registering", "inspecting", "preparing", "available", "provisioning", "provisioned"], world.States);
        Assert.Equal(["create", "manage", "inspect", "record", "provide", "write intent", "deploy"], world.Asked);
        Assert.Equal(Given.Ubuntu, world.Status.Provisioning.Image);
        Assert.Equal(
            ["Registered", "ProfileSet", "BMCAccessValidated", "InspectionStarted", "InspectionComplete", "ProvisioningStarted", "ProvisioningComplete"],
            world.Events);
        await bench.ProveAsync(world, "provisioned");
    }

    [Fact]
    public async Task S2_S4_S37_Without_an_image_it_becomes_available_and_is_switched_on()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilAsync(w => w.State == "available" && w.Status.PoweredOn);
        await world.UntilRestAsync("available");

        Assert.Contains(FinalizerNames.Host, world.Host!.Metadata.Finalizers!);
        Assert.NotNull(world.Status.LastUpdated);
        Assert.Equal(OperationalStatus.Ok, world.Status.OperationalStatus);
        Assert.Equal(["create", "manage", "inspect", "record", "power on"], world.Asked);
        Assert.InRange(world.Writes, 1, 12);
        await bench.ProveAsync(world, "available");
    }

    [Fact]
    public async Task An_inspection_begins_while_its_announcement_is_still_on_its_way()
    {
        var world = bench.NewWorld();
        world.StatusStuckAt = "inspecting";
        await world.CreateAsync();
        await world.UntilAsync(w => w.Count("inspect") == 1);
        Assert.DoesNotContain("inspecting", world.States);

        world.StatusStuckAt = null;
        await world.UntilStateAsync("available");

        Assert.Equal(["registering", "inspecting", "preparing", "available"], world.States);
        await bench.ProveAsync(world, "announced-late");
    }

    [Fact]
    public async Task An_object_that_vanishes_while_its_inspection_is_being_announced_ends_the_lifecycle_without_another_word_to_the_machine()
    {
        var world = bench.NewWorld();
        world.StatusStuckAt = "inspecting";
        world.Stall("inspect");
        await world.CreateAsync();
        await world.UntilAsync(w => w.Count("inspect") == 1);

        await world.VanishAsync();
        await world.UntilEndedAsync();

        Assert.Equal(["create", "manage", "inspect"], world.Asked);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_running_lifecycle_hears_of_changes_and_not_of_echoes()
    {
        var world = bench.NewWorld();
        world.Stall("inspect");
        await world.CreateAsync();
        await world.UntilAsync(w => w.Count("inspect") == 1);
        await world.ChangeAsync(host => host); // another version of the same
        _ = await world.ViewAsync();
        await world.EditAsync(spec => spec with { Online = false });
        await world.UntilToldAsync("DesiredChanged");
        world.Proceed("inspect");
        await world.UntilStateAsync("available");

        var inspection = Assert.Single(await bench.HistoriesAsync(world), history => history.Id.Contains("/inspect/", StringComparison.Ordinal));
        Assert.Single(inspection.Events, happened => happened.WorkflowExecutionSignaledEventAttributes?.SignalName == "DesiredChanged");
        await bench.ProveAsync(world, "echoes");
    }

    [Fact]
    public async Task S1_Without_bmc_details_it_is_discovered_and_registers_once_they_are_there()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Bmc = new() });
        await world.UntilStateAsync("unmanaged");
        Assert.Equal(OperationalStatus.Discovered, world.Status.OperationalStatus);
        Assert.Empty(world.Asked);

        await world.EditAsync(spec => spec with { Bmc = new() { Address = "redfish://x", CredentialsName = "bmc" } });
        await world.UntilStateAsync("available");

        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S38_With_inspection_disabled_nothing_is_inspected()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(annotations: [(AnnotationKeys.Inspect, "disabled")]);
        await world.UntilStateAsync("available");

        Assert.DoesNotContain("inspect", world.Asked);
        Assert.Equal("disabled", world.Host!.Metadata.Annotation(AnnotationKeys.Inspect));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S73_Another_image_is_written_after_the_old_one_was_taken_away()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilStateAsync("provisioned");

        await world.EditAsync(spec => spec with { Image = Given.Fedora });
        await world.UntilAsync(w => w.State == "provisioned" && w.Status.Provisioning.Image == Given.Fedora);

        Assert.Equal(["provisioned", "deprovisioning", "available", "provisioning", "provisioned"], world.States[^5..]);
        Assert.Equal((2, 1, Given.Fedora.Url), (world.Count("deploy"), world.Count("deleted"), world.Deployed));
        await bench.ProveAsync(world, "another-image");
    }

    [Fact]
    public async Task S135_An_url_edited_during_the_deployment_is_written_afterwards_and_never_recorded_unwritten()
    {
        var world = bench.NewWorld();
        world.Stall("deploy");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilAsync(w => w.Count("deploy") == 1);

        await world.EditAsync(spec => spec with { Image = Given.Fedora });
        world.Proceed("deploy");
        await world.UntilAsync(w => w.Deployed == Given.Fedora.Url && w.State == "provisioned");

        Assert.Equal(2, world.Count("deploy"));
        Assert.Equal(Given.Fedora, world.Status.Provisioning.Image);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task An_image_edited_after_its_deployment_was_abandoned_is_written_and_never_recorded_unwritten()
    {
        var world = bench.NewWorld();
        world.Stall("deploy");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilLifecycleAsync(view => view.Step == StepNames.AwaitActive);
        await world.Handle.SignalAsync("abandon", [new StepCommand { By = "anna", Reason = "wrong image" }]);
        await world.UntilViewAsync(view => view.Lifecycle is null && view.Waiting?.Kind is WaitKind.Operator);
        world.Proceed("deploy"); // the machine goes on by itself

        await world.EditAsync(spec => spec with { Image = Given.Fedora });
        await world.UntilAsync(w => w.State == "provisioned" && w.Status.Provisioning.Image == Given.Fedora);

        Assert.Equal((2, Given.Fedora.Url), (world.Count("deploy"), world.Deployed));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S74_Removing_the_image_while_it_is_written_takes_the_machine_back()
    {
        var world = bench.NewWorld();
        world.Stall("deploy");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilAsync(w => w.Count("deploy") == 1);

        await world.EditAsync(spec => spec with { Image = null });
        await world.UntilStateAsync("available");

        Assert.Equal(0, world.Status.ProvisioningFailCount);
        Assert.Equal("", world.Status.Provisioning.Image.Url);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S58_A_custom_deploy_is_recorded_with_its_method()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { CustomDeploy = new() { Method = "install_coreos" } });
        await world.UntilStateAsync("provisioned");

        Assert.Equal("install_coreos", world.Status.Provisioning.CustomDeploy!.Method);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S80_S81_An_externally_provisioned_host_is_adopted_and_can_be_taken_over()
    {
        var world = bench.NewWorld();
        world.MachineIsOn = true;
        await world.CreateAsync(spec => spec with { ExternallyProvisioned = true, Image = Given.Ubuntu });
        await world.UntilStateAsync("externally provisioned");
        await world.UntilAsync(w => w.Count("adopt") == 1);
        await world.UntilRestAsync("externally provisioned");
        Assert.Equal("", world.Status.Provisioning.Image.Url);

        await world.EditAsync(spec => spec with { ExternallyProvisioned = false });
        await world.UntilStateAsync("provisioned");

        Assert.Equal(Given.Ubuntu, world.Status.Provisioning.Image);
        Assert.Empty(world.Destroyed);
        await bench.ProveAsync(world, "externally-provisioned");
    }

    [Fact]
    public async Task S84_An_available_host_can_be_handed_over()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilStateAsync("available");

        await world.EditAsync(spec => spec with { ExternallyProvisioned = true });
        await world.UntilStateAsync("externally provisioned");
        await world.UntilAsync(w => w.Count("adopt") == 1);

        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S86_Power_follows_online_and_a_machine_switched_at_its_bmc_is_put_right()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilStateAsync("provisioned");
        await world.EditAsync(spec => spec with { Online = false });
        await world.UntilAsync(w => !w.MachineIsOn && !w.Status.PoweredOn);
        await world.EditAsync(spec => spec with { Online = true });
        await world.UntilAsync(w => w.MachineIsOn && w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");

        await world.SwitchAtBmcAsync(on: false);
        await world.UntilAsync(w => w.MachineIsOn && w.Status.PoweredOn && w.Count("power on") == 2);

        Assert.Equal(1, world.Count("soft power off"));
        Assert.Equal(2, world.Events.Count(e => e == "PowerOn"));
        await bench.ProveAsync(world, "power");
    }

    [Fact]
    public async Task S92_A_base_annotation_is_one_reboot()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilStateAsync("provisioned");

        await world.AnnotateAsync(AnnotationKeys.Reboot);
        await world.UntilAsync(w => w.Count("power on") == 1 && w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");

        Assert.Null(world.Host!.Metadata.Annotation(AnnotationKeys.Reboot));
        Assert.Equal((1, 1), (world.Count("soft power off"), world.Count("power on")));
        await bench.ProveAsync(world, "reboot");
    }

    [Fact]
    public async Task S89_A_reboot_value_that_cannot_be_read_is_a_soft_reboot_and_is_complained_about_once()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");

        world.Fail("soft power off", "the operating system does not listen");
        await world.AnnotateAsync(AnnotationKeys.Reboot, "now!");
        await world.UntilAsync(w => w.Count("power on") == 1 && w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");
        Assert.Equal(["InvalidAnnotationValue: could not parse reboot annotation (now!) - invalid json, assuming soft-reboot"],
            world.EventTexts.Where(e => e.StartsWith("InvalidAnnotationValue", StringComparison.Ordinal)));

        await world.AnnotateAsync(AnnotationKeys.Reboot, "now!"); // another request
        await world.UntilAsync(w => w.Count("power on") == 2 && w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");
        Assert.Equal(2, world.Events.Count(e => e == "InvalidAnnotationValue"));

        await world.AnnotateAsync(AnnotationKeys.RebootPrefix + "x", "{nonsense");
        await world.UntilAsync(w => !w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");
        await world.SwitchAtBmcAsync(true); // it is put right, and the same request is not complained about again
        await world.UntilAsync(w => w.Count("soft power off") == 4 && !w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");

        Assert.Equal(3, world.Events.Count(e => e == "InvalidAnnotationValue"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S93_A_suffixed_annotation_holds_the_machine_off()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilStateAsync("provisioned");
        await world.AnnotateAsync(AnnotationKeys.RebootPrefix + "capm3", """{"mode":"hard"}""");
        await world.UntilAsync(w => w.Count("power off") == 1 && !w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");
        Assert.Equal(0, world.Count("power on"));
        Assert.NotNull(world.Host!.Metadata.Annotation(AnnotationKeys.RebootPrefix + "capm3"));

        await world.AnnotateAsync(AnnotationKeys.RebootPrefix + "capm3", null);
        await world.UntilAsync(w => w.Status.PoweredOn);

        Assert.Equal(1, world.Count("power on"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task W14_A_soft_power_off_that_fails_is_followed_by_a_hard_one()
    {
        var world = bench.NewWorld();
        world.Fail("soft power off", "the operating system did not obey the power request");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilStateAsync("provisioned");

        await world.EditAsync(spec => spec with { Online = false });
        await world.UntilAsync(w => !w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");

        Assert.Equal((1, 1), (world.Count("soft power off"), world.Count("power off")));
        Assert.Contains(world.EventTexts, text => text.StartsWith("PowerManagementError: soft power off failed, a hard power off follows", StringComparison.Ordinal));
        Assert.Null(world.Status.ErrorType);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S94_Under_disablePowerOff_a_reboot_never_shows_the_host_off()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu, DisablePowerOff = true });
        await world.UntilStateAsync("provisioned");

        await world.AnnotateAsync(AnnotationKeys.Reboot);
        await world.UntilAsync(w => w.Count("reboot") == 1 && w.Host!.Metadata.Annotation(AnnotationKeys.Reboot) is null);
        await world.UntilRestAsync("provisioned");

        Assert.Equal(1, world.Count("reboot"));
        Assert.True(world.Status.PoweredOn);
        Assert.DoesNotContain("soft power off", world.Asked);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Reinspection_of_an_available_host_answers_its_annotation_once()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilAsync(w => w.State == "available" && w.Status.PoweredOn);

        await world.AnnotateAsync(AnnotationKeys.Inspect);
        await world.UntilAsync(w => w.Count("inspect") == 2 && w.State == "available" && w.Status.PoweredOn);
        await world.UntilRestAsync("available");

        Assert.Equal(2, world.Count("inspect"));
        Assert.Null(world.Host!.Metadata.Annotation(AnnotationKeys.Inspect));
        Assert.Equal(2, world.Events.Count(e => e == "InspectionComplete"));
        await bench.ProveAsync(world, "reinspection");
    }

    [Fact]
    public async Task S50_A_changed_setting_of_an_available_host_is_applied_once()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilRestAsync("available");

        await world.SetSettingsAsync("fast");
        await world.UntilAsync(w => w.MachineSettings == "fast" && w.State == "available" && w.States.Count(s => s == "preparing") == 2);
        await world.UntilRestAsync("available");

        Assert.Equal(1, world.Count("clean"));
        await bench.ProveAsync(world, "firmware-settings");
    }

    [Fact]
    public async Task W28_A_setting_that_the_machine_never_takes_is_tried_three_times_and_then_told()
    {
        var world = bench.NewWorld();
        world.SettingsStick = false;
        world.Settings = "fast";
        await world.CreateAsync();

        var view = await world.UntilViewAsync(view => view.Waiting?.Step == StepNames.VerifyFirmware);

        Assert.Equal(3, world.Count("clean"));
        Assert.Equal(WaitKind.Operator, view.Waiting!.Kind);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S95_With_a_policy_settings_are_applied_while_the_machine_is_off_for_its_reboot()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        await world.SetSettingsAsync("fast", onReboot: true);

        await world.AnnotateAsync(AnnotationKeys.Reboot);
        await world.UntilAsync(w => w.MachineSettings == "fast" && w.Status.PoweredOn && w.Status.OperationalStatus == OperationalStatus.Ok);
        await world.UntilRestAsync("provisioned");

        Assert.Equal(["soft power off", "service", "power on"], world.Asked[^3..]);
        Assert.Equal(["OK", "servicing", "OK"], world.OperationalStatuses[^3..]);
        await bench.ProveAsync(world, "servicing");
    }

    [Fact]
    public async Task S96_Without_a_policy_it_is_a_plain_reboot()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        await world.SetSettingsAsync("fast");

        await world.AnnotateAsync(AnnotationKeys.Reboot);
        await world.UntilAsync(w => w.Count("power on") == 1 && w.Status.PoweredOn);

        Assert.DoesNotContain("service", world.Asked);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Servicing_that_failed_ends_when_nothing_is_wanted_any_more()
    {
        var world = bench.NewWorld(new() { NetworkBootLimit = 0, Patience = World.Pausing });
        world.Fail("service", "the step failed", times: 9);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        await world.SetSettingsAsync("fast", onReboot: true);
        await world.AnnotateAsync(AnnotationKeys.Reboot);
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.ServicingError);

        await world.SetSettingsAsync(null);
        await world.UntilAsync(w => w.Status.OperationalStatus == OperationalStatus.Ok && w.Status.PoweredOn);

        Assert.Contains("abort", world.Asked);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S47_Raid_is_made_before_the_host_is_available_and_recorded_as_wanted()
    {
        var raid = new Raid { HardwareRaidVolumes = [new() { Level = new("1") }], SoftwareRaidVolumes = [] };
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Raid = raid });
        await world.UntilStateAsync("available");

        Assert.Equal(raid, world.Status.Provisioning.Raid);
        Assert.Equal(1, world.Count("clean"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task The_preprovisioning_image_is_waited_for_when_it_is_needed()
    {
        var world = bench.NewWorld();
        world.ImageNeeded = true;
        world.ImageState = new(PreprovisioningImageReadiness.NotReady);
        await world.CreateAsync();
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Object, Step: StepNames.EnsurePreprovisioningImage });
        Assert.Empty(world.Asked);

        world.ImageState = new(PreprovisioningImageReadiness.Ready);
        await world.UntilStateAsync("available");

        await bench.ProveAsync(world);
    }
}

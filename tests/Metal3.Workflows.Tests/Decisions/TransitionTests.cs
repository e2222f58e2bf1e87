using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;

namespace Metal3.Workflows.Tests.Decisions;

/// <summary>The tables of what comes next, state by state.</summary>
public sealed class TransitionTests
{
    public static TheoryData<string> Detachable => ["provisioned", "externally provisioned", "available", "ready"];

    public static TheoryData<string> NotDetachable => ["registering", "inspecting", "preparing", "provisioning", "deprovisioning"];

    [Fact]
    public void S1_A_new_host_without_bmc_details_is_discovered()
    {
        var change = Came.ToPublish(Given.Host().Wanting(spec => spec with { Bmc = new() }).Next);

        Assert.Equal(ProvisioningState.Unmanaged, change.Observed.State);
        Assert.Equal(OperationalStatus.Discovered, change.Observed.Status.OperationalStatus);
        Assert.Null(change.Observed.Status.ErrorType);
        Assert.Equal(["Discovered"], change.Events.Select(e => e.Reason));
        Assert.Contains(change.Metrics, m => m.Name == "metal3_host_unmanaged_total");
    }

    [Theory]
    [InlineData("redfish://x", "")]
    [InlineData("", "bmc")]
    [InlineData("redfish://x", "bmc")]
    public void Either_bmc_detail_is_enough_to_register(string address, string secret)
    {
        var bmc = new BmcDetails { Address = address, CredentialsName = secret };

        Assert.Equal(ProvisioningState.Registering, Came.ToState(Given.Host().Wanting(spec => spec with { Bmc = bmc }).Next));
        Assert.Equal(
            ProvisioningState.Registering,
            Came.ToState(Given.Host().In(ProvisioningState.Unmanaged).Wanting(spec => spec with { Bmc = bmc }).Next));
    }

    [Fact]
    public void An_unmanaged_host_waits_for_its_bmc()
    {
        var rest = Came.ToRest(Given.Host().In(ProvisioningState.Unmanaged).Wanting(spec => spec with { Bmc = new() }).Next);

        Assert.Equal(WaitKind.Object, rest.Why!.Kind);
    }

    [Fact]
    public void S3_Nothing_is_done_for_a_paused_host_whatever_else_is_asked()
    {
        foreach (var state in ProvisioningState.Known)
        {
            var host = Given.Host().In(state).Deleted().Annotated(AnnotationKeys.Paused, "x").Annotated(AnnotationKeys.Reboot);

            Came.ToRest(host.Next);
        }
    }

    [Fact]
    public void The_object_is_looked_after_before_anything_is_begun()
    {
        var unseen = Given.Host().In(ProvisioningState.Available).Knowing(observed => observed with { IntakeOf = "something else" });

        Assert.IsType<HostAction.Intake>(unseen.Next);
    }

    [Fact]
    public void A_released_object_ends_the_story() => Assert.IsType<HostAction.End>(
        (Given.Host().In(ProvisioningState.Deleting).Deleted() with { Desired = Given.Host().Deleted().Desired with { Claimed = false } }).Next);

    [Fact]
    public void A_status_annotation_that_cannot_be_used_stops_everything_but_a_deletion()
    {
        var refused = Given.Host().Knowing(observed => observed with { Refused = "no JSON" });

        Assert.Equal(WaitKind.Object, Came.ToRest(refused.Next).Why!.Kind);
        Assert.Equal(ProvisioningState.Deleting, Came.ToState(refused.Deleted().Next));
    }

    [Theory]
    [InlineData("registering")]
    [InlineData("inspecting")]
    [InlineData("preparing")]
    [InlineData("available")]
    [InlineData("provisioning")]
    [InlineData("provisioned")]
    [InlineData("externally provisioned")]
    [InlineData("deprovisioning")]
    public void Whatever_the_state_registration_comes_first(string state) =>
        Assert.Equal(Lifecycle.Register, Came.ToRun(Given.Host().In(ProvisioningState.Of(state)).Unregistered().Next));

    [Fact]
    public void Another_version_of_the_secret_registers_anew_in_place()
    {
        var host = Given.Host().In(ProvisioningState.Provisioned).Running(Given.Ubuntu).Wanting(Given.Ubuntu).On().Known;
        var rotated = host.Desired with { Related = host.Desired.Related.With("bmc-secret", "8") };

        Assert.Equal(Lifecycle.Register, Came.ToRun(HostDecisions.Next(rotated, host.Observed, Given.Options, Given.Now)));
        Assert.Null((HostDecisions.Next(host.Desired, host.Observed, Given.Options, Given.Now) as HostAction.Run)?.Lifecycle);
    }

    [Fact]
    public void S22_Another_secret_another_address_and_another_cleaning_mode_register_anew()
    {
        var host = Given.Host().In(ProvisioningState.Available).On().Known;
        BareMetalHostSpec[] edits =
        [
            host.Desired.Spec with { Bmc = host.Desired.Spec.Bmc with { CredentialsName = "other" } },
            host.Desired.Spec with { Bmc = host.Desired.Spec.Bmc with { Address = "redfish://10.0.0.2/1" } },
            host.Desired.Spec with { Bmc = host.Desired.Spec.Bmc with { DisableCertificateVerification = true } },
            host.Desired.Spec with { AutomatedCleaningMode = AutomatedCleaningMode.Disabled },
            host.Desired.Spec with { BootMacAddress = "52:54:00:00:00:01" },
            host.Desired.Spec with { Architecture = "aarch64" },
        ];

        Assert.All(edits, spec => Assert.Equal(
            Lifecycle.Register,
            Came.ToRun(HostDecisions.Next(host.Desired with { Spec = spec }, host.Observed, Given.Options, Given.Now))));
    }

    [Fact]
    public void S37_A_registered_host_is_inspected() =>
        Assert.Equal(Lifecycle.Inspect, Came.ToRun(Given.Host().In(ProvisioningState.Registering).Next));

    [Fact]
    public void S38_With_inspection_disabled_it_is_prepared_at_once()
    {
        Assert.Equal(
            ProvisioningState.Preparing,
            Came.ToState(Given.Host().In(ProvisioningState.Registering).Annotated(AnnotationKeys.Inspect, "disabled").Next));
        Assert.Equal(
            ProvisioningState.Preparing,
            Came.ToState(Given.Host().In(ProvisioningState.Registering)
                .Wanting(spec => spec with { InspectionMode = InspectionMode.Disabled }).Next));
    }

    [Fact]
    public void S80_An_externally_provisioned_host_is_never_inspected()
    {
        var change = Came.ToPublish(Given.Host().In(ProvisioningState.Registering).Wanting(spec => spec with { ExternallyProvisioned = true }).Next);

        Assert.Equal(ProvisioningState.ExternallyProvisioned, change.Observed.State);
        Assert.True(change.Observed.AdoptionDue);
    }

    [Fact]
    public void S124_Leaving_registration_forgets_the_count_of_failures()
    {
        var host = Given.Host().In(ProvisioningState.Registering).With(status => status with { ErrorCount = 1 })
            .Wanting(spec => spec with { InspectionMode = InspectionMode.Disabled });

        Assert.Equal(0, Came.ToPublish(host.Next).Observed.Status.ErrorCount);
    }

    [Fact]
    public void Inspection_that_was_disabled_meanwhile_is_skipped_and_said_so()
    {
        var change = Came.ToPublish(Given.Host().In(ProvisioningState.Inspecting).Annotated(AnnotationKeys.Inspect, "disabled").Next);

        Assert.Equal(ProvisioningState.Preparing, change.Observed.State);
        Assert.Equal(["InspectionSkipped"], change.Events.Select(e => e.Reason));
    }

    [Fact]
    public void S53_The_legacy_match_profile_state_leads_to_preparing()
    {
        var change = Came.ToPublish(Given.Host().In(ProvisioningState.MatchProfile).With(status => status with { ErrorCount = 3 }).Next);

        Assert.Equal(ProvisioningState.Preparing, change.Observed.State);
        Assert.Equal(0, change.Observed.Status.ErrorCount);
    }

    [Theory]
    [InlineData("available")]
    [InlineData("ready")]
    public void An_available_host_looks_at_its_wishes_in_order(string word)
    {
        var state = ProvisioningState.Of(word);
        var everything = Given.Host().In(state).On().Wanting(Given.Ubuntu)
            .Wanting(spec => spec with { ExternallyProvisioned = true, Raid = new() { HardwareRaidVolumes = [] } })
            .Annotated(AnnotationKeys.Inspect)
            .Knowing(observed => observed with { Firmware = new() { Known = true, ChangeDetected = true, Valid = true, WantedHash = "h" } });
        Assert.Equal(ProvisioningState.ExternallyProvisioned, Came.ToState(everything.Next));

        var withoutFlag = everything.Wanting(spec => spec with { ExternallyProvisioned = false });
        Assert.Equal(Lifecycle.Inspect, Came.ToRun(withoutFlag.Next));

        var withoutInspection = withoutFlag with
        {
            Desired = withoutFlag.Desired with { Annotations = withoutFlag.Desired.Annotations.Without(AnnotationKeys.Inspect) },
        };
        Assert.Equal(ProvisioningState.Preparing, Came.ToState(withoutInspection.Next));

        var withoutRaid = withoutInspection.Wanting(spec => spec with { Raid = null });
        Assert.Equal(ProvisioningState.Preparing, Came.ToState(withoutRaid.Next)); // S50: a valid change of the firmware settings

        var withoutSettings = withoutRaid.Knowing(observed => observed with { Firmware = new() { Known = true, Valid = true } });
        Assert.Equal(Lifecycle.Provision, Came.ToRun(withoutSettings.Next));

        Assert.Null(Came.ToRest(withoutSettings.Wanting((Image?)null).Next).Why);
    }

    [Fact]
    public void S84_Handing_an_available_host_over_forgets_hints_and_software_raid()
    {
        var host = Given.Host().In(ProvisioningState.Available)
            .Wanting(spec => spec with { ExternallyProvisioned = true })
            .With(status => status with
            {
                Provisioning = status.Provisioning with
                {
                    RootDeviceHints = new() { DeviceName = "/dev/sda" },
                    Raid = new() { HardwareRaidVolumes = [new()], SoftwareRaidVolumes = [new()] },
                },
            });

        var provisioning = Came.ToPublish(host.Next).Observed.Status.Provisioning;

        Assert.Null(provisioning.RootDeviceHints);
        Assert.Null(provisioning.Raid!.SoftwareRaidVolumes);
        Assert.Single(provisioning.Raid.HardwareRaidVolumes!);
    }

    [Theory]
    [InlineData(true, false, false, false)] // settings that are invalid
    [InlineData(true, true, true, true)]
    [InlineData(true, false, true, false)]
    [InlineData(false, true, true, false)] // never read
    public void S49_Only_a_valid_change_of_known_settings_is_applied(bool known, bool changed, bool valid, bool applied)
    {
        var host = Given.Host().In(ProvisioningState.Available).On().Knowing(observed => observed with
        {
            Firmware = new() { Known = known, ChangeDetected = changed, Valid = valid, WantedHash = "h" },
        });

        Assert.Equal(applied, host.Next is HostAction.Publish);
    }

    [Fact]
    public void S51_Settings_that_were_never_read_hold_nothing_up()
    {
        var host = Given.Host().In(ProvisioningState.Available).On().Knowing(observed => observed with
        {
            Firmware = new() { Known = false, ChangeDetected = true, Valid = true, WantedHash = "h" },
        });

        Came.ToRest(host.Next);
    }

    [Fact]
    public void W28_Settings_that_the_machine_never_takes_are_tried_three_times_and_then_told()
    {
        var stubborn = Given.Host().In(ProvisioningState.Available).On().Knowing(observed => observed with
        {
            Firmware = new() { Known = true, ChangeDetected = true, Valid = true, WantedHash = "h" },
            FirmwareTried = new("h", 3),
        });

        Assert.Contains("did not take them", Came.ToRest(stubborn.Next).Why!.For, StringComparison.Ordinal);
        Assert.Equal(
            ProvisioningState.Preparing,
            Came.ToState(stubborn.Knowing(observed => observed with { FirmwareTried = new("another", 3) }).Next));
    }

    [Fact]
    public void Settings_are_read_again_when_their_object_changed_or_an_hour_has_passed()
    {
        var host = Given.Host().In(ProvisioningState.Available).On();
        var edited = host with { Desired = host.Desired with { Related = host.Desired.Related.With("firmware-settings", "2") } };

        Assert.IsType<HostAction.RefreshFirmware>(edited.Next);
        Assert.IsType<HostAction.RefreshFirmware>(
            host.Knowing(observed => observed with { FirmwareReadAt = Given.Now - TimeSpan.FromHours(1) }).Next);
        Assert.Equal(Given.Now + TimeSpan.FromHours(1), Came.ToRest(host.Next).Until);
    }

    [Fact]
    public void S60_A_failed_provisioning_is_taken_back()
    {
        var host = Given.Host().In(ProvisioningState.Provisioning).Wanting(Given.Ubuntu).Failing(ErrorType.ProvisioningError);

        Assert.Equal(Lifecycle.Deprovision, Came.ToRun(host.Next));
    }

    [Fact]
    public void Trouble_with_the_bmc_while_provisioning_takes_nothing_back()
    {
        var host = Given.Host().In(ProvisioningState.Provisioning).Wanting(Given.Ubuntu).Failing(ErrorType.RegistrationError);

        Assert.Equal(Lifecycle.Provision, Came.ToRun(host.Next));
    }

    [Fact]
    public void An_interrupted_provisioning_is_joined() =>
        Assert.Equal(Lifecycle.Provision, Came.ToRun(Given.Host().In(ProvisioningState.Provisioning).Wanting(Given.Ubuntu).Next));

    [Theory]
    [InlineData("provisioning")]
    [InlineData("provisioned")]
    public void An_image_that_nobody_wants_any_more_is_taken_away(string state) =>
        Assert.Equal(Lifecycle.Deprovision, Came.ToRun(Given.Host().In(ProvisioningState.Of(state)).Running(Given.Ubuntu).Next));

    [Fact]
    public void S63_Another_image_takes_the_old_one_away_first() => Assert.Equal(
        Lifecycle.Deprovision,
        Came.ToRun(Given.Host().In(ProvisioningState.Provisioned).Running(Given.Ubuntu).Wanting(Given.Fedora).On().Next));

    [Fact]
    public void S76_An_adoption_error_takes_nothing_away()
    {
        var host = Given.Host().In(ProvisioningState.Provisioned).Running(Given.Ubuntu).Wanting(Given.Ubuntu).On()
            .Failing(ErrorType.ProvisionedRegistrationError).Knowing(observed => observed with { AdoptionDue = true });

        Assert.Equal(Lifecycle.Adopt, Came.ToRun(host.Next));
    }

    [Fact]
    public void S81_Taking_an_external_host_over_records_its_image()
    {
        var change = Came.ToPublish(Given.Host().In(ProvisioningState.ExternallyProvisioned).Wanting(Given.Ubuntu).Next);

        Assert.Equal(ProvisioningState.Provisioned, change.Observed.State);
        Assert.Equal(Given.Ubuntu, change.Observed.Status.Provisioning.Image);
        Assert.Null(change.Observed.Status.Provisioning.CustomDeploy);
    }

    [Fact]
    public void S82_Or_its_custom_deploy()
    {
        var provisioning = Came.ToPublish(Given.Host().In(ProvisioningState.ExternallyProvisioned).WantingDeploy("install").Next)
            .Observed.Status.Provisioning;

        Assert.Equal("install", provisioning.CustomDeploy!.Method);
        Assert.Equal("", provisioning.Image.Url);
    }

    [Fact]
    public void S83_An_external_host_that_is_taken_over_with_nothing_is_taken_back()
    {
        var taken = Came.ToPublish(Given.Host().In(ProvisioningState.ExternallyProvisioned).Next);
        var host = Given.Host().In(ProvisioningState.Provisioned).Knowing(_ => taken.Observed);

        Assert.Equal(Lifecycle.Deprovision, Came.ToRun(host.Next));
    }

    // Retry limit ------------------------------------------------------------------------------------------------------------------

    private static Scene Tried(int fails, Image attempted) => Given.Host().In(ProvisioningState.Available).On().Wanting(Given.Ubuntu)
        .With(status => status with { ProvisioningFailCount = fails, LastAttemptedImage = attempted });

    [Fact]
    public void S61_At_the_limit_nothing_more_is_tried_and_the_host_says_why()
    {
        var change = Came.ToPublish(Tried(5, Given.Ubuntu).Next);

        Assert.Equal(ProvisioningState.Available, change.Observed.State);
        Assert.Equal(ErrorType.ProvisioningError, change.Observed.Status.ErrorType);
        Assert.Contains("5 times", change.Observed.Status.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(5, change.Observed.Status.ProvisioningFailCount);
        var after = new Scene(Tried(5, Given.Ubuntu).Desired, change.Observed);
        Assert.Equal(WaitKind.Operator, Came.ToRest(after.Next).Why!.Kind); // W43: told once, not with every back-off
    }

    [Fact]
    public void S62_Below_the_limit_it_is_tried_again() => Assert.Equal(Lifecycle.Provision, Came.ToRun(Tried(4, Given.Ubuntu).Next));

    [Fact]
    public void S63_A_different_url_or_checksum_starts_counting_anew()
    {
        foreach (var attempted in new[] { Given.Fedora, Given.Ubuntu with { Checksum = "cc" } })
        {
            var change = Came.ToPublish(Tried(5, attempted).Next);

            Assert.Equal(0, change.Observed.Status.ProvisioningFailCount);
            Assert.Equal(Lifecycle.Provision, Came.ToRun(new Scene(Tried(5, attempted).Desired, change.Observed).Next));
        }
    }

    [Fact]
    public void S64_The_identical_image_keeps_the_count() => Assert.Equal(Lifecycle.Provision, Came.ToRun(Tried(3, Given.Ubuntu).Next));

    [Fact]
    public void S65_A_limit_of_zero_is_none() =>
        Assert.Equal(Lifecycle.Provision, Came.ToRun(Tried(100, Given.Ubuntu).NextWith(Given.Options with { MaxProvisioningRetries = 0 })));

    [Fact]
    public void W43_Removing_the_image_forgets_count_and_complaint()
    {
        var status = Came.ToPublish(Tried(5, Given.Ubuntu).Wanting((Image?)null).Failing(ErrorType.ProvisioningError).Next).Observed.Status;

        Assert.Equal(0, status.ProvisioningFailCount);
        Assert.Null(status.LastAttemptedImage);
        Assert.Null(status.ErrorType);
        Assert.Equal(OperationalStatus.Ok, status.OperationalStatus);
    }

    [Fact]
    public void S55_An_image_waits_for_online_and_says_so()
    {
        var host = Given.Host().In(ProvisioningState.Available).Online(false).Wanting(Given.Ubuntu);

        Assert.Contains("online", Came.ToRest(host.Next).Why!.For, StringComparison.Ordinal);
    }

    // Setbacks ---------------------------------------------------------------------------------------------------------------------

    [Fact]
    public void A_setback_waits_for_its_time_or_for_a_change_of_the_host()
    {
        var host = Given.Host().In(ProvisioningState.Inspecting);
        var setBack = host.Knowing(observed => observed with
        {
            Setback = new()
            {
                Lifecycle = Lifecycle.Inspect,
                Desired = HostDecisions.DesiredKey(host.Desired),
                Until = Given.Now + TimeSpan.FromMinutes(2),
                Why = "it failed",
            },
        });

        var rest = Came.ToRest(setBack.Next);
        Assert.Equal(WaitKind.Backoff, rest.Why!.Kind);
        Assert.Equal(Given.Now + TimeSpan.FromMinutes(2), rest.Until);
        Assert.True(Assert.IsType<HostAction.Run>((setBack with { Desired = setBack.Desired with { Generation = 2 } }).Next).Restart);
        Assert.IsType<HostAction.Run>(setBack.Knowing(observed => observed with { Setback = observed.Setback! with { Until = Given.Now } }).Next);
    }

    [Fact]
    public void What_a_person_abandoned_waits_for_a_word_and_an_annotation_of_ours_is_none()
    {
        var host = Given.Host().In(ProvisioningState.Preparing);
        var abandoned = host.Knowing(observed => observed with
        {
            Setback = new() { Lifecycle = Lifecycle.Prepare, Abandoned = true, Desired = HostDecisions.DesiredKey(host.Desired), Why = "enough" },
        });

        Assert.Equal(WaitKind.Operator, Came.ToRest(abandoned.Next).Why!.Kind);
        Came.ToRest(abandoned.Annotated(AnnotationKeys.Hold, "deploy").Next);
        Assert.Equal(Lifecycle.Prepare, Came.ToRun((abandoned with { Desired = abandoned.Desired with { Generation = 2 } }).Next));
    }

    // Deletion (table 1.5) ------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("", "deleting")]
    [InlineData("unmanaged", "deleting")]
    [InlineData("registering", "deleting")]
    [InlineData("inspecting", "powering off before delete")]
    [InlineData("match profile", "powering off before delete")]
    [InlineData("preparing", "powering off before delete")]
    [InlineData("available", "powering off before delete")]
    [InlineData("ready", "powering off before delete")]
    [InlineData("externally provisioned", "powering off before delete")]
    public void A_deletion_without_an_image_leads_to(string from, string to) =>
        Assert.Equal(to, Came.ToState(Given.Host().In(ProvisioningState.Of(from)).Deleted().Next).Word);

    [Theory]
    [InlineData("provisioning", Lifecycle.Deprovision)]
    [InlineData("provisioned", Lifecycle.Deprovision)]
    [InlineData("deprovisioning", Lifecycle.Deprovision)]
    [InlineData("powering off before delete", Lifecycle.Delete)]
    [InlineData("deleting", Lifecycle.Delete)]
    public void S113_A_deletion_runs(string state, Lifecycle lifecycle) => Assert.Equal(
        lifecycle, Came.ToRun(Given.Host().In(ProvisioningState.Of(state)).Running(Given.Ubuntu).Wanting(Given.Ubuntu).Deleted().Next));

    [Fact]
    public void A_status_that_speaks_of_deletion_authorises_none()
    {
        foreach (var state in new[] { ProvisioningState.PoweringOffBeforeDelete, ProvisioningState.Deleting })
        {
            Assert.Equal(WaitKind.Operator, Came.ToRest(Given.Host().In(state).Next).Why!.Kind);
        }
    }

    [Fact]
    public void W8_A_delayed_host_can_be_deleted_at_once() => Assert.Equal(
        ProvisioningState.PoweringOffBeforeDelete,
        Came.ToState(Given.Host().In(ProvisioningState.Available).Being(OperationalStatus.Delayed).Deleted().Next));

    // Detachment (§6.1, §6.3) --------------------------------------------------------------------------------------------------------

    [Theory]
    [MemberData(nameof(Detachable))]
    public void S103_A_host_at_rest_is_detached(string state) => Assert.Equal(
        Lifecycle.Detach, Came.ToRun(Given.Host().In(ProvisioningState.Of(state)).Annotated(AnnotationKeys.Detached).Next));

    [Theory]
    [MemberData(nameof(NotDetachable))]
    public void S104_A_host_at_work_is_not_unless_forced(string state)
    {
        var host = Given.Host().In(ProvisioningState.Of(state)).Running(Given.Ubuntu).Wanting(Given.Ubuntu);

        Assert.NotEqual(Lifecycle.Detach, (host.Annotated(AnnotationKeys.Detached).Next as HostAction.Run)?.Lifecycle);
        Assert.Equal(Lifecycle.Detach, Came.ToRun(host.Annotated(AnnotationKeys.Detached, """{"force":true}""").Next));
    }

    [Fact]
    public void S105_A_host_that_is_being_deleted_is_not() => Assert.Equal(
        Lifecycle.Delete, Came.ToRun(Given.Host().In(ProvisioningState.Deleting).Deleted().Annotated(AnnotationKeys.Detached).Next));

    [Fact]
    public void A_detached_host_rests_and_is_taken_back_without_the_annotation()
    {
        var detached = Given.Host().In(ProvisioningState.Provisioned).Running(Given.Ubuntu).Wanting(Given.Ubuntu).Being(OperationalStatus.Detached);
        Came.ToRest(detached.Annotated(AnnotationKeys.Detached).Next);

        var back = Came.ToPublish(detached.Next);

        Assert.Equal(OperationalStatus.Ok, back.Observed.Status.OperationalStatus);
        Assert.True(back.Observed.AdoptionDue);
        Assert.Equal(Lifecycle.Register, Came.ToRun(HostDecisions.Next(
            detached.Desired, back.Observed with { IntakeOf = HostDecisions.IntakeKey(detached.Desired, back.Observed) }, Given.Options, Given.Now)));
    }

    [Fact]
    public void A_host_detached_by_force_is_taken_back_when_the_force_goes()
    {
        var host = Given.Host().In(ProvisioningState.Preparing).Being(OperationalStatus.Detached).Annotated(AnnotationKeys.Detached, "{}");

        Assert.Equal(OperationalStatus.Ok, Came.ToPublish(host.Next).Observed.Status.OperationalStatus);
    }

    [Fact]
    public void A_stored_error_shows_again_when_a_host_is_taken_back()
    {
        var host = Given.Host().In(ProvisioningState.Available).Failing(ErrorType.PowerManagementError).Being(OperationalStatus.Detached);

        Assert.Equal(OperationalStatus.Error, Came.ToPublish(host.Next).Observed.Status.OperationalStatus);
    }

    [Fact]
    public void S107_A_failed_detachment_is_forgotten_with_its_annotation()
    {
        var status = Came.ToPublish(Given.Host().In(ProvisioningState.Available).Failing(ErrorType.DetachError, 3).Next).Observed.Status;

        Assert.Equal((OperationalStatus.Ok, null, "", 0), (status.OperationalStatus, status.ErrorType, status.ErrorMessage, status.ErrorCount));
    }

    [Theory]
    [InlineData("{}", false, false)]
    [InlineData("""{"deleteAction":"delay","force":true}""", true, true)]
    [InlineData("""{"DeleteAction":"delay","FORCE":true}""", true, true)]
    [InlineData("""{"deleteAction":"delay","force":"true"}""", false, false)]
    [InlineData("not-json", false, false)]
    [InlineData("", false, false)]
    [InlineData("[1]", false, false)]
    public void S108_The_detached_annotation_is_read(string value, bool force, bool delay)
    {
        var request = Given.Host().Annotated(AnnotationKeys.Detached, value).Desired.Detach();

        Assert.Equal((force, delay), (request!.Force, request.DelaysDeletion));
    }

    [Theory]
    [InlineData("provisioned")]
    [InlineData("externally provisioned")]
    [InlineData("available")]
    public void S109_S112_A_detached_host_is_deleted_without_touching_the_machine(string state)
    {
        foreach (var status in new[] { OperationalStatus.Detached, OperationalStatus.Ok })
        {
            var host = Given.Host().In(ProvisioningState.Of(state)).Being(status).Annotated(AnnotationKeys.Detached).Deleted();

            Assert.Equal(ProvisioningState.Deleting, Came.ToState(host.Next));
        }
    }

    [Fact]
    public void S110_Delay_keeps_a_detached_host()
    {
        var host = Given.Host().In(ProvisioningState.Provisioned).Being(OperationalStatus.Detached).Deleted()
            .Annotated(AnnotationKeys.Detached, """{"deleteAction":"delay"}""");

        Assert.Contains("delayed", Came.ToRest(host.Next).Why!.For, StringComparison.Ordinal);
    }

    [Fact]
    public void S111_Without_the_annotation_it_is_taken_back_first()
    {
        var change = Came.ToPublish(Given.Host().In(ProvisioningState.Provisioned).Running(Given.Ubuntu).Wanting(Given.Ubuntu)
            .Being(OperationalStatus.Detached).Deleted().Next);

        Assert.Equal((ProvisioningState.Provisioned, OperationalStatus.Ok), (change.Observed.State, change.Observed.Status.OperationalStatus));
    }
}

using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>Scenarios that upstream's own tests pin, as far as no other class here is about them.</summary>
public sealed class UpstreamTests(LabBench bench)
{
    private static readonly HostOptions Waiting = new() { NetworkBootLimit = 0, Patience = World.Pausing };
    private static readonly StepCommand Anna = new() { By = "anna", Reason = "mended" };

    private static (string Key, string Value) Restored(BareMetalHostStatus status) => (AnnotationKeys.Status, Metal3Json.Serialize(status));

    [Fact]
    public async Task S21_A_secret_that_loses_its_password_is_an_error_until_it_has_one_again()
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync();
        await world.UntilRestAsync("available");

        await world.ChangeSecretAsync(() => world.SecretIsIncomplete = true);
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.RegistrationError);
        Assert.Equal("available", world.State);
        await world.ChangeSecretAsync(() => world.SecretIsIncomplete = false);
        await world.UntilAsync(w => w.Status.ErrorType is null && w.Status.OperationalStatus == OperationalStatus.Ok);

        Assert.Equal(["BMCCredentialError"], world.Events.Where(e => e.EndsWith("Error", StringComparison.Ordinal)));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S23_Pointed_at_an_incomplete_secret_the_good_credentials_stay_the_old_ones()
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync();
        await world.UntilRestAsync("available");
        var good = world.Status.GoodCredentials;

        world.SecretIsIncomplete = true;
        await world.EditAsync(spec => spec with { Bmc = spec.Bmc with { CredentialsName = "another" } });
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.RegistrationError);

        Assert.Equal(good, world.Status.GoodCredentials);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S22_Pointed_at_another_good_secret_the_good_credentials_name_it()
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync();
        await world.UntilRestAsync("available");

        await world.EditAsync(spec => spec with { Bmc = spec.Bmc with { CredentialsName = "another" } });
        await world.UntilAsync(w => w.Status.GoodCredentials.Credentials?.Name == "another");

        Assert.Equal(("available", OperationalStatus.Ok), (world.State, world.Status.OperationalStatus));
        Assert.Equal(2, world.Events.Count(e => e == "BMCAccessValidated"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S28_A_registration_that_fails_is_counted_once_with_its_text()
    {
        var world = bench.NewWorld(Waiting);
        world.PasswordIsRight = false;
        await world.CreateAsync();
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff });

        Assert.Equal(("registering", 1, OperationalStatus.Error), (world.State, world.Status.ErrorCount, world.Status.OperationalStatus));
        Assert.Contains("refuses the password", world.Status.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("metal3_host_error_total", world.Metrics);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S29_A_registration_error_that_a_restored_host_carries_ends_with_its_registration()
    {
        var world = bench.NewWorld(Waiting);
        world.Stall("inspect");
        await world.CreateAsync(annotations:
        [
            Restored(new()
            {
                OperationalStatus = OperationalStatus.Error,
                ErrorType = ErrorType.RegistrationError,
                ErrorMessage = "the BMC was away",
                ErrorCount = 3,
                Provisioning = new() { State = ProvisioningState.Inspecting, Id = "node-of-another-cluster" },
            }),
        ]);
        await world.UntilAsync(w => w.Count("inspect") == 1);

        Assert.Equal(("inspecting", OperationalStatus.Ok, null, ""), (world.State, world.Status.OperationalStatus, world.Status.ErrorType, world.Status.ErrorMessage));
        world.Proceed("inspect");
        await world.UntilStateAsync("available");
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S30_Newly_proven_credentials_clear_an_error_of_another_kind()
    {
        var world = bench.NewWorld(Waiting);
        world.Fail("power on", "the relay is stuck", times: 9);
        await world.CreateAsync();
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.PowerManagementError);
        world.Heal("power on");
        await world.Handle.ExecuteUpdateAsync<string>("abandonLifecycle", [Anna]); // it rests, with its error
        await world.UntilViewAsync(view => view.Waiting is { Kind: WaitKind.Operator });
        Assert.Equal(ErrorType.PowerManagementError, world.Status.ErrorType);

        await world.ChangeSecretAsync(() => { });
        await world.UntilAsync(w => w.Status.ErrorType is null && w.Status.PoweredOn);

        Assert.Equal(2, world.Events.Count(e => e == "BMCAccessValidated"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S31_S32_While_an_image_is_built_the_tried_credentials_are_told_once_and_nothing_more_is_written()
    {
        var world = bench.NewWorld(Waiting with { Patience = World.Pausing with { ObjectPause = TimeSpan.FromMilliseconds(30) } });
        world.ImageNeeded = true;
        world.ImageState = new(PreprovisioningImageReadiness.NotReady, "being built");
        await world.CreateAsync();
        await world.UntilAsync(w => w.Metrics.Count(m => m == "metal3_waiting_for_preprov_image_total") > 2);
        Assert.Equal(world.SecretVersion, world.Status.TriedCredentials.CredentialsVersion);
        Assert.Null(world.Status.GoodCredentials.CredentialsVersion);
        var updated = world.Status.LastUpdated;

        await world.UntilAsync(w => w.Metrics.Count(m => m == "metal3_waiting_for_preprov_image_total") > 5);

        Assert.Equal((updated, null), (world.Status.LastUpdated, world.Status.ErrorType));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S34_A_malformed_address_is_a_registration_error_and_the_host_can_still_be_deleted()
    {
        var world = bench.NewWorld(Waiting);
        world.Throw("EnsureNode", FailureTypes.SpecRefused, "failed to parse BMC address information: spec.bmc.address has no scheme", times: 99);
        await world.CreateAsync(spec => spec with { Bmc = spec.Bmc with { Address = "10.0.0.1/1" } });
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.RegistrationError);
        Assert.Equal("registering", world.State);
        Assert.Contains("spec.bmc.address", world.Status.ErrorMessage, StringComparison.Ordinal);

        await world.DeleteAsync();
        await world.UntilEndedAsync();

        Assert.True(world.Released);
        Assert.Empty(world.Destroyed);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S42_W31_A_forced_reboot_annotation_begins_a_waiting_inspection_anew_once_for_a_request()
    {
        var world = bench.NewWorld(Waiting);
        world.Stall("inspect");
        await world.CreateAsync();
        await world.UntilLifecycleAsync(view => view.Step == StepNames.AwaitInspection);
        world.Stall("inspect");

        await world.AnnotateAsync(AnnotationKeys.RebootPrefix + "x", """{"force":true}""");
        await (await world.ChildAsync()).ExecuteUpdateAsync<string>("abandonLifecycle", [Anna]);
        await world.UntilViewAsync(view => view.Waiting is { Kind: WaitKind.Operator });
        await world.Handle.ExecuteUpdateAsync<string>("retryStep", [Anna]);
        await world.UntilAsync(w => w.Count("inspect") == 2);
        Assert.Equal(1, world.Count("abort"));
        world.Proceed("inspect");
        await world.UntilStateAsync("available");

        Assert.Equal((2, 1), (world.Count("inspect"), world.Count("abort")));
        Assert.NotNull(world.Host!.Metadata.Annotation(AnnotationKeys.RebootPrefix + "x"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S58_A_custom_deploy_with_an_image_records_both()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu, CustomDeploy = new() { Method = "install" } });
        await world.UntilStateAsync("provisioned");

        Assert.Equal((Given.Ubuntu, "install"), (world.Status.Provisioning.Image, world.Status.Provisioning.CustomDeploy!.Method));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S77_S78_A_failed_deprovisioning_is_counted_and_forgotten_when_it_is_done()
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        world.Fail("deleted", "the disk does not answer");
        await world.EditAsync(spec => spec with { Image = null });
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff, Step: StepNames.Undeploy });
        Assert.Equal(("deprovisioning", 1, ErrorType.ProvisioningError), (world.State, world.Status.ErrorCount, world.Status.ErrorType));

        await world.Handle.ExecuteUpdateAsync<string>("retryStep", [Anna]);
        await world.UntilStateAsync("available");

        Assert.Equal((0, null, ""), (world.Status.ErrorCount, world.Status.ErrorType, world.Status.Provisioning.Image.Url));
        await bench.ProveAsync(world);
    }

    [Theory]
    [InlineData("provisioned")]
    [InlineData("externally provisioned")]
    public async Task S85_W44_A_failed_adoption_is_counted_and_forgotten_when_it_works(string state)
    {
        var world = bench.NewWorld(Waiting);
        world.Fail("adopt", "no image source");
        world.MachineIsOn = true;
        await world.CreateAsync(
            spec => spec with { Image = Given.Ubuntu, ExternallyProvisioned = state == "externally provisioned" ? true : null },
            [
                Restored(new()
                {
                    OperationalStatus = OperationalStatus.Ok,
                    PoweredOn = true,
                    Provisioning = new() { State = ProvisioningState.Of(state), Id = "node-of-another-cluster", Image = Given.Ubuntu },
                }),
            ]);
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff, Step: StepNames.Adopt });
        Assert.Equal((state, 1, ErrorType.ProvisionedRegistrationError), (world.State, world.Status.ErrorCount, world.Status.ErrorType));

        await world.Handle.ExecuteUpdateAsync<string>("retryStep", [Anna]);
        await world.UntilAsync(w => w.Status.ErrorType is null && w.Node?.Phase == NodePhase.Active);

        Assert.Equal((2, state), (world.Count("adopt"), world.State));
        Assert.Empty(world.Destroyed);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S87_A_failed_power_on_is_counted_with_its_text()
    {
        var world = bench.NewWorld(Waiting);
        world.Fail("power on", "the relay is stuck");
        await world.CreateAsync();
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff, Step: StepNames.PowerOn });

        Assert.Equal((1, ErrorType.PowerManagementError, "the relay is stuck"), (world.Status.ErrorCount, world.Status.ErrorType, world.Status.ErrorMessage));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S88_A_failed_soft_power_off_says_that_a_hard_one_follows()
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync();
        await world.UntilAsync(w => w.Status.PoweredOn);
        await world.UntilRestAsync("available");
        world.Fail("soft power off", "the operating system does not listen");
        await world.EditAsync(spec => spec with { Online = false });
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff, Step: StepNames.PowerOff });
        Assert.Equal(("soft power off failed, a hard power off follows: the operating system does not listen", 1), (world.Status.ErrorMessage, world.Status.ErrorCount));

        await world.Handle.ExecuteUpdateAsync<string>("retryStep", [Anna]);
        await world.UntilAsync(w => w.Count("power off") == 1 && !w.Status.PoweredOn && w.Status.ErrorType is null);

        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S136_W47_A_deletion_whose_backend_does_not_answer_waits_visibly_and_goes_on_when_it_does()
    {
        var patience = World.Hasty with { TellOnObject = TimeSpan.FromMilliseconds(100), UnavailablePause = TimeSpan.FromMilliseconds(150), UnavailableCap = TimeSpan.FromMilliseconds(150) };
        var world = bench.NewWorld(new() { NetworkBootLimit = 0, Patience = patience });
        await world.CreateAsync();
        await world.UntilRestAsync("available");
        world.Throw("RemoveNode", FailureTypes.BackendRefused, "Ironic refuses our credentials", times: 10_000);
        await world.DeleteAsync();
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backend, Step: StepNames.RemoveNode });
        await world.UntilAsync(w => w.Status.Conditions!.Any(c => c.Message.Contains("refuses our credentials", StringComparison.Ordinal)));
        Assert.Equal((false, "deleting", 0), (world.Released, world.State, world.Status.ErrorCount));

        world.Heal("RemoveNode");
        await world.UntilEndedAsync();

        Assert.True(world.Released);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_bridge_that_was_away_tells_what_is_there_now_and_nothing_in_between_is_done()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        world.BridgeIsUp = false;
        await world.EditAsync(spec => spec with { Image = null });
        await world.EditAsync(spec => spec with { Image = Given.Fedora });
        await world.EditAsync(spec => spec with { Image = Given.Ubuntu, Online = false });

        world.BridgeIsUp = true;
        await world.TellAsync();
        await world.TellAsync(); // twice is as good as once
        await world.UntilAsync(w => !w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");

        Assert.Equal((Given.Ubuntu.Url, 1, 0), (world.Deployed, world.Count("deploy"), world.Count("deleted")));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_bridge_on_the_wrong_cluster_has_nothing_destroyed_whatever_it_says()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        var asked = world.Asked.Count;
        var ours = world.Snapshot();
        var stranger = ours with { Host = ours.Host with { Uid = "uid-of-another-cluster" }, ResourceVersion = "7", Generation = 9 };

        await world.TellAsync(stranger with { Spec = stranger.Spec with { Image = null, Online = false } });
        await world.TellAsync(stranger with { DeletionTimestamp = Given.Now });
        await world.Handle.SignalAsync("HostGone", [stranger.Host]);
        await world.EditAsync(spec => spec with { Description = "ours" });
        await world.UntilAsync(w => w.Status.Conditions!.Any(c => c.ObservedGeneration == w.Host!.Metadata.Generation));

        Assert.Equal((asked, Given.Ubuntu.Url, true), (world.Asked.Count, world.Deployed, world.MachineIsOn));
        Assert.Equal("uid-0", (await world.ViewAsync()).Host.Uid);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_move_to_another_cluster_leaves_the_node_to_its_new_owner()
    {
        var old = bench.NewWorld();
        await old.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await old.UntilRestAsync("provisioned");
        await old.AnnotateAsync(AnnotationKeys.Paused, "metal3.io/capm3");
        await old.UntilViewAsync(view => view.Waiting?.For.Contains("paused", StringComparison.Ordinal) is true);
        var (asked, status) = (old.Asked.Count, old.Status);
        await old.ChangeAsync(host => host with { Metadata = host.Metadata with { Finalizers = null } });
        await old.VanishAsync(); // as clusterctl move does: paused, finalizers dropped, deleted
        await old.UntilEndedAsync();

        var moved = bench.NewWorld();
        moved.MachineIsOn = true;
        moved.Deployed = Given.Ubuntu.Url;
        await moved.CreateAsync(spec => spec with { Image = Given.Ubuntu }, [Restored(status with { Provisioning = status.Provisioning with { Id = "node-of-the-old-cluster" } })], uid: "uid-1");
        await moved.UntilAsync(w => w.Count("adopt") == 1);
        await moved.UntilRestAsync("provisioned");

        Assert.Equal(asked, old.Asked.Count);
        Assert.Empty(moved.Destroyed);
        await bench.ProveAsync(old);
        await bench.ProveAsync(moved);
    }
}

using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>Credentials, failures and retries.</summary>
public sealed class TroubleTests(LabBench bench)
{
    private static readonly HostOptions Waiting = new() { NetworkBootLimit = 0, Patience = World.Pausing };

    [Fact]
    public async Task S19_A_missing_secret_is_told_once_and_the_host_goes_on_when_it_appears()
    {
        var world = bench.NewWorld();
        world.SecretExists = false;
        world.SecretVersion = null;
        await world.CreateAsync();
        var view = await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Object });
        Assert.Contains("does not exist", view.Waiting!.For, StringComparison.Ordinal);
        Assert.Equal((ErrorType.RegistrationError, 1), (world.Status.ErrorType, world.Status.ErrorCount));
        Assert.Equal(["BMCCredentialError"], world.Events);
        Assert.Contains("metal3_credentials_missing_total", world.Metrics);

        await world.ChangeSecretAsync(() => world.SecretExists = true);
        await world.UntilStateAsync("available");

        Assert.Null(world.Status.ErrorType);
        Assert.Equal(1, world.Events.Count(e => e == "BMCCredentialError"));
        await bench.ProveAsync(world, "missing-secret");
    }

    [Fact]
    public async Task S16_S20_An_incomplete_secret_is_an_error_until_it_is_corrected()
    {
        var world = bench.NewWorld();
        world.SecretIsIncomplete = true;
        await world.CreateAsync();
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.RegistrationError);
        Assert.Empty(world.Asked);
        Assert.Contains("metal3_credentials_invalid_total", world.Metrics);

        await world.ChangeSecretAsync(() => world.SecretIsIncomplete = false);
        await world.UntilStateAsync("available");

        Assert.Equal((null, ""), (world.Status.ErrorType, world.Status.ErrorMessage));
        await bench.ProveAsync(world);
    }

    [Theory]
    [InlineData("", "bmc")]
    [InlineData("redfish://x", "")]
    public async Task S17_S18_Half_of_the_bmc_details_is_an_error(string address, string secret)
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Bmc = new() { Address = address, CredentialsName = secret } });
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.RegistrationError);

        Assert.Equal("registering", world.State);
        Assert.Empty(world.Asked);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_wrong_password_is_told_with_what_the_bmc_says_and_heals_with_the_secret()
    {
        var world = bench.NewWorld(Waiting);
        world.PasswordIsRight = false;
        await world.CreateAsync();
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.RegistrationError);
        Assert.Contains("correct the secret", world.Status.ErrorMessage, StringComparison.Ordinal);
        Assert.Null(world.Status.GoodCredentials.CredentialsVersion);
        var view = await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff });
        Assert.NotNull(view.Waiting!.NextActionAt);

        await world.ChangeSecretAsync(() => world.PasswordIsRight = true); // ends the back-off at once
        await world.UntilStateAsync("available");

        Assert.NotNull(world.Status.GoodCredentials.CredentialsVersion);
        await bench.ProveAsync(world, "wrong-password");
    }

    [Fact]
    public async Task Surprise_25_Rotated_credentials_of_a_provisioned_host_are_tried_before_they_are_called_good()
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        var good = world.Status.GoodCredentials.CredentialsVersion;

        await world.ChangeSecretAsync(() => world.PasswordIsRight = false);
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.RegistrationError);
        Assert.Equal(good, world.Status.GoodCredentials.CredentialsVersion);
        Assert.Equal(1, world.Events.Count(e => e == "BMCAccessValidated"));

        await world.ChangeSecretAsync(() => world.PasswordIsRight = true);
        await world.UntilAsync(w => w.Status.ErrorType is null && w.Status.GoodCredentials.CredentialsVersion != good);

        Assert.Equal("provisioned", world.State);
        Assert.Equal(2, world.Events.Count(e => e == "BMCAccessValidated"));
        Assert.Empty(world.Destroyed.Except(["deploy"]));
        await bench.ProveAsync(world, "credentials-rotated");
    }

    [Fact]
    public async Task S40_A_failed_inspection_is_recorded_and_tried_again()
    {
        var world = bench.NewWorld();
        world.Fail("inspect", "the ramdisk did not boot");
        await world.CreateAsync();
        await world.UntilStateAsync("available");

        Assert.Equal(2, world.Count("inspect"));
        Assert.Equal(1, world.Events.Count(e => e == "InspectionError"));
        Assert.Equal((null, 0), (world.Status.ErrorType, world.Status.ErrorCount));
        await bench.ProveAsync(world, "inspection-failed");
    }

    [Fact]
    public async Task S59_S60_S64_A_failed_deployment_is_taken_back_and_tried_again_until_the_limit()
    {
        var world = bench.NewWorld(new() { NetworkBootLimit = 0, Patience = World.Hasty, MaxProvisioningRetries = 3 });
        world.Fail("deploy", "no such image", times: 99);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilViewAsync(view => view.Waiting is { Kind: WaitKind.Operator, Step: StepNames.Deploy });
        Assert.Equal((3, 3), (world.Count("deploy"), world.Status.ProvisioningFailCount));
        Assert.Equal(("available", ErrorType.ProvisioningError), (world.State, world.Status.ErrorType));
        Assert.Contains("spec.image", world.Status.ErrorMessage, StringComparison.Ordinal);

        world.Heal("deploy");
        await world.EditAsync(spec => spec with { Image = Given.Fedora });
        await world.UntilStateAsync("provisioned");

        Assert.Equal((0, null), (world.Status.ProvisioningFailCount, world.Status.ErrorType));
        await bench.ProveAsync(world, "retry-limit");
    }

    [Fact]
    public async Task At_the_limit_an_operator_may_have_it_tried_again()
    {
        var world = bench.NewWorld(new() { NetworkBootLimit = 0, Patience = World.Hasty, MaxProvisioningRetries = 1 });
        world.Fail("deploy", "no such image");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilViewAsync(view => view.Waiting is { Kind: WaitKind.Operator, Step: StepNames.Deploy });

        await world.Handle.ExecuteUpdateAsync<string>("retryStep", [new StepCommand { By = "anna", Reason = "the image is there now" }]);
        await world.UntilStateAsync("provisioned");

        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_8_Any_edit_of_the_spec_ends_the_wait_after_an_error()
    {
        var world = bench.NewWorld(Waiting);
        world.Fail("deploy", "no such image");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        var view = await world.UntilViewAsync(view => view.Waiting is { Kind: WaitKind.Backoff });
        Assert.NotNull(view.Waiting!.NextActionAt);
        Assert.Equal("provisioning", world.State);

        await world.EditAsync(spec => spec with { Image = Given.Fedora });
        await world.UntilStateAsync("provisioned");

        Assert.Equal(Given.Fedora.Url, world.Deployed);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_failed_preparation_forgets_what_was_applied_and_follows_the_edit_that_mends_it()
    {
        var world = bench.NewWorld(Waiting);
        world.Fail("clean", "the controller refuses this level");
        await world.CreateAsync(spec => spec with { Raid = new() { HardwareRaidVolumes = [new() { Level = new("6") }] } });
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.PreparationError);

        var mended = new Raid { HardwareRaidVolumes = [new() { Level = new("1") }] };
        await world.EditAsync(spec => spec with { Raid = mended });
        await world.UntilStateAsync("available");
        await world.UntilRestAsync("available");

        Assert.Equal(mended, world.Status.Provisioning.Raid);
        Assert.Equal(2, world.Count("clean"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_47_A_backend_that_does_not_answer_is_waited_for_visibly_and_without_an_error()
    {
        var patience = World.Hasty with { TellOnObject = TimeSpan.FromMilliseconds(100), UnavailablePause = TimeSpan.FromMilliseconds(200), UnavailableCap = TimeSpan.FromMilliseconds(200) };
        var world = bench.NewWorld(new() { NetworkBootLimit = 0, Patience = patience });
        world.Throw("StartInspection", FailureTypes.BackendRefused, "Ironic refuses our credentials", times: 1000);
        await world.CreateAsync();
        var view = await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backend });
        Assert.Contains("refuses our credentials", view.Waiting!.For, StringComparison.Ordinal);
        await world.UntilAsync(w => w.Status.Conditions?.Any(c => c.Message.Contains("refuses our credentials", StringComparison.Ordinal)) is true);
        Assert.Equal((null, 0), (world.Status.ErrorType, world.Status.ErrorCount));

        world.Heal("StartInspection");
        await world.UntilStateAsync("available");

        Assert.DoesNotContain(world.Status.Conditions!, c => c.Message.Length > 0);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_10_A_node_that_vanished_is_made_again_and_a_provisioned_host_adopted()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        var old = world.Status.Provisioning.Id;

        world.LoseNode();
        await world.Handle.SignalAsync("NodeChanged", [new NodeChange(old, null)]);
        await world.UntilAsync(w => w.Status.Provisioning.Id != old && w.Count("adopt") == 1);
        await world.UntilRestAsync("provisioned");

        Assert.Equal(2, world.Events.Count(e => e == "Registered"));
        Assert.Equal((1, 0), (world.Count("deploy"), world.Count("deleted")));
        await bench.ProveAsync(world, "node-lost");
    }

    [Fact]
    public async Task A_node_that_vanishes_during_inspection_is_made_again()
    {
        var world = bench.NewWorld();
        world.Stall("inspect");
        await world.CreateAsync();
        await world.UntilAsync(w => w.Count("inspect") == 1);

        world.LoseNode();
        world.Proceed("inspect");
        await world.UntilStateAsync("available");

        Assert.Equal(2, world.Count("create"));
        await bench.ProveAsync(world);
    }

    [Theory]
    [InlineData("Registered")]
    [InlineData("BMCAccessValidated")]
    [InlineData("InspectionStarted")]
    [InlineData("ProvisioningStarted")]
    [InlineData("ProvisioningComplete")]
    public async Task An_event_whose_write_falls_into_a_pause_is_told_when_the_pause_is_over(string reason)
    {
        var world = bench.NewWorld();
        world.PauseBeforeEvent = reason;
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilViewAsync(view => view.Waiting?.For.Contains("paused", StringComparison.Ordinal) is true);
        Assert.DoesNotContain(reason, world.Events);

        await world.AnnotateAsync(AnnotationKeys.Paused, null);
        await world.UntilStateAsync("provisioned");
        await world.UntilRestAsync("provisioned");

        Assert.Equal(1, world.Events.Count(e => e == reason));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Golden_09_What_was_begun_in_the_moment_of_a_pause_is_told_when_the_pause_is_over()
    {
        var world = bench.NewWorld();
        world.BeforeInspectionIsAnswered = async () =>
        {
            world.BeforeInspectionIsAnswered = () => Task.CompletedTask;
            await world.AnnotateAsync(AnnotationKeys.Paused);
            await world.UntilToldAsync("Stop");
        };
        await world.CreateAsync();
        await world.UntilViewAsync(view => view.Lifecycle is null && view.Waiting?.For.Contains("paused", StringComparison.Ordinal) is true);
        Assert.DoesNotContain("InspectionStarted", world.Events);

        await world.AnnotateAsync(AnnotationKeys.Paused, null);
        await world.UntilStateAsync("available");

        Assert.Equal(["InspectionStarted", "InspectionComplete"], world.Events.Where(e => e.StartsWith("Inspection", StringComparison.Ordinal)));
        Assert.Equal(1, world.Count("inspect"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task What_people_hide_in_urls_and_annotations_enters_no_history()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(
            spec => spec with
            {
                Image = new()
                {
                    Url = $"http://user:{World.Secret}@images/ubuntu.raw?token=seeded-user-data-3f9c",
                    Checksum = $"http://user:{World.Secret}@images/ubuntu.sum?token=seeded-user-data-3f9c",
                },
            },
            [(AnnotationKeys.HardwareDetails, """{"hostname":"seeded-network-data-81b"}""")]);
        await world.UntilStateAsync("provisioned");
        await world.UntilRestAsync("provisioned");

        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Golden_06a_A_first_registration_shows_OK_until_the_bmc_refuses_and_tells_the_profile_afterwards()
    {
        var world = bench.NewWorld(Waiting);
        world.PasswordIsRight = false;
        await world.CreateAsync();
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.RegistrationError);
        await world.ChangeSecretAsync(() => world.PasswordIsRight = true);
        await world.UntilStateAsync("available");

        Assert.Equal(["OK", "error", "OK"], world.OperationalStatuses.Where(word => word.Length > 0));
        Assert.Equal(["Registered", "RegistrationError", "ProfileSet", "BMCAccessValidated", "InspectionStarted"], world.Events.Take(5));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_status_that_the_api_server_refuses_stops_nothing()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilRestAsync("available");
        world.StatusRefused = "status.errorType: Unsupported value";
        await world.EditAsync(spec => spec with { Online = false });
        await world.UntilAsync(w => !w.MachineIsOn);

        await bench.ProveAsync(world);
    }
}

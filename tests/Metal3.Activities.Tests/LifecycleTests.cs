using System.Text.Json.Nodes;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Tests;

public sealed class LifecycleTests
{
    [Fact]
    public async Task A_host_goes_from_nothing_to_provisioned_and_back_within_its_budget_of_requests()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);

        await life.RegisterAsync();
        await life.InspectAsync();
        var settings = await process.Provisioner.FirmwareSettingsAsync(life.NodeId!, withSchema: true, TestContext.Current.CancellationToken);
        await life.ProvisionAsync();
        var provisioned = process.Wire.Own;
        process.Wire.Clear();
        await life.DeprovisionAsync();
        var deprovisioned = process.Wire.Own;
        process.Wire.Clear();
        await life.PowerAsync(on: false);
        await life.RemoveAsync();
        var removed = process.Wire.Own;

        Assert.NotEmpty(settings.Settings);
        Assert.NotNull(settings.Schema);
        Assert.NotNull(life.Hardware);
        Assert.True(provisioned.Count <= 16, Story("provisioned", provisioned));
        Assert.True(deprovisioned.Count <= 8, Story("deprovisioned", deprovisioned));
        Assert.True(removed.Count <= 6, Story("removed", removed));
        Assert.Equal((1, 1, 1), (lab.Count(key, "deploy"), lab.Count(key, "delete"), lab.Count(key, "destroy")));
        Assert.Equal(
            ["Registered", "InspectionStarted", "ProvisioningStarted", "ProvisioningComplete", "DeprovisioningStarted", "DeprovisioningComplete"],
            life.Events.Select(one => one.Reason).Where(one => one is not ("PowerOff" or "PowerOn")));
    }

    [Fact]
    public async Task Firmware_settings_are_applied_once_for_one_intent()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        await life.RegisterAsync();

        await life.PrepareAsync();
        await life.PrepareAsync();
        await life.PrepareAsync();

        Assert.Equal(1, lab.Count(key, "clean"));
        var settings = await process.Provisioner.FirmwareSettingsAsync(life.NodeId!, withSchema: false, TestContext.Current.CancellationToken);
        Assert.Equal("Disabled", settings.Settings["ProcTurboMode"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task S79_The_cleaning_flag_is_brought_into_line_before_the_machine_is_taken_back(bool disabled)
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        await life.RegisterAsync();
        await life.ProvisionAsync();
        process.Wire.Clear();

        await life.UntilDoneAsync(() => process.Provisioner.UndeployAsync(
            life.Input(), disabled ? AutomatedCleaningMode.Disabled : AutomatedCleaningMode.Metadata, TestContext.Current.CancellationToken));

        var asked = process.Wire.Own.Where(one => one.Method is "PATCH" or "PUT").Select(one => one.Target ?? one.Method).ToList();
        Assert.Equal(disabled ? ["PATCH", "deleted"] : ["deleted"], asked.Take(disabled ? 2 : 1));
        var node = await process.Ironic.FindNodeAsync(life.NodeId!, TestContext.Current.CancellationToken);
        Assert.Equal(!disabled, node!.AutomatedClean);
    }

    [Fact]
    public async Task Settings_that_nobody_applied_though_the_node_moved_are_sent_once_more_and_never_a_third_time()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec) { Trusting = false };
        await life.RegisterAsync();
        var cancellation = TestContext.Current.CancellationToken;
        var intent = Life.CleanIntent();

        // The intent is recorded, and before the verb somebody else moves the node: by its stamp the verb seems sent.
        await lab.SetAsync(life.NodeId!, Recorded(intent, movedSince: "2020-01-01T00:00:00.0000000+00:00", unseen: false));
        await life.PrepareAsync(intent);
        var sent = lab.Count(key, "clean");
        var settings = await process.Provisioner.FirmwareSettingsAsync(life.NodeId!, withSchema: false, cancellation);

        // A BMC that takes the settings and does not apply them must not be asked for ever.
        await lab.SetAsync(life.NodeId!, Recorded(Life.CleanIntent(2), movedSince: "2020-01-01T00:00:00.0000000+00:00", unseen: true));
        await life.PrepareAsync(Life.CleanIntent(2));

        Assert.Equal((1, "Disabled"), (sent, settings.Settings["ProcTurboMode"]));
        Assert.Equal(1, lab.Count(key, "clean"));

        // Volumes cannot be told apart from those that were there before: never again.
        await lab.SetAsync(life.NodeId!, Recorded(Life.CleanIntent(3), movedSince: "2020-01-01T00:00:00.0000000+00:00", unseen: false));
        await life.UntilDoneAsync(() => process.Provisioner.PrepareAsync(
            life.ChangeInput(Life.CleanIntent(3)) with { TargetRaid = [] }, cancellation));
        Assert.Equal(1, lab.Count(key, "clean"));
    }

    [Fact]
    public async Task An_older_intent_never_acts_on_a_node_that_records_a_newer_one()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec) { Trusting = false };
        await life.RegisterAsync();
        await life.ProvisionAsync(Life.DeployIntent(2));

        var thrown = await Assert.ThrowsAsync<Provisioning.ProvisionerException>(
            () => process.Provisioner.DeployAsync(life.DeployInput(Life.DeployIntent(1)), TestContext.Current.CancellationToken));

        Assert.Equal(FailureTypes.StaleIntent, thrown.Type);
        Assert.Equal(1, lab.Count(key, "deploy"));
    }

    [Fact]
    public async Task Who_stops_after_an_inspection_began_and_comes_back_later_does_not_inspect_again()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var cancellation = TestContext.Current.CancellationToken;
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        await life.RegisterAsync();
        var began = await process.Provisioner.InspectAsync(life.Input(), refresh: false, force: false, cancellation);
        var stopped = life.Input() with { Trusted = began.Node };
        await life.InspectAsync();
        process.Wire.Clear();

        var back = await process.Provisioner.InspectAsync(stopped, refresh: false, force: false, cancellation);

        Assert.Equal((NodeProgress.Started, NodePhase.Busy), (began.Progress, began.Node!.Phase));
        Assert.Equal((NodeProgress.Running, 0), (back.Progress, back.Events.Count));
        Assert.DoesNotContain(process.Wire.Own, request => request.Method == "PUT");
    }

    [Fact]
    public async Task A_report_from_before_a_deployment_writes_no_other_intent_on_the_deployed_node()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var cancellation = TestContext.Current.CancellationToken;
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        await life.RegisterAsync();
        await life.MakeAvailableAsync();
        var before = life.Last;
        await life.ProvisionAsync();
        process.Wire.Clear();

        // The image was edited while nobody watched: another intent, drawn from an old report.
        var edited = life.DeployInput(new("deploy", "another-image", 2)) with { Trusted = before };
        var thrown = await Assert.ThrowsAsync<Provisioning.ProvisionerException>(() => process.Provisioner.WriteDeployIntentAsync(edited, cancellation));

        Assert.Contains("active", thrown.Message, StringComparison.Ordinal);
        Assert.All(process.Wire.Own, request => Assert.Equal("GET", request.Method));
        var stale = await Assert.ThrowsAsync<Provisioning.ProvisionerException>(() => process.Provisioner.DeployAsync(edited, cancellation));
        Assert.Equal(FailureTypes.StaleIntent, stale.Type);
    }

    [Fact]
    public async Task Nothing_is_written_when_the_object_no_longer_wants_it()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        await life.RegisterAsync();
        await life.MakeAvailableAsync();
        process.Wire.Clear();

        var answer = await process.Provisioner.WriteDeployIntentAsync(
            life.DeployInput(Life.DeployIntent(), _ => Task.FromResult(false)), TestContext.Current.CancellationToken);

        Assert.Equal(NodeProgress.Superseded, answer.Progress);
        Assert.All(process.Wire.Own, request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public async Task A_wrong_password_becomes_a_failure_of_the_node_that_does_not_show_it()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        var ensured = await process.Provisioner.EnsureAsync(
            life.EnsureInput(password: "not-the-passw0rd"), TestContext.Current.CancellationToken);
        life.NodeId = ensured.Answer.Node!.NodeId;

        var thrown = await Assert.ThrowsAsync<Provisioning.ProvisionerException>(
            () => life.UntilDoneAsync(() => process.Provisioner.ValidateBmcAsync(life.Input(), TestContext.Current.CancellationToken)));

        Assert.Equal(FailureTypes.NodeFailed, thrown.Type);
        Assert.DoesNotContain("not-the-passw0rd", thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_database_is_healed_by_registering_and_adopting_again()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec) { Trusting = false };
        await life.RegisterAsync();
        await life.ProvisionAsync();

        await lab.RestartAsync(loseDatabase: true);
        var lost = await Assert.ThrowsAsync<Provisioning.ProvisionerException>(
            () => process.Provisioner.LookAsync(life.Input(), TestContext.Current.CancellationToken));
        await life.RegisterAsync();
        await life.UntilDoneAsync(
            () => process.Provisioner.AdoptAsync(life.Input(), deprovisioning: false, deleting: false, TestContext.Current.CancellationToken));

        Assert.Equal(FailureTypes.NodeMissing, lost.Type);
        Assert.Equal(NodePhase.Active, life.Last!.Phase);
        Assert.Equal(1, lab.Count(key, "deploy"));
    }

    private static JsonObject Recorded(NodeIntent intent, string movedSince, bool unseen) => new()
    {
        ["extra"] = new JsonObject
        {
            ["metal3_workflows_intent"] = new JsonObject
            {
                ["verb"] = intent.Verb,
                ["hash"] = intent.Hash,
                ["ordinal"] = intent.Ordinal,
                ["since"] = movedSince,
                ["unseen"] = unseen,
            },
        },
    };

    private static string Story(string what, IReadOnlyList<Crossed> requests) =>
        $"{what} took {requests.Count} requests:\n{string.Join('\n', requests)}";
}

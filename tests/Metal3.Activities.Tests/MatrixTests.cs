using System.Text.Json.Nodes;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Tests;

public sealed class MatrixTests
{
    /// <summary>Which verbs Ironic accepts where; power and maintenance are legal nearly everywhere.</summary>
    private static readonly Dictionary<string, string[]> Legal = new(StringComparer.Ordinal)
    {
        [States.Enroll] = ["manage"],
        [States.Manageable] = ["provide", "inspect", "clean", "adopt"],
        [States.Available] = ["manage", "active"],
        [States.InspectWait] = ["abort"],
        [States.InspectFailed] = ["manage", "inspect"],
        [States.CleanWait] = ["abort"],
        [States.CleanHold] = ["abort", "unhold"],
        [States.CleanFailed] = ["manage"],
        [States.WaitCallBack] = ["deleted"],
        [States.DeployHold] = ["abort", "unhold"],
        [States.DeployFailed] = ["active", "rebuild", "deleted"],
        [States.Active] = ["deleted", "rebuild", "rescue", "service"],
        [States.Error] = ["deleted", "rebuild"],
        [States.AdoptFailed] = ["adopt", "manage"],
        [States.ServiceWait] = ["abort", "deleted"],
        [States.ServiceHold] = ["service", "unhold", "abort"],
        [States.ServiceFailed] = ["service", "rescue", "deleted", "abort"],
        [States.RescueWait] = ["abort", "deleted"],
        [States.Rescue] = ["rescue", "unrescue", "deleted"],
        [States.RescueFailed] = ["rescue", "unrescue", "deleted"],
        [States.UnrescueFailed] = ["rescue", "unrescue", "deleted"],
    };

    [Theory]
    [InlineData(false, null, null)]
    [InlineData(true, null, null)]
    [InlineData(true, "Failure of an earlier operation", null)]
    [InlineData(false, null, "")]
    [InlineData(false, null, "2020-01-01T00:00:00.0000000+00:00")]
    [InlineData(true, "Failure under this very intent", "2020-01-01T00:00:00.0000000+00:00")]
    public async Task In_every_state_every_operation_answers_or_fails_classified_and_sends_only_what_is_legal(
        bool restart, string? error, string? intentRecordedSince)
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec) { Trusting = false };
        await life.RegisterAsync();
        var node = life.NodeId!;
        var cancellation = TestContext.Current.CancellationToken;
        var operations = Operations(process, life, restart, cancellation);
        Assert.Equal(30, States.All.Count);

        foreach (var state in States.All)
        {
            foreach (var (name, operation) in operations)
            {
                await lab.SetAsync(node, new JsonObject
                {
                    ["provision_state"] = state,
                    ["target_provision_state"] = null,
                    ["last_error"] = error,
                    ["power_state"] = "power on",
                    ["target_power_state"] = null,
                    ["reservation"] = null,
                    ["maintenance"] = false,
                    ["fault"] = null,
                    ["extra"] = intentRecordedSince is null
                        ? new JsonObject()
                        : new JsonObject
                        {
                            [Reports.IntentKey] = new RecordedIntent(
                                IntentOf(name), intentRecordedSince is { Length: > 0 } since ? since : null, Failed: false).ToJson(),
                        },
                    ["instance_uuid"] = null,
                });
                process.Wire.Clear();

                string outcome;
                try
                {
                    outcome = (await operation()).Progress.ToString();
                }
                catch (ProvisionerException e)
                {
                    Assert.Contains(e.Type, FailureTypes.All);
                    outcome = $"{e.Type}: {e.Message}";
                }

                foreach (var sent in process.Wire.Own.Where(one => one.Path.EndsWith("/states/provision", StringComparison.Ordinal)))
                {
                    Assert.True(
                        Legal.GetValueOrDefault(state, []).Contains(sent.Target),
                        $"{name} in \"{state}\" sent {sent} and ended as {outcome}.");
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_every_state_a_removal_removes_or_waits_and_sends_only_what_is_legal(bool force)
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        foreach (var state in States.All)
        {
            var (key, spec) = lab.NewHost();
            var life = new Life(process, key, spec) { Trusting = false };
            await life.RegisterAsync();
            await lab.SetAsync(life.NodeId!, new JsonObject
            {
                ["provision_state"] = state,
                ["target_provision_state"] = null,
                ["reservation"] = null,
            });
            process.Wire.Clear();

            var answer = await process.Provisioner.RemoveAsync(life.Input(), force, TestContext.Current.CancellationToken);

            var verbs = process.Wire.Own.Select(one => one.Target).OfType<string>().ToList();
            Assert.All(verbs, verb => Assert.Contains(verb, Legal.GetValueOrDefault(state, [])));
            Assert.Equal(
                States.PhaseOf(state) is NodePhase.Busy ? NodeProgress.Running : NodeProgress.Done, answer.Progress);
        }
    }

    private static List<(string Name, Func<Task<NodeAnswer>> Run)> Operations(
        Bench process, Life life, bool restart, CancellationToken cancellation)
    {
        var provisioner = process.Provisioner;
        NodeInput Input() => life.Input(restart);
        return
        [
            ("ensure", async () => (await provisioner.EnsureAsync(life.EnsureInput(credentialsChanged: restart), cancellation)).Answer),
            ("validate", () => provisioner.ValidateBmcAsync(Input(), cancellation)),
            ("inspect", () => provisioner.InspectAsync(Input(), refresh: restart, force: restart, cancellation)),
            ("prepare", () => provisioner.PrepareAsync(life.ChangeInput(Life.CleanIntent()) with { Restart = restart }, cancellation)),
            ("make available", () => provisioner.MakeAvailableAsync(Input(), cancellation)),
            ("write intent", () => provisioner.WriteDeployIntentAsync(life.DeployInput(Life.DeployIntent()), cancellation)),
            ("deploy", () => provisioner.DeployAsync(life.DeployInput(Life.DeployIntent()) with { Force = restart }, cancellation)),
            ("undeploy", () => provisioner.UndeployAsync(Input(), null, cancellation)),
            ("undeploy without cleaning", () => provisioner.UndeployAsync(Input(), AutomatedCleaningMode.Disabled, cancellation)),
            ("adopt to deprovision", () => provisioner.AdoptAsync(Input(), deprovisioning: true, deleting: false, cancellation)),
            ("adopt to delete", () => provisioner.AdoptAsync(Input(), deprovisioning: true, deleting: true, cancellation)),
            ("adopt", () => provisioner.AdoptAsync(Input(), deprovisioning: false, deleting: false, cancellation)),
            ("service", () => provisioner.ServiceAsync(
                life.ChangeInput(new NodeIntent("service", "s", 1)) with { Restart = restart }, hasSpec: !restart, cancellation)),
            ("power on", () => provisioner.SetPowerAsync(Power(life, on: true), cancellation)),
            ("power off", () => provisioner.SetPowerAsync(Power(life, on: false), cancellation)),
            ("test credentials", () => provisioner.TestCredentialsAsync(Input(), cancellation)),
            ("abort", () => provisioner.AbortAsync(Input(), cancellation)),
            ("look", async () => new NodeAnswer { Progress = NodeProgress.Done, Node = await provisioner.LookAsync(Input(), cancellation) }),
        ];
    }

    private static NodeIntent IntentOf(string operation) => operation switch
    {
        "prepare" => Life.CleanIntent(),
        "service" => new("service", "s", 1),
        _ => Life.DeployIntent(),
    };

    private static PowerInput Power(Life life, bool on)
    {
        var input = life.Input();
        return new PowerInput { Host = input.Host, NodeId = input.NodeId, On = on };
    }
}

using System.Text.Json.Nodes;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Lab.Ironic;

namespace Metal3.Activities.Tests;

/// <summary>
/// The process dies before, and after, each single request of each operation; the next one repeats the operation from the object
/// alone. It must end in the same place, and Ironic must not have been asked twice for anything that destroys.
/// </summary>
public sealed class KillEachTests
{
    private static readonly string[] Destructive = ["deploy", "rebuild", "clean", "service", "delete", "destroy"];

    private static readonly Dictionary<string, Operation> Operations = new(StringComparer.Ordinal)
    {
        ["register"] = new(Nothing, life => life.RegisterAsync()),
        ["update the node"] = new(
            life => life.RegisterAsync(),
            async life => await life.Provisioner.EnsureAsync(life.EnsureInput(credentialsChanged: true) with
            {
                Spec = life.Spec with { BootMode = BootMode.UefiSecureBoot, AutomatedCleaningMode = AutomatedCleaningMode.Disabled },
                Nics = [new Nic { Mac = $"52:54:00:aa{life.Spec.BootMacAddress![11..]}" }],
            }, Cancellation)),
        ["test credentials"] = new(life => life.RegisterAsync(), life => life.UntilDoneAsync(() => life.Provisioner.TestCredentialsAsync(life.Input(), Cancellation))),
        ["inspect"] = new(life => life.RegisterAsync(), life => life.InspectAsync()),
        ["inspect an available node"] = new(
            async life =>
            {
                await life.RegisterAsync();
                await life.MakeAvailableAsync();
            },
            life => life.InspectAsync()),
        ["prepare settings"] = new(life => life.RegisterAsync(), life => life.PrepareAsync()),
        ["prepare volumes"] = new(
            life => life.RegisterAsync(),
            life => life.UntilDoneAsync(() => life.Provisioner.PrepareAsync(
                life.ChangeInput(Life.CleanIntent()) with
                {
                    RaidInterface = "agent",
                    TargetRaid = new JsonObject
                    {
                        ["logical_disks"] = new JsonArray(new JsonObject { ["size_gb"] = "MAX", ["raid_level"] = "1", ["controller"] = "software" }),
                    },
                    Steps =
                    [
                        new JsonObject { ["interface"] = "raid", ["step"] = "delete_configuration" },
                        new JsonObject { ["interface"] = "raid", ["step"] = "create_configuration" },
                    ],
                },
                Cancellation))),
        ["make available"] = new(life => life.RegisterAsync(), life => life.MakeAvailableAsync()),
        ["provision"] = new(life => life.RegisterAsync(), life => life.ProvisionAsync()),
        ["provision a live image"] = new(
            life => life.RegisterAsync(), life => life.ProvisionAsync(), new Image { Url = "http://images.example/live.iso", Format = ImageFormat.LiveIso }),
        ["provision by a step of one's own"] = new(
            async life =>
            {
                await life.RegisterAsync();
                await life.MakeAvailableAsync();
            },
            async life =>
            {
                var input = life.DeployInput(Life.DeployIntent()) with { Image = null, CustomDeploy = new CustomDeploy { Method = "write_image" } };
                await life.UntilDoneAsync(() => life.Provisioner.WriteDeployIntentAsync(input, Cancellation));
                await life.UntilDoneAsync(() => life.Provisioner.DeployAsync(input, Cancellation));
            }),
        ["adopt"] = new(
            life => life.RegisterAsync(),
            life => life.UntilDoneAsync(() => life.Provisioner.AdoptAsync(life.Input(), deprovisioning: false, deleting: false, Cancellation))),
        ["service"] = new(
            ProvisionedAsync,
            life => life.UntilDoneAsync(() => life.Provisioner.ServiceAsync(life.ChangeInput(new NodeIntent("service", "settings", 2)), hasSpec: true, Cancellation))),
        ["deprovision"] = new(ProvisionedAsync, life => life.DeprovisionAsync()),
        ["deprovision without cleaning"] = new(
            ProvisionedAsync,
            life => life.UntilDoneAsync(() => life.Provisioner.UndeployAsync(life.Input(), AutomatedCleaningMode.Disabled, Cancellation))),
        ["power on"] = new(life => life.RegisterAsync(), life => life.PowerAsync(on: true)),
        ["power off softly"] = new(ProvisionedAsync, life => life.PowerAsync(on: false)),
        ["power off hard"] = new(ProvisionedAsync, life => life.PowerAsync(on: false, hard: true)),
        ["remove an available node"] = new(
            async life =>
            {
                await life.RegisterAsync();
                await life.MakeAvailableAsync();
            },
            life => life.RemoveAsync()),
        ["remove a provisioned node"] = new(ProvisionedAsync, life => life.RemoveAsync()),
        ["look"] = new(life => life.RegisterAsync(), life => life.Provisioner.LookAsync(life.Input(), Cancellation)),
        ["read firmware settings"] = new(
            life => life.RegisterAsync(), life => life.Provisioner.FirmwareSettingsAsync(life.NodeId!, withSchema: true, Cancellation)),
        ["read hardware"] = new(
            async life =>
            {
                await life.RegisterAsync();
                await life.InspectAsync();
            },
            life => life.Provisioner.ReadHardwareAsync(life.Input(), Cancellation)),
        ["provision by force"] = new(
            async life =>
            {
                await life.RegisterAsync();
                await life.MakeAvailableAsync();
            },
            async life =>
            {
                var input = life.DeployInput(Life.DeployIntent()) with { Force = true };
                await life.UntilDoneAsync(() => life.Provisioner.WriteDeployIntentAsync(input, Cancellation));
                await life.UntilDoneAsync(() => life.Provisioner.DeployAsync(input, Cancellation));
            }),
        ["adopt to deprovision"] = new(
            life => life.RegisterAsync(),
            life => life.UntilDoneAsync(() => life.Provisioner.AdoptAsync(life.Input(), deprovisioning: true, deleting: false, Cancellation))),
        ["adopt to delete"] = new(
            life => life.RegisterAsync(),
            life => life.UntilDoneAsync(() => life.Provisioner.AdoptAsync(life.Input(), deprovisioning: true, deleting: true, Cancellation))),
        ["remove by force"] = new(
            ProvisionedAsync, life => life.UntilDoneAsync(() => life.Provisioner.RemoveAsync(life.Input(), force: true, Cancellation))),
        ["abort with nothing to abort"] = new(
            life => life.RegisterAsync(), life => life.UntilDoneAsync(() => life.Provisioner.AbortAsync(life.Input(), Cancellation))),
        ["abort a waiting inspection"] = new(
            life => WaitingAsync(life, "inspect wait", one => one.Provisioner.InspectAsync(one.Input(), refresh: false, force: false, Cancellation)),
            life => life.UntilDoneAsync(() => life.Provisioner.AbortAsync(life.Input(), Cancellation)),
            Ailment: FailureKinds.AgentSilent,
            Heals: false),
        ["abort a waiting cleaning"] = new(
            life => WaitingAsync(life, "clean wait", one => one.Provisioner.PrepareAsync(one.ChangeInput(Life.CleanIntent()), Cancellation)),
            life => life.UntilDoneAsync(() => life.Provisioner.AbortAsync(life.Input(), Cancellation)),
            Ailment: FailureKinds.AgentSilent,
            Heals: false),
        ["remove during a waiting cleaning"] = new(
            life => WaitingAsync(life, "clean wait", one => one.Provisioner.PrepareAsync(one.ChangeInput(Life.CleanIntent()), Cancellation)),
            life => life.RemoveAsync(),
            Ailment: FailureKinds.AgentSilent,
            Heals: false),
        ["inspect after a failure"] = new(
            life => FailingAsync(life, one => one.InspectAsync()),
            life => life.UntilDoneAsync(() => life.Provisioner.InspectAsync(life.Input(restart: true), refresh: false, force: false, Cancellation)),
            Ailment: FailureKinds.InspectionFails),
        ["prepare after a failure"] = new(
            life => FailingAsync(life, one => one.PrepareAsync()),
            life => life.UntilDoneAsync(() => life.Provisioner.PrepareAsync(life.ChangeInput(Life.CleanIntent(2)) with { Restart = true }, Cancellation)),
            Ailment: FailureKinds.CleanFails),
        ["deprovision after a failed deployment"] = new(
            life => FailingAsync(life, one => one.ProvisionAsync()),
            life => life.UntilDoneAsync(() => life.Provisioner.UndeployAsync(life.Input(restart: true), null, Cancellation)),
            Ailment: FailureKinds.DeployFails),
        ["service after a failure"] = new(
            life => FailingAsync(life, async one =>
            {
                await one.ProvisionAsync();
                await one.UntilDoneAsync(() => one.Provisioner.ServiceAsync(one.ChangeInput(new NodeIntent("service", "settings", 2)), hasSpec: true, Cancellation));
            }),
            life => life.UntilDoneAsync(() => life.Provisioner.ServiceAsync(
                life.ChangeInput(new NodeIntent("service", "settings", 3)) with { Restart = true }, hasSpec: true, Cancellation)),
            Ailment: FailureKinds.ServiceFails),
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names { get; } = [.. Operations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Wherever_the_process_dies_the_operation_ends_in_the_same_place(string name)
    {
        await using var lab = await LabRig.StartAsync();
        var operation = Operations[name];
        var (requests, undisturbed) = await RunAsync(lab, operation, null, default);
        Assert.True(requests > 0);

        for (var fatal = 0; fatal < requests; fatal++)
        {
            foreach (var death in (Death[])[Death.BeforeTheRequest, Death.AfterTheAnswer])
            {
                var (_, disturbed) = await RunAsync(lab, operation, fatal, death);

                Assert.True(undisturbed == disturbed, $"Death {death} {fatal} of {requests}: {disturbed} instead of {undisturbed}.");
            }
        }
    }

    /// <summary>Requests of the operation when nothing dies, and where it ends.</summary>
    private static async Task<(int Requests, Outcome Outcome)> RunAsync(LabRig lab, Operation operation, int? fatal, Death death)
    {
        var (key, spec) = lab.NewHost();
        string? nodeId;
        await using (var before = lab.Process())
        {
            var life = NewLife(before, key, spec, operation);
            if (operation.Ailment is { } ailment)
            {
                lab.Lab.Fail(key.Name, ailment);
            }

            await operation.Given(life);
            nodeId = life.NodeId;
        }

        if (operation is { Ailment: { } healed, Heals: true })
        {
            lab.Lab.Heal(key.Name, healed);
        }

        var counted = Counts(lab, key);
        var requests = 0;
        for (var process = 0; process < (fatal is null ? 1 : 2); process++)
        {
            await using var bench = lab.Process(process == 0 ? fatal : null, death);
            var life = NewLife(bench, key, spec, operation);
            life.NodeId = nodeId;
            try
            {
                await operation.Run(life);
                requests = bench.Wire.Own.Count;
            }
            catch (Exception) when (bench.Wire.Dead && process == 0)
            {
                nodeId = life.NodeId ?? nodeId;
            }
        }

        await using var after = lab.Process();
        var node = await after.Ironic.FindNodeAsync($"{key.Namespace}~{key.Name}", Cancellation);
        var ports = node is null ? [] : await after.Ironic.PortsOfNodeAsync(node.Uuid, Cancellation);
        var done = Counts(lab, key).Zip(counted, (now, then) => now - then);
        return (requests, new Outcome(
            node?.ProvisionState,
            node?.PowerState,
            node?.Maintenance,
            node?.InstanceUuid is not null,
            node?.Extra?["metal3_workflows_intent"]?["ordinal"]?.ToJsonString(),
            ports.Count,
            string.Join(' ', Destructive.Zip(done, (verb, times) => $"{verb}:{times}"))));
    }

    private static Life NewLife(Bench bench, HostKey key, BareMetalHostSpec spec, Operation operation) =>
        operation.Image is { } image ? new Life(bench, key, spec) { Trusting = false, Image = image } : new Life(bench, key, spec) { Trusting = false };

    private static List<int> Counts(LabRig lab, HostKey key) => [.. Destructive.Select(verb => lab.Count(key, verb))];

    private static Task Nothing(Life life) => Task.CompletedTask;

    private static async Task ProvisionedAsync(Life life)
    {
        await life.RegisterAsync();
        await life.ProvisionAsync();
    }

    /// <summary>Registers, and does what must fail.</summary>
    private static async Task FailingAsync(Life life, Func<Life, Task> act)
    {
        await life.RegisterAsync();
        await Assert.ThrowsAsync<ProvisionerException>(() => act(life));
    }

    /// <summary>Registers, begins something, and leaves it where the machine does not answer.</summary>
    private static async Task WaitingAsync(Life life, string state, Func<Life, Task> begin)
    {
        await life.RegisterAsync();
        await begin(life);
        while ((await life.Provisioner.LookAsync(life.Input(), Cancellation)).State != state)
        {
            await Task.Delay(10, Cancellation);
        }
    }

    /// <param name="Given">What was done before, by a process that lived.</param>
    /// <param name="Run">What is done, until it is done.</param>
    /// <param name="Image">Another image than the usual one.</param>
    /// <param name="Ailment">What the host suffers from until it is to be done.</param>
    /// <param name="Heals">Whether it is healed before that.</param>
    private sealed record Operation(Func<Life, Task> Given, Func<Life, Task> Run, Image? Image = null, string? Ailment = null, bool Heals = true);

    /// <summary>Everything an operator would compare, and how often what destroys was accepted.</summary>
    private sealed record Outcome(
        string? State, string? Power, bool? Maintenance, bool HasInstance, string? Intent, int Ports, string Destroyed);
}

using System.Text.Json.Nodes;
using Metal3.Activities.Ironic;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Activities.Watching;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Tests.Rig;

/// <summary>One process of ours against some Ironic: client, watcher, provisioner, and every request recorded.</summary>
internal sealed class Bench : IAsyncDisposable
{
    public Bench(
        Uri endpoint,
        Func<IronicOptions, IronicOptions>? ironic = null,
        IronicProvisionerOptions? options = null,
        int? diesAt = null,
        Death death = Death.BeforeTheRequest,
        TimeSpan? interval = null)
    {
        var given = new IronicOptions { Endpoint = endpoint, RetryPause = TimeSpan.FromMilliseconds(10) };
        given = ironic?.Invoke(given) ?? given;
        Wire = new Wire(IronicTransport.Handler(given)) { DiesAt = diesAt, Death = death };
        Ironic = new IronicClient(given, TimeProvider.System, Wire);
        Watcher = new NodeWatcher(
            Ironic, new WatcherOptions { Interval = interval ?? TimeSpan.FromMilliseconds(20), Restraint = 1 }, TimeProvider.System);
        Provisioner = new IronicProvisioner(
            Ironic,
            options ?? new IronicProvisionerOptions { DeployIsoUrl = "http://images.example/ipa.iso", DeployKernelUrl = "http://images.example/k", DeployRamdiskUrl = "http://images.example/r" },
            id => Watcher.Recent(id, TimeSpan.FromSeconds(2)),
            TimeProvider.System);
    }

    public Wire Wire { get; }

    public IronicClient Ironic { get; }

    public NodeWatcher Watcher { get; }

    public IronicProvisioner Provisioner { get; }

    public async ValueTask DisposeAsync()
    {
        await Watcher.DisposeAsync();
        Ironic.Dispose();
    }
}

/// <summary>A host as a workflow would carry it through its life: asks, waits, asks again.</summary>
internal sealed class Life(Bench bench, HostKey host, BareMetalHostSpec spec)
{
    public const string Password = "password";

    public IronicProvisioner Provisioner => bench.Provisioner;

    public BareMetalHostSpec Spec => spec;

    public Image Image { get; init; } = new()
    {
        Url = "http://images.example/os.raw",
        Checksum = new string('a', 64),
        ChecksumType = ChecksumType.Sha256,
        Format = ImageFormat.Raw,
    };

    public string? NodeId { get; set; }

    public NodeReport? Last { get; private set; }

    public List<NodeEvent> Events { get; } = [];

    public HardwareDetails? Hardware { get; private set; }

    /// <summary>Whether a first attempt may go by the last report, as activities do.</summary>
    public bool Trusting { get; init; } = true;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public NodeInput Input(bool restart = false) =>
        new() { Host = host, NodeId = NodeId, Trusted = Trusting ? Last : null, Restart = restart };

    public EnsureInput EnsureInput(bool credentialsChanged = false, string password = Password)
    {
        Assert.True(BmcAccess.TryParse(spec.Bmc, out var bmc, out var problem), problem);
        return new EnsureInput
        {
            Host = host,
            NodeId = NodeId,
            Spec = spec,
            Bmc = bmc,
            DriverInfo = bmc.DriverInfo("admin", password),
            State = ProvisioningState.Registering,
            CredentialsChanged = credentialsChanged,
        };
    }

    public DeployInput DeployInput(NodeIntent intent, Func<CancellationToken, Task<bool>>? wanted = null) => new()
    {
        Host = host,
        NodeId = NodeId,
        Trusted = Trusting ? Last : null,
        Intent = intent,
        Image = Image,
        Hints = new RootDeviceHints { DeviceName = "/dev/sda" },
        StillWanted = wanted,
        ConfigDrive = _ => Task.FromResult(new JsonObject
        {
            ["meta_data"] = new JsonObject { ["name"] = host.Name },
            ["user_data"] = "#cloud-config\npassword: s3cret-user-data\n",
        }),
    };

    public static NodeIntent DeployIntent(long ordinal = 1) => new("deploy", "hash-of-image", ordinal);

    public static NodeIntent CleanIntent(long ordinal = 1) => new("clean", "hash-of-settings", ordinal);

    public ChangeInput ChangeInput(NodeIntent intent) => new()
    {
        Host = host,
        NodeId = NodeId,
        Intent = intent,
        Steps = [new JsonObject
        {
            ["interface"] = "bios",
            ["step"] = "apply_configuration",
            ["args"] = new JsonObject { ["settings"] = new JsonArray(new JsonObject { ["name"] = "ProcTurboMode", ["value"] = "Disabled" }) },
        }],
    };

    public async Task RegisterAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            try
            {
                var ensured = await bench.Provisioner.EnsureAsync(EnsureInput(), Cancellation);
                Take(ensured.Answer);
                NodeId = ensured.Answer.Node!.NodeId;
                break;
            }
            catch (ProvisionerException e) when (e.IsTransient && i < 19)
            {
                // As the activity's retry policy does.
                await Task.Delay(20, Cancellation);
            }
        }

        await UntilDoneAsync(() => bench.Provisioner.ValidateBmcAsync(Input(), Cancellation));
    }

    public async Task InspectAsync()
    {
        await UntilDoneAsync(() => bench.Provisioner.InspectAsync(Input(), refresh: false, force: false, Cancellation));
        Hardware = await bench.Provisioner.ReadHardwareAsync(Input(), Cancellation);
    }

    public Task PrepareAsync(NodeIntent? intent = null) =>
        UntilDoneAsync(() => bench.Provisioner.PrepareAsync(ChangeInput(intent ?? CleanIntent()), Cancellation));

    public Task MakeAvailableAsync() => UntilDoneAsync(() => bench.Provisioner.MakeAvailableAsync(Input(), Cancellation));

    public async Task ProvisionAsync(NodeIntent? intent = null)
    {
        var drawn = intent ?? DeployIntent();
        await MakeAvailableOrLaterAsync(drawn);
        await UntilDoneAsync(() => bench.Provisioner.WriteDeployIntentAsync(DeployInput(drawn), Cancellation));
        await UntilDoneAsync(() => bench.Provisioner.DeployAsync(DeployInput(drawn), Cancellation));
    }

    public Task DeprovisionAsync() => UntilDoneAsync(() => bench.Provisioner.UndeployAsync(Input(), null, Cancellation));

    public async Task DeprovisionUnlessGoneAsync()
    {
        try
        {
            await DeprovisionAsync();
        }
        catch (ProvisionerException e) when (e.Type is FailureTypes.NodeMissing)
        {
            // Removed by the process before, which died before it could tell.
        }
    }

    public Task PowerAsync(bool on, bool hard = false) => UntilDoneAsync(
        () => bench.Provisioner.SetPowerAsync(
            new PowerInput { Host = host, NodeId = NodeId, Trusted = Trusting ? Last : null, On = on, Hard = hard }, Cancellation),
        on ? NodeGoal.PoweredOn : NodeGoal.PoweredOff);

    public Task RemoveAsync() => UntilDoneAsync(() => bench.Provisioner.RemoveAsync(Input(), force: false, Cancellation));

    public async Task<NodeAnswer> UntilDoneAsync(Func<Task<NodeAnswer>> ask, NodeGoal goal = NodeGoal.Settled)
    {
        for (var i = 0; i < 60; i++)
        {
            NodeAnswer answer;
            try
            {
                answer = await ask();
            }
            catch (ProvisionerException e) when (e.Type is FailureTypes.Busy)
            {
                Last = null; // the retry of an activity looks for itself
                await Task.Delay(20, Cancellation);
                continue;
            }

            Take(answer);
            if (answer.Progress is NodeProgress.Done or NodeProgress.Superseded)
            {
                return answer;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(Cancellation, bench.Wire.Died);
            if (await bench.Watcher.WaitAsync(NodeId!, goal, null, either.Token) is { } node)
            {
                Last = Reports.Of(node);
            }
        }

        throw new InvalidOperationException($"Not done after sixty calls; the node is {Last}.");
    }

    /// <summary>Whether the node already records the deployment, so that what comes before it is over.</summary>
    public async Task<bool> IsDeployingAsync() =>
        (await bench.Provisioner.LookAsync(Input() with { Trusted = null }, Cancellation)).Intent?.Verb == "deploy";

    private async Task MakeAvailableOrLaterAsync(NodeIntent intent)
    {
        // A workflow knows where it was; one without memory looks.
        var node = await bench.Provisioner.LookAsync(Input(), Cancellation);
        if (node.Intent != intent)
        {
            await MakeAvailableAsync();
        }
    }

    private void Take(NodeAnswer answer)
    {
        Last = answer.Node ?? Last;
        Events.AddRange(answer.Events);
    }
}

using System.Collections.Concurrent;
using System.Text.Json;
using Metal3.Activities.Ironic;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Lab.Ironic;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Temporalio.Exceptions;
using Temporalio.Testing;

namespace Metal3.Activities.Tests;

/// <summary>Every activity runs over a host full of secrets; whatever leaves an activity is searched for them.</summary>
public sealed class SecretsTests
{
    private const string Password = "Seed-pa\"ss'w\\rd-1";

    /// <summary>Values that appear nowhere else.</summary>
    private static readonly string[] Seeds =
    [
        "Seed-pa", "ss'w", "Seed-user-data-2", "Seed-meta-data-3", "Seed-network-data-4", "Seed-url-user-5", "Seed-url-pass-6", "Seed-query-7",
        "Seed-wrong-8",
    ];

    private readonly ConcurrentQueue<string> _said = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData(FailureKinds.WrongPassword)]
    [InlineData(FailureKinds.HttpError)]
    [InlineData(FailureKinds.DeployFails)]
    public async Task No_secret_leaves_an_activity_whatever_goes_wrong(string? failure)
    {
        await using var lab = await LabRig.StartAsync(options => options.BmcPassword = Password);
        var (key, cluster) = Prepare(lab);
        await using var services = lab.Activities(cluster, logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Recorder(_said)));
        var nodes = services.GetRequiredService<INodeActivities>();
        var waits = services.GetRequiredService<IWaitActivities>();
        if (failure is not null)
        {
            lab.Lab.Fail(failure is FailureKinds.HttpError ? "*" : key.Name, failure);
        }

        await LifeAsync(key, nodes, waits);
        if (failure is not null)
        {
            // Once more, so that everything behind the failure is reached as well.
            lab.Lab.Heal(failure is FailureKinds.HttpError ? "*" : key.Name, failure);
            await LifeAsync(key, nodes, waits);
        }

        Assert.True(_said.Count > 20, "Too little was said for the search to mean anything.");
        var all = string.Join('\n', _said);
        Assert.All(Seeds, seed => Assert.DoesNotContain(seed, all, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_that_quotes_the_request_is_shown_without_what_it_quotes()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec) { Trusting = false };
        await life.RegisterAsync();

        var thrown = await Assert.ThrowsAsync<IronicException>(() => process.Ironic.PatchNodeAsync(
            life.NodeId!,
            [PatchOp.Add("/driver_info/redfish_password", Password), PatchOp.Add("/no_such_field", "x")],
            Cancellation));

        Assert.DoesNotContain("Seed-pa", thrown.ToString(), StringComparison.Ordinal);
    }

    private static (HostKey Key, Cluster Cluster) Prepare(LabRig lab)
    {
        var cluster = new Cluster();
        var (_, spec) = lab.NewHost();
        cluster.Secret("bmc", null, ("username", "admin"), ("password", Password));
        cluster.Secret("user", null, ("userData", "#cloud-config\npassword: Seed-user-data-2\n"));
        cluster.Secret("meta", null, ("metaData", "token: Seed-meta-data-3"));
        cluster.Secret("network", null, ("networkData", "key: Seed-network-data-4"));
        var key = cluster.Add("host-1", spec with
        {
            Image = new Image
            {
                Url = "http://Seed-url-user-5:Seed-url-pass-6@images.example/os.raw?token=Seed-query-7",
                Checksum = "http://Seed-url-user-5:Seed-url-pass-6@images.example/os.sha256?token=Seed-query-7",
                ChecksumType = ChecksumType.Sha256,
                Format = ImageFormat.Raw,
            },
            UserData = new SecretReference { Name = "user" },
            MetaData = new SecretReference { Name = "meta" },
            NetworkData = new SecretReference { Name = "network" },
        });
        return (key, cluster);
    }

    /// <summary>Every activity, in the order of a host's life, each as often as it takes or until it fails.</summary>
    private async Task LifeAsync(HostKey key, INodeActivities nodes, IWaitActivities waits)
    {
        string? id = null;
        var expect = new Expectation();
        var deploy = new NodeIntent("deploy", "hash", 1);
        await UntilAsync(async () =>
        {
            var ensured = await TellAsync(() => nodes.EnsureNodeAsync(new EnsureNodeRequest { Host = key, NodeId = id, ProvisioningState = "registering" }));
            id = ensured?.Answer.Node?.NodeId ?? id;
            return null;
        });
        NodeRequest Plain(bool restart = false) => new() { Host = key, NodeId = id, Restart = restart };
        await UntilAsync(() => TellAsync(() => nodes.ValidateBmcAsync(Plain())));
        await TellAsync(() => nodes.ProbeBmcAsync(Plain()));
        await TellAsync(() => nodes.TestCredentialsAsync(Plain()));
        await UntilAsync(() => TellAsync(() => nodes.StartInspectionAsync(new InspectRequest { Host = key, NodeId = id })));
        await TellAsync(() => nodes.RecordHardwareAsync(Plain()));
        await UntilAsync(() => TellAsync(() => nodes.StartPreparationAsync(
            new PrepareRequest { Host = key, NodeId = id, Intent = new("clean", "hash", 0), Expect = expect, HostDirty = true })));
        await UntilAsync(() => TellAsync(() => nodes.MakeAvailableAsync(Plain())));
        var request = new DeployRequest { Host = key, NodeId = id, Intent = deploy, Expect = expect };
        await UntilAsync(() => TellAsync(() => nodes.WriteDeployIntentAsync(request)));
        await UntilAsync(() => TellAsync(() => nodes.DeployAsync(request)));
        await TellAsync(() => nodes.EnsureNodeAsync(new EnsureNodeRequest { Host = key, NodeId = id, ProvisioningState = "provisioned", CredentialsChanged = true }));
        await UntilAsync(() => TellAsync(() => nodes.StartServiceAsync(
            new ServiceRequest { Host = key, NodeId = id, Intent = new("service", "hash", 2), Expect = expect })));
        await UntilAsync(() => TellAsync(() => nodes.SetPowerAsync(new PowerRequest { Host = key, NodeId = id, On = false, Hard = true })));
        await TellAsync(() => nodes.LookAsync(Plain()));
        await UntilAsync(() => TellAsync(() => nodes.AdoptAsync(new AdoptRequest { Host = key, NodeId = id })));
        await UntilAsync(() => TellAsync(() => nodes.UndeployAsync(new UndeployRequest { Host = key, NodeId = id, Expect = expect })));
        await UntilAsync(() => TellAsync(() => nodes.AbortAsync(Plain(restart: true))));
        await UntilAsync(() => TellAsync(() => nodes.RemoveNodeAsync(new RemoveNodeRequest { Host = key, NodeId = id, Expect = expect })));

        async Task UntilAsync(Func<Task<NodeAnswer?>> ask)
        {
            for (var i = 0; i < 6; i++)
            {
                if (await ask() is not { Progress: NodeProgress.Started or NodeProgress.Running } || id is null)
                {
                    return;
                }

                await TellAsync(() => waits.AwaitNodeAsync(new AwaitNodeRequest { Host = key, NodeId = id, Goal = NodeGoal.Settled }));
            }
        }
    }

    /// <summary>Runs one activity; result, text of the result, heartbeats, logs and failure are all recorded.</summary>
    private async Task<T?> TellAsync<T>(Func<Task<T>> activity)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        var environment = new ActivityEnvironment
        {
            CancellationTokenSource = patience,
            Heartbeater = details => _said.Enqueue(JsonSerializer.Serialize(details)),
            Logger = new Recorder(_said).CreateLogger("activity"),
        };
        try
        {
            var result = await environment.RunAsync(activity);
            _said.Enqueue(result?.ToString() ?? "");
            _said.Enqueue(JsonSerializer.Serialize(result));
            return result;
        }
        catch (ApplicationFailureException e)
        {
            _said.Enqueue(e.ToString());
            _said.Enqueue(JsonSerializer.Serialize(e.Details.Count > 0 ? e.Details.ElementAt<object?>(0) : null));
            return default;
        }
        catch (OperationCanceledException e) when (!Cancellation.IsCancellationRequested)
        {
            _said.Enqueue(e.ToString());
            return default;
        }
    }

    private sealed class Recorder(ConcurrentQueue<string> said) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            said.Enqueue(state.ToString() ?? "");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            said.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}

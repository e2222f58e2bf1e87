using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Metal3.Activities.Ironic;
using Metal3.Activities.Tests.Rig;
using Metal3.Activities.Watching;
using Metal3.Contracts;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Lab.Ironic;
using Metal3.Lab.Temporal;
using Metal3.TestKit;
using Temporalio.Client;
using Temporalio.Testing;

namespace Metal3.Activities.Tests;

/// <summary>The one activity that watches every host at rest; host workflows are real ones that nobody works for, so signals pile up.</summary>
public sealed class FleetTests : IAsyncDisposable
{
    private readonly ManualTime _time = new(DateTimeOffset.UtcNow);
    private readonly ConcurrentQueue<string> _beats = new();
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Cluster _cluster = new();
    private LabRig _lab = null!;
    private Bench _before = null!;
    private IronicClient _ironic = null!;
    private NodeWatcher _watcher = null!;
    private LabTemporal _server = null!;
    private TemporalClient _temporal = null!;
    private Task _watching = Task.CompletedTask;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_changed_while_nobody_watched_is_told_at_the_start_and_the_rest_is_silence()
    {
        await StartAsync();
        var asExpected = await HostAsync("expected", on: false, recordedOn: false);
        var switched = await HostAsync("switched", on: true, recordedOn: false);
        var detached = await HostAsync("detached", on: true, recordedOn: false, OperationalStatus.Detached);

        Watch();
        await LooksAsync(3);

        Assert.Empty(await ToldAsync(asExpected));
        Assert.Equal(["power on"], (await ToldAsync(switched)).Select(PowerOf));
        Assert.Empty(await ToldAsync(detached));
    }

    [Fact]
    public async Task A_change_is_told_once_to_its_host_alone_and_a_host_without_workflow_disturbs_nobody()
    {
        await StartAsync();
        var one = await HostAsync("one", on: false, recordedOn: false);
        var other = await HostAsync("other", on: false, recordedOn: false);
        var (orphan, _) = await NodeAsync("orphan");
        Watch();
        await LooksAsync(1);

        await _lab.SetAsync(orphan, new JsonObject { ["maintenance"] = true });
        await _lab.SetAsync(one.Node, new JsonObject { ["maintenance"] = true });
        await LooksAsync(3);

        var told = Assert.Single(await ToldAsync(one));
        Assert.True((bool?)told["node"]!["maintenance"]);
        Assert.Empty(await ToldAsync(other));
    }

    [Fact]
    public async Task A_node_that_is_gone_is_told_once_it_is_certain()
    {
        await StartAsync();
        var host = await HostAsync("gone", on: false, recordedOn: false);
        Watch();
        await LooksAsync(1);

        await _before.Ironic.DeleteNodeAsync(host.Node, Cancellation);
        await LooksAsync(1);
        var early = await ToldAsync(host);
        await LooksAsync(3);

        Assert.Empty(early);
        Assert.Null(Assert.Single(await ToldAsync(host))["node"]);
    }

    [Fact]
    public async Task While_Ironic_is_away_the_heartbeats_say_so_and_nothing_is_told()
    {
        await StartAsync();
        var host = await HostAsync("host", on: false, recordedOn: false);
        Watch();
        await LooksAsync(1);

        _lab.Lab.Fail("*", FailureKinds.HttpError);
        await UntilAsync(() => _beats.Any(beat => beat.Contains("Ironic does not answer", StringComparison.Ordinal)));
        _lab.Lab.Heal("*", FailureKinds.HttpError);
        await LooksAsync(2);

        Assert.Empty(await ToldAsync(host));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _watcher.DisposeAsync();
        _ironic.Dispose();
        await _before.DisposeAsync();
        await _lab.DisposeAsync();
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    private async Task StartAsync()
    {
        _lab = await LabRig.StartAsync();
        _before = _lab.Process();
        _server = await LabTemporal.StartAsync(new LabTemporalOptions(), Cancellation);
        _temporal = await TemporalClient.ConnectAsync(new(_server.TargetHost) { DataConverter = Messaging.DataConverter });
        _ironic = new IronicClient(
            new IronicOptions { Endpoint = _lab.Lab.Endpoint, Attempts = 1, Timeout = TimeSpan.FromDays(1) }, _time, IronicTransport.Handler(new IronicOptions { Endpoint = _lab.Lab.Endpoint }));
        _watcher = new NodeWatcher(_ironic, new WatcherOptions(), _time);
    }

    private async Task<(string Node, HostKey Key)> NodeAsync(string name)
    {
        var (_, spec) = _lab.NewHost();
        var key = _cluster.Add(name, spec);
        var life = new Life(_before, key, spec);
        await life.RegisterAsync();
        return (life.NodeId!, key);
    }

    /// <summary>A host with its node, its status and a workflow to be told.</summary>
    private async Task<(string Node, HostKey Key)> HostAsync(string name, bool on, bool recordedOn, OperationalStatus? operational = null)
    {
        var (node, key) = await NodeAsync(name);
        await _lab.SetAsync(node, new JsonObject { ["power_state"] = on ? "power on" : "power off" });
        _cluster[key] = _cluster[key] with
        {
            Status = new BareMetalHostStatus
            {
                PoweredOn = recordedOn,
                OperationalStatus = operational ?? OperationalStatus.Ok,
                Provisioning = new ProvisionStatus { Id = node, State = ProvisioningState.Available },
            },
        };
        await _temporal.StartWorkflowAsync("NobodyWorksForIt", [], new(WorkflowNames.HostId(key.Namespace, key.Name), "nobody"));
        return (node, key);
    }

    private void Watch()
    {
        var fleet = new FleetActivities(_watcher, _ironic, _cluster, _temporal, _time);
        var environment = new ActivityEnvironment
        {
            CancellationTokenSource = _stop,
            Heartbeater = details => _beats.Enqueue(string.Join(' ', details)),
        };
        _watching = environment.RunAsync(() => fleet.WatchRestingHostsAsync(new FleetState()));
    }

    /// <summary>Turns the clock until so many more listings were compared.</summary>
    private Task LooksAsync(int listings)
    {
        var goal = Compared() + listings;
        return UntilAsync(() => Compared() >= goal);

        int Compared() => _beats.Count(beat => beat.Contains(" nodes at ", StringComparison.Ordinal));
    }

    private async Task UntilAsync(Func<bool> reached)
    {
        while (!reached())
        {
            Cancellation.ThrowIfCancellationRequested();
            Assert.False(_watching.IsCompleted, $"The watch ended: {_watching.Exception}");
            if (_time.Next(TimeSpan.FromMinutes(1)) is { } pause)
            {
                _time.Advance(pause);
            }

            await Task.Yield();
        }
    }

    private async Task<IReadOnlyList<JsonNode>> ToldAsync((string Node, HostKey Key) host)
    {
        var history = await _temporal.GetWorkflowHandle(WorkflowNames.HostId(host.Key.Namespace, host.Key.Name)).FetchHistoryAsync();
        return
        [
            .. history.Events.Select(one => one.WorkflowExecutionSignaledEventAttributes).Where(signal => signal is not null)
                .Select(signal => JsonNode.Parse(signal.Input.Payloads_[0].Data.ToStringUtf8())!),
        ];
    }

    private static string PowerOf(JsonNode change) => (bool?)change["node"]!["poweredOn"] is true ? "power on" : "power off";
}

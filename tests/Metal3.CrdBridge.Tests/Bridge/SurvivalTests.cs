using Metal3.Contracts;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;

namespace Metal3.CrdBridge.Tests.Bridge;

public sealed class SurvivalTests : IAsyncLifetime
{
    private Rig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await Rig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_host_without_a_workflow_gets_one_whatever_the_bridge_believes_to_have_sent()
    {
        await _rig.BridgeAsync(("ResyncInterval", "00:00:00.200"));
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);

        await _rig.Client.GetWorkflowHandle("host/default/a").TerminateAsync("by hand");

        Assert.Equal(["changed default/a", "started default/a"], await _rig.Notes.NextAsync(2));
    }

    [Fact]
    public async Task A_bridge_without_memory_tells_every_host_what_it_missed()
    {
        var first = await _rig.BridgeAsync();
        await _rig.HostAsync("a");
        await _rig.HostAsync("b");
        await _rig.Notes.NextAsync(4);
        await first.DisposeAsync();
        await _rig.PatchAsync(Rig.Hosts("default", "a"), """{"spec": {"online": true}}""");
        await _rig.Client.GetWorkflowHandle("host/default/b").TerminateAsync("lost");

        await _rig.BridgeAsync();

        Assert.Equal(["changed default/a", "changed default/b", "started default/b"], await _rig.Notes.NextAsync(3));
    }

    [Fact]
    public async Task A_host_that_vanished_while_no_bridge_ran_is_gone_once_that_is_sure()
    {
        var first = await _rig.BridgeAsync();
        await _rig.HostAsync("a");
        await _rig.HostAsync("kept");
        await _rig.Notes.NextAsync(4);
        await first.DisposeAsync();
        await _rig.DeleteAsync(Rig.Hosts("default", "a"));

        await _rig.BridgeAsync(("ResyncInterval", "00:00:00.200"));

        Assert.Equal(["changed default/kept", "gone default/a"], await _rig.Notes.NextAsync(2));
    }

    [Fact]
    public async Task A_secret_that_changes_at_a_hosts_end_starts_no_workflow()
    {
        await _rig.SecretAsync("creds", "x");
        await _rig.BridgeAsync();
        await _rig.HostAsync("a", finalizer: FinalizerNames.Host, spec: """{"bmc": {"address": "redfish://1/1", "credentialsName": "creds"}}""");
        await _rig.Notes.NextAsync(2);
        await _rig.DeleteAsync(Rig.Hosts("default", "a"));
        Assert.NotNull((await _rig.Notes.NextAsync()).Snapshot!.DeletionTimestamp);

        await _rig.Client.GetWorkflowHandle("host/default/a").TerminateAsync("done");
        await _rig.PatchAsync("api/v1/namespaces/default/secrets/creds", """{"metadata": {"annotations": {"x": "y"}}}""");
        await _rig.HostAsync("marker");

        Assert.Equal(["changed default/marker", "started default/marker"], await _rig.Notes.NextAsync(2));
    }

    [Fact]
    public async Task A_bridge_ends_at_once_though_a_host_waits_for_its_next_attempt()
    {
        var bridge = await _rig.BridgeAsync(("LongestPause", "00:10:00"));
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);
        await _rig.Temporal.DisposeAsync();
        await _rig.PatchAsync(Rig.Hosts("default", "a"), """{"spec": {"online": true}}""");
        await LoggedAsync("Temporal could not be told about default/a");

        await bridge.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Rig.Cancellation);

        Assert.DoesNotContain(_rig.Logged, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_Temporal_is_away_changes_become_one_and_none_is_lost_even_if_it_lost_everything()
    {
        await _rig.BridgeAsync();
        await _rig.HostAsync("a");
        await _rig.HostAsync("b");
        await _rig.Notes.NextAsync(4);

        await _rig.Temporal.DisposeAsync();
        for (var i = 1; i <= 20; i++)
        {
            await _rig.PatchAsync(Rig.Hosts("default", "a"), $$$$"""{"metadata": {"annotations": {"{{{{AnnotationKeys.Reboot}}}}/x": "{{{{i}}}}"}}}""");
        }

        await LoggedAsync("Temporal could not be told about default/a");
        await _rig.StartTemporalAsync();
        var last = "";

        // b did not change, but its workflow is lost, too.
        HashSet<string> started = [];
        while (started.Count < 2)
        {
            var note = await _rig.Notes.NextAsync();
            if (note.What == "started")
            {
                started.Add(note.Host);
                last = note.Host == "default/a" ? note.Snapshot!.Annotations.Values.Single() : last;
            }
        }

        var (a, b) = (await HistoryAsync("host/default/a"), await HistoryAsync("host/default/b"));
        Assert.Equal("20", last);
        Assert.InRange(a.Count(type => type.Contains("Signaled", StringComparison.Ordinal)), 1, 2);
        Assert.Contains(b, type => type.Contains("Signaled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_Kubernetes_that_comes_back_is_followed_on()
    {
        var data = Directory.CreateTempSubdirectory("k8s-").FullName;
        var port = new Uri(_rig.Kubernetes.Address.ToString()).Port;
        await _rig.Kubernetes.DisposeAsync();
        await _rig.StartKubernetesAsync(port, data);
        await _rig.BridgeAsync();
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);

        await _rig.Kubernetes.DisposeAsync();
        await _rig.StartKubernetesAsync(port, data);
        await _rig.PatchAsync(Rig.Hosts("default", "a"), """{"spec": {"online": true}}""");

        Assert.True((await _rig.Notes.NextAsync()).Snapshot!.Spec.Online);
    }

    [Fact]
    public async Task A_bridge_on_another_cluster_refuses_to_act()
    {
        await _rig.HostAsync("a");
        await _rig.Client.StartWorkflowAsync(
            (IFleetWorkflow fleet) => fleet.RunAsync(new() { Cluster = "another-cluster" }), new("fleet/default", TaskQueues.Main));

        var bridge = await _rig.BridgeAsync();
        await bridge.EndsAsync();

        Assert.Equal(3, bridge.State.ExitCode);
        Assert.Contains(_rig.Logged, line => line.StartsWith("Critical", StringComparison.Ordinal) && line.Contains("another-cluster", StringComparison.Ordinal));
        Assert.Equal(0, (await _rig.Client.CountWorkflowsAsync("WorkflowType = 'HostWorkflow'")).Count);
    }

    [Fact]
    public async Task The_cluster_is_known_without_a_worker_from_what_the_first_bridge_wrote()
    {
        var first = await _rig.BridgeAsync();
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);
        await first.DisposeAsync();
        await _rig.Kubernetes.DisposeAsync();
        await _rig.StartKubernetesAsync(); // an empty cluster with another kube-system

        var second = await _rig.BridgeAsync();
        await second.EndsAsync();

        Assert.Equal(3, second.State.ExitCode);
        Assert.False(_rig.Notes.TryNext(out _)); // the host of the first cluster is not gone
    }

    [Fact]
    public async Task Of_two_bridges_one_leads_and_the_other_takes_over_at_once_when_it_stops()
    {
        var first = await _rig.BridgeAsync(("EnableLeaderElection", "true"), ("RetryPeriodSeconds", "1"));
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);
        var second = await _rig.BridgeAsync(("EnableLeaderElection", "true"), ("RetryPeriodSeconds", "1"));
        await LoggedAsync("The leader is", times: 2);
        Assert.True(first.State.IsLeader);
        Assert.False(second.State.IsLeader);

        await first.DisposeAsync();
        Assert.Equal("changed default/a", (await _rig.Notes.NextAsync()).ToString()); // told anew by the second

        Assert.True(second.State.IsLeader);
        var lease = await _rig.GetAsync("apis/coordination.k8s.io/v1/namespaces/default/leases/metal3-crd-bridge");
        Assert.Equal(1, (int)lease["spec"]!["leaseTransitions"]!);
    }

    [Fact]
    public async Task A_leader_that_loses_its_lease_stops_watching_and_stands_again()
    {
        var bridge = await _rig.BridgeAsync(
            ("EnableLeaderElection", "true"), ("LeaseDurationSeconds", "3"), ("RenewDeadlineSeconds", "2"), ("RetryPeriodSeconds", "1"));
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);

        await _rig.PatchAsync(
            "apis/coordination.k8s.io/v1/namespaces/default/leases/metal3-crd-bridge", """{"spec": {"holderIdentity": "thief", "leaseTransitions": 9}}""");
        await LoggedAsync("This bridge leads no more");
        await LoggedAsync("This bridge leads now", times: 2); // the thief never renews

        Assert.Equal("changed default/a", (await _rig.Notes.NextAsync()).ToString());
        Assert.True(bridge.State.IsLeader);
    }

    private async Task LoggedAsync(string text, int times = 1)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Rig.Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        await _rig.Lines.SeenAsync(text, times, patience.Token);
    }

    private async Task<List<string>> HistoryAsync(string id) =>
        [.. (await _rig.Client.GetWorkflowHandle(id).FetchHistoryAsync()).Events.Select(e => e.EventType.ToString())];
}

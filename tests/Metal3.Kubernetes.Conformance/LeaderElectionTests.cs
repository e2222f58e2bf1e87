using k8s;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;

namespace Metal3.Kubernetes.Conformance;

public sealed class LeaderElectionTests(Targets targets)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => Targets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task When_the_leader_dies_the_other_takes_over_and_never_do_both_lead(string target)
    {
        var cluster = await targets.SharedAsync(target);
        using var client = cluster.Connect();
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        var stage = new Stage();
        await using var first = stage.Enter(cluster.Connect(), ns, "first");
        await first.Leads.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        await using var second = stage.Enter(cluster.Connect(), ns, "second");
        await second.SeesLeader.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        var before = await client.CoordinationV1.ReadNamespacedLeaseAsync("bridge", ns, cancellationToken: Cancellation);

        await first.KillAsync();
        await second.Leads.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        var after = await client.CoordinationV1.ReadNamespacedLeaseAsync("bridge", ns, cancellationToken: Cancellation);
        Assert.Equal(("first", 0), (before.Spec.HolderIdentity, before.Spec.LeaseTransitions));
        Assert.Equal(("second", 1), (after.Spec.HolderIdentity, after.Spec.LeaseTransitions));
        Assert.Equal(1, stage.MostAtOnce);
        Assert.Equal("first", await second.SeesLeader.Task);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_leader_cut_off_from_the_server_steps_down_before_another_leads(string target)
    {
        var cluster = await targets.SharedAsync(target);
        using var client = cluster.Connect();
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        var stage = new Stage();
        var address = new Uri(cluster.Configuration().Host);
        var proxy = new ChaosProxy(address.Port);
        var configuration = cluster.Configuration();
        configuration.Host = new UriBuilder(address) { Port = proxy.Port }.Uri.AbsoluteUri;
        await using var first = stage.Enter(new k8s.Kubernetes(configuration), ns, "first");
        await first.Leads.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        await using var second = stage.Enter(cluster.Connect(), ns, "second");
        await second.SeesLeader.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        await proxy.DisposeAsync();
        await second.Leads.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.True(first.Stopped.Task.IsCompleted);
        Assert.Equal(1, stage.MostAtOnce);
    }

    /// <summary>Counts who leads at the same time.</summary>
    private sealed class Stage
    {
        private readonly Lock _lock = new();
        private int _leading;

        public int MostAtOnce { get; private set; }

        public Actor Enter(k8s.Kubernetes client, string ns, string identity) => new(this, client, ns, identity);

        public void Change(int by)
        {
            lock (_lock)
            {
                _leading += by;
                MostAtOnce = Math.Max(MostAtOnce, _leading);
            }
        }
    }

    private sealed class Actor : IAsyncDisposable
    {
        private readonly k8s.Kubernetes _client;
        private readonly LeaderElector _elector;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Actor(Stage stage, k8s.Kubernetes client, string ns, string identity)
        {
            _client = client;
            _elector = new LeaderElector(new LeaderElectionConfig(new LeaseLock(client, ns, "bridge", identity))
            {
                LeaseDuration = TimeSpan.FromSeconds(3),
                RenewDeadline = TimeSpan.FromSeconds(2),
                RetryPeriod = TimeSpan.FromMilliseconds(300),
            });
            _elector.OnStartedLeading += () =>
            {
                stage.Change(1);
                Leads.TrySetResult();
            };
            _elector.OnStoppedLeading += () =>
            {
                stage.Change(-1);
                Stopped.TrySetResult();
            };
            _elector.OnNewLeader += leader => SeesLeader.TrySetResult(leader);
            _running = _elector.RunUntilLeadershipLostAsync(_stop.Token);
        }

        public TaskCompletionSource Leads { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<string> SeesLeader { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task KillAsync()
        {
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public async ValueTask DisposeAsync()
        {
            await KillAsync();
            _elector.Dispose();
            _client.Dispose();
            _stop.Dispose();
        }
    }
}

using System.Collections.Concurrent;
using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Metal3.CrdBridge.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Metal3.Kubernetes.Conformance;

public sealed class InformerTests(Targets targets)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => Targets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Five_thousand_objects_are_listed_in_pages_and_each_is_told_once(string target)
    {
        var cluster = await targets.SharedAsync(target);
        using var client = cluster.Connect();
        await Widget.EnsureTypeAsync(client, Cancellation);
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        await Parallel.ForAsync(0, 5000, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (i, stop) => await CreateAsync(client, ns, $"w{i:0000}", stop));
        await using var followed = new Followed(cluster.Connect(), new InformerOptions { Namespaces = [ns], PageSize = 500 });

        await followed.Informer.Synced.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        await followed.UntilAsync(() => followed.Informer.Undelivered == 0);

        Assert.Equal(5000, followed.Informer.Cache.Count);
        Assert.Equal(5000, followed.Told.Count);
        Assert.Equal(5000, followed.Told.Select(change => change.Key).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_watch_goes_on_after_the_server_was_killed_and_started_again(string target)
    {
        await using var cluster = await Targets.OwnAsync(target);
        using var client = cluster.Connect();
        await Widget.EnsureTypeAsync(client, Cancellation);
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        await CreateAsync(client, ns, "before", Cancellation);
        await using var followed = new Followed(cluster.Connect(), new InformerOptions { Namespaces = [ns], LongestPause = TimeSpan.FromSeconds(1) });
        await followed.UntilAsync(() => followed.Says("Present before"));

        await cluster.KillAsync(Cancellation);
        await cluster.StartAsync(Cancellation);
        await Widget.EnsureTypeAsync(client, Cancellation);
        await CreateAsync(client, ns, "after", Cancellation);

        await followed.UntilAsync(() => followed.Says("Present after"));
        Assert.DoesNotContain(followed.Told, change => change.Kind != ChangeKind.Present);
        Assert.Equal(2, followed.Informer.Cache.Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_was_deleted_behind_a_compaction_is_found_missing_by_a_new_list(string target)
    {
        await using var cluster = await Targets.OwnAsync(target);
        using var client = cluster.Connect();
        await Widget.EnsureTypeAsync(client, Cancellation);
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        await CreateAsync(client, ns, "kept", Cancellation);
        await CreateAsync(client, ns, "dropped", Cancellation);
        var address = new Uri(cluster.Configuration().Host);
        await using var door = new Door(address.Port);
        var configuration = cluster.Configuration();
        configuration.Host = new UriBuilder(address) { Port = door.Port }.Uri.AbsoluteUri;
        await using var followed = new Followed(
            new k8s.Kubernetes(configuration),
            new InformerOptions { Namespaces = [ns], LongestPause = TimeSpan.FromMilliseconds(500), ResyncInterval = null });
        await followed.UntilAsync(() => followed.Informer.Cache.Count == 2);

        await door.CloseAsync();
        await client.CustomObjects.DeleteNamespacedCustomObjectAsync(Widget.GroupName, "v1", ns, Widget.Plural, "dropped", cancellationToken: Cancellation);
        await cluster.CompactAsync(Cancellation);
        await cluster.KillAsync(Cancellation);
        await cluster.StartAsync(Cancellation);
        door.Open();

        await followed.UntilAsync(() => followed.Says("Gone dropped"));
        Assert.Equal(1, followed.Informer.Cache.Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_deletion_that_was_seen_is_told_apart_from_an_object_that_is_just_gone(string target)
    {
        var cluster = await targets.SharedAsync(target);
        using var client = cluster.Connect();
        await Widget.EnsureTypeAsync(client, Cancellation);
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        var held = Widget.Named("held");
        held.AddFinalizer("conformance.metal3.io/hold");
        await client.CustomObjects.CreateNamespacedCustomObjectAsync(held, Widget.GroupName, "v1", ns, Widget.Plural, cancellationToken: Cancellation);
        await CreateAsync(client, ns, "loose", Cancellation);
        await using var followed = new Followed(cluster.Connect(), new InformerOptions { Namespaces = [ns] });
        await followed.UntilAsync(() => followed.Informer.Cache.Count == 2);

        await client.CustomObjects.DeleteNamespacedCustomObjectAsync(Widget.GroupName, "v1", ns, Widget.Plural, "held", cancellationToken: Cancellation);
        await followed.UntilAsync(() => followed.Told.Any(change => change is { Kind: ChangeKind.Present, IsDeletionRequested: true }));
        await client.CustomObjects.PatchNamespacedCustomObjectAsync(
            new V1Patch("""{"metadata":{"finalizers":null}}""", V1Patch.PatchType.MergePatch), Widget.GroupName, "v1", ns, Widget.Plural, "held", cancellationToken: Cancellation);
        await client.CustomObjects.DeleteNamespacedCustomObjectAsync(Widget.GroupName, "v1", ns, Widget.Plural, "loose", cancellationToken: Cancellation);

        await followed.UntilAsync(() => followed.Says("Deleted held") && followed.Says("Gone loose"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_version_the_server_forgot_is_refused_as_gone(string target)
    {
        await using var cluster = await Targets.OwnAsync(target);
        using var client = cluster.Connect();
        await Widget.EnsureTypeAsync(client, Cancellation);
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        await Parallel.ForAsync(0, 30, Cancellation, async (i, stop) => await CreateAsync(client, ns, $"w{i:00}", stop));
        using var widgets = new GenericClient(client, Widget.GroupName, "v1", Widget.Plural, disposeClient: false);
        var page = await widgets.ListNamespacedAsync<WidgetList>(ns, limit: 10, cancel: Cancellation);
        await CreateAsync(client, ns, "later", Cancellation);

        await cluster.CompactAsync(Cancellation);
        await cluster.KillAsync(Cancellation);
        await cluster.StartAsync(Cancellation);
        await Widget.EnsureTypeAsync(client, Cancellation);
        var refusal = await Assert.ThrowsAsync<HttpOperationException>(
            () => widgets.ListNamespacedAsync<WidgetList>(ns, limit: 10, continueToken: page.Metadata.ContinueProperty, cancel: Cancellation));

        Assert.Equal(HttpStatusCode.Gone, refusal.Response.StatusCode);
        Assert.Equal("Expired", KubernetesJson.Deserialize<V1Status>(refusal.Response.Content).Reason);
    }

    private static Task<Widget> CreateAsync(k8s.Kubernetes client, string ns, string name, CancellationToken stop) =>
        client.CustomObjects.CreateNamespacedCustomObjectAsync<Widget>(
            Widget.Named(name), Widget.GroupName, "v1", ns, Widget.Plural, cancellationToken: stop);

    /// <summary>A running informer, and what it told.</summary>
    private sealed class Followed : IAsyncDisposable
    {
        private readonly k8s.Kubernetes _client;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Followed(k8s.Kubernetes client, InformerOptions options)
        {
            _client = client;
            Informer = new Informer<WidgetState>(
                client, new ResourceType(Widget.GroupName, "v1", Widget.Plural), WidgetState.From, options, TimeProvider.System, NullLogger.Instance);
            _running = Informer.RunAsync(
                (change, _) =>
                {
                    Told.Enqueue(change);
                    return Task.CompletedTask;
                },
                _stop.Token);
        }

        public Informer<WidgetState> Informer { get; }

        public ConcurrentQueue<Change<WidgetState>> Told { get; } = new();

        public bool Says(string words) => Told.Any(change => $"{change.Kind} {change.Key.Name}" == words);

        /// <summary>Waits for what must come about by itself.</summary>
        public async Task UntilAsync(Func<bool> condition)
        {
            var start = TimeProvider.System.GetTimestamp();
            while (!condition())
            {
                Assert.True(
                    TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(60),
                    "It did not come about in a minute; told: " + string.Join(", ", Told.TakeLast(20)));
                await Task.Delay(20, Cancellation);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _client.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>A proxy that can be away for a while, on the same port.</summary>
    private sealed class Door(int target) : IAsyncDisposable
    {
        private ChaosProxy? _proxy = new(target);
        private int _port;

        public int Port => _port == 0 ? _port = _proxy!.Port : _port;

        public async Task CloseAsync()
        {
            _ = Port;
            await _proxy!.DisposeAsync();
            _proxy = null;
        }

        public void Open() => _proxy = new ChaosProxy(target, _port);

        public async ValueTask DisposeAsync()
        {
            if (_proxy is not null)
            {
                await _proxy.DisposeAsync();
            }
        }
    }
}

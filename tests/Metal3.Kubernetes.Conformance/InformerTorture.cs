using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Metal3.CrdBridge.Watching;
using Microsoft.Extensions.Logging.Abstractions;

namespace Metal3.Kubernetes.Conformance;

public sealed class InformerTortureOnTheRealServer(ITestOutputHelper output) : InformerTorture(output)
{
    protected override string Target => "real";
}

public sealed class InformerTortureOnTheLab(ITestOutputHelper output) : InformerTorture(output)
{
    protected override string Target => "lab";
}

/// <summary>A class for each target, so that the two minutes are one.</summary>
public abstract class InformerTorture(ITestOutputHelper output)
{
    private const int Objects = 500;
    private const string Hold = "conformance.metal3.io/hold";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected abstract string Target { get; }

    [Fact]
    public async Task Through_cut_connections_compactions_and_restarts_every_last_state_arrives_and_no_deletion_is_made_up()
    {
        await using var cluster = await Targets.OwnAsync(Target);
        using var client = cluster.Connect();
        await Widget.EnsureTypeAsync(client, Cancellation);
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        await Parallel.ForAsync(0, Objects, Cancellation, async (i, stop) => await CreateAsync(client, ns, i, stop));

        var address = new Uri(cluster.Configuration().Host);
        await using var proxy = new ChaosProxy(address.Port);
        var configuration = cluster.Configuration();
        configuration.Host = new UriBuilder(address) { Port = proxy.Port }.Uri.AbsoluteUri;
        using var watched = new k8s.Kubernetes(configuration);
        var told = new Told();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var informer = new Informer<WidgetState>(
            watched, new ResourceType(Widget.GroupName, "v1", Widget.Plural), WidgetState.From,
            new InformerOptions { Namespaces = [ns], PageSize = 50, LongestPause = TimeSpan.FromSeconds(1), ResyncInterval = TimeSpan.FromSeconds(25) },
            TimeProvider.System, NullLogger.Instance);
        var running = informer.RunAsync(told.TakeAsync, stop.Token);

        var deletions = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var writes = 0;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        end.CancelAfter(TimeSpan.FromSeconds(60));
        await Task.WhenAll(
            [
                .. Enumerable.Range(0, 4).Select(writer => WriteAsync(client, ns, writer, deletions, () => Interlocked.Increment(ref writes), end.Token)),
                DisturbAsync(cluster, proxy, end.Token),
            ]);

        var expected = await ListAsync(client, ns);
        await UntilAsync(() => informer.Undelivered == 0 && Same(expected, Cached(informer)) && Same(expected, told.Present()));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        output.WriteLine(
            $"{writes} writes, {deletions.Count} deletions asked for, {told.Deliveries} deliveries, {proxy.Cuts} connections cut");

        Assert.Equal(expected, Cached(informer));
        Assert.Equal(expected, told.Present());
        Assert.True(proxy.Cuts > 20, $"only {proxy.Cuts} connections were cut");
        Assert.True(writes > 1000, $"only {writes} writes");
        Assert.DoesNotContain(told.Reported(ChangeKind.Deleted), uid => !deletions.ContainsKey(uid));

        // Whoever vanished had been deleted, too: one may be found missing whose timestamp nobody saw, none is invented.
        Assert.DoesNotContain(told.Reported(ChangeKind.Gone), uid => !deletions.ContainsKey(uid));
        Assert.Equal(0, told.Overlaps);
    }

    private static async Task<Widget> CreateAsync(k8s.Kubernetes client, string ns, int i, CancellationToken stop)
    {
        var widget = Widget.Named($"w{i:000}");
        widget.AddFinalizer(Hold);
        return await client.CustomObjects.CreateNamespacedCustomObjectAsync<Widget>(
            widget, Widget.GroupName, "v1", ns, Widget.Plural, cancellationToken: stop);
    }

    /// <summary>Patches, deletes and makes anew, never two writers the same object.</summary>
    private static async Task WriteAsync(
        k8s.Kubernetes client, string ns, int writer, ConcurrentDictionary<string, bool> deletions, Action wrote, CancellationToken end)
    {
        var random = new Random(writer);
        while (!end.IsCancellationRequested)
        {
            var i = (random.Next(Objects / 4) * 4) + writer;
            var name = $"w{i:000}";
            try
            {
                if (random.Next(20) == 0)
                {
                    await DeleteAndMakeAnewAsync(client, ns, i, deletions, end);
                }
                else
                {
                    await PatchAsync(client, ns, name, $$$"""{"spec":{"size":{{{random.Next(1_000_000)}}}}}""", end);
                }

                wrote();
            }
            catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.NotFound)
            {
                await RepairAsync(() => CreateAsync(client, ns, i, end));
            }
            catch (Exception e) when (e is HttpRequestException or HttpOperationException or IOException or OperationCanceledException)
            {
                // the server is being restarted; what was asked may have been done or not
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private static async Task DeleteAndMakeAnewAsync(
        k8s.Kubernetes client, string ns, int i, ConcurrentDictionary<string, bool> deletions, CancellationToken end)
    {
        var name = $"w{i:000}";
        var old = await client.CustomObjects.GetNamespacedCustomObjectAsync<Widget>(
            Widget.GroupName, "v1", ns, Widget.Plural, name, end);
        deletions[old.Metadata.Uid] = true;
        await client.CustomObjects.DeleteNamespacedCustomObjectAsync<object>(
            Widget.GroupName, "v1", ns, Widget.Plural, name, cancellationToken: end);
        await PatchAsync(client, ns, name, """{"metadata":{"finalizers":null}}""", end);
        await CreateAsync(client, ns, i, end);
    }

    private static Task<Widget> PatchAsync(k8s.Kubernetes client, string ns, string name, string patch, CancellationToken end) =>
        client.CustomObjects.PatchNamespacedCustomObjectAsync<Widget>(
            new V1Patch(patch, V1Patch.PatchType.MergePatch), Widget.GroupName, "v1", ns, Widget.Plural, name, cancellationToken: end);

    private static async Task RepairAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception e) when (e is HttpRequestException or HttpOperationException or IOException or OperationCanceledException)
        {
            // the next turn tries again
        }
    }

    private static async Task DisturbAsync(KubernetesTarget cluster, ChaosProxy proxy, CancellationToken end)
    {
        var random = new Random(42);
        var turns = 0;
        while (!end.IsCancellationRequested)
        {
            await Task.Delay(random.Next(200, 1500), CancellationToken.None);
            proxy.Cut();
            turns++;
            if (turns % 12 == 0)
            {
                await cluster.CompactAsync(CancellationToken.None);
                proxy.Cut();
            }

            if (turns % 25 == 0)
            {
                await cluster.KillAsync(CancellationToken.None);
                await cluster.StartAsync(CancellationToken.None);
            }
        }
    }

    private static async Task<SortedDictionary<string, string>> ListAsync(k8s.Kubernetes client, string ns)
    {
        var listed = await client.CustomObjects.ListNamespacedCustomObjectAsync<WidgetList>(
            Widget.GroupName, "v1", ns, Widget.Plural, cancellationToken: Cancellation);
        return new(listed.Items.ToDictionary(one => one.Metadata.Name, one => $"{one.Metadata.ResourceVersion} {one.Spec?.Size}", StringComparer.Ordinal), StringComparer.Ordinal);
    }

    private static SortedDictionary<string, string> Cached(Informer<WidgetState> informer) =>
        new(informer.Cache.Snapshot().ToDictionary(one => one.Key.Name, one => $"{one.ResourceVersion} {one.Object!.Size}", StringComparer.Ordinal), StringComparer.Ordinal);

    private static bool Same(SortedDictionary<string, string> one, SortedDictionary<string, string> other) => one.SequenceEqual(other);

    /// <summary>Waits for what must come about by itself, no longer than a minute.</summary>
    private static async Task UntilAsync(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition() && TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromMinutes(1))
        {
            await Task.Delay(100, Cancellation);
        }
    }

    /// <summary>A consumer that sometimes fails, and notes what it accepted.</summary>
    private sealed class Told
    {
        private readonly ConcurrentDictionary<ObjectKey, Change<WidgetState>> _last = new();
        private readonly ConcurrentDictionary<(ChangeKind Kind, string Uid), bool> _reported = new();
        private readonly ConcurrentDictionary<ObjectKey, bool> _busy = new();
        private int _deliveries;
        private int _overlaps;

        public int Deliveries => _deliveries;

        public int Overlaps => _overlaps;

        public async Task TakeAsync(Change<WidgetState> change, CancellationToken cancellation)
        {
            if (!_busy.TryAdd(change.Key, true))
            {
                Interlocked.Increment(ref _overlaps);
            }

            try
            {
                await Task.Yield();
                if (Interlocked.Increment(ref _deliveries) % 50 == 0)
                {
                    throw new IOException("The consumer is away for a moment.");
                }

                _reported[(change.Kind, change.Uid)] = true;
                _last[change.Key] = change;
            }
            finally
            {
                _busy.TryRemove(change.Key, out _);
            }
        }

        public IEnumerable<string> Reported(ChangeKind kind) => _reported.Keys.Where(one => one.Kind == kind).Select(one => one.Uid);

        public SortedDictionary<string, string> Present() => new(
            _last.Values.Where(one => one.Kind == ChangeKind.Present)
                .ToDictionary(one => one.Key.Name, one => $"{one.ResourceVersion} {one.Object!.Size}", StringComparer.Ordinal),
            StringComparer.Ordinal);
    }
}

/// <summary>What the tests' informers keep of a widget.</summary>
public sealed record WidgetState(int? Size, string? Owner)
{
    public static WidgetState From(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.TryGetProperty("spec", out var spec)
            ? new(spec.TryGetProperty("size", out var size) ? size.GetInt32() : null, spec.TryGetProperty("owner", out var owner) ? owner.GetString() : null)
            : new(null, null);
    }
}

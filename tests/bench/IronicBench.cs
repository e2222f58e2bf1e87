using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Metal3.Activities.Ironic;
using Metal3.Activities.Watching;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Lab;
using Metal3.Lab.Ironic;
using Temporalio.Exceptions;

namespace Metal3.Bench;

/// <summary>What the whole product costs an Ironic, and how soon it sees what Ironic does.</summary>
/// <remarks>Requests are counted by the simulated Ironic itself, through its admin API.</remarks>
public sealed class IronicBench : IBench
{
    /// <inheritdoc/>
    public string Name => "ironic";

    /// <inheritdoc/>
    public string Summary => "requests per lifecycle and at rest, and how soon a change of state is seen";

    /// <inheritdoc/>
    public async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var part = options.Text("part", "all");
        if (part is "all" or "lives")
        {
            await LivesAsync(options.Number("hosts", 10), options.Text("show", "") == "true", cancellationToken);
        }

        if (part is "all" or "rest")
        {
            await RestAsync(options.Number("resting", 1000), options.Number("seconds", 60), cancellationToken);
        }

        if (part is "all" or "seen")
        {
            await SeenAsync(options.Number("fleet", 1000), options.Number("changes", 500), cancellationToken);
        }
    }

    /// <summary>Hosts live one after another, from the manifest to the last trace, so that every request is somebody's.</summary>
    private static async Task LivesAsync(int hosts, bool show, CancellationToken cancellationToken)
    {
        await using var product = await Product.StartAsync(StageTimes.Instant.With(Stages.Tail, TimeSpan.FromMilliseconds(15)), cancellationToken);
        var clock = Stopwatch.StartNew();
        var begun = await product.CountAsync();
        var listings = begun.Listings;
        List<long> provisioned = [], deprovisioned = [], deleted = [];
        for (var i = 0; i < hosts; i++)
        {
            var host = Sample(i, "redfish");
            await product.AddAsync([host]);
            await product.UntilAsync(host, view => view is { State: "provisioned", Lifecycle: null });
            var atProvisioned = await product.CountAsync();
            await product.PatchAsync(host, """{"spec":{"image":null}}""");
            await product.UntilAsync(host, view => view is { State: "available", Lifecycle: null, Observed.Status.PoweredOn: true });
            var atAvailable = await product.CountAsync();
            await product.DeleteAsync(host);
            var atEnd = await product.CountAsync();

            provisioned.Add(atProvisioned.Own - begun.Own);
            deprovisioned.Add(atAvailable.Own - atProvisioned.Own);
            deleted.Add(atEnd.Own - atAvailable.Own);
            if (show)
            {
                Tell("to provisioned", begun, atProvisioned);
                Tell("to available", atProvisioned, atAvailable);
                Tell("to the end", atAvailable, atEnd);
            }

            begun = atEnd;
        }

        Figure.Write("ironic", "requests-provision", Median(provisioned), "requests", ("hosts", hosts), ("most", provisioned.Max()));
        Figure.Write("ironic", "requests-deprovision", Median(deprovisioned), "requests", ("hosts", hosts), ("most", deprovisioned.Max()));
        Figure.Write("ironic", "requests-delete", Median(deleted), "requests", ("hosts", hosts), ("most", deleted.Max()));
        Figure.Write(
            "ironic", "listings", (begun.Listings - listings) / clock.Elapsed.TotalSeconds, "listings per second", ("hosts", hosts), ("listings", begun.Listings - listings));
    }

    /// <summary>Provisioned hosts for which nothing happens.</summary>
    private static async Task RestAsync(int hosts, int seconds, CancellationToken cancellationToken)
    {
        await using var product = await Product.StartAsync(StageTimes.Instant.With(Stages.Tail, TimeSpan.FromMilliseconds(15)), cancellationToken);
        var clock = Stopwatch.StartNew();
        var all = Enumerable.Range(0, hosts).Select(i => Sample(i, "redfish-virtualmedia")).ToList();
        foreach (var wave in all.Chunk(100))
        {
            await product.AddAsync(wave);
            foreach (var host in wave)
            {
                await product.UntilAsync(host, view => view is { State: "provisioned", Lifecycle: null });
            }
        }

        var settled = clock.Elapsed;
        var busy = await product.CountAsync();
        clock.Restart();
        await Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
        var rested = await product.CountAsync();
        var took = clock.Elapsed.TotalSeconds;

        Figure.Write("ironic", "requests-together", (double)busy.Own / hosts, "requests per host", ("hosts", hosts), ("seconds", Math.Round(settled.TotalSeconds)));
        Figure.Write("ironic", "listings-together", busy.Listings / settled.TotalSeconds, "listings per second", ("hosts", hosts));
        Figure.Write("ironic", "requests-at-rest", (rested.Total - busy.Total) / took, "requests per second", ("hosts", hosts), ("seconds", seconds));
    }

    /// <summary>From the moment Ironic takes on a new state to the end of the wait for it; half the fleet is being waited for.</summary>
    private static async Task SeenAsync(int fleet, int changes, CancellationToken cancellationToken)
    {
        await using var lab = await LabIronic.StartAsync(new LabIronicOptions { Times = StageTimes.Instant }, cancellationToken);
        using var client = new IronicClient(new IronicOptions { Endpoint = lab.Endpoint }, TimeProvider.System);
        await using var watcher = new NodeWatcher(client, new WatcherOptions(), TimeProvider.System);
        using var admin = new HttpClient { BaseAddress = lab.Admin };
        var nodes = new List<string>();
        for (var i = 0; i < fleet; i++)
        {
            var created = await client.CreateNodeAsync(
                new JsonObject { ["name"] = $"metal3~host-{i}", ["driver"] = "redfish", ["driver_info"] = Address(i) }, cancellationToken);
            nodes.Add(created.Uuid);
        }

        var seen = new List<double>();
        var chance = new Random(1); // where in the watcher's second a change falls must not depend on the watcher
        var waiting = new Queue<(string Node, Task<IronicNode?> Wait)>();
        foreach (var node in nodes.Take(fleet / 2))
        {
            await SetAsync(node, "clean wait");
            waiting.Enqueue((node, watcher.WaitAsync(node, NodeGoal.Settled, null, cancellationToken)));
        }

        var ends = new List<Task>();
        while (ends.Count < changes)
        {
            var (node, wait) = waiting.Dequeue();
            await Task.Delay(TimeSpan.FromMilliseconds(chance.Next(20, 120)), cancellationToken);
            await SetAsync(node, "manageable");
            var changed = Stopwatch.GetTimestamp();
            ends.Add(wait.ContinueWith(
                _ =>
                {
                    lock (seen)
                    {
                        seen.Add(Stopwatch.GetElapsedTime(changed).TotalSeconds);
                    }
                },
                cancellationToken,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default));
            if (waiting.Count == 0)
            {
                break;
            }
        }

        await Task.WhenAll(ends);
        seen.Sort();
        Figure.Write("ironic", "state-seen-mean", seen.Average(), "s", ("nodes", fleet), ("changes", seen.Count));
        Figure.Write("ironic", "state-seen-p99", seen[(int)Math.Ceiling(seen.Count * 0.99) - 1], "s", ("nodes", fleet), ("changes", seen.Count));

        async Task SetAsync(string node, string state)
        {
            using var answer = await admin.PatchAsync($"nodes/{node}", JsonContent.Create(new JsonObject { ["provision_state"] = state }), cancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    private static JsonObject Address(int i) => new()
    {
        ["redfish_address"] = $"http://bmc-{i}.example",
        ["redfish_username"] = "admin",
        ["redfish_password"] = "password",
    };

    private static SampleHost Sample(int i, string protocol) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"bench-{i}"),
        Protocol = protocol,
        Mac = string.Create(CultureInfo.InvariantCulture, $"52:54:00:00:{i / 256:x2}:{i % 256:x2}"),
        Password = "password",
    };

    private static double Median(List<long> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2.0;
    }

    private static void Tell(string what, Count before, Count after)
    {
        Console.WriteLine($"# {what}");
        foreach (var (call, count) in after.Calls)
        {
            if (count - before.Calls.GetValueOrDefault(call) is > 0 and var more)
            {
                Console.WriteLine($"#   {more,3} {call}");
            }
        }
    }

    /// <summary>Requests since the start.</summary>
    private sealed record Count(IReadOnlyDictionary<string, long> Calls, long Listings)
    {
        public long Total { get; } = Calls.Values.Sum();

        /// <summary>Everything but the listing that all hosts share.</summary>
        public long Own => Total - Listings;
    }

    /// <summary>Kubernetes, Temporal and Ironic in this process, with the real worker and the real bridge.</summary>
    private sealed class Product(LabDataCenter lab, string directory, CancellationToken cancellationToken) : IAsyncDisposable
    {
        private readonly HttpClient _admin = new() { BaseAddress = lab.IronicAdminAddress };

        public static async Task<Product> StartAsync(StageTimes times, CancellationToken cancellationToken)
        {
            var directory = Directory.CreateTempSubdirectory("metal3-bench-").FullName;
            var lab = await LabDataCenter.StartAsync(new LabOptions { Directory = directory, Times = times }, cancellationToken);
            return new Product(lab, directory, cancellationToken);
        }

        public Task AddAsync(IReadOnlyList<SampleHost> hosts) => lab.AddHostsAsync(hosts, cancellationToken);

        public async Task<Count> CountAsync()
        {
            var counters = JsonNode.Parse(await _admin.GetStringAsync(new Uri("counters", UriKind.Relative), cancellationToken))!;
            var calls = counters["calls"]!.AsArray().Select(call => (
                Name: $"{call!["method"]} {call["path"]} {call["verb"]} → {call["status"]}", Count: (long)call["count"]!,
                Listing: (string)call["method"]! == "GET" && ((string)call["path"]!).TrimEnd('/') == "/v1/nodes")).ToList();
            return new Count(
                calls.GroupBy(call => call.Name, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Sum(one => one.Count), StringComparer.Ordinal),
                calls.Where(call => call.Listing).Sum(call => call.Count));
        }

        public async Task UntilAsync(SampleHost host, Func<HostView, bool> reached)
        {
            var workflow = lab.Temporal.GetWorkflowHandle(WorkflowNames.HostId(host.Namespace, host.Name));
            while (true)
            {
                try
                {
                    if (reached(await workflow.QueryAsync<HostView>("view", [])))
                    {
                        return;
                    }
                }
                catch (Exception e) when (e is RpcException or WorkflowQueryFailedException)
                {
                    // Not started yet.
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }
        }

        public Task PatchAsync(SampleHost host, string merge) => lab.Kubernetes.CustomObjects.PatchNamespacedCustomObjectAsync<JsonElement>(
            new V1Patch(merge, V1Patch.PatchType.MergePatch), "metal3.io", "v1alpha1", host.Namespace, "baremetalhosts", host.Name, cancellationToken: cancellationToken);

        public async Task DeleteAsync(SampleHost host)
        {
            await lab.Kubernetes.CustomObjects.DeleteNamespacedCustomObjectAsync<JsonElement>(
                "metal3.io", "v1alpha1", host.Namespace, "baremetalhosts", host.Name, cancellationToken: cancellationToken);
            _ = await lab.Temporal.GetWorkflowHandle(WorkflowNames.HostId(host.Namespace, host.Name)).GetResultAsync<JsonElement?>(
                followRuns: true, new() { CancellationToken = cancellationToken });
        }

        public async ValueTask DisposeAsync()
        {
            _admin.Dispose();
            await lab.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Metal3.EndToEnd.Parts;

namespace Metal3.Bench.Hosts;

/// <summary>Applies hosts as a user does, and sees when each is provisioned.</summary>
internal sealed class Fleet(IDataCentre centre, int first = 0)
{
    private const string Namespace = "default";
    private readonly ConcurrentDictionary<string, TimeSpan> _applied = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TimeSpan> _provisioned = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _states = new(StringComparer.Ordinal);

    /// <summary>Seconds from the manifest to provisioned, by host.</summary>
    public IReadOnlyDictionary<string, double> Seconds =>
        _provisioned.ToDictionary(one => one.Key, one => (one.Value - _applied[one.Key]).TotalSeconds, StringComparer.Ordinal);

    public static string NameOf(int number) => $"host-{number:D4}";

    /// <summary>A host without a BMC goes all the way through bridge, Temporal and worker, and away again: from then on the programs are up.</summary>
    public static async Task ProveRunningAsync(IDataCentre centre, CancellationToken cancellationToken)
    {
        const string Canary = "canary";
        await centre.Cluster.CreateAsync(
            Cluster.Hosts(Namespace),
            new()
            {
                ["apiVersion"] = "metal3.io/v1alpha1",
                ["kind"] = "BareMetalHost",
                ["metadata"] = new JsonObject { ["name"] = Canary },
                ["spec"] = new JsonObject { ["online"] = false },
            },
            cancellationToken);
        var path = $"{Cluster.Hosts(Namespace)}/{Canary}";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while ((string?)(await centre.Cluster.GetAsync(path, limit.Token))!["status"]?["provisioning"]?["state"] is not "unmanaged")
        {
            await Task.Delay(100, limit.Token);
        }

        await centre.Cluster.DeleteAsync(path, limit.Token);
        while (await centre.Cluster.GetAsync(path, limit.Token) is not null)
        {
            await Task.Delay(100, limit.Token);
        }
    }

    /// <summary>From nothing to all provisioned.</summary>
    /// <returns>How long all of it took.</returns>
    public async Task<TimeSpan> ProvisionAsync(int count, TimeSpan limit, CancellationToken cancellationToken)
    {
        var machines = await centre.DeclareAsync(first, count, cancellationToken);
        var list = (await centre.Cluster.GetAsync(Cluster.Hosts(Namespace), cancellationToken))!;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var clock = Stopwatch.StartNew();
        var watching = WatchAsync((string)list["metadata"]!["resourceVersion"]!, count, clock, stop.Token);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (number, token) =>
            await ApplyAsync(NameOf(first + number), machines[number].Address, machines[number].Mac, clock, token));
        try
        {
            await watching.WaitAsync(limit, cancellationToken);
        }
        catch (TimeoutException)
        {
            await stop.CancelAsync();
            var states = string.Join(", ", _states.GroupBy(one => one.Value, StringComparer.Ordinal).Select(same => $"{same.Count()} {same.Key}"));
            throw new TimeoutException($"{_provisioned.Count} of {count} hosts were provisioned within {limit.TotalSeconds:F0} s; the states: {states}\n{centre.Tails(5)}");
        }

        return clock.Elapsed;
    }

    private async Task ApplyAsync(string name, string address, string mac, Stopwatch clock, CancellationToken cancellationToken)
    {
        _applied[name] = clock.Elapsed;
        await centre.Cluster.CreateAsync(
            Cluster.Secrets(Namespace),
            new()
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Secret",
                ["metadata"] = new JsonObject { ["name"] = $"{name}-bmc" },
                ["stringData"] = new JsonObject { ["username"] = "admin", ["password"] = "password" },
            },
            cancellationToken);
        await centre.Cluster.CreateAsync(
            Cluster.Hosts(Namespace),
            new()
            {
                ["apiVersion"] = "metal3.io/v1alpha1",
                ["kind"] = "BareMetalHost",
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = new JsonObject
                {
                    ["online"] = true,
                    ["bootMACAddress"] = mac,
                    ["bmc"] = new JsonObject { ["address"] = address, ["credentialsName"] = $"{name}-bmc" },
                    ["image"] = centre.Image(),
                },
            },
            cancellationToken);
    }

    private async Task WatchAsync(string from, int count, Stopwatch clock, CancellationToken cancellationToken)
    {
        while (_provisioned.Count < count)
        {
            await foreach (var change in centre.Cluster.WatchAsync(Cluster.Hosts(Namespace), from, cancellationToken))
            {
                from = (string?)change["object"]?["metadata"]?["resourceVersion"] ?? from;
                if (change["object"] is not JsonObject host || (string?)host["metadata"]?["name"] is not { } name)
                {
                    continue;
                }

                var status = host["status"];
                var state = (string?)status?["provisioning"]?["state"] ?? "";
                _states[name] = (string?)status?["errorMessage"] is { Length: > 0 } error ? $"{state} ({error})" : state;
                if (state == "provisioned" && (bool?)status?["poweredOn"] is true && (string?)status["operationalStatus"] == "OK"
                    && _provisioned.TryAdd(name, clock.Elapsed) && _provisioned.Count == count)
                {
                    return;
                }
            }
        }
    }
}

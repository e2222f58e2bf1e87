using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Metal3.Contracts.HostLifecycle;
using Metal3.EndToEnd.Parts;

namespace Metal3.EndToEnd.Kills;

/// <summary>Every part is killed at random while hosts come, change and go.</summary>
/// <remarks>
/// <c>METAL3_KILL_SEED</c> repeats a run's choices; <c>METAL3_KILLS</c>, <c>METAL3_KILL_SECONDS</c> and <c>METAL3_KILL_HOSTS</c> make it longer
/// or shorter (200, 300 and 50); <c>METAL3_KEEP_STATE=1</c> keeps databases and logs.
/// </remarks>
[Collection("The whole machine")]
public sealed class KillTests(ITestOutputHelper output)
{
    private const string Namespace = "default";
    private static readonly string[] Images = ["http://images.example/one.raw", "http://images.example/two.raw"];

    [Fact(Timeout = 3_600_000)]
    public async Task Whatever_is_killed_whenever_every_host_ends_where_its_manifest_says_and_nothing_is_done_twice()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var seed = Number("METAL3_KILL_SEED", Random.Shared.Next(1_000_000));
        var (kills, seconds, count) = (Number("METAL3_KILLS", 200), Number("METAL3_KILL_SECONDS", 300), Number("METAL3_KILL_HOSTS", 50));
        Say($"METAL3_KILL_SEED={seed} METAL3_KILLS={kills} METAL3_KILL_SECONDS={seconds} METAL3_KILL_HOSTS={count}");
        var random = new Random(seed);
        var hosts = Enumerable.Range(0, count).Select(n => new Planned(n, seed, random, TimeSpan.FromSeconds(seconds))).ToList();
        await using var system = await LabSystem.StartAsync(
            ["--speed", "fast", "--stage", "boot=0.6", "--stage", "inspect=0.6", "--stage", "deploy=1.5", "--stage", "clean=0.6", "--stage", "power=0.4"],
            workers: 2, bridges: 2, new Dictionary<string, string> { ["Host__MaxProvisioningRetries"] = "0" }, cancellation);
        await system.DeclareAsync(hosts.Select(host => (host.Name, host.Mac, host.BmcPassword)), cancellation);
        await using var recorder = new Recorder(system.Cluster, (Cluster.Hosts(Namespace), "BareMetalHost"));

        var clock = Stopwatch.StartNew();
        var users = Task.WhenAll(hosts.Select(host => host.LiveAsync(system, cancellation)));
        var killed = await KillAsync(system.Parts, random, kills, TimeSpan.FromSeconds(seconds), cancellation);
        await users;
        Say($"{killed.Values.Sum()} kills in {clock.Elapsed.TotalSeconds:F0} s: {string.Join(", ", killed.Select(one => $"{one.Key} {one.Value}"))}");
        var settling = Stopwatch.StartNew();
        var unsettled = await SettleAsync(system, hosts, TimeSpan.FromMinutes(5), cancellation);
        Say($"settled after {settling.Elapsed.TotalSeconds:F0} s, {unsettled.Count} hosts not");

        var client = await Stories.ConnectAsync(system.Temporal, cancellation);
        var stories = await Stories.AllAsync(client);
        Say($"{stories.Count} histories, {stories.Sum(one => one.History.Events.Count)} events");
        var problems = new List<string>();
        foreach (var (host, why) in unsettled)
        {
            problems.Add($"{host.Name}: {why}\n    {await Stories.ViewAsync(client, WorkflowNames.HostId(Namespace, host.Name))}");
        }

        var events = await system.AdminAsync("events", cancellation);
        var written = events.AsArray().OfType<JsonObject>().Where(one => (string?)one["verb"] == "deploy").ToList();
        Say($"{written.Count} deployments, {events.AsArray().Count} destructive verbs");
        Assert.All(hosts.Where(host => host.IsWritten), host => Assert.Contains(written, one => (string?)one["node"] == $"{Namespace}~{host.Name}"));
        Assert.NotEmpty(Stories.Leaks([$"{hosts[0].Name}-bmc"], stories, [])); // what is no secret is found, so the search works
        problems.AddRange(TwiceDone(events));
        problems.AddRange(Lost(recorder.All));
        problems.AddRange(Stories.Failures(stories));
        problems.AddRange(Stories.Leaks(hosts.SelectMany(host => new[] { host.BmcPassword, host.UserData }), stories, system.Logs));
        problems.AddRange((await Stories.ReplayAsync(stories.Select(one => one.History))).Select(one => $"replay: {one}"));
        if (problems.Count > 0)
        {
            Assert.Fail($"{problems.Count} problems with METAL3_KILL_SEED={seed}:\n  {string.Join("\n  ", problems.Take(40))}\n\n{system.Tails(15)}");
        }
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static async Task<SortedDictionary<string, int>> KillAsync(
        IReadOnlyList<Part> parts, Random random, int kills, TimeSpan within, CancellationToken cancellationToken)
    {
        var killed = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var moments = Enumerable.Range(0, kills).Select(_ => random.NextDouble()).Order().Select(share => within * share).ToList();
        var clock = Stopwatch.StartNew();
        foreach (var moment in moments)
        {
            var part = parts[random.Next(parts.Count)];
            if (moment > clock.Elapsed)
            {
                await Task.Delay(moment - clock.Elapsed, cancellationToken);
            }

            await part.KillAsync();
            part.Start();
            Revive(parts);
            killed[part.Name] = killed.GetValueOrDefault(part.Name) + 1;
        }

        return killed;
    }

    private static async Task<IReadOnlyList<(Planned Host, string Why)>> SettleAsync(
        LabSystem system, IReadOnlyList<Planned> hosts, TimeSpan limit, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            Revive(system.Parts);

            var objects = (await system.Cluster.GetAsync(Cluster.Hosts(Namespace), cancellationToken))!["items"]!.AsArray()
                .OfType<JsonObject>().ToDictionary(item => (string)item["metadata"]!["name"]!, StringComparer.Ordinal);
            var machines = (await system.AdminAsync("hosts", cancellationToken)).AsArray()
                .OfType<JsonObject>().ToDictionary(item => (string)item["name"]!, StringComparer.Ordinal);
            var unsettled = hosts.Select(host => (Host: host, Why: host.Missing(objects.GetValueOrDefault(host.Name), machines[host.Name])))
                .Where(one => one.Why is not null).Select(one => (one.Host, one.Why!)).ToList();
            if (unsettled.Count == 0 || clock.Elapsed > limit)
            {
                return unsettled;
            }

            await Task.Delay(1000, cancellationToken);
        }
    }

    /// <summary>A part may end by itself while what it needs is away; as in a cluster it is started again.</summary>
    private static void Revive(IEnumerable<Part> parts)
    {
        foreach (var dead in parts.Where(part => !part.IsRunning))
        {
            dead.Start();
        }
    }

    /// <summary>Verbs that were accepted twice for the same intent of the same node.</summary>
    private static IEnumerable<string> TwiceDone(JsonNode events) => events.AsArray().OfType<JsonObject>()
        .Where(one => (string?)one["verb"] is "deploy" or "rebuild" or "clean" or "service")
        .GroupBy(one => $"{one["uuid"]} {one["verb"]} {Intent(one)}", StringComparer.Ordinal)
        .Where(same => same.Count() > 1)
        .Select(same => $"{(string?)same.First()["node"]}: {same.Count()} times {same.Key}");

    private static string Intent(JsonObject happened)
    {
        var intent = happened["extra"]?["metal3_workflows_intent"] as JsonObject;
        return intent is null ? "without an intent" : $"intent {intent["ordinal"]} {intent["hash"]} {intent["verb"]}";
    }

    /// <summary>Objects whose status forgot what it had said.</summary>
    private static IEnumerable<string> Lost(IReadOnlyList<Seen> seen)
    {
        foreach (var versions in seen.GroupBy(one => one.Uid, StringComparer.Ordinal))
        {
            var (state, id) = ("", "");
            foreach (var version in versions)
            {
                var provisioning = version.Object["status"]?["provisioning"];
                var (newState, newId) = ((string?)provisioning?["state"] ?? "", (string?)provisioning?["ID"] ?? "");
                if ((newState.Length == 0 && state.Length > 0) || (newId.Length == 0 && id.Length > 0 && newState is not "deleting"))
                {
                    yield return $"{version.Name}: the status said '{state}' with node '{id}', then '{newState}' with '{newId}'";
                }

                if (newState is "registering" or "inspecting" && state is not ("" or "registering" or "inspecting" or "unmanaged"))
                {
                    yield return $"{version.Name}: went from '{state}' back to '{newState}'";
                }

                (state, id) = (newState, newId);
            }
        }
    }

    private void Say(string text)
    {
        output.WriteLine(text);
        Console.WriteLine(text);
    }

    /// <summary>One host, what its user does, and where it must end.</summary>
    private sealed class Planned
    {
        private readonly TimeSpan _born;
        private readonly TimeSpan _changed;
        private readonly Fate _fate;

        public Planned(int number, int seed, Random random, TimeSpan within)
        {
            Name = $"host-{number:D2}";
            Mac = $"52:54:00:aa:{number / 256:x2}:{number % 256:x2}";
            BmcPassword = $"bmc-{seed:x}-{number}-Q7x!secret";
            UserData = $"#cloud-config user-{seed:x}-{number}-secret";
            _born = within * (random.NextDouble() * 0.5);
            _changed = _born + ((within - _born) * random.NextDouble());
            _fate = (number % 10) switch { 5 or 6 => Fate.OtherImage, 7 => Fate.Deleted, 8 => Fate.NoImage, 9 => Fate.Off, _ => Fate.Stays };
        }

        private enum Fate
        {
            Stays,
            OtherImage,
            Deleted,
            NoImage,
            Off,
        }

        public string Name { get; }

        public string Mac { get; }

        public bool IsWritten => _fate is Fate.Stays or Fate.OtherImage;

        public string BmcPassword { get; }

        public string UserData { get; }

        public async Task LiveAsync(LabSystem system, CancellationToken cancellationToken)
        {
            await Task.Delay(_born, cancellationToken);
            await system.Cluster.CreateAsync(Cluster.Secrets(Namespace), Secret($"{Name}-bmc", new() { ["username"] = "admin", ["password"] = BmcPassword }), cancellationToken);
            await system.Cluster.CreateAsync(Cluster.Secrets(Namespace), Secret($"{Name}-user", new() { ["userData"] = UserData }), cancellationToken);
            await system.Cluster.CreateAsync(
                Cluster.Hosts(Namespace),
                new()
                {
                    ["apiVersion"] = "metal3.io/v1alpha1",
                    ["kind"] = "BareMetalHost",
                    ["metadata"] = new JsonObject { ["name"] = Name },
                    ["spec"] = new JsonObject
                    {
                        ["online"] = true,
                        ["bootMACAddress"] = Mac,
                        ["bmc"] = new JsonObject { ["address"] = system.BmcAddress(Name), ["credentialsName"] = $"{Name}-bmc" },
                        ["image"] = Image(Images[0]),
                        ["userData"] = new JsonObject { ["name"] = $"{Name}-user", ["namespace"] = Namespace },
                    },
                },
                cancellationToken);
            await Task.Delay(_changed - _born, cancellationToken);
            var path = $"{Cluster.Hosts(Namespace)}/{Name}";
            await (_fate switch
            {
                Fate.OtherImage => system.Cluster.PatchAsync(path, new() { ["spec"] = new JsonObject { ["image"] = Image(Images[1]) } }, cancellationToken),
                Fate.Deleted => system.Cluster.DeleteAsync(path, cancellationToken),
                Fate.NoImage => system.Cluster.PatchAsync(path, new() { ["spec"] = new JsonObject { ["image"] = null } }, cancellationToken),
                Fate.Off => system.Cluster.PatchAsync(path, new() { ["spec"] = new JsonObject { ["online"] = false } }, cancellationToken),
                _ => Task.CompletedTask,
            });
        }

        /// <summary>What is not yet as the manifest says; null if all is.</summary>
        public string? Missing(JsonObject? host, JsonObject machine)
        {
            if (_fate == Fate.Deleted)
            {
                return host is null ? null : $"should be deleted, is {host["status"]?["provisioning"]?["state"]}";
            }

            if (host is null)
            {
                return "the object is gone";
            }

            var status = host["status"];
            var provisioning = status?["provisioning"];
            var (state, isOn) = ((string?)provisioning?["state"], (bool?)status?["poweredOn"] ?? false);
            var said = $"{state}, {status?["operationalStatus"]}, {(isOn ? "on" : "off")}, error '{status?["errorType"]}: {status?["errorMessage"]}', image {provisioning?["image"]?["url"]}, on disk {machine["imageOnDisk"]}";
            if ((string?)status?["operationalStatus"] != "OK" || ((string?)status?["errorType"] ?? "").Length > 0)
            {
                return said;
            }

            // Switched off before its image was written, a host waits with that until it is switched on (as upstream).
            var wanted = _fate == Fate.OtherImage ? Images[1] : Images[0];
            var isThere = _fate switch
            {
                Fate.NoImage => state == "available" && isOn,
                Fate.Off => !isOn && state is "available" or "provisioned",
                _ => state == "provisioned" && isOn && (string?)provisioning?["image"]?["url"] == wanted && Wrote(machine, wanted),
            };
            return isThere ? null : $"should be {_fate}, is {said}";
        }

        private static bool Wrote(JsonObject machine, string image) => (string?)machine["imageOnDisk"] == image;

        private static JsonObject Image(string url) => new() { ["url"] = url, ["checksum"] = new string('a', 64), ["checksumType"] = "sha256", ["format"] = "raw" };

        private static JsonObject Secret(string name, JsonObject data) => new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["stringData"] = data,
        };
    }
}

/// <summary>Tests that need the machine to themselves.</summary>
[CollectionDefinition("The whole machine", DisableParallelization = true)]
public sealed class WholeMachine;

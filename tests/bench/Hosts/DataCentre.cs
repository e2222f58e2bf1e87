using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metal3.EndToEnd.Parts;
using Metal3.EndToEnd.RealParts;
using Metal3.TestKit;

namespace Metal3.Bench.Hosts;

/// <summary>A data centre whose parts are processes of their own, with their counters.</summary>
internal interface IDataCentre : IAsyncDisposable
{
    Cluster Cluster { get; }

    string Temporal { get; }

    Part Worker { get; }

    Part Bridge { get; }

    /// <summary>Everything else that runs here and could be measured.</summary>
    IReadOnlyList<Part> Servers { get; }

    /// <summary>Puts machines there; their BMC addresses and MACs in order.</summary>
    Task<IReadOnlyList<(string Address, string Mac)>> DeclareAsync(int first, int count, CancellationToken cancellationToken);

    JsonObject Image();

    /// <summary>Requests to Ironic by method, path and status; a listing of all nodes is <c>GET /v1/nodes 200</c>.</summary>
    Task<Requests> IronicAsync(CancellationToken cancellationToken);

    /// <summary>Calls of Temporal's front end by operation; empty where the server does not tell.</summary>
    Task<Requests> TemporalAsync(CancellationToken cancellationToken);

    /// <summary>Seconds that the simulator itself took, by host; empty where nobody counted.</summary>
    Task<IReadOnlyDictionary<string, double>> StageSecondsAsync(CancellationToken cancellationToken);

    string Tails(int lines);
}

/// <summary>The lab's Kubernetes, Ironic and Temporal, worker and bridge.</summary>
internal sealed class LabCentre : IDataCentre
{
    private readonly string _directory;
    private readonly HttpClient _admin;
    private readonly HttpClient _counters;
    private readonly Uri _ironic;

    private LabCentre(string directory, int ironic, int temporal)
    {
        _directory = directory;
        _ironic = new($"http://127.0.0.1:{ironic}");
        _admin = new() { BaseAddress = new(_ironic, "admin/"), Timeout = TimeSpan.FromMinutes(1) };
        Temporal = $"127.0.0.1:{temporal}";
        _counters = new()
        {
            BaseAddress = new($"http://{Temporal}"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public Cluster Cluster { get; private set; } = null!;

    public string Temporal { get; }

    public Part Worker { get; private set; } = null!;

    public Part Bridge { get; private set; } = null!;

    public IReadOnlyList<Part> Servers { get; private set; } = [];

    /// <summary>Starts everything and waits until it is up.</summary>
    /// <param name="ironicArguments">The simulator's speed.</param>
    /// <param name="settings">Environment of worker and bridge.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<LabCentre> StartAsync(
        IReadOnlyList<string> ironicArguments, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("metal3-bench-").FullName;
        var (kube, ironic, temporal) = (RealServers.FreePort(), RealServers.FreePort(), RealServers.FreePort());
        var centre = new LabCentre(directory, ironic, temporal);
        try
        {
            var kubeconfig = Path.Combine(directory, "kubeconfig");
            centre.Servers =
            [
                Part.Of("Metal3.Lab.Kubernetes", "kubernetes", directory,
                    ["--port", $"{kube}", "--kubeconfig", kubeconfig, "--crds", Path.Combine(Programs.Source, "deploy", "crds")]).Start(),
                Part.Of("Metal3.Lab.Ironic", "ironic", directory, ["--port", $"{ironic}", .. ironicArguments]).Start(),
                Part.Of("Metal3.Lab.Temporal", "temporal", directory, ["--port", $"{temporal}", "--retained-runs", "100000"]).Start(),
            ];
            while (!File.Exists(kubeconfig))
            {
                await Task.Delay(50, cancellationToken);
            }

            centre.Cluster = new(kubeconfig);
            _ = await centre.Cluster.GetAsync("api/v1/namespaces/default", cancellationToken);
            _ = await Stories.ConnectAsync(centre.Temporal, cancellationToken);
            var health = RealServers.FreePort();
            centre.Worker = Part.Of("Metal3.Worker", "worker", directory, ["--health-addr", $"127.0.0.1:{health}"], new Dictionary<string, string>(settings)
            {
                ["KUBECONFIG"] = kubeconfig,
                ["TEMPORAL_ADDRESS"] = centre.Temporal,
                ["IRONIC_ENDPOINT"] = centre._ironic.ToString(),
                ["DEPLOY_KERNEL_URL"] = "http://images.lab.example/ipa.kernel",
                ["DEPLOY_RAMDISK_URL"] = "http://images.lab.example/ipa.initramfs",
            }).Start();
            var bridge = RealServers.FreePort();
            centre.Bridge = Part.Of(
                "Metal3.CrdBridge", "bridge", directory, ["--webhook-port", "0", "--health-addr", $"127.0.0.1:{bridge}", "--metrics-addr", "0", "--enable-leader-election"],
                new Dictionary<string, string>(settings)
                {
                    ["KUBECONFIG"] = kubeconfig,
                    ["TEMPORAL_ADDRESS"] = centre.Temporal,
                    ["POD_NAMESPACE"] = "default",
                }).Start();
            await Ready.AsAsync(health, cancellationToken);
            await Ready.AsAsync(bridge, cancellationToken);
            return centre;
        }
        catch
        {
            await Console.Error.WriteLineAsync(centre.Tails(10));
            await centre.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<(string Address, string Mac)>> DeclareAsync(int first, int count, CancellationToken cancellationToken)
    {
        var machines = Enumerable.Range(first, count)
            .Select(number => (Name: Fleet.NameOf(number), Mac: $"52:54:00:{number >> 16 & 255:x2}:{number >> 8 & 255:x2}:{number & 255:x2}")).ToList();
        using var answer = await _admin.PostAsJsonAsync(
            "hosts",
            machines.Select(one => new JsonObject
            {
                ["name"] = one.Name,
                ["mac"] = one.Mac,
                ["userName"] = "admin",
                ["password"] = "password",
                ["uuid"] = LabSystem.SystemId(one.Name),
            }),
            cancellationToken);
        answer.EnsureSuccessStatusCode();
        return [.. machines.Select(one => ($"redfish+http://{_ironic.Authority}/redfish/v1/Systems/{LabSystem.SystemId(one.Name)}", one.Mac))];
    }

    public JsonObject Image() => new()
    {
        ["url"] = "http://images.lab.example/ubuntu-24.04.raw",
        ["checksum"] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ["checksumType"] = "sha256",
        ["format"] = "raw",
    };

    public async Task<Requests> IronicAsync(CancellationToken cancellationToken)
    {
        var counters = await _admin.GetFromJsonAsync<JsonNode>("counters", cancellationToken);
        return new(counters!["calls"]!.AsArray().OfType<JsonObject>()
            .GroupBy(call => $"{call["method"]} {call["path"]}{(call["verb"] is { } verb ? $" ({verb})" : "")} {call["status"]}", StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => same.Sum(call => (double)call["count"]!), StringComparer.Ordinal));
    }

    public async Task<Requests> TemporalAsync(CancellationToken cancellationToken) =>
        Requests.Parse(await _counters.GetStringAsync("/metrics", cancellationToken), "service_requests", "operation");

    public async Task<IReadOnlyDictionary<string, double>> StageSecondsAsync(CancellationToken cancellationToken)
    {
        var timings = await _admin.GetFromJsonAsync<JsonObject>("timings", cancellationToken);
        return timings!.ToDictionary(one => one.Key[(one.Key.IndexOf('~', StringComparison.Ordinal) + 1)..], one => (double)one.Value!["seconds"]!, StringComparer.Ordinal);
    }

    public string Tails(int lines) => string.Join("\n\n", new[] { Worker, Bridge }.Concat(Servers).Where(part => part is not null).Select(part => $"--- {part.Name}\n{part.Tail(lines)}"));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(new[] { Worker, Bridge }.Concat(Servers).Where(part => part is not null).Select(part => part.DisposeAsync().AsTask()));
        Cluster?.Dispose();
        _admin.Dispose();
        _counters.Dispose();
        if (Environment.GetEnvironmentVariable("METAL3_KEEP_STATE") is "1")
        {
            await Console.Error.WriteLineAsync($"state and logs: {_directory}");
        }
        else
        {
            Directory.Delete(_directory, recursive: true);
        }
    }
}

/// <summary>kube-apiserver with etcd, Temporal on PostgreSQL, Ironic with the Redfish emulator and agents; they count only part of it.</summary>
internal sealed partial class RealCentre : IDataCentre
{
    private static readonly HashSet<string> Stable = new(["enroll", "manageable", "available", "active"], StringComparer.Ordinal);
    private readonly RealSystem _system;

    private RealCentre(RealSystem system) => _system = system;

    public Cluster Cluster => _system.Cluster;

    public string Temporal => _system.Temporal;

    public Part Worker => _system.Parts[0];

    public Part Bridge => _system.Parts[1];

    public IReadOnlyList<Part> Servers => [];

    /// <summary>Starts the servers, then worker and bridge.</summary>
    /// <param name="hosts">Machines to be had.</param>
    /// <param name="ipmi">Whether each has an IPMI BMC of its own; otherwise all are behind one Redfish emulator.</param>
    /// <param name="settings">Environment of worker and bridge, beside where the servers are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RealCentre> StartAsync(int hosts, bool ipmi, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken) =>
        new(await RealSystem.StartAsync(redfishSystems: ipmi ? 1 : hosts, ipmiBmcs: ipmi ? hosts : 0, cancellationToken, settings));

    public Task<IReadOnlyList<(string Address, string Mac)>> DeclareAsync(int first, int count, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<(string, string)>>([.. Enumerable.Range(first, count).Select(number =>
            (AddressOf(number), $"52:54:00:01:{number >> 8:x2}:{number & 255:x2}"))]);

    public JsonObject Image() => new()
    {
        ["url"] = $"{_system.Files}/image.raw",
        ["checksum"] = _system.ImageChecksum,
        ["checksumType"] = "sha256",
        ["format"] = "raw",
    };

    public Task<Requests> IronicAsync(CancellationToken cancellationToken) => Task.FromResult(new Requests(new Dictionary<string, double>()));

    public Task<Requests> TemporalAsync(CancellationToken cancellationToken) => Task.FromResult(new Requests(new Dictionary<string, double>()));

    /// <summary>How long each node was on its way from one stable state to the next, by the conductor's log.</summary>
    public async Task<IReadOnlyDictionary<string, double>> StageSecondsAsync(CancellationToken cancellationToken)
    {
        using var ironic = new HttpClient { BaseAddress = new(_system.Ironic) };
        ironic.DefaultRequestHeaders.Add("X-OpenStack-Ironic-API-Version", "1.87");
        var listing = await ironic.GetFromJsonAsync<JsonNode>("v1/nodes?fields=uuid,name", cancellationToken);
        var names = listing!["nodes"]!.AsArray().ToDictionary(node => (string)node!["uuid"]!, node => ((string)node!["name"]!).Split('~')[^1], StringComparer.Ordinal);
        return StateChange().Matches(await File.ReadAllTextAsync(_system.IronicLog, cancellationToken))
            .Select(change => (
                Node: names[change.Groups["node"].Value],
                At: DateTime.ParseExact(change.Groups["at"].Value, "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
                To: change.Groups["to"].Value,
                From: change.Groups["from"].Value))
            .GroupBy(change => change.Node, StringComparer.Ordinal)
            .ToDictionary(
                node => node.Key,
                node => node.Sum(change => Seconds(change.At, change.To) - Seconds(change.At, change.From)),
                StringComparer.Ordinal);

        // A stage begins when a stable state is left and ends when one is reached: its length is what the two differ by.
        static double Seconds(DateTime at, string state) => Stable.Contains(state) ? (at - DateTime.UnixEpoch).TotalSeconds : 0;
    }

    public string Tails(int lines) => _system.Tails(lines);

    public ValueTask DisposeAsync() => _system.DisposeAsync();

    private string AddressOf(int number) => _system.IpmiPorts.Count > 0
        ? $"ipmi://127.0.0.1:{_system.IpmiPorts[number]}"
        : $"redfish+http://127.0.0.1:{_system.RedfishPort}/redfish/v1/Systems/00000000-0000-0000-0000-{number:x12}";

    [GeneratedRegex("""^(?<at>\d{4}-\d\d-\d\d \S+) .*Node (?<node>\S+) moved to provision state "(?<to>[^"]+)" from state "(?<from>[^"]+)";""", RegexOptions.Multiline)]
    private static partial Regex StateChange();
}

internal static class Ready
{
    /// <summary>Waits until the part behind a health port says that it is ready.</summary>
    public static async Task AsAsync(int port, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/readyz"), cancellationToken);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50, cancellationToken);
        }
    }
}

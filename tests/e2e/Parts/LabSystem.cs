using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Metal3.TestKit;

namespace Metal3.EndToEnd.Parts;

/// <summary>Where the parts of a system listen, and how the worker and the bridge are told.</summary>
internal static class Programs
{
    public static string Source { get; } = FindSource();

    /// <summary>Shortened patience: what takes minutes in a data centre takes seconds here.</summary>
    public static Dictionary<string, string> Patience { get; } = new()
    {
        ["Host__Patience__BackoffUnit"] = "00:00:01",
        ["Host__Patience__BackoffCap"] = "00:00:08",
        ["Host__Patience__UnavailablePause"] = "00:00:01",
        ["Host__Patience__UnavailableCap"] = "00:00:04",
        ["Host__Patience__Heartbeat"] = "00:00:06",
        ["Host__Patience__Request"] = "00:00:40",
        ["Host__Patience__Transport"] = "00:00:05",
        ["Host__Patience__TellOnObject"] = "00:00:20",
        ["Host__Patience__ObjectPause"] = "00:00:05",
    };

    /// <summary>A bridge that notices within seconds what takes it minutes in a data centre.</summary>
    public static Dictionary<string, string> Vigilance { get; } = new()
    {
        ["LEASE_DURATION_SECONDS"] = "5",
        ["RENEW_DEADLINE_SECONDS"] = "4",
        ["RETRY_PERIOD_SECONDS"] = "1",
        ["Bridge__ResyncInterval"] = "00:00:15",
    };

    /// <summary>A worker, not started yet.</summary>
    /// <param name="name">Names its log.</param>
    /// <param name="directory">Where it keeps that.</param>
    /// <param name="kubeconfig">The cluster.</param>
    /// <param name="temporal">Temporal's front end.</param>
    /// <param name="ironic">Ironic's API.</param>
    /// <param name="files">Where Ironic finds kernel and ramdisk.</param>
    /// <param name="settings">More environment; null: <see cref="Patience"/>.</param>
    public static Part Worker(string name, string directory, string kubeconfig, string temporal, string ironic, string files, IReadOnlyDictionary<string, string>? settings = null)
    {
        var environment = new Dictionary<string, string>(settings ?? Patience)
        {
            ["KUBECONFIG"] = kubeconfig,
            ["TEMPORAL_ADDRESS"] = temporal,
            ["IRONIC_ENDPOINT"] = ironic,
            ["DEPLOY_KERNEL_URL"] = $"{files}/any",
            ["DEPLOY_RAMDISK_URL"] = $"{files}/any",
        };
        return Part.Of("Metal3.Worker", name, directory, ["--health-addr", $"127.0.0.1:{RealServers.FreePort()}"], environment);
    }

    /// <summary>A bridge that may have to stand for election, not started yet.</summary>
    /// <param name="name">Names its log.</param>
    /// <param name="directory">Where it keeps that.</param>
    /// <param name="kubeconfig">The cluster.</param>
    /// <param name="temporal">Temporal's front end.</param>
    /// <param name="settings">More environment; null: <see cref="Vigilance"/>.</param>
    public static Part Bridge(string name, string directory, string kubeconfig, string temporal, IReadOnlyDictionary<string, string>? settings = null) => Part.Of(
        "Metal3.CrdBridge",
        name,
        directory,
        ["--webhook-port", "0", "--health-addr", "0", "--metrics-addr", "0", "--enable-leader-election"],
        new Dictionary<string, string>(settings ?? Vigilance)
        {
            ["KUBECONFIG"] = kubeconfig,
            ["TEMPORAL_ADDRESS"] = temporal,
            ["POD_NAMESPACE"] = "default",
        });

    private static string FindSource()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Metal3.Workflows.sln")))
        {
            directory = directory.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        }

        return directory.FullName;
    }
}

/// <summary>The whole system, each part a process of its own: the lab's Kubernetes and Ironic, the real Temporal server with its database, workers and bridges.</summary>
internal sealed class LabSystem : IAsyncDisposable
{
    private readonly string _directory;
    private HttpClient? _admin;

    private LabSystem(string directory) => _directory = directory;

    public IReadOnlyList<Part> Parts { get; private set; } = [];

    public Cluster Cluster { get; private set; } = null!;

    public string Temporal { get; private set; } = "";

    public Uri Redfish { get; private set; } = null!;

    public IEnumerable<string> Logs => Parts.Select(part => part.LogFile);

    public static async Task<LabSystem> StartAsync(
        IReadOnlyList<string> ironicArguments, int workers, int bridges, IReadOnlyDictionary<string, string> workerSettings, CancellationToken cancellationToken)
    {
        var servers = RealServers.Temporal();
        var system = new LabSystem(Directory.CreateTempSubdirectory("metal3-system-").FullName);
        try
        {
            await system.StartPartsAsync(servers, ironicArguments, workers, bridges, workerSettings, cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>Declares machines with a BMC password each.</summary>
    public async Task DeclareAsync(IEnumerable<(string Name, string Mac, string Password)> machines, CancellationToken cancellationToken)
    {
        using var answer = await _admin!.PostAsJsonAsync(
            "hosts",
            machines.Select(one => new JsonObject { ["name"] = one.Name, ["mac"] = one.Mac, ["userName"] = "admin", ["password"] = one.Password, ["uuid"] = SystemId(one.Name) }),
            cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public static string SystemId(string name) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)).ToString();

    public string BmcAddress(string name) => $"redfish-virtualmedia+http://{Redfish.Authority}/redfish/v1/Systems/{SystemId(name)}";

    public async Task<JsonNode> AdminAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return (await _admin!.GetFromJsonAsync<JsonNode>(path, cancellationToken))!;
            }
            catch (HttpRequestException e) when (e.StatusCode is null)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    public string Tails(int lines) => string.Join("\n\n", Parts.Select(part => $"--- {part.Name}\n{part.Tail(lines)}"));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Parts.Select(part => part.DisposeAsync().AsTask()));
        Cluster?.Dispose();
        _admin?.Dispose();
        if (Environment.GetEnvironmentVariable("METAL3_KEEP_STATE") is not "1")
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private async Task StartPartsAsync(
        string servers, IReadOnlyList<string> ironicArguments, int workers, int bridges, IReadOnlyDictionary<string, string> workerSettings, CancellationToken cancellationToken)
    {
        var (kube, iron) = (RealServers.FreePort(), RealServers.FreePort());
        var (database, temporal) = await TemporalAsync(servers);
        var ironic = $"http://127.0.0.1:{iron}";
        Redfish = new(ironic);
        _admin = new() { BaseAddress = new($"{ironic}/admin/"), Timeout = TimeSpan.FromSeconds(20) };
        var kubeconfig = Path.Combine(_directory, "kubeconfig");
        var settings = new Dictionary<string, string>(Programs.Patience);
        foreach (var (key, value) in workerSettings)
        {
            settings[key] = value;
        }

        Parts =
        [
            Part.Of("Metal3.Lab.Kubernetes", "kubernetes", _directory,
                ["--port", $"{kube}", "--data", Path.Combine(_directory, "kubernetes"), "--kubeconfig", kubeconfig, "--crds", Path.Combine(Programs.Source, "deploy", "crds")]),
            Part.Of("Metal3.Lab.Ironic", "ironic", _directory,
                ["--port", $"{iron}", "--data", Path.Combine(_directory, "ironic"), .. ironicArguments]),
            database,
            temporal,
            .. Enumerable.Range(1, workers).Select(n => Programs.Worker($"worker-{n}", _directory, kubeconfig, Temporal, ironic, ironic, settings)),
            .. Enumerable.Range(1, bridges).Select(n => Programs.Bridge($"bridge-{n}", _directory, kubeconfig, Temporal)),
        ];
        foreach (var server in Parts.Where(part => part != temporal).Take(3))
        {
            server.Start();
        }

        while (!File.Exists(kubeconfig))
        {
            await Task.Delay(100, cancellationToken);
        }

        Cluster = new(kubeconfig);
        _ = await Cluster.GetAsync("api/v1/namespaces/default", cancellationToken);
        _ = await AdminAsync("hosts", cancellationToken);
        temporal.Start();
        _ = await Stories.ConnectAsync(Temporal, cancellationToken);
        foreach (var part in Parts.Where(part => part.Id == 0))
        {
            part.Start();
        }
    }

    /// <summary>Makes the database of a real Temporal server; from then on both are parts as all others, not started yet.</summary>
    private async Task<(Part Database, Part Server)> TemporalAsync(string servers)
    {
        // The database runs as a user of its own, who must get to its directory.
        await RunningProcess.OutputOfAsync("chmod", ["755", _directory]);
        var port = RealServers.FreePorts(10);
        var state = Path.Combine(_directory, "temporal");
        await RunningProcess.OutputOfAsync(Path.Combine(servers, "temporal-up.sh"), [state, $"{port}"], limit: TimeSpan.FromMinutes(3));
        await RunningProcess.OutputOfAsync(Path.Combine(servers, "temporal-down.sh"), [state]);
        Temporal = $"127.0.0.1:{port}";
        string[] asItsUser = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] : [];
        string[] database = [.. asItsUser, Path.Combine(RealServers.PostgresBinaries(), "postgres"), "-D", Path.Combine(state, "pg"), "-p", $"{port + 9}", "-h", "127.0.0.1", "-k", ""];
        return (
            new("postgres", _directory, database[0], database[1..]),
            new("temporal", _directory, Path.Combine(servers, "temporal-server"), ["--config-file", Path.Combine(state, "temporal.yaml"), "--allow-no-auth", "start"]));
    }
}

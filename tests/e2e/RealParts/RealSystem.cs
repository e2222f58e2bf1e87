using System.Security.Cryptography;
using Metal3.EndToEnd.Parts;
using Metal3.TestKit;

namespace Metal3.EndToEnd.RealParts;

/// <summary>kube-apiserver with etcd, Temporal on PostgreSQL, Ironic with its BMCs and agent, and our worker and bridge in front of them.</summary>
internal sealed class RealSystem : IAsyncDisposable
{
    private readonly string _directory;
    private readonly List<(string Script, string State)> _stops = [];

    private RealSystem(string directory) => _directory = directory;

    public Cluster Cluster { get; private set; } = null!;

    public string Temporal { get; private set; } = "";

    public IReadOnlyList<Part> Parts { get; private set; } = [];

    /// <summary>Where Ironic finds images: <c>image.raw</c> and <c>image2.raw</c>.</summary>
    public string Files { get; private set; } = "";

    public string ImageChecksum { get; private set; } = "";

    public string OtherImageChecksum { get; private set; } = "";

    public int RedfishPort { get; private set; }

    public IReadOnlyList<int> IpmiPorts { get; private set; } = [];

    public string Ironic { get; private set; } = "";

    /// <summary>What the conductor says it does, with each node's changes of state.</summary>
    public string IronicLog => Path.Combine(IronicState, "log", "ironic.log");

    private string IronicState => Path.Combine(_directory, "ironic");

    public static async Task<RealSystem> StartAsync(
        int redfishSystems, int ipmiBmcs, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? settings = null)
    {
        var servers = RealServers.KubernetesBinaries();
        _ = RealServers.TemporalCli();
        var scripts = RealServers.IronicScripts();
        var system = new RealSystem(Directory.CreateTempSubdirectory("metal3-real-").FullName);
        try
        {
            await system.StartPartsAsync(servers, scripts, redfishSystems, ipmiBmcs, settings, cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on an IPMI BMC refuses everything.</summary>
    public void Kill(int ipmiPort) => File.WriteAllText(Path.Combine(IronicState, "ipmi", $"{ipmiPort}", "fail"), "");

    public string Tails(int lines) => string.Join("\n\n", Parts.Select(part => $"--- {part.Name}\n{part.Tail(lines)}"));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Parts.Select(part => part.DisposeAsync().AsTask()));
        Cluster?.Dispose();
        foreach (var (script, state) in Enumerable.Reverse(_stops))
        {
            await RunningProcess.OutputOfAsync(script, [state]);
        }

        if (Environment.GetEnvironmentVariable("METAL3_KEEP_STATE") is not "1")
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private async Task StartPartsAsync(
        string servers, string scripts, int redfishSystems, int ipmiBmcs, IReadOnlyDictionary<string, string>? settings, CancellationToken cancellationToken)
    {
        // The database runs as a user of its own, who must get to its directory.
        await RunningProcess.OutputOfAsync("chmod", ["755", _directory]);
        var ports = RealServers.FreePorts(24 + ipmiBmcs);
        RedfishPort = ports + 20;
        IpmiPorts = [.. Enumerable.Range(ports + 24, ipmiBmcs)];
        Directory.CreateDirectory(IronicState);
        await File.WriteAllTextAsync(Path.Combine(IronicState, "extra.conf"), "[ipmi]\ncommand_retry_timeout = 5\n", cancellationToken); // a dead BMC is given up after 5 s, not 60
        await Task.WhenAll(
            UpAsync(Path.Combine(servers, "kube-up.sh"), Path.Combine(servers, "kube-down.sh"), "kube", [$"{ports}"], null),
            UpAsync(Path.Combine(servers, "temporal-up.sh"), Path.Combine(servers, "temporal-down.sh"), "temporal", [$"{ports + 8}"], null),
            UpAsync(Path.Combine(scripts, "start.sh"), Path.Combine(scripts, "stop.sh"), "ironic", [], new Dictionary<string, string?>
            {
                ["IRONIC_PORT"] = "0",
                ["IRONIC_HTTP_PORT"] = "0",
                ["IRONIC_AGENT_PORT"] = "0",
                ["IRONIC_CLEAN"] = "true",
                ["IRONIC_REDFISH_PORT"] = $"{RedfishPort}",
                ["IRONIC_REDFISH_SYSTEMS"] = $"{redfishSystems}",
                ["IRONIC_IPMI_PORTS"] = string.Join(' ', IpmiPorts),
            }));
        Temporal = $"127.0.0.1:{ports + 8}";
        var environment = (await File.ReadAllLinesAsync(Path.Combine(IronicState, "env"), cancellationToken))
            .Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.Ordinal);
        Ironic = environment["IRONIC_URL"];
        Files = environment["IRONIC_HTTP_URL"].TrimEnd('/');
        ImageChecksum = await ImageAsync("image.raw", 1, cancellationToken);
        OtherImageChecksum = await ImageAsync("image2.raw", 2, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(IronicState, "http", "any"), "any", cancellationToken);
        var kubeconfig = Path.Combine(_directory, "kube", "kubeconfig");
        Cluster = new(kubeconfig);
        await RunningProcess.OutputOfAsync(
            RealServers.OnPath("kubectl"),
            ["--kubeconfig", kubeconfig, "apply", "--server-side", "-k", Path.Combine(Programs.Source, "deploy", "crds")]);
        await RunningProcess.OutputOfAsync(
            RealServers.OnPath("kubectl"),
            ["--kubeconfig", kubeconfig, "wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
        Parts =
        [
            Programs.Worker("worker", _directory, kubeconfig, Temporal, Ironic, Files, settings),
            Programs.Bridge("bridge", _directory, kubeconfig, Temporal, settings),
        ];
        foreach (var part in Parts)
        {
            part.Start();
        }
    }

    private async Task UpAsync(string up, string down, string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment)
    {
        var state = Path.Combine(_directory, name);
        lock (_stops)
        {
            _stops.Add((down, state));
        }

        await RunningProcess.OutputOfAsync(up, [state, .. arguments], environment: environment, limit: TimeSpan.FromMinutes(3));
    }

    private async Task<string> ImageAsync(string name, byte content, CancellationToken cancellationToken)
    {
        var image = new byte[1 << 20];
        Array.Fill(image, content);
        await File.WriteAllBytesAsync(Path.Combine(IronicState, "http", name), image, cancellationToken);
        return Convert.ToHexStringLower(SHA256.HashData(image));
    }
}

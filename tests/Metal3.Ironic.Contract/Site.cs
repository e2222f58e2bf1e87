using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Lab.Ironic;
using Metal3.TestKit;

[assembly: AssemblyFixture(typeof(Metal3.Ironic.Contract.SimulatedSite))]
[assembly: AssemblyFixture(typeof(Metal3.Ironic.Contract.RealSite))]
[assembly: AssemblyFixture(typeof(Metal3.Ironic.Contract.SimulatedSiteWithoutAgents))]
[assembly: AssemblyFixture(typeof(Metal3.Ironic.Contract.RealSiteWithoutAgents))]

namespace Metal3.Ironic.Contract;

/// <summary>
/// An Ironic, simulated or real, with machines whose BMCs are the simulator's: so that both are driven through the same failures.
/// Shared by all tests, started by the first that asks.
/// </summary>
public abstract class Site : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private int _hosts;

    /// <summary>The machines.</summary>
    public LabIronic Machines { get; private set; } = null!;

    /// <summary>Whether it is the real one.</summary>
    public abstract bool IsReal { get; }

    /// <summary>Where the images are served, without a slash at the end.</summary>
    public abstract string Files { get; }

    /// <summary>SHA-256 of <c>os.raw</c> among the images.</summary>
    public static string ImageChecksum { get; } = Convert.ToHexStringLower(SHA256.HashData(new byte[1 << 20]));

    /// <summary>Port of an IPMI BMC that nobody else uses; null if there is none.</summary>
    public virtual int? IpmiPort => null;

    /// <summary>Where Ironic answers.</summary>
    protected abstract Uri Endpoint { get; }

    /// <summary>Whether machines run an agent once they have booted; without one Ironic waits for it.</summary>
    protected virtual bool HasAgents => true;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts it, unless it runs; skips where there is none.</summary>
    public async Task StartAsync()
    {
        await _one.WaitAsync(Cancellation);
        try
        {
            if (Machines is null)
            {
                await StartIronicAsync();
                Machines = await LabIronic.StartAsync(
                    new LabIronicOptions
                    {
                        Agents = HasAgents,
                        Times = StageTimes.Instant.With(Stages.Tail, TimeSpan.FromMilliseconds(15)),
                    },
                    CancellationToken.None);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Machines is not null)
        {
            await Machines.DisposeAsync();
        }

        await StopIronicAsync();
        _one.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A process of ours.</summary>
    internal Bench Process() => new(
        Endpoint,
        options: new IronicProvisionerOptions { DeployKernelUrl = $"{Files}/any", DeployRamdiskUrl = $"{Files}/any" },
        interval: IsReal ? TimeSpan.FromMilliseconds(400) : null);

    /// <summary>A host with a Redfish machine of its own.</summary>
    internal (HostKey Key, BareMetalHostSpec Spec) NewHost(string? name = null)
    {
        var number = Interlocked.Increment(ref _hosts);
        var given = name ?? $"{(IsReal ? "real" : "sim")}-{number}";
        var mac = $"52:54:00:07:{number / 256:x2}:{number % 256:x2}";
        var system = Machines.AddHost(given, mac);
        return (new HostKey("metal3", given, $"00000000-0000-4000-8000-{number:x12}"), new BareMetalHostSpec
        {
            Bmc = new BmcDetails
            {
                Address = $"redfish+http://{new Uri(Machines.RedfishAddress).Authority}{system}",
                CredentialsName = "bmc",
            },
            BootMacAddress = mac,
            Online = true,
        });
    }

    internal Image GoodImage => new()
    {
        Url = $"{Files}/os.raw",
        Checksum = ImageChecksum,
        ChecksumType = ChecksumType.Sha256,
        Format = ImageFormat.Raw,
    };

    /// <summary>Lets a step of a host's ramdisk fail with a message.</summary>
    /// <param name="host">Whose.</param>
    /// <param name="kind">The simulator's kind of failure.</param>
    /// <param name="step">Name of the step.</param>
    /// <param name="message">The agent's words.</param>
    internal virtual void FailStep(HostKey host, string kind, string step, string message) => Machines.Fail(
        host.Name, kind, new JsonObject { ["step"] = step, ["message"] = message });

    /// <summary>Ends it.</summary>
    internal virtual void HealStep(HostKey host, string kind, string step) => Machines.Heal(host.Name, kind);

    /// <summary>A life that goes by what Ironic says, never by what it said.</summary>
    internal Life NewLife(Bench process, HostKey key, BareMetalHostSpec spec, Image? image = null) =>
        new(process, key, spec) { Trusting = false, Image = image ?? GoodImage };

    /// <summary>What is true of a machine, whatever Ironic believes.</summary>
    internal async Task<JsonObject> MachineAsync(HostKey key)
    {
        using var http = new HttpClient();
        return (JsonObject)JsonNode.Parse(await http.GetStringAsync(new Uri(Machines.Admin, $"hosts/{key.Name}"), Cancellation))!;
    }

    /// <summary>Changes a machine behind Ironic's back.</summary>
    internal async Task ChangeMachineAsync(HostKey key, JsonObject change)
    {
        using var http = new HttpClient();
        using var body = new StringContent(change.ToJsonString(), null, "application/json");
        using var answer = await http.PatchAsync(new Uri(Machines.Admin, $"hosts/{key.Name}"), body, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Starts Ironic itself.</summary>
    protected abstract Task StartIronicAsync();

    /// <summary>Stops what <see cref="StartIronicAsync"/> started, if anything.</summary>
    protected abstract Task StopIronicAsync();
}

/// <summary>The simulator.</summary>
public class SimulatedSite : Site
{
    /// <inheritdoc/>
    public override bool IsReal => false;

    /// <inheritdoc/>
    public override string Files => "http://images.example";

    /// <inheritdoc/>
    protected override Uri Endpoint => Machines.Endpoint;

    /// <inheritdoc/>
    protected override Task StartIronicAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    protected override Task StopIronicAsync() => Task.CompletedTask;
}

/// <summary>The simulator with machines on which no agent ever runs.</summary>
public sealed class SimulatedSiteWithoutAgents : SimulatedSite
{
    /// <inheritdoc/>
    protected override bool HasAgents => false;
}

/// <summary>A real Ironic, with an agent for whatever boots, and an IPMI BMC.</summary>
public class RealSite : Site
{
    private string? _scripts;
    private string _directory = "";
    private Uri _endpoint = new("http://nowhere");
    private string _files = "";
    private int _ipmiPort;
    private Ramdisks? _ramdisks;

    /// <inheritdoc/>
    public override bool IsReal => true;

    /// <inheritdoc/>
    public override string Files => _files;

    /// <inheritdoc/>
    public override int? IpmiPort => _ipmiPort;

    /// <summary>Port of the Redfish emulator, whose one system is all zeroes.</summary>
    public int RedfishPort { get; private set; }

    /// <inheritdoc/>
    protected override Uri Endpoint => _endpoint;

    /// <inheritdoc/>
    protected override async Task StartIronicAsync()
    {
        var scripts = RealServers.IronicScripts();
        _directory = Directory.CreateTempSubdirectory("real-ironic").FullName;
        Directory.CreateDirectory(Path.Combine(_directory, "http"));
        await File.WriteAllBytesAsync(Path.Combine(_directory, "http", "os.raw"), new byte[1 << 20]);
        await File.WriteAllTextAsync(Path.Combine(_directory, "http", "any"), "any");
        // A power change that does not happen is given up after a minute otherwise.
        await File.WriteAllTextAsync(Path.Combine(_directory, "extra.conf"), "[conductor]\npower_state_change_timeout = 3\n");
        var environment = new Dictionary<string, string?>
        {
            ["IRONIC_PORT"] = "0",
            ["IRONIC_HTTP_PORT"] = "0",
            ["IRONIC_CLEAN"] = "true",
        };
        if (HasAgents)
        {
            (_ipmiPort, RedfishPort) = (RealServers.FreePort(), RealServers.FreePort());
            environment["IRONIC_IPMI_PORTS"] = $"{_ipmiPort}";
            environment["IRONIC_REDFISH_PORT"] = $"{RedfishPort}";
            environment["IRONIC_REDFISH_SYSTEMS"] = "1";
        }

        _scripts = scripts;
        _ = await RunningProcess.OutputOfAsync(Path.Combine(scripts, "start.sh"), [_directory], null, environment);
        var env = await File.ReadAllLinesAsync(Path.Combine(_directory, "env"));
        string Value(string name) => env.First(line => line.StartsWith(name + "=", StringComparison.Ordinal)).Split('=', 2)[1].Trim();
        _endpoint = new Uri(Value("IRONIC_URL") + "/v1/");
        _files = Value("IRONIC_HTTP_URL").TrimEnd('/');
        _ramdisks = HasAgents ? new Ramdisks(_endpoint) : null;
    }

    /// <inheritdoc/>
    internal override void FailStep(HostKey host, string kind, string step, string message) =>
        _ramdisks!.Fail($"{host.Namespace}~{host.Name}", step, message);

    /// <inheritdoc/>
    internal override void HealStep(HostKey host, string kind, string step) =>
        _ramdisks!.Heal($"{host.Namespace}~{host.Name}", step);

    /// <inheritdoc/>
    protected override async Task StopIronicAsync()
    {
        if (_ramdisks is not null)
        {
            await _ramdisks.DisposeAsync();
        }

        if (_scripts is not null)
        {
            _ = await RunningProcess.OutputOfAsync(Path.Combine(_scripts, "stop.sh"), [_directory]);
            Directory.Delete(_directory, recursive: true);
        }
    }
}

/// <summary>A real Ironic on whose machines no agent ever runs.</summary>
public sealed class RealSiteWithoutAgents : RealSite
{
    /// <inheritdoc/>
    protected override bool HasAgents => false;
}

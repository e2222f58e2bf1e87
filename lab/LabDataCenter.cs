using System.Net;
using k8s;
using k8s.Autorest;
using Metal3.Contracts;
using Metal3.CrdBridge;
using Metal3.CrdBridge.Serving;
using Metal3.Lab.Ironic;
using Metal3.Lab.Kubernetes;
using Metal3.Lab.Temporal;
using Metal3.Worker;
using Temporalio.Client;
using Temporalio.Common.EnvConfig;
using Temporalio.Exceptions;

namespace Metal3.Lab;

/// <summary>A data centre in this process: Kubernetes, Ironic with its machines, Temporal, bridge and worker.</summary>
/// <remarks>Each part but the last two can be a real one, see <see cref="LabOptions"/>. Tests and benchmarks use the same class as <c>lab up</c>.</remarks>
public sealed class LabDataCenter : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _parts = new();
    private readonly LabOptions _options;
    private readonly ILoggerProvider _logging;
#pragma warning disable CA2213 // Disposed of with _parts, and by StopAsync.
    private IronicAdmin? _admin;
    private IHost? _worker;
    private IHost? _bridge;
#pragma warning restore CA2213

    private LabDataCenter(LabOptions options)
    {
        _options = options;
        _logging = options.Logging ?? LogFile.Provider(Path.Combine(options.Directory, "lab.log"));
    }

    /// <summary>The search attributes that host workflows set: name to type.</summary>
    public static IReadOnlyDictionary<string, string> SearchAttributes { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Metal3State"] = "Keyword",
        ["Metal3Step"] = "Keyword",
        ["Metal3WaitingFor"] = "Keyword",
        ["Metal3ErrorType"] = "Keyword",
        ["Metal3WaitingSince"] = "Datetime",
    };

    /// <summary>The cluster.</summary>
    public IKubernetes Kubernetes { get; private set; } = null!;

    /// <summary>File for <c>kubectl --kubeconfig</c>.</summary>
    public string KubeconfigPath { get; private set; } = "";

    /// <summary>The client that the worker uses.</summary>
    public ITemporalClient Temporal { get; private set; } = null!;

    /// <summary><c>host:port</c> for the <c>temporal</c> CLI.</summary>
    public string TemporalAddress { get; private set; } = "";

    /// <summary>The development server's UI; null for the other servers.</summary>
    public Uri? TemporalUi { get; private set; }

    /// <summary>What the worker has as <c>IRONIC_ENDPOINT</c>.</summary>
    public Uri IronicEndpoint { get; private set; } = null!;

    /// <summary>The admin API of the simulated Ironic; null when Ironic is a real one.</summary>
    public Uri? IronicAdminAddress => _admin?.Address;

    /// <summary>The simulated Ironic of this process; null when another one is used.</summary>
    public LabIronic? SimulatedIronic { get; private set; }

    /// <summary>The simulated Kubernetes of this process; null when a real one is used.</summary>
    public LabKubernetes? SimulatedKubernetes { get; private set; }

    /// <summary>Starts everything; the CRDs are served, worker and bridge run when this returns.</summary>
    /// <exception cref="LabException">A part cannot be started or reached; the message says which and why.</exception>
    public static async Task<LabDataCenter> StartAsync(LabOptions options, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
        {
            _ = Directory.CreateDirectory(options.Directory);
        }
        else
        {
            // The kubeconfig may open a real cluster: nobody else's business.
            _ = Directory.CreateDirectory(options.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var lab = new LabDataCenter(options);
        try
        {
            await Task.WhenAll(
                lab.StartKubernetesAsync(cancellation), lab.StartIronicAsync(cancellation), lab.StartTemporalAsync(cancellation));
            await lab.ApplyDefinitionsAsync(cancellation);
            if (options.Worker)
            {
                await lab.StartWorkerAsync(cancellation);
            }

            if (options.Bridge)
            {
                await lab.StartBridgeAsync(cancellation);
            }

            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the worker, if it does not run.</summary>
    public async Task StartWorkerAsync(CancellationToken cancellation)
    {
        if (_worker is null)
        {
            var builder = Builder();
            builder.Services.AddSingleton(Temporal);
            builder.Services.AddSingleton(Kubernetes);
            if (_options.TemporalAddress is null)
            {
                // A server of our own was started with them.
                builder.Configuration.AddInMemoryCollection([new("Worker:NewSearchAttributes", "00:00:00"), .. _options.Settings]);
            }

            _ = builder.Services.AddMetal3Worker(builder.Configuration, Variable);
            _worker = builder.Build();
            await _worker.StartAsync(cancellation);
        }
    }

    /// <summary>Starts the bridge, if it does not run.</summary>
    public async Task StartBridgeAsync(CancellationToken cancellation)
    {
        if (_bridge is null)
        {
            var builder = Builder();
            builder.Configuration.AddInMemoryCollection(
            [
                new("Bridge:Kubeconfig", KubeconfigPath),
                new("Bridge:TemporalAddress", TemporalAddress),
                new("Bridge:WebhookPort", "0"),
                new("Bridge:HealthAddress", "0"),
                new("Bridge:MetricsAddress", "0"),
            ]);
            string? bundle = null;
            if (_options.Admission && SimulatedKubernetes is not null)
            {
                var certificates = Path.Combine(_options.Directory, "webhook");
                bundle = await LabAdmission.WriteCertificateAsync(certificates, cancellation);
                builder.Configuration.AddInMemoryCollection([new("Bridge:WebhookAddress", "127.0.0.1:0"), new("Bridge:WebhookCertDir", certificates)]);
            }

            builder.Configuration.AddInMemoryCollection(_options.Settings);
            _ = builder.Services.AddMetal3Bridge(builder.Configuration.GetSection(BridgeOptions.Section));
            _bridge = builder.Build();
            await _bridge.StartAsync(cancellation);
            if (bundle is not null && _bridge.Services.GetServices<IHostedService>().OfType<BridgeServers>().Single().Webhook is { } webhook)
            {
                await LabAdmission.ApplyAsync(Kubernetes, webhook, bundle, cancellation);
            }
        }
    }

    /// <summary>Stops the worker as SIGTERM does: what runs is finished or handed over.</summary>
    public async Task StopWorkerAsync()
    {
        var worker = Interlocked.Exchange(ref _worker, null);
        await StopAsync(worker);
    }

    /// <summary>Stops the bridge as SIGTERM does.</summary>
    public async Task StopBridgeAsync()
    {
        var bridge = Interlocked.Exchange(ref _bridge, null);
        await StopAsync(bridge);
    }

    /// <summary>Puts machines into the simulated data centre without telling Kubernetes.</summary>
    /// <returns>The URLs of their Redfish systems, in order.</returns>
    /// <exception cref="LabException">Ironic is a real one.</exception>
    public async Task<IReadOnlyList<Uri>> DeclareAsync(IReadOnlyCollection<SampleHost> hosts, CancellationToken cancellation) =>
        await Admin().DeclareAsync(hosts.Select(host => host.Machine()), cancellation);

    /// <summary>Puts machines into the simulated data centre and applies their manifests.</summary>
    /// <exception cref="LabException">Ironic is a real one, or Kubernetes refuses a manifest.</exception>
    public async Task AddHostsAsync(IReadOnlyList<SampleHost> hosts, CancellationToken cancellation)
    {
        var redfish = await DeclareAsync(hosts, cancellation);
        await Parallel.ForEachAsync(
            hosts.Zip(redfish),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation },
            async (pair, token) =>
            {
                foreach (var manifest in pair.First.Manifests(pair.Second))
                {
                    await Manifests.ApplyAsync(Kubernetes, manifest, token);
                }
            });
    }

    /// <summary>Switches a failure of the simulated data centre on, or off with <paramref name="heal"/>.</summary>
    /// <param name="host">Name of the machine; <c>*</c> is everybody.</param>
    /// <param name="kind">One of <see cref="FailureKinds"/>.</param>
    /// <param name="heal">Switch it off.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <exception cref="LabException">There is no such machine, or Ironic is a real one.</exception>
    public Task FailAsync(string host, string kind, bool heal, CancellationToken cancellation) =>
        Admin().SetFailureAsync(host, kind, heal ? null : [], cancellation);

    /// <summary>Stops everything, bridge and worker first.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(StopBridgeAsync(), StopWorkerAsync());
        while (_parts.TryPop(out var stop))
        {
            await stop();
        }

        if (_options.Logging is null)
        {
            _logging.Dispose();
        }
    }

    private static async Task StopAsync(IHost? host)
    {
        if (host is not null)
        {
            await host.StopAsync(CancellationToken.None);
            host.Dispose();
        }
    }

    private IronicAdmin Admin() =>
        _admin ?? throw new LabException($"{IronicEndpoint} is no simulated Ironic: there are no machines to declare or to make fail.");

    private string? Variable(string name) => _options.Variables.TryGetValue(name, out var given) ? given : name switch
    {
        "IRONIC_ENDPOINT" => IronicEndpoint.ToString(),
        "DEPLOY_KERNEL_URL" => _options.Ramdisk?.Kernel.ToString() ?? Environment.GetEnvironmentVariable(name) ?? "http://images.lab.example/ipa.kernel",
        "DEPLOY_RAMDISK_URL" => _options.Ramdisk?.Ramdisk.ToString() ?? Environment.GetEnvironmentVariable(name) ?? "http://images.lab.example/ipa.initramfs",
        _ => Environment.GetEnvironmentVariable(name),
    };

    private HostApplicationBuilder Builder()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(_options.Settings);
        builder.Logging.AddProvider(new Borrowed(_logging));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        return builder;
    }

    private async Task StartKubernetesAsync(CancellationToken cancellation)
    {
        if (_options.Kubeconfig is { } file)
        {
            if (!File.Exists(file))
            {
                throw new LabException($"--kubeconfig names '{file}', which does not exist.");
            }

            KubeconfigPath = file;
        }
        else
        {
            KubeconfigPath = Path.Combine(_options.Directory, "kubeconfig");
            try
            {
                var loggers = LoggerFactory.Create(logging => logging.AddProvider(new Borrowed(_logging)));
                Own(loggers);
                SimulatedKubernetes = await LabKubernetes.StartAsync(
                    new()
                    {
                        Port = _options.KubernetesPort,
                        DataDirectory = Data("kubernetes"),
                        KubeconfigPath = KubeconfigPath,
                        Logging = loggers,
                    },
                    cancellation);
                Own(SimulatedKubernetes);
            }
            catch (IOException e)
            {
                throw new LabException($"The simulated Kubernetes cannot start: {e.Message} Choose another port with --kubernetes-port.", e);
            }
        }

        var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(KubeconfigPath));
        Own(client);
        Kubernetes = client;
    }

    private async Task ApplyDefinitionsAsync(CancellationToken cancellation)
    {
        try
        {
            await Manifests.ApplyDefinitionsAsync(Kubernetes, cancellation);
        }
        catch (HttpOperationException e)
        {
            throw new LabException($"The cluster of {KubeconfigPath} refuses the CRDs: {e.Response.Content}", e);
        }
        catch (HttpRequestException e)
        {
            throw new LabException($"The cluster of {KubeconfigPath} cannot be reached: {e.Message}", e);
        }
    }

    private async Task StartIronicAsync(CancellationToken cancellation)
    {
        if (_options.Ironic is { } other)
        {
            IronicEndpoint = other;
            _admin = await IronicAdmin.BesideAsync(other, cancellation);
        }
        else
        {
            try
            {
                SimulatedIronic = await LabIronic.StartAsync(
                    new() { Port = _options.IronicPort, DataDirectory = Data("ironic"), Times = _options.Times }, cancellation);
            }
            catch (IOException e)
            {
                throw new LabException($"The simulated Ironic cannot start: {e.Message} Choose another port with --ironic-port.", e);
            }

            Own(SimulatedIronic);
            IronicEndpoint = SimulatedIronic.Endpoint;
            _admin = new(SimulatedIronic.Admin);
        }

        if (_admin is not null)
        {
            Own(_admin);
        }
    }

    private async Task StartTemporalAsync(CancellationToken cancellation)
    {
        TemporalClientConnectOptions connect = new();
        if (_options.TemporalAddress is { } address)
        {
            connect = ClientEnvConfig.LoadClientConnectOptions();
            TemporalAddress = address;
        }
        else if (_options.TemporalCli is { } cli)
        {
            var server = await TemporalCli.StartAsync(cli, _options, cancellation);
            Own(server);
            TemporalAddress = server.Address;
            TemporalUi = server.Ui;
        }
        else
        {
            try
            {
                var server = await LabTemporal.StartAsync(
                    new() { Address = IPAddress.Loopback, Port = _options.TemporalPort, SearchAttributes = SearchAttributes }, cancellation);
                Own(server);
                TemporalAddress = server.TargetHost;
            }
            catch (IOException e)
            {
                throw new LabException($"The embedded Temporal cannot start: {e.Message} Choose another port with --temporal-port.", e);
            }
        }

        connect.TargetHost = TemporalAddress;
        connect.DataConverter = Messaging.DataConverter;
        var loggers = LoggerFactory.Create(logging => logging.AddProvider(new Borrowed(_logging)));
        Own(loggers);
        connect.LoggerFactory = loggers;
        var client = TemporalClient.CreateLazy(connect);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(15));
            _ = await client.WorkflowService.DescribeNamespaceAsync(
                new() { Namespace = client.Options.Namespace }, new() { CancellationToken = patience.Token });
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or HttpRequestException or IOException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new LabException($"Temporal at {TemporalAddress} (namespace {client.Options.Namespace}) cannot be used: {e.Message}", e);
        }

        Temporal = client;
    }

    private string? Data(string part) => _options.KeepsData ? Path.Combine(_options.Directory, part) : null;

    private void Own(object part)
    {
        lock (_parts)
        {
            _parts.Push(() =>
            {
                if (part is IAsyncDisposable later)
                {
                    return later.DisposeAsync();
                }

                ((IDisposable)part).Dispose();
                return ValueTask.CompletedTask;
            });
        }
    }

    /// <summary>Several hosts log to one file, and none of them may close it.</summary>
    private sealed class Borrowed(ILoggerProvider provider) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => provider.CreateLogger(categoryName);

        public void Dispose()
        {
            // Its owner does.
        }
    }
}

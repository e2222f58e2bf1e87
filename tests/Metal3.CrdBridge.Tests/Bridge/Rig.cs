using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Metal3.Contracts;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.CrdBridge.Serving;
using Metal3.Lab.Kubernetes;
using Metal3.Lab.Temporal;
using Metal3.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Metal3.CrdBridge.Tests.Bridge;

/// <summary>A Kubernetes API, a Temporal and a worker whose host workflow only writes down what it is told.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _directory = Directory.CreateTempSubdirectory("bridge-").FullName;
    private readonly string _temporalNamespace = $"t{Guid.NewGuid():N}";
    private readonly List<Running> _bridges = [];
    private readonly CancellationTokenSource _stopWorker = new();
    private readonly HttpClient _http = new();
    private Task _working = Task.CompletedTask;
    private int _temporalPort;

    public LabKubernetes Kubernetes { get; private set; } = null!;

    public LabTemporal Temporal { get; private set; } = null!;

    public ITemporalClient Client { get; private set; } = null!;

    public Notes Notes { get; } = new();

    /// <summary>Everything that any bridge of this rig logged.</summary>
    public Lines Lines { get; } = new();

    public IReadOnlyList<string> Logged => Lines.All;

    public string Namespace => _temporalNamespace;

    public string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    public string Certificates => Path.Combine(_directory, "certs");

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<Rig> StartAsync(bool worker = true)
    {
        var rig = new Rig();
        await rig.StartKubernetesAsync();
        await rig.StartTemporalAsync();
        Notebook.Open(rig._temporalNamespace, rig.Notes);
        if (worker)
        {
            rig.StartWorker();
        }

        return rig;
    }

    public async Task StartKubernetesAsync(int port = 0, string? data = null)
    {
        Kubernetes = await LabKubernetes.StartAsync(
            new() { CrdPaths = [Contracts.Tests.Manifest.CrdDirectory], KubeconfigPath = Kubeconfig, Port = port, DataDirectory = data }, Cancellation);
    }

    public async Task StartTemporalAsync()
    {
        Temporal = await LabTemporal.StartAsync(new() { Port = _temporalPort, Namespaces = [_temporalNamespace] }, Cancellation);
        _temporalPort = Temporal.Port;
        Client = await TemporalClient.ConnectAsync(new(Temporal.TargetHost) { Namespace = _temporalNamespace });
    }

    public void StartWorker()
    {
        var options = new TemporalWorkerOptions(TaskQueues.Main);
        options.AddWorkflow<NotingHost>().AddWorkflow<IdleFleet>();
        var worker = new TemporalWorker(Client, options);
        _working = worker.ExecuteAsync(_stopWorker.Token);
    }

    public async Task<Running> BridgeAsync(params (string Key, string Value)[] options)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Bridge:Kubeconfig"] = Kubeconfig,
            ["Bridge:TemporalAddress"] = Temporal.TargetHost,
            ["Bridge:TemporalNamespace"] = _temporalNamespace,
            ["Bridge:WebhookPort"] = "0",
            ["Bridge:WebhookCertDir"] = Certificates,
            ["Bridge:CertificateCheckInterval"] = "00:00:00",
            ["Bridge:HealthAddress"] = "127.0.0.1:0",
            ["Bridge:MetricsAddress"] = "127.0.0.1:0",
            ["Bridge:LongestPause"] = "00:00:00.250",
        };
        foreach (var (key, value) in options)
        {
            settings[$"Bridge:{key}"] = value;
        }

        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.AddProvider(new LineLogger(Lines));
        builder.Services.AddMetal3Bridge(builder.Configuration.GetSection("Bridge"));
        var host = builder.Build();
        var running = new Running(host);
        _bridges.Add(running);
        await host.StartAsync(Cancellation);
        return running;
    }

    public Task<JsonObject> ApplyAsync(string path, JsonObject json) => SendAsync(HttpMethod.Post, path, json, "application/json");

    public Task<JsonObject> PatchAsync(string path, string json) =>
        SendAsync(HttpMethod.Patch, path, JsonNode.Parse(json)!.AsObject(), "application/merge-patch+json");

    public Task<JsonObject> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null, "application/json");

    public Task<JsonObject> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, "application/json");

    public Task<JsonObject> HostAsync(string name, string ns = "default", string? finalizer = null, string spec = "{}") => ApplyAsync(
        Hosts(ns),
        new()
        {
            ["apiVersion"] = "metal3.io/v1alpha1",
            ["kind"] = "BareMetalHost",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = ns,
                ["finalizers"] = finalizer is null ? null : new JsonArray(finalizer),
            },
            ["spec"] = With(JsonNode.Parse(spec)!.AsObject(), "online", false),
        });

    public static string Hosts(string ns, string? name = null) => $"apis/metal3.io/v1alpha1/namespaces/{ns}/baremetalhosts" + (name is null ? "" : $"/{name}");

    public Task SecretAsync(string name, string password, bool labelled = true) => ApplyAsync(
        "api/v1/namespaces/default/secrets",
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = labelled ? new JsonObject { ["environment.metal3.io"] = "baremetal" } : null,
            },
            ["data"] = new JsonObject { ["password"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(password)) },
        });

    /// <summary>Writes a certificate for <c>localhost</c> where bridges look for theirs.</summary>
    public X509Certificate2 WriteCertificate() => TestCertificates.Write(Certificates);

    public async ValueTask DisposeAsync()
    {
        foreach (var bridge in _bridges)
        {
            await bridge.DisposeAsync();
        }

        if (TestContext.Current.TestState?.Result is TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', Logged));
        }

        await _stopWorker.CancelAsync();
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Temporal.DisposeAsync();
        await Kubernetes.DisposeAsync();
        _http.Dispose();
        _stopWorker.Dispose();
        Notebook.Close(_temporalNamespace);
        Directory.Delete(_directory, recursive: true);
    }

    private static JsonObject With(JsonObject json, string key, JsonNode value)
    {
        json.TryAdd(key, value);
        return json;
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, JsonObject? json, string type)
    {
        using var request = new HttpRequestMessage(method, new Uri(Kubernetes.Address, path));
        if (json is not null)
        {
            request.Content = new StringContent(json.ToJsonString(), new MediaTypeHeaderValue(type));
        }

        using var response = await _http.SendAsync(request, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!.AsObject()
            : throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {text}", null, response.StatusCode);
    }

    /// <summary>A bridge in this process.</summary>
    internal sealed class Running(IHost host) : IAsyncDisposable
    {
        private bool _stopped;

        public BridgeServers Servers => host.Services.GetServices<IHostedService>().OfType<BridgeServers>().Single();

        public BridgeState State => host.Services.GetRequiredService<BridgeState>();

        /// <summary>Completes when the bridge wants to end by itself.</summary>
        public async Task EndsAsync()
        {
            var ended = new TaskCompletionSource();
            await using var registered = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping
                .Register(ended.SetResult);
            await ended.Task.WaitAsync(Patience, Cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            if (!_stopped)
            {
                _stopped = true;
                await host.StopAsync(CancellationToken.None);
                host.Dispose();
            }
        }
    }

    private sealed class LineLogger(Lines lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{logLevel}: {formatter(state, exception)} {exception}"));

        public void Dispose()
        {
        }
    }
}

/// <summary>A log that can be waited for.</summary>
internal sealed class Lines
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Text, int Times, TaskCompletionSource Seen)> _waiting = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    public void Add(string line)
    {
        lock (_lock)
        {
            _lines.Add(line);
            _waiting.RemoveAll(one => Count(one.Text) >= one.Times && one.Seen.TrySetResult());
        }
    }

    /// <summary>Completes when so many lines with this text were logged.</summary>
    public Task SeenAsync(string text, int times, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (Count(text) >= times)
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((text, times, seen));
            return seen.Task.WaitAsync(cancellation);
        }
    }

    private int Count(string text) => _lines.Count(line => line.Contains(text, StringComparison.Ordinal));
}

/// <summary>What host workflows were told, in their order of hearing.</summary>
internal sealed class Notes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Channel<Note> _notes = Channel.CreateUnbounded<Note>();

    public void Add(Note note) => _notes.Writer.TryWrite(note);

    public async Task<Note> NextAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        return await _notes.Reader.ReadAsync(patience.Token);
    }

    /// <summary>The next notes, sorted, because hosts do not wait for each other.</summary>
    public async Task<List<string>> NextAsync(int count)
    {
        var notes = new List<string>();
        while (notes.Count < count)
        {
            notes.Add((await NextAsync()).ToString());
        }

        notes.Sort(StringComparer.Ordinal);
        return notes;
    }

    public bool TryNext(out Note? note) => _notes.Reader.TryRead(out note);
}

/// <summary>One thing that a workflow heard: <c>started</c>, <c>changed</c> or <c>gone</c>.</summary>
internal sealed record Note(string What, string Host, HostSnapshot? Snapshot)
{
    public override string ToString() => $"{What} {Host}";
}

/// <summary>Finds a test's notes by the Temporal namespace, the one thing its workflows know of it.</summary>
internal static class Notebook
{
    private static readonly ConcurrentDictionary<string, Notes> All = new(StringComparer.Ordinal);

    public static void Open(string ns, Notes notes) => All[ns] = notes;

    public static void Close(string ns) => All.TryRemove(ns, out _);

    public static void Note(Note note)
    {
        if (!Workflow.Unsafe.IsReplaying && All.TryGetValue(Workflow.Info.Namespace, out var notes))
        {
            notes.Add(note);
        }
    }
}

/// <summary>Writes down what the bridge says; lives until its host is gone.</summary>
[Workflow(WorkflowNames.Host)]
public sealed class NotingHost
{
    private HostSnapshot _desired;
    private bool _gone;

    [WorkflowInit]
    public NotingHost(HostState state) => _desired = state.Desired;

    [WorkflowRun]
    public async Task RunAsync(HostState state)
    {
        Notebook.Note(new("started", state.Desired.Host.ToString(), state.Desired));
        await Workflow.WaitConditionAsync(() => _gone);
    }

    [WorkflowSignal]
    public Task HostChangedAsync(HostSnapshot snapshot)
    {
        _desired = snapshot;
        Notebook.Note(new("changed", snapshot.Host.ToString(), snapshot));
        return Task.CompletedTask;
    }

    [WorkflowSignal]
    public Task HostGoneAsync(HostKey host)
    {
        Notebook.Note(new("gone", host.ToString(), null));
        _gone = host.Uid == _desired.Host.Uid;
        return Task.CompletedTask;
    }

    [WorkflowQuery("view")]
    public HostView View() => new() { Host = _desired.Host, State = "", Observed = new() };
}

/// <summary>Only remembers its cluster.</summary>
[Workflow(WorkflowNames.Fleet)]
public sealed class IdleFleet
{
    private readonly FleetState _state;

    [WorkflowInit]
    public IdleFleet(FleetState state) => _state = state;

    [WorkflowRun]
    public Task RunAsync(FleetState state) => Workflow.WaitConditionAsync(() => false);

    [WorkflowQuery("view")]
    public FleetState View() => _state;
}

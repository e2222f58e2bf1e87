using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Metal3.Activities.Kubernetes;
using Metal3.Activities.Kubernetes.Writing;
using Metal3.Activities.Metrics;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.Lab.Kubernetes;
using Temporalio.Client;
using Temporalio.Testing;

[assembly: AssemblyFixture(typeof(LabObjects))]

namespace Metal3.Activities.Tests.Rig;

/// <summary>The lab's API server with the product's definitions, shared by all tests; each has a namespace of its own.</summary>
public sealed class LabObjects : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("objects-").FullName;
    private LabKubernetes? _server;
    private int _spaces;

    public k8s.Kubernetes Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var kubeconfig = Path.Combine(_directory, "kubeconfig");
        _server = await LabKubernetes.StartAsync(new() { CrdPaths = [Definitions()], KubeconfigPath = kubeconfig }, CancellationToken.None);
        Client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
    }

    internal async Task<Space> NewSpaceAsync(HostOptions? options = null)
    {
        var name = $"s{Interlocked.Increment(ref _spaces)}";
        await Client.CoreV1.CreateNamespaceAsync(new V1Namespace { Metadata = new() { Name = name } });
        return new(Client, name, options ?? new());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private static string Definitions()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Metal3.Workflows.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "deploy", "crds");
    }
}

/// <summary>One namespace with at most one host, and the activities that write its objects.</summary>
internal sealed class Space
{
    private readonly k8s.Kubernetes _client;
    private readonly string _name;
    private readonly HostObjectActivities _activities;
    private readonly ActivityEnvironment _environment = new();

    public Space(k8s.Kubernetes client, string name, HostOptions options)
    {
        (_client, _name) = (client, name);
        Back = (FixedMachine)(object)DispatchProxy.Create<IProvisioner, FixedMachine>();
        Reader = new(client);
        _activities = new(
            client, (IProvisioner)(object)Back, Metrics, TemporalClient.CreateLazy(new("127.0.0.1:1")), new HostOptionsProvider(options));
    }

    public static DateTimeOffset Now { get; } = new(2026, 8, 20, 12, 0, 0, TimeSpan.Zero);

    public string Name => _name;

    public FixedMachine Back { get; }

    public HostMetrics Metrics { get; } = new();

    public KubernetesReader Reader { get; }

    public HostKey Key { get; private set; } = null!;

    public NodeRequest Node => new() { Host = Key, NodeId = "7e5f6f0c-0000-4000-8000-000000000001" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // What users do -----------------------------------------------------------------------------------------------------------------

    /// <summary>Creates the host; its status is written as a restored backup would be.</summary>
    public async Task CreateAsync(
        Func<BareMetalHostSpec, BareMetalHostSpec>? spec = null, BareMetalHostStatus? status = null, params (string Key, string Value)[] annotations)
    {
        var host = new BareMetalHost
        {
            Metadata = new()
            {
                Name = "host-0",
                Namespace = _name,
                Annotations = new(annotations.Select(pair => KeyValuePair.Create(pair.Key, pair.Value))),
            },
            Spec = (spec ?? (s => s))(new() { Online = true, Bmc = new() { Address = "redfish://192.0.2.1/redfish/v1/Systems/1", CredentialsName = "bmc" } }),
        };
        var made = await AddAsync(Metal3Group.BareMetalHost, host);
        Key = new(_name, "host-0", (string)made["metadata"]!["uid"]!);
        if (status is not null)
        {
            using var body = JsonDocument.Parse(new JsonObject { ["status"] = Metal3Json.SerializeToNode(status) }.ToJsonString());
            await _client.CustomObjects.PatchNamespacedCustomObjectStatusAsync<JsonElement>(
                new V1Patch(body.RootElement.GetRawText(), V1Patch.PatchType.MergePatch), Metal3Group.Name, Metal3Group.Version, _name,
                Metal3Group.BareMetalHost.Plural, "host-0", cancellationToken: Cancellation);
        }
    }

    public Task<JsonObject> AddAsync<T>(ResourceKind kind, T resource)
        where T : Metal3Resource
    {
        var body = Metal3Json.SerializeToNode(resource);
        body["apiVersion"] = Metal3Group.ApiVersion;
        body["kind"] = kind.Name;
        return CreateAsync(kind, body);
    }

    public Task AddHardwareAsync(HardwareDetails details) => AddAsync(
        Metal3Group.HardwareData, new HardwareData { Metadata = new() { Name = "host-0", Namespace = _name }, Spec = new() { Hardware = details } });

    public Task AddSecretAsync(string name, Action<V1ObjectMeta>? metadata = null, string? type = null, params (string Key, string Value)[] data)
    {
        var secret = new V1Secret
        {
            Metadata = new() { Name = name, NamespaceProperty = _name },
            Type = type,
            Data = data.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetBytes(pair.Value), StringComparer.Ordinal),
        };
        metadata?.Invoke(secret.Metadata);
        return _client.CoreV1.CreateNamespacedSecretAsync(secret, _name, cancellationToken: Cancellation);
    }

    public Task AddCredentialsAsync(Action<V1ObjectMeta>? metadata = null) =>
        AddSecretAsync("bmc", metadata, null, ("username", "admin"), ("password", "password"));

    public Task AnnotateAsync(string key, string value) => PatchAsync(
        Metal3Group.BareMetalHost, "host-0", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [key] = value } } });

    public Task PatchAsync(ResourceKind kind, string name, JsonObject merge) => _client.CustomObjects.PatchNamespacedCustomObjectAsync<JsonElement>(
        new V1Patch(merge.ToJsonString(), V1Patch.PatchType.MergePatch), Metal3Group.Name, Metal3Group.Version, _name, kind.Plural, name,
        cancellationToken: Cancellation);

    public Task DeleteAsync(ResourceKind kind, string name) => _client.CustomObjects.DeleteNamespacedCustomObjectAsync<JsonElement>(
        Metal3Group.Name, Metal3Group.Version, _name, kind.Plural, name, cancellationToken: Cancellation);

    // What the activities do -----------------------------------------------------------------------------------------------------------

    public Task<T> AsActivityAsync<T>(Func<HostObjectActivities, Task<T>> call) => _environment.RunAsync(() => call(_activities));

    public Task AsActivityAsync(Func<HostObjectActivities, Task> call) => _environment.RunAsync(() => call(_activities));

    public Task<IntakeResult> IntakeAsync() => AsActivityAsync(activities => activities.IntakeAsync(new(Key, Now)));

    public Task<ClaimedCredentials> ClaimAsync(bool deleting = false) =>
        AsActivityAsync(activities => activities.ClaimCredentialsAsync(new() { Host = Key, Deleting = deleting }));

    // What is there then -----------------------------------------------------------------------------------------------------------------

    public async Task<BareMetalHost> HostAsync() => (await Reader.FindHostAsync(Key, Cancellation))!;

    public async Task<JsonObject?> FindAsync(ResourceKind kind, string name) => await new ObjectStore(_client).FindAsync(kind, _name, name, Cancellation);

    public Task<V1Secret> SecretAsync(string name) => _client.CoreV1.ReadNamespacedSecretAsync(name, _name, cancellationToken: Cancellation);

    public async Task<IReadOnlyList<string>> EventsAsync() =>
        [.. (await _client.CoreV1.ListNamespacedEventAsync(_name, cancellationToken: Cancellation)).Items.Select(one => one.Reason)];

    private async Task<JsonObject> CreateAsync(ResourceKind kind, JsonObject body)
    {
        using var document = JsonDocument.Parse(body.ToJsonString());
        return JsonObject.Create(await _client.CustomObjects.CreateNamespacedCustomObjectAsync<JsonElement>(
            document.RootElement, Metal3Group.Name, Metal3Group.Version, _name, kind.Plural, cancellationToken: Cancellation))!;
    }
}

/// <summary>A machine with the settings that a test gives it.</summary>
public class FixedMachine : DispatchProxy
{
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal) { ["ProcTurboMode"] = "Enabled" };

    public Dictionary<string, SettingSchema> Schema { get; } = new(StringComparer.Ordinal) { ["ProcTurboMode"] = new() };

    public List<PreprovisioningImageFormat>? Formats { get; set; } = [PreprovisioningImageFormat.Iso, PreprovisioningImageFormat.Initrd];

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name switch
    {
        nameof(IProvisioner.ImageFormats) => Formats,
        nameof(IProvisioner.FirmwareSettingsAsync) => Task.FromResult(new FirmwareSettings(Settings, Schema)),
        _ => throw new NotSupportedException(targetMethod?.Name),
    };
}

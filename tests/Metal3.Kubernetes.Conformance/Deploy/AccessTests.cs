using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json.Nodes;
using k8s;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;
using Metal3.Activities.Kubernetes;
using Metal3.Activities.Kubernetes.Writing;
using Metal3.Activities.Metrics;
using Metal3.Activities.Provisioning;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.CrdBridge.Delivery;
using Metal3.CrdBridge.Leading;
using Metal3.CrdBridge.Watching;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Client;
using Temporalio.Testing;
using HostOptions = Metal3.Contracts.HostLifecycle.HostOptions;

namespace Metal3.Kubernetes.Conformance.Deploy;

/// <summary>The RBAC rules of <c>deploy/</c> on the real server: what our processes do is allowed, and little else.</summary>
public sealed class AccessTests(Targets targets)
{
    private const string Space = "metal3";

    /// <summary>For clusters with the admission plugin OwnerReferencesPermissionEnforcement, which asks instead of the client.</summary>
    private const string AskedByAPlugin = "update baremetalhosts/finalizers";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_worker_may_do_all_that_it_does_and_has_no_right_that_it_never_uses()
    {
        var kubectl = await PrepareAsync();
        var calls = new Calls();
        using var client = await AsAsync(kubectl, "metal3-worker", calls);
        var reader = new KubernetesReader(client, new WatchedNamespaces([Space]));
        var environment = new ActivityEnvironment();

        // The second host finds companions that are there already, and the first one's firmware schema, which goes with its last owner.
        var hosts = new List<HostKey>();
        foreach (var name in (string[])["worker-1", "worker-2"])
        {
            await kubectl.ApplyAsync(Host(name) + (name == "worker-2" ? Companions(name) : ""));
            var host = new HostKey(Space, name, await kubectl.RunAsync("get", "bmh", name, "-o", "jsonpath={.metadata.uid}"));
            await environment.RunAsync(() => LiveAsync(client, reader, host));
            hosts.Add(host);
        }

        foreach (var host in hosts)
        {
            await kubectl.RunAsync("delete", "bmh", host.Name, "--wait=false");
            await environment.RunAsync(() => ReleaseAsync(client, host));
            await kubectl.RunAsync("wait", "--for=delete", "bmh/" + host.Name, "--timeout=30s");
        }

        Assert.NotEmpty(await reader.ReadClusterAsync(Cancellation));
        Assert.Empty(calls.Refused);
        Assert.Contains("worker-1", await kubectl.RunAsync("get", "events", "-o", "jsonpath={.items[*].involvedObject.name}"), StringComparison.Ordinal);
        Assert.Empty((await GrantedAsync(kubectl, "metal3-worker")).Except(calls.Made).Except([AskedByAPlugin]));
    }

    [Fact]
    public async Task The_bridge_may_do_all_that_it_does_and_has_no_right_that_it_never_uses()
    {
        var kubectl = await PrepareAsync();
        var calls = new Calls();
        using var client = await AsAsync(kubectl, "metal3-bridge", calls);
        await kubectl.ApplyAsync(Host("bridge-1"));
        var granted = await GrantedAsync(kubectl, "metal3-bridge");

        var hosts = new Informer<HostSnapshot>(
            client, new(Metal3Group.Name, Metal3Group.Version, Metal3Group.BareMetalHost.Plural), Projections.Host, Watching(null), TimeProvider.System, NullLogger.Instance);
        var companions = new Companions(hosts, client, (_, selector) => Watching(selector), TimeProvider.System, NullLogger.Instance);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        Task[] running = [hosts.RunAsync((_, _) => Task.CompletedTask, stop.Token), .. companions.Run(_ => { }, stop.Token)];
        var leaseLock = new LeaseLock(client, Space, new CrdBridge.BridgeOptions().LeaseName, "one");
        var term = new LeaderElectionRecord { HolderIdentity = "one", LeaseDurationSeconds = 15, AcquireTime = DateTime.UtcNow, RenewTime = DateTime.UtcNow };
        Assert.True(await leaseLock.CreateAsync(term, Cancellation));
        _ = await leaseLock.GetAsync(Cancellation);
        Assert.True(await leaseLock.UpdateAsync(term, Cancellation));
        _ = await client.CustomObjects.GetNamespacedCustomObjectAsync(
            Metal3Group.Name, Metal3Group.Version, Space, Metal3Group.BareMetalHost.Plural, "bridge-1", Cancellation);
        _ = await client.CoreV1.ReadNamespaceAsync("kube-system", cancellationToken: Cancellation);
        await calls.UntilAsync(granted);
        await stop.CancelAsync();
        foreach (var part in running)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => part);
        }

        Assert.Empty(calls.Refused);
        Assert.Empty(granted.Except(calls.Made));

        static InformerOptions Watching(string? selector) => new() { Namespaces = [Space], LabelSelector = selector };
    }

    [Theory]
    [InlineData("metal3-worker", "DELETE", "/apis/metal3.io/v1alpha1/namespaces/metal3/baremetalhosts/denied")]
    [InlineData("metal3-worker", "POST", "/apis/metal3.io/v1alpha1/namespaces/metal3/baremetalhosts")]
    [InlineData("metal3-worker", "GET", "/apis/metal3.io/v1alpha1/baremetalhosts")]
    [InlineData("metal3-worker", "GET", "/apis/metal3.io/v1alpha1/namespaces/default/baremetalhosts/denied")]
    [InlineData("metal3-worker", "PATCH", "/apis/metal3.io/v1alpha1/namespaces/default/baremetalhosts/denied")]
    [InlineData("metal3-worker", "GET", "/api/v1/namespaces/metal3/secrets")]
    [InlineData("metal3-worker", "DELETE", "/api/v1/namespaces/metal3/secrets/denied")]
    [InlineData("metal3-worker", "POST", "/api/v1/namespaces/metal3/secrets")]
    [InlineData("metal3-worker", "GET", "/api/v1/namespaces/default/secrets/denied")]
    [InlineData("metal3-worker", "GET", "/api/v1/namespaces")]
    [InlineData("metal3-worker", "GET", "/api/v1/nodes")]
    [InlineData("metal3-worker", "GET", "/apis/coordination.k8s.io/v1/namespaces/metal3/leases/metal3-crd-bridge")]
    [InlineData("metal3-worker", "PATCH", "/apis/rbac.authorization.k8s.io/v1/namespaces/metal3/roles/metal3-worker")]
    [InlineData("metal3-bridge", "PATCH", "/apis/metal3.io/v1alpha1/namespaces/metal3/baremetalhosts/denied")]
    [InlineData("metal3-bridge", "PATCH", "/apis/metal3.io/v1alpha1/namespaces/metal3/baremetalhosts/denied/status")]
    [InlineData("metal3-bridge", "DELETE", "/apis/metal3.io/v1alpha1/namespaces/metal3/baremetalhosts/denied")]
    [InlineData("metal3-bridge", "GET", "/api/v1/namespaces/metal3/secrets/denied")]
    [InlineData("metal3-bridge", "PATCH", "/api/v1/namespaces/metal3/secrets/denied")]
    [InlineData("metal3-bridge", "GET", "/api/v1/namespaces/default/secrets")]
    [InlineData("metal3-bridge", "GET", "/api/v1/secrets")]
    [InlineData("metal3-bridge", "POST", "/api/v1/namespaces/metal3/events")]
    [InlineData("metal3-bridge", "DELETE", "/apis/coordination.k8s.io/v1/namespaces/metal3/leases/metal3-crd-bridge")]
    [InlineData("metal3-bridge", "GET", "/apis/coordination.k8s.io/v1/namespaces/metal3/leases/another")]
    [InlineData("metal3-bridge", "GET", "/api/v1/namespaces/default")]
    public async Task Nobody_gets_further_than_he_must(string account, string method, string path)
    {
        var kubectl = await PrepareAsync();
        using var client = await AsAsync(kubectl, account, new Calls());

        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(client, method, path));
    }

    [Fact]
    public async Task Hosts_of_other_namespaces_are_served_where_the_overlay_says_so()
    {
        var kubectl = await PrepareAsync();
        var rules = Path.Combine(ManifestTests.Root, "deploy", "overlays", "all-namespaces", "rbac.yaml");
        using var worker = await AsAsync(kubectl, "metal3-worker", new Calls());
        using var bridge = await AsAsync(kubectl, "metal3-bridge", new Calls());

        await kubectl.RunAsync("apply", "-f", rules);
        try
        {
            while (await AskAsync(worker, "GET", "/apis/metal3.io/v1alpha1/baremetalhosts") is not HttpStatusCode.OK)
            {
                await Task.Delay(50, Cancellation); // the server hears of new rules by a watch of its own
            }

            Assert.Equal(HttpStatusCode.OK, await AskAsync(bridge, "GET", "/api/v1/secrets"));
            Assert.Equal(HttpStatusCode.NotFound, await AskAsync(worker, "GET", "/api/v1/namespaces/default/secrets/denied"));
            Assert.Equal(HttpStatusCode.NotFound, await AskAsync(worker, "PATCH", "/apis/metal3.io/v1alpha1/namespaces/default/baremetalhosts/denied/status"));
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(worker, "DELETE", "/apis/metal3.io/v1alpha1/namespaces/default/baremetalhosts/denied"));
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(worker, "GET", "/api/v1/secrets"));
            Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(bridge, "PATCH", "/api/v1/namespaces/default/secrets/denied"));
        }
        finally
        {
            await kubectl.RunAsync("delete", "-f", rules);
            while (await AskAsync(worker, "GET", "/apis/metal3.io/v1alpha1/baremetalhosts") is not HttpStatusCode.Forbidden)
            {
                await Task.Delay(50, Cancellation); // the other tests are about the base alone
            }
        }
    }

    /// <summary>Every activity that touches the API server, in the order of a host's life.</summary>
    private static async Task LiveAsync(k8s.Kubernetes client, KubernetesReader reader, HostKey host)
    {
        var activities = Activities(client);
        var node = new NodeRequest { Host = host, NodeId = "7e5f6f0c-0000-4000-8000-000000000001" };
        var now = DateTimeOffset.UtcNow;
        _ = await activities.ReadHostAsync(host);
        _ = await activities.IntakeAsync(new(host, now));
        _ = await activities.ClaimCredentialsAsync(new() { Host = host });
        await activities.EnsureCompanionsAsync(node);
        _ = await activities.RefreshFirmwareAsync(node);
        _ = await activities.EnsurePreprovisioningImageAsync(node);
        Assert.Equal(PreprovisioningImageReadiness.Ready, (await activities.EnsurePreprovisioningImageAsync(node)).Readiness);
        await activities.RecordHoldAsync(new(host, new("deploy", "ann", "looking", now)));
        await activities.RecordHoldAsync(new(host, null));
        await activities.RemoveAnnotationsAsync(new(host, new Dictionary<string, string>(StringComparer.Ordinal) { ["reboot.metal3.io"] = "" }));
        _ = await activities.PublishAsync(new()
        {
            Host = host,
            Status = new() { OperationalStatus = OperationalStatus.Ok, Provisioning = new() { State = ProvisioningState.Of("registering") } },
            Events = [new("Registered", "Registered new host")],
            EventSeed = host.Uid,
            Now = now,
        });
        var writer = new HardwareDataWriter(client, reader);
        var found = (await reader.FindHostAsync(host, Cancellation))!;
        Assert.Contains(host.Name, (await reader.ListHostsAsync(Cancellation)).Select(one => one.Metadata.Name));
        Assert.NotNull(await reader.FindSecretAsync(Space, host.Name + "-bmc", Cancellation));
        await writer.WriteAsync(found, new() { Hostname = "one" }, Cancellation);
        await writer.WriteAsync(found, new() { Hostname = "two" }, Cancellation);
    }

    private static async Task ReleaseAsync(k8s.Kubernetes client, HostKey host)
    {
        var activities = Activities(client);
        _ = await activities.IntakeAsync(new(host, DateTimeOffset.UtcNow));
        _ = await activities.ClaimCredentialsAsync(new() { Host = host, Deleting = true });
        await activities.ReleaseAsync(new() { Host = host });
    }

    private static HostObjectActivities Activities(k8s.Kubernetes client) => new(
        client,
        DispatchProxy.Create<IProvisioner, FixedFirmware>(),
        new HostMetrics(),
        TemporalClient.CreateLazy(new("127.0.0.1:1")),
        new HostOptionsProvider(new HostOptions(), BuiltInImages.FromEnvironment(name => name == "DEPLOY_ISO_URL" ? "http://192.0.2.10/ramdisk.iso" : null)));

    private static string Host(string name) => $$"""
        apiVersion: metal3.io/v1alpha1
        kind: BareMetalHost
        metadata: {name: {{name}}, namespace: {{Space}}, annotations: {reboot.metal3.io: ""} }
        spec:
          online: true
          architecture: x86_64
          bmc: {address: redfish-virtualmedia://192.0.2.1/redfish/v1/Systems/1, credentialsName: {{name}}-bmc}
          preprovisioningNetworkDataName: {{name}}-net
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: {{name}}-bmc, namespace: {{Space}} }
        stringData: {username: u, password: p}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {name: {{name}}-net, namespace: {{Space}} }
        stringData: {networkData: "{}"}

        """;

    private static string Companions(string name) => $$"""
        ---
        apiVersion: metal3.io/v1alpha1
        kind: HostFirmwareSettings
        metadata: {name: {{name}}, namespace: {{Space}} }
        spec: {settings: {} }
        ---
        apiVersion: metal3.io/v1alpha1
        kind: HostUpdatePolicy
        metadata: {name: {{name}}, namespace: {{Space}} }
        spec: {firmwareSettings: onReboot}
        ---
        apiVersion: metal3.io/v1alpha1
        kind: PreprovisioningImage
        metadata: {name: {{name}}, namespace: {{Space}} }
        spec: {architecture: x86_64, acceptFormats: [iso], networkDataName: {{name}}-net}
        """;

    /// <summary><c>verb resource</c> for everything that the account's role in its namespace says.</summary>
    private static async Task<HashSet<string>> GrantedAsync(Kubectl kubectl, string role)
    {
        var rules = JsonNode.Parse(await kubectl.RunAsync("get", "role", role, "-o", "json"))!["rules"]!.AsArray();
        return
        [
            .. rules.SelectMany(rule => rule!["resources"]!.AsArray().SelectMany(resource =>
                rule["verbs"]!.AsArray().Select(verb => $"{verb} {resource}"))),
        ];
    }

    private static async Task<HttpStatusCode> AskAsync(k8s.Kubernetes client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(client.BaseUri, path));
        await client.Credentials.ProcessHttpRequestAsync(request, Cancellation);
        if (method is "POST" or "PATCH")
        {
            request.Content = new StringContent("{}");
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(method == "POST" ? "application/json" : "application/merge-patch+json");
        }

        using var response = await client.HttpClient.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    /// <summary>The definitions and the rules of the base, without the webhook that nobody serves here.</summary>
    private async Task<Kubectl> PrepareAsync()
    {
        var kubectl = new Kubectl(await targets.SharedAsync("real"), Space);
        if ((await kubectl.TryAsync(["get", "role", "metal3-bridge"])).Code == 0)
        {
            return kubectl;
        }

        await kubectl.RunAsync("apply", "-f", Path.Combine(ManifestTests.Root, "deploy", "base", "namespace.yaml"));
        string[] crds = [.. Directory.GetFiles(Path.Combine(ManifestTests.Root, "deploy", "crds"), "metal3.io_*.yaml").SelectMany(file => new[] { "-f", file })];
        await kubectl.RunAsync(["apply", "--server-side", "--force-conflicts", .. crds]);
        await kubectl.RunAsync(["wait", "--for=condition=Established", "--timeout=60s", .. crds]);
        await kubectl.RunAsync("apply", "-f", Path.Combine(ManifestTests.Root, "deploy", "base", "rbac.yaml"));
        return kubectl;
    }

    private async Task<k8s.Kubernetes> AsAsync(Kubectl kubectl, string account, Calls calls)
    {
        var (code, answer) = await kubectl.TryAsync(
            ["create", "--raw", $"/api/v1/namespaces/{Space}/serviceaccounts/{account}/token", "-f", "-"],
            """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}""");
        Assert.True(code == 0, answer);
        var configuration = (await targets.SharedAsync("real")).Configuration();
        configuration.AccessToken = (string?)JsonNode.Parse(answer)!["status"]!["token"];
        return new k8s.Kubernetes(configuration, calls);
    }

    /// <summary>A machine with one setting, whose ramdisk is an ISO.</summary>
    public class FixedFirmware : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod?.Name switch
        {
            nameof(IProvisioner.ImageFormats) => (IReadOnlyList<PreprovisioningImageFormat>)[PreprovisioningImageFormat.Iso],
            nameof(IProvisioner.FirmwareSettingsAsync) => Task.FromResult(new FirmwareSettings(
                new Dictionary<string, string>(StringComparer.Ordinal) { ["ProcTurboMode"] = "Enabled" },
                new Dictionary<string, SettingSchema>(StringComparer.Ordinal) { ["ProcTurboMode"] = new() })),
            _ => throw new NotSupportedException(targetMethod?.Name),
        };
    }

    /// <summary>Notes, as <c>verb resource</c>, what was asked of the API server, and what it refused.</summary>
    private sealed class Calls : DelegatingHandler
    {
        private readonly ConcurrentDictionary<string, bool> _made = new(StringComparer.Ordinal);

        public ICollection<string> Made => _made.Keys;

        public ConcurrentQueue<string> Refused { get; } = new();

        public async Task UntilAsync(IReadOnlySet<string> expected)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(60));
            while (!expected.IsSubsetOf(Made) && Refused.IsEmpty)
            {
                await Task.Delay(20, patience.Token);
            }
        }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = Name(request.Method, request.RequestUri!);
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode is HttpStatusCode.Forbidden)
            {
                Refused.Enqueue($"{call}: {request.RequestUri!.PathAndQuery}");
            }

            _made[call] = true;
            return response;
        }

        private static string Name(HttpMethod method, Uri uri)
        {
            var path = uri.AbsolutePath.Trim('/').Split('/');
            path = path[(path[0] == "api" ? 2 : 3)..];
            path = path is ["namespaces", _, _, ..] ? path[2..] : path;
            var verb = method.Method switch
            {
                "GET" when uri.Query.Contains("watch=", StringComparison.Ordinal) => "watch",
                "GET" => path.Length > 1 ? "get" : "list",
                "POST" => "create",
                "PUT" => "update",
                var other => other.ToLowerInvariant(),
            };
            return path.Length > 2 ? $"{verb} {path[0]}/{path[2]}" : $"{verb} {path[0]}";
        }
    }
}

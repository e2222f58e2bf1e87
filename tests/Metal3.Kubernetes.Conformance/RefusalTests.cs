using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Tests;
using Metal3.CrdBridge;
using Metal3.CrdBridge.Serving;
using Metal3.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Metal3.Kubernetes.Conformance;

/// <summary>Manifests against a server as the deployment sets it up: the definitions, and the bridge's webhook behind them.</summary>
public sealed class RefusalTests(Targets targets)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => Targets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_wrong_manifest_is_refused_with_its_field_by_the_schema_or_by_the_webhook(string target)
    {
        await using var cluster = await Deployed.StartAsync(await targets.SharedAsync(target));
        var problems = new List<string>();

        foreach (var manifest in Manifest.Invalid)
        {
            var (code, answer) = await cluster.OfferAsync(manifest);
            var (expected, named) = manifest.Layer == "server"
                ? (HttpStatusCode.UnprocessableEntity, answer["details"]?["causes"]?.AsArray().Any(cause => (string?)cause!["field"] == manifest.Field) is true)
                : (HttpStatusCode.Forbidden, ((string?)answer["message"])?.Contains(manifest.Field, StringComparison.Ordinal) is true);
            if (code != expected || !named)
            {
                problems.Add($"{manifest.File} should be {(int)expected} for {manifest.Field}, and was {(int)code}: {answer["message"]}");
            }
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
        Assert.True(Manifest.Invalid.Select(manifest => manifest.Rule).Distinct(StringComparer.Ordinal).Count() >= 60, "There are fewer than 60 rules.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_example_manifest_is_admitted(string target)
    {
        await using var cluster = await Deployed.StartAsync(await targets.SharedAsync(target));

        foreach (var manifest in Manifest.Valid.Where(manifest => manifest.Kind != "Secret"))
        {
            var (code, answer) = await cluster.OfferAsync(manifest);

            Assert.True(code == HttpStatusCode.Created, $"{manifest.File}: {answer["message"]}");
        }
    }

    /// <summary>A namespace of a target in which a bridge of this process judges every write.</summary>
    private sealed class Deployed : IAsyncDisposable
    {
        private readonly string _certificates = Directory.CreateTempSubdirectory("metal3-refusals-").FullName;
        private readonly KubernetesTarget _target;
        private readonly k8s.Kubernetes _client;
        private IHost? _bridge;
        private string _namespace = "";

        private Deployed(KubernetesTarget target)
        {
            _target = target;
            _client = target.Connect();
        }

        private string Webhooks => "metal3-" + _namespace;

        public static async Task<Deployed> StartAsync(KubernetesTarget target)
        {
            var deployed = new Deployed(target);
            try
            {
                await deployed.PrepareAsync();
                return deployed;
            }
            catch
            {
                await deployed.DisposeAsync();
                throw;
            }
        }

        /// <summary>Sends the manifest's last document as its head says: as a new object, a change of the first one, or a deletion.</summary>
        public async Task<(HttpStatusCode Code, JsonObject Answer)> OfferAsync(Manifest manifest)
        {
            var sent = Own(manifest.Sent);
            if (manifest.Documents.Count == 1 && !manifest.IsDeleted)
            {
                return await SendAsync(HttpMethod.Post, Path(sent) + "?dryRun=All", sent);
            }

            var stored = Own(manifest.Documents[0]);
            var path = $"{Path(stored)}/{stored["metadata"]!["name"]}";
            var (made, now) = await SendAsync(HttpMethod.Post, Path(stored), stored);
            Assert.True(made == HttpStatusCode.Created, $"{manifest.File}: {now["message"]}");
            if (stored["status"] is { } status)
            {
                now["status"] = status.DeepClone();
                (made, now) = await SendAsync(HttpMethod.Put, path + "/status", now);
                Assert.True(made == HttpStatusCode.OK, $"{manifest.File}: {now["message"]}");
            }

            var user = await UseAsync(stored);
            sent["metadata"]!["resourceVersion"] = now["metadata"]!["resourceVersion"]!.DeepClone();
            var answer = manifest.IsDeleted ? await SendAsync(HttpMethod.Delete, path) : await SendAsync(HttpMethod.Put, path, sent);
            if (user is not null)
            {
                await SendAsync(HttpMethod.Delete, user);
            }

            await SendAsync(HttpMethod.Delete, path);
            return answer;
        }

        public async ValueTask DisposeAsync()
        {
            if (_namespace.Length > 0)
            {
                await new Kubectl(_target).TryAsync(["delete", "validatingwebhookconfiguration", Webhooks]);
            }

            if (_bridge is not null)
            {
                await _bridge.StopAsync(CancellationToken.None);
                _bridge.Dispose();
            }

            _client.Dispose();
            Directory.Delete(_certificates, recursive: true);
        }

        private static string Path(JsonObject manifest) =>
            $"apis/metal3.io/v1alpha1/namespaces/{manifest["metadata"]!["namespace"]}/{Metal3Group.Kinds.Single(kind => kind.Name == (string)manifest["kind"]!).Plural}";

        private async Task PrepareAsync()
        {
            var kubectl = new Kubectl(_target);
            await kubectl.RunAsync("apply", "--server-side", "--force-conflicts", "-k", System.IO.Path.Combine(ManifestTests.Root, "deploy", "crds"));
            await kubectl.RunAsync("wait", "--for=condition=Established", "--timeout=60s", "crd", "--all");
            _namespace = await Namespaces.CreateAsync(_client, Cancellation);
            using var certificate = TestCertificates.Write(_certificates);
            var builder = Host.CreateEmptyApplicationBuilder(new());
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Bridge:Kubeconfig"] = _target.Kubeconfig,
                ["Bridge:TemporalAddress"] = $"127.0.0.1:{RealServers.FreePort()}", // nobody is there: admission does not need it
                ["Bridge:WebhookAddress"] = "127.0.0.1:0",
                ["Bridge:WebhookCertDir"] = _certificates,
                ["Bridge:HealthAddress"] = "0",
                ["Bridge:MetricsAddress"] = "0",
            });
            builder.Services.AddMetal3Bridge(builder.Configuration.GetSection("Bridge"));
            _bridge = builder.Build();
            await _bridge.StartAsync(Cancellation);
            await kubectl.ApplyAsync(Configuration(certificate).ToJsonString());

            // The server hears of webhooks by a watch of its own.
            var wrong = Own(Manifest.Invalid.First(manifest => manifest.Layer == "admission" && manifest.Documents.Count == 1).Sent);
            while ((await SendAsync(HttpMethod.Post, Path(wrong) + "?dryRun=All", wrong)).Code != HttpStatusCode.Forbidden)
            {
                await Task.Delay(50, Cancellation);
            }
        }

        /// <summary>The configuration of the deployment, for one namespace and an address instead of a service.</summary>
        private JsonObject Configuration(X509Certificate2 certificate)
        {
            var webhook = _bridge!.Services.GetServices<IHostedService>().OfType<BridgeServers>().Single().Webhook!;
            var text = File.ReadAllText(System.IO.Path.Combine(ManifestTests.Root, "deploy", "base", "webhook.yaml"));
            var configuration = text.Split("\n---\n").Select(document => KubernetesYaml.LoadFromString<JsonNode>(document))
                .Single(document => (string?)document["kind"] == "ValidatingWebhookConfiguration").AsObject();
            configuration["metadata"] = new JsonObject { ["name"] = Webhooks };
            foreach (var one in configuration["webhooks"]!.AsArray())
            {
                one!["namespaceSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["kubernetes.io/metadata.name"] = _namespace } };
                one["clientConfig"] = new JsonObject
                {
                    ["url"] = new Uri(webhook, (string)one["clientConfig"]!["service"]!["path"]!).AbsoluteUri,
                    ["caBundle"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())),
                };
            }

            return configuration;
        }

        /// <summary>A host whose interface uses the attachment; null if the object is none.</summary>
        private async Task<string?> UseAsync(JsonObject stored)
        {
            if ((string?)stored["kind"] != "HostNetworkAttachment")
            {
                return null;
            }

            var host = JsonNode.Parse($$$"""
                {"apiVersion":"metal3.io/v1alpha1","kind":"BareMetalHost","metadata":{"name":"user","namespace":"{{{_namespace}}}"},
                 "spec":{"online":false,"networkInterfaces":[{"name":"eth0","hostNetworkAttachment":{"name":"{{{stored["metadata"]!["name"]}}}"} }] } }
                """)!.AsObject();
            var (code, answer) = await SendAsync(HttpMethod.Post, Path(host), host);
            Assert.True(code == HttpStatusCode.Created, (string?)answer["message"]);
            return Path(host) + "/user";
        }

        private JsonObject Own(JsonObject document)
        {
            var own = document.DeepClone().AsObject();
            own["metadata"]!["namespace"] = _namespace;
            if (own["spec"]?["httpHeadersRef"]?["namespace"] is { } ns && (string?)ns == (string?)document["metadata"]!["namespace"])
            {
                own["spec"]!["httpHeadersRef"]!["namespace"] = _namespace;
            }

            return own;
        }

        private async Task<(HttpStatusCode Code, JsonObject Answer)> SendAsync(HttpMethod method, string path, JsonObject? body = null)
        {
            using var request = new HttpRequestMessage(method, new Uri(_client.BaseUri, path));
            if (body is not null)
            {
                request.Content = new StringContent(body.ToJsonString(), new MediaTypeHeaderValue("application/json"));
            }

            if (_client.Credentials is { } credentials)
            {
                await credentials.ProcessHttpRequestAsync(request, Cancellation);
            }

            using var response = await _client.HttpClient.SendAsync(request, Cancellation);
            return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!.AsObject());
        }
    }
}

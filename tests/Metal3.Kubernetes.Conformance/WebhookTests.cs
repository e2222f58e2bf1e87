using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Metal3.Lab.Kubernetes;
using Metal3.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Metal3.Kubernetes.Conformance;

/// <summary>Validating webhooks: who is asked what, and what becomes of the answer.</summary>
public sealed class WebhookTests(Targets targets)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => Targets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_webhook_refuses_warns_and_sees_what_was_and_what_is_to_be(string target)
    {
        await using var hook = await Hook.StartAsync("hook.hooks.svc");
        var cluster = await targets.SharedAsync(target);
        using var client = cluster.Connect();
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        var kubectl = new Kubectl(cluster, ns);
        await kubectl.ApplyAsync(Configuration(ns, $"""url: "{hook.Url}validate" """, hook.Bundle, "Fail"));
        try
        {
            await UntilAskedAsync(client, ns);
            var refused = await Assert.ThrowsAsync<HttpOperationException>(() => CreateAsync(client, ns, "a", "huge"));
            var status = JsonNode.Parse(refused.Response.Content!)!;
            Assert.Equal(HttpStatusCode.Forbidden, refused.Response.StatusCode);
            Assert.Equal($"admission webhook \"sizes.{ns}.example.com\" denied the request: too big", (string?)status["message"]);
            Assert.Equal("Forbidden", (string?)status["reason"]);
            Assert.Contains("Warning: large ones are slow", await kubectl.RunAsync("create", "configmap", "b", "--from-literal=size=large"), StringComparison.Ordinal);
            await kubectl.RunAsync("patch", "configmap", "b", "--type=merge", "-p", """{"data":{"size":"small"}}""");
            await kubectl.RunAsync("delete", "configmap", "b");

            var reviews = hook.Reviews.Where(review => (string?)review["name"] == "b").ToList();
            Assert.Equal(["CREATE", "UPDATE", "DELETE"], reviews.Select(review => (string?)review["operation"]));
            Assert.Equal([null, "large", "small"], reviews.Select(review => (string?)review["oldObject"]?["data"]?["size"]));
            Assert.Equal(["large", "small", null], reviews.Select(review => (string?)review["object"]?["data"]?["size"]));
            Assert.All(reviews, review => Assert.Equal((ns, "configmaps"), ((string?)review["namespace"], (string?)review["resource"]!["resource"])));
            Assert.All(reviews, review => Assert.False((bool)review["dryRun"]!));
            Assert.Contains(hook.Reviews, review => (bool)review["dryRun"]!);
        }
        finally
        {
            await kubectl.RunAsync("delete", "validatingwebhookconfiguration", "sizes-" + ns);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_webhook_that_is_away_stops_writes_or_lets_them_pass_as_its_policy_says(string target)
    {
        await using var hook = await Hook.StartAsync("hook.hooks.svc");
        var cluster = await targets.SharedAsync(target);
        using var client = cluster.Connect();
        var ns = await Namespaces.CreateAsync(client, Cancellation);
        var kubectl = new Kubectl(cluster, ns);
        var nowhere = $"""url: "https://127.0.0.1:{RealServers.FreePort()}/validate" """;
        await kubectl.ApplyAsync(Configuration(ns, nowhere, hook.Bundle, "Fail"));
        try
        {
            await UntilAskedAsync(client, ns);
            var refused = await Assert.ThrowsAsync<HttpOperationException>(() => CreateAsync(client, ns, "a", "small"));
            Assert.Equal(HttpStatusCode.InternalServerError, refused.Response.StatusCode);
            Assert.Contains(
                $"failed calling webhook \\\"sizes.{ns}.example.com\\\": failed to call webhook", refused.Response.Content, StringComparison.Ordinal);

            await kubectl.ApplyAsync(Configuration(ns, nowhere, hook.Bundle, "Ignore"));
            while (!await IsAcceptedAsync(client, ns, "small"))
            {
                await Task.Delay(50, Cancellation); // the server hears of the change by a watch of its own
            }

            await CreateAsync(client, ns, "a", "huge");
        }
        finally
        {
            await kubectl.RunAsync("delete", "validatingwebhookconfiguration", "sizes-" + ns);
        }
    }

    [Fact]
    public async Task The_lab_calls_a_service_where_it_was_told_that_it_listens_and_checks_its_name()
    {
        await using var right = await Hook.StartAsync("hook.hooks.svc");
        await using var wrong = await Hook.StartAsync("another.hooks.svc");
        await using var lab = await LabKubernetes.StartAsync(
            new()
            {
                Services = new Dictionary<string, Uri>(StringComparer.Ordinal) { ["hooks/hook"] = right.Url, ["hooks/impostor"] = wrong.Url },
            },
            Cancellation);
        using var client = new k8s.Kubernetes(new KubernetesClientConfiguration { Host = lab.Address.AbsoluteUri });

        async Task<string> RefusalAsync(string service, string bundle)
        {
            await SendAsync(client, KubernetesYaml.LoadFromString<JsonNode>(Configuration(
                "default", $$"""service: {namespace: hooks, name: {{service}}, path: /validate}""", bundle, "Fail")));
            var refused = await Assert.ThrowsAsync<HttpOperationException>(() => CreateAsync(client, "default", "a", "huge"));
            return refused.Response.Content!;
        }

        Assert.Contains("denied the request: too big", await RefusalAsync("hook", right.Bundle), StringComparison.Ordinal);
        Assert.Equal("/validate", right.Path);
        Assert.Contains("failed to call webhook", await RefusalAsync("impostor", wrong.Bundle), StringComparison.Ordinal);
        Assert.Empty(wrong.Reviews);
        Assert.Contains("--service hooks/unknown=URL", await RefusalAsync("unknown", right.Bundle), StringComparison.Ordinal);
    }

    private static async Task SendAsync(k8s.Kubernetes client, JsonNode configuration)
    {
        var path = new Uri(client.BaseUri, "apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations");
        using var old = await client.HttpClient.DeleteAsync(new Uri(path + "/" + (string?)configuration["metadata"]!["name"]), Cancellation);
        using var body = new StringContent(configuration.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var made = await client.HttpClient.PostAsync(path, body, Cancellation);
        made.EnsureSuccessStatusCode();
    }

    private static string Configuration(string ns, string client, string bundle, string policy) => $$"""
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingWebhookConfiguration
        metadata: {name: sizes-{{ns}} }
        webhooks:
        - name: sizes.{{ns}}.example.com
          admissionReviewVersions: [v1]
          sideEffects: None
          failurePolicy: {{policy}}
          timeoutSeconds: 5
          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ns}} } }
          rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE, DELETE], resources: [configmaps]}]
          clientConfig:
            caBundle: {{bundle}}
            {{client}}
        """;

    private static Task<V1ConfigMap> CreateAsync(k8s.Kubernetes client, string ns, string name, string size, string? dryRun = null) =>
        client.CoreV1.CreateNamespacedConfigMapAsync(
            new V1ConfigMap { Metadata = new V1ObjectMeta { Name = name }, Data = new Dictionary<string, string>(StringComparer.Ordinal) { ["size"] = size } },
            ns, dryRun: dryRun, cancellationToken: Cancellation);

    private static async Task<bool> IsAcceptedAsync(k8s.Kubernetes client, string ns, string size)
    {
        try
        {
            await CreateAsync(client, ns, "probe", size, "All");
            return true;
        }
        catch (HttpOperationException)
        {
            return false;
        }
    }

    private static async Task UntilAskedAsync(k8s.Kubernetes client, string ns)
    {
        while (await IsAcceptedAsync(client, ns, "huge"))
        {
            await Task.Delay(50, Cancellation); // the server hears of webhooks by a watch of its own
        }
    }

    /// <summary>A webhook that finds "huge" too big and "large" slow.</summary>
    private sealed class Hook : IAsyncDisposable
    {
        private readonly WebApplication _server;

        private Hook(WebApplication server, string bundle)
        {
            _server = server;
            Bundle = bundle;
        }

        public string Bundle { get; }

        public Uri Url => new(_server.Urls.First() + "/");

        public ConcurrentQueue<JsonNode> Reviews { get; } = new();

        public string Path { get; private set; } = "";

        public static async Task<Hook> StartAsync(string service)
        {
            using var certificate = Certificate(service);
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(
                IPAddress.Loopback, 0, listen => listen.UseHttps(X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null))));
            var server = builder.Build();
            var hook = new Hook(server, Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(certificate.ExportCertificatePem())));
            server.Run(hook.AnswerAsync);
            await server.StartAsync(Cancellation);
            return hook;
        }

        public async ValueTask DisposeAsync() => await _server.DisposeAsync();

        private static X509Certificate2 Certificate(string service)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=" + service, key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName(service);
            request.CertificateExtensions.Add(names.Build());
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        }

        private async Task AnswerAsync(HttpContext http)
        {
            Path = http.Request.Path;
            var request = (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!["request"]!;
            Reviews.Enqueue(request);
            var size = (string?)request["object"]?["data"]?["size"];
            var response = new JsonObject { ["uid"] = request["uid"]!.DeepClone(), ["allowed"] = size != "huge" };
            if (size == "huge")
            {
                response["status"] = new JsonObject { ["code"] = 403, ["reason"] = "Forbidden", ["message"] = "too big" };
            }
            else if (size == "large")
            {
                response["warnings"] = new JsonArray("large ones are slow");
            }

            await http.Response.WriteAsJsonAsync(
                new JsonObject { ["apiVersion"] = "admission.k8s.io/v1", ["kind"] = "AdmissionReview", ["response"] = response }, http.RequestAborted);
        }
    }
}

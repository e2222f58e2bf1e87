using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Metal3.Contracts.Tests;
using Metal3.CrdBridge.Tests.Bridge;

namespace Metal3.CrdBridge.Tests.Admission;

public sealed class WebhookTests : IAsyncLifetime
{
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        PooledConnectionLifetime = TimeSpan.Zero, // every request shakes hands anew
    });

    private Rig _rig = null!;
#pragma warning disable CA2213 // the rig disposes the bridges that it started
    private Rig.Running _bridge = null!;
#pragma warning restore CA2213

    public static TheoryData<string> Refused =>
        [.. Manifest.Invalid.Where(m => m.Layer == "admission" && m.Rule is not ("N6" or "N7")).Select(m => m.File)]; // those two need a user: see below

    public async ValueTask InitializeAsync()
    {
        _rig = await Rig.StartAsync(worker: false);
        _rig.WriteCertificate().Dispose();
        _bridge = await _rig.BridgeAsync(("WebhookAddress", "127.0.0.1:0"));
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _rig.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Every_manifest_that_admission_must_refuse_is_refused_with_its_field(string file)
    {
        var manifest = Manifest.Invalid.Single(m => m.File == file);
        var before = manifest.Documents.Count > 1 ? manifest.Documents[0] : null;

        var response = await AskAsync(manifest.Kind, before is null ? "CREATE" : "UPDATE", manifest.Sent, before);

        Assert.False((bool)response["allowed"]!);
        Assert.Equal(403, (int)response["status"]!["code"]!);
        Assert.Contains(manifest.Field, (string)response["status"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_valid_manifest_is_allowed()
    {
        string[] kinds = ["BareMetalHost", "BMCEventSubscription", "DataImage", "HostClaim", "HostFirmwareComponents", "HostNetworkAttachment"];
        var valid = Manifest.Valid.Where(m => kinds.Contains(m.Kind, StringComparer.Ordinal)).ToList();
        Assert.NotEmpty(valid);
        foreach (var manifest in valid)
        {
            var response = await AskAsync(manifest.Kind, "CREATE", manifest.Sent, null);
            Assert.True((bool)response["allowed"]!, $"{manifest.File}: {response}");
            Assert.Equal("u-1", (string)response["uid"]!);
        }
    }

    [Fact]
    public async Task An_attachment_in_use_is_neither_deleted_nor_changed()
    {
        await _rig.HostAsync("a", spec: """{"networkInterfaces": [{"name": "eth0", "macAddress": "00:00:00:00:00:01", "hostNetworkAttachment": {"name": "net"}}]}""");
        JsonObject Attachment(int vlan) => JsonNode.Parse($$$"""{"apiVersion": "metal3.io/v1alpha1", "kind": "HostNetworkAttachment", "metadata": {"name": "net", "namespace": "default"}, "spec": {"mode": "access", "nativeVLAN": {{{vlan}}}}}""")!.AsObject();

        var deleted = await AskAsync("HostNetworkAttachment", "DELETE", null, Attachment(10));
        var changed = await AskAsync("HostNetworkAttachment", "UPDATE", Attachment(11), Attachment(10));
        var same = await AskAsync("HostNetworkAttachment", "UPDATE", Attachment(10), Attachment(10));

        Assert.Equal((false, false, true), ((bool)deleted["allowed"]!, (bool)changed["allowed"]!, (bool)same["allowed"]!));
        Assert.Contains("default/a[eth0]", (string)deleted["warnings"]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_that_cannot_be_looked_up_refuse_a_deletion()
    {
        await _rig.Kubernetes.DisposeAsync();

        var deleted = await AskAsync("HostNetworkAttachment", "DELETE", null, JsonNode.Parse("""{"metadata": {"name": "net", "namespace": "default"}, "spec": {}}""")!.AsObject());

        Assert.False((bool)deleted["allowed"]!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1beta1", "request": {}}""")]
    [InlineData("""{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"}""")]
    [InlineData("""{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {"uid": 7}}""")]
    [InlineData("""{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {"uid": "u", "kind": {"kind": "DataImage"}, "operation": "CREATE", "object": {}}}""")]
    [InlineData("""{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {"uid": "u", "kind": {"kind": "BareMetalHost"}, "operation": "SHOUT", "object": {}}}""")]
    [InlineData("""{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {"uid": "u", "kind": {"kind": "BareMetalHost"}, "operation": "CREATE", "object": "text"}}""")]
    [InlineData("""{"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": {"uid": "u", "kind": {"kind": "BareMetalHost"}, "operation": "UPDATE", "object": {}}}""")]
    public async Task A_body_that_is_no_review_is_a_bad_request_with_a_reason(string body)
    {
        using var response = await PostAsync("baremetalhost", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("AdmissionReview", await response.Content.ReadAsStringAsync(Rig.Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hostile_object_is_refused_and_never_an_error_of_the_server()
    {
        var response = await AskAsync("BareMetalHost", "CREATE", JsonNode.Parse("""{"metadata": 7, "spec": {"bmc": [], "online": "maybe"}}""")!.AsObject(), null);

        Assert.False((bool)response["allowed"]!);
        Assert.Equal(403, (int)response["status"]!["code"]!);
    }

    [Theory]
    [InlineData("GET", "/validate-metal3-io-v1alpha1-baremetalhost", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/validate-metal3-io-v1alpha1-other", HttpStatusCode.NotFound)]
    public async Task Other_requests_are_told_what_is_wrong(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(_bridge.Servers.Webhook!, path));
        using var response = await _http.SendAsync(request, Rig.Cancellation);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task The_API_server_asks_the_webhook_and_passes_its_words_on()
    {
        var certificate = await File.ReadAllTextAsync(Path.Combine(_rig.Certificates, "tls.crt"), Rig.Cancellation);
        await _rig.ApplyAsync(
            "apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
            JsonNode.Parse($$$"""
                {"metadata": {"name": "metal3"}, "webhooks": [{"name": "baremetalhost.metal3.io", "failurePolicy": "Fail", "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "clientConfig": {"url": "{{{new Uri(_bridge.Servers.Webhook!, "/validate-metal3-io-v1alpha1-baremetalhost")}}}", "caBundle": "{{{Convert.ToBase64String(Encoding.ASCII.GetBytes(certificate))}}}"},
                "rules": [{"apiGroups": ["metal3.io"], "apiVersions": ["v1alpha1"], "operations": ["CREATE", "UPDATE"], "resources": ["baremetalhosts"]}]}]}
                """)!.AsObject());

        await _rig.HostAsync("fine");
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => _rig.HostAsync("bad", spec: """{"bmc": {"address": "gopher://10.0.0.1", "credentialsName": "c"}}"""));

        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("spec.bmc.address", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_certificate_is_used_from_the_next_connection_and_half_of_one_is_not()
    {
        var first = await ServedAsync();
        await File.WriteAllTextAsync(Path.Combine(_rig.Certificates, "tls.key"), "half written", Rig.Cancellation);
        Assert.Equal(first, await ServedAsync());

        using var rotated = _rig.WriteCertificate();

        Assert.Equal(rotated.Thumbprint, await ServedAsync());
        Assert.NotEqual(first, rotated.Thumbprint);
    }

    [Fact]
    public async Task Readiness_waits_for_the_certificate_and_not_for_Temporal()
    {
        File.Delete(Path.Combine(_rig.Certificates, "tls.crt"));
        await _rig.Temporal.DisposeAsync();
        var bare = await _rig.BridgeAsync(("WebhookAddress", "127.0.0.1:0"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ProbeAsync(bare, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, await ProbeAsync(bare, "/healthz"));
        _rig.WriteCertificate().Dispose();
        Assert.Equal(HttpStatusCode.OK, await ProbeAsync(bare, "/readyz"));
    }

    [Fact]
    public async Task Metrics_count_verdicts_as_Prometheus_reads_them()
    {
        await AskAsync("BareMetalHost", "CREATE", JsonNode.Parse("""{"metadata": {"name": "a"}, "spec": {}}""")!.AsObject(), null);
        await AskAsync("BareMetalHost", "CREATE", JsonNode.Parse("""{"metadata": {"name": "a"}, "spec": {"bmc": {"address": "gopher://1"}}}""")!.AsObject(), null);
        using var bad = await PostAsync("baremetalhost", "{}");

        var text = await _http.GetStringAsync(new Uri(_bridge.Servers.Metrics!, "/metrics"), Rig.Cancellation);

        Assert.Contains("metal3_bridge_admission_reviews_total{kind=\"BareMetalHost\",verdict=\"allowed\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("metal3_bridge_admission_reviews_total{kind=\"BareMetalHost\",verdict=\"denied\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("metal3_bridge_admission_reviews_total{kind=\"BareMetalHost\",verdict=\"invalid\"} 1\n", text, StringComparison.Ordinal);
        Assert.All(
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches("""^(# (HELP|TYPE) \S+ .+|[a-z0-9_]+(\{([a-z]+="[^"]*",?)+\})? [0-9.e+-]+)$""", line));
    }

    private async Task<HttpStatusCode> ProbeAsync(Rig.Running bridge, string path)
    {
        using var response = await _http.GetAsync(new Uri(bridge.Servers.Health!, path), Rig.Cancellation);
        return response.StatusCode;
    }

    private async Task<string> ServedAsync()
    {
        string? thumbprint = null;
        using var http = new HttpClient(new SocketsHttpHandler
        {
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    thumbprint = ((X509Certificate2)certificate!).Thumbprint;
                    return true;
                },
            },
        });
        using var response = await http.GetAsync(_bridge.Servers.Webhook!, Rig.Cancellation);
        return thumbprint!;
    }

    private async Task<JsonObject> AskAsync(string kind, string operation, JsonObject? now, JsonObject? before)
    {
        var review = new JsonObject
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["request"] = new JsonObject
            {
                ["uid"] = "u-1",
                ["kind"] = new JsonObject { ["group"] = "metal3.io", ["version"] = "v1alpha1", ["kind"] = kind },
                ["operation"] = operation,
                ["object"] = now?.DeepClone(),
                ["oldObject"] = before?.DeepClone(),
            },
        };
        using var response = await PostAsync(kind.ToLowerInvariant(), review.ToJsonString());
        var text = await response.Content.ReadAsStringAsync(Rig.Cancellation);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!["response"]!.AsObject();
    }

    private async Task<HttpResponseMessage> PostAsync(string kind, string body)
    {
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        return await _http.PostAsync(new Uri(_bridge.Servers.Webhook!, $"/validate-metal3-io-v1alpha1-{kind}"), content, Rig.Cancellation);
    }
}

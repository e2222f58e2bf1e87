using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.TestKit;

namespace Metal3.Contracts.Tests;

/// <summary>A real API server with our CRDs; started once for all tests of the class.</summary>
public sealed class RealApiServer : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("metal3-crds-").FullName;
    private string? _binaries;
    private HttpClient? _http;

    public string? Applied { get; private set; }

    public async ValueTask InitializeAsync()
    {
        try
        {
            _binaries = RealServers.KubernetesBinaries();
            _ = RealServers.OnPath("kubectl");
        }
        catch (Exception skip) when (skip.GetType().Name == "SkipException")
        {
            _binaries = null;
            return;
        }

        var port = FreePorts(4);
        await RunAsync(Path.Combine(_binaries, "kube-up.sh"), _directory, port.ToString(CultureInfo.InvariantCulture));
        var token = (await File.ReadAllTextAsync(Path.Combine(_directory, "token"))).Trim();
        _http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator })
        {
            BaseAddress = new($"https://127.0.0.1:{port}"),
        };
        _http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        string[] crds = [.. Manifest.CrdFiles.SelectMany(file => new[] { "-f", file })];
        Applied = await KubectlAsync(["apply", .. crds]);
        await KubectlAsync(["wait", "--for=condition=Established", "--timeout=60s", .. crds]);
        foreach (var name in new[] { "fleet", "tenant-red", "m3" })
        {
            await KubectlAsync("create", "namespace", name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_binaries is not null)
        {
            await RunAsync(Path.Combine(_binaries, "kube-down.sh"), _directory);
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Skips the test, or fails it where servers are promised, if there is no server.</summary>
    public void Need()
    {
        if (_http is null)
        {
            _ = RealServers.KubernetesBinaries();
            _ = RealServers.OnPath("kubectl");
        }
    }

    public Task<string> KubectlAsync(params string[] arguments) =>
        RunAsync("kubectl", ["--kubeconfig", Path.Combine(_directory, "kubeconfig"), .. arguments]);

    public async Task<(HttpStatusCode Code, JsonObject Body)> SendAsync(HttpMethod method, string path, JsonNode? body = null, string type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue(type));
        }

        using var response = await _http!.SendAsync(request);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject());
    }

    private static int FreePorts(int count)
    {
        // The script takes neighbours of the port for etcd and the controller manager.
        while (true)
        {
            var first = RealServers.FreePort();
            if (first + count < IPEndPoint.MaxPort && Enumerable.Range(first, count).All(IsFree))
            {
                return first;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private async Task<string> RunAsync(string file, params string[] arguments)
    {
        // Output goes through files: the servers that the script leaves behind inherit its pipes and would keep them open.
        var output = Path.Combine(_directory, Path.GetRandomFileName());
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "out=$1; shift; exec \"$@\" > \"$out\" 2>&1", "run", output, file, .. arguments]))!;
        await process.WaitForExitAsync();
        var text = await File.ReadAllTextAsync(output);
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{Path.GetFileName(file)} {string.Join(' ', arguments)}: {text}");
    }
}

public sealed class RealApiServerTests(RealApiServer server) : IClassFixture<RealApiServer>
{
    [Fact]
    public async Task The_CRDs_apply_and_their_schemas_are_structural()
    {
        server.Need();

        var (_, crds) = await server.SendAsync(HttpMethod.Get, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions");

        var conditions = crds["items"]!.AsArray().SelectMany(c => c!["status"]!["conditions"]!.AsArray(), (c, condition) => $"{condition!["type"]} {condition["status"]}").Distinct();
        Assert.Equal(["Established True", "NamesAccepted True"], conditions.Order(StringComparer.Ordinal));
        Assert.Equal(13, crds["items"]!.AsArray().Count);
        Assert.DoesNotContain("Warning", server.Applied, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_valid_manifest_applies_and_nothing_of_it_is_pruned()
    {
        server.Need();

        var output = await server.KubectlAsync("apply", "--validate=true", "-f", Manifest.ValidDirectory);

        Assert.Equal(Manifest.Valid.Count, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (var manifest in Manifest.Valid.Where(m => m.Kind != "Secret" && m.Sent["status"] is null))
        {
            var (_, stored) = await server.SendAsync(HttpMethod.Get, $"{Path(manifest.Sent)}/{manifest.Sent["metadata"]!["name"]}");
            Assert.All(
                manifest.Sent["spec"]!.AsObject(),
                member => Assert.True(Contains(stored["spec"]![member.Key], member.Value), $"{manifest.File}: spec.{member.Key} was {stored["spec"]![member.Key]?.ToJsonString()}"));
        }
    }

    [Fact]
    public async Task Every_invalid_manifest_is_refused_by_the_server_with_the_field_or_left_to_admission()
    {
        server.Need();

        foreach (var manifest in Manifest.Invalid)
        {
            var (code, answer) = await server.SendAsync(HttpMethod.Post, $"{Path(manifest.Sent)}?dryRun=All", manifest.Sent);

            if (manifest.Layer == "server")
            {
                Assert.True(code == HttpStatusCode.UnprocessableEntity, $"{manifest.File}: {answer.ToJsonString()}");
                Assert.Contains(manifest.Field, answer["details"]!["causes"]!.AsArray().Select(c => (string)c!["field"]!));
            }
            else
            {
                Assert.True(code == HttpStatusCode.Created, $"{manifest.File}: {answer.ToJsonString()}");
            }
        }
    }

    [Fact]
    public async Task An_empty_status_and_every_error_that_we_know_can_be_stored()
    {
        server.Need();
        const string hosts = "/apis/metal3.io/v1alpha1/namespaces/m3/baremetalhosts";
        await server.SendAsync(HttpMethod.Post, hosts, Manifest.Written(new BareMetalHost { Metadata = new() { Name = "status" }, Spec = new() }));
        BareMetalHostStatus[] all =
        [
            new(),
            new() { Provisioning = new() { Raid = new() { HardwareRaidVolumes = [] } }, Hardware = new() },
            .. ErrorType.Known.Select(e => new BareMetalHostStatus { ErrorType = e, OperationalStatus = OperationalStatus.Error }),
        ];

        foreach (var status in all)
        {
            var (code, answer) = await server.SendAsync(
                HttpMethod.Patch,
                $"{hosts}/status/status",
                new JsonArray(new JsonObject { ["op"] = "add", ["path"] = "/status", ["value"] = Metal3Json.SerializeToNode(status) }),
                "application/json-patch+json");

            Assert.True(code == HttpStatusCode.OK, answer.ToJsonString());
            Assert.Equal(status, Metal3Json.Deserialize<BareMetalHost>(answer).Status);
        }
    }

    [Fact]
    public async Task Reading_and_writing_back_through_the_types_changes_nothing()
    {
        server.Need();
        foreach (var manifest in Manifest.Valid.Where(m => m.Kind != "Secret"))
        {
            var sent = manifest.Sent.DeepClone();
            sent["metadata"]!["namespace"] = "m3";
            sent["metadata"]!["name"] = "same-" + System.IO.Path.GetFileNameWithoutExtension(manifest.File);
            var (created, stored) = await server.SendAsync(HttpMethod.Post, Path(sent), sent);
            Assert.Equal(HttpStatusCode.Created, created);

            var (code, again) = await server.SendAsync(HttpMethod.Put, $"{Path(sent)}/{sent["metadata"]!["name"]}", Manifest.RoundTrip(manifest.Kind, stored));

            Assert.True(code == HttpStatusCode.OK, $"{manifest.File}: {again.ToJsonString()}");
            Assert.Equal(Manifest.Typed(manifest.Kind, stored) with { Metadata = new() }, Manifest.Typed(manifest.Kind, again) with { Metadata = new() });
            Assert.True(Contains(again["spec"], stored["spec"]), $"{manifest.File}: {again.ToJsonString()}");
        }
    }

    private static string Path(JsonNode manifest) =>
        $"/apis/metal3.io/v1alpha1/namespaces/{manifest["metadata"]!["namespace"]}/{Metal3Group.Kinds.Single(k => k.Name == (string)manifest["kind"]!).Plural}";

    private static bool Contains(JsonNode? stored, JsonNode? sent) => (stored, sent) switch
    {
        (_, null) => true,
        (JsonObject have, JsonObject want) => want.All(m => Contains(have[m.Key], m.Value)),
        (JsonArray have, JsonArray want) => have.Count == want.Count && want.Select((item, i) => Contains(have[i], item)).All(same => same),
        _ => JsonNode.DeepEquals(stored, sent),
    };
}

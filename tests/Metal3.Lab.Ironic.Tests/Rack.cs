using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Metal3.TestKit;

namespace Metal3.Lab.Ironic.Tests;

/// <summary>A simulator whose clock only the test moves, and a client that says what Ironic answered.</summary>
internal sealed class Rack : IAsyncDisposable
{
    public const string Version = "1.95";
    private readonly HttpClient _http = new(new HttpClientHandler { AllowAutoRedirect = false });

    private Rack(LabIronic ironic, ManualTime time) => (Ironic, Time) = (ironic, time);

    public LabIronic Ironic { get; }

    public ManualTime Time { get; }

    public static async Task<Rack> StartAsync(Action<LabIronicOptions>? more = null)
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        var options = new LabIronicOptions
        {
            Time = time,
            Times = StageTimes.Fast.With(Stages.Lock, TimeSpan.Zero).With(Stages.PowerSync, TimeSpan.FromHours(1)),
        };
        more?.Invoke(options);
        return new(await LabIronic.StartAsync(options, TestContext.Current.CancellationToken), time);
    }

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? body = null, string? version = Version, string? credentials = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Ironic.Address, path));
        if (version is not null)
        {
            request.Headers.Add("X-OpenStack-Ironic-API-Version", version);
        }

        if (credentials is not null)
        {
            request.Headers.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new(response.StatusCode, text, response.Headers);
    }

    public Task<Answer> GetAsync(string path, string? version = Version) => SendAsync(HttpMethod.Get, path, null, version);

    public Task<Answer> PutAsync(string path, string? body = null) => SendAsync(HttpMethod.Put, path, body ?? "{}");

    public Task<Answer> VerbAsync(string node, string verb, string more = "") =>
        PutAsync($"/v1/nodes/{node}/states/provision", $$"""{"target":"{{verb}}"{{more}}}""");

    public async Task<JsonObject> NodeAsync(string node) => (await GetAsync($"/v1/nodes/{node}")).Object;

    public Task<Answer> PatchAsync(string node, string operations) =>
        SendAsync(HttpMethod.Patch, $"/v1/nodes/{node}", $"[{operations}]");

    /// <summary>Moves the clock until the node rests, and says through which states it went.</summary>
    public async Task<List<string>> SettleAsync(string node)
    {
        var states = new List<string>();
        for (var i = 0; i < 2000; i++)
        {
            var now = await NodeAsync(node);
            var state = (string)now["provision_state"]!;
            if (states.LastOrDefault() != state)
            {
                states.Add(state);
            }

            if (now["reservation"] is null && now["target_power_state"] is null
                && (now["target_provision_state"] is null || state.Contains("failed", StringComparison.Ordinal)
                    || state.Contains("hold", StringComparison.Ordinal)))
            {
                return states;
            }

            Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        throw new InvalidOperationException($"{node} never rests: {string.Join(", ", states)}");
    }

    /// <summary>Carries out a verb and says through which states the node went.</summary>
    public async Task<List<string>> DoAsync(string node, string verb, string more = "")
    {
        var answer = await VerbAsync(node, verb, more);
        Assert.True(answer.Status == HttpStatusCode.Accepted, $"{verb}: {answer.Text}");
        return await SettleAsync(node);
    }

    /// <summary>A node for a machine of the lab, just enrolled.</summary>
    public async Task<string> EnrollAsync(string name = "host-0", string password = "password", string mac = "52:54:00:00:00:01")
    {
        var system = Ironic.AddHost(name, mac);
        var created = await SendAsync(HttpMethod.Post, "/v1/nodes", $$"""
            {"name":"lab~{{name}}","driver":"redfish","boot_interface":"redfish-virtual-media","inspect_interface":"agent",
             "driver_info":{"redfish_address":"{{Ironic.RedfishAddress}}","redfish_system_id":"{{system}}",
               "redfish_username":"admin","redfish_password":"{{password}}","deploy_iso":"http://images/ipa.iso"} }
            """);
        Assert.Equal(HttpStatusCode.Created, created.Status);
        var port = await SendAsync(
            HttpMethod.Post, "/v1/ports", $$"""{"node_uuid":"{{created.Object["uuid"]}}","address":"{{mac}}"}""");
        Assert.Equal(HttpStatusCode.Created, port.Status);
        return $"lab~{name}";
    }

    public async Task<string> AvailableAsync(string name = "host-0")
    {
        var node = await EnrollAsync(name);
        _ = await DoAsync(node, "manage");
        _ = await DoAsync(node, "provide");
        var image = await PatchAsync(
            node,
            """
            {"op":"add","path":"/instance_info/image_source","value":"http://images/os.raw"},
            {"op":"add","path":"/instance_info/image_checksum","value":"abc"}
            """);
        Assert.Equal(HttpStatusCode.OK, image.Status);
        return node;
    }

    public async Task ForceAsync(string node, string state, string? target = null) =>
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await SendAsync(
                HttpMethod.Patch, $"/admin/nodes/{node}",
                new JsonObject { ["provision_state"] = state, ["target_provision_state"] = target, ["reservation"] = null }
                    .ToJsonString())).Status);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Ironic.DisposeAsync();
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, HttpResponseHeaders Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public JsonObject Object => Json.AsObject();

    /// <summary>The sentence inside the JSON string inside the JSON.</summary>
    public string Fault => (string?)JsonNode.Parse((string)Json["error_message"]!)!["faultstring"] ?? "";
}

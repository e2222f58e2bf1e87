using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metal3.TestKit;

namespace Metal3.Lab.Ironic.Tests;

/// <summary>A real Ironic, started from its scripts, with an agent for whatever boots.</summary>
public sealed class RealIronic : IAsyncLifetime
{
    private string? _scripts;
    private string _directory = "";

    public Uri Address { get; private set; } = new("http://nowhere");

    /// <summary>Where its file server serves <c>any.iso</c> and <c>image.raw</c>.</summary>
    public string Files { get; private set; } = "";

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Started by the first test that asks; skips where there is none.</summary>
    public async Task StartAsync()
    {
        var scripts = RealServers.IronicScripts();
        if (_scripts is not null)
        {
            return;
        }

        _directory = Directory.CreateTempSubdirectory("real-ironic-").FullName;
        _ = Directory.CreateDirectory(Path.Combine(_directory, "http"));
        await File.WriteAllTextAsync(Path.Combine(_directory, "http", "any.iso"), "an image of nothing");
        await File.WriteAllBytesAsync(Path.Combine(_directory, "http", "image.raw"), new byte[1 << 20]);
        _scripts = scripts;
        _ = await RunningProcess.OutputOfAsync(
            Path.Combine(scripts, "start.sh"), [_directory], null,
            new Dictionary<string, string?>
            {
                ["IRONIC_PORT"] = "0",
                ["IRONIC_HTTP_PORT"] = "0",
                ["IRONIC_AGENT_PORT"] = "0",
                ["IRONIC_CLEAN"] = "true",
            });
        var env = await File.ReadAllLinesAsync(Path.Combine(_directory, "env"));
        Address = new(env.First(line => line.StartsWith("IRONIC_URL=", StringComparison.Ordinal)).Split('=')[1]);
        Files = env.First(line => line.StartsWith("IRONIC_HTTP_URL=", StringComparison.Ordinal)).Split('=')[1];
    }

    public async ValueTask DisposeAsync()
    {
        if (_scripts is not null)
        {
            _ = await RunningProcess.OutputOfAsync(Path.Combine(_scripts, "stop.sh"), [_directory]);
            Directory.Delete(_directory, recursive: true);
        }
    }
}

/// <summary>The same requests to the simulator and to a real Ironic get the same answers.</summary>
public sealed partial class DifferentialTests(RealIronic real) : IClassFixture<RealIronic>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("fake-hardware")]
    [InlineData("ports")]
    [InlineData("redfish")]
    public async Task The_simulator_answers_as_the_real_Ironic(string script)
    {
        await real.StartAsync();
        var lines = (await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "Differential", script + ".txt")))
            .Where(line => line.Length > 0 && line[0] != '#').ToArray();
        await using var lab = await LabIronic.StartAsync(new() { Times = StageTimes.Fast }, CancellationToken.None);
        await using var other = await LabIronic.StartAsync(new() { Times = StageTimes.Fast }, CancellationToken.None);

        // The real Ironic drives a BMC of the lab as well: its own one, so that neither run sees the other's machine.
        var mine = await PlayAsync(lab.Address, lab, lines);
        var theirs = await PlayAsync(real.Address, other, lines);

        var differences = lines.Zip(mine, theirs).Where(line => line.Second != line.Third)
            .Select(line => $"{line.First}\n  lab:  {line.Second}\n  real: {line.Third}").ToList();
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public async Task The_real_Ironic_drives_the_BMC_of_the_lab()
    {
        await real.StartAsync();
        await using var lab = await LabIronic.StartAsync(new() { Times = StageTimes.Fast }, CancellationToken.None);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-OpenStack-Ironic-API-Version", Rack.Version);
        var system = lab.AddHost("driven", "52:54:00:00:00:77");
        using var body = Json($$"""
            {"name":"driven","driver":"redfish","boot_interface":"redfish-virtual-media","driver_info":{
              "redfish_address":"{{lab.RedfishAddress}}","redfish_system_id":"{{system}}",
              "redfish_username":"admin","redfish_password":"password"} }
            """);
        using var created = await http.PostAsync(new Uri(real.Address, "/v1/nodes"), body);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());

        await PutAsync("states/provision", """{"target":"manage"}""");
        var managed = await SettleAsync(http, real.Address, "driven");
        await PutAsync("states/power", """{"target":"power on"}""");
        _ = await SettleAsync(http, real.Address, "driven");
        await PutAsync("management/boot_device", """{"boot_device":"pxe","persistent":true}""");
        var host = JsonNode.Parse(await http.GetStringAsync(new Uri(lab.Address, "/admin/hosts/driven")))!;
        using var removed = await http.DeleteAsync(new Uri(real.Address, "/v1/nodes/driven"));

        Assert.Equal("manageable", managed[^1]);
        Assert.True((bool)host["poweredOn"]!);
        Assert.Equal("Pxe", (string?)host["bootTarget"]);
        Assert.Equal("Continuous", (string?)host["bootEnabled"]);

        async Task PutAsync(string path, string content)
        {
            using var request = Json(content);
            using var answer = await http.PutAsync(new Uri(real.Address, "/v1/nodes/driven/" + path), request);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    private async Task<List<string>> PlayAsync(Uri address, LabIronic bmc, string[] lines)
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var system = bmc.AddHost("machine", "52:54:00:00:00:aa", new() { ["uuid"] = "11111111-0000-0000-0000-0000000000aa" });
        var known = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["{bmc}"] = bmc.RedfishAddress,
            ["{system}"] = system,
            ["{mac}"] = "52:54:00:00:00:aa",
            ["{files}"] = real.Files,
        };
        var version = Rack.Version;
        var answers = new List<string>();
        foreach (var template in lines)
        {
            var line = known.Aggregate(template, (text, pair) => text.Replace(pair.Key, pair.Value, StringComparison.Ordinal));
            var parts = line.Split(' ', 3);
            if (parts[0] == "version")
            {
                version = parts[1];
                answers.Add("");
            }
            else if (parts[0] == "settle")
            {
                http.DefaultRequestHeaders.Clear();
                http.DefaultRequestHeaders.Add("X-OpenStack-Ironic-API-Version", Rack.Version);
                answers.Add((await SettleAsync(http, address, parts[1]))[^1]);
            }
            else
            {
                using var request = new HttpRequestMessage(new HttpMethod(parts[0]), new Uri(address, parts[1]));
                request.Content = parts.Length > 2 ? Json(parts[2]) : null;
                http.DefaultRequestHeaders.Clear();
                if (version != "-")
                {
                    request.Headers.Add("X-OpenStack-Ironic-API-Version", version);
                }

                using var response = await http.SendAsync(request);
                var text = await response.Content.ReadAsStringAsync();
                if (parts[0] == "POST" && (int)response.StatusCode == 201 && JsonNode.Parse(text) is JsonObject made
                    && (string?)made["name"] is { } name)
                {
                    known["{" + name + "}"] = (string)made["uuid"]!;
                }

                var location = response.Headers.Location?.ToString() ?? "";
                answers.Add(Normal($"{(int)response.StatusCode} {location} {Sorted(text)}", address, bmc));
            }
        }

        return answers;
    }

    /// <summary>Waits for the node on the wall clock, for the real Ironic knows no other.</summary>
    private static async Task<List<string>> SettleAsync(HttpClient http, Uri address, string node)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var states = new List<string> { "" };
        while (await poll.WaitForNextTickAsync(limit.Token))
        {
            var now = JsonNode.Parse(await http.GetStringAsync(new Uri(address, $"/v1/nodes/{node}"), limit.Token))!;
            var state = (string)now["provision_state"]!;
            if (states[^1] != state)
            {
                states.Add(state);
            }

            if (now["reservation"] is null && now["target_power_state"] is null
                && (now["target_provision_state"] is null || state.Contains("failed", StringComparison.Ordinal)))
            {
                return states;
            }
        }

        return states;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>Bodies are compared without order of keys; what only one side can know is left out.</summary>
    private static string Sorted(string text)
    {
        if (text.Length == 0 || text[0] is not ('{' or '['))
        {
            return text;
        }

        return Sort(JsonNode.Parse(text))!.ToJsonString();

        static JsonNode? Sort(JsonNode? node) => node switch
        {
            JsonObject fields => new JsonObject(fields
                .Where(field => field.Key is not ("driver_internal_info" or "allowable_values" or "attribute_type"
                    or "lower_bound" or "upper_bound" or "min_length" or "max_length" or "read_only" or "reset_required"
                    or "unique"))
                .OrderBy(field => field.Key, StringComparer.Ordinal)
                .Select(field => KeyValuePair.Create(field.Key, field.Key == "error_message"
                    ? Sort(JsonNode.Parse((string)field.Value!))
                    : Sort(field.Value)))),
            JsonArray items when items.All(item => item is JsonValue v && v.TryGetValue<string>(out _)) =>
                new JsonArray([.. items.Select(item => item!.DeepClone()).OrderBy(item => (string)item!, StringComparer.Ordinal)]),
            JsonArray items => new JsonArray([.. items.Select(Sort)]),
            _ => node?.DeepClone(),
        };
    }

    private static string Normal(string text, Uri address, LabIronic bmc)
    {
        text = text.Replace(bmc.RedfishAddress, "BMC", StringComparison.Ordinal)
            .Replace(address.GetLeftPart(UriPartial.Authority), bmc.Address == address ? "BMC" : "IRONIC", StringComparison.Ordinal)
            .Replace("IRONIC", "BMC", StringComparison.Ordinal);
        text = Uuid().Replace(text, "U");
        text = Moment().Replace(text, "T");
        text = Host().Replace(text, "\"C\"");
        text = Locked().Replace(text, "by host C");
        text = Pointer().Replace(text, "at 0x");
        text = Record().Replace(text, "record for node N");
        return Schema().Replace(text, "\"");
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", RegexOptions.CultureInvariant)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[0-9:.]+(\+00:00|\\u002B00:00)?", RegexOptions.CultureInvariant)]
    private static partial Regex Moment();

    [GeneratedRegex("\"(127\\.0\\.0\\.1|lab-ironic)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Host();

    [GeneratedRegex("by host (127\\.0\\.0\\.1|lab-ironic)", RegexOptions.CultureInvariant)]
    private static partial Regex Locked();

    [GeneratedRegex("at 0x[0-9a-f]+", RegexOptions.CultureInvariant)]
    private static partial Regex Pointer();

    [GeneratedRegex("record for node \\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Record();

    /// <summary>The schema that Ironic prints behind the sentence.</summary>
    [GeneratedRegex("\\\\n\\\\nFailed validating[^\"]*\"", RegexOptions.CultureInvariant)]
    private static partial Regex Schema();
}

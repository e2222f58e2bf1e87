using System.Net;
using System.Text.Json.Nodes;
using Metal3.TestKit;

namespace Metal3.Lab.Ironic.Tests;

public sealed class PersistenceTests
{
    [Fact]
    public async Task Nodes_ports_machines_failures_and_counters_survive_a_restart()
    {
        using var data = new TemporaryDirectory();
        string before, node;
        JsonNode counted;
        await using (var rack = await Rack.StartAsync(o => o.DataDirectory = data.Path))
        {
            node = await rack.EnrollAsync();
            _ = await rack.DoAsync(node, "manage");
            _ = await rack.DoAsync(node, "inspect");
            rack.Ironic.Fail("host-0", FailureKinds.CleanFails);
            before = (await rack.GetAsync($"/v1/nodes/{node}/inventory")).Text;
            counted = (await rack.GetAsync("/admin/counters")).Json["total"]!;
        }

        await using var again = await Rack.StartAsync(o => o.DataDirectory = data.Path);

        Assert.Equal((long)counted, (long)(await again.GetAsync("/admin/counters")).Json["total"]!);
        Assert.Equal("manageable", (string?)(await again.NodeAsync(node))["provision_state"]);
        Assert.Equal(before, (await again.GetAsync($"/v1/nodes/{node}/inventory")).Text);
        Assert.Equal(2, (await again.GetAsync($"/v1/ports?node={node}")).Json["ports"]!.AsArray().Count);
        Assert.Single((await again.GetAsync("/admin/failures")).Json.AsArray());
        Assert.Single((await again.GetAsync("/admin/hosts")).Json.AsArray());
    }

    [Fact]
    public async Task A_process_that_is_killed_forgets_nothing_that_it_answered()
    {
        using var data = new TemporaryDirectory();
        var cancellation = TestContext.Current.CancellationToken;
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-OpenStack-Ironic-API-Version", Rack.Version);
        await using (var process = Start(data.Path))
        {
            var address = await AddressAsync(process);
            for (var i = 0; i < 20; i++)
            {
                using var body = new StringContent($$"""{"name":"n{{i}}","driver":"fake-hardware"}""");
                using var created = await http.PostAsync(new Uri(address, "/v1/nodes"), body, cancellation);
                Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            }

            process.Kill();
            _ = await process.ExitAsync(TimeSpan.FromSeconds(10));
        }

        // What a kill in the middle of a line leaves behind.
        await File.AppendAllTextAsync(Path.Combine(data.Path, "journal.jsonl"), """{"k":"node\ncut","v":{"num""", cancellation);
        await using var again = Start(data.Path);
        var listed = JsonNode.Parse(await http.GetStringAsync(new Uri(await AddressAsync(again), "/v1/nodes?fields=name"), cancellation))!;
        var counted = JsonNode.Parse(await http.GetStringAsync(new Uri(await AddressAsync(again), "/admin/counters"), cancellation))!;

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"n{i}"), listed["nodes"]!.AsArray().Select(n => (string)n!["name"]!));
        Assert.Equal(20, (int)counted["calls"]!.AsArray().Where(c => (string?)c!["method"] == "POST").Sum(c => (long)c!["count"]!));
    }

    private static RunningProcess Start(string data) => RunningProcess.Start(
        "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "Metal3.Lab.Ironic.dll"), "--port", "0", "--data", data, "--speed", "instant"]);

    private static async Task<Uri> AddressAsync(RunningProcess process) =>
        new((await process.LineWithAsync("BMCs: ")).Split("BMCs: ")[1].Split(' ')[0]);
}

/// <summary>A directory that goes with the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("lab-ironic-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

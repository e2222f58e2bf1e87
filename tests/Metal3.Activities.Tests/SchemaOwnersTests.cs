using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using Metal3.Activities.Kubernetes.Writing;
using Metal3.Contracts.Resources;
using Metal3.Lab.Kubernetes;

namespace Metal3.Activities.Tests;

/// <summary>One FirmwareSchema, many machines that are alike.</summary>
public sealed class SchemaOwnersTests : IAsyncLifetime
{
    private const string Name = "schema-1";
    private LabKubernetes _lab = null!;
    private k8s.Kubernetes _client = null!;
    private ObjectStore _objects = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _lab = await LabKubernetes.StartAsync(new() { CrdPaths = [Path.Combine(Source(), "deploy", "crds")] }, Cancellation);
        _client = new(new KubernetesClientConfiguration { Host = _lab.Address.ToString() });
        _objects = new(_client);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _lab.DisposeAsync();
    }

    [Fact]
    public async Task Two_hundred_machines_at_once_all_own_their_schema_and_it_is_written_a_few_times_only()
    {
        var owners = new SchemaOwners(_objects);
        var references = await Task.WhenAll(Enumerable.Range(0, 200).Select(OwnerAsync));

        await Task.WhenAll(references.Select(reference => owners.EnsureAsync("default", Name, reference, Spec, Cancellation)));
        await owners.EnsureAsync("default", Name, references[7], Spec, Cancellation);

        var schema = await _objects.FindAsync(Metal3Group.FirmwareSchema, "default", Name, Cancellation);
        Assert.Equal(
            [.. references.Select(reference => (string)reference["uid"]!).Order(StringComparer.Ordinal)],
            schema!["metadata"]!["ownerReferences"]!.AsArray().Select(owner => (string)owner!["uid"]!).Order(StringComparer.Ordinal));
        Assert.Equal("Boolean", (string?)schema["spec"]!["schema"]!["Quiet"]!["attribute_type"]);
        using var http = new HttpClient { BaseAddress = _lab.Address };
        var writes = (await http.GetStringAsync("/metrics", Cancellation)).Split('\n')
            .Where(line => line.Contains("firmwareschemas", StringComparison.Ordinal) && (line.Contains("POST", StringComparison.Ordinal) || line.Contains("PATCH", StringComparison.Ordinal)))
            .Sum(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(writes, 1, 20); // one, when all two hundred came before the first was written
    }

    [Fact]
    public async Task An_owner_that_is_refused_is_refused_alone()
    {
        var owners = new SchemaOwners(_objects);
        var references = await Task.WhenAll(Enumerable.Range(0, 11).Select(OwnerAsync));
        references[5]["name"] = "";

        var asked = references.Select(reference => owners.EnsureAsync("default", Name, reference, Spec, Cancellation)).ToList();
        var refused = asked[5];
        asked.RemoveAt(5);

        await Task.WhenAll(asked);
        await Assert.ThrowsAsync<HttpOperationException>(() => refused);
        var schema = await _objects.FindAsync(Metal3Group.FirmwareSchema, "default", Name, Cancellation);
        Assert.Equal(10, schema!["metadata"]!["ownerReferences"]!.AsArray().Count);
    }

    /// <summary>A reference to an owner that exists, or the server would take the schema away.</summary>
    private async Task<JsonObject> OwnerAsync(int number)
    {
        var owner = await _objects.CreateAsync(
            Metal3Group.HostFirmwareSettings,
            "default",
            new()
            {
                ["apiVersion"] = Metal3Group.ApiVersion,
                ["kind"] = Metal3Group.HostFirmwareSettings.Name,
                ["metadata"] = new JsonObject { ["name"] = $"host-{number}", ["namespace"] = "default" },
                ["spec"] = new JsonObject { ["settings"] = new JsonObject() },
            },
            Cancellation);
        return new()
        {
            ["apiVersion"] = Metal3Group.ApiVersion,
            ["kind"] = Metal3Group.HostFirmwareSettings.Name,
            ["name"] = $"host-{number}",
            ["uid"] = (string)owner!["metadata"]!["uid"]!,
        };
    }

    private static JsonObject Spec() => new() { ["schema"] = new JsonObject { ["Quiet"] = new JsonObject { ["attribute_type"] = "Boolean" } } };

    private static string Source()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Metal3.Workflows.sln")))
        {
            directory = directory.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
        }

        return directory.FullName;
    }
}

using System.Diagnostics;
using System.Net;
using k8s;
using k8s.Models;
using Metal3.Lab.Kubernetes;
using Metal3.TestKit;

namespace Metal3.Kubernetes.Conformance.Lab;

/// <summary>What the lab's server keeps, and how it ends.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("metal3-lab-durable-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_directory, "data");

    private string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Snapshots_replace_journals_and_lose_nothing()
    {
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        long revision;
        await using (var lab = await StartAsync(snapshotBytes: 50_000))
        {
            using var client = Connect();
            for (var i = 0; i < 60; i++)
            {
                expected[$"s{i:00}"] = (await client.CoreV1.CreateNamespacedSecretAsync(Secret($"s{i:00}", 2_000), "default", cancellationToken: Cancellation)).Metadata.ResourceVersion;
            }

            foreach (var name in (string[])["s00", "s30", "s59"])
            {
                await client.CoreV1.DeleteNamespacedSecretAsync(name, "default", cancellationToken: Cancellation);
                expected.Remove(name);
            }

            revision = lab.Revision;
        }

        Assert.NotEmpty(Directory.GetFiles(Data, "snapshot-*"));
        Assert.False(File.Exists(Path.Combine(Data, "journal-00000000")), "the first journal was not replaced");
        await using var again = await StartAsync(snapshotBytes: 50_000);
        using var reader = Connect();
        var kept = await reader.CoreV1.ListNamespacedSecretAsync("default", cancellationToken: Cancellation);
        Assert.Equal(expected, kept.Items.ToDictionary(one => one.Metadata.Name, one => one.Metadata.ResourceVersion, StringComparer.Ordinal));
        Assert.True(again.Revision >= revision, $"{again.Revision} after {revision}");
    }

    [Fact]
    public async Task A_snapshot_that_was_cut_short_is_passed_over()
    {
        await using (var lab = await StartAsync(snapshotBytes: 20_000))
        {
            using var client = Connect();
            for (var i = 0; i < 20; i++)
            {
                await client.CoreV1.CreateNamespacedSecretAsync(Secret($"s{i:00}", 2_000), "default", cancellationToken: Cancellation);
            }
        }

        var half = Path.Combine(Data, "snapshot-00000099.tmp");
        await File.WriteAllBytesAsync(half, [1, 2, 3], Cancellation);
        await using var again = await StartAsync(snapshotBytes: 20_000);
        using var reader = Connect();

        Assert.Equal(20, (await reader.CoreV1.ListNamespacedSecretAsync("default", cancellationToken: Cancellation)).Items.Count);
        Assert.False(File.Exists(half));
    }

    [Fact]
    public async Task What_was_acknowledged_survives_a_kill_while_a_snapshot_is_written()
    {
        var acknowledged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await using (var server = await StartProcessAsync())
        {
            using var client = Connect();

            // A journal of 64 MiB is due for a snapshot, whose file has another name until it is whole.
            for (var i = 0; i < 400 && !Directory.EnumerateFiles(Data, "snapshot-*").Any(); i++)
            {
                var made = await client.CoreV1.CreateNamespacedSecretAsync(Secret($"s{i:000}", 700_000), "default", cancellationToken: Cancellation);
                acknowledged[made.Metadata.Name] = made.Metadata.ResourceVersion;
            }

            server.Kill();
            await server.ExitAsync(TimeSpan.FromSeconds(20));
        }

        Assert.NotEmpty(Directory.EnumerateFiles(Data, "snapshot-*"));
        await using var again = await StartAsync();
        using var reader = Connect();
        var kept = await reader.CoreV1.ListNamespacedSecretAsync("default", cancellationToken: Cancellation);
        Assert.Empty(acknowledged.Except(kept.Items.Select(one => KeyValuePair.Create(one.Metadata.Name, one.Metadata.ResourceVersion))));
    }

    [Fact]
    public async Task Labels_owners_finalizers_and_deletions_mean_the_same_after_a_restart()
    {
        await using (await StartAsync())
        {
            using var writer = Connect();
            var owner = await writer.CoreV1.CreateNamespacedSecretAsync(Secret("owner", 1), "default", cancellationToken: Cancellation);
            var child = Secret("child", 1);
            child.Metadata.Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["tier"] = "gold" };
            child.Metadata.OwnerReferences = [new() { ApiVersion = "v1", Kind = "Secret", Name = "owner", Uid = owner.Metadata.Uid }];
            await writer.CoreV1.CreateNamespacedSecretAsync(child, "default", cancellationToken: Cancellation);
            var held = Secret("held", 1);
            held.Metadata.Finalizers = ["conformance.metal3.io/hold"];
            await writer.CoreV1.CreateNamespacedSecretAsync(held, "default", cancellationToken: Cancellation);
            await writer.CoreV1.DeleteNamespacedSecretAsync("held", "default", cancellationToken: Cancellation);
        }

        await using var again = await StartAsync();
        using var client = Connect();
        var golden = await client.CoreV1.ListNamespacedSecretAsync("default", labelSelector: "tier=gold", cancellationToken: Cancellation);
        var still = await client.CoreV1.ReadNamespacedSecretAsync("held", "default", cancellationToken: Cancellation);
        await client.CoreV1.PatchNamespacedSecretAsync(
            new V1Patch("""{"metadata":{"finalizers":null}}""", V1Patch.PatchType.MergePatch), "held", "default", cancellationToken: Cancellation);
        await client.CoreV1.DeleteNamespacedSecretAsync("owner", "default", cancellationToken: Cancellation);
        while ((await client.CoreV1.ListNamespacedSecretAsync("default", cancellationToken: Cancellation)).Items.Any(one => one.Metadata.Name == "child"))
        {
            await Task.Delay(20, Cancellation); // the collector works in the background
        }

        Assert.Equal("child", Assert.Single(golden.Items).Metadata.Name);
        Assert.NotNull(still.Metadata.DeletionTimestamp);
        Assert.Empty((await client.CoreV1.ListNamespacedSecretAsync("default", cancellationToken: Cancellation)).Items);
    }

    [Fact]
    public async Task A_watch_from_before_a_compaction_is_told_410_and_one_from_after_it_goes_on()
    {
        await using var lab = await StartAsync();
        using var client = Connect();
        var first = await client.CoreV1.CreateNamespacedSecretAsync(Secret("first", 1), "default", cancellationToken: Cancellation);
        await client.CoreV1.CreateNamespacedSecretAsync(Secret("second", 1), "default", cancellationToken: Cancellation);
        lab.Compact();
        var now = lab.Revision;
        await client.CoreV1.CreateNamespacedSecretAsync(Secret("third", 1), "default", cancellationToken: Cancellation);

        Assert.Contains("\"code\":410", await FirstLineAsync(client, first.Metadata.ResourceVersion), StringComparison.Ordinal);
        Assert.Contains("\"name\":\"third\"", await FirstLineAsync(client, now.ToString(null, null)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_ends_watches_cleanly_and_the_process_with_success()
    {
        await using var server = await StartProcessAsync();
        using var client = Connect();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.BaseUri, "api/v1/namespaces/default/secrets?watch=true&resourceVersion=0"));
        await client.Credentials.ProcessHttpRequestAsync(request, Cancellation);
        using var watch = await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal(HttpStatusCode.OK, watch.StatusCode);

        using var signal = Process.Start("kill", ["-TERM", server.Id.ToString(null, null)])!;
        var rest = await watch.Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(0, await server.ExitAsync(TimeSpan.FromSeconds(20)));
        Assert.DoesNotContain("Exception", server.Output, StringComparison.Ordinal);
        Assert.True(rest.Length == 0 || rest.EndsWith('\n'), rest);
    }

    private static V1Secret Secret(string name, int bytes) => new()
    {
        Metadata = new V1ObjectMeta { Name = name },
        Data = new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["blob"] = new byte[bytes] },
    };

    private static async Task<string> FirstLineAsync(k8s.Kubernetes client, string version)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(client.BaseUri, $"api/v1/namespaces/default/secrets?watch=true&timeoutSeconds=20&resourceVersion={version}"));
        await client.Credentials.ProcessHttpRequestAsync(request, Cancellation);
        using var response = await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        return await lines.ReadLineAsync(Cancellation) ?? "";
    }

    private k8s.Kubernetes Connect() => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(Kubeconfig));

    private Task<LabKubernetes> StartAsync(long snapshotBytes = 64 * 1024 * 1024) => LabKubernetes.StartAsync(
        new() { DataDirectory = Data, KubeconfigPath = Kubeconfig, Token = "t", SnapshotBytes = snapshotBytes }, Cancellation);

    private async Task<RunningProcess> StartProcessAsync()
    {
        var server = RunningProcess.Start(
            "dotnet",
            ["exec", Path.Combine(AppContext.BaseDirectory, "Metal3.Lab.Kubernetes.dll"), "--port", "0", "--token", "t", "--data", Data, "--kubeconfig", Kubeconfig]);
        await server.LineWithAsync("Kubernetes API at");
        return server;
    }
}

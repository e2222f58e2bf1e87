using System.Diagnostics;
using System.Text;
using Metal3.Lab.Kubernetes;

namespace Metal3.Bench;

/// <summary>The lab's Kubernetes API server: start, writes, lists, and changes to many watchers.</summary>
public sealed class LabKubernetesBench : IBench
{
    private const string Hosts = "/apis/bench.metal3.io/v1/namespaces/default/hosts";

    private const string Definition = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"hosts.bench.metal3.io"},
         "spec":{"group":"bench.metal3.io","scope":"Namespaced","names":{"plural":"hosts","singular":"host","kind":"Host"},
          "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","properties":{
           "spec":{"type":"object","properties":{"online":{"type":"boolean"},"notes":{"type":"array","items":{"type":"string"}}}}}}}}]}}
        """;

    /// <inheritdoc />
    public string Name => "lab-kubernetes";

    /// <inheritdoc />
    public string Summary => "start, write, list and watch throughput of lab/kubernetes (--hosts 10000 --kilobytes 4 --watchers 20)";

    /// <inheritdoc />
    public async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var hosts = options.Number("hosts", 10_000);
        var kilobytes = options.Number("kilobytes", 4);
        var watchers = options.Number("watchers", 20);
        var directory = Directory.CreateTempSubdirectory("metal3-bench-kube-").FullName;
        try
        {
            var lab = new LabKubernetesOptions { DataDirectory = directory };
            var server = await StartAsync("start-empty", lab, cancellationToken);
            using var http = new HttpClient { BaseAddress = server.Address };
            await PostAsync(http, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Definition, cancellationToken);

            var clock = Stopwatch.StartNew();
            await Parallel.ForAsync(0, hosts, cancellationToken, async (i, stop) => await PostAsync(http, Hosts, Body(i, kilobytes), stop));
            Figure.Write(Name, "create", hosts / clock.Elapsed.TotalSeconds, "objects/s", ("kilobytes", kilobytes), ("clients", Environment.ProcessorCount));

            clock.Restart();
            var list = await http.GetByteArrayAsync(new Uri(Hosts, UriKind.Relative), cancellationToken);
            Figure.Write(Name, "list", clock.Elapsed.TotalMilliseconds, "ms", ("hosts", hosts), ("megabytes", list.Length / 1_000_000));
            await WatchAsync(http, server.Revision, watchers, kilobytes, cancellationToken);
            await server.DisposeAsync();
            await (await StartAsync("start-with-data", lab, cancellationToken)).DisposeAsync();
            await StartProcessAsync("process-start-empty", [], cancellationToken);
            await StartProcessAsync("process-start-with-data", ["--data", directory], cancellationToken);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string Body(int i, int kilobytes)
    {
        var notes = string.Join(',', Enumerable.Range(0, kilobytes * 16).Select(n => $"\"{i:D8}-{n:D4}{new string('n', 47)}\""));
        return $$"""{"apiVersion":"bench.metal3.io/v1","kind":"Host","metadata":{"name":"host-{{i}}"},"spec":{"online":true,"notes":[{{notes}}] } }""";
    }

    private static async Task PostAsync(HttpClient http, string path, string body, CancellationToken cancellation)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, cancellation);
        response.EnsureSuccessStatusCode();
    }

    private async Task<LabKubernetes> StartAsync(string metric, LabKubernetesOptions options, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var server = await LabKubernetes.StartAsync(options, cancellation);
        using var http = new HttpClient { BaseAddress = server.Address };
        _ = await http.GetStringAsync(new Uri("/readyz", UriKind.Relative), cancellation);
        Figure.Write(Name, metric, clock.Elapsed.TotalMilliseconds, "ms");
        return server;
    }

    /// <summary>The program from its start to the line that says where it listens: what a person at a terminal waits for.</summary>
    private async Task StartProcessAsync(string metric, string[] arguments, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        using var server = Process.Start(new ProcessStartInfo(
            "dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Metal3.Lab.Kubernetes.dll"), "--port", "0", .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        _ = await server.StandardOutput.ReadLineAsync(cancellation);
        Figure.Write(Name, metric, clock.Elapsed.TotalMilliseconds, "ms");
        server.Kill();
        await server.WaitForExitAsync(cancellation);
    }

    private async Task WatchAsync(HttpClient http, long revision, int watchers, int kilobytes, CancellationToken cancellation)
    {
        const int Changes = 500;
        var path = new Uri($"{Hosts}?watch=1&resourceVersion={revision}", UriKind.Relative);
        var reading = Enumerable.Range(0, watchers).Select(async _ =>
        {
            using var response = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellation);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
            for (var i = 0; i < Changes; i++)
            {
                await reader.ReadLineAsync(cancellation);
            }
        }).ToList();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Changes; i++)
        {
            await PostAsync(http, Hosts, Body(1_000_000 + i, kilobytes), cancellation);
        }

        await Task.WhenAll(reading);
        Figure.Write(Name, "watch", Changes * watchers / clock.Elapsed.TotalSeconds, "events/s", ("watchers", watchers), ("kilobytes", kilobytes));
    }
}

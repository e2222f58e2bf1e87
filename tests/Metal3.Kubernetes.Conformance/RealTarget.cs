using System.Globalization;
using System.Text;
using Metal3.TestKit;

namespace Metal3.Kubernetes.Conformance;

/// <summary>kube-apiserver with etcd and the garbage collector, as <c>kube-up.sh</c> starts them.</summary>
public sealed class RealTarget(string binaries) : KubernetesTarget
{
    private readonly string _directory = Directory.CreateTempSubdirectory("metal3-kube-").FullName;
    private readonly int _port = FreeRun();

    public override string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    public override async Task StartAsync(CancellationToken cancellation) => await RunAsync(
        Path.Combine(binaries, "kube-up.sh"), [_directory, _port.ToString(CultureInfo.InvariantCulture)], cancellation);

    public override async Task KillAsync(CancellationToken cancellation)
    {
        foreach (var server in (string[])["apiserver", "manager", "etcd"])
        {
            var id = (await File.ReadAllTextAsync(Path.Combine(_directory, server + ".pid"), cancellation)).Trim();
            await RunAsync("/bin/sh", ["-c", $"kill -9 {id} 2>/dev/null; while kill -0 {id} 2>/dev/null; do sleep 0.05; done"], cancellation);
        }
    }

    public override async Task CompactAsync(CancellationToken cancellation)
    {
        // etcd's JSON gateway; the key is base64, and any range tells the current revision.
        using var etcd = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port + 1}") };
        using var range = await etcd.PostAsync("/v3/kv/range", Json("""{"key":"AA==","limit":"1"}"""), cancellation);
        using var answer = System.Text.Json.JsonDocument.Parse(await range.Content.ReadAsStringAsync(cancellation));
        var revision = answer.RootElement.GetProperty("header").GetProperty("revision").GetString();
        using var compacted = await etcd.PostAsync(
            "/v3/kv/compaction", Json($$"""{"revision":"{{revision}}","physical":true}"""), cancellation);
        compacted.EnsureSuccessStatusCode();
    }

    public override async ValueTask DisposeAsync()
    {
        await RunAsync(Path.Combine(binaries, "kube-down.sh"), [_directory], CancellationToken.None);
        Directory.Delete(_directory, recursive: true);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    /// <summary>The script takes four ports in a row.</summary>
    private static int FreeRun()
    {
        while (true)
        {
            var port = RealServers.FreePort();
            if (port < 65000 && Enumerable.Range(port, 4).All(IsFree))
            {
                return port;
            }
        }

        static bool IsFree(int port)
        {
            try
            {
                using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
                listener.Start();
                return true;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return false;
            }
        }
    }
}

using Metal3.Lab.Kubernetes;
using Metal3.TestKit;

namespace Metal3.Kubernetes.Conformance;

/// <summary>The lab's API server in this process, with TLS, a token and a data directory.</summary>
public sealed class LabTarget : KubernetesTarget
{
    private readonly string _directory = Directory.CreateTempSubdirectory("metal3-lab-kube-").FullName;
    private readonly int _port = RealServers.FreePort();
    private LabKubernetes? _lab;

    public override string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    public override async Task StartAsync(CancellationToken cancellation) => _lab = await LabKubernetes.StartAsync(
        new LabKubernetesOptions
        {
            Port = _port,
            DataDirectory = Path.Combine(_directory, "data"),
            Tls = true,
            Token = "conformance",
            KubeconfigPath = Kubeconfig,
        },
        cancellation);

    /// <remarks>In one process there is no abrupt end; clients see their connections close and the port go away.</remarks>
    public override async Task KillAsync(CancellationToken cancellation)
    {
        if (_lab is { } lab)
        {
            _lab = null;
            await lab.DisposeAsync();
        }
    }

    public override Task CompactAsync(CancellationToken cancellation)
    {
        _lab?.Compact();
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await KillAsync(CancellationToken.None);
        Directory.Delete(_directory, recursive: true);
    }
}

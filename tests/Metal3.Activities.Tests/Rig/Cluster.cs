using System.Text;
using Metal3.Activities.Kubernetes;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Tests.Rig;

/// <summary>Hosts, companions and Secrets as Kubernetes would hold them, in memory.</summary>
internal sealed class Cluster : IHostReader, ISecretReader, IHardwareDataWriter
{
    private readonly Dictionary<string, BareMetalHost> _hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Plural, string Key), Metal3Resource> _companions = [];
    private readonly Dictionary<string, SecretData> _secrets = new(StringComparer.Ordinal);

    public HardwareDetails? Written { get; private set; }

    public HostKey Add(string name, BareMetalHostSpec spec, BareMetalHostStatus? status = null)
    {
        var key = new HostKey("metal3", name, $"00000000-0000-4000-8000-{Math.Abs(name.GetHashCode(StringComparison.Ordinal)):x12}");
        _hosts[key.ToString()] = new BareMetalHost
        {
            Metadata = new ObjectMeta { Name = key.Name, Namespace = key.Namespace, Uid = key.Uid, Generation = 1 },
            Spec = spec,
            Status = status,
        };
        return key;
    }

    public BareMetalHost this[HostKey key]
    {
        get => _hosts[key.ToString()];
        set => _hosts[key.ToString()] = value;
    }

    public void Add(HostKey host, ResourceKind kind, Metal3Resource companion) => _companions[(kind.Plural, host.ToString())] = companion;

    public void Secret(string name, string? type, params (string Key, string Value)[] values) => _secrets[$"metal3/{name}"] = new SecretData(
        name, "7", type, values.ToDictionary(one => one.Key, one => Encoding.UTF8.GetBytes(one.Value), StringComparer.Ordinal));

    public Task<BareMetalHost?> FindHostAsync(HostKey host, CancellationToken cancellationToken) =>
        Task.FromResult(_hosts.GetValueOrDefault(host.ToString()) is { } found && found.Metadata.Uid == host.Uid ? found : null);

    public Task<IReadOnlyList<BareMetalHost>> ListHostsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<BareMetalHost>>([.. _hosts.Values]);

    public Task<T?> FindCompanionAsync<T>(ResourceKind kind, HostKey host, CancellationToken cancellationToken)
        where T : Metal3Resource => Task.FromResult((T?)_companions.GetValueOrDefault((kind.Plural, host.ToString())));

    public Task<string> ReadClusterAsync(CancellationToken cancellationToken) => Task.FromResult("uid-of-kube-system");

    public Task<SecretData?> FindSecretAsync(string @namespace, string name, CancellationToken cancellationToken) =>
        Task.FromResult(_secrets.GetValueOrDefault($"{@namespace}/{name}"));

    public Task WriteAsync(BareMetalHost host, HardwareDetails details, CancellationToken cancellationToken)
    {
        Written = details;
        return Task.CompletedTask;
    }
}

using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.CrdBridge.Delivery;
using Metal3.CrdBridge.Watching;
using K8s = k8s.Kubernetes;

namespace Metal3.CrdBridge.Leading;

/// <summary>The objects beside a host whose changes matter to it.</summary>
internal sealed class Companions
{
    private const string BySecret = "secret";
    private readonly Informer<HostSnapshot> _hosts;
    private readonly Informer<RelatedVersion> _secrets;
    private readonly (string Role, ResourceType Type, Informer<RelatedVersion> Informer)[] _kinds;

    public Companions(
        Informer<HostSnapshot> hosts, K8s client, Func<ResourceType, string?, InformerOptions> options, TimeProvider time, ILogger logger)
    {
        _hosts = hosts;
        hosts.Cache.AddIndex(BySecret, host => SecretRoles.Of(host).Select(role => role.Secret.ToString()).Distinct(StringComparer.Ordinal));
        _secrets = New(Secrets, Projections.Secret, $"{LabelKeys.Environment}={LabelKeys.EnvironmentBaremetal}");
        _kinds =
        [
            Kind("firmware-settings", Metal3Group.HostFirmwareSettings, Projections.Generation),
            Kind("update-policy", Metal3Group.HostUpdatePolicy, Projections.Generation),
            Kind("preprovisioning-image", Metal3Group.PreprovisioningImage, Projections.Image),
            Kind("hardware-data", Metal3Group.HardwareData, Projections.Generation),
        ];

        (string Role, ResourceType Type, Informer<RelatedVersion> Informer) Kind(
            string role, ResourceKind kind, Projection<RelatedVersion> project)
        {
            var type = new ResourceType(Metal3Group.Name, Metal3Group.Version, kind.Plural);
            return (role, type, New(type, project, null));
        }

        Informer<RelatedVersion> New(ResourceType type, Projection<RelatedVersion> project, string? selector) =>
            new(client, type, project, options(type, selector), time, logger);
    }

    private static ResourceType Secrets { get; } = new("", "v1", "secrets");

    /// <summary>Each type with the task that completes when it was listed.</summary>
    public IEnumerable<(ResourceType Type, Task Synced)> Synced =>
        [(Secrets, _secrets.Synced), .. _kinds.Select(kind => (kind.Type, kind.Informer.Synced))];

    /// <summary>Follows all of them and says which hosts must look.</summary>
    public IEnumerable<Task> Run(Action<ObjectKey> mark, CancellationToken cancellation) =>
    [
        _secrets.RunAsync(
            (change, _) =>
            {
                foreach (var host in _hosts.Cache.Find(BySecret, change.Key.ToString()))
                {
                    mark(host);
                }

                return Task.CompletedTask;
            },
            cancellation),
        .. _kinds.Select(kind => kind.Informer.RunAsync(
            (change, _) =>
            {
                if (_hosts.Cache.Get(change.Key) is not null)
                {
                    mark(change.Key);
                }

                return Task.CompletedTask;
            },
            cancellation)),
    ];

    /// <summary>The versions, by role, of everything that the host depends on and that is there.</summary>
    public ValueMap<string> Of(HostSnapshot host)
    {
        var key = new ObjectKey(host.Host.Namespace, host.Host.Name);
        var found = new List<KeyValuePair<string, string>>();
        foreach (var (role, secret) in SecretRoles.Of(host))
        {
            Add(role, _secrets.Cache.Get(secret));
        }

        foreach (var (role, _, informer) in _kinds)
        {
            Add(role, informer.Cache.Get(key));
        }

        return new(found);

        void Add(string role, RelatedVersion? related)
        {
            if (related is not null)
            {
                found.Add(new(role, related.Version));
            }
        }
    }
}

using k8s.Autorest;
using k8s.Models;

namespace k8s.LeaderElection.ResourceLock;

/// <summary>A lock kept in an object; whoever updates an older version of it loses.</summary>
public abstract class MetaObjectLock<T> : ILock
    where T : class, IMetadata<V1ObjectMeta>, new()
{
    private readonly IKubernetes _client;
    private readonly string _namespace;
    private readonly string _name;
    private T _current;

    protected MetaObjectLock(IKubernetes client, string @namespace, string name, string identity)
    {
        _client = client ?? throw new ArgumentNullException(nameof(client));
        _namespace = @namespace;
        _name = name;
        Identity = identity;
    }

    public event Action<HttpOperationException> OnHttpError;

    public string Identity { get; }

    public async Task<LeaderElectionRecord> GetAsync(CancellationToken cancellationToken = default)
    {
        var found = await ReadMetaObjectAsync(_client, _name, _namespace, cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _current, found);
        return GetLeaderElectionRecord(found);
    }

    public Task<bool> CreateAsync(LeaderElectionRecord record, CancellationToken cancellationToken = default) =>
        WriteAsync(
            () => CreateMetaObjectAsync(
                _client,
                SetLeaderElectionRecord(
                    record, new T { Metadata = new V1ObjectMeta { Name = _name, NamespaceProperty = _namespace } }),
                _namespace,
                cancellationToken));

    public Task<bool> UpdateAsync(LeaderElectionRecord record, CancellationToken cancellationToken = default)
    {
        var current = _current
            ?? throw new InvalidOperationException("The lock was not read yet: GetAsync or CreateAsync comes first.");
        return WriteAsync(
            () => ReplaceMetaObjectAsync(
                _client, SetLeaderElectionRecord(record, current), _name, _namespace, cancellationToken));
    }

    public string Describe() => $"{_namespace}/{_name}";

    protected abstract LeaderElectionRecord GetLeaderElectionRecord(T obj);

    protected abstract T SetLeaderElectionRecord(LeaderElectionRecord record, T metaObj);

    protected abstract Task<T> ReadMetaObjectAsync(
        IKubernetes client, string name, string namespaceParameter, CancellationToken cancellationToken);

    protected abstract Task<T> CreateMetaObjectAsync(
        IKubernetes client, T obj, string namespaceParameter, CancellationToken cancellationToken);

    protected abstract Task<T> ReplaceMetaObjectAsync(
        IKubernetes client, T obj, string name, string namespaceParameter, CancellationToken cancellationToken);

    private async Task<bool> WriteAsync(Func<Task<T>> write)
    {
        try
        {
            Interlocked.Exchange(ref _current, await write().ConfigureAwait(false));
            return true;
        }
        catch (HttpOperationException e)
        {
            // Conflict is how somebody else's success looks; every refusal means: not the leader this time.
            OnHttpError?.Invoke(e);
            return false;
        }
    }
}

/// <summary>The usual lock: a Lease of <c>coordination.k8s.io</c>.</summary>
public class LeaseLock : MetaObjectLock<V1Lease>
{
    public LeaseLock(IKubernetes client, string @namespace, string name, string identity)
        : base(client, @namespace, name, identity)
    {
    }

    protected override Task<V1Lease> ReadMetaObjectAsync(
        IKubernetes client, string name, string namespaceParameter, CancellationToken cancellationToken) =>
        client.CoordinationV1.ReadNamespacedLeaseAsync(name, namespaceParameter, cancellationToken: cancellationToken);

    protected override Task<V1Lease> CreateMetaObjectAsync(
        IKubernetes client, V1Lease obj, string namespaceParameter, CancellationToken cancellationToken) =>
        client.CoordinationV1.CreateNamespacedLeaseAsync(obj, namespaceParameter, cancellationToken: cancellationToken);

    protected override Task<V1Lease> ReplaceMetaObjectAsync(
        IKubernetes client, V1Lease obj, string name, string namespaceParameter, CancellationToken cancellationToken) =>
        client.CoordinationV1.ReplaceNamespacedLeaseAsync(obj, name, namespaceParameter, cancellationToken: cancellationToken);

    protected override LeaderElectionRecord GetLeaderElectionRecord(V1Lease obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return new LeaderElectionRecord
        {
            HolderIdentity = obj.Spec?.HolderIdentity,
            LeaseDurationSeconds = obj.Spec?.LeaseDurationSeconds ?? 0,
            AcquireTime = obj.Spec?.AcquireTime,
            RenewTime = obj.Spec?.RenewTime,
            LeaderTransitions = obj.Spec?.LeaseTransitions ?? 0,
        };
    }

    protected override V1Lease SetLeaderElectionRecord(LeaderElectionRecord record, V1Lease metaObj)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(metaObj);

        // A copy: the read object stays as it was if the write is refused.
        return metaObj with
        {
            Spec = new V1LeaseSpec
            {
                HolderIdentity = record.HolderIdentity,
                LeaseDurationSeconds = record.LeaseDurationSeconds,
                AcquireTime = Microseconds(record.AcquireTime),
                RenewTime = Microseconds(record.RenewTime),
                LeaseTransitions = record.LeaderTransitions,
            },
        };
    }

    /// <summary>A lease's times need a fraction on the wire, and whole seconds are written without one.</summary>
    private static DateTime? Microseconds(DateTime? time) =>
        time is { } known && known.Ticks % TimeSpan.TicksPerSecond < TimeSpan.TicksPerMicrosecond
            ? known.AddMicroseconds(1)
            : time;
}

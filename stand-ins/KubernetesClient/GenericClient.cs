using k8s.Autorest;
using k8s.Models;

namespace k8s;

/// <summary>Requests for one resource type, named by group, version and plural.</summary>
public class GenericClient : IDisposable
{
    private readonly IKubernetes _kubernetes;
    private readonly string _group;
    private readonly string _version;
    private readonly string _plural;
    private readonly bool _disposeClient;

    public GenericClient(KubernetesClientConfiguration config, string group, string version, string plural)
        : this(new Kubernetes(config), group, version, plural)
    {
    }

    public GenericClient(IKubernetes kubernetes, string version, string plural, bool disposeClient = true)
        : this(kubernetes, "", version, plural, disposeClient)
    {
    }

    public GenericClient(IKubernetes kubernetes, string group, string version, string plural, bool disposeClient = true)
    {
        _kubernetes = kubernetes ?? throw new ArgumentNullException(nameof(kubernetes));
        _group = group;
        _version = version;
        _plural = plural;
        _disposeClient = disposeClient;
    }

    public async Task<T> CreateAsync<T>(T obj, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.CreateClusterCustomObjectWithHttpMessagesAsync<T>(
            obj, _group, _version, _plural, cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> CreateNamespacedAsync<T>(T obj, string ns, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.CreateNamespacedCustomObjectWithHttpMessagesAsync<T>(
            obj, _group, _version, ns, _plural, cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> ListAsync<T>(
        string labelSelector = null, string fieldSelector = null, int? limit = null, string continueToken = null,
        CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.ListClusterCustomObjectWithHttpMessagesAsync<T>(
            _group, _version, _plural, null, continueToken, fieldSelector, labelSelector, limit,
            cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> ListNamespacedAsync<T>(
        string ns, string labelSelector = null, string fieldSelector = null, int? limit = null,
        string continueToken = null, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.ListNamespacedCustomObjectWithHttpMessagesAsync<T>(
            _group, _version, ns, _plural, null, continueToken, fieldSelector, labelSelector, limit,
            cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> ReadAsync<T>(string name, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.GetClusterCustomObjectWithHttpMessagesAsync<T>(
            _group, _version, _plural, name, cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> ReadNamespacedAsync<T>(string ns, string name, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.GetNamespacedCustomObjectWithHttpMessagesAsync<T>(
            _group, _version, ns, _plural, name, cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> DeleteAsync<T>(string name, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.DeleteClusterCustomObjectWithHttpMessagesAsync<T>(
            _group, _version, _plural, name, cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> DeleteNamespacedAsync<T>(string ns, string name, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.DeleteNamespacedCustomObjectWithHttpMessagesAsync<T>(
            _group, _version, ns, _plural, name, cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> PatchAsync<T>(V1Patch patch, string name, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.PatchClusterCustomObjectWithHttpMessagesAsync<T>(
            patch, _group, _version, _plural, name, cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> PatchNamespacedAsync<T>(V1Patch patch, string ns, string name, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.PatchNamespacedCustomObjectWithHttpMessagesAsync<T>(
            patch, _group, _version, ns, _plural, name, cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> ReplaceAsync<T>(T obj, string name, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.ReplaceClusterCustomObjectWithHttpMessagesAsync<T>(
            obj, _group, _version, _plural, name, cancellationToken: cancel).ConfigureAwait(false));

    public async Task<T> ReplaceNamespacedAsync<T>(T obj, string ns, string name, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Body(await _kubernetes.CustomObjects.ReplaceNamespacedCustomObjectWithHttpMessagesAsync<T>(
            obj, _group, _version, ns, _plural, name, cancellationToken: cancel).ConfigureAwait(false));

    public IAsyncEnumerable<(WatchEventType, T)> WatchAsync<T>(
        Action<Exception> onError = null, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Open("", cancel).WatchAsync<T, object>(onError, cancel);

    public IAsyncEnumerable<(WatchEventType, T)> WatchNamespacedAsync<T>(
        string ns, Action<Exception> onError = null, CancellationToken cancel = default)
        where T : IKubernetesObject =>
        Open("namespaces/" + AbstractKubernetes.Segment(ns) + "/", cancel).WatchAsync<T, object>(onError, cancel);

    public Watcher<T> Watch<T>(
        Action<WatchEventType, T> onEvent, Action<Exception> onError = null, Action onClosed = null)
        where T : IKubernetesObject =>
        Open("", CancellationToken.None).Watch(onEvent, onError, onClosed);

    public Watcher<T> WatchNamespaced<T>(
        string ns, Action<WatchEventType, T> onEvent, Action<Exception> onError = null, Action onClosed = null)
        where T : IKubernetesObject =>
        Open("namespaces/" + AbstractKubernetes.Segment(ns) + "/", CancellationToken.None)
            .Watch(onEvent, onError, onClosed);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && _disposeClient)
        {
            _kubernetes.Dispose();
        }
    }

    private static T Body<T>(HttpOperationResponse<T> response)
    {
        using (response)
        {
            return response.Body;
        }
    }

    private Task<HttpOperationResponse<object>> Open(string scope, CancellationToken cancel)
    {
        if (_kubernetes is not AbstractKubernetes client)
        {
            throw new NotSupportedException("GenericClient.Watch needs a client of class Kubernetes.");
        }

        var path = "apis/" + AbstractKubernetes.Segment(_group) + "/" + AbstractKubernetes.Segment(_version) + "/" + scope
            + AbstractKubernetes.Segment(_plural);
        return client.WatchAsync(path, cancel);
    }
}

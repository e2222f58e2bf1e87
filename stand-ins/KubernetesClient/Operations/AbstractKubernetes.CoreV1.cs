using k8s.Autorest;
using k8s.Models;

namespace k8s;

public abstract partial class AbstractKubernetes : ICoreV1Operations
{
    public ICoreV1Operations CoreV1 => this;

    Task<HttpOperationResponse<Corev1Event>> ICoreV1Operations.CreateNamespacedEventWithHttpMessagesAsync(
        Corev1Event body, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<Corev1Event>(
            HttpMethod.Post, "api/v1/namespaces/" + Segment(namespaceParameter) + "/events", Required(body),
            customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<Corev1Event>> ICoreV1Operations.PatchNamespacedEventWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager,
        string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<Corev1Event>(
            HttpMethod.Patch, "api/v1/namespaces/" + Segment(namespaceParameter) + "/events/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<Corev1Event>> ICoreV1Operations.ReadNamespacedEventWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<Corev1Event>(
            HttpMethod.Get, "api/v1/namespaces/" + Segment(namespaceParameter) + "/events/" + Segment(name), null,
            customHeaders, cancellationToken, ("pretty", pretty));

    Task<HttpOperationResponse<Corev1Event>> ICoreV1Operations.ReplaceNamespacedEventWithHttpMessagesAsync(
        Corev1Event body, string name, string namespaceParameter, string dryRun, string fieldManager,
        string fieldValidation, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<Corev1Event>(
            HttpMethod.Put, "api/v1/namespaces/" + Segment(namespaceParameter) + "/events/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<Corev1EventList>> ICoreV1Operations.ListEventForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit,
        bool? pretty, string resourceVersion, string resourceVersionMatch, bool? sendInitialEvents,
        string shardSelector, int? timeoutSeconds, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<Corev1EventList>(
            HttpMethod.Get, "api/v1/events", null, customHeaders, cancellationToken,
            ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit), ("pretty", pretty),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds));

    Task<HttpOperationResponse<Corev1EventList>> ICoreV1Operations.ListNamespacedEventWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks, string continueParameter, string fieldSelector,
        string labelSelector, int? limit, string resourceVersion, string resourceVersionMatch,
        bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<Corev1EventList>(
            HttpMethod.Get, "api/v1/namespaces/" + Segment(namespaceParameter) + "/events", null, customHeaders,
            cancellationToken, ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1ConfigMap>> ICoreV1Operations.CreateNamespacedConfigMapWithHttpMessagesAsync(
        V1ConfigMap body, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1ConfigMap>(
            HttpMethod.Post, "api/v1/namespaces/" + Segment(namespaceParameter) + "/configmaps", Required(body),
            customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1ConfigMap>> ICoreV1Operations.PatchNamespacedConfigMapWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager,
        string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1ConfigMap>(
            HttpMethod.Patch, "api/v1/namespaces/" + Segment(namespaceParameter) + "/configmaps/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<V1ConfigMap>> ICoreV1Operations.ReadNamespacedConfigMapWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1ConfigMap>(
            HttpMethod.Get, "api/v1/namespaces/" + Segment(namespaceParameter) + "/configmaps/" + Segment(name),
            null, customHeaders, cancellationToken, ("pretty", pretty));

    Task<HttpOperationResponse<V1ConfigMap>> ICoreV1Operations.ReplaceNamespacedConfigMapWithHttpMessagesAsync(
        V1ConfigMap body, string name, string namespaceParameter, string dryRun, string fieldManager,
        string fieldValidation, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1ConfigMap>(
            HttpMethod.Put, "api/v1/namespaces/" + Segment(namespaceParameter) + "/configmaps/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1ConfigMapList>> ICoreV1Operations.ListConfigMapForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit,
        bool? pretty, string resourceVersion, string resourceVersionMatch, bool? sendInitialEvents,
        string shardSelector, int? timeoutSeconds, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1ConfigMapList>(
            HttpMethod.Get, "api/v1/configmaps", null, customHeaders, cancellationToken,
            ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit), ("pretty", pretty),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds));

    Task<HttpOperationResponse<V1ConfigMapList>> ICoreV1Operations.ListNamespacedConfigMapWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks, string continueParameter, string fieldSelector,
        string labelSelector, int? limit, string resourceVersion, string resourceVersionMatch,
        bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1ConfigMapList>(
            HttpMethod.Get, "api/v1/namespaces/" + Segment(namespaceParameter) + "/configmaps", null, customHeaders,
            cancellationToken, ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Namespace>> ICoreV1Operations.CreateNamespaceWithHttpMessagesAsync(
        V1Namespace body, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Namespace>(
            HttpMethod.Post, "api/v1/namespaces", Required(body), customHeaders, cancellationToken,
            ("dryRun", dryRun), ("fieldManager", fieldManager), ("fieldValidation", fieldValidation),
            ("pretty", pretty));

    Task<HttpOperationResponse<V1Namespace>> ICoreV1Operations.PatchNamespaceWithHttpMessagesAsync(
        V1Patch body, string name, string dryRun, string fieldManager, string fieldValidation, bool? force,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Namespace>(
            HttpMethod.Patch, "api/v1/namespaces/" + Segment(name), Required(body), customHeaders, cancellationToken,
            ("dryRun", dryRun), ("fieldManager", fieldManager), ("fieldValidation", fieldValidation),
            ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<V1Namespace>> ICoreV1Operations.PatchNamespaceStatusWithHttpMessagesAsync(
        V1Patch body, string name, string dryRun, string fieldManager, string fieldValidation, bool? force,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Namespace>(
            HttpMethod.Patch, "api/v1/namespaces/" + Segment(name) + "/status", Required(body), customHeaders,
            cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<V1Namespace>> ICoreV1Operations.ReadNamespaceWithHttpMessagesAsync(
        string name, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Namespace>(
            HttpMethod.Get, "api/v1/namespaces/" + Segment(name), null, customHeaders, cancellationToken,
            ("pretty", pretty));

    Task<HttpOperationResponse<V1Namespace>> ICoreV1Operations.ReadNamespaceStatusWithHttpMessagesAsync(
        string name, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Namespace>(
            HttpMethod.Get, "api/v1/namespaces/" + Segment(name) + "/status", null, customHeaders, cancellationToken,
            ("pretty", pretty));

    Task<HttpOperationResponse<V1Namespace>> ICoreV1Operations.ReplaceNamespaceWithHttpMessagesAsync(
        V1Namespace body, string name, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Namespace>(
            HttpMethod.Put, "api/v1/namespaces/" + Segment(name), Required(body), customHeaders, cancellationToken,
            ("dryRun", dryRun), ("fieldManager", fieldManager), ("fieldValidation", fieldValidation),
            ("pretty", pretty));

    Task<HttpOperationResponse<V1Namespace>> ICoreV1Operations.ReplaceNamespaceFinalizeWithHttpMessagesAsync(
        V1Namespace body, string name, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Namespace>(
            HttpMethod.Put, "api/v1/namespaces/" + Segment(name) + "/finalize", Required(body), customHeaders,
            cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1Namespace>> ICoreV1Operations.ReplaceNamespaceStatusWithHttpMessagesAsync(
        V1Namespace body, string name, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Namespace>(
            HttpMethod.Put, "api/v1/namespaces/" + Segment(name) + "/status", Required(body), customHeaders,
            cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1NamespaceList>> ICoreV1Operations.ListNamespaceWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit,
        string resourceVersion, string resourceVersionMatch, bool? sendInitialEvents, string shardSelector,
        int? timeoutSeconds, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1NamespaceList>(
            HttpMethod.Get, "api/v1/namespaces", null, customHeaders, cancellationToken,
            ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.CreateNodeWithHttpMessagesAsync(
        V1Node body, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Node>(
            HttpMethod.Post, "api/v1/nodes", Required(body), customHeaders, cancellationToken, ("dryRun", dryRun),
            ("fieldManager", fieldManager), ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.PatchNodeWithHttpMessagesAsync(
        V1Patch body, string name, string dryRun, string fieldManager, string fieldValidation, bool? force,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Node>(
            HttpMethod.Patch, "api/v1/nodes/" + Segment(name), Required(body), customHeaders, cancellationToken,
            ("dryRun", dryRun), ("fieldManager", fieldManager), ("fieldValidation", fieldValidation),
            ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.PatchNodeStatusWithHttpMessagesAsync(
        V1Patch body, string name, string dryRun, string fieldManager, string fieldValidation, bool? force,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Node>(
            HttpMethod.Patch, "api/v1/nodes/" + Segment(name) + "/status", Required(body), customHeaders,
            cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.ReadNodeWithHttpMessagesAsync(
        string name, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Node>(
            HttpMethod.Get, "api/v1/nodes/" + Segment(name), null, customHeaders, cancellationToken,
            ("pretty", pretty));

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.ReadNodeStatusWithHttpMessagesAsync(
        string name, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Node>(
            HttpMethod.Get, "api/v1/nodes/" + Segment(name) + "/status", null, customHeaders, cancellationToken,
            ("pretty", pretty));

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.ReplaceNodeWithHttpMessagesAsync(
        V1Node body, string name, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Node>(
            HttpMethod.Put, "api/v1/nodes/" + Segment(name), Required(body), customHeaders, cancellationToken,
            ("dryRun", dryRun), ("fieldManager", fieldManager), ("fieldValidation", fieldValidation),
            ("pretty", pretty));

    Task<HttpOperationResponse<V1Node>> ICoreV1Operations.ReplaceNodeStatusWithHttpMessagesAsync(
        V1Node body, string name, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Node>(
            HttpMethod.Put, "api/v1/nodes/" + Segment(name) + "/status", Required(body), customHeaders,
            cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1NodeList>> ICoreV1Operations.ListNodeWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit,
        string resourceVersion, string resourceVersionMatch, bool? sendInitialEvents, string shardSelector,
        int? timeoutSeconds, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1NodeList>(
            HttpMethod.Get, "api/v1/nodes", null, customHeaders, cancellationToken,
            ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Secret>> ICoreV1Operations.CreateNamespacedSecretWithHttpMessagesAsync(
        V1Secret body, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Secret>(
            HttpMethod.Post, "api/v1/namespaces/" + Segment(namespaceParameter) + "/secrets", Required(body),
            customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1Secret>> ICoreV1Operations.PatchNamespacedSecretWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager,
        string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Secret>(
            HttpMethod.Patch, "api/v1/namespaces/" + Segment(namespaceParameter) + "/secrets/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<V1Secret>> ICoreV1Operations.ReadNamespacedSecretWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Secret>(
            HttpMethod.Get, "api/v1/namespaces/" + Segment(namespaceParameter) + "/secrets/" + Segment(name), null,
            customHeaders, cancellationToken, ("pretty", pretty));

    Task<HttpOperationResponse<V1Secret>> ICoreV1Operations.ReplaceNamespacedSecretWithHttpMessagesAsync(
        V1Secret body, string name, string namespaceParameter, string dryRun, string fieldManager,
        string fieldValidation, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Secret>(
            HttpMethod.Put, "api/v1/namespaces/" + Segment(namespaceParameter) + "/secrets/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1SecretList>> ICoreV1Operations.ListNamespacedSecretWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks, string continueParameter, string fieldSelector,
        string labelSelector, int? limit, string resourceVersion, string resourceVersionMatch,
        bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1SecretList>(
            HttpMethod.Get, "api/v1/namespaces/" + Segment(namespaceParameter) + "/secrets", null, customHeaders,
            cancellationToken, ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1SecretList>> ICoreV1Operations.ListSecretForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit,
        bool? pretty, string resourceVersion, string resourceVersionMatch, bool? sendInitialEvents,
        string shardSelector, int? timeoutSeconds, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1SecretList>(
            HttpMethod.Get, "api/v1/secrets", null, customHeaders, cancellationToken,
            ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit), ("pretty", pretty),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds));

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteCollectionNamespacedConfigMapWithHttpMessagesAsync(
        string namespaceParameter, V1DeleteOptions body, string continueParameter, string dryRun,
        string fieldSelector, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential,
        string labelSelector, int? limit, bool? orphanDependents, string propagationPolicy, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "api/v1/namespaces/" + Segment(namespaceParameter) + "/configmaps", body,
            customHeaders, cancellationToken, ("continue", continueParameter), ("dryRun", dryRun),
            ("fieldSelector", fieldSelector), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("labelSelector", labelSelector), ("limit", limit), ("orphanDependents", orphanDependents),
            ("propagationPolicy", propagationPolicy), ("resourceVersion", resourceVersion),
            ("resourceVersionMatch", resourceVersionMatch), ("sendInitialEvents", sendInitialEvents),
            ("shardSelector", shardSelector), ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteCollectionNamespacedEventWithHttpMessagesAsync(
        string namespaceParameter, V1DeleteOptions body, string continueParameter, string dryRun,
        string fieldSelector, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential,
        string labelSelector, int? limit, bool? orphanDependents, string propagationPolicy, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "api/v1/namespaces/" + Segment(namespaceParameter) + "/events", body, customHeaders,
            cancellationToken, ("continue", continueParameter), ("dryRun", dryRun), ("fieldSelector", fieldSelector),
            ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("labelSelector", labelSelector), ("limit", limit), ("orphanDependents", orphanDependents),
            ("propagationPolicy", propagationPolicy), ("resourceVersion", resourceVersion),
            ("resourceVersionMatch", resourceVersionMatch), ("sendInitialEvents", sendInitialEvents),
            ("shardSelector", shardSelector), ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteCollectionNamespacedSecretWithHttpMessagesAsync(
        string namespaceParameter, V1DeleteOptions body, string continueParameter, string dryRun,
        string fieldSelector, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential,
        string labelSelector, int? limit, bool? orphanDependents, string propagationPolicy, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "api/v1/namespaces/" + Segment(namespaceParameter) + "/secrets", body, customHeaders,
            cancellationToken, ("continue", continueParameter), ("dryRun", dryRun), ("fieldSelector", fieldSelector),
            ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("labelSelector", labelSelector), ("limit", limit), ("orphanDependents", orphanDependents),
            ("propagationPolicy", propagationPolicy), ("resourceVersion", resourceVersion),
            ("resourceVersionMatch", resourceVersionMatch), ("sendInitialEvents", sendInitialEvents),
            ("shardSelector", shardSelector), ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteCollectionNodeWithHttpMessagesAsync(
        V1DeleteOptions body, string continueParameter, string dryRun, string fieldSelector, int? gracePeriodSeconds,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential, string labelSelector, int? limit,
        bool? orphanDependents, string propagationPolicy, string resourceVersion, string resourceVersionMatch,
        bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "api/v1/nodes", body, customHeaders, cancellationToken,
            ("continue", continueParameter), ("dryRun", dryRun), ("fieldSelector", fieldSelector),
            ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("labelSelector", labelSelector), ("limit", limit), ("orphanDependents", orphanDependents),
            ("propagationPolicy", propagationPolicy), ("resourceVersion", resourceVersion),
            ("resourceVersionMatch", resourceVersionMatch), ("sendInitialEvents", sendInitialEvents),
            ("shardSelector", shardSelector), ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteNamespaceWithHttpMessagesAsync(
        string name, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential, bool? orphanDependents, string propagationPolicy,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "api/v1/namespaces/" + Segment(name), body, customHeaders, cancellationToken,
            ("dryRun", dryRun), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteNamespacedConfigMapWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential, bool? orphanDependents, string propagationPolicy,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "api/v1/namespaces/" + Segment(namespaceParameter) + "/configmaps/" + Segment(name),
            body, customHeaders, cancellationToken, ("dryRun", dryRun), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteNamespacedEventWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential, bool? orphanDependents, string propagationPolicy,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "api/v1/namespaces/" + Segment(namespaceParameter) + "/events/" + Segment(name), body,
            customHeaders, cancellationToken, ("dryRun", dryRun), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteNamespacedSecretWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential, bool? orphanDependents, string propagationPolicy,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "api/v1/namespaces/" + Segment(namespaceParameter) + "/secrets/" + Segment(name),
            body, customHeaders, cancellationToken, ("dryRun", dryRun), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteNodeWithHttpMessagesAsync(
        string name, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential, bool? orphanDependents, string propagationPolicy,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "api/v1/nodes/" + Segment(name), body, customHeaders, cancellationToken,
            ("dryRun", dryRun), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("pretty", pretty));
}

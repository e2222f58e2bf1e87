using k8s.Autorest;
using k8s.Models;

namespace k8s;

public abstract partial class AbstractKubernetes : ICoordinationV1Operations
{
    public ICoordinationV1Operations CoordinationV1 => this;

    Task<HttpOperationResponse<V1Lease>> ICoordinationV1Operations.CreateNamespacedLeaseWithHttpMessagesAsync(
        V1Lease body, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Lease>(
            HttpMethod.Post, "apis/coordination.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/leases",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1Lease>> ICoordinationV1Operations.PatchNamespacedLeaseWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager,
        string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Lease>(
            HttpMethod.Patch,
            "apis/coordination.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/leases/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<V1Lease>> ICoordinationV1Operations.ReadNamespacedLeaseWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Lease>(
            HttpMethod.Get,
            "apis/coordination.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/leases/" + Segment(name),
            null, customHeaders, cancellationToken, ("pretty", pretty));

    Task<HttpOperationResponse<V1Lease>> ICoordinationV1Operations.ReplaceNamespacedLeaseWithHttpMessagesAsync(
        V1Lease body, string name, string namespaceParameter, string dryRun, string fieldManager,
        string fieldValidation, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Lease>(
            HttpMethod.Put,
            "apis/coordination.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/leases/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1LeaseList>> ICoordinationV1Operations.ListLeaseForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit,
        bool? pretty, string resourceVersion, string resourceVersionMatch, bool? sendInitialEvents,
        string shardSelector, int? timeoutSeconds, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1LeaseList>(
            HttpMethod.Get, "apis/coordination.k8s.io/v1/leases", null, customHeaders, cancellationToken,
            ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit), ("pretty", pretty),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds));

    Task<HttpOperationResponse<V1LeaseList>> ICoordinationV1Operations.ListNamespacedLeaseWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks, string continueParameter, string fieldSelector,
        string labelSelector, int? limit, string resourceVersion, string resourceVersionMatch,
        bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1LeaseList>(
            HttpMethod.Get, "apis/coordination.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/leases",
            null, customHeaders, cancellationToken, ("allowWatchBookmarks", allowWatchBookmarks),
            ("continue", continueParameter), ("fieldSelector", fieldSelector), ("labelSelector", labelSelector),
            ("limit", limit), ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> ICoordinationV1Operations.DeleteCollectionNamespacedLeaseWithHttpMessagesAsync(
        string namespaceParameter, V1DeleteOptions body, string continueParameter, string dryRun,
        string fieldSelector, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential,
        string labelSelector, int? limit, bool? orphanDependents, string propagationPolicy, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "apis/coordination.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/leases",
            body, customHeaders, cancellationToken, ("continue", continueParameter), ("dryRun", dryRun),
            ("fieldSelector", fieldSelector), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("labelSelector", labelSelector), ("limit", limit), ("orphanDependents", orphanDependents),
            ("propagationPolicy", propagationPolicy), ("resourceVersion", resourceVersion),
            ("resourceVersionMatch", resourceVersionMatch), ("sendInitialEvents", sendInitialEvents),
            ("shardSelector", shardSelector), ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> ICoordinationV1Operations.DeleteNamespacedLeaseWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential, bool? orphanDependents, string propagationPolicy,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete,
            "apis/coordination.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/leases/" + Segment(name),
            body, customHeaders, cancellationToken, ("dryRun", dryRun), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("pretty", pretty));
}

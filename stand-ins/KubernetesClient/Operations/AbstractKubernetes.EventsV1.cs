using k8s.Autorest;
using k8s.Models;

namespace k8s;

public abstract partial class AbstractKubernetes : IEventsV1Operations
{
    public IEventsV1Operations EventsV1 => this;

    Task<HttpOperationResponse<Eventsv1Event>> IEventsV1Operations.CreateNamespacedEventWithHttpMessagesAsync(
        Eventsv1Event body, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<Eventsv1Event>(
            HttpMethod.Post, "apis/events.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/events",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<Eventsv1Event>> IEventsV1Operations.PatchNamespacedEventWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager,
        string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<Eventsv1Event>(
            HttpMethod.Patch,
            "apis/events.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/events/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<Eventsv1Event>> IEventsV1Operations.ReadNamespacedEventWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<Eventsv1Event>(
            HttpMethod.Get,
            "apis/events.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/events/" + Segment(name), null,
            customHeaders, cancellationToken, ("pretty", pretty));

    Task<HttpOperationResponse<Eventsv1Event>> IEventsV1Operations.ReplaceNamespacedEventWithHttpMessagesAsync(
        Eventsv1Event body, string name, string namespaceParameter, string dryRun, string fieldManager,
        string fieldValidation, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<Eventsv1Event>(
            HttpMethod.Put,
            "apis/events.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/events/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<Eventsv1EventList>> IEventsV1Operations.ListEventForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit,
        bool? pretty, string resourceVersion, string resourceVersionMatch, bool? sendInitialEvents,
        string shardSelector, int? timeoutSeconds, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<Eventsv1EventList>(
            HttpMethod.Get, "apis/events.k8s.io/v1/events", null, customHeaders, cancellationToken,
            ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit), ("pretty", pretty),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds));

    Task<HttpOperationResponse<Eventsv1EventList>> IEventsV1Operations.ListNamespacedEventWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks, string continueParameter, string fieldSelector,
        string labelSelector, int? limit, string resourceVersion, string resourceVersionMatch,
        bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<Eventsv1EventList>(
            HttpMethod.Get, "apis/events.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/events", null,
            customHeaders, cancellationToken, ("allowWatchBookmarks", allowWatchBookmarks),
            ("continue", continueParameter), ("fieldSelector", fieldSelector), ("labelSelector", labelSelector),
            ("limit", limit), ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> IEventsV1Operations.DeleteCollectionNamespacedEventWithHttpMessagesAsync(
        string namespaceParameter, V1DeleteOptions body, string continueParameter, string dryRun,
        string fieldSelector, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential,
        string labelSelector, int? limit, bool? orphanDependents, string propagationPolicy, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "apis/events.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/events", body,
            customHeaders, cancellationToken, ("continue", continueParameter), ("dryRun", dryRun),
            ("fieldSelector", fieldSelector), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("labelSelector", labelSelector), ("limit", limit), ("orphanDependents", orphanDependents),
            ("propagationPolicy", propagationPolicy), ("resourceVersion", resourceVersion),
            ("resourceVersionMatch", resourceVersionMatch), ("sendInitialEvents", sendInitialEvents),
            ("shardSelector", shardSelector), ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> IEventsV1Operations.DeleteNamespacedEventWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential, bool? orphanDependents, string propagationPolicy,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete,
            "apis/events.k8s.io/v1/namespaces/" + Segment(namespaceParameter) + "/events/" + Segment(name), body,
            customHeaders, cancellationToken, ("dryRun", dryRun), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("pretty", pretty));
}

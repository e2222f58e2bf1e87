using k8s.Models;

namespace k8s;

public static partial class EventsV1OperationsExtensions
{
    public static Eventsv1Event CreateNamespacedEvent(
        this IEventsV1Operations operations, Eventsv1Event body, string namespaceParameter, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.CreateNamespacedEventAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Eventsv1Event> CreateNamespacedEventAsync(
        this IEventsV1Operations operations, Eventsv1Event body, string namespaceParameter, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateNamespacedEventWithHttpMessagesAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static Eventsv1Event PatchNamespacedEvent(
        this IEventsV1Operations operations, V1Patch body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default) =>
        operations.PatchNamespacedEventAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Eventsv1Event> PatchNamespacedEventAsync(
        this IEventsV1Operations operations, V1Patch body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespacedEventWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static Eventsv1Event ReadNamespacedEvent(
        this IEventsV1Operations operations, string name, string namespaceParameter, bool? pretty = default) =>
        operations.ReadNamespacedEventAsync(
            name, namespaceParameter, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Eventsv1Event> ReadNamespacedEventAsync(
        this IEventsV1Operations operations, string name, string namespaceParameter, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadNamespacedEventWithHttpMessagesAsync(
            name, namespaceParameter, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static Eventsv1Event ReplaceNamespacedEvent(
        this IEventsV1Operations operations, Eventsv1Event body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default) =>
        operations.ReplaceNamespacedEventAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Eventsv1Event> ReplaceNamespacedEventAsync(
        this IEventsV1Operations operations, Eventsv1Event body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespacedEventWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static Eventsv1EventList ListEventForAllNamespaces(
        this IEventsV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, bool? pretty = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default) =>
        operations.ListEventForAllNamespacesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Eventsv1EventList> ListEventForAllNamespacesAsync(
        this IEventsV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, bool? pretty = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListEventForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static Eventsv1EventList ListNamespacedEvent(
        this IEventsV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.ListNamespacedEventAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Eventsv1EventList> ListNamespacedEventAsync(
        this IEventsV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListNamespacedEventWithHttpMessagesAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteCollectionNamespacedEvent(
        this IEventsV1Operations operations, string namespaceParameter, V1DeleteOptions body = default,
        string continueParameter = default, string dryRun = default, string fieldSelector = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        string labelSelector = default, int? limit = default, bool? orphanDependents = default,
        string propagationPolicy = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.DeleteCollectionNamespacedEventAsync(
            namespaceParameter, body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteCollectionNamespacedEventAsync(
        this IEventsV1Operations operations, string namespaceParameter, V1DeleteOptions body = default,
        string continueParameter = default, string dryRun = default, string fieldSelector = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        string labelSelector = default, int? limit = default, bool? orphanDependents = default,
        string propagationPolicy = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteCollectionNamespacedEventWithHttpMessagesAsync(
            namespaceParameter, body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteNamespacedEvent(
        this IEventsV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default,
        string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default) =>
        operations.DeleteNamespacedEventAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteNamespacedEventAsync(
        this IEventsV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default,
        string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteNamespacedEventWithHttpMessagesAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }
}

using k8s.Models;

namespace k8s;

public static partial class CoordinationV1OperationsExtensions
{
    public static V1Lease CreateNamespacedLease(
        this ICoordinationV1Operations operations, V1Lease body, string namespaceParameter, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.CreateNamespacedLeaseAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Lease> CreateNamespacedLeaseAsync(
        this ICoordinationV1Operations operations, V1Lease body, string namespaceParameter, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateNamespacedLeaseWithHttpMessagesAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Lease PatchNamespacedLease(
        this ICoordinationV1Operations operations, V1Patch body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default) =>
        operations.PatchNamespacedLeaseAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Lease> PatchNamespacedLeaseAsync(
        this ICoordinationV1Operations operations, V1Patch body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespacedLeaseWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Lease ReadNamespacedLease(
        this ICoordinationV1Operations operations, string name, string namespaceParameter, bool? pretty = default) =>
        operations.ReadNamespacedLeaseAsync(
            name, namespaceParameter, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Lease> ReadNamespacedLeaseAsync(
        this ICoordinationV1Operations operations, string name, string namespaceParameter, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadNamespacedLeaseWithHttpMessagesAsync(
            name, namespaceParameter, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Lease ReplaceNamespacedLease(
        this ICoordinationV1Operations operations, V1Lease body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default) =>
        operations.ReplaceNamespacedLeaseAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Lease> ReplaceNamespacedLeaseAsync(
        this ICoordinationV1Operations operations, V1Lease body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespacedLeaseWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1LeaseList ListLeaseForAllNamespaces(
        this ICoordinationV1Operations operations, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, bool? pretty = default, string resourceVersion = default,
        string resourceVersionMatch = default, bool? sendInitialEvents = default, string shardSelector = default,
        int? timeoutSeconds = default) =>
        operations.ListLeaseForAllNamespacesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1LeaseList> ListLeaseForAllNamespacesAsync(
        this ICoordinationV1Operations operations, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, bool? pretty = default, string resourceVersion = default,
        string resourceVersionMatch = default, bool? sendInitialEvents = default, string shardSelector = default,
        int? timeoutSeconds = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListLeaseForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1LeaseList ListNamespacedLease(
        this ICoordinationV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.ListNamespacedLeaseAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1LeaseList> ListNamespacedLeaseAsync(
        this ICoordinationV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListNamespacedLeaseWithHttpMessagesAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteCollectionNamespacedLease(
        this ICoordinationV1Operations operations, string namespaceParameter, V1DeleteOptions body = default,
        string continueParameter = default, string dryRun = default, string fieldSelector = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        string labelSelector = default, int? limit = default, bool? orphanDependents = default,
        string propagationPolicy = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.DeleteCollectionNamespacedLeaseAsync(
            namespaceParameter, body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteCollectionNamespacedLeaseAsync(
        this ICoordinationV1Operations operations, string namespaceParameter, V1DeleteOptions body = default,
        string continueParameter = default, string dryRun = default, string fieldSelector = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        string labelSelector = default, int? limit = default, bool? orphanDependents = default,
        string propagationPolicy = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteCollectionNamespacedLeaseWithHttpMessagesAsync(
            namespaceParameter, body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteNamespacedLease(
        this ICoordinationV1Operations operations, string name, string namespaceParameter,
        V1DeleteOptions body = default, string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default) =>
        operations.DeleteNamespacedLeaseAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteNamespacedLeaseAsync(
        this ICoordinationV1Operations operations, string name, string namespaceParameter,
        V1DeleteOptions body = default, string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteNamespacedLeaseWithHttpMessagesAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }
}

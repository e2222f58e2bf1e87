using k8s.Models;

namespace k8s;

public static partial class ApiextensionsV1OperationsExtensions
{
    public static V1CustomResourceDefinition CreateCustomResourceDefinition(
        this IApiextensionsV1Operations operations, V1CustomResourceDefinition body, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.CreateCustomResourceDefinitionAsync(
            body, dryRun, fieldManager, fieldValidation, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1CustomResourceDefinition> CreateCustomResourceDefinitionAsync(
        this IApiextensionsV1Operations operations, V1CustomResourceDefinition body, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateCustomResourceDefinitionWithHttpMessagesAsync(
            body, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1CustomResourceDefinition PatchCustomResourceDefinition(
        this IApiextensionsV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default) =>
        operations.PatchCustomResourceDefinitionAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1CustomResourceDefinition> PatchCustomResourceDefinitionAsync(
        this IApiextensionsV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchCustomResourceDefinitionWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1CustomResourceDefinition PatchCustomResourceDefinitionStatus(
        this IApiextensionsV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default) =>
        operations.PatchCustomResourceDefinitionStatusAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1CustomResourceDefinition> PatchCustomResourceDefinitionStatusAsync(
        this IApiextensionsV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchCustomResourceDefinitionStatusWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1CustomResourceDefinition ReadCustomResourceDefinition(
        this IApiextensionsV1Operations operations, string name, bool? pretty = default) =>
        operations.ReadCustomResourceDefinitionAsync(name, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1CustomResourceDefinition> ReadCustomResourceDefinitionAsync(
        this IApiextensionsV1Operations operations, string name, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadCustomResourceDefinitionWithHttpMessagesAsync(
            name, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1CustomResourceDefinition ReadCustomResourceDefinitionStatus(
        this IApiextensionsV1Operations operations, string name, bool? pretty = default) =>
        operations.ReadCustomResourceDefinitionStatusAsync(
            name, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1CustomResourceDefinition> ReadCustomResourceDefinitionStatusAsync(
        this IApiextensionsV1Operations operations, string name, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadCustomResourceDefinitionStatusWithHttpMessagesAsync(
            name, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1CustomResourceDefinition ReplaceCustomResourceDefinition(
        this IApiextensionsV1Operations operations, V1CustomResourceDefinition body, string name,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default) =>
        operations.ReplaceCustomResourceDefinitionAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1CustomResourceDefinition> ReplaceCustomResourceDefinitionAsync(
        this IApiextensionsV1Operations operations, V1CustomResourceDefinition body, string name,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceCustomResourceDefinitionWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1CustomResourceDefinition ReplaceCustomResourceDefinitionStatus(
        this IApiextensionsV1Operations operations, V1CustomResourceDefinition body, string name,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default) =>
        operations.ReplaceCustomResourceDefinitionStatusAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1CustomResourceDefinition> ReplaceCustomResourceDefinitionStatusAsync(
        this IApiextensionsV1Operations operations, V1CustomResourceDefinition body, string name,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceCustomResourceDefinitionStatusWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1CustomResourceDefinitionList ListCustomResourceDefinition(
        this IApiextensionsV1Operations operations, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.ListCustomResourceDefinitionAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1CustomResourceDefinitionList> ListCustomResourceDefinitionAsync(
        this IApiextensionsV1Operations operations, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListCustomResourceDefinitionWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteCollectionCustomResourceDefinition(
        this IApiextensionsV1Operations operations, V1DeleteOptions body = default,
        string continueParameter = default, string dryRun = default, string fieldSelector = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        string labelSelector = default, int? limit = default, bool? orphanDependents = default,
        string propagationPolicy = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.DeleteCollectionCustomResourceDefinitionAsync(
            body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteCollectionCustomResourceDefinitionAsync(
        this IApiextensionsV1Operations operations, V1DeleteOptions body = default,
        string continueParameter = default, string dryRun = default, string fieldSelector = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        string labelSelector = default, int? limit = default, bool? orphanDependents = default,
        string propagationPolicy = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteCollectionCustomResourceDefinitionWithHttpMessagesAsync(
            body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteCustomResourceDefinition(
        this IApiextensionsV1Operations operations, string name, V1DeleteOptions body = default,
        string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default) =>
        operations.DeleteCustomResourceDefinitionAsync(
            name, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential,
            orphanDependents, propagationPolicy, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteCustomResourceDefinitionAsync(
        this IApiextensionsV1Operations operations, string name, V1DeleteOptions body = default,
        string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteCustomResourceDefinitionWithHttpMessagesAsync(
            name, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential,
            orphanDependents, propagationPolicy, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }
}

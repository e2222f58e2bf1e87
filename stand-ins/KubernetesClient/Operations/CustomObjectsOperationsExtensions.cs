using k8s.Models;

namespace k8s;

public static partial class CustomObjectsOperationsExtensions
{
    public static object CreateClusterCustomObject(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default) =>
        operations.CreateClusterCustomObjectAsync(
            body, group, version, plural, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> CreateClusterCustomObjectAsync(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateClusterCustomObjectWithHttpMessagesAsync(
            body, group, version, plural, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T CreateClusterCustomObject<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default) =>
        operations.CreateClusterCustomObjectAsync<T>(
            body, group, version, plural, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> CreateClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateClusterCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, plural, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object CreateNamespacedCustomObject(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default) =>
        operations.CreateNamespacedCustomObjectAsync(
            body, group, version, namespaceParameter, plural, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> CreateNamespacedCustomObjectAsync(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateNamespacedCustomObjectWithHttpMessagesAsync(
            body, group, version, namespaceParameter, plural, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T CreateNamespacedCustomObject<T>(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default) =>
        operations.CreateNamespacedCustomObjectAsync<T>(
            body, group, version, namespaceParameter, plural, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> CreateNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateNamespacedCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, namespaceParameter, plural, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object DeleteClusterCustomObject(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name,
        V1DeleteOptions body = default, int? gracePeriodSeconds = default, bool? orphanDependents = default,
        string propagationPolicy = default, string dryRun = default) =>
        operations.DeleteClusterCustomObjectAsync(
            group, version, plural, name, body, gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> DeleteClusterCustomObjectAsync(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name,
        V1DeleteOptions body = default, int? gracePeriodSeconds = default, bool? orphanDependents = default,
        string propagationPolicy = default, string dryRun = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteClusterCustomObjectWithHttpMessagesAsync(
            group, version, plural, name, body, gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun,
            null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T DeleteClusterCustomObject<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name,
        V1DeleteOptions body = default, int? gracePeriodSeconds = default, bool? orphanDependents = default,
        string propagationPolicy = default, string dryRun = default) =>
        operations.DeleteClusterCustomObjectAsync<T>(
            group, version, plural, name, body, gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> DeleteClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name,
        V1DeleteOptions body = default, int? gracePeriodSeconds = default, bool? orphanDependents = default,
        string propagationPolicy = default, string dryRun = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteClusterCustomObjectWithHttpMessagesAsync<T>(
            group, version, plural, name, body, gracePeriodSeconds, orphanDependents, propagationPolicy, dryRun,
            null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object DeleteNamespacedCustomObject(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name, V1DeleteOptions body = default, int? gracePeriodSeconds = default,
        bool? orphanDependents = default, string propagationPolicy = default, string dryRun = default) =>
        operations.DeleteNamespacedCustomObjectAsync(
            group, version, namespaceParameter, plural, name, body, gracePeriodSeconds, orphanDependents,
            propagationPolicy, dryRun, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> DeleteNamespacedCustomObjectAsync(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name, V1DeleteOptions body = default, int? gracePeriodSeconds = default,
        bool? orphanDependents = default, string propagationPolicy = default, string dryRun = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteNamespacedCustomObjectWithHttpMessagesAsync(
            group, version, namespaceParameter, plural, name, body, gracePeriodSeconds, orphanDependents,
            propagationPolicy, dryRun, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T DeleteNamespacedCustomObject<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name, V1DeleteOptions body = default, int? gracePeriodSeconds = default,
        bool? orphanDependents = default, string propagationPolicy = default, string dryRun = default) =>
        operations.DeleteNamespacedCustomObjectAsync<T>(
            group, version, namespaceParameter, plural, name, body, gracePeriodSeconds, orphanDependents,
            propagationPolicy, dryRun, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> DeleteNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name, V1DeleteOptions body = default, int? gracePeriodSeconds = default,
        bool? orphanDependents = default, string propagationPolicy = default, string dryRun = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteNamespacedCustomObjectWithHttpMessagesAsync<T>(
            group, version, namespaceParameter, plural, name, body, gracePeriodSeconds, orphanDependents,
            propagationPolicy, dryRun, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object GetClusterCustomObject(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name) =>
        operations.GetClusterCustomObjectAsync(
            group, version, plural, name, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> GetClusterCustomObjectAsync(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.GetClusterCustomObjectWithHttpMessagesAsync(
            group, version, plural, name, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T GetClusterCustomObject<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name) =>
        operations.GetClusterCustomObjectAsync<T>(
            group, version, plural, name, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> GetClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.GetClusterCustomObjectWithHttpMessagesAsync<T>(
            group, version, plural, name, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object GetClusterCustomObjectStatus(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name) =>
        operations.GetClusterCustomObjectStatusAsync(
            group, version, plural, name, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> GetClusterCustomObjectStatusAsync(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.GetClusterCustomObjectStatusWithHttpMessagesAsync(
            group, version, plural, name, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T GetClusterCustomObjectStatus<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name) =>
        operations.GetClusterCustomObjectStatusAsync<T>(
            group, version, plural, name, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> GetClusterCustomObjectStatusAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural, string name,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.GetClusterCustomObjectStatusWithHttpMessagesAsync<T>(
            group, version, plural, name, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object GetNamespacedCustomObject(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name) =>
        operations.GetNamespacedCustomObjectAsync(
            group, version, namespaceParameter, plural, name, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> GetNamespacedCustomObjectAsync(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name, CancellationToken cancellationToken = default)
    {
        using var response = await operations.GetNamespacedCustomObjectWithHttpMessagesAsync(
            group, version, namespaceParameter, plural, name, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T GetNamespacedCustomObject<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name) =>
        operations.GetNamespacedCustomObjectAsync<T>(
            group, version, namespaceParameter, plural, name, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> GetNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name, CancellationToken cancellationToken = default)
    {
        using var response = await operations.GetNamespacedCustomObjectWithHttpMessagesAsync<T>(
            group, version, namespaceParameter, plural, name, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object GetNamespacedCustomObjectStatus(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name) =>
        operations.GetNamespacedCustomObjectStatusAsync(
            group, version, namespaceParameter, plural, name, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> GetNamespacedCustomObjectStatusAsync(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name, CancellationToken cancellationToken = default)
    {
        using var response = await operations.GetNamespacedCustomObjectStatusWithHttpMessagesAsync(
            group, version, namespaceParameter, plural, name, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T GetNamespacedCustomObjectStatus<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name) =>
        operations.GetNamespacedCustomObjectStatusAsync<T>(
            group, version, namespaceParameter, plural, name, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> GetNamespacedCustomObjectStatusAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, string name, CancellationToken cancellationToken = default)
    {
        using var response = await operations.GetNamespacedCustomObjectStatusWithHttpMessagesAsync<T>(
            group, version, namespaceParameter, plural, name, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object ListClusterCustomObject(
        this ICustomObjectsOperations operations, string group, string version, string plural,
        bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default,
        string resourceVersionMatch = default, int? timeoutSeconds = default, bool? pretty = default) =>
        operations.ListClusterCustomObjectAsync(
            group, version, plural, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> ListClusterCustomObjectAsync(
        this ICustomObjectsOperations operations, string group, string version, string plural,
        bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default,
        string resourceVersionMatch = default, int? timeoutSeconds = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListClusterCustomObjectWithHttpMessagesAsync(
            group, version, plural, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T ListClusterCustomObject<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural,
        bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default,
        string resourceVersionMatch = default, int? timeoutSeconds = default, bool? pretty = default) =>
        operations.ListClusterCustomObjectAsync<T>(
            group, version, plural, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> ListClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string plural,
        bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default,
        string resourceVersionMatch = default, int? timeoutSeconds = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListClusterCustomObjectWithHttpMessagesAsync<T>(
            group, version, plural, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object ListNamespacedCustomObject(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default,
        string resourceVersion = default, string resourceVersionMatch = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.ListNamespacedCustomObjectAsync(
            group, version, namespaceParameter, plural, allowWatchBookmarks, continueParameter, fieldSelector,
            labelSelector, limit, resourceVersion, resourceVersionMatch, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> ListNamespacedCustomObjectAsync(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default,
        string resourceVersion = default, string resourceVersionMatch = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListNamespacedCustomObjectWithHttpMessagesAsync(
            group, version, namespaceParameter, plural, allowWatchBookmarks, continueParameter, fieldSelector,
            labelSelector, limit, resourceVersion, resourceVersionMatch, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T ListNamespacedCustomObject<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default,
        string resourceVersion = default, string resourceVersionMatch = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.ListNamespacedCustomObjectAsync<T>(
            group, version, namespaceParameter, plural, allowWatchBookmarks, continueParameter, fieldSelector,
            labelSelector, limit, resourceVersion, resourceVersionMatch, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> ListNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, string group, string version, string namespaceParameter,
        string plural, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default,
        string resourceVersion = default, string resourceVersionMatch = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListNamespacedCustomObjectWithHttpMessagesAsync<T>(
            group, version, namespaceParameter, plural, allowWatchBookmarks, continueParameter, fieldSelector,
            labelSelector, limit, resourceVersion, resourceVersionMatch, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object PatchClusterCustomObject(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default) =>
        operations.PatchClusterCustomObjectAsync(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, force,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> PatchClusterCustomObjectAsync(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchClusterCustomObjectWithHttpMessagesAsync(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, force, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T PatchClusterCustomObject<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default) =>
        operations.PatchClusterCustomObjectAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, force,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> PatchClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchClusterCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, force, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object PatchClusterCustomObjectStatus(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default) =>
        operations.PatchClusterCustomObjectStatusAsync(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, force,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> PatchClusterCustomObjectStatusAsync(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchClusterCustomObjectStatusWithHttpMessagesAsync(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, force, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T PatchClusterCustomObjectStatus<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default) =>
        operations.PatchClusterCustomObjectStatusAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, force,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> PatchClusterCustomObjectStatusAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchClusterCustomObjectStatusWithHttpMessagesAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, force, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object PatchNamespacedCustomObject(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default) =>
        operations.PatchNamespacedCustomObjectAsync(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> PatchNamespacedCustomObjectAsync(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespacedCustomObjectWithHttpMessagesAsync(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force,
            null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T PatchNamespacedCustomObject<T>(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default) =>
        operations.PatchNamespacedCustomObjectAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> PatchNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespacedCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force,
            null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object PatchNamespacedCustomObjectStatus(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default) =>
        operations.PatchNamespacedCustomObjectStatusAsync(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> PatchNamespacedCustomObjectStatusAsync(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespacedCustomObjectStatusWithHttpMessagesAsync(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force,
            null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T PatchNamespacedCustomObjectStatus<T>(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default) =>
        operations.PatchNamespacedCustomObjectStatusAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> PatchNamespacedCustomObjectStatusAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespacedCustomObjectStatusWithHttpMessagesAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, force,
            null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object ReplaceClusterCustomObject(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default) =>
        operations.ReplaceClusterCustomObjectAsync(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> ReplaceClusterCustomObjectAsync(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceClusterCustomObjectWithHttpMessagesAsync(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T ReplaceClusterCustomObject<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default) =>
        operations.ReplaceClusterCustomObjectAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> ReplaceClusterCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceClusterCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object ReplaceClusterCustomObjectStatus(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default) =>
        operations.ReplaceClusterCustomObjectStatusAsync(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> ReplaceClusterCustomObjectStatusAsync(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceClusterCustomObjectStatusWithHttpMessagesAsync(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T ReplaceClusterCustomObjectStatus<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default) =>
        operations.ReplaceClusterCustomObjectStatusAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> ReplaceClusterCustomObjectStatusAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version, string plural,
        string name, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceClusterCustomObjectStatusWithHttpMessagesAsync<T>(
            body, group, version, plural, name, dryRun, fieldManager, fieldValidation, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object ReplaceNamespacedCustomObject(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default) =>
        operations.ReplaceNamespacedCustomObjectAsync(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> ReplaceNamespacedCustomObjectAsync(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespacedCustomObjectWithHttpMessagesAsync(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T ReplaceNamespacedCustomObject<T>(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default) =>
        operations.ReplaceNamespacedCustomObjectAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> ReplaceNamespacedCustomObjectAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespacedCustomObjectWithHttpMessagesAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static object ReplaceNamespacedCustomObjectStatus(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default) =>
        operations.ReplaceNamespacedCustomObjectStatusAsync(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<object> ReplaceNamespacedCustomObjectStatusAsync(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespacedCustomObjectStatusWithHttpMessagesAsync(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static T ReplaceNamespacedCustomObjectStatus<T>(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default) =>
        operations.ReplaceNamespacedCustomObjectStatusAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<T> ReplaceNamespacedCustomObjectStatusAsync<T>(
        this ICustomObjectsOperations operations, object body, string group, string version,
        string namespaceParameter, string plural, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespacedCustomObjectStatusWithHttpMessagesAsync<T>(
            body, group, version, namespaceParameter, plural, name, dryRun, fieldManager, fieldValidation, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }
}

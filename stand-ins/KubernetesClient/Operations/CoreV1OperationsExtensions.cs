using k8s.Models;

namespace k8s;

public static partial class CoreV1OperationsExtensions
{
    public static Corev1Event CreateNamespacedEvent(
        this ICoreV1Operations operations, Corev1Event body, string namespaceParameter, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.CreateNamespacedEventAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Corev1Event> CreateNamespacedEventAsync(
        this ICoreV1Operations operations, Corev1Event body, string namespaceParameter, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateNamespacedEventWithHttpMessagesAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static Corev1Event PatchNamespacedEvent(
        this ICoreV1Operations operations, V1Patch body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default) =>
        operations.PatchNamespacedEventAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Corev1Event> PatchNamespacedEventAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespacedEventWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static Corev1Event ReadNamespacedEvent(
        this ICoreV1Operations operations, string name, string namespaceParameter, bool? pretty = default) =>
        operations.ReadNamespacedEventAsync(
            name, namespaceParameter, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Corev1Event> ReadNamespacedEventAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadNamespacedEventWithHttpMessagesAsync(
            name, namespaceParameter, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static Corev1Event ReplaceNamespacedEvent(
        this ICoreV1Operations operations, Corev1Event body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default) =>
        operations.ReplaceNamespacedEventAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Corev1Event> ReplaceNamespacedEventAsync(
        this ICoreV1Operations operations, Corev1Event body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespacedEventWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static Corev1EventList ListEventForAllNamespaces(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, bool? pretty = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default) =>
        operations.ListEventForAllNamespacesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Corev1EventList> ListEventForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
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

    public static Corev1EventList ListNamespacedEvent(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.ListNamespacedEventAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<Corev1EventList> ListNamespacedEventAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default,
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

    public static V1ConfigMap CreateNamespacedConfigMap(
        this ICoreV1Operations operations, V1ConfigMap body, string namespaceParameter, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.CreateNamespacedConfigMapAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1ConfigMap> CreateNamespacedConfigMapAsync(
        this ICoreV1Operations operations, V1ConfigMap body, string namespaceParameter, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateNamespacedConfigMapWithHttpMessagesAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1ConfigMap PatchNamespacedConfigMap(
        this ICoreV1Operations operations, V1Patch body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default) =>
        operations.PatchNamespacedConfigMapAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1ConfigMap> PatchNamespacedConfigMapAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespacedConfigMapWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1ConfigMap ReadNamespacedConfigMap(
        this ICoreV1Operations operations, string name, string namespaceParameter, bool? pretty = default) =>
        operations.ReadNamespacedConfigMapAsync(
            name, namespaceParameter, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1ConfigMap> ReadNamespacedConfigMapAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadNamespacedConfigMapWithHttpMessagesAsync(
            name, namespaceParameter, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1ConfigMap ReplaceNamespacedConfigMap(
        this ICoreV1Operations operations, V1ConfigMap body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default) =>
        operations.ReplaceNamespacedConfigMapAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1ConfigMap> ReplaceNamespacedConfigMapAsync(
        this ICoreV1Operations operations, V1ConfigMap body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespacedConfigMapWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1ConfigMapList ListConfigMapForAllNamespaces(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, bool? pretty = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default) =>
        operations.ListConfigMapForAllNamespacesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1ConfigMapList> ListConfigMapForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, bool? pretty = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListConfigMapForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1ConfigMapList ListNamespacedConfigMap(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.ListNamespacedConfigMapAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1ConfigMapList> ListNamespacedConfigMapAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListNamespacedConfigMapWithHttpMessagesAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Namespace CreateNamespace(
        this ICoreV1Operations operations, V1Namespace body, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default) =>
        operations.CreateNamespaceAsync(
            body, dryRun, fieldManager, fieldValidation, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Namespace> CreateNamespaceAsync(
        this ICoreV1Operations operations, V1Namespace body, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateNamespaceWithHttpMessagesAsync(
            body, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Namespace PatchNamespace(
        this ICoreV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default) =>
        operations.PatchNamespaceAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Namespace> PatchNamespaceAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespaceWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Namespace PatchNamespaceStatus(
        this ICoreV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default) =>
        operations.PatchNamespaceStatusAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Namespace> PatchNamespaceStatusAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespaceStatusWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Namespace ReadNamespace(this ICoreV1Operations operations, string name, bool? pretty = default) =>
        operations.ReadNamespaceAsync(name, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Namespace> ReadNamespaceAsync(
        this ICoreV1Operations operations, string name, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadNamespaceWithHttpMessagesAsync(
            name, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Namespace ReadNamespaceStatus(
        this ICoreV1Operations operations, string name, bool? pretty = default) =>
        operations.ReadNamespaceStatusAsync(name, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Namespace> ReadNamespaceStatusAsync(
        this ICoreV1Operations operations, string name, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadNamespaceStatusWithHttpMessagesAsync(
            name, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Namespace ReplaceNamespace(
        this ICoreV1Operations operations, V1Namespace body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.ReplaceNamespaceAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Namespace> ReplaceNamespaceAsync(
        this ICoreV1Operations operations, V1Namespace body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespaceWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Namespace ReplaceNamespaceFinalize(
        this ICoreV1Operations operations, V1Namespace body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.ReplaceNamespaceFinalizeAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Namespace> ReplaceNamespaceFinalizeAsync(
        this ICoreV1Operations operations, V1Namespace body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespaceFinalizeWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Namespace ReplaceNamespaceStatus(
        this ICoreV1Operations operations, V1Namespace body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.ReplaceNamespaceStatusAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Namespace> ReplaceNamespaceStatusAsync(
        this ICoreV1Operations operations, V1Namespace body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespaceStatusWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1NamespaceList ListNamespace(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default) =>
        operations.ListNamespaceAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1NamespaceList> ListNamespaceAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListNamespaceWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Node CreateNode(
        this ICoreV1Operations operations, V1Node body, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default) =>
        operations.CreateNodeAsync(
            body, dryRun, fieldManager, fieldValidation, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Node> CreateNodeAsync(
        this ICoreV1Operations operations, V1Node body, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateNodeWithHttpMessagesAsync(
            body, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Node PatchNode(
        this ICoreV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default) =>
        operations.PatchNodeAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Node> PatchNodeAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNodeWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Node PatchNodeStatus(
        this ICoreV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default) =>
        operations.PatchNodeStatusAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Node> PatchNodeStatusAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? force = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNodeStatusWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Node ReadNode(this ICoreV1Operations operations, string name, bool? pretty = default) =>
        operations.ReadNodeAsync(name, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Node> ReadNodeAsync(
        this ICoreV1Operations operations, string name, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadNodeWithHttpMessagesAsync(
            name, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Node ReadNodeStatus(this ICoreV1Operations operations, string name, bool? pretty = default) =>
        operations.ReadNodeStatusAsync(name, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Node> ReadNodeStatusAsync(
        this ICoreV1Operations operations, string name, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadNodeStatusWithHttpMessagesAsync(
            name, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Node ReplaceNode(
        this ICoreV1Operations operations, V1Node body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.ReplaceNodeAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Node> ReplaceNodeAsync(
        this ICoreV1Operations operations, V1Node body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNodeWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Node ReplaceNodeStatus(
        this ICoreV1Operations operations, V1Node body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.ReplaceNodeStatusAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Node> ReplaceNodeStatusAsync(
        this ICoreV1Operations operations, V1Node body, string name, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNodeStatusWithHttpMessagesAsync(
            body, name, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1NodeList ListNode(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default) =>
        operations.ListNodeAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1NodeList> ListNodeAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListNodeWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Secret CreateNamespacedSecret(
        this ICoreV1Operations operations, V1Secret body, string namespaceParameter, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default) =>
        operations.CreateNamespacedSecretAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Secret> CreateNamespacedSecretAsync(
        this ICoreV1Operations operations, V1Secret body, string namespaceParameter, string dryRun = default,
        string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.CreateNamespacedSecretWithHttpMessagesAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Secret PatchNamespacedSecret(
        this ICoreV1Operations operations, V1Patch body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default) =>
        operations.PatchNamespacedSecretAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Secret> PatchNamespacedSecretAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.PatchNamespacedSecretWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Secret ReadNamespacedSecret(
        this ICoreV1Operations operations, string name, string namespaceParameter, bool? pretty = default) =>
        operations.ReadNamespacedSecretAsync(
            name, namespaceParameter, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Secret> ReadNamespacedSecretAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReadNamespacedSecretWithHttpMessagesAsync(
            name, namespaceParameter, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Secret ReplaceNamespacedSecret(
        this ICoreV1Operations operations, V1Secret body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default) =>
        operations.ReplaceNamespacedSecretAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Secret> ReplaceNamespacedSecretAsync(
        this ICoreV1Operations operations, V1Secret body, string name, string namespaceParameter,
        string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ReplaceNamespacedSecretWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1SecretList ListNamespacedSecret(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.ListNamespacedSecretAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1SecretList> ListNamespacedSecretAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default,
        string continueParameter = default, string fieldSelector = default, string labelSelector = default,
        int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListNamespacedSecretWithHttpMessagesAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit,
            resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1SecretList ListSecretForAllNamespaces(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, bool? pretty = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default) =>
        operations.ListSecretForAllNamespacesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1SecretList> ListSecretForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, bool? pretty = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.ListSecretForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion,
            resourceVersionMatch, sendInitialEvents, shardSelector, timeoutSeconds, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteCollectionNamespacedConfigMap(
        this ICoreV1Operations operations, string namespaceParameter, V1DeleteOptions body = default,
        string continueParameter = default, string dryRun = default, string fieldSelector = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        string labelSelector = default, int? limit = default, bool? orphanDependents = default,
        string propagationPolicy = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.DeleteCollectionNamespacedConfigMapAsync(
            namespaceParameter, body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteCollectionNamespacedConfigMapAsync(
        this ICoreV1Operations operations, string namespaceParameter, V1DeleteOptions body = default,
        string continueParameter = default, string dryRun = default, string fieldSelector = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        string labelSelector = default, int? limit = default, bool? orphanDependents = default,
        string propagationPolicy = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteCollectionNamespacedConfigMapWithHttpMessagesAsync(
            namespaceParameter, body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteCollectionNamespacedEvent(
        this ICoreV1Operations operations, string namespaceParameter, V1DeleteOptions body = default,
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
        this ICoreV1Operations operations, string namespaceParameter, V1DeleteOptions body = default,
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

    public static V1Status DeleteCollectionNamespacedSecret(
        this ICoreV1Operations operations, string namespaceParameter, V1DeleteOptions body = default,
        string continueParameter = default, string dryRun = default, string fieldSelector = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        string labelSelector = default, int? limit = default, bool? orphanDependents = default,
        string propagationPolicy = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default) =>
        operations.DeleteCollectionNamespacedSecretAsync(
            namespaceParameter, body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteCollectionNamespacedSecretAsync(
        this ICoreV1Operations operations, string namespaceParameter, V1DeleteOptions body = default,
        string continueParameter = default, string dryRun = default, string fieldSelector = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        string labelSelector = default, int? limit = default, bool? orphanDependents = default,
        string propagationPolicy = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default,
        bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteCollectionNamespacedSecretWithHttpMessagesAsync(
            namespaceParameter, body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteCollectionNode(
        this ICoreV1Operations operations, V1DeleteOptions body = default, string continueParameter = default,
        string dryRun = default, string fieldSelector = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, string labelSelector = default,
        int? limit = default, bool? orphanDependents = default, string propagationPolicy = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default) =>
        operations.DeleteCollectionNodeAsync(
            body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteCollectionNodeAsync(
        this ICoreV1Operations operations, V1DeleteOptions body = default, string continueParameter = default,
        string dryRun = default, string fieldSelector = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, string labelSelector = default,
        int? limit = default, bool? orphanDependents = default, string propagationPolicy = default,
        string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteCollectionNodeWithHttpMessagesAsync(
            body, continueParameter, dryRun, fieldSelector, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, labelSelector, limit, orphanDependents,
            propagationPolicy, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteNamespace(
        this ICoreV1Operations operations, string name, V1DeleteOptions body = default, string dryRun = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default) =>
        operations.DeleteNamespaceAsync(
            name, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential,
            orphanDependents, propagationPolicy, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteNamespaceAsync(
        this ICoreV1Operations operations, string name, V1DeleteOptions body = default, string dryRun = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteNamespaceWithHttpMessagesAsync(
            name, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential,
            orphanDependents, propagationPolicy, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteNamespacedConfigMap(
        this ICoreV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default,
        string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default) =>
        operations.DeleteNamespacedConfigMapAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteNamespacedConfigMapAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default,
        string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteNamespacedConfigMapWithHttpMessagesAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteNamespacedEvent(
        this ICoreV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default,
        string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default) =>
        operations.DeleteNamespacedEventAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteNamespacedEventAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default,
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

    public static V1Status DeleteNamespacedSecret(
        this ICoreV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default,
        string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default) =>
        operations.DeleteNamespacedSecretAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty,
            CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteNamespacedSecretAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default,
        string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteNamespacedSecretWithHttpMessagesAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds,
            ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty, null,
            cancellationToken).ConfigureAwait(false);
        return response.Body;
    }

    public static V1Status DeleteNode(
        this ICoreV1Operations operations, string name, V1DeleteOptions body = default, string dryRun = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default) =>
        operations.DeleteNodeAsync(
            name, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential,
            orphanDependents, propagationPolicy, pretty, CancellationToken.None).GetAwaiter().GetResult();

    public static async Task<V1Status> DeleteNodeAsync(
        this ICoreV1Operations operations, string name, V1DeleteOptions body = default, string dryRun = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default,
        bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var response = await operations.DeleteNodeWithHttpMessagesAsync(
            name, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential,
            orphanDependents, propagationPolicy, pretty, null, cancellationToken).ConfigureAwait(false);
        return response.Body;
    }
}

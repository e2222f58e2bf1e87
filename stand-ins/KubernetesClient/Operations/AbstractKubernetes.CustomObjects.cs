using k8s.Autorest;
using k8s.Models;

namespace k8s;

public abstract partial class AbstractKubernetes : ICustomObjectsOperations
{
    public ICustomObjectsOperations CustomObjects => this;

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.CreateClusterCustomObjectWithHttpMessagesAsync(
        object body, string group, string version, string plural, string dryRun, string fieldManager,
        string fieldValidation, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Post, "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.CreateClusterCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string dryRun, string fieldManager,
        string fieldValidation, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Post, "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.CreateNamespacedCustomObjectWithHttpMessagesAsync(
        object body, string group, string version, string namespaceParameter, string plural, string dryRun,
        string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Post,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.CreateNamespacedCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string dryRun,
        string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Post,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.DeleteClusterCustomObjectWithHttpMessagesAsync(
        string group, string version, string plural, string name, V1DeleteOptions body, int? gracePeriodSeconds,
        bool? orphanDependents, string propagationPolicy, string dryRun,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Delete,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name), body,
            customHeaders, cancellationToken, ("gracePeriodSeconds", gracePeriodSeconds),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("dryRun", dryRun));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.DeleteClusterCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string plural, string name, V1DeleteOptions body, int? gracePeriodSeconds,
        bool? orphanDependents, string propagationPolicy, string dryRun,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Delete,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name), body,
            customHeaders, cancellationToken, ("gracePeriodSeconds", gracePeriodSeconds),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("dryRun", dryRun));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.DeleteNamespacedCustomObjectWithHttpMessagesAsync(
        string group, string version, string namespaceParameter, string plural, string name, V1DeleteOptions body,
        int? gracePeriodSeconds, bool? orphanDependents, string propagationPolicy, string dryRun,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Delete,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name),
            body, customHeaders, cancellationToken, ("gracePeriodSeconds", gracePeriodSeconds),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("dryRun", dryRun));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.DeleteNamespacedCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string namespaceParameter, string plural, string name, V1DeleteOptions body,
        int? gracePeriodSeconds, bool? orphanDependents, string propagationPolicy, string dryRun,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Delete,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name),
            body, customHeaders, cancellationToken, ("gracePeriodSeconds", gracePeriodSeconds),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("dryRun", dryRun));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.GetClusterCustomObjectWithHttpMessagesAsync(
        string group, string version, string plural, string name,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Get,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name), null,
            customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.GetClusterCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string plural, string name,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Get,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name), null,
            customHeaders, cancellationToken);

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.GetClusterCustomObjectStatusWithHttpMessagesAsync(
        string group, string version, string plural, string name,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Get,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.GetClusterCustomObjectStatusWithHttpMessagesAsync<T>(
        string group, string version, string plural, string name,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Get,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.GetNamespacedCustomObjectWithHttpMessagesAsync(
        string group, string version, string namespaceParameter, string plural, string name,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Get,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name),
            null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.GetNamespacedCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string namespaceParameter, string plural, string name,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Get,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name),
            null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.GetNamespacedCustomObjectStatusWithHttpMessagesAsync(
        string group, string version, string namespaceParameter, string plural, string name,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Get,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.GetNamespacedCustomObjectStatusWithHttpMessagesAsync<T>(
        string group, string version, string namespaceParameter, string plural, string name,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Get,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.ListClusterCustomObjectWithHttpMessagesAsync(
        string group, string version, string plural, bool? allowWatchBookmarks, string continueParameter,
        string fieldSelector, string labelSelector, int? limit, string resourceVersion, string resourceVersionMatch,
        int? timeoutSeconds, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Get, "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural), null,
            customHeaders, cancellationToken, ("allowWatchBookmarks", allowWatchBookmarks),
            ("continue", continueParameter), ("fieldSelector", fieldSelector), ("labelSelector", labelSelector),
            ("limit", limit), ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ListClusterCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string plural, bool? allowWatchBookmarks, string continueParameter,
        string fieldSelector, string labelSelector, int? limit, string resourceVersion, string resourceVersionMatch,
        int? timeoutSeconds, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Get, "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural), null,
            customHeaders, cancellationToken, ("allowWatchBookmarks", allowWatchBookmarks),
            ("continue", continueParameter), ("fieldSelector", fieldSelector), ("labelSelector", labelSelector),
            ("limit", limit), ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.ListNamespacedCustomObjectWithHttpMessagesAsync(
        string group, string version, string namespaceParameter, string plural, bool? allowWatchBookmarks,
        string continueParameter, string fieldSelector, string labelSelector, int? limit, string resourceVersion,
        string resourceVersionMatch, int? timeoutSeconds, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Get,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural),
            null, customHeaders, cancellationToken, ("allowWatchBookmarks", allowWatchBookmarks),
            ("continue", continueParameter), ("fieldSelector", fieldSelector), ("labelSelector", labelSelector),
            ("limit", limit), ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ListNamespacedCustomObjectWithHttpMessagesAsync<T>(
        string group, string version, string namespaceParameter, string plural, bool? allowWatchBookmarks,
        string continueParameter, string fieldSelector, string labelSelector, int? limit, string resourceVersion,
        string resourceVersionMatch, int? timeoutSeconds, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Get,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural),
            null, customHeaders, cancellationToken, ("allowWatchBookmarks", allowWatchBookmarks),
            ("continue", continueParameter), ("fieldSelector", fieldSelector), ("labelSelector", labelSelector),
            ("limit", limit), ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.PatchClusterCustomObjectWithHttpMessagesAsync(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager,
        string fieldValidation, bool? force, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Patch,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.PatchClusterCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager,
        string fieldValidation, bool? force, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Patch,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.PatchClusterCustomObjectStatusWithHttpMessagesAsync(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager,
        string fieldValidation, bool? force, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Patch,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.PatchClusterCustomObjectStatusWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager,
        string fieldValidation, bool? force, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Patch,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.PatchNamespacedCustomObjectWithHttpMessagesAsync(
        object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun, string fieldManager, string fieldValidation, bool? force,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Patch,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.PatchNamespacedCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun, string fieldManager, string fieldValidation, bool? force,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Patch,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.PatchNamespacedCustomObjectStatusWithHttpMessagesAsync(
        object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun, string fieldManager, string fieldValidation, bool? force,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Patch,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.PatchNamespacedCustomObjectStatusWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun, string fieldManager, string fieldValidation, bool? force,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Patch,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.ReplaceClusterCustomObjectWithHttpMessagesAsync(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager,
        string fieldValidation, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Put,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ReplaceClusterCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager,
        string fieldValidation, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Put,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.ReplaceClusterCustomObjectStatusWithHttpMessagesAsync(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager,
        string fieldValidation, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Put,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ReplaceClusterCustomObjectStatusWithHttpMessagesAsync<T>(
        object body, string group, string version, string plural, string name, string dryRun, string fieldManager,
        string fieldValidation, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Put,
            "apis/" + Segment(group) + "/" + Segment(version) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.ReplaceNamespacedCustomObjectWithHttpMessagesAsync(
        object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun, string fieldManager, string fieldValidation,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Put,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ReplaceNamespacedCustomObjectWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun, string fieldManager, string fieldValidation,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Put,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation));

    Task<HttpOperationResponse<object>> ICustomObjectsOperations.ReplaceNamespacedCustomObjectStatusWithHttpMessagesAsync(
        object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun, string fieldManager, string fieldValidation,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<object>(
            HttpMethod.Put,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation));

    Task<HttpOperationResponse<T>> ICustomObjectsOperations.ReplaceNamespacedCustomObjectStatusWithHttpMessagesAsync<T>(
        object body, string group, string version, string namespaceParameter, string plural, string name,
        string dryRun, string fieldManager, string fieldValidation,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<T>(
            HttpMethod.Put,
            "apis/" + Segment(group) + "/" + Segment(version) + "/namespaces/" + Segment(namespaceParameter) + "/" + Segment(plural) + "/" + Segment(name) + "/status",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation));
}

using k8s.Autorest;
using k8s.Models;

namespace k8s;

public abstract partial class AbstractKubernetes : IApiextensionsV1Operations
{
    public IApiextensionsV1Operations ApiextensionsV1 => this;

    Task<HttpOperationResponse<V1CustomResourceDefinition>> IApiextensionsV1Operations.CreateCustomResourceDefinitionWithHttpMessagesAsync(
        V1CustomResourceDefinition body, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1CustomResourceDefinition>(
            HttpMethod.Post, "apis/apiextensions.k8s.io/v1/customresourcedefinitions", Required(body), customHeaders,
            cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1CustomResourceDefinition>> IApiextensionsV1Operations.PatchCustomResourceDefinitionWithHttpMessagesAsync(
        V1Patch body, string name, string dryRun, string fieldManager, string fieldValidation, bool? force,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1CustomResourceDefinition>(
            HttpMethod.Patch, "apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<V1CustomResourceDefinition>> IApiextensionsV1Operations.PatchCustomResourceDefinitionStatusWithHttpMessagesAsync(
        V1Patch body, string name, string dryRun, string fieldManager, string fieldValidation, bool? force,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1CustomResourceDefinition>(
            HttpMethod.Patch, "apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + Segment(name) + "/status",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("force", force), ("pretty", pretty));

    Task<HttpOperationResponse<V1CustomResourceDefinition>> IApiextensionsV1Operations.ReadCustomResourceDefinitionWithHttpMessagesAsync(
        string name, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1CustomResourceDefinition>(
            HttpMethod.Get, "apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + Segment(name), null,
            customHeaders, cancellationToken, ("pretty", pretty));

    Task<HttpOperationResponse<V1CustomResourceDefinition>> IApiextensionsV1Operations.ReadCustomResourceDefinitionStatusWithHttpMessagesAsync(
        string name, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1CustomResourceDefinition>(
            HttpMethod.Get, "apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + Segment(name) + "/status",
            null, customHeaders, cancellationToken, ("pretty", pretty));

    Task<HttpOperationResponse<V1CustomResourceDefinition>> IApiextensionsV1Operations.ReplaceCustomResourceDefinitionWithHttpMessagesAsync(
        V1CustomResourceDefinition body, string name, string dryRun, string fieldManager, string fieldValidation,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1CustomResourceDefinition>(
            HttpMethod.Put, "apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + Segment(name),
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1CustomResourceDefinition>> IApiextensionsV1Operations.ReplaceCustomResourceDefinitionStatusWithHttpMessagesAsync(
        V1CustomResourceDefinition body, string name, string dryRun, string fieldManager, string fieldValidation,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1CustomResourceDefinition>(
            HttpMethod.Put, "apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + Segment(name) + "/status",
            Required(body), customHeaders, cancellationToken, ("dryRun", dryRun), ("fieldManager", fieldManager),
            ("fieldValidation", fieldValidation), ("pretty", pretty));

    Task<HttpOperationResponse<V1CustomResourceDefinitionList>> IApiextensionsV1Operations.ListCustomResourceDefinitionWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit,
        string resourceVersion, string resourceVersionMatch, bool? sendInitialEvents, string shardSelector,
        int? timeoutSeconds, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1CustomResourceDefinitionList>(
            HttpMethod.Get, "apis/apiextensions.k8s.io/v1/customresourcedefinitions", null, customHeaders,
            cancellationToken, ("allowWatchBookmarks", allowWatchBookmarks), ("continue", continueParameter),
            ("fieldSelector", fieldSelector), ("labelSelector", labelSelector), ("limit", limit),
            ("resourceVersion", resourceVersion), ("resourceVersionMatch", resourceVersionMatch),
            ("sendInitialEvents", sendInitialEvents), ("shardSelector", shardSelector),
            ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> IApiextensionsV1Operations.DeleteCollectionCustomResourceDefinitionWithHttpMessagesAsync(
        V1DeleteOptions body, string continueParameter, string dryRun, string fieldSelector, int? gracePeriodSeconds,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential, string labelSelector, int? limit,
        bool? orphanDependents, string propagationPolicy, string resourceVersion, string resourceVersionMatch,
        bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "apis/apiextensions.k8s.io/v1/customresourcedefinitions", body, customHeaders,
            cancellationToken, ("continue", continueParameter), ("dryRun", dryRun), ("fieldSelector", fieldSelector),
            ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("labelSelector", labelSelector), ("limit", limit), ("orphanDependents", orphanDependents),
            ("propagationPolicy", propagationPolicy), ("resourceVersion", resourceVersion),
            ("resourceVersionMatch", resourceVersionMatch), ("sendInitialEvents", sendInitialEvents),
            ("shardSelector", shardSelector), ("timeoutSeconds", timeoutSeconds), ("pretty", pretty));

    Task<HttpOperationResponse<V1Status>> IApiextensionsV1Operations.DeleteCustomResourceDefinitionWithHttpMessagesAsync(
        string name, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential, bool? orphanDependents, string propagationPolicy,
        bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        SendAsync<V1Status>(
            HttpMethod.Delete, "apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + Segment(name), body,
            customHeaders, cancellationToken, ("dryRun", dryRun), ("gracePeriodSeconds", gracePeriodSeconds),
            ("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential),
            ("orphanDependents", orphanDependents), ("propagationPolicy", propagationPolicy), ("pretty", pretty));
}

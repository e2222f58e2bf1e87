using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Temporalio.Exceptions;

namespace Metal3.Activities.Kubernetes.Writing;

/// <summary>Custom objects as raw JSON: what we do not model survives, and patches say only what changed.</summary>
internal sealed class ObjectStore(IKubernetes kubernetes)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object; null if there is none.</summary>
    public async Task<JsonObject?> FindAsync(ResourceKind kind, string @namespace, string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = await kubernetes.CustomObjects.GetNamespacedCustomObjectAsync<JsonElement>(
                Metal3Group.Name, Metal3Group.Version, @namespace, kind.Plural, name, cancellationToken);
            return JsonObject.Create(found);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The host, if it is still the same.</summary>
    /// <exception cref="ApplicationFailureException"><see cref="FailureTypes.HostGone"/>.</exception>
    public async Task<JsonObject> HostAsync(HostKey host, CancellationToken cancellationToken)
    {
        var found = await FindAsync(Metal3Group.BareMetalHost, host.Namespace, host.Name, cancellationToken);
        return found is not null && Text(found["metadata"]?["uid"]) == host.Uid ? found : throw Gone(host);
    }

    /// <summary>Patches an object, or its status.</summary>
    public async Task<JsonObject> PatchAsync(
        ResourceKind kind, string @namespace, string name, JsonArray patch, bool status, CancellationToken cancellationToken)
    {
        var body = new V1Patch(AsGoWritesIt(patch), V1Patch.PatchType.JsonPatch);
        var result = status
            ? await kubernetes.CustomObjects.PatchNamespacedCustomObjectStatusAsync<JsonElement>(
                body, Metal3Group.Name, Metal3Group.Version, @namespace, kind.Plural, name, cancellationToken: cancellationToken)
            : await kubernetes.CustomObjects.PatchNamespacedCustomObjectAsync<JsonElement>(
                body, Metal3Group.Name, Metal3Group.Version, @namespace, kind.Plural, name, cancellationToken: cancellationToken);
        return JsonObject.Create(result)!;
    }

    /// <summary>Creates an object.</summary>
    /// <returns>It, or null when there is one of that name already.</returns>
    public async Task<JsonObject?> CreateAsync(ResourceKind kind, string @namespace, JsonObject body, CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(body.ToJsonString());
            var made = await kubernetes.CustomObjects.CreateNamespacedCustomObjectAsync<JsonElement>(
                document.RootElement, Metal3Group.Name, Metal3Group.Version, @namespace, kind.Plural, cancellationToken: cancellationToken);
            return JsonObject.Create(made);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.Conflict)
        {
            return null;
        }
    }

    /// <summary>Whether the API server refuses for good: by its schema, its rules of access, or its admission.</summary>
    public static bool IsRefusal(HttpOperationException refusal) => refusal.Response.StatusCode
        is HttpStatusCode.UnprocessableEntity or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized;

    /// <summary>Runs the work of an activity; what the API server refuses for good leaves it classified.</summary>
    public static async Task<T> ToldAsync<T>(HostKey host, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound)
        {
            throw Gone(host);
        }
        catch (HttpOperationException e) when (IsRefusal(e))
        {
            throw new ApplicationFailureException(
                $"Kubernetes refuses a write for {host} ({(int)e.Response.StatusCode}): {Reason(e)}; check the CRDs and the RBAC rules of the worker.",
                FailureTypes.KubernetesRefused, nonRetryable: true);
        }
        catch (HttpOperationException e)
        {
            throw new ApplicationFailureException(
                $"Kubernetes answers {(int)e.Response.StatusCode} for {host}: {Reason(e)}", FailureTypes.BackendUnavailable);
        }
        catch (HttpRequestException e)
        {
            throw new ApplicationFailureException($"Kubernetes does not answer: {e.Message}", FailureTypes.BackendUnavailable);
        }
    }

    /// <summary>Appends an owner reference unless the owner has one; null: nothing is to be done.</summary>
    public static JsonArray? OwnersWith(JsonNode? owners, HostKey host, bool controller)
    {
        var list = owners?.DeepClone() as JsonArray ?? [];
        var own = list.FirstOrDefault(owner => Text(owner?["uid"]) == host.Uid);
        if (own is JsonObject existing)
        {
            if (controller || (existing["controller"] is null && existing["blockOwnerDeletion"] is null))
            {
                return null;
            }

            existing.Remove("controller"); // an old controller-type reference becomes a plain one
            existing.Remove("blockOwnerDeletion");
            return list;
        }

        var reference = new JsonObject
        {
            ["apiVersion"] = Metal3Group.ApiVersion,
            ["kind"] = Metal3Group.BareMetalHost.Name,
            ["name"] = host.Name,
            ["uid"] = host.Uid,
        };
        if (controller)
        {
            reference["controller"] = true;
            reference["blockOwnerDeletion"] = true;
        }

        list.Add((JsonNode)reference);
        return list;
    }

    /// <summary>Text of a JSON string; empty for anything else.</summary>
    public static string Text(JsonNode? node) => node?.GetValueKind() is JsonValueKind.String ? node.GetValue<string>() : "";

    /// <summary>The object is gone or another one.</summary>
    public static ApplicationFailureException Gone(HostKey host) => new(
        $"The BareMetalHost {host} with uid {host.Uid} is gone.", FailureTypes.HostGone, nonRetryable: true);

    /// <summary>
    /// The API server's <c>test</c> compares strings as they are written, escapes included: <c>\u0022</c> is another value to it than
    /// <c>\"</c>. So this writes them as it does itself.
    /// </summary>
    private static string AsGoWritesIt(JsonArray patch) => patch.ToJsonString(Relaxed)
        .Replace("<", "\\u003c", StringComparison.Ordinal)
        .Replace(">", "\\u003e", StringComparison.Ordinal)
        .Replace("&", "\\u0026", StringComparison.Ordinal);

    private static string Reason(HttpOperationException e)
    {
        try
        {
            var status = JsonNode.Parse(e.Response.Content ?? "{}");
            return Text(status?["message"]) is { Length: > 0 } message ? message : e.Response.ReasonPhrase ?? "no reason given";
        }
        catch (JsonException)
        {
            return e.Response.ReasonPhrase ?? "no reason given";
        }
    }
}

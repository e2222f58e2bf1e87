using System.Diagnostics;
using System.Text.Json;
using Metal3.Contracts.Admission;
using Metal3.CrdBridge.Serving;
using Metal3.CrdBridge.Watching;

namespace Metal3.CrdBridge.Admission;

/// <summary>Answers the API server's question whether an object may be written.</summary>
internal sealed class AdmissionReviews(AttachmentUsers users, BridgeMetrics metrics, ILogger<AdmissionReviews> logger)
{
    private const string ApiVersion = "admission.k8s.io/v1";

    private static readonly Dictionary<string, string> KindsByPath = new(StringComparer.Ordinal)
    {
        ["/validate-metal3-io-v1alpha1-baremetalhost"] = "BareMetalHost",
        ["/validate-metal3-io-v1alpha1-bmceventsubscription"] = "BMCEventSubscription",
        ["/validate-metal3-io-v1alpha1-dataimage"] = "DataImage",
        ["/validate-metal3-io-v1alpha1-hostclaim"] = "HostClaim",
        ["/validate-metal3-io-v1alpha1-hostfirmwarecomponents"] = "HostFirmwareComponents",
        ["/validate-metal3-io-v1alpha1-hostnetworkattachment"] = "HostNetworkAttachment",
    };

    /// <summary>Handles one request; a body that makes no sense is a 400 with the reason, and nothing is a 500.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        if (!KindsByPath.TryGetValue(http.Request.Path.Value ?? "", out var kind))
        {
            await RefuseAsync(http, StatusCodes.Status404NotFound, $"No kind is validated at this path; known are {string.Join(", ", KindsByPath.Keys)}.");
            return;
        }

        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            await RefuseAsync(http, StatusCodes.Status405MethodNotAllowed, "Send an AdmissionReview by POST.");
            return;
        }

        try
        {
            using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
            var review = Review.Read(body.RootElement, kind);
            await WriteAsync(http, review, await JudgeAsync(review, http.RequestAborted));
        }
        catch (Exception e) when (e is JsonException or BadReviewException)
        {
            metrics.Reviews.Add(kind, "invalid");
            logger.BadReview(e.Message);
            await RefuseAsync(http, StatusCodes.Status400BadRequest, $"This is no {ApiVersion} AdmissionReview of a {kind}: {e.Message}");
        }
        catch (BadHttpRequestException e)
        {
            metrics.Reviews.Add(kind, "invalid");
            await RefuseAsync(http, e.StatusCode, e.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // nobody waits for the answer any more
        }
    }

    private async Task<Verdict> JudgeAsync(Review review, CancellationToken cancellation)
    {
        using var span = BridgeTraces.Review(review.Kind, review.Operation?.ToString() ?? "", review.Key);
        try
        {
            if (review.Operation is not { } operation || review.SubResource.Length > 0)
            {
                return Count(review, Verdict.Allowed);
            }

            var request = new AdmissionRequest(review.Kind, operation, review.Object, review.OldObject);
            var usedBy = AdmissionRules.NeedsAttachmentUsers(request)
                ? await users.OfAsync(new() { Namespace = review.Key.Namespace, Name = review.Key.Name }, cancellation)
                : null;
            var violations = AdmissionRules.Check(request, usedBy);
            if (violations.Count == 0)
            {
                return Count(review, Verdict.Allowed);
            }

            logger.Denied(
                operation.ToString(), review.Kind, review.Key, string.Join(", ", violations.Select(v => v.Rule).Distinct(StringComparer.Ordinal)));
            var warning = operation is AdmissionOperation.Delete && usedBy is { Count: > 0 }
                ? $"{review.Kind} {review.Key} is used by {string.Join(", ", usedBy)}"
                : null;
            return Count(review, new(StatusCodes.Status403Forbidden, Violation.Text(violations), warning));
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            logger.NotChecked(review.Kind, e);
            span.Failed(e);
            return Count(review, new(
                StatusCodes.Status500InternalServerError, $"The {review.Kind} could not be checked; the log of the bridge says why.", null));
        }
    }

    private Verdict Count(Review review, Verdict verdict)
    {
        var word = verdict.Code switch
        {
            StatusCodes.Status200OK => "allowed",
            StatusCodes.Status403Forbidden => "denied",
            _ => "failed",
        };
        metrics.Reviews.Add(review.Kind, word);
        Activity.Current?.SetTag("metal3.verdict", word);
        return verdict;
    }

    private static async Task WriteAsync(HttpContext http, Review review, Verdict verdict)
    {
        http.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteString("apiVersion", ApiVersion);
        writer.WriteString("kind", "AdmissionReview");
        writer.WriteStartObject("response");
        writer.WriteString("uid", review.Uid);
        writer.WriteBoolean("allowed", verdict.IsAllowed);
        if (!verdict.IsAllowed)
        {
            writer.WriteStartObject("status");
            writer.WriteNumber("code", verdict.Code);
            writer.WriteString("reason", verdict.Code == StatusCodes.Status403Forbidden ? "Forbidden" : "InternalError");
            writer.WriteString("message", verdict.Message);
            writer.WriteEndObject();
        }

        if (verdict.Warning is { } warning)
        {
            writer.WriteStartArray("warnings");
            writer.WriteStringValue(warning);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        await writer.FlushAsync(http.RequestAborted);
    }

    private static Task RefuseAsync(HttpContext http, int status, string why)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain";
        return http.Response.WriteAsync(why + "\n", http.RequestAborted);
    }

    private sealed record Verdict(int Code, string Message, string? Warning)
    {
        public static Verdict Allowed { get; } = new(StatusCodes.Status200OK, "", null);

        public bool IsAllowed => Code == StatusCodes.Status200OK;
    }
}

/// <summary>The body is no review that can be answered.</summary>
internal sealed class BadReviewException(string message) : Exception(message);

/// <summary>A review as the API server sends it, checked.</summary>
/// <param name="Uid">Names the answer.</param>
/// <param name="Kind">Kind of the object.</param>
/// <param name="Key">The object, as far as it has a name already.</param>
/// <param name="Operation">What is done; null: nothing that rules are about.</param>
/// <param name="SubResource">Part of the object that is written; empty: the object itself.</param>
/// <param name="Object">The object as sent.</param>
/// <param name="OldObject">The object as stored.</param>
internal sealed record Review(
    string Uid, string Kind, ObjectKey Key, AdmissionOperation? Operation, string SubResource, JsonElement? Object, JsonElement? OldObject)
{
    /// <exception cref="BadReviewException">Something is missing; the message names it.</exception>
    public static Review Read(JsonElement review, string kind)
    {
        if (review.ValueKind != JsonValueKind.Object || Text(review, "kind") != "AdmissionReview" || Text(review, "apiVersion") != "admission.k8s.io/v1")
        {
            throw new BadReviewException("kind must be AdmissionReview and apiVersion admission.k8s.io/v1.");
        }

        if (Child(review, "request") is not { } request)
        {
            throw new BadReviewException("request is missing.");
        }

        if (Text(request, "uid") is not { Length: > 0 } uid)
        {
            throw new BadReviewException("request.uid is missing.");
        }

        var sent = Child(request, "kind") is { } type ? Text(type, "kind") : null;
        if (sent != kind)
        {
            throw new BadReviewException($"request.kind.kind is '{sent}'; check the path in the webhook's configuration.");
        }

        var operation = Text(request, "operation") switch
        {
            "CREATE" => AdmissionOperation.Create,
            "UPDATE" => AdmissionOperation.Update,
            "DELETE" => AdmissionOperation.Delete,
            "CONNECT" => (AdmissionOperation?)null,
            var other => throw new BadReviewException($"request.operation is '{other}'."),
        };
        var (now, before) = (Child(request, "object"), Child(request, "oldObject"));
        if (operation is AdmissionOperation.Create or AdmissionOperation.Update && now is null)
        {
            throw new BadReviewException("request.object is missing.");
        }

        if (operation is AdmissionOperation.Update && before is null)
        {
            throw new BadReviewException("request.oldObject is missing.");
        }

        var metadata = (before ?? now) is { } known ? Child(known, "metadata") : null;
        var key = new ObjectKey(
            Text(request, "namespace") ?? (metadata is { } a ? Text(a, "namespace") : null) ?? "",
            Text(request, "name") is { Length: > 0 } name ? name : (metadata is { } b ? Text(b, "name") : null) ?? "");
        return new(uid, kind, key, operation, Text(request, "subResource") ?? "", now, before);
    }

    private static JsonElement? Child(JsonElement element, string name) =>
        element.TryGetProperty(name, out var child) && child.ValueKind == JsonValueKind.Object ? child : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}

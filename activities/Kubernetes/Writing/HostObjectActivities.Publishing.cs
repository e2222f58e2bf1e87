using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Temporalio.Activities;

namespace Metal3.Activities.Kubernetes.Writing;

/// <content>Status, events and counts.</content>
internal sealed partial class HostObjectActivities
{
    /// <inheritdoc/>
    [Activity]
    public Task<PublishResult> PublishAsync(PublishRequest request) => ObjectStore.ToldAsync(request.Host, async () =>
    {
        var raw = await _objects.HostAsync(request.Host, Cancellation);
        var host = Typed(raw);
        var newer = options.Current.CodeRevision != request.CodeRevision ? options.Current : null;
        if (host.Metadata.Annotation(AnnotationKeys.Paused) is not null)
        {
            return new PublishResult { Paused = true, Options = newer };
        }

        var wanted = Metal3Json.SerializeToNode(StatusPatch.WithWholeUrls(request.Status, host));
        wanted["hardware"] = await HardwareAsync(request, host, raw);
        if (wanted["hardware"] is null)
        {
            wanted.Remove("hardware");
        }

        var patch = StatusPatch.Between(request.Host.Uid, raw["status"] as JsonObject, wanted);
        var written = patch.Count > 2 || (patch.Count == 2 && ObjectStore.Text(patch[1]!["path"]) is not "/status/lastUpdated");
        if (written)
        {
            try
            {
                await _objects.PatchAsync(
                    Metal3Group.BareMetalHost, request.Host.Namespace, request.Host.Name, patch, status: true, Cancellation);
            }
            catch (HttpOperationException e) when (ObjectStore.IsRefusal(e))
            {
                // What happened, happened, even if the object cannot show it: this is the only place left to tell it.
                await PublishEventsAsync(host, request.Events, request.EventSeed, request.Now);
                throw;
            }
        }

        await PublishEventsAsync(host, request.Events, request.EventSeed, request.Now);
        foreach (var count in request.Metrics)
        {
            metrics.Count(count);
        }

        return new PublishResult { Written = written, Options = newer };
    });

    private async Task<JsonNode?> HardwareAsync(PublishRequest request, BareMetalHost host, JsonObject raw)
    {
        var present = raw["status"]?["hardware"]?.DeepClone();
        if (request.HardwareHash is null || (host.Status?.Hardware is { } shown && HashOf(shown) == request.HardwareHash))
        {
            return present;
        }

        var data = await _objects.FindAsync(Metal3Group.HardwareData, request.Host.Namespace, request.Host.Name, Cancellation);
        return data?["spec"]?["hardware"]?.DeepClone() ?? present;
    }

    private async Task PublishEventsAsync(BareMetalHost host, IReadOnlyList<NodeEvent> events, string seed, DateTimeOffset now)
    {
        for (var i = 0; i < events.Count; i++)
        {
            var (reason, message) = events[i];
            var warning = reason is "ImageAuthFormatUnsupported" or "ImageAuthParseError";
            var body = new Corev1Event
            {
                Metadata = new() { Name = $"{reason}-{Suffix($"{seed}/{i}/{reason}")}", NamespaceProperty = host.Metadata.Namespace },
                InvolvedObject = new()
                {
                    ApiVersion = Metal3Group.ApiVersion,
                    Kind = Metal3Group.BareMetalHost.Name,
                    Name = host.Metadata.Name,
                    NamespaceProperty = host.Metadata.Namespace,
                    Uid = host.Metadata.Uid,
                },
                Related = host.Spec?.ConsumerRef is { } consumer
                    ? new() { ApiVersion = consumer.ApiVersion, Kind = consumer.Kind, Name = consumer.Name, NamespaceProperty = consumer.Namespace, Uid = consumer.Uid }
                    : null,
                Reason = reason,
                Message = message.Length > 1024 ? message[..1021] + "..." : message, // the API's own limit
                Source = new() { Component = "metal3-baremetal-controller" },
                ReportingComponent = "metal3.io/baremetal-controller",
                ReportingInstance = "",
                FirstTimestamp = now.UtcDateTime,
                LastTimestamp = now.UtcDateTime,
                Count = 1,
                Type = warning ? "Warning" : "Normal",
            };
            try
            {
                await kubernetes.CoreV1.CreateNamespacedEventAsync(body, host.Metadata.Namespace, cancellationToken: Cancellation);
            }
            catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.Conflict)
            {
                // An earlier attempt published it: deterministic names make a retry harmless.
            }
            catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotFound)
            {
                // A namespace that is being deleted takes no events; the host's own story goes on.
                ActivityExecutionContext.Current.Logger.EventRefused(reason, e.Response.StatusCode);
            }
        }
    }

    /// <summary>Ten characters of the alphabet that Kubernetes itself uses for generated names.</summary>
    private static string Suffix(string seed)
    {
        const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(seed));
        return string.Create(10, hash, static (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Alphabet[bytes[i] % Alphabet.Length];
            }
        });
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Metal3.Activities.Metrics;
using Metal3.Activities.Provisioning;
using Metal3.Contracts.Annotations;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;

namespace Metal3.Activities.Kubernetes.Writing;

/// <summary>The host's object, its secrets and companions: every write that is ours.</summary>
/// <remarks>This part: intake, annotations, options. <c>.Publishing</c>: status and events. <c>.Secrets</c>, <c>.Companions</c>: what their names say.</remarks>
internal sealed partial class HostObjectActivities(
    k8s.IKubernetes kubernetes,
    IProvisioner provisioner,
    HostMetrics metrics,
    ITemporalClient temporal,
    HostOptionsProvider options) : IHostObjectActivities
{
    private readonly ObjectStore _objects = new(kubernetes);
    private readonly SchemaOwners _schemas = new(new(kubernetes));

    private static CancellationToken Cancellation => ActivityExecutionContext.Current.CancellationToken;

    /// <inheritdoc/>
    [Activity]
    public Task<HostOptions> ReadOptionsAsync() => Task.FromResult(options.Current);

    /// <inheritdoc/>
    [Activity]
    public Task<HostSnapshot> ReadHostAsync(HostKey host) => ObjectStore.ToldAsync(host, async () =>
        HostSnapshot.From(Typed(await _objects.HostAsync(host, Cancellation))));

    /// <inheritdoc/>
    [Activity]
    public Task<IntakeResult> IntakeAsync(IntakeRequest request) => ObjectStore.ToldAsync(request.Host, async () =>
    {
        var raw = await _objects.HostAsync(request.Host, Cancellation);
        var host = Typed(raw);
        if (host.Metadata.Annotation(AnnotationKeys.Paused) is not null)
        {
            return AsItIs(host, null, false);
        }

        var data = await _objects.FindAsync(Metal3Group.HardwareData, request.Host.Namespace, request.Host.Name, Cancellation);
        if (host.Metadata.DeletionTimestamp is not null)
        {
            await ReleaseFinalizerAsync(Metal3Group.HardwareData, data, FinalizerNames.HardwareData);
        }

        var hardware = data is null ? null : Metal3Json.Deserialize<HardwareData>(data.ToJsonString()).Spec?.Hardware;
        var (restored, refused) = await RestoreAsync(host, hardware, request.Now);
        if (refused is not null)
        {
            return AsItIs(host, refused, false);
        }

        if (restored)
        {
            host = Typed(await _objects.HostAsync(request.Host, Cancellation));
        }

        if (await ImportAsync(host, hardware, request) is { } unreadable)
        {
            return AsItIs(host, unreadable, restored);
        }

        await TouchMetadataAsync(host, hardware);
        return AsItIs(Typed(await _objects.HostAsync(request.Host, Cancellation)), null, restored);
    });

    /// <inheritdoc/>
    [Activity]
    public Task RemoveAnnotationsAsync(RemoveAnnotationsRequest request) => ObjectStore.ToldAsync(request.Host, async () =>
    {
        var host = Typed(await _objects.HostAsync(request.Host, Cancellation));
        if (host.Metadata.Annotation(AnnotationKeys.Paused) is not null)
        {
            return false;
        }

        var patch = Guarded(host);
        foreach (var (key, value) in request.Annotations)
        {
            if (host.Metadata.Annotation(key) == value)
            {
                patch.Add((JsonNode)new JsonObject { ["op"] = "test", ["path"] = AnnotationPath(key), ["value"] = value });
                patch.Add((JsonNode)new JsonObject { ["op"] = "remove", ["path"] = AnnotationPath(key) });
            }
        }

        return await PatchHostAsync(request.Host, patch);
    });

    /// <inheritdoc/>
    [Activity]
    public Task RecordHoldAsync(RecordHoldRequest request) => ObjectStore.ToldAsync(request.Host, async () =>
    {
        var host = Typed(await _objects.HostAsync(request.Host, Cancellation));
        var present = host.Metadata.Annotation(AnnotationKeys.Hold);
        var patch = Guarded(host);
        if (request.Hold is { } hold)
        {
            if (host.Metadata.Annotations is null)
            {
                patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = "/metadata/annotations", ["value"] = new JsonObject() });
            }

            patch.Add((JsonNode)new JsonObject
            {
                ["op"] = "add",
                ["path"] = AnnotationPath(AnnotationKeys.Hold),
                ["value"] = JsonSerializer.Serialize(hold, JsonSerializerOptions.Web),
            });
        }
        else if (present is not null)
        {
            patch.Add((JsonNode)new JsonObject { ["op"] = "remove", ["path"] = AnnotationPath(AnnotationKeys.Hold) });
        }

        return await PatchHostAsync(request.Host, patch);
    });

    /// <inheritdoc/>
    [Activity]
    public Task RequestSlotAsync(SlotRequest request)
    {
        var workflow = new WorkflowOptions(WorkflowNames.CapacityId(request.Pool), Contracts.TaskQueues.Main)
        {
            IdConflictPolicy = WorkflowIdConflictPolicy.UseExisting,
            StaticSummary = $"Capacity of {request.Pool}",
        };
        workflow.SignalWithStart((ICapacityWorkflow capacity) => capacity.RequestAsync(request));
        return temporal.StartWorkflowAsync(
            (ICapacityWorkflow capacity) => capacity.RunAsync(new() { Pool = request.Pool, Limit = request.InitialLimit }), workflow);
    }

    private static BareMetalHost Typed(JsonObject raw) => Metal3Json.Deserialize<BareMetalHost>(raw.ToJsonString());

    private static string AnnotationPath(string key) =>
        "/metadata/annotations/" + key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static JsonArray Guarded(BareMetalHost host) =>
        [new JsonObject { ["op"] = "test", ["path"] = "/metadata/uid", ["value"] = host.Metadata.Uid }];

    private async Task<bool> PatchHostAsync(HostKey host, JsonArray patch)
    {
        if (patch.Count > 1)
        {
            await _objects.PatchAsync(Metal3Group.BareMetalHost, host.Namespace, host.Name, patch, status: false, Cancellation);
        }

        return patch.Count > 1;
    }

    private IntakeResult AsItIs(BareMetalHost host, string? refused, bool restored) => new()
    {
        Snapshot = HostSnapshot.From(host),
        Refused = refused,
        Restored = restored,
        HardwareHash = host.Status?.Hardware is { } hardware ? HashOf(hardware) : null,
        Architecture = host.Status?.Hardware?.Cpu.Arch is { Length: > 0 } arch ? arch : null,
        Options = options.Current,
    };

    /// <summary>A status annotation seeds an empty status; one that cannot be read is kept and refused, for the host must not be inspected anew.</summary>
    private async Task<(bool Restored, string? Refused)> RestoreAsync(BareMetalHost host, HardwareDetails? hardware, DateTimeOffset now)
    {
        if (host.Metadata.Annotation(AnnotationKeys.Status) is not { } text || host.Status?.LastUpdated is not null)
        {
            return (false, null);
        }

        BareMetalHostStatus status;
        try
        {
            status = Metal3Json.Deserialize<BareMetalHostStatus>(text);
        }
        catch (JsonException e)
        {
            return (false, $"the annotation {AnnotationKeys.Status} is no status ({e.Path ?? "not JSON"}); correct it, or remove it to start from the beginning");
        }

        status = status with { LastUpdated = status.LastUpdated ?? now, Hardware = hardware ?? status.Hardware };
        var patch = StatusPatch.Between(
            host.Metadata.Uid!, host.Status is null ? null : Metal3Json.SerializeToNode(host.Status), Metal3Json.SerializeToNode(status));
        if (patch.Count > 0)
        {
            await _objects.PatchAsync(
                Metal3Group.BareMetalHost, host.Metadata.Namespace!, host.Metadata.Name!, patch, status: true, Cancellation);
        }

        return (true, null);
    }

    /// <summary>Hardware details from HardwareData or the annotation, where the status has none or inspection does not bring them.</summary>
    /// <returns>Why the annotation cannot be used; it is kept then, and nothing is begun (upstream repeats its pass for ever without a word).</returns>
    private async Task<string?> ImportAsync(BareMetalHost host, HardwareDetails? inventory, IntakeRequest request)
    {
        var key = request.Host;
        var disabled = HostAnnotations.IsInspectionDisabled(host.Spec, host.Metadata.Annotations);
        var annotation = host.Metadata.Annotation(AnnotationKeys.HardwareDetails);
        var imported = false;
        if (host.Status?.Hardware is null || disabled)
        {
            var details = inventory;
            if (details is null && annotation is { Length: > 0 })
            {
                try
                {
                    details = Metal3Json.DecodeStrictly<HardwareDetails>(annotation);
                }
                catch (JsonException e)
                {
                    return $"the annotation {AnnotationKeys.HardwareDetails} cannot be used: {(e.Path is { } path ? $"unknown or wrong member at {path}" : "it is not one JSON object")}; correct it, or remove it";
                }
            }

            if (details is not null && details != host.Status?.Hardware)
            {
                var patch = new JsonArray
                {
                    new JsonObject { ["op"] = "test", ["path"] = "/metadata/uid", ["value"] = key.Uid },
                };
                var node = Metal3Json.SerializeToNode(details);
                patch.Add((JsonNode)(host.Status is null
                    ? new JsonObject
                    {
                        ["op"] = "add",
                        ["path"] = "/status",
                        ["value"] = Metal3Json.SerializeToNode(new BareMetalHostStatus { Hardware = details, LastUpdated = request.Now }),
                    }
                    : new JsonObject { ["op"] = "add", ["path"] = "/status/hardware", ["value"] = node }));
                await _objects.PatchAsync(Metal3Group.BareMetalHost, key.Namespace, key.Name, patch, status: true, Cancellation);
                await PublishEventsAsync(
                    host, [new("UpdateHardwareDetails", "Set HardwareDetails from hardware data or annotation")],
                    $"{key.Uid}/details/{SafeUrl.Hash(node.ToJsonString())}", request.Now);
                imported = true;
            }
        }

        if (annotation is not null && !imported)
        {
            await PublishEventsAsync(
                host, [new("RemoveAnnotation", "Removing annotation inspect.metal3.io/hardwaredetails, it is ignored")],
                $"{key.Uid}/ignored/{SafeUrl.Hash(annotation)}", request.Now);
        }

        return null;
    }

    /// <summary>Finalizer, architecture and consumed annotations in one write.</summary>
    private async Task TouchMetadataAsync(BareMetalHost host, HardwareDetails? inventory)
    {
        var key = new HostKey(host.Metadata.Namespace!, host.Metadata.Name!, host.Metadata.Uid!);
        var patch = Guarded(host);
        foreach (var annotation in new[] { AnnotationKeys.Status, AnnotationKeys.HardwareDetails })
        {
            if (host.Metadata.Annotation(annotation) is { } value)
            {
                patch.Add((JsonNode)new JsonObject { ["op"] = "test", ["path"] = AnnotationPath(annotation), ["value"] = value });
                patch.Add((JsonNode)new JsonObject { ["op"] = "remove", ["path"] = AnnotationPath(annotation) });
            }
        }

        if (host.Metadata.DeletionTimestamp is null && host.Metadata.Finalizers?.Contains(FinalizerNames.Host) is not true)
        {
            patch.Add((JsonNode)(host.Metadata.Finalizers is null
                ? new JsonObject { ["op"] = "add", ["path"] = "/metadata/finalizers", ["value"] = new JsonArray(FinalizerNames.Host) }
                : new JsonObject { ["op"] = "add", ["path"] = "/metadata/finalizers/-", ["value"] = FinalizerNames.Host }));
        }

        var arch = (inventory ?? host.Status?.Hardware)?.Cpu.Arch;
        if (string.IsNullOrEmpty(host.Spec?.Architecture) && arch is { Length: > 0 } && inventory is not null)
        {
            patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = "/spec/architecture", ["value"] = arch });
        }

        await PatchHostAsync(key, patch);
    }

    private async Task ReleaseFinalizerAsync(ResourceKind kind, JsonObject? found, string finalizer)
    {
        if (found?["metadata"] is not JsonObject metadata || metadata["finalizers"] is not JsonArray finalizers)
        {
            return;
        }

        var at = finalizers.Select(ObjectStore.Text).ToList().IndexOf(finalizer);
        if (at < 0)
        {
            return;
        }

        var patch = new JsonArray
        {
            new JsonObject { ["op"] = "test", ["path"] = $"/metadata/finalizers/{at}", ["value"] = finalizer },
            new JsonObject { ["op"] = "remove", ["path"] = $"/metadata/finalizers/{at}" },
        };
        await _objects.PatchAsync(
            kind, ObjectStore.Text(metadata["namespace"]), ObjectStore.Text(metadata["name"]), patch, status: false, Cancellation);
    }

    internal static string HashOf(HardwareDetails details) => SafeUrl.Hash(Metal3Json.Serialize(details))[..32];
}

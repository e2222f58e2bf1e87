using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using Metal3.Activities.Provisioning;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Temporalio.Activities;

namespace Metal3.Activities.Kubernetes.Writing;

/// <content>HostFirmwareSettings with FirmwareSchema, HostUpdatePolicy.</content>
internal sealed partial class HostObjectActivities
{
    /// <inheritdoc/>
    [Activity]
    public Task EnsureCompanionsAsync(NodeRequest request) => ObjectStore.ToldAsync(request.Host, async () =>
    {
        var key = request.Host;
        var host = Typed(await _objects.HostAsync(key, Cancellation));
        if (host.Metadata.DeletionTimestamp is not null || host.Metadata.Annotation(AnnotationKeys.Paused) is not null)
        {
            return false;
        }

        var settings = await _objects.FindAsync(Metal3Group.HostFirmwareSettings, key.Namespace, key.Name, Cancellation);
        if (settings is null)
        {
            await _objects.CreateAsync(
                Metal3Group.HostFirmwareSettings,
                key.Namespace,
                new()
                {
                    ["apiVersion"] = Metal3Group.ApiVersion,
                    ["kind"] = Metal3Group.HostFirmwareSettings.Name,
                    ["metadata"] = new JsonObject
                    {
                        ["name"] = key.Name,
                        ["namespace"] = key.Namespace,
                        ["ownerReferences"] = ObjectStore.OwnersWith(null, key, controller: true),
                    },
                    ["spec"] = new JsonObject { ["settings"] = new JsonObject() },
                },
                Cancellation);
        }
        else
        {
            await OwnAsync(Metal3Group.HostFirmwareSettings, settings, key);
        }

        if (await _objects.FindAsync(Metal3Group.HostUpdatePolicy, key.Namespace, key.Name, Cancellation) is { } policy)
        {
            await OwnAsync(Metal3Group.HostUpdatePolicy, policy, key);
        }

        return true;
    });

    /// <inheritdoc/>
    [Activity]
    public Task<FirmwareState> RefreshFirmwareAsync(NodeRequest request) => ObjectStore.ToldAsync(request.Host, async () =>
    {
        var key = request.Host;
        var host = Typed(await _objects.HostAsync(key, Cancellation));
        var raw = await _objects.FindAsync(Metal3Group.HostFirmwareSettings, key.Namespace, key.Name, Cancellation);
        var settings = raw is null ? null : Metal3Json.Deserialize<HostFirmwareSettings>(raw.ToJsonString());
        var policyObject = await _objects.FindAsync(Metal3Group.HostUpdatePolicy, key.Namespace, key.Name, Cancellation);
        var policy = policyObject is null ? null : Metal3Json.Deserialize<HostUpdatePolicy>(policyObject.ToJsonString()).Spec;
        var onReboot = policy?.FirmwareSettings == UpdatePolicy.OnReboot;
        var version = $"{settings?.Metadata.Generation}/{policyObject?["metadata"]?["generation"]}";
        if (settings is null || request.NodeId is null)
        {
            return new FirmwareState { OnReboot = onReboot, Version = version };
        }

        FirmwareSettings actual;
        try
        {
            actual = await provisioner.FirmwareSettingsAsync(request.NodeId, withSchema: true, Cancellation);
        }
        catch (ProvisionerException e)
        {
            throw Failures.Of(e);
        }

        var schema = (actual.Schema ?? new Dictionary<string, SettingSchema>(StringComparer.Ordinal))
            .Where(rule => !rule.Key.Contains("Password", StringComparison.Ordinal) && rule.Value.AttributeType?.Word is not "Password")
            .ToDictionary(rule => rule.Key, rule => rule.Value, StringComparer.Ordinal);
        var shown = actual.Settings
            .Where(setting => !setting.Key.Contains("Password", StringComparison.Ordinal))
            .ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal);
        var wanted = settings.Spec?.Settings ?? ValueMap<SettingValue>.Empty;
        var changed = FirmwareComparison.IsChanged(wanted, shown);
        var problems = changed ? FirmwareComparison.Problems(wanted, shown, schema) : [];
        var paused = host.Metadata.Annotation(AnnotationKeys.Paused) is not null;
        if (!paused)
        {
            // The machine's own listing decides the name: entries that are left out of the object count towards it, as upstream's do.
            var schemaName = FirmwareComparison.SchemaName(actual.Schema ?? new Dictionary<string, SettingSchema>(StringComparer.Ordinal));
            await EnsureSchemaAsync(key, schemaName, schema, host, settings);
            await PublishSettingsAsync(settings, raw!, shown, schemaName, changed, problems);
        }

        return new FirmwareState
        {
            Known = shown.Count > 0,
            ChangeDetected = changed,
            Valid = problems.Count == 0,
            WantedHash = FirmwareComparison.HashOf(wanted),
            OnReboot = onReboot,
            Version = version,
        };
    });

    private async Task OwnAsync(ResourceKind kind, JsonObject found, HostKey host)
    {
        var owners = found["metadata"]?["ownerReferences"];
        if ((owners as JsonArray)?.Any(owner => ObjectStore.Text(owner?["uid"]) == host.Uid) is true
            || ObjectStore.OwnersWith(owners, host, controller: false) is not { } changed)
        {
            return;
        }

        await _objects.PatchAsync(kind, host.Namespace, host.Name, [Add("/metadata/ownerReferences", changed)], status: false, Cancellation);
    }

    /// <summary>One schema object for all hosts of a namespace whose firmware speaks alike; each of their settings owns it.</summary>
    private Task EnsureSchemaAsync(
        HostKey key, string name, Dictionary<string, SettingSchema> schema, BareMetalHost host, HostFirmwareSettings owner)
    {
        var own = new JsonObject
        {
            ["apiVersion"] = Metal3Group.ApiVersion,
            ["kind"] = Metal3Group.HostFirmwareSettings.Name,
            ["name"] = owner.Metadata.Name,
            ["uid"] = owner.Metadata.Uid,
        };
        return _schemas.EnsureAsync(
            key.Namespace,
            name,
            own,
            () =>
            {
                var vendor = host.Status?.Hardware?.SystemVendor;
                return Metal3Json.SerializeToNode(new FirmwareSchemaSpec
                {
                    HardwareVendor = vendor?.Manufacturer is { Length: > 0 } manufacturer ? manufacturer : null,
                    HardwareModel = vendor?.ProductName is { Length: > 0 } product ? product : null,
                    Schema = new(schema),
                });
            },
            Cancellation);
    }

    private async Task PublishSettingsAsync(
        HostFirmwareSettings settings, JsonObject raw, Dictionary<string, string> shown, string schemaName, bool changed, IReadOnlyList<string> problems)
    {
        var now = DateTimeOffset.UtcNow;
        var generation = settings.Metadata.Generation ?? 0;
        var before = settings.Status;
        Condition Make(string type, bool value, string reason) => new()
        {
            Type = type,
            Status = value ? ConditionStatus.True : ConditionStatus.False,
            Reason = reason,
            ObservedGeneration = generation,
            LastTransitionTime = before?.Conditions?.FirstOrDefault(one => one.Type == type) is { } previous
                && previous.Status == (value ? ConditionStatus.True : ConditionStatus.False)
                    ? previous.LastTransitionTime
                    : now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)),
        };
        ValueList<Condition> conditions =
        [
            Make(ConditionTypes.Valid, problems.Count == 0, problems.Count == 0 ? "Success" : "ConfigurationError"),
            Make(ConditionTypes.ChangeDetected, changed, "Success"),
        ];
        var status = (before ?? new()) with
        {
            Schema = new() { Name = schemaName, Namespace = settings.Metadata.Namespace! },
            Settings = new(shown),
            Conditions = conditions,
        };
        if (before is not null && status with { LastUpdated = before.LastUpdated } == before)
        {
            return;
        }

        var patch = StatusPatch.Between(
            settings.Metadata.Uid!, raw["status"] as JsonObject, Metal3Json.SerializeToNode(status with { LastUpdated = now }));
        await _objects.PatchAsync(
            Metal3Group.HostFirmwareSettings, settings.Metadata.Namespace!, settings.Metadata.Name!, patch, status: true, Cancellation);
        if (problems.Count > 0 && shown.Count > 0)
        {
            foreach (var problem in problems)
            {
                await TellSettingsAsync(settings, problem, generation, now);
            }
        }
    }

    private async Task TellSettingsAsync(HostFirmwareSettings settings, string problem, long generation, DateTimeOffset now)
    {
        try
        {
            await kubernetes.CoreV1.CreateNamespacedEventAsync(
                new()
                {
                    Metadata = new()
                    {
                        Name = $"ValidationFailed-{Suffix($"{settings.Metadata.Uid}/{generation}/{problem}")}",
                        NamespaceProperty = settings.Metadata.Namespace,
                    },
                    InvolvedObject = new()
                    {
                        ApiVersion = Metal3Group.ApiVersion,
                        Kind = Metal3Group.HostFirmwareSettings.Name,
                        Name = settings.Metadata.Name,
                        NamespaceProperty = settings.Metadata.Namespace,
                        Uid = settings.Metadata.Uid,
                    },
                    Reason = "ValidationFailed",
                    Message = $"Invalid BIOS setting: {problem}",
                    Source = new() { Component = "metal3-hostfirmwaresettings-controller" },
                    ReportingComponent = "metal3.io/hostfirmwaresettings-controller",
                    ReportingInstance = "",
                    FirstTimestamp = now.UtcDateTime,
                    LastTimestamp = now.UtcDateTime,
                    Count = 1,
                    Type = "Normal",
                },
                settings.Metadata.Namespace,
                cancellationToken: Cancellation);
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.Conflict)
        {
            // Told already, for this very edit.
        }
    }
}

using System.Text.Json;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;

namespace Metal3.Workflows.HostLifecycle;

/// <summary>What the annotations of a host ask for (BareMetalHost API specification §3).</summary>
public static class HostRequests
{
    /// <summary>Whether nothing may be done.</summary>
    public static bool IsPaused(this HostSnapshot host) => host.Annotations.ContainsKey(AnnotationKeys.Paused);

    /// <summary>Whether inspection is switched off, by field or annotation.</summary>
    public static bool IsInspectionDisabled(this HostSnapshot host) =>
        host.Spec.InspectionMode == InspectionMode.Disabled
        || (host.Annotations.TryGetValue(AnnotationKeys.Inspect, out var value) && value == "disabled");

    /// <summary>Whether another inspection is asked for.</summary>
    public static bool IsInspectionRequested(this HostSnapshot host) =>
        host.Annotations.TryGetValue(AnnotationKeys.Inspect, out var value) && value != "disabled";

    /// <summary>Whether the owner runs the machine's image, not we.</summary>
    public static bool IsExternallyProvisioned(this HostSnapshot host) => host.Spec.ExternallyProvisioned is true;

    /// <summary>The detach request; null when there is none.</summary>
    public static DetachRequest? Detach(this HostSnapshot host)
    {
        if (!host.Annotations.TryGetValue(AnnotationKeys.Detached, out var value))
        {
            return null;
        }

        var json = Parse(value);
        return json is null
            ? new(Force: false, Delay: false)
            : new(
                Force: json.Value.TryGetProperty("force", out var force) && force.ValueKind == JsonValueKind.True,
                Delay: json.Value.TryGetProperty("deleteAction", out var action) && action.ValueKind == JsonValueKind.String
                    && action.ValueEquals("delay"));
    }

    /// <summary>All reboot requests, base form first.</summary>
    public static IReadOnlyList<RebootRequest> Reboots(this HostSnapshot host) =>
    [
        .. host.Annotations
            .Where(annotation => KnownKeys.IsReboot(annotation.Key))
            .OrderBy(annotation => annotation.Key, StringComparer.Ordinal)
            .Select(annotation => Reboot(annotation.Key, annotation.Value)),
    ];

    private static RebootRequest Reboot(string key, string value)
    {
        if (value.Length == 0)
        {
            return new(key, value, Hard: false, Force: false, Readable: true);
        }

        var json = Parse(value);
        return json is null
            ? new(key, value, Hard: false, Force: false, Readable: false)
            : new(
                key,
                value,
                Hard: json.Value.TryGetProperty("mode", out var mode) && mode.ValueKind == JsonValueKind.String && mode.ValueEquals("hard"),
                Force: json.Value.TryGetProperty("force", out var force) && force.ValueKind == JsonValueKind.True,
                Readable: true);
    }

    private static JsonElement? Parse(string value)
    {
        try
        {
            using var document = JsonDocument.Parse(value);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The detached annotation.</summary>
/// <param name="Force">Detach in any state, aborting what runs.</param>
/// <param name="Delay">A deletion waits until the annotation is gone.</param>
public sealed record DetachRequest(bool Force, bool Delay);

/// <summary>A reboot annotation.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value as written.</param>
/// <param name="Hard">Without asking the operating system.</param>
/// <param name="Force">Also where a reboot would not be honoured.</param>
/// <param name="Readable">Whether the value could be read; if not it counts as a soft, unforced reboot.</param>
public sealed record RebootRequest(string Key, string Value, bool Hard, bool Force, bool Readable)
{
    /// <summary>One reboot, as opposed to "stay off until I say so".</summary>
    public bool IsBase => Key == AnnotationKeys.Reboot;
}

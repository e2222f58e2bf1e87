using Metal3.Contracts.Resources;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>Which annotations decisions look at.</summary>
public static class KnownKeys
{
    /// <summary>Whether an annotation matters to the host's workflow.</summary>
    public static bool IsOurs(string key) =>
        key is AnnotationKeys.Paused or AnnotationKeys.Detached or AnnotationKeys.Status or AnnotationKeys.Inspect
            or AnnotationKeys.HardwareDetails or AnnotationKeys.Hold
        || IsReboot(key);

    /// <summary>Whether the key is the base reboot annotation or one with a suffix.</summary>
    public static bool IsReboot(string key) =>
        key == AnnotationKeys.Reboot || key.StartsWith(AnnotationKeys.RebootPrefix, StringComparison.Ordinal);
}

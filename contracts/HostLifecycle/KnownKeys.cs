using Metal3.Contracts.Annotations;
using Metal3.Contracts.Resources;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>Which annotations decisions look at.</summary>
public static class KnownKeys
{
    /// <summary>Whether an annotation matters to the host's workflow.</summary>
    public static bool IsOurs(string key) =>
        key is AnnotationKeys.Paused or AnnotationKeys.Detached or AnnotationKeys.Status or AnnotationKeys.Inspect
            or AnnotationKeys.HardwareDetails or AnnotationKeys.Hold
        || HostAnnotations.IsReboot(key);
}

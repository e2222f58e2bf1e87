using Metal3.Contracts.Resources;

namespace Metal3.Workflows.HostLifecycle;

/// <summary>When an image is written and when it is taken away again (host-lifecycle specification §3.7 and §3.8).</summary>
public static class Deployment
{
    /// <summary>Whether an image or custom deploy is wanted that status does not show; <c>online</c> must be true.</summary>
    public static bool IsWanted(BareMetalHostSpec spec, BareMetalHostStatus status)
    {
        if (!spec.Online)
        {
            return false;
        }

        if (spec.Image is { Url.Length: > 0 } && status.Provisioning.Image.Url.Length == 0)
        {
            return true;
        }

        return spec.CustomDeploy is { Method.Length: > 0 } wanted && status.Provisioning.CustomDeploy?.Method != wanted.Method;
    }

    /// <summary>Whether what is deployed (or being deployed) is no longer wanted.</summary>
    public static bool IsCancelled(BareMetalHostSpec spec, BareMetalHostStatus status)
    {
        var wantedMethod = spec.CustomDeploy?.Method ?? "";
        var method = status.Provisioning.CustomDeploy?.Method ?? "";
        var wantedUrl = spec.Image?.Url ?? "";
        var url = status.Provisioning.Image.Url;

        if (wantedMethod.Length > 0)
        {
            return (method.Length > 0 && method != wantedMethod) || (url.Length > 0 && wantedUrl != url);
        }

        return method.Length > 0 || wantedUrl.Length == 0 || (url.Length > 0 && wantedUrl != url);
    }

    /// <summary>Whether the spec's image is another one than the last that was attempted, so that failures start counting anew.</summary>
    public static bool IsAnotherAttempt(Image? wanted, Image? attempted) => wanted != attempted;
}

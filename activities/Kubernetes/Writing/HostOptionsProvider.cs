using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Activities.Kubernetes.Writing;

/// <summary>This worker's configuration, as workflows are told it.</summary>
public sealed class HostOptionsProvider(HostOptions initial, BuiltInImages? builtInImages = null)
{
    /// <summary>The options now; replaced as a whole, e.g. once search attributes are seen to exist.</summary>
    public HostOptions Current { get; set; } = initial;

    /// <summary>The built-in builder of preprovisioning images; null where somebody else builds them.</summary>
    public BuiltInImages? BuiltInImages { get; } = builtInImages;
}

/// <summary>A ramdisk that the built-in builder offers.</summary>
/// <param name="Format">Its format.</param>
/// <param name="Url">Where it is.</param>
/// <param name="KernelUrl">Its kernel; null for an ISO.</param>
public sealed record BuiltInImage(PreprovisioningImageFormat Format, string Url, string? KernelUrl);

/// <summary>Fixed ramdisks by architecture: <c>DEPLOY_{KERNEL,RAMDISK,ISO}_URL[_ARCH]</c> and <c>…_BY_ARCH</c>.</summary>
public sealed class BuiltInImages
{
    private readonly Func<string, string?> _variable;

    private BuiltInImages(Func<string, string?> variable) => _variable = variable;

    /// <summary>Reads the environment; null when neither an ISO nor kernel and ramdisk are configured.</summary>
    public static BuiltInImages? FromEnvironment(Func<string, string?> variable)
    {
        var images = new BuiltInImages(variable);
        return variable("DEPLOY_ISO_URL") is { Length: > 0 }
            || (variable("DEPLOY_KERNEL_URL") is { Length: > 0 } && variable("DEPLOY_RAMDISK_URL") is { Length: > 0 })
                ? images
                : null;
    }

    /// <summary>The first accepted format that is configured for the architecture; null when none is.</summary>
    public BuiltInImage? For(string architecture, ValueList<PreprovisioningImageFormat> accepted)
    {
        foreach (var format in accepted)
        {
            if (format.Word is "iso" && Url("ISO", architecture) is { } iso)
            {
                return new(format, iso, null);
            }

            if (format.Word is "initrd" && Url("RAMDISK", architecture) is { } ramdisk && Url("KERNEL", architecture) is { } kernel)
            {
                return new(format, ramdisk, kernel);
            }
        }

        return null;
    }

    private string? Url(string part, string architecture)
    {
        if (_variable($"DEPLOY_{part}_URL_{architecture.ToUpperInvariant()}") is { Length: > 0 } own)
        {
            return own;
        }

        foreach (var pair in (_variable($"DEPLOY_{part}_BY_ARCH") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = pair.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && pair[..colon] == architecture)
            {
                return pair[(colon + 1)..];
            }
        }

        return _variable($"DEPLOY_{part}_URL") is { Length: > 0 } common ? common : null;
    }
}

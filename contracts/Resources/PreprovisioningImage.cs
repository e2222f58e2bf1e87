using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>A ramdisk made for the host of the same name.</summary>
public sealed record PreprovisioningImage() : Metal3Resource(nameof(PreprovisioningImage))
{
    /// <summary>What is asked of the builder.</summary>
    public PreprovisioningImageSpec? Spec { get; init; }

    /// <summary>What the builder made.</summary>
    public PreprovisioningImageStatus? Status { get; init; }
}

/// <summary>What is asked of the builder.</summary>
public sealed record PreprovisioningImageSpec : WireRecord
{
    /// <summary>Name of the Secret with network data to bake in, in the same namespace.</summary>
    public string? NetworkDataName { get; init; }

    /// <summary>CPU architecture.</summary>
    public string? Architecture { get; init; }

    /// <summary>Formats the host can boot, the preferred one first.</summary>
    public ValueList<PreprovisioningImageFormat>? AcceptFormats { get; init; }
}

/// <summary>What the builder made.</summary>
public sealed record PreprovisioningImageStatus : WireRecord
{
    /// <summary>Where the image is.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>Where its kernel is; for <c>initrd</c> only.</summary>
    public string? KernelUrl { get; init; }

    /// <summary>Kernel parameters to append; for <c>initrd</c> only.</summary>
    public string? ExtraKernelParams { get; init; }

    /// <summary>Format of the image.</summary>
    public PreprovisioningImageFormat? Format { get; init => field = Words.Given(value); }

    /// <summary>The network data that was baked in.</summary>
    public SecretVersion NetworkData { get; init => field = value ?? new(); } = new();

    /// <summary>CPU architecture of the image.</summary>
    public string? Architecture { get; init; }

    /// <summary><c>Ready</c> and <c>Error</c>.</summary>
    public ValueList<Condition>? Conditions { get; init; }
}

/// <summary>A version of a Secret in the same namespace.</summary>
public sealed record SecretVersion : WireRecord
{
    /// <summary>Name.</summary>
    public string? Name { get; init; }

    /// <summary>Its resourceVersion.</summary>
    public string? Version { get; init; }
}

using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>A BareMetalHost as the bridge saw it: everything that decisions need, and nothing that must not be in a history.</summary>
/// <remarks>The bridge sends one with every change; two snapshots with the same <see cref="ResourceVersion"/> and
/// <see cref="Related"/> say the same.</remarks>
public sealed record HostSnapshot
{
    /// <summary>Which object.</summary>
    public required HostKey Host { get; init; }

    /// <summary><c>metadata.resourceVersion</c>: opaque, only ever compared for equality.</summary>
    public required string ResourceVersion { get; init; }

    /// <summary><c>metadata.generation</c>: grows with every change of the spec.</summary>
    public long Generation { get; init; }

    /// <summary><c>metadata.deletionTimestamp</c>; only this authorises what a deletion destroys. Null: nobody wants it deleted.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Whether our finalizer is on the object.</summary>
    public bool Claimed { get; init; }

    /// <summary>
    /// The annotations that we understand. Values of the large ones (status, hardware details) are replaced by
    /// <c>sha256:</c> and a hash.
    /// </summary>
    public ValueMap<string> Annotations { get; init; } = ValueMap<string>.Empty;

    /// <summary>Hash of the labels, which are copied to the preprovisioning image.</summary>
    public string? LabelsHash { get; init; }

    /// <summary>The spec with <see cref="SafeUrl"/>s.</summary>
    public BareMetalHostSpec Spec { get; init; } = new();

    /// <summary>
    /// The status as it stood on the object, with <see cref="SafeUrl"/>s and without hardware, for a workflow that has no memory;
    /// null when it was never written.
    /// </summary>
    public BareMetalHostStatus? Status { get; init; }

    /// <summary>Whether <c>status.hardware</c> is filled.</summary>
    public bool HasHardware { get; init; }

    /// <summary>CPU architecture in <c>status.hardware</c>; null when unknown.</summary>
    public string? HardwareArchitecture { get; init; }

    /// <summary>
    /// Versions of related objects by role: <c>bmc-secret</c>, <c>network-secret</c>, <c>user-data</c>, <c>network-data</c>, <c>meta-data</c>,
    /// <c>firmware-settings</c>, <c>update-policy</c>, <c>preprovisioning-image</c>, <c>hardware-data</c>. Absent when the object is missing
    /// or the bridge does not watch it.
    /// </summary>
    public ValueMap<string> Related { get; init; } = ValueMap<string>.Empty;

    /// <summary>Whether the object is being deleted.</summary>
    public bool Deleting => DeletionTimestamp is not null;

    /// <summary>Hash over what a deployment writes: image (whole URL, checksum, type, format, secret) and custom deploy.</summary>
    public string DeploymentHash => SafeUrl.Hash(string.Join(
        '\n',
        Spec.Image?.Url,
        Spec.Image?.Checksum,
        Spec.Image?.ChecksumType?.Word,
        Spec.Image?.Format?.Word,
        Spec.Image?.OciAuthSecretName,
        Spec.CustomDeploy?.Method))[..32];

    /// <summary>Hash over what in spec chooses the disk that a deployment writes to: hints, and whether a software volume is the root.</summary>
    /// <remarks>Not part of <see cref="DeploymentHash"/>: other hints make no other deployment of one that runs.</remarks>
    public string RootDeviceHash => SafeUrl.Hash(
        $"{(Spec.RootDeviceHints is { } hints ? Metal3Json.Serialize(hints) : "")}\n{Spec.Raid?.SoftwareRaidVolumes?.Any(volume => volume.RootVolume is true)}")[..32];

    /// <summary>Makes the snapshot of an object.</summary>
    /// <param name="host">The object as read.</param>
    /// <param name="related">See <see cref="Related"/>; null: none are known.</param>
    public static HostSnapshot From(BareMetalHost host, ValueMap<string>? related = null)
    {
        var metadata = host.Metadata;
        var status = host.Status;
        return new()
        {
            Host = new(metadata.Namespace ?? "", metadata.Name ?? "", metadata.Uid ?? ""),
            ResourceVersion = metadata.ResourceVersion ?? "",
            Generation = metadata.Generation ?? 0,
            DeletionTimestamp = metadata.DeletionTimestamp,
            Claimed = metadata.Finalizers?.Contains(FinalizerNames.Host) ?? false,
            Annotations = new(KnownAnnotations(metadata.Annotations)),
            LabelsHash = metadata.Labels is { Count: > 0 } labels
                ? SafeUrl.Hash(string.Join('\n', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}")))[..16]
                : null,
            Spec = Hide(host.Spec ?? new()),
            Status = status?.LastUpdated is null ? null : Hide(status),
            HasHardware = status?.Hardware is not null,
            HardwareArchitecture = status?.Hardware?.Cpu?.Arch is { Length: > 0 } arch ? arch : null,
            Related = related ?? ValueMap<string>.Empty,
        };
    }

    /// <summary>A spec without secrets in URLs; free text and what nobody decides by is left out.</summary>
    public static BareMetalHostSpec Hide(BareMetalHostSpec spec) => spec with
    {
        Bmc = spec.Bmc with { Address = SafeUrl.Hide(spec.Bmc.Address) },
        Image = Hide(spec.Image),
        Description = null,
        Taints = null,
        NetworkInterfaces = null,
        Unknown = null,
    };

    /// <summary>A status without secrets in URLs and without hardware.</summary>
    public static BareMetalHostStatus Hide(BareMetalHostStatus status) => status with
    {
        Hardware = null,
        LastAttemptedImage = Hide(status.LastAttemptedImage),
        Provisioning = status.Provisioning with { Image = Hide(status.Provisioning.Image)! },
        Unknown = null,
    };

    private static Image? Hide(Image? image) => image is null ? null : image with
    {
        Url = SafeUrl.Hide(image.Url),
        Checksum = image.Checksum is { } checksum ? SafeUrl.Hide(checksum) : null,
    };

    private static IEnumerable<KeyValuePair<string, string>> KnownAnnotations(ValueMap<string>? annotations)
    {
        foreach (var (key, value) in annotations ?? ValueMap<string>.Empty)
        {
            if (key is AnnotationKeys.Status or AnnotationKeys.HardwareDetails)
            {
                yield return new(key, "sha256:" + SafeUrl.Hash(value));
            }
            else if (KnownKeys.IsOurs(key))
            {
                yield return new(key, value);
            }
        }
    }
}

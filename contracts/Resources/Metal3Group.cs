using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>A kind as the API server names it.</summary>
/// <param name="Name">Kind, such as <c>BareMetalHost</c>.</param>
/// <param name="Plural">Name in URLs.</param>
/// <param name="HasStatus">Whether the CRD has a status subresource.</param>
public sealed record ResourceKind(string Name, string Plural, bool HasStatus)
{
    /// <summary>Name of the CustomResourceDefinition.</summary>
    public string CrdName => $"{Plural}.{Metal3Group.Name}";
}

/// <summary>The API group and its kinds; all are namespaced.</summary>
public static class Metal3Group
{
    /// <summary>API group.</summary>
    public const string Name = "metal3.io";

    /// <summary>The one version.</summary>
    public const string Version = "v1alpha1";

    /// <summary>Group and version, as in <c>apiVersion</c>.</summary>
    public const string ApiVersion = Name + "/" + Version;

    /// <summary>BareMetalHost.</summary>
    public static ResourceKind BareMetalHost { get; } = new("BareMetalHost", "baremetalhosts", HasStatus: true);

    /// <summary>HardwareData.</summary>
    public static ResourceKind HardwareData { get; } = new("HardwareData", "hardwaredata", HasStatus: false);

    /// <summary>HostFirmwareSettings.</summary>
    public static ResourceKind HostFirmwareSettings { get; } = new("HostFirmwareSettings", "hostfirmwaresettings", HasStatus: true);

    /// <summary>FirmwareSchema.</summary>
    public static ResourceKind FirmwareSchema { get; } = new("FirmwareSchema", "firmwareschemas", HasStatus: false);

    /// <summary>HostFirmwareComponents.</summary>
    public static ResourceKind HostFirmwareComponents { get; } = new("HostFirmwareComponents", "hostfirmwarecomponents", HasStatus: true);

    /// <summary>PreprovisioningImage.</summary>
    public static ResourceKind PreprovisioningImage { get; } = new("PreprovisioningImage", "preprovisioningimages", HasStatus: true);

    /// <summary>DataImage.</summary>
    public static ResourceKind DataImage { get; } = new("DataImage", "dataimages", HasStatus: true);

    /// <summary>BMCEventSubscription.</summary>
    public static ResourceKind BmcEventSubscription { get; } = new("BMCEventSubscription", "bmceventsubscriptions", HasStatus: true);

    /// <summary>HostUpdatePolicy.</summary>
    public static ResourceKind HostUpdatePolicy { get; } = new("HostUpdatePolicy", "hostupdatepolicies", HasStatus: false);

    /// <summary>HostDeployPolicy.</summary>
    public static ResourceKind HostDeployPolicy { get; } = new("HostDeployPolicy", "hostdeploypolicies", HasStatus: true);

    /// <summary>HostClaim.</summary>
    public static ResourceKind HostClaim { get; } = new("HostClaim", "hostclaims", HasStatus: true);

    /// <summary>BareMetalSwitch.</summary>
    public static ResourceKind BareMetalSwitch { get; } = new("BareMetalSwitch", "baremetalswitches", HasStatus: true);

    /// <summary>HostNetworkAttachment.</summary>
    public static ResourceKind HostNetworkAttachment { get; } = new("HostNetworkAttachment", "hostnetworkattachments", HasStatus: true);

    /// <summary>All kinds of the group.</summary>
    public static ValueList<ResourceKind> Kinds { get; } =
    [
        BareMetalHost,
        HardwareData,
        HostFirmwareSettings,
        FirmwareSchema,
        HostFirmwareComponents,
        PreprovisioningImage,
        DataImage,
        BmcEventSubscription,
        HostUpdatePolicy,
        HostDeployPolicy,
        HostClaim,
        BareMetalSwitch,
        HostNetworkAttachment,
    ];
}

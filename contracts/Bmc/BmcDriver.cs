using System.Collections.Frozen;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Bmc;

/// <summary>How a BMC is talked to.</summary>
public enum BmcProtocol
{
    /// <summary>IPMI over LAN.</summary>
    Ipmi,

    /// <summary>Redfish.</summary>
    Redfish,
}

/// <summary>What a scheme of a BMC address means to Ironic. Interfaces that are null are left to Ironic's default.</summary>
public sealed record BmcDriver
{
    private static readonly BmcDriver Ipmi = new()
    {
        Family = "ipmi",
        Protocol = BmcProtocol.Ipmi,
        Driver = "ipmi",
        BootInterface = "ipxe",
        RaidInterface = "no-raid",
        RequiresProvisioningNetwork = true,
    };

    private static readonly BmcDriver Redfish = new()
    {
        Family = "redfish",
        Protocol = BmcProtocol.Redfish,
        Driver = "redfish",
        BootInterface = "ipxe",
        RaidInterface = "redfish",
        FirmwareInterface = "redfish",
        OutOfBandInspectInterface = "redfish",
        SupportsSecureBoot = true,
        RequiresProvisioningNetwork = true,
    };

    private static readonly BmcDriver RedfishVirtualMedia = Redfish with
    {
        Family = "redfish-virtualmedia",
        BootInterface = "redfish-virtual-media",
        SupportsIsoPreprovisioningImage = true,
        RequiresProvisioningNetwork = false,
    };

    private static readonly BmcDriver RedfishUefiHttp = RedfishVirtualMedia with
    {
        Family = "redfish-uefihttp",
        BootInterface = "redfish-https",
        AlwaysSendsSystemId = true,
    };

    private static readonly BmcDriver IdracRedfish = Redfish with
    {
        Family = "idrac-redfish",
        Driver = "idrac",
        ManagementInterface = "idrac-redfish",
        PowerInterface = "idrac-redfish",
        RaidInterface = "idrac-redfish",
        VendorInterface = "idrac-redfish",
        BiosInterface = "idrac-redfish",
    };

    private static readonly BmcDriver IdracVirtualMedia = IdracRedfish with
    {
        Family = "idrac-virtualmedia",
        BootInterface = "idrac-redfish-virtual-media",
        SupportsIsoPreprovisioningImage = true,
        RequiresProvisioningNetwork = false,
    };

    /// <summary>One driver for each scheme without <c>+http</c> and <c>+https</c>.</summary>
    public static ValueList<BmcDriver> Families { get; } =
    [
        Ipmi,
        Ipmi with { Family = "libvirt", NeedsMac = true },
        Redfish,
        Redfish with { Family = "ilo5-redfish" },
        RedfishVirtualMedia,
        RedfishVirtualMedia with { Family = "ilo5-virtualmedia" },
        RedfishUefiHttp,
        IdracRedfish,
        IdracVirtualMedia,
    ];

    private static readonly FrozenDictionary<string, BmcDriver> ByScheme = Families
        .SelectMany(family => family.Protocol == BmcProtocol.Redfish ? new[] { "", "+http", "+https" } : [""], (family, suffix) => (family, suffix))
        .ToFrozenDictionary(
            scheme => scheme.family.Family + scheme.suffix,
            scheme => scheme.family with { Transport = scheme.suffix == "+http" ? "http" : "https" },
            StringComparer.Ordinal);

    /// <summary>Scheme without <c>+http</c> or <c>+https</c>.</summary>
    public required string Family { get; init; }

    /// <summary>How the BMC is talked to.</summary>
    public required BmcProtocol Protocol { get; init; }

    /// <summary><c>http</c> or <c>https</c>, for Redfish.</summary>
    public string Transport { get; init; } = "https";

    /// <summary>Ironic's <c>driver</c>.</summary>
    public required string Driver { get; init; }

    /// <summary>Ironic's <c>boot_interface</c>.</summary>
    public required string BootInterface { get; init; }

    /// <summary>Ironic's <c>management_interface</c>.</summary>
    public string? ManagementInterface { get; init; }

    /// <summary>Ironic's <c>power_interface</c>.</summary>
    public string? PowerInterface { get; init; }

    /// <summary>Ironic's <c>raid_interface</c>.</summary>
    public required string RaidInterface { get; init; }

    /// <summary>Ironic's <c>vendor_interface</c>.</summary>
    public string? VendorInterface { get; init; }

    /// <summary>Ironic's <c>bios_interface</c>.</summary>
    public string? BiosInterface { get; init; }

    /// <summary>Ironic's <c>firmware_interface</c>.</summary>
    public string? FirmwareInterface { get; init; }

    /// <summary>Ironic's <c>inspect_interface</c> for fast inspection; <see langword="null"/> if there is none.</summary>
    public string? OutOfBandInspectInterface { get; init; }

    /// <summary>Whether the MAC address of the boot NIC must always be given.</summary>
    public bool NeedsMac { get; init; }

    /// <summary>Whether secure boot can be switched.</summary>
    public bool SupportsSecureBoot { get; init; }

    /// <summary>Whether the ramdisk may be an ISO; such hosts are exempt from the network-boot capacity.</summary>
    public bool SupportsIsoPreprovisioningImage { get; init; }

    /// <summary>Whether the ramdisk comes over the provisioning network.</summary>
    public bool RequiresProvisioningNetwork { get; init; }

    /// <summary>Whether RAID controllers can be set up.</summary>
    public bool SupportsHardwareRaid => RaidInterface != "no-raid";

    /// <summary>Whether BIOS settings and firmware updates work in practice, and virtual CDs and event subscriptions.</summary>
    public bool SupportsFirmware => Protocol == BmcProtocol.Redfish;

    /// <summary>Whether <c>redfish_system_id</c> is sent even when it names no system.</summary>
    public bool AlwaysSendsSystemId { get; init; }

    /// <summary>The schemes that can be used, sorted, for error messages.</summary>
    public static ValueList<string> Schemes { get; } = ByScheme.Keys.Order(StringComparer.Ordinal).ToValueList();

    /// <summary>The driver for a scheme.</summary>
    /// <param name="scheme">Lower-case scheme, with <c>+http</c> or <c>+https</c> where given.</param>
    /// <returns>The driver; <see langword="null"/> if the scheme is unknown.</returns>
    public static BmcDriver? Find(string scheme) => ByScheme.GetValueOrDefault(scheme);
}

namespace Metal3.Lab.Ironic.Nodes;

/// <summary>The hardware types that the conductor knows, and which interfaces each may use.</summary>
internal static class Drivers
{
    private static readonly string[] Deploys = ["custom-agent", "ramdisk", "direct"];
    private static readonly string[] Redfish = ["redfish"];

    /// <summary>Per hardware type and interface: the default first, then every enabled one.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string[]>> All { get; } =
        new SortedDictionary<string, IReadOnlyDictionary<string, string[]>>(StringComparer.Ordinal)
        {
            ["fake-hardware"] = Type(
                bios: ["fake", "no-bios"], boot: ["fake", "pxe", "ipxe"], console: ["fake", "no-console"],
                deploy: ["fake", .. Deploys], firmware: ["fake", "no-firmware"],
                inspect: ["fake", "agent", "no-inspect"], management: ["fake"], power: ["fake"],
                raid: ["fake", "agent", "no-raid"], rescue: ["fake", "agent", "no-rescue"],
                storage: ["noop", "fake"], vendor: ["fake", "no-vendor"]),
            ["ipmi"] = Type(
                boot: ["ipxe", "pxe"], inspect: ["agent", "no-inspect"], management: ["ipmitool", "noop"],
                power: ["ipmitool"], vendor: ["ipmitool", "no-vendor"]),
            ["manual-management"] = Type(
                boot: ["ipxe", "pxe"], inspect: ["agent", "no-inspect"], management: ["noop", "fake"],
                power: ["agent", "fake"], vendor: ["no-vendor"]),
            ["redfish"] = Type(
                bios: ["redfish", "no-bios"], boot: ["ipxe", "redfish-virtual-media", "redfish-https", "pxe"],
                firmware: ["redfish", "no-firmware"], inspect: ["redfish", "agent", "no-inspect"],
                management: ["redfish", "noop"], power: Redfish, raid: ["redfish", "agent", "no-raid"],
                vendor: ["redfish", "no-vendor"]),
            ["idrac"] = Type(
                bios: ["idrac-redfish", "redfish", "no-bios"],
                boot: ["ipxe", "redfish-virtual-media", "idrac-redfish-virtual-media", "redfish-https", "pxe"],
                firmware: ["redfish", "no-firmware"], inspect: ["redfish", "idrac-redfish", "agent", "no-inspect"],
                management: ["idrac-redfish", "redfish", "noop"], power: ["idrac-redfish", "redfish"],
                raid: ["idrac-redfish", "redfish", "agent", "no-raid"],
                vendor: ["idrac-redfish", "redfish", "no-vendor"]),
        };

    /// <summary>Interface names in the order in which Ironic lists them.</summary>
    public static IReadOnlyList<string> Interfaces { get; } =
    [
        "bios", "boot", "console", "deploy", "firmware", "inspect", "management", "network", "power", "raid", "rescue",
        "storage", "vendor",
    ];

    /// <summary>Every interface of that kind that some hardware type may use, as error messages list them.</summary>
    public static IReadOnlyList<string> Enabled(string kind) => [.. All.Values
        .SelectMany(type => type[kind])
        .Distinct(StringComparer.Ordinal)
        .Where(name => !name.StartsWith("idrac", StringComparison.Ordinal) && name != "redfish-https")
        .Order(StringComparer.Ordinal)];

    private static Dictionary<string, string[]> Type(
        string[] boot, string[] inspect, string[] management, string[] power, string[] vendor, string[]? bios = null,
        string[]? console = null, string[]? deploy = null, string[]? firmware = null, string[]? raid = null,
        string[]? rescue = null, string[]? storage = null) => new(StringComparer.Ordinal)
        {
            ["bios"] = bios ?? ["no-bios"],
            ["boot"] = boot,
            ["console"] = console ?? ["no-console"],
            ["deploy"] = deploy ?? ["direct", "custom-agent", "ramdisk"],
            ["firmware"] = firmware ?? ["no-firmware"],
            ["inspect"] = inspect,
            ["management"] = management,
            ["network"] = ["noop"],
            ["power"] = power,
            ["raid"] = raid ?? ["no-raid", "agent"],
            ["rescue"] = rescue ?? ["no-rescue", "agent"],
            ["storage"] = storage ?? ["noop"],
            ["vendor"] = vendor,
        };
}

using System.Globalization;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.RootDevices;

/// <summary>Root device hints as Ironic wants them, and the hints that deprecated hardware profiles imply.</summary>
public static class RootDevice
{
    private const string ByPath = "/dev/disk/by-path/";

    /// <summary>Ironic's <c>root_device</c> for some hints; all given ones must match.</summary>
    /// <param name="hints">Hints; <see langword="null"/> means none.</param>
    /// <returns>Ironic's names and expressions, all texts; empty if there are no hints.</returns>
    public static ValueMap<string> ToIronic(RootDeviceHints? hints)
    {
        if (hints is null)
        {
            return ValueMap<string>.Empty;
        }

        var byPath = hints.DeviceName?.StartsWith(ByPath, StringComparison.Ordinal) is true;
        (string Key, string Operator, string? Value)[] all =
        [
            (byPath ? "by_path" : "name", "s== ", hints.DeviceName),
            ("hctl", "s== ", hints.Hctl),
            ("model", "<in> ", hints.Model),
            ("vendor", "<in> ", hints.Vendor),
            ("serial", "s== ", hints.SerialNumber),
            ("size", ">= ", hints.MinSizeGigabytes is { } size and not 0 ? size.ToString(CultureInfo.InvariantCulture) : null),
            ("wwn", "s== ", hints.Wwn),
            ("wwn_with_extension", "s== ", hints.WwnWithExtension),
            ("wwn_vendor_extension", "s== ", hints.WwnVendorExtension),
            ("rotational", "", hints.Rotational switch { true => "true", false => "false", null => null }),
        ];
        return new(all.Where(h => !string.IsNullOrEmpty(h.Value)).Select(h => KeyValuePair.Create(h.Key, h.Operator + h.Value)));
    }

    /// <summary>The hints in force: those of the spec, else those of the hardware profile.</summary>
    /// <param name="spec">The host's spec.</param>
    /// <param name="profile">Profile in force (<see cref="HardwareProfiles.Choose"/>).</param>
    /// <returns>Hints; <see langword="null"/> if neither gives any, or a software RAID volume is the root disk.</returns>
    public static RootDeviceHints? InForce(BareMetalHostSpec spec, string profile)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Raid?.SoftwareRaidVolumes?.Any(v => v.RootVolume is true) is true
            ? null
            : spec.RootDeviceHints ?? HardwareProfiles.HintsOf(profile);
    }
}

/// <summary>Deprecated names of sets of root device hints.</summary>
public static class HardwareProfiles
{
    /// <summary>The default; its root disk is <c>/dev/sda</c>.</summary>
    public const string Unknown = "unknown";

    private const string Libvirt = "libvirt";

    private static readonly ValueMap<RootDeviceHints> Hints = new(
    [
        new(Unknown, new() { DeviceName = "/dev/sda" }),
        new(Libvirt, new() { DeviceName = "/dev/vda" }),
        new("dell", new() { Hctl = "0:0:0:0" }),
        new("dell-raid", new() { Hctl = "0:2:0:0" }),
        new("openstack", new() { DeviceName = "/dev/vdb" }),
        new("empty", new()),
    ]);

    /// <summary>Known names, sorted.</summary>
    public static ValueList<string> Names { get; } = Hints.Keys.Order(StringComparer.Ordinal).ToValueList();

    /// <summary>The profile of a host; once chosen it never changes.</summary>
    /// <param name="spec">The host's spec.</param>
    /// <param name="chosen"><c>status.hardwareProfile</c>; <see langword="null"/> or empty if none was chosen yet.</param>
    /// <returns>A name, which may be unknown (<see cref="IsKnown"/>).</returns>
    public static string Choose(BareMetalHostSpec spec, string? chosen)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return (chosen, spec.HardwareProfile) switch
        {
            ({ Length: > 0 }, _) => chosen,
            (_, { Length: > 0 } wanted) => wanted,
            _ => spec.Bmc.Address.StartsWith(Libvirt, StringComparison.Ordinal) ? Libvirt : Unknown,
        };
    }

    /// <summary>Whether there is a profile of this name.</summary>
    /// <param name="name">Name.</param>
    /// <returns>Whether it is known.</returns>
    public static bool IsKnown(string name) => Hints.ContainsKey(name);

    /// <summary>The hints that a profile implies.</summary>
    /// <param name="name">Name.</param>
    /// <returns>Hints; <see langword="null"/> for an unknown profile and for <c>empty</c>.</returns>
    public static RootDeviceHints? HintsOf(string name) =>
        Hints.TryGetValue(name, out var hints) && hints != new RootDeviceHints() ? hints : null;
}

using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Bmc;

/// <summary>Boot modes as Ironic's capabilities.</summary>
public static class BootModes
{
    /// <summary>The boot mode in force where none is given.</summary>
    public static BootMode Default => BootMode.Uefi;

    /// <summary>What a boot mode adds to <c>properties.capabilities</c>.</summary>
    /// <param name="mode">Boot mode; <see langword="null"/> means <see cref="Default"/>.</param>
    /// <returns>Items, separated by commas.</returns>
    public static string Capabilities(BootMode? mode) => (mode ?? Default) switch
    {
        var it when it == BootMode.UefiSecureBoot => "boot_mode:uefi,secure_boot:true",
        var it when it == BootMode.Legacy => "boot_mode:bios",
        _ => "boot_mode:uefi",
    };

    /// <summary>The capabilities of an existing node with another boot mode; other items keep their order.</summary>
    /// <param name="existing"><c>properties.capabilities</c> of the node; <see langword="null"/> if it has none.</param>
    /// <param name="mode">Boot mode; <see langword="null"/> means <see cref="Default"/>.</param>
    /// <returns>Items, separated by commas, those of the boot mode last.</returns>
    public static string Merge(string? existing, BootMode? mode)
    {
        var others = (existing ?? "").Split(',').Where(item => item.Length > 0
            && !item.StartsWith("boot_mode:", StringComparison.Ordinal)
            && !item.StartsWith("secure_boot:", StringComparison.Ordinal));
        return string.Join(',', others.Append(Capabilities(mode)));
    }

    /// <summary>The value of <c>instance_info.capabilities</c>.</summary>
    /// <param name="mode">Boot mode; <see langword="null"/> means <see cref="Default"/>.</param>
    /// <returns>An object of texts; empty without secure boot.</returns>
    public static ValueMap<string> InstanceCapabilities(BootMode? mode) =>
        mode == BootMode.UefiSecureBoot ? new([new("secure_boot", "true")]) : ValueMap<string>.Empty;
}

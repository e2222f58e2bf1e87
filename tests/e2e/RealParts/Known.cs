using Metal3.EndToEnd.Parts;

namespace Metal3.EndToEnd.RealParts;

/// <summary>Differences from the golden traces that are meant: each stands in <c>docs/differences.md</c>, or follows from how the traces were made.</summary>
internal static class Known
{
    /// <summary>Golden scenario (empty: any), how the difference begins, and words of <c>docs/differences.md</c> (empty: see the comment).</summary>
    private static readonly (string Scenario, string Begins, string Documented)[] Meant =
    [
        ("", "marks of HostFirmwareComponents/host", "no HostFirmwareComponents object is made"),
        ("01-ipmi-available", "marks of HardwareData/host", "re-inspection updates the HardwareData object in place"),

        ("06a-wrong-password", "marks of FirmwareSchema", ""), // deleted so early that it depends on the moment
        ("08a-image-404", "events:", "`ProvisioningStarted` is told once"),
        ("10-detached", "operationalStatus:", "a detached host that is deleted stays `detached`"),

        // A field of the 0.14 line; the traces are of 0.13.
        ("", "path added: lastAttemptedImage.", ""),
    ];

    private static readonly string Documentation = File.ReadAllText(Path.Combine(Programs.Source, "docs", "differences.md"));

    public static bool IsMeant(string scenario, string difference) => Meant.Any(one =>
        (one.Scenario.Length == 0 || one.Scenario == scenario) && difference.StartsWith(one.Begins, StringComparison.Ordinal)
        && Documentation.Contains(one.Documented, StringComparison.Ordinal));
}

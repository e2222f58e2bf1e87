using System.Globalization;

namespace Metal3.Activities.Ironic;

/// <summary>A version of Ironic's API, such as 1.95.</summary>
internal readonly record struct MicroVersion(int Major, int Minor) : IComparable<MicroVersion>
{
    /// <summary>Lowest version that is worked with.</summary>
    public static MicroVersion Lowest { get; } = new(1, 89);

    /// <summary>The state of a virtual CD can be read.</summary>
    public static MicroVersion VirtualMediaStatus { get; } = new(1, 93);

    /// <summary>Nodes know <c>disable_power_off</c>.</summary>
    public static MicroVersion DisablePowerOff { get; } = new(1, 95);

    /// <summary>Nodes show <c>health</c>.</summary>
    public static MicroVersion Health { get; } = new(1, 109);

    /// <summary>A deployment that waits for its agent can be aborted.</summary>
    public static MicroVersion AbortDeploy { get; } = new(1, 110);

    public static bool TryParse(string? text, out MicroVersion version)
    {
        version = default;
        if (text?.Split('.') is not [var major, var minor]
            || !int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second))
        {
            return false;
        }

        version = new(first, second);
        return true;
    }

    public int CompareTo(MicroVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public static bool operator >=(MicroVersion left, MicroVersion right) => left.CompareTo(right) >= 0;

    public static bool operator <=(MicroVersion left, MicroVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >(MicroVersion left, MicroVersion right) => left.CompareTo(right) > 0;

    public static bool operator <(MicroVersion left, MicroVersion right) => left.CompareTo(right) < 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}

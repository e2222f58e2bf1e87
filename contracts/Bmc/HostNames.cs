using System.Net;
using System.Net.Sockets;

namespace Metal3.Contracts.Bmc;

/// <summary>What may stand where a host is expected.</summary>
internal static class HostNames
{
    /// <summary>An IPv6 address without zone and brackets.</summary>
    public static bool IsIPv6(string text) =>
        text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
        && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>
    /// Labels of 1 to 63 ASCII letters, digits and inner hyphens, separated by single dots. IPv4 addresses have this shape.
    /// </summary>
    public static bool IsDnsName(string text) => text.Split('.').All(IsLabel);

    private static bool IsLabel(string label) =>
        label.Length is >= 1 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}

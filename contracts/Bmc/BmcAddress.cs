using System.Diagnostics.CodeAnalysis;

namespace Metal3.Contracts.Bmc;

/// <summary>A BMC address taken apart: <c>[scheme://]host[:port][/path][?privilegelevel=X]</c>.</summary>
/// <remarks>
/// Without a scheme an address is IPMI, and then only an IP address may have a port: <c>10.0.0.1:623</c> and
/// <c>[fd00::1]:623</c>, but not <c>bmc:623</c>, whose <c>bmc</c> is read as a scheme.
/// </remarks>
public sealed record BmcAddress
{
    private const string DefaultScheme = "ipmi";

    /// <summary>Lower-case scheme; may be unknown (<see cref="BmcDriver.Find"/>).</summary>
    public required string Scheme { get; init; }

    /// <summary>Host with brackets and port as written, without user information.</summary>
    public required string Authority { get; init; }

    /// <summary>Host without brackets and port; may be empty.</summary>
    public required string Host { get; init; }

    /// <summary>Port as written; empty if not given.</summary>
    public required string Port { get; init; }

    /// <summary>Percent-decoded path, verbatim; may be empty.</summary>
    public required string Path { get; init; }

    /// <summary>First value of the query parameter <c>privilegelevel</c>; <see langword="null"/> if not given.</summary>
    public required string? PrivilegeLevel { get; init; }

    /// <summary>Takes an address apart.</summary>
    /// <param name="text">Address as in <c>spec.bmc.address</c>.</param>
    /// <param name="address">The parts, if it could be read.</param>
    /// <param name="problem">What is wrong with it, if it could not: the end of a sentence, without the address.</param>
    /// <returns>Whether it could be read.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out BmcAddress? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        if (text.Length == 0)
        {
            problem = "it is empty";
            return false;
        }

        if (!TrySplit(text, out var url, out problem))
        {
            return false;
        }

        var host = url.HostName;
        if (host.Length > 0 && !HostNames.IsIPv6(host) && !HostNames.IsDnsName(host))
        {
            problem = "its host is neither an IP address nor a DNS name";
            return false;
        }

        address = new()
        {
            Scheme = url.Scheme,
            Authority = url.Authority,
            Host = host,
            Port = url.Port,
            Path = url.Path,
            PrivilegeLevel = url.QueryValue("privilegelevel"),
        };
        return true;
    }

    private static bool TrySplit(string text, [NotNullWhen(true)] out GoUrl? url, [NotNullWhen(false)] out string? problem)
    {
        if (!GoUrl.TryParse(text, out url, out problem))
        {
            if (text.Contains(':', StringComparison.Ordinal) && !GoUrl.IsHostAndPort(text))
            {
                return false;
            }

            url = new() { Scheme = DefaultScheme, Authority = text };
            return true;
        }

        if (url.Opaque.Length > 0)
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return GoUrl.TryParse($"{text[..colon]}://{text[(colon + 1)..]}", out url, out problem);
        }

        return (url.Scheme.Length > 0 || url.HostName.Length > 0)
            || GoUrl.TryParse($"{DefaultScheme}://{text}", out url, out problem);
    }
}

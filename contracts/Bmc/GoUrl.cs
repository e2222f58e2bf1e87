using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Metal3.Contracts.Bmc;

/// <summary>
/// Splits URLs exactly as the reference implementation's library does; <see cref="Uri"/> accepts, refuses and rewrites
/// other texts, and a BMC address that works today has to go on working.
/// </summary>
internal sealed record GoUrl
{
    /// <summary>Lower case; empty if there is none.</summary>
    public string Scheme { get; init; } = "";

    /// <summary>What follows the scheme when it does not begin with a slash; then there is neither host nor path.</summary>
    public string Opaque { get; init; } = "";

    /// <summary>Host with brackets and port, without user information.</summary>
    public string Authority { get; init; } = "";

    /// <summary>Percent-decoded path.</summary>
    public string Path { get; init; } = "";

    /// <summary>Query as written, without the question mark.</summary>
    public string Query { get; init; } = "";

    /// <summary>Host without brackets and port; the whole authority if what should be the port is not a number.</summary>
    public string HostName
    {
        get
        {
            var host = PortColon is { } colon ? Authority[..colon] : Authority;
            return host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host;
        }
    }

    /// <summary>Port as written; empty if there is none.</summary>
    public string Port => PortColon is { } colon ? Authority[(colon + 1)..] : "";

    private int? PortColon => Authority.LastIndexOf(':') is var colon and >= 0 && IsOptionalPort(Authority.AsSpan(colon)) ? colon : null;

    /// <summary>Splits a URL or a relative reference.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GoUrl? url, [NotNullWhen(false)] out string? problem)
    {
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0 && Unescape(text[(hash + 1)..], Part.Other) is null)
        {
            return Refuse("the part after # has a bad percent escape", out url, out problem);
        }

        return TryParse(hash >= 0 ? text[..hash] : text, isRequest: false, out url, out problem);
    }

    /// <summary>Splits an absolute URL or an absolute path; a # is an ordinary character.</summary>
    public static bool TryParseRequest(string text, [NotNullWhen(true)] out GoUrl? url, [NotNullWhen(false)] out string? problem) =>
        TryParse(text, isRequest: true, out url, out problem);

    /// <summary>The first value of a query parameter; null if there is none.</summary>
    public string? QueryValue(string name)
    {
        foreach (var pair in Query.Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (pair.Length > 0 && !pair.Contains(';', StringComparison.Ordinal)
                && Unescape(equals < 0 ? pair : pair[..equals], Part.QueryMember) == name
                && Unescape(equals < 0 ? "" : pair[(equals + 1)..], Part.QueryMember) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Whether a text can be split into host and port, with IPv6 in brackets; the port is not checked.</summary>
    public static bool IsHostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return false;
        }

        var (open, close) = (0, 0);
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || end + 1 != colon)
            {
                return false;
            }

            (open, close) = (1, end + 1);
        }
        else if (text.IndexOf(':', StringComparison.Ordinal) != colon)
        {
            return false;
        }

        return text.IndexOf('[', open) < 0 && text.IndexOf(']', close) < 0;
    }

    private static bool TryParse(string text, bool isRequest, [NotNullWhen(true)] out GoUrl? url, [NotNullWhen(false)] out string? problem)
    {
        if (text.Any(c => c is < ' ' or '\x7f'))
        {
            return Refuse("it has a control character", out url, out problem);
        }

        if (isRequest && text.Length == 0)
        {
            return Refuse("it is empty", out url, out problem);
        }

        if (text == "*")
        {
            return Accept(new GoUrl { Path = "*" }, out url, out problem);
        }

        var schemeEnd = SchemeEnd(text);
        if (schemeEnd == 0)
        {
            return Refuse("it begins with a colon", out url, out problem);
        }

        var scheme = schemeEnd > 0 ? text[..schemeEnd].ToLowerInvariant() : "";
        var rest = schemeEnd > 0 ? text[(schemeEnd + 1)..] : text;
        var mark = rest.IndexOf('?', StringComparison.Ordinal);
        var query = mark >= 0 ? rest[(mark + 1)..] : "";
        rest = mark >= 0 ? rest[..mark] : rest;

        if (!rest.StartsWith('/'))
        {
            if (scheme.Length > 0)
            {
                return Accept(new GoUrl { Scheme = scheme, Opaque = rest, Query = query }, out url, out problem);
            }

            if (isRequest)
            {
                return Refuse("it is neither an absolute URL nor an absolute path", out url, out problem);
            }

            if (rest.Split('/')[0].Contains(':', StringComparison.Ordinal))
            {
                return Refuse("there is a colon before the first slash and no scheme", out url, out problem);
            }
        }

        var authority = "";
        if (rest.StartsWith("//", StringComparison.Ordinal)
            && (scheme.Length > 0 || (!isRequest && !rest.StartsWith("///", StringComparison.Ordinal))))
        {
            var slash = rest.IndexOf('/', 2);
            var written = slash < 0 ? rest[2..] : rest[2..slash];
            rest = slash < 0 ? "" : rest[slash..];
            if (Host(written, out problem) is not { } host)
            {
                url = null;
                problem ??= "the host is malformed";
                return false;
            }

            authority = host;
        }

        return Unescape(rest, Part.Other) is { } path
            ? Accept(new GoUrl { Scheme = scheme, Authority = authority, Path = path, Query = query }, out url, out problem)
            : Refuse("the path has a bad percent escape", out url, out problem);
    }

    private static int SchemeEnd(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case >= 'a' and <= 'z' or >= 'A' and <= 'Z':
                    continue;
                case >= '0' and <= '9' or '+' or '-' or '.' when i > 0:
                    continue;
                case ':':
                    return i;
                default:
                    return -1;
            }
        }

        return -1;
    }

    private static string? Host(string authority, out string? problem)
    {
        problem = null;
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var user = authority[..at];
            if (!user.All(c => char.IsAsciiLetterOrDigit(c) || "-._:~!$&'()*+,;=%@".Contains(c, StringComparison.Ordinal))
                || Unescape(user, Part.Other) is null)
            {
                problem = "the user information is malformed";
                return null;
            }

            authority = authority[(at + 1)..];
        }

        var open = authority.LastIndexOf('[');
        if (open == 0)
        {
            var close = authority.LastIndexOf(']');
            if (close < 0 || !IsOptionalPort(authority.AsSpan(close + 1)))
            {
                problem = close < 0 ? "a ] is missing" : "the port is not a number";
                return null;
            }

            var zone = authority[..close].IndexOf("%25", StringComparison.Ordinal);
            if (zone >= 0)
            {
                return Unescape(authority[..zone], Part.Host) is { } address && Unescape(authority[zone..close], Part.Zone) is { } name
                    ? address + name + authority[close..]
                    : null;
            }

            if (!HostNames.IsIPv6(authority[1..close]))
            {
                problem = "only an IPv6 address may stand in brackets";
                return null;
            }
        }
        else if (open > 0)
        {
            problem = "a [ is in the wrong place";
            return null;
        }
        else if (authority.LastIndexOf(':') is var colon and >= 0 && !IsOptionalPort(authority.AsSpan(colon)))
        {
            problem = "the port is not a number";
            return null;
        }

        return Unescape(authority, Part.Host);
    }

    private static bool IsOptionalPort(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text[0] == ':' && text[1..].IndexOfAnyExceptInRange('0', '9') < 0);

    private static string? Unescape(string text, Part part)
    {
        var bytes = new List<byte>(text.Length);
        var utf8 = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < utf8.Length; i++)
        {
            var c = utf8[i];
            if (c == '%')
            {
                if (i + 2 >= utf8.Length || !char.IsAsciiHexDigit((char)utf8[i + 1]) || !char.IsAsciiHexDigit((char)utf8[i + 2]))
                {
                    return null;
                }

                var value = byte.Parse([utf8[i + 1], utf8[i + 2]], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

                // In a host only a percent sign and non-ASCII characters may be escaped, in a zone also a blank.
                if ((part == Part.Host && value < 0x80 && value != '%')
                    || (part == Part.Zone && value != '%' && value != ' ' && !IsHostCharacter(value)))
                {
                    return null;
                }

                bytes.Add(value);
                i += 2;
            }
            else if (part is Part.Host or Part.Zone && c < 0x80 && !IsHostCharacter(c))
            {
                return null;
            }
            else
            {
                bytes.Add(c == '+' && part == Part.QueryMember ? (byte)' ' : c);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static bool IsHostCharacter(byte c) =>
        char.IsAsciiLetterOrDigit((char)c) || "!$&'()*+,;=:[]<>\"-_.~".Contains((char)c, StringComparison.Ordinal);

    private static bool Accept(GoUrl accepted, out GoUrl? url, out string? problem)
    {
        (url, problem) = (accepted, null);
        return true;
    }

    private static bool Refuse(string why, out GoUrl? url, out string? problem)
    {
        (url, problem) = (null, why);
        return false;
    }

    private enum Part
    {
        Other,
        Host,
        Zone,
        QueryMember,
    }
}

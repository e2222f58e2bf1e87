using System.Security.Cryptography;
using System.Text;

namespace Metal3.Contracts.Resources;

/// <summary>A URL that may be shown and recorded, and a hash that tells whether the whole one changed.</summary>
/// <param name="Url">Without user information, query and fragment, all of which may hold secrets.</param>
/// <param name="Hash">SHA-256 of the whole text, as 64 lower-case hexadecimal digits.</param>
public sealed record RedactedUrl(string Url, string Hash)
{
    private const string Unreadable = "(unreadable)";

    /// <summary>Redacts a URL or a BMC address, also one that is malformed.</summary>
    /// <param name="text">Any text; may be empty.</param>
    /// <returns>What may be shown, and the hash.</returns>
    public static RedactedUrl Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(Printable(Shown(text)), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));
    }

    /// <summary>Whether a whole URL is the one that was redacted.</summary>
    /// <param name="text">Whole URL.</param>
    /// <returns>Whether the hashes are equal.</returns>
    public bool IsOf(string text) => Of(text).Hash == Hash;

    /// <inheritdoc/>
    public override string ToString() => Url;

    // Control characters could forge lines in a log.
    private static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;

    private static string Shown(string text)
    {
        var end = text.AsSpan().IndexOfAny('?', '#');
        var kept = end >= 0 ? text[..end] : text;
        var slashes = kept.IndexOf("//", StringComparison.Ordinal);
        var begin = slashes < 0 ? 0 : slashes + 2;
        var slash = kept.IndexOf('/', begin);
        var (head, authority, path) = (kept[..begin], kept[begin..(slash < 0 ? kept.Length : slash)], slash < 0 ? "" : kept[slash..]);
        var at = authority.LastIndexOf('@');
        var isBareHost = !authority.AsSpan().ContainsAny(':', '@') || (authority.StartsWith('[') && authority.EndsWith(']'));

        // An unescaped / ? or # in a password moves an @ out of the authority: then what looks like the host is a secret.
        if (!isBareHost && text.AsSpan(begin + authority.Length).Contains('@'))
        {
            return head + Unreadable;
        }

        return head + authority[(at + 1)..] + path;
    }
}

using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>
/// URLs and BMC addresses as histories, logs and messages may hold them: without user information, query and fragment, all of which
/// may hold secrets, but still comparable with the whole. Works for malformed text too.
/// </summary>
public static class SafeUrl
{
    private const string Mark = "#whole-sha256=";
    private const int MarkedDigits = 16;
    private const string Unreadable = "(unreadable)";
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// The text as it is when nothing has to be taken out; else what is left, with a hash of the whole as fragment, so that two
    /// different URLs never look equal. Hiding again changes nothing.
    /// </summary>
    public static string Hide(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (IsHidden(url))
        {
            return url;
        }

        var shown = Shown(url);
        return shown == url ? url : string.Concat(shown, Mark, Hash(url).AsSpan(0, MarkedDigits));
    }

    /// <summary>Whether <paramref name="hidden"/> stands for <paramref name="whole"/>.</summary>
    public static bool StandsFor(string hidden, string whole) => Hide(whole) == hidden;

    /// <summary>Whether this is what <see cref="Hide"/> left of a URL: a hash at the end, and nothing before it that would have to go.</summary>
    public static bool IsHidden(string url)
    {
        var mark = url.Length - Mark.Length - MarkedDigits;
        return mark >= 0
            && string.CompareOrdinal(url, mark, Mark, 0, Mark.Length) == 0
            && url.AsSpan(mark + Mark.Length).IndexOfAnyExcept(Digits) < 0
            && Shown(url[..mark]) == url[..mark];
    }

    /// <summary>For people: without the hash.</summary>
    public static string ForPeople(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return Shown(url); // the hash is a fragment
    }

    /// <summary>Lower-case hexadecimal SHA-256 of a text.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

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
        var shown = !isBareHost && text.AsSpan(begin + authority.Length).Contains('@')
            ? head + Unreadable
            : head + authority[(at + 1)..] + path;

        // Control characters could forge lines in a log.
        return shown.Any(char.IsControl) ? string.Concat(shown.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : shown;
    }
}

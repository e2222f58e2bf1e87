using System.Security.Cryptography;
using System.Text;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>URLs as histories may hold them: without user info and query, but still comparable with the whole.</summary>
public static class SafeUrl
{
    private const string Mark = "#whole-sha256=";

    /// <summary>
    /// The text as it is when it holds neither user info nor query; else without them and with a hash of the whole as fragment, so that
    /// two different URLs never look equal.
    /// </summary>
    public static string Hide(string url)
    {
        if (!HoldsSecrets(url, out var authorityStart, out var at, out var query))
        {
            return url;
        }

        var end = query < 0 ? url.Length : query;
        var start = at < 0 ? authorityStart : at + 1;
        return string.Concat(url.AsSpan(0, authorityStart), url.AsSpan(start, end - start), Mark, Hash(url).AsSpan(0, 16));
    }

    /// <summary>Whether <paramref name="hidden"/> stands for <paramref name="whole"/>.</summary>
    public static bool StandsFor(string hidden, string whole) => Hide(whole) == hidden;

    /// <summary>Whether something was taken out.</summary>
    public static bool IsHidden(string url) => url.Contains(Mark, StringComparison.Ordinal);

    /// <summary>For people: without the hash.</summary>
    public static string ForPeople(string url)
    {
        var hidden = Hide(url);
        var mark = hidden.IndexOf(Mark, StringComparison.Ordinal);
        return mark < 0 ? hidden : hidden[..mark];
    }

    /// <summary>Lower-case hexadecimal SHA-256 of a text.</summary>
    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static bool HoldsSecrets(string url, out int authorityStart, out int at, out int query)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        authorityStart = scheme < 0 ? 0 : scheme + 3;
        query = IsHidden(url) ? -1 : url.IndexOf('?', StringComparison.Ordinal);
        var authorityEnd = url.IndexOfAny(['/', '?', '#'], authorityStart);
        var authority = url.AsSpan(authorityStart, (authorityEnd < 0 ? url.Length : authorityEnd) - authorityStart);
        var lastAt = authority.LastIndexOf('@');
        at = lastAt < 0 ? -1 : authorityStart + lastAt;
        return at >= 0 || query >= 0;
    }
}

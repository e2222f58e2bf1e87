namespace Metal3.Contracts.Admission;

/// <summary>MAC addresses as network libraries read them.</summary>
internal static class MacAddresses
{
    /// <summary>6, 8 or 20 bytes, as pairs of digits with : or -, or as groups of four with dots.</summary>
    public static bool IsMac(string text)
    {
        if (text.Length < 14)
        {
            return false;
        }

        var (separator, digits) = (text[2], text[4]) switch
        {
            (':' or '-', _) => (text[2], 2),
            (_, '.') => ('.', 4),
            _ => ('\0', 0),
        };
        if (digits == 0)
        {
            return false;
        }

        var groups = text.Split(separator);
        return groups.All(g => g.Length == digits && g.All(char.IsAsciiHexDigit)) && groups.Length * digits / 2 is 6 or 8 or 20;
    }
}

namespace Metal3.Contracts.Wire;

/// <summary>Helps records to leave out what the CRD refuses when empty.</summary>
internal static class Words
{
    /// <summary>An empty word is not a word: enums and patterns of the CRDs refuse it, so it is left out.</summary>
    public static T? Given<T>(T? word)
        where T : class, IWord<T> => word is { Word: "" } ? null : word;

    /// <summary>An empty text is left out for the same reason.</summary>
    public static string? Given(string? text) => text is "" ? null : text;
}

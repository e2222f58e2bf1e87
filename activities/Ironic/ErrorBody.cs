using System.Text.Json;
using System.Text.RegularExpressions;

namespace Metal3.Activities.Ironic;

/// <summary>Finds the sentence in an error body, whichever part of Ironic wrote it.</summary>
internal static partial class ErrorBody
{
    private const int Longest = 1000;

    /// <summary>The sentence; the raw text where nothing better is found; empty for an empty body.</summary>
    public static string Sentence(string? body)
    {
        if (string.IsNullOrWhiteSpace(body))
        {
            return "";
        }

        return FromJson(body) ?? Plain(body);
    }

    /// <summary>At most a thousand characters: cut only what is already free of secrets.</summary>
    internal static string Cut(string text) => text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…");

    private static string? FromJson(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return FromElement(document.RootElement, depth: 0);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? FromElement(JsonElement element, int depth)
    {
        if (element.ValueKind is JsonValueKind.String)
        {
            var text = element.GetString()!;
            return (depth < 3 && text.StartsWith('{') ? FromText(text, depth) : null) ?? text;
        }

        if (element.ValueKind is not JsonValueKind.Object || depth > 3)
        {
            return null;
        }

        // The controllers wrap JSON in a string below error_message; the middleware has error.message; the agent neither.
        foreach (var name in (ReadOnlySpan<string>)["error_message", "error", "faultstring", "message", "description", "title"])
        {
            if (element.TryGetProperty(name, out var inner) && FromElement(inner, depth + 1) is { Length: > 0 } found)
            {
                return found;
            }
        }

        return null;
    }

    private static string? FromText(string text, int depth)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return FromElement(document.RootElement, depth + 1);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Plain(string body)
    {
        var text = body.TrimStart().StartsWith('<') ? Tags().Replace(body, " ") : body;
        return Blanks().Replace(text, " ").Trim();
    }

    [GeneratedRegex("<[^>]*>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tags();

    [GeneratedRegex("\\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Blanks();
}

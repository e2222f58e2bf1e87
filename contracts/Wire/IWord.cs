using System.Text.Json;
using System.Text.Json.Serialization;

namespace Metal3.Contracts.Wire;

/// <summary>A value from an open list of words: known words have a name, unknown ones are kept as they came.</summary>
/// <typeparam name="TSelf">The record that implements it.</typeparam>
public interface IWord<TSelf>
    where TSelf : IWord<TSelf>
{
    /// <summary>The words we know, in the order of the CRD's <c>enum</c> where there is one.</summary>
    static abstract ValueList<TSelf> Known { get; }

    /// <summary>The text on the wire; never <see langword="null"/>, may be empty.</summary>
    string Word { get; }

    /// <summary>The record for a text, known or not.</summary>
    /// <param name="word">Text on the wire.</param>
    /// <returns>A record whose <see cref="Word"/> is <paramref name="word"/>.</returns>
    static abstract TSelf Of(string word);
}

/// <summary>Writes a word as a JSON string and reads any JSON string as a word.</summary>
/// <typeparam name="T">The word.</typeparam>
public sealed class WordConverter<T> : JsonConverter<T>
    where T : class, IWord<T>
{
    /// <inheritdoc/>
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException($"Expected a string, found {reader.TokenType}.");
        }

        // Thousands of hosts repeat a dozen words: known ones are shared instead of allocated.
        foreach (var known in T.Known)
        {
            if (reader.ValueTextEquals(known.Word))
            {
                return known;
            }
        }

        return T.Of(reader.GetString()!);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStringValue(value.Word);
    }
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Metal3.Contracts.Wire;

/// <summary>A BIOS setting as its owner wrote it: a whole number or a text.</summary>
/// <param name="Text">The value as text; numbers keep their spelling.</param>
/// <param name="IsNumber">Whether it is an unquoted whole number on the wire; Ironic gets the same type.</param>
[JsonConverter(typeof(SettingValueConverter))]
public sealed record SettingValue(string Text, bool IsNumber = false)
{
    /// <summary>A text.</summary>
    /// <param name="text">Value.</param>
    public static implicit operator SettingValue(string text) => new(text);

    /// <summary>A whole number.</summary>
    /// <param name="number">Value.</param>
    public static implicit operator SettingValue(long number) => new(number.ToString(CultureInfo.InvariantCulture), IsNumber: true);

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>Reads and writes <see cref="SettingValue"/>.</summary>
public sealed class SettingValueConverter : JsonConverter<SettingValue>
{
    /// <inheritdoc/>
    public override SettingValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new(reader.GetString()!),
        JsonTokenType.Number => new(Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan), IsNumber: true),
        _ => throw new JsonException("A BIOS setting is a whole number or a text; put quotes around true and false."),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, SettingValue value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        if (value.IsNumber)
        {
            writer.WriteRawValue(value.Text);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Metal3.Contracts.Wire;

/// <summary>Times as Kubernetes writes them: RFC 3339, UTC, whole seconds (<c>2026-08-20T10:15:42Z</c>).</summary>
public sealed class TimestampConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>A time as text.</summary>
    /// <param name="time">Any offset; fractions of a second are cut off.</param>
    /// <returns>UTC with second precision.</returns>
    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time)
            ? Truncate(time)
            : throw new JsonException("Expected an RFC 3339 time such as 2026-08-20T10:15:42Z.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(Text(value));
    }

    private static DateTimeOffset Truncate(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerSecond));
    }
}

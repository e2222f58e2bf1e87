using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace k8s.Models;

/// <summary>A number with a Kubernetes suffix, kept as it was written.</summary>
[JsonConverter(typeof(ResourceQuantityJsonConverter))]
public class ResourceQuantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m),
        ("Ei", 1152921504606846976m), ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m), ("k", 1000m),
        ("M", 1000000m), ("G", 1000000000m), ("T", 1000000000000m), ("P", 1000000000000000m),
        ("E", 1000000000000000000m),
    ];

    private readonly string _text;
    private readonly decimal _value;

    public ResourceQuantity(string v)
    {
        _text = v ?? throw new ArgumentNullException(nameof(v));
        var (suffix, factor) = Array.Find(Suffixes, known => v.EndsWith(known.Suffix, StringComparison.Ordinal));
        var digits = suffix is null ? v : v[..^suffix.Length];
        if (!decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            throw new FormatException($"'{v}' is no resource quantity: a number, then one of n u m k M G T P E Ki Mi Gi Ti Pi Ei.");
        }

        _value = number * (suffix is null ? 1 : factor);
    }

    public static implicit operator ResourceQuantity(string v) => v is null ? null : new(v);

    public static implicit operator decimal(ResourceQuantity v) => v?._value ?? 0;

    public static bool operator ==(ResourceQuantity left, ResourceQuantity right) => Equals(left, right);

    public static bool operator !=(ResourceQuantity left, ResourceQuantity right) => !Equals(left, right);

    public decimal ToDecimal() => _value;

    public bool Equals(ResourceQuantity other) => other is not null && _value == other._value;

    public override bool Equals(object obj) => Equals(obj as ResourceQuantity);

    public override int GetHashCode() => _value.GetHashCode();

    public override string ToString() => _text;
}

public sealed class ResourceQuantityJsonConverter : JsonConverter<ResourceQuantity>
{
    public override ResourceQuantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number
            ? new(reader.GetDecimal().ToString(CultureInfo.InvariantCulture))
            : new(reader.GetString());

    public override void Write(Utf8JsonWriter writer, ResourceQuantity value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value?.ToString());
    }
}

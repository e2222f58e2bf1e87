using System.Text.Json;
using System.Text.Json.Serialization;
using Temporalio.Converters;

namespace Metal3.Contracts;

/// <summary>How our messages look in histories: one converter for worker, bridge and tools, or they do not understand each other.</summary>
public static class Messaging
{
    /// <summary>Camel case, read in any case, absent instead of null: short histories that people can write by hand.</summary>
    public static JsonSerializerOptions JsonOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The converter; a codec (encryption) is added with <c>with { PayloadCodec = … }</c>.</summary>
    public static DataConverter DataConverter { get; } = DataConverter.Default with
    {
        PayloadConverter = new DefaultPayloadConverter(JsonOptions),
    };
}

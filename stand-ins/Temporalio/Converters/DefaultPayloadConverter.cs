using System.Text.Json;
using Google.Protobuf;
using Temporalio.Api.Common.V1;

namespace Temporalio.Converters;

/// <summary>Tries its encodings in order when writing; goes by the payload's <c>encoding</c> when reading.</summary>
public class DefaultPayloadConverter : IPayloadConverter
{
    public DefaultPayloadConverter()
        : this(new JsonSerializerOptions())
    {
    }

    public DefaultPayloadConverter(JsonSerializerOptions jsonSerializerOptions)
        : this(
            new BinaryNullConverter(),
            new BinaryPlainConverter(),
            new JsonProtoConverter(),
            new BinaryProtoConverter(),
            new JsonPlainConverter(jsonSerializerOptions))
    {
    }

    public DefaultPayloadConverter(params IEncodingConverter[] encodingConverters)
    {
        EncodingConverters = encodingConverters;
        IndexedEncodingConverters =
            encodingConverters.ToDictionary(converter => ByteString.CopyFromUtf8(converter.Encoding));
    }

    public IReadOnlyCollection<IEncodingConverter> EncodingConverters { get; }

    protected IReadOnlyDictionary<ByteString, IEncodingConverter> IndexedEncodingConverters { get; }

    public Payload ToPayload(object? value)
    {
        switch (value)
        {
            case IRawValue raw:
                return raw.Payload;
            case IEncodedRawValue:
                throw new ArgumentException("An encoded raw value cannot be converted; decode it first.");
            default:
                break;
        }

        foreach (var converter in (IEncodingConverter[])EncodingConverters)
        {
            if (converter.TryToPayload(value, out var payload) && payload is not null)
            {
                return payload;
            }
        }

        throw new ArgumentException($"No payload converter takes a value of type {value?.GetType()}.");
    }

    public object? ToValue(Payload payload, Type type)
    {
        if (type == typeof(ValueTuple))
        {
            return default(ValueTuple); // the reading side's "void"
        }

        if (type == typeof(IRawValue) || type == typeof(RawValue))
        {
            return new RawValue(payload);
        }

        if (typeof(IEncodedRawValue).IsAssignableFrom(type))
        {
            throw new ArgumentException("A payload cannot be converted to an encoded raw value.");
        }

        if (!payload.Metadata.TryGetValue("encoding", out var encoding))
        {
            throw new KeyNotFoundException("The payload does not say its encoding.");
        }

        return IndexedEncodingConverters.TryGetValue(encoding, out var converter)
            ? converter.ToValue(payload, type)
            : throw new ArgumentException($"Unknown payload encoding {encoding.ToStringUtf8()}");
    }
}

using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Api.Common.V1;

namespace Temporalio.Converters;

/// <summary>Null, as a payload without data.</summary>
public class BinaryNullConverter : IEncodingConverter
{
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8("binary/null");

    public string Encoding => "binary/null";

    public bool TryToPayload(object? value, out Payload? payload)
    {
        payload = value is null ? PayloadParts.New(EncodingBytes, ByteString.Empty) : null;
        return payload is not null;
    }

    public object? ToValue(Payload payload, Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null
            ? throw new ArgumentException($"The payload is null, which a {type} cannot be.")
            : null;
}

/// <summary>Byte arrays as they are.</summary>
public class BinaryPlainConverter : IEncodingConverter
{
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8("binary/plain");

    public string Encoding => "binary/plain";

    public bool TryToPayload(object? value, out Payload? payload)
    {
        payload = value is byte[] bytes ? PayloadParts.New(EncodingBytes, ByteString.CopyFrom(bytes)) : null;
        return payload is not null;
    }

    public object? ToValue(Payload payload, Type type) =>
        type.IsAssignableFrom(typeof(byte[]))
            ? payload.Data.ToByteArray()
            : throw new ArgumentException($"The payload is a byte array, not a {type}.");
}

/// <summary>Protobuf messages as their JSON.</summary>
public class JsonProtoConverter(JsonFormatter formatter, JsonParser parser) : IEncodingConverter
{
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8("json/protobuf");

    public JsonProtoConverter()
        : this(JsonFormatter.Default, new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true)))
    {
    }

    public string Encoding => "json/protobuf";

    protected JsonFormatter Formatter { get; } = formatter;

    protected JsonParser Parser { get; } = parser;

    public bool TryToPayload(object? value, out Payload? payload)
    {
        payload = null;
        if (value is IMessage message)
        {
            payload = PayloadParts.New(EncodingBytes, ByteString.CopyFromUtf8(Formatter.Format(message)));
            payload.Metadata["messageType"] = ByteString.CopyFromUtf8(message.Descriptor.FullName);
        }

        return payload is not null;
    }

    public object? ToValue(Payload payload, Type type) =>
        Parser.Parse(payload.Data.ToStringUtf8(), PayloadParts.DescriptorOf(type));
}

/// <summary>Protobuf messages as bytes. Comes after <see cref="JsonProtoConverter"/>, so it normally only decodes.</summary>
public class BinaryProtoConverter : IEncodingConverter
{
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8("binary/protobuf");

    public string Encoding => "binary/protobuf";

    public bool TryToPayload(object? value, out Payload? payload)
    {
        payload = null;
        if (value is IMessage message)
        {
            payload = PayloadParts.New(EncodingBytes, message.ToByteString());
            payload.Metadata["messageType"] = ByteString.CopyFromUtf8(message.Descriptor.FullName);
        }

        return payload is not null;
    }

    public object? ToValue(Payload payload, Type type) => PayloadParts.DescriptorOf(type).Parser.ParseFrom(payload.Data);
}

/// <summary>Everything else, as JSON.</summary>
public class JsonPlainConverter(JsonSerializerOptions serializerOptions) : IEncodingConverter
{
    private static readonly ByteString EncodingBytes = ByteString.CopyFromUtf8("json/plain");

    public virtual string Encoding => "json/plain";

    protected JsonSerializerOptions SerializerOptions { get; } = serializerOptions;

    public virtual bool TryToPayload(object? value, out Payload? payload)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(value, value?.GetType() ?? typeof(object), SerializerOptions);
        payload = PayloadParts.New(EncodingBytes, UnsafeByteOperations.UnsafeWrap(json));
        return true;
    }

    public virtual object? ToValue(Payload payload, Type type) =>
        JsonSerializer.Deserialize(payload.Data.Span, type, SerializerOptions);
}

internal static class PayloadParts
{
    private static readonly ConcurrentDictionary<Type, MessageDescriptor> Descriptors = new();

    public static Payload New(ByteString encoding, ByteString data) =>
        new() { Metadata = { ["encoding"] = encoding }, Data = data };

    public static MessageDescriptor DescriptorOf(Type type) => Descriptors.GetOrAdd(
        type,
        static type => type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null)
            as MessageDescriptor ?? throw new ArgumentException($"The payload is a protobuf message, but {type} is none."));
}

using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Temporalio.Converters;

/// <summary>Turns values into payloads and back. Pure and fast: it runs on the workflow's thread.</summary>
public interface IPayloadConverter
{
    Payload ToPayload(object? value);

    object? ToValue(Payload payload, Type type);
}

/// <summary>One encoding of a <see cref="DefaultPayloadConverter"/>.</summary>
public interface IEncodingConverter
{
    /// <summary>Value of the payload's metadata key <c>encoding</c>.</summary>
    string Encoding { get; }

    bool TryToPayload(object? value, out Payload? payload);

    object? ToValue(Payload payload, Type type);
}

/// <summary>Turns exceptions into failures and back.</summary>
public interface IFailureConverter
{
    Failure ToFailure(Exception exception, IPayloadConverter payloadConverter);

    Exception ToException(Failure failure, IPayloadConverter payloadConverter);
}

/// <summary>Rewrites payloads on their way to and from the server: encryption, compression. May be slow or call out.</summary>
public interface IPayloadCodec
{
    Task<IReadOnlyCollection<Payload>> EncodeAsync(IReadOnlyCollection<Payload> payloads);

    Task<IReadOnlyCollection<Payload>> DecodeAsync(IReadOnlyCollection<Payload> payloads);
}

/// <summary>A value that is not converted: its payload is taken as it is.</summary>
public interface IRawValue
{
    Payload Payload { get; }
}

/// <summary>A payload that still is as the codec left it.</summary>
public interface IEncodedRawValue
{
    Payload Payload { get; }

    Task<T> ToValueAsync<T>();

    Task<object?> ToValueAsync(Type type);
}

public record RawValue(Payload Payload) : IRawValue;

public record EncodedRawValue(DataConverter DataConverter, Payload Payload) : IEncodedRawValue
{
    public Task<T> ToValueAsync<T>() => DataConverter.ToValueAsync<T>(Payload);

    public Task<object?> ToValueAsync(Type type) => DataConverter.ToValueAsync(Payload, type);
}

/// <summary>How values and exceptions travel: converters, then an optional codec.</summary>
public record DataConverter(
    IPayloadConverter PayloadConverter, IFailureConverter FailureConverter, IPayloadCodec? PayloadCodec = null)
{
    public static DataConverter Default { get; } = new(new DefaultPayloadConverter(), new DefaultFailureConverter());
}

using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;

namespace Temporalio.Converters;

/// <summary>The usual ways through converter and codec.</summary>
public static class ConverterExtensions
{
    public static async Task<IReadOnlyCollection<Payload>> ToPayloadsAsync(
        this DataConverter converter, IReadOnlyCollection<object?> values)
    {
        var payloads = converter.PayloadConverter.ToPayloads(values);
        return converter.PayloadCodec is { } codec && payloads.Count > 0 ? await codec.EncodeAsync(payloads) : payloads;
    }

    public static async Task<Payload> ToPayloadAsync(this DataConverter converter, object? value)
    {
        var payload = converter.PayloadConverter.ToPayload(value);
        return converter.PayloadCodec is { } codec ? await codec.EncodeSingleAsync(payload) : payload;
    }

    public static async Task<T> ToValueAsync<T>(this DataConverter converter, Payload payload) =>
        (T)(await converter.ToValueAsync(payload, typeof(T)))!;

    public static async Task<object?> ToValueAsync(this DataConverter converter, Payload payload, Type type)
    {
        if (converter.PayloadCodec is { } codec)
        {
            payload = await codec.DecodeSingleAsync(payload);
        }

        return converter.PayloadConverter.ToValue(payload, type);
    }

    public static async Task<T> ToSingleValueAsync<T>(
        this DataConverter converter, IReadOnlyCollection<Payload> payloads) =>
        (T)(await converter.ToSingleValueAsync(payloads, typeof(T)))!;

    public static async Task<object?> ToSingleValueAsync(
        this DataConverter converter, IReadOnlyCollection<Payload> payloads, Type type)
    {
        if (type == typeof(ValueTuple))
        {
            return default(ValueTuple);
        }

        if (converter.PayloadCodec is { } codec)
        {
            payloads = await codec.DecodeAsync(payloads);
        }

        return payloads.Count == 1
            ? converter.PayloadConverter.ToValue(payloads.First(), type)
            : throw new ArgumentException($"Expected exactly one payload, found {payloads.Count}.");
    }

    public static async Task<Exception> ToExceptionAsync(this DataConverter converter, Failure failure)
    {
        if (converter.PayloadCodec is { } codec)
        {
            failure = failure.Clone();
            await codec.DecodeFailureAsync(failure);
        }

        return converter.FailureConverter.ToException(failure, converter.PayloadConverter);
    }

    public static async Task<Failure> ToFailureAsync(this DataConverter converter, Exception exc)
    {
        var failure = converter.FailureConverter.ToFailure(exc, converter.PayloadConverter);
        if (converter.PayloadCodec is { } codec)
        {
            await codec.EncodeFailureAsync(failure);
        }

        return failure;
    }

    public static IReadOnlyCollection<Payload> ToPayloads(
        this IPayloadConverter converter, IReadOnlyCollection<object?> values)
    {
        if (values.Count == 0)
        {
            return [];
        }

        var payloads = new List<Payload>(values.Count);
        foreach (var value in values)
        {
            payloads.Add(converter.ToPayload(value));
        }

        return payloads;
    }

    public static T ToValue<T>(this IPayloadConverter converter, Payload payload) =>
        (T)converter.ToValue(payload, typeof(T))!;

    public static T ToValue<T>(this IPayloadConverter converter, IRawValue rawValue) =>
        converter.ToValue<T>(rawValue.Payload);

    public static RawValue ToRawValue(this IPayloadConverter converter, object? value) =>
        new(converter.ToPayload(value));

    /// <summary>Payloads as the messages hold them; null for no values.</summary>
    internal static async Task<Payloads?> ToWireAsync(this DataConverter converter, IReadOnlyCollection<object?>? values) =>
        values is null or { Count: 0 } ? null : new() { Payloads_ = { await converter.ToPayloadsAsync(values) } };
}

/// <summary>A codec over the places where messages hold payloads.</summary>
public static class PayloadCodecExtensions
{
    public static async Task<Payload> EncodeSingleAsync(this IPayloadCodec codec, Payload payload) =>
        Single(await codec.EncodeAsync([payload]));

    public static async Task<Payload> DecodeSingleAsync(this IPayloadCodec codec, Payload payload) =>
        Single(await codec.DecodeAsync([payload]));

    /// <summary>Encodes in place, causes included.</summary>
    public static Task EncodeFailureAsync(this IPayloadCodec codec, Failure failure) =>
        ApplyAsync(failure, codec.EncodeAsync);

    /// <summary>Decodes in place, causes included.</summary>
    public static Task DecodeFailureAsync(this IPayloadCodec codec, Failure failure) =>
        ApplyAsync(failure, codec.DecodeAsync);

    /// <summary>Encodes in place.</summary>
    internal static Task EncodeAsync(this IPayloadCodec codec, Payloads? payloads) =>
        ApplyAsync(payloads, codec.EncodeAsync);

    /// <summary>Decodes in place.</summary>
    internal static Task DecodeAsync(this IPayloadCodec codec, Payloads? payloads) =>
        ApplyAsync(payloads, codec.DecodeAsync);

    private static async Task ApplyAsync(
        Failure failure, Func<IReadOnlyCollection<Payload>, Task<IReadOnlyCollection<Payload>>> apply)
    {
        for (var current = failure; current is not null; current = current.Cause)
        {
            if (current.EncodedAttributes is { } attributes)
            {
                current.EncodedAttributes = Single(await apply([attributes]));
            }

            await ApplyAsync(current.ApplicationFailureInfo?.Details, apply);
            await ApplyAsync(current.TimeoutFailureInfo?.LastHeartbeatDetails, apply);
            await ApplyAsync(current.CanceledFailureInfo?.Details, apply);
            await ApplyAsync(current.ResetWorkflowFailureInfo?.LastHeartbeatDetails, apply);
        }
    }

    private static async Task ApplyAsync(
        Payloads? payloads, Func<IReadOnlyCollection<Payload>, Task<IReadOnlyCollection<Payload>>> apply)
    {
        if (payloads is { Payloads_.Count: > 0 })
        {
            var applied = (await apply([.. payloads.Payloads_])).ToArray();
            payloads.Payloads_.Clear();
            payloads.Payloads_.Add(applied);
        }
    }

    private static Payload Single(IReadOnlyCollection<Payload> payloads) => payloads.Count == 1
        ? payloads.First()
        : throw new InvalidOperationException(
            $"The payload codec made {payloads.Count} payloads of one, where only one can be.");
}

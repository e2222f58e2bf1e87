using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Converters;

namespace Temporalio.Worker.Execution;

/// <content>Values in and out of payloads. The codec has already run, or runs later.</content>
internal sealed partial class WorkflowRun
{
    private object?[] Decode(Payloads? payloads, System.Type[] types, object?[] defaults)
    {
        if (types.Length == 0)
        {
            return [];
        }

        var values = new object?[types.Length];
        for (var i = 0; i < types.Length; i++)
        {
            values[i] = payloads is not null && i < payloads.Payloads_.Count
                ? PayloadConverter.ToValue(payloads.Payloads_[i], types[i])
                : defaults[i];
        }

        return values;
    }

    private T Decode<T>(Payloads? payloads) => typeof(T) == typeof(ValueTuple) || payloads is null or { Payloads_.Count: 0 }
        ? default!
        : PayloadConverter.ToValue<T>(payloads.Payloads_[0]);

    private Payloads? ToPayloads(IReadOnlyCollection<object?> values)
    {
        if (values.Count == 0)
        {
            return null;
        }

        var payloads = new Payloads();
        foreach (var value in values)
        {
            payloads.Payloads_.Add(PayloadConverter.ToPayload(value));
        }

        return payloads;
    }

    /// <summary>A result; nothing is sent as null, so that every SDK reads it.</summary>
    private Payloads ToPayloads(object? result) => new()
    {
        Payloads_ = { PayloadConverter.ToPayload(result is ValueTuple ? null : result) },
    };

    private Memo ToMemo(IReadOnlyDictionary<string, object> values)
    {
        var memo = new Memo();
        foreach (var (key, value) in values)
        {
            memo.Fields[key] = PayloadConverter.ToPayload(
                value ?? throw new ArgumentException($"Memo entry {key} has no value"));
        }

        return memo;
    }

    private UserMetadata? ToMetadata(string? summary, string? details = null) => summary is null && details is null
        ? null
        : new()
        {
            Summary = summary is null ? null : PayloadConverter.ToPayload(summary),
            Details = details is null ? null : PayloadConverter.ToPayload(details),
        };

    private Exception ToException(Failure failure) =>
        _settings.DataConverter.FailureConverter.ToException(failure, PayloadConverter);

    private Failure ToFailure(Exception thrown) =>
        _settings.DataConverter.FailureConverter.ToFailure(thrown, PayloadConverter);

    private static Duration? ToDuration(TimeSpan? time) => time?.ToDuration();
}

using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Exceptions;

namespace Temporalio.Converters;

/// <summary>Options of <see cref="DefaultFailureConverter"/>.</summary>
public class DefaultFailureConverterOptions : ICloneable
{
    /// <summary>Moves message and stack trace into a payload, so that a codec can encrypt them.</summary>
    public bool EncodeCommonAttributes { get; set; }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Failures as every SDK writes and reads them.</summary>
public class DefaultFailureConverter : IFailureConverter
{
    public DefaultFailureConverter()
        : this(new DefaultFailureConverterOptions())
    {
    }

    protected DefaultFailureConverter(DefaultFailureConverterOptions options) =>
        Options = (DefaultFailureConverterOptions)options.Clone();

    public DefaultFailureConverterOptions Options { get; }

    public virtual Failure ToFailure(Exception exception, IPayloadConverter payloadConverter)
    {
        if (exception is FailureException { Failure: { } sent })
        {
            return sent.Clone(); // a codec rewrites in place
        }

        var failure = new Failure { Message = exception.Message, StackTrace = exception.StackTrace ?? "" };
        if (exception.InnerException is { } inner)
        {
            failure.Cause = ToFailure(inner, payloadConverter);
        }

        switch (exception)
        {
            case ApplicationFailureException application:
                failure.ApplicationFailureInfo = new()
                {
                    Type = application.ErrorType ?? "",
                    NonRetryable = application.NonRetryable,
                    Details = Details(application.Details, payloadConverter),
                    NextRetryDelay = application.NextRetryDelay?.ToDuration(),
                    Category = application.Category,
                };
                break;
            case CanceledFailureException canceled:
                failure.CanceledFailureInfo = new() { Details = Details(canceled.Details, payloadConverter) };
                break;
            default:
                failure.ApplicationFailureInfo = new() { Type = exception.GetType().Name };
                break;
        }

        if (Options.EncodeCommonAttributes)
        {
            failure.EncodedAttributes = payloadConverter.ToPayload(new Dictionary<string, string>
            {
                ["message"] = failure.Message,
                ["stack_trace"] = failure.StackTrace,
            });
            failure.Message = "Encoded failure";
            failure.StackTrace = "";
        }

        return failure;
    }

    public virtual Exception ToException(Failure failure, IPayloadConverter payloadConverter)
    {
        if (failure.EncodedAttributes is { } attributes)
        {
            failure = failure.Clone();
            failure.EncodedAttributes = null;
            var common = payloadConverter.ToValue<Dictionary<string, string?>>(attributes);
            failure.Message = common.GetValueOrDefault("message") ?? failure.Message;
            failure.StackTrace = common.GetValueOrDefault("stack_trace") ?? failure.StackTrace;
        }

        var inner = failure.Cause is null ? null : ToException(failure.Cause, payloadConverter);
        return failure.FailureInfoCase switch
        {
            Failure.FailureInfoOneofCase.ApplicationFailureInfo =>
                new ApplicationFailureException(failure, inner, payloadConverter),
            Failure.FailureInfoOneofCase.TimeoutFailureInfo =>
                new TimeoutFailureException(failure, inner, payloadConverter),
            Failure.FailureInfoOneofCase.CanceledFailureInfo =>
                new CanceledFailureException(failure, inner, payloadConverter),
            Failure.FailureInfoOneofCase.TerminatedFailureInfo => new TerminatedFailureException(failure, inner, null),
            Failure.FailureInfoOneofCase.ServerFailureInfo => new ServerFailureException(failure, inner),
            Failure.FailureInfoOneofCase.ActivityFailureInfo => new ActivityFailureException(failure, inner),
            Failure.FailureInfoOneofCase.ChildWorkflowExecutionFailureInfo =>
                new ChildWorkflowFailureException(failure, inner),
            _ => new FailureException(failure, inner),
        };
    }

    private static Payloads? Details(IFailureDetails details, IPayloadConverter converter) => details switch
    {
        OutboundFailureDetails { Details: { Count: > 0 } values } => new() { Payloads_ = { converter.ToPayloads(values) } },
        InboundFailureDetails { Payloads: { Count: > 0 } payloads } => new() { Payloads_ = { payloads } },
        _ => null,
    };

    /// <summary>The default with <see cref="DefaultFailureConverterOptions.EncodeCommonAttributes"/> on.</summary>
    public class WithEncodedCommonAttributes() : DefaultFailureConverter(
        new DefaultFailureConverterOptions { EncodeCommonAttributes = true });
}

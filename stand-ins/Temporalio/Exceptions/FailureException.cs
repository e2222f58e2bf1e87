using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Converters;

namespace Temporalio.Exceptions;

/// <summary>An exception that has a form on the wire.</summary>
public class FailureException : TemporalException
{
    protected internal FailureException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    protected internal FailureException(Failure failure, Exception? inner)
        : base(failure.Message, inner) => Failure = failure;

    /// <summary>The wire form; null when user code made the exception.</summary>
    public Failure? Failure { get; protected init; }

    /// <summary>Where it was thrown: on the other side, if it came from there.</summary>
    public override string? StackTrace =>
        Failure is { StackTrace.Length: > 0 } ? Failure.StackTrace : base.StackTrace;

    private protected static InboundFailureDetails Inbound(Payloads? payloads, IPayloadConverter converter) =>
        new(converter, payloads?.Payloads_);
}

/// <summary>A failure that user code chose to report, or any exception that left it.</summary>
public class ApplicationFailureException : FailureException
{
    public ApplicationFailureException(
        string message,
        string? errorType = null,
        bool nonRetryable = false,
        IReadOnlyCollection<object?>? details = null,
        TimeSpan? nextRetryDelay = null,
        ApplicationErrorCategory category = ApplicationErrorCategory.Unspecified)
        : this(message, null, errorType, nonRetryable, details, nextRetryDelay, category)
    {
    }

    public ApplicationFailureException(
        string message,
        Exception? inner,
        string? errorType = null,
        bool nonRetryable = false,
        IReadOnlyCollection<object?>? details = null,
        TimeSpan? nextRetryDelay = null,
        ApplicationErrorCategory category = ApplicationErrorCategory.Unspecified)
        : base(message, inner)
    {
        ErrorType = errorType;
        NonRetryable = nonRetryable;
        Details = new OutboundFailureDetails(details);
        NextRetryDelay = nextRetryDelay;
        Category = category;
    }

    protected internal ApplicationFailureException(Failure failure, Exception? inner, IPayloadConverter converter)
        : base(failure, inner)
    {
        var info = failure.ApplicationFailureInfo ?? throw new ArgumentException("The failure is no application failure.");
        ErrorType = info.Type.Length == 0 ? null : info.Type;
        NonRetryable = info.NonRetryable;
        Details = Inbound(info.Details, converter);
        NextRetryDelay = info.NextRetryDelay?.ToTimeSpan();
        Category = info.Category;
    }

    public string? ErrorType { get; protected init; }

    public bool NonRetryable { get; protected init; }

    public IFailureDetails Details { get; protected init; }

    /// <summary>Overrides the retry policy's next interval; null leaves it.</summary>
    public TimeSpan? NextRetryDelay { get; protected init; }

    public ApplicationErrorCategory Category { get; protected init; }
}

/// <summary>Something was cancelled on request.</summary>
public class CanceledFailureException : FailureException
{
    protected internal CanceledFailureException(
        string message, Exception? inner = null, IReadOnlyCollection<object?>? details = null)
        : base(message, inner) => Details = new OutboundFailureDetails(details);

    protected internal CanceledFailureException(Failure failure, Exception? inner, IPayloadConverter converter)
        : base(failure, inner) => Details = Inbound(failure.CanceledFailureInfo?.Details, converter);

    public new Failure Failure => base.Failure!;

    public IFailureDetails Details { get; protected init; }
}

/// <summary>A workflow was terminated.</summary>
public class TerminatedFailureException : FailureException
{
    protected internal TerminatedFailureException(Failure failure, Exception? inner, InboundFailureDetails? details)
        : base(failure, inner) => Details = details;

    public new Failure Failure => base.Failure!;

    public IFailureDetails? Details { get; protected init; }
}

/// <summary>A time limit passed.</summary>
public class TimeoutFailureException : FailureException
{
    protected internal TimeoutFailureException(Failure failure, Exception? inner, IPayloadConverter converter)
        : base(failure, inner) =>
        LastHeartbeatDetails = Inbound(failure.TimeoutFailureInfo?.LastHeartbeatDetails, converter);

    public new Failure Failure => base.Failure!;

    public TimeoutType TimeoutType => Failure.TimeoutFailureInfo?.TimeoutType ?? TimeoutType.Unspecified;

    public InboundFailureDetails LastHeartbeatDetails { get; protected init; }
}

/// <summary>The server failed.</summary>
public class ServerFailureException : FailureException
{
    protected internal ServerFailureException(Failure failure, Exception? inner)
        : base(failure, inner)
    {
    }

    public new Failure Failure => base.Failure!;

    public bool NonRetryable => Failure.ServerFailureInfo.NonRetryable;
}

/// <summary>An activity failed for good; the inner exception says how.</summary>
public class ActivityFailureException : FailureException
{
    protected internal ActivityFailureException(Failure failure, Exception? inner)
        : base(failure, inner)
    {
    }

    public new Failure Failure => base.Failure!;

    public string? Identity => Info.Identity.Length == 0 ? null : Info.Identity;

    public string ActivityType => Info.ActivityType?.Name ?? "";

    public string ActivityId => Info.ActivityId;

    public RetryState RetryState => Info.RetryState;

    private ActivityFailureInfo Info => Failure.ActivityFailureInfo;
}

/// <summary>A child workflow failed; the inner exception says how.</summary>
public class ChildWorkflowFailureException : FailureException
{
    protected internal ChildWorkflowFailureException(Failure failure, Exception? inner)
        : base(failure, inner)
    {
    }

    public new Failure Failure => base.Failure!;

    public string Namespace => Info.Namespace;

    public string WorkflowId => Info.WorkflowExecution?.WorkflowId ?? "";

    public string RunId => Info.WorkflowExecution?.RunId ?? "";

    public string WorkflowType => Info.WorkflowType?.Name ?? "";

    public RetryState RetryState => Info.RetryState;

    private ChildWorkflowExecutionFailureInfo Info => Failure.ChildWorkflowExecutionFailureInfo;
}

/// <summary>The id is taken by a workflow that the policies of the start do not allow to replace or join.</summary>
public class WorkflowAlreadyStartedException : FailureException
{
    public WorkflowAlreadyStartedException(string message, string workflowId, string workflowType, string runId)
        : base(message)
    {
        WorkflowId = workflowId;
        WorkflowType = workflowType;
        RunId = runId;
    }

    public string WorkflowId { get; }

    /// <summary>The type that was asked for, not the one that runs.</summary>
    public string WorkflowType { get; }

    /// <summary>The run that holds the id.</summary>
    public string RunId { get; }
}

using Temporalio.Api.Enums.V1;

namespace Temporalio.Exceptions;

/// <summary>A workflow did not complete; the inner exception says how it ended.</summary>
public class WorkflowFailedException(Exception? inner) : TemporalException("Workflow failed", inner);

/// <summary>The run continued as another one, and the caller asked not to follow.</summary>
public class WorkflowContinuedAsNewException(string newRunId) : TemporalException("Workflow continued as new")
{
    public string NewRunId { get; } = newRunId;
}

/// <summary>A query handler threw, or there is none of that name.</summary>
public class WorkflowQueryFailedException(string message) : TemporalException(message);

/// <summary>The workflow's status was one for which the caller did not want an answer.</summary>
public class WorkflowQueryRejectedException(WorkflowExecutionStatus workflowStatus)
    : TemporalException($"Query rejected, workflow status: {workflowStatus}")
{
    public WorkflowExecutionStatus WorkflowStatus { get; } = workflowStatus;
}

/// <summary>An update was rejected or failed; the inner exception says why.</summary>
public class WorkflowUpdateFailedException(Exception? inner) : TemporalException("Workflow update failed", inner);

/// <summary>Waiting ended before an answer came; whether the call took effect is unknown.</summary>
public class RpcTimeoutOrCanceledException(string message, Exception? inner) : TemporalException(message, inner);

/// <summary>Waiting for an update ended before its answer came.</summary>
public class WorkflowUpdateRpcTimeoutOrCanceledException(Exception? inner)
    : RpcTimeoutOrCanceledException("Timeout or cancellation waiting for update", inner);

/// <summary>A workflow did what workflows must not do.</summary>
public class InvalidWorkflowOperationException : TemporalException
{
    internal InvalidWorkflowOperationException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

/// <summary>A workflow's code and its history disagree.</summary>
public class WorkflowNondeterminismException : InvalidWorkflowOperationException
{
    internal WorkflowNondeterminismException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}

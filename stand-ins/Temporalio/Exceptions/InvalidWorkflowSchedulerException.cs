namespace Temporalio.Exceptions;

/// <summary>Code of a workflow was run by somebody else than the workflow's own scheduler.</summary>
public class InvalidWorkflowSchedulerException : InvalidWorkflowOperationException
{
    internal InvalidWorkflowSchedulerException(string message)
        : base(message)
    {
    }
}

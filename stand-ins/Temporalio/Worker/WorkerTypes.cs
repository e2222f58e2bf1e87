using Temporalio.Workflows;

namespace Temporalio.Worker;

/// <summary>Which workflow meets which patch.</summary>
public record PatchActivationInput(WorkflowInfo WorkflowInfo, string PatchId);

/// <summary>What the query <c>__stack_trace</c> answers with.</summary>
public enum WorkflowStackTrace
{
    /// <summary>An error.</summary>
    None,

    /// <summary>The stack of every pending wait, with files and lines. Costs a stack walk per wait.</summary>
    Normal,

    /// <summary>The stack of every pending wait, without files and lines.</summary>
    WithoutFileInfo,
}

/// <summary>One activation of a workflow.</summary>
public abstract class WorkflowTaskEventArgs : EventArgs
{
    private protected WorkflowTaskEventArgs(WorkflowInfo info, WorkflowDefinition definition)
    {
        WorkflowInfo = info;
        WorkflowDefinition = definition;
    }

    /// <summary>The run.</summary>
    public WorkflowInfo WorkflowInfo { get; }

    /// <summary>What runs.</summary>
    public WorkflowDefinition WorkflowDefinition { get; }
}

/// <summary>An activation is about to begin.</summary>
public class WorkflowTaskStartingEventArgs : WorkflowTaskEventArgs
{
    internal WorkflowTaskStartingEventArgs(WorkflowInfo info, WorkflowDefinition definition)
        : base(info, definition)
    {
    }
}

/// <summary>An activation is over.</summary>
public class WorkflowTaskCompletedEventArgs : WorkflowTaskEventArgs
{
    internal WorkflowTaskCompletedEventArgs(WorkflowInfo info, WorkflowDefinition definition, Exception? failure)
        : base(info, definition) => TaskFailureException = failure;

    /// <summary>Why the workflow task fails; null if it does not.</summary>
    public Exception? TaskFailureException { get; }
}

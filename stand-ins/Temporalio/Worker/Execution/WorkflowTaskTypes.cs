using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Converters;

namespace Temporalio.Worker.Execution;

/// <summary>What every run of a worker shares.</summary>
internal sealed class WorkflowRunSettings
{
    public required string Namespace { get; init; }

    public required string TaskQueue { get; init; }

    public required DataConverter DataConverter { get; init; }

    public required ILoggerFactory LoggerFactory { get; init; }

    public IReadOnlyCollection<Type> FailureExceptionTypes { get; init; } = [];

    public Func<PatchActivationInput, bool>? PatchActivationCallback { get; init; }

    public WorkflowStackTrace StackTrace { get; init; }

    /// <summary>Whether a schedule command for this queue may ask for the activity with the answer.</summary>
    public Func<string, bool> MayRequestEagerly { get; init; } = static _ => false;

    public Action<WorkflowTaskStartingEventArgs>? TaskStarting { get; init; }

    public Action<WorkflowTaskCompletedEventArgs>? TaskCompleted { get; init; }
}

/// <summary>One workflow task, with all its history at hand and its payloads decoded.</summary>
internal sealed class WorkflowTaskInput
{
    /// <summary>From the event after the last one that the run has seen.</summary>
    public required IReadOnlyList<HistoryEvent> Events { get; init; }

    /// <summary>The last workflow task that was completed: everything up to it is replay.</summary>
    public long PreviousStartedEventId { get; init; }

    /// <summary>There is no workflow task to answer: everything is replay, to the end.</summary>
    public bool ReplayOnly { get; init; }

    /// <summary>There is no workflow task to answer: everything up to the last completed one is replay.</summary>
    public bool QueryOnly { get; init; }

    public IReadOnlyList<Message> Messages { get; init; } = [];

    public IReadOnlyDictionary<string, WorkflowQuery> Queries { get; init; } = EmptyQueries;

    private static readonly Dictionary<string, WorkflowQuery> EmptyQueries = [];
}

/// <summary>The answer to one workflow task, its payloads not yet encoded.</summary>
internal sealed class WorkflowTaskOutput
{
    public List<Command> Commands { get; } = [];

    public List<(string Id, string ProtocolInstanceId, IMessage Body)> Messages { get; } = [];

    public Dictionary<string, WorkflowQueryResult> QueryResults { get; } = [];

    /// <summary>This is the run's first answer, which says which rules it follows.</summary>
    public bool IsFirst { get; set; }

    /// <summary>The task fails; nothing of the rest may be sent.</summary>
    public Exception? Failure { get; set; }

    public WorkflowTaskFailedCause FailureCause { get; set; }
}

using Microsoft.Extensions.Logging;
using Temporalio.Common;
using Temporalio.Converters;

namespace Temporalio.Workflows;

/// <summary>What <see cref="Workflow"/> speaks to: the run whose scheduler is the current one.</summary>
internal interface IWorkflowContext
{
    bool AllHandlersFinished { get; }

    CancellationToken CancellationToken { get; }

    bool ContinueAsNewSuggested { get; }

    IReadOnlyCollection<SuggestContinueAsNewReason> SuggestedContinueAsNewReasons { get; }

    string CurrentDetails { get; set; }

    int CurrentHistoryLength { get; }

    int CurrentHistorySize { get; }

    WorkflowUpdateInfo? CurrentUpdateInfo { get; }

    WorkflowInfo Info { get; }

    object Instance { get; }

    ILogger Logger { get; }

    IReadOnlyDictionary<string, IRawValue> Memo { get; }

    IPayloadConverter PayloadConverter { get; }

    IDictionary<string, WorkflowQueryDefinition> Queries { get; }

    IDictionary<string, WorkflowSignalDefinition> Signals { get; }

    IDictionary<string, WorkflowUpdateDefinition> Updates { get; }

    DeterministicRandom Random { get; }

    SearchAttributeCollection TypedSearchAttributes { get; }

    DateTime UtcNow { get; }

    bool IsReplaying { get; }

    bool IsReplayingHistoryEvents { get; }

    bool TracingDisabled { get; set; }

    Task DelayAsync(TimeSpan delay, string? summary, CancellationToken? cancellationToken);

    Task<bool> WaitConditionAsync(
        Func<bool> condition, TimeSpan? timeout, string? timeoutSummary, CancellationToken? cancellationToken);

    Task<TResult> ExecuteActivityAsync<TResult>(
        string activity, IReadOnlyCollection<object?> args, ActivityOptions options);

    Task<ChildWorkflowHandle<TWorkflow, TResult>> StartChildWorkflowAsync<TWorkflow, TResult>(
        string workflow, IReadOnlyCollection<object?> args, ChildWorkflowOptions options);

    ExternalWorkflowHandle<TWorkflow> GetExternalWorkflowHandle<TWorkflow>(string id, string? runId);

    bool Patch(string id, bool deprecated);

    void UpsertMemo(IReadOnlyCollection<MemoUpdate> updates);

    void UpsertTypedSearchAttributes(IReadOnlyCollection<SearchAttributeUpdate> updates);
}

using System.Runtime.CompilerServices;
using Temporalio.Api.History.V1;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker.Execution;
using Temporalio.Workflows;

namespace Temporalio.Worker;

/// <summary>Runs workflows again over histories, without a server: would today's code have done the same?</summary>
public class WorkflowReplayer
{
    private readonly Dictionary<string, WorkflowDefinition> _definitions;

    /// <summary>A replayer for the workflows of the options.</summary>
    /// <exception cref="ArgumentException">There is none, or one twice.</exception>
    public WorkflowReplayer(WorkflowReplayerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = (WorkflowReplayerOptions)options.Clone();
        if (Options.Workflows.Count == 0)
        {
            throw new ArgumentException("Must have at least one workflow");
        }

        _definitions = new(StringComparer.Ordinal);
        foreach (var workflow in Options.Workflows)
        {
            if (!_definitions.TryAdd(workflow.Name!, workflow))
            {
                throw new ArgumentException($"Duplicate workflow named {workflow.Name}");
            }
        }
    }

    /// <summary>What it was made with; changes have no effect.</summary>
    public WorkflowReplayerOptions Options { get; }

    /// <summary>Replays a history. A workflow that failed then and fails now is no failure of the replay.</summary>
    /// <exception cref="WorkflowNondeterminismException">The code does something else than the history says.</exception>
    /// <exception cref="InvalidWorkflowOperationException">The code fails where the history goes on.</exception>
    public async Task<WorkflowReplayResult> ReplayWorkflowAsync(
        WorkflowHistory history, bool throwOnReplayFailure = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(history);
        cancellationToken.ThrowIfCancellationRequested();
        var failure = await ReplayAsync(history);
        if (failure is not null && throwOnReplayFailure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        return new(history, failure);
    }

    /// <summary>Replays histories, one after the other.</summary>
    public async Task<IEnumerable<WorkflowReplayResult>> ReplayWorkflowsAsync(
        IEnumerable<WorkflowHistory> histories, bool throwOnReplayFailure = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(histories);
        var results = new List<WorkflowReplayResult>();
        foreach (var history in histories)
        {
            results.Add(await ReplayWorkflowAsync(history, throwOnReplayFailure, cancellationToken));
        }

        return results;
    }

    /// <summary>Replays histories as they come.</summary>
    public async IAsyncEnumerable<WorkflowReplayResult> ReplayWorkflowsAsync(
        IAsyncEnumerable<WorkflowHistory> histories,
        bool throwOnReplayFailure = false,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(histories);
        await foreach (var history in histories.WithCancellation(cancellationToken))
        {
            yield return await ReplayWorkflowAsync(history, throwOnReplayFailure, cancellationToken);
        }
    }

    private async Task<Exception?> ReplayAsync(WorkflowHistory history)
    {
        if (history.Events.FirstOrDefault()?.WorkflowExecutionStartedEventAttributes is not { } started)
        {
            return new InvalidWorkflowOperationException(
                $"The history of workflow {history.Id} does not begin with its start");
        }

        if (!_definitions.TryGetValue(started.WorkflowType.Name, out var definition))
        {
            return new InvalidWorkflowOperationException(
                $"Workflow type {started.WorkflowType.Name} is not registered on this replayer, available workflows: "
                + string.Join(", ", _definitions.Keys.Order(StringComparer.Ordinal)));
        }

        IReadOnlyList<HistoryEvent> events = [.. history.Events];
        if (Options.DataConverter.PayloadCodec is { } codec)
        {
            events = [.. events.Select(happened => happened.Clone())];
            foreach (var happened in events)
            {
                await PayloadVisitor.VisitAsync(happened, codec.DecodeAsync);
            }
        }

        var run = new WorkflowRun(
            new()
            {
                Namespace = Options.Namespace,
                TaskQueue = Options.TaskQueue,
                DataConverter = Options.DataConverter,
                LoggerFactory = Options.LoggerFactory,
                FailureExceptionTypes = Options.WorkflowFailureExceptionTypes ?? [],
                TaskStarting = Options.OnTaskStarting,
                TaskCompleted = Options.OnTaskCompleted,
            },
            definition,
            history.Id,
            started.OriginalExecutionRunId);
        using var watch = new DeadlockWatch(enabled: !Options.DebugMode);
        var work = Task.Run(() => run.Handle(new() { Events = events, ReplayOnly = true }));
        if (!await watch.WaitAsync(run, work))
        {
            return new InvalidWorkflowOperationException(
                $"[TMPRL1101] Potential deadlock detected: workflow {definition.Name} didn't yield within 2 second(s)");
        }

        run.Evict();
        return (await work).Failure switch
        {
            null => null,
            InvalidWorkflowOperationException known => known,
            var other => new InvalidWorkflowOperationException($"The workflow task failed: {other.Message}", other),
        };
    }
}

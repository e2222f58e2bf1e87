using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using Temporalio.Activities;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Worker.Execution;

/// <summary>One run of one workflow: history events in, commands out. Knows no server, no clock and no thread of its own.</summary>
/// <remarks>
/// It is also the scheduler on which the workflow's code runs, and what <see cref="Workflow"/> speaks to. Live task or
/// replay, the way is the same: events are cut into slices, each slice becomes one activation, and the commands that an
/// activation issues wait in a queue until their events show up at the head of the next slice.
/// </remarks>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "A token source without a timer holds nothing, and workflow code may still look at its token.")]
internal sealed partial class WorkflowRun : TaskScheduler, IWorkflowContext
{
    private readonly WorkflowRunSettings _settings;
    private readonly WorkflowDefinition _definition;
    private readonly string _workflowId;
    private readonly string _runId;
    private readonly CommandQueue _unseen = new();
    private readonly List<PendingCommand> _issued = [];
    private readonly List<(string Id, string ProtocolInstanceId, IMessage Body)> _messages = [];
    private readonly CancellationTokenSource _cancellation = new();

    private readonly List<Action> _messageJobs = [];
    private readonly List<Action> _jobs = [];
    private Action? _startJob;

    private WorkflowInfo? _info;
    private object? _instance;
    private DeterministicRandom? _random;
    private PendingCommand? _terminal;
    private Exception? _taskFailure;
    private bool _completedOnce;
    private bool _afterTaskCompleted;
    private long _appliedUpTo;
    private bool _cancelRequested;

    public WorkflowRun(WorkflowRunSettings settings, WorkflowDefinition definition, string workflowId, string runId)
    {
        _settings = settings;
        _definition = definition;
        _workflowId = workflowId;
        _runId = runId;
        _logger = new ReplaySafeLogger(this);
    }

    /// <summary>The last event that the run has seen; its next task begins behind it.</summary>
    public long LastEventId { get; private set; }

    /// <summary>The system's number of the thread that the activation in progress has.</summary>
    public int ActivationThread => Volatile.Read(ref _systemThread);

    /// <summary>When the activation that runs now began, as a <see cref="Stopwatch"/> timestamp; 0 when none runs.</summary>
    public long ActivationStarted => Volatile.Read(ref _activationStarted);

    public WorkflowInfo Info => _info ?? throw new InvalidOperationException("The workflow has not started");

    public object Instance => _instance ?? throw new InvalidOperationException("The workflow has not started");

    public CancellationToken CancellationToken => _cancellation.Token;

    public IPayloadConverter PayloadConverter => _settings.DataConverter.PayloadConverter;

    public DateTime UtcNow { get; private set; }

    public int CurrentHistoryLength { get; private set; }

    public int CurrentHistorySize { get; private set; }

    public bool ContinueAsNewSuggested { get; private set; }

    public IReadOnlyCollection<Workflows.SuggestContinueAsNewReason> SuggestedContinueAsNewReasons { get; private set; } = [];

    public bool IsReplaying { get; private set; }

    public bool IsReplayingHistoryEvents => IsReplaying && !_readOnly;

    public bool TracingDisabled { get; set; }

    public DeterministicRandom Random
    {
        get
        {
            ThrowIfReadOnly("use random numbers");
            return _random!;
        }
    }

    /// <summary>The server discarded the last task, which changed nothing: it will count on from this event.</summary>
    /// <remarks>
    /// What stood before that task in the history, the commands of the one before it, comes again with the next one. Its own two events,
    /// scheduled and started, never were.
    /// </remarks>
    public void ResetTo(long eventId) => (_appliedUpTo, LastEventId) = (LastEventId - 2, eventId);

    /// <summary>Works through one task. Never throws for what the workflow does; the output says what went wrong.</summary>
    public WorkflowTaskOutput Handle(WorkflowTaskInput input)
    {
        var output = new WorkflowTaskOutput();
        try
        {
            Replay(input, output);
            if (_taskFailure is { } failure)
            {
                output.Failure = failure;
                output.FailureCause = CauseOf(failure);
            }
        }
        catch (WorkflowNondeterminismException disagreement)
        {
            if (IsFailure(disagreement) && !input.ReplayOnly)
            {
                output.Commands.Clear();
                output.Messages.Clear();
                output.Commands.Add(FailCommand(disagreement));
            }
            else
            {
                output.Failure = disagreement;
                output.FailureCause = WorkflowTaskFailedCause.NonDeterministicError;
            }
        }
        catch (Exception broken)
        {
            output.Failure = broken;
            output.FailureCause = CauseOf(broken);
        }

        return output;
    }

    private static WorkflowTaskFailedCause CauseOf(Exception failure) => failure is WorkflowNondeterminismException
        ? WorkflowTaskFailedCause.NonDeterministicError
        : WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure;

    private void Replay(WorkflowTaskInput input, WorkflowTaskOutput output)
    {
        var events = input.Events;
        if (events.Count > 0 && events[0].EventId != LastEventId + 1)
        {
            throw new InvalidWorkflowOperationException(
                $"The history begins with event {events[0].EventId}, where {LastEventId + 1} was due");
        }

        for (var i = 1; i < events.Count; i++)
        {
            if (events[i].EventId != events[i - 1].EventId + 1)
            {
                throw new InvalidWorkflowOperationException(
                    $"The history has a gap between events {events[i - 1].EventId} and {events[i].EventId}");
            }
        }

        foreach (var slice in HistorySlices.Cut(events))
        {
            var last = events[slice.End - 1];
            if (!slice.IsTask)
            {
                if (input.ReplayOnly)
                {
                    ApplyEvents(input, slice, live: false);
                    if (_afterTaskCompleted)
                    {
                        _unseen.ThrowIfAnyLeft(null);
                    }
                }

                // Otherwise the events come again, with the task that answers them.
                break;
            }

            if (input.QueryOnly && last.EventId > input.PreviousStartedEventId)
            {
                break;
            }

            var live = !input.ReplayOnly && !input.QueryOnly && slice.End == events.Count;
            IsReplaying = !live;
            EnterTask(last);
            ApplyEvents(input, slice, live);
            LastEventId = last.EventId;
            Activate();
            if (_taskFailure is not null)
            {
                return;
            }

            if (live)
            {
                output.IsFirst = !_completedOnce;
                Collect(output);
            }

            _completedOnce = true;
            Settle();
        }

        // The state is that of the last workflow task: what is asked now is not replay, unless that is all there is.
        IsReplaying = input.ReplayOnly;
        foreach (var (id, query) in input.Queries)
        {
            output.QueryResults[id] = Answer(query);
        }
    }

    private void EnterTask(HistoryEvent started)
    {
        var attributes = started.WorkflowTaskStartedEventAttributes;
        var now = started.EventTime.ToDateTime();
        UtcNow = now > UtcNow ? now : UtcNow;
        CurrentHistoryLength = (int)started.EventId;
        CurrentHistorySize = (int)attributes.HistorySizeBytes;
        ContinueAsNewSuggested = attributes.SuggestContinueAsNew;
        SuggestedContinueAsNewReasons = attributes.SuggestContinueAsNewReasons.Count == 0
            ? []
            : [.. attributes.SuggestContinueAsNewReasons.Select(reason => (Workflows.SuggestContinueAsNewReason)reason)];
    }

    private void ApplyEvents(WorkflowTaskInput input, HistorySlice slice, bool live)
    {
        var arrivals = live ? RequestsIn(input.Messages) : slice.IsTask ? AcceptedAfter(input.Events, slice) : [];
        if (!live && slice.IsTask)
        {
            LookForPatches(input.Events, slice);
        }

        var arrived = 0;
        for (var i = slice.Start; i < slice.End; i++)
        {
            var happened = input.Events[i];
            for (; arrived < arrivals.Count && arrivals[arrived].After < happened.EventId; arrived++)
            {
                AddUpdate(arrivals[arrived]);
            }

            Apply(happened, live);
        }

        for (; arrived < arrivals.Count; arrived++)
        {
            AddUpdate(arrivals[arrived]);
        }
    }

    /// <summary>A patch marker behind the slice says that the code of this slice took the new way.</summary>
    private void LookForPatches(IReadOnlyList<HistoryEvent> events, HistorySlice slice)
    {
        for (var i = slice.End; i < events.Count; i++)
        {
            if (PatchMarker.Read(events[i]) is { } marker)
            {
                _patchesAhead.Add(marker.Id);
            }
            else if (events[i].EventType is not EventType.WorkflowTaskCompleted
                && !HistorySlices.IsCommandEvent(events[i].EventType))
            {
                break;
            }
        }
    }

    private void Apply(HistoryEvent happened, bool live)
    {
        if (happened.EventId <= _appliedUpTo)
        {
            return;
        }

        if (HistorySlices.IsCommandEvent(happened.EventType))
        {
            _unseen.Match(happened);
            return;
        }

        if (_afterTaskCompleted)
        {
            _afterTaskCompleted = false;
            _unseen.ThrowIfAnyLeft(happened);
        }

        switch (happened.EventType)
        {
            case EventType.WorkflowExecutionStarted:
                UtcNow = happened.EventTime.ToDateTime();
                _startJob = () => Start(happened);
                break;
            case EventType.WorkflowTaskCompleted:
                _afterTaskCompleted = true;
                _completedOnce = true;
                break;
            case EventType.WorkflowTaskFailed:
                if (happened.WorkflowTaskFailedEventAttributes is
                    { Cause: WorkflowTaskFailedCause.ResetWorkflow, NewRunId: { Length: > 0 } newRunId })
                {
                    _jobs.Insert(0, () => _random = new(SeedHash.Of(newRunId)));
                }

                break;
            case EventType.WorkflowExecutionSignaled:
                var signaled = happened.WorkflowExecutionSignaledEventAttributes;
                _messageJobs.Add(() => Signal(signaled.SignalName, signaled.Input));
                break;
            case EventType.WorkflowExecutionUpdateAdmitted when live:
                var admitted = happened.WorkflowExecutionUpdateAdmittedEventAttributes.Request;
                AddUpdate(new(admitted, $"{admitted.Meta.UpdateId}/request", happened.EventId, happened.EventId, Validate: true));
                break;
            case EventType.WorkflowExecutionCancelRequested:
                _jobs.Add(CancelWorkflow);
                break;
            default:
                ApplyOutcome(happened);
                break;
        }
    }

    private void Start(HistoryEvent happened)
    {
        var started = happened.WorkflowExecutionStartedEventAttributes;
        _random = new(SeedHash.Of(started.OriginalExecutionRunId.Length > 0 ? started.OriginalExecutionRunId : _runId));
        _info = Describe(happened, started);
        _memo = started.Memo?.Fields.Count > 0
            ? started.Memo.Fields.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal)
            : [];
        TypedSearchAttributes = started.SearchAttributes is { } attributes
            ? SearchAttributeCollection.FromProto(attributes)
            : SearchAttributeCollection.Empty;
        var args = Decode(started.Input, _definition.RunParameters, _definition.RunDefaults);
        _instance = _definition.CreateWorkflowInstance(_definition.InitTakesArguments ? args : []);

        // Behind the handlers of what arrived together with the start.
        _startRun = () => Post(() => RunAsync(args));
    }

    private WorkflowInfo Describe(HistoryEvent happened, WorkflowExecutionStartedEventAttributes started) => new(
        Attempt: Math.Max(1, started.Attempt),
        ContinuedRunId: NullIfEmpty(started.ContinuedExecutionRunId),
        CronSchedule: NullIfEmpty(started.CronSchedule),
        ExecutionTimeout: Positive(started.WorkflowExecutionTimeout),
        FirstExecutionRunId: started.FirstExecutionRunId,
        Headers: started.Header is { Fields.Count: > 0 } header ? new Dictionary<string, Api.Common.V1.Payload>(header.Fields) : null,
        LastFailure: started.ContinuedFailure is { } failure ? ToException(failure) : null,
        LastResult: started.LastCompletionResult is { Payloads_.Count: > 0 } result
            ? [.. result.Payloads_.Select(payload => (IRawValue)new RawValue(payload))]
            : null,
        Namespace: _settings.Namespace,
        Parent: started.ParentWorkflowExecution is { WorkflowId.Length: > 0 } parent
            ? new(started.ParentWorkflowNamespace, parent.RunId, parent.WorkflowId)
            : null,
        Priority: Priority.FromProto(started.Priority),
        RetryPolicy: started.RetryPolicy is { } policy ? RetryPolicy.FromProto(policy) : null,
        Root: started.RootWorkflowExecution is { WorkflowId.Length: > 0 } root ? new(root.RunId, root.WorkflowId) : null,
        RunId: _runId,
        RunTimeout: Positive(started.WorkflowRunTimeout),
        StartTime: UtcNow,
        TaskQueue: started.TaskQueue is { Name.Length: > 0 } queue ? queue.Name : _settings.TaskQueue,
        TaskTimeout: started.WorkflowTaskTimeout?.ToTimeSpan() ?? TimeSpan.FromSeconds(10),
        WorkflowId: _workflowId,
        WorkflowStartTime: happened.EventTime.ToDateTime(),
        WorkflowType: started.WorkflowType.Name);

    private async Task RunAsync(object?[] args)
    {
        try
        {
            var result = await Invokers.AwaitAsync(
                _definition.RunInvoker(Instance, args), _definition.RunMethod.ReturnType).ConfigureAwait(true);
            End(new()
            {
                CommandType = CommandType.CompleteWorkflowExecution,
                CompleteWorkflowExecutionCommandAttributes = new() { Result = ToPayloads(result) },
            });
        }
        catch (ContinueAsNewException next)
        {
            End(ContinueAsNewCommand(next));
        }
        catch (Exception thrown)
        {
            EndWith(thrown);
        }
    }

    /// <summary>What an exception means that nobody in the workflow caught.</summary>
    private void EndWith(Exception thrown)
    {
        if (_cancelRequested && TemporalException.IsCanceledException(thrown))
        {
            End(new()
            {
                CommandType = CommandType.CancelWorkflowExecution,
                CancelWorkflowExecutionCommandAttributes = new(),
            });
        }
        else if (IsFailure(thrown))
        {
            End(FailCommand(thrown));
        }
        else
        {
            _taskFailure ??= thrown;
        }
    }

    private bool IsFailure(Exception thrown) => thrown is FailureException or OperationCanceledException
        || (_definition.FailureExceptionTypes ?? []).Any(type => type.IsInstanceOfType(thrown))
        || _settings.FailureExceptionTypes.Any(type => type.IsInstanceOfType(thrown));

    private Command FailCommand(Exception thrown) => new()
    {
        CommandType = CommandType.FailWorkflowExecution,
        FailWorkflowExecutionCommandAttributes = new() { Failure = ToFailure(thrown) },
    };

    /// <summary>Ends the run; whoever comes second is too late.</summary>
    private void End(Command command) => _terminal ??= new(command, command.CommandType switch
    {
        CommandType.CompleteWorkflowExecution => EventType.WorkflowExecutionCompleted,
        CommandType.FailWorkflowExecution => EventType.WorkflowExecutionFailed,
        CommandType.CancelWorkflowExecution => EventType.WorkflowExecutionCanceled,
        CommandType.ContinueAsNewWorkflowExecution => EventType.WorkflowExecutionContinuedAsNew,
        _ => throw new UnreachableException(),
    });

    private Command ContinueAsNewCommand(ContinueAsNewException next)
    {
        var options = next.Options;
        var attributes = new ContinueAsNewWorkflowExecutionCommandAttributes
        {
            WorkflowType = new() { Name = next.Workflow },
            TaskQueue = new() { Name = options?.TaskQueue ?? Info.TaskQueue },
            Input = ToPayloads(next.Args),
            WorkflowRunTimeout = ToDuration(options?.RunTimeout),
            WorkflowTaskTimeout = ToDuration(options?.TaskTimeout),
            BackoffStartInterval = ToDuration(options?.BackoffStartInterval),
            RetryPolicy = (options?.RetryPolicy ?? Info.RetryPolicy)?.ToProto(),
            Initiator = ContinueAsNewInitiator.Workflow,
        };
        if (options?.Memo is { } memo)
        {
            attributes.Memo = ToMemo(memo);
        }
        else if (_memo.Count > 0)
        {
            attributes.Memo = new() { Fields = { _memo } };
        }

        var searchAttributes = options?.TypedSearchAttributes ?? TypedSearchAttributes;
        if (searchAttributes.Count > 0)
        {
            attributes.SearchAttributes = searchAttributes.ToProto();
        }

        return new()
        {
            CommandType = CommandType.ContinueAsNewWorkflowExecution,
            ContinueAsNewWorkflowExecutionCommandAttributes = attributes,
        };
    }

    private void CancelWorkflow()
    {
        if (_cancelRequested)
        {
            return;
        }

        _cancelRequested = true;

        // The token calls back last in, first out; what waits is to be told in the order in which it began.
        _cancelling = [];
        _cancellation.Cancel();
        var waiting = _cancelling;
        _cancelling = null;
        foreach (var (_, cancel) in waiting.OrderBy(one => one.Order))
        {
            cancel();
        }
    }

    /// <summary>Issues a command; its place in the order is now.</summary>
    private PendingCommand Issue(PendingCommand command)
    {
        _issued.Add(command);
        return command;
    }

    /// <summary>Writes the activation's commands and messages into the answer.</summary>
    private void Collect(WorkflowTaskOutput output)
    {
        foreach (var command in _issued)
        {
            if (!command.Withdrawn)
            {
                output.Commands.Add(command.Command);
            }
        }

        if (_terminal is { Sent: false })
        {
            output.Commands.Add(_terminal.Command);
        }

        output.Messages.AddRange(_messages);
    }

    /// <summary>The activation is over: what it issued waits for its events.</summary>
    private void Settle()
    {
        foreach (var command in _issued)
        {
            if (!command.Withdrawn)
            {
                command.Sent = true;
                _unseen.Add(command);
            }
        }

        if (_terminal is { Sent: false })
        {
            _terminal.Sent = true;
            _unseen.Add(_terminal);
        }

        _issued.Clear();
        _messages.Clear();
    }

    private void ThrowIfReadOnly(string what)
    {
        if (_readOnly)
        {
            throw new InvalidOperationException($"A query or an update validator cannot {what}");
        }
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static TimeSpan? Positive(Google.Protobuf.WellKnownTypes.Duration? duration) =>
        duration?.ToTimeSpan() is { Ticks: > 0 } given ? given : null;
}

using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Converters;
using Temporalio.Worker.Execution;
using Temporalio.Workflows;

namespace Temporalio.Tests.Worker;

/// <summary>A history in the making: what a server would write, without a server.</summary>
internal sealed class Past
{
    public const string RunId = "61f1f7b1-2f8f-4b0e-9c7b-0123456789ab";
    private static readonly DateTime Epoch = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private long _lastCompleted;

    public Past(string workflow, params object?[] args) => Add(EventType.WorkflowExecutionStarted, happened =>
        happened.WorkflowExecutionStartedEventAttributes = new()
        {
            WorkflowType = new() { Name = workflow },
            Input = Payloads(args),
            TaskQueue = new() { Name = "queue" },
            OriginalExecutionRunId = RunId,
            FirstExecutionRunId = RunId,
            Attempt = 1,
        });

    public List<HistoryEvent> Events { get; } = [];

    /// <summary>Timers that run, by id.</summary>
    public List<string> Timers { get; } = [];

    /// <summary>Activities that run, by the event that scheduled them.</summary>
    public List<long> Activities { get; } = [];

    public bool IsClosed { get; private set; }

    public static WorkflowRun NewRun(System.Type workflow, string runId = RunId) => new(
        new()
        {
            Namespace = "default",
            TaskQueue = "queue",
            DataConverter = DataConverter.Default,
            LoggerFactory = NullLoggerFactory.Instance,
        },
        WorkflowDefinition.Create(workflow),
        "workflow-id",
        runId);

    public static Payloads Payloads(params object?[] values) => new()
    {
        Payloads_ = { values.Select(DataConverter.Default.PayloadConverter.ToPayload) },
    };

    public Past Signal(string name, params object?[] args) => Add(EventType.WorkflowExecutionSignaled, happened =>
        happened.WorkflowExecutionSignaledEventAttributes = new() { SignalName = name, Input = Payloads(args) });

    public Past Cancel() => Add(EventType.WorkflowExecutionCancelRequested, happened =>
        happened.WorkflowExecutionCancelRequestedEventAttributes = new());

    public Past Fire(string timer)
    {
        Timers.Remove(timer);
        return Add(EventType.TimerFired, happened => happened.TimerFiredEventAttributes = new() { TimerId = timer });
    }

    public Past Finish(long activity, params object?[] result)
    {
        Activities.Remove(activity);
        return Add(EventType.ActivityTaskCompleted, happened => happened.ActivityTaskCompletedEventAttributes =
            new() { ScheduledEventId = activity, Result = Payloads(result) });
    }

    /// <summary>A workflow task begins; what a run that has seen everything up to the last one is given.</summary>
    public WorkflowTaskInput Begin(WorkflowRun run)
    {
        Add(EventType.WorkflowTaskScheduled, happened => happened.WorkflowTaskScheduledEventAttributes = new());
        Add(EventType.WorkflowTaskStarted, happened => happened.WorkflowTaskStartedEventAttributes = new()
        {
            ScheduledEventId = happened.EventId - 1,
            HistorySizeBytes = happened.EventId * 100,
        });
        return Input(run);
    }

    public WorkflowTaskInput Input(WorkflowRun run) => new()
    {
        Events = [.. Events.Where(happened => happened.EventId > run.LastEventId)],
        PreviousStartedEventId = _lastCompleted,
    };

    /// <summary>The attempt that began fails, as far as the server is concerned.</summary>
    public Past FailTask() => Add(EventType.WorkflowTaskFailed, happened => happened.WorkflowTaskFailedEventAttributes =
        new() { Cause = WorkflowTaskFailedCause.UnhandledCommand });

    /// <summary>The task is answered: its commands become events.</summary>
    public void Complete(WorkflowTaskOutput output)
    {
        _lastCompleted = Events[^1].EventId;
        Add(EventType.WorkflowTaskCompleted, happened =>
            happened.WorkflowTaskCompletedEventAttributes = new() { StartedEventId = _lastCompleted });
        foreach (var command in output.Commands)
        {
            Apply(command);
        }
    }

    /// <summary>One task, from its begin to its answer.</summary>
    public WorkflowTaskOutput Run(WorkflowRun run)
    {
        var output = run.Handle(Begin(run));
        Assert.Null(output.Failure);
        Complete(output);
        return output;
    }

    public WorkflowTaskOutput Replay(System.Type workflow) =>
        NewRun(workflow).Handle(new() { Events = Events, ReplayOnly = true });

    private Past Add(EventType type, Action<HistoryEvent> fill)
    {
        var happened = new HistoryEvent
        {
            EventId = Events.Count + 1,
            EventType = type,
            EventTime = Timestamp.FromDateTime(Epoch.AddSeconds(Events.Count)),
        };
        fill(happened);
        Events.Add(happened);
        return this;
    }

    private void Apply(Command command)
    {
        switch (command.CommandType)
        {
            case CommandType.StartTimer:
                var timer = command.StartTimerCommandAttributes.TimerId;
                Timers.Add(timer);
                Add(EventType.TimerStarted, happened => happened.TimerStartedEventAttributes = new() { TimerId = timer });
                break;
            case CommandType.CancelTimer:
                var canceled = command.CancelTimerCommandAttributes.TimerId;
                Timers.Remove(canceled);
                Add(EventType.TimerCanceled, happened => happened.TimerCanceledEventAttributes = new() { TimerId = canceled });
                break;
            case CommandType.ScheduleActivityTask:
                var schedule = command.ScheduleActivityTaskCommandAttributes;
                Add(EventType.ActivityTaskScheduled, happened => happened.ActivityTaskScheduledEventAttributes =
                    new() { ActivityId = schedule.ActivityId, ActivityType = schedule.ActivityType });
                Activities.Add(Events[^1].EventId);
                break;
            case CommandType.RequestCancelActivityTask:
                var request = command.RequestCancelActivityTaskCommandAttributes;
                Add(EventType.ActivityTaskCancelRequested, happened => happened.ActivityTaskCancelRequestedEventAttributes =
                    new() { ScheduledEventId = request.ScheduledEventId });
                break;
            case CommandType.RecordMarker:
                var marker = command.RecordMarkerCommandAttributes;
                Add(EventType.MarkerRecorded, happened => happened.MarkerRecordedEventAttributes =
                    new() { MarkerName = marker.MarkerName, Details = { marker.Details } });
                break;
            case CommandType.UpsertWorkflowSearchAttributes:
                var upsert = command.UpsertWorkflowSearchAttributesCommandAttributes;
                Add(EventType.UpsertWorkflowSearchAttributes, happened =>
                    happened.UpsertWorkflowSearchAttributesEventAttributes = new() { SearchAttributes = upsert.SearchAttributes });
                break;
            case CommandType.CompleteWorkflowExecution:
                IsClosed = true;
                Add(EventType.WorkflowExecutionCompleted, happened => happened.WorkflowExecutionCompletedEventAttributes =
                    new() { Result = command.CompleteWorkflowExecutionCommandAttributes.Result });
                break;
            case CommandType.FailWorkflowExecution:
                IsClosed = true;
                Add(EventType.WorkflowExecutionFailed, happened => happened.WorkflowExecutionFailedEventAttributes =
                    new() { Failure = command.FailWorkflowExecutionCommandAttributes.Failure });
                break;
            case CommandType.CancelWorkflowExecution:
                IsClosed = true;
                Add(EventType.WorkflowExecutionCanceled, happened =>
                    happened.WorkflowExecutionCanceledEventAttributes = new());
                break;
            default:
                throw new NotSupportedException($"{command.CommandType}");
        }
    }
}

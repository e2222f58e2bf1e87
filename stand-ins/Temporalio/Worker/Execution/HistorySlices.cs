using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporalio.Worker.Execution;

/// <summary>The events that one activation sees: from the last effective WorkflowTaskStarted to the next.</summary>
/// <param name="Start">Index of the first event.</param>
/// <param name="End">Index behind the last event.</param>
/// <param name="IsTask">Its last event is an effective WorkflowTaskStarted; otherwise the history ends in it.</param>
internal readonly record struct HistorySlice(int Start, int End, bool IsTask);

/// <summary>Cuts a history into what each activation sees.</summary>
internal static class HistorySlices
{
    /// <summary>Every slice, in order. Attempts that failed or timed out end none, so what arrived around them comes together.</summary>
    public static List<HistorySlice> Cut(IReadOnlyList<HistoryEvent> events)
    {
        var slices = new List<HistorySlice>();
        var start = 0;
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].EventType is EventType.WorkflowTaskStarted && IsEffective(events, i))
            {
                slices.Add(new(start, i + 1, IsTask: true));
                start = i + 1;
            }
        }

        if (start < events.Count)
        {
            slices.Add(new(start, events.Count, IsTask: false));
        }

        return slices;
    }

    /// <summary>The event was caused by a command of the workflow task before it.</summary>
    public static bool IsCommandEvent(EventType type) => type is
        EventType.ActivityTaskScheduled or EventType.ActivityTaskCancelRequested or
        EventType.TimerStarted or EventType.TimerCanceled or
        EventType.WorkflowExecutionCompleted or EventType.WorkflowExecutionFailed or
        EventType.WorkflowExecutionCanceled or EventType.WorkflowExecutionContinuedAsNew or
        EventType.RequestCancelExternalWorkflowExecutionInitiated or EventType.MarkerRecorded or
        EventType.StartChildWorkflowExecutionInitiated or EventType.SignalExternalWorkflowExecutionInitiated or
        EventType.UpsertWorkflowSearchAttributes or EventType.WorkflowPropertiesModified or
        EventType.WorkflowExecutionUpdateAccepted or EventType.WorkflowExecutionUpdateCompleted;

    private static bool IsEffective(IReadOnlyList<HistoryEvent> events, int index) => index + 1 == events.Count
        || events[index + 1].EventType is not (EventType.WorkflowTaskFailed or EventType.WorkflowTaskTimedOut
            or EventType.WorkflowExecutionTimedOut or EventType.WorkflowExecutionTerminated
            or EventType.WorkflowExecutionCanceled);
}

using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Tests;

public sealed class FirstStepsTests
{
    [Fact]
    public async Task A_workflow_with_an_activity_and_a_timer_runs_to_its_end()
    {
        await using var server = await LabTemporal.StartAsync(new LabTemporalOptions(), default);
        using var script = new Script(new RawClient(server.TargetHost), "first");

        _ = await script.StartAsync();
        _ = await script.TurnAsync(script.Activity("a"));
        await script.CompleteActivityAsync(await script.ActivityAsync());
        _ = await script.TurnAsync(Script.Timer("t", 0.05));
        _ = await script.TurnAsync(Script.Finish());
        var closing = await script.EndAsync();

        Assert.Equal(EventType.WorkflowExecutionCompleted, closing.EventType);
        Assert.Equal(
            [
                EventType.WorkflowExecutionStarted, EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted, EventType.WorkflowTaskCompleted,
                EventType.ActivityTaskScheduled, EventType.ActivityTaskStarted, EventType.ActivityTaskCompleted,
                EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted, EventType.WorkflowTaskCompleted,
                EventType.TimerStarted, EventType.TimerFired,
                EventType.WorkflowTaskScheduled, EventType.WorkflowTaskStarted, EventType.WorkflowTaskCompleted,
                EventType.WorkflowExecutionCompleted,
            ],
            (await script.HistoryAsync()).Select(happened => happened.EventType));
    }
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Temporalio.Activities;
using Temporalio.Common;
using Temporalio.Converters;

namespace Temporalio.Testing;

/// <summary>Runs activities without a server, in a context that the test controls.</summary>
public record ActivityEnvironment
{
    private static readonly DateTime DefaultTime = new(1970, 1, 1, 1, 1, 1, DateTimeKind.Utc);

    public static readonly ActivityInfo DefaultInfo = new(
        ActivityId: "test",
        ActivityType: "unknown",
        Attempt: 1,
        CurrentAttemptScheduledTime: DefaultTime,
        DataConverter: DataConverter.Default,
        HeartbeatDetails: [],
        HeartbeatTimeout: null,
        IsLocal: false,
        Namespace: "default",
        Priority: Priority.Default,
        RetryPolicy: new(),
        ScheduleToCloseTimeout: TimeSpan.FromSeconds(1),
        ScheduledTime: DefaultTime,
        StartToCloseTimeout: TimeSpan.FromSeconds(1),
        StartedTime: DefaultTime,
        TaskQueue: "test",
        TaskToken: "test"u8.ToArray(),
        WorkflowId: "test",
        WorkflowNamespace: "default",
        WorkflowRunId: "test-run",
        WorkflowType: "test");

    public ActivityInfo Info { get; init; } = DefaultInfo;

    public ILogger Logger { get; init; } = NullLogger.Instance;

    public IPayloadConverter PayloadConverter { get; init; } = DataConverter.Default.PayloadConverter;

    /// <summary>What the activity sees as the reason of its cancellation.</summary>
    public ActivityCancelReason CancelReason { get; set; }

    public ActivityCancellationDetails? CancellationDetails { get; set; }

    public CancellationTokenSource CancellationTokenSource { get; init; } = new();

    public CancellationTokenSource WorkerShutdownTokenSource { get; init; } = new();

    /// <summary>Gets the details of every heartbeat, unthrottled.</summary>
    public Action<object?[]> Heartbeater { get; init; } = _ => { };

    public Task RunAsync(Action activity) => RunAsync(() =>
    {
        activity();
        return Task.FromResult(default(ValueTuple));
    });

    public Task<T> RunAsync<T>(Func<T> activity) => RunAsync(() => Task.FromResult(activity()));

    public Task RunAsync(Func<Task> activity) => RunAsync(async () =>
    {
        await activity();
        return default(ValueTuple);
    });

    /// <summary>Runs an activity and returns or throws what it does.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> activity)
    {
        ActivityExecutionContext.Enter(new(
            Info,
            CancellationTokenSource.Token,
            WorkerShutdownTokenSource.Token,
            () => Logger,
            PayloadConverter,
            Heartbeater,
            () => (CancelReason, CancellationDetails)));
        return await activity(); // the context ends with this method's flow
    }

    public void Cancel() => Cancel(ActivityCancelReason.CancelRequested);

    public void Cancel(ActivityCancelReason reason) => Cancel(reason, new()
    {
        IsGoneFromServer = reason == ActivityCancelReason.GoneFromServer,
        IsCancelRequested = reason == ActivityCancelReason.CancelRequested,
        IsTimedOut = reason == ActivityCancelReason.Timeout,
        IsWorkerShutdown = reason == ActivityCancelReason.WorkerShutdown,
        IsPaused = reason == ActivityCancelReason.Paused,
        IsReset = reason == ActivityCancelReason.Reset,
        IsHeartbeatRecordFailure = reason == ActivityCancelReason.HeartbeatRecordFailure,
    });

    public void Cancel(ActivityCancelReason reason, ActivityCancellationDetails details)
    {
        CancelReason = reason;
        CancellationDetails = details;
        CancellationTokenSource.Cancel();
    }
}

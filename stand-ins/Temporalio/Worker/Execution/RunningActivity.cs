using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Temporalio.Activities;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Worker.Execution;

/// <summary>One attempt of an activity: its context, its cancellation and its heartbeats.</summary>
internal sealed class RunningActivity : IDisposable
{
    private static readonly RpcOptions Patiently = new() { Retry = true };

    // The server's clock decides; ours only ends what the server has surely given up, answers in flight included.
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(5);

    private readonly WorkerContext _context;
    private readonly PollActivityTaskQueueResponse _task;
    [SuppressMessage(
        "Usage",
        "CA2213:Disposable fields should be disposed",
        Justification = "A cancellation may be on its way on another thread, and without a timer there is nothing to free.")]
    private readonly CancellationTokenSource _cancel = new();

    private readonly CancellationToken _shutdown;
    private readonly TimeSpan _heartbeatInterval;
    private readonly TimeSpan? _heartbeatTimeout;
    private readonly Lock _lock = new();
    private ActivityExecutionContext? _activityContext;
    private ActivityCancelReason _reason;
    private ActivityCancellationDetails? _details;
    private object?[]? _pending;
    private Task _sending = Task.CompletedTask;
    private Timer? _limit;
    private Timer? _silence;
    private Timer? _pause;
    private bool _isThrottled;
    private bool _isOver;
    private long _begun = Stopwatch.GetTimestamp();
    private TimeSpan _timeLimit;

    public RunningActivity(WorkerContext context, PollActivityTaskQueueResponse task, CancellationToken shutdown)
    {
        _context = context;
        _task = task;
        _shutdown = shutdown;
        _heartbeatTimeout = Positive(task.HeartbeatTimeout);
        var interval = _heartbeatTimeout is { } timeout
            ? timeout * 0.8
            : context.Options.DefaultHeartbeatThrottleInterval;
        _heartbeatInterval = interval < context.Options.MaxHeartbeatThrottleInterval
            ? interval
            : context.Options.MaxHeartbeatThrottleInterval;
    }

    public ActivityExecutionContext Context => _activityContext!;

    /// <summary>Why it was cancelled, if it was.</summary>
    public (ActivityCancelReason Reason, ActivityCancellationDetails? Details) Cancellation
    {
        get
        {
            lock (_lock)
            {
                return (_reason, _details);
            }
        }
    }

    /// <summary>The server no longer listens to this attempt.</summary>
    public bool IsLost => Cancellation.Reason is ActivityCancelReason.GoneFromServer or ActivityCancelReason.Timeout;

    /// <summary>How long the server may still wait for the outcome.</summary>
    public TimeSpan TimeLeft => _timeLimit - Stopwatch.GetElapsedTime(_begun);

    public Exception? HeartbeatFailure { get; private set; }

    /// <summary>The body is about to run: its clock starts.</summary>
    public void Begin()
    {
        _begun = Stopwatch.GetTimestamp();
        var info = Info();
        _activityContext = new(
            info,
            _cancel.Token,
            _shutdown,
            () => new ActivityLogger(_context.LoggerFactory.CreateLogger($"Temporalio.Activity:{info.ActivityType}"), info),
            _context.DataConverter.PayloadConverter,
            Heartbeat,
            () => Cancellation,
            _context.Client as ITemporalClient);
        var limit = info.StartToCloseTimeout is { } one && info.ScheduleToCloseTimeout is { } all && all < one
            ? all
            : info.StartToCloseTimeout ?? info.ScheduleToCloseTimeout;
        _timeLimit = limit ?? TimeSpan.MaxValue;
        if (limit is { } time && time < TimeSpan.FromDays(40))
        {
            _limit = new(TimeOut, this, time + Leeway, Timeout.InfiniteTimeSpan);
        }

        if (_heartbeatTimeout is { } silence && silence < TimeSpan.FromDays(40))
        {
            _silence = new(TimeOut, this, silence + Leeway, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Cancels the body; the first reason stays.</summary>
    public void Cancel(ActivityCancelReason reason, ActivityCancellationDetails details)
    {
        lock (_lock)
        {
            if (_isOver || _reason is not ActivityCancelReason.None)
            {
                return;
            }

            _reason = reason;
            _details = details;
        }

        // On another thread: callbacks of the token are the activity's code.
        _ = Task.Run(_cancel.Cancel);
    }

    /// <summary>No heartbeat leaves after this.</summary>
    /// <param name="flush">Sends what is held back, so that the next attempt sees it.</param>
    public async Task StopHeartbeatsAsync(bool flush)
    {
        object?[]? last;
        Task sending;
        lock (_lock)
        {
            _isOver = true;
            last = _pending;
            _pending = null;
            sending = _sending;
        }

        await sending;
        if (flush && last is not null)
        {
            await SendAsync(last);
        }
    }

    public void Dispose()
    {
        _limit?.Dispose();
        _silence?.Dispose();
        lock (_lock)
        {
            _isOver = true;
            _pause?.Dispose();
        }
    }

    private static TimeSpan? Positive(Google.Protobuf.WellKnownTypes.Duration? duration) =>
        duration?.ToTimeSpan() is { Ticks: > 0 } given ? given : null;

    private static void TimeOut(object? state) =>
        ((RunningActivity)state!).Cancel(ActivityCancelReason.Timeout, new() { IsTimedOut = true });

    private ActivityInfo Info() => new(
        ActivityId: _task.ActivityId,
        ActivityType: _task.ActivityType.Name,
        Attempt: Math.Max(1, _task.Attempt),
        CurrentAttemptScheduledTime: _task.CurrentAttemptScheduledTime?.ToDateTime() ?? default,
        // The payloads are decoded already.
        DataConverter: _context.DataConverter.PayloadCodec is null
            ? _context.DataConverter
            : _context.DataConverter with { PayloadCodec = null },
        HeartbeatDetails: _task.HeartbeatDetails is { } details ? [.. details.Payloads_] : [],
        HeartbeatTimeout: _heartbeatTimeout,
        IsLocal: false,
        Namespace: _context.Namespace,
        Priority: Priority.FromProto(_task.Priority),
        RetryPolicy: _task.RetryPolicy is { } policy ? RetryPolicy.FromProto(policy) : null,
        ScheduleToCloseTimeout: Positive(_task.ScheduleToCloseTimeout),
        ScheduledTime: _task.ScheduledTime?.ToDateTime() ?? default,
        StartToCloseTimeout: Positive(_task.StartToCloseTimeout),
        StartedTime: _task.StartedTime?.ToDateTime() ?? default,
        TaskQueue: _context.TaskQueue,
        TaskToken: _task.TaskToken.ToByteArray(),
        WorkflowId: _task.WorkflowExecution?.WorkflowId,
        WorkflowNamespace: _task.WorkflowNamespace,
        WorkflowRunId: _task.WorkflowExecution?.RunId,
        WorkflowType: _task.WorkflowType?.Name);

    /// <summary>Sends the first at once, and of those that follow within the interval only the last, at its end.</summary>
    private void Heartbeat(object?[] details)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            _pending = details;
            if (!_isThrottled)
            {
                _isThrottled = true;
                _sending = Task.Run(SendAndWaitAsync);
            }
        }
    }

    private async Task SendAndWaitAsync()
    {
        object?[] details;
        lock (_lock)
        {
            if (_isOver || _pending is null)
            {
                _isThrottled = false;
                return;
            }

            details = _pending;
            _pending = null;
        }

        await SendAsync(details);
        lock (_lock)
        {
            // Not part of what is being sent: nobody who ends waits for an interval.
            _pause ??= new(static activity => ((RunningActivity)activity!).PauseIsOver(), this, Timeout.Infinite, Timeout.Infinite);
            if (!_isOver)
            {
                _pause.Change(_heartbeatInterval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void PauseIsOver()
    {
        lock (_lock)
        {
            if (_isOver || _pending is null)
            {
                _isThrottled = false;
                return;
            }

            _sending = Task.Run(SendAndWaitAsync);
        }
    }

    private async Task SendAsync(object?[] details)
    {
        var request = new RecordActivityTaskHeartbeatRequest
        {
            TaskToken = _task.TaskToken,
            Identity = _context.Identity,
            Namespace = _context.Namespace,
        };
        try
        {
            request.Details = await _context.DataConverter.ToWireAsync(details);
        }
        catch (Exception unserialisable)
        {
            HeartbeatFailure = unserialisable;
            Cancel(ActivityCancelReason.HeartbeatRecordFailure, new() { IsHeartbeatRecordFailure = true });
            return;
        }

        try
        {
            var response = await _context.Service.RecordActivityTaskHeartbeatAsync(request, Patiently);
            if (_heartbeatTimeout is { } silence && silence < TimeSpan.FromDays(40) && !_isOver)
            {
                _silence?.Change(silence + Leeway, Timeout.InfiniteTimeSpan);
            }

            var all = new ActivityCancellationDetails
            {
                IsCancelRequested = response.CancelRequested,
                IsReset = response.ActivityReset,
                IsPaused = response.ActivityPaused,
            };
            if (response.CancelRequested)
            {
                Cancel(ActivityCancelReason.CancelRequested, all);
            }
            else if (response.ActivityReset)
            {
                Cancel(ActivityCancelReason.Reset, all);
            }
            else if (response.ActivityPaused)
            {
                Cancel(ActivityCancelReason.Paused, all);
            }
        }
        catch (RpcException gone) when (gone.Code is RpcException.StatusCode.NotFound)
        {
            Cancel(ActivityCancelReason.GoneFromServer, new() { IsGoneFromServer = true });
        }
        catch (Exception lost)
        {
            // The next one may arrive; and whatever it is, it is no reason to lose the outcome.
            WorkflowLog.HeartbeatLost(_context.Logger, _task.ActivityType.Name, _task.ActivityId, lost);
        }
    }

    /// <summary>Logs with the activity's ids in scope.</summary>
    private sealed class ActivityLogger(ILogger inner, ActivityInfo info) : ILogger
    {
        private readonly Dictionary<string, object?> _scope = new(StringComparer.Ordinal)
        {
            ["ActivityId"] = info.ActivityId,
            ["ActivityType"] = info.ActivityType,
            ["Attempt"] = info.Attempt,
            ["Namespace"] = info.Namespace,
            ["TaskQueue"] = info.TaskQueue,
            ["WorkflowId"] = info.WorkflowId,
            ["WorkflowRunId"] = info.WorkflowRunId,
            ["WorkflowType"] = info.WorkflowType,
        };

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            using (inner.BeginScope(_scope))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}

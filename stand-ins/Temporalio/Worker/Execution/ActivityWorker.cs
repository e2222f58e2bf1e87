using System.Collections.Concurrent;
using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Worker.Execution;

/// <summary>Polls for activities, runs them, and reports how they ended.</summary>
internal sealed class ActivityWorker : IDisposable
{
    private static readonly RpcOptions Patiently = new() { Retry = true };

    private readonly WorkerContext _context;
    private readonly Dictionary<string, ActivityDefinition> _definitions;
    private readonly ConcurrentDictionary<RunningActivity, byte> _running = new();
    private readonly CancellationTokenSource _shutdown = new();
    private readonly SemaphoreSlim _slots;
    private readonly int _slotCount;
    private readonly Pace? _pace;

    public ActivityWorker(WorkerContext context)
    {
        _context = context;
        _definitions = context.Options.Activities.ToDictionary(activity => activity.Name!, StringComparer.Ordinal);
        _slotCount = context.Options.MaxConcurrentActivities ?? 100;
        _slots = new(_slotCount);
        _pace = context.Options.MaxActivitiesPerSecond is { } perSecond ? new(perSecond) : null;
    }

    /// <summary>Polls until told to stop; gives what runs its grace, then cancels it, and waits for all.</summary>
    /// <param name="stop">No more polls.</param>
    /// <param name="abandon">Polls that are under way end without an answer.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        using var stopPolling = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var abandonPolls = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        var pollers = new List<Task>();
        for (var i = 0; i < Math.Max(1, _context.Options.MaxConcurrentActivityTaskPolls); i++)
        {
            pollers.Add(PollAsync(stopPolling.Token, abandonPolls.Token));
        }

        try
        {
            await WorkflowWorker.FirstFailure(pollers);
        }
        finally
        {
            await stopPolling.CancelAsync();
            if (!stop.IsCancellationRequested)
            {
                await abandonPolls.CancelAsync();
            }

            await _shutdown.CancelAsync();
            await Task.WhenAll(pollers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await DrainAsync();
        }
    }

    /// <summary>A slot for an activity that may come with a workflow task's answer.</summary>
    public bool TryReserve() => !_shutdown.IsCancellationRequested && _pace is null && _slots.Wait(0);

    /// <summary>Gives slots back that no activity came for.</summary>
    public void Release(int count)
    {
        if (count > 0)
        {
            _slots.Release(count);
        }
    }

    /// <summary>Runs an activity in a slot that is taken already.</summary>
    public void Start(PollActivityTaskQueueResponse task) => _ = Task.Run(() => HandleAsync(task), CancellationToken.None);

    public void Dispose()
    {
        _shutdown.Dispose();
        _slots.Dispose();
    }

    private async Task DrainAsync()
    {
        using var grace = new CancellationTokenSource(_context.Options.GracefulShutdownTimeout);
        var taken = 0;
        try
        {
            for (; taken < _slotCount; taken++)
            {
                await _slots.WaitAsync(grace.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Grace is over. What starts from here on sees the flag by itself.
            foreach (var (activity, _) in _running)
            {
                activity.Cancel(ActivityCancelReason.WorkerShutdown, new() { IsWorkerShutdown = true });
            }

            for (; taken < _slotCount; taken++)
            {
                await _slots.WaitAsync(CancellationToken.None);
            }
        }
    }

    private Task PollAsync(CancellationToken stop, CancellationToken abandon)
    {
        var request = new PollActivityTaskQueueRequest
        {
            Namespace = _context.Namespace,
            TaskQueue = new() { Name = _context.TaskQueue, Kind = TaskQueueKind.Normal },
            Identity = _context.Identity,
            WorkerInstanceKey = _context.InstanceKey,
        };
        if (_context.Options.MaxTaskQueueActivitiesPerSecond is { } perSecond)
        {
            request.TaskQueueMetadata = new() { MaxTasksPerSecond = perSecond };
        }

        return Task.Run(
            () => _context.PollAsync<PollActivityTaskQueueResponse>(
                "activity",
                async cancellation =>
                {
                    if (_pace is not null)
                    {
                        await _pace.WaitAsync(cancellation);
                    }

                    await _slots.WaitAsync(cancellation);
                },
                async options =>
                {
                    var task = await _context.Service.PollActivityTaskQueueAsync(request, options);
                    return task.TaskToken.IsEmpty ? null : task;
                },
                Start,
                () =>
                {
                    _slots.Release();
                    _pace?.Return();
                },
                stop,
                abandon),
            CancellationToken.None);
    }

    private async Task HandleAsync(PollActivityTaskQueueResponse task)
    {
        try
        {
            using var activity = new RunningActivity(_context, task, _shutdown.Token);
            _running[activity] = 0;
            try
            {
                await RunAsync(activity, task);
            }
            finally
            {
                _running.TryRemove(activity, out _);
            }
        }
        catch (RpcException gone) when (gone.Code is RpcException.StatusCode.NotFound)
        {
            // The server gave up on this attempt: it timed out, or the workflow ended.
        }
        catch (Exception lost)
        {
            WorkflowLog.OutcomeLost(
                _context.Logger, task.ActivityType.Name, task.ActivityId, task.WorkflowExecution?.WorkflowId ?? "", lost);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task RunAsync(RunningActivity activity, PollActivityTaskQueueResponse task)
    {
        object? result;
        try
        {
            result = await InvokeAsync(activity, task);
        }
        catch (Exception thrown)
        {
            await ReportFailureAsync(activity, task, thrown);
            return;
        }

        await activity.StopHeartbeatsAsync(flush: false);
        if (activity.IsLost)
        {
            return;
        }

        var request = new RespondActivityTaskCompletedRequest
        {
            TaskToken = task.TaskToken,
            Identity = _context.Identity,
            Namespace = _context.Namespace,
        };
        try
        {
            var payload = await _context.DataConverter.ToPayloadAsync(result is ValueTuple ? null : result);
            request.Result = new() { Payloads_ = { payload } };
        }
        catch (Exception unserialisable)
        {
            await ReportFailureAsync(activity, task, unserialisable);
            return;
        }

        if (_context.PayloadLimits.AreExceededBy(request.Result, task.ActivityType.Name, task.ActivityId))
        {
            await ReportFailureAsync(
                activity, task, new ApplicationFailureException(PayloadLimits.Refusal, errorType: "PayloadsTooLarge"));
            return;
        }

        try
        {
            await SayAsync(activity, task, () => _context.Service.RespondActivityTaskCompletedAsync(request, Patiently));
        }
        catch (RpcException refused) when (refused.Message.Contains("larger than max", StringComparison.OrdinalIgnoreCase))
        {
            await ReportFailureAsync(activity, task, new ApplicationFailureException(
                $"The result of the activity is too large to send: {refused.Message}", errorType: "PayloadsTooLarge", nonRetryable: true));
        }
    }

    private async Task<object?> InvokeAsync(RunningActivity activity, PollActivityTaskQueueResponse task)
    {
        if (!_definitions.TryGetValue(task.ActivityType.Name, out var definition))
        {
            throw new ApplicationFailureException(
                $"Activity {task.ActivityType.Name} is not registered on this worker, available activities: "
                + string.Join(", ", _definitions.Keys.Order(StringComparer.Ordinal)),
                errorType: "NotFoundError");
        }

        var converter = _context.DataConverter;
        object?[] args;
        if (converter.PayloadCodec is { } codec)
        {
            await PayloadVisitor.VisitAsync(task, codec.DecodeAsync);
        }

        var payloads = task.Input?.Payloads_;
        var given = payloads?.Count ?? 0;
        if (given < definition.RequiredParameterCount)
        {
            throw new ApplicationFailureException(
                $"Activity {definition.Name} given {given} parameter(s), but {definition.RequiredParameterCount} are required");
        }

        try
        {
            args = new object?[Math.Min(given, definition.ParameterTypes.Count)];
            var i = 0;
            foreach (var type in definition.ParameterTypes)
            {
                if (i < args.Length)
                {
                    args[i] = converter.PayloadConverter.ToValue(payloads![i], type);
                    i++;
                }
            }
        }
        catch (Exception undecodable)
        {
            throw new ApplicationFailureException("Failed decoding parameters", undecodable);
        }

        activity.Begin();
        return await _context.Options.ActivityTaskFactory.StartNew(() => BodyAsync(activity, definition, args)).Unwrap();
    }

    private static async Task<object?> BodyAsync(RunningActivity activity, ActivityDefinition definition, object?[] args)
    {
        ActivityExecutionContext.Enter(activity.Context);
        return await definition.InvokeAsync(args);
    }

    private async Task ReportFailureAsync(RunningActivity activity, PollActivityTaskQueueResponse task, Exception thrown)
    {
        var (reason, _) = activity.Cancellation;
        var isCancellation = TemporalException.IsCanceledException(thrown);
        await activity.StopHeartbeatsAsync(flush: !activity.IsLost);
        if (activity.IsLost)
        {
            return;
        }

        if (isCancellation && reason is ActivityCancelReason.CancelRequested)
        {
            var canceled = new RespondActivityTaskCanceledRequest
            {
                TaskToken = task.TaskToken,
                Identity = _context.Identity,
                Namespace = _context.Namespace,
            };
            if (thrown is CanceledFailureException { Details: OutboundFailureDetails { Details.Count: > 0 } details })
            {
                canceled.Details = await _context.DataConverter.ToWireAsync(details.Details);
            }

            await SayAsync(activity, task, () => _context.Service.RespondActivityTaskCanceledAsync(canceled, Patiently));
            return;
        }

        var failure = isCancellation
            ? reason switch
            {
                ActivityCancelReason.WorkerShutdown => new ApplicationFailureException(
                    "Worker shutting down", thrown, errorType: "WorkerShutdown"),
                ActivityCancelReason.HeartbeatRecordFailure => new ApplicationFailureException(
                    "Failed recording heartbeat", activity.HeartbeatFailure ?? thrown, errorType: "HeartbeatRecordFailure"),
                ActivityCancelReason.Paused => new ApplicationFailureException("Activity paused", thrown, errorType: "ActivityPause"),
                ActivityCancelReason.Reset => new ApplicationFailureException("Activity reset", thrown, errorType: "ActivityReset"),
                _ => thrown,
            }
            : thrown;
        if (failure is ApplicationFailureException { Category: ApplicationErrorCategory.Benign })
        {
            WorkflowLog.ActivityFailedBenignly(
                _context.Logger, task.ActivityType.Name, task.ActivityId, task.WorkflowExecution?.WorkflowId ?? "", task.Attempt, failure);
        }
        else
        {
            WorkflowLog.ActivityFailed(
                _context.Logger, task.ActivityType.Name, task.ActivityId, task.WorkflowExecution?.WorkflowId ?? "", task.Attempt, failure);
        }

        var request = new RespondActivityTaskFailedRequest
        {
            TaskToken = task.TaskToken,
            Identity = _context.Identity,
            Namespace = _context.Namespace,
        };
        try
        {
            request.Failure = await _context.DataConverter.ToFailureAsync(failure);
        }
        catch (Exception unserialisable)
        {
            request.Failure = new()
            {
                Message = $"Failed building the failure of the activity: {unserialisable.Message}, original: {failure.Message}",
                ApplicationFailureInfo = new() { Type = failure.GetType().Name },
            };
        }

        await SayAsync(activity, task, () => _context.Service.RespondActivityTaskFailedAsync(request, Patiently));
    }

    /// <summary>
    /// Sends an outcome, through an outage as long as the server would still take it. What was done to a machine once, in
    /// minutes perhaps, shall not be done again because the server was away for a moment.
    /// </summary>
    private async Task SayAsync(RunningActivity activity, PollActivityTaskQueueResponse task, Func<Task> send)
    {
        while (true)
        {
            try
            {
                await send();
                return;
            }
            catch (RpcException away) when (GrpcChannel.IsWorthRetrying(away)
                || away.Code is RpcException.StatusCode.DeadlineExceeded)
            {
                var left = activity.TimeLeft;
                if (left <= TimeSpan.Zero || _shutdown.IsCancellationRequested)
                {
                    throw;
                }

                WorkflowLog.OutcomeWaits(
                    _context.Logger, task.ActivityType.Name, task.ActivityId, task.WorkflowExecution?.WorkflowId ?? "", left, away);
                await Task.Delay(TimeSpan.FromSeconds(2 + (2 * Random.Shared.NextDouble())));
            }
        }
    }

    /// <summary>Lets so many through per second, evenly.</summary>
    private sealed class Pace(double perSecond)
    {
        private readonly Lock _lock = new();
        private long _next;

        public async Task WaitAsync(CancellationToken cancellation)
        {
            TimeSpan pause;
            lock (_lock)
            {
                var now = System.Diagnostics.Stopwatch.GetTimestamp();
                _next = Math.Max(_next, now);
                pause = System.Diagnostics.Stopwatch.GetElapsedTime(now, _next);
                _next += (long)(System.Diagnostics.Stopwatch.Frequency / perSecond);
            }

            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, cancellation);
            }
        }

        /// <summary>A poll that brought nothing did not use its turn.</summary>
        public void Return()
        {
            lock (_lock)
            {
                _next -= (long)(System.Diagnostics.Stopwatch.Frequency / perSecond);
            }
        }
    }
}

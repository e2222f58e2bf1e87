using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Worker.Execution;

/// <summary>The shell around <see cref="WorkflowRun"/>: polls, fetches, decodes, answers. Decides nothing.</summary>
internal sealed class WorkflowWorker : IDisposable
{
    private const string LegacyQuery = "";
    private static readonly RpcOptions Patiently = new() { Retry = true };

    private readonly WorkerContext _context;
    private readonly ActivityWorker? _activities;
    private readonly Dictionary<string, WorkflowDefinition> _definitions;
    private readonly WorkflowRunSettings _settings;
    private readonly RunCache _cache;
    private readonly DeadlockWatch _watch;
    private readonly SemaphoreSlim _slots;
    private readonly int _slotCount;
    private readonly string _stickyQueue;
    private CancellationToken _stop;

    public WorkflowWorker(WorkerContext context, ActivityWorker? activities)
    {
        _context = context;
        _activities = activities;
        var options = context.Options;
        _definitions = options.Workflows.ToDictionary(workflow => workflow.Name!, StringComparer.Ordinal);
        _cache = new(options.MaxCachedWorkflows);
        _watch = new(enabled: !options.DebugMode);
        _slotCount = options.MaxConcurrentWorkflowTasks ?? 100;
        _slots = new(_slotCount);
        _stickyQueue = $"{context.Identity}-{Guid.NewGuid():N}";
        _settings = new()
        {
            Namespace = context.Namespace,
            TaskQueue = context.TaskQueue,
            DataConverter = context.DataConverter,
            LoggerFactory = context.LoggerFactory,
            FailureExceptionTypes = options.WorkflowFailureExceptionTypes ?? [],
            PatchActivationCallback = options.PatchActivationCallback,
            StackTrace = options.WorkflowStackTrace,
            MayRequestEagerly = queue => activities is not null && queue == context.TaskQueue
                && !options.DisableEagerActivityExecution && options.MaxTaskQueueActivitiesPerSecond is null,
            TaskStarting = options.HasTaskEvents ? options.OnTaskStarting : null,
            TaskCompleted = options.HasTaskEvents ? options.OnTaskCompleted : null,
        };
    }

    /// <summary>The queue that only this worker serves; null when nothing is cached.</summary>
    public string? StickyQueue => IsCaching ? _stickyQueue : null;

    /// <summary>Two queues take two polls, and every poll a slot: with a single one there is no queue of our own.</summary>
    private bool IsCaching => _context.Options.MaxCachedWorkflows > 0 && _slotCount > 1;

    /// <summary>Polls until told to stop; then waits for the tasks that are under way.</summary>
    /// <param name="stop">No more polls.</param>
    /// <param name="abandon">Polls that are under way end without an answer.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        using var stopPolling = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var abandonPolls = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        _stop = stopPolling.Token;
        // A poll holds a slot for as long as it is parked. With more polls than slots, those of one queue could hold them all,
        // and tasks of the other queue would wait for a minute.
        var polls = Math.Max(IsCaching ? 2 : 1, Math.Min(_context.Options.MaxConcurrentWorkflowTaskPolls, _slotCount));
        var normal = IsCaching
            ? Math.Clamp((int)(polls * _context.Options.NonStickyToStickyPollRatio), 1, polls - 1)
            : polls;
        var pollers = new List<Task>();
        for (var i = 0; i < polls; i++)
        {
            pollers.Add(PollAsync(sticky: i >= normal, stopPolling.Token, abandonPolls.Token));
        }

        try
        {
            await FirstFailure(pollers);
        }
        finally
        {
            await stopPolling.CancelAsync();
            if (!stop.IsCancellationRequested)
            {
                await abandonPolls.CancelAsync();
            }

            await Task.WhenAll(pollers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            for (var i = 0; i < _slotCount; i++)
            {
                await _slots.WaitAsync(CancellationToken.None);
            }
        }
    }

    public void Dispose()
    {
        _watch.Dispose();
        _slots.Dispose();
    }

    internal static async Task FirstFailure(IReadOnlyCollection<Task> tasks)
    {
        var left = tasks.ToList();
        while (left.Count > 0)
        {
            var done = await Task.WhenAny(left);
            await done;
            left.Remove(done);
        }
    }

    private Task PollAsync(bool sticky, CancellationToken stop, CancellationToken abandon)
    {
        var request = new PollWorkflowTaskQueueRequest
        {
            Namespace = _context.Namespace,
            TaskQueue = sticky
                ? new() { Name = _stickyQueue, Kind = TaskQueueKind.Sticky, NormalName = _context.TaskQueue }
                : new() { Name = _context.TaskQueue, Kind = TaskQueueKind.Normal },
            Identity = _context.Identity,
            WorkerInstanceKey = _context.InstanceKey,
        };
        return Task.Run(
            () => _context.PollAsync<PollWorkflowTaskQueueResponse>(
                sticky ? "sticky workflow" : "workflow",
                _slots.WaitAsync,
                async options =>
                {
                    var task = await _context.Service.PollWorkflowTaskQueueAsync(request, options);
                    return task.TaskToken.IsEmpty ? null : task;
                },
                task => _ = Task.Run(() => HandleAsync(task), CancellationToken.None),
                () => _slots.Release(),
                stop,
                abandon),
            CancellationToken.None);
    }

    /// <summary>A task and those that the server hands out with its answer, in one slot.</summary>
    private async Task HandleAsync(PollWorkflowTaskQueueResponse? task)
    {
        try
        {
            while (task is { TaskToken.IsEmpty: false })
            {
                task = await HandleOneAsync(task);
            }
        }
        catch (Exception lost)
        {
            // The server hears nothing and hands the task out again when its time is over.
            WorkflowLog.AnswerLost(
                _context.Logger, task?.WorkflowExecution?.WorkflowId ?? "", task?.WorkflowExecution?.RunId ?? "", lost);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<PollWorkflowTaskQueueResponse?> HandleOneAsync(PollWorkflowTaskQueueResponse task)
    {
        var entry = await _cache.TakeAsync(task.WorkflowExecution.RunId, evicted =>
        {
            evicted.Run?.Evict();
            WorkflowLog.Evicted(_context.Logger, task.WorkflowExecution.WorkflowId, evicted.RunId, "cache full");
        });
        try
        {
            if (entry.IsStuck)
            {
                return null;
            }

            var output = await WorkAsync(entry, task);
            return task.Query is not null
                ? await AnswerQueryAsync(entry, task, output)
                : output.Failure is not null
                    ? await FailAsync(entry, task, output.Failure, output.FailureCause)
                    : await CompleteAsync(entry, task, output);
        }
        catch
        {
            Evict(entry, task, "broken task");
            throw;
        }
        finally
        {
            _cache.Return(entry);
        }
    }

    private async Task<WorkflowTaskOutput> WorkAsync(RunCache.Entry entry, PollWorkflowTaskQueueResponse task)
    {
        try
        {
            var events = await EventsAsync(entry, task);
            if (entry.Run is null)
            {
                if (events is not [{ WorkflowExecutionStartedEventAttributes: { } started }, ..])
                {
                    throw new InvalidWorkflowOperationException("The history does not begin with the start of the workflow");
                }

                if (!_definitions.TryGetValue(started.WorkflowType.Name, out var definition))
                {
                    throw new ApplicationFailureException(
                        $"Workflow type {started.WorkflowType.Name} is not registered on this worker, available workflows: "
                        + string.Join(", ", _definitions.Keys.Order(StringComparer.Ordinal)),
                        errorType: "NotFoundError");
                }

                entry.Run = new(_settings, definition, task.WorkflowExecution.WorkflowId, entry.RunId);
            }

            var input = new WorkflowTaskInput
            {
                Events = events,
                PreviousStartedEventId = task.PreviousStartedEventId,
                QueryOnly = task.Query is not null,
                Messages = task.Messages,
                Queries = task.Query is { } query
                    ? new Dictionary<string, WorkflowQuery>(StringComparer.Ordinal) { [LegacyQuery] = query }
                    : new Dictionary<string, WorkflowQuery>(task.Queries, StringComparer.Ordinal),
            };
            await DecodeAsync(input);
            var run = entry.Run;
            var work = Task.Run(() => run.Handle(input));
            if (await _watch.WaitAsync(run, work))
            {
                return await work;
            }

            _cache.Quarantine(entry, work);
            throw new InvalidWorkflowOperationException(
                $"[TMPRL1101] Potential deadlock detected: workflow {task.WorkflowType?.Name} didn't yield within 2 second(s). "
                + "A workflow must never block its thread; see TemporalWorkerOptions.DebugMode for debugging");
        }
        catch (Exception broken) when (broken is not RpcException and not OperationCanceledException)
        {
            return new()
            {
                Failure = broken,
                FailureCause = WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure,
            };
        }
    }

    /// <summary>The events that the run has not seen, all of them, whatever pages and caches made of the history.</summary>
    private async Task<IReadOnlyList<HistoryEvent>> EventsAsync(RunCache.Entry entry, PollWorkflowTaskQueueResponse task)
    {
        IReadOnlyList<HistoryEvent> page = task.History?.Events ?? [];
        if (!task.NextPageToken.IsEmpty)
        {
            page = [.. page, .. await FetchAsync(task, task.NextPageToken)];
        }

        if (entry.Run is { } run)
        {
            if (page.Count == 0 || page[0].EventId == run.LastEventId + 1)
            {
                return page;
            }

            if (page[0].EventId <= run.LastEventId && task.PreviousStartedEventId == run.LastEventId)
            {
                return [.. page.SkipWhile(happened => happened.EventId <= run.LastEventId)];
            }

            Evict(entry, task, "history does not fit");
        }

        if (page is [{ EventId: 1 }, ..])
        {
            return page;
        }

        // What the task brought beyond the stored history, events of an attempt that is not yet written, stays its own.
        var stored = await FetchAsync(task, ByteString.Empty);
        return page.Count == 0
            ? stored
            : [.. stored.TakeWhile(happened => happened.EventId < page[0].EventId), .. page];
    }

    private async Task<List<HistoryEvent>> FetchAsync(PollWorkflowTaskQueueResponse task, ByteString token)
    {
        var events = new List<HistoryEvent>();
        do
        {
            var response = await _context.Service.GetWorkflowExecutionHistoryAsync(
                new()
                {
                    Namespace = _context.Namespace,
                    Execution = task.WorkflowExecution,
                    NextPageToken = token,
                },
                Patiently);
            events.AddRange(response.History.Events);
            token = response.NextPageToken;
        }
        while (!token.IsEmpty);
        return events;
    }

    private async Task DecodeAsync(WorkflowTaskInput input)
    {
        if (_context.DataConverter.PayloadCodec is not { } codec)
        {
            return;
        }

        foreach (var happened in input.Events)
        {
            await PayloadVisitor.VisitAsync(happened, codec.DecodeAsync);
        }

        foreach (var query in input.Queries.Values)
        {
            await PayloadVisitor.VisitAsync(query, codec.DecodeAsync);
        }

        foreach (var message in input.Messages)
        {
            if (message.Body is { } body && body.Is(Api.Update.V1.Request.Descriptor))
            {
                var request = body.Unpack<Api.Update.V1.Request>();
                await PayloadVisitor.VisitAsync(request, codec.DecodeAsync);
                message.Body = Any.Pack(request);
            }
        }
    }

    private async Task EncodeAsync(IMessage message)
    {
        if (_context.DataConverter.PayloadCodec is { } codec)
        {
            await PayloadVisitor.VisitAsync(message, codec.EncodeAsync);
        }
    }

    private async Task<PollWorkflowTaskQueueResponse?> CompleteAsync(
        RunCache.Entry entry, PollWorkflowTaskQueueResponse task, WorkflowTaskOutput output)
    {
        // Whoever stops takes no more, and leaves nothing where only it would look.
        var isStaying = IsCaching && !_stop.IsCancellationRequested;
        var request = new RespondWorkflowTaskCompletedRequest
        {
            TaskToken = task.TaskToken,
            Identity = _context.Identity,
            Namespace = _context.Namespace,
            ReturnNewWorkflowTask = isStaying,
            WorkerInstanceKey = _context.InstanceKey,
            Capabilities = new() { DiscardSpeculativeWorkflowTaskWithEvents = true },
        };
        if (isStaying)
        {
            request.StickyAttributes = new()
            {
                WorkerTaskQueue = new() { Name = _stickyQueue, Kind = TaskQueueKind.Sticky, NormalName = _context.TaskQueue },
                ScheduleToStartTimeout = _context.Options.StickyQueueScheduleToStartTimeout.ToDuration(),
            };
        }

        if (output.IsFirst)
        {
            request.SdkMetadata = new()
            {
                CoreUsedFlags = { 1, 2, 3 },
                LangUsedFlags = { 2 },
                SdkName = "temporal-dotnet",
                SdkVersion = GrpcChannel.ClientVersion,
            };
        }

        var ends = false;
        var tooLarge = false;
        var type = task.WorkflowType?.Name ?? "";
        var id = task.WorkflowExecution.WorkflowId;
        foreach (var command in output.Commands)
        {
            await EncodeAsync(command);
            tooLarge |= _context.PayloadLimits.AreExceededBy(command, type, id);
            request.Commands.Add(command);
            ends |= command.CommandType is CommandType.CompleteWorkflowExecution or CommandType.FailWorkflowExecution
                or CommandType.CancelWorkflowExecution or CommandType.ContinueAsNewWorkflowExecution;
        }

        foreach (var (messageId, instance, body) in output.Messages)
        {
            await EncodeAsync(body);
            tooLarge |= body is Api.Update.V1.Response && _context.PayloadLimits.AreExceededBy(body, type, id);
            request.Messages.Add(
                new Api.Protocol.V1.Message { Id = messageId, ProtocolInstanceId = instance, Body = Any.Pack(body) });
        }

        if (tooLarge)
        {
            return await FailAsync(
                entry,
                task,
                new ApplicationFailureException(PayloadLimits.Refusal, errorType: "PayloadsTooLarge"),
                WorkflowTaskFailedCause.PayloadsTooLarge);
        }

        foreach (var (queryId, result) in output.QueryResults)
        {
            await EncodeAsync(result);
            request.QueryResults[queryId] = _context.PayloadLimits.AreExceededBy(result, type, id)
                ? new() { ResultType = QueryResultType.Failed, ErrorMessage = PayloadLimits.Refusal }
                : result;
        }

        var reserved = ReserveEagerly(request);
        RespondWorkflowTaskCompletedResponse response;
        try
        {
            response = await _context.Service.RespondWorkflowTaskCompletedAsync(request, Patiently);
        }
        catch (RpcException refused)
        {
            _activities?.Release(reserved);
            return await RefusedAsync(entry, task, refused);
        }

        foreach (var activity in response.ActivityTasks)
        {
            if (reserved > 0)
            {
                reserved--;
                _activities!.Start(activity);
            }
        }

        _activities?.Release(reserved);
        if (ends)
        {
            Evict(entry, task, "workflow ended");
        }
        else if (response.ResetHistoryEventId > 0)
        {
            entry.Run!.ResetTo(response.ResetHistoryEventId);
        }

        return response.WorkflowTask;
    }

    /// <summary>Keeps slots free for the activities that the server may hand out with its answer.</summary>
    private int ReserveEagerly(RespondWorkflowTaskCompletedRequest request)
    {
        var reserved = 0;
        foreach (var command in request.Commands)
        {
            if (command.ScheduleActivityTaskCommandAttributes is not { RequestEagerExecution: true } schedule)
            {
                continue;
            }

            if (reserved < _context.Options.MaxEagerActivityReservationsPerWorkflowTask && _activities!.TryReserve())
            {
                reserved++;
            }
            else
            {
                schedule.RequestEagerExecution = false;
            }
        }

        return reserved;
    }

    private async Task<PollWorkflowTaskQueueResponse?> RefusedAsync(
        RunCache.Entry entry, PollWorkflowTaskQueueResponse task, RpcException refused)
    {
        if (refused.Message.Contains("larger than max", StringComparison.OrdinalIgnoreCase))
        {
            return await FailAsync(entry, task, refused, WorkflowTaskFailedCause.GrpcMessageTooLarge);
        }

        if (refused.Code is RpcException.StatusCode.InvalidArgument
            && refused.Message.Contains("UnhandledCommand", StringComparison.Ordinal))
        {
            // Something arrived while the workflow was ending: the server asks again, with it.
            Evict(entry, task, "unhandled command");
        }
        else
        {
            Evict(entry, task, "answer refused");
            if (refused.Code is not RpcException.StatusCode.NotFound)
            {
                WorkflowLog.AnswerLost(
                    _context.Logger, task.WorkflowExecution.WorkflowId, task.WorkflowExecution.RunId, refused);
            }
        }

        return null;
    }

    private async Task<PollWorkflowTaskQueueResponse?> FailAsync(
        RunCache.Entry entry, PollWorkflowTaskQueueResponse task, Exception failure, WorkflowTaskFailedCause cause)
    {
        Evict(entry, task, $"task failed: {cause}");
        WorkflowLog.TaskFailed(
            _context.Logger, task.WorkflowExecution.WorkflowId, task.WorkflowExecution.RunId, task.Attempt, cause.ToString(), failure);

        // Later attempts stay silent: the time-out of the task is what keeps a broken workflow from spinning.
        if (task.Attempt <= 1)
        {
            var request = new RespondWorkflowTaskFailedRequest
            {
                TaskToken = task.TaskToken,
                Cause = cause,
                Failure = _context.DataConverter.FailureConverter.ToFailure(failure, _context.DataConverter.PayloadConverter),
                Identity = _context.Identity,
                Namespace = _context.Namespace,
            };
            await EncodeAsync(request.Failure);
            try
            {
                await _context.Service.RespondWorkflowTaskFailedAsync(request, Patiently);
            }
            catch (RpcException gone) when (gone.Code is RpcException.StatusCode.NotFound)
            {
                // The task's time was over, or the workflow was closed.
            }
        }

        return null;
    }

    private async Task<PollWorkflowTaskQueueResponse?> AnswerQueryAsync(
        RunCache.Entry entry, PollWorkflowTaskQueueResponse task, WorkflowTaskOutput output)
    {
        var request = new RespondQueryTaskCompletedRequest { TaskToken = task.TaskToken, Namespace = _context.Namespace };
        if (output.Failure is { } failure)
        {
            Evict(entry, task, "query on a broken workflow");
            request.CompletedType = QueryResultType.Failed;
            request.ErrorMessage = failure.Message;
            request.Failure = _context.DataConverter.FailureConverter.ToFailure(
                failure, _context.DataConverter.PayloadConverter);
            request.Cause = output.FailureCause;
        }
        else
        {
            var result = output.QueryResults[LegacyQuery];
            request.CompletedType = result.ResultType;
            request.QueryResult = result.Answer;
            request.ErrorMessage = result.ErrorMessage;
            request.Failure = result.Failure;
        }

        await EncodeAsync(request);
        if (_context.PayloadLimits.AreExceededBy(request, task.WorkflowType?.Name ?? "", task.WorkflowExecution.WorkflowId))
        {
            request.CompletedType = QueryResultType.Failed;
            request.QueryResult = null;
            request.ErrorMessage = PayloadLimits.Refusal;
        }

        try
        {
            await _context.Service.RespondQueryTaskCompletedAsync(request, Patiently);
        }
        catch (RpcException gone) when (gone.Code is RpcException.StatusCode.NotFound)
        {
            // Whoever asked no longer waits.
        }

        return null;
    }

    private void Evict(RunCache.Entry entry, PollWorkflowTaskQueueResponse task, string reason)
    {
        if (entry.Run is { } run)
        {
            run.Evict();
            entry.Run = null;
            WorkflowLog.Evicted(_context.Logger, task.WorkflowExecution.WorkflowId, entry.RunId, reason);
        }
    }
}

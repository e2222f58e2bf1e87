using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;
using Stage = Metal3.Lab.Temporal.Api.UpdateWorkflowExecutionLifecycleStage;

namespace Metal3.Lab.Temporal.Engine;

internal enum UpdateState
{
    /// <summary>Known to the server only.</summary>
    Admitted,

    /// <summary>A worker has it with its current task.</summary>
    Sent,
    Accepted,
    Completed,

    /// <summary>Never accepted; <see cref="Update.Error"/> says why.</summary>
    Aborted,

    /// <summary>Not accepted when its run was followed by another: the caller's call continues there.</summary>
    Moved,
}

internal sealed class Update(string id, Request request)
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id { get; } = id;

    public Request Request { get; } = request;

    public UpdateState State { get; private set; } = UpdateState.Admitted;

    public long AcceptedEventId { get; set; }

    public Outcome? Outcome { get; set; }

    public RpcException? Error { get; set; }

    public Task Changed => _changed.Task;

    public Stage Stage => State switch
    {
        UpdateState.Completed => Stage.Completed,
        UpdateState.Accepted => Stage.Accepted,
        _ => Stage.Admitted,
    };

    public void Become(UpdateState state)
    {
        State = state;
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }
}

/// <summary>The updates of one run, in the order of their admission.</summary>
internal sealed class UpdateRegistry(Run run, Func<HistoryEvent, HistoryEvent> append)
{
    private readonly Dictionary<string, Update> _updates = new(StringComparer.Ordinal);
    private readonly List<Update> _waiting = [];

    public int Total { get; private set; }

    public bool HasAdmitted => _waiting.Exists(update => update.State == UpdateState.Admitted);

    public Update? Find(string id) => _updates.GetValueOrDefault(id);

    public Update Admit(string id, Request request)
    {
        if (run.TaskAttempt >= 3)
        {
            throw Run.NotReady("Unable to perform workflow execution update due to Workflow Task in failed state.");
        }

        if (Total >= run.Limits.UpdatesPerRun)
        {
            throw new RpcException(StatusCode.FailedPrecondition, $"The limit on the total number of distinct updates in this workflow has been reached ({run.Limits.UpdatesPerRun}). Make sure any duplicate updates share an Update ID so the server can deduplicate them, and consider rejecting updates that you aren't going to process. You can also Continue-as-New to avoid this; we recommend you check Continue-as-New Suggested in your Workflow.");
        }

        if (_updates.Values.Count(update => update.State is UpdateState.Admitted or UpdateState.Sent or UpdateState.Accepted) >= run.Limits.UpdatesInFlight)
        {
            throw new RpcException(
                StatusCode.ResourceExhausted,
                $"limit on number of concurrent in-flight updates has been reached ({run.Limits.UpdatesInFlight})",
                new ResourceExhaustedFailure { Cause = ResourceExhaustedCause.ConcurrentLimit });
        }

        var update = new Update(id, request);
        _updates[id] = update;
        _waiting.Add(update);
        Total++;
        return update;
    }

    public void Deliver(PollWorkflowTaskQueueResponse task)
    {
        foreach (var update in _waiting.Where(update => update.State == UpdateState.Admitted))
        {
            update.Become(UpdateState.Sent);
            task.Messages.Add(new Message
            {
                Id = update.Id + "/request",
                ProtocolInstanceId = update.Id,
                EventId = task.StartedEventId - 1,
                Body = Any.Pack(update.Request),
            });
        }
    }

    /// <returns>What is wrong with a worker's message, or <see langword="null"/>.</returns>
    public string? Problem(Message message, HashSet<string> accepted)
    {
        var id = message.ProtocolInstanceId;
        var update = Find(id);
        try
        {
            if (message.Body.Is(Acceptance.Descriptor))
            {
                _ = message.Body.Unpack<Acceptance>();
                return update is { State: UpdateState.Sent } && accepted.Add(id) ? null
                    : $"invalid state transition attempted for Update {id}: received Acceptance message while in state {update?.State.ToString() ?? "unknown"}";
            }

            if (message.Body.Is(Response.Descriptor))
            {
                return message.Body.Unpack<Response>().Outcome is null ? $"Update {id}: outcome is not set on Response"
                    : accepted.Contains(id) || update is { State: UpdateState.Accepted } ? null
                    : $"invalid state transition attempted for Update {id}: received Response message while in state {update?.State.ToString() ?? "unknown"}";
            }

            if (message.Body.Is(Rejection.Descriptor))
            {
                return update is { State: UpdateState.Sent } ? null
                    : $"invalid state transition attempted for Update {id}: received Rejection message while in state {update?.State.ToString() ?? "unknown"}";
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            return $"Update {id}: {e.Message}";
        }

        return $"unknown message type {message.Body?.TypeUrl}";
    }

    public void Accept(Message message)
    {
        if (Find(message.ProtocolInstanceId) is not { State: UpdateState.Sent } update)
        {
            return;
        }

        var acceptance = message.Body.Unpack<Acceptance>();
        update.AcceptedEventId = append(new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionUpdateAccepted,
            WorkflowExecutionUpdateAcceptedEventAttributes = new WorkflowExecutionUpdateAcceptedEventAttributes
            {
                ProtocolInstanceId = update.Id,
                AcceptedRequestMessageId = acceptance.AcceptedRequestMessageId,
                AcceptedRequestSequencingEventId = acceptance.AcceptedRequestSequencingEventId,
                AcceptedRequest = acceptance.AcceptedRequest ?? update.Request,
            },
        }).EventId;
        _ = _waiting.Remove(update);
        update.Become(UpdateState.Accepted);
    }

    public void Complete(Message message)
    {
        if (Find(message.ProtocolInstanceId) is not { State: UpdateState.Accepted } update)
        {
            return;
        }

        var response = message.Body.Unpack<Response>();
        _ = append(new HistoryEvent
        {
            EventType = EventType.WorkflowExecutionUpdateCompleted,
            WorkflowExecutionUpdateCompletedEventAttributes = new WorkflowExecutionUpdateCompletedEventAttributes
            {
                Meta = response.Meta ?? update.Request.Meta,
                AcceptedEventId = update.AcceptedEventId,
                Outcome = response.Outcome,
            },
        });
        update.Outcome = response.Outcome;
        update.Become(UpdateState.Completed);
    }

    public void Reject(Message message)
    {
        if (Find(message.ProtocolInstanceId) is { State: UpdateState.Sent } update && message.Body.Is(Rejection.Descriptor))
        {
            Reject(update, message.Body.Unpack<Rejection>().Failure);
        }
    }

    /// <summary>A worker that knows nothing of updates leaves them unanswered.</summary>
    public void RejectUnprocessed()
    {
        foreach (var update in _waiting.Where(update => update.State == UpdateState.Sent).ToList())
        {
            Reject(update, Failures.Application(
                "Workflow Update is rejected because it wasn't processed by worker. Probably, Workflow Update is not supported by the worker.",
                "UnprocessedUpdate"));
        }
    }

    /// <summary>The server refused the worker's completion: what it had been sent fails.</summary>
    public void TaskRefused()
    {
        foreach (var update in _waiting.Where(update => update.State == UpdateState.Sent).ToList())
        {
            Abort(update, Run.NotReady("Unable to perform workflow execution update due to unexpected workflow task failure."));
        }
    }

    /// <summary>The task failed or timed out at the worker: the next attempt gets the updates again.</summary>
    public void TaskLost(int nextAttempt)
    {
        foreach (var update in _waiting.ToList())
        {
            if (nextAttempt >= 3)
            {
                Abort(update, Run.NotReady("Unable to perform workflow execution update due to Workflow Task in failed state."));
            }
            else if (update.State == UpdateState.Sent)
            {
                update.Become(UpdateState.Admitted);
            }
        }
    }

    public void RunClosed(bool movesOn)
    {
        foreach (var update in _updates.Values.ToList())
        {
            switch (update.State)
            {
                case UpdateState.Admitted or UpdateState.Sent when movesOn:
                    _ = _updates.Remove(update.Id);
                    update.Become(UpdateState.Moved);
                    break;
                case UpdateState.Admitted or UpdateState.Sent:
                    Abort(update, RpcException.NotFound("workflow update was aborted by closing workflow"));
                    break;
                case UpdateState.Accepted:
                    update.Outcome = new Outcome
                    {
                        Failure = Failures.Application(
                            "Workflow Update failed because the Workflow completed before the Update completed.",
                            "AcceptedUpdateCompletedWorkflow"),
                    };
                    update.Become(UpdateState.Completed);
                    break;
            }
        }

        _waiting.Clear();
    }

    private void Reject(Update update, Failure? failure)
    {
        update.Outcome = new Outcome { Failure = failure ?? Failures.Application("the update was rejected", "Rejected") };
        Forget(update);
        update.Become(UpdateState.Completed);
    }

    private void Abort(Update update, RpcException why)
    {
        update.Error = why;
        Forget(update);
        update.Become(UpdateState.Aborted);
    }

    private void Forget(Update update)
    {
        _ = _updates.Remove(update.Id);
        _ = _waiting.Remove(update);
    }
}

internal sealed partial class Run
{
    private UpdateRegistry? _registry;

    private UpdateRegistry _updates => _registry ??= new UpdateRegistry(this, happened => Append(happened));

    public Update? FindUpdate(string id) => _updates.Find(id);

    public Update AdmitUpdate(string id, Request request)
    {
        if (_updates.Find(id) is { } known)
        {
            return known;
        }

        RequireRunning();
        Entity.Touch(this);
        return _updates.Admit(id, request);
    }
}

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>A worker and a client that do exactly what a test says, call by call.</summary>
internal sealed class Script(RawClient client, string name) : IDisposable
{
    private const string Namespace = "default";
    private readonly List<string> _notes = [];

    public RawClient Client { get; } = client;

    /// <summary>Unique per use, so that scenarios can share a server.</summary>
    public string Id { get; } = $"{name}-{Guid.NewGuid():N}"[..Math.Min(name.Length + 13, 60)];

    public string Queue => Id + "-queue";

    public string StickyQueue => Id + "-sticky";

    public string Identity => "tester";

    public string RunId { get; private set; } = "";

    private readonly List<string> _lines = [];

    /// <summary>The histories kept so far, without ids and times.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Adds a history, by default the current run's, to what is compared.</summary>
    public async Task KeepAsync(string? id = null, string runId = "") =>
        _lines.AddRange(Histories.Lines(await HistoryAsync(id, runId), Id).Prepend($"--- {(id ?? Id).Replace(Id, "ID", StringComparison.Ordinal)}"));

    /// <summary>What a scenario saw apart from histories; compared too.</summary>
    public IReadOnlyList<string> Notes => _notes;

    public void Note(string text) => _notes.Add(text.Replace(Id, "ID", StringComparison.Ordinal));

    public void Note(Failure? failure) => _notes.Add(failure is null ? "no failure" : $"{failure.FailureInfoCase} {failure.Message}");

    public async Task<RpcExceptionNote> RefusedAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Rpc.RpcException e)
        {
            var detail = (e.Detail as Status)?.Details.FirstOrDefault()?.TypeUrl.Split('.')[^1] ?? "none";
            var note = new RpcExceptionNote(e.Code, e.Message, detail);
            _notes.Add($"{note.Code} {note.Detail}");
            return note;
        }

        _notes.Add("OK");
        return new RpcExceptionNote(Rpc.StatusCode.Ok, "", "");
    }

    public static Payloads Text(string text)
    {
        var payload = new Payload { Data = ByteString.CopyFromUtf8($"\"{text}\"") };
        payload.Metadata["encoding"] = ByteString.CopyFromUtf8("json/plain");
        return new Payloads { Payloads_ = { payload } };
    }

    public static Payload Keyword(string text)
    {
        var payload = Text(text).Payloads_[0];
        payload.Metadata["type"] = ByteString.CopyFromUtf8("Keyword");
        return payload;
    }

    public static Duration Seconds(double seconds) => Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));

    public static Failure AppFailure(string type = "Oops", bool nonRetryable = false) => new()
    {
        Message = "it failed",
        ApplicationFailureInfo = new ApplicationFailureInfo { Type = type, NonRetryable = nonRetryable },
    };

    public WorkflowExecution Execution => new() { WorkflowId = Id, RunId = RunId };

    public StartWorkflowExecutionRequest StartRequest(string? id = null) => new()
    {
        Namespace = Namespace,
        WorkflowId = id ?? Id,
        WorkflowType = new WorkflowType { Name = "Scripted" },
        TaskQueue = new Api.TaskQueue { Name = Queue },
        Identity = Identity,
        RequestId = Guid.NewGuid().ToString(),
        Input = Text("input"),
    };

    public async Task<StartWorkflowExecutionResponse> StartAsync(Action<StartWorkflowExecutionRequest>? change = null)
    {
        var request = StartRequest();
        change?.Invoke(request);
        var response = await Client.CallAsync<StartWorkflowExecutionResponse>(request);
        RunId = response.RunId;
        return response;
    }

    public Task SignalAsync(string name, string? requestId = null) => Client.CallAsync<SignalWorkflowExecutionResponse>(new SignalWorkflowExecutionRequest
    {
        Namespace = Namespace,
        WorkflowExecution = new WorkflowExecution { WorkflowId = Id },
        SignalName = name,
        Input = Text(name),
        Identity = Identity,
        RequestId = requestId ?? Guid.NewGuid().ToString(),
    });

    public Task CancelAsync(string reason = "") => Client.CallAsync<RequestCancelWorkflowExecutionResponse>(new RequestCancelWorkflowExecutionRequest
    {
        Namespace = Namespace,
        WorkflowExecution = new WorkflowExecution { WorkflowId = Id },
        Identity = Identity,
        RequestId = Guid.NewGuid().ToString(),
        Reason = reason,
    });

    public Task TerminateAsync(string reason = "enough") => Client.CallAsync<TerminateWorkflowExecutionResponse>(new TerminateWorkflowExecutionRequest
    {
        Namespace = Namespace,
        WorkflowExecution = new WorkflowExecution { WorkflowId = Id },
        Identity = Identity,
        Reason = reason,
        Details = Text("details"),
    });

    /// <summary>Polls until there is a workflow task (or a query).</summary>
    public async Task<PollWorkflowTaskQueueResponse> TaskAsync(bool sticky = false, string? queue = null)
    {
        while (true)
        {
            var task = await Client.CallAsync<PollWorkflowTaskQueueResponse>(
                new PollWorkflowTaskQueueRequest
                {
                    Namespace = Namespace,
                    TaskQueue = sticky
                        ? new Api.TaskQueue { Name = StickyQueue, Kind = TaskQueueKind.Sticky, NormalName = Queue }
                        : new Api.TaskQueue { Name = queue ?? Queue, Kind = TaskQueueKind.Normal },
                    Identity = Identity,
                },
                TimeSpan.FromSeconds(70));
            if (!task.TaskToken.IsEmpty)
            {
                return task;
            }
        }
    }

    public async Task<RespondWorkflowTaskCompletedResponse> CompleteAsync(
        PollWorkflowTaskQueueResponse task, Action<RespondWorkflowTaskCompletedRequest>? change, params Command[] commands)
    {
        var request = new RespondWorkflowTaskCompletedRequest { TaskToken = task.TaskToken, Identity = Identity, Namespace = Namespace };
        request.Commands.AddRange(commands);
        change?.Invoke(request);
        return await Client.CallAsync<RespondWorkflowTaskCompletedResponse>(request);
    }

    public Task<RespondWorkflowTaskCompletedResponse> CompleteAsync(PollWorkflowTaskQueueResponse task, params Command[] commands) =>
        CompleteAsync(task, null, commands);

    /// <summary>Takes the next workflow task and answers it.</summary>
    public async Task<PollWorkflowTaskQueueResponse> TurnAsync(params Command[] commands)
    {
        var task = await TaskAsync();
        _ = await CompleteAsync(task, commands);
        return task;
    }

    public void Sticky(RespondWorkflowTaskCompletedRequest request) => request.StickyAttributes = new StickyExecutionAttributes
    {
        WorkerTaskQueue = new Api.TaskQueue { Name = StickyQueue, Kind = TaskQueueKind.Sticky, NormalName = Queue },
        ScheduleToStartTimeout = Seconds(5),
    };

    public Task FailTaskAsync(PollWorkflowTaskQueueResponse task) => Client.CallAsync<RespondWorkflowTaskFailedResponse>(new RespondWorkflowTaskFailedRequest
    {
        TaskToken = task.TaskToken,
        Namespace = Namespace,
        Identity = Identity,
        Cause = WorkflowTaskFailedCause.WorkflowWorkerUnhandledFailure,
        Failure = AppFailure(),
    });

    public async Task<PollActivityTaskQueueResponse> ActivityAsync(string? queue = null)
    {
        while (true)
        {
            var task = await Client.CallAsync<PollActivityTaskQueueResponse>(
                new PollActivityTaskQueueRequest
                {
                    Namespace = Namespace,
                    TaskQueue = new Api.TaskQueue { Name = queue ?? Queue, Kind = TaskQueueKind.Normal },
                    Identity = Identity,
                },
                TimeSpan.FromSeconds(70));
            if (!task.TaskToken.IsEmpty)
            {
                return task;
            }
        }
    }

    public Task CompleteActivityAsync(PollActivityTaskQueueResponse task, string result = "done") =>
        Client.CallAsync<RespondActivityTaskCompletedResponse>(new RespondActivityTaskCompletedRequest
        {
            TaskToken = task.TaskToken,
            Namespace = Namespace,
            Identity = Identity,
            Result = Text(result),
        });

    public Task FailActivityAsync(PollActivityTaskQueueResponse task, Failure? failure = null) =>
        Client.CallAsync<RespondActivityTaskFailedResponse>(new RespondActivityTaskFailedRequest
        {
            TaskToken = task.TaskToken,
            Namespace = Namespace,
            Identity = Identity,
            Failure = failure ?? AppFailure(),
        });

    public Task<RecordActivityTaskHeartbeatResponse> HeartbeatAsync(PollActivityTaskQueueResponse task, string details = "beat") =>
        Client.CallAsync<RecordActivityTaskHeartbeatResponse>(new RecordActivityTaskHeartbeatRequest
        {
            TaskToken = task.TaskToken,
            Namespace = Namespace,
            Identity = Identity,
            Details = Text(details),
        });

    public Task CanceledActivityAsync(PollActivityTaskQueueResponse task) =>
        Client.CallAsync<RespondActivityTaskCanceledResponse>(new RespondActivityTaskCanceledRequest
        {
            TaskToken = task.TaskToken,
            Namespace = Namespace,
            Identity = Identity,
            Details = Text("canceled"),
        });

    public async Task<List<HistoryEvent>> HistoryAsync(string? id = null, string runId = "")
    {
        var events = new List<HistoryEvent>();
        var token = ByteString.Empty;
        do
        {
            var page = await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(new GetWorkflowExecutionHistoryRequest
            {
                Namespace = Namespace,
                Execution = new WorkflowExecution { WorkflowId = id ?? Id, RunId = runId },
                NextPageToken = token,
            });
            events.AddRange(page.History.Events);
            token = page.NextPageToken;
        }
        while (!token.IsEmpty);
        return events;
    }

    /// <summary>Waits for the run's end and returns the event that says so.</summary>
    public async Task<HistoryEvent> EndAsync(string? id = null, string runId = "")
    {
        var token = ByteString.Empty;
        while (true)
        {
            var page = await Client.CallAsync<GetWorkflowExecutionHistoryResponse>(
                new GetWorkflowExecutionHistoryRequest
                {
                    Namespace = Namespace,
                    Execution = new WorkflowExecution { WorkflowId = id ?? Id, RunId = runId },
                    WaitNewEvent = true,
                    HistoryEventFilterType = HistoryEventFilterType.CloseEvent,
                    NextPageToken = token,
                },
                TimeSpan.FromSeconds(70));
            if (page.History.Events.Count > 0)
            {
                return page.History.Events[^1];
            }

            token = page.NextPageToken;
        }
    }

    public Task<UpdateWorkflowExecutionResponse> UpdateAsync(
        string updateId, UpdateWorkflowExecutionLifecycleStage stage = UpdateWorkflowExecutionLifecycleStage.Completed) =>
        Client.CallAsync<UpdateWorkflowExecutionResponse>(UpdateRequest(updateId, stage), TimeSpan.FromSeconds(30));

    public UpdateWorkflowExecutionRequest UpdateRequest(string updateId, UpdateWorkflowExecutionLifecycleStage stage) => new()
    {
        Namespace = Namespace,
        WorkflowExecution = new WorkflowExecution { WorkflowId = Id },
        WaitPolicy = new WaitPolicy { LifecycleStage = stage },
        Request = new Request
        {
            Meta = new Meta { UpdateId = updateId, Identity = Identity },
            Input = new Input { Name = "change", Args = Text("new") },
        },
    };

    public Task<QueryWorkflowResponse> QueryAsync(QueryRejectCondition reject = QueryRejectCondition.None) =>
        Client.CallAsync<QueryWorkflowResponse>(
            new QueryWorkflowRequest
            {
                Namespace = Namespace,
                Execution = new WorkflowExecution { WorkflowId = Id },
                Query = new WorkflowQuery { QueryType = "state", QueryArgs = Text("now") },
                QueryRejectCondition = reject,
            },
            TimeSpan.FromSeconds(10));

    public Task AnswerQueryAsync(PollWorkflowTaskQueueResponse task, string answer) =>
        Client.CallAsync<RespondQueryTaskCompletedResponse>(new RespondQueryTaskCompletedRequest
        {
            TaskToken = task.TaskToken,
            Namespace = Namespace,
            CompletedType = QueryResultType.Answered,
            QueryResult = Text(answer),
        });

    public Task<DescribeWorkflowExecutionResponse> DescribeAsync(string? id = null) => Client.CallAsync<DescribeWorkflowExecutionResponse>(
        new DescribeWorkflowExecutionRequest { Namespace = Namespace, Execution = new WorkflowExecution { WorkflowId = id ?? Id } });

    public static Message Accept(Message request) => new()
    {
        Id = request.ProtocolInstanceId + "/accept",
        ProtocolInstanceId = request.ProtocolInstanceId,
        Body = Any.Pack(new Acceptance
        {
            AcceptedRequestMessageId = request.Id,
            AcceptedRequestSequencingEventId = request.EventId,
            AcceptedRequest = request.Body.Unpack<Request>(),
        }),
    };

    public static Message Respond(Message request, string result = "changed") => new()
    {
        Id = request.ProtocolInstanceId + "/complete",
        ProtocolInstanceId = request.ProtocolInstanceId,
        Body = Any.Pack(new Response { Meta = request.Body.Unpack<Request>().Meta, Outcome = new Outcome { Success = Text(result) } }),
    };

    public static Message Reject(Message request) => new()
    {
        Id = request.ProtocolInstanceId + "/reject",
        ProtocolInstanceId = request.ProtocolInstanceId,
        Body = Any.Pack(new Rejection
        {
            RejectedRequestMessageId = request.Id,
            RejectedRequestSequencingEventId = request.EventId,
            RejectedRequest = request.Body.Unpack<Request>(),
            Failure = AppFailure("Rejected"),
        }),
    };

    public static Command Send(Message message) => new()
    {
        CommandType = CommandType.ProtocolMessage,
        ProtocolMessageCommandAttributes = new ProtocolMessageCommandAttributes { MessageId = message.Id },
    };

    public static Command Finish(string result = "result") => new()
    {
        CommandType = CommandType.CompleteWorkflowExecution,
        CompleteWorkflowExecutionCommandAttributes = new CompleteWorkflowExecutionCommandAttributes { Result = Text(result) },
    };

    public static Command Fail(Failure? failure = null) => new()
    {
        CommandType = CommandType.FailWorkflowExecution,
        FailWorkflowExecutionCommandAttributes = new FailWorkflowExecutionCommandAttributes { Failure = failure ?? AppFailure() },
    };

    public static Command Cancelled() => new()
    {
        CommandType = CommandType.CancelWorkflowExecution,
        CancelWorkflowExecutionCommandAttributes = new CancelWorkflowExecutionCommandAttributes { Details = Text("stopped") },
    };

    public static Payloads Large(int bytes) => new()
    {
        Payloads_ = { new Payload { Metadata = { ["encoding"] = ByteString.CopyFromUtf8("binary/plain") }, Data = ByteString.CopyFrom(new byte[bytes]) } },
    };

    public static Command Marker(string name, Payloads? details = null)
    {
        var attributes = new RecordMarkerCommandAttributes { MarkerName = name };
        if (details is not null)
        {
            attributes.Details["d"] = details;
        }

        return new Command { CommandType = CommandType.RecordMarker, RecordMarkerCommandAttributes = attributes };
    }

    public static Command SignalTo(string id, Payloads? input = null) => new()
    {
        CommandType = CommandType.SignalExternalWorkflowExecution,
        SignalExternalWorkflowExecutionCommandAttributes = new SignalExternalWorkflowExecutionCommandAttributes
        {
            Namespace = Namespace,
            Execution = new WorkflowExecution { WorkflowId = id },
            SignalName = "hello",
            Input = input,
        },
    };

    public static Command CancelOf(string id) => new()
    {
        CommandType = CommandType.RequestCancelExternalWorkflowExecution,
        RequestCancelExternalWorkflowExecutionCommandAttributes = new RequestCancelExternalWorkflowExecutionCommandAttributes
        {
            Namespace = Namespace,
            WorkflowId = id,
        },
    };

    public static Command Timer(string id, double seconds) => new()
    {
        CommandType = CommandType.StartTimer,
        StartTimerCommandAttributes = new StartTimerCommandAttributes { TimerId = id, StartToFireTimeout = Seconds(seconds) },
    };

    public static Command CancelTimer(string id) => new()
    {
        CommandType = CommandType.CancelTimer,
        CancelTimerCommandAttributes = new CancelTimerCommandAttributes { TimerId = id },
    };

    public Command Activity(string id, Action<ScheduleActivityTaskCommandAttributes>? change = null)
    {
        var attributes = new ScheduleActivityTaskCommandAttributes
        {
            ActivityId = id,
            ActivityType = new ActivityType { Name = "Act" },
            TaskQueue = new Api.TaskQueue { Name = Queue },
            Input = Text("argument"),
            StartToCloseTimeout = Seconds(60),
        };
        change?.Invoke(attributes);
        return new Command { CommandType = CommandType.ScheduleActivityTask, ScheduleActivityTaskCommandAttributes = attributes };
    }

    public static Command CancelActivity(long scheduledEventId) => new()
    {
        CommandType = CommandType.RequestCancelActivityTask,
        RequestCancelActivityTaskCommandAttributes = new RequestCancelActivityTaskCommandAttributes { ScheduledEventId = scheduledEventId },
    };

    public Command Child(string suffix = "child", Action<StartChildWorkflowExecutionCommandAttributes>? change = null)
    {
        var attributes = new StartChildWorkflowExecutionCommandAttributes
        {
            Namespace = Namespace,
            WorkflowId = $"{Id}-{suffix}",
            WorkflowType = new WorkflowType { Name = "Child" },
            TaskQueue = new Api.TaskQueue { Name = ChildQueue },
            Input = Text("for the child"),
        };
        change?.Invoke(attributes);
        return new Command { CommandType = CommandType.StartChildWorkflowExecution, StartChildWorkflowExecutionCommandAttributes = attributes };
    }

    public string ChildQueue => Queue + "-children";

    public static Command ContinueAsNew(Action<ContinueAsNewWorkflowExecutionCommandAttributes>? change = null)
    {
        var attributes = new ContinueAsNewWorkflowExecutionCommandAttributes { Input = Text("again") };
        change?.Invoke(attributes);
        return new Command { CommandType = CommandType.ContinueAsNewWorkflowExecution, ContinueAsNewWorkflowExecutionCommandAttributes = attributes };
    }

    public void Dispose() => Client.Dispose();
}

internal sealed record RpcExceptionNote(Rpc.StatusCode Code, string Message, string Detail);

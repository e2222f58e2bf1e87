using Google.Protobuf;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Engine;
using Metal3.Lab.Temporal.Rpc;
using Stage = Metal3.Lab.Temporal.Api.UpdateWorkflowExecutionLifecycleStage;

namespace Metal3.Lab.Temporal.Frontend;

/// <summary>The calls of <c>temporal.api.workflowservice.v1.WorkflowService</c> that clients make.</summary>
internal sealed partial class WorkflowService(Server server)
{
    public const string Name = "temporal.api.workflowservice.v1.WorkflowService";

    private readonly Server _server = server;

    public void MapTo(RpcServer rpc)
    {
        void Sync<TRequest>(string method, Func<TRequest, IMessage> handler)
            where TRequest : IMessage<TRequest>, new() =>
            rpc.Map<TRequest>($"/{Name}/{method}", (request, _) => ValueTask.FromResult(handler(request)));
        void Async<TRequest>(string method, Func<TRequest, RpcCall, ValueTask<IMessage>> handler)
            where TRequest : IMessage<TRequest>, new() => rpc.Map($"/{Name}/{method}", handler);

        Sync<GetSystemInfoRequest>("GetSystemInfo", _ => SystemInfo());
        Sync<GetClusterInfoRequest>("GetClusterInfo", _ => ClusterInfo());
        Sync<DescribeNamespaceRequest>("DescribeNamespace", DescribeNamespace);
        Sync<ListNamespacesRequest>("ListNamespaces", _ => ListNamespaces());
        Sync<RegisterNamespaceRequest>("RegisterNamespace", RegisterNamespace);
        Sync<UpdateNamespaceRequest>("UpdateNamespace", UpdateNamespace);
        Sync<GetSearchAttributesRequest>("GetSearchAttributes", _ => GetSearchAttributes());
        Sync<StartWorkflowExecutionRequest>("StartWorkflowExecution", Start);
        Sync<SignalWithStartWorkflowExecutionRequest>("SignalWithStartWorkflowExecution", SignalWithStart);
        Sync<SignalWorkflowExecutionRequest>("SignalWorkflowExecution", Signal);
        Sync<RequestCancelWorkflowExecutionRequest>("RequestCancelWorkflowExecution", Cancel);
        Sync<TerminateWorkflowExecutionRequest>("TerminateWorkflowExecution", Terminate);
        Sync<DeleteWorkflowExecutionRequest>("DeleteWorkflowExecution", Delete);
        Sync<DescribeWorkflowExecutionRequest>("DescribeWorkflowExecution", Describe);
        Sync<GetWorkflowExecutionHistoryReverseRequest>("GetWorkflowExecutionHistoryReverse", HistoryReverse);
        Sync<ListWorkflowExecutionsRequest>("ListWorkflowExecutions", List);
        Sync<CountWorkflowExecutionsRequest>("CountWorkflowExecutions", Count);
        Async<GetWorkflowExecutionHistoryRequest>("GetWorkflowExecutionHistory", HistoryAsync);
        Async<QueryWorkflowRequest>("QueryWorkflow", QueryAsync);
        Async<UpdateWorkflowExecutionRequest>("UpdateWorkflowExecution", UpdateAsync);
        Async<PollWorkflowExecutionUpdateRequest>("PollWorkflowExecutionUpdate", PollUpdateAsync);
        Async<ExecuteMultiOperationRequest>("ExecuteMultiOperation", MultiOperationAsync);
        Async<PollWorkflowTaskQueueRequest>("PollWorkflowTaskQueue", PollWorkflowTaskAsync);
        Sync<RespondWorkflowTaskCompletedRequest>("RespondWorkflowTaskCompleted", TaskCompleted);
        Sync<RespondWorkflowTaskFailedRequest>("RespondWorkflowTaskFailed", TaskFailed);
        Sync<RespondQueryTaskCompletedRequest>("RespondQueryTaskCompleted", QueryCompleted);
        Async<PollActivityTaskQueueRequest>("PollActivityTaskQueue", PollActivityTaskAsync);
        Sync<RecordActivityTaskHeartbeatRequest>("RecordActivityTaskHeartbeat", Heartbeat);
        Sync<RecordActivityTaskHeartbeatByIdRequest>("RecordActivityTaskHeartbeatById", HeartbeatById);
        Sync<RespondActivityTaskCompletedRequest>("RespondActivityTaskCompleted", ActivityCompleted);
        Sync<RespondActivityTaskCompletedByIdRequest>("RespondActivityTaskCompletedById", ActivityCompletedById);
        Sync<RespondActivityTaskFailedRequest>("RespondActivityTaskFailed", ActivityFailed);
        Sync<RespondActivityTaskFailedByIdRequest>("RespondActivityTaskFailedById", ActivityFailedById);
        Sync<RespondActivityTaskCanceledRequest>("RespondActivityTaskCanceled", ActivityCanceled);
        Sync<RespondActivityTaskCanceledByIdRequest>("RespondActivityTaskCanceledById", ActivityCanceledById);
        Sync<ResetStickyTaskQueueRequest>("ResetStickyTaskQueue", ResetSticky);
        Sync<ShutdownWorkerRequest>("ShutdownWorker", ShutdownWorker);
        Sync<DescribeTaskQueueRequest>("DescribeTaskQueue", DescribeTaskQueue);
    }

    private StartWorkflowExecutionResponse Start(StartWorkflowExecutionRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        StartRules.Check(ns, request);
        var (run, started) = _server.Start(ns, request);
        return new StartWorkflowExecutionResponse
        {
            RunId = run.RunId,
            FirstExecutionRunId = run.Start.FirstExecutionRunId,
            Started = started,
            Status = run.Status,
        };
    }

    private SignalWithStartWorkflowExecutionResponse SignalWithStart(SignalWithStartWorkflowExecutionRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        var start = new StartWorkflowExecutionRequest
        {
            Namespace = request.Namespace,
            WorkflowId = request.WorkflowId,
            WorkflowType = request.WorkflowType,
            TaskQueue = request.TaskQueue,
            Input = request.Input,
            WorkflowExecutionTimeout = request.WorkflowExecutionTimeout,
            WorkflowRunTimeout = request.WorkflowRunTimeout,
            WorkflowTaskTimeout = request.WorkflowTaskTimeout,
            Identity = request.Identity,
            RequestId = request.RequestId,
            WorkflowIdReusePolicy = request.WorkflowIdReusePolicy,
            WorkflowIdConflictPolicy = request.WorkflowIdConflictPolicy,
            RetryPolicy = request.RetryPolicy,
            CronSchedule = request.CronSchedule,
            Memo = request.Memo,
            SearchAttributes = request.SearchAttributes,
            Header = request.Header,
            WorkflowStartDelay = request.WorkflowStartDelay,
            UserMetadata = request.UserMetadata,
            VersioningOverride = request.VersioningOverride,
            Priority = request.Priority,
        };
        StartRules.Check(ns, start);
        if (request.SignalName.Length == 0)
        {
            throw RpcException.Invalid("SignalName is not set on request.");
        }

        StartRules.Blob(request.SignalInput, "SignalInput");

        if (start.WorkflowIdReusePolicy != WorkflowIdReusePolicy.TerminateIfRunning
            && start.WorkflowIdConflictPolicy is WorkflowIdConflictPolicy.Unspecified)
        {
            start.WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting;
        }
        else if (start.WorkflowIdConflictPolicy == WorkflowIdConflictPolicy.Fail)
        {
            throw RpcException.Invalid("Invalid WorkflowIDConflictPolicy: WORKFLOW_ID_CONFLICT_POLICY_FAIL is not supported for SignalWithStart.");
        }

        return _server.WithEntity(ns, start.WorkflowId, entity =>
        {
            var before = entity.Current;
            var (run, started) = _server.Start(entity, start, schedules: false);
            var isNew = run != before;
            // Its own retry must not signal twice; the signal carries the same id.
            run.Signal(
                request.SignalName, request.SignalInput, request.Identity, request.Header, request.RequestId, startsTask: !isNew);
            if (isNew)
            {
                run.ScheduleFirstTask();
            }

            return new SignalWithStartWorkflowExecutionResponse { RunId = run.RunId, Started = started && isNew };
        });
    }

    private SignalWorkflowExecutionResponse Signal(SignalWorkflowExecutionRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        if (request.SignalName.Length == 0)
        {
            throw RpcException.Invalid("SignalName is not set on request.");
        }

        if (Limits.TooLong(request.SignalName))
        {
            throw RpcException.Invalid("SignalName length exceeds limit.");
        }

        StartRules.Blob(request.Input, "Input");
        return Server.WithExisting(ns, request.WorkflowExecution, entity =>
        {
            entity.Find(request.WorkflowExecution.RunId)
                .Signal(request.SignalName, request.Input, request.Identity, request.Header, request.RequestId);
            return new SignalWorkflowExecutionResponse();
        });
    }

    private RequestCancelWorkflowExecutionResponse Cancel(RequestCancelWorkflowExecutionRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        return Server.WithExisting(ns, request.WorkflowExecution, entity =>
        {
            Find(entity, request.WorkflowExecution.RunId, request.FirstExecutionRunId).RequestCancel(request.Reason, request.Identity);
            return new RequestCancelWorkflowExecutionResponse();
        });
    }

    private TerminateWorkflowExecutionResponse Terminate(TerminateWorkflowExecutionRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        return Server.WithExisting(ns, request.WorkflowExecution, entity =>
        {
            Find(entity, request.WorkflowExecution.RunId, request.FirstExecutionRunId)
                .Terminate(request.Reason, request.Details, request.Identity.Length > 0 ? request.Identity : "frontend-service");
            return new TerminateWorkflowExecutionResponse();
        });
    }

    private DeleteWorkflowExecutionResponse Delete(DeleteWorkflowExecutionRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        var run = Server.WithExisting(ns, request.WorkflowExecution, entity =>
        {
            var found = entity.Find(request.WorkflowExecution.RunId);
            if (found.IsRunning)
            {
                found.Terminate("Delete workflow execution", null, "history-service");
            }

            return found;
        });
        _server.Delete(run);
        return new DeleteWorkflowExecutionResponse();
    }

    private static Run Find(Entity entity, string runId, string firstRunId)
    {
        // Closed and unknown are the same to somebody who names the chain.
        var run = entity.Find(runId);
        return firstRunId.Length == 0 || run.Start.FirstExecutionRunId == firstRunId
            ? run
            : throw RpcException.NotFound("workflow execution not found");
    }

    private DescribeWorkflowExecutionResponse Describe(DescribeWorkflowExecutionRequest request) =>
        Server.WithExisting(
            _server.Namespace(request.Namespace), request.Execution, entity => entity.Find(request.Execution.RunId).Describe());

    private async ValueTask<IMessage> HistoryAsync(GetWorkflowExecutionHistoryRequest request, RpcCall call)
    {
        var ns = _server.Namespace(request.Namespace);
        var closeOnly = request.HistoryEventFilterType == HistoryEventFilterType.CloseEvent;
        var token = request.NextPageToken.IsEmpty
            ? (TaskToken?)null : TaskToken.Decode(request.NextPageToken, TokenKind.HistoryPage, "next page token");
        var execution = request.Execution;
        if (token is { } given)
        {
            if (given.Namespace != ns.Name || (execution is not null && execution.WorkflowId != given.WorkflowId))
            {
                throw RpcException.Invalid("Invalid NextPageToken.");
            }

            execution = new WorkflowExecution { WorkflowId = given.WorkflowId, RunId = given.RunId };
        }

        var page = request.MaximumPageSize is > 0 and < Limits.HistoryPage ? request.MaximumPageSize : Limits.HistoryPage;
        var patience = Task.Delay(call.Hold(Limits.HistoryHold), call.Aborted);
        while (true)
        {
            Task? more = null;
            var response = Server.WithExisting(ns, execution, entity =>
            {
                var run = entity.Find(execution!.RunId);
                execution.RunId = run.RunId;
                var answer = Page(run, token, closeOnly, request.WaitNewEvent, page);
                more = answer is null ? run.NewEvents : null;
                return answer;
            });
            if (response is not null)
            {
                return response;
            }

            if (await Task.WhenAny(more!, patience) == patience)
            {
                await patience;
                return new GetWorkflowExecutionHistoryResponse
                {
                    History = new History(),
                    NextPageToken = (token ?? new TaskToken(
                        TokenKind.HistoryPage, ns.Name, execution!.WorkflowId, execution.RunId, 1, 0, 0, "")).Encode(),
                };
            }
        }
    }

    /// <returns>A page, or <see langword="null"/> for "wait for more".</returns>
    private static GetWorkflowExecutionHistoryResponse? Page(Run run, TaskToken? token, bool closeOnly, bool wait, int size)
    {
        var response = new GetWorkflowExecutionHistoryResponse { History = new History() };
        if (closeOnly)
        {
            if (run.IsRunning && wait)
            {
                return null;
            }

            if (!run.IsRunning || !wait)
            {
                response.History.Events.Add(run.LastEvent);
            }

            return response;
        }

        var first = token?.First ?? 1;
        // Second is where a worker's page run ends; a reader's goes on as long as there is more.
        var end = token is { Second: > 0 and var bound } ? bound : run.EventCount;
        if (first > end && run.IsRunning && wait && token is not { Second: > 0 })
        {
            return null;
        }

        var last = Math.Min(first + size - 1, end);
        response.History.Events.AddRange(run.Events(first, last));
        if (token is { Extra: "task" } worker && last >= end && run.IsTaskStamp(worker.Attempt))
        {
            response.History.Events.AddRange(run.UnwrittenTaskEvents());
        }

        if (last < end || (wait && run.IsRunning && token is not { Second: > 0 }))
        {
            response.NextPageToken = new TaskToken(
                TokenKind.HistoryPage, run.Namespace.Name, run.Entity.WorkflowId, run.RunId,
                last + 1, token?.Second ?? 0, token?.Attempt ?? 0, token?.Extra ?? "").Encode();
        }

        return response;
    }

    private GetWorkflowExecutionHistoryReverseResponse HistoryReverse(GetWorkflowExecutionHistoryReverseRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        var token = request.NextPageToken.IsEmpty
            ? (TaskToken?)null : TaskToken.Decode(request.NextPageToken, TokenKind.HistoryPage, "next page token");
        return Server.WithExisting(ns, request.Execution, entity =>
        {
            var run = entity.Find(token?.RunId ?? request.Execution.RunId);
            var size = request.MaximumPageSize is > 0 and < Limits.HistoryPage ? request.MaximumPageSize : Limits.HistoryPage;
            var last = token?.First ?? run.EventCount;
            var first = Math.Max(1, last - size + 1);
            var response = new GetWorkflowExecutionHistoryReverseResponse { History = new History() };
            response.History.Events.AddRange(run.Events(first, last).Reverse());
            if (first > 1)
            {
                response.NextPageToken = new TaskToken(
                    TokenKind.HistoryPage, ns.Name, run.Entity.WorkflowId, run.RunId, first - 1, 0, 0, "").Encode();
            }

            return response;
        });
    }

    private async ValueTask<IMessage> QueryAsync(QueryWorkflowRequest request, RpcCall call)
    {
        var ns = _server.Namespace(request.Namespace);
        if (request.Query is null or { QueryType.Length: 0 })
        {
            throw RpcException.Invalid("QueryType is not set on request.");
        }

        StartRules.Blob(request.Query.QueryArgs, "QueryArgs");
        _server.Clock.AddHolds(1);
        try
        {
            Run? run = null;
            PendingQuery? pending = null;
            QueryWorkflowResponse? rejected = null;
            _ = Server.WithExisting(ns, request.Execution, entity =>
            {
                run = entity.Find(request.Execution.RunId);
                rejected = Reject(run.Status, request.QueryRejectCondition);
                pending = rejected is null ? run.BufferQuery(request.Query) : null;
                return run;
            });
            if (rejected is not null)
            {
                return rejected;
            }

            if (pending is not null)
            {
                try
                {
                    if (await pending.Answer.WaitAsync(call.Aborted) is { } answer)
                    {
                        return answer;
                    }
                }
                catch (OperationCanceledException)
                {
                    using (run!.Entity.Enter())
                    {
                        run.ForgetQuery(pending);
                    }

                    throw;
                }
            }

            return await AskDirectlyAsync(run!, request.Query, call);
        }
        finally
        {
            _server.Clock.AddHolds(-1);
        }
    }

    private static QueryWorkflowResponse? Reject(WorkflowExecutionStatus status, QueryRejectCondition condition)
    {
        var rejects = condition switch
        {
            QueryRejectCondition.NotOpen => status != WorkflowExecutionStatus.Running,
            QueryRejectCondition.NotCompletedCleanly => status is not (WorkflowExecutionStatus.Running or WorkflowExecutionStatus.Completed),
            _ => false,
        };
        return rejects ? new QueryWorkflowResponse { QueryRejected = new QueryRejected { Status = status } } : null;
    }

    private async Task<QueryWorkflowResponse> AskDirectlyAsync(Run run, WorkflowQuery query, RpcCall call)
    {
        StickyExecutionAttributes? sticky;
        using (run.Entity.Enter())
        {
            sticky = run.Sticky;
        }

        if (sticky is not null
            && _server.ExistingQueue(run.Namespace.Name, sticky.WorkerTaskQueue.Name, forActivities: false) is { HasRecentPoller: true } warm)
        {
            var first = new PendingQuery(query);
            _queries[first.Id] = first;
            try
            {
                warm.Add(new MatchTask(MatchKind.Query, run, 0, 0, first) { Sticky = true });
                return (await first.Answer.WaitAsync(TimeSpan.FromSeconds(1), call.Aborted))!;
            }
            catch (TimeoutException)
            {
                // The worker that knows the run may be gone: any other can replay it.
                using (run.Entity.Enter())
                {
                    run.ResetSticky();
                }
            }
            finally
            {
                first.Gone = true;
                _ = _queries.TryRemove(first.Id, out _);
            }
        }

        var pending = new PendingQuery(query);
        _queries[pending.Id] = pending;
        try
        {
            _server.Queue(run.Namespace.Name, run.TaskQueueName, forActivities: false)
                .Add(new MatchTask(MatchKind.Query, run, 0, 0, pending));
            return (await pending.Answer.WaitAsync(call.Aborted))!;
        }
        finally
        {
            pending.Gone = true;
            _ = _queries.TryRemove(pending.Id, out _);
        }
    }

    private async ValueTask<IMessage> UpdateAsync(UpdateWorkflowExecutionRequest request, RpcCall call)
    {
        var ns = _server.Namespace(request.Namespace);
        CheckUpdate(request);
        var hold = Task.Delay(call.Hold(Limits.HistoryHold), call.Aborted);
        while (true)
        {
            var (run, update) = Server.WithExisting(ns, request.WorkflowExecution, entity => Admit(entity, request));
            if (await WaitAsync(run, update, request.WaitPolicy?.LifecycleStage ?? Stage.Unspecified, hold) is { } reached)
            {
                return new UpdateWorkflowExecutionResponse { UpdateRef = Reference(run, update.Id), Outcome = reached.Outcome, Stage = reached.Stage };
            }
        }
    }

    private static void CheckUpdate(UpdateWorkflowExecutionRequest request)
    {
        if (request.Request is null)
        {
            throw RpcException.Invalid("Update request is not set on request.");
        }

        if (request.Request.Meta is null)
        {
            throw RpcException.Invalid("Update meta is not set on request.");
        }

        if (request.Request.Input is null)
        {
            throw RpcException.Invalid("Update input is not set on request.");
        }

        if (request.Request.Input.Name.Length == 0)
        {
            throw RpcException.Invalid("Update name is not set on request.");
        }

        if (Limits.TooLong(request.Request.Meta.UpdateId))
        {
            throw RpcException.Invalid("UpdateId length exceeds limit.");
        }

        if (request.Request.Meta.UpdateId.Length == 0)
        {
            request.Request.Meta.UpdateId = Guid.NewGuid().ToString();
        }

        StartRules.Blob(request.Request.Input.Args, "Update input");
    }

    private static (Run Run, Update Update) Admit(Entity entity, UpdateWorkflowExecutionRequest request)
    {
        var run = Find(entity, request.WorkflowExecution.RunId, request.FirstExecutionRunId);
        return (run, run.AdmitUpdate(request.Request.Meta.UpdateId, request.Request));
    }

    /// <returns>What was reached, or <see langword="null"/> when the update moved on with its workflow's next run.</returns>
    private static async Task<(Stage Stage, Outcome? Outcome)?> WaitAsync(Run run, Update update, Stage wanted, Task hold)
    {
        while (true)
        {
            Task changed;
            using (run.Entity.Enter())
            {
                if (update.State == UpdateState.Moved)
                {
                    return null;
                }

                if (update.Error is { } error)
                {
                    throw error;
                }

                if (update.Stage >= wanted || hold.IsCompletedSuccessfully)
                {
                    return (update.Stage, update.Outcome);
                }

                changed = update.Changed;
            }

            if (await Task.WhenAny(changed, hold) == hold)
            {
                await hold;
            }
        }
    }

    private async ValueTask<IMessage> PollUpdateAsync(PollWorkflowExecutionUpdateRequest request, RpcCall call)
    {
        var ns = _server.Namespace(request.Namespace);
        if (request.UpdateRef is null or { UpdateId.Length: 0 })
        {
            throw RpcException.Invalid("UpdateRef is not set on request.");
        }

        var hold = Task.Delay(call.Hold(Limits.HistoryHold), call.Aborted);
        var id = request.UpdateRef.UpdateId;
        var (run, update) = Server.WithExisting(ns, request.UpdateRef.WorkflowExecution, entity =>
        {
            var found = entity.Find(request.UpdateRef.WorkflowExecution.RunId);
            return (found, found.FindUpdate(id) ?? throw RpcException.NotFound($"update \"{id}\" not found"));
        });
        var reached = await WaitAsync(run, update, request.WaitPolicy?.LifecycleStage ?? Stage.Unspecified, hold)
            ?? throw RpcException.NotFound($"update \"{id}\" not found");
        return new PollWorkflowExecutionUpdateResponse { Outcome = reached.Outcome, Stage = reached.Stage, UpdateRef = Reference(run, id) };
    }

    private static UpdateRef Reference(Run run, string id) => new() { WorkflowExecution = run.Execution, UpdateId = id };

    private async ValueTask<IMessage> MultiOperationAsync(ExecuteMultiOperationRequest request, RpcCall call)
    {
        var ns = _server.Namespace(request.Namespace);
        if (request.Operations.Count != 2 || request.Operations[0].StartWorkflow is not { } start
            || request.Operations[1].UpdateWorkflow is not { } update)
        {
            throw RpcException.Invalid("Operations have to be exactly [Start, Update].");
        }

        var starting = true;
        try
        {
            if (start.CronSchedule.Length > 0 || start.RequestEagerExecution || start.WorkflowStartDelay is not null)
            {
                throw RpcException.Invalid(
                    start.CronSchedule.Length > 0 ? "CronSchedule is not allowed."
                    : start.RequestEagerExecution ? "RequestEagerExecution is not supported." : "WorkflowStartDelay is not supported.");
            }

            StartRules.Check(ns, start);
            starting = false;
            CheckUpdate(update);
            if (update.WorkflowExecution?.WorkflowId != start.WorkflowId)
            {
                throw RpcException.Invalid("WorkflowId is not consistent with previous operation(s).");
            }

            if (update.WorkflowExecution.RunId.Length > 0)
            {
                throw RpcException.Invalid("RunId is not allowed.");
            }

            if (update.FirstExecutionRunId.Length > 0)
            {
                throw RpcException.Invalid("FirstExecutionRunId is not allowed.");
            }

            var hold = Task.Delay(call.Hold(Limits.HistoryHold), call.Aborted);
            starting = true;
            var (run, started, admitted) = _server.WithEntity(ns, start.WorkflowId, entity =>
            {
                starting = true;
                if (entity.Current is { } known && known.FindUpdate(update.Request.Meta.UpdateId) is { } same)
                {
                    return (known, false, same);
                }

                var (into, isNew) = _server.Start(entity, start);
                starting = false;
                return (into, isNew, into.AdmitUpdate(update.Request.Meta.UpdateId, update.Request));
            });
            starting = false;
            var reached = await WaitAsync(run, admitted, update.WaitPolicy?.LifecycleStage ?? Stage.Unspecified, hold)
                ?? (admitted.Stage, admitted.Outcome);
            return new ExecuteMultiOperationResponse
            {
                Responses =
                {
                    new ExecuteMultiOperationResponse.Types.Response
                    {
                        StartWorkflow = new StartWorkflowExecutionResponse
                        {
                            RunId = run.RunId, FirstExecutionRunId = run.Start.FirstExecutionRunId, Started = started, Status = run.Status,
                        },
                    },
                    new ExecuteMultiOperationResponse.Types.Response
                    {
                        UpdateWorkflow = new UpdateWorkflowExecutionResponse
                        {
                            UpdateRef = Reference(run, admitted.Id), Outcome = reached.Outcome, Stage = reached.Stage,
                        },
                    },
                },
            };
        }
        catch (RpcException e)
        {
            throw Together(e, starting);
        }
    }

    /// <summary>One operation failed: its own status beside "aborted" for the innocent one.</summary>
    private static RpcException Together(RpcException error, bool starting)
    {
        var own = error.ToStatus();
        var guilty = new MultiOperationExecutionFailure.Types.OperationStatus { Code = own.Code, Message = own.Message };
        guilty.Details.AddRange(own.Details);
        var innocent = new MultiOperationExecutionFailure.Types.OperationStatus
        {
            Code = (int)StatusCode.Aborted,
            Message = "Operation was aborted.",
            Details = { Google.Protobuf.WellKnownTypes.Any.Pack(new MultiOperationExecutionAborted()) },
        };
        var detail = new MultiOperationExecutionFailure();
        detail.Statuses.Add(starting ? guilty : innocent);
        detail.Statuses.Add(starting ? innocent : guilty);
        return new RpcException(error.Code, "Update-with-Start could not be executed: " + error.Message, detail);
    }
}

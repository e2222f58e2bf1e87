using System.Collections.Concurrent;
using Google.Protobuf;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Engine;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Frontend;

/// <summary>The calls that workers make.</summary>
internal sealed partial class WorkflowService
{
    private readonly ConcurrentDictionary<string, PendingQuery> _queries = new(StringComparer.Ordinal);

    private async ValueTask<IMessage> PollWorkflowTaskAsync(PollWorkflowTaskQueueRequest request, RpcCall call)
    {
        var ns = _server.Namespace(request.Namespace);
        StartRules.Id(request.TaskQueue?.Name, "TaskQueue");
        var queue = _server.Queue(ns.Name, request.TaskQueue!.Name, forActivities: false);
        var sticky = request.TaskQueue.Kind == TaskQueueKind.Sticky;
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var hold = call.Hold(Limits.MatchingHold);
        while (true)
        {
            var left = hold - System.Diagnostics.Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || await queue.PollAsync(request.Identity, left, call.Aborted) is not { } task)
            {
                return new PollWorkflowTaskQueueResponse();
            }

            using (task.Run.Entity.Enter())
            {
                if (task.Query is { } query)
                {
                    if (!query.Gone)
                    {
                        return task.Run.QueryTask(query, sticky);
                    }
                }
                else if (task.Run.TryStartTask(task.Stamp, request.Identity, sticky) is { } response)
                {
                    return response;
                }
            }
        }
    }

    private RespondWorkflowTaskCompletedResponse TaskCompleted(RespondWorkflowTaskCompletedRequest request)
    {
        var token = TaskToken.Decode(request.TaskToken, TokenKind.WorkflowTask);
        var run = RunOf(token, "workflow execution already completed");
        using (run.Entity.Enter())
        {
            return run.CompleteTask(token, request);
        }
    }

    private RespondWorkflowTaskFailedResponse TaskFailed(RespondWorkflowTaskFailedRequest request)
    {
        var token = TaskToken.Decode(request.TaskToken, TokenKind.WorkflowTask);
        var run = RunOf(token, "workflow execution already completed");
        using (run.Entity.Enter())
        {
            run.FailTask(token, request);
        }

        return new RespondWorkflowTaskFailedResponse();
    }

    private RespondQueryTaskCompletedResponse QueryCompleted(RespondQueryTaskCompletedRequest request)
    {
        var token = TaskToken.Decode(request.TaskToken, TokenKind.Query);
        if (!_queries.TryGetValue(token.Extra, out var query))
        {
            throw RpcException.NotFound("query task not found, or already expired");
        }

        if (request.QueryResult?.CalculateSize() > Limits.BlobBytes)
        {
            query.Failed("Blob data size exceeds limit.", null);
        }
        else if (request.CompletedType == QueryResultType.Answered)
        {
            query.Answered(request.QueryResult);
        }
        else
        {
            query.Failed(request.ErrorMessage, request.Failure);
        }

        return new RespondQueryTaskCompletedResponse();
    }

    private async ValueTask<IMessage> PollActivityTaskAsync(PollActivityTaskQueueRequest request, RpcCall call)
    {
        var ns = _server.Namespace(request.Namespace);
        StartRules.Id(request.TaskQueue?.Name, "TaskQueue");
        var queue = _server.Queue(ns.Name, request.TaskQueue!.Name, forActivities: true);
        if (request.TaskQueueMetadata?.MaxTasksPerSecond is { } rate)
        {
            queue.SetRate(rate);
        }

        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        var hold = call.Hold(Limits.MatchingHold);
        while (true)
        {
            var left = hold - System.Diagnostics.Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero || await queue.PollAsync(request.Identity, left, call.Aborted) is not { } task)
            {
                return new PollActivityTaskQueueResponse();
            }

            using (task.Run.Entity.Enter())
            {
                if (task.Run.TryStartActivity(task.ScheduledEventId, task.Stamp, request.Identity) is { } response)
                {
                    return response;
                }
            }
        }
    }

    private RecordActivityTaskHeartbeatResponse Heartbeat(RecordActivityTaskHeartbeatRequest request) => new()
    {
        CancelRequested = OnActivity(request.TaskToken, (run, token) => run.Heartbeat(token, "", request.Details, request.Identity)),
    };

    private RecordActivityTaskHeartbeatByIdResponse HeartbeatById(RecordActivityTaskHeartbeatByIdRequest request) => new()
    {
        CancelRequested = OnActivity(
            request.Namespace, request.WorkflowId, request.RunId, request.ActivityId,
            run => run.Heartbeat(null, request.ActivityId, request.Details, request.Identity)),
    };

    private RespondActivityTaskCompletedResponse ActivityCompleted(RespondActivityTaskCompletedRequest request)
    {
        _ = OnActivity(request.TaskToken, (run, token) =>
        {
            run.CompleteActivity(token, "", request.Result, request.Identity);
            return true;
        });
        return new RespondActivityTaskCompletedResponse();
    }

    private RespondActivityTaskCompletedByIdResponse ActivityCompletedById(RespondActivityTaskCompletedByIdRequest request)
    {
        _ = OnActivity(request.Namespace, request.WorkflowId, request.RunId, request.ActivityId, run =>
        {
            run.CompleteActivity(null, request.ActivityId, request.Result, request.Identity);
            return true;
        });
        return new RespondActivityTaskCompletedByIdResponse();
    }

    private RespondActivityTaskFailedResponse ActivityFailed(RespondActivityTaskFailedRequest request)
    {
        _ = OnActivity(request.TaskToken, (run, token) =>
        {
            run.FailActivity(token, "", request.Failure, request.LastHeartbeatDetails, request.Identity);
            return true;
        });
        return new RespondActivityTaskFailedResponse();
    }

    private RespondActivityTaskFailedByIdResponse ActivityFailedById(RespondActivityTaskFailedByIdRequest request)
    {
        _ = OnActivity(request.Namespace, request.WorkflowId, request.RunId, request.ActivityId, run =>
        {
            run.FailActivity(null, request.ActivityId, request.Failure, request.LastHeartbeatDetails, request.Identity);
            return true;
        });
        return new RespondActivityTaskFailedByIdResponse();
    }

    private RespondActivityTaskCanceledResponse ActivityCanceled(RespondActivityTaskCanceledRequest request)
    {
        _ = OnActivity(request.TaskToken, (run, token) =>
        {
            run.ActivityCanceled(token, "", request.Details, request.Identity);
            return true;
        });
        return new RespondActivityTaskCanceledResponse();
    }

    private RespondActivityTaskCanceledByIdResponse ActivityCanceledById(RespondActivityTaskCanceledByIdRequest request)
    {
        _ = OnActivity(request.Namespace, request.WorkflowId, request.RunId, request.ActivityId, run =>
        {
            run.ActivityCanceled(null, request.ActivityId, request.Details, request.Identity);
            return true;
        });
        return new RespondActivityTaskCanceledByIdResponse();
    }

    private bool OnActivity(ByteString bytes, Func<Run, TaskToken, bool> work)
    {
        var token = TaskToken.Decode(bytes, TokenKind.Activity);
        var run = RunOf(token, "invalid activityID or activity already timed out or invoking workflow is completed");
        using (run.Entity.Enter())
        {
            return work(run, token);
        }
    }

    private bool OnActivity(string ns, string workflowId, string runId, string activityId, Func<Run, bool> work)
    {
        if (activityId.Length == 0)
        {
            throw RpcException.Invalid("ActivityId is not set on request.");
        }

        return Server.WithExisting(
            _server.Namespace(ns), new WorkflowExecution { WorkflowId = workflowId, RunId = runId }, entity => work(entity.Find(runId)));
    }

    private Run RunOf(TaskToken token, string otherwise) =>
        _server.FindRun(token.Namespace, token.WorkflowId, token.RunId) ?? throw RpcException.NotFound(otherwise);

    private ResetStickyTaskQueueResponse ResetSticky(ResetStickyTaskQueueRequest request) =>
        Server.WithExisting(_server.Namespace(request.Namespace), request.Execution, entity =>
        {
            entity.Find(request.Execution.RunId).ResetSticky();
            return new ResetStickyTaskQueueResponse();
        });

    private ShutdownWorkerResponse ShutdownWorker(ShutdownWorkerRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        if (_server.ExistingQueue(ns.Name, request.StickyTaskQueue, forActivities: false) is { } queue)
        {
            foreach (var task in queue.ShutDown())
            {
                // What only that worker would have taken goes to all of them.
                _server.Queue(ns.Name, task.Run.TaskQueueName, forActivities: false).Add(task with { Sticky = false });
            }
        }

        return new ShutdownWorkerResponse();
    }

    private DescribeTaskQueueResponse DescribeTaskQueue(DescribeTaskQueueRequest request)
    {
        var ns = _server.Namespace(request.Namespace);
        StartRules.Id(request.TaskQueue?.Name, "TaskQueue");
        var response = new DescribeTaskQueueResponse();
        if (_server.ExistingQueue(ns.Name, request.TaskQueue!.Name, request.TaskQueueType == TaskQueueType.Activity) is { } queue)
        {
            response.Pollers.AddRange(queue.Pollers());
        }

        return response;
    }
}

using Google.Protobuf.Collections;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Engine;

/// <summary>A query on its way to a worker: with the next workflow task, or as a task of its own.</summary>
internal sealed class PendingQuery(WorkflowQuery query)
{
    private readonly TaskCompletionSource<QueryWorkflowResponse?> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id { get; } = Guid.NewGuid().ToString();

    public WorkflowQuery Query { get; } = query;

    /// <summary>The answer, or <see langword="null"/> for "ask again directly".</summary>
    public Task<QueryWorkflowResponse?> Answer => _answer.Task;

    public bool Gone { get; set; }

    public void Answered(Payloads? result) => _answer.TrySetResult(new QueryWorkflowResponse { QueryResult = result });

    public void Failed(string message, Failure? failure) => _answer.TrySetException(
        new RpcException(StatusCode.InvalidArgument, message, new QueryFailedFailure { Failure = failure ?? Failures.Application(message, "QueryFailed") }));

    public void Refused(RpcException why) => _answer.TrySetException(why);

    public void AskDirectly() => _answer.TrySetResult(null);
}

internal sealed partial class Run
{
    private readonly List<PendingQuery> _queries = [];

    /// <returns>The query to wait for, or <see langword="null"/> when it can be asked directly.</returns>
    public PendingQuery? BufferQuery(WorkflowQuery query)
    {
        if (!IsRunning)
        {
            return LastCompletedStartedId > 0 ? null : throw NotReady("Unable to query workflow: it was closed before its first workflow task completed.");
        }

        if (TaskAttempt >= 3)
        {
            throw NotReady("Unable to query workflow due to Workflow Task in failed state.");
        }

        if (LastCompletedStartedId > 0 && _task.Phase == TaskPhase.None)
        {
            return null;
        }

        if (_queries.Count >= Engine.Limits.QueriesPerRun)
        {
            throw new RpcException(
                StatusCode.ResourceExhausted, "query buffer is full, cannot accept new consistent queries",
                new ResourceExhaustedFailure { Cause = ResourceExhaustedCause.ConcurrentLimit });
        }

        var pending = new PendingQuery(query);
        _queries.Add(pending);
        return pending;
    }

    public void ForgetQuery(PendingQuery query) => _queries.Remove(query);

    public static RpcException NotReady(string message) => new(StatusCode.FailedPrecondition, message, new WorkflowNotReadyFailure());

    /// <summary>A task of its own for a query, as a poller gets it.</summary>
    public PollWorkflowTaskQueueResponse QueryTask(PendingQuery query, bool sticky)
    {
        var task = new PollWorkflowTaskQueueResponse
        {
            TaskToken = new TaskToken(TokenKind.Query, Namespace.Name, Entity.WorkflowId, RunId, 0, 0, 0, query.Id).Encode(),
            WorkflowExecution = Execution,
            WorkflowType = Start.WorkflowType,
            PreviousStartedEventId = LastCompletedStartedId,
            Attempt = 1,
            Query = query.Query,
            WorkflowExecutionTaskQueue = new Api.TaskQueue { Name = TaskQueueName, Kind = TaskQueueKind.Normal },
            History = new History(),
        };
        if (!sticky)
        {
            task.History.Events.AddRange(Events(1, Engine.Limits.HistoryPage));
            if (_eventCount > Engine.Limits.HistoryPage)
            {
                task.NextPageToken = new TaskToken(
                    TokenKind.HistoryPage, Namespace.Name, Entity.WorkflowId, RunId, Engine.Limits.HistoryPage + 1, _eventCount, 0, "").Encode();
            }
        }

        return task;
    }

    private void AnswerQueries(MapField<string, WorkflowQueryResult> results)
    {
        for (var i = _queries.Count - 1; i >= 0; i--)
        {
            var query = _queries[i];
            if (!results.TryGetValue(query.Id, out var result))
            {
                continue;
            }

            _queries.RemoveAt(i);
            if (result.Answer?.CalculateSize() > Engine.Limits.BlobBytes)
            {
                query.Failed("Blob data size exceeds limit.", null);
            }
            else if (result.ResultType == QueryResultType.Answered)
            {
                query.Answered(result.Answer);
            }
            else
            {
                query.Failed(result.ErrorMessage, result.Failure);
            }
        }
    }

    private void ReleaseQueriesIfIdle()
    {
        if (!_wantsTask)
        {
            ReleaseQueries();
        }
    }

    private void ReleaseQueries()
    {
        foreach (var query in _queries)
        {
            if (LastCompletedStartedId > 0)
            {
                query.AskDirectly();
            }
            else
            {
                query.Refused(NotReady("Unable to query workflow: it was closed before its first workflow task completed."));
            }
        }

        _queries.Clear();
    }

    private void FailQueriesIfStuck()
    {
        if (_nextAttempt < 3)
        {
            return;
        }

        foreach (var query in _queries)
        {
            query.Refused(NotReady("Unable to query workflow due to Workflow Task in failed state."));
        }

        _queries.Clear();
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.ErrorDetails.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <content>What handles do.</content>
public partial class TemporalClient
{
    internal async Task<TResult> ResultAsync<TResult>(WorkflowHandle handle, bool followRuns, RpcOptions? rpc)
    {
        if (AroundResult is not { } around || handle.ResultRunId is null)
        {
            return await WaitForResultAsync<TResult>(handle, followRuns, rpc);
        }

        var result = default(TResult)!;
        await around(async () => result = await WaitForResultAsync<TResult>(handle, followRuns, rpc));
        return result;
    }

    internal async Task SignalAsync(
        WorkflowHandle handle, string signal, IReadOnlyCollection<object?> args, WorkflowSignalOptions? options)
    {
        var input = await Options.DataConverter.ToWireAsync(args);
        sizes.Check(input, "signal", handle.Id);
        await WorkflowService.SignalWorkflowExecutionAsync(
            new()
            {
                Namespace = Options.Namespace,
                WorkflowExecution = Execution(handle),
                SignalName = signal,
                Input = input,
                Identity = Identity,
                RequestId = Guid.NewGuid().ToString(),
            },
            DefaultRetryOptions(options?.Rpc));
    }

    internal async Task<TResult> QueryAsync<TResult>(
        WorkflowHandle handle, string query, IReadOnlyCollection<object?> args, WorkflowQueryOptions? options)
    {
        var input = await Options.DataConverter.ToWireAsync(args);
        sizes.Check(input, "query", handle.Id);
        QueryWorkflowResponse response;
        try
        {
            response = await WorkflowService.QueryWorkflowAsync(
                new()
                {
                    Namespace = Options.Namespace,
                    Execution = Execution(handle),
                    Query = new() { QueryType = query, QueryArgs = input },
                    QueryRejectCondition =
                        options?.RejectCondition ?? Options.QueryRejectCondition ?? QueryRejectCondition.None,
                },
                DefaultRetryOptions(options?.Rpc));
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.InvalidArgument
            && e.Detail<QueryFailedFailure>() is not null)
        {
            throw new WorkflowQueryFailedException(e.Message);
        }

        return response.QueryRejected is { } rejected
            ? throw new WorkflowQueryRejectedException(rejected.Status)
            : await ResultAsync<TResult>(response.QueryResult);
    }

    internal async Task<WorkflowUpdateHandle<TResult>> StartUpdateAsync<TResult>(
        WorkflowHandle handle, string update, IReadOnlyCollection<object?> args, WorkflowUpdateStartOptions options)
    {
        if (options.WaitForStage is WorkflowUpdateStage.None)
        {
            throw new ArgumentException("WaitForStage is required to start workflow update");
        }

        if (options.WaitForStage is WorkflowUpdateStage.Admitted)
        {
            throw new ArgumentException("Admitted is not an allowed wait stage to start workflow update");
        }

        var input = await Options.DataConverter.ToWireAsync(args);
        sizes.Check(input, "update", handle.Id);
        var id = options.Id ?? Guid.NewGuid().ToString();
        var request = new UpdateWorkflowExecutionRequest
        {
            Namespace = Options.Namespace,
            WorkflowExecution = Execution(handle),
            FirstExecutionRunId = handle.FirstExecutionRunId ?? "",
            WaitPolicy = new() { LifecycleStage = (UpdateWorkflowExecutionLifecycleStage)options.WaitForStage },
            Request = new()
            {
                Meta = new() { UpdateId = id, Identity = Identity },
                Input = new() { Name = update, Args = input },
            },
        };
        UpdateWorkflowExecutionResponse response;
        var asked = Stopwatch.GetTimestamp();
        while (true)
        {
            // The server gives up waiting after a while; the id makes asking again harmless.
            response = await ForUpdateAsync(() =>
                WorkflowService.UpdateWorkflowExecutionAsync(request, DefaultRetryOptions(options.Rpc)));
            if (response.Outcome is not null || response.Stage >= UpdateWorkflowExecutionLifecycleStage.Accepted)
            {
                break;
            }

            // A server that answers just before a short deadline means the deadline: asking on would never end.
            if (options.Rpc?.Timeout is { } patience && Stopwatch.GetElapsedTime(asked) * 2 >= patience)
            {
                throw new WorkflowUpdateRpcTimeoutOrCanceledException(null);
            }
        }

        var started = new WorkflowUpdateHandle<TResult>(
            this, id, handle.Id, NullIfEmpty(response.UpdateRef?.WorkflowExecution?.RunId) ?? handle.RunId)
        {
            KnownOutcome = response.Outcome,
        };
        return response.Outcome is null && options.WaitForStage == WorkflowUpdateStage.Completed
            ? started with { KnownOutcome = await OutcomeAsync(started, options.Rpc) }
            : started;
    }

    internal async Task<TResult> UpdateResultAsync<TResult>(WorkflowUpdateHandle handle, RpcOptions? rpc)
    {
        var outcome = handle.KnownOutcome ?? await OutcomeAsync(handle, rpc);
        return outcome.ValueCase == Outcome.ValueOneofCase.Failure
            ? throw new WorkflowUpdateFailedException(await Options.DataConverter.ToExceptionAsync(outcome.Failure))
            : await ResultAsync<TResult>(outcome.Success);
    }

    internal async Task<WorkflowExecutionDescription> DescribeAsync(WorkflowHandle handle, WorkflowDescribeOptions? options) =>
        new(
            await WorkflowService.DescribeWorkflowExecutionAsync(
                new() { Namespace = Options.Namespace, Execution = Execution(handle) }, DefaultRetryOptions(options?.Rpc)),
            Options.DataConverter);

    internal Task CancelAsync(WorkflowHandle handle, WorkflowCancelOptions? options) =>
        WorkflowService.RequestCancelWorkflowExecutionAsync(
            new()
            {
                Namespace = Options.Namespace,
                WorkflowExecution = Execution(handle),
                FirstExecutionRunId = handle.FirstExecutionRunId ?? "",
                Identity = Identity,
                RequestId = Guid.NewGuid().ToString(),
            },
            DefaultRetryOptions(options?.Rpc));

    internal async Task TerminateAsync(WorkflowHandle handle, string? reason, WorkflowTerminateOptions? options) =>
        await WorkflowService.TerminateWorkflowExecutionAsync(
            new()
            {
                Namespace = Options.Namespace,
                WorkflowExecution = Execution(handle),
                FirstExecutionRunId = handle.FirstExecutionRunId ?? "",
                Reason = reason ?? "",
                Details = await Options.DataConverter.ToWireAsync(options?.Details),
                Identity = Identity,
            },
            DefaultRetryOptions(options?.Rpc));

    internal async IAsyncEnumerable<HistoryEvent> HistoryAsync(
        WorkflowHandle handle,
        WorkflowHistoryEventFetchOptions options,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var (rpc, linked) = DefaultRetryOptions(options.Rpc)
            .WithAdditionalCancellationToken(cancellation.CanBeCanceled ? cancellation : null);
        using var owned = linked;
        var request = new GetWorkflowExecutionHistoryRequest
        {
            Namespace = Options.Namespace,
            Execution = Execution(handle),
            WaitNewEvent = options.WaitNewEvent,
            HistoryEventFilterType = options.EventFilterType,
            SkipArchival = options.SkipArchival,
        };
        do
        {
            var response = options.WaitNewEvent
                ? await ForeverAsync(() => WorkflowService.GetWorkflowExecutionHistoryAsync(request, rpc), rpc)
                : await WorkflowService.GetWorkflowExecutionHistoryAsync(request, rpc);
            foreach (var one in Events(response))
            {
                yield return one;
            }

            request.NextPageToken = response.NextPageToken;
        }
        while (!request.NextPageToken.IsEmpty);
    }

    private static IEnumerable<HistoryEvent> Events(GetWorkflowExecutionHistoryResponse response) =>
        response.RawHistory.Count == 0
            ? response.History?.Events ?? []
            : response.RawHistory.SelectMany(blob => History.Parser.ParseFrom(blob.Data).Events);

    private static Api.Common.V1.WorkflowExecution Execution(WorkflowHandle handle) =>
        new() { WorkflowId = handle.Id, RunId = handle.RunId ?? "" };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>Waiting for what may take days outlives every outage; only the caller's token ends it.</summary>
    private static async Task<T> ForeverAsync<T>(Func<Task<T>> call, RpcOptions rpc)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await call();
            }
            catch (RpcException e) when (rpc.Retry is not false
                && (GrpcChannel.IsWorthRetrying(e)
                    || (e.Code == RpcException.StatusCode.DeadlineExceeded && rpc.Timeout is null)))
            {
                await PauseAsync(failures, rpc);
            }
        }
    }

    /// <summary>0.25, 0.5, 1 … seconds, at most ten, give or take a fifth: many may wait for the same server.</summary>
    private static Task PauseAsync(int times, RpcOptions rpc) => Task.Delay(
        TimeSpan.FromMilliseconds(Math.Min(250 * Math.Pow(2, Math.Min(times, 10)), 10_000) * (0.8 + (0.4 * Random.Shared.NextDouble()))),
        rpc.CancellationToken ?? CancellationToken.None);

    private static async Task<T> ForUpdateAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (OperationCanceledException e)
        {
            throw new WorkflowUpdateRpcTimeoutOrCanceledException(e);
        }
        catch (RpcException e) when (e.Code is RpcException.StatusCode.DeadlineExceeded or RpcException.StatusCode.Cancelled)
        {
            throw new WorkflowUpdateRpcTimeoutOrCanceledException(e);
        }
    }

    private async Task<(string ResultRun, string? FirstRun)> StartAsync(
        string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
    {
        if (string.IsNullOrEmpty(options.Id))
        {
            throw new ArgumentException("ID required to start workflow");
        }

        if (string.IsNullOrEmpty(options.TaskQueue))
        {
            throw new ArgumentException("Task queue required to start workflow");
        }

        if (options.StartSignalArgs is not null && options.StartSignal is null)
        {
            throw new ArgumentException("Cannot have start signal args without start signal");
        }

        var request = await StartRequestAsync(workflow, args, options);
        var rpc = DefaultRetryOptions(options.Rpc);
        try
        {
            if (options.StartSignal is null)
            {
                var started = await WorkflowService.StartWorkflowExecutionAsync(request, rpc);
                return (started.RunId, started.RunId);
            }

            var signaled = await WorkflowService.SignalWithStartWorkflowExecutionAsync(
                await SignalWithStartRequestAsync(request, options), rpc);
            return (signaled.RunId, null);
        }
        catch (RpcException e) when (e.Code == RpcException.StatusCode.AlreadyExists
            && e.Detail<WorkflowExecutionAlreadyStartedFailure>() is { } taken)
        {
            throw new WorkflowAlreadyStartedException(e.Message, options.Id, workflow, taken.RunId);
        }
    }

    private async Task<StartWorkflowExecutionRequest> StartRequestAsync(
        string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
    {
        var request = new StartWorkflowExecutionRequest
        {
            Namespace = Options.Namespace,
            WorkflowId = options.Id,
            WorkflowType = new() { Name = workflow },
            TaskQueue = new() { Name = options.TaskQueue },
            Input = await Options.DataConverter.ToWireAsync(args),
            Identity = Identity,
            RequestId = Guid.NewGuid().ToString(),
            WorkflowIdReusePolicy = options.IdReusePolicy,
            WorkflowIdConflictPolicy = options.IdConflictPolicy,
            WorkflowExecutionTimeout = options.ExecutionTimeout?.ToDuration(),
            WorkflowRunTimeout = options.RunTimeout?.ToDuration(),
            WorkflowTaskTimeout = options.TaskTimeout?.ToDuration(),
            WorkflowStartDelay = options.StartDelay?.ToDuration(),
            RetryPolicy = options.RetryPolicy?.ToProto(),
            CronSchedule = options.CronSchedule ?? "",
            Priority = options.Priority?.ToProto(),
            SearchAttributes = options.TypedSearchAttributes is { Count: > 0 } attributes ? attributes.ToProto() : null,
            UserMetadata = await MetadataAsync(options.StaticSummary, options.StaticDetails),
        };
        if (options.Memo is { Count: > 0 } memo)
        {
            request.Memo = new();
            foreach (var (key, value) in memo)
            {
                request.Memo.Fields[key] = await Options.DataConverter.ToPayloadAsync(
                    value ?? throw new ArgumentException($"Memo value for {key} is null"));
            }
        }

        sizes.Check(request.Input, "start", options.Id!);
        sizes.Check(request.Memo, options.Id!);
        return request;
    }

    private async Task<UserMetadata?> MetadataAsync(string? summary, string? details) => summary is null && details is null
        ? null
        : new()
        {
            Summary = summary is null ? null : await Options.DataConverter.ToPayloadAsync(summary),
            Details = details is null ? null : await Options.DataConverter.ToPayloadAsync(details),
        };

    private async Task<SignalWithStartWorkflowExecutionRequest> SignalWithStartRequestAsync(
        StartWorkflowExecutionRequest start, WorkflowOptions options) => new()
        {
            Namespace = start.Namespace,
            WorkflowId = start.WorkflowId,
            WorkflowType = start.WorkflowType,
            TaskQueue = start.TaskQueue,
            Input = start.Input,
            Identity = start.Identity,
            RequestId = start.RequestId,
            WorkflowIdReusePolicy = start.WorkflowIdReusePolicy,
            WorkflowIdConflictPolicy = start.WorkflowIdConflictPolicy,
            WorkflowExecutionTimeout = start.WorkflowExecutionTimeout,
            WorkflowRunTimeout = start.WorkflowRunTimeout,
            WorkflowTaskTimeout = start.WorkflowTaskTimeout,
            WorkflowStartDelay = start.WorkflowStartDelay,
            RetryPolicy = start.RetryPolicy,
            CronSchedule = start.CronSchedule,
            Priority = start.Priority,
            SearchAttributes = start.SearchAttributes,
            UserMetadata = start.UserMetadata,
            Memo = start.Memo,
            SignalName = options.StartSignal,
            SignalInput = await Options.DataConverter.ToWireAsync(options.StartSignalArgs),
        };

    private async Task<TResult> WaitForResultAsync<TResult>(WorkflowHandle handle, bool followRuns, RpcOptions? options)
    {
        var rpc = DefaultRetryOptions(options);
        var request = new GetWorkflowExecutionHistoryRequest
        {
            Namespace = Options.Namespace,
            Execution = new() { WorkflowId = handle.Id, RunId = handle.ResultRunId ?? handle.RunId ?? "" },
            WaitNewEvent = true,
            HistoryEventFilterType = HistoryEventFilterType.CloseEvent,
            SkipArchival = true,
        };
        var hasty = 0;
        while (true)
        {
            var asked = Stopwatch.GetTimestamp();
            var response = await ForeverAsync(() => WorkflowService.GetWorkflowExecutionHistoryAsync(request, rpc), rpc);
            request.NextPageToken = response.NextPageToken;
            if (Events(response).FirstOrDefault() is not { } close)
            {
                // A server answers at once when the time that the call has is too short to wait in, and when it stops.
                if (Stopwatch.GetElapsedTime(asked) < TimeSpan.FromMilliseconds(250))
                {
                    await PauseAsync(Math.Min(hasty++, 3), rpc);
                }
                else
                {
                    hasty = 0;
                }

                continue;
            }

            var successor = close.AttributesCase switch
            {
                HistoryEvent.AttributesOneofCase.WorkflowExecutionCompletedEventAttributes =>
                    close.WorkflowExecutionCompletedEventAttributes.NewExecutionRunId,
                HistoryEvent.AttributesOneofCase.WorkflowExecutionFailedEventAttributes =>
                    close.WorkflowExecutionFailedEventAttributes.NewExecutionRunId,
                HistoryEvent.AttributesOneofCase.WorkflowExecutionTimedOutEventAttributes =>
                    close.WorkflowExecutionTimedOutEventAttributes.NewExecutionRunId,
                HistoryEvent.AttributesOneofCase.WorkflowExecutionContinuedAsNewEventAttributes =>
                    close.WorkflowExecutionContinuedAsNewEventAttributes.NewExecutionRunId,
                _ => "",
            };
            if (!followRuns || successor.Length == 0)
            {
                return await ResultOfAsync<TResult>(close, successor);
            }

            request.Execution.RunId = successor;
            request.NextPageToken = ByteString.Empty;
        }
    }

    private async Task<TResult> ResultOfAsync<TResult>(HistoryEvent close, string successor)
    {
        var converter = Options.DataConverter;
        switch (close.AttributesCase)
        {
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionCompletedEventAttributes:
                return await ResultAsync<TResult>(close.WorkflowExecutionCompletedEventAttributes.Result);
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionFailedEventAttributes:
                throw new WorkflowFailedException(
                    await converter.ToExceptionAsync(close.WorkflowExecutionFailedEventAttributes.Failure));
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionCanceledEventAttributes:
                throw new WorkflowFailedException(await converter.ToExceptionAsync(new()
                {
                    Message = "Workflow canceled",
                    CanceledFailureInfo = new() { Details = close.WorkflowExecutionCanceledEventAttributes.Details },
                }));
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionTerminatedEventAttributes:
                var terminated = close.WorkflowExecutionTerminatedEventAttributes;
                var details = terminated.Details?.Clone();
                if (converter.PayloadCodec is { } codec)
                {
                    await codec.DecodeAsync(details);
                }

                throw new WorkflowFailedException(new TerminatedFailureException(
                    new Failure
                    {
                        Message = terminated.Reason.Length == 0 ? "Workflow terminated" : terminated.Reason,
                        TerminatedFailureInfo = new() { Identity = terminated.Identity },
                    },
                    null,
                    details is null ? null : new(converter.PayloadConverter, details.Payloads_)));
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionTimedOutEventAttributes:
                throw new WorkflowFailedException(await converter.ToExceptionAsync(new()
                {
                    Message = "Workflow timed out",
                    TimeoutFailureInfo = new() { TimeoutType = TimeoutType.StartToClose },
                }));
            case HistoryEvent.AttributesOneofCase.WorkflowExecutionContinuedAsNewEventAttributes:
                throw successor.Length == 0
                    ? new InvalidOperationException("The workflow continued as new, but the server does not say as which run.")
                    : new WorkflowContinuedAsNewException(successor);
            default:
                throw new UnreachableException($"A workflow can not close with {close.EventType}.");
        }
    }

    private async Task<Outcome> OutcomeAsync(WorkflowUpdateHandle handle, RpcOptions? options)
    {
        var rpc = DefaultRetryOptions(options);
        var request = new PollWorkflowExecutionUpdateRequest
        {
            Namespace = Options.Namespace,
            UpdateRef = new()
            {
                WorkflowExecution = new() { WorkflowId = handle.WorkflowId, RunId = handle.WorkflowRunId ?? "" },
                UpdateId = handle.Id,
            },
            Identity = Identity,
            WaitPolicy = new() { LifecycleStage = UpdateWorkflowExecutionLifecycleStage.Completed },
        };
        for (var hasty = 0; ; hasty++)
        {
            var asked = Stopwatch.GetTimestamp();
            var response = await ForUpdateAsync(() =>
                ForeverAsync(() => WorkflowService.PollWorkflowExecutionUpdateAsync(request, rpc), rpc));
            if (response.Outcome is { } outcome)
            {
                return outcome;
            }

            if (Stopwatch.GetElapsedTime(asked) < TimeSpan.FromMilliseconds(250))
            {
                await ForUpdateAsync(async () =>
                {
                    await PauseAsync(Math.Min(hasty, 3), rpc);
                    return true;
                });
            }
        }
    }

    private async Task<TResult> ResultAsync<TResult>(Payloads? payloads)
    {
        if (typeof(TResult) == typeof(ValueTuple) || payloads is null or { Payloads_.Count: 0 })
        {
            return default!;
        }

        return await Options.DataConverter.ToSingleValueAsync<TResult>(payloads.Payloads_);
    }
}

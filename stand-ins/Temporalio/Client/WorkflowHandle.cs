using System.Linq.Expressions;
using Temporalio.Api.History.V1;
using Temporalio.Common;
using Temporalio.Workflows;

namespace Temporalio.Client;

/// <summary>One workflow: by id the latest run, by id and run id that one.</summary>
/// <param name="Client">Makes the calls.</param>
/// <param name="Id">The workflow's id.</param>
/// <param name="RunId">The run that signals, queries and updates go to; null is the latest.</param>
/// <param name="ResultRunId">The run whose result, or whose successors' result, is awaited.</param>
/// <param name="FirstExecutionRunId">The first run of the chain; guards cancel, terminate and update against a successor.</param>
public record WorkflowHandle(
    ITemporalClient Client,
    string Id,
    string? RunId = null,
    string? ResultRunId = null,
    string? FirstExecutionRunId = null)
{
    private TemporalClient Calling => Client as TemporalClient
        ?? throw new NotSupportedException($"A handle needs a {nameof(TemporalClient)}; this one has a {Client.GetType()}.");

    /// <summary>Waits until the workflow is closed.</summary>
    /// <exception cref="Exceptions.WorkflowFailedException">It did not complete.</exception>
    /// <exception cref="Exceptions.WorkflowContinuedAsNewException">It continued, and that is not to be followed.</exception>
    public Task GetResultAsync(bool followRuns = true, RpcOptions? rpcOptions = null) =>
        GetResultAsync<ValueTuple>(followRuns, rpcOptions);

    /// <inheritdoc cref="GetResultAsync(bool, RpcOptions?)"/>
    public virtual async Task<TResult> GetResultAsync<TResult>(bool followRuns = true, RpcOptions? rpcOptions = null) =>
        await Calling.ResultAsync<TResult>(this, followRuns, rpcOptions);

    public Task SignalAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> signalCall, WorkflowSignalOptions? options = null)
    {
        var (name, args) = Calls.Signal(signalCall);
        return SignalAsync(name, args, options);
    }

    public virtual Task SignalAsync(
        string signal, IReadOnlyCollection<object?> args, WorkflowSignalOptions? options = null) =>
        Calling.SignalAsync(this, signal, args, options);

    /// <summary>Asks by a call of the query's method or by reading its property.</summary>
    public Task<TQueryResult> QueryAsync<TWorkflow, TQueryResult>(
        Expression<Func<TWorkflow, TQueryResult>> queryCall, WorkflowQueryOptions? options = null)
    {
        var (name, args) = Calls.Query(queryCall);
        return QueryAsync<TQueryResult>(name, args, options);
    }

    /// <exception cref="Exceptions.WorkflowQueryFailedException">The handler threw, or there is none.</exception>
    /// <exception cref="Exceptions.WorkflowQueryRejectedException">The workflow's status is one that was to be refused.</exception>
    public virtual Task<TQueryResult> QueryAsync<TQueryResult>(
        string query, IReadOnlyCollection<object?> args, WorkflowQueryOptions? options = null) =>
        Calling.QueryAsync<TQueryResult>(this, query, args, options);

    public async Task<WorkflowUpdateHandle> StartUpdateAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> updateCall, WorkflowUpdateStartOptions options)
    {
        var (name, args) = Calls.Update(updateCall);
        return await StartUpdateAsync(name, args, options);
    }

    public Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateAsync<TWorkflow, TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall, WorkflowUpdateStartOptions options)
    {
        var (name, args) = Calls.Update(updateCall);
        return StartUpdateAsync<TUpdateResult>(name, args, options);
    }

    public async Task<WorkflowUpdateHandle> StartUpdateAsync(
        string update, IReadOnlyCollection<object?> args, WorkflowUpdateStartOptions options) =>
        await StartUpdateAsync<ValueTuple>(update, args, options);

    /// <summary>Returns when the update has come as far as asked; a rejection shows in the handle's result.</summary>
    public virtual Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateAsync<TUpdateResult>(
        string update, IReadOnlyCollection<object?> args, WorkflowUpdateStartOptions options) =>
        Calling.StartUpdateAsync<TUpdateResult>(this, update, args, options);

    public async Task ExecuteUpdateAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> updateCall, WorkflowUpdateOptions? options = null)
    {
        var (name, args) = Calls.Update(updateCall);
        await ExecuteUpdateAsync(name, args, options);
    }

    public async Task<TUpdateResult> ExecuteUpdateAsync<TWorkflow, TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall, WorkflowUpdateOptions? options = null)
    {
        var (name, args) = Calls.Update(updateCall);
        return await ExecuteUpdateAsync<TUpdateResult>(name, args, options);
    }

    public async Task ExecuteUpdateAsync(
        string update, IReadOnlyCollection<object?> args, WorkflowUpdateOptions? options = null) =>
        await ExecuteUpdateAsync<ValueTuple>(update, args, options);

    /// <summary>Sends an update and waits for its outcome.</summary>
    /// <exception cref="Exceptions.WorkflowUpdateFailedException">It was rejected or failed.</exception>
    public async Task<TUpdateResult> ExecuteUpdateAsync<TUpdateResult>(
        string update, IReadOnlyCollection<object?> args, WorkflowUpdateOptions? options = null)
    {
        var start = new WorkflowUpdateStartOptions(WorkflowUpdateStage.Completed) { Id = options?.Id, Rpc = options?.Rpc };
        var handle = await StartUpdateAsync<TUpdateResult>(update, args, start);
        return await handle.GetResultAsync(options?.Rpc);
    }

    public WorkflowUpdateHandle GetUpdateHandle(string id) => new(Client, id, Id, RunId);

    public WorkflowUpdateHandle<TUpdateResult> GetUpdateHandle<TUpdateResult>(string id) => new(Client, id, Id, RunId);

    public virtual Task<WorkflowExecutionDescription> DescribeAsync(WorkflowDescribeOptions? options = null) =>
        Calling.DescribeAsync(this, options);

    /// <summary>Asks the workflow to cancel; returns before it has.</summary>
    public virtual Task CancelAsync(WorkflowCancelOptions? options = null) => Calling.CancelAsync(this, options);

    public virtual Task TerminateAsync(string? reason = null, WorkflowTerminateOptions? options = null) =>
        Calling.TerminateAsync(this, reason, options);

    public virtual async Task<WorkflowHistory> FetchHistoryAsync(WorkflowHistoryEventFetchOptions? options = null)
    {
        var events = new List<HistoryEvent>();
        await foreach (var one in FetchHistoryEventsAsync(options))
        {
            events.Add(one);
        }

        return new(Id, events);
    }

    public virtual IAsyncEnumerable<HistoryEvent> FetchHistoryEventsAsync(
        WorkflowHistoryEventFetchOptions? options = null) => Calling.HistoryAsync(this, options ?? new());
}

/// <summary>One workflow of a known type.</summary>
public record WorkflowHandle<TWorkflow>(
    ITemporalClient Client,
    string Id,
    string? RunId = null,
    string? ResultRunId = null,
    string? FirstExecutionRunId = null)
    : WorkflowHandle(Client, Id, RunId, ResultRunId, FirstExecutionRunId)
{
    public Task SignalAsync(Expression<Func<TWorkflow, Task>> signalCall, WorkflowSignalOptions? options = null) =>
        SignalAsync<TWorkflow>(signalCall, options);

    public Task<TQueryResult> QueryAsync<TQueryResult>(
        Expression<Func<TWorkflow, TQueryResult>> queryCall, WorkflowQueryOptions? options = null) =>
        QueryAsync<TWorkflow, TQueryResult>(queryCall, options);

    public Task<WorkflowUpdateHandle> StartUpdateAsync(
        Expression<Func<TWorkflow, Task>> updateCall, WorkflowUpdateStartOptions options) =>
        StartUpdateAsync<TWorkflow>(updateCall, options);

    public Task<WorkflowUpdateHandle<TUpdateResult>> StartUpdateAsync<TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall, WorkflowUpdateStartOptions options) =>
        StartUpdateAsync<TWorkflow, TUpdateResult>(updateCall, options);

    public async Task ExecuteUpdateAsync(
        Expression<Func<TWorkflow, Task>> updateCall, WorkflowUpdateOptions? options = null) =>
        await ExecuteUpdateAsync<TWorkflow>(updateCall, options);

    public async Task<TUpdateResult> ExecuteUpdateAsync<TUpdateResult>(
        Expression<Func<TWorkflow, Task<TUpdateResult>>> updateCall, WorkflowUpdateOptions? options = null) =>
        await ExecuteUpdateAsync<TWorkflow, TUpdateResult>(updateCall, options);
}

/// <summary>One workflow of a known type with a known result.</summary>
public record WorkflowHandle<TWorkflow, TResult>(
    ITemporalClient Client,
    string Id,
    string? RunId = null,
    string? ResultRunId = null,
    string? FirstExecutionRunId = null)
    : WorkflowHandle<TWorkflow>(Client, Id, RunId, ResultRunId, FirstExecutionRunId)
{
    public new Task<TResult> GetResultAsync(bool followRuns = true, RpcOptions? rpcOptions = null) =>
        GetResultAsync<TResult>(followRuns, rpcOptions);
}

/// <summary>One update of one workflow.</summary>
public record WorkflowUpdateHandle(ITemporalClient Client, string Id, string WorkflowId, string? WorkflowRunId = null)
{
    /// <summary>What came back with the start; null until the update is known to be over.</summary>
    internal Api.Update.V1.Outcome? KnownOutcome { get; init; }

    public Task GetResultAsync(RpcOptions? rpcOptions = null) => GetResultAsync<ValueTuple>(rpcOptions);

    /// <summary>Waits for the outcome.</summary>
    /// <exception cref="Exceptions.WorkflowUpdateFailedException">It was rejected or failed.</exception>
    public virtual async Task<TResult> GetResultAsync<TResult>(RpcOptions? rpcOptions = null)
    {
        var client = Client as TemporalClient
            ?? throw new NotSupportedException($"A handle needs a {nameof(TemporalClient)}; this one has a {Client.GetType()}.");
        return await client.UpdateResultAsync<TResult>(this, rpcOptions);
    }
}

/// <summary>One update with a known result.</summary>
public record WorkflowUpdateHandle<TResult>(
    ITemporalClient Client, string Id, string WorkflowId, string? WorkflowRunId = null)
    : WorkflowUpdateHandle(Client, Id, WorkflowId, WorkflowRunId)
{
    public new Task<TResult> GetResultAsync(RpcOptions? rpcOptions = null) => GetResultAsync<TResult>(rpcOptions);
}

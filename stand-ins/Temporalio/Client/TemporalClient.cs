using System.Linq.Expressions;
using Temporalio.Workflows;

namespace Temporalio.Client;

/// <inheritdoc cref="ITemporalClient"/>
public partial class TemporalClient : ITemporalClient
{
    private readonly PayloadSizes sizes;

    public TemporalClient(ITemporalConnection connection, TemporalClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(options);
        Connection = connection;
        Options = options;
        sizes = new(connection.Options.PayloadLimits, options.LoggerFactory);
    }

    public ITemporalConnection Connection { get; }

    public IBridgeClientProvider BridgeClientProvider => Connection;

    public WorkflowService WorkflowService => Connection.WorkflowService;

    public OperatorService OperatorService => Connection.OperatorService;

    public TemporalClientOptions Options { get; }

    /// <summary>Who calls; sent with every request.</summary>
    internal string Identity => (Connection as TemporalConnection)?.Identity
        ?? Connection.Options.Identity ?? $"{Environment.ProcessId}@{Environment.MachineName}";

    /// <summary>Runs around the wait for the result of a workflow that this client started; null is nothing.</summary>
    internal Func<Func<Task>, Task>? AroundResult { get; init; }

    protected internal static RpcOptions RetryRpcOptions { get; } = new() { Retry = true };

    /// <summary>Connects.</summary>
    /// <exception cref="ArgumentException">An option can not work.</exception>
    /// <exception cref="InvalidOperationException">The server can not be reached, or refuses.</exception>
    public static async Task<TemporalClient> ConnectAsync(TemporalClientConnectOptions options) =>
        new(await TemporalConnection.ConnectAsync(options), options.ToClientOptions());

    /// <summary>A client that connects with its first call.</summary>
    public static TemporalClient CreateLazy(TemporalClientConnectOptions options) =>
        new(TemporalConnection.CreateLazy(options), options.ToClientOptions());

    /// <inheritdoc/>
    public async Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(
        Expression<Func<TWorkflow, Task<TResult>>> workflowRunCall, WorkflowOptions options)
    {
        var (name, args) = Calls.Run(workflowRunCall);
        var (run, first) = await StartAsync(name, args, options);
        return new(this, options.Id!, ResultRunId: run, FirstExecutionRunId: first);
    }

    /// <inheritdoc/>
    public async Task<WorkflowHandle<TWorkflow>> StartWorkflowAsync<TWorkflow>(
        Expression<Func<TWorkflow, Task>> workflowRunCall, WorkflowOptions options)
    {
        var (name, args) = Calls.Run(workflowRunCall);
        var (run, first) = await StartAsync(name, args, options);
        return new(this, options.Id!, ResultRunId: run, FirstExecutionRunId: first);
    }

    /// <inheritdoc/>
    public async Task<WorkflowHandle> StartWorkflowAsync(
        string workflow, IReadOnlyCollection<object?> args, WorkflowOptions options)
    {
        var (run, first) = await StartAsync(workflow, args, options);
        return new(this, options.Id!, ResultRunId: run, FirstExecutionRunId: first);
    }

    /// <inheritdoc/>
    public WorkflowHandle GetWorkflowHandle(string id, string? runId = null, string? firstExecutionRunId = null) =>
        new(this, id, runId, FirstExecutionRunId: firstExecutionRunId);

    /// <inheritdoc/>
    public WorkflowHandle<TWorkflow> GetWorkflowHandle<TWorkflow>(
        string id, string? runId = null, string? firstExecutionRunId = null) =>
        new(this, id, runId, FirstExecutionRunId: firstExecutionRunId);

    /// <inheritdoc/>
    public WorkflowHandle<TWorkflow, TResult> GetWorkflowHandle<TWorkflow, TResult>(
        string id, string? runId = null, string? firstExecutionRunId = null) =>
        new(this, id, runId, FirstExecutionRunId: firstExecutionRunId);

    /// <inheritdoc/>
    public IAsyncEnumerable<WorkflowExecution> ListWorkflowsAsync(string query, WorkflowListOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options?.Limit ?? 0, nameof(WorkflowListOptions.Limit));
        return ListAsync(query, options);
    }

    /// <inheritdoc/>
    public async Task<WorkflowExecutionCount> CountWorkflowsAsync(string query, WorkflowCountOptions? options = null) =>
        new(await WorkflowService.CountWorkflowExecutionsAsync(
            new() { Namespace = Options.Namespace, Query = query }, DefaultRetryOptions(options?.Rpc)));

    /// <inheritdoc/>
    public async Task<WorkflowListPage> ListWorkflowsPaginatedAsync(
        string query, byte[]? nextPageToken, WorkflowListPaginatedOptions? options = null)
    {
        var response = await WorkflowService.ListWorkflowExecutionsAsync(
            new()
            {
                Namespace = Options.Namespace,
                Query = query,
                PageSize = options?.PageSize ?? 0,
                NextPageToken = Google.Protobuf.ByteString.CopyFrom(nextPageToken ?? []),
            },
            DefaultRetryOptions(options?.Rpc));
        return new(
            [.. response.Executions.Select(info => new WorkflowExecution(info, Options.DataConverter, Options.Namespace))],
            response.NextPageToken.IsEmpty ? null : response.NextPageToken.ToByteArray());
    }

    /// <summary>The given options, with retries unless they say no.</summary>
    protected internal static RpcOptions DefaultRetryOptions(RpcOptions? origOptions)
    {
        if (origOptions is null)
        {
            return RetryRpcOptions;
        }

        if (origOptions.Retry is not null)
        {
            return origOptions;
        }

        var copy = (RpcOptions)origOptions.Clone();
        copy.Retry = true;
        return copy;
    }

    private async IAsyncEnumerable<WorkflowExecution> ListAsync(string query, WorkflowListOptions? options)
    {
        var limit = options is { Limit: > 0 } ? options.Limit : int.MaxValue;
        byte[]? token = null;
        do
        {
            var page = await ListWorkflowsPaginatedAsync(query, token, new() { Rpc = options?.Rpc });
            foreach (var execution in page.Workflows)
            {
                yield return execution;
                if (--limit == 0)
                {
                    yield break;
                }
            }

            token = page.NextPageToken;
        }
        while (token is not null);
    }
}

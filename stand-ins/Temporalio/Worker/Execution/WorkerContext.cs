using Microsoft.Extensions.Logging;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Worker.Execution;

/// <summary>What both halves of a worker share.</summary>
internal sealed class WorkerContext
{
    // While a namespace is new, or a server still starts, everything may fail that later must not.
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private readonly long _start = System.Diagnostics.Stopwatch.GetTimestamp();
    private volatile IWorkerClient _client;

    public WorkerContext(IWorkerClient client, TemporalWorkerOptions options)
    {
        _client = client;
        Options = options;
        TaskQueue = options.TaskQueue!;
        Identity = options.Identity ?? (client.BridgeClientProvider as TemporalConnection)?.Identity
            ?? $"{Environment.ProcessId}@{Environment.MachineName}";
        LoggerFactory = options.LoggerFactory ?? client.Options.LoggerFactory;
        Logger = LoggerFactory.CreateLogger<TemporalWorker>();
        Namespace = client.Options.Namespace;
        DataConverter = client.Options.DataConverter;
    }

    public IWorkerClient Client
    {
        get => _client;
        set => _client = value;
    }

    public TemporalWorkerOptions Options { get; }

    public string TaskQueue { get; }

    public string Namespace { get; }

    public string Identity { get; }

    public string InstanceKey { get; } = Guid.NewGuid().ToString();

    public DataConverter DataConverter { get; }

    public ILoggerFactory LoggerFactory { get; }

    public ILogger Logger { get; }

    public WorkflowService Service => ((ITemporalConnection)_client.BridgeClientProvider).WorkflowService;

    /// <summary>Polls until told to stop, and hands on what comes. Ends early only by an error that waiting cannot heal.</summary>
    /// <param name="kind">What is polled for, as messages name it.</param>
    /// <param name="enter">Waits for a free slot.</param>
    /// <param name="poll">One poll; null when nothing came.</param>
    /// <param name="handle">Takes over the slot; never throws.</param>
    /// <param name="leave">Frees the slot of a poll that brought nothing.</param>
    /// <param name="stop">Ends the polling, and a poll that is under way.</param>
    public async Task PollAsync<T>(
        string kind,
        Func<CancellationToken, Task> enter,
        Func<RpcOptions, Task<T?>> poll,
        Action<T> handle,
        Action leave,
        CancellationToken stop)
        where T : class
    {
        var options = new RpcOptions { CancellationToken = stop, Retry = false };
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await enter(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }

            T? task = null;
            TimeSpan pause;
            try
            {
                task = await poll(options);
                failures = 0;
                pause = TimeSpan.Zero;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException idle) when (idle.Code is RpcException.StatusCode.DeadlineExceeded)
            {
                pause = TimeSpan.Zero;
            }
            catch (RpcException failed)
            {
                if (IsFatal(failed) && System.Diagnostics.Stopwatch.GetElapsedTime(_start) > SettlingTime)
                {
                    throw;
                }

                var jitter = 0.8 + (Random.Shared.NextDouble() * 0.4);
                pause = TimeSpan.FromMilliseconds(
                    Math.Min(200 * Math.Pow(2, Math.Min(failures++, 10)), LongestPause.TotalMilliseconds) * jitter);
                if (failures > 1)
                {
                    WorkflowLog.PollFailed(Logger, TaskQueue, kind, pause, failed);
                }
            }
            finally
            {
                if (task is null)
                {
                    leave();
                }
            }

            if (task is not null)
            {
                handle(task);
            }
            else if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static bool IsFatal(RpcException failed) => failed.Code is RpcException.StatusCode.NotFound
        or RpcException.StatusCode.PermissionDenied or RpcException.StatusCode.Unauthenticated
        or RpcException.StatusCode.InvalidArgument;
}

using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Temporalio.Api.Namespace.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Worker.Execution;

/// <summary>What both halves of a worker share.</summary>
internal sealed class WorkerContext
{
    // While a server starts, or credentials are replaced, everything may fail for a moment; what lasts is an error.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // A server parks a poll for about a minute. One that sends polls back at once, as it does while it stops, and as a
    // proxy may, must not be asked in a loop.
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(250);
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
        PayloadLimits = new(this, null);
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

    /// <summary>What the server said of the namespace when the worker started.</summary>
    public NamespaceInfo.Types.Capabilities NamespaceCapabilities { get; private set; } = new();

    /// <summary>What may not be sent, because it is too large.</summary>
    public PayloadLimits PayloadLimits { get; private set; }

    public WorkflowService Service => ((ITemporalConnection)_client.BridgeClientProvider).WorkflowService;

    /// <summary>Asks for the namespace, which must be there, and keeps what the server says of it.</summary>
    public async Task LearnNamespaceAsync(CancellationToken stop)
    {
        var answer = await Service.DescribeNamespaceAsync(
            new() { Namespace = Namespace }, new() { CancellationToken = stop, Retry = true });
        NamespaceCapabilities = answer.NamespaceInfo?.Capabilities ?? new();
        PayloadLimits = new(this, Options.DisablePayloadErrorLimit ? null : answer.NamespaceInfo?.Limits);
    }

    /// <summary>Polls until told to stop, and hands on what comes. Ends early only by an error that waiting cannot heal.</summary>
    /// <param name="kind">What is polled for, as messages name it.</param>
    /// <param name="enter">Waits for a free slot.</param>
    /// <param name="poll">One poll; null when nothing came.</param>
    /// <param name="handle">Takes over the slot; never throws.</param>
    /// <param name="leave">Frees the slot of a poll that brought nothing.</param>
    /// <param name="stop">Ends the polling.</param>
    /// <param name="abandon">Ends a poll that is under way; a task that is on its way in that moment is lost until its time is over.</param>
    public async Task PollAsync<T>(
        string kind,
        Func<CancellationToken, Task> enter,
        Func<RpcOptions, Task<T?>> poll,
        Action<T> handle,
        Action leave,
        CancellationToken stop,
        CancellationToken abandon)
        where T : class
    {
        var options = new RpcOptions { CancellationToken = abandon, Retry = false };
        var failures = 0;
        var hasty = 0;
        long? failingSince = null;
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
            var asked = Stopwatch.GetTimestamp();
            try
            {
                task = await poll(options);
                failures = 0;
                failingSince = null;
                pause = AfterNothing(asked, task is null ? ++hasty : hasty = 0);
            }
            catch (OperationCanceledException) when (abandon.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException idle) when (idle.Code is RpcException.StatusCode.DeadlineExceeded)
            {
                pause = AfterNothing(asked, ++hasty);
            }
            catch (Exception failed)
            {
                failingSince ??= asked;
                if (IsFatal(failed) && Stopwatch.GetElapsedTime(failingSince.Value) > Patience)
                {
                    throw;
                }

                pause = Backoff(failures++);
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
            else if (pause > TimeSpan.Zero && !stop.IsCancellationRequested)
            {
                await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private static TimeSpan AfterNothing(long asked, int timesInARow) =>
        timesInARow == 0 || Stopwatch.GetElapsedTime(asked) >= ShortestPoll ? TimeSpan.Zero : Backoff(Math.Min(timesInARow - 1, 3));

    /// <summary>0.2, 0.4, 0.8 … seconds, at most <see cref="LongestPause"/>, give or take a fifth, so that not all come at once.</summary>
    private static TimeSpan Backoff(int failures) => TimeSpan.FromMilliseconds(
        Math.Min(200 * Math.Pow(2, Math.Min(failures, 10)), LongestPause.TotalMilliseconds)
        * (0.8 + (Random.Shared.NextDouble() * 0.4)));

    private static bool IsFatal(Exception failed) => failed is RpcException
    {
        Code: RpcException.StatusCode.NotFound or RpcException.StatusCode.PermissionDenied
            or RpcException.StatusCode.Unauthenticated or RpcException.StatusCode.InvalidArgument,
    };
}

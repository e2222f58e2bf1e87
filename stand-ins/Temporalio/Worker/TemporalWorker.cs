using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker.Execution;

namespace Temporalio.Worker;

/// <summary>Serves one task queue: runs the workflows and activities that it was given.</summary>
public class TemporalWorker : IDisposable
{
    private static readonly TimeSpan TimeForParkedPolls = TimeSpan.FromSeconds(3);

    private readonly WorkerContext _context;
    private readonly ActivityWorker? _activities;
    private readonly WorkflowWorker? _workflows;
    private int _started;

    /// <summary>A worker that is yet to be started.</summary>
    /// <exception cref="ArgumentException">The options miss something, or say it twice.</exception>
    /// <exception cref="InvalidOperationException">The client is not connected.</exception>
    public TemporalWorker(IWorkerClient client, TemporalWorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(options);
        Options = (TemporalWorkerOptions)options.Clone();
        Validate(Options);
        _context = new(Connected(client), Options);
        _activities = Options.Activities.Count > 0 ? new(_context) : null;
        _workflows = Options.Workflows.Count > 0 ? new(_context, _activities) : null;
    }

    /// <summary>What it was made with; changes have no effect.</summary>
    public TemporalWorkerOptions Options { get; }

    /// <summary>The client of later calls; must be connected, and of the same namespace.</summary>
    public IWorkerClient Client
    {
        get => _context.Client;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _context.Client = Connected(value);
        }
    }

    /// <summary>Works until told to stop; ends when what was running has ended.</summary>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public Task ExecuteAsync(CancellationToken stoppingToken) =>
        ExecuteAsync(() => Task.Delay(Timeout.Infinite, stoppingToken), stoppingToken);

    /// <summary>Works until a task ends.</summary>
    /// <exception cref="OperationCanceledException">It was told to stop before.</exception>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public Task ExecuteAsync(Func<Task> untilComplete, CancellationToken stoppingToken = default) =>
        ExecuteAsync(
            async () =>
            {
                await untilComplete();
                return true;
            },
            stoppingToken);

    /// <summary>Works until a task ends, and gives its result.</summary>
    /// <exception cref="OperationCanceledException">It was told to stop before.</exception>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public async Task<TResult> ExecuteAsync<TResult>(
        Func<Task<TResult>> untilComplete, CancellationToken stoppingToken = default)
    {
        ArgumentNullException.ThrowIfNull(untilComplete);
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            throw new InvalidOperationException("Already started");
        }

        await _context.LearnNamespaceAsync(stoppingToken);
        WorkflowLog.Starting(_context.Logger, _context.TaskQueue, _context.Identity);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        using var abandonPolls = new CancellationTokenSource();
        var parts = new List<Task>();
        if (_workflows is not null)
        {
            parts.Add(_workflows.RunAsync(stop.Token, abandonPolls.Token));
        }

        if (_activities is not null)
        {
            parts.Add(_activities.RunAsync(stop.Token, abandonPolls.Token));
        }

        Task<TResult> until;
        try
        {
            until = untilComplete();
        }
        catch (Exception thrown)
        {
            until = Task.FromException<TResult>(thrown);
        }

        var stopped = Task.Delay(Timeout.Infinite, stop.Token);
        await Task.WhenAny([until, stopped, .. parts]);
        var broken = parts.Find(part => part.IsFaulted);
        var wasStopped = stoppingToken.IsCancellationRequested && !until.IsCompleted;
        await stop.CancelAsync();
        await ShutDownAsync(parts, abandonPolls);
        WorkflowLog.Stopped(_context.Logger, _context.TaskQueue);
        if (broken is not null)
        {
            _ = until.ContinueWith(
                static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            await broken;
        }

        if (wasStopped)
        {
            throw new OperationCanceledException(stoppingToken);
        }

        return await until;
    }

    /// <summary>Frees what the worker holds; call it when the execution has ended.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the worker holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _workflows?.Dispose();
            _activities?.Dispose();
        }
    }

    private static void Validate(TemporalWorkerOptions options)
    {
        if (string.IsNullOrEmpty(options.TaskQueue))
        {
            throw new ArgumentException("Options must have a task queue");
        }

        if (options.Workflows.Count == 0 && options.Activities.Count == 0)
        {
            throw new ArgumentException("Must have at least one workflow and/or activity");
        }

        var workflows = new HashSet<string>(StringComparer.Ordinal);
        foreach (var workflow in options.Workflows)
        {
            if (!workflow.Instantiable)
            {
                throw new ArgumentException(
                    $"Workflow named {workflow.Name} ({workflow.Type}) is not instantiable: it needs to be a class with a "
                    + "public parameterless or [WorkflowInit] constructor");
            }

            if (!workflows.Add(workflow.Name!))
            {
                throw new ArgumentException($"Duplicate workflow named {workflow.Name}");
            }
        }

        var activities = new HashSet<string>(StringComparer.Ordinal);
        foreach (var activity in options.Activities)
        {
            if (!activities.Add(activity.Name!))
            {
                throw new ArgumentException($"Duplicate activity named {activity.Name}");
            }
        }

        Positive(options.MaxConcurrentActivities, nameof(options.MaxConcurrentActivities));
        Positive(options.MaxConcurrentWorkflowTasks, nameof(options.MaxConcurrentWorkflowTasks));
        Positive(options.MaxConcurrentActivityTaskPolls, nameof(options.MaxConcurrentActivityTaskPolls));
        Positive(options.MaxConcurrentWorkflowTaskPolls, nameof(options.MaxConcurrentWorkflowTaskPolls));
        Positive(options.MaxEagerActivityReservationsPerWorkflowTask, nameof(options.MaxEagerActivityReservationsPerWorkflowTask));
        if (options.MaxCachedWorkflows < 0)
        {
            throw new ArgumentException($"{nameof(options.MaxCachedWorkflows)} cannot be negative");
        }
    }

    private static void Positive(int? number, string name)
    {
        if (number <= 0)
        {
            throw new ArgumentException($"{name} must be greater than zero");
        }
    }

    private static IWorkerClient Connected(IWorkerClient client) => client.BridgeClientProvider switch
    {
        ITemporalConnection { IsConnected: true } => client,
        _ => throw new InvalidOperationException("Client must be connected; a lazy one needs ConnectAsync first"),
    };

    /// <summary>
    /// Tells the server, which then answers the polls that it has parked. Hanging up instead loses the tasks that are on
    /// their way in that moment: an activity until its time-out. Servers that do not answer parked polls are hung up on.
    /// </summary>
    private async Task ShutDownAsync(List<Task> parts, CancellationTokenSource abandonPolls)
    {
        var isAnswering = _context.NamespaceCapabilities.WorkerPollCompleteOnShutdown;
        if (!isAnswering)
        {
            await abandonPolls.CancelAsync();
        }

        try
        {
            await _context.Service.ShutdownWorkerAsync(
                new()
                {
                    Namespace = _context.Namespace,
                    StickyTaskQueue = _workflows?.StickyQueue ?? "",
                    Identity = _context.Identity,
                    WorkerInstanceKey = _context.InstanceKey,
                    TaskQueue = _context.TaskQueue,
                    TaskQueueTypes = { TaskQueueType.Workflow, TaskQueueType.Activity },
                    Reason = "graceful shutdown",
                },
                new() { Timeout = TimeSpan.FromSeconds(5) });
            if (isAnswering)
            {
                abandonPolls.CancelAfter(TimeForParkedPolls);
            }
        }
        catch (RpcException)
        {
            // Only a courtesy: without it, tasks wait for the sticky queue's time-out.
            await abandonPolls.CancelAsync();
        }

        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

using System.Collections.Concurrent;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Conformance.Worker;

/// <summary>A workflow whose body each test writes inline; all of it through the public API.</summary>
[Workflow("Scripted")]
public sealed class Scripted
{
    public static readonly ConcurrentDictionary<string, Func<Scripted, Task<string>>> Bodies = new();

    private readonly List<string> _heard = [];

    public IReadOnlyList<string> Heard => _heard;

    [WorkflowQuery]
    public string Log => string.Join(',', _heard);

    [WorkflowRun]
    public Task<string> RunAsync(string body) => Bodies[body](this);

    [WorkflowSignal]
    public async Task HearAsync(string what) => _heard.Add(what);

    [WorkflowSignal]
    public async Task HearSlowlyAsync(string what)
    {
        await Workflow.DelayAsync(1);
        _heard.Add(what);
    }

    [WorkflowSignal]
    public async Task ChokeAsync(string kind) => throw (kind == "failure"
        ? new ApplicationFailureException("the handler failed", errorType: "Choked")
        : new InvalidOperationException("the handler has a bug"));

    [WorkflowUpdate]
    public async Task<string> TellAsync(string what)
    {
        _heard.Add($"told {what}");
        if (what == "fail")
        {
            throw new ApplicationFailureException("told to fail", errorType: "Told");
        }

        await Workflow.DelayAsync(1);
        return $"{Workflow.CurrentUpdateInfo!.Name} {what}";
    }

    [WorkflowUpdateValidator(nameof(TellAsync))]
    public void ValidateTell(string what)
    {
        if (what == "no")
        {
            throw new ApplicationFailureException("refused", errorType: "Refused");
        }
    }

    [WorkflowQuery]
    public string Fail() => throw new InvalidOperationException("this query has a bug");

    [WorkflowQuery]
    public string Cheat()
    {
        _ = Workflow.DelayAsync(1);
        return "got away with it";
    }

    public void Note(string what) => _heard.Add(what);
}

/// <summary>One worker on a queue of its own; at the end, everything it ran is replayed.</summary>
public sealed class Scene : IAsyncDisposable
{
    private readonly ConcurrentBag<WorkflowHandle> _started = [];
    private readonly TemporalWorkerOptions _options;
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;
    private TemporalWorker? _worker;

    private Scene(ITemporalClient client, TemporalWorkerOptions options)
    {
        Client = client;
        _options = options;
    }

    public ITemporalClient Client { get; }

    public string TaskQueue => _options.TaskQueue!;

    /// <summary>Off where the test makes histories on purpose that its code cannot replay.</summary>
    public bool ReplaysAtEnd { get; set; } = true;

    public static async Task<Scene> StartAsync(
        TemporalServer server, Action<TemporalWorkerOptions>? configure = null, ITemporalClient? client = null)
    {
        var options = new TemporalWorkerOptions(TemporalServer.NewName("scene")) { MaxConcurrentWorkflowTaskPolls = 4 };
        options.AddWorkflow<Scripted>();
        configure?.Invoke(options);
        var scene = new Scene(client ?? await server.ClientAsync(), options);
        scene.StartWorker();
        return scene;
    }

    /// <summary>Starts a workflow with this body.</summary>
    public async Task<WorkflowHandle<Scripted, string>> StartAsync(
        Func<Scripted, Task<string>> body, Action<WorkflowOptions>? configure = null)
    {
        var key = Body(body);
        var options = new WorkflowOptions(TemporalServer.NewName("wf"), TaskQueue);
        configure?.Invoke(options);
        var handle = await Client.StartWorkflowAsync((Scripted workflow) => workflow.RunAsync(key), options);
        _started.Add(handle with { RunId = handle.ResultRunId });
        return handle;
    }

    /// <summary>A body for somebody else to start: a child, a next run.</summary>
    public static string Body(Func<Scripted, Task<string>> body)
    {
        var key = Guid.NewGuid().ToString("N");
        Scripted.Bodies[key] = body;
        return key;
    }

    public async Task<string> RunAsync(Func<Scripted, Task<string>> body, Action<WorkflowOptions>? configure = null)
    {
        var handle = await StartAsync(body, configure);
        return await handle.GetResultAsync();
    }

    /// <summary>Runs a workflow that ends badly, and gives what its caller sees.</summary>
    public async Task<Exception> FailureOfAsync(Func<Scripted, Task<string>> body)
    {
        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => RunAsync(body));
        return failed.InnerException!;
    }

    public void Watch(WorkflowHandle handle) => _started.Add(handle);

    public void StartWorker()
    {
        _stop = new();
        _worker = new(Client, _options);
        _running = _worker.ExecuteAsync(_stop.Token);
    }

    public async Task StopWorkerAsync()
    {
        await _stop!.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
        _worker!.Dispose();
        _stop.Dispose();
        _stop = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop is not null)
        {
            await StopWorkerAsync();
        }

        if (!ReplaysAtEnd)
        {
            return;
        }

        var replayer = new WorkflowReplayer(Replayer());
        foreach (var handle in _started)
        {
            var history = await handle.FetchHistoryAsync();
            await replayer.ReplayWorkflowAsync(WorkflowHistory.FromJson(history.Id, history.ToJson()));
        }
    }

    public WorkflowReplayerOptions Replayer()
    {
        var options = new WorkflowReplayerOptions
        {
            DataConverter = Client.Options.DataConverter,
            WorkflowFailureExceptionTypes = _options.WorkflowFailureExceptionTypes,
        };
        foreach (var workflow in _options.Workflows)
        {
            options.AddWorkflow(workflow);
        }

        return options;
    }
}

/// <summary>Activities that the tests share.</summary>
public sealed class Chores
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _begun = new();

    public static ActivityOptions Soon => new() { StartToCloseTimeout = TimeSpan.FromSeconds(20) };

    public static ActivityOptions Once => new()
    {
        StartToCloseTimeout = TimeSpan.FromSeconds(20),
        RetryPolicy = new() { MaximumAttempts = 1 },
    };

    public ConcurrentQueue<string> Log { get; } = new();

    public Task BegunAsync(string name) => Begun(name).Task.WaitAsync(TimeSpan.FromSeconds(30));

    [Activity]
    public static string Echo(string text) => text;

    [Activity]
    public static async Task<int> AddAsync(int left, int right = 10) => left + right;

    [Activity]
    public static void Nothing()
    {
    }

    [Activity("renamed")]
    public string Remember(string text)
    {
        Log.Enqueue(text);
        return text;
    }

    [Activity]
    public static async Task FailAsync(string type, bool final) =>
        throw new ApplicationFailureException("failed on purpose", errorType: type, nonRetryable: final, details: ["detail", 7]);

    [Activity]
    public static int Attempts(int until) => ActivityExecutionContext.Current.Info.Attempt is var attempt && attempt >= until
        ? attempt
        : throw new InvalidOperationException($"attempt {attempt}");

    [Activity]
    public async Task<string> WaitForCancelAsync(string name)
    {
        var context = ActivityExecutionContext.Current;
        Begun(name).TrySetResult();
        while (!context.CancellationToken.IsCancellationRequested)
        {
            context.Heartbeat(name);
            await Task.Delay(50);
        }

        Log.Enqueue($"{name}: {context.CancelReason}");
        throw new OperationCanceledException(context.CancellationToken);
    }

    [Activity]
    public async Task<string> CatchCancelAsync(string name)
    {
        var context = ActivityExecutionContext.Current;
        Begun(name).TrySetResult();
        while (!context.CancellationToken.IsCancellationRequested)
        {
            context.Heartbeat(name);
            await Task.Delay(50);
        }

        return $"cleaned up after {context.CancelReason}";
    }

    [Activity]
    public static async Task<string> ResumeAsync()
    {
        var context = ActivityExecutionContext.Current;
        if (context.Info.Attempt == 1)
        {
            context.Heartbeat("first");
            context.Heartbeat("second");
            context.Heartbeat("last", 3);
            throw new InvalidOperationException("on to the next attempt");
        }

        return await context.Info.HeartbeatDetailAtAsync<string>(0) + await context.Info.HeartbeatDetailAtAsync<int>(1);
    }

    [Activity]
    public static async Task<string> FallSilentAsync()
    {
        var context = ActivityExecutionContext.Current;
        if (context.Info.Attempt > 1)
        {
            return await context.Info.HeartbeatDetailAtAsync<string>(0);
        }

        context.Heartbeat("still here");
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
        return "never";
    }

    [Activity]
    public static async Task HangAsync() => await Task.Delay(Timeout.Infinite, ActivityExecutionContext.Current.CancellationToken);

    private TaskCompletionSource Begun(string name) =>
        _begun.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}

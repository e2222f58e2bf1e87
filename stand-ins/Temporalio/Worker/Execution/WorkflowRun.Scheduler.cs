using System.Diagnostics;
using Temporalio.Exceptions;

namespace Temporalio.Worker.Execution;

/// <content>The scheduler: a queue that only moves inside an activation.</content>
internal sealed partial class WorkflowRun
{
    private readonly Queue<Task> _tasks = new();
    private readonly LinkedList<Condition> _conditions = new();
    private Action? _startRun;
    private long _activationStarted;
    private int _thread;
    private int _systemThread;
    private bool _readOnly;
    private bool _leftScheduler;
    private bool _evicted;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Nobody will run this any more; whatever it still says is not heard.</summary>
    public void Evict() => _evicted = true;

    protected override void QueueTask(Task task)
    {
        if (_thread != Environment.CurrentManagedThreadId)
        {
            // Something that the workflow waits for was run by somebody else: Task.Run, Task.Delay, a timer, I/O.
            if (!TracingDisabled)
            {
                _leftScheduler = true;
            }

            if (_evicted || _thread == 0)
            {
                return;
            }
        }

        lock (_tasks)
        {
            _tasks.Enqueue(task);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_tasks)
        {
            return [.. _tasks];
        }
    }

    /// <summary>Applies the jobs of a slice and lets the workflow run until it waits.</summary>
    private void Activate()
    {
        if (_settings.TaskStarting is { } starting && _info is not null)
        {
            starting(new(_info, _definition));
        }

        Run(() =>
        {
            Do(ApplyJobs);
            while (_taskFailure is null && _conditions.Count > 0)
            {
                var met = false;
                Do(() => met = MeetOneCondition());
                if (!met)
                {
                    break;
                }
            }
        });
        if (_leftScheduler && _taskFailure is null)
        {
            _taskFailure = new InvalidWorkflowSchedulerException(
                "A task of the workflow was run outside of the workflow's scheduler: "
                + "use Workflow.DelayAsync, Workflow.RunTaskAsync and Workflow.WhenAnyAsync, "
                + "never Task.Run, Task.Delay, ConfigureAwait(false) or I/O");
        }

        if (_terminal is { Sent: false } && _taskFailure is null && !IsReplaying)
        {
            WarnOfUnfinishedHandlers();
        }

        if (_settings.TaskCompleted is { } completed && _info is not null)
        {
            completed(new(_info, _definition, _taskFailure));
        }
    }

    /// <summary>Runs code as the workflow's thread.</summary>
    private void Run(Action code)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _thread = Environment.CurrentManagedThreadId;
        Volatile.Write(ref _systemThread, ThreadTimes.CurrentId);
        Volatile.Write(ref _activationStarted, Stopwatch.GetTimestamp());
        try
        {
            code();
        }
        finally
        {
            Volatile.Write(ref _activationStarted, 0);
            _thread = 0;
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Runs code on the scheduler, and then everything that it set off.</summary>
    private void Do(Action code)
    {
        var task = new Task(code);
        task.Start(this);
        while (true)
        {
            Task? next;
            lock (_tasks)
            {
                if (!_tasks.TryDequeue(out next))
                {
                    break;
                }
            }

            TryExecuteTask(next);
        }

        if (task.IsFaulted)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(task.Exception!.InnerException!);
        }
    }

    /// <summary>Queues an async method behind everything that already waits.</summary>
    private void Post(Func<Task> code) =>
        _ = Task.Factory.StartNew(code, CancellationToken.None, TaskCreationOptions.None, this);

    private void ApplyJobs()
    {
        _startJob?.Invoke();
        foreach (var job in _messageJobs)
        {
            job();
        }

        foreach (var job in _jobs)
        {
            job();
        }

        _startJob = null;
        _messageJobs.Clear();
        _jobs.Clear();
        _startRun?.Invoke();
        _startRun = null;
    }

    private bool MeetOneCondition()
    {
        for (var node = _conditions.First; node is not null; node = node.Next)
        {
            bool met;
            try
            {
                met = node.Value.Check();
            }
            catch (Exception thrown)
            {
                _conditions.Remove(node);
                node.Value.Waiter.TrySetException(thrown);
                return true;
            }

            if (met)
            {
                _conditions.Remove(node);
                node.Value.Waiter.TrySetResult(true);
                return true;
            }
        }

        return false;
    }

    private sealed record Condition(Func<bool> Check, TaskCompletionSource<bool> Waiter);
}

using System.Collections.Concurrent;
using System.Diagnostics;

namespace Temporalio.Worker.Execution;

/// <summary>Notices workflows that keep their thread: one timer looks at all of them.</summary>
internal sealed class DeadlockWatch : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<WorkflowRun, TaskCompletionSource> _running = new();
    private readonly Timer? _timer;

    public DeadlockWatch(bool enabled)
    {
        if (enabled)
        {
            _timer = new(_ => Look(), null, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(250));
        }
    }

    /// <summary>Done with the work, or when an activation of it has taken too long.</summary>
    /// <returns>Whether the work is done.</returns>
    public async Task<bool> WaitAsync(WorkflowRun run, Task work)
    {
        if (_timer is null)
        {
            await work;
            return true;
        }

        var stuck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[run] = stuck;
        try
        {
            return await Task.WhenAny(work, stuck.Task) == work;
        }
        finally
        {
            _running.TryRemove(run, out _);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        foreach (var (run, stuck) in _running)
        {
            var started = run.ActivationStarted;
            if (started != 0 && Stopwatch.GetElapsedTime(started) > Limit)
            {
                stuck.TrySetResult();
            }
        }
    }
}

using System.Diagnostics;

namespace Temporalio.Worker.Execution;

/// <content>Where the run waits, for whoever asks with <c>__stack_trace</c>; noted only where the worker's options say so.</content>
internal sealed partial class WorkflowRun
{
    private static readonly string[] Plumbing = ["Temporalio.Worker.", "Temporalio.Workflows.", "System."];
    private List<(Operation Wait, StackTrace Stack)>? _stacks;

    private void NoteWhere(Operation wait)
    {
        if (_settings.StackTrace is WorkflowStackTrace.None)
        {
            return;
        }

        _stacks ??= [];
        _stacks.RemoveAll(static one => !one.Wait.IsPending);
        _stacks.Add((wait, new(skipFrames: 1, fNeedFileInfo: _settings.StackTrace is WorkflowStackTrace.Normal)));
    }

    /// <summary>One block for each wait, in the order in which they began: the workflow's own frames, innermost first.</summary>
    private string StackTraces() => _settings.StackTrace is WorkflowStackTrace.None
        ? throw new InvalidOperationException(
            "Workflow stack traces are not enabled on this worker, see TemporalWorkerOptions.WorkflowStackTrace")
        : string.Join("\n\n", (_stacks ?? []).Where(one => one.Wait.IsPending).Select(one => OwnFrames(one.Stack)));

    private static string OwnFrames(StackTrace stack) => string.Join(
        '\n',
        stack.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line.IndexOf(' ', StringComparison.Ordinal) is var blank and > 0
                && !Plumbing.Any(own => line.AsSpan(blank + 1).StartsWith(own, StringComparison.Ordinal)))
            .Select(line => "   " + line));
}

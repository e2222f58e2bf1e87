using Metal3.Contracts.HostLifecycle;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <content>What a lifecycle can be told, and what it answers.</content>
public abstract partial class LifecycleWorkflow
{
    private readonly List<LedgerEntry> _ledger = [];
    private readonly List<string> _done = [];
    private List<StepHold> _holds;
    private CancellationTokenSource? _running;
    private WaitingRecord? _waiting;
    private SlotNotice? _slot;
    private string _step = "";
    private string _title = "";
    private int _attempt = 1;
    private int _desiredVersion;
    private StepCommand? _retry;
    private StepCommand? _skip;
    private StepCommand? _abandon;
    private bool _skippable;

    /// <inheritdoc/>
    [WorkflowSignal]
    public Task DesiredChangedAsync(HostSnapshot snapshot)
    {
        HoldAnnotations.Follow(_holds, Desired.Annotations, snapshot.Annotations, Now);
        var changed = HostDecisions.DesiredKey(snapshot) != HostDecisions.DesiredKey(Desired);
        Desired = snapshot;
        _desiredVersion += changed ? 1 : 0; // a hold that was just recorded on the object must not end a back-off
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal]
    public Task StopAsync(StopRequest request)
    {
        _stop ??= request;
        _stopped.Cancel(); // not CancelAsync, which would call back outside the deterministic scheduler
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal]
    public Task SlotAsync(SlotNotice notice)
    {
        _slot = notice;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal("retry")]
    public Task RetryAsync(StepCommand command) => IfSensible(command, WhyNotRetry, Retry);

    /// <inheritdoc/>
    [WorkflowSignal("skip")]
    public Task SkipAsync(StepCommand command) => IfSensible(command, WhyNotSkip, Skip);

    /// <inheritdoc/>
    [WorkflowSignal("hold")]
    public Task HoldAsync(StepCommand command) => IfSensible(command, WhyNotHold, Hold);

    /// <inheritdoc/>
    [WorkflowSignal("resume")]
    public Task ResumeAsync(StepCommand command) => IfSensible(command, WhyNotResume, Resume);

    /// <inheritdoc/>
    [WorkflowSignal("abandon")]
    public Task AbandonAsync(StepCommand command) => IfSensible(command, WhyNotAbandon, Abandon);

    /// <inheritdoc/>
    [WorkflowUpdate("retryStep")]
    public Task<string> RetryStepAsync(StepCommand command) => Task.FromResult(Retry(command));

    /// <summary>Refuses a retry of what does not wait.</summary>
    [WorkflowUpdateValidator(nameof(RetryStepAsync))]
    public void ValidateRetryStep(StepCommand command) => Refuse(WhyNotRetry(command));

    /// <inheritdoc/>
    [WorkflowUpdate("skipStep")]
    public Task<string> SkipStepAsync(StepCommand command) => Task.FromResult(Skip(command));

    /// <summary>Refuses to skip what must not be skipped.</summary>
    [WorkflowUpdateValidator(nameof(SkipStepAsync))]
    public void ValidateSkipStep(StepCommand command) => Refuse(WhyNotSkip(command));

    /// <inheritdoc/>
    [WorkflowUpdate("holdStep")]
    public Task<string> HoldStepAsync(StepCommand command) => Task.FromResult(Hold(command));

    /// <summary>Refuses to hold what is no step.</summary>
    [WorkflowUpdateValidator(nameof(HoldStepAsync))]
    public void ValidateHoldStep(StepCommand command) => Refuse(WhyNotHold(command));

    /// <inheritdoc/>
    [WorkflowUpdate("resumeStep")]
    public Task<string> ResumeStepAsync(StepCommand command) => Task.FromResult(Resume(command));

    /// <summary>Refuses to resume what is not held.</summary>
    [WorkflowUpdateValidator(nameof(ResumeStepAsync))]
    public void ValidateResumeStep(StepCommand command) => Refuse(WhyNotResume(command));

    /// <inheritdoc/>
    [WorkflowUpdate("abandonLifecycle")]
    public Task<string> AbandonLifecycleAsync(StepCommand command) => Task.FromResult(Abandon(command));

    /// <summary>Refuses to abandon twice.</summary>
    [WorkflowUpdateValidator(nameof(AbandonLifecycleAsync))]
    public void ValidateAbandonLifecycle(StepCommand command) => Refuse(WhyNotAbandon(command));

    /// <inheritdoc/>
    [WorkflowQuery("view")]
    public LifecycleView View() => new()
    {
        Lifecycle = Request.Lifecycle,
        Step = _step,
        Attempt = _attempt,
        StepsDone = [.. _done],
        Waiting = _waiting,
        Ledger = [.. _ledger],
        Holds = [.. _holds],
    };

    private static void Refuse(string? why)
    {
        if (why is not null)
        {
            throw new ApplicationFailureException(why, "Refused", nonRetryable: true);
        }
    }

    private static Task IfSensible(StepCommand command, Func<StepCommand, string?> whyNot, Func<StepCommand, string> act)
    {
        if (whyNot(command) is { } why)
        {
            Workflow.Logger.Steered("refused", command.Step, command.By, why);
        }
        else
        {
            act(command);
        }

        return Task.CompletedTask;
    }

    private string? WhyNotRetry(StepCommand command) =>
        NotThisStep(command)
        ?? _waiting?.Kind switch
        {
            WaitKind.Backoff or WaitKind.Operator or WaitKind.Object or WaitKind.Backend => null,
            WaitKind.Hold => $"the step '{_step}' is held, there is nothing to retry; resume it",
            WaitKind.Capacity => $"the step '{_step}' waits in a queue, there is nothing to retry; skip or abandon it, or wait",
            _ => $"the step '{_step}' is at work, there is nothing to retry; {(_skippable ? "skip or abandon it" : "abandon it")}, or wait",
        };

    private string? WhyNotSkip(StepCommand command) =>
        NotThisStep(command) ?? (_skippable ? null : $"the step '{_step}' may not be skipped; retry it or abandon the lifecycle");

    private string? WhyNotHold(StepCommand command) =>
        command.Step is "*" || StepNames.All.Contains(command.Step, StringComparer.Ordinal)
            ? null
            : $"there is no step '{command.Step}'; name one of {string.Join(", ", StepNames.All)}, or *";

    private string? WhyNotResume(StepCommand command) =>
        _holds.Exists(hold => command.Step.Length == 0 || hold.Step == command.Step)
            ? null
            : _holds.Count == 0 ? "nothing is held" : $"'{command.Step}' is not held; held: {string.Join(", ", _holds.Select(hold => hold.Step))}";

    private string? WhyNotAbandon(StepCommand command) =>
        _abandon is not null ? "it is being abandoned already" : null;

    private string? NotThisStep(StepCommand command) =>
        command.Step.Length == 0 || command.Step == _step ? null : $"the step '{command.Step}' does not wait; '{_step}' does";

    private string Retry(StepCommand command)
    {
        Note("retry", command);
        _retry = command;
        return $"'{_step}' is tried again now";
    }

    private string Skip(StepCommand command)
    {
        Note("skip", command);
        _skip = command;
        _running?.Cancel();
        return $"'{_step}' counts as done";
    }

    private string Hold(StepCommand command)
    {
        Note("hold", command);
        _holds.RemoveAll(hold => hold.Step == command.Step);
        _holds.Add(new(command.Step, command.By, command.Reason, Now));
        return $"the lifecycle stops before '{command.Step}'";
    }

    private string Resume(StepCommand command)
    {
        Note("resume", command);
        _holds.RemoveAll(hold => command.Step.Length == 0 || hold.Step == command.Step);
        return "resumed";
    }

    private string Abandon(StepCommand command)
    {
        Note("abandon", command);
        _abandon = command;
        _running?.Cancel();
        return $"the lifecycle ends at '{_step}'; the back end is left as it is";
    }

    /// <summary>Who said what and why, for the log and for the story.</summary>
    private void Note(string what, StepCommand command)
    {
        var by = command.By.Length == 0 ? "unknown" : command.By;
        Workflow.Logger.Steered(what, command.Step, by, command.Reason);
        _ledger.Add(new()
        {
            At = Now,
            Lifecycle = Request.Lifecycle,
            Step = command.Step.Length == 0 ? _step : command.Step,
            Attempt = _attempt,
            Class = "Steered",
            Message = $"{what} by {by}" + (command.Reason.Length == 0 ? "" : $": {command.Reason}"),
        });
    }
}

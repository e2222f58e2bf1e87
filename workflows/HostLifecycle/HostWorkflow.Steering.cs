using System.Globalization;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Workflows.Steps;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.HostLifecycle;

/// <content>What the host's workflow can be told, and what it answers.</content>
public sealed partial class HostWorkflow
{
    /// <inheritdoc/>
    [WorkflowSignal]
    public Task HostChangedAsync(HostSnapshot snapshot)
    {
        if (snapshot.Host.Uid != _desired.Host.Uid)
        {
            _doubt = snapshot; // a successor, or old news of a predecessor
        }
        else if (IsOlder(snapshot.ResourceVersion, _desired.ResourceVersion))
        {
            _doubt = snapshot; // delivered late, or the cluster's memory was restored
        }
        else if (snapshot.ResourceVersion != _desired.ResourceVersion || snapshot.Related != _desired.Related)
        {
            // A deletionTimestamp never goes away again: a snapshot without it, delivered late, is an old one.
            if (!_desired.Deleting || snapshot.Deleting)
            {
                HoldAnnotations.Follow(_holds, _desired.Annotations, snapshot.Annotations, Now);
                _desired = snapshot.Generation >= _desired.Generation ? snapshot : snapshot with { Spec = _desired.Spec, Generation = _desired.Generation };
                _desiredVersion++;
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal]
    public Task HostGoneAsync(HostKey host)
    {
        if (host.Uid == _desired.Host.Uid)
        {
            _gone = true;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal]
    public Task NodeChangedAsync(NodeChange change)
    {
        _nodeNews = change;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    [WorkflowSignal("retry")]
    public Task RetryAsync(StepCommand command) => RetryStepAsync(command);

    /// <inheritdoc/>
    [WorkflowSignal("hold")]
    public Task HoldAsync(StepCommand command) => WhyNotHold(command) is null ? HoldStepAsync(command) : Task.CompletedTask;

    /// <inheritdoc/>
    [WorkflowSignal("resume")]
    public Task ResumeAsync(StepCommand command) => ResumeStepAsync(command);

    /// <inheritdoc/>
    [WorkflowSignal("skip")]
    public Task SkipAsync(StepCommand command) => _child is null ? Task.CompletedTask : SkipStepAsync(command);

    /// <inheritdoc/>
    [WorkflowSignal("abandon")]
    public Task AbandonAsync(StepCommand command) => _child is null ? Task.CompletedTask : AbandonLifecycleAsync(command);

    /// <inheritdoc/>
    [WorkflowUpdate("retryStep")]
    public async Task<string> RetryStepAsync(StepCommand command)
    {
        Note("retry", command);
        if (_child is not null)
        {
            return await ForwardAsync("retry", command);
        }

        _retry = true;
        return "decided anew now, whatever was waited for";
    }

    /// <inheritdoc/>
    [WorkflowUpdate("holdStep")]
    public async Task<string> HoldStepAsync(StepCommand command)
    {
        Note("hold", command);
        var hold = new StepHold(command.Step, command.By, command.Reason, Now);
        _holds.RemoveAll(other => other.Step == command.Step);
        _holds.Add(hold);
        await RecordHoldAsync(hold);
        return _child is null ? $"every lifecycle stops before '{command.Step}'" : await ForwardAsync("hold", command);
    }

    /// <summary>Refuses to hold what is no step.</summary>
    [WorkflowUpdateValidator(nameof(HoldStepAsync))]
    public void ValidateHoldStep(StepCommand command) => Refuse(WhyNotHold(command));

    /// <inheritdoc/>
    [WorkflowUpdate("resumeStep")]
    public async Task<string> ResumeStepAsync(StepCommand command)
    {
        Note("resume", command);
        _holds.RemoveAll(hold => command.Step.Length == 0 || hold.Step == command.Step);
        await RecordHoldAsync(_holds.Count > 0 ? _holds[^1] : null); // one annotation: the last hold that stands
        return _child is null ? "nothing is held any more" : await ForwardAsync("resume", command);
    }

    /// <inheritdoc/>
    [WorkflowUpdate("skipStep")]
    public Task<string> SkipStepAsync(StepCommand command)
    {
        Note("skip", command);
        return ForwardAsync("skip", command);
    }

    /// <summary>Refuses when no lifecycle runs.</summary>
    [WorkflowUpdateValidator(nameof(SkipStepAsync))]
    public void ValidateSkipStep(StepCommand command) => Refuse(_child is null ? "no lifecycle runs, there is no step to skip" : null);

    /// <inheritdoc/>
    [WorkflowUpdate("abandonLifecycle")]
    public Task<string> AbandonLifecycleAsync(StepCommand command)
    {
        Note("abandon", command);
        return ForwardAsync("abandon", command);
    }

    /// <summary>Refuses when no lifecycle runs.</summary>
    [WorkflowUpdateValidator(nameof(AbandonLifecycleAsync))]
    public void ValidateAbandonLifecycle(StepCommand command) => Refuse(_child is null ? "no lifecycle runs, there is nothing to abandon" : null);

    /// <inheritdoc/>
    [WorkflowQuery("view")]
    public HostView View() => new()
    {
        Host = _desired.Host,
        State = _observed.State.Word,
        Lifecycle = _lifecycle,
        LifecycleId = _lifecycleId,
        Waiting = _waiting,
        Setback = _observed.Setback,
        Holds = [.. _holds],
        Observed = _observed,
        Said = [.. _said],
    };

    /// <summary>Versions are opaque, but every API server's are growing numbers: enough to ask, never enough to ignore.</summary>
    private static bool IsOlder(string version, string than) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var left)
        && ulong.TryParse(than, NumberStyles.None, CultureInfo.InvariantCulture, out var right) && left < right;

    private static void Refuse(string? why)
    {
        if (why is not null)
        {
            throw new ApplicationFailureException(why, "Refused", nonRetryable: true);
        }
    }

    private static string? WhyNotHold(StepCommand command) =>
        command.Step is "*" || StepNames.All.Contains(command.Step, StringComparer.Ordinal)
            ? null
            : $"there is no step '{command.Step}'; name one of {string.Join(", ", StepNames.All)}, or *";

    private void Note(string what, StepCommand command)
    {
        var by = command.By.Length == 0 ? "unknown" : command.By;
        Workflow.Logger.Steered(what, command.Step, by, command.Reason);
        _said.Add($"{Now:u} {what}{(command.Step.Length == 0 ? "" : " " + command.Step)} by {by}{(command.Reason.Length == 0 ? "" : ": " + command.Reason)}");
        if (_said.Count > 20)
        {
            _said.RemoveAt(0);
        }
    }

    private async Task<string> ForwardAsync(string signal, StepCommand command)
    {
        if (_child is not { } child)
        {
            return "no lifecycle runs";
        }

        var id = child.Id;
        try
        {
            await child.SignalAsync(signal, [command]);
            return $"passed on to {id}";
        }
        catch (FailureException over) when (!TemporalException.IsCanceledException(over))
        {
            return $"{id} has just ended";
        }
    }

    /// <summary>The hold is also on the object, so that it survives a Temporal that lost everything; failing to write it is no reason to refuse it.</summary>
    private async Task RecordHoldAsync(StepHold? hold)
    {
        try
        {
            var options = Calls.Objects(hold is null ? "Take the hold off the object" : "Keep the hold on the object");
            options.ScheduleToCloseTimeout = TimeSpan.FromMinutes(1);
            await Workflow.ExecuteActivityAsync((IHostObjectActivities objects) => objects.RecordHoldAsync(new(_desired.Host, hold)), options);
        }
        catch (ActivityFailureException failure)
        {
            Workflow.Logger.HoldNotKept(failure.InnerException?.Message ?? failure.Message);
        }
    }
}

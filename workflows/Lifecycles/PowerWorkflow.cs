using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Switches the machine: politely first, hard when that fails or is asked for.</summary>
[Workflow("PowerWorkflow")]
public sealed class PowerWorkflow : LifecycleWorkflow
{
    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public PowerWorkflow(LifecycleRequest request)
        : base(request)
    {
    }

    /// <inheritdoc/>
    protected override ErrorType ErrorType => ErrorType.PowerManagementError;

    private PowerGoal Goal => Request.Power ?? new() { On = Desired.Spec.Online };

    /// <summary>Switches the machine.</summary>
    [WorkflowRun]
    public Task<LifecycleResult> RunAsync(LifecycleRequest request) => LiveAsync(SwitchAsync);

    private async Task SwitchAsync()
    {
        ComplainOnce();

        // A text that the node still holds from something else says nothing about this request.
        var stale = Observed.Node?.LastError;
        var force = Observed.Status.ErrorType == ErrorType.PowerManagementError;
        var hard = Goal.Hard || force;
        var done = await OperateAsync(
            Goal.On ? HostSteps.PowerOn : HostSteps.PowerOff,
            (Goal.On ? HostSteps.AwaitPowerOn : HostSteps.AwaitPowerOff) with { Deadline = Patience.Power },
            attempt =>
            {
                var request = new PowerRequest
                {
                    Host = Desired.Host,
                    NodeId = NodeId,
                    LastSeen = Observed.Node,
                    On = Goal.On,
                    Hard = hard || attempt.Restart,
                    Force = force || attempt.Restart,
                    Restart = attempt.Restart,
                    IgnoreError = stale,
                };
                return AskAsync(nodes => nodes.SetPowerAsync(request), Goal.Why, attempt.Cancellation);
            },
            answer =>
            {
                if (answer.Progress is NodeProgress.Started)
                {
                    stale = null; // the back end forgets it with the request: the same text from now on is a new failure
                    _metricDue = true;
                }

                return Task.CompletedTask;
            },
            Goal.On ? NodeGoal.PoweredOn : NodeGoal.PoweredOff);

        if (!done && Goal.RebootAnnotationValue is null)
        {
            // The machine is not as it should be, and a person wants it left alone: else it would be switched again at once.
            throw new LifecycleExitException(
                LifecycleEnd.Abandoned, Goal.On ? StepNames.PowerOn : StepNames.PowerOff, "a person skipped the power change; the machine is left as it is");
        }

        var reboot = Desired.Spec.DisablePowerOff is true && !Goal.On;
        if (reboot)
        {
            // The machine was rebooted, not switched off: it is on, and every request that stood is carried out.
            Observed = Observed with
            {
                RebootsDone = [.. Desired.Reboots().Where(request => !request.IsOneShot).Select(PowerDecisions.Mark)],
            };
        }
        else if (Observed.Node?.PoweredOn is null)
        {
            Observed = Observed with { Status = Observed.Status with { PoweredOn = Goal.On } };
        }

        if (_metricDue)
        {
            CountPowerChange();
        }

        Observed = Observed.ClearErrorOf(ErrorType.PowerManagementError).ResetErrorCount();
        await PublishAsync($"tell that the machine is {(Goal.On || reboot ? "on" : "off")}");
        if (Goal.RebootAnnotationValue is { } value)
        {
            await RunAsync(HostSteps.AcknowledgeReboot, _ => RemoveAnnotationAsync(AnnotationKeys.Reboot, value, HostSteps.AcknowledgeReboot.Title));
            Observed = Observed with
            {
                RebootsRefused = [.. Observed.RebootsRefused.Where(mark => mark != $"{AnnotationKeys.Reboot}={value}")],
            };
        }
    }

    /// <summary>A value that cannot be read is told once for a request, however often the machine is switched while it stands.</summary>
    private void ComplainOnce()
    {
        var unreadable = Desired.Reboots().Where(reboot => !reboot.IsReadable).ToList();
        if (Goal.On)
        {
            // What is switched on for is no reboot; the request may be one that was just carried out and is still seen.
            var stand = unreadable.ConvertAll(PowerDecisions.Mark);
            Observed = Observed with { RebootsRefused = [.. Observed.RebootsRefused.Where(stand.Contains)] };
            return;
        }

        foreach (var fresh in unreadable.Where(reboot => !Observed.RebootsRefused.Contains(PowerDecisions.Mark(reboot), StringComparer.Ordinal)))
        {
            Tell("InvalidAnnotationValue", $"could not parse reboot annotation ({fresh.Value}) - invalid json, assuming soft-reboot");
        }

        Observed = Observed with { RebootsRefused = [.. unreadable.Select(PowerDecisions.Mark)] };
    }

    private bool _metricDue;

    private void CountPowerChange() => Apply(Change.Of(Observed).Counting(new(
        "metal3_operation_power_change_total",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["namespace"] = Desired.Host.Namespace,
            ["host"] = Desired.Host.Name,
            ["on_off"] = Goal.On ? "on" : "off",
        })));

    /// <inheritdoc/>
    protected override Change RecordFailure(Step step, StepFailure failure)
    {
        var first = !Goal.On && !Goal.Hard && Observed.Status.ErrorType != ErrorType.PowerManagementError;
        return Observed.Fail(
            ErrorType.PowerManagementError,
            first ? $"soft power off failed, a hard power off follows: {failure.Message}" : failure.Message);
    }
}

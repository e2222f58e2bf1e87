using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Learns the hardware: boots a ramdisk (or asks the BMC), waits for the inventory, records it.</summary>
[Workflow("InspectWorkflow")]
public sealed class InspectWorkflow : LifecycleWorkflow
{
    private bool _acknowledged;

    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public InspectWorkflow(LifecycleRequest request)
        : base(request)
    {
    }

    /// <inheritdoc/>
    protected override ErrorType ErrorType => ErrorType.InspectionError;

    /// <summary>Inspects the host.</summary>
    [WorkflowRun]
    public Task<LifecycleResult> RunAsync(LifecycleRequest request) => LiveAsync(InspectAsync);

    private async Task InspectAsync()
    {
        Observed = Observed.ResetErrorCountOnLeaving(ProvisioningState.Registering);
        await EnterWithSlotAsync(ProvisioningState.Inspecting, "metal3_delayed__provisioning_total");
        var fewerSteps = Patches.FewerSteps;
        var told = PublishAsync("tell that the host is inspecting");
        if (!fewerSteps)
        {
            await told; // an inspection takes nothing from anybody, so that it need not wait; who writes next, or ends, does
        }

        var restart = Observed.Status.ErrorType == ErrorType.InspectionError;
        var asked = false;
        await OperateAsync(
            HostSteps.StartInspection,
            HostSteps.AwaitInspection with { Deadline = Patience.Inspection },
            attempt =>
            {
                var request = new InspectRequest
                {
                    Host = Desired.Host,
                    NodeId = NodeId,
                    LastSeen = Observed.Node,
                    Restart = attempt.Restart || (restart && !asked),
                    Refresh = Desired.IsInspectionRequested() && !_acknowledged,
                    Force = Desired.Reboots().Any(reboot => reboot.Force && !Observed.RebootsDone.Contains(PowerDecisions.Mark(reboot))),
                };
                return AskAsync(nodes => nodes.StartInspectionAsync(request), "Start or join the inspection", attempt.Cancellation);
            },
            async answer =>
            {
                if (answer.Progress is NodeProgress.Started)
                {
                    asked = true;
                    await AcknowledgeAsync();
                }
            },
            isDone: node => fewerSteps && node is { Phase: NodePhase.Manageable, Inspected: true, LastError: null or "" });
        if (fewerSteps)
        {
            LeaveQueue();
        }

        FirmwareState? firmware = null;
        var hardware = await RunAsync(HostSteps.RecordHardware, async attempt =>
        {
            // Inspection let the back end read the firmware settings anew, and the preparation that follows asks for them first.
            var reading = fewerSteps ? ReadFirmwareAheadAsync(attempt.Cancellation) : Task.FromResult<FirmwareState?>(null);
            try
            {
                return await AskAsync(
                    nodes => nodes.RecordHardwareAsync(Plain(false)), "Read the inventory, write HardwareData", attempt.Cancellation);
            }
            finally
            {
                firmware = await reading;
            }
        });
        Tell("InspectionComplete", "Hardware inspection completed");
        Observed = Observed.ClearError().ResetErrorCount() with
        {
            HardwareHash = hardware.Hash,
            Architecture = hardware.Architecture,
            Firmware = firmware,
            FirmwareReadAt = firmware is null ? Observed.FirmwareReadAt : Now,
        };
        Apply(Observed.Enter(ProvisioningState.Preparing, Desired, Now));
        await PublishAsync("tell that the hardware is known");
    }

    /// <returns>Null: they could not be read, and whoever needs them reads them in a step of its own.</returns>
    private async Task<FirmwareState?> ReadFirmwareAheadAsync(CancellationToken cancellation)
    {
        var options = Calls.Objects(HostSteps.ReadFirmware.Title, cancellation);
        options.RetryPolicy = new() { MaximumAttempts = 1 };
        try
        {
            return await Workflow.ExecuteActivityAsync((IHostObjectActivities objects) => objects.RefreshFirmwareAsync(Plain(false)), options);
        }
        catch (ActivityFailureException failure)
        {
            Workflow.Logger.FirmwareUnread(failure.InnerException?.Message ?? failure.Message);
            return null;
        }
    }

    /// <summary>The requests that this inspection answers are taken off the object, and remembered where they stay.</summary>
    private async Task AcknowledgeAsync()
    {
        _acknowledged = true;
        var carriedOut = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Desired.IsInspectionRequested())
        {
            carriedOut[AnnotationKeys.Inspect] = Desired.Annotations[AnnotationKeys.Inspect];
        }

        if (Desired.Annotations.TryGetValue(AnnotationKeys.Reboot, out var reboot))
        {
            carriedOut[AnnotationKeys.Reboot] = reboot;
        }

        Observed = Observed with
        {
            RebootsDone = [.. Desired.Reboots().Where(request => request.Force && !request.IsOneShot).Select(PowerDecisions.Mark)],
        };
        if (carriedOut.Count > 0)
        {
            await Workflow.ExecuteActivityAsync(
                (IHostObjectActivities objects) => objects.RemoveAnnotationsAsync(new(Desired.Host, carriedOut)),
                Calls.Objects("Remove the annotations that were carried out"));
        }
    }

    /// <inheritdoc/>
    protected override async Task TidyUpAsync()
    {
        if (!Desired.Deleting && NodeId.Length > 0 && Desired.IsInspectionDisabled())
        {
            await AbortAsync();
        }
    }
}

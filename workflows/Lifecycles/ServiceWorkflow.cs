using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>Applies firmware settings to a deployed machine while it is off, on its way to being on.</summary>
[Workflow("ServiceWorkflow")]
public sealed class ServiceWorkflow : LifecycleWorkflow
{
    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public ServiceWorkflow(LifecycleRequest request)
        : base(request)
    {
    }

    /// <inheritdoc/>
    protected override ErrorType ErrorType => ErrorType.ServicingError;

    /// <summary>Services the host.</summary>
    [WorkflowRun]
    public Task<LifecycleResult> RunAsync(LifecycleRequest request) => LiveAsync(ServiceAsync);

    private async Task ServiceAsync()
    {
        if (HostDecisions.FirmwareIsStale(Desired, Observed, Options, Now))
        {
            await RefreshFirmwareAsync(HostSteps.ReadFirmware);
        }

        var failedBefore = Observed.Status.ErrorType == ErrorType.ServicingError;
        Observed = Observed.ClearError(OperationalStatus.Servicing);
        await PublishAsync("tell that the host is serviced");

        string? wanted = null;
        var due = false;
        NodeIntent intent = null!;
        void Pin(bool anew)
        {
            wanted = Observed.Firmware?.WantedHash;
            due = Observed.Firmware is { OnReboot: true } && HostDecisions.FirmwareMayBeApplied(Observed, Options);
            intent = DrawIntent("service", anew, SafeUrl.Hash($"service\n{wanted}")[..32]);
        }

        Pin(failedBefore);
        var done = await OperateAsync(
            HostSteps.StartService,
            HostSteps.AwaitService with { Deadline = Patience.Servicing },
            async attempt =>
            {
                if (attempt.Restart)
                {
                    // What is wanted may have changed since the failure; nothing at all ends the servicing.
                    await RefreshStaleFirmwareAsync(attempt);
                    Pin(anew: true);
                }

                var request = new ServiceRequest
                {
                    Host = Desired.Host,
                    NodeId = NodeId,
                    LastSeen = Observed.Node,
                    Restart = attempt.Restart || failedBefore,
                    Intent = intent,
                    Expect = new() { Deleting = false },
                    SettingsDirty = due,
                    HasSpec = wanted is not null && Observed.Firmware is { OnReboot: true },
                };
                failedBefore = false;
                return await AskAsync(nodes => nodes.StartServiceAsync(request), "Start or join the servicing", attempt.Cancellation);
            });

        Observed = Observed with { IntentDone = intent };
        if (!done && wanted is not null)
        {
            Observed = Observed with { FirmwareTried = new(wanted, Patience.FirmwareAttempts) }; // skipped: not to be tried again at once
        }
        else if (due && wanted is not null)
        {
            var tried = Observed.FirmwareTried is { } before && before.Hash == wanted ? before.Count + 1 : 1;
            Observed = Observed with { FirmwareTried = new(wanted, tried) };
            await RefreshFirmwareAsync(HostSteps.VerifyFirmware);
            if (Observed.Firmware is { ChangeDetected: false })
            {
                Observed = Observed with { FirmwareTried = null };
            }
        }

        Observed = Observed.ClearError();
        await PublishAsync("tell that servicing is over");
    }

    /// <inheritdoc/>
    protected override Change RecordFailure(Step step, StepFailure failure)
    {
        var cleared = Observed with
        {
            Status = Observed.Status with { Provisioning = Observed.Status.Provisioning with { Firmware = null } },
        };
        return cleared.Fail(ErrorType.ServicingError, failure.Message);
    }
}

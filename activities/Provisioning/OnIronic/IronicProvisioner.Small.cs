using Metal3.Activities.Ironic;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Provisioning.OnIronic;

// Verify, make available, take back, adopt, power, remove, abort: one verb each.
internal sealed partial class IronicProvisioner
{
    private const string DeletionReason = "forcing deletion in baremetal-operator";

    /// <summary>Seconds that an operating system gets to switch itself off.</summary>
    private const int SoftPowerOffSeconds = 180;

    /// <inheritdoc/>
    public Task<NodeAnswer> ValidateBmcAsync(NodeInput input, CancellationToken cancellationToken) =>
        LookedAsync(
            input,
            async (node, _) =>
            {
                switch (node.ProvisionState)
                {
                    case States.Enroll when node.LastError is { Length: > 0 } error && !input.Restart:
                        throw Fault.NodeFailed(Reports.Clean(error)!, Reports.Clean(error));
                    case States.Enroll:
                        await VerbAsync(node, "manage", cancellationToken);
                        return Started(node with { ProvisionState = States.Verifying });
                    case States.Verifying:
                        return Running(node);
                    default:
                        return Done(node);
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<NodeAnswer> TestCredentialsAsync(NodeInput input, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () =>
        {
            var node = await NodeAsync(input, cancellationToken);
            if (States.PhaseOf(node.ProvisionState) is NodePhase.Busy || node.TargetPowerState is { Length: > 0 })
            {
                return Running(node);
            }

            // Not by ordering the power state that the node has: if the machine was switched behind Ironic's back, Ironic would
            // switch it back.
            try
            {
                await ironic.ReadBmcAsync(node.Uuid, cancellationToken);
                return Done(node);
            }
            catch (IronicException e) when (e.Fault is IronicFault.ServerError)
            {
                var said = Reports.Clean(e.Text)!;
                throw Fault.NodeFailed(said, said);
            }
            catch (IronicException e) when (e.Fault is IronicFault.TimedOut)
            {
                throw Fault.NodeFailed("Ironic got no answer from the BMC in time; check its address and credentials.");
            }
            catch (IronicException e) when (e.Fault is IronicFault.Refused)
            {
                return Done(node); // its driver cannot be asked; the next real operation tells
            }
        });

    /// <inheritdoc/>
    public Task<NodeAnswer> MakeAvailableAsync(NodeInput input, CancellationToken cancellationToken) =>
        LookedAsync(
            input,
            async (node, _) =>
            {
                switch (node.ProvisionState)
                {
                    case States.Available:
                        return Done(node);
                    case States.Manageable:
                        await VerbAsync(node, "provide", cancellationToken);
                        return Started(node with { ProvisionState = States.Cleaning });
                    case States.CleanFailed:
                        return await RecoverAsync(input, node, "Cleaning failed: ", cancellationToken);
                    case States.InspectFailed or States.AdoptFailed:
                        await VerbAsync(node, "manage", cancellationToken);
                        return Running(node);
                    default:
                        return WaitOrRefuse("Making the node available", node);
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<NodeAnswer> UndeployAsync(
        NodeInput input, AutomatedCleaningMode? cleaning, CancellationToken cancellationToken) =>
        LookedAsync(
            input,
            (node, looked) => node.ProvisionState switch
            {
                States.Available => Task.FromResult(
                    Done(node, new NodeEvent("DeprovisioningComplete", "Image deprovisioning completed"))),
                States.Enroll => Task.FromResult(Done(node)),
                States.Manageable => RunningAsync(node, "provide", cancellationToken),
                States.InspectFailed or States.AdoptFailed => RunningAsync(node, "manage", cancellationToken),
                States.CleanFailed => RecoverAsync(input, node, "Cleaning failed: ", cancellationToken),
                States.Error when !input.Restart => throw Fault.NodeFailed(
                    Reports.Clean(node.LastError) ?? "Deprovisioning failed", Reports.Clean(node.LastError)),
                States.Error or States.Active or States.DeployFailed or States.WaitCallBack or States.ServiceFailed or States.ServiceWait
                    or States.Rescue or States.RescueFailed or States.UnrescueFailed or States.RescueWait =>
                    TearDownAsync(input, node, looked, cleaning, cancellationToken),
                States.DeployHold or States.ServiceHold => RunningAsync(node, "abort", cancellationToken),
                _ => Task.FromResult(WaitOrRefuse("Deprovisioning", node)),
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<NodeAnswer> AdoptAsync(NodeInput input, bool deprovisioning, bool deleting, CancellationToken cancellationToken) =>
        LookedAsync(
            input,
            async (node, _) =>
            {
                switch (node.ProvisionState)
                {
                    case States.Manageable when deprovisioning:
                        return Done(node);
                    case States.Manageable:
                        await VerbAsync(node, "adopt", cancellationToken);
                        return Started(node with { ProvisionState = States.Adopting });
                    case States.AdoptFailed when input.Restart:
                        await VerbAsync(node, "adopt", cancellationToken);
                        return Started(node with { ProvisionState = States.Adopting });
                    case States.AdoptFailed:
                        throw Fault.NodeFailed($"Host adoption failed: {Reports.Clean(node.LastError)}", Reports.Clean(node.LastError));
                    case States.Adopting or States.Verifying:
                        return Running(node);
                    case States.Enroll:
                        throw Fault.NodeFailed("invalid state for adopt: enroll", Reports.Clean(node.LastError));
                    case States.Active when node is { Maintenance: true, Fault: null or "" } && !deleting:
                        await ironic.SetMaintenanceAsync(node.Uuid, null, cancellationToken);
                        return Done(node with { Maintenance = false });
                    default:
                        return Done(node);
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<NodeAnswer> SetPowerAsync(PowerInput input, CancellationToken cancellationToken) =>
        LookedAsync(
            input,
            (node, _) => input.On ? PowerOnAsync(input, node, cancellationToken) : PowerOffAsync(input, node, cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public Task<NodeAnswer> RemoveAsync(NodeInput input, bool force, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () =>
        {
            if (input.NodeId is not { Length: > 0 } id || await ironic.FindNodeAsync(id, cancellationToken) is not { } node)
            {
                return Done(null);
            }

            switch (node.ProvisionState)
            {
                case States.Verifying or States.Deploying or States.Cleaning or States.Inspecting or States.Servicing or States.Deleting
                    or States.Adopting or States.Rescuing or States.Unrescuing:
                    return Running(node);
                case States.WaitCallBack or States.InspectWait or States.CleanWait or States.ServiceWait or States.RescueWait
                    when !node.Maintenance:
                    return force ? await StopForRemovalAsync(input, node, cancellationToken) : Running(node);
            }

            if (!await WantedAsync(input, cancellationToken))
            {
                return Superseded(node);
            }

            switch (node.ProvisionState)
            {
                case States.Enroll:
                    break;
                case States.Available or States.Manageable:
                    if (node.InstanceUuid is not null)
                    {
                        await ironic.PatchNodeAsync(node.Uuid, [PatchOp.Remove("/instance_uuid")], cancellationToken);
                    }

                    break;
                default:
                    // Ironic forgets a machine in maintenance without touching its disk or power.
                    if (!node.Maintenance)
                    {
                        await ironic.SetMaintenanceAsync(node.Uuid, DeletionReason, cancellationToken);
                    }

                    break;
            }

            await ironic.DeleteNodeAsync(node.Uuid, cancellationToken);
            return Done(null);
        });

    /// <inheritdoc/>
    public Task<NodeAnswer> AbortAsync(NodeInput input, CancellationToken cancellationToken) =>
        ClassifiedAsync(async () =>
        {
            if (input.NodeId is not { Length: > 0 } id || await ironic.FindNodeAsync(id, cancellationToken) is not { } node)
            {
                return Done(null);
            }

            var stoppable = node.ProvisionState is States.InspectWait
                || (node.ProvisionState is States.CleanWait && node.TargetProvisionState is States.Manageable);
            if (stoppable && string.IsNullOrEmpty(node.Fault))
            {
                await VerbAsync(node, "abort", cancellationToken);
                return Started(node);
            }

            return States.PhaseOf(node.ProvisionState) is NodePhase.Busy ? Running(node) : Done(node);
        });

    /// <summary>Something runs, so wait; or nothing does, and nothing will.</summary>
    private static NodeAnswer WaitOrRefuse(string operation, IronicNode node) => States.PhaseOf(node.ProvisionState) switch
    {
        NodePhase.Busy => Running(node),
        NodePhase.Held => throw Fault.Held(node),
        _ => throw Fault.Unexpected(operation, node),
    };

    private async Task<NodeAnswer> RunningAsync(IronicNode node, string verb, CancellationToken cancellationToken)
    {
        await VerbAsync(node, verb, cancellationToken);
        return Running(node);
    }

    /// <summary>Out of a failed cleaning, which may have left the node in maintenance with a fault.</summary>
    private async Task<NodeAnswer> RecoverAsync(
        NodeInput input, IronicNode node, string prefix, CancellationToken cancellationToken)
    {
        if (!input.Restart)
        {
            throw Fault.NodeFailed(prefix + (Reports.Clean(node.LastError) ?? "Ironic gave no reason"), Reports.Clean(node.LastError));
        }

        await VerbAsync(node, "manage", cancellationToken, despiteFault: node.Maintenance);
        return Running(node);
    }

    private async Task<NodeAnswer> TearDownAsync(
        NodeInput input, IronicNode node, bool looked, AutomatedCleaningMode? cleaning, CancellationToken cancellationToken)
    {
        if (!await WantedAsync(input, cancellationToken))
        {
            return Superseded(node);
        }

        if (!looked)
        {
            node = await NodeAsync(input, cancellationToken);
        }

        var clean = cleaning != AutomatedCleaningMode.Disabled;
        // A deployment that waits for its agent takes no patch; what it has then stays in force.
        if (node.AutomatedClean != clean && node.ProvisionState is States.Active or States.DeployFailed or States.Error)
        {
            await ironic.PatchNodeAsync(node.Uuid, [PatchOp.Add("/automated_clean", clean)], cancellationToken);
        }

        var text = node.ProvisionState is States.Error ? "Image deprovisioning restarted" : "Image deprovisioning started";
        await VerbAsync(node, "deleted", cancellationToken, despiteFault: node.Maintenance && node.Fault != "power failure");
        return Started(node with { ProvisionState = States.Deleting }, new NodeEvent("DeprovisioningStarted", text));
    }

    private async Task<NodeAnswer> PowerOnAsync(PowerInput input, IronicNode node, CancellationToken cancellationToken)
    {
        if (node is { PowerState: "power on", TargetPowerState: null or "" })
        {
            return Done(node);
        }

        if (node.TargetPowerState is { Length: > 0 } || States.PhaseOf(node.ProvisionState) is NodePhase.Busy)
        {
            return Running(node);
        }

        if (PowerErrorOf(input, node) is { } error)
        {
            throw Fault.NodeFailed($"PowerOn operation failed: {error}", error);
        }

        await ironic.PowerAsync(node.Uuid, "power on", null, cancellationToken);
        return Started(node, new NodeEvent("PowerOn", "Host powered on"));
    }

    private async Task<NodeAnswer> PowerOffAsync(PowerInput input, IronicNode node, CancellationToken cancellationToken)
    {
        switch (node.ProvisionState)
        {
            case States.InspectWait:
                return await RunningAsync(node, "abort", cancellationToken);
            case States.CleanWait when input.Deleting && node.TargetProvisionState is States.Manageable:
                return await RunningAsync(node, "abort", cancellationToken);
        }

        if (node is { PowerState: "power off", TargetPowerState: null or "" })
        {
            return Done(node);
        }

        if (node.TargetPowerState is { Length: > 0 } || States.PhaseOf(node.ProvisionState) is NodePhase.Busy)
        {
            return Running(node);
        }

        if (PowerErrorOf(input, node) is { } error)
        {
            throw Fault.NodeFailed(error, error);
        }

        var reboots = node.DisablePowerOff is true; // such a machine is rebooted, never switched off
        if (!input.Hard && !input.Force)
        {
            try
            {
                await ironic.PowerAsync(
                    node.Uuid, reboots ? "soft rebooting" : "soft power off", reboots ? null : SoftPowerOffSeconds, cancellationToken);
                return reboots ? Done(node) : Started(node, new NodeEvent("PowerOff", "Host soft powered off"));
            }
            catch (IronicException e) when (e.Fault is IronicFault.Refused)
            {
                // The driver knows no soft power off.
            }
        }

        await ironic.PowerAsync(node.Uuid, reboots ? "rebooting" : "power off", null, cancellationToken);
        return reboots ? Done(node) : Started(node, new NodeEvent("PowerOff", "Host powered off"));
    }

    /// <summary>The stored error, if it is about power: other stale texts say nothing about this request.</summary>
    private static string? PowerErrorOf(PowerInput input, IronicNode node) =>
        !input.Force && Reports.Clean(node.LastError) is { } error && error != input.IgnoreError
            && error.Contains("power", StringComparison.OrdinalIgnoreCase)
            && !error.Contains("aborted", StringComparison.OrdinalIgnoreCase)
            ? error
            : null;

    private async Task<NodeAnswer> StopForRemovalAsync(NodeInput input, IronicNode node, CancellationToken cancellationToken)
    {
        if (!await WantedAsync(input, cancellationToken))
        {
            return Superseded(node);
        }

        var server = await ironic.ServerAsync(cancellationToken);
        var verb = node.ProvisionState is States.WaitCallBack && !server.Knows(MicroVersion.AbortDeploy) ? "deleted" : "abort";
        return await RunningAsync(node, verb, cancellationToken);
    }
}

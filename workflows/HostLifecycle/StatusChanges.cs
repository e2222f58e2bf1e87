using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Workflows.HostLifecycle;

/// <summary>An observed side together with what must be told and counted when it is published.</summary>
/// <param name="Observed">The new observed side.</param>
/// <param name="Events">Kubernetes events, in order.</param>
/// <param name="Metrics">Counts.</param>
public sealed record Change(ObservedHost Observed, IReadOnlyList<NodeEvent> Events, IReadOnlyList<MetricCount> Metrics)
{
    /// <summary>A change that nobody needs to be told about.</summary>
    public static Change Of(ObservedHost observed) => new(observed, [], []);

    /// <summary>The same with one more event.</summary>
    public Change Telling(string reason, string message) => this with { Events = [.. Events, new(reason, message)] };

    /// <summary>The same with one more count.</summary>
    public Change Counting(MetricCount count) => this with { Metrics = [.. Metrics, count] };
}

/// <summary>How status changes: pure functions, equal to upstream's effects (host-lifecycle specification §1 and §5).</summary>
public static class StatusChanges
{
    /// <summary>Enters a provisioning state: operation history, boot mode, counts.</summary>
    public static Change Enter(this ObservedHost observed, ProvisioningState next, HostSnapshot desired, DateTimeOffset now)
    {
        var status = observed.Status;
        var previous = status.Provisioning.State;
        if (previous == next)
        {
            return Change.Of(observed);
        }

        var metrics = new List<MetricCount>
        {
            new("metal3_provisioning_state_change_total", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["prev_state"] = previous.Word,
                ["new_state"] = next.Word,
            }),
        };
        var history = End(status.OperationHistory, previous, desired.Host, now, metrics);
        history = Begin(history, next, now);
        var bootMode = next == ProvisioningState.Registering || next == ProvisioningState.Inspecting || next == ProvisioningState.Provisioning
            ? desired.Spec.BootMode ?? BootMode.Uefi
            : status.Provisioning.BootMode;
        return new(
            observed with
            {
                Status = status with
                {
                    OperationHistory = history,
                    Provisioning = status.Provisioning with { State = next, BootMode = bootMode },
                },
            },
            [],
            metrics);
    }

    /// <summary>Opens the register slot of the operation history, for a registration in place.</summary>
    public static ObservedHost BeginRegistration(this ObservedHost observed, DateTimeOffset now) => observed with
    {
        Status = observed.Status with
        {
            OperationHistory = Begin(observed.Status.OperationHistory, ProvisioningState.Registering, now),
        },
    };

    /// <summary>Closes the register slot, if it is open.</summary>
    public static Change EndRegistration(this ObservedHost observed, HostKey host, DateTimeOffset now)
    {
        var metrics = new List<MetricCount>();
        var history = End(observed.Status.OperationHistory, ProvisioningState.Registering, host, now, metrics);
        return new(observed with { Status = observed.Status with { OperationHistory = history } }, [], metrics);
    }

    /// <summary>Records a failure: error status, one more count, one event, one metric.</summary>
    public static Change Fail(this ObservedHost observed, ErrorType type, string message)
    {
        var reason = EventReason(type);
        return new(
            observed with
            {
                Status = observed.Status with
                {
                    OperationalStatus = OperationalStatus.Error,
                    ErrorType = type,
                    ErrorMessage = message,
                    ErrorCount = observed.Status.ErrorCount + 1,
                },
            },
            [new(reason, message)],
            [new("metal3_host_error_total", new Dictionary<string, string>(StringComparer.Ordinal) { ["error_type"] = reason })]);
    }

    /// <summary>Clears error type and text and says that all is well; the count stays.</summary>
    public static ObservedHost ClearError(this ObservedHost observed, OperationalStatus? to = null)
    {
        var status = to ?? OperationalStatus.Ok;
        return observed.Status.OperationalStatus == status && observed.Status.ErrorType is null && observed.Status.ErrorMessage.Length == 0
            ? observed
            : observed with
            {
                Status = observed.Status with { OperationalStatus = status, ErrorType = null, ErrorMessage = "" },
            };
    }

    /// <summary>Forgets how often it failed.</summary>
    public static ObservedHost ResetErrorCount(this ObservedHost observed) =>
        observed.Status.ErrorCount == 0 ? observed : observed with { Status = observed.Status with { ErrorCount = 0 } };

    /// <summary>The same, if the host is in the state that is about to be left.</summary>
    public static ObservedHost ResetErrorCountOnLeaving(this ObservedHost observed, ProvisioningState state) =>
        observed.State == state ? observed.ResetErrorCount() : observed;

    /// <summary>Clears the error if it is of this type.</summary>
    public static ObservedHost ClearErrorOf(this ObservedHost observed, ErrorType type) =>
        observed.Status.ErrorType == type ? observed.ClearError() : observed;

    /// <summary>The event reason, also the metric's label, of a recorded failure.</summary>
    public static string EventReason(ErrorType type) => type.Word switch
    {
        "provisioned registration error" => "ProvisionedRegistrationError",
        "registration error" => "RegistrationError",
        "inspection error" => "InspectionError",
        "preparation error" => "PreparationError",
        "provisioning error" => "ProvisioningError",
        "power management error" => "PowerManagementError",
        "servicing error" => "ServicingError",
        "detach error" => "DetachError",
        _ => "HostError",
    };

    private static OperationHistory Begin(OperationHistory history, ProvisioningState state, DateTimeOffset now)
    {
        return With(history, state, slot => slot is { Start: not null, End: null } ? slot : new() { Start = now, End = null });
    }

    private static OperationHistory End(
        OperationHistory history, ProvisioningState state, HostKey host, DateTimeOffset now, List<MetricCount> metrics)
    {
        return With(history, state, slot =>
        {
            if (slot is not { Start: { } start, End: null })
            {
                return slot;
            }

            metrics.Add(new(
                $"metal3_operation_{SlotName(state)}_duration_seconds",
                new Dictionary<string, string>(StringComparer.Ordinal) { ["namespace"] = host.Namespace, ["host"] = host.Name },
                (now - start).TotalSeconds));
            return slot with { End = now };
        });
    }

    private static string SlotName(ProvisioningState state) =>
        state == ProvisioningState.Registering ? "register"
        : state == ProvisioningState.Inspecting ? "inspect"
        : state == ProvisioningState.Provisioning ? "provision"
        : "deprovision";

    private static OperationHistory With(OperationHistory history, ProvisioningState state, Func<OperationMetric, OperationMetric> change) =>
        state == ProvisioningState.Registering ? history with { Register = change(history.Register) }
        : state == ProvisioningState.Inspecting ? history with { Inspect = change(history.Inspect) }
        : state == ProvisioningState.Provisioning ? history with { Provision = change(history.Provision) }
        : state == ProvisioningState.Deprovisioning ? history with { Deprovision = change(history.Deprovision) }
        : history;
}

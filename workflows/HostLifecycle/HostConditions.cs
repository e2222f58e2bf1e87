using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Workflows.HostLifecycle;

/// <summary>The host's conditions, a function of its status (host-lifecycle specification §8.3).</summary>
public static class HostConditions
{
    /// <summary>Computes all conditions, keeping the transition time of those whose status did not change.</summary>
    /// <param name="observed">Status, node and note.</param>
    /// <param name="generation">The host's generation.</param>
    /// <param name="now">The workflow's time.</param>
    public static ValueList<Condition> Of(ObservedHost observed, long generation, DateTimeOffset now)
    {
        var status = observed.Status;
        var state = status.Provisioning.State;
        var (ready, available, manageable, progressing, provisioned) = Base(state, status.OperationalStatus);

        if (status.OperationalStatus == OperationalStatus.Error)
        {
            ready = (false, "Error");
        }
        else if (status.OperationalStatus == OperationalStatus.Servicing)
        {
            ready = (false, "Servicing");
        }
        else if (status.OperationalStatus == OperationalStatus.Detached)
        {
            ready = (false, "Detached");
            progressing = (false, "Detached");
        }

        var exempt = state == ProvisioningState.None || state == ProvisioningState.Unmanaged || state == ProvisioningState.Registering
            || state == ProvisioningState.Deleting || status.OperationalStatus == OperationalStatus.Detached;
        if (!exempt && observed.Node?.Fault is "power failure")
        {
            manageable = (false, "PowerFailure");
        }

        // Upstream's texts are always empty; ours speak only where a wait or an error needs explaining.
        var why = status.OperationalStatus == OperationalStatus.Error ? status.ErrorMessage : observed.Note;
        return
        [
            Make("Ready", ready.Value ? ConditionStatus.True : ConditionStatus.False, ready.Reason, ready.Value ? "" : why),
            Make("AvailableForProvisioning", available.Value ? ConditionStatus.True : ConditionStatus.False, available.Reason, ""),
            Healthy(),
            Make("Manageable", manageable.Value ? ConditionStatus.True : ConditionStatus.False, manageable.Reason, ""),
            Make("Progressing", progressing.Value ? ConditionStatus.True : ConditionStatus.False, progressing.Reason, observed.Note),
            Make("Provisioned", provisioned.Value ? ConditionStatus.True : ConditionStatus.False, provisioned.Reason, ""),
        ];

        Condition Healthy()
        {
            var previous = Previous("Healthy");
            return observed.Node?.Health switch
            {
                "OK" => Make("Healthy", ConditionStatus.True, "Healthy", ""),
                "Warning" => Make("Healthy", ConditionStatus.False, "Warning", ""),
                "Critical" => Make("Healthy", ConditionStatus.False, "CriticalError", ""),
                null or "" => previous ?? Make("Healthy", ConditionStatus.Unknown, "Unknown", ""),
                _ => Make("Healthy", ConditionStatus.Unknown, "Unknown", ""),
            };
        }

        Condition? Previous(string type) => status.Conditions?.FirstOrDefault(condition => condition.Type == type);

        Condition Make(string type, ConditionStatus value, string reason, string message)
        {
            var previous = Previous(type);
            return new()
            {
                Type = type,
                Status = value,
                Reason = reason,
                Message = message,
                ObservedGeneration = generation,
                LastTransitionTime = previous is not null && previous.Status == value ? previous.LastTransitionTime : Seconds(now),
            };
        }
    }

    private static DateTimeOffset Seconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));

    private static ((bool Value, string Reason) Ready, (bool Value, string Reason) Available, (bool Value, string Reason) Manageable,
        (bool Value, string Reason) Progressing, (bool Value, string Reason) Provisioned) Base(ProvisioningState state, OperationalStatus operational)
    {
        var notReady = (false, "NotProvisioned");
        var notAvailable = (false, "NotAvailable");
        var manageable = (true, "Manageable");
        var notProvisioned = (false, "NotProvisioned");
        return state.Word switch
        {
            "" or "unmanaged" => (notReady, notAvailable, (false, "NotManaged"), (false, "NotProgressing"), notProvisioned),
            "registering" => (
                notReady, notAvailable, (false, operational == OperationalStatus.Error ? "RegistrationFailed" : "Registering"),
                (true, "Registering"), notProvisioned),
            "inspecting" or "match profile" => (notReady, notAvailable, manageable, (true, "Inspecting"), notProvisioned),
            "preparing" => (notReady, notAvailable, manageable, (true, "Preparing"), notProvisioned),
            "available" or "ready" => (notReady, (true, "Available"), manageable, (false, "NotProgressing"), notProvisioned),
            "provisioning" => (notReady, notAvailable, manageable, (true, "Provisioning"), notProvisioned),
            "provisioned" or "externally provisioned" => (
                (true, "Provisioned"), notAvailable, manageable, (false, "NotProgressing"), (true, "Provisioned")),
            "deprovisioning" => (notReady, notAvailable, manageable, (true, "Deprovisioning"), notProvisioned),
            "powering off before delete" => (notReady, notAvailable, manageable, (true, "PoweringOffBeforeDelete"), notProvisioned),
            "deleting" => (notReady, notAvailable, manageable, (true, "Deleting"), notProvisioned),
            _ => (notReady, notAvailable, manageable, (false, "NotProgressing"), notProvisioned),
        };
    }
}

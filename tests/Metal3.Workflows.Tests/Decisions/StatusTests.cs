using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;

namespace Metal3.Workflows.Tests.Decisions;

/// <summary>How status changes, conditions follow, and pauses grow.</summary>
public sealed class StatusTests
{
    public static TheoryData<string> ErrorTypes => new(ErrorType.Known.Select(type => type.Word));

    [Theory]
    [MemberData(nameof(ErrorTypes))]
    public void S120_Every_failure_counts_one_tells_one_event_and_bumps_one_metric(string word)
    {
        var type = ErrorType.Of(word);
        var once = new ObservedHost().Fail(type, "broken");
        var twice = once.Observed.Fail(type, "broken");

        Assert.Equal((OperationalStatus.Error, type, "broken", 1), (
            once.Observed.Status.OperationalStatus, once.Observed.Status.ErrorType, once.Observed.Status.ErrorMessage, once.Observed.Status.ErrorCount));
        Assert.Equal(2, twice.Observed.Status.ErrorCount);
        var reason = Assert.Single(once.Events).Reason;
        Assert.Equal(word, string.Concat(reason.Select((letter, i) => char.IsUpper(letter) && i > 0 ? " " + char.ToLowerInvariant(letter) : $"{char.ToLowerInvariant(letter)}")));
        var metric = Assert.Single(once.Metrics);
        Assert.Equal(("metal3_host_error_total", reason), (metric.Name, metric.Labels!["error_type"]));
    }

    [Fact]
    public void Clearing_an_error_keeps_the_count()
    {
        var healed = new ObservedHost().Fail(ErrorType.InspectionError, "broken").Observed.ClearError();

        Assert.Equal((OperationalStatus.Ok, null, "", 1), (
            healed.Status.OperationalStatus, healed.Status.ErrorType, healed.Status.ErrorMessage, healed.Status.ErrorCount));
        Assert.Same(healed, healed.ClearError());
    }

    [Fact]
    public void Operation_history_opens_once_and_closes_once()
    {
        var host = Given.Host();
        var begun = host.Observed.Enter(ProvisioningState.Registering, host.Desired, Given.Now).Observed;
        Assert.Equal(Given.Now, begun.Status.OperationHistory.Register.Start);
        Assert.Equal(begun.Status.OperationHistory, begun.BeginRegistration(Given.Now.AddMinutes(1)).Status.OperationHistory);

        var ended = begun.Enter(ProvisioningState.Inspecting, host.Desired, Given.Now.AddMinutes(2));
        Assert.Equal(Given.Now.AddMinutes(2), ended.Observed.Status.OperationHistory.Register.End);
        Assert.Equal(Given.Now.AddMinutes(2), ended.Observed.Status.OperationHistory.Inspect.Start);
        var duration = Assert.Single(ended.Metrics, m => m.Name == "metal3_operation_register_duration_seconds");
        Assert.Equal(120, duration.Value);
        var change = Assert.Single(ended.Metrics, m => m.Name == "metal3_provisioning_state_change_total");
        Assert.Equal(("registering", "inspecting"), (change.Labels!["prev_state"], change.Labels["new_state"]));

        var again = ended.Observed.BeginRegistration(Given.Now.AddHours(1)).Status.OperationHistory.Register;
        Assert.Equal((Given.Now.AddHours(1), null), (again.Start, again.End));
    }

    [Theory]
    [InlineData("registering", true)]
    [InlineData("inspecting", true)]
    [InlineData("provisioning", true)]
    [InlineData("preparing", false)]
    [InlineData("available", false)]
    [InlineData("deprovisioning", false)]
    public void S68_The_boot_mode_is_taken_over_where_the_machine_is_about_to_boot(string state, bool taken)
    {
        var host = Given.Host();

        Assert.Equal(taken ? BootMode.Uefi : null, host.Observed.Enter(ProvisioningState.Of(state), host.Desired, Given.Now).Observed.Status.Provisioning.BootMode);
    }

    [Fact]
    public void Entering_the_state_one_is_in_changes_nothing()
    {
        var host = Given.Host().In(ProvisioningState.Available);

        Assert.Same(host.Observed, host.Observed.Enter(ProvisioningState.Available, host.Desired, Given.Now).Observed);
    }

    // Back-off (§5.3) ------------------------------------------------------------------------------------------------------------------

    [Fact]
    public void S121_Pauses_after_failures_never_shrink_and_are_capped()
    {
        var patience = new Patience { BackoffCap = TimeSpan.FromMinutes(512) };

        Assert.All(Enumerable.Range(1, 40), failures =>
        {
            var longest = TimeSpan.FromMinutes(Math.Pow(2, Math.Min(failures, 9)));
            Assert.Equal(longest, Backoff.AfterFailure(patience, failures, 0));
            Assert.InRange(Backoff.AfterFailure(patience, failures, 0.9999), longest * 0.5, longest);
            Assert.True(Backoff.AfterFailure(patience, failures + 1, 0.5) >= Backoff.AfterFailure(patience, failures, 0.5));
        });
        Assert.All(Enumerable.Range(1, 40), failures => Assert.InRange(
            Backoff.AfterFailure(new(), failures, 0.5), TimeSpan.FromMinutes(0.5), TimeSpan.FromMinutes(15)));
    }

    [Fact]
    public void Surprise_47_Pauses_while_nothing_answers_grow_from_two_to_thirty_seconds()
    {
        Assert.Equal(TimeSpan.FromSeconds(2), Backoff.WhileUnavailable(new(), 1, 0));
        Assert.Equal(TimeSpan.FromSeconds(30), Backoff.WhileUnavailable(new(), 100, 0));
        Assert.InRange(Backoff.WhileUnavailable(new(), 100, 0.9999), TimeSpan.FromSeconds(22), TimeSpan.FromSeconds(30));
    }

    // Conditions (§8.3) ------------------------------------------------------------------------------------------------------------------

    [Theory]
    [InlineData("", "False NotManaged", "False NotAvailable", "False NotProvisioned", "False NotProvisioned", "False NotProgressing")]
    [InlineData("unmanaged", "False NotManaged", "False NotAvailable", "False NotProvisioned", "False NotProvisioned", "False NotProgressing")]
    [InlineData("registering", "False Registering", "False NotAvailable", "False NotProvisioned", "False NotProvisioned", "True Registering")]
    [InlineData("inspecting", "True Manageable", "False NotAvailable", "False NotProvisioned", "False NotProvisioned", "True Inspecting")]
    [InlineData("match profile", "True Manageable", "False NotAvailable", "False NotProvisioned", "False NotProvisioned", "True Inspecting")]
    [InlineData("preparing", "True Manageable", "False NotAvailable", "False NotProvisioned", "False NotProvisioned", "True Preparing")]
    [InlineData("available", "True Manageable", "True Available", "False NotProvisioned", "False NotProvisioned", "False NotProgressing")]
    [InlineData("ready", "True Manageable", "True Available", "False NotProvisioned", "False NotProvisioned", "False NotProgressing")]
    [InlineData("provisioning", "True Manageable", "False NotAvailable", "False NotProvisioned", "False NotProvisioned", "True Provisioning")]
    [InlineData("provisioned", "True Manageable", "False NotAvailable", "True Provisioned", "True Provisioned", "False NotProgressing")]
    [InlineData("externally provisioned", "True Manageable", "False NotAvailable", "True Provisioned", "True Provisioned", "False NotProgressing")]
    [InlineData("deprovisioning", "True Manageable", "False NotAvailable", "False NotProvisioned", "False NotProvisioned", "True Deprovisioning")]
    [InlineData("powering off before delete", "True Manageable", "False NotAvailable", "False NotProvisioned", "False NotProvisioned", "True PoweringOffBeforeDelete")]
    [InlineData("deleting", "True Manageable", "False NotAvailable", "False NotProvisioned", "False NotProvisioned", "True Deleting")]
    public void S122_Conditions_follow_the_state(
        string state, string manageable, string available, string provisioned, string ready, string progressing)
    {
        var host = Given.Host().In(ProvisioningState.Of(state));

        Assert.Equal(["Ready", "AvailableForProvisioning", "Healthy", "Manageable", "Progressing", "Provisioned"], Of(host).Select(c => c.Type));
        Assert.Equal(
            (manageable, available, provisioned, ready, progressing),
            (Say(host, "Manageable"), Say(host, "AvailableForProvisioning"), Say(host, "Provisioned"), Say(host, "Ready"), Say(host, "Progressing")));
    }

    [Fact]
    public void S122_Errors_servicing_and_detachment_override()
    {
        var host = Given.Host().In(ProvisioningState.Provisioned);

        Assert.Equal("False Error", Say(host.Failing(ErrorType.PowerManagementError), "Ready"));
        Assert.Equal("False Servicing", Say(host.Being(OperationalStatus.Servicing), "Ready"));
        Assert.Equal("False Detached", Say(host.Being(OperationalStatus.Detached), "Ready"));
        Assert.Equal("False Detached", Say(host.Being(OperationalStatus.Detached), "Progressing"));
        Assert.Equal("False RegistrationFailed", Say(Given.Host().In(ProvisioningState.Registering).Failing(ErrorType.RegistrationError), "Manageable"));
    }

    [Theory]
    [InlineData("provisioned", "False PowerFailure")]
    [InlineData("available", "False PowerFailure")]
    [InlineData("powering off before delete", "False PowerFailure")]
    [InlineData("deleting", "True Manageable")]
    [InlineData("registering", "False Registering")]
    [InlineData("unmanaged", "False NotManaged")]
    public void S122_A_power_fault_shows_as_not_manageable(string state, string manageable) => Assert.Equal(
        manageable,
        Say(Given.Host().In(ProvisioningState.Of(state)).Knowing(o => o with { Node = o.Node! with { Fault = "power failure" } }), "Manageable"));

    [Theory]
    [InlineData("OK", "True Healthy")]
    [InlineData("Warning", "False Warning")]
    [InlineData("Critical", "False CriticalError")]
    [InlineData("Purple", "Unknown Unknown")]
    [InlineData("", "Unknown Unknown")]
    [InlineData(null, "Unknown Unknown")]
    public void S123_Health_is_told(string? health, string healthy) => Assert.Equal(
        healthy, Say(Given.Host().In(ProvisioningState.Provisioned).Knowing(o => o with { Node = o.Node! with { Health = health } }), "Healthy"));

    [Fact]
    public void S123_A_backend_that_says_nothing_of_health_changes_nothing()
    {
        var ill = Given.Host().In(ProvisioningState.Provisioned).Knowing(o => o with { Node = o.Node! with { Health = "Critical" } });
        var silent = ill.With(status => status with { Conditions = Of(ill) }).Knowing(o => o with { Node = o.Node! with { Health = null } });

        Assert.Equal("False CriticalError", Say(silent, "Healthy"));
    }

    [Fact]
    public void A_transition_time_moves_only_with_the_value_and_the_generation_always()
    {
        var host = Given.Host().In(ProvisioningState.Available);
        var before = host.With(status => status with { Conditions = Of(host) });

        var after = HostConditions.Of(before.Observed, 7, Given.Now.AddHours(1));

        Assert.All(after, condition => Assert.Equal(Given.Now, condition.LastTransitionTime));
        Assert.All(after.Where(c => c.Type != "Healthy"), condition => Assert.Equal(7, condition.ObservedGeneration));
    }

    private static ValueList<Condition> Of(Scene host) => HostConditions.Of(host.Observed, 1, Given.Now);

    private static string Say(Scene host, string type)
    {
        var condition = Of(host).Single(c => c.Type == type);
        return $"{condition.Status} {condition.Reason}";
    }
}

using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;

namespace Metal3.Workflows.Tests.Decisions;

/// <summary>Power, reboots and servicing at rest.</summary>
public sealed class PowerTests
{
    private static Scene Provisioned => Given.Host().In(ProvisioningState.Provisioned).Running(Given.Ubuntu).Wanting(Given.Ubuntu).On();

    private static Scene Available => Given.Host().In(ProvisioningState.Available).On();

    private static PowerGoal Goal(Scene scene)
    {
        var run = Assert.IsType<HostAction.Run>(scene.Next);
        Assert.Equal(Lifecycle.Power, run.Lifecycle);
        return run.Power!;
    }

    [Theory]
    [InlineData("available")]
    [InlineData("ready")]
    [InlineData("provisioned")]
    [InlineData("externally provisioned")]
    public void S86_Power_follows_online(string state)
    {
        var host = Given.Host().In(ProvisioningState.Of(state)).Wanting(spec => spec with { ExternallyProvisioned = state[0] == 'e' });
        host = state == "provisioned" ? host.Running(Given.Ubuntu).Wanting(Given.Ubuntu) : host;

        Assert.True(Goal(host.On(false)).On);
        Assert.False(Goal(host.On().Online(false)).On);
        Came.ToRest(host.On().Next);
        Came.ToRest(host.On(false).Online(false).Next);
    }

    [Fact]
    public void A_machine_switched_behind_our_back_is_recorded_and_then_put_right()
    {
        var seen = Provisioned.Knowing(observed => observed with { Node = observed.Node! with { PoweredOn = false } });

        Assert.False(Came.ToPublish(seen.Next).Observed.Status.PoweredOn);
    }

    [Fact]
    public void A_fresh_reading_of_the_power_heals_a_power_error_only()
    {
        var obeying = Provisioned.Failing(ErrorType.PowerManagementError).Knowing(observed => observed with { Node = observed.Node! with { PoweredOn = false } });
        Assert.Null(Came.ToPublish(obeying.Next).Observed.Status.ErrorType);

        var other = Provisioned.Failing(ErrorType.ServicingError).Knowing(observed => observed with { Node = observed.Node! with { PoweredOn = false } });
        Assert.Equal(ErrorType.ServicingError, Came.ToPublish(other.Next).Observed.Status.ErrorType);
    }

    [Fact]
    public void An_unknown_power_state_is_decided_by_what_was_last_known()
    {
        var unknown = Provisioned.Knowing(observed => observed with { Node = observed.Node! with { PoweredOn = null } });

        Came.ToRest(unknown.Next);
        Assert.False(Goal(unknown.Online(false)).On);
    }

    [Theory]
    [InlineData("reboot.metal3.io", "", false)]
    [InlineData("reboot.metal3.io/a", "", false)]
    [InlineData("reboot.metal3.io/a", """{"mode":"soft"}""", false)]
    [InlineData("reboot.metal3.io/a", """{"mode":"hard"}""", true)]
    [InlineData("reboot.metal3.io/a", """{"Mode":"hard"}""", true)]
    [InlineData("reboot.metal3.io/a", """{"mode":"hard","force":"true"}""", false)]
    [InlineData("reboot.metal3.io", "{not json", false)]
    public void S89_A_reboot_annotation_switches_a_provisioned_host_off(string key, string value, bool hard)
    {
        var goal = Goal(Provisioned.Annotated(key, value));

        Assert.Equal((false, hard), (goal.On, goal.Hard));
        Assert.Equal(key == AnnotationKeys.Reboot ? value : null, goal.RebootAnnotationValue);
    }

    [Fact]
    public void S89_One_hard_request_is_enough() =>
        Assert.True(Goal(Provisioned.Annotated(AnnotationKeys.Reboot).Annotated("reboot.metal3.io/a", """{"mode":"hard"}""")).Hard);

    [Fact]
    public void S90_An_available_host_is_rebooted_by_force_only()
    {
        Came.ToRest(Available.Annotated(AnnotationKeys.Reboot).Next);
        Came.ToRest(Available.Annotated("reboot.metal3.io/a", """{"mode":"hard"}""").Next);
        Assert.False(Goal(Available.Annotated("reboot.metal3.io/a", """{"force":true}""")).On);
    }

    [Fact]
    public void S92_A_base_annotation_of_a_host_that_is_off_is_only_removed()
    {
        var action = Assert.IsType<HostAction.RemoveAnnotations>(Provisioned.On(false).Annotated(AnnotationKeys.Reboot, "x").Next);

        Assert.Equal("x", action.Annotations[AnnotationKeys.Reboot]);
        Assert.Single(action.Annotations);
    }

    [Fact]
    public void S91_S93_A_suffixed_annotation_holds_the_host_off_until_its_owner_removes_it()
    {
        Came.ToRest(Provisioned.On(false).Annotated("reboot.metal3.io/a").Next);
        Assert.True(Goal(Provisioned.On(false)).On);
    }

    [Theory]
    [InlineData("reboot.metal3.iox")]
    [InlineData("metal3.io/reboot")]
    [InlineData("reboot.metal3.io.evil/a")]
    public void No_other_key_reboots(string key) => Came.ToRest(Provisioned.Annotated(key).Next);

    [Fact]
    public void S94_Under_disablePowerOff_a_request_is_one_reboot_however_long_it_stays()
    {
        var host = Provisioned.Wanting(spec => spec with { DisablePowerOff = true });

        Assert.Equal("", Goal(host.Annotated(AnnotationKeys.Reboot)).RebootAnnotationValue);
        var suffixed = host.Annotated("reboot.metal3.io/a", "x");
        Assert.False(Goal(suffixed).On);
        Came.ToRest(suffixed.Knowing(observed => observed with { RebootsDone = ["reboot.metal3.io/a=x"] }).Next);
    }

    [Fact]
    public void Surprise_31_Under_disablePowerOff_online_false_rests_and_says_so() => Assert.Contains(
        "disablePowerOff",
        Came.ToRest(Provisioned.Online(false).Wanting(spec => spec with { DisablePowerOff = true }).Next).Why!.For,
        StringComparison.Ordinal);

    [Fact]
    public void Under_disablePowerOff_a_host_that_is_off_is_switched_on() =>
        Assert.True(Goal(Provisioned.On(false).Wanting(spec => spec with { DisablePowerOff = true })).On);

    // Servicing -----------------------------------------------------------------------------------------------------------------------

    private static readonly FirmwareState Pending = new() { Known = true, ChangeDetected = true, Valid = true, WantedHash = "h" };

    [Fact]
    public void S95_With_a_policy_settings_are_applied_on_the_way_from_off_to_on()
    {
        var host = Provisioned.Knowing(observed => observed with { Firmware = Pending with { OnReboot = true } });

        Came.ToRest(host.Next);
        Assert.Equal(Lifecycle.Service, Came.ToRun(host.On(false).Next));
        Came.ToRest(host.On(false).Online(false).Next);
    }

    [Fact]
    public void S96_Without_a_policy_it_is_a_plain_power_on() =>
        Assert.True(Goal(Provisioned.On(false).Knowing(observed => observed with { Firmware = Pending })).On);

    [Fact]
    public void Servicing_that_began_or_failed_is_taken_up_again()
    {
        Assert.Equal(Lifecycle.Service, Came.ToRun(Provisioned.Being(OperationalStatus.Servicing).Next));
        Assert.Equal(Lifecycle.Service, Came.ToRun(Provisioned.Failing(ErrorType.ServicingError).Next));
    }

    [Fact]
    public void An_available_host_is_never_serviced() =>
        Assert.True(Goal(Available.On(false).Knowing(observed => observed with
        {
            Firmware = Pending with { OnReboot = true },
            FirmwareTried = new("h", 3),
        })).On);
}

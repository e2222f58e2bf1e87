using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.Workflows.HostLifecycle;

namespace Metal3.Workflows.Tests.Decisions;

/// <summary>Which changes of the desired side end a running lifecycle.</summary>
public sealed class SupersedesTests
{
    private static StopRequest? Stop(Scene before, Scene after, Lifecycle running) =>
        HostDecisions.Supersedes(after.Desired, before.Desired, after.Observed, running);

    [Fact]
    public void A_pause_stops_every_lifecycle_where_it_stands()
    {
        var host = Given.Host().In(ProvisioningState.Provisioned);

        Assert.All(Enum.GetValues<Lifecycle>(), lifecycle =>
            Assert.Equal(StopReason.Paused, Stop(host, host.Annotated(AnnotationKeys.Paused), lifecycle)!.Reason));
    }

    [Fact]
    public void A_deletion_stops_all_but_deprovisioning_and_deleting()
    {
        var host = Given.Host().In(ProvisioningState.Provisioned).Running(Given.Ubuntu).Wanting(Given.Ubuntu);

        Assert.All(Enum.GetValues<Lifecycle>().Except([Lifecycle.Deprovision, Lifecycle.Delete]), lifecycle =>
            Assert.Equal(StopReason.Superseded, Stop(host, host.Deleted(), lifecycle)!.Reason));
        Assert.Null(Stop(host, host.Deleted(), Lifecycle.Deprovision));
        Assert.Null(Stop(host, host.Deleted(), Lifecycle.Delete));
    }

    [Fact]
    public void What_began_for_the_deletion_goes_on()
    {
        var host = Given.Host().In(ProvisioningState.Deprovisioning).Deleted();

        Assert.Null(Stop(host, host, Lifecycle.Register));
        var detaching = Given.Host().In(ProvisioningState.Provisioned).Deleted().Annotated(AnnotationKeys.Detached, """{"deleteAction":"delay"}""");
        Assert.Null(Stop(detaching, detaching, Lifecycle.Detach));
    }

    [Fact]
    public void A_forced_detachment_stops_everything_and_an_ordinary_one_what_runs_on_a_host_at_rest()
    {
        var working = Given.Host().In(ProvisioningState.Inspecting);
        Assert.NotNull(Stop(working, working.Annotated(AnnotationKeys.Detached, """{"force":true}"""), Lifecycle.Inspect));
        Assert.Null(Stop(working, working.Annotated(AnnotationKeys.Detached), Lifecycle.Inspect));

        var resting = Given.Host().In(ProvisioningState.Provisioned).Running(Given.Ubuntu).Wanting(Given.Ubuntu);
        Assert.NotNull(Stop(resting, resting.Annotated(AnnotationKeys.Detached), Lifecycle.Power));
    }

    [Fact]
    public void Removing_the_annotation_stops_the_detachment()
    {
        var host = Given.Host().In(ProvisioningState.Provisioned);

        Assert.NotNull(Stop(host.Annotated(AnnotationKeys.Detached), host, Lifecycle.Detach));
        Assert.Null(Stop(host.Annotated(AnnotationKeys.Detached), host.Annotated(AnnotationKeys.Detached), Lifecycle.Detach));
    }

    [Fact]
    public void Disabling_inspection_stops_it()
    {
        var host = Given.Host().In(ProvisioningState.Inspecting);

        Assert.NotNull(Stop(host, host.Annotated(AnnotationKeys.Inspect, "disabled"), Lifecycle.Inspect));
    }

    [Fact]
    public void Removing_the_image_stops_provisioning_and_S135_another_url_does_not()
    {
        var host = Given.Host().In(ProvisioningState.Provisioning).Wanting(Given.Ubuntu);

        Assert.NotNull(Stop(host, host.Wanting((Image?)null), Lifecycle.Provision));
        Assert.Null(Stop(host, host.Wanting(Given.Fedora), Lifecycle.Provision)); // what is written is finished, then compared
    }

    [Fact]
    public void Another_power_wish_stops_a_power_change()
    {
        var host = Given.Host().In(ProvisioningState.Provisioned).Running(Given.Ubuntu).Wanting(Given.Ubuntu);

        Assert.NotNull(Stop(host, host.Online(false), Lifecycle.Power));
        Assert.NotNull(Stop(host, host.Annotated(AnnotationKeys.Reboot), Lifecycle.Power));
        Assert.Null(Stop(host, host.Wanting(spec => spec with { BootMode = BootMode.Legacy }), Lifecycle.Power));
    }

    [Fact]
    public void Taking_the_image_away_stops_adoption_and_servicing()
    {
        var host = Given.Host().In(ProvisioningState.Provisioned).Running(Given.Ubuntu).Wanting(Given.Ubuntu);

        Assert.NotNull(Stop(host, host.Wanting((Image?)null), Lifecycle.Service));
        Assert.NotNull(Stop(host, host.Wanting((Image?)null), Lifecycle.Adopt));
    }

    [Fact]
    public void What_only_echoes_our_own_writes_concerns_no_lifecycle_and_an_edit_concerns_all()
    {
        var told = Given.Host().In(ProvisioningState.Inspecting).Desired with { Related = Versions(("bmc-secret", "1"), ("hardware-data", "1")) };
        var echo = told with { ResourceVersion = "another", Status = new(), HasHardware = true, Related = told.Related.With("hardware-data", "2") };

        Assert.All(Enum.GetValues<Lifecycle>(), lifecycle =>
        {
            Assert.False(HostDecisions.Concerns(echo, told, lifecycle));
            Assert.True(HostDecisions.Concerns(echo with { Generation = told.Generation + 1 }, told, lifecycle));
            Assert.True(HostDecisions.Concerns(echo with { Claimed = !told.Claimed }, told, lifecycle));
            Assert.True(HostDecisions.Concerns(echo with { DeletionTimestamp = DateTimeOffset.UnixEpoch }, told, lifecycle));
            Assert.True(HostDecisions.Concerns(echo with { Annotations = told.Annotations.With(AnnotationKeys.Hold, "{}") }, told, lifecycle));
            Assert.True(HostDecisions.Concerns(echo with { LabelsHash = "another" }, told, lifecycle));
            Assert.True(HostDecisions.Concerns(echo with { Related = echo.Related.With("bmc-secret", "2") }, told, lifecycle));
            Assert.True(HostDecisions.Concerns(echo with { Related = echo.Related.With("user-data", "1") }, told, lifecycle));
        });
    }

    [Theory]
    [InlineData(Lifecycle.Register, false)]
    [InlineData(Lifecycle.Inspect, false)]
    [InlineData(Lifecycle.Prepare, true)]
    [InlineData(Lifecycle.Service, true)]
    public void Firmware_settings_concern_who_applies_them(Lifecycle lifecycle, bool concerns)
    {
        var told = Given.Host().In(ProvisioningState.Inspecting).Desired;

        Assert.Equal(concerns, HostDecisions.Concerns(told with { Related = told.Related.With("firmware-settings", "9") }, told, lifecycle));
        Assert.Equal(concerns, HostDecisions.Concerns(told with { Related = told.Related.With("update-policy", "9") }, told, lifecycle));
    }

    private static ValueMap<string> Versions(params (string Role, string Version)[] all) =>
        new(all.Select(one => KeyValuePair.Create(one.Role, one.Version)));
}

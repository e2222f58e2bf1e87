using System.Text.Json;
using Metal3.Contracts.Annotations;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Tests;

public sealed class AnnotationTests
{
    [Theory]
    [InlineData("", "soft", false, true)]
    [InlineData("{}", "soft", false, true)]
    [InlineData("null", "soft", false, true)]
    [InlineData("""{"mode":"hard"}""", "hard", false, true)]
    [InlineData("""{"Mode":"hard","FORCE":true}""", "hard", true, true)]
    [InlineData("""{"mode":"","force":true}""", "soft", true, true)]
    [InlineData("""{"mode":"medium"}""", "soft", false, true)]
    [InlineData("""{"mode":"hard","later":[1]}""", "hard", false, true)]
    [InlineData("""{"mode":"soft","mode":"hard","force":null}""", "hard", false, true)]
    [InlineData("now", "soft", false, false)]
    [InlineData("\"hard\"", "soft", false, false)]
    [InlineData("""{"mode":"hard","force":"true"}""", "soft", false, false)]
    [InlineData("""{"mode":"hard"} x""", "soft", false, false)]
    public void A_reboot_annotation_that_cannot_be_read_is_soft_and_not_forced(string value, string mode, bool force, bool isReadable)
    {
        var request = Assert.Single(HostAnnotations.Reboots(With("reboot.metal3.io/fencing", value)));

        Assert.Equal(new("reboot.metal3.io/fencing", value, RebootMode.Of(mode), force, isReadable), request);
    }

    [Fact]
    public void One_hard_request_makes_the_whole_reboot_hard()
    {
        var metadata = new ObjectMeta
        {
            Annotations = new([new("reboot.metal3.io/a", """{"mode":"hard"}"""), new("reboot.metal3.io", ""), new("reboot.metal3.iox", "")]),
        };

        var requests = HostAnnotations.Reboots(metadata.Annotations);

        Assert.Equal([true, false], requests.Select(r => r.IsOneShot));
        Assert.Equal(RebootMode.Hard, HostAnnotations.ModeOf(requests));
        Assert.Equal(RebootMode.Soft, HostAnnotations.ModeOf(requests.Take(1)));
        Assert.Null(HostAnnotations.ModeOf([]));
    }

    [Theory]
    [InlineData("", false, false)]
    [InlineData("metal3.io/anybody", false, false)]
    [InlineData("""{"deleteAction":"delay"}""", true, false)]
    [InlineData("""{"DeleteAction":"delay","force":true}""", true, true)]
    [InlineData("""{"deleteAction":"delete","force":true}""", false, true)]
    [InlineData("""{"deleteAction":"soon"}""", false, false)]
    [InlineData("""{"deleteAction":"delay","force":"yes"}""", false, false)]
    [InlineData("""["delay"]""", false, false)]
    public void A_detached_annotation_detaches_whatever_its_value(string value, bool delays, bool force)
    {
        var arguments = HostAnnotations.Detached(With(AnnotationKeys.Detached, value));

        Assert.Equal((delays, force), (arguments!.DelaysDeletion, arguments.Force));
        Assert.Null(HostAnnotations.Detached(null));
    }

    [Theory]
    [InlineData(null, InspectWish.None)]
    [InlineData("", InspectWish.Inspect)]
    [InlineData("disabled", InspectWish.Disabled)]
    [InlineData("Disabled", InspectWish.Inspect)]
    public void An_inspect_annotation_asks_or_disables(string? value, InspectWish wish)
    {
        var annotations = value is null ? ValueMap<string>.Empty : With(AnnotationKeys.Inspect, value);

        Assert.Equal(wish, HostAnnotations.Inspect(annotations));
        Assert.Equal(wish == InspectWish.Disabled, HostAnnotations.IsInspectionDisabled(null, annotations));
        Assert.True(HostAnnotations.IsInspectionDisabled(new() { InspectionMode = InspectionMode.Disabled }, annotations));
    }

    [Fact]
    public void Paused_means_that_the_annotation_is_there()
    {
        Assert.True(HostAnnotations.IsPaused(With(AnnotationKeys.Paused, "")));
        Assert.False(HostAnnotations.IsPaused(null));
    }

    [Fact]
    public void Hardware_details_are_read_in_any_case_and_with_text_behind_them()
    {
        var details = HostAnnotations.HardwareDetails(With(
            AnnotationKeys.HardwareDetails, """{"Hostname":"edge","RAMMebibytes":4096,"cpu":{"count":null},"nics":[{"MAC":"00:11:22:33:44:55"}]} behind"""));

        Assert.Equal(new() { Hostname = "edge", RamMebibytes = 4096, Nics = [new() { Mac = "00:11:22:33:44:55" }] }, details);
        Assert.Null(HostAnnotations.HardwareDetails(With(AnnotationKeys.HardwareDetails, "")));
    }

    [Theory]
    [InlineData("""{"hw":{}}""")]
    [InlineData("""{"cpu":{"cores":4}}""")]
    [InlineData("""{"nics":[{"name":"a","speed":1}]}""")]
    [InlineData("""{"ramMebibytes":"much"}""")]
    [InlineData("""[]""")]
    [InlineData("""{""")]
    public void Hardware_details_with_anything_unknown_are_refused(string value) =>
        Assert.ThrowsAny<JsonException>(() => HostAnnotations.HardwareDetails(With(AnnotationKeys.HardwareDetails, value)));

    [Fact]
    public void A_status_is_read_leniently_and_not_at_all_if_it_is_broken()
    {
        Assert.Equal(
            ProvisioningState.Provisioned,
            HostAnnotations.Status(With(AnnotationKeys.Status, """{"Provisioning":{"state":"provisioned","id":"x"},"new":1}"""))!.Provisioning.State);
        Assert.Null(HostAnnotations.Status(With(AnnotationKeys.Status, """{"provisioning":{}} x""")));
        Assert.Null(HostAnnotations.Status(With(AnnotationKeys.Status, "")));
    }

    private static ValueMap<string> With(string key, string value) => new([new(key, value)]);
}

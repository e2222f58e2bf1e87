using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Activities.Tests.Objects;

/// <summary>What is done to an object before anything is decided about it, on an API server.</summary>
public sealed class IntakeTests(LabObjects objects)
{
    private const string Details = """{"hostname":"annotated","cpu":{"arch":"x86_64","count":4},"ramMebibytes":1024}""";

    private static readonly HardwareDetails FromData = new() { Hostname = "inspected", Cpu = new() { Arch = "aarch64", Count = 8 } };

    private static readonly BareMetalHostStatus Available = new()
    {
        OperationalStatus = OperationalStatus.Ok,
        LastUpdated = Space.Now.AddDays(-1),
        Provisioning = new() { State = ProvisioningState.Available, Id = "node" },
    };

    [Fact]
    public async Task S2_A_new_host_gets_its_finalizer_in_one_write()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();
        var before = (await space.HostAsync()).Metadata.ResourceVersion;

        var intake = await space.IntakeAsync();
        var again = await space.IntakeAsync();

        Assert.Equal([FinalizerNames.Host], (await space.HostAsync()).Metadata.Finalizers!);
        Assert.True(intake.Snapshot.Claimed);
        Assert.NotEqual(before, intake.Snapshot.ResourceVersion);
        Assert.Equal(intake.Snapshot.ResourceVersion, again.Snapshot.ResourceVersion);
        Assert.Empty(await space.EventsAsync());
    }

    [Fact]
    public async Task S3_Nothing_is_written_while_the_host_is_paused_whatever_is_asked()
    {
        var space = await objects.NewSpaceAsync();
        await space.AddCredentialsAsync();
        await space.CreateAsync(annotations:
            [(AnnotationKeys.Paused, "metal3.io/capm3"), (AnnotationKeys.Status, Metal3Json.Serialize(Available)), (AnnotationKeys.HardwareDetails, Details), (AnnotationKeys.Reboot, "")]);
        var before = (await space.HostAsync()).Metadata.ResourceVersion;

        await space.IntakeAsync();
        await space.AsActivityAsync(activities => activities.RemoveAnnotationsAsync(
            new(space.Key, new Dictionary<string, string>(StringComparer.Ordinal) { [AnnotationKeys.Reboot] = "" })));
        var published = await space.AsActivityAsync(activities => activities.PublishAsync(new()
        {
            Host = space.Key,
            Status = Available,
            Events = [new("Registered", "Registered new host")],
            Metrics = [new("metal3_host_error_total")],
            EventSeed = "1",
            Now = Space.Now,
        }));
        await space.AsActivityAsync(activities => activities.EnsureCompanionsAsync(space.Node));

        Assert.True(published.Paused);
        Assert.Equal(before, (await space.HostAsync()).Metadata.ResourceVersion);
        Assert.Empty(await space.EventsAsync());
        Assert.DoesNotContain("metal3_host_error_total", space.Metrics.Render(), StringComparison.Ordinal);
        Assert.Null(await space.FindAsync(Metal3Group.HostFirmwareSettings, "host-0"));
    }

    [Fact]
    public async Task S4_S5_S6_An_empty_status_is_restored_from_the_annotation_once()
    {
        var space = await objects.NewSpaceAsync();
        var image = new Image { Url = "http://images/ubuntu.raw", Checksum = "aa" };
        var status = Metal3Json.Serialize(Available with
        {
            LastUpdated = null,
            HardwareProfile = "dell",
            Provisioning = new() { State = ProvisioningState.Provisioned, Id = "node-of-another-cluster", Image = image },
        });
        await space.CreateAsync(annotations: [(AnnotationKeys.Status, status)]);

        var intake = await space.IntakeAsync();
        var again = await space.IntakeAsync();

        var host = await space.HostAsync();
        Assert.Equal((true, false, null), (intake.Restored, again.Restored, intake.Refused));
        Assert.Equal(("dell", image, ProvisioningState.Provisioned), (host.Status!.HardwareProfile, host.Status.Provisioning.Image, host.Status.Provisioning.State));
        Assert.Equal(Space.Now, host.Status.LastUpdated);
        Assert.Null(host.Metadata.Annotation(AnnotationKeys.Status));
        Assert.Equal(intake.Snapshot.ResourceVersion, again.Snapshot.ResourceVersion);
    }

    [Fact]
    public async Task S7_A_status_that_is_there_is_kept_and_the_annotation_removed()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(status: Available, annotations: [(AnnotationKeys.Status, Metal3Json.Serialize(Available with { HardwareProfile = "other" }))]);

        var intake = await space.IntakeAsync();

        var host = await space.HostAsync();
        Assert.False(intake.Restored);
        Assert.NotEqual("other", host.Status!.HardwareProfile);
        Assert.Null(host.Metadata.Annotation(AnnotationKeys.Status));
    }

    [Fact]
    public async Task S8_A_restored_status_takes_its_hardware_from_HardwareData()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(annotations: [(AnnotationKeys.Status, Metal3Json.Serialize(Available with { LastUpdated = null, Hardware = new() { Hostname = "old" } }))]);
        await space.AddHardwareAsync(FromData);

        var intake = await space.IntakeAsync();

        Assert.True(intake.Restored);
        Assert.Equal("inspected", (await space.HostAsync()).Status!.Hardware!.Hostname);
        Assert.NotNull(intake.HardwareHash);
    }

    [Theory]
    [InlineData("{not json")]
    [InlineData("[]")]
    [InlineData("""{"provisioning":"provisioned"}""")]
    public async Task W24_A_status_annotation_that_cannot_be_read_is_refused_and_nothing_is_touched(string text)
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(annotations: [(AnnotationKeys.Status, text)]);
        var before = (await space.HostAsync()).Metadata.ResourceVersion;

        var intake = await space.IntakeAsync();

        Assert.Contains(AnnotationKeys.Status, intake.Refused, StringComparison.Ordinal);
        Assert.Equal(before, (await space.HostAsync()).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task S9_Hardware_details_are_imported_from_the_annotation_which_goes()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(status: Available, annotations: [(AnnotationKeys.HardwareDetails, Details)]);

        var intake = await space.IntakeAsync();

        var host = await space.HostAsync();
        Assert.Equal("annotated", host.Status!.Hardware!.Hostname);
        Assert.Null(host.Metadata.Annotation(AnnotationKeys.HardwareDetails));
        Assert.Equal(("x86_64", true), (intake.Architecture, intake.HardwareHash is not null));
        Assert.Equal(["UpdateHardwareDetails"], await space.EventsAsync());
    }

    [Fact]
    public async Task S10_HardwareData_wins_over_the_annotation_and_brings_the_architecture()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(status: Available, annotations: [(AnnotationKeys.HardwareDetails, Details)]);
        await space.AddHardwareAsync(FromData);

        await space.IntakeAsync();

        var host = await space.HostAsync();
        Assert.Equal(("inspected", "aarch64"), (host.Status!.Hardware!.Hostname, host.Spec!.Architecture));
        Assert.Null(host.Metadata.Annotation(AnnotationKeys.HardwareDetails));
        Assert.Equal(["UpdateHardwareDetails"], await space.EventsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task S11_Details_of_a_host_that_was_inspected_are_ignored_and_said_to_be(bool hasData)
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(status: Available with { Hardware = FromData }, annotations: [(AnnotationKeys.HardwareDetails, Details)]);
        if (hasData)
        {
            await space.AddHardwareAsync(FromData);
        }

        await space.IntakeAsync();
        await space.IntakeAsync();

        var host = await space.HostAsync();
        Assert.Equal("inspected", host.Status!.Hardware!.Hostname);
        Assert.Null(host.Metadata.Annotation(AnnotationKeys.HardwareDetails));
        Assert.Equal(["RemoveAnnotation"], await space.EventsAsync());
    }

    [Fact]
    public async Task S12_With_inspection_disabled_by_annotation_details_replace_what_is_there()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(
            status: Available with { Hardware = FromData }, annotations: [(AnnotationKeys.Inspect, "disabled"), (AnnotationKeys.HardwareDetails, Details)]);

        await space.IntakeAsync();

        Assert.Equal("annotated", (await space.HostAsync()).Status!.Hardware!.Hostname);
    }

    [Fact]
    public async Task S13_With_inspection_disabled_by_field_HardwareData_replaces_what_is_there()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(spec => spec with { InspectionMode = InspectionMode.Disabled }, Available with { Hardware = new() { Hostname = "old" } });
        await space.AddHardwareAsync(FromData);

        await space.IntakeAsync();
        var before = (await space.HostAsync()).Metadata.ResourceVersion;
        await space.IntakeAsync(); // the same data are no news

        var host = await space.HostAsync();
        Assert.Equal("inspected", host.Status!.Hardware!.Hostname);
        Assert.Equal(before, host.Metadata.ResourceVersion);
        Assert.Equal(["UpdateHardwareDetails"], await space.EventsAsync());
    }

    [Theory]
    [InlineData("""{"hostname":"h","colour":"green"}""", "colour")]
    [InlineData("""{"cpu":{"arch":"x86_64","cores":3}}""", "cores")]
    [InlineData("""{"ramMebibytes":"many"}""", "ramMebibytes")]
    [InlineData("rack 7", "not one JSON object")]
    public async Task S14_Details_with_an_unknown_or_wrong_member_are_refused_by_its_name_and_kept(string details, string names)
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(status: Available, annotations: [(AnnotationKeys.HardwareDetails, details)]);
        var before = (await space.HostAsync()).Metadata.ResourceVersion;

        var intake = await space.IntakeAsync();

        Assert.Contains(AnnotationKeys.HardwareDetails, intake.Refused, StringComparison.Ordinal);
        Assert.Contains(names, intake.Refused, StringComparison.Ordinal);
        Assert.Equal(before, (await space.HostAsync()).Metadata.ResourceVersion);
        Assert.Null((await space.HostAsync()).Status!.Hardware);

        await space.AnnotateAsync(AnnotationKeys.HardwareDetails, Details);
        Assert.Null((await space.IntakeAsync()).Refused);
        Assert.Equal("annotated", (await space.HostAsync()).Status!.Hardware!.Hostname);
    }

    [Fact]
    public async Task A_host_that_was_replaced_is_not_touched_in_its_predecessors_name()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();

        var gone = await Assert.ThrowsAsync<Temporalio.Exceptions.ApplicationFailureException>(
            () => space.AsActivityAsync(activities => activities.IntakeAsync(new(space.Key with { Uid = "another" }, Space.Now))));

        Assert.Equal(FailureTypes.HostGone, gone.ErrorType);
        Assert.Null((await space.HostAsync()).Metadata.Finalizers);
    }
}

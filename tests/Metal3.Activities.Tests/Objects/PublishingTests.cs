using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Temporalio.Exceptions;

namespace Metal3.Activities.Tests.Objects;

/// <summary>Status, then events, then counts, on an API server.</summary>
public sealed class PublishingTests(LabObjects objects)
{
    private const string Counter = "metal3_host_error_total";

    [Fact]
    public async Task What_is_published_twice_is_there_once()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();
        var request = Request(space, OperationalStatus.Ok);

        var first = await space.AsActivityAsync(activities => activities.PublishAsync(request));
        var again = await space.AsActivityAsync(activities => activities.PublishAsync(request));

        Assert.Equal((true, false), (first.Written, again.Written));
        Assert.Equal(OperationalStatus.Ok, (await space.HostAsync()).Status!.OperationalStatus);
        Assert.Equal(["Registered"], await space.EventsAsync());
    }

    [Fact]
    public async Task A_status_that_the_api_server_refuses_still_tells_its_events_once_and_counts_nothing()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();
        var request = Request(space, new OperationalStatus("not of this schema"));

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refused = await Assert.ThrowsAsync<ApplicationFailureException>(
                () => space.AsActivityAsync(activities => activities.PublishAsync(request)));
            Assert.Equal((FailureTypes.KubernetesRefused, true), (refused.ErrorType, refused.NonRetryable));
            Assert.Contains("status.operationalStatus", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["Registered"], await space.EventsAsync());
        Assert.DoesNotContain(Counter, space.Metrics.Render(), StringComparison.Ordinal);
    }

    private static PublishRequest Request(Space space, OperationalStatus operational) => new()
    {
        Host = space.Key,
        Status = new() { OperationalStatus = operational, LastUpdated = Space.Now },
        Events = [new("Registered", "Registered new host")],
        Metrics = [new(Counter)],
        EventSeed = "1",
        Now = Space.Now,
    };
}

using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>User, network and meta data that cannot be used when the machine is to be given them.</summary>
public sealed class HostDataTests(LabBench bench)
{
    private const string Missing = "The Secret metal3/user-data in spec.userData does not exist.";

    private static readonly HostOptions Patient = new() { NetworkBootLimit = 0, Patience = World.Pausing with { ObjectPause = TimeSpan.FromHours(1) } };

    [Fact]
    public async Task Surprise_20_A_missing_secret_is_told_once_counts_as_no_failed_provisioning_and_is_read_again_by_itself()
    {
        var world = bench.NewWorld(); // looks again every 60 ms
        world.Throw("Deploy", FailureTypes.HostDataUnusable, Missing, times: 5);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.ProvisioningError);
        Assert.Equal(("provisioning", Missing, 1, 0), (world.State, world.Status.ErrorMessage, world.Status.ErrorCount, world.Status.ProvisioningFailCount));

        await world.UntilStateAsync("provisioned");

        Assert.Equal(["ProvisioningError"], world.Events.Where(e => e.EndsWith("Error", StringComparison.Ordinal)));
        Assert.Equal((1, 0), (world.Count("deploy"), world.Count("deleted")));
        Assert.Equal((OperationalStatus.Ok, null, 0, 0), (world.Status.OperationalStatus, world.Status.ErrorType, world.Status.ErrorCount, world.Status.ProvisioningFailCount));
        Assert.DoesNotContain("deprovisioning", world.States);
        await bench.ProveAsync(world, "host-data-missing");
    }

    [Theory]
    [InlineData("retry")]
    [InlineData("secret")]
    public async Task A_word_or_the_secret_itself_ends_the_wait(string by)
    {
        var world = bench.NewWorld(Patient);
        world.Throw("Deploy", FailureTypes.HostDataUnusable, Missing);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        var view = await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Object });
        Assert.Equal((StepNames.Deploy, Missing), (view.Waiting!.Step, view.Waiting.For));
        Assert.Equal(Missing, Assert.Single(view.Ledger).Message);

        if (by == "retry")
        {
            await world.Handle.ExecuteUpdateAsync<string>("retryStep", [new StepCommand { By = "anna", Reason = "it is there now" }]);
        }
        else
        {
            await world.ChangeSecretAsync(() => { }); // the bridge tells of a new version
        }

        await world.UntilStateAsync("provisioned");

        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_pause_during_the_wait_counts_nothing_and_takes_nothing_back()
    {
        var world = bench.NewWorld(Patient);
        world.Throw("Deploy", FailureTypes.HostDataUnusable, Missing);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Object });

        await world.AnnotateAsync(AnnotationKeys.Paused);
        await world.UntilViewAsync(view => view.Lifecycle is null);
        await world.AnnotateAsync(AnnotationKeys.Paused, null);
        await world.UntilStateAsync("provisioned");

        Assert.Equal((1, 0, 0), (world.Count("deploy"), world.Count("deleted"), world.Status.ProvisioningFailCount));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Another_image_during_the_wait_is_deployed_without_taking_anything_back()
    {
        var world = bench.NewWorld(Patient);
        world.Throw("Deploy", FailureTypes.HostDataUnusable, Missing);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Object });

        await world.EditAsync(spec => spec with { Image = Given.Fedora });
        await world.UntilStateAsync("provisioned");

        Assert.Equal((Given.Fedora.Url, 1, 0), (world.Deployed, world.Count("deploy"), world.Count("deleted")));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S70_A_pull_secret_that_cannot_be_used_is_a_failed_provisioning_as_upstream()
    {
        var world = bench.NewWorld(new() { NetworkBootLimit = 0, Patience = World.Hasty, MaxProvisioningRetries = 1 });
        world.Throw("WriteDeployIntent", FailureTypes.HostDataUnusable, "The Secret metal3/pull in spec.image.ociAuthSecretName does not exist.");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu with { Url = "oci://registry/image" } });
        await world.UntilViewAsync(view => view.Waiting is { Kind: WaitKind.Operator, Step: StepNames.Deploy });

        Assert.Equal((1, ErrorType.ProvisioningError), (world.Status.ProvisioningFailCount, world.Status.ErrorType));
        Assert.Contains("ProvisioningError: The Secret metal3/pull in spec.image.ociAuthSecretName does not exist.", world.EventTexts);
        await bench.ProveAsync(world);
    }
}

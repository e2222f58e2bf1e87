using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;
using Temporalio.Common;
using Temporalio.Exceptions;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>Whatever a host waits for, it says what, since when, what ends it, and what happens by itself next.</summary>
public sealed class WaitingTests(LabBench bench)
{
    private static readonly HostOptions Searchable = new() { NetworkBootLimit = 0, Patience = World.Pausing, HasSearchAttributes = true };

    public static TheoryData<string, string> Work => new()
    {
        { "manage", StepNames.AwaitValidation },
        { "inspect", StepNames.AwaitInspection },
        { "clean", StepNames.AwaitPreparation },
        { "provide", StepNames.AwaitAvailable },
        { "deploy", StepNames.AwaitActive },
    };

    [Theory]
    [MemberData(nameof(Work))]
    public async Task A_machine_at_work_is_a_wait_with_its_deadline(string verb, string step)
    {
        var world = bench.NewWorld(Searchable);
        world.Stall(verb);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu, Raid = new() { HardwareRaidVolumes = [] } });

        var view = await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Machine } waiting && waiting.Step == step);

        Assert.Equal(step, view.Step);
        Assert.Contains("machine", view.Waiting!.For, StringComparison.Ordinal);
        Assert.NotEmpty(view.Waiting.EndsWith);
        Assert.True(view.Waiting.NextActionAt > view.Waiting.Since);
        var attributes = (await (await world.ChildAsync()).DescribeAsync()).TypedSearchAttributes;
        Assert.Equal("Machine", attributes.Get(SearchAttributeKey.CreateKeyword("Metal3WaitingFor")));
        Assert.Equal(step, attributes.Get(SearchAttributeKey.CreateKeyword("Metal3Step")));
        Assert.True(attributes.ContainsKey(SearchAttributeKey.CreateDateTimeOffset("Metal3WaitingSince")));
        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
            async () => await (await world.ChildAsync()).ExecuteUpdateAsync<string>("retryStep", [new StepCommand { By = "anna" }]));
        Assert.Contains("at work", refused.InnerException!.Message, StringComparison.Ordinal);
        world.Proceed(verb);
        await world.UntilStateAsync("provisioned");
        await bench.ProveAsync(world);
    }

    [Theory]
    [InlineData("deleted", StepNames.AwaitCleaning)]
    [InlineData("remove", StepNames.AwaitRemoval)]
    [InlineData("power off", StepNames.AwaitPowerOff)]
    public async Task So_is_one_that_is_taken_back_or_let_go(string verb, string step)
    {
        var world = bench.NewWorld(Searchable);
        await world.CreateAsync(spec => verb == "deleted" ? spec with { Image = Given.Ubuntu } : spec);
        await world.UntilRestAsync(verb == "deleted" ? "provisioned" : "available");
        world.Stall(verb);

        await world.DeleteAsync();
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Machine } waiting && waiting.Step == step);

        world.Proceed(verb);
        await world.UntilEndedAsync();
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task What_waits_in_a_queue_or_for_a_hold_cannot_be_retried_and_the_refusal_says_what_helps()
    {
        var world = bench.NewWorld(Searchable);
        await world.CreateAsync(annotations: [(AnnotationKeys.Hold, StepNames.StartInspection)]);
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Hold });

        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
            async () => await (await world.ChildAsync()).ExecuteUpdateAsync<string>("retryStep", [new StepCommand { By = "anna" }]));

        Assert.Contains("resume it", refused.InnerException!.Message, StringComparison.Ordinal);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Taking_a_machine_back_cannot_be_skipped()
    {
        var world = bench.NewWorld(Searchable);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        await world.AnnotateAsync(AnnotationKeys.Hold, StepNames.Undeploy);
        await world.EditAsync(spec => spec with { Image = null });
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Hold, Step: StepNames.Undeploy });

        var child = await world.ChildAsync();
        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
            () => child.ExecuteUpdateAsync<string>("skipStep", [new StepCommand { By = "anna" }]));
        await world.Handle.SignalAsync("skip", [new StepCommand { By = "anna" }]);
        Assert.Contains("'undeploy' may not be skipped; retry it or abandon the lifecycle", refused.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal((Given.Ubuntu.Url, "deprovisioning"), (world.Deployed, world.State));

        await world.AnnotateAsync(AnnotationKeys.Hold, null);
        await world.UntilStateAsync("available");

        Assert.Null(world.Deployed);
        await bench.ProveAsync(world);
    }
}

using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;
using Temporalio.Exceptions;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>What operators can say, and what they are told.</summary>
public sealed class SteeringTests(LabBench bench)
{
    private static readonly HostOptions Waiting = new() { NetworkBootLimit = 0, Patience = World.Pausing };
    private static readonly StepCommand Anna = new() { By = "anna", Reason = "because" };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Retry_ends_a_back_off_by_update_and_by_signal(bool update)
    {
        var world = bench.NewWorld(Waiting);
        world.Fail("inspect", "the ramdisk did not boot");
        await world.CreateAsync();
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff, Step: StepNames.StartInspection });

        var child = await world.ChildAsync();
        if (update)
        {
            Assert.Contains("tried again", await child.ExecuteUpdateAsync<string>("retryStep", [Anna]), StringComparison.Ordinal);
        }
        else
        {
            await world.Handle.SignalAsync("retry", [Anna]);
        }

        await world.UntilStateAsync("available");

        await bench.ProveAsync(world, update ? "retry-update" : null);
    }

    [Fact]
    public async Task A_step_is_held_by_annotation_shown_and_resumed()
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu }, [(AnnotationKeys.Hold, StepNames.Deploy)]);
        var view = await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Hold });
        Assert.Equal(StepNames.Deploy, view.Step);
        Assert.Equal(0, world.Count("deploy"));

        await world.AnnotateAsync(AnnotationKeys.Hold, null);
        await world.UntilStateAsync("provisioned");

        await bench.ProveAsync(world, "held-by-annotation");
    }

    [Fact]
    public async Task A_hold_by_update_is_kept_on_the_object_and_lifted_by_resume()
    {
        var world = bench.NewWorld(Waiting);
        world.Stall("inspect");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilAsync(w => w.Count("inspect") == 1);
        await world.Handle.ExecuteUpdateAsync<string>("holdStep", [Anna with { Step = StepNames.Deploy }]);
        await world.UntilAsync(w => w.Host!.Metadata.Annotation(AnnotationKeys.Hold)?.Contains("anna", StringComparison.Ordinal) is true);
        world.Proceed("inspect");
        var view = await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Hold });
        Assert.Contains("anna", view.Waiting!.For, StringComparison.Ordinal);
        Assert.Contains("because", view.Waiting.For, StringComparison.Ordinal);

        await world.Handle.ExecuteUpdateAsync<string>("resumeStep", [Anna with { Step = StepNames.Deploy }]);
        await world.UntilStateAsync("provisioned");

        Assert.Null(world.Host!.Metadata.Annotation(AnnotationKeys.Hold));
        await bench.ProveAsync(world, "held-by-update");
    }

    [Fact]
    public async Task A_hold_survives_a_Temporal_that_lost_everything()
    {
        var world = bench.NewWorld(Waiting);
        world.Stall("inspect");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilAsync(w => w.Count("inspect") == 1);
        await world.Handle.ExecuteUpdateAsync<string>("holdStep", [Anna with { Step = StepNames.Deploy }]);
        await world.UntilAsync(w => w.Host!.Metadata.Annotation(AnnotationKeys.Hold) is not null);

        await world.LoseTemporalAsync();
        world.Proceed("inspect");
        await world.TellAsync();
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Hold, Step: StepNames.Deploy });

        Assert.Equal(0, world.Count("deploy"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_skippable_step_is_skipped_and_another_is_refused_with_the_reason()
    {
        var world = bench.NewWorld(Waiting);
        world.Fail("inspect", "the ramdisk did not boot");
        await world.CreateAsync(spec => spec with { Raid = new() { HardwareRaidVolumes = [] } });
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff });
        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
            async () => await (await world.ChildAsync()).ExecuteUpdateAsync<string>("skipStep", [Anna]));
        Assert.Contains("may not be skipped", refused.InnerException!.Message, StringComparison.Ordinal);

        world.Fail("clean", "the controller is broken");
        await world.Handle.SignalAsync("retry", [Anna]);
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff, Step: StepNames.StartPreparation });
        await (await world.ChildAsync()).ExecuteUpdateAsync<string>("skipStep", [Anna]);
        await world.UntilAsync(w => w.State is "available");

        await bench.ProveAsync(world, "skipped");
    }

    [Fact]
    public async Task Refusals_say_why()
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync();
        await world.UntilRestAsync("available");

        async Task Refused(string update, StepCommand command, string why)
        {
            var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => world.Handle.ExecuteUpdateAsync<string>(update, [command]));
            Assert.Contains(why, refused.InnerException!.Message, StringComparison.Ordinal);
        }

        await Refused("skipStep", Anna, "no lifecycle runs");
        await Refused("abandonLifecycle", Anna, "no lifecycle runs");
        await Refused("holdStep", Anna with { Step = "polish" }, "there is no step 'polish'");
        await world.Handle.SignalAsync("skip", [Anna]);
        await world.Handle.SignalAsync("hold", [Anna with { Step = "polish" }]);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task What_runs_cannot_be_retried_and_a_wrong_step_is_named()
    {
        var world = bench.NewWorld(Waiting);
        world.Stall("inspect");
        await world.CreateAsync();
        await world.UntilLifecycleAsync(view => view.Step == StepNames.AwaitInspection);
        var child = await world.ChildAsync();

        async Task Refused(string update, StepCommand command, string why)
        {
            var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => child.ExecuteUpdateAsync<string>(update, [command]));
            Assert.Contains(why, refused.InnerException!.Message, StringComparison.Ordinal);
        }

        await Refused("retryStep", Anna, "at work");
        await Refused("retryStep", Anna with { Step = StepNames.Deploy }, "'deploy' does not wait");
        await Refused("resumeStep", Anna, "nothing is held");
        world.Proceed("inspect");
        await world.UntilStateAsync("available");
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task An_abandoned_lifecycle_waits_for_a_word_and_leaves_the_back_end_as_it_is()
    {
        var world = bench.NewWorld(Waiting);
        world.Stall("inspect");
        await world.CreateAsync();
        await world.UntilLifecycleAsync(view => view.Step == StepNames.AwaitInspection);

        await world.Handle.ExecuteUpdateAsync<string>("abandonLifecycle", [Anna]);
        var view = await world.UntilViewAsync(view => view.Waiting is { Kind: WaitKind.Operator });
        Assert.Contains("anna", view.Waiting!.For, StringComparison.Ordinal);
        Assert.Equal(("inspecting", "inspect"), (world.State, world.Node!.State));

        world.Proceed("inspect");
        await world.Handle.ExecuteUpdateAsync<string>("retryStep", [Anna]);
        await world.UntilStateAsync("available");

        Assert.Equal(1, world.Count("inspect"));
        await bench.ProveAsync(world, "abandoned");
    }

    [Fact]
    public async Task A_lifecycle_terminated_by_hand_waits_for_a_word_and_is_joined()
    {
        var world = bench.NewWorld(Waiting);
        world.Stall("deploy");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilLifecycleAsync(view => view.Step == StepNames.AwaitActive);

        await (await world.ChildAsync()).TerminateAsync("by hand");
        await world.UntilViewAsync(view => view.Waiting is { Kind: WaitKind.Operator });
        await world.Handle.ExecuteUpdateAsync<string>("retryStep", [Anna]);
        await world.UntilLifecycleAsync(view => view.Step == StepNames.AwaitActive);
        world.Proceed("deploy");
        await world.UntilStateAsync("provisioned");

        Assert.Equal(1, world.Count("deploy"));
        await bench.ProveAsync(world);
    }
}

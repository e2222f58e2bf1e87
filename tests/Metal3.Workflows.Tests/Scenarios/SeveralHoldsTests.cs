using Metal3.Contracts.HostLifecycle;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>The object has room for one hold, the host for several.</summary>
public sealed class SeveralHoldsTests(LabBench bench)
{
    [Fact]
    public async Task Neither_a_second_hold_nor_its_end_lifts_the_first_one()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilRestAsync("available");
        await world.Handle.ExecuteUpdateAsync<string>("holdStep", [new StepCommand { Step = StepNames.Deploy, By = "anna", Reason = "first" }]);
        await world.Handle.ExecuteUpdateAsync<string>("holdStep", [new StepCommand { Step = StepNames.Undeploy, By = "ben", Reason = "second" }]);
        await world.TellAsync();
        await world.Handle.ExecuteUpdateAsync<string>("resumeStep", [new StepCommand { Step = StepNames.Undeploy, By = "ben" }]);
        await world.TellAsync();

        await world.EditAsync(spec => spec with { Image = Given.Ubuntu });
        var held = await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Hold });

        Assert.Equal("anna holds the step deploy: first", held.Waiting!.For);
        Assert.Equal([StepNames.Deploy], (await world.ViewAsync()).Holds.Select(hold => hold.Step));
        await bench.ProveAsync(world);
    }
}

using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>A machine that never answers: each wait has a deadline, past which it is told as a failure and joined again.</summary>
public sealed class DeadlineTests(LabBench bench)
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(400);

    private static readonly Dictionary<string, (Patience Patience, ErrorType Error, string Step)> Waits = new(StringComparer.Ordinal)
    {
        ["manage"] = (World.Hasty with { Validation = Soon }, ErrorType.RegistrationError, StepNames.AwaitValidation),
        ["inspect"] = (World.Hasty with { Inspection = Soon }, ErrorType.InspectionError, StepNames.AwaitInspection),
        ["clean"] = (World.Hasty with { Preparation = Soon }, ErrorType.PreparationError, StepNames.AwaitPreparation),
        ["provide"] = (World.Hasty with { Cleaning = Soon }, ErrorType.ProvisioningError, StepNames.AwaitAvailable),
        ["deploy"] = (World.Hasty with { Deployment = Soon }, ErrorType.ProvisioningError, StepNames.AwaitActive),
    };

    public static TheoryData<string> Verbs => [.. Waits.Keys];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task A_machine_that_is_not_done_by_the_deadline_is_told_and_the_host_goes_on_once_it_is(string verb)
    {
        var (patience, error, step) = Waits[verb];
        var world = bench.NewWorld(new() { NetworkBootLimit = 0, MaxProvisioningRetries = 0, Patience = patience });
        world.Stall(verb);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu, Raid = new() { HardwareRaidVolumes = [] } });
        await world.UntilAsync(w => w.Status.ErrorType == error && w.Status.ErrorMessage.Contains("did not finish within", StringComparison.Ordinal));
        Assert.Contains(step, world.Status.ErrorMessage, StringComparison.Ordinal);

        world.Proceed(verb);
        await world.UntilRestAsync("provisioned");

        Assert.Equal((null, 0), (world.Status.ErrorType, world.Status.ErrorCount));
        Assert.True(verb is "deploy" or "provide" || world.Count(verb) == 1, $"{verb} was asked {world.Count(verb)} times");
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_power_change_that_is_not_done_by_the_deadline_is_asked_again_hard()
    {
        var world = bench.NewWorld(new() { NetworkBootLimit = 0, Patience = World.Hasty with { Power = Soon } });
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        world.Stall("soft power off");

        await world.EditAsync(spec => spec with { Online = false });
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.PowerManagementError);
        Assert.Contains("did not finish within", world.Status.ErrorMessage, StringComparison.Ordinal);
        world.Proceed("soft power off");
        await world.UntilAsync(w => !w.Status.PoweredOn && w.Status.ErrorType is null);

        Assert.False(world.MachineIsOn);
        await bench.ProveAsync(world);
    }
}

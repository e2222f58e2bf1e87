using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>Temporal lost everything, or the object vanished, in the middle of each lifecycle.</summary>
public sealed class LossTests(LabBench bench)
{
    public static TheoryData<Lifecycle, string> Lifecycles => new()
    {
        { Lifecycle.Register, "manage" },
        { Lifecycle.Inspect, "inspect" },
        { Lifecycle.Prepare, "clean" },
        { Lifecycle.Provision, "deploy" },
        { Lifecycle.Adopt, "adopt" },
        { Lifecycle.Deprovision, "deleted" },
        { Lifecycle.Service, "service" },
        { Lifecycle.Power, "soft power off" },
        { Lifecycle.Detach, "remove" },
        { Lifecycle.Delete, "power off" },
    };

    [Fact]
    public void Every_lifecycle_is_among_them() =>
        Assert.Equal(Enum.GetValues<Lifecycle>().Order(), Lifecycles.Select(row => row.Data.Item1).Order());

    [Theory]
    [MemberData(nameof(Lifecycles))]
    public async Task A_Temporal_that_lost_everything_joins_what_runs_and_nothing_destructive_is_asked_twice(Lifecycle lifecycle, string verb)
    {
        var world = await BeginAsync(lifecycle, verb);
        var destroyed = world.Destroyed.ToList();

        await world.LoseTemporalAsync();
        await world.TellAsync();
        await world.UntilLifecycleAsync(_ => true);
        world.Proceed(verb);
        await UntilOverAsync(world, lifecycle);

        Assert.Equal(1, world.Count(verb));
        Assert.Equal(destroyed.Where(asked => asked is "deploy" or "clean" or "deleted" or "service"), world.Destroyed.Take(destroyed.Count).Where(asked => asked is "deploy" or "clean" or "deleted" or "service"));
        Assert.All(new[] { "deploy", "clean", "deleted", "service", "remove" }, one => Assert.True(world.Count(one) <= 1, $"{one} was asked {world.Count(one)} times"));
        await bench.ProveAsync(world);
    }

    [Theory]
    [MemberData(nameof(Lifecycles))]
    public async Task An_object_that_vanishes_leaves_the_node_as_it_is_without_another_call(Lifecycle lifecycle, string verb)
    {
        var world = await BeginAsync(lifecycle, verb);
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Machine });
        var asked = world.Asked.Count;

        await world.VanishAsync();
        await world.UntilEndedAsync();

        Assert.Equal((asked, false), (world.Asked.Count, world.Released));
        await bench.ProveAsync(world);
    }

    /// <summary>A host in the middle of the lifecycle, whose operation does not end by itself.</summary>
    private async Task<World> BeginAsync(Lifecycle lifecycle, string verb)
    {
        var world = bench.NewWorld();
        world.Stall(verb);
        switch (lifecycle)
        {
            case Lifecycle.Adopt:
                world.MachineIsOn = true;
                world.Deployed = Given.Ubuntu.Url;
                await world.CreateAsync(
                    spec => spec with { Image = Given.Ubuntu },
                    [
                        (AnnotationKeys.Status, Metal3Json.Serialize(new BareMetalHostStatus
                        {
                            OperationalStatus = OperationalStatus.Ok,
                            PoweredOn = true,
                            Provisioning = new() { State = ProvisioningState.Provisioned, Id = "node-of-another-cluster", Image = Given.Ubuntu },
                        })),
                    ]);
                break;
            case Lifecycle.Register or Lifecycle.Inspect or Lifecycle.Prepare or Lifecycle.Provision:
                await world.CreateAsync(spec => spec with { Image = Given.Ubuntu, Raid = new() { HardwareRaidVolumes = [] } });
                break;
            default:
                await world.CreateAsync(spec => spec with { Image = lifecycle is Lifecycle.Delete ? null : Given.Ubuntu });
                await world.UntilRestAsync(lifecycle is Lifecycle.Delete ? "available" : "provisioned");
                await (lifecycle switch
                {
                    Lifecycle.Deprovision => world.EditAsync(spec => spec with { Image = null }),
                    Lifecycle.Power => world.EditAsync(spec => spec with { Online = false }),
                    Lifecycle.Detach => world.AnnotateAsync(AnnotationKeys.Detached),
                    Lifecycle.Delete => world.DeleteAsync(),
                    _ => ServiceAsync(),
                });
                break;
        }

        await world.UntilAsync(w => w.Count(verb) == 1);
        await world.UntilViewAsync(view => view.Lifecycle == lifecycle);
        return world;

        async Task ServiceAsync()
        {
            await world.SetSettingsAsync("Turbo=Off", onReboot: true);
            await world.AnnotateAsync(AnnotationKeys.Reboot);
        }
    }

    private static Task UntilOverAsync(World world, Lifecycle lifecycle) => lifecycle switch
    {
        Lifecycle.Register or Lifecycle.Inspect or Lifecycle.Prepare or Lifecycle.Provision => world.UntilRestAsync("provisioned"),
        Lifecycle.Adopt => world.UntilAsync(w => w.Node?.Phase == NodePhase.Active),
        Lifecycle.Deprovision => world.UntilStateAsync("available"),
        Lifecycle.Service => world.UntilAsync(w => w.MachineSettings == "Turbo=Off" && w.Status.PoweredOn && w.Status.OperationalStatus == OperationalStatus.Ok),
        Lifecycle.Power => world.UntilAsync(w => !w.Status.PoweredOn),
        Lifecycle.Detach => world.UntilAsync(w => w.Status.OperationalStatus == OperationalStatus.Detached),
        _ => world.UntilEndedAsync(),
    };
}

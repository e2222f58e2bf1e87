using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;
using Temporalio.Exceptions;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>The five words, each as an update and as a signal, to the host and to its lifecycle, with who said it and why.</summary>
public sealed class ControlsTests(LabBench bench)
{
    private static readonly HostOptions Waiting = new() { NetworkBootLimit = 0, Patience = World.Pausing };

    private static readonly Dictionary<string, string> Updates = new(StringComparer.Ordinal)
    {
        ["retry"] = "retryStep",
        ["skip"] = "skipStep",
        ["hold"] = "holdStep",
        ["resume"] = "resumeStep",
        ["abandon"] = "abandonLifecycle",
    };

    public static TheoryData<string, bool, bool> Ways
    {
        get
        {
            var ways = new TheoryData<string, bool, bool>();
            foreach (var word in Updates.Keys)
            {
                foreach (var update in new[] { true, false })
                {
                    foreach (var host in new[] { true, false })
                    {
                        ways.Add(word, update, host);
                    }
                }
            }

            return ways;
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_word_is_heard_and_whose_it_was_and_why_is_shown(string word, bool update, bool toHost)
    {
        var world = bench.NewWorld(Waiting);
        var step = word is "hold" or "resume" ? StepNames.VerifyFirmware : StepNames.StartPreparation;
        world.Fail("clean", "the controller is broken");
        await world.CreateAsync(
            spec => spec with { Raid = new() { HardwareRaidVolumes = [] } },
            word == "resume" ? [(AnnotationKeys.Hold, StepNames.StartPreparation)] : null);
        await world.UntilLifecycleAsync(view => word == "resume"
            ? view.Waiting is { Kind: WaitKind.Hold }
            : view.Waiting is { Kind: WaitKind.Backoff, Step: StepNames.StartPreparation });
        var child = await world.ChildAsync();
        var command = new StepCommand { Step = word == "resume" ? StepNames.StartPreparation : step, By = "anna", Reason = "the controller was replaced" };

        var to = toHost ? world.Handle : child;
        if (update)
        {
            Assert.NotEmpty(await to.ExecuteUpdateAsync<string>(Updates[word], [command]));
        }
        else
        {
            await to.SignalAsync(word, [command]);
        }

        switch (word)
        {
            case "hold":
                var held = await world.UntilLifecycleAsync(view => view.Holds.Count > 0);
                Assert.Equal((step, "anna", "the controller was replaced"), (held.Holds[0].Step, held.Holds[0].By, held.Holds[0].Reason));
                break;
            case "resume":
                await world.UntilLifecycleAsync(view => view.Holds.Count == 0 && view.Waiting is { Kind: WaitKind.Backoff });
                break;
            case "abandon":
                var abandoned = await world.UntilViewAsync(view => view.Waiting is { Kind: WaitKind.Operator });
                Assert.Equal("abandoned by anna: the controller was replaced", abandoned.Waiting!.For);
                Assert.Equal((1, "preparing"), (world.Count("clean"), world.State));
                break;
            default:
                await world.UntilStateAsync("available");
                Assert.Equal(word == "retry" ? 2 : 1, world.Count("clean"));
                await world.UntilRestAsync("available");
                var told = (await world.ViewAsync()).Observed.Ledger.Select(entry => entry.Message);
                Assert.Contains(word == "skip" ? "skipped by anna: the controller was replaced" : "retry by anna: the controller was replaced", told);
                break;
        }

        var story = toHost
            ? (await world.UntilViewAsync(view => view.Said.Count > 0)).Said
            : [.. (await child.QueryAsync<LifecycleView>("view", [])).Ledger.Select(entry => entry.Message)];
        Assert.Contains(story, said => said.Contains("by anna: the controller was replaced", StringComparison.Ordinal));
        await bench.ProveAsync(world);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "retry", "is at work" },
        { "skip", "may not be skipped" },
        { "hold", "there is no step 'polish'" },
        { "resume", "nothing is held" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_word_that_makes_no_sense_is_refused_as_an_update_and_does_nothing_as_a_signal(string word, string why)
    {
        var world = bench.NewWorld(Waiting);
        world.Stall("inspect");
        await world.CreateAsync();
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Machine, Step: StepNames.AwaitInspection });
        var child = await world.ChildAsync();
        var command = new StepCommand { Step = word == "hold" ? "polish" : "", By = "anna", Reason = "in vain" };

        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => child.ExecuteUpdateAsync<string>(Updates[word], [command]));
        await child.SignalAsync(word, [command]);
        await world.Handle.SignalAsync(word, [command]);
        world.Proceed("inspect");
        await world.UntilStateAsync("available");

        Assert.Contains(why, refused.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(1, world.Count("inspect"));
        Assert.DoesNotContain((await world.UntilRestAsync("available")).Observed.Ledger, entry => entry.Message.Contains("anna", StringComparison.Ordinal));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task To_abandon_twice_is_refused()
    {
        var world = bench.NewWorld(Waiting);
        world.Stall("inspect");
        await world.CreateAsync();
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Machine, Step: StepNames.AwaitInspection });
        var command = new StepCommand { By = "anna", Reason = "enough" };

        await world.Handle.ExecuteUpdateAsync<string>("abandonLifecycle", [command]);
        await world.UntilViewAsync(view => view.Lifecycle is null);
        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => world.Handle.ExecuteUpdateAsync<string>("abandonLifecycle", [command]));

        Assert.Contains("no lifecycle runs", refused.InnerException!.Message, StringComparison.Ordinal);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Node_news_of_a_host_at_rest_are_acted_on_and_of_another_node_ignored()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilAsync(w => w.Status.PoweredOn);
        await world.UntilRestAsync("available");
        var asked = world.Asked.Count;
        await world.Handle.SignalAsync("NodeChanged", [new NodeChange("node-of-somebody-else", null)]);
        await world.EditAsync(spec => spec with { Description = "seen after the news" });
        await world.UntilAsync(w => w.Status.Conditions!.Any(c => c.ObservedGeneration == w.Host!.Metadata.Generation));
        Assert.Equal(asked, world.Asked.Count);

        await world.SwitchAtBmcAsync(false);
        await world.UntilAsync(w => w.Count("power on") == 2 && w.Status.PoweredOn);

        Assert.Equal(1, world.Count("create"));
        await bench.ProveAsync(world);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_skipped_power_change_leaves_the_machine_alone_until_something_changes(bool reboot)
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        world.Fail("soft power off", "the BMC hangs");
        await (reboot ? world.AnnotateAsync(AnnotationKeys.Reboot) : world.EditAsync(spec => spec with { Online = false }));
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff, Step: StepNames.PowerOff });

        await world.Handle.ExecuteUpdateAsync<string>("skipStep", [new StepCommand { By = "anna", Reason = "the rack is being moved" }]);
        if (reboot)
        {
            await world.UntilAsync(w => w.Host!.Metadata.Annotation(AnnotationKeys.Reboot) is null);
            await world.UntilRestAsync("provisioned");
        }
        else
        {
            var view = await world.UntilViewAsync(view => view.Waiting is { Kind: WaitKind.Operator });
            Assert.Contains("skipped the power change", view.Waiting!.For, StringComparison.Ordinal);
        }

        Assert.Equal((1, 0, true), (world.Count("soft power off"), world.Count("power off"), world.MachineIsOn));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task A_skipped_servicing_is_not_begun_again_for_the_same_settings()
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        world.Fail("service", "the BIOS refuses");
        await world.SetSettingsAsync("Turbo=Off", onReboot: true);
        await world.AnnotateAsync(AnnotationKeys.Reboot);
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff, Step: StepNames.StartService });

        await world.Handle.ExecuteUpdateAsync<string>("skipStep", [new StepCommand { By = "anna", Reason = "not now" }]);
        await world.UntilAsync(w => w.Status.PoweredOn && w.Status.OperationalStatus == OperationalStatus.Ok);
        await world.AnnotateAsync(AnnotationKeys.Reboot);
        await world.UntilAsync(w => w.Count("power on") == 2 && w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");

        Assert.Equal(1, world.Count("service"));
        await bench.ProveAsync(world);
    }
}

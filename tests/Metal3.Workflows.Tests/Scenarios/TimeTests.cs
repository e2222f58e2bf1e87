using Metal3.Contracts;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;
using Temporalio.Client;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>Hours and days at their real length, on a server that skips them.</summary>
public sealed class TimeTests
{
    private static readonly HostOptions Real = new() { NetworkBootLimit = 0 };
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task S121_Pauses_after_failures_double_from_two_minutes_less_up_to_half_to_a_quarter_of_an_hour()
    {
        await using var bench = await SkippingBench.StartAsync();
        var world = bench.NewWorld(Real);
        world.Fail("inspect", "the ramdisk did not boot", times: 6);
        await world.CreateAsync();

        await bench.UntilAsync(world, w => w.State == "available", TimeSpan.FromMinutes(20), Day);

        var view = await world.ViewAsync();
        var failures = view.Observed.Ledger.Where(entry => entry.Class == FailureTypes.NodeFailed).Select(entry => entry.At).ToList();
        Assert.Equal(6, failures.Count);
        var pauses = failures.Zip(failures.Skip(1), (one, next) => (next - one).TotalMinutes).ToList();
        double[] longest = [2, 4, 8, 15, 15];
        Assert.All(pauses.Zip(longest), pair => Assert.InRange(pair.First, pair.Second / 2, pair.Second + 0.1));
        Assert.Equal(6, world.Events.Count(e => e == "InspectionError"));
        await bench.ProveAsync();
    }

    [Fact]
    public async Task Retry_ends_a_back_off_without_its_time_passing()
    {
        await using var bench = await SkippingBench.StartAsync();
        var world = bench.NewWorld(Real);
        world.Fail("inspect", "the ramdisk did not boot", times: 5);
        await world.CreateAsync();
        await bench.UntilAsync(world, w => w.Count("inspect") == 5, TimeSpan.FromMinutes(5), Day);
        var view = await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backoff });
        var before = await bench.Now;
        Assert.True(view.Waiting!.NextActionAt > before + TimeSpan.FromMinutes(2));

        await (await world.ChildAsync()).ExecuteUpdateAsync<string>("retryStep", [new StepCommand { By = "anna", Reason = "mended" }]);
        await world.UntilStateAsync("available");

        Assert.InRange(await bench.Now - before, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        await bench.ProveAsync();
    }

    [Fact]
    public async Task A_wait_that_passes_a_minute_is_told_on_the_object_and_forgotten_when_it_is_over()
    {
        await using var bench = await SkippingBench.StartAsync();
        var world = bench.NewWorld(Real);
        await world.CreateAsync(annotations: [(AnnotationKeys.Hold, StepNames.StartInspection)]);
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Hold });
        Assert.DoesNotContain(world.Status.Conditions!, condition => condition.Message.Length > 0);

        await bench.PassAsync(TimeSpan.FromSeconds(90));
        await world.UntilAsync(w => w.Status.Conditions!.Any(condition => condition.Message.Contains("holds the step start-inspection", StringComparison.Ordinal)));
        await world.AnnotateAsync(AnnotationKeys.Hold, null);
        await world.UntilStateAsync("available");

        Assert.DoesNotContain(world.Status.Conditions!, condition => condition.Message.Length > 0);
        await bench.ProveAsync();
    }

    [Fact]
    public async Task Surprise_47_An_Ironic_that_is_away_for_hours_is_asked_every_half_minute_at_most_and_no_error_is_counted()
    {
        await using var bench = await SkippingBench.StartAsync();
        var world = bench.NewWorld(Real);
        world.Throw("StartInspection", FailureTypes.BackendRefused, "Ironic refuses our credentials", times: 2000);
        await world.CreateAsync();

        await bench.PassAsync(TimeSpan.FromHours(1));
        await world.UntilAsync(w => w.Status.Conditions?.Any(c => c.Message.Contains("refuses our credentials", StringComparison.Ordinal)) is true);
        Assert.Equal((null, 0, "inspecting"), (world.Status.ErrorType, world.Status.ErrorCount, world.State));
        world.Heal("StartInspection");
        await bench.UntilAsync(world, w => w.State == "available", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10));

        var child = (await bench.ProveAsync()).Where(history => history.Id.Contains("/inspect/", StringComparison.Ordinal)).ToList();
        var asked = child.Sum(history => history.Events.Count(e => e.ActivityTaskScheduledEventAttributes?.ActivityType.Name == "StartInspection"));
        Assert.InRange(asked, 100, 250); // an hour by half minutes
        Assert.All(child, history => Assert.True(history.Events.Count < 3000, $"{history.Id} has {history.Events.Count} events"));
    }

    [Fact]
    public async Task Surprise_20_Missing_user_data_are_looked_for_once_a_minute()
    {
        await using var bench = await SkippingBench.StartAsync();
        var world = bench.NewWorld(Real);
        world.Throw("Deploy", FailureTypes.HostDataUnusable, "The Secret metal3/user-data in spec.userData does not exist.", times: 30);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.ProvisioningError);
        var began = await bench.Now;

        await bench.UntilAsync(world, w => w.State == "provisioned", TimeSpan.FromMinutes(5), Day);

        Assert.InRange(await bench.Now - began, TimeSpan.FromMinutes(28), TimeSpan.FromMinutes(36));
        Assert.Equal((1, 0), (world.Events.Count(e => e == "ProvisioningError"), world.Count("deleted")));
        await bench.ProveAsync();
    }

    [Fact]
    public async Task A_host_at_rest_reads_its_firmware_settings_once_an_hour_and_continues_as_new_before_its_story_is_long()
    {
        await using var bench = await SkippingBench.StartAsync();
        var world = bench.NewWorld(Real);
        await world.CreateAsync();
        await world.UntilRestAsync("available");
        var (read, asked, writes) = (world.FirmwareRead, world.Asked.Count, world.Writes);

        await bench.PassAsync(TimeSpan.FromDays(7));
        await world.UntilAsync(w => w.FirmwareRead - read >= 7 * 24 - 1);

        Assert.InRange(world.FirmwareRead - read, (7 * 24) - 1, (7 * 24) + 1);
        Assert.Equal((asked, writes), (world.Asked.Count, world.Writes));
        var runs = (await bench.ProveAsync()).Where(history => history.Id == world.WorkflowId).ToList();
        Assert.True(runs.Count > 1);
        Assert.All(runs, run => Assert.True(run.Events.Count < 700, $"a run of {run.Events.Count} events"));
    }

    [Fact]
    public async Task W7_A_holder_that_died_without_a_word_gives_its_slot_back_within_minutes()
    {
        await using var bench = await SkippingBench.StartAsync();
        var options = Real with { NetworkBootLimit = 1 };
        var (dead, waiting) = (bench.NewWorld(options), bench.NewWorld(options));
        dead.Throw("StartInspection", FailureTypes.BackendRefused, "Ironic refuses our credentials", times: 1000); // no activity runs, so time may pass
        await dead.CreateAsync();
        await dead.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Backend });
        await waiting.CreateAsync();
        await waiting.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Capacity } wait && wait.For.Contains("place 1", StringComparison.Ordinal));

        await dead.LoseTemporalAsync();
        await bench.UntilAsync(waiting, w => w.State == "available", TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));

        Assert.Equal(OperationalStatus.Ok, waiting.Status.OperationalStatus);
        await bench.ProveAsync();
    }

    [Fact]
    public async Task S100_Who_waits_in_a_queue_for_days_stays_in_his_place_and_is_told_on_the_object()
    {
        await using var bench = await SkippingBench.StartAsync();
        var options = Real with { NetworkBootLimit = 1 };
        var worlds = Enumerable.Range(0, 3).Select(_ => bench.NewWorld(options)).ToList();
        foreach (var (world, place) in worlds.Select((world, place) => (world, place)))
        {
            await world.CreateAsync(annotations: place == 0 ? [(AnnotationKeys.Hold, StepNames.StartInspection)] : null);
            await world.UntilLifecycleAsync(view => view.Waiting is { } wait && (place == 0
                ? wait.Kind is WaitKind.Hold
                : wait.For.Contains($"place {place} in", StringComparison.Ordinal)));
        }

        await bench.PassAsync(TimeSpan.FromHours(12));
        await worlds[2].UntilAsync(w => w.Status.Conditions!.Any(c => c.Message.Contains("place 2 in the queue", StringComparison.Ordinal)));
        Assert.Equal(OperationalStatus.Delayed, worlds[2].Status.OperationalStatus);
        await worlds[0].AnnotateAsync(AnnotationKeys.Hold, null);
        await bench.UntilAsync(worlds[2], w => w.State == "available", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(30));

        Assert.All(worlds, world => Assert.Equal(("available", OperationalStatus.Ok), (world.State, world.Status.OperationalStatus)));
        await bench.ProveAsync();
    }

    [Fact]
    public async Task A_fleet_is_watched_again_five_seconds_after_its_watch_broke()
    {
        await using var bench = await SkippingBench.StartAsync();
        bench.Activities.BreakFleetWatches(3);
        var fleet = await bench.Client.StartWorkflowAsync(
            WorkflowNames.Fleet, [new FleetState { Ironic = "main" }], new WorkflowOptions(WorkflowNames.FleetId("main"), TaskQueues.Main));

        await bench.PassAsync(TimeSpan.FromSeconds(16));
        await bench.Activities.UntilFleetIsWatchedAsync();

        Assert.Equal(4, bench.Activities.FleetWatches);
        Assert.Equal("cluster-uid", (await fleet.QueryAsync<FleetState>("view", [])).Cluster);
        await bench.ProveAsync();
    }
}

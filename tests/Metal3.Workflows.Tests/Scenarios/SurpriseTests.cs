using System.Text.RegularExpressions;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>What the original was seen to do that nobody would expect, kept or mended; <c>docs/differences.md</c> has the list.</summary>
public sealed partial class SurpriseTests(LabBench bench)
{
    private static readonly HostOptions Waiting = new() { NetworkBootLimit = 0, Patience = World.Pausing };

    [Fact]
    public async Task Surprise_1_S2_A_host_that_was_never_provisioned_is_not_cleaned_and_passes_through_preparing()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilRestAsync("available");

        Assert.Equal((0, 0, NodePhase.Manageable), (world.Count("clean"), world.Count("provide"), world.Node!.Phase));
        Assert.Equal(["registering", "inspecting", "preparing", "available"], world.States.Where(state => state.Length > 0));

        await world.EditAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");

        Assert.Equal(1, world.Count("provide"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_6_Hints_are_taken_over_without_another_deployment()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");

        await world.EditAsync(spec => spec with
        {
            RootDeviceHints = new() { DeviceName = "/dev/sdb" },
            Image = Given.Ubuntu with { Checksum = "another" },
        });
        await world.UntilAsync(w => w.Status.Provisioning.RootDeviceHints?.DeviceName == "/dev/sdb");
        await world.UntilRestAsync("provisioned");

        Assert.Equal((1, 0), (world.Count("deploy"), world.Count("deleted")));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_11_Deleting_an_external_host_switches_it_off_hard_and_takes_nothing_away()
    {
        var world = bench.NewWorld();
        world.MachineIsOn = true;
        await world.CreateAsync(spec => spec with { ExternallyProvisioned = true });
        await world.UntilRestAsync("externally provisioned");

        await world.DeleteAsync();
        await world.UntilEndedAsync();

        Assert.Equal((1, 0, 0), (world.Count("power off"), world.Count("soft power off"), world.Count("deleted")));
        Assert.False(world.MachineIsOn);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_12_Deleting_aborts_an_inspection_and_waits_for_what_must_not_be_interrupted()
    {
        var inspected = bench.NewWorld();
        inspected.Stall("inspect");
        await inspected.CreateAsync();
        await inspected.UntilAsync(w => w.Count("inspect") == 1);
        await inspected.DeleteAsync();
        await inspected.UntilEndedAsync();
        Assert.Equal((1, 1), (inspected.Count("abort"), inspected.Count("remove")));

        var cleaned = bench.NewWorld();
        cleaned.Stall("provide");
        await cleaned.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await cleaned.UntilAsync(w => w.Count("provide") == 1);
        await cleaned.DeleteAsync();
        await cleaned.UntilLifecycleAsync(view => view.Lifecycle is Lifecycle.Deprovision or Lifecycle.Delete);
        Assert.Equal((0, 0), (cleaned.Count("abort"), cleaned.Count("remove")));
        cleaned.Proceed("provide");
        await cleaned.UntilEndedAsync();

        Assert.Equal((0, 1, 0), (cleaned.Count("abort"), cleaned.Count("remove"), cleaned.Count("deploy")));
        await bench.ProveAsync(inspected);
        await bench.ProveAsync(cleaned);
    }

    [Fact]
    public async Task Surprise_17_An_error_found_before_anything_is_asked_is_counted_and_told_once()
    {
        var world = bench.NewWorld(Waiting);
        await world.CreateAsync(spec => spec with { Bmc = new() { Address = "", CredentialsName = "bmc" } });
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Object });

        await world.EditAsync(spec => spec with { Description = "still without an address" });
        await world.UntilLifecycleAsync(view => view.Waiting is { Kind: WaitKind.Object });

        Assert.Equal((1, 1), (world.Status.ErrorCount, world.Events.Count));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_18_A_cleaning_that_fails_on_the_way_to_an_image_is_a_provisioning_error()
    {
        var world = bench.NewWorld(Waiting);
        world.Fail("provide", "the disks could not be erased");
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.ProvisioningError);

        Assert.Contains("could not be erased", world.Status.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, world.Count("deploy"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_19_A_custom_deploy_that_fails_is_told_and_not_repeated_in_silence()
    {
        var world = bench.NewWorld(Waiting);
        world.Fail("deploy", "Deploy step custom_deploy.install_everything: unknown step");
        await world.CreateAsync(spec => spec with { CustomDeploy = new() { Method = "install_everything" } });
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.ProvisioningError);

        Assert.Contains("install_everything", world.Status.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, world.Count("deploy"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_22_An_error_that_the_node_kept_from_before_fails_nothing()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        world.Remember("an old complaint");

        await world.EditAsync(spec => spec with { Online = false });
        await world.UntilAsync(w => !w.Status.PoweredOn);
        await world.UntilRestAsync("provisioned");

        Assert.Equal((null, 0), (world.Status.ErrorType, world.Status.ErrorCount));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_23_RAID_that_the_driver_does_not_know_is_a_preparation_error()
    {
        var world = bench.NewWorld(Waiting);
        world.Throw("StartPreparation", FailureTypes.SpecRefused, "RAID settings are defined, but the node's driver does not support RAID", times: 9);
        await world.CreateAsync(spec => spec with { Raid = new() { HardwareRaidVolumes = [] } });
        await world.UntilAsync(w => w.Status.ErrorType == ErrorType.PreparationError);

        Assert.Contains("does not support RAID", world.Status.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, world.Count("clean"));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_29_Until_anybody_knows_the_machine_counts_as_off()
    {
        var world = bench.NewWorld();
        world.MachineIsOn = true;
        world.Stall("manage");
        await world.CreateAsync();
        await world.UntilStateAsync("registering");
        Assert.False(world.Status.PoweredOn);

        world.Proceed("manage");
        await world.UntilRestAsync("available");

        Assert.True(world.Status.PoweredOn);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task Surprise_32_A_node_that_is_locked_is_no_error()
    {
        var world = bench.NewWorld();
        world.Throw("StartInspection", FailureTypes.Busy, "node is locked", times: 7);
        await world.CreateAsync();
        await world.UntilRestAsync("available");

        Assert.DoesNotContain(world.Events, reason => reason.EndsWith("Error", StringComparison.Ordinal));
        Assert.Equal((0, 1), (world.Status.ErrorCount, world.Count("inspect")));
        await bench.ProveAsync(world);
    }

    [Fact]
    public void Every_surprise_is_documented_with_a_test_that_exists()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Metal3.Workflows.sln")))
        {
            folder = folder.Parent;
        }

        var root = folder!.FullName;
        var rows = File.ReadLines(Path.Combine(root, "docs", "differences.md"))
            .Select(line => Row().Match(line)).Where(match => match.Success).ToDictionary(
                match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture),
                match => Name().Matches(match.Groups[2].Value).Select(name => name.Groups[1].Value).ToList());
        var tests = Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines).Select(line => Method().Match(line)).Where(match => match.Success)
            .Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(Enumerable.Range(1, 47), rows.Keys.Order());
        Assert.Equal([43], rows.Where(row => row.Value.Count == 0).Select(row => row.Key)); // data images are not part of this release
        Assert.Empty(rows.Values.SelectMany(names => names).Except(tests));
    }

    [GeneratedRegex(@"^\| (\d+) \|.*\|([^|]*)\|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Z]\\w+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) ([A-Z]\w+)\(")]
    private static partial Regex Method();
}

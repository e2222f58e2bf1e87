using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>Deletion in every state, giving up, detachment.</summary>
public sealed class DeletionTests(LabBench bench)
{
    [Fact]
    public async Task S115_A_provisioned_host_is_deprovisioned_switched_off_and_released()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilStateAsync("provisioned");

        await world.DeleteAsync();
        await world.UntilEndedAsync();

        Assert.True(world.Released);
        Assert.Equal(["provisioned", "deprovisioning", "powering off before delete", "deleting"], world.States[^4..]);
        Assert.Equal((1, 1), (world.Count("deleted"), world.Count("remove")));
        Assert.Null(world.Node);
        await bench.ProveAsync(world, "deleted");
    }

    [Fact]
    public async Task S115_An_available_host_is_switched_off_and_released()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilAsync(w => w.State == "available" && w.Status.PoweredOn);

        await world.DeleteAsync();
        await world.UntilEndedAsync();

        Assert.Equal((0, 1, 1), (world.Count("deleted"), world.Count("power off"), world.Count("remove")));
        await bench.ProveAsync(world);
    }

    [Theory]
    [InlineData("manage", "deleting")]
    [InlineData("inspect", "powering off before delete")]
    [InlineData("provide", "deprovisioning")]
    [InlineData("deploy", "deprovisioning")]
    public async Task S115_A_host_at_work_is_released_too(string during, string next)
    {
        var world = bench.NewWorld();
        world.Stall(during);
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilAsync(w => w.Count(during) == 1);

        await world.DeleteAsync();
        await world.UntilStateAsync(next);
        world.Proceed(during);
        await world.UntilEndedAsync();

        Assert.True(world.Released);
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S115_A_host_without_bmc_and_one_with_an_incomplete_secret_are_released()
    {
        var unmanaged = bench.NewWorld();
        await unmanaged.CreateAsync(spec => spec with { Bmc = new() });
        await unmanaged.UntilStateAsync("unmanaged");
        await unmanaged.DeleteAsync();
        await unmanaged.UntilEndedAsync();

        var incomplete = bench.NewWorld();
        incomplete.SecretIsIncomplete = true;
        await incomplete.CreateAsync();
        await incomplete.UntilAsync(w => w.Status.ErrorType == ErrorType.RegistrationError);
        await incomplete.DeleteAsync();
        await incomplete.UntilEndedAsync();

        Assert.True(unmanaged.Released && incomplete.Released);
        await bench.ProveAsync(incomplete);
    }

    [Fact]
    public async Task Surprise_13_A_deletion_gives_up_on_a_bmc_that_refuses()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilStateAsync("provisioned");
        world.Fail("deleted", "the BMC refuses", times: 99);
        world.Fail("power off", "the BMC refuses", times: 99);

        await world.DeleteAsync();
        await world.UntilEndedAsync();

        Assert.True(world.Released);
        Assert.Equal((4, 4), (world.Count("deleted"), world.Count("power off")));
        Assert.Contains("metal3_delete_without_deprovisioning_total", world.Metrics);
        await bench.ProveAsync(world, "deletion-gives-up");
    }

    [Fact]
    public async Task S103_S109_A_detached_host_is_left_alone_and_deleted_without_touching_the_machine()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        await world.AnnotateAsync(AnnotationKeys.Detached);
        await world.UntilAsync(w => w.Status.OperationalStatus == OperationalStatus.Detached);
        Assert.Equal(("provisioned", null), (world.State, world.Node));

        await world.DeleteAsync();
        await world.UntilEndedAsync();

        Assert.Equal((0, 0, 1), (world.Count("deleted"), world.Count("power off"), world.Count("remove")));
        Assert.Equal(Given.Ubuntu.Url, world.Deployed);
        await bench.ProveAsync(world, "detached-deleted");
    }

    [Fact]
    public async Task An_attached_again_host_is_registered_and_adopted()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilRestAsync("provisioned");
        await world.AnnotateAsync(AnnotationKeys.Detached);
        await world.UntilAsync(w => w.Status.OperationalStatus == OperationalStatus.Detached);

        await world.AnnotateAsync(AnnotationKeys.Detached, null);
        await world.UntilAsync(w => w.Count("adopt") == 1 && w.Status.OperationalStatus == OperationalStatus.Ok);
        await world.UntilRestAsync("provisioned");

        Assert.Equal((1, 2), (world.Count("deploy"), world.Count("create")));
        await bench.ProveAsync(world, "detach-attach");
    }

    [Fact]
    public async Task S104_Force_detaches_a_host_at_work()
    {
        var world = bench.NewWorld();
        world.Stall("inspect");
        await world.CreateAsync();
        await world.UntilAsync(w => w.Count("inspect") == 1);

        await world.AnnotateAsync(AnnotationKeys.Detached, """{"force":true}""");
        await world.UntilAsync(w => w.Status.OperationalStatus == OperationalStatus.Detached);

        Assert.Equal(("inspecting", null), (world.State, world.Node));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S106_A_failed_detachment_is_told_and_tried_again()
    {
        var world = bench.NewWorld();
        world.Throw("RemoveNode", FailureTypes.NodeFailed, "Ironic will not let it go");
        await world.CreateAsync();
        await world.UntilRestAsync("available");

        await world.AnnotateAsync(AnnotationKeys.Detached);
        await world.UntilAsync(w => w.Status.OperationalStatus == OperationalStatus.Detached);

        Assert.Contains("DetachError", world.Events);
        Assert.Equal((null, 0), (world.Status.ErrorType, world.Status.ErrorCount));
        await bench.ProveAsync(world);
    }

    [Fact]
    public async Task S110_Delay_keeps_a_detached_host_until_the_annotation_goes()
    {
        var world = bench.NewWorld();
        await world.CreateAsync();
        await world.UntilRestAsync("available");
        await world.AnnotateAsync(AnnotationKeys.Detached, """{"deleteAction":"delay"}""");
        await world.UntilAsync(w => w.Status.OperationalStatus == OperationalStatus.Detached);
        await world.DeleteAsync();
        await world.UntilViewAsync(view => view.Waiting?.For.Contains("delayed", StringComparison.Ordinal) is true);
        Assert.False(world.Released);

        await world.AnnotateAsync(AnnotationKeys.Detached, null);
        await world.UntilEndedAsync();

        Assert.True(world.Released);
        await bench.ProveAsync(world);
    }
}

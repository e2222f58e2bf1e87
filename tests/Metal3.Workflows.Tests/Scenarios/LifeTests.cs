using Metal3.Workflows.Tests.Worlds;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>From manifest to provisioned and back.</summary>
public sealed class LifeTests(LabBench bench)
{
    [Fact]
    public async Task S57_A_manifest_with_an_image_is_provisioned()
    {
        var world = bench.NewWorld();
        await world.CreateAsync(spec => spec with { Image = Given.Ubuntu });
        await world.UntilStateAsync("provisioned");

        Assert.Equal(["registering", "inspecting", "preparing", "available", "provisioning", "provisioned"], world.States);
        Assert.Equal(["create", "manage", "inspect", "record", "provide", "write intent", "deploy"], world.Asked);
        Assert.Equal(Given.Ubuntu, world.Status.Provisioning.Image);
        Assert.Equal(
            ["Registered", "ProfileSet", "BMCAccessValidated", "InspectionStarted", "InspectionComplete", "ProvisioningStarted", "ProvisioningComplete"],
            world.Events);
        await bench.ProveAsync(world, "provisioned");
    }
}

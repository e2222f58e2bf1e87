using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;

namespace Metal3.Workflows.Tests.Decisions;

/// <summary>When an image is written, and when it is taken away (specification §3.7, §3.8), row by row.</summary>
public sealed class DeploymentTests
{
    [Theory]
    [InlineData("u", null, null, null, false, false)] // S55
    [InlineData("u", null, null, null, true, true)]
    [InlineData("u", null, "u", null, true, false)]
    [InlineData("v", null, "u", null, true, false)]   // a change goes through deprovisioning
    [InlineData(null, "m", null, null, true, true)]   // S56
    [InlineData(null, "m", null, "m", true, false)]
    [InlineData("u", "m", null, "m", true, true)]
    [InlineData(null, "m", null, "n", true, true)]
    [InlineData(null, null, null, null, true, false)]
    [InlineData("", null, null, null, true, false)]
    public void Something_is_to_be_deployed(string? image, string? method, string? deployed, string? deployedMethod, bool online, bool wanted) =>
        Assert.Equal(wanted, Deployment.IsWanted(Spec(image, method) with { Online = online }, Status(deployed, deployedMethod)));

    [Theory]
    [InlineData(null, "m", null, "n", true)]  // another method
    [InlineData(null, "m", "u", "m", true)]   // the image went, the method stays
    [InlineData("v", "m", "u", "m", true)]    // the image changed, the method stays
    [InlineData("v", "m", "u", null, true)]
    [InlineData("u", "m", "u", "m", false)]
    [InlineData("u", "m", null, "m", false)]  // an image added to a custom deploy is not noticed
    [InlineData("u", null, null, "m", true)]  // the method went
    [InlineData(null, null, null, null, true)] // S75
    [InlineData("", null, null, null, true)]
    [InlineData("u", null, null, null, false)] // S74: nothing deployed yet
    [InlineData("v", null, "u", null, true)]   // S73
    [InlineData("u", null, "u", null, false)]
    [InlineData(null, null, "u", null, true)]
    public void What_is_deployed_is_no_longer_wanted(string? image, string? method, string? deployed, string? deployedMethod, bool cancelled)
    {
        foreach (var online in new[] { true, false })
        {
            Assert.Equal(cancelled, Deployment.IsCancelled(Spec(image, method) with { Online = online }, Status(deployed, deployedMethod)));
        }
    }

    [Fact]
    public void Checksum_format_and_secret_never_take_an_image_away()
    {
        var status = new BareMetalHostStatus { Provisioning = new() { Image = Given.Ubuntu } };

        Assert.False(Deployment.IsCancelled(new() { Image = Given.Ubuntu with { Checksum = "z" } }, status));
        Assert.False(Deployment.IsCancelled(new() { Image = Given.Ubuntu with { Format = ImageFormat.Vdi } }, status));
        Assert.False(Deployment.IsCancelled(new() { Image = Given.Ubuntu with { OciAuthSecretName = "z" } }, status));
    }

    private static BareMetalHostSpec Spec(string? image, string? method) => new()
    {
        Image = image is null ? null : new() { Url = image },
        CustomDeploy = method is null ? null : new() { Method = method },
    };

    private static BareMetalHostStatus Status(string? image, string? method) => new()
    {
        Provisioning = new() { Image = new() { Url = image ?? "" }, CustomDeploy = method is null ? null : new() { Method = method } },
    };
}

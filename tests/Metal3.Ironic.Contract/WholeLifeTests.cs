using Metal3.Activities.Bmc;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Provisioning.OnIronic;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Ironic.Contract;

/// <summary>The same life over the simulated Ironic and over a real one.</summary>
public sealed class WholeLifeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_simulated_Ironic_takes_a_host_from_enroll_to_delete()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost("redfish+http");

        await LiveAsync(process, new Life(process, key, spec) { Trusting = false }, spec);
    }

    [Fact]
    public async Task A_real_Ironic_takes_a_host_from_enroll_to_delete()
    {
        await using var real = await RealIronic.StartAsync(Cancellation);
        await using var process = new Bench(
            real.Endpoint,
            options: new IronicProvisionerOptions { DeployKernelUrl = $"{real.Files}/any", DeployRamdiskUrl = $"{real.Files}/any" },
            interval: TimeSpan.FromSeconds(1));
        var spec = new BareMetalHostSpec
        {
            Bmc = new BmcDetails
            {
                Address = $"redfish+http://127.0.0.1:{real.RedfishPort}/redfish/v1/Systems/00000000-0000-0000-0000-000000000000",
                CredentialsName = "bmc",
            },
            BootMacAddress = "52:54:00:01:00:00",
        };
        var life = new Life(process, new HostKey("metal3", "real-1", "11111111-2222-4333-8444-555555555555"), spec)
        {
            Trusting = false,
            Image = new Image
            {
                Url = real.ImageUrl,
                Checksum = real.ImageChecksum,
                ChecksumType = ChecksumType.Sha256,
                Format = ImageFormat.Raw,
            },
        };

        await LiveAsync(process, life, spec);
    }

    private static async Task LiveAsync(Bench process, Life life, BareMetalHostSpec spec)
    {
        Assert.True(BmcAccess.TryParse(spec.Bmc, out var bmc, out var problem), problem);
        using var probe = new BmcProbe(TimeProvider.System, TimeSpan.FromSeconds(30));
        Assert.Equal(BmcClass.Reachable, (await probe.AskAsync(bmc, "admin", "password", Cancellation)).Class);

        await life.RegisterAsync();
        Assert.Equal(NodePhase.Manageable, life.Last!.Phase);

        await life.InspectAsync();
        Assert.NotEmpty(life.Hardware!.Nics!);

        await life.ProvisionAsync();
        Assert.Equal(NodePhase.Active, life.Last!.Phase);
        Assert.Equal(Life.DeployIntent(), life.Last.Intent);

        await life.PowerAsync(on: false, hard: true);
        Assert.False((await process.Provisioner.LookAsync(life.Input(), Cancellation)).PoweredOn);

        await life.DeprovisionAsync();
        Assert.Equal(NodePhase.Available, life.Last!.Phase);

        await life.RemoveAsync();
        var gone = await Assert.ThrowsAsync<ProvisionerException>(() => process.Provisioner.LookAsync(life.Input(), Cancellation));
        Assert.Equal(FailureTypes.NodeMissing, gone.Type);
    }
}

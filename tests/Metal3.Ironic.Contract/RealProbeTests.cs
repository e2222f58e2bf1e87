using Metal3.Activities.Bmc;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Resources;

namespace Metal3.Ironic.Contract;

/// <summary>The probe of BMCs over BMCs that are not ours.</summary>
public sealed class RealProbeTests(RealSite site)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_Redfish_emulator_is_reachable_refuses_a_wrong_password_and_does_not_have_every_system()
    {
        await site.StartAsync();
        using var probe = new BmcProbe(TimeProvider.System, TimeSpan.FromSeconds(30));
        var root = $"redfish+http://127.0.0.1:{site.RedfishPort}/redfish/v1/Systems";

        var good = await AskAsync(probe, $"{root}/00000000-0000-0000-0000-000000000000", "password");
        var missing = await AskAsync(probe, $"{root}/00000000-0000-0000-0000-00000000ffff", "password");
        var wrong = await AskAsync(probe, $"{root}/00000000-0000-0000-0000-000000000000", "wr0ng-secret");

        Assert.Equal(
            [BmcClass.Reachable, BmcClass.SystemMissing, BmcClass.Unauthorised], [good.Class, missing.Class, wrong.Class]);
        Assert.DoesNotContain("wr0ng-secret", wrong.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_IPMI_BMC_answers_before_any_password_is_asked_for()
    {
        await site.StartAsync();
        using var probe = new BmcProbe(TimeProvider.System, TimeSpan.FromSeconds(30));

        var found = await AskAsync(probe, $"ipmi://127.0.0.1:{site.IpmiPort}", "any");

        Assert.Equal(BmcClass.Reachable, found.Class);
    }

    private static Task<Contracts.Provisioning.BmcDiagnosis> AskAsync(BmcProbe probe, string address, string password)
    {
        Assert.True(BmcAccess.TryParse(new BmcDetails { Address = address }, out var access, out var problem), problem);
        return probe.AskAsync(access, "admin", password, Cancellation);
    }
}

using System.Net;
using System.Net.Sockets;
using Metal3.Activities.Bmc;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Lab.Ironic;
using Metal3.TestKit;

namespace Metal3.Ironic.Contract;

/// <summary>What the probe says of the same trouble at the lab's Redfish BMC, a real Redfish emulator and a real IPMI BMC.</summary>
public abstract class ProbeContract
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts the BMC; its address, with a good path.</summary>
    private protected abstract Task<string> StartAsync();

    [Fact]
    public async Task A_BMC_that_works_is_reachable() =>
        Assert.Equal(BmcClass.Reachable, (await AskAsync(await StartAsync())).Class);

    [Fact]
    public async Task A_name_that_does_not_resolve_and_a_port_where_nobody_listens_are_told_apart()
    {
        var good = new Uri(await StartAsync());
        string At(string host, int port) => $"{good.Scheme}://{host}:{port}{(good.Scheme == "ipmi" ? "" : good.AbsolutePath)}";

        // A UDP port that is bound and silent: nothing tells it from a firewall.
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var name = await AskAsync(At("no-such-bmc.invalid", good.Port));
        var port = await AskAsync(At("127.0.0.1", good.Scheme == "ipmi" ? ((IPEndPoint)silent.Client.LocalEndPoint!).Port : RealServers.FreePort()));

        Assert.Equal(BmcClass.NameNotResolved, name.Class);
        Assert.Equal(good.Scheme == "ipmi" ? BmcClass.IpmiSilent : BmcClass.Refused, port.Class);
    }

    private protected static async Task<BmcDiagnosis> AskAsync(string address, string password = "password")
    {
        using var probe = new BmcProbe(TimeProvider.System, TimeSpan.FromSeconds(30));
        Assert.True(BmcAccess.TryParse(new BmcDetails { Address = address }, out var access, out var problem), problem);
        var found = await probe.AskAsync(access, "admin", password, Cancellation);
        Assert.DoesNotContain(password is "password" ? "Basic " : password, found.Sentence, StringComparison.Ordinal);
        return found;
    }
}

/// <summary>What only Redfish can tell.</summary>
public abstract class RedfishProbeContract : ProbeContract
{
    [Fact]
    public async Task A_wrong_password_a_missing_system_and_TLS_where_there_is_none_are_told_apart()
    {
        var address = await StartAsync();

        var wrong = await AskAsync(address, "wr0ng-secret");
        var missing = await AskAsync(address[..(address.LastIndexOf('/') + 1)] + "00000000-0000-0000-0000-00000000ffff");
        var tls = await AskAsync(address.Replace("redfish+http:", "redfish:", StringComparison.Ordinal));

        Assert.Equal([BmcClass.Unauthorised, BmcClass.SystemMissing, BmcClass.TlsUntrusted], [wrong.Class, missing.Class, tls.Class]);
        Assert.Contains("0000ffff", missing.Sentence, StringComparison.Ordinal);
    }
}

/// <summary>Over the lab's Redfish BMC.</summary>
public sealed class LabProbeTests(SimulatedSite site) : RedfishProbeContract
{
    private protected override async Task<string> StartAsync()
    {
        await site.StartAsync();
        return site.NewHost().Spec.Bmc.Address;
    }

    [Fact]
    public async Task A_locked_account_and_a_certificate_that_is_not_trusted_are_named()
    {
        await site.StartAsync();
        var (key, spec) = site.NewHost();
        site.Machines.Fail(key.Name, FailureKinds.AccountLocked);
        using var authority = new CertificateAuthority();
        await using var safe = await LabIronic.StartAsync(
            new LabIronicOptions { Certificate = authority.Certify("bmc.example") }, TestContext.Current.CancellationToken);
        var system = safe.AddHost("safe", "52:54:00:08:00:01");

        var locked = await AskAsync(spec.Bmc.Address);
        var untrusted = await AskAsync($"redfish://{safe.Address.Authority}{system}");

        Assert.Equal((BmcClass.AccountLocked, BmcClass.TlsUntrusted), (locked.Class, untrusted.Class));
    }
}

/// <summary>Over a real Redfish emulator.</summary>
public sealed class EmulatorProbeTests(RealSite site) : RedfishProbeContract
{
    private protected override async Task<string> StartAsync()
    {
        await site.StartAsync();
        return $"redfish+http://127.0.0.1:{site.RedfishPort}/redfish/v1/Systems/00000000-0000-0000-0000-000000000000";
    }
}

/// <summary>Over a real IPMI BMC.</summary>
public sealed class IpmiProbeTests(RealSite site) : ProbeContract
{
    private protected override async Task<string> StartAsync()
    {
        await site.StartAsync();
        return $"ipmi://127.0.0.1:{site.IpmiPort}";
    }
}

using System.Net;
using System.Net.Sockets;
using Metal3.Activities.Bmc;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Resources;
using Metal3.Lab.Ironic;
using Metal3.TestKit;

namespace Metal3.Activities.Tests;

public sealed class ProbeTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_working_Redfish_BMC_is_reachable_and_wrong_credentials_are_told_apart_and_shown_only_once()
    {
        await using var lab = await LabRig.StartAsync();
        var (_, spec) = lab.NewHost();
        using var probe = new BmcProbe(TimeProvider.System);

        var good = await probe.AskAsync(Access(spec.Bmc.Address), "admin", "password", Cancellation);
        var bad = await probe.AskAsync(Access(spec.Bmc.Address), "admin", "wr0ng-secret", Cancellation);
        var again = await probe.AskAsync(Access(spec.Bmc.Address), "admin", "wr0ng-secret", Cancellation);

        Assert.Equal(BmcClass.Reachable, good.Class);
        Assert.Equal(BmcClass.Unauthorised, bad.Class);
        Assert.Same(bad, again);
        Assert.DoesNotContain("wr0ng-secret", bad.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locked_account_is_told_from_a_wrong_password_and_is_not_knocked_at_again_for_a_while()
    {
        await using var lab = await LabRig.StartAsync();
        var (key, spec) = lab.NewHost();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        using var probe = new BmcProbe(time);
        lab.Lab.Fail(key.Name, FailureKinds.AccountLocked);

        var locked = await probe.AskAsync(Access(spec.Bmc.Address), "admin", "password", Cancellation);
        lab.Lab.Heal(key.Name, FailureKinds.AccountLocked);
        time.Advance(TimeSpan.FromMinutes(9));
        var remembered = await probe.AskAsync(Access(spec.Bmc.Address), "admin", "password", Cancellation);
        time.Advance(TimeSpan.FromMinutes(2));
        var later = await probe.AskAsync(Access(spec.Bmc.Address), "admin", "password", Cancellation);

        Assert.Equal((BmcClass.AccountLocked, BmcClass.Reachable), (locked.Class, later.Class));
        Assert.Same(locked, remembered);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_not_trusted_unless_that_is_wished()
    {
        using var authority = new CertificateAuthority();
        await using var lab = await LabRig.StartAsync(options => options.Certificate = authority.Certify("bmc.example"));
        var (_, spec) = lab.NewHost("redfish-virtualmedia+https");
        using var probe = new BmcProbe(TimeProvider.System);
        Assert.True(BmcAccess.TryParse(spec.Bmc with { DisableCertificateVerification = true }, out var lenient, out var problem), problem);

        var strict = await probe.AskAsync(Access(spec.Bmc.Address), "admin", "password", Cancellation);
        var wished = await probe.AskAsync(lenient, "admin", "password", Cancellation);

        Assert.Equal((BmcClass.TlsUntrusted, BmcClass.Reachable), (strict.Class, wished.Class));
    }

    [Fact]
    public async Task One_BMC_is_asked_by_one_at_a_time_and_others_meanwhile()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var lab = await LabRig.StartAsync();
        var (_, spec) = lab.NewHost();
        using var probe = new BmcProbe(TimeProvider.System, TimeSpan.FromSeconds(30));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var silent = Access($"redfish+http://127.0.0.1:{port}/redfish/v1/Systems/1");

        var first = probe.AskAsync(silent, "admin", "one", stop.Token);
        using var connection = await listener.AcceptTcpClientAsync(Cancellation);
        var second = probe.AskAsync(silent, "admin", "two", stop.Token);
        var other = await probe.AskAsync(Access(spec.Bmc.Address), "admin", "password", Cancellation);
        var knocked = listener.Pending();
        await stop.CancelAsync();

        Assert.Equal(BmcClass.Reachable, other.Class);
        Assert.False(knocked);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
    }

    [Fact]
    public async Task A_BMC_that_takes_the_connection_and_says_nothing_is_given_up()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var time = new ManualTime(DateTimeOffset.UtcNow);
        using var probe = new BmcProbe(time);

        var asking = probe.AskAsync(
            Access($"redfish+http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/redfish/v1/Systems/1"), "admin", "password", Cancellation);
        using var connection = await listener.AcceptTcpClientAsync(Cancellation);
        time.Advance(TimeSpan.FromSeconds(11));

        Assert.Equal(BmcClass.TimedOut, (await asking).Class);
    }

    [Fact]
    public async Task A_system_that_does_not_exist_is_named()
    {
        await using var lab = await LabRig.StartAsync();
        using var probe = new BmcProbe(TimeProvider.System);

        var found = await probe.AskAsync(
            Access($"redfish+http://{lab.Lab.Address.Authority}/redfish/v1/Systems/none"), "admin", "password", Cancellation);

        Assert.Equal(BmcClass.SystemMissing, found.Class);
        Assert.Contains("/redfish/v1/Systems/none", found.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_HTTP_where_TLS_is_expected_an_unknown_name_and_a_closed_port_are_told_apart()
    {
        await using var lab = await LabRig.StartAsync();
        using var probe = new BmcProbe(TimeProvider.System, TimeSpan.FromSeconds(5));

        var name = await probe.AskAsync(Access("redfish://no-such-bmc.invalid/redfish/v1/Systems/1"), "a", "b", Cancellation);
        var port = await probe.AskAsync(Access($"redfish://127.0.0.1:{RealServers.FreePort()}/redfish/v1/Systems/1"), "a", "b", Cancellation);
        var tls = await probe.AskAsync(Access($"redfish://{lab.Lab.Address.Authority}/redfish/v1/Systems/1"), "a", "b", Cancellation);

        Assert.Equal((BmcClass.NameNotResolved, BmcClass.Refused), (name.Class, port.Class));
        Assert.Equal(BmcClass.TlsUntrusted, tls.Class);
    }

    [Fact]
    public async Task What_answers_but_is_no_Redfish_service_is_said_to_be_none()
    {
        await using var lab = await LabRig.StartAsync();
        lab.Lab.Fail("*", FailureKinds.Redirect);
        using var listener = new HttpListener();
        var port = RealServers.FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var serving = Task.Run(
            async () =>
            {
                var context = await listener.GetContextAsync();
                context.Response.Close("<html>a printer</html>"u8.ToArray(), willBlock: false);
            },
            Cancellation);
        using var probe = new BmcProbe(TimeProvider.System);

        var found = await probe.AskAsync(Access($"redfish+http://127.0.0.1:{port}/redfish/v1/Systems/1"), "a", "b", Cancellation);

        await serving;
        Assert.Equal(BmcClass.NotRedfish, found.Class);
    }

    [Fact]
    public async Task An_IPMI_BMC_that_answers_a_ping_is_reachable_and_a_silent_one_is_silent()
    {
        using var bmc = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)bmc.Client.LocalEndPoint!).Port;
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var silentPort = ((IPEndPoint)silent.Client.LocalEndPoint!).Port;
        var answering = Task.Run(
            async () =>
            {
                var asked = await bmc.ReceiveAsync(Cancellation);
                var pong = asked.Buffer.ToArray();
                pong[8] = 0x40;
                await bmc.SendAsync(pong, asked.RemoteEndPoint, Cancellation);
            },
            Cancellation);
        using var probe = new BmcProbe(TimeProvider.System);

        var there = await probe.AskAsync(Access($"ipmi://127.0.0.1:{port}"), "admin", "password", Cancellation);
        var nobody = await probe.AskAsync(Access($"ipmi://127.0.0.1:{silentPort}"), "admin", "password", Cancellation);

        await answering;
        Assert.Equal(BmcClass.Reachable, there.Class);
        Assert.Equal(BmcClass.IpmiSilent, nobody.Class);
    }

    private static BmcAccess Access(string address)
    {
        Assert.True(BmcAccess.TryParse(new BmcDetails { Address = address }, out var access, out var problem), problem);
        return access;
    }
}

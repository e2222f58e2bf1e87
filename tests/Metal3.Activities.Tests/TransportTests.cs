using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Metal3.Activities.Ironic;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Lab.Ironic;
using Metal3.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Metal3.Activities.Tests;

/// <summary>TLS with Ironic, what is sent again and what is not.</summary>
public sealed class TransportTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ironic-tls-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_certificate_is_trusted_by_the_given_CA_alone_or_by_wish()
    {
        using var authority = new CertificateAuthority();
        await using var lab = await LabRig.StartAsync(options => options.Certificate = authority.Certify("ironic.example"));
        var ca = Path.Combine(_directory, "ca.crt");
        await File.WriteAllTextAsync(ca, authority.Pem, Cancellation);
        using var other = new CertificateAuthority();
        var wrong = Path.Combine(_directory, "other.crt");
        await File.WriteAllTextAsync(wrong, other.Pem, Cancellation);

        var strict = await Assert.ThrowsAsync<IronicException>(() => ServerAsync(lab.Lab.Endpoint));
        var mistaken = await Assert.ThrowsAsync<IronicException>(() => ServerAsync(lab.Lab.Endpoint, caFile: wrong));
        var trusted = await ServerAsync(lab.Lab.Endpoint, caFile: ca);
        var insecure = await ServerAsync(lab.Lab.Endpoint, insecure: true);

        Assert.All([strict, mistaken], thrown => Assert.Equal(
            (IronicFault.Unreachable, "Ironic's certificate is not trusted; see IRONIC_CACERT_FILE"), (thrown.Fault, thrown.Text)));
        Assert.Equal((new MicroVersion(1, 95), new MicroVersion(1, 95)), (trusted.Chosen, insecure.Chosen));
    }

    [Fact]
    public async Task A_client_certificate_is_shown_to_an_Ironic_that_asks_for_one()
    {
        using var authority = new CertificateAuthority();
        using var client = authority.Certify("metal3-worker");
        var (certificate, key) = (Path.Combine(_directory, "tls.crt"), Path.Combine(_directory, "tls.key"));
        await File.WriteAllTextAsync(certificate, client.ExportCertificatePem(), Cancellation);
        await File.WriteAllTextAsync(key, client.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(), Cancellation);
        var shown = "";
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(
            new HttpsConnectionAdapterOptions
            {
                ServerCertificate = authority.Certify("ironic.example"),
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                ClientCertificateValidation = (one, _, _) => (shown = one.Subject).Length > 0,
            })));
        await using var server = builder.Build();
        server.Run(context => context.Response.WriteAsync(context.Request.Path.Value!.Contains("drivers", StringComparison.Ordinal)
            ? """{"drivers":[{"name":"redfish"}]}"""
            : """{"version":{"version":"1.95"}}"""));
        await server.StartAsync(Cancellation);
        var address = new Uri(server.Urls.First() + "/v1/");

        var stranger = await Assert.ThrowsAsync<IronicException>(() => ServerAsync(address, insecure: true));
        var known = await ServerAsync(address, insecure: true, certificate: certificate, key: key);

        Assert.Equal(IronicFault.Unreachable, stranger.Fault);
        Assert.Equal((new MicroVersion(1, 95), "CN=metal3-worker"), (known.Chosen, shown));
    }

    [Fact]
    public async Task A_reading_that_fails_is_repeated_and_what_changes_something_is_sent_once()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        await life.RegisterAsync();
        lab.Lab.Fail("*", FailureKinds.HttpError, new JsonObject { ["path"] = life.NodeId });
        process.Wire.Clear();

        await Assert.ThrowsAsync<IronicException>(() => process.Ironic.FindNodeAsync(life.NodeId!, Cancellation));
        var readings = process.Wire.Own.Count;
        await Assert.ThrowsAsync<IronicException>(() => process.Ironic.PatchNodeAsync(life.NodeId!, [PatchOp.Add("/extra/x", 1)], Cancellation));
        await Assert.ThrowsAsync<IronicException>(() => process.Ironic.PowerAsync(life.NodeId!, "power on", null, Cancellation));
        await Assert.ThrowsAsync<IronicException>(() => process.Ironic.ReadBmcAsync(life.NodeId!, Cancellation));

        Assert.Equal((3, 6), (readings, process.Wire.Own.Count));
    }

    [Fact]
    public async Task A_locked_node_is_busy_and_to_be_looked_at_soon()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        await life.RegisterAsync();
        lab.Lab.Fail(key.Name, FailureKinds.Locked);

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => process.Provisioner.MakeAvailableAsync(life.Input(), Cancellation));

        Assert.Equal((FailureTypes.Busy, TimeSpan.FromSeconds(3)), (thrown.Type, thrown.RetryAfter!.Value));
        Assert.Contains("is locked by", thrown.Raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_Ironic_that_does_not_answer_is_given_up_after_its_time()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        using var client = new IronicClient(
            new IronicOptions { Endpoint = new Uri("http://ironic.example/v1/"), Attempts = 1 }, time, new Silent());
        await client.ServerAsync(Cancellation);

        var asking = client.FindNodeAsync("any", Cancellation);
        while (!asking.IsCompleted)
        {
            Cancellation.ThrowIfCancellationRequested();
            time.Advance(TimeSpan.FromSeconds(31));
            await Task.Yield();
        }

        Assert.Equal(IronicFault.TimedOut, (await Assert.ThrowsAsync<IronicException>(() => asking)).Fault);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task<IronicServer> ServerAsync(
        Uri endpoint, string? caFile = null, bool insecure = false, string? certificate = null, string? key = null)
    {
        var options = new IronicOptions
        {
            Endpoint = endpoint,
            CaFile = caFile,
            Insecure = insecure,
            ClientCertificateFile = certificate,
            ClientKeyFile = key,
            Attempts = 1,
        };
        using var client = new IronicClient(options, TimeProvider.System);
        return await client.ServerAsync(Cancellation);
    }

    /// <summary>Says which version it speaks, and nothing more.</summary>
    private sealed class Silent : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath.Contains("nodes", StringComparison.Ordinal))
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent("""{"version":{"version":"1.95"},"drivers":[{"name":"redfish"}]}"""),
            };
        }
    }
}

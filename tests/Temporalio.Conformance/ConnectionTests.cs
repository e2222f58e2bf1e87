using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Metal3.TestKit;
using Temporalio.Client;
using Temporalio.Common.EnvConfig;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Conformance;

public class ConnectionTests(TemporalServer server)
{
    [Fact]
    public async Task A_connection_is_healthy_and_connected()
    {
        var connection = await TemporalConnection.ConnectAsync(new(await server.AddressAsync()));

        Assert.True(connection.IsConnected);
        Assert.True(await connection.CheckHealthAsync());
    }

    [Fact]
    public async Task A_lazy_client_connects_with_its_first_call_and_only_once_for_many()
    {
        var client = TemporalClient.CreateLazy(new(await server.AddressAsync()));
        Assert.False(client.Connection.IsConnected);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.CountWorkflowsAsync("WorkflowType = 'None'")));

        Assert.True(client.Connection.IsConnected);
    }

    [Fact]
    public async Task A_lazy_connection_refuses_new_metadata_until_it_is_connected()
    {
        var connection = TemporalConnection.CreateLazy(new(await server.AddressAsync()));

        Assert.Throws<InvalidOperationException>(() => connection.RpcMetadata = []);
        Assert.Throws<InvalidOperationException>(() => connection.ApiKey = "key");
        await connection.ConnectAsync();
        connection.RpcMetadata = [new("a", "b")];
        Assert.Equal("b", connection.RpcMetadata.Single().Value);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("http://localhost:7233")]
    [InlineData("localhost")]
    public async Task A_target_that_is_no_host_and_port_is_refused(string? target)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => TemporalClient.ConnectAsync(new() { TargetHost = target }));
    }

    [Fact]
    public async Task An_unreachable_server_is_named_with_the_reason()
    {
        var target = $"127.0.0.1:{RealServers.FreePort()}";

        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => TemporalClient.ConnectAsync(new(target)));

        Assert.Contains("Connection failed", e.Message, StringComparison.Ordinal);
        Assert.Contains(target, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lazy_client_whose_server_comes_late_connects_then()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var target = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        listener.Stop();
        var client = TemporalClient.CreateLazy(new(target));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.CountWorkflowsAsync(""));

        using var forwarder = new Forwarder(target, await server.AddressAsync());

        Assert.True(await client.Connection.CheckHealthAsync());
    }

    [Fact]
    public async Task A_call_survives_a_connection_that_was_cut()
    {
        using var forwarder = new Forwarder("127.0.0.1:0", await server.AddressAsync());
        var client = await TemporalClient.ConnectAsync(new(forwarder.Address));
        await client.CountWorkflowsAsync("");

        forwarder.CutAll();

        await client.CountWorkflowsAsync("");
    }

    [Fact]
    public async Task Waiting_for_a_result_survives_connections_that_are_cut()
    {
        using var forwarder = new Forwarder("127.0.0.1:0", await server.AddressAsync());
        var client = await TemporalClient.ConnectAsync(new(forwarder.Address));
        var handle = await client.StartWorkflowAsync("Any", [], new(TemporalServer.NewName(), TemporalServer.NewName("nobody")));
        var waiting = handle.GetResultAsync();

        for (var i = 0; i < 3; i++)
        {
            forwarder.CutAll();
            await client.CountWorkflowsAsync("");
        }

        await handle.TerminateAsync("done");
        var e = await Assert.ThrowsAsync<WorkflowFailedException>(() => waiting);
        Assert.Equal("done", e.InnerException!.Message);
    }

    [Fact]
    public async Task A_namespace_that_does_not_exist_is_not_found()
    {
        var client = await server.ConnectAsync(options => options.Namespace = "nowhere");

        var e = await Assert.ThrowsAsync<RpcException>(() => client.StartWorkflowAsync("Any", [], new("id", "queue")));

        Assert.Equal(RpcException.StatusCode.NotFound, e.Code);
        Assert.Contains("nowhere", e.Message, StringComparison.Ordinal);
        Assert.NotNull(e.GrpcStatus.Value);
    }

    [Fact]
    public async Task TLS_to_a_server_without_it_fails_to_connect()
    {
        var address = await server.AddressAsync();

        var e = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TemporalClient.ConnectAsync(new(address) { Tls = new() }));

        Assert.Contains("Connection failed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_API_key_alone_turns_TLS_on()
    {
        var address = await server.AddressAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => TemporalClient.ConnectAsync(new(address) { ApiKey = "secret" }));
        Assert.NotNull(await TemporalClient.ConnectAsync(new(address) { ApiKey = "secret", Tls = new() { Disabled = true } }));
    }

    [Fact]
    public async Task A_server_is_trusted_by_its_authority_and_name()
    {
        using var authority = new Authority();
        using var tls = new Forwarder("127.0.0.1:0", await server.AddressAsync(), authority.Issue("temporal.example"));
        var root = authority.Pem;

        var client = await TemporalClient.ConnectAsync(new(tls.Address) { Tls = new() { ServerRootCACert = root, Domain = "temporal.example" } });

        Assert.True(await client.Connection.CheckHealthAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TemporalClient.ConnectAsync(new(tls.Address) { Tls = new() { ServerRootCACert = root, Domain = "other.example" } }));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TemporalClient.ConnectAsync(new(tls.Address) { Tls = new() { Domain = "temporal.example" } }));
    }

    [Fact]
    public async Task A_client_certificate_is_shown_to_the_server_that_wants_it()
    {
        using var authority = new Authority();
        var shown = new List<string>();
        using var tls = new Forwarder(
            "127.0.0.1:0",
            await server.AddressAsync(),
            authority.Issue("temporal.example"),
            certificate =>
            {
                lock (shown)
                {
                    shown.Add(certificate?.Subject ?? "none");
                }

                return certificate is not null;
            });
        using var own = authority.Issue("client.example");
        var options = new TlsOptions { ServerRootCACert = authority.Pem, Domain = "temporal.example" };
        await Assert.ThrowsAsync<InvalidOperationException>(() => TemporalClient.ConnectAsync(new(tls.Address) { Tls = options }));

        options.ClientCert = Encoding.ASCII.GetBytes(own.ExportCertificatePem());
        options.ClientPrivateKey = Encoding.ASCII.GetBytes(own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var client = await TemporalClient.ConnectAsync(new(tls.Address) { Tls = options });

        Assert.True(await client.Connection.CheckHealthAsync());
        Assert.Contains("CN=client.example", shown);
    }

    [Fact]
    public async Task A_certificate_without_its_key_or_that_is_none_is_refused_at_once()
    {
        await Assert.ThrowsAsync<ArgumentException>(() =>
            TemporalClient.ConnectAsync(new("localhost:1") { Tls = new() { ClientCert = [1] } }));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            TemporalClient.ConnectAsync(new("localhost:1") { Tls = new() { ServerRootCACert = "no PEM"u8.ToArray() } }));
    }

    [Fact]
    public async Task An_argument_that_can_not_be_serialised_fails_before_anything_is_sent()
    {
        var client = await server.ClientAsync();
        var loop = new List<object>();
        loop.Add(loop);

        await Assert.ThrowsAsync<System.Text.Json.JsonException>(() =>
            client.StartWorkflowAsync("Any", [loop], new(TemporalServer.NewName(), "queue")));
    }

    [Fact]
    public async Task A_payload_above_the_servers_limit_is_refused_and_not_retried()
    {
        var client = await server.ClientAsync();
        var options = new WorkflowOptions(TemporalServer.NewName(), "queue");

        var blob = await Assert.ThrowsAsync<RpcException>(() => client.StartWorkflowAsync("Any", [RandomNumberGenerator.GetBytes(3_000_000)], options));
        var message = await Assert.ThrowsAsync<RpcException>(() => client.StartWorkflowAsync("Any", [RandomNumberGenerator.GetBytes(6_000_000)], options));

        Assert.Equal(RpcException.StatusCode.InvalidArgument, blob.Code);
        Assert.Equal(RpcException.StatusCode.ResourceExhausted, message.Code);
    }

    [Fact]
    public async Task Large_payloads_are_compressed_and_come_back_whole()
    {
        var plain = await server.ConnectAsync(options => options.GrpcCompression = new GrpcCompression.None());
        var client = await server.ClientAsync();
        await using var worker = new ScriptedWorker(client, turn => turn.Complete(turn.Value<string>(turn.Started.Input)));
        var text = string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i},"));

        Assert.Equal(text, await client.ExecuteWorkflowAsync<string>("Any", [text], worker.Options()));
        Assert.Equal(text, await plain.ExecuteWorkflowAsync<string>("Any", [text], worker.Options()));
    }

    [Fact]
    public async Task A_call_whose_token_is_cancelled_is_cancelled_and_nothing_is_started()
    {
        var client = await server.ClientAsync();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var options = new WorkflowOptions(TemporalServer.NewName(), "queue") { Rpc = new() { CancellationToken = stop.Token } };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.StartWorkflowAsync("Any", [], options));

        var e = await Assert.ThrowsAsync<RpcException>(() => client.GetWorkflowHandle(options.Id!).DescribeAsync());
        Assert.Equal(RpcException.StatusCode.NotFound, e.Code);
    }

    [Fact]
    public async Task A_raw_call_says_what_the_server_says()
    {
        var client = await server.ClientAsync();

        var e = await Assert.ThrowsAsync<RpcException>(() => client.WorkflowService.DescribeNamespaceAsync(new() { Namespace = "nowhere" }));

        Assert.Equal(RpcException.StatusCode.NotFound, e.Code);
        Assert.Equal("default", (await client.WorkflowService.DescribeNamespaceAsync(new() { Namespace = "default" })).NamespaceInfo.Name);
    }

    [Fact]
    public async Task A_failing_codec_fails_the_call_that_needs_it()
    {
        var client = await server.ConnectAsync(options =>
            options.DataConverter = DataConverter.Default with { PayloadCodec = new BrokenCodec() });

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            client.StartWorkflowAsync("Any", ["argument"], new(TemporalServer.NewName(), "queue")));
    }

    [Fact]
    public void Options_out_of_scope_say_so_by_name()
    {
        Assert.Contains("RequestEagerStart", Assert.Throws<NotSupportedException>(() => new WorkflowOptions { RequestEagerStart = true }).Message, StringComparison.Ordinal);
        Assert.Contains("HttpConnectProxy", Assert.Throws<NotSupportedException>(() => new TemporalConnectionOptions { HttpConnectProxy = new() }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_variables_win_over_the_file()
    {
        const string Toml = """
            [profile.default]
            address = "file:1" # a comment
            namespace = 'from-file'
            [profile.default.tls]
            server_name = "name"
            client_cert_data = "C"
            client_key_data = "K"
            [profile.default.grpc_meta]
            x-team = "metal"
            x-gone = "soon"
            """;

        var options = ClientEnvConfig.LoadClientConnectOptions(new()
        {
            ConfigSource = DataSource.FromUTF8String(Toml),
            OverrideEnvVars = new Dictionary<string, string>
            {
                ["TEMPORAL_ADDRESS"] = "env:2",
                ["TEMPORAL_API_KEY"] = "secret",
                ["TEMPORAL_GRPC_META_X_GONE"] = "",
                ["TEMPORAL_GRPC_META_X_NEW"] = "here",
            },
        });

        Assert.Equal(("env:2", "from-file", "secret", "name"), (options.TargetHost, options.Namespace, options.ApiKey, options.Tls!.Domain));
        Assert.Equal("C"u8.ToArray(), options.Tls.ClientCert);
        Assert.Equal(["x-new=here", "x-team=metal"], options.RpcMetadata!.Select(pair => $"{pair.Key}={pair.Value}").Order());
    }

    [Fact]
    public void A_missing_named_profile_or_file_or_a_strange_key_is_an_error()
    {
        var none = new Dictionary<string, string>();
        var source = DataSource.FromUTF8String("[profile.default]\naddres = \"typo\"");

        Assert.Throws<InvalidOperationException>(() => ClientEnvConfig.Profile.Load(new() { Profile = "other", ConfigSource = source, OverrideEnvVars = none }));
        Assert.Throws<InvalidOperationException>(() => ClientEnvConfig.Profile.Load(new() { ConfigSource = DataSource.FromPath("/nowhere.toml"), OverrideEnvVars = none }));
        Assert.Contains("addres", Assert.Throws<InvalidOperationException>(() => ClientEnvConfig.Profile.Load(
            new() { ConfigSource = source, ConfigFileStrict = true, OverrideEnvVars = none })).Message, StringComparison.Ordinal);
        Assert.Null(ClientEnvConfig.Profile.Load(new() { ConfigSource = source, OverrideEnvVars = none }).Address);
    }

    private sealed class BrokenCodec : IPayloadCodec
    {
        public Task<IReadOnlyCollection<Api.Common.V1.Payload>> EncodeAsync(IReadOnlyCollection<Api.Common.V1.Payload> payloads) =>
            throw new InvalidOperationException("no key");

        public Task<IReadOnlyCollection<Api.Common.V1.Payload>> DecodeAsync(IReadOnlyCollection<Api.Common.V1.Payload> payloads) =>
            throw new InvalidOperationException("no key");
    }

    private sealed class Authority : IDisposable
    {
        private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        private readonly X509Certificate2 certificate;

        public Authority()
        {
            var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        }

        public byte[] Pem => Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());

        public X509Certificate2 Issue(string name)
        {
            using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", own, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            using var issued = request.Create(
                certificate, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
            return issued.CopyWithPrivateKey(own);
        }

        public void Dispose()
        {
            certificate.Dispose();
            key.Dispose();
        }
    }
}

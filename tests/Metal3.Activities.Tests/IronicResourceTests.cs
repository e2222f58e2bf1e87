using System.Net.Sockets;
using Metal3.Activities.Ironic;
using Metal3.Activities.Kubernetes;
using Metal3.Activities.Tests.Rig;
using Metal3.Lab.Ironic;
using Metal3.TestKit;

namespace Metal3.Activities.Tests;

/// <summary>Settings from an Ironic object: <c>IRONIC_NAME</c>.</summary>
public sealed class IronicResourceTests
{
    private const string Group = "ironic.metal3.io";
    private static readonly IronicResource Resource = new("default", "ironic");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void The_name_alone_says_where_Ironic_is()
    {
        var options = IronicOptions.FromEnvironment(name => name switch
        {
            "IRONIC_NAME" => "ironic",
            "IRONIC_NAMESPACE" => "baremetal",
            "IRONIC_ENDPOINT" => "http://not.asked/",
            _ => null,
        });

        Assert.Equal(new Uri("http://ironic.baremetal.svc/v1/"), options.Endpoint);
        Assert.Equal(new IronicResource("baremetal", "ironic"), options.Resource);
        Assert.Null(options.CredentialsDirectory);
    }

    [Theory]
    [InlineData("ironic", null, "IRONIC_NAMESPACE is not set")]
    [InlineData(null, "baremetal", "IRONIC_NAMESPACE is set without IRONIC_NAME")]
    [InlineData("Ironic/x", "baremetal", "must be names of Kubernetes objects")]
    [InlineData("ironic", "a.b", "must be names of Kubernetes objects")]
    public void Half_a_name_stops_the_start(string? name, string? space, string complaint)
    {
        var thrown = Assert.Throws<ArgumentException>(() => IronicOptions.FromEnvironment(
            asked => asked switch { "IRONIC_NAME" => name, "IRONIC_NAMESPACE" => space, _ => null }));

        Assert.Contains(complaint, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_and_TLS_are_taken_from_what_the_object_names_and_followed_when_they_change()
    {
        using var authority = new CertificateAuthority();
        await using var plain = await LabRig.StartAsync(options => (options.UserName, options.Password) = ("ironic", "Seed-first-1"));
        await using var safe = await LabRig.StartAsync(options =>
        {
            (options.UserName, options.Password) = ("ironic", "Seed-second-2");
            options.Certificate = authority.Certify("ironic.default.svc");
        });
        await using var cluster = await KubernetesRig.StartAsync();
        await cluster.SecretAsync("api", ("username", "ironic"), ("password", "Seed-first-1\n"));
        await IronicAsync(cluster, """{"apiCredentialsName":"api"}""");
        var time = new ManualTime(DateTimeOffset.UtcNow);
        var network = new Network { Target = plain.Lab };
        using var client = Client(cluster, time, network);

        var first = await client.ServerAsync(Cancellation);
        var none = await client.FindNodeAsync("none", Cancellation);

        // The operator turns TLS on and draws another password; the address is the same Service.
        await cluster.SecretAsync("api", ("username", "ironic"), ("password", "Seed-second-2"));
        await cluster.SecretAsync("tls", ("tls.crt", authority.Pem), ("tls.key", "not ours to read"));
        await cluster.PatchAsync(Group, "ironics", "ironic", """{"spec":{"tls":{"certificateName":"tls"}}}""");
        network.Target = safe.Lab;
        var connected = network.Connected;
        time.Advance(TimeSpan.FromSeconds(6));
        var changing = await Assert.ThrowsAsync<IronicException>(() => client.DeleteNodeAsync("none", Cancellation));
        await cluster.PatchStatusAsync(
            Group, "ironics", "ironic", """{"status":{"conditions":[{"type":"Ready","status":"True","observedGeneration":2}]}}""");
        var after = await client.FindNodeAsync("none", Cancellation);

        Assert.Equal(new MicroVersion(1, 96), first.Highest);
        Assert.Null(none);
        Assert.Equal(IronicFault.NotReady, changing.Fault);
        Assert.DoesNotContain("Seed-", changing.ToString(), StringComparison.Ordinal);
        Assert.Null(after);
        Assert.True(network.Connected > connected);
    }

    [Fact]
    public async Task A_password_that_was_changed_is_read_again_when_it_is_due_and_at_once_after_a_refusal()
    {
        await using var ironic = await LabRig.StartAsync(options => (options.UserName, options.Password) = ("ironic", "Seed-new-2"));
        await using var cluster = await KubernetesRig.StartAsync();
        await cluster.SecretAsync("api", ("username", "ironic"), ("password", "Seed-old-1"));
        await IronicAsync(cluster, """{"apiCredentialsName":"api"}""");
        using var client = Client(cluster, new ManualTime(DateTimeOffset.UtcNow), new Network { Target = ironic.Lab }, attempts: 1);

        var refused = await Assert.ThrowsAsync<IronicException>(() => client.FindNodeAsync("none", Cancellation));
        await cluster.SecretAsync("api", ("username", "ironic"), ("password", "Seed-new-2"));
        var found = await client.FindNodeAsync("none", Cancellation);

        Assert.Equal(IronicFault.Unauthorized, refused.Fault);
        Assert.DoesNotContain("Seed-", refused.ToString(), StringComparison.Ordinal);
        Assert.Null(found);
    }

    [Theory]
    [InlineData(null, """{"apiCredentialsName":"api"}""", "reconciliation hasn't started yet")]
    [InlineData("""{"type":"Ready","status":"True","observedGeneration":7}""", """{"apiCredentialsName":"api"}""", "reconciliation hasn't started yet")]
    [InlineData("""{"type":"Ready","status":"False","observedGeneration":1,"reason":"R","message":"the database is away"}""", """{"apiCredentialsName":"api"}""", "the database is away")]
    [InlineData("""{"type":"Ready","status":"Unknown","observedGeneration":1}""", """{"apiCredentialsName":"api"}""", "its condition Ready is not True")]
    [InlineData("""{"type":"Ready","status":"True","observedGeneration":1}""", "{}", "spec.apiCredentialsName is empty")]
    [InlineData("""{"type":"Ready","status":"True","observedGeneration":1}""", """{"apiCredentialsName":"other"}""", "its Secret other does not exist")]
    [InlineData("""{"type":"Ready","status":"True","observedGeneration":1}""", """{"apiCredentialsName":"half"}""", "its Secret half has no password")]
    [InlineData("""{"type":"Ready","status":"True","observedGeneration":1}""", """{"apiCredentialsName":"api","tls":{"certificateName":"api"}}""", "its Secret api has no tls.crt")]
    public async Task An_object_that_cannot_be_used_yet_says_why(string? condition, string spec, string why)
    {
        await using var cluster = await KubernetesRig.StartAsync();
        await cluster.SecretAsync("api", ("username", "ironic"), ("password", "Seed-1"));
        await cluster.SecretAsync("half", ("username", "ironic"));
        await IronicAsync(cluster, spec, condition);
        using var client = Client(cluster, TimeProvider.System, new Network());

        var thrown = await Assert.ThrowsAsync<IronicException>(() => client.FindNodeAsync("none", Cancellation));

        Assert.Equal(IronicFault.NotReady, thrown.Fault);
        Assert.Contains($"ironic resource default/ironic is not ready: {why}", thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Seed-1", thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_object_that_is_not_there_is_named_with_the_variables_to_correct()
    {
        await using var cluster = await KubernetesRig.StartAsync();
        using var client = Client(cluster, TimeProvider.System, new Network());

        var thrown = await Assert.ThrowsAsync<IronicException>(() => client.FindNodeAsync("none", Cancellation));

        Assert.Contains("it does not exist; correct IRONIC_NAME and IRONIC_NAMESPACE", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_Kubernetes_is_away_what_was_known_goes_on_serving()
    {
        await using var ironic = await LabRig.StartAsync(options => (options.UserName, options.Password) = ("ironic", "Seed-1"));
        var time = new ManualTime(DateTimeOffset.UtcNow);
        var away = false;
        var reads = 0;
        var options = Options();
        using var transport = new IronicResourceTransport(
            options,
            _ =>
            {
                reads++;
                return away
                    ? throw new HttpRequestException("no API server")
                    : Task.FromResult(new IronicConnection(tls: false, "ironic", "Seed-1", null));
            },
            time,
            _ => new Network { Target = ironic.Lab }.Handler(options, null));
        using var client = new IronicClient(options, time, transport);

        await client.FindNodeAsync("none", Cancellation);
        var once = reads;
        away = true;
        time.Advance(TimeSpan.FromSeconds(6));
        var found = await client.FindNodeAsync("none", Cancellation);

        Assert.Equal(1, once);
        Assert.True(reads > once);
        Assert.Null(found);
    }

    private static IronicOptions Options(int attempts = 3) => new()
    {
        Endpoint = new Uri("http://ironic.default.svc/v1/"),
        Resource = Resource,
        Attempts = attempts,
        RetryPause = TimeSpan.Zero,
    };

    private static IronicClient Client(KubernetesRig cluster, TimeProvider time, Network network, int attempts = 3)
    {
        var options = Options(attempts);
        var reader = new IronicResourceReader(cluster.Client, new KubernetesReader(cluster.Client), Resource);
        return new IronicClient(
            options,
            time,
            new IronicResourceTransport(options, reader.ReadAsync, time, connection => network.Handler(options, connection.Authorities)));
    }

    private static async Task IronicAsync(
        KubernetesRig cluster, string spec, string? condition = """{"type":"Ready","status":"True","observedGeneration":1}""")
    {
        await cluster.CreateAsync(Group, "ironics", $$"""
            {"apiVersion":"ironic.metal3.io/v1alpha1","kind":"Ironic","metadata":{"name":"ironic"},"spec":{{spec}}}
            """);
        if (condition is not null)
        {
            await cluster.PatchStatusAsync(Group, "ironics", "ironic", $$$"""{"status":{"conditions":[{{{condition}}}]}}""");
        }
    }

    /// <summary>The cluster's network: whatever the Service's name is, connections end at the target.</summary>
    private sealed class Network
    {
        public LabIronic? Target { get; set; }

        public int Connected { get; private set; }

        public HttpMessageHandler Handler(IronicOptions options, string? authorities)
        {
            var handler = IronicTransport.Handler(options, authorities);
            handler.ConnectCallback = async (_, cancellation) =>
            {
                Connected++;
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(Target!.Address.Host, Target.Address.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            };
            return handler;
        }
    }
}

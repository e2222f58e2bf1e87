using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Authentication;
using k8s.Exceptions;
using k8s.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Metal3.Kubernetes.Conformance;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("metal3-kubeconfig-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("clusters: [", "no readable kubeconfig: look at line")]
    [InlineData("current-context: a\nclusters: {not: a list}", "line 2")]
    [InlineData("", "is empty")]
    [InlineData("apiVersion: v1", "current-context")]
    [InlineData("current-context: b\ncontexts: [{name: a, context: {cluster: a}}]", "no context 'b'; it has: a")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]", "cluster 'c'")]
    [InlineData("current-context: a\ncontexts: [{name: a}]", "no 'context'")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: a}}]\nclusters: [{name: a}]", "no 'server'")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: a}}]\nclusters: [{name: a, cluster: {server: 'ftp://x'}}]", "no http or https URL")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: a}}]\nclusters: [{name: a, cluster: {server: 'https://x', certificate-authority-data: '!!'}}]", "certificate-authority-data of cluster 'a' is not base64")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: a}}]\nclusters: [{name: a, cluster: {server: 'https://x', certificate-authority-data: aGVsbG8=}}]", "no PEM certificate")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: a}}]\nclusters: [{name: a, cluster: {server: 'https://x', certificate-authority: missing.crt}}]", "certificate-authority of cluster 'a' cannot be read")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: a, user: u}}]\nclusters: [{name: a, cluster: {server: 'http://x'}}]", "user 'u'")]
    public void A_kubeconfig_that_cannot_work_is_refused_with_what_is_wrong(string yaml, string reason)
    {
        var refusal = Assert.Throws<KubeConfigException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(Write("config", yaml)));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_in_a_broken_kubeconfig_is_not_repeated()
    {
        var refusal = Assert.Throws<KubeConfigException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(
            Write("config", "users:\n- user: {token: very-secret\n  name: [}")));

        Assert.DoesNotContain("very-secret", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_kubeconfig_is_named()
    {
        var refusal = Assert.Throws<KubeConfigException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(Path.Combine(_directory, "none")));

        Assert.Contains(Path.Combine(_directory, "none"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_context_brings_its_cluster_its_user_and_its_namespace()
    {
        var path = Write("config", """
            current-context: one
            contexts:
            - {name: one, context: {cluster: c, user: token, namespace: metal}}
            - {name: two, context: {cluster: d, user: password}}
            clusters:
            - {name: c, cluster: {server: "https://c:6443", insecure-skip-tls-verify: true, tls-server-name: kubernetes, proxy-url: "http://proxy:3128"}}
            - {name: d, cluster: {server: "http://d:8080"}}
            users:
            - {name: token, user: {token: abc}}
            - {name: password, user: {username: joe, password: xyz}}
            """);

        var one = KubernetesClientConfiguration.BuildConfigFromConfigFile(path);
        var two = KubernetesClientConfiguration.BuildConfigFromConfigFile(path, "two");

        Assert.Equal(("one", "https://c:6443", "metal", "abc"), (one.CurrentContext, one.Host, one.Namespace, one.AccessToken));
        Assert.Equal((true, "kubernetes"), (one.SkipTlsVerify, one.TlsServerName));
        Assert.Equal(("http://d:8080", "joe", "xyz"), (two.Host, two.Username, two.Password));
    }

    [Fact]
    public async Task A_token_file_is_read_again_when_it_was_renewed()
    {
        var time = new HandTurnedClock();
        var file = Write("token", "first\n");
        var tokens = new TokenFileAuth(file, time);

        var first = await tokens.GetAuthenticationHeaderAsync(Cancellation);
        await File.WriteAllTextAsync(file, "second", Cancellation);
        var early = await tokens.GetAuthenticationHeaderAsync(Cancellation);
        time.Advance(TimeSpan.FromMinutes(1));
        var late = await tokens.GetAuthenticationHeaderAsync(Cancellation);
        File.Delete(file);
        time.Advance(TimeSpan.FromMinutes(1));
        var missing = await tokens.GetAuthenticationHeaderAsync(Cancellation);

        Assert.Equal(
            ["first", "first", "second", "second"], new[] { first, early, late, missing }.Select(one => one.Parameter!));
    }

    [Fact]
    public async Task An_exec_plugin_gives_the_token()
    {
        var plugin = Script("""echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$PREFIX-$1'"}}'""");

        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(WithPlugin(plugin));

        Assert.Equal("from-plugin", (await configuration.TokenProvider.GetAuthenticationHeaderAsync(Cancellation)).Parameter);
    }

    [Fact]
    public async Task An_exec_plugin_is_asked_again_when_its_token_is_over_and_not_before()
    {
        var count = Path.Combine(_directory, "count");
        var plugin = Script($$$"""
            echo x >> {{{count}}}
            n=$(wc -l < {{{count}}})
            year=2999; [ $n -eq 1 ] && year=2001
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-'$n'","expirationTimestamp":"'$year'-01-01T00:00:00Z"}}'
            """);

        var tokens = KubernetesClientConfiguration.BuildConfigFromConfigFile(WithPlugin(plugin)).TokenProvider;

        Assert.Equal("token-2", (await tokens.GetAuthenticationHeaderAsync(Cancellation)).Parameter);
        Assert.Equal("token-2", (await tokens.GetAuthenticationHeaderAsync(Cancellation)).Parameter);
    }

    [Fact]
    public async Task An_exec_plugin_may_give_a_client_certificate()
    {
        using var authority = Authority("ca");
        using var leaf = Leaf(authority, "localhost", DateTimeOffset.UtcNow.AddDays(1));
        using var admin = Leaf(authority, "from-plugin", DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await StartAsync(leaf, demandClient: true);
        var answer = Write("answer.json", JsonSerializer.Serialize(new
        {
            apiVersion = "client.authentication.k8s.io/v1",
            kind = "ExecCredential",
            status = new { clientCertificateData = admin.ExportCertificatePem(), clientKeyData = admin.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem() },
        }));
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(WithPlugin(Script($"cat {answer}")));
        configuration.Host = server.Urls.First();
        configuration.SslCaCerts = [X509Certificate2.CreateFromPem(authority.ExportCertificatePem())];
        using var client = new k8s.Kubernetes(configuration);

        var ns = await client.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation);

        Assert.Equal("CN=from-plugin", ns.Metadata.Annotations["client"]);
    }

    [Fact]
    public async Task With_the_insecure_flag_a_strange_certificate_is_taken_and_without_it_none()
    {
        using var authority = Authority("ca");
        using var leaf = Leaf(authority, "somewhere.else", DateTimeOffset.UtcNow.AddDays(-1));
        await using var server = await StartAsync(leaf);
        string Config(string flag) => Write("config", $$"""
            current-context: one
            contexts: [{name: one, context: {cluster: c} }]
            clusters: [{name: c, cluster: {server: "{{server.Urls.First()}}"{{flag}} } }]
            """);
        using var lax = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(Config(", insecure-skip-tls-verify: true")));
        using var strict = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(Config("")));

        Assert.Equal("metal", (await lax.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation)).Metadata.Name);
        await Assert.ThrowsAsync<HttpRequestException>(() => strict.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData("exit 3", "exit code 3")]
    [InlineData("echo very-secret", "did not print an ExecCredential")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"t"}}'""", "v1beta1")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","status":{}}'""", "neither a token")]
    public void An_exec_plugin_that_fails_is_named_and_its_output_is_not_repeated(string script, string reason)
    {
        var plugin = Script(script);

        var refusal = Assert.Throws<KubeConfigException>(() => KubernetesClientConfiguration.BuildConfigFromConfigFile(WithPlugin(plugin)));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(plugin, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_expired_client_certificate_is_refused_with_its_date()
    {
        using var authority = Authority("ca");
        using var expired = Leaf(authority, "admin", DateTimeOffset.UtcNow.AddDays(-1));
        var configuration = new KubernetesClientConfiguration
        {
            Host = "https://localhost",
            ClientCertificateData = Base64(expired.ExportCertificatePem()),
            ClientCertificateKeyData = Base64(expired.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        };

        var refusal = Assert.Throws<KubeConfigException>(() => new k8s.Kubernetes(configuration));

        Assert.Contains("client certificate expired on " + expired.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", null), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_is_trusted_by_its_authority_and_talks_http_2()
    {
        using var authority = Authority("ca");
        using var leaf = Leaf(authority, "localhost", DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await StartAsync(leaf);
        using var client = new k8s.Kubernetes(Trusting(server, authority));

        var ns = await client.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation);

        Assert.Equal("HTTP/2", ns.Metadata.Annotations["protocol"]);
    }

    [Fact]
    public async Task A_server_that_knows_no_HTTP_2_is_spoken_to_in_the_older_words()
    {
        using var authority = Authority("ca");
        using var leaf = Leaf(authority, "localhost", DateTimeOffset.UtcNow.AddDays(1));
        await using var old = await StartAsync(leaf, protocols: HttpProtocols.Http1);
        await using var newer = await StartAsync(leaf);
        using var fallen = new k8s.Kubernetes(Trusting(old, authority));
        var wish = Trusting(newer, authority);
        wish.DisableHttp2 = true;
        using var asked = new k8s.Kubernetes(wish);

        Assert.Equal("HTTP/1.1", (await fallen.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation)).Metadata.Annotations["protocol"]);
        Assert.Equal("HTTP/1.1", (await asked.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation)).Metadata.Annotations["protocol"]);
    }

    [Fact]
    public async Task The_server_is_told_who_asks()
    {
        await using var server = await StartAsync(certificate: null);
        using var client = new k8s.Kubernetes(new KubernetesClientConfiguration { Host = server.Urls.First(), UserAgent = "metal3-crd-bridge" });

        Assert.Equal("metal3-crd-bridge", (await client.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation)).Metadata.Annotations["agent"]);
    }

    [Fact]
    public async Task In_a_cluster_the_mounted_account_is_used_and_its_renewed_token_too()
    {
        using var authority = Authority("ca");
        using var leaf = Leaf(authority, "localhost", DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await StartAsync(leaf);
        Write("token", "first\n");
        Write("ca.crt", authority.ExportCertificatePem());
        Write("namespace", "metal3\n");
        var address = new Uri(server.Urls.First());
        var mounted = KubernetesClientConfiguration.ServiceAccountDirectory;
        KubernetesClientConfiguration configuration, renewed;
        try
        {
            KubernetesClientConfiguration.ServiceAccountDirectory = _directory;
            Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", address.Host);
            Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", address.Port.ToString(null, null));
            configuration = KubernetesClientConfiguration.InClusterConfig();
            renewed = KubernetesClientConfiguration.InClusterConfig();
        }
        finally
        {
            KubernetesClientConfiguration.ServiceAccountDirectory = mounted;
            Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", null);
            Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", null);
        }

        Assert.Equal("metal3", configuration.Namespace);
        Assert.IsType<TokenFileAuth>(configuration.TokenProvider);
        Assert.Equal("Bearer first", await SaidAsync(configuration));
        Write("token", "second");
        Assert.Equal("Bearer second", await SaidAsync(renewed)); // the first one may keep its token for a minute

        static async Task<string> SaidAsync(KubernetesClientConfiguration configuration)
        {
            using var client = new k8s.Kubernetes(configuration);
            return (await client.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation)).Metadata.Annotations["authorization"];
        }
    }

    [Fact]
    public void Outside_of_a_cluster_its_configuration_says_what_is_missing()
    {
        var refusal = Assert.Throws<KubeConfigException>(KubernetesClientConfiguration.InClusterConfig);

        Assert.Contains("KUBERNETES_SERVICE_HOST", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_kubeconfigs_are_merged_the_first_word_wins_and_paths_start_at_their_own_file()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "b"));
        Write("b/secret.token", "from-b");
        var first = Write("a.yaml", """
            current-context: one
            contexts: [{name: one, context: {cluster: c, user: u, namespace: first} }]
            clusters: [{name: c, cluster: {server: "http://first:1"} }]
            """);
        var second = Write("b/config", """
            current-context: two
            contexts: [{name: one, context: {cluster: d, user: u, namespace: second} }, {name: two, context: {cluster: d, user: u} }]
            clusters: [{name: c, cluster: {server: "http://second:1"} }, {name: d, cluster: {server: "http://d:1"} }]
            users: [{name: u, user: {tokenFile: secret.token} }]
            """);
        KubernetesClientConfiguration merged;
        var before = Environment.GetEnvironmentVariable("KUBECONFIG");
        try
        {
            Environment.SetEnvironmentVariable("KUBECONFIG", string.Join(Path.PathSeparator, first, Path.Combine(_directory, "missing"), second));
            merged = KubernetesClientConfiguration.BuildConfigFromConfigFile();
        }
        finally
        {
            Environment.SetEnvironmentVariable("KUBECONFIG", before);
        }

        Assert.Equal(("one", "first", "http://first:1"), (merged.CurrentContext, merged.Namespace, merged.Host));
        Assert.IsType<TokenFileAuth>(merged.TokenProvider);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused_and_the_message_says_what_to_correct()
    {
        using var authority = Authority("ca");
        using var other = Authority("other");
        using var leaf = Leaf(authority, "localhost", DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await StartAsync(leaf);
        using var client = new k8s.Kubernetes(Trusting(server, other));

        var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => client.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation));

        Assert.Contains("certificate-authority", Innermost(refusal).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_certificate_of_the_server_is_refused_with_its_date()
    {
        using var authority = Authority("ca");
        using var leaf = Leaf(authority, "localhost", DateTimeOffset.UtcNow.AddDays(-1));
        await using var server = await StartAsync(leaf);
        using var client = new k8s.Kubernetes(Trusting(server, authority));

        var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => client.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation));

        Assert.Contains("expired on " + leaf.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", null), Innermost(refusal).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_certificate_from_files_beside_the_kubeconfig_is_shown_to_the_server()
    {
        using var authority = Authority("ca");
        using var leaf = Leaf(authority, "localhost", DateTimeOffset.UtcNow.AddDays(1));
        using var admin = Leaf(authority, "admin", DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await StartAsync(leaf, demandClient: true);
        Write("ca.crt", authority.ExportCertificatePem());
        Write("admin.crt", admin.ExportCertificatePem());
        Write("admin.key", admin.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var path = Write("config", $$"""
            current-context: one
            contexts: [{name: one, context: {cluster: c, user: u} }]
            clusters: [{name: c, cluster: {server: "{{server.Urls.First()}}", certificate-authority: ca.crt} }]
            users: [{name: u, user: {client-certificate: admin.crt, client-key: admin.key} }]
            """);
        using var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(path));

        var ns = await client.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation);

        Assert.Equal("CN=admin", ns.Metadata.Annotations["client"]);
    }

    [Fact]
    public async Task A_proxy_named_in_the_kubeconfig_is_used()
    {
        await using var proxy = await StartAsync(certificate: null);
        var path = Write("config", $$"""
            current-context: one
            contexts: [{name: one, context: {cluster: c} }]
            clusters: [{name: c, cluster: {server: "http://cluster.invalid", proxy-url: "{{proxy.Urls.First()}}"} }]
            """);
        using var client = new k8s.Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(path));

        var ns = await client.CoreV1.ReadNamespaceAsync("metal", cancellationToken: Cancellation);

        Assert.Equal("cluster.invalid", ns.Metadata.Annotations["host"]);
    }

    [Fact]
    public async Task A_watch_line_cut_short_is_an_error_and_never_half_an_object()
    {
        const string Whole = """{"type":"ADDED","object":{"kind":"Widget","metadata":{"name":"one"}}}""";
        var lines = Whole + "\n" + Whole[..40];
        var failures = new List<Exception>();
        var closed = new TaskCompletionSource();
        var seen = new List<string>();

        using var watcher = new Watcher<Widget>(
            () => Task.FromResult(new StreamReader(new MemoryStream(Encoding.UTF8.GetBytes(lines)))),
            (type, widget) => seen.Add($"{type} {widget.Metadata.Name}"),
            failures.Add,
            closed.SetResult);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Equal(["Added one"], seen);
        Assert.IsAssignableFrom<System.Text.Json.JsonException>(Assert.Single(failures));
    }

    [Fact]
    public async Task A_status_in_a_watch_is_an_error_with_its_code()
    {
        const string Line = """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old","reason":"Expired","code":410}}""";
        var failures = new List<Exception>();
        var closed = new TaskCompletionSource();

        using var watcher = new Watcher<Widget>(
            () => Task.FromResult(new StreamReader(new MemoryStream(Encoding.UTF8.GetBytes(Line + "\n")))), (_, _) => { }, failures.Add, closed.SetResult);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);

        Assert.Equal(410, Assert.IsType<KubernetesException>(Assert.Single(failures)).Status.Code);
    }

    [Theory]
    [InlineData("2024-05-17T09:30:00Z", "2024-05-17T09:30:00Z")]
    [InlineData("2024-05-17T09:30:00.1Z", "2024-05-17T09:30:00.100000Z")]
    [InlineData("2024-05-17T09:30:00.123456789Z", "2024-05-17T09:30:00.123456Z")]
    [InlineData("2024-05-17T11:30:00+02:00", "2024-05-17T09:30:00Z")]
    public void Times_are_read_in_every_form_of_the_API_and_written_in_one(string read, string written)
    {
        var meta = KubernetesJson.Deserialize<V1ObjectMeta>($$"""{"creationTimestamp":"{{read}}"}""");

        Assert.Equal($$"""{"creationTimestamp":"{{written}}"}""", KubernetesJson.Serialize(meta));
    }

    [Fact]
    public void Yaml_survives_the_way_there_and_back_with_words_that_look_like_other_things()
    {
        var map = new V1ConfigMap
        {
            Metadata = new V1ObjectMeta { Name = "words" },
            Data = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["a"] = "yes",
                ["b"] = "012",
                ["c"] = "1e3",
                ["d"] = "",
                ["e"] = "null",
                ["f"] = "two\nlines\n",
                ["g"] = "00:1a:2b",
                ["h"] = "# no comment",
                ["i"] = " x",
            },
        }.Initialize();

        var read = Assert.IsType<V1ConfigMap>(Assert.Single(KubernetesYaml.LoadAllFromString(KubernetesYaml.Serialize(map))));

        Assert.Equal(map.Data, read.Data);
        Assert.Equal("words", read.Metadata.Name);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static Exception Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static KubernetesClientConfiguration Trusting(WebApplication server, X509Certificate2 authority) =>
        new() { Host = server.Urls.First(), SslCaCerts = [X509Certificate2.CreateFromPem(authority.ExportCertificatePem())] };

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));
    }

    private static X509Certificate2 Leaf(X509Certificate2 authority, string name, DateTimeOffset end)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-20), end, RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>Answers every read with a namespace that tells how it was asked for.</summary>
    private static async Task<WebApplication> StartAsync(
        X509Certificate2? certificate, bool demandClient = false, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            if (certificate is not null)
            {
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificate,
                    SslProtocols = SslProtocols.None,
                    ClientCertificateMode = demandClient ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate,
                    ClientCertificateValidation = (_, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable),
                });
            }
        }));
        var server = builder.Build();
        server.Run(context => context.Response.WriteAsJsonAsync(new
        {
            apiVersion = "v1",
            kind = "Namespace",
            metadata = new
            {
                name = "metal",
                annotations = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["protocol"] = context.Request.Protocol,
                    ["agent"] = context.Request.Headers.UserAgent.ToString(),
                    ["authorization"] = context.Request.Headers.Authorization.ToString(),
                    ["host"] = context.Request.Host.Value ?? "",
                    ["client"] = context.Connection.ClientCertificate?.Subject ?? "",
                },
            },
        }));
        await server.StartAsync(Cancellation);
        return server;
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, content);
        return path;
    }

    private string Script(string body)
    {
        var path = Write("plugin.sh", "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }

    private string WithPlugin(string plugin) => Write("config", $$"""
        current-context: one
        contexts: [{name: one, context: {cluster: c, user: u} }]
        clusters: [{name: c, cluster: {server: "http://c"} }]
        users:
        - name: u
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: {{plugin}}
              args: [plugin]
              env: [{name: PREFIX, value: from}]
        """);

    private sealed class HandTurnedClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by) => _now += by.Ticks;
    }
}

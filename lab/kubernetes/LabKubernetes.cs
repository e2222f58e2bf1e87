using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Metal3.Lab.Kubernetes;

/// <summary>How a lab Kubernetes is started. Everything has a default that suits a test.</summary>
public sealed record LabKubernetesOptions
{
    /// <summary>TCP port on the loopback interface; 0, the default, takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Directory that keeps all objects over restarts and <c>kill -9</c>; null (default) keeps nothing.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Bearer token that every request needs; null (default) lets everybody in.</summary>
    public string? Token { get; init; }

    /// <summary>Whether to serve HTTPS, with a certificate of the server's own that the kubeconfig trusts.</summary>
    public bool Tls { get; init; }

    /// <summary>File to write a kubeconfig to; null (default) writes none.</summary>
    public string? KubeconfigPath { get; init; }

    /// <summary>YAML files, or directories of them, whose CustomResourceDefinitions are applied before the server listens.</summary>
    public IReadOnlyList<string> CrdPaths { get; init; } = [];

    /// <summary>
    /// Where webhooks that name a <c>service</c> are called, by <c>namespace/name</c>. The certificate must be the service's
    /// (<c>name.namespace.svc</c>), as in a cluster. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, Uri> Services { get; init; } = new Dictionary<string, Uri>(StringComparer.Ordinal);

    /// <summary>Changes kept per resource for watches that resume. At least half as many are always there. Default: 20 000.</summary>
    public int HistoryLimit { get; init; } = 20_000;

    /// <summary>Journal size, in bytes, after which a snapshot replaces it. Default: 64 MiB.</summary>
    public long SnapshotBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Silence after which a watch that allows it gets a bookmark. Default: ten seconds.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of timestamps and bookmarks.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where failures are logged; null (default) logs nothing.</summary>
    public ILoggerFactory? Logging { get; init; }
}

/// <summary>A Kubernetes API server in this process, for laptops and tests: <c>kubectl</c> works against it unmodified.</summary>
public sealed class LabKubernetes : IAsyncDisposable
{
    private static readonly string[] FirstNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Store _store;
    private readonly Webhooks _webhooks;
    private readonly Controllers _controllers;
    private readonly X509Certificate2? _certificate;
    private WebApplication? _host;
    private bool _disposed;

    private LabKubernetes(Store store, Webhooks webhooks, Controllers controllers, X509Certificate2? certificate)
    {
        _store = store;
        _webhooks = webhooks;
        _controllers = controllers;
        _certificate = certificate;
    }

    /// <summary>Where the server listens, such as <c>https://127.0.0.1:16443</c>.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>The text of a kubeconfig for this server: address, certificate, token.</summary>
    public string Kubeconfig { get; private set; } = "";

    /// <summary>The certificate that clients must trust; null without TLS.</summary>
    public X509Certificate2? Certificate => _certificate;

    /// <summary>The last <c>resourceVersion</c> that was given out.</summary>
    public long Revision => _store.Revision;

    /// <summary>Starts a server; it listens and is ready when this returns.</summary>
    /// <exception cref="IOException">The port is taken, or another server uses the data directory.</exception>
    /// <exception cref="InvalidDataException">A file of <see cref="LabKubernetesOptions.CrdPaths"/> is no valid definition.</exception>
    public static async Task<LabKubernetes> StartAsync(LabKubernetesOptions options, CancellationToken cancellation)
    {
        var store = new Store(options.DataDirectory, options.HistoryLimit, options.SnapshotBytes);
        LabKubernetes? lab = null;
        try
        {
            var logging = options.Logging ?? NullLoggerFactory.Instance;
            var log = logging.CreateLogger<LabKubernetes>();
            var definitions = new Definitions();
            var registry = new Registry(BuiltIns.All(store, definitions));
            Follow(store, registry, definitions);
            var webhooks = new Webhooks(store, options.Services);
            var objects = new Objects(store, registry, definitions, webhooks, options.Time);
            var controllers = new Controllers(store, registry, objects, options.Time, log);
            lab = new LabKubernetes(store, webhooks, controllers, options.Tls ? Certificates.Get(options.DataDirectory) : null);
            await PrepareAsync(objects, registry, options, cancellation);
            controllers.Start();
            await lab.ListenAsync(options, registry, definitions, objects, log, logging, cancellation);
            return lab;
        }
        catch
        {
            if (lab is null)
            {
                store.Dispose();
            }
            else
            {
                await lab.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Forgets the history of all objects: older watches and list continuations get 410, as after etcd's compaction.</summary>
    public void Compact() => _store.Compact();

    /// <summary>Ends all watches, finishes what runs, closes the data directory.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync();
        if (_host is not null)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _host.StopAsync(patience.Token);
            await _host.DisposeAsync();
        }

        await _controllers.DisposeAsync();
        _webhooks.Dispose();
        _store.Dispose();
        _certificate?.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Keeps the registry equal to the definitions in the store.</summary>
    private static void Follow(Store store, Registry registry, Definitions definitions)
    {
        var collection = store.Collection(CustomResources.CollectionId);
        foreach (var stored in collection.Objects.Values)
        {
            registry.SetCustom(stored.Name, CustomResources.Types(stored.Parse(), store, definitions));
        }

        store.Changed += (changed, change) =>
        {
            if (ReferenceEquals(changed, collection))
            {
                registry.SetCustom(
                    change.Object.Name,
                    change.Verb == Change.Deleted ? [] : CustomResources.Types(change.Object.Parse(), store, definitions));
            }
        };
    }

    private static async Task PrepareAsync(
        Objects objects, Registry registry, LabKubernetesOptions options, CancellationToken cancellation)
    {
        var write = new WriteOptions { Manager = "lab" };
        var namespaces = registry.BuiltIn("", "namespaces");
        foreach (var name in FirstNamespaces)
        {
            var root = new Map { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new Map { ["name"] = name } };
            try
            {
                _ = await objects.CreateAsync(namespaces, "", root, write, cancellation);
            }
            catch (ApiException e) when (e.Reason == "AlreadyExists")
            {
                // kept from before
            }
        }

        var type = registry.BuiltIn("apiextensions.k8s.io", "customresourcedefinitions");
        foreach (var file in options.CrdPaths.SelectMany(Files))
        {
            try
            {
                using var reader = new StreamReader(file);
                foreach (var document in Json.ParseYaml(reader).OfType<Map>().Where(d => d.TextAt("kind") == type.Kind))
                {
                    var name = document.TextAt("metadata", "name") ?? "";
                    _ = await objects.ApplyAsync(type, "", name, "", document, write with { Force = true }, cancellation);
                }
            }
            catch (Exception e) when (e is ApiException or YamlDotNet.Core.YamlException)
            {
                throw new InvalidDataException($"{file}: {e.Message}", e);
            }
        }
    }

    private static IEnumerable<string> Files(string path) => Directory.Exists(path)
        ? Directory.EnumerateFiles(path).Where(f => f.EndsWith(".yaml", StringComparison.Ordinal) || f.EndsWith(".yml", StringComparison.Ordinal))
            .Where(f => Path.GetFileName(f) is not "kustomization.yaml").Order(StringComparer.Ordinal)
        : [path];

    private async Task ListenAsync(
        LabKubernetesOptions options, Registry registry, Definitions definitions, Objects objects, ILogger log, ILoggerFactory logging,
        CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging).AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 3 * 1024 * 1024;
            kestrel.Limits.MinResponseDataRate = null; // a watcher may rest as long as it likes
            kestrel.Listen(IPAddress.Loopback, options.Port, listen =>
            {
                listen.Protocols = options.Tls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
                if (_certificate is not null)
                {
                    listen.UseHttps(_certificate);
                }
            });
        });
        var host = builder.Build();
        _host = host;

        // Discovery names the address, which only the bound socket knows; early requests wait for it.
        var ready = new TaskCompletionSource<ApiServer>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Run(async http => await (await ready.Task).HandleAsync(http));
        await host.StartAsync(cancellation);
        Address = new Uri(host.Urls.First());
        var api = new ApiServer(
            _store,
            registry,
            objects,
            new Discovery(registry, Address.Authority),
            new OpenApi(registry, definitions),
            new Watches(_store, options.Time, options.BookmarkInterval, _stopping.Token),
            options.Token,
            options.Time,
            log);
        ready.SetResult(api);
        Kubeconfig = KubeconfigText(options.Token);
        if (options.KubeconfigPath is { } path)
        {
            await WritePrivatelyAsync(path, Kubeconfig, cancellation);
        }
    }

    /// <summary>The file holds a token: nobody else may read it, not even for a moment.</summary>
    private static async Task WritePrivatelyAsync(string path, string text, CancellationToken cancellation)
    {
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var temporary = full + ".tmp";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using (var file = new FileStream(temporary, options))
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
        }

        File.Move(temporary, full, overwrite: true);
    }

    private string KubeconfigText(string? token)
    {
        var authority = _certificate is null
            ? ""
            : $", certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(_certificate.ExportCertificatePem()))}";
        var user = token is null ? "{}" : $"{{token: {Json.Text(token)}}}";
        return $"""
            apiVersion: v1
            kind: Config
            current-context: lab
            clusters:
            - name: lab
              cluster: {"{"}server: "{Address.ToString().TrimEnd('/')}"{authority}{"}"}
            users:
            - name: lab
              user: {user}
            contexts:
            - name: lab
              context: {"{"}cluster: lab, user: lab, namespace: default{"}"}

            """;
    }

    /// <summary>Signals belong to the process, and this may be a test's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>The server's own certificate: made once per data directory, so that a kubeconfig outlives a restart.</summary>
internal static class Certificates
{
    private const string FileName = "tls.pfx";

    public static X509Certificate2 Get(string? directory)
    {
        var path = directory is null ? null : Path.Combine(directory, FileName);
        if (path is not null && File.Exists(path))
        {
            var kept = X509CertificateLoader.LoadPkcs12FromFile(path, null);
            if (kept.NotAfter > DateTime.Now.AddDays(1))
            {
                return kept;
            }

            kept.Dispose();
        }

        var bytes = Make();
        if (path is not null)
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new FileStream(path, options);
            file.Write(bytes);
        }

        return X509CertificateLoader.LoadPkcs12(bytes, null);
    }

    private static byte[] Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=metal3-lab-kubernetes", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, true));
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        return certificate.Export(X509ContentType.Pkcs12);
    }
}

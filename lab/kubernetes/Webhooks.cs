using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Metal3.Lab.Kubernetes;

/// <summary>Calls the webhooks of ValidatingWebhookConfigurations. Mutating ones are stored and never called.</summary>
/// <param name="store">Where the configurations are.</param>
/// <param name="services">Where to find what listens for a service, by <c>namespace/name</c>.</param>
internal sealed class Webhooks(Store store, IReadOnlyDictionary<string, Uri> services) : IDisposable
{
    private const string CollectionId = "admissionregistration.k8s.io/validatingwebhookconfigurations";
    private readonly Collection _configurations = store.Collection(CollectionId);
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, HttpClient> _clients = new(StringComparer.Ordinal);

    /// <summary>Asks every webhook that applies; their warnings are added to those of <paramref name="options"/>.</summary>
    /// <exception cref="ApiException">A webhook denies the request, or cannot be reached and its policy is <c>Fail</c>.</exception>
    public async Task CheckAsync(
        string operation, ResourceType type, string subresource, string ns, string name, Map? root, Map? old, WriteOptions options,
        CancellationToken cancellation)
    {
        if (_configurations.Objects.IsEmpty || type.Group == "admissionregistration.k8s.io")
        {
            return;
        }

        foreach (var configuration in _configurations.Objects.Values)
        {
            foreach (var webhook in configuration.Parse().ItemsAt("webhooks")?.OfType<Map>() ?? [])
            {
                if (Applies(webhook, operation, type, subresource, root ?? old!, ns))
                {
                    await CallAsync(webhook, Review(operation, type, subresource, ns, name, root, old, options.DryRun), type, name, options, cancellation);
                }
            }
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }

    private static bool Has(Items? words, string word) =>
        words is not null && (words.Contains("*") || words.Contains(word));

    private static Map Review(
        string operation, ResourceType type, string subresource, string ns, string name, Map? root, Map? old, bool dryRun) => new()
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["request"] = new Map
            {
                ["uid"] = Guid.NewGuid().ToString(),
                ["kind"] = new Map { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.Kind },
                ["resource"] = new Map { ["group"] = type.Group, ["version"] = type.Version, ["resource"] = type.Plural },
                ["requestKind"] = new Map { ["group"] = type.Group, ["version"] = type.Version, ["kind"] = type.Kind },
                ["requestResource"] = new Map { ["group"] = type.Group, ["version"] = type.Version, ["resource"] = type.Plural },
                ["subResource"] = subresource,
                ["name"] = name,
                ["namespace"] = ns,
                ["operation"] = operation,
                ["userInfo"] = new Map { ["username"] = "admin", ["groups"] = new Items { "system:masters", "system:authenticated" } },
                ["object"] = root,
                ["oldObject"] = old,
                ["dryRun"] = dryRun,
            },
        };

    private bool Applies(Map webhook, string operation, ResourceType type, string subresource, Map root, string ns)
    {
        var resource = subresource.Length == 0 ? type.Plural : $"{type.Plural}/{subresource}";
        var matches = webhook.ItemsAt("rules")?.OfType<Map>().Any(rule =>
            Has(rule.ItemsAt("operations"), operation) && Has(rule.ItemsAt("apiGroups"), type.Group)
            && Has(rule.ItemsAt("apiVersions"), type.Version)
            && (rule.ItemsAt("resources") is { } resources
                && (resources.Contains("*/*") || resources.Contains(resource) || (subresource.Length == 0 && resources.Contains("*"))))) == true;
        if (!matches || !Selects(webhook.MapAt("objectSelector"), root.MapAt("metadata", "labels") ?? []))
        {
            return false;
        }

        var labels = store.Get(store.Collection("/namespaces"), ns)?.Labels ?? [];
        return ns.Length == 0 || Selects(webhook.MapAt("namespaceSelector"), labels);
    }

    private static bool Selects(Map? selector, Map labels)
    {
        var equal = selector.MapAt("matchLabels")?.All(l => labels.TextAt(l.Key) == l.Value as string) ?? true;
        return equal && (selector.ItemsAt("matchExpressions")?.OfType<Map>().All(e =>
        {
            var key = e.TextAt("key") ?? "";
            var value = labels.TextAt(key);
            var within = value is not null && e.ItemsAt("values")?.Contains(value) == true;
            return e.TextAt("operator") switch
            {
                "In" => within,
                "NotIn" => !within,
                "Exists" => value is not null,
                _ => value is null,
            };
        }) ?? true);
    }

    private async Task CallAsync(Map webhook, Map review, ResourceType type, string name, WriteOptions options, CancellationToken cancellation)
    {
        var webhookName = webhook.TextAt("name") ?? "";
        Map? answer;
        try
        {
            answer = await AskAsync(webhook, review, cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            if (webhook.TextAt("failurePolicy") == "Ignore")
            {
                return;
            }

            throw ApiException.InternalError($"failed calling webhook \"{webhookName}\": failed to call webhook: {e.Message}");
        }

        options.Warnings.AddRange(answer.MapAt("response").ItemsAt("warnings")?.OfType<string>() ?? []);
        if (answer.FlagAt("response", "allowed"))
        {
            return;
        }

        var status = answer.MapAt("response", "status");
        var message = $"admission webhook \"{webhookName}\" denied the request"
            + (status.TextAt("message") is { Length: > 0 } text ? $": {text}" : status.TextAt("reason") is { Length: > 0 } why ? $": {why}" : " without explanation");
        var code = (int)(status.At("code") as long? ?? 403);
        throw ApiException.Denied(code < 400 ? 403 : code, status.TextAt("reason") ?? "Forbidden", message, status.MapAt("details") ?? Details(type, name));
    }

    private static Map Details(ResourceType type, string name) =>
        new() { ["name"] = name, ["group"] = type.Group, ["kind"] = type.Plural };

    private async Task<Map?> AskAsync(Map webhook, Map review, CancellationToken cancellation)
    {
        var config = webhook.MapAt("clientConfig");
        var (url, host) = Address(config);
        var bundle = config.TextAt("caBundle") ?? "";
        var client = _clients.GetOrAdd(bundle, NewClient);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(webhook.At("timeoutSeconds") as long? ?? 10));
        using var content = new ByteArrayContent(Json.Bytes(review));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content };
        request.Headers.Host = host;
        using var response = await client.SendAsync(request, deadline.Token);
        response.EnsureSuccessStatusCode();
        return Json.Parse(await response.Content.ReadAsByteArrayAsync(deadline.Token)) as Map;
    }

    /// <summary>Where to send to, and the name that the certificate must bear if it is not the address's.</summary>
    private (Uri Url, string? Host) Address(Map? config)
    {
        if (config.TextAt("url") is { } url)
        {
            return (new Uri(url), null);
        }

        var service = config.MapAt("service");
        var (ns, name) = (service.TextAt("namespace"), service.TextAt("name"));
        return services.TryGetValue($"{ns}/{name}", out var at)
            ? (new Uri(at, service.TextAt("path") ?? "/"), $"{name}.{ns}.svc")
            : throw new InvalidOperationException(
                $"the lab has no network of services; tell it where {ns}/{name} listens (--service {ns}/{name}=URL), or give clientConfig.url");
    }

    private static HttpClient NewClient(string bundle)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (bundle.Length > 0)
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(bundle)));
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
            handler.SslOptions.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        }

        return new HttpClient(handler);
    }
}

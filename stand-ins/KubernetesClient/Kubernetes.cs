using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using k8s.Authentication;
using k8s.Autorest;
using k8s.Exceptions;

namespace k8s;

public partial interface IKubernetes : IDisposable
{
    Uri BaseUri { get; set; }

    IApiextensionsV1Operations ApiextensionsV1 { get; }

    ICoordinationV1Operations CoordinationV1 { get; }

    ICoreV1Operations CoreV1 { get; }

    ICustomObjectsOperations CustomObjects { get; }

    IEventsV1Operations EventsV1 { get; }
}

/// <summary>The client: one connection pool, HTTP/2 where the server offers it.</summary>
public partial class Kubernetes : AbstractKubernetes, IKubernetes
{
    private readonly JsonSerializerOptions _json;
    private readonly bool _disableHttp2;
    private readonly string _tlsServerName;
    private readonly string _userAgent;
    private Uri _baseUri;
    private bool _disposed;

    public Kubernetes(KubernetesClientConfiguration config, params DelegatingHandler[] handlers)
    {
        if (config is null)
        {
            throw new KubeConfigException("A configuration must be given, such as KubernetesClientConfiguration.BuildDefaultConfig().");
        }

        if (string.IsNullOrWhiteSpace(config.Host))
        {
            throw new KubeConfigException("The configuration has no Host: set it to the API server's URL.");
        }

        if (!Uri.TryCreate(config.Host, UriKind.Absolute, out var host) || host.Scheme is not ("http" or "https"))
        {
            throw new KubeConfigException($"Host is '{config.Host}', which is no http or https URL.");
        }

        BaseUri = host;
        HttpClientTimeout = config.HttpClientTimeout;
        _json = config.JsonSerializerOptions;
        _disableHttp2 = config.DisableHttp2;
        _tlsServerName = config.TlsServerName;
        _userAgent = config.UserAgent;
        Credentials = CreateCredentials(config);
        HttpClient = new HttpClient(Pipeline(Transport(config), handlers)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public Uri BaseUri
    {
        get => _baseUri;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            var text = value.AbsoluteUri;
            _baseUri = text.EndsWith('/') ? value : new Uri(text + "/");
        }
    }

    public ServiceClientCredentials Credentials { get; private set; }

    public HttpClient HttpClient { get; protected set; }

    /// <summary>What proves who we are: the token provider, else the token, else user and password, else nothing.</summary>
    public static ServiceClientCredentials CreateCredentials(KubernetesClientConfiguration config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.TokenProvider is not null)
        {
            return new TokenCredentials(config.TokenProvider);
        }

        if (!string.IsNullOrEmpty(config.AccessToken))
        {
            return new TokenCredentials(config.AccessToken);
        }

        return string.IsNullOrEmpty(config.Username)
            ? null
            : new BasicAuthenticationCredentials { UserName = config.Username, Password = config.Password };
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (_disposed || !disposing)
        {
            return;
        }

        _disposed = true;
        HttpClient?.Dispose();
    }

    protected override async Task<HttpResponseMessage> SendRequest<T>(
        string relativeUri, HttpMethod method, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, T body,
        CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(method, new Uri(BaseUri, relativeUri))
        {
            Version = _disableHttp2 ? HttpVersion.Version11 : HttpVersion.Version20,
        };
        if (!string.IsNullOrEmpty(_tlsServerName))
        {
            request.Headers.Host = _tlsServerName;
        }

        if (!string.IsNullOrEmpty(_userAgent))
        {
            request.Headers.TryAddWithoutValidation("User-Agent", _userAgent);
        }

        foreach (var (name, values) in customHeaders ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, values);
        }

        string content = null;
        if (body is not null)
        {
            content = KubernetesJson.Serialize((object)body, _json);
            request.Content = new StringContent(content, System.Text.Encoding.UTF8);
            request.Content.Headers.ContentType = GetHeader(body);
        }

        return await SendRequestRaw(content, request, cancellationToken).ConfigureAwait(false);
    }

    protected virtual async Task<HttpResponseMessage> SendRequestRaw(
        string requestContent, HttpRequestMessage httpRequest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpRequest);
        if (Credentials is not null)
        {
            await Credentials.ProcessHttpRequestAsync(httpRequest, cancellationToken).ConfigureAwait(false);
        }

        httpRequest.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        var response = await HttpClient
            .SendAsync(httpRequest, HttpCompletionOption.ResponseHeadersRead, cancellationToken)
            .ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        string answer;
        try
        {
            answer = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException)
        {
            // A server that refuses a huge request may hang up before it explains; its status code still counts.
            answer = "";
        }

        var failure = new HttpOperationException(
            $"Operation returned an invalid status code '{response.StatusCode}', response body {answer}")
        {
            Request = new HttpRequestMessageWrapper(httpRequest, requestContent),
            Response = new HttpResponseMessageWrapper(response, answer),
        };
        httpRequest.Dispose();
        response.Dispose();
        throw failure;
    }

    protected override async Task<HttpOperationResponse<T>> CreateResultAsync<T>(
        HttpRequestMessage httpRequest, HttpResponseMessage httpResponse, bool? watch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(httpRequest);
        ArgumentNullException.ThrowIfNull(httpResponse);
        var result = new HttpOperationResponse<T> { Request = httpRequest, Response = httpResponse };
        if (watch is true)
        {
            return result;
        }

        try
        {
            var stream = await httpResponse.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                result.Body = await JsonSerializer
                    .DeserializeAsync<T>(stream, _json ?? KubernetesJson.Options, cancellationToken)
                    .ConfigureAwait(false);
            }

            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    private static HttpMessageHandler Pipeline(HttpMessageHandler transport, DelegatingHandler[] handlers)
    {
        var first = transport;
        foreach (var handler in (handlers ?? []).Reverse())
        {
            var last = handler;
            while (last.InnerHandler is DelegatingHandler inner)
            {
                last = inner;
            }

            last.InnerHandler = first;
            first = handler;
        }

        return first;
    }

    private static SocketsHttpHandler Transport(KubernetesClientConfiguration config)
    {
        var handler = new SocketsHttpHandler
        {
            // A watch may be silent for minutes; pings tell a silent server from a dead one.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            EnableMultipleHttp2Connections = true,
            AutomaticDecompression = DecompressionMethods.All,
        };
        if (config.Proxy is not null)
        {
            handler.Proxy = new WebProxy(config.Proxy);
        }

        if (!string.IsNullOrEmpty(config.TlsServerName))
        {
            handler.SslOptions.TargetHost = config.TlsServerName;
        }

        if (config.SkipTlsVerify)
        {
            // The operator's choice: insecure-skip-tls-verify in the kubeconfig.
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }
        else if (config.SslCaCerts is { Count: > 0 } authorities)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                Certificates.IsTrusted(config.Host, authorities, certificate, chain, errors);
        }

        if (Certificates.ClientCertificate(config) is { } client)
        {
            handler.SslOptions.ClientCertificates = [client];
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => client;
        }

        config.FirstMessageHandlerSetup?.Invoke(handler);
        return handler;
    }
}

using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Metal3.Activities.Ironic;

/// <summary>Builds the HTTP side: TLS, credentials, versions, limits.</summary>
internal static class IronicTransport
{
    /// <summary>The innermost handler, with the options' TLS. Redirects are not followed: they would carry credentials away.</summary>
    /// <param name="options">TLS and client certificate.</param>
    /// <param name="authorities">PEM bundle that replaces the system's trust roots; null means the options' file, if any.</param>
    public static SocketsHttpHandler Handler(IronicOptions options, string? authorities = null)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // the Go operator's transport ignores proxies for Ironic as well
            ConnectTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // follows a Service whose address changes
        };
        var roots = authorities is not null ? Certificates(authorities) : options.CaFile is { } ca ? CertificatesIn(ca) : null;
        if (options.Insecure)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true; // IRONIC_INSECURE
        }
        else if (roots is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (options is { ClientCertificateFile: { } certificate, ClientKeyFile: { } key })
        {
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, key)];
        }

        return handler;
    }

    private static X509Certificate2Collection CertificatesIn(string file)
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPemFile(file);
        return found.Count > 0 ? found : throw new ArgumentException($"{file} (IRONIC_CACERT_FILE) holds no PEM certificate.");
    }

    private static X509Certificate2Collection Certificates(string pem)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            // Said below, without what the text holds.
        }

        return found.Count > 0
            ? found
            : throw new IronicException(IronicFault.NotReady, "settings", "tls.crt in the Secret of the Ironic resource's spec.tls.certificateName holds no PEM certificate", null);
    }
}

/// <summary>Reads an answer wholly, but only so much of it, before anyone parses it.</summary>
internal sealed class AnswerLimit(int mostBytes) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var request1 = $"{request.Method} {request.RequestUri?.AbsolutePath}";
        if (response.Content.Headers.ContentLength > mostBytes)
        {
            response.Dispose();
            throw TooLong(request1);
        }

        var headers = response.Content.Headers;
        using var whole = new MemoryStream();
        await using (var stream = await response.Content.ReadAsStreamAsync(cancellationToken))
        {
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await ReadAsync(stream, buffer, cancellationToken)) > 0)
            {
                whole.Write(buffer, 0, read);
                if (whole.Length > mostBytes)
                {
                    response.Dispose();
                    throw TooLong(request1);
                }
            }
        }

        var content = new ByteArrayContent(whole.ToArray());
        foreach (var header in headers)
        {
            content.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        content.Headers.ContentLength = whole.Length;
        response.Content = content;
        return response;
    }

    /// <summary>An answer that breaks off is a fault of transport, as it would be for the client itself.</summary>
    private static async ValueTask<int> ReadAsync(Stream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException e)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "the answer broke off", e);
        }
    }

    private IronicException TooLong(string request) =>
        new(IronicFault.Malformed, request, $"the answer is longer than {mostBytes} bytes", null);
}

/// <summary>Adds version and credentials to every request.</summary>
internal sealed class IronicHeaders(IronicCredentials credentials) : DelegatingHandler
{
    private static readonly ProductInfoHeaderValue Product = new("metal3-workflows", "0.1");
    private volatile string? _version;

    /// <summary>What requests carry from now on; those in flight may carry the version before, which knows what they ask.</summary>
    public MicroVersion Version
    {
        set => _version = value.ToString();
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is { } body)
        {
            // With its length known it is not sent in chunks, which Ironic's server takes for an empty body.
            await body.LoadIntoBufferAsync(cancellationToken);
        }

        request.Headers.UserAgent.Add(Product);
        request.Headers.Authorization = credentials.Header();
        if (_version is { } version)
        {
            request.Headers.Add("X-OpenStack-Ironic-API-Version", version);
            request.Headers.Add("OpenStack-API-Version", $"baremetal {version}");
        }

        return await base.SendAsync(request, cancellationToken);
    }
}

/// <summary>User and password for Ironic, read from files that may be rotated.</summary>
internal sealed class IronicCredentials(string? directory, TimeProvider time)
{
    private static readonly TimeSpan Believed = TimeSpan.FromSeconds(30);
    private (AuthenticationHeaderValue Header, DateTimeOffset ReadAt)? _known;

    /// <summary>The header; null where Ironic asks for no credentials.</summary>
    /// <exception cref="IronicException">A file is missing or empty.</exception>
    public AuthenticationHeaderValue? Header()
    {
        if (directory is null)
        {
            return null;
        }

        if (_known is { } known && time.GetUtcNow() - known.ReadAt < Believed)
        {
            return known.Header;
        }

        var header = Basic(Read("username"), Read("password"));
        _known = (header, time.GetUtcNow());
        return header;
    }

    /// <summary>The header for HTTP basic authentication.</summary>
    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    /// <summary>Makes the next request read the files again.</summary>
    public void Doubt() => _known = null;

    private string Read(string name)
    {
        var path = Path.Combine(directory!, name);
        try
        {
            if (File.ReadAllText(path).Trim() is { Length: > 0 } text)
            {
                return text;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IronicException(IronicFault.Unauthorized, "credentials", $"{path} cannot be read; mount Ironic's credentials there", null, e);
        }

        throw new IronicException(IronicFault.Unauthorized, "credentials", $"{path} is empty; it must hold Ironic's {name}", null);
    }
}

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Metal3.Contracts.HostLifecycle;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Metal3.CrdBridge.Admission;

/// <summary>The webhook's certificate as its files say now; a new one is used from the next connection on.</summary>
internal sealed class RotatingCertificate(IOptions<BridgeOptions> options, TimeProvider time, ILogger<RotatingCertificate> logger)
{
    private readonly BridgeOptions _options = options.Value;
    private readonly Lock _lock = new();
    private SslStreamCertificateContext? _current;
    private string _read = "";
    private string _complaint = "";
    private long? _lookedAt;

    /// <summary>Whether there is one; looks at the files when it is time.</summary>
    public bool IsLoaded => Current() is not null;

    /// <summary>How connections are secured.</summary>
    public TlsHandshakeCallbackOptions Handshake() => new()
    {
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = Current() ?? throw new AuthenticationException("The webhook has no certificate yet."),
            EnabledSslProtocols = Protocols(),
        }),
    };

    /// <summary>Looks at the files now.</summary>
    public void Refresh()
    {
        lock (_lock)
        {
            _lookedAt = time.GetTimestamp();
            try
            {
                Read();
                _complaint = "";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                // In the middle of a rotation key and certificate do not match: the old pair serves on, and the files are read again.
                if (_complaint != e.Message)
                {
                    _complaint = e.Message;
                    logger.CertificateUnreadable(_options.WebhookCertDir, e.Message);
                }
            }
        }
    }

    private SslStreamCertificateContext? Current()
    {
        lock (_lock)
        {
            if (_current is null || _lookedAt is not { } at || time.GetElapsedTime(at) >= _options.CertificateCheckInterval)
            {
                Refresh();
            }

            return _current;
        }
    }

    private void Read()
    {
        var certificates = File.ReadAllText(Path.Combine(_options.WebhookCertDir, "tls.crt"));
        var key = File.ReadAllText(Path.Combine(_options.WebhookCertDir, "tls.key"));
        var read = SafeUrl.Hash(certificates + key); // a mounted Secret is swapped by links, whose times say nothing
        if (read == _read)
        {
            return;
        }

        var leaf = X509Certificate2.CreateFromPem(certificates, key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(certificates);
        _current = SslStreamCertificateContext.Create(leaf, chain, offline: true);
        _read = read;
        logger.CertificateLoaded(leaf.Thumbprint, leaf.NotAfter);
    }

    private SslProtocols Protocols() => (_options.TlsMinVersion, _options.TlsMaxVersion) switch
    {
        ("TLS13", _) => SslProtocols.Tls13,
        (_, "TLS12") => SslProtocols.Tls12,
        _ => SslProtocols.Tls12 | SslProtocols.Tls13,
    };
}

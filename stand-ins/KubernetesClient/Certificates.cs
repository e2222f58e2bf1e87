using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Exceptions;

namespace k8s;

internal static class Certificates
{
    /// <summary>Whether one of <paramref name="authorities"/> vouches for the server; throws the reason if not.</summary>
    public static bool IsTrusted(
        string host, X509Certificate2Collection authorities, X509Certificate certificate, X509Chain chain,
        SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return true;
        }

        if (certificate is not X509Certificate2 server)
        {
            throw new AuthenticationException($"{host} showed no certificate.");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            throw new AuthenticationException(
                $"The certificate of {host} is for other names; use one of its names as 'server', or set tls-server-name.");
        }

        if (server.NotAfter.ToUniversalTime() < DateTime.UtcNow)
        {
            throw new AuthenticationException(
                $"The certificate of {host} expired on {server.NotAfter.ToUniversalTime():u}; renew it on the server.");
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.CustomTrustStore.AddRange(authorities);
        own.ChainPolicy.ExtraStore.AddRange(authorities);
        foreach (var element in chain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        if (own.Build(server))
        {
            return true;
        }

        // A kubeconfig may pin the server's own certificate, which need not be an authority.
        if (authorities.Any(pinned => pinned.RawDataMemory.Span.SequenceEqual(server.RawDataMemory.Span)))
        {
            return true;
        }

        var reasons = string.Join(", ", own.ChainStatus.Select(status => status.Status).Distinct());
        throw new AuthenticationException(
            $"The certificate of {host} is not vouched for by the configured authority ({reasons}); "
            + "correct certificate-authority or certificate-authority-data.");
    }

    /// <summary>The certificate that proves who we are, or null if the configuration has none.</summary>
    public static X509Certificate2 ClientCertificate(KubernetesClientConfiguration config)
    {
        var certificate = Pem(config.ClientCertificateData, config.ClientCertificateFilePath, "client-certificate");
        var key = Pem(config.ClientCertificateKeyData, config.ClientKeyFilePath, "client-key");
        if (certificate is null && key is null)
        {
            return null;
        }

        if (certificate is null || key is null)
        {
            throw new KubeConfigException("client-certificate and client-key must be given together; one is missing.");
        }

        X509Certificate2 client;
        try
        {
            client = X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KubeConfigException("client-certificate and client-key are no PEM pair that belongs together.", e);
        }

        if (client.NotAfter.ToUniversalTime() < DateTime.UtcNow)
        {
            var expired = client.NotAfter.ToUniversalTime();
            client.Dispose();
            throw new KubeConfigException(
                $"The client certificate expired on {expired:u}; obtain a new kubeconfig.");
        }

        return client;
    }

    /// <summary>Reads the authorities of a bundle.</summary>
    public static X509Certificate2Collection Authorities(string pem, string field)
    {
        var collection = new X509Certificate2Collection();
        try
        {
            collection.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new KubeConfigException($"{field} holds no readable PEM certificate.", e);
        }

        return collection.Count > 0
            ? collection
            : throw new KubeConfigException($"{field} holds no PEM certificate.");
    }

    public static string Decode(string base64, string field)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(base64));
        }
        catch (FormatException e)
        {
            throw new KubeConfigException($"{field} is not base64.", e);
        }
    }

    private static string Pem(string data, string path, string field)
    {
        if (!string.IsNullOrWhiteSpace(data))
        {
            // An exec plugin hands over PEM, a kubeconfig base64 of it.
            return data.Contains("-----BEGIN", StringComparison.Ordinal) ? data : Decode(data, field + "-data");
        }

        if (string.IsNullOrWhiteSpace(path))
        {
            return null;
        }

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubeConfigException($"{field} cannot be read: {e.Message}", e);
        }
    }
}

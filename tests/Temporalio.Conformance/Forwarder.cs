using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Temporalio.Conformance;

/// <summary>Stands before a server and passes bytes on; can speak TLS to the client, and can cut every connection.</summary>
public sealed class Forwarder : IDisposable
{
    private readonly ConcurrentDictionary<TcpClient, bool> open = new();
    private readonly TcpListener listener;
    private readonly string target;
    private readonly X509Certificate2? certificate;
    private readonly Func<X509Certificate?, bool>? admits;

    public Forwarder(
        string listen, string target, X509Certificate2? certificate = null, Func<X509Certificate?, bool>? admits = null)
    {
        this.target = target;
        this.certificate = certificate;
        this.admits = admits;
        listener = new(IPEndPoint.Parse(listen));
        listener.Start();
        _ = AcceptAsync();
    }

    public string Address => listener.LocalEndpoint.ToString()!;

    public void CutAll()
    {
        foreach (var client in open.Keys)
        {
            client.Close();
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        CutAll();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It was stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        open[client] = true;
        using var server = new TcpClient();
        try
        {
            var end = IPEndPoint.Parse(target);
            await server.ConnectAsync(end.Address, end.Port);
            Stream near = client.GetStream();
            if (certificate is not null)
            {
                var tls = new SslStream(near);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate,
                    ClientCertificateRequired = admits is not null,
                    RemoteCertificateValidationCallback = (_, shown, _, _) => admits?.Invoke(shown) ?? true,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                });
                near = tls;
            }

            var far = server.GetStream();
            await Task.WhenAny(near.CopyToAsync(far), far.CopyToAsync(near));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException or InvalidOperationException)
        {
            // One side went away, or was not admitted: the other one learns by the close.
        }
        finally
        {
            open.TryRemove(client, out _);
            client.Close();
        }
    }
}

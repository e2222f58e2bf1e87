using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.Provisioning;

namespace Metal3.Activities.Bmc;

/// <summary>Classes of a diagnosis; see <see cref="BmcDiagnosis"/>.</summary>
internal static class BmcClass
{
    public const string NameNotResolved = "NameNotResolved";
    public const string Refused = "Refused";
    public const string TimedOut = "TimedOut";
    public const string TlsUntrusted = "TlsUntrusted";
    public const string Unauthorised = "Unauthorised";
    public const string AccountLocked = "AccountLocked";
    public const string SystemMissing = "SystemMissing";
    public const string IpmiSilent = "IpmiSilent";
    public const string NotRedfish = "NotRedfish";
    public const string Reachable = "Reachable";
    public const string Unknown = "Unknown";
}

/// <summary>Asks a BMC itself what Ironic's error hides.</summary>
/// <remarks>
/// One attempt, one at a time for each BMC. Credentials that a BMC has refused are not shown to it again for a while, however often
/// somebody asks: three refusals lock many accounts, and Ironic has used up some already.
/// </remarks>
internal sealed class BmcProbe : IDisposable
{
    private const int MostBytes = 256 * 1024;
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Door> _doors = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly HttpClient _strict;
    private readonly HttpClient _lenient;

    public BmcProbe(TimeProvider time, TimeSpan? patience = null)
    {
        _time = time;
        _patience = patience ?? TimeSpan.FromSeconds(10);
        _strict = Client(verify: true);
        _lenient = Client(verify: false); // spec.bmc.disableCertificateVerification
    }

    /// <summary>What the BMC answers.</summary>
    public async Task<BmcDiagnosis> AskAsync(BmcAccess bmc, string username, string password, CancellationToken cancellationToken)
    {
        var door = _doors.GetOrAdd(bmc.Address.Authority, _ => new Door());
        await door.One.WaitAsync(cancellationToken);
        try
        {
            var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{username}\n{password}"));
            if (door.Refusal is { } refusal && refusal.Key.AsSpan().SequenceEqual(key) && _time.GetUtcNow() - refusal.At < Remembered)
            {
                return refusal.Diagnosis;
            }

            using var patience = new CancellationTokenSource(_patience, _time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            BmcDiagnosis found;
            try
            {
                found = bmc.Driver.Protocol is BmcProtocol.Redfish
                    ? await RedfishAsync(bmc, username, password, both.Token)
                    : await IpmiAsync(bmc, both.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                found = TimedOut(bmc);
            }
            catch (HttpRequestException e)
            {
                found = Transport(bmc, e);
            }
            catch (SocketException e)
            {
                found = Transport(bmc, new HttpRequestException(null, e));
            }

            door.Refusal = found.Class is BmcClass.Unauthorised or BmcClass.AccountLocked ? (key, _time.GetUtcNow(), found) : null;
            return found;
        }
        finally
        {
            door.One.Release();
        }
    }

    public void Dispose()
    {
        _strict.Dispose();
        _lenient.Dispose();
        foreach (var door in _doors.Values)
        {
            door.One.Dispose();
        }
    }

    private static HttpClient Client(bool verify)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.Zero, // a probe must meet the BMC as it is now
        };
        if (!verify)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true };
        }

        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MostBytes };
    }

    private async Task<BmcDiagnosis> RedfishAsync(BmcAccess bmc, string username, string password, CancellationToken cancellationToken)
    {
        var client = bmc.DisableCertificateVerification ? _lenient : _strict;
        var root = bmc.RedfishAddress!;
        using (var answer = await client.GetAsync(new Uri($"{root}/redfish/v1/"), cancellationToken))
        {
            if (answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                && (!answer.IsSuccessStatusCode || !IsServiceRoot(await answer.Content.ReadAsByteArrayAsync(cancellationToken))))
            {
                return new(
                    BmcClass.NotRedfish,
                    $"{root} answers, but not as a Redfish service (status {(int)answer.StatusCode} at /redfish/v1/); check host, port and scheme in spec.bmc.address.");
            }
        }

        var path = bmc.RedfishSystemId is { Length: > 0 } system && system.Trim('/') is not ("" or "redfish/v1") ? system : "/redfish/v1/Systems";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(root + EscapePath(path)));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
        using var reply = await client.SendAsync(request, cancellationToken);
        var text = await reply.Content.ReadAsStringAsync(cancellationToken);
        return (int)reply.StatusCode switch
        {
            200 => new(BmcClass.Reachable, $"The BMC at {root} answers, accepts the credentials and knows the system; the trouble lies between Ironic and it."),
            401 or 403 when IsLocked(text) => new(
                BmcClass.AccountLocked, $"The BMC at {root} has locked the account; unlock it there or wait, and correct the Secret in spec.bmc.credentialsName."),
            401 => new(BmcClass.Unauthorised, $"The BMC at {root} rejects the credentials; update the Secret in spec.bmc.credentialsName."),
            403 => new(BmcClass.Unauthorised, $"The BMC at {root} denies the account access to {path}; give it the rights of an administrator or operator."),
            404 => new(BmcClass.SystemMissing, $"The BMC at {root} knows no system at {path}; correct the path in spec.bmc.address."),
            var status => new(BmcClass.Unknown, $"The BMC at {root} answers {status} when asked for {path}."),
        };
    }

    /// <summary>Is anybody there? An ASF ping, and a question that needs no session, for BMCs without ASF.</summary>
    private static async Task<BmcDiagnosis> IpmiAsync(BmcAccess bmc, CancellationToken cancellationToken)
    {
        var port = int.TryParse(bmc.IpmiPort, out var number) && number is > 0 and < 65536 ? number : 623;
        var addresses = await Dns.GetHostAddressesAsync(bmc.Address.Host, cancellationToken);
        if (addresses.Length == 0)
        {
            return Transport(bmc, new HttpRequestException(HttpRequestError.NameResolutionError));
        }

        using var socket = new UdpClient(addresses[0].AddressFamily);
        socket.Connect(addresses[0], port);
        foreach (var question in (ReadOnlyMemory<byte>[])[Rmcp.Ping, Rmcp.AuthenticationCapabilities])
        {
            await socket.SendAsync(question, cancellationToken);
            using var moment = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            moment.CancelAfter(TimeSpan.FromSeconds(2));
            try
            {
                var answer = await socket.ReceiveAsync(moment.Token);
                if (Rmcp.IsAnswer(answer.Buffer))
                {
                    return new(
                        BmcClass.Reachable,
                        $"The BMC at {bmc.Address.Host} port {port} answers IPMI; if Ironic cannot use it, user, password, privilege level or cipher suite are wrong.");
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Silence; the other question may be understood.
            }
        }

        return new(
            BmcClass.IpmiSilent,
            $"Nobody answers IPMI at {bmc.Address.Host} port {port} (UDP); check the address, that IPMI over LAN is enabled, and firewalls.");
    }

    private static bool IsServiceRoot(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind is JsonValueKind.Object
                && (document.RootElement.TryGetProperty("RedfishVersion", out _) || document.RootElement.TryGetProperty("Systems", out _));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsLocked(string text) =>
        text.Contains("lockout", StringComparison.OrdinalIgnoreCase) || text.Contains("locked", StringComparison.OrdinalIgnoreCase);

    private static string EscapePath(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static BmcDiagnosis TimedOut(BmcAccess bmc) => new(
        BmcClass.TimedOut,
        $"The BMC at {bmc.Address.Authority} does not answer in time; check that it is powered and that no firewall is in the way.");

    private static BmcDiagnosis Transport(BmcAccess bmc, HttpRequestException e)
    {
        var at = bmc.Address.Authority;
        var socket = e.InnerException as SocketException;
        return (e.HttpRequestError, e.InnerException, socket?.SocketErrorCode) switch
        {
            (HttpRequestError.NameResolutionError, _, _) or (_, _, SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain) => new(
                BmcClass.NameNotResolved, $"The name {bmc.Address.Host} does not resolve; correct spec.bmc.address or the DNS."),
            (_, AuthenticationException, _) or (HttpRequestError.SecureConnectionError, _, _) => new(
                BmcClass.TlsUntrusted,
                $"The certificate of the BMC at {at} is not trusted; install its CA, or set spec.bmc.disableCertificateVerification."),
            (_, _, SocketError.ConnectionRefused) => new(
                BmcClass.Refused, $"Nothing listens at {at}; check host and port in spec.bmc.address."),
            (_, _, SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable) => TimedOut(bmc),
            (HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError or HttpRequestError.ResponseEnded or HttpRequestError.ConfigurationLimitExceeded, _, _) => new(
                BmcClass.NotRedfish, $"What answers at {at} does not speak as a Redfish service; check port and scheme in spec.bmc.address."),
            _ => new(BmcClass.Unknown, $"The BMC at {at} cannot be asked ({e.HttpRequestError})."),
        };
    }

    private sealed class Door
    {
        public SemaphoreSlim One { get; } = new(1, 1);

        public (byte[] Key, DateTimeOffset At, BmcDiagnosis Diagnosis)? Refusal { get; set; }
    }
}

/// <summary>Remote Management Control Protocol, as far as a knock on the door goes.</summary>
internal static class Rmcp
{
    /// <summary>ASF presence ping (ASF 2.0, 3.2.4.2).</summary>
    public static ReadOnlyMemory<byte> Ping { get; } = new byte[]
    {
        0x06, 0x00, 0xff, 0x06, // RMCP 1.0, no acknowledgement wanted, class ASF
        0x00, 0x00, 0x11, 0xbe, // ASF's enterprise number
        0x80, 0x00, 0x00, 0x00, // presence ping, tag 0, no data
    };

    /// <summary>IPMI "get channel authentication capabilities" outside any session (IPMI 2.0, 22.13).</summary>
    public static ReadOnlyMemory<byte> AuthenticationCapabilities { get; } = new byte[]
    {
        0x06, 0x00, 0xff, 0x07, // RMCP 1.0, class IPMI
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // no authentication, sequence 0, session 0
        0x09, // nine bytes follow
        0x20, 0x18, 0xc8, // to the BMC, application request, checksum
        0x81, 0x00, 0x38, 0x0e, 0x04, 0x35, // from remote console, command, this channel, administrator, checksum
    };

    /// <summary>Whether a datagram is RMCP of either class.</summary>
    public static bool IsAnswer(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= 8 && datagram[0] is 0x06 && (datagram[3] & 0x1f) is 0x06 or 0x07;
}

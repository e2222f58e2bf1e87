using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>Unary gRPC calls over HTTP/2: framing, headers, deadlines, statuses and retries.</summary>
internal sealed class GrpcChannel : IDisposable
{
    /// <summary>Version of the official package whose behaviour this is; servers refuse ancient ones.</summary>
    public const string ClientVersion = "1.18.0";

    /// <summary>Smaller requests gain nothing from compression, and a server answers as it is asked.</summary>
    private const int CompressFrom = 4096;

    private const int LongestReply = 128 * 1024 * 1024;
    private const string ContentType = "application/grpc";
    private static readonly TimeSpan OrdinaryDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongPollDeadline = TimeSpan.FromSeconds(70);
    private static readonly MediaTypeHeaderValue MediaType = new(ContentType);
    private static readonly ConcurrentDictionary<MessageDescriptor, IFieldAccessor?> Namespaces = new();
    private static readonly ConcurrentDictionary<(Uri Target, string Service, string Rpc), Uri> Paths = new();

    private readonly HttpMessageInvoker http;
    private readonly Uri target;
    private readonly RpcRetryOptions retry;
    private readonly string? domain;
    private volatile bool compress;

    public GrpcChannel(TemporalConnectionOptions options)
    {
        target = Target(options, out var tls);
        domain = tls?.Domain;
        retry = options.RpcRetry ?? new();
        compress = options.GrpcCompression is GrpcCompression.Gzip;
        http = new(Handler(options, tls), disposeHandler: true);
    }

    /// <summary>Throws for options that can not work, before anything is sent.</summary>
    public static void Validate(TemporalConnectionOptions options)
    {
        _ = Target(options, out var tls);
        if (tls is not null && (tls.ClientCert is null) != (tls.ClientPrivateKey is null))
        {
            throw new ArgumentException(
                $"{nameof(TlsOptions)}.{nameof(TlsOptions.ClientCert)} and {nameof(TlsOptions.ClientPrivateKey)} must both be given or neither.");
        }

        foreach (var (name, _) in options.RpcBinaryMetadata ?? [])
        {
            if (!name.EndsWith("-bin", StringComparison.Ordinal))
            {
                throw new ArgumentException($"The name of binary metadata must end in -bin; '{name}' does not.");
            }
        }
    }

    /// <summary>Makes a call, and makes it again where that is asked for and may help.</summary>
    public async Task<T> CallAsync<T>(
        string service,
        string rpc,
        IMessage request,
        MessageParser<T> parser,
        RpcOptions? options,
        CallHeaders headers)
        where T : IMessage<T>
    {
        var cancellation = options?.CancellationToken ?? CancellationToken.None;
        if (options?.Retry is not true)
        {
            return await AttemptAsync(service, rpc, request, parser, options, headers, cancellation);
        }

        var start = Stopwatch.GetTimestamp();
        for (var retries = 0; ; retries++)
        {
            try
            {
                return await AttemptAsync(service, rpc, request, parser, options, headers, cancellation);
            }
            catch (RpcException e) when (IsWorthRetrying(e) && retries < retry.MaxRetries)
            {
                var pause = Pause(retries, e.Code);
                if (retry.MaxElapsedTime is { } limit && Stopwatch.GetElapsedTime(start) + pause > limit)
                {
                    throw;
                }

                await Task.Delay(pause, cancellation);
            }
        }
    }

    public void Dispose() => http.Dispose();

    internal static bool IsWorthRetrying(RpcException e) => e.Code switch
    {
        RpcException.StatusCode.DataLoss or RpcException.StatusCode.Internal or RpcException.StatusCode.Unknown
            or RpcException.StatusCode.ResourceExhausted or RpcException.StatusCode.Aborted
            or RpcException.StatusCode.OutOfRange or RpcException.StatusCode.Unavailable
            or RpcException.StatusCode.Cancelled => !IsTooLarge(e.Message),
        _ => false,
    };

    private static bool IsTooLarge(string message) =>
        message.Contains("larger than max", StringComparison.OrdinalIgnoreCase)
        || message.Contains("too large", StringComparison.OrdinalIgnoreCase);

    private static Uri Target(TemporalConnectionOptions options, out TlsOptions? tls)
    {
        var host = options.TargetHost;
        if (string.IsNullOrEmpty(host))
        {
            throw new ArgumentException($"{nameof(TemporalConnectionOptions.TargetHost)} is required, as host:port.");
        }

        tls = options.Tls switch
        {
            { Disabled: true } => null,
            null => options.ApiKey is null ? null : new(),
            var given => given,
        };
        var scheme = tls is null ? "http" : "https";
        return !host.Contains("://", StringComparison.Ordinal) && host.Contains(':', StringComparison.Ordinal)
            && Uri.TryCreate($"{scheme}://{host}", UriKind.Absolute, out var uri) && uri is { AbsolutePath: "/", Port: > 0 }
                ? uri
                : throw new ArgumentException(
                    $"{nameof(TemporalConnectionOptions.TargetHost)} must be host:port without a scheme; '{host}' is not.");
    }

    private static SocketsHttpHandler Handler(TemporalConnectionOptions options, TlsOptions? tls)
    {
        var handler = new SocketsHttpHandler
        {
            // Every parked poll holds a stream, and a server allows about a hundred per connection.
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            InitialHttp2StreamWindowSize = 1024 * 1024,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
            UseCookies = false,
            UseProxy = false,
        };
        if (options.KeepAlive is { } keepAlive)
        {
            handler.KeepAlivePingDelay = keepAlive.Interval;
            handler.KeepAlivePingTimeout = keepAlive.Timeout;
            handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always;
        }

        if (tls is not null)
        {
            handler.SslOptions = Ssl(tls);
        }

        return handler;
    }

    private static SslClientAuthenticationOptions Ssl(TlsOptions tls)
    {
        var ssl = new SslClientAuthenticationOptions();
        try
        {
            if (tls.ServerRootCACert is { } roots)
            {
                var policy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                };
                policy.CustomTrustStore.ImportFromPem(Encoding.ASCII.GetString(roots));
                if (policy.CustomTrustStore.Count == 0)
                {
                    throw new ArgumentException($"{nameof(TlsOptions.ServerRootCACert)} holds no certificate in PEM form.");
                }

                ssl.CertificateChainPolicy = policy;
            }

            if (tls is { ClientCert: { } certificate, ClientPrivateKey: { } key })
            {
                ssl.ClientCertificateContext = SslStreamCertificateContext.Create(
                    X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(certificate), Encoding.ASCII.GetString(key)),
                    additionalCertificates: null,
                    offline: true);
            }
        }
        catch (CryptographicException e)
        {
            throw new ArgumentException($"{nameof(TlsOptions)} holds a certificate or key that is not valid PEM: {e.Message}", e);
        }

        return ssl;
    }

    private static TimeSpan Deadline(string rpc, IMessage request) => rpc switch
    {
        "PollWorkflowTaskQueue" or "PollActivityTaskQueue" or "UpdateWorkflowExecution"
            or "PollWorkflowExecutionUpdate" or "ExecuteMultiOperation" => LongPollDeadline,
        "GetWorkflowExecutionHistory" when request is Api.WorkflowService.V1.GetWorkflowExecutionHistoryRequest
        {
            WaitNewEvent: true,
        } => LongPollDeadline,
        "Sleep" or "SleepUntil" or "UnlockTimeSkippingWithSleep" => Timeout.InfiniteTimeSpan,
        _ => OrdinaryDeadline,
    };

    private TimeSpan Pause(int retries, RpcException.StatusCode code)
    {
        var spread = 1 + (retry.RandomizationFactor * ((Random.Shared.NextDouble() * 2) - 1));
        var ordinary = Math.Min(
            retry.InitialInterval.TotalMilliseconds * Math.Pow(retry.Multiplier, retries),
            retry.MaxInterval.TotalMilliseconds);
        var throttled = code == RpcException.StatusCode.ResourceExhausted
            ? Math.Min(1000 * Math.Pow(2, retries), 10_000)
            : 0;
        return TimeSpan.FromMilliseconds(Math.Max(ordinary * spread, throttled));
    }

    private async Task<T> AttemptAsync<T>(
        string service,
        string rpc,
        IMessage request,
        MessageParser<T> parser,
        RpcOptions? options,
        CallHeaders headers,
        CancellationToken cancellation)
        where T : IMessage<T>
    {
        cancellation.ThrowIfCancellationRequested();
        var deadline = options?.Timeout ?? Deadline(rpc, request);
        using var limit = cancellation.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellation)
            : new();
        if (deadline != Timeout.InfiniteTimeSpan)
        {
            limit.CancelAfter(deadline);
        }

        var compressed = false;
        try
        {
            using var message = Message(service, rpc, request, options, headers, deadline, out compressed);
            using var response = await http.SendAsync(message, limit.Token);
            return await ReadAsync(response, parser, limit.Token);
        }
        catch (RpcException e) when (compressed && e.Code == RpcException.StatusCode.Unimplemented
            && e.Message.Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            compress = false;
            return await AttemptAsync(service, rpc, request, parser, options, headers, cancellation);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new RpcException(
                RpcException.StatusCode.DeadlineExceeded, $"{rpc} got no answer within {deadline.TotalSeconds} s.", null, e);
        }
        catch (OperationCanceledException e) when (e.CancellationToken != cancellation)
        {
            throw new OperationCanceledException(e.Message, e, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new RpcException(RpcException.StatusCode.Unavailable, Explain(e), null, e);
        }
    }

    private static string Explain(Exception e)
    {
        var innermost = e;
        while (innermost.InnerException is { } inner)
        {
            innermost = inner;
        }

        return innermost == e ? e.Message : $"{e.Message} ({innermost.Message})";
    }

    private HttpRequestMessage Message(
        string service,
        string rpc,
        IMessage request,
        RpcOptions? options,
        CallHeaders headers,
        TimeSpan deadline,
        out bool compressed)
    {
        var path = Paths.GetOrAdd(
            (target, service, rpc), static key => new(key.Target, $"/{key.Service}/{key.Rpc}"));
        var message = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = Frame(request, out compressed),
        };
        var all = message.Headers;
        if (domain is not null)
        {
            all.Host = domain; // the handler asks for, and verifies, the host that a request names
        }

        all.TryAddWithoutValidation("te", "trailers");
        all.TryAddWithoutValidation("user-agent", "temporal-dotnet-managed/" + ClientVersion);
        all.TryAddWithoutValidation("grpc-accept-encoding", "identity,gzip");
        if (compressed)
        {
            all.TryAddWithoutValidation("grpc-encoding", "gzip");
        }

        if (deadline != Timeout.InfiniteTimeSpan)
        {
            all.TryAddWithoutValidation("grpc-timeout", GrpcTimeout(deadline));
        }

        // What the call gives comes first and stays; no header is overridden.
        foreach (var (name, value) in options?.Metadata ?? [])
        {
            all.TryAddWithoutValidation(name, value);
        }

        foreach (var (name, value) in options?.BinaryMetadata ?? [])
        {
            all.TryAddWithoutValidation(name, Convert.ToBase64String(value));
        }

        foreach (var (name, value) in headers.Metadata)
        {
            AddIfMissing(all, name, value);
        }

        foreach (var (name, value) in headers.BinaryMetadata)
        {
            AddIfMissing(all, name, Convert.ToBase64String(value));
        }

        if (headers.ApiKey is { } key)
        {
            AddIfMissing(all, "authorization", "Bearer " + key);
        }

        AddIfMissing(all, "client-name", "temporal-dotnet");
        AddIfMissing(all, "client-version", ClientVersion);
        var names = Namespaces.GetOrAdd(
            request.Descriptor,
            static descriptor => descriptor.FindFieldByName("namespace") is { FieldType: FieldType.String } field
                ? field.Accessor
                : null);
        if (names?.GetValue(request) is string { Length: > 0 } space)
        {
            AddIfMissing(all, "temporal-namespace", space);
        }

        return message;
    }

    private static void AddIfMissing(HttpRequestHeaders headers, string name, string value)
    {
        if (!headers.NonValidated.Contains(name))
        {
            headers.TryAddWithoutValidation(name, value);
        }
    }

    private ByteArrayContent Frame(IMessage request, out bool compressed)
    {
        var size = request.CalculateSize();
        compressed = compress && size >= CompressFrom;
        byte[] frame;
        int length;
        if (compressed)
        {
            using var stream = new MemoryStream(size / 2);
            stream.Write([1, 0, 0, 0, 0]);
            using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            {
                request.WriteTo(gzip);
            }

            frame = stream.GetBuffer();
            length = (int)stream.Length;
        }
        else
        {
            length = 5 + size;
            frame = new byte[length];
            request.WriteTo(frame.AsSpan(5));
        }

        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length - 5);
        return new(frame, 0, length) { Headers = { ContentType = MediaType } };
    }

    private static async Task<T> ReadAsync<T>(
        HttpResponseMessage response, MessageParser<T> parser, CancellationToken cancellation)
        where T : IMessage<T>
    {
        ThrowUnlessOk(response.Headers, trailers: false); // an error without a body comes in the headers
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new RpcException(
                response.StatusCode switch
                {
                    HttpStatusCode.BadRequest => RpcException.StatusCode.Internal,
                    HttpStatusCode.Unauthorized => RpcException.StatusCode.Unauthenticated,
                    HttpStatusCode.Forbidden => RpcException.StatusCode.PermissionDenied,
                    HttpStatusCode.NotFound => RpcException.StatusCode.Unimplemented,
                    HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
                        or HttpStatusCode.GatewayTimeout => RpcException.StatusCode.Unavailable,
                    _ => RpcException.StatusCode.Unknown,
                },
                $"The server answered with HTTP status {(int)response.StatusCode}, which is no gRPC.",
                null);
        }

        using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var prefix = new byte[5];
        var read = await stream.ReadAtLeastAsync(prefix, 5, throwOnEndOfStream: false, cancellation);
        if (read < 5)
        {
            ThrowUnlessOk(response.TrailingHeaders, trailers: true);
            throw new RpcException(RpcException.StatusCode.Internal, "The server answered without a message.", null);
        }

        var compression = prefix[0];
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (length > LongestReply)
        {
            throw new RpcException(
                RpcException.StatusCode.ResourceExhausted,
                $"The answer of {length} bytes is larger than max, which is {LongestReply}.",
                null);
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            await stream.ReadExactlyAsync(buffer.AsMemory(0, (int)length), cancellation);
            while (await stream.ReadAsync(prefix, cancellation) > 0)
            {
                // Trailers are there only once everything was read.
            }

            ThrowUnlessOk(response.TrailingHeaders, trailers: true);
            if (compression > 1)
            {
                throw new RpcException(RpcException.StatusCode.Internal, "The answer's frame is malformed.", null);
            }

            if (compression == 0)
            {
                return parser.ParseFrom(new ReadOnlySequence<byte>(buffer, 0, (int)length));
            }

            using var gzip = new GZipStream(new MemoryStream(buffer, 0, (int)length), CompressionMode.Decompress);
            return parser.ParseFrom(gzip);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void ThrowUnlessOk(HttpHeaders headers, bool trailers)
    {
        // Not validated: that would parse, and copy, every header of every answer.
        var all = headers.NonValidated;
        if (!all.TryGetValues("grpc-status", out var found))
        {
            if (trailers)
            {
                throw new RpcException(
                    RpcException.StatusCode.Unavailable, "The connection ended before the answer's status came.", null);
            }

            return;
        }

        var code = int.TryParse(found.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (RpcException.StatusCode)number
            : RpcException.StatusCode.Unknown;
        if (code == RpcException.StatusCode.OK)
        {
            return;
        }

        var message = all.TryGetValues("grpc-message", out var texts) ? Uri.UnescapeDataString(texts.ToString()) : "";
        byte[]? details = null;
        if (all.TryGetValues("grpc-status-details-bin", out var encoded))
        {
            details = FromBase64(encoded.ToString());
        }

        throw new RpcException(code, message, details);
    }

    private static byte[]? FromBase64(string text)
    {
        text = text.Split(',')[0];
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>At most eight digits and a unit.</summary>
    private static string GrpcTimeout(TimeSpan deadline)
    {
        var milliseconds = Math.Max(0, (long)deadline.TotalMilliseconds);
        return milliseconds <= 99_999_999
            ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds}m")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Min(milliseconds / 1000, 99_999_999)}S");
    }
}

/// <summary>What a connection adds to every call.</summary>
internal sealed record CallHeaders(
    IReadOnlyCollection<KeyValuePair<string, string>> Metadata,
    IReadOnlyCollection<KeyValuePair<string, byte[]>> BinaryMetadata,
    string? ApiKey);

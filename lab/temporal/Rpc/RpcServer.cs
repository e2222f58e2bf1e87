using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Metal3.Lab.Temporal.Rpc;

/// <summary>Unary gRPC over clear-text HTTP/2, straight on Kestrel: no host, no routing, no container.</summary>
internal sealed class RpcServer : IHttpApplication<IFeatureCollection>, IAsyncDisposable
{
    /// <summary>Largest request, as in the real front end.</summary>
    public const int MaxMessageBytes = 4 * 1024 * 1024;

    private readonly Dictionary<string, Method> _methods = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _requests = new(StringComparer.Ordinal);
    private readonly KestrelServer _kestrel;
    private int _calls;

    private delegate ValueTask<IMessage> Method(ReadOnlySequence<byte> request, RpcCall call);

    public RpcServer(IPAddress address, int port, TimeSpan keepAlive)
    {
        // A proxy that ends TLS passes the scheme on that its client sees.
        var options = new KestrelServerOptions { AddServerHeader = false, AllowAlternateSchemes = true };
        options.Limits.MaxRequestBodySize = null; // the frame's own length decides, with a gRPC status
        options.Limits.MaxConcurrentConnections = null;
        // Every parked poll is a stream; Go clients queue calls silently once a connection is full.
        options.Limits.Http2.MaxStreamsPerConnection = 100_000;
        options.Limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        options.Limits.Http2.InitialStreamWindowSize = 1024 * 1024;
        options.Limits.Http2.KeepAlivePingDelay = keepAlive;
        options.Limits.Http2.KeepAlivePingTimeout = keepAlive;
        options.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http2);
        _kestrel = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
    }

    /// <summary>Where the server listens, with the port that it got. Known after <see cref="StartAsync"/>.</summary>
    public Uri Address => new(_kestrel.Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>Calls that have arrived and are neither answered nor given up.</summary>
    public int CallsInProgress => Volatile.Read(ref _calls);

    public void Map<TRequest>(string path, Func<TRequest, RpcCall, ValueTask<IMessage>> handler)
        where TRequest : IMessage<TRequest>, new()
    {
        var parser = new MessageParser<TRequest>(() => new TRequest());
        _methods[path] = (bytes, call) => handler(parser.ParseFrom(bytes), call);
    }

    public Task StartAsync(CancellationToken cancellationToken) => _kestrel.StartAsync(this, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Parked polls would hold a graceful stop for a minute; their callers retry anyway.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _kestrel.StopAsync(now.Token);
        _kestrel.Dispose();
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(IFeatureCollection context)
    {
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        var response = context.GetRequiredFeature<IHttpResponseFeature>();
        var aborted = context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        if (request is { Method: "GET", Path: "/metrics" })
        {
            response.Headers.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(Encoding.UTF8.GetBytes(Counts()), aborted);
            return;
        }

        var contentType = request.Headers.ContentType.ToString();
        if (!contentType.StartsWith("application/grpc", StringComparison.Ordinal))
        {
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        response.Headers.ContentType = "application/grpc";
        response.Headers["grpc-accept-encoding"] = "identity,gzip";
        CancellationTokenSource? timeout = null;
        _ = Interlocked.Increment(ref _calls);
        try
        {
            var deadline = ReadTimeout(request.Headers["grpc-timeout"]);
            if (deadline is { } limit)
            {
                timeout = CancellationTokenSource.CreateLinkedTokenSource(aborted);
                timeout.CancelAfter(limit < MaxTimeout ? limit : MaxTimeout);
            }

            var answer = await DispatchAsync(context, request, new RpcCall(timeout?.Token ?? aborted, deadline));
            var writer = context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
            Write(writer, answer);
            var trailers = context.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers;
            trailers["grpc-status"] = "0";
            await writer.FlushAsync(aborted);
        }
        catch (RpcException e)
        {
            Fail(response, e);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // The caller has gone: nobody to answer.
        }
        catch (OperationCanceledException)
        {
            Fail(response, new RpcException(StatusCode.DeadlineExceeded, "context deadline exceeded"));
        }
        catch (InvalidProtocolBufferException e)
        {
            Fail(response, new RpcException(StatusCode.Internal, $"grpc: failed to unmarshal the received message: {e.Message}"));
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Fail(response, new RpcException(StatusCode.Internal, $"the request could not be read: {e.Message}"));
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"{request.Path}: {e}");
            Fail(response, new RpcException(StatusCode.Internal, $"{e.GetType().Name}: {e.Message}"));
        }
        finally
        {
            timeout?.Dispose();
            _ = Interlocked.Decrement(ref _calls);
        }
    }

    private static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(1);

    private async ValueTask<IMessage> DispatchAsync(IFeatureCollection context, IHttpRequestFeature request, RpcCall call)
    {
        if (!_methods.TryGetValue(request.Path, out var method))
        {
            throw Unknown(request.Path);
        }

        _requests.AddOrUpdate(request.Path, 1, (_, before) => before + 1);

        var body = context.Get<IRequestBodyPipeFeature>()?.Reader
            ?? PipeReader.Create(request.Body);
        while (true)
        {
            var read = await body.ReadAsync(call.Aborted);
            var buffer = read.Buffer;
            var whole = TryFrame(buffer, out var compressed, out var payload); // refuses what is too large at once
            if (whole && buffer.Length > payload.Length + 5)
            {
                throw new RpcException(StatusCode.Internal, "A unary call carries exactly one message; this one carried more.");
            }

            if (read.IsCompleted)
            {
                if (!whole)
                {
                    throw new RpcException(StatusCode.Internal, "The request ended before its message was complete.");
                }

                if (compressed)
                {
                    payload = Inflate(payload, request.Headers["grpc-encoding"].ToString());
                }

                // Handlers parse before they first wait, so the request's memory can go back at once.
                var answer = method(payload, call);
                body.AdvanceTo(buffer.End);
                await body.CompleteAsync();
                return await answer;
            }

            body.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>Calls by operation, in Prometheus' text format and with the real server's name; polls count when they begin.</summary>
    private string Counts() => "# TYPE service_requests counter\n" + string.Concat(_requests.Select(one =>
        string.Create(CultureInfo.InvariantCulture, $"service_requests{{operation=\"{one.Key[(one.Key.LastIndexOf('/') + 1)..]}\"}} {one.Value}\n")));

    private static bool TryFrame(ReadOnlySequence<byte> buffer, out bool compressed, out ReadOnlySequence<byte> payload)
    {
        compressed = false;
        payload = default;
        if (buffer.Length < 5)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[5];
        buffer.Slice(0, 5).CopyTo(head);
        if (head[0] > 1)
        {
            throw new RpcException(StatusCode.Internal, $"grpc: received unexpected payload format {head[0]}");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        if (length > MaxMessageBytes)
        {
            throw TooLarge(length);
        }

        compressed = head[0] == 1;
        if (buffer.Length - 5 < length)
        {
            return false;
        }

        payload = buffer.Slice(5, length);
        return true;
    }

    private static ReadOnlySequence<byte> Inflate(ReadOnlySequence<byte> payload, string encoding)
    {
        if (encoding is not "gzip")
        {
            throw new RpcException(
                StatusCode.Unimplemented, $"grpc: Decompressor is not installed for grpc-encoding \"{encoding}\"; use gzip or identity.");
        }

        using var packed = new MemoryStream(payload.ToArray());
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var plain = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int count;
            while ((count = gzip.Read(chunk)) > 0)
            {
                if (plain.Length + count > MaxMessageBytes)
                {
                    throw TooLarge(plain.Length + count);
                }

                plain.Write(chunk, 0, count);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }

        return new ReadOnlySequence<byte>(plain.GetBuffer(), 0, (int)plain.Length);
    }

    private static void Write(PipeWriter writer, IMessage message)
    {
        var size = message.CalculateSize();
        var span = writer.GetSpan(size + 5);
        span[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], (uint)size);
        if (size > 0)
        {
            message.WriteTo(span.Slice(5, size));
        }

        writer.Advance(size + 5);
    }

    private static void Fail(IHttpResponseFeature response, RpcException e)
    {
        if (response.HasStarted)
        {
            return;
        }

        response.Headers["grpc-status"] = ((int)e.Code).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = PercentEncode(e.Message);
        if (e.Detail is not null)
        {
            response.Headers["grpc-status-details-bin"] = Convert.ToBase64String(e.ToStatus().ToByteArray()).TrimEnd('=');
        }
    }

    private static RpcException TooLarge(long length) => new(
        StatusCode.ResourceExhausted, $"grpc: received message larger than max ({length} vs. {MaxMessageBytes})");

    private static RpcException Unknown(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return new RpcException(
            StatusCode.Unimplemented,
            parts.Length == 2 ? $"unknown method {parts[1]} for service {parts[0]}" : $"malformed method name: \"{path}\"");
    }

    private static TimeSpan? ReadTimeout(StringValues header)
    {
        if (header.Count == 0)
        {
            return null;
        }

        var text = header.ToString();
        if (text.Length is < 2 or > 9
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            throw RpcException.Invalid($"malformed grpc-timeout: \"{text}\"");
        }

        return text[^1] switch
        {
            'H' => TimeSpan.FromHours(Math.Min(count, 10_000_000)),
            'M' => TimeSpan.FromMinutes(count),
            'S' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMilliseconds(count),
            'u' => TimeSpan.FromMicroseconds(count),
            'n' => TimeSpan.FromTicks(count / 100),
            _ => throw RpcException.Invalid($"malformed grpc-timeout: \"{text}\""),
        };
    }

    private static string PercentEncode(string text)
    {
        var encoded = new StringBuilder(text.Length + 8);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is >= 0x20 and <= 0x7e and not (byte)'%')
            {
                encoded.Append((char)octet);
            }
            else
            {
                encoded.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }
}

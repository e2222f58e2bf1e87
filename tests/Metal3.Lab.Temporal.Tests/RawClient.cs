using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>A Temporal client of a few lines: one method per call, any server, nothing of an SDK.</summary>
internal sealed class RawClient(string target) : IDisposable
{
    public const string Workflow = "temporal.api.workflowservice.v1.WorkflowService";
    public const string Test = "temporal.api.testservice.v1.TestService";
    public const string Operator = "temporal.api.operatorservice.v1.OperatorService";

    private readonly HttpClient _http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true, UseProxy = false })
    {
        BaseAddress = new Uri($"http://{target}"),
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public string Target { get; } = target;

    /// <summary>Calls the workflow service; the method's name is the request type's.</summary>
    public Task<TResponse> CallAsync<TResponse>(IMessage request, TimeSpan? timeout = null, CancellationToken cancellation = default)
        where TResponse : IMessage<TResponse>, new() =>
        CallAsync<TResponse>($"/{Workflow}/{request.Descriptor.Name[..^"Request".Length]}", request, timeout, cancellation);

    public async Task<TResponse> CallAsync<TResponse>(string path, IMessage request, TimeSpan? timeout = null, CancellationToken cancellation = default)
        where TResponse : IMessage<TResponse>, new()
    {
        var body = await SendAsync(path, Frame(request.ToByteArray()), timeout, cancellation);
        var response = new TResponse();
        response.MergeFrom(body.AsSpan(5));
        return response;
    }

    /// <summary>Sends any bytes as the request's body and returns the response's frame.</summary>
    /// <exception cref="RpcException">The answer was not OK.</exception>
    public async Task<byte[]> SendAsync(string path, byte[] body, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        if (timeout is { } limit)
        {
            message.Headers.Add("grpc-timeout", $"{(long)limit.TotalMilliseconds}m");
        }

        using var response = await _http.SendAsync(message, cancellation);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellation);
        var status = Header(response, "grpc-status") ?? $"{(int)StatusCode.Unknown}";
        if (status == "0")
        {
            return answer;
        }

        var details = Header(response, "grpc-status-details-bin") is { Length: > 0 } encoded
            ? Status.Parser.ParseFrom(Convert.FromBase64String(encoded + new string('=', (4 - (encoded.Length % 4)) % 4)))
            : new Status();
        throw new RpcException(
            (StatusCode)int.Parse(status), Uri.UnescapeDataString(Header(response, "grpc-message") ?? ""), details);
    }

    public static byte[] Frame(byte[] message)
    {
        var frame = new byte[message.Length + 5];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    public void Dispose() => _http.Dispose();

    private static string? Header(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailer) ? trailer.First()
        : response.Headers.TryGetValues(name, out var header) ? header.First() : null;
}

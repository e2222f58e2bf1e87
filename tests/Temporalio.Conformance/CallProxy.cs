using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Temporalio.Conformance;

/// <summary>Stands before a server, knows one call from another, remembers what was asked, and can lose an answer.</summary>
public sealed class CallProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _server = new(new SocketsHttpHandler
    {
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
        AllowAutoRedirect = false,
    });

    private readonly ConcurrentQueue<(string Rpc, byte[] Body, IReadOnlyDictionary<string, string> Headers)> _calls = new();
    private readonly ConcurrentDictionary<string, bool> _losing = new(StringComparer.Ordinal);
    private readonly string _target;

    private CallProxy(string target)
    {
        _target = target;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        _app.Run(PassOnAsync);
    }

    public string Address => new Uri(_app.Urls.First()).Authority;

    /// <summary>The bodies of all calls of one kind, as they came.</summary>
    public IReadOnlyList<byte[]> CallsOf(string rpc) => [.. _calls.Where(call => call.Rpc == rpc).Select(call => call.Body)];

    /// <summary>The headers of the latest call of one kind.</summary>
    public IReadOnlyDictionary<string, string> HeadersOf(string rpc) => _calls.Last(call => call.Rpc == rpc).Headers;

    /// <summary>The server does what the next call of this kind asks, and the caller never learns it.</summary>
    public void LoseNextAnswerTo(string rpc) => _losing[rpc] = true;

    public static async Task<CallProxy> StartAsync(string target)
    {
        var proxy = new CallProxy(target);
        await proxy._app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1)); // parked polls would wait for a minute
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _server.Dispose();
    }

    private async Task PassOnAsync(HttpContext context)
    {
        var rpc = context.Request.Path.Value!.Split('/')[^1];
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        _calls.Enqueue((
            rpc, body.ToArray(), context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{_target}{context.Request.Path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body.ToArray()),
        };
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!name.StartsWith(':') && name is not ("Host" or "Content-Length")
                && !request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }

        try
        {
            using var response = await _server.SendAsync(request, context.RequestAborted);
            var answer = await response.Content.ReadAsByteArrayAsync(context.RequestAborted);
            context.Response.ContentType = "application/grpc";
            if (_losing.TryRemove(rpc, out _))
            {
                context.Response.Headers["grpc-status"] = "14"; // as a balancer says whose server went away
                context.Response.Headers["grpc-message"] = "lost on the way";
                return;
            }

            foreach (var (name, values) in response.Headers.Where(header => header.Key.StartsWith("grpc-", StringComparison.Ordinal)))
            {
                context.Response.Headers[name] = values.ToArray();
            }

            if (answer.Length > 0)
            {
                await context.Response.Body.WriteAsync(answer, context.RequestAborted);
            }

            foreach (var (name, values) in response.TrailingHeaders)
            {
                context.Response.AppendTrailer(name, values.ToArray());
            }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            // The caller gave up, or the server did: either side learns it by the end of the stream.
            context.Abort();
        }
    }
}

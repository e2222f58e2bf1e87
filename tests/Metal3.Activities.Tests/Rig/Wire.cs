using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Metal3.Activities.Tests.Rig;

/// <summary>One request as it crossed the wire.</summary>
internal sealed record Crossed(string Method, string Path, string? Target, int? Status)
{
    /// <summary>The listing that all waits share, and what proves the server ready, are not counted as anybody's.</summary>
    public bool IsShared => Method == "GET" && (Path.EndsWith("/nodes", StringComparison.Ordinal)
        || Path.EndsWith("/drivers", StringComparison.Ordinal) || Path is "/v1" or "/v1/");

    public override string ToString() => $"{Method} {Path}{(Target is null ? "" : $" {Target}")} → {Status?.ToString(CultureInfo.InvariantCulture) ?? "lost"}";
}

/// <summary>Where a process dies.</summary>
internal enum Death
{
    BeforeTheRequest,
    AfterTheAnswer,
}

/// <summary>Records every request, and can kill the process between any two.</summary>
internal sealed class Wire(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentQueue<Crossed> _crossed = new();
    private readonly CancellationTokenSource _died = new();
    private int _own;

    /// <summary>Which of the requests that count (from 0) is the process's last; null: it lives.</summary>
    public int? DiesAt { get; init; }

    public Death Death { get; init; }

    public bool Dead => _died.IsCancellationRequested;

    /// <summary>Fires when the process dies.</summary>
    public CancellationToken Died => _died.Token;

    public IReadOnlyList<Crossed> All => [.. _crossed];

    public IReadOnlyList<Crossed> Own => [.. _crossed.Where(one => !one.IsShared)];

    public void Clear()
    {
        _crossed.Clear();
        _own = 0;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _died.Dispose();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = request.Content is null || request.Method != HttpMethod.Put
            ? null
            : (string?)(JsonNode.Parse(await request.Content.ReadAsStringAsync(cancellationToken)) as JsonObject)?["target"];
        var crossed = new Crossed(request.Method.Method, request.RequestUri!.AbsolutePath, target, null);
        var dies = !crossed.IsShared && DiesAt == _own++;
        if (Dead || (dies && Death is Death.BeforeTheRequest))
        {
            await _died.CancelAsync();
            throw new ProcessDiedException();
        }

        var response = await base.SendAsync(request, cancellationToken);
        _crossed.Enqueue(crossed with { Status = (int)response.StatusCode });
        if (dies)
        {
            await _died.CancelAsync();
            response.Dispose();
            throw new ProcessDiedException();
        }

        return response;
    }
}

/// <summary>Nothing runs after it: no handler of the product catches it.</summary>
internal sealed class ProcessDiedException : Exception;

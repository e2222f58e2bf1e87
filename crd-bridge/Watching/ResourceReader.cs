using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;
using K8s = k8s.Kubernetes;

namespace Metal3.CrdBridge.Watching;

/// <summary>The server refused a list or a watch.</summary>
public sealed class ResourceRefusedException(HttpStatusCode status, string message) : Exception(message)
{
    /// <summary>HTTP status, or the code of the <c>Status</c> in a watch.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>The version or page asked for was forgotten by the server: only a new list helps.</summary>
    public bool IsExpired => Status == HttpStatusCode.Gone;
}

/// <summary>Lists and watches one resource type as bytes, so that nothing is built that nobody keeps.</summary>
internal sealed class ResourceReader(K8s client, ResourceType type, InformerOptions options, TimeProvider time)
{
    // The API refuses objects of more than a few megabytes; a line beyond this is no event but a fault.
    private const int LongestLine = 64 << 20;

    public delegate void OnLine(ReadOnlySpan<byte> line);

    /// <summary>One page; <paramref name="onObject"/> sees its objects before it is known to be complete.</summary>
    /// <exception cref="ResourceRefusedException">The server said no.</exception>
    public async Task<(string Version, string? Continue)> PageAsync(
        string? ns, string? next, int? limit, ListPage.OnObject onObject, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(options.RequestTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            var query = Query(("limit", limit?.ToString(CultureInfo.InvariantCulture)), ("continue", next));
            using var response = await SendAsync(type.Path(ns) + query, both.Token);
            var stream = await response.Content.ReadAsStreamAsync(both.Token);
            await using (stream)
            {
                using var page = new GrowingBuffer();
                while (await page.ReadMoreAsync(stream, both.Token))
                {
                }

                return ListPage.Read(page.Span, onObject);
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"A page of {type} did not come within {options.RequestTimeout}.", e);
        }
    }

    /// <summary>Hands over whole lines until the watch ends; a line cut short by the end is dropped.</summary>
    /// <exception cref="ResourceRefusedException">The server said no.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="TimeoutException">The watch fell silent.</exception>
    public async Task WatchAsync(string? ns, string version, TimeSpan duration, OnLine onLine, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(options.RequestTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, silence.Token);
        try
        {
            var query = Query(
                ("watch", "true"),
                ("allowWatchBookmarks", "true"),
                ("resourceVersion", version),
                ("timeoutSeconds", ((int)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
            using var response = await SendAsync(type.Path(ns) + query, both.Token);
            var stream = await response.Content.ReadAsStreamAsync(both.Token);
            await using (stream)
            {
                using var buffer = new GrowingBuffer();
                do
                {
                    while (buffer.TryTakeLine(out var line))
                    {
                        onLine(line);
                    }

                    if (buffer.Length > LongestLine)
                    {
                        throw new InvalidDataException($"A line of the watch of {type} is longer than {LongestLine >> 20} MiB.");
                    }

                    silence.CancelAfter(options.WatchSilence);
                }
                while (await buffer.ReadMoreAsync(stream, both.Token));
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The watch of {type} was silent for too long.", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.BaseUri, path))
        {
            Version = HttpVersion.Version20,
        };
        request.Headers.Accept.ParseAdd("application/json");
        if (client.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellation);
        }

        var response = await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            throw Refusal(response.StatusCode, body);
        }
    }

    /// <summary>The server's own words, if it answered with a <c>Status</c>.</summary>
    public ResourceRefusedException Refusal(HttpStatusCode? status, ReadOnlySpan<byte> body)
    {
        string? message = null;
        try
        {
            var reader = new Utf8JsonReader(body);
            using var json = JsonDocument.ParseValue(ref reader);
            message = json.RootElement.TryGetProperty("message", out var text) ? text.GetString() : null;
            if (status is null && json.RootElement.TryGetProperty("code", out var code) && code.TryGetInt32(out var number))
            {
                status = (HttpStatusCode)number;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // a proxy's page or nothing: the status code has to do
        }

        var known = status ?? HttpStatusCode.InternalServerError;
        return new(known, $"{type}: {(int)known} {message ?? known.ToString()}");
    }

    private string Query(params ReadOnlySpan<(string Name, string? Value)> pairs)
    {
        var query = new System.Text.StringBuilder();
        foreach (var (name, value) in pairs)
        {
            Add(name, value);
        }

        Add("labelSelector", options.LabelSelector);
        return query.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }

    /// <summary>Bytes read so far, in a pooled array that doubles when it is full.</summary>
    private sealed class GrowingBuffer : IDisposable
    {
        private byte[] _bytes = ArrayPool<byte>.Shared.Rent(64 << 10);
        private int _start;
        private int _searched;
        private int _end;

        public int Length => _end - _start;

        public ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, Length);

        public async Task<bool> ReadMoreAsync(Stream stream, CancellationToken cancellation)
        {
            MakeRoom();
            var count = await stream.ReadAsync(_bytes.AsMemory(_end), cancellation);
            _end += count;
            return count > 0;
        }

        public bool TryTakeLine(out ReadOnlySpan<byte> line)
        {
            // Where the last search ended, this one begins: a long line comes in many pieces.
            var index = _bytes.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (index < 0)
            {
                _searched = _end;
                line = default;
                return false;
            }

            line = _bytes.AsSpan(_start, _searched + index - _start);
            _start = _searched = _searched + index + 1;
            return true;
        }

        public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);

        private void MakeRoom()
        {
            if (_start > 0)
            {
                Span.CopyTo(_bytes);
                _end -= _start;
                _searched -= _start;
                _start = 0;
            }

            if (_end < _bytes.Length)
            {
                return;
            }

            var larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
            Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
    }
}

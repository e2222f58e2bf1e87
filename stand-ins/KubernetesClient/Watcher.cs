using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Autorest;
using k8s.Exceptions;
using k8s.Models;

namespace k8s;

[JsonConverter(typeof(JsonStringEnumConverter<WatchEventType>))]
public enum WatchEventType
{
    [JsonStringEnumMemberName("ADDED")]
    Added,

    [JsonStringEnumMemberName("MODIFIED")]
    Modified,

    [JsonStringEnumMemberName("DELETED")]
    Deleted,

    [JsonStringEnumMemberName("ERROR")]
    Error,

    [JsonStringEnumMemberName("BOOKMARK")]
    Bookmark,
}

/// <summary>Reads a watch in the background until it ends or this is disposed.</summary>
public class Watcher<T> : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private bool _disposed;

    public Watcher(
        Func<Task<StreamReader>> streamReaderCreator, Action<WatchEventType, T> onEvent, Action<Exception> onError,
        Action onClosed = null)
        : this(async () => (TextReader)await streamReaderCreator().ConfigureAwait(false), onEvent, onError, onClosed)
    {
    }

    public Watcher(
        Func<Task<TextReader>> streamReaderCreator, Action<WatchEventType, T> onEvent, Action<Exception> onError,
        Action onClosed = null)
    {
        OnEvent += onEvent;
        OnError += onError;
        OnClosed += onClosed;
        _ = Task.Run(() => RunAsync(streamReaderCreator, _stop.Token));
    }

    public event Action<WatchEventType, T> OnEvent;

    public event Action<Exception> OnError;

    public event Action OnClosed;

    public bool Watching { get; private set; }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    internal static async IAsyncEnumerable<(WatchEventType Type, T Object)> ReadAsync(
        Func<Task<TextReader>> open, Action<Exception> onError, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = await open().WaitAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            WatchEvent change = null;
            try
            {
                change = Parse(line);
            }
            catch (Exception e) when (e is JsonException or KubernetesException or FormatException or NotSupportedException)
            {
                // A line cut short by a broken connection is an error of the stream, never half an object.
                onError?.Invoke(e);
            }

            if (change is not null)
            {
                yield return (change.Type, change.Object);
            }
        }
    }

    protected virtual void Dispose(bool disposing)
    {
        if (_disposed || !disposing)
        {
            return;
        }

        _disposed = true;
        _stop.Cancel();
        _stop.Dispose();
    }

    private static WatchEvent Parse(string line)
    {
        using var json = JsonDocument.Parse(line);
        var change = json.RootElement;
        if (change.ValueKind != JsonValueKind.Object || !change.TryGetProperty("object", out var content))
        {
            throw new JsonException("A line of a watch must be an object with 'type' and 'object'.");
        }

        return content.TryGetProperty("kind", out var kind) && kind.ValueEquals("Status")
            ? throw new KubernetesException(KubernetesJson.Deserialize<V1Status>(content))
            : KubernetesJson.Deserialize<WatchEvent>(change);
    }

    private async Task RunAsync(Func<Task<TextReader>> open, CancellationToken cancellationToken)
    {
        Watching = true;
        try
        {
            await foreach (var (type, item) in ReadAsync(open, failure => OnError?.Invoke(failure), cancellationToken)
                .ConfigureAwait(false))
            {
                OnEvent?.Invoke(type, item);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // disposed: the caller knows
        }
        catch (Exception e)
        {
            OnError?.Invoke(e);
        }
        finally
        {
            Watching = false;
            OnClosed?.Invoke();
        }
    }

    public class WatchEvent
    {
        [JsonPropertyName("type")]
        public WatchEventType Type { get; set; }

        [JsonPropertyName("object")]
        public T Object { get; set; }
    }
}

public static class WatcherExt
{
    public static Watcher<T> Watch<T, L>(
        this Task<HttpOperationResponse<L>> responseTask, Action<WatchEventType, T> onEvent,
        Action<Exception> onError = null, Action onClosed = null) =>
        new(() => OpenAsync(responseTask), onEvent, onError, onClosed);

    public static Watcher<T> Watch<T, L>(
        this HttpOperationResponse<L> response, Action<WatchEventType, T> onEvent, Action<Exception> onError = null,
        Action onClosed = null) =>
        Task.FromResult(response).Watch(onEvent, onError, onClosed);

    public static IAsyncEnumerable<(WatchEventType, T)> WatchAsync<T, L>(
        this Task<HttpOperationResponse<L>> responseTask, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        Watcher<T>.ReadAsync(() => OpenAsync(responseTask), onError, cancellationToken);

    private static async Task<TextReader> OpenAsync<L>(Task<HttpOperationResponse<L>> responseTask)
    {
        var response = await responseTask.ConfigureAwait(false);
        if (response.Request?.RequestUri?.Query.Contains("watch=true", StringComparison.Ordinal) is not true)
        {
            throw new KubernetesClientException("Only the answer to a request with watch=true can be watched.");
        }

        return new StreamReader(await response.Response.Content.ReadAsStreamAsync().ConfigureAwait(false));
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Metal3.EndToEnd.Parts;

/// <summary>What a user does to a cluster, on the wire, so that a test sees exactly what is stored.</summary>
internal sealed partial class Cluster : IDisposable
{
    private readonly HttpClient _http;

    public Cluster(string kubeconfig)
    {
        var text = File.ReadAllText(kubeconfig);
        var server = ServerPattern().Match(text).Groups[1].Value;
        _http = new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } })
        {
            BaseAddress = new(server.TrimEnd('/') + "/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (TokenPattern().Match(text) is { Success: true } token)
        {
            _http.DefaultRequestHeaders.Authorization = new("Bearer", token.Groups[1].Value);
        }
    }

    public static string Hosts(string @namespace) => $"apis/metal3.io/v1alpha1/namespaces/{@namespace}/baremetalhosts";

    public static string Secrets(string @namespace) => $"api/v1/namespaces/{@namespace}/secrets";

    /// <summary>Creates an object, or does nothing if it exists; tries again while the server is away.</summary>
    public Task CreateAsync(string collection, JsonObject what, CancellationToken cancellationToken) => PersistentlyAsync(
        () => new(HttpMethod.Post, collection) { Content = JsonContent.Create(what) },
        [HttpStatusCode.Conflict],
        cancellationToken);

    /// <summary>Merges into an object; answers with what it became.</summary>
    public async Task<JsonObject> PatchAsync(string path, JsonObject patch, CancellationToken cancellationToken)
    {
        using var answer = await PersistentlyAsync(
            () => new(HttpMethod.Patch, path) { Content = new StringContent(patch.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/merge-patch+json")) },
            [],
            cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!;
    }

    public Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        PersistentlyAsync(() => new(HttpMethod.Delete, path), [HttpStatusCode.NotFound], cancellationToken);

    /// <summary>An object or a list; null if there is none.</summary>
    public async Task<JsonObject?> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await PersistentlyAsync(() => new(HttpMethod.Get, path), [HttpStatusCode.NotFound], cancellationToken);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await answer.Content.ReadFromJsonAsync<JsonObject>(cancellationToken);
    }

    /// <summary>The server's own counters, in Prometheus' text format.</summary>
    public Task<string> MetricsAsync(CancellationToken cancellationToken) => _http.GetStringAsync("metrics", cancellationToken);

    /// <summary>One connection's watch events; ends when the server does.</summary>
    public async IAsyncEnumerable<JsonObject> WatchAsync(string collection, string from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{collection}?watch=1&resourceVersion={from}&timeoutSeconds=600");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return JsonNode.Parse(line)!.AsObject();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> PersistentlyAsync(
        Func<HttpRequestMessage> request, HttpStatusCode[] accepted, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(TimeSpan.FromSeconds(20));
                using var sent = request();
                var answer = await _http.SendAsync(sent, limit.Token);
                if (answer.IsSuccessStatusCode || accepted.Contains(answer.StatusCode))
                {
                    return answer;
                }

                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                if ((int)answer.StatusCode < 500 && answer.StatusCode != HttpStatusCode.TooManyRequests)
                {
                    throw new InvalidOperationException($"{sent.Method} {sent.RequestUri}: {(int)answer.StatusCode} {text}");
                }
            }
            catch (Exception e) when ((e is HttpRequestException or IOException or OperationCanceledException) && !cancellationToken.IsCancellationRequested)
            {
                // Killed a moment ago; it comes back.
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    [GeneratedRegex("server: *\"?([^\"\\s,}]+)")]
    private static partial Regex ServerPattern();

    [GeneratedRegex("token: *\"?([^\"\\s,}]+)")]
    private static partial Regex TokenPattern();
}

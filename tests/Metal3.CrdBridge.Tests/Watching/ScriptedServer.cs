using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Threading.Channels;
using System.Web;
using k8s;
using K8s = k8s.Kubernetes;

namespace Metal3.CrdBridge.Tests.Watching;

/// <summary>An API server whose every answer the test writes; requests wait until it does.</summary>
internal sealed class ScriptedServer : DelegatingHandler
{
    private readonly Channel<Request> _requests = Channel.CreateUnbounded<Request>();

    public K8s Client() => new(new KubernetesClientConfiguration { Host = "http://scripted" }, this);

    /// <summary>The next request that the informer sends.</summary>
    public async Task<Request> NextAsync() =>
        await _requests.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public async Task<Request> ListAsync()
    {
        var request = await NextAsync();
        Assert.False(request.IsWatch, $"expected a list, got {request.Query}");
        return request;
    }

    public async Task<Request> WatchAsync()
    {
        var request = await NextAsync();
        Assert.True(request.IsWatch, $"expected a watch, got {request.Query}");
        return request;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = new Request(request.RequestUri!);
        await _requests.Writer.WriteAsync(asked, cancellationToken);
        return await asked.Answer.Task.WaitAsync(cancellationToken);
    }

    internal sealed class Request(Uri uri)
    {
        private readonly Pipe _pipe = new();

        public TaskCompletionSource<HttpResponseMessage> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Path => uri.AbsolutePath;

        public string Query => uri.Query;

        public bool IsWatch => this["watch"] == "true";

        public string? this[string name] => HttpUtility.ParseQueryString(uri.Query)[name];

        public void List(string version, params string[] items) => Page(version, null, items);

        public void Page(string version, string? next, params string[] items) => Raw(
            HttpStatusCode.OK,
            $$"""{"kind":"HostList","metadata":{"resourceVersion":"{{version}}","continue":"{{next}}"},"items":[{{string.Join(',', items)}}]}""");

        public void Refuse(HttpStatusCode status, string message) => Raw(
            status, $$"""{"kind":"Status","code":{{(int)status}},"message":"{{message}}"}""");

        public void Raw(HttpStatusCode status, string body) =>
            Answer.SetResult(new HttpResponseMessage(status) { Content = new StringContent(body) });

        /// <summary>Starts the answer of a watch.</summary>
        public Request Open()
        {
            Answer.SetResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(_pipe.Reader.AsStream()) });
            return this;
        }

        public async Task SendAsync(string text) => await _pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(text));

        public Task EventAsync(string type, string item) => SendAsync($$"""{"type":"{{type}}","object":{{item}}}""" + "\n");

        /// <summary>Ends the watch, in order or by a broken connection.</summary>
        public async Task EndAsync(Exception? failure = null) => await _pipe.Writer.CompleteAsync(failure);
    }
}

/// <summary>What the informer told, in order.</summary>
internal sealed class Told
{
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();

    public ConcurrentQueue<Exception> Failures { get; } = new();

    public async Task TakeAsync(Metal3.CrdBridge.Watching.Change<string> change, CancellationToken cancellation)
    {
        await Task.Yield();
        if (Failures.TryDequeue(out var failure))
        {
            throw failure;
        }

        await _told.Writer.WriteAsync($"{change.Kind} {change.Key} {change.Object}", cancellation);
    }

    public async Task<string> NextAsync() =>
        await _told.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public async Task<string[]> NextAsync(int count)
    {
        var all = new string[count];
        for (var i = 0; i < count; i++)
        {
            all[i] = await NextAsync();
        }

        Array.Sort(all, StringComparer.Ordinal);
        return all;
    }

    public bool IsSilent => !_told.Reader.TryPeek(out _);
}

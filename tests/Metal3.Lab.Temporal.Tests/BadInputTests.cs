using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;
using Metal3.Lab.Temporal.Api;
using Metal3.Lab.Temporal.Rpc;

namespace Metal3.Lab.Temporal.Tests;

public sealed class BadInputTests : IAsyncLifetime
{
    private const string Start = $"/{RawClient.Workflow}/StartWorkflowExecution";
    private LabTemporal? _server;
    private RawClient? _client;

    private RawClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _server = await LabTemporal.StartAsync(new LabTemporalOptions(), default);
        _client = new RawClient(_server.TargetHost);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _server!.DisposeAsync();
    }

    [Theory]
    [InlineData(new byte[0], StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 7, 0, 0, 0, 1, 1 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1, 2 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 3, 0xff, 0xff, 0xff }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 3, 1, 2, 3 }, StatusCode.Unimplemented)]
    [InlineData(new byte[] { 0, 0xff, 0xff, 0xff, 0xff }, StatusCode.ResourceExhausted)]
    internal async Task A_broken_frame_is_answered_with_a_status(byte[] body, StatusCode expected)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => Client.SendAsync(Start, body));

        Assert.Equal(expected, refused.Code);
        await StillServesAsync();
    }

    [Fact]
    public async Task A_message_above_four_mebibytes_is_refused()
    {
        var request = new StartWorkflowExecutionRequest { Namespace = "default", Input = new Payloads { Payloads_ = { new Payload { Data = ByteString.CopyFrom(new byte[5 * 1024 * 1024]) } } } };

        var refused = await Assert.ThrowsAsync<RpcException>(() => Client.CallAsync<StartWorkflowExecutionResponse>(request));

        Assert.Equal(StatusCode.ResourceExhausted, refused.Code);
        Assert.Contains("larger than max", refused.Message, StringComparison.Ordinal);
        await StillServesAsync();
    }

    [Fact]
    public async Task Unknown_methods_are_named()
    {
        var refused = await Assert.ThrowsAsync<RpcException>(
            () => Client.SendAsync($"/{RawClient.Workflow}/MakeCoffee", RawClient.Frame([])));

        Assert.Equal(StatusCode.Unimplemented, refused.Code);
        Assert.Contains("MakeCoffee", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_namespace_is_named_in_the_detail()
    {
        var refused = await Assert.ThrowsAsync<RpcException>(
            () => Client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "nowhere" }));

        Assert.Equal(StatusCode.NotFound, refused.Code);
        Assert.Equal("nowhere", ((Status)refused.Detail!).Details[0].Unpack<NamespaceNotFoundFailure>().Namespace);
    }

    [Fact]
    public async Task Fields_that_are_not_known_survive_in_histories()
    {
        using var script = new Script(new RawClient(Client.Target), "unknown");
        var request = script.StartRequest().ToByteArray();
        byte[] extra = [.. request, 0xfa, 0x3e, 2, 1, 2]; // field 1007 of the request
        var payload = new Payload();
        payload.MergeFrom([0xfa, 0x3e, 2, 1, 2]); // and of the payload, which is stored
        var withPayload = StartWorkflowExecutionRequest.Parser.ParseFrom(extra);
        withPayload.Input = new Payloads { Payloads_ = { payload } };

        _ = await Client.CallAsync<StartWorkflowExecutionResponse>(withPayload);

        var stored = (await script.HistoryAsync())[0].WorkflowExecutionStartedEventAttributes.Input.Payloads_[0];
        Assert.Equal(payload.ToByteArray(), stored.ToByteArray());
    }

    [Fact]
    public async Task Connections_that_say_nothing_or_nonsense_harm_nobody()
    {
        var target = IPEndPoint.Parse(Client.Target);
        var silent = Enumerable.Range(0, 50).Select(_ => new TcpClient()).ToList();
        foreach (var (client, number) in silent.Select((client, number) => (client, number)))
        {
            await client.ConnectAsync(target);
            if (number % 2 == 0)
            {
                await client.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            }
            else if (number % 3 == 0)
            {
                await client.GetStream().WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
            }
        }

        await StillServesAsync();
        silent.ForEach(client => client.Dispose());
        await StillServesAsync();
    }

    [Fact]
    public async Task Two_thousand_idle_pollers_do_not_keep_others_from_being_served()
    {
        using var stop = new CancellationTokenSource();
        var polls = Enumerable.Range(0, 2000).Select(number => Client.CallAsync<PollActivityTaskQueueResponse>(
            new PollActivityTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new Api.TaskQueue { Name = $"idle-{number % 20}" },
                Identity = "idler",
            },
            cancellation: stop.Token)).ToList();
        using var script = new Script(new RawClient(Client.Target), "busy");

        _ = await script.StartAsync();
        _ = await script.TurnAsync(script.Activity("a", a => a.TaskQueue = new Api.TaskQueue { Name = "idle-3" }));
        var served = await await Task.WhenAny(polls);
        await script.CompleteActivityAsync(served);
        _ = await script.TurnAsync(Script.Finish());

        Assert.Equal("a", served.ActivityId);
        await stop.CancelAsync();
        await Task.WhenAll(polls).ContinueWith(_ => { }, TaskScheduler.Default);
        // A poller that left must not have taken what comes next.
        using var later = new Script(new RawClient(Client.Target), "later");
        _ = await later.StartAsync();
        _ = await later.TurnAsync(later.Activity("b", a => a.TaskQueue = new Api.TaskQueue { Name = "idle-4" }));
        Assert.Equal("b", (await later.ActivityAsync("idle-4")).ActivityId);
    }

    [Fact]
    public async Task A_deadline_that_passes_is_told()
    {
        using var script = new Script(new RawClient(Client.Target), "late");
        _ = await script.StartAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(() => Client.CallAsync<QueryWorkflowResponse>(
            new QueryWorkflowRequest
            {
                Namespace = "default",
                Execution = script.Execution,
                Query = new WorkflowQuery { QueryType = "state" },
            },
            TimeSpan.FromMilliseconds(100)));

        Assert.Equal(StatusCode.DeadlineExceeded, refused.Code);
    }

    [Fact]
    public async Task A_request_that_is_not_grpc_gets_an_http_status()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://{Client.Target}") };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("{}"),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    private async Task StillServesAsync() =>
        Assert.Equal("default", (await Client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "default" })).NamespaceInfo.Name);
}

using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>Peers that vanish, stall, or never end what they began: nothing of theirs is kept, nobody else is harmed.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private const string Poll = $"/{RawClient.Workflow}/PollActivityTaskQueue";
    private const string Describe = $"/{RawClient.Workflow}/DescribeNamespace";
    private LabTemporal? _server;
    private RawClient? _client;

    private LabTemporal Server => _server!;

    private RawClient Client => _client!;

    public async ValueTask InitializeAsync()
    {
        _server = await LabTemporal.StartAsync(new LabTemporalOptions { KeepAlive = TimeSpan.FromSeconds(1) }, default);
        _client = new RawClient(_server.TargetHost);
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _server!.DisposeAsync();
    }

    [Fact]
    public async Task A_worker_that_vanished_without_a_word_is_noticed_and_gets_no_more_tasks()
    {
        using var vanished = await RawConnection.OpenAsync(Client.Target);
        for (var i = 0; i < 20; i++)
        {
            _ = await vanished.CallAsync(Poll, PollOf("shared"));
        }

        await InProgressAsync(20);
        await InProgressAsync(0); // it answers no ping; nothing else says that it is gone
        using var script = new Script(new RawClient(Client.Target), "after");
        _ = await script.StartAsync();
        _ = await script.TurnAsync(script.Activity("a", a => a.TaskQueue = new Api.TaskQueue { Name = "shared" }));

        Assert.Equal("a", (await script.ActivityAsync("shared")).ActivityId);
        await vanished.ClosedAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_task_that_was_given_to_a_vanished_worker_is_given_again_when_its_time_is_over()
    {
        using var script = new Script(new RawClient(Client.Target), "lost");
        using var vanished = await RawConnection.OpenAsync(Client.Target);
        _ = await vanished.CallAsync(Poll, PollOf(script.Queue));
        await InProgressAsync(1);

        _ = await script.StartAsync();
        _ = await script.TurnAsync(script.Activity("a", a =>
        {
            a.HeartbeatTimeout = Script.Seconds(1);
            a.RetryPolicy = new RetryPolicy { InitialInterval = Script.Seconds(0.05) };
        }));

        Assert.Equal(2, (await script.ActivityAsync()).Attempt);
    }

    [Fact]
    public async Task A_connection_that_is_closed_on_one_side_is_closed_on_the_other()
    {
        using var half = await RawConnection.OpenAsync(Client.Target);
        _ = await half.CallAsync(Poll, PollOf("half"));
        await InProgressAsync(1);

        half.HalfClose();

        await half.ClosedAsync(TimeSpan.FromSeconds(10));
        await InProgressAsync(0);
    }

    [Fact]
    public async Task Two_thousand_calls_that_are_given_up_leave_nothing_behind()
    {
        using var fickle = await RawConnection.OpenAsync(Client.Target);
        for (var round = 0; round < 20; round++)
        {
            var streams = new List<int>();
            for (var i = 0; i < 100; i++)
            {
                streams.Add(await fickle.CallAsync(Poll, PollOf("fickle")));
            }

            await InProgressAsync(100);
            foreach (var stream in streams)
            {
                await fickle.ResetAsync(stream);
            }

            await InProgressAsync(0);
        }

        using var script = new Script(new RawClient(Client.Target), "after");
        _ = await script.StartAsync();
        _ = await script.TurnAsync(script.Activity("a", a => a.TaskQueue = new Api.TaskQueue { Name = "fickle" }));
        Assert.Equal("a", (await script.ActivityAsync("fickle")).ActivityId);
    }

    [Fact]
    public async Task Requests_that_never_end_are_ended()
    {
        using var slow = await RawConnection.OpenAsync(Client.Target);
        for (var i = 0; i < 200; i++)
        {
            _ = await slow.CallAsync(Describe, new DescribeNamespaceRequest { Namespace = "default" }, whole: false);
        }

        await InProgressAsync(200);
        await StillServesAsync();
        await InProgressAsync(0); // headers and a few bytes, then nothing: too slow, or dead
        await StillServesAsync();
    }

    [Fact]
    public async Task Connections_that_are_reset_take_their_calls_with_them()
    {
        for (var i = 0; i < 50; i++)
        {
            var doomed = await RawConnection.OpenAsync(Client.Target);
            _ = await doomed.CallAsync(Poll, PollOf("doomed"));
            _ = await doomed.CallAsync(Describe, new DescribeNamespaceRequest { Namespace = "default" }, whole: false);
            doomed.Abort();
        }

        await InProgressAsync(0);
        await StillServesAsync();
    }

    [Theory]
    [InlineData(9, 0, 0)] // a continuation of nothing
    [InlineData(0, 0, 0)] // data on no stream
    [InlineData(1, 4, 2)] // a stream whose number only servers use
    [InlineData(5, 4, 1)] // a push from a client
    [InlineData(200, 255, 1)] // an unknown kind, which is to be ignored
    public async Task Garbage_frames_end_at_most_their_own_connection(byte type, byte flags, int stream)
    {
        using var garbage = await RawConnection.OpenAsync(Client.Target);
        await garbage.SendAsync(RawConnection.Frame(type, flags, stream, [0xde, 0xad, 0xbe, 0xef]));
        await garbage.SendAsync(RawConnection.Frame(6, 0, 0, [1, 2, 3])); // and a ping of the wrong size

        await garbage.ClosedAsync(TimeSpan.FromSeconds(10));

        await StillServesAsync();
    }

    private static PollActivityTaskQueueRequest PollOf(string queue) => new()
    {
        Namespace = "default",
        TaskQueue = new Api.TaskQueue { Name = queue },
        Identity = "gone",
    };

    /// <summary>Waits until the server has so many calls in hand.</summary>
    private async Task InProgressAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Server.CallsInProgress != count)
        {
            Assert.False(patience.IsCancellationRequested, $"{Server.CallsInProgress} calls in progress instead of {count}");
            await Task.Delay(10, default(CancellationToken));
        }
    }

    private async Task StillServesAsync() => Assert.Equal(
        "default", (await Client.CallAsync<DescribeNamespaceResponse>(new DescribeNamespaceRequest { Namespace = "default" })).NamespaceInfo.Name);
}

using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>What is counted in the memory of the whole process, so while no other test runs in it.</summary>
[Collection(nameof(Alone))]
public sealed class MemoryTests
{
    [Fact]
    public async Task Two_thousand_idle_pollers_that_come_and_go_do_not_let_the_memory_grow()
    {
        await using var server = await LabTemporal.StartAsync(new LabTemporalOptions(), default);
        await IdleAsync(server); // whatever is made once
        await IdleAsync(server);
        var left = new List<double>();
        for (var round = 0; round < 4; round++)
        {
            var before = Managed();
            await IdleAsync(server);
            left.Add((Managed() - before) / 2000.0);
        }

        // What polls leave behind, each round leaves; that a pool of buffers grew once does not count. One poll in progress takes several KB.
        Assert.True(left.Min() < 250, $"every poll left {left.Min():F0} bytes behind");
    }

    private static async Task IdleAsync(LabTemporal server)
    {
        using var client = new RawClient(server.TargetHost);
        using var stop = new CancellationTokenSource();
        var polls = Enumerable.Range(0, 2000).Select(number => client.CallAsync<PollActivityTaskQueueResponse>(
            new PollActivityTaskQueueRequest
            {
                Namespace = "default",
                TaskQueue = new Api.TaskQueue { Name = $"idle-{number % 20}" },
                Identity = "gone",
            },
            cancellation: stop.Token)).ToList();
        await InProgressAsync(server, 2000);

        await stop.CancelAsync();
        await Task.WhenAll(polls).ContinueWith(_ => { }, TaskScheduler.Default);
        await InProgressAsync(server, 0);
        Assert.All(polls, poll => Assert.True(poll.IsCanceled));
    }

    private static long Managed()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task InProgressAsync(LabTemporal server, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (server.CallsInProgress != count)
        {
            Assert.False(patience.IsCancellationRequested, $"{server.CallsInProgress} calls in progress instead of {count}");
            await Task.Delay(10, default(CancellationToken));
        }
    }
}

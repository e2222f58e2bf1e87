using System.Diagnostics;
using Metal3.Lab.Temporal.Api;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>Tests that look at the whole process, memory or time, and so run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class MonthTests
{
    [Fact]
    public async Task Thirty_days_of_timers_and_beating_activities_take_less_than_two_seconds()
    {
        await using var server = await LabTemporal.StartAsync(new LabTemporalOptions { TimeSkipping = true }, default);
        using var s = new Script(new RawClient(server.TargetHost), "month");
        _ = await s.StartAsync();
        await s.Client.CallAsync<UnlockTimeSkippingResponse>($"/{RawClient.Test}/UnlockTimeSkipping", new UnlockTimeSkippingRequest());
        var start = Stopwatch.GetTimestamp();
        var processor = Environment.CpuUsage.TotalTime;

        for (var day = 0; day < 30; day++)
        {
            _ = await s.TurnAsync(s.Activity($"a{day}", a => a.HeartbeatTimeout = Script.Seconds(30)));
            var activity = await s.ActivityAsync();
            for (var beat = 0; beat < 5; beat++)
            {
                _ = await s.HeartbeatAsync(activity);
            }

            await s.CompleteActivityAsync(activity);
            _ = await s.TurnAsync(Script.Timer($"t{day}", 86400));
        }

        _ = await s.TurnAsync(Script.Finish());
        var (elapsed, used) = (Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - processor);

        var history = await s.HistoryAsync();
        Assert.InRange((history[^1].EventTime.ToDateTime() - history[0].EventTime.ToDateTime()).TotalDays, 30, 30.01);
        // Two seconds of work: what others take of the processors is not the server's. Had it waited for anything, it would show.
        Assert.InRange(used, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }
}

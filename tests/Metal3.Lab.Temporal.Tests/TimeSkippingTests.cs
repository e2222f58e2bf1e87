using Google.Protobuf.WellKnownTypes;
using Metal3.Lab.Temporal.Api;
using static Metal3.Lab.Temporal.Tests.Script;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>The official time-skipping test server and ours, for all scenarios.</summary>
public sealed class BothTestServers : IAsyncLifetime
{
    private RealServer? _theirs;
    private LabTemporal? _ours;

    /// <summary>Runs a scenario on the official server; one that fails leaves locks behind, so it gets a new server.</summary>
    internal async Task<T> OnTheirsAsync<T>(Func<string, Task<T>> work)
    {
        _theirs ??= await RealServer.TimeSkippingAsync();
        try
        {
            return await work(_theirs.Target);
        }
        catch
        {
            await _theirs.DisposeAsync();
            _theirs = null;
            throw;
        }
    }

    internal string Ours => _ours!.TargetHost;

    public async ValueTask InitializeAsync()
    {
        _theirs = await RealServer.TimeSkippingAsync();
        _ours = await LabTemporal.StartAsync(new LabTemporalOptions { TimeSkipping = true }, default);
    }

    public async ValueTask DisposeAsync()
    {
        if (_theirs is not null)
        {
            await _theirs.DisposeAsync();
        }

        if (_ours is not null)
        {
            await _ours.DisposeAsync();
        }
    }
}

public sealed class TimeSkippingTests(BothTestServers servers) : IClassFixture<BothTestServers>
{
    private static readonly Dictionary<string, Func<Script, Task>> Scenarios = new(StringComparer.Ordinal)
    {
        ["a timer of an hour"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 3600));
            await UnlockedAsync(s, () => s.TurnAsync(Finish()));
        },
        ["one timer after another"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("a", 3600));
            await UnlockedAsync(s, async () =>
            {
                _ = await s.TurnAsync(Timer("b", 7200));
                _ = await s.TurnAsync(Finish());
            });
        },
        ["two timers side by side"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("long", 7200), Timer("short", 1800));
            await UnlockedAsync(s, async () =>
            {
                _ = await s.TurnAsync();
                _ = await s.TurnAsync(Finish());
            });
        },
        ["a timer that is cancelled does not count"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("far", 86400), Timer("near", 600));
            await UnlockedAsync(s, async () =>
            {
                _ = await s.TurnAsync(Script.CancelTimer("far"), Timer("next", 1200));
                _ = await s.TurnAsync(Finish());
            });
        },
        ["a workflow out of time"] = async s =>
        {
            _ = await s.StartAsync(r => r.WorkflowRunTimeout = Seconds(5000));
            _ = await s.TurnAsync(Timer("t", 100_000));
            await UnlockedAsync(s, () => s.EndAsync());
        },
        ["an activity that nobody takes stops the clock"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a => a.StartToCloseTimeout = Seconds(600)), Timer("t", 3600));
            await UnlockedAsync(s, async () =>
            {
                var task = await s.ActivityAsync();
                await s.CompleteActivityAsync(task);
                _ = await s.TurnAsync();
                _ = await s.TurnAsync(Finish());
            });
        },
        ["the back-off of an activity is skipped"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a => a.RetryPolicy = new RetryPolicy
            {
                InitialInterval = Seconds(600),
                BackoffCoefficient = 2,
                MaximumInterval = Seconds(6000),
                MaximumAttempts = 3,
            }));
            await UnlockedAsync(s, async () =>
            {
                await s.FailActivityAsync(await s.ActivityAsync());
                await s.FailActivityAsync(await s.ActivityAsync());
                await s.CompleteActivityAsync(await s.ActivityAsync());
                _ = await s.TurnAsync(Finish());
            });
        },
        ["the delay that a failure asks for is skipped"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a => a.RetryPolicy = new RetryPolicy { InitialInterval = Seconds(1), MaximumAttempts = 3 }));
            await UnlockedAsync(s, async () =>
            {
                var failure = AppFailure();
                failure.ApplicationFailureInfo.NextRetryDelay = Seconds(900);
                await s.FailActivityAsync(await s.ActivityAsync(), failure);
                await s.CompleteActivityAsync(await s.ActivityAsync());
                _ = await s.TurnAsync(Finish());
            });
        },
        ["a delayed start"] = async s =>
        {
            _ = await s.StartAsync(r => r.WorkflowStartDelay = Seconds(1800));
            await UnlockedAsync(s, () => s.TurnAsync(Finish()));
        },
        ["the back-off of a workflow is skipped"] = async s =>
        {
            _ = await s.StartAsync(r => r.RetryPolicy = new RetryPolicy { InitialInterval = Seconds(700), MaximumAttempts = 2 });
            await UnlockedAsync(s, async () =>
            {
                _ = await s.TurnAsync(Fail());
                _ = await s.TurnAsync(Finish());
            });
        },
        ["sleeping unlocked"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 3600));
            await s.Client.CallAsync<SleepResponse>(
                $"/{RawClient.Test}/UnlockTimeSkippingWithSleep", new SleepRequest { Duration = Seconds(1800) });
            await s.SignalAsync("half way");
            _ = await s.TurnAsync();
            var sleep = s.Client.CallAsync<SleepResponse>(
                $"/{RawClient.Test}/UnlockTimeSkippingWithSleep", new SleepRequest { Duration = Seconds(2000) });
            _ = await s.TurnAsync(Finish());
            _ = await sleep;
        },
        ["sleeping past a timer that needs a worker"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 600));
            var sleep = s.Client.CallAsync<SleepResponse>(
                $"/{RawClient.Test}/UnlockTimeSkippingWithSleep", new SleepRequest { Duration = Seconds(3600) });
            _ = await s.TurnAsync(Timer("u", 600));
            _ = await s.TurnAsync(Finish());
            _ = await sleep;
        },
        ["a child with a timer"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Child());
            await UnlockedAsync(s, async () =>
            {
                _ = await s.TurnAsync();
                _ = await s.CompleteAsync(await s.TaskAsync(queue: s.ChildQueue), Timer("t", 3600));
                _ = await s.CompleteAsync(await s.TaskAsync(queue: s.ChildQueue), Finish());
                _ = await s.TurnAsync(Finish());
            });
        },
        ["continue as new between two timers"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 3600));
            await UnlockedAsync(s, async () =>
            {
                _ = await s.TurnAsync(ContinueAsNew(c =>
                {
                    c.WorkflowType = new WorkflowType { Name = "Scripted" };
                    c.TaskQueue = new Api.TaskQueue { Name = s.Queue };
                }));
                _ = await s.TurnAsync(Timer("t", 1800));
                _ = await s.TurnAsync(Finish());
            });
        },
        ["a cancel request instead of waiting"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 3600));
            await s.CancelAsync();
            _ = await s.TurnAsync(Script.CancelTimer("t"), Cancelled());
        },
    };

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_official_test_server_and_ours_agree_on_the_time_of(string scenario)
    {
        var theirs = await servers.OnTheirsAsync(target => TimesAsync(target, Scenarios[scenario]));
        var ours = await TimesAsync(servers.Ours, Scenarios[scenario]);

        Assert.Equal(theirs.Select(seen => seen.Type), ours.Select(seen => seen.Type));
        // Every scenario's steps are ten minutes or more apart; a busy machine may take seconds over a call.
        Assert.All(theirs.Zip(ours), pair => Assert.InRange((pair.First.After - pair.Second.After).TotalSeconds, -30, 30));
    }

    [Fact]
    public async Task Without_time_skipping_there_is_no_test_service()
    {
        await using var server = await LabTemporal.StartAsync(new LabTemporalOptions(), default);
        using var client = new RawClient(server.TargetHost);

        var refused = await Assert.ThrowsAsync<Rpc.RpcException>(
            () => client.CallAsync<GetCurrentTimeResponse>($"/{RawClient.Test}/GetCurrentTime", new Empty()));

        Assert.Equal(Rpc.StatusCode.Unimplemented, refused.Code);
    }

    private static async Task UnlockedAsync(Script s, Func<Task> work)
    {
        _ = await s.Client.CallAsync<UnlockTimeSkippingResponse>($"/{RawClient.Test}/UnlockTimeSkipping", new UnlockTimeSkippingRequest());
        try
        {
            await work();
        }
        finally
        {
            _ = await s.Client.CallAsync<LockTimeSkippingResponse>($"/{RawClient.Test}/LockTimeSkipping", new LockTimeSkippingRequest());
        }
    }

    private static async Task<List<(EventType Type, TimeSpan After)>> TimesAsync(string target, Func<Script, Task> scenario)
    {
        using var script = new Script(new RawClient(target), "skip");
        try
        {
            await scenario(script).WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (Exception e) when (e is TimeoutException or Rpc.RpcException)
        {
            var soFar = string.Join(", ", (await script.HistoryAsync()).Select(happened => happened.EventType));
            throw new InvalidOperationException($"{target} came only to {soFar}", e);
        }

        var history = await script.HistoryAsync();
        return [.. history.Select(happened => (happened.EventType, happened.EventTime.ToDateTime() - history[0].EventTime.ToDateTime()))];
    }
}

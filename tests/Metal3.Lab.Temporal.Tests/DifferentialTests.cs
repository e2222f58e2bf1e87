namespace Metal3.Lab.Temporal.Tests;

/// <summary>Both servers, and every scenario once on each, a few at a time.</summary>
public sealed class BothServers : IAsyncLifetime
{
    private readonly SemaphoreSlim _atOnce = new(8);
    private readonly Dictionary<string, (Task<IReadOnlyList<string>> Theirs, Task<IReadOnlyList<string>> Ours)> _runs = new(StringComparer.Ordinal);
    private RealServer? _theirs;
    private LabTemporal? _ours;

    public async ValueTask InitializeAsync()
    {
        _theirs = await RealServer.DevelopmentAsync();
        _ours = await LabTemporal.StartAsync(
            new LabTemporalOptions { SearchAttributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["Color"] = "Keyword" } }, default);
        foreach (var (name, scenario) in Scenarios.All)
        {
            _runs[name] = (RunAsync(_theirs.Target, scenario), RunAsync(_ours.TargetHost, scenario));
        }
    }

    internal async Task<(IReadOnlyList<string> Theirs, IReadOnlyList<string> Ours)> ResultAsync(string scenario) =>
        (await _runs[scenario].Theirs, await _runs[scenario].Ours);

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

        _atOnce.Dispose();
    }

    private async Task<IReadOnlyList<string>> RunAsync(string target, Func<Script, Task> scenario)
    {
        await _atOnce.WaitAsync();
        try
        {
            using var script = new Script(new RawClient(target), "s");
            try
            {
                await scenario(script).WaitAsync(TimeSpan.FromSeconds(60));
            }
            catch (TimeoutException e)
            {
                await script.KeepAsync();
                throw new InvalidOperationException(
                    $"{(target == _theirs!.Target ? "The real server" : "Ours")} came only to\n{string.Join('\n', script.Lines)}", e);
            }

            return [.. script.Notes, .. script.Lines];
        }
        finally
        {
            _ = _atOnce.Release();
        }
    }
}

public sealed class DifferentialTests(BothServers servers) : IClassFixture<BothServers>
{
    public static TheoryData<string> Names => [.. Scenarios.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_real_server_and_ours_tell_the_same_story_of(string scenario)
    {
        var (theirs, ours) = await servers.ResultAsync(scenario);

        Assert.NotEmpty(theirs);
        Assert.True(theirs.SequenceEqual(ours), Histories.Differences(theirs, ours));
    }
}

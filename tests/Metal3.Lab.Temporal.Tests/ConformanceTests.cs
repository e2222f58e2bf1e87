using Metal3.TestKit;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>The client's and worker's whole suite, which elsewhere runs on the real development server, on ours.</summary>
public sealed class ConformanceTests
{
    [Fact]
    public async Task The_suite_of_the_client_and_worker_passes_against_our_server()
    {
        await using var server = await LabTemporal.StartAsync(new LabTemporalOptions(), default);
        // …/bin/Metal3.Lab.Temporal.Tests/release/ has the suite for a neighbour's neighbour.
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var suite = Path.Combine(own.Parent!.Parent!.FullName, "Temporalio.Conformance", own.Name, "Temporalio.Conformance");
        Assert.True(File.Exists(suite), $"the suite was not built beside this test: {suite}");

        await using var run = RunningProcess.Start(
            suite, [], environment: new Dictionary<string, string?>(StringComparer.Ordinal) { ["TEMPORAL_CONFORMANCE_TARGET"] = server.TargetHost });
        var code = await run.ExitAsync(TimeSpan.FromMinutes(5));

        Assert.True(code == 0, run.Output);
    }
}

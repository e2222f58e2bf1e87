using Metal3.TestKit;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Testing;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Conformance;

public class EnvironmentTests
{
    [Fact]
    public async Task The_local_environment_starts_a_server_with_its_search_attributes_and_ends_it()
    {
        await using var environment = await WorkflowEnvironment.StartLocalAsync(new()
        {
            DevServerOptions = new() { ExistingPath = RealServers.TemporalCli() },
            SearchAttributes = [TemporalServer.Keyword],
        });
        var handle = await environment.Client.StartWorkflowAsync("Any", [], new("id", "queue")
        {
            TypedSearchAttributes = new SearchAttributeCollection.Builder().Set(TemporalServer.Keyword, "here").ToSearchAttributeCollection(),
        });

        Assert.False(environment.SupportsTimeSkipping);
        Assert.Equal("here", (await handle.DescribeAsync()).TypedSearchAttributes.Get(TemporalServer.Keyword));

        await environment.ShutdownAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            TemporalClient.ConnectAsync(new(environment.Client.Connection.Options.TargetHost!)));
    }

    [Fact]
    public async Task A_server_that_is_not_there_or_ends_at_once_is_named()
    {
        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => WorkflowEnvironment.StartLocalAsync(
            new() { DevServerOptions = new() { ExistingPath = "/nowhere/temporal" } }));
        var ended = await Assert.ThrowsAsync<InvalidOperationException>(() => WorkflowEnvironment.StartLocalAsync(
            new() { DevServerOptions = new() { ExistingPath = "/bin/false" } }));

        Assert.Contains("/nowhere/temporal", missing.Message, StringComparison.Ordinal);
        Assert.Contains("exit code 1", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_skips_while_a_started_workflows_result_is_awaited_and_not_otherwise()
    {
        await using var environment = await WorkflowEnvironment.StartTimeSkippingAsync(new()
        {
            // TEMPORAL_TEST_SERVER puts another server to the same test.
            TestServer = new() { ExistingPath = Environment.GetEnvironmentVariable("TEMPORAL_TEST_SERVER") is null ? OfficialTestServer() : null },
        });
        using var worker = new TemporalWorker(environment.Client, new TemporalWorkerOptions("skipping").AddWorkflow<Sleeper>());
        await worker.ExecuteAsync(async () =>
        {
            var before = await environment.GetCurrentTimeAsync();
            await environment.Client.ExecuteWorkflowAsync(
                (Sleeper workflow) => workflow.RunAsync(TimeSpan.FromDays(3)), new("long", "skipping"));
            var after = await environment.GetCurrentTimeAsync();
            Assert.InRange(after - before, TimeSpan.FromDays(3), TimeSpan.FromDays(4));

            await environment.DelayAsync(TimeSpan.FromHours(5));
            Assert.InRange(await environment.GetCurrentTimeAsync() - after, TimeSpan.FromHours(5), TimeSpan.FromHours(6));

            var start = DateTime.UtcNow;
            await environment.WithAutoTimeSkippingDisabledAsync(() => environment.Client.ExecuteWorkflowAsync(
                (Sleeper workflow) => workflow.RunAsync(TimeSpan.FromSeconds(2)), new("short", "skipping")));
            Assert.InRange(DateTime.UtcNow - start, TimeSpan.FromSeconds(1.9), TimeSpan.FromMinutes(1));
        });
    }

    [Fact]
    public async Task An_activity_runs_without_a_server_in_the_context_that_the_test_gives()
    {
        var heartbeats = new List<object?>();
        var environment = new ActivityEnvironment
        {
            Info = ActivityEnvironment.DefaultInfo with { Attempt = 7 },
            Heartbeater = details => heartbeats.AddRange(details),
        };

        var attempt = await environment.RunAsync(async () =>
        {
            await Task.Yield();
            ActivityExecutionContext.Current.Heartbeat("half", 50);
            return ActivityExecutionContext.Current.Info.Attempt;
        });

        Assert.Equal(7, attempt);
        Assert.Equal(["half", 50], heartbeats);
        Assert.False(ActivityExecutionContext.HasCurrent);
    }

    [Fact]
    public async Task An_activity_sees_why_the_test_cancelled_it()
    {
        var environment = new ActivityEnvironment();
        environment.Cancel(ActivityCancelReason.Timeout);

        var seen = await environment.RunAsync(() => (
            ActivityExecutionContext.Current.CancellationToken.IsCancellationRequested,
            ActivityExecutionContext.Current.CancelReason,
            ActivityExecutionContext.Current.CancellationDetails!.IsTimedOut));

        Assert.Equal((true, ActivityCancelReason.Timeout, true), seen);
    }

    /// <summary>The official server is a jar; the environment starts executables.</summary>
    private static string OfficialTestServer()
    {
        var jars = RealServers.OfficialTestServer();
        var script = Path.Combine(Path.GetTempPath(), $"temporal-test-server-{Guid.NewGuid():N}");
        File.WriteAllText(script, $"#!/bin/sh\nexec {RealServers.OnPath("java")} -cp '{jars}/*' io.temporal.testserver.TestServer \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        }

        return script;
    }

    [Workflow]
    public class Sleeper
    {
        [WorkflowRun]
        public Task RunAsync(TimeSpan time) => Workflow.DelayAsync(time);
    }
}

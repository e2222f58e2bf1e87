using System.Diagnostics;
using System.Reflection;
using Metal3.Activities.Metrics;
using Metal3.Contracts.HostLifecycle;
using Metal3.Workflows.HostLifecycle;
using Temporalio.Workflows;

namespace Metal3.Worker.Tests;

public sealed class WorkerTests
{
    [Fact]
    public void Every_workflow_is_served()
    {
        var written = typeof(HostWorkflow).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: false, IsInterface: false } && type.GetCustomAttribute<WorkflowAttribute>() is not null);

        Assert.Equal(
            written.Select(type => type.Name).Order(StringComparer.Ordinal),
            WorkerService.WorkflowTypes.Select(type => type.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_lifecycle_has_a_workflow_of_its_type()
    {
        var served = WorkerService.WorkflowTypes.Select(type => type.GetCustomAttribute<WorkflowAttribute>()!.Name).ToHashSet(StringComparer.Ordinal);

        Assert.All(Enum.GetValues<Lifecycle>(), lifecycle => Assert.Contains(lifecycle.WorkflowType(), served));
    }

    [Fact]
    public void Metrics_are_shown_under_upstreams_names_with_escaped_labels()
    {
        var metrics = new HostMetrics();
        metrics.Count(new("metal3_host_error_total", new Dictionary<string, string>(StringComparer.Ordinal) { ["error_type"] = "a\"b" }));
        metrics.Count(new("metal3_host_error_total", new Dictionary<string, string>(StringComparer.Ordinal) { ["error_type"] = "a\"b" }));
        metrics.Count(new(
            "metal3_operation_inspect_duration_seconds",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["namespace"] = "n", ["host"] = "h" },
            100));

        var text = metrics.Render();

        Assert.Contains("metal3_host_error_total{error_type=\"a\\\"b\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("metal3_operation_inspect_duration_seconds_bucket{host=\"h\",namespace=\"n\",le=\"90\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("metal3_operation_inspect_duration_seconds_bucket{host=\"h\",namespace=\"n\",le=\"180\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("metal3_operation_inspect_duration_seconds_count{host=\"h\",namespace=\"n\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_what_must_be_set()
    {
        var (code, output) = await RunAsync("--help");

        Assert.Equal(0, code);
        Assert.Contains("IRONIC_ENDPOINT", output, StringComparison.Ordinal);
        Assert.Contains("TEMPORAL_ADDRESS", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_without_an_Ironic_says_which_variable_is_missing_and_stops()
    {
        var (code, output) = await RunAsync();

        Assert.Equal(2, code);
        Assert.Contains("IRONIC_ENDPOINT", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_limit_that_is_no_number_is_refused_by_its_name()
    {
        var (code, output) = await RunAsync("--max-provisioning-retries", "many");

        Assert.Equal(2, code);
        Assert.Contains("max-provisioning-retries", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(WorkerOptions).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("IRONIC_ENDPOINT");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}

using System.Diagnostics;
using Metal3.TestKit;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>The real command line tool against our server.</summary>
public sealed class CliTests : IAsyncLifetime
{
    private LabTemporal? _server;

    public async ValueTask InitializeAsync() => _server = await LabTemporal.StartAsync(new LabTemporalOptions(), default);

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    [Fact]
    public async Task Operators_see_health_namespaces_and_search_attributes()
    {
        Assert.Contains("SERVING", await CliAsync("operator cluster health"), StringComparison.Ordinal);
        Assert.Contains("default", await CliAsync("operator namespace list"), StringComparison.Ordinal);
        Assert.Contains("default", await CliAsync("operator namespace describe -n default"), StringComparison.Ordinal);
        _ = await CliAsync("operator search-attribute create --name Rack --type Keyword");
        Assert.Contains("Rack", await CliAsync("operator search-attribute list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workflows_are_started_watched_and_ended()
    {
        using var s = new Script(new RawClient(_server!.TargetHost), "cli");
        _ = await CliAsync("operator search-attribute create --name Rack --type Keyword");
        _ = await CliAsync($"workflow start --type Scripted --task-queue {s.Queue} --workflow-id {s.Id} --search-attribute Rack=\\\"r7\\\" --input 1");
        Assert.Contains(s.Id, await CliAsync("workflow list --query \"Rack = 'r7' AND ExecutionStatus = 'Running'\""), StringComparison.Ordinal);
        Assert.Contains("Total: 1", await CliAsync("workflow count"), StringComparison.Ordinal);
        Assert.Contains("WorkflowExecutionStarted", await CliAsync($"workflow show -w {s.Id}"), StringComparison.Ordinal);
        _ = await CliAsync($"workflow signal -w {s.Id} --name hello --input 1");
        _ = await s.TurnAsync();

        var query = CliAsync($"workflow query -w {s.Id} --type state");
        await s.AnswerQueryAsync(await s.TaskAsync(), "all is well");
        Assert.Contains("all is well", await query, StringComparison.Ordinal);

        var update = CliAsync($"workflow update execute -w {s.Id} --name change --input 1");
        var task = await s.TaskAsync();
        var (accepted, done) = (Script.Accept(task.Messages[0]), Script.Respond(task.Messages[0]));
        _ = await s.CompleteAsync(task, r => r.Messages.AddRange([accepted, done]), Script.Send(accepted), Script.Send(done));
        Assert.Contains("changed", await update, StringComparison.Ordinal);

        _ = await CliAsync($"workflow cancel -w {s.Id}");
        var result = CliAsync($"workflow result -w {s.Id}", succeeds: false);
        _ = await s.TurnAsync(Script.Cancelled());
        Assert.Contains("CANCELED", await result, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Canceled", await CliAsync($"workflow describe -w {s.Id}"), StringComparison.OrdinalIgnoreCase);

        _ = await CliAsync($"workflow start --type Scripted --task-queue {s.Queue} --workflow-id {s.Id}-2");
        _ = await CliAsync($"workflow terminate -w {s.Id}-2 --reason test");
        Assert.Contains("Terminated", await CliAsync("workflow list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_it_cannot_do_is_named()
    {
        Assert.Contains("ListSchedules", await CliAsync("schedule list", succeeds: false), StringComparison.Ordinal);
    }

    private async Task<string> CliAsync(string arguments, bool succeeds = true)
    {
        using var process = Process.Start(new ProcessStartInfo(RealServers.TemporalCli(), $"{arguments} --address {_server!.TargetHost}")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        var text = await output + await errors;
        Assert.True(process.ExitCode == 0 == succeeds, $"temporal {arguments}: {text}");
        return text;
    }
}

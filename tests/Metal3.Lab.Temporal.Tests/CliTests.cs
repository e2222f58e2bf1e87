using System.Diagnostics;
using System.Text.Json.Nodes;
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

    /// <summary>Every command that the server promises to answer, as a person or a script would use it.</summary>
    [Fact]
    public async Task Scripts_read_what_they_need_as_json()
    {
        using var s = new Script(new RawClient(_server!.TargetHost), "cli");
        _ = await CliAsync($"workflow start --type Scripted --task-queue {s.Queue} --workflow-id {s.Id} --input 1 --memo note=\\\"hi\\\"");
        _ = await s.TurnAsync(Script.Marker("first"));
        var execute = CliAsync($"workflow update start -w {s.Id} --name change --input 1 --wait-for-stage accepted --update-id u1 -o json");
        var task = await s.TaskAsync();
        var (accepted, done) = (Script.Accept(task.Messages[0]), Script.Respond(task.Messages[0]));
        _ = await s.CompleteAsync(task, r => r.Messages.AddRange([accepted, done]), Script.Send(accepted), Script.Send(done));
        Assert.Contains("u1", await execute, StringComparison.Ordinal);
        Assert.Contains("changed", await CliAsync($"workflow update result -w {s.Id} --update-id u1 -o json"), StringComparison.Ordinal);
        await s.SignalAsync("end");
        _ = await s.TurnAsync(Script.Finish("the end"));

        Assert.Equal("the end", (string?)(await JsonAsync($"workflow result -w {s.Id}"))["result"]);
        var described = (await JsonAsync($"workflow describe -w {s.Id}"))["workflowExecutionInfo"]!;
        Assert.Equal("WORKFLOW_EXECUTION_STATUS_COMPLETED", (string?)described["status"]);
        var events = (await JsonAsync($"workflow show -w {s.Id}"))["events"]!.AsArray();
        Assert.Equal("EVENT_TYPE_WORKFLOW_EXECUTION_STARTED", (string?)events[0]!["eventType"]);
        Assert.Equal("EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED", (string?)events[^1]!["eventType"]);
        var listed = JsonNode.Parse(await CliAsync($"workflow list --query \"WorkflowId='{s.Id}'\" -o json"))!.AsArray();
        Assert.Equal(s.Id, (string?)Assert.Single(listed)!["execution"]!["workflowId"]);
        Assert.Equal("1", (string?)(await JsonAsync("workflow count --query \"ExecutionStatus='Completed'\""))["count"]);
    }

    [Fact]
    public async Task What_it_cannot_do_is_named()
    {
        Assert.Contains("ListSchedules", await CliAsync("schedule list", succeeds: false), StringComparison.Ordinal);
    }

    private async Task<JsonNode> JsonAsync(string arguments) => JsonNode.Parse(await CliAsync(arguments + " -o json"))!;

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

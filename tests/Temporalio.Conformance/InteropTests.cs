using System.Text.Json;
using System.Text.Json.Nodes;
using Metal3.TestKit;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Conformance;

/// <summary>With the official SDK for Node.js on the other side.</summary>
public class InteropTests(TemporalServer server)
{
    private static readonly SemaphoreSlim Installing = new(1);

    [Fact]
    public async Task Another_SDKs_client_drives_our_workflow_and_reads_its_result_and_failure()
    {
        var directory = await InstalledAsync();
        var client = await server.ClientAsync();
        var queue = TemporalServer.NewName("dotnet");
        using var worker = new TemporalWorker(
            client, new TemporalWorkerOptions(queue).AddWorkflow<DotnetEntity>().AddWorkflow<DotnetFails>());

        var said = await worker.ExecuteAsync(async () => await RunningProcess.OutputOfAsync(
            RealServers.OnPath("node"), ["main.js", "client", await server.AddressAsync(), queue, TemporalServer.NewName("js")], directory));

        var found = JsonNode.Parse(said.Split('\n').Single(line => line.StartsWith("RESULT ", StringComparison.Ordinal))["RESULT ".Length..])!;
        Assert.Equal(5, (int)found["first"]!);
        Assert.Equal(5, (int)found["total"]!);
        Assert.Equal("Negative", (string?)found["rejection"]!["type"]);
        Assert.Equal("hello js enough 5", (string?)found["result"]!["Text"]);
        var failure = found["failure"]!;
        Assert.Equal(("dotnet says no", "DotnetKind", true), ((string?)failure["message"], (string?)failure["type"], (bool)failure["nonRetryable"]!));
        Assert.Equal("""["why",{"Number":7,"Text":"x"}]""", failure["details"]!.ToJsonString());
        Assert.Equal("deeper", (string?)failure["inner"]);
    }

    [Fact]
    public async Task Our_client_drives_another_SDKs_workflow_and_reads_its_result_and_failure()
    {
        var client = await server.ClientAsync();
        var queue = TemporalServer.NewName("js");
        await using var worker = await JsWorkerAsync(queue);

        var handle = await client.StartWorkflowAsync("jsEntity", ["hello"], new(TemporalServer.NewName(), queue));
        var first = await handle.ExecuteUpdateAsync<Dictionary<string, int>>("add", [5]);
        var rejected = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync("add", [-1]));
        var total = await handle.QueryAsync<int>("total", []);
        await handle.SignalAsync("finish", ["enough"]);
        var result = await handle.GetResultAsync<JsonElement>();

        Assert.Equal(5, first["total"]);
        Assert.Equal("Negative", Assert.IsType<ApplicationFailureException>(rejected.InnerException).ErrorType);
        Assert.Equal(5, total);
        Assert.Equal("""{"greeting":"hello","total":5,"finish":"enough"}""", result.GetRawText());

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() =>
            client.ExecuteWorkflowAsync("jsFails", [], new(TemporalServer.NewName(), queue)));
        var failure = Assert.IsType<ApplicationFailureException>(failed.InnerException);
        Assert.Equal(("js says no", "JsKind", true), (failure.Message, failure.ErrorType, failure.NonRetryable));
        Assert.Equal("why", failure.Details.ElementAt<string>(0));
        Assert.Equal(7, failure.Details.ElementAt<Dictionary<string, int>>(1)["code"]);
    }

    [Fact]
    public async Task Our_workflow_calls_another_SDKs_activity_and_its_workflow_calls_ours()
    {
        var client = await server.ClientAsync();
        var (ours, theirs) = (TemporalServer.NewName("dotnet"), TemporalServer.NewName("js"));
        await using var js = await JsWorkerAsync(theirs);
        using var worker = new TemporalWorker(
            client, new TemporalWorkerOptions(ours).AddWorkflow<CallsJs>().AddActivity(Double));

        await worker.ExecuteAsync(async () =>
        {
            Assert.Equal("""{"reversed":"cba","number":9}""", await client.ExecuteWorkflowAsync(
                (CallsJs workflow) => workflow.RunAsync(theirs), new(TemporalServer.NewName(), ours)));
            Assert.Equal(new Value(42, "from js, doubled"), await client.ExecuteWorkflowAsync<Value>(
                "jsCallsDotnet", [ours], new(TemporalServer.NewName(), theirs)));
        });
    }

    [Activity("dotnet-double")]
    public static Value Double(Value value) => new(value.Number * 2, value.Text + ", doubled");

    private async Task<RunningProcess> JsWorkerAsync(string queue)
    {
        var directory = await InstalledAsync();
        var running = RunningProcess.Start(
            RealServers.OnPath("node"), ["main.js", "worker", await server.AddressAsync(), queue], directory);
        await running.LineWithAsync("READY", TimeSpan.FromMinutes(2));
        return running;
    }

    private static async Task<string> InstalledAsync()
    {
        var directory = Path.Combine(AppContext.BaseDirectory, "npm");
        await Installing.WaitAsync();
        try
        {
            var installed = Path.Combine(directory, "node_modules", "installed");
            if (!File.Exists(installed))
            {
                await RunningProcess.OutputOfAsync(
                    RealServers.OnPath("npm"), ["install", "--no-audit", "--no-fund", "--silent"], directory, limit: TimeSpan.FromMinutes(5));
                await File.WriteAllTextAsync(installed, "");
            }

            return directory;
        }
        finally
        {
            Installing.Release();
        }
    }

    public record Value(int Number, string Text);

    [Workflow]
    public class DotnetEntity
    {
        private int total;
        private string? finish;

        [WorkflowRun]
        public async Task<Value> RunAsync(string greeting, Value value)
        {
            await Workflow.WaitConditionAsync(() => finish is not null);
            return new(value.Number, $"{greeting} {value.Text} {finish} {total}");
        }

        [WorkflowSignal]
        public Task FinishAsync(string value)
        {
            finish = value;
            return Task.CompletedTask;
        }

        [WorkflowQuery]
        public int Total() => total;

        [WorkflowUpdate]
        public Task<int> AddAsync(int amount)
        {
            total += amount;
            return Task.FromResult(total);
        }

        [WorkflowUpdateValidator(nameof(AddAsync))]
        public void ValidateAdd(int amount)
        {
            if (amount < 0)
            {
                throw new ApplicationFailureException("no less", "Negative");
            }
        }
    }

    [Workflow]
    public class DotnetFails
    {
        [WorkflowRun]
        public Task RunAsync() => throw new ApplicationFailureException(
            "dotnet says no", new InvalidOperationException("deeper"), "DotnetKind", nonRetryable: true, details: ["why", new Value(7, "x")]);
    }

    [Workflow]
    public class CallsJs
    {
        [WorkflowRun]
        public async Task<string> RunAsync(string queue)
        {
            var result = await Workflow.ExecuteActivityAsync<JsonElement>(
                "jsReverse",
                [new Dictionary<string, object> { ["text"] = "abc", ["number"] = 9 }],
                new() { TaskQueue = queue, StartToCloseTimeout = TimeSpan.FromSeconds(20) });
            return result.GetRawText();
        }
    }
}

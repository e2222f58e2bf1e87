using System.Diagnostics;
using System.Text.Json.Nodes;
using Metal3.TestKit;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Metal3.Bench;

/// <summary>The Temporal worker of <c>stand-ins/</c>, and the official SDK for Node.js on the same work, each on a development server of its own.</summary>
internal sealed class SdkBench : IBench
{
    private static int s_listening;

    public string Name => "sdk";

    public string Summary => "Temporal workers, ours and the official npm one: activities/s, CPU, signal latency, memory of cached workflows";

    public async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var plan = new Plan(
            options.Text("parts", "throughput,latency,idle"),
            options.Number("workflows", 1000),
            options.Number("signals", 300),
            options.Number("idle", 10_000));
        var sdk = options.Text("sdk", "both");
        // On the lab's server, which answers fast, the SDKs' own share of a latency shows.
        var lab = options.Text("server", "dev") is "lab";
        if (sdk is not "ours")
        {
            await InstallAsync();
        }

        for (var round = 1; round <= options.Number("rounds", 1); round++)
        {
            if (sdk is not "npm")
            {
                await OnServerAsync(lab, (server, target) => OursAsync(server, target, plan, cancellationToken), cancellationToken);
            }

            if (sdk is not "ours")
            {
                await OnServerAsync(lab, (server, target) => NpmAsync(server, target, plan), cancellationToken);
            }
        }
    }

    private static void Write(string sdk, string metric, double value, string unit, params (string, object)[] parameters) =>
        Figure.Write("sdk", metric, value, unit, [("sdk", sdk), .. parameters]);

    private static async Task OnServerAsync(bool lab, Func<int, string, Task> measure, CancellationToken cancellationToken)
    {
        var port = RealServers.FreePort();
        await using var server = RunningProcess.Start(
            lab ? Path.Combine(AppContext.BaseDirectory, "Metal3.Lab.Temporal") : RealServers.TemporalCli(),
            ["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", $"{port}", "--log-level", "never"]);
        var target = $"127.0.0.1:{port}";
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                _ = await (await TemporalClient.ConnectAsync(new(target))).CountWorkflowsAsync("");
                break;
            }
            catch (Exception e) when (attempt < 300 && e is InvalidOperationException or Temporalio.Exceptions.RpcException)
            {
                await Task.Delay(100, cancellationToken); // it listens before it serves
            }
        }

        await measure(server.Id, target);
    }

    private static string NpmDirectory => Path.Combine(AppContext.BaseDirectory, "npm");

    private static async Task InstallAsync()
    {
        if (!Directory.Exists(Path.Combine(NpmDirectory, "node_modules", "@temporalio", "worker")))
        {
            _ = await RunningProcess.OutputOfAsync(
                RealServers.OnPath("npm"), ["install", "--no-audit", "--no-fund", "--silent"], NpmDirectory, limit: TimeSpan.FromMinutes(5));
        }
    }

    private static async Task NpmAsync(int server, string target, Plan plan)
    {
        await using var node = RunningProcess.Start(
            RealServers.OnPath("node"),
            ["--expose-gc", "main.js", target, $"{server}", plan.Parts, $"{plan.Workflows}", $"{plan.Signals}", $"{plan.Idle}"],
            NpmDirectory);
        try
        {
            _ = await node.LineWithAsync("DONE", TimeSpan.FromMinutes(10));
        }
        finally
        {
            // What was measured before it broke off is worth having too.
            foreach (var line in node.Output.Split('\n').Where(line => line.StartsWith("FIGURE ", StringComparison.Ordinal)))
            {
                var figure = JsonNode.Parse(line["FIGURE ".Length..])!;
                Write("npm", (string)figure["metric"]!, (double)figure["value"]!, (string)figure["unit"]!);
            }
        }
    }

    private static async Task OursAsync(int server, string target, Plan plan, CancellationToken cancellationToken)
    {
        var client = await TemporalClient.ConnectAsync(new(target));
        using var worker = new TemporalWorker(client, new TemporalWorkerOptions("bench")
        {
            MaxConcurrentWorkflowTaskPolls = 20,
            MaxConcurrentActivityTaskPolls = 20,
            MaxCachedWorkflows = plan.Idle + plan.Workflows + 1000,
        }.AddWorkflow<FiveActivities>().AddWorkflow<Listener>().AddActivity(FiveActivities.Work));
        await worker.ExecuteAsync(
            async () =>
            {
                await ThroughputAsync(client, server, 50, report: false);
                if (plan.Parts.Contains("throughput", StringComparison.Ordinal))
                {
                    await ThroughputAsync(client, server, plan.Workflows, report: true);
                }

                if (plan.Parts.Contains("latency", StringComparison.Ordinal))
                {
                    await LatencyAsync(client, plan.Signals);
                }

                if (plan.Parts.Contains("idle", StringComparison.Ordinal))
                {
                    await IdleAsync(client, plan.Idle, cancellationToken);
                }
            },
            cancellationToken);
    }

    private static async Task ThroughputAsync(TemporalClient client, int server, int count, bool report)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var serverBefore = ProcessFigures.CpuOf(server);
        var allocated = GC.GetTotalAllocatedBytes();
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 100 }, async (number, _) =>
            await client.ExecuteWorkflowAsync(
                (FiveActivities workflow) => workflow.RunAsync(number), new($"five-{count}-{number}", "bench")));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        if (!report)
        {
            return;
        }

        Write("ours", "workflows_per_second", count / seconds, "1/s");
        Write("ours", "activities_per_second", 5 * count / seconds, "1/s");
        Write("ours", "worker_and_client_cpu", (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds, "s");
        Write("ours", "server_cpu", (ProcessFigures.CpuOf(server) - serverBefore).TotalSeconds, "s");
        Write(
            "ours", "allocated_per_activity", (GC.GetTotalAllocatedBytes() - allocated) / (5.0 * count), "B",
            ("includes", "its share of workflow, client and polls"));
    }

    private static async Task LatencyAsync(TemporalClient client, int count)
    {
        var latencies = new List<double>();
        var pauses = new Random(1);
        for (var i = 0; i < count; i++)
        {
            var handle = await client.StartWorkflowAsync(
                (Listener workflow) => workflow.RunAsync(), new($"listener-{i}", "bench"));
            _ = await handle.QueryAsync(workflow => workflow.Heard);
            // The development server works in ticks of about 50 ms. Whoever calls in step with them measures the tick: the
            // slower its own part, the shorter what is left of it.
            await Task.Delay(pauses.Next(100));
            var start = Stopwatch.GetTimestamp();
            await handle.SignalAsync(workflow => workflow.HearAsync());
            await handle.GetResultAsync();
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        latencies.Sort();
        Write("ours", "signal_to_completed_p50", latencies[count / 2], "ms", ("signals", count));
        Write("ours", "signal_to_completed_p99", latencies[count * 99 / 100], "ms", ("signals", count));
    }

    private static async Task IdleAsync(TemporalClient client, int count, CancellationToken cancellationToken)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var resident = ProcessFigures.ResidentBytes(Environment.ProcessId);
        s_listening = 0;
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (number, _) =>
            await client.StartWorkflowAsync((Listener workflow) => workflow.RunAsync(), new($"idle-{number}", "bench")));
        while (Volatile.Read(ref s_listening) < count)
        {
            await Task.Delay(100, cancellationToken);
        }

        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Write("ours", "memory_of_cached_workflows", bytes / 1048576.0, "MiB", ("workflows", count));
        Write("ours", "memory_per_cached_workflow", bytes / (double)count, "B", ("workflows", count));
        Write(
            "ours", "resident_per_cached_workflow", (ProcessFigures.ResidentBytes(Environment.ProcessId) - resident) / count, "B",
            ("workflows", count));
    }

    private sealed record Plan(string Parts, int Workflows, int Signals, int Idle);

    /// <summary>Five activities, one after the other.</summary>
    [Workflow]
    internal sealed class FiveActivities
    {
        [WorkflowRun]
        public async Task<int> RunAsync(int number)
        {
            for (var i = 0; i < 5; i++)
            {
                number = await Workflow.ExecuteActivityAsync(
                    () => Work(number), new() { StartToCloseTimeout = TimeSpan.FromSeconds(30) });
            }

            return number;
        }

        [Activity]
        public static int Work(int number) => number + 1;
    }

    /// <summary>Waits for one signal.</summary>
    [Workflow]
    internal sealed class Listener
    {
        [WorkflowQuery]
        public bool Heard { get; private set; }

        [WorkflowRun]
        public Task RunAsync()
        {
            _ = Interlocked.Increment(ref s_listening); // for the bench alone: a workflow is no place for such a count
            return Workflow.WaitConditionAsync(() => Heard);
        }

        [WorkflowSignal]
        public async Task HearAsync() => Heard = true;
    }
}

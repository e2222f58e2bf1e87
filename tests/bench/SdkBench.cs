using System.Diagnostics;
using System.Globalization;
using Metal3.TestKit;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Metal3.Bench;

/// <summary>The Temporal worker of <c>stand-ins/</c> against the development server, in memory, on this machine.</summary>
internal sealed class SdkBench : IBench
{
    public string Name => "sdk";

    public string Summary => "Temporal worker: workflows/s, activities/s, signal latency, memory of cached workflows";

    public async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var workflows = options.Number("workflows", 1000);
        var idle = options.Number("idle", 10_000);
        var port = RealServers.FreePort();
        await using var server = RunningProcess.Start(
            RealServers.TemporalCli(),
            ["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", $"{port}", "--log-level", "error"]);
        var client = TemporalClient.CreateLazy(new($"127.0.0.1:{port}"));
        for (var attempt = 0; attempt < 100 && !client.Connection.IsConnected; attempt++)
        {
            try
            {
                await client.Connection.ConnectAsync();
            }
            catch (InvalidOperationException)
            {
                await Task.Delay(100, cancellationToken);
            }
        }

        using var worker = new TemporalWorker(client, new TemporalWorkerOptions("bench")
        {
            MaxConcurrentWorkflowTaskPolls = 20,
            MaxConcurrentActivityTaskPolls = 20,
            MaxCachedWorkflows = idle + workflows,
        }.AddWorkflow<FiveActivities>().AddWorkflow<Listener>().AddActivity(FiveActivities.Work));
        await worker.ExecuteAsync(
            async () =>
            {
                await ThroughputAsync(client, server.Id, 50, report: false);
                await ThroughputAsync(client, server.Id, workflows, report: true);
                await LatencyAsync(client, options.Number("signals", 300));
                await IdleAsync(client, idle);
            },
            cancellationToken);
    }

    private static async Task ThroughputAsync(TemporalClient client, int server, int count, bool report)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var serverBefore = CpuOf(server);
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

        Figure.Write("sdk", "workflows_per_second", count / seconds, "1/s", ("workflows", count));
        Figure.Write("sdk", "activities_per_second", 5 * count / seconds, "1/s", ("workflows", count));
        Figure.Write("sdk", "worker_and_client_cpu", (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds, "s");
        Figure.Write("sdk", "server_cpu", (CpuOf(server) - serverBefore).TotalSeconds, "s");
        Figure.Write(
            "sdk", "allocated_per_activity", (GC.GetTotalAllocatedBytes() - allocated) / (5.0 * count), "B",
            ("includes", "its share of workflow, client and polls"));
    }

    private static async Task LatencyAsync(TemporalClient client, int count)
    {
        var latencies = new List<double>();
        for (var i = 0; i < count; i++)
        {
            var handle = await client.StartWorkflowAsync(
                (Listener workflow) => workflow.RunAsync(), new($"listener-{i}", "bench"));
            _ = await handle.QueryAsync(workflow => workflow.Heard);
            var start = Stopwatch.GetTimestamp();
            await handle.SignalAsync(workflow => workflow.HearAsync());
            await handle.GetResultAsync();
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        latencies.Sort();
        Figure.Write("sdk", "signal_to_completed_p50", latencies[count / 2], "ms", ("signals", count));
        Figure.Write("sdk", "signal_to_completed_p99", latencies[count * 99 / 100], "ms", ("signals", count));
    }

    private static async Task IdleAsync(TemporalClient client, int count)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (number, _) =>
            await client.StartWorkflowAsync((Listener workflow) => workflow.RunAsync(), new($"idle-{number}", "bench")));

        // The last one answers only when its first task, and so most likely all others, are done.
        _ = await client.GetWorkflowHandle<Listener>($"idle-{count - 1}").QueryAsync(workflow => workflow.Heard);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        Figure.Write("sdk", "memory_of_cached_workflows", bytes / 1048576.0, "MiB", ("workflows", count));
        Figure.Write("sdk", "memory_per_cached_workflow", bytes / (double)count, "B", ("workflows", count));
    }

    /// <summary>User and system time of a process of this machine, from <c>/proc</c>.</summary>
    private static TimeSpan CpuOf(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / 100.0);
    }

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
        public Task RunAsync() => Workflow.WaitConditionAsync(() => Heard);

        [WorkflowSignal]
        public async Task HearAsync() => Heard = true;
    }
}

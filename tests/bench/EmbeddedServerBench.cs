using System.Diagnostics;
using System.Net.Sockets;
using Metal3.TestKit;
using Temporalio.Activities;
using Temporalio.Client;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Metal3.Bench;

/// <summary>The lab's in-memory Temporal server beside the real development server: same machine, same work.</summary>
internal sealed class EmbeddedServerBench : IBench
{
    private const int ActivitiesPerWorkflow = 20;
    private static int s_worked;

    public string Name => "embedded-server";

    public string Summary => "Temporal servers, ours and the real one: start-up, activities/s, CPU, memory";

    public async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var workflows = options.Number("workflows", 1000);
        var limit = TimeSpan.FromSeconds(options.Number("limit", 240));
        var which = options.Text("server", "both");
        if (which is not "real")
        {
            await MeasureAsync("ours", Path.Combine(AppContext.BaseDirectory, "Metal3.Lab.Temporal"), [], workflows, limit, cancellationToken);
        }

        if (which is not "ours")
        {
            await MeasureAsync(
                "real", RealServers.TemporalCli(), ["server", "start-dev", "--headless", "--log-level", "never"], workflows, limit, cancellationToken);
        }
    }

    private static async Task MeasureAsync(
        string name, string program, string[] arguments, int workflows, TimeSpan limit, CancellationToken cancellationToken)
    {
        var starts = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var (server, _, milliseconds) = await StartAsync(program, arguments, cancellationToken);
            await server.DisposeAsync();
            starts.Add(milliseconds);
        }

        starts.Sort();
        Figure.Write("embedded-server", "start", starts[starts.Count / 2], "ms", ("server", name), ("of", starts.Count));

        var (running, target, _) = await StartAsync(program, arguments, cancellationToken);
        await using (running)
        {
            var client = await ConnectAsync(target, cancellationToken);
            using var worker = new TemporalWorker(client, new TemporalWorkerOptions("bench")
            {
                MaxConcurrentWorkflowTaskPolls = 20,
                MaxConcurrentActivityTaskPolls = 20,
                MaxCachedWorkflows = workflows + 100,
            }.AddWorkflow<ManyActivities>().AddActivity(ManyActivities.Work));
            await worker.ExecuteAsync(
                async () =>
                {
                    s_worked = 0;
                    await RunAsync(client, "warm", 20);
                    var cpu = ProcessFigures.CpuOf(running.Id);
                    var own = Process.GetCurrentProcess().TotalProcessorTime;
                    var start = Stopwatch.GetTimestamp();
                    var done = RunAsync(client, "run", workflows);
                    // A server that is slow still has a rate: what was done within the limit counts.
                    var finished = await Task.WhenAny(done, Task.Delay(limit, cancellationToken)) == done;
                    var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    var completed = Volatile.Read(ref s_worked) - (20 * ActivitiesPerWorkflow);
                    (string, object)[] parameters =
                        [("server", name), ("workflows", workflows), ("activities", completed), ("of", workflows * ActivitiesPerWorkflow)];
                    Figure.Write("embedded-server", "activities_per_second", completed / seconds, "1/s", parameters);
                    Figure.Write("embedded-server", "server_cpu", (ProcessFigures.CpuOf(running.Id) - cpu).TotalSeconds, "s", parameters);
                    Figure.Write("embedded-server", "worker_and_client_cpu", (Process.GetCurrentProcess().TotalProcessorTime - own).TotalSeconds, "s", parameters);
                    Figure.Write("embedded-server", "peak_memory", ProcessFigures.PeakMegabytes(running.Id), "MB", parameters);
                    if (finished)
                    {
                        await done;
                    }
                    else
                    {
                        _ = done.ContinueWith(failed => failed.Exception, TaskScheduler.Default); // ends with the server
                    }
                },
                cancellationToken);
        }
    }

    /// <summary>All workflows at once.</summary>
    private static Task RunAsync(TemporalClient client, string prefix, int count) => Task.WhenAll(Enumerable.Range(0, count).Select(number => client.ExecuteWorkflowAsync(
        (ManyActivities workflow) => workflow.RunAsync(number), new($"{prefix}-{number}", "bench"))));

    private static async Task<(RunningProcess Server, string Target, double Milliseconds)> StartAsync(
        string program, string[] arguments, CancellationToken cancellationToken)
    {
        var port = RealServers.FreePort();
        var start = Stopwatch.GetTimestamp();
        var server = RunningProcess.Start(program, [.. arguments, "--ip", "127.0.0.1", "--port", $"{port}"]);
        while (true)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", port, cancellationToken);
                return (server, $"127.0.0.1:{port}", Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            catch (SocketException) when (!server.HasExited)
            {
                await Task.Delay(2, cancellationToken);
            }
        }
    }

    private static async Task<TemporalClient> ConnectAsync(string target, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var client = await TemporalClient.ConnectAsync(new(target));
                _ = await client.CountWorkflowsAsync("");
                return client;
            }
            catch (Exception e) when (attempt < 100 && e is InvalidOperationException or Temporalio.Exceptions.RpcException)
            {
                await Task.Delay(100, cancellationToken); // the real server listens before it serves
            }
        }
    }

    /// <summary>Activities, one after the other.</summary>
    [Workflow]
    internal sealed class ManyActivities
    {
        [WorkflowRun]
        public async Task<int> RunAsync(int number)
        {
            for (var i = 0; i < ActivitiesPerWorkflow; i++)
            {
                number = await Workflow.ExecuteActivityAsync(
                    () => Work(number), new() { StartToCloseTimeout = TimeSpan.FromMinutes(5) });
            }

            return number;
        }

        [Activity]
        public static int Work(int number)
        {
            _ = Interlocked.Increment(ref s_worked);
            return number + 1;
        }
    }
}

using System.Diagnostics;
using System.Globalization;
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

    public string Name => "embedded-server";

    public string Summary => "Temporal servers, ours and the real one: start-up, activities/s, CPU, memory";

    public async Task RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var workflows = options.Number("workflows", 1000);
        var which = options.Text("server", "both");
        if (which is not "real")
        {
            await MeasureAsync("ours", Path.Combine(AppContext.BaseDirectory, "Metal3.Lab.Temporal"), [], workflows, cancellationToken);
        }

        if (which is not "ours")
        {
            await MeasureAsync(
                "real", RealServers.TemporalCli(), ["server", "start-dev", "--headless", "--log-level", "never"], workflows, cancellationToken);
        }
    }

    private static async Task MeasureAsync(
        string name, string program, string[] arguments, int workflows, CancellationToken cancellationToken)
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
                    _ = await RunAsync(client, "warm", 20);
                    var cpu = CpuOf(running.Id);
                    var own = Process.GetCurrentProcess().TotalProcessorTime;
                    var seconds = await RunAsync(client, "run", workflows);
                    (string, object)[] parameters = [("server", name), ("workflows", workflows), ("activities", ActivitiesPerWorkflow)];
                    Figure.Write("embedded-server", "activities_per_second", workflows * ActivitiesPerWorkflow / seconds, "1/s", parameters);
                    Figure.Write("embedded-server", "server_cpu", (CpuOf(running.Id) - cpu).TotalSeconds, "s", parameters);
                    Figure.Write("embedded-server", "worker_and_client_cpu", (Process.GetCurrentProcess().TotalProcessorTime - own).TotalSeconds, "s", parameters);
                    Figure.Write("embedded-server", "peak_memory", PeakMegabytes(running.Id), "MB", parameters);
                },
                cancellationToken);
        }
    }

    /// <summary>All workflows at once.</summary>
    private static async Task<double> RunAsync(TemporalClient client, string prefix, int count)
    {
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => client.ExecuteWorkflowAsync(
            (ManyActivities workflow) => workflow.RunAsync(number), new($"{prefix}-{number}", "bench"))));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

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

    private static TimeSpan CpuOf(int process)
    {
        var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[1].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds(ticks / 100.0);
    }

    private static double PeakMegabytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith("VmHWM", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1000;
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
        public static int Work(int number) => number + 1;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Metal3.Lab;

/// <summary>The development server of the <c>temporal</c> CLI, as a process of its own.</summary>
internal sealed class TemporalCli : IAsyncDisposable
{
    private readonly Process _process;

    private TemporalCli(Process process, string address, Uri ui) => (_process, Address, Ui) = (process, address, ui);

    /// <summary><c>host:port</c> for clients.</summary>
    public string Address { get; }

    /// <summary>The UI.</summary>
    public Uri Ui { get; }

    /// <summary><c>TEMPORAL_CLI</c>, else <c>temporal</c> on <c>PATH</c>; null if there is none.</summary>
    public static string? Find()
    {
        if (Environment.GetEnvironmentVariable("TEMPORAL_CLI") is { Length: > 0 } given)
        {
            return given;
        }

        var name = OperatingSystem.IsWindows() ? "temporal.exe" : "temporal";
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Starts the server; it answers when this returns.</summary>
    /// <exception cref="LabException">It ended, or did not answer within a minute.</exception>
    public static async Task<TemporalCli> StartAsync(string file, LabOptions options, CancellationToken cancellation)
    {
        var port = options.TemporalPort == 0 ? FreePort() : options.TemporalPort;
        var ui = options.TemporalUiPort == 0 ? FreePort() : options.TemporalUiPort;
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        Add("server", "start-dev", "--ip", "127.0.0.1", "--port", Text(port), "--ui-port", Text(ui), "--log-level", "error");
        if (options.KeepsData)
        {
            Add("--db-filename", Path.Combine(options.Directory, "temporal.db"));
        }

        foreach (var (name, type) in LabDataCenter.SearchAttributes)
        {
            Add("--search-attribute", $"{name}={type}");
        }

        var said = new ConcurrentQueue<string>();
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        try
        {
            _ = process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            process.Dispose();
            throw new LabException($"'{file}' cannot be started: {e.Message}. Set TEMPORAL_CLI to the temporal CLI.", e);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new TemporalCli(process, $"127.0.0.1:{Text(port)}", new($"http://127.0.0.1:{Text(ui)}"));
        try
        {
            var patience = Stopwatch.StartNew();
            while (!await AnswersAsync(port, cancellation))
            {
                if (process.HasExited || patience.Elapsed > TimeSpan.FromMinutes(1))
                {
                    throw new LabException(
                        $"Temporal's development server did not start:\n{string.Join('\n', said.Where(line => line.Length > 0).TakeLast(5))}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;

        void Add(params string[] arguments)
        {
            foreach (var argument in arguments)
            {
                start.ArgumentList.Add(argument);
            }
        }
    }

    /// <summary>Ends it; what it was told to keep, it has written already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<bool> AnswersAsync(int port, CancellationToken cancellation)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

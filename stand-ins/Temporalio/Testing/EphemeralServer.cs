using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Temporalio.Client;

namespace Temporalio.Testing;

/// <summary>A server process that lives as long as its environment, and no longer than this process.</summary>
internal sealed class EphemeralServer : IDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();

    private int disposed;

    private EphemeralServer(string path, IEnumerable<string> arguments)
    {
        process = new()
        {
            StartInfo = new(path, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                UseShellExecute = false,
            },
        };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            process.Dispose();
            throw new InvalidOperationException($"The server {path} can not be started: {e.Message}", e);
        }

        AppDomain.CurrentDomain.ProcessExit += OnExit;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Starts a server and connects once it answers.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not answer within half a minute.</exception>
    public static async Task<(EphemeralServer Server, TemporalConnection Connection)> StartAsync(
        string path, IEnumerable<string> arguments, TemporalConnectionOptions options)
    {
        var server = new EphemeralServer(path, arguments);
        try
        {
            var start = Stopwatch.GetTimestamp();
            while (true)
            {
                try
                {
                    return (server, await TemporalConnection.ConnectAsync(options));
                }
                catch (InvalidOperationException e)
                {
                    if (server.process.HasExited)
                    {
                        throw new InvalidOperationException(
                            $"The server {path} ended with exit code {server.process.ExitCode}:\n{server.Output}", e);
                    }

                    if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(30))
                    {
                        throw new InvalidOperationException(
                            $"The server {path} does not answer on {options.TargetHost}:\n{server.Output}", e);
                    }

                    await Task.Delay(50);
                }
            }
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public static string FreeTarget()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private string Output => string.Join('\n', output);

    private void OnExit(object? sender, EventArgs e) => Kill();

    private void Kill()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        output.Enqueue(line);
        while (output.Count > 50)
        {
            output.TryDequeue(out _);
        }
    }
}

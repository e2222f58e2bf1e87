using System.Collections.Concurrent;
using System.Diagnostics;

namespace Metal3.TestKit;

/// <summary>A server or tool that a test started: its output is kept, and it is killed with everything it started.</summary>
public sealed class RunningProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();
    private readonly ConcurrentDictionary<Action<string>, bool> readers = new();

    private RunningProcess(ProcessStartInfo start)
    {
        process = new() { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>Everything it wrote so far, both streams.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Starts an executable of this name or path.</summary>
    public static RunningProcess Start(
        string file,
        IEnumerable<string> arguments,
        string? directory = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = directory ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var running = new RunningProcess(start);
        running.process.Start();
        running.process.StandardInput.Close();
        running.process.BeginOutputReadLine();
        running.process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Runs a tool to its end and returns what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed, or took too long.</exception>
    public static async Task<string> OutputOfAsync(
        string file,
        IEnumerable<string> arguments,
        string? directory = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        TimeSpan? limit = null)
    {
        await using var running = Start(file, arguments, directory, environment);
        var code = await running.ExitAsync(limit ?? TimeSpan.FromMinutes(2));
        return code == 0
            ? running.Output
            : throw new InvalidOperationException($"{file} exited with {code}:\n{running.Output}");
    }

    /// <summary>Waits until it wrote a line with this text.</summary>
    /// <exception cref="InvalidOperationException">It ended, or took too long.</exception>
    public async Task<string> LineWithAsync(string text, TimeSpan? limit = null)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Read(string line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                found.TrySetResult(line);
            }
        }

        readers[Read] = true;
        foreach (var line in lines)
        {
            Read(line);
        }

        var ended = process.WaitForExitAsync();
        var first = await Task.WhenAny(found.Task, ended, Task.Delay(limit ?? TimeSpan.FromSeconds(60)));
        readers.TryRemove(Read, out _);
        return found.Task.IsCompletedSuccessfully
            ? await found.Task
            : throw new InvalidOperationException(
                $"{process.StartInfo.FileName} {(first == ended ? "ended" : "took too long")} without writing '{text}':\n{Output}");
    }

    /// <summary>Waits for its end and returns its exit code.</summary>
    /// <exception cref="InvalidOperationException">It took too long.</exception>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(limit);
            return process.ExitCode;
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException($"{process.StartInfo.FileName} did not end within {limit}:\n{Output}", e);
        }
    }

    /// <summary>Kills it at once, as SIGKILL does.</summary>
    public void Kill()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lines.Enqueue(line);
        foreach (var reader in readers.Keys)
        {
            reader(line);
        }
    }
}

using System.Diagnostics;

namespace Metal3.EndToEnd.Parts;

/// <summary>One program of the system as a process of its own, which can be killed and started again; its log goes on in one file.</summary>
internal sealed class Part : IAsyncDisposable
{
    private readonly ProcessStartInfo _start;
    private Process? _process;

    public Part(string name, string directory, string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        Name = name;
        LogFile = Path.Combine(directory, $"{name}.log");

        // The shell becomes the program: one process id, and no pipe whose reader may be late.
        _start = new("/bin/sh", ["-c", "log=$0; exec \"$@\" >>\"$log\" 2>&1 </dev/null", LogFile, file, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = directory,
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            _start.Environment[key] = value;
        }

        AppDomain.CurrentDomain.ProcessExit += KillNow;
    }

    public string Name { get; }

    public string LogFile { get; }

    /// <summary>The running program's process id; 0 if it was never started.</summary>
    public int Id => _process?.Id ?? 0;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>One of this repository's executables, as built beside the tests.</summary>
    public static Part Of(string project, string name, string directory, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        var library = Directory.EnumerateFiles(Path.Combine(Programs.Source, "artifacts", "bin", project, configuration), $"{project}.runtimeconfig.json").Single();
        return new(name, directory, "dotnet", [library.Replace(".runtimeconfig.json", ".dll", StringComparison.Ordinal), .. arguments], environment);
    }

    public Part Start()
    {
        _process?.Dispose();
        _process = Process.Start(_start)!;
        return this;
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false } running)
        {
            running.Kill(entireProcessTree: true);
        }

        if (_process is not null)
        {
            await _process.WaitForExitAsync();
        }
    }

    /// <summary>The last lines that it wrote.</summary>
    public string Tail(int lines)
    {
        if (!File.Exists(LogFile))
        {
            return "(no log)";
        }

        using var stream = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        stream.Seek(-Math.Min(stream.Length, 200_000), SeekOrigin.End);
        using var reader = new StreamReader(stream);
        return string.Join('\n', reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines).Select(line => line.Length > 700 ? line[..700] + "…" : line));
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillNow;
        await KillAsync();
        _process?.Dispose();
    }

    private void KillNow(object? sender, EventArgs e)
    {
        try
        {
            _process?.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It had ended already.
        }
    }
}

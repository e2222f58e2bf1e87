using System.Diagnostics;
using k8s;
using Metal3.TestKit;

[assembly: AssemblyFixture(typeof(Metal3.Kubernetes.Conformance.Targets))]

namespace Metal3.Kubernetes.Conformance;

/// <summary>An API server that the suite runs against; every scenario is a theory over <see cref="Targets.Names"/>.</summary>
public abstract class KubernetesTarget : IAsyncDisposable
{
    /// <summary>A kubeconfig of a cluster administrator.</summary>
    public abstract string Kubeconfig { get; }

    /// <summary>Stops the API server abruptly; what it acknowledged must survive.</summary>
    public abstract Task KillAsync(CancellationToken cancellation);

    /// <summary>Starts it again, on the same address with the same data, and waits until it answers.</summary>
    public abstract Task StartAsync(CancellationToken cancellation);

    /// <summary>Forgets old versions, so that a watch or a page from before now is answered with 410.</summary>
    public abstract Task CompactAsync(CancellationToken cancellation);

    public KubernetesClientConfiguration Configuration() =>
        KubernetesClientConfiguration.BuildConfigFromConfigFile(Kubeconfig);

    public k8s.Kubernetes Connect() => new(Configuration());

    public abstract ValueTask DisposeAsync();

    protected static async Task<string> RunAsync(string file, string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(file) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = new List<string>();

        // The scripts leave servers behind that inherit the pipe, so its end is no sign that the script ended.
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!process.HasExited)
        {
            await Task.Delay(20, cancellation);
        }

        lock (output)
        {
            var text = string.Join('\n', output);
            return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{file} ended with {process.ExitCode}: {text}");
        }

        void Add(string? line)
        {
            lock (output)
            {
                if (line is not null)
                {
                    output.Add(line);
                }
            }
        }
    }
}

/// <summary>Starts each target once, for whichever test asks first, and stops all at the end of the run.</summary>
public sealed class Targets : IAsyncDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<string, KubernetesTarget> _shared = new(StringComparer.Ordinal);

    /// <summary>Every target by name, as the argument of a theory.</summary>
    public static TheoryData<string> Names => ["real", "lab"];

    /// <summary>The target that all tests share: a test uses a namespace of its own and never stops the server.</summary>
    public async Task<KubernetesTarget> SharedAsync(string name)
    {
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!_shared.TryGetValue(name, out var target))
            {
                target = await OwnAsync(name);
                _shared[name] = target;
            }

            return target;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>A target that the calling test may kill, and disposes of.</summary>
    public static async Task<KubernetesTarget> OwnAsync(string name)
    {
        KubernetesTarget target = name switch
        {
            "real" => new RealTarget(RealServers.KubernetesBinaries()),
            "lab" => new LabTarget(),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such target"),
        };
        await target.StartAsync(TestContext.Current.CancellationToken);
        return target;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var target in _shared.Values)
        {
            await target.DisposeAsync();
        }

        _one.Dispose();
    }
}

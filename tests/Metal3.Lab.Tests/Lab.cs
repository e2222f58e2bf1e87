using Metal3.TestKit;

namespace Metal3.Lab.Tests;

/// <summary>The program as a user runs it, in a directory of its own and on free ports.</summary>
internal sealed class Lab : IDisposable
{
    public static readonly TimeSpan Long = TimeSpan.FromMinutes(4);

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("metal3-lab-test-").FullName;

    public static RunningProcess Start(params IEnumerable<string> arguments) => RunningProcess.Start(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "lab.dll"), .. arguments],
        environment: new Dictionary<string, string?> { ["TEMPORAL_ADDRESS"] = null, ["KUBECONFIG"] = null });

    public static async Task<(int Code, string Output)> RunAsync(params IEnumerable<string> arguments)
    {
        await using var lab = Start(arguments);
        var code = await lab.ExitAsync(Long);
        return (code, lab.Output);
    }

    public static Task TerminateAsync(RunningProcess lab) =>
        RunningProcess.OutputOfAsync("sh", ["-c", $"kill -TERM {lab.Id}"]);

    public string[] Up(params IEnumerable<string> more) =>
    [
        "up", "--data", Directory, "--kubernetes-port", "0", "--ironic-port", "0", "--temporal-port", "0", "--ui-port", "0", .. more,
    ];

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

using Metal3.TestKit;

namespace Metal3.Kubernetes.Conformance;

/// <summary>The real <c>kubectl</c>, as an administrator of a target.</summary>
internal sealed class Kubectl(KubernetesTarget target, string? ns = null)
{
    /// <summary>Runs a command.</summary>
    /// <returns>Exit code, and both streams one after the other.</returns>
    public Task<(int Code, string Output)> TryAsync(IEnumerable<string> arguments, string input = "") => TranscriptTests.RunAsync(
        RealServers.OnPath("kubectl"),
        ["--kubeconfig", target.Kubeconfig, .. ns is null ? (string[])[] : ["-n", ns], .. arguments],
        input,
        TestContext.Current.CancellationToken);

    /// <summary>Runs a command that must succeed, and returns what it wrote.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output) = await TryAsync(arguments);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)}: {output}");
        return output.Trim();
    }

    /// <summary>Applies a manifest.</summary>
    public async Task ApplyAsync(string manifest)
    {
        var (code, output) = await TryAsync(["apply", "-f", "-"], manifest);
        Assert.True(code == 0, output);
    }
}

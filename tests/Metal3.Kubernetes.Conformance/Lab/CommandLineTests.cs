using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Metal3.TestKit;

namespace Metal3.Kubernetes.Conformance.Lab;

/// <summary>What a person at a terminal gets from the lab's server.</summary>
public sealed class CommandLineTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string _directory = Directory.CreateTempSubdirectory("metal3-lab-line-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("--service", "m3/hook", "write NAMESPACE/NAME=URL")]
    [InlineData("--service", "m3/hook=ftp://x", "write NAMESPACE/NAME=URL")]
    [InlineData("--service", "hook=https://127.0.0.1:1", "write NAMESPACE/NAME=URL")]
    [InlineData("--port", "70000", "write a number from 0 to 65535")]
    [InlineData("--port", "-1", "write a number from 0 to 65535")]
    [InlineData("--port", "soon", "'soon'")]
    [InlineData("--crds", "/no/such/file", "/no/such/file")]
    [InlineData("--data", "/proc/no/such", "data directory /proc/no/such")]
    public async Task What_cannot_be_meant_is_refused_in_a_sentence_with_the_remedy(string option, string given, string remedy)
    {
        var said = await RefusedAsync(option, given);

        Assert.Contains(remedy, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_in_one_line()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var said = await RefusedAsync("--port", port);

        Assert.Contains(port, Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_in_use_is_refused_by_its_name_and_the_next_step_is_told_to_who_starts_one()
    {
        var data = Path.Combine(_directory, "data");
        await using var first = Start("--port", "0", "--data", data, "--kubeconfig", Path.Combine(_directory, "kubeconfig"));
        await first.LineWithAsync("Kubernetes API at");

        var said = await RefusedAsync("--data", data);

        Assert.Contains($"Another server uses the data directory {data}", said, StringComparison.Ordinal);
        Assert.Contains($"kubectl --kubeconfig {Path.Combine(_directory, "kubeconfig")}", await first.LineWithAsync("Try:"), StringComparison.Ordinal);
    }

    private static RunningProcess Start(params string[] arguments) =>
        RunningProcess.Start("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Metal3.Lab.Kubernetes.dll"), .. arguments]);

    private static async Task<string> RefusedAsync(string option, string given)
    {
        await using var server = Start(option == "--port" ? ["--port", given] : ["--port", "0", option, given]);
        Assert.NotEqual(0, await server.ExitAsync(Patience));
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        return server.Output;
    }
}

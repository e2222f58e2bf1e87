using System.Diagnostics;
using Metal3.Lab.Temporal.Api;
using Metal3.TestKit;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>A server that somebody else wrote, as a process of its own.</summary>
internal sealed class RealServer : IAsyncDisposable
{
    private readonly Process _process;

    private RealServer(Process process, string target)
    {
        _process = process;
        Target = target;
    }

    public string Target { get; }

    /// <summary>The development server of the <c>temporal</c> CLI.</summary>
    public static Task<RealServer> DevelopmentAsync(params string[] dynamicConfig)
    {
        var port = RealServers.FreePort();
        return StartAsync(
            RealServers.TemporalCli(),
            $"server start-dev --headless --ip 127.0.0.1 --port {port} --log-level never --search-attribute Color=Keyword "
                + string.Join(' ', dynamicConfig.Select(setting => $"--dynamic-config-value {setting}")),
            port);
    }

    /// <summary>The official time-skipping test server; without <c>--enable-time-skipping</c>, which means "begin unlocked".</summary>
    public static Task<RealServer> TimeSkippingAsync()
    {
        var port = RealServers.FreePort();
        return StartAsync(
            RealServers.OnPath("java"),
            $"-Xmx256m -cp \"{RealServers.OfficialTestServer()}/*\" io.temporal.testserver.TestServer {port}",
            port);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<RealServer> StartAsync(string program, string arguments, int port)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var client = new RawClient($"127.0.0.1:{port}");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            try
            {
                _ = await client.CallAsync<DescribeNamespaceResponse>(
                    new DescribeNamespaceRequest { Namespace = "default" }, cancellation: patience.Token);
                return new RealServer(process, client.Target);
            }
            catch (HttpRequestException) when (!process.HasExited && !patience.IsCancellationRequested)
            {
                await Task.Delay(100, patience.Token); // it is not listening yet
            }
            catch (Rpc.RpcException e) when (e.Code is Rpc.StatusCode.Unimplemented)
            {
                return new RealServer(process, client.Target); // the test server knows no namespaces
            }
            catch (Rpc.RpcException) when (!patience.IsCancellationRequested)
            {
                await Task.Delay(100, patience.Token);
            }
        }
    }
}

using System.Diagnostics;
using System.Security.Cryptography;
using Metal3.TestKit;

namespace Metal3.Ironic.Contract;

/// <summary>A real Ironic with a Redfish emulator and the stand-in for the ramdisk's agent, for one test.</summary>
internal sealed class RealIronic : IAsyncDisposable
{
    private readonly string _scripts;
    private readonly string _directory;

    private RealIronic(string scripts, string directory) => (_scripts, _directory) = (scripts, directory);

    public Uri Endpoint { get; private set; } = null!;

    public string Files { get; private set; } = "";

    public int RedfishPort { get; private set; }

    public string ImageChecksum { get; private set; } = "";

    public string ImageUrl => $"{Files}/os.raw";

    public static async Task<RealIronic> StartAsync(CancellationToken cancellationToken)
    {
        var scripts = RealServers.IronicScripts();
        var real = new RealIronic(scripts, Directory.CreateTempSubdirectory("real-ironic").FullName) { RedfishPort = RealServers.FreePort() };
        await real.RunAsync("start.sh", cancellationToken);
        var environment = (await File.ReadAllLinesAsync(Path.Combine(real._directory, "env"), cancellationToken))
            .Select(line => line.Replace("export ", "", StringComparison.Ordinal).Split('=', 2))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim().Trim('"', '\''), StringComparer.Ordinal);
        real.Endpoint = new Uri(environment["IRONIC_URL"] + "/v1/");
        real.Files = environment["IRONIC_HTTP_URL"].TrimEnd('/');
        var image = new byte[1 << 20];
        await File.WriteAllBytesAsync(Path.Combine(real._directory, "http", "os.raw"), image, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(real._directory, "http", "any"), "any", cancellationToken);
        real.ImageChecksum = Convert.ToHexStringLower(SHA256.HashData(image));
        return real;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop.sh", CancellationToken.None);
        Directory.Delete(_directory, recursive: true);
    }

    private async Task RunAsync(string script, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Path.Combine(_scripts, script), [_directory]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["IRONIC_PORT"] = "0";
        start.Environment["IRONIC_HTTP_PORT"] = "0";
        start.Environment["IRONIC_AGENT_PORT"] = "0";
        start.Environment["IRONIC_CLEAN"] = "true";
        start.Environment["IRONIC_REDFISH_PORT"] = $"{RedfishPort}";
        start.Environment["IRONIC_REDFISH_SYSTEMS"] = "1";
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadLineAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{script} ended with {process.ExitCode}: {await said}");
        }
    }
}

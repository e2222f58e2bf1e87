using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Metal3.TestKit;

/// <summary>Finds the real servers that some tests need.</summary>
/// <remarks>
/// A missing server skips the test with the reason on a laptop, and fails it where the servers were promised:
/// <c>METAL3_REQUIRE_SERVERS=1</c>, which <c>.ci/run</c> sets.
/// </remarks>
public static class RealServers
{
    /// <summary>Directory with unpacked server binaries: <c>TEST_SERVERS</c>, else <c>/var/lib/test-servers</c>.</summary>
    public static string BinDirectory { get; } =
        Environment.GetEnvironmentVariable("TEST_SERVERS") is { Length: > 0 } given ? given : "/var/lib/test-servers";

    /// <summary>The <c>temporal</c> CLI with its development server: <c>TEMPORAL_CLI</c>, else the directory.</summary>
    public static string TemporalCli() => Require("TEMPORAL_CLI", Path.Combine(BinDirectory, "temporal"), "the temporal CLI");

    /// <summary>Directory with <c>temporal-server</c> and the scripts that run it on PostgreSQL.</summary>
    public static string Temporal()
    {
        _ = Require(null, Path.Combine(BinDirectory, "temporal-server"), "a Temporal server");
        _ = PostgresBinaries();
        return BinDirectory;
    }

    /// <summary>Directory with <c>postgres</c>, where Debian puts it.</summary>
    public static string PostgresBinaries()
    {
        const string Versions = "/usr/lib/postgresql";
        var found = Directory.Exists(Versions) ? Directory.GetDirectories(Versions).Select(one => Path.Combine(one, "bin")).Order(StringComparer.Ordinal).LastOrDefault() : null;
        return found ?? Missing("PostgreSQL (the package postgresql)");
    }

    /// <summary>The official time-skipping test server's directory of jars.</summary>
    public static string OfficialTestServer() =>
        Require("TEMPORAL_OFFICIAL_TEST_SERVER", Path.Combine(BinDirectory, "temporal-test-server"), "the official Temporal test server");

    /// <summary>Directory with <c>kube-apiserver</c> and <c>etcd</c>: <c>KUBEBUILDER_ASSETS</c>, else the directory.</summary>
    public static string KubernetesBinaries()
    {
        var directory = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } given ? given : BinDirectory;
        _ = Require(null, Path.Combine(directory, "kube-apiserver"), "kube-apiserver with etcd");
        return directory;
    }

    /// <summary>Directory with the scripts that install and run a real Ironic: <c>IRONIC_SCRIPTS</c>.</summary>
    public static string IronicScripts() =>
        Require("IRONIC_SCRIPTS", "/nonexistent/ironic", "a real Ironic (set IRONIC_SCRIPTS to the directory of install.sh and start.sh)");

    /// <summary>An executable on <c>PATH</c>.</summary>
    public static string OnPath(string name)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
        return found ?? Missing($"'{name}' on PATH");
    }

    /// <summary>A TCP port of the loopback interface that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The first of so many ports in a row that were free a moment ago.</summary>
    public static int FreePorts(int count)
    {
        while (true)
        {
            var first = Random.Shared.Next(18_000, 30_000);
            var taken = new List<TcpListener>();
            try
            {
                for (var port = first; port < first + count; port++)
                {
                    var listener = new TcpListener(IPAddress.Loopback, port);
                    taken.Add(listener);
                    listener.Start();
                }

                return first;
            }
            catch (SocketException)
            {
                // Somebody else's; another range then.
            }
            finally
            {
                taken.ForEach(listener => listener.Dispose());
            }
        }
    }

    private static string Require(string? variable, string otherwise, string what)
    {
        var path = variable is not null && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given
            ? given
            : otherwise;
        return File.Exists(path) || Directory.Exists(path) ? path : Missing($"{what} ({variable ?? path})");
    }

    private static string Missing(string what)
    {
        if (Environment.GetEnvironmentVariable("METAL3_REQUIRE_SERVERS") is "1")
        {
            throw new InvalidOperationException($"This run promises every server, but misses {what}.");
        }

        Assert.Skip($"needs {what}");
        return ""; // Assert.Skip always throws
    }
}

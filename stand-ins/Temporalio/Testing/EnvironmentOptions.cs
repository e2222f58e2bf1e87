using Temporalio.Client;
using Temporalio.Common;

namespace Temporalio.Testing;

/// <summary>How the development server is started.</summary>
public class DevServerOptions : ICloneable
{
    private string downloadVersion = "default";
    private TimeSpan? downloadTtl;

    /// <summary>The <c>temporal</c> CLI; null is the one on <c>PATH</c>.</summary>
    public string? ExistingPath { get; set; }

    /// <summary>Where it keeps its state; null forgets it.</summary>
    public string? DatabaseFilename { get; set; }

    public string LogFormat { get; set; } = "pretty";

    public string LogLevel { get; set; } = "warn";

    /// <exception cref="NotSupportedException">It is set to anything but "default": nothing is downloaded.</exception>
    public string DownloadVersion
    {
        get => downloadVersion;
        set => downloadVersion = value == "default"
            ? value
            : throw Downloads.NotSupported(nameof(DevServerOptions), nameof(DownloadVersion));
    }

    public IReadOnlyCollection<string>? ExtraArgs { get; set; }

    /// <exception cref="NotSupportedException">It is set: nothing is downloaded.</exception>
    public TimeSpan? DownloadTtl
    {
        get => downloadTtl;
        set => downloadTtl = value is null
            ? null
            : throw Downloads.NotSupported(nameof(DevServerOptions), nameof(DownloadTtl));
    }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>How the time-skipping server is started.</summary>
public class TestServerOptions : ICloneable
{
    private string downloadVersion = "default";
    private TimeSpan? downloadTtl;

    /// <summary>
    /// An executable that takes a port as its first argument and then serves with time skipping locked once; null is
    /// the one that <c>TEMPORAL_TEST_SERVER</c> names.
    /// </summary>
    public string? ExistingPath { get; set; }

    /// <exception cref="NotSupportedException">It is set to anything but "default": nothing is downloaded.</exception>
    public string DownloadVersion
    {
        get => downloadVersion;
        set => downloadVersion = value == "default"
            ? value
            : throw Downloads.NotSupported(nameof(TestServerOptions), nameof(DownloadVersion));
    }

    public IReadOnlyCollection<string>? ExtraArgs { get; set; }

    /// <exception cref="NotSupportedException">It is set: nothing is downloaded.</exception>
    public TimeSpan? DownloadTtl
    {
        get => downloadTtl;
        set => downloadTtl = value is null
            ? null
            : throw Downloads.NotSupported(nameof(TestServerOptions), nameof(DownloadTtl));
    }

    public virtual object Clone() => MemberwiseClone();
}

/// <summary>Options of <see cref="WorkflowEnvironment.StartLocalAsync"/>.</summary>
public class WorkflowEnvironmentStartLocalOptions : TemporalClientConnectOptions
{
    private string? downloadDirectory;

    /// <exception cref="NotSupportedException">It is set: nothing is downloaded.</exception>
    public string? DownloadDirectory
    {
        get => downloadDirectory;
        set => downloadDirectory = value is null
            ? null
            : throw Downloads.NotSupported(nameof(WorkflowEnvironmentStartLocalOptions), nameof(DownloadDirectory));
    }

    /// <summary>Serves the web UI too.</summary>
    public bool UI { get; set; }

    /// <summary>The UI's port; zero is the server's choice.</summary>
    public int UIPort { get; set; }

    /// <summary>Registered before the environment is returned.</summary>
    public IReadOnlyCollection<SearchAttributeKey>? SearchAttributes { get; set; }

    public DevServerOptions DevServerOptions { get; set; } = new();

    public override object Clone()
    {
        var copy = (WorkflowEnvironmentStartLocalOptions)base.Clone();
        copy.DevServerOptions = (DevServerOptions)DevServerOptions.Clone();
        return copy;
    }
}

/// <summary>Options of <see cref="WorkflowEnvironment.StartTimeSkippingAsync"/>.</summary>
public class WorkflowEnvironmentStartTimeSkippingOptions : TemporalClientConnectOptions
{
    private string? downloadDirectory;

    /// <exception cref="NotSupportedException">It is set: nothing is downloaded.</exception>
    public string? DownloadDirectory
    {
        get => downloadDirectory;
        set => downloadDirectory = value is null
            ? null
            : throw Downloads.NotSupported(nameof(WorkflowEnvironmentStartTimeSkippingOptions), nameof(DownloadDirectory));
    }

    public TestServerOptions TestServer { get; set; } = new();

    public override object Clone()
    {
        var copy = (WorkflowEnvironmentStartTimeSkippingOptions)base.Clone();
        copy.TestServer = (TestServerOptions)TestServer.Clone();
        return copy;
    }
}

internal static class Downloads
{
    public static NotSupportedException NotSupported(string type, string member) =>
        new($"{type}.{member} is not supported by this build, which downloads no server; set ExistingPath instead.");
}

using System.Security.Cryptography.X509Certificates;

namespace Metal3.Lab.Ironic;

/// <summary>How a simulated Ironic is started.</summary>
public sealed class LabIronicOptions
{
    /// <summary>TCP port of the API, the BMCs and the admin API; 0 takes a free one.</summary>
    public int Port { get; set; }

    /// <summary>Address to listen on.</summary>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>Directory in which nodes, machines and counters survive; null keeps everything in memory.</summary>
    public string? DataDirectory { get; set; }

    /// <summary>How long each stage takes.</summary>
    public StageTimes Times { get; set; } = StageTimes.Fast;

    /// <summary>User name of the API; null means that nobody has to authenticate.</summary>
    public string? UserName { get; set; }

    /// <summary>Password of the API, with <see cref="UserName"/>.</summary>
    public string? Password { get; set; }

    /// <summary>Certificate with its private key; null serves plain HTTP.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>What <c>[conductor]automated_clean</c> says.</summary>
    public bool AutomatedClean { get; set; } = true;

    /// <summary>Whether a machine that changed its power behind Ironic's back is driven back.</summary>
    public bool ForcePowerState { get; set; } = true;

    /// <summary>Whether booted machines run an agent; without, callers play it through the agent routes.</summary>
    public bool Agents { get; set; } = true;

    /// <summary>Highest minor API version; 96 is Ironic 29.0.</summary>
    public int MaximumMinorVersion { get; set; } = 96;

    /// <summary>Size of a page when the caller asks for none.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Host name of the conductor, seen in <c>conductor</c> and <c>reservation</c>.</summary>
    public string ConductorName { get; set; } = "lab-ironic";

    /// <summary>The URL that links show; null means the address listened on.</summary>
    public Uri? PublicEndpoint { get; set; }

    /// <summary>User name and password of machines that were not declared with others.</summary>
    public string BmcUserName { get; set; } = "admin";

    /// <summary>See <see cref="BmcUserName"/>.</summary>
    public string BmcPassword { get; set; } = "password";

    /// <summary>The clock of every stage.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}

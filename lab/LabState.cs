using System.Text.Json;

namespace Metal3.Lab;

/// <summary>What a running lab leaves in its directory so that <c>lab fail</c> finds it.</summary>
/// <param name="Process">Its process id.</param>
/// <param name="Admin">Admin API of the simulated Ironic; null when Ironic is a real one.</param>
/// <param name="Kubeconfig">For <c>kubectl</c>.</param>
/// <param name="Temporal"><c>host:port</c>.</param>
internal sealed record LabState(int Process, Uri? Admin, string Kubeconfig, string Temporal)
{
    /// <summary>Where a lab without <c>--data</c> has its files: one for each user.</summary>
    public static string DefaultDirectory => Path.Combine(Path.GetTempPath(), $"metal3-lab-{Environment.UserName}");

    /// <summary>Reads the state of a lab that runs; null if there is none, or if it has ended without cleaning up.</summary>
    public static LabState? Find(string directory)
    {
        try
        {
            var state = JsonSerializer.Deserialize<LabState>(File.ReadAllText(Name(directory)), JsonSerializerOptions.Web);
            return state is not null && Runs(state.Process) ? state : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Tells others.</summary>
    public void Write(string directory) => File.WriteAllText(Name(directory), JsonSerializer.Serialize(this, JsonSerializerOptions.Web));

    /// <summary>The lab has ended.</summary>
    public static void Remove(string directory) => File.Delete(Name(directory));

    private static string Name(string directory) => Path.Combine(directory, "lab.json");

    private static bool Runs(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

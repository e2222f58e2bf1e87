using Metal3.Workflows.Tests.Worlds;
using Temporalio.Common;

namespace Metal3.Workflows.Tests.Scenarios;

/// <summary>Hosts that began with an older release live on with this one.</summary>
public sealed class HistoryTests
{
    public static TheoryData<string> Stored => [.. Files().Select(file => Path.GetRelativePath(Folder(), file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Stored))]
    public async Task A_stored_history_replays_and_holds_no_secret(string file)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder(), file));
        var history = WorkflowHistory.FromJson(Path.GetFileNameWithoutExtension(file), text);

        await LabBench.NewReplayer().ReplayWorkflowAsync(history);

        Assert.Empty(LabBench.Leaks(history));
    }

    [Fact]
    public async Task What_is_no_secret_is_found_in_a_history_so_the_search_works()
    {
        var file = Files().First(one => one.Contains("HostWorkflow", StringComparison.Ordinal));
        var history = WorkflowHistory.FromJson("any", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        Assert.Contains("credentialsName", LabBench.Readable(history), StringComparison.Ordinal);
    }

    [Fact]
    public void There_are_stored_histories() => Assert.NotEmpty(Files());

    private static string[] Files() => Directory.GetFiles(Folder(), "*.json", SearchOption.AllDirectories);

    private static string Folder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Metal3.Workflows.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder!.FullName, "tests", "histories");
    }
}

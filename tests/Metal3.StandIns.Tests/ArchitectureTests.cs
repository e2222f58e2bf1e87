using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Metal3.StandIns.Tests;

/// <summary>Project files against the picture of who may reference whom.</summary>
public partial class ArchitectureTests
{
    private static readonly string Root = FindRoot();

    /// <summary>Who may reference which of our projects; tests and bench reach anywhere.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Metal3.Contracts"] = [],
        ["Metal3.Workflows"] = ["Metal3.Contracts"],
        ["Metal3.Activities"] = ["Metal3.Contracts"],
        ["Metal3.CrdBridge"] = ["Metal3.Contracts"],
        ["Metal3.Worker"] = ["Metal3.Workflows", "Metal3.Activities"],
        ["Metal3.Lab.Ironic"] = [],
        ["Metal3.Lab.Kubernetes"] = [],
        ["Metal3.Lab.Temporal"] = [],
        ["Metal3.Lab"] =
            ["Metal3.Lab.Ironic", "Metal3.Lab.Kubernetes", "Metal3.Lab.Temporal", "Metal3.Worker", "Metal3.CrdBridge"],
        ["Temporalio"] = [],
        ["Temporalio.Extensions.Hosting"] = [],
        ["KubernetesClient"] = [],
        ["Refit"] = [],
        ["Refit.HttpClientFactory"] = [],
    };

    /// <summary>Who may reference which of the packages that have stand-ins.</summary>
    private static readonly Dictionary<string, string[]> Feeds = new()
    {
        ["Metal3.Contracts"] = ["Temporalio"],
        ["Metal3.Workflows"] = ["Temporalio"],
        ["Metal3.Activities"] = ["Temporalio", "Refit", "Refit.HttpClientFactory", "KubernetesClient"],
        ["Metal3.CrdBridge"] = ["Temporalio", "Temporalio.Extensions.Hosting", "KubernetesClient"],
        ["Metal3.Worker"] = ["Temporalio", "Temporalio.Extensions.Hosting", "Refit", "Refit.HttpClientFactory", "KubernetesClient"],
        ["Metal3.Lab"] = ["Temporalio", "Temporalio.Extensions.Hosting", "KubernetesClient"],
        ["Temporalio.Extensions.Hosting"] = ["Temporalio"],
        ["Refit.HttpClientFactory"] = ["Refit"],
    };

    [Fact]
    public void The_solution_lists_every_project()
    {
        var listed = SolutionProject().Matches(File.ReadAllText(Path.Combine(Root, "Metal3.Workflows.sln")))
            .Select(match => match.Groups[1].Value.Replace('\\', '/')).Order();

        Assert.Equal(Projects().Select(project => Path.GetRelativePath(Root, project)).Order(), listed);
    }

    [Fact]
    public void No_project_references_what_the_picture_has_no_arrow_for()
    {
        var wrong = new List<string>();
        foreach (var project in Projects().Where(project => !Path.GetRelativePath(Root, project).StartsWith("tests/", StringComparison.Ordinal)))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            wrong.AddRange(References(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))
                .Where(target => !Arrows.TryGetValue(name, out var allowed) || !allowed.Contains(target))
                .Select(target => $"{name} → {target}"));
            wrong.AddRange(References(project, "FeedReference")
                .Where(target => !Feeds.TryGetValue(name, out var allowed) || !allowed.Contains(target))
                .Select(target => $"{name} → package {target}"));
        }

        Assert.True(wrong.Count == 0, "Arrows that are not drawn:\n" + string.Join('\n', wrong));
    }

    [Fact]
    public void Packages_that_have_stand_ins_are_only_referenced_as_feed_references()
    {
        var standIns = Directory.GetDirectories(Path.Combine(Root, "stand-ins")).Select(Path.GetFileName).ToHashSet();

        var wrong = Projects().SelectMany(project => References(project, "PackageReference")
            .Where(standIns.Contains).Select(package => $"{Path.GetRelativePath(Root, project)}: {package}"));

        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Projects() => Directory.EnumerateFiles(Root, "*.csproj", SearchOption.AllDirectories)
        .Where(path => !Path.GetRelativePath(Root, path).Split('/').Any(part => part is "artifacts" or "bin" or "obj" or "node_modules"));

    private static IEnumerable<string> References(string project, string kind) => XDocument.Load(project).Descendants(kind)
        .Select(element => element.Attribute("Include")?.Value).OfType<string>().Select(include => include.Replace('\\', '/'));

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Metal3.Workflows.sln")))
        {
            directory = Path.GetDirectoryName(directory.TrimEnd('/'))
                ?? throw new InvalidOperationException("The tests do not run below the solution's directory.");
        }

        return directory;
    }

    [GeneratedRegex(@"Project\(""[^""]*""\) = ""[^""]*"", ""([^""]*\.csproj)""")]
    private static partial Regex SolutionProject();
}

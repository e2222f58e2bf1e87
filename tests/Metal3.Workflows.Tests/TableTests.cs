using System.Text.RegularExpressions;

namespace Metal3.Workflows.Tests;

/// <summary>The table in this project's README: it leaves no scenario out, and every test that it names exists.</summary>
public sealed partial class TableTests
{
    private static readonly string Root = FindRoot();
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Root, "tests", "Metal3.Workflows.Tests", "README.md"));

    [Fact]
    public void Every_scenario_has_a_test_or_the_reason_why_not()
    {
        var rows = Lines.Select(line => Row().Match(line)).Where(match => match.Success).ToDictionary(
            match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), match => (Tests: match.Groups[2].Value, Why: match.Groups[3].Value.Trim()));

        Assert.Equal(Enumerable.Range(1, 136), rows.Keys.Order());
        Assert.All(rows, row => Assert.True(row.Value.Tests != "–" || row.Value.Why.EndsWith("not in this release", StringComparison.Ordinal), $"scenario {row.Key} has no test"));
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var written = Directory.EnumerateFiles(Path.Combine(Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}artifacts{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file =>
            {
                var text = File.ReadAllText(file);
                return Method().Matches(text).Select(match => $"{LastClassBefore(text, match.Index)}.{match.Groups[1].Value}");
            })
            .ToHashSet(StringComparer.Ordinal);

        var named = Lines.SelectMany(line => Name().Matches(line)).Select(match => match.Groups[1].Value).ToList();

        Assert.True(named.Count > 150);
        Assert.DoesNotContain(named, name => !written.Contains(name));
    }

    private static string LastClassBefore(string text, int index) =>
        Class().Matches(text[..index]) is [.., var last] ? last.Groups[1].Value : "";

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Metal3.Workflows.sln")))
        {
            folder = folder.Parent;
        }

        return folder!.FullName;
    }

    [GeneratedRegex(@"^\| (\d+) \| (.*?) \|(.*)\|$", RegexOptions.None, 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(", RegexOptions.None, 1000)]
    private static partial Regex Method();

    [GeneratedRegex(@"class (\w+)", RegexOptions.None, 1000)]
    private static partial Regex Class();

    [GeneratedRegex(@"`(\w+(?:Tests|Contract)\.\w+)`", RegexOptions.None, 1000)]
    private static partial Regex Name();
}

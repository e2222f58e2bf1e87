using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Metal3.Kubernetes.Conformance.Deploy;

/// <summary>What an administrator applies, against both servers, without leaving anything behind.</summary>
public sealed partial class DeployTests(Targets targets)
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var target in (string[])["real", "lab"])
            {
                foreach (var directory in (string[])["base", "overlays/all-namespaces", "overlays/temporal-in-cluster", "overlays/temporal-elsewhere", "overlays/ironic-resource"])
                {
                    cases.Add(target, directory);
                }
            }

            return cases;
        }
    }

    public static TheoryData<string> Names => Targets.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_deployment_is_accepted_as_a_whole(string target, string directory)
    {
        var kubectl = await PrepareAsync(target);

        var (code, output) = await kubectl.TryAsync(["apply", "-k", Path.Combine(ManifestTests.Root, "deploy", directory), "--dry-run=server"]);

        Assert.True(code == 0, output);
        // Objects that other tests applied server-side lack the annotation of a client-side apply; kubectl says so, and it is no fault of ours.
        Assert.DoesNotContain(output.Split('\n'), line =>
            line.StartsWith("Warning", StringComparison.Ordinal) && !line.Contains("last-applied-configuration", StringComparison.Ordinal));
        foreach (var part in (string[])["deployment.apps/metal3-worker", "deployment.apps/metal3-bridge", "validatingwebhookconfiguration.admissionregistration.k8s.io/metal3-bridge", "service/metal3-bridge-webhook"])
        {
            Assert.Contains(part, output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Monitoring_needs_the_kinds_of_the_Prometheus_operator_and_nothing_else(string target)
    {
        var kubectl = await PrepareAsync(target);

        var (code, output) = await kubectl.TryAsync(["apply", "-k", Path.Combine(ManifestTests.Root, "deploy", "overlays", "monitoring"), "--dry-run=server"]);

        Assert.NotEqual(0, code);
        var problems = output.Split('\n').Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase) || line.Contains("no matches", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(problems);
        Assert.All(problems, problem => Assert.Contains("""no matches for kind "PodMonitor" in version "monitoring.coreos.com/v1""", problem, StringComparison.Ordinal));
        Assert.Contains("deployment.apps/metal3-worker", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_webhook_of_the_deployment_covers_every_kind_that_has_rules_and_no_other()
    {
        var kubectl = await PrepareAsync("lab");
        var rendered = await kubectl.RunAsync("apply", "-k", Path.Combine(ManifestTests.Root, "deploy", "base"), "--dry-run=client", "-o", "json");

        var webhooks = JsonNode.Parse(rendered[rendered.IndexOf('{', StringComparison.Ordinal)..])!["items"]!.AsArray()
            .Single(item => (string?)item!["kind"] == "ValidatingWebhookConfiguration")!["webhooks"]!.AsArray();

        var covered = webhooks.ToDictionary(
            webhook => (string)webhook!["rules"]![0]!["resources"]![0]!,
            webhook => string.Join(' ', webhook!["rules"]![0]!["operations"]!.AsArray().Select(operation => (string?)operation)),
            StringComparer.Ordinal);
        Assert.Equal(
            ["baremetalhosts", "bmceventsubscriptions", "dataimages", "hostclaims", "hostfirmwarecomponents", "hostnetworkattachments"],
            covered.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("CREATE UPDATE DELETE", covered["hostnetworkattachments"]);
        Assert.All(covered.Where(one => one.Key != "hostnetworkattachments"), one => Assert.Equal("CREATE UPDATE", one.Value));
    }

    [Theory]
    [InlineData("base", "metadata.namespace", "metadata.namespace")]
    [InlineData("overlays/all-namespaces", "", "")]
    public async Task Worker_and_bridge_see_the_same_namespaces(string directory, string worker, string bridge)
    {
        var kubectl = await PrepareAsync("lab");
        var rendered = await kubectl.RunAsync("apply", "-k", Path.Combine(ManifestTests.Root, "deploy", directory), "--dry-run=client", "-o", "json");

        var watched = JsonNode.Parse(rendered[rendered.IndexOf('{', StringComparison.Ordinal)..])!["items"]!.AsArray()
            .Where(item => (string?)item!["kind"] == "Deployment")
            .ToDictionary(
                item => (string)item!["metadata"]!["name"]!,
                item =>
                {
                    var variable = item!["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray().Single(one => (string?)one!["name"] == "WATCH_NAMESPACE")!;
                    return (string?)variable["valueFrom"]?["fieldRef"]?["fieldPath"] ?? (string?)variable["value"] ?? "";
                },
                StringComparer.Ordinal);

        Assert.Equal((worker, bridge), (watched["metal3-worker"], watched["metal3-bridge"]));
    }

    /// <summary>A dry run creates no namespace, so the one that everything goes into must be there.</summary>
    private async Task<Kubectl> PrepareAsync(string target)
    {
        var kubectl = new Kubectl(await targets.SharedAsync(target));
        var minor = int.Parse(MinorVersion().Match(await kubectl.RunAsync("version", "--client", "-o", "json")).Groups["minor"].Value, null);
        if (minor < 21)
        {
            Assert.Skip($"needs kubectl 1.21 or newer, whose kustomize reads directories; this is 1.{minor}");
        }

        await kubectl.RunAsync("apply", "-f", Path.Combine(ManifestTests.Root, "deploy", "base", "namespace.yaml"));
        return kubectl;
    }

    [GeneratedRegex("\"minor\": \"(?<minor>\\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex MinorVersion();
}

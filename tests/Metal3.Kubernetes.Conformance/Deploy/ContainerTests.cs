using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using k8s;

namespace Metal3.Kubernetes.Conformance.Deploy;

/// <summary>Containerfiles and Deployments, which nothing else brings together: no image is built here.</summary>
public sealed class ContainerTests
{
    private static string Deploy => Path.Combine(ManifestTests.Root, "deploy");

    [Theory]
    [InlineData("worker", "worker.yaml")]
    [InlineData("crd-bridge", "bridge.yaml")]
    public void An_image_starts_the_program_that_it_builds_as_the_user_that_the_deployment_names(string image, string manifest)
    {
        var file = File.ReadAllText(Path.Combine(Deploy, "containers", "Containerfile." + image));
        var (pod, container) = Container(manifest);
        var project = Of(file, @"dotnet publish (?<it>\S+)");
        var assembly = Path.GetFileNameWithoutExtension(project);

        Assert.True(File.Exists(Path.Combine(ManifestTests.Root, project)), $"{project} is built, but is not there.");
        Assert.Equal($"""["dotnet", "{assembly}.dll"]""", Of(file, "ENTRYPOINT (?<it>.+)"));
        Assert.Equal($"metal3-workflows/{image}:latest", (string?)container["image"]);
        Assert.Equal($"{pod["securityContext"]!["runAsUser"]}", Of(file, @"USER (?<it>\d+):\d+"));
        Assert.Equal(
            container["ports"]!.AsArray().Select(port => $"{port!["containerPort"]}").Order(StringComparer.Ordinal),
            Of(file, "EXPOSE (?<it>.+)").Split(' ').Order(StringComparer.Ordinal));
        Assert.All(
            Regex.Matches(file, @"FROM mcr\.microsoft\.com/dotnet/\w+:(?<it>\S+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)),
            from => Assert.Equal(Environment.Version.ToString(2), from.Groups["it"].Value));
    }

    [Theory]
    [InlineData("worker.yaml")]
    [InlineData("bridge.yaml")]
    public void A_container_has_no_rights_it_does_not_need_and_only_tmp_to_write_to(string manifest)
    {
        var (pod, container) = Container(manifest);
        var security = container["securityContext"]!;
        var writable = container["volumeMounts"]!.AsArray().Where(mount => mount!["readOnly"]?.GetValue<bool>() is not true).Select(mount => (string?)mount!["mountPath"]);

        Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!);
        Assert.Equal("RuntimeDefault", (string?)pod["securityContext"]!["seccompProfile"]!["type"]);
        Assert.True((bool)security["readOnlyRootFilesystem"]!);
        Assert.False((bool)security["allowPrivilegeEscalation"]!);
        Assert.Equal("""["ALL"]""", security["capabilities"]!["drop"]!.ToJsonString());
        Assert.Equal(["/tmp"], writable);
        Assert.NotNull(container["resources"]!["limits"]!["memory"]);
    }

    private static string Of(string file, string pattern) =>
        Regex.Match(file, pattern, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) is { Success: true } found
            ? found.Groups["it"].Value
            : throw new InvalidOperationException($"The Containerfile has no line like {pattern}.");

    private static (JsonNode Pod, JsonNode Container) Container(string manifest)
    {
        var deployment = KubernetesYaml.LoadFromString<JsonNode>(File.ReadAllText(Path.Combine(Deploy, "base", manifest)));
        var pod = deployment["spec"]!["template"]!["spec"]!;
        return (pod, Assert.Single(pod["containers"]!.AsArray())!);
    }
}

using System.Diagnostics;
using System.Globalization;
using k8s;
using Metal3.TestKit;

namespace Metal3.Kubernetes.Conformance;

/// <summary>The product's definitions and example manifests, on the lab and on the reference, by <c>kubectl</c>.</summary>
public sealed class ManifestTests(Targets targets)
{
    internal static readonly string Root = FindRoot();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => Targets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_valid_manifest_applies(string target)
    {
        var (kubectl, ns) = await PrepareAsync(target);
        var refused = new List<string>();

        foreach (var file in Manifests("valid"))
        {
            var (code, output) = await kubectl(["apply", "-f", "-"], InNamespace(file, ns));
            if (code != 0)
            {
                refused.Add($"{Path.GetFileName(file)}: {output}");
            }
        }

        Assert.Empty(refused);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_manifest_that_breaks_the_schema_is_refused_with_the_field_named(string target)
    {
        var (kubectl, ns) = await PrepareAsync(target);
        var problems = new List<string>();
        var checkedOnes = 0;

        foreach (var file in Manifests("invalid"))
        {
            var head = File.ReadLines(file).TakeWhile(line => line.StartsWith('#'))
                .Select(line => line[1..].Split(':', 2, StringSplitOptions.TrimEntries))
                .ToDictionary(parts => parts[0], parts => parts[^1], StringComparer.Ordinal);
            if (head["layer"] is not "schema" and not "server")
            {
                continue;
            }

            checkedOnes++;
            var (code, output) = await kubectl(["create", "--validate=false", "-f", "-"], InNamespace(file, ns));
            if (code == 0 || !output.Contains(head["field"], StringComparison.Ordinal))
            {
                problems.Add($"{Path.GetFileName(file)} should name {head["field"]}: {output}");
            }
        }

        Assert.Empty(problems);
        Assert.True(checkedOnes > 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_columns_of_hosts_are_those_of_the_original(string target)
    {
        var (kubectl, ns) = await PrepareAsync(target);
        await kubectl(
            ["apply", "-f", "-"],
            $$$"""{"apiVersion":"metal3.io/v1alpha1","kind":"BareMetalHost","metadata":{"name":"h","namespace":"{{{ns}}}"},"spec":{"online":true,"bmc":{"address":"ipmi://192.0.2.1","credentialsName":"c"} } }""");

        var (_, narrow) = await kubectl(["get", "bmh", "-n", ns], "");
        var (_, wide) = await kubectl(["get", "bmh", "-n", ns, "-o", "wide"], "");

        Assert.Equal(["NAME", "STATE", "CONSUMER", "ONLINE", "ERROR", "AGE"], Words(narrow));
        Assert.Equal(["NAME", "STATUS", "STATE", "CONSUMER", "BMC", "ONLINE", "ERROR", "AGE"], Words(wide));
        Assert.Contains("ipmi://192.0.2.1", wide, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Dependents_go_with_their_owner_and_stay_when_orphaned(string target)
    {
        var (kubectl, ns) = await PrepareAsync(target);

        async Task<string> OwnerAsync(string name)
        {
            await kubectl(["create", "configmap", name, "-n", ns], "");
            var uid = (await kubectl(["get", "configmap", name, "-n", ns, "-o", "jsonpath={.metadata.uid}"], "")).Output;
            var child = $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}-child","namespace":"{{{ns}}}","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"{{{name}}}","uid":"{{{uid}}}","blockOwnerDeletion":true}]}}""";
            await kubectl(["create", "-f", "-"], child);
            return name;
        }

        foreach (var policy in (string[])["background", "foreground", "orphan"])
        {
            await OwnerAsync(policy);
            var (code, output) = await kubectl(["delete", "configmap", policy, "-n", ns, $"--cascade={policy}", "--timeout=60s"], "");
            Assert.True(code == 0, output);
        }

        var background = await kubectl(["wait", "--for=delete", "configmap/background-child", "-n", ns, "--timeout=60s"], "");
        var (_, left) = await kubectl(["get", "configmaps", "-n", ns, "-o", "name"], "");

        Assert.True(background.Code == 0, background.Output);
        Assert.DoesNotContain("foreground-child", left, StringComparison.Ordinal);
        Assert.Contains("orphan-child", left, StringComparison.Ordinal);
        var owners = await kubectl(["get", "configmap", "orphan-child", "-n", ns, "-o", "jsonpath={.metadata.ownerReferences}"], "");
        Assert.Equal("", owners.Output);
    }

    [Fact]
    public async Task What_the_lab_acknowledged_survives_its_being_killed()
    {
        var directory = Directory.CreateTempSubdirectory("metal3-lab-killed-").FullName;
        var kubeconfig = Path.Combine(directory, "kubeconfig");
        var port = RealServers.FreePort().ToString(CultureInfo.InvariantCulture);
        string[] arguments =
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "Metal3.Lab.Kubernetes.dll"), "--port", port, "--token", "t",
            "--data", Path.Combine(directory, "data"), "--kubeconfig", kubeconfig, "--tls",
        ];
        var acknowledged = new List<string>();

        for (var round = 0; round < 2; round++)
        {
            using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
            Assert.StartsWith("Kubernetes API at", await process.StandardOutput.ReadLineAsync(Cancellation), StringComparison.Ordinal);
            using var client = new k8s.Kubernetes(k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var writing = Task.Run(
                async () =>
                {
                    for (var i = 0; ; i++)
                    {
                        var name = $"r{round}-{i}";
                        await client.CoreV1.CreateNamespacedSecretAsync(
                            new k8s.Models.V1Secret { Metadata = new k8s.Models.V1ObjectMeta { Name = name } }, "default", cancellationToken: stop.Token);
                        acknowledged.Add(name);
                        if (i == 100)
                        {
                            process.Kill();
                        }
                    }
                },
                Cancellation);
            await Assert.ThrowsAnyAsync<Exception>(() => writing);
            await process.WaitForExitAsync(Cancellation);
        }

        using var last = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        await last.StandardOutput.ReadLineAsync(Cancellation);
        using var reader = new k8s.Kubernetes(k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
        var kept = await reader.CoreV1.ListNamespacedSecretAsync("default", cancellationToken: Cancellation);
        last.Kill();
        await last.WaitForExitAsync(Cancellation);

        Assert.True(acknowledged.Count > 200);
        Assert.Empty(acknowledged.Except(kept.Items.Select(s => s.Metadata.Name), StringComparer.Ordinal));
        Directory.Delete(directory, recursive: true);
    }

    private static string[] Words(string table) => table.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Manifests(string kind) =>
        Directory.EnumerateFiles(Path.Combine(Root, "tests", "Metal3.Contracts.Tests", "Manifests", kind), "*.yaml").Order(StringComparer.Ordinal);

    /// <summary>The manifest in a namespace of the test's own, whatever it says itself.</summary>
    private static string InNamespace(string file, string ns) =>
        string.Join('\n', File.ReadLines(file).Select(line =>
            line.TrimStart().StartsWith("namespace:", StringComparison.Ordinal) && line.Length - line.TrimStart().Length == 2 ? $"  namespace: {ns}" : line));

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Metal3.Workflows.sln")))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return directory;
    }

    /// <summary><c>kubectl</c> on a target that has the product's definitions, and a namespace of the test's own.</summary>
    private async Task<(Func<string[], string, Task<(int Code, string Output)>> Kubectl, string Namespace)> PrepareAsync(string target)
    {
        var cluster = await targets.SharedAsync(target);
        Task<(int Code, string Output)> RunAsync(string[] arguments, string input) => TranscriptTests.RunAsync(
            RealServers.OnPath("kubectl"), ["--kubeconfig", cluster.Kubeconfig, .. arguments], input, Cancellation);

        var definitions = Directory.GetFiles(Path.Combine(Root, "deploy", "crds"), "metal3.io_*.yaml").SelectMany(file => new[] { "-f", file });
        var applied = await RunAsync(["apply", "--server-side", "--force-conflicts", .. definitions], "");
        Assert.True(applied.Code == 0, applied.Output);
        var established = await RunAsync(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"], "");
        Assert.True(established.Code == 0, established.Output);
        using var client = cluster.Connect();
        return (RunAsync, await Namespaces.CreateAsync(client, Cancellation));
    }
}

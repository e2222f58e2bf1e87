using Metal3.TestKit;

namespace Metal3.Kubernetes.Conformance;

/// <summary>What <c>kubectl</c> does over time or with an editor, which no transcript can hold.</summary>
public sealed class KubectlTests(Targets targets)
{
    public static TheoryData<string> Names => Targets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Watching_prints_a_row_for_every_change(string target)
    {
        var (cluster, kubectl, ns) = await PrepareAsync(target);
        await using var watch = RunningProcess.Start(
            RealServers.OnPath("kubectl"), ["--kubeconfig", cluster.Kubeconfig, "-n", ns, "get", "gadgets", "--watch", "--output-watch-events"]);
        await watch.LineWithAsync("ADDED");

        await kubectl.RunAsync("patch", "gadget", "a", "--type=merge", "-p", """{"spec":{"size":"large"}}""");
        var changed = await watch.LineWithAsync("MODIFIED");
        await kubectl.RunAsync("delete", "gadget", "a");
        var deleted = await watch.LineWithAsync("DELETED");

        Assert.Equal(["EVENT", "NAME", "SIZE", "COUNT", "READY", "AGE"], watch.Output.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["MODIFIED", "a", "large", "3"], changed.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..4]);
        Assert.Equal(["DELETED", "a", "large", "3"], deleted.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..4]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_edited_object_is_written_back(string target)
    {
        var (cluster, kubectl, ns) = await PrepareAsync(target);

        var edited = await RunningProcess.OutputOfAsync(
            RealServers.OnPath("kubectl"), ["--kubeconfig", cluster.Kubeconfig, "-n", ns, "edit", "gadget", "a"],
            environment: new Dictionary<string, string?>(StringComparer.Ordinal) { ["KUBE_EDITOR"] = "sed -i s/small/large/" });

        Assert.Equal("gadget.conformance.metal3.io/a edited", edited.Trim());
        Assert.Equal("large", await kubectl.RunAsync("get", "gadget", "a", "-o", "jsonpath={.spec.size}"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Waiting_ends_with_the_deletion_that_is_waited_for(string target)
    {
        var (cluster, kubectl, ns) = await PrepareAsync(target);
        await kubectl.RunAsync("patch", "gadget", "a", "--type=merge", "-p", """{"metadata":{"finalizers":["conformance.metal3.io/hold"]}}""");
        await kubectl.RunAsync("delete", "gadget", "a", "--wait=false");
        await using var wait = RunningProcess.Start(
            RealServers.OnPath("kubectl"), ["--kubeconfig", cluster.Kubeconfig, "-n", ns, "wait", "--for=delete", "gadget/a", "--timeout=60s"]);

        await kubectl.RunAsync("patch", "gadget", "a", "--type=merge", "-p", """{"metadata":{"finalizers":null}}""");

        Assert.Equal(0, await wait.ExitAsync(TimeSpan.FromSeconds(60)));
        Assert.NotEqual(0, (await kubectl.TryAsync(["get", "gadget", "a"])).Code);
    }

    private async Task<(KubernetesTarget Cluster, Kubectl Kubectl, string Namespace)> PrepareAsync(string target)
    {
        var cluster = await targets.SharedAsync(target);
        var ns = await TranscriptTests.PrepareAsync(cluster, TestContext.Current.CancellationToken);
        var kubectl = new Kubectl(cluster, ns);
        await kubectl.ApplyAsync("""{"apiVersion":"conformance.metal3.io/v1","kind":"Gadget","metadata":{"name":"a"},"spec":{"size":"small"}}""");
        return (cluster, kubectl, ns);
    }
}

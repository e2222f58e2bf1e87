using Metal3.TestKit;

namespace Metal3.Lab.Tests;

public sealed class UpTests
{
    [Fact]
    public async Task Up_once_takes_three_hosts_with_different_BMCs_to_provisioned_and_says_what_to_try_next()
    {
        using var directory = new Lab();

        var (code, output) = await Lab.RunAsync(directory.Up("--once"));

        Assert.True(code == 0, output);
        Assert.All(["worker-0", "worker-1", "worker-2"], host => Assert.Matches($"{host} +provisioned", output));
        Assert.Contains("All 3 hosts are provisioned", output, StringComparison.Ordinal);
        Assert.Contains("kubectl --kubeconfig ", output, StringComparison.Ordinal);
        Assert.Contains("temporal workflow query", output, StringComparison.Ordinal);
        Assert.Contains("fail worker-0 bmc-down", output, StringComparison.Ordinal);
        Assert.DoesNotContain("lab-0000", output + await File.ReadAllTextAsync(Path.Combine(directory.Directory, "lab.log"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_once_ends_with_1_and_the_reason_when_a_host_cannot_be_verified()
    {
        using var directory = new Lab();

        var (code, output) = await Lab.RunAsync(
            directory.Up("--once", "--hosts", "2", "--speed", "instant", "--timeout", "25", "--fail", "worker-1=verify-fails"));

        Assert.True(code == 1, output);
        Assert.Contains("1 of 2 hosts are not provisioned after 25 s:", output, StringComparison.Ordinal);
        Assert.Matches("  worker-1: registering.*registration error", output);
        Assert.DoesNotContain("  worker-0: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_uses_the_temporal_CLIs_server_and_prints_the_address_of_its_UI()
    {
        using var directory = new Lab();
        await using var lab = RunningProcess.Start(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "lab.dll"), .. directory.Up("--once", "--hosts", "1", "--temporal", "cli")],
            environment: new Dictionary<string, string?> { ["TEMPORAL_CLI"] = RealServers.TemporalCli() });

        var code = await lab.ExitAsync(Lab.Long);

        Assert.True(code == 0, lab.Output);
        Assert.Contains("UI http://127.0.0.1:", lab.Output, StringComparison.Ordinal);
        Assert.Contains("/namespaces/default/workflows/host%2Fdefault%2Fworker-0", lab.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_lab_refuses_what_a_cluster_with_the_deployment_refuses()
    {
        _ = RealServers.OnPath("kubectl");
        using var directory = new Lab();
        await using var lab = Lab.Start(directory.Up("--hosts", "1", "--speed", "instant"));
        await lab.LineWithAsync("stays up until Ctrl-C", Lab.Long);
        var suggested = lab.Output.Split('\n').Single(line => line.Contains("inspect.metal3.io=maybe", StringComparison.Ordinal));

        await using var kubectl = RunningProcess.Start("sh", ["-c", suggested]);

        Assert.Equal(1, await kubectl.ExitAsync(Lab.Long));
        Assert.Contains("""admission webhook "baremetalhost.metal3.io" denied the request: metadata.annotations[inspect.metal3.io]""", kubectl.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_lab_can_be_made_to_fail_and_to_heal_and_ends_cleanly_on_SIGTERM()
    {
        using var directory = new Lab();
        await using var lab = Lab.Start(directory.Up("--hosts", "1", "--speed", "instant"));
        await lab.LineWithAsync("stays up until Ctrl-C", Lab.Long);

        var failed = await Lab.RunAsync("fail", "worker-0", "deploy-fails", "-o", "times=1", "--data", directory.Directory);
        var healed = await Lab.RunAsync("fail", "worker-0", "deploy-fails", "--heal", "--data", directory.Directory);
        var unknown = await Lab.RunAsync("fail", "worker-7", "bmc-down", "--data", directory.Directory);
        var second = await Lab.RunAsync(directory.Up());
        await Lab.TerminateAsync(lab);
        var code = await lab.ExitAsync(Lab.Long);
        var afterwards = await Lab.RunAsync("fail", "worker-0", "bmc-down", "--data", directory.Directory);

        Assert.Equal((0, "worker-0: deploy-fails {\"times\":1} from now on; --heal ends it."), failed);
        Assert.Equal((0, "worker-0: deploy-fails is over."), healed);
        Assert.Equal((2, "There is no machine 'worker-7'; there are worker-0, and '*' for all."), unknown);
        Assert.Equal(2, second.Code);
        Assert.Contains("A lab runs already", second.Output, StringComparison.Ordinal);
        Assert.True(code == 0, lab.Output);
        Assert.EndsWith($"Stopping. 'lab up --data {directory.Directory}' goes on from here.", lab.Output, StringComparison.Ordinal);
        Assert.Equal(2, afterwards.Code);
        Assert.Contains("No lab runs with", afterwards.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Temporal at 127.0.0.1:1 (namespace default) cannot be used", "--temporal", "127.0.0.1:1")]
    [InlineData("No Ironic answers at http://127.0.0.1:1/", "--ironic", "http://127.0.0.1:1/")]
    [InlineData("--kubeconfig names '/nowhere/config', which does not exist.", "--kubeconfig", "/nowhere/config")]
    [InlineData("--ironic must be an http or https URL, not 'ironic:6385'.", "--ironic", "ironic:6385")]
    [InlineData("--hosts must be from 0 to 100000, not -1.", "--hosts", "-1")]
    [InlineData("--fail must be HOST=KIND with one of the kinds bmc-down,", "--fail", "worker-0=bad-luck")]
    public async Task What_cannot_be_used_is_named_with_the_remedy(string sentence, params string[] arguments)
    {
        using var directory = new Lab();

        var (code, output) = await Lab.RunAsync(directory.Up(["--once", .. arguments]));

        Assert.Equal(2, code);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal); // no stack trace
    }

    [Theory]
    [InlineData("--help", "up fail temporal kubernetes ironic")]
    [InlineData("up --help", "--hosts --speed --once --temporal --kubeconfig --ironic --data")]
    [InlineData("fail --help", "deploy-fails --heal --option")]
    [InlineData("temporal --help", "--time-skipping")]
    [InlineData("kubernetes --help", "--crds")]
    [InlineData("ironic --help", "--stage")]
    public async Task Help_names_everything(string command, string words)
    {
        var (code, output) = await Lab.RunAsync(command.Split(' '));

        Assert.Equal(0, code);
        Assert.All(words.Split(' '), word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("temporal", "listens on 127.0.0.1:")]
    [InlineData("kubernetes", "Kubernetes API at http://127.0.0.1:")]
    [InlineData("ironic", "Ironic: http://127.0.0.1:")]
    public async Task Each_part_runs_alone_until_SIGTERM(string part, string ready)
    {
        await using var lab = Lab.Start(part, "--port", "0");
        await lab.LineWithAsync(ready, Lab.Long);

        await Lab.TerminateAsync(lab);

        Assert.Equal(0, await lab.ExitAsync(Lab.Long));
    }
}

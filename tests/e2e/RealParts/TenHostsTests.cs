using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Metal3.Contracts.HostLifecycle;
using Metal3.EndToEnd.Parts;

namespace Metal3.EndToEnd.RealParts;

/// <summary>
/// Ten hosts live their lives at the same time on a real Kubernetes, Temporal and Ironic; what is seen of them is compared with what was
/// seen of the Go operator's hosts.
/// </summary>
[Collection("The whole machine")]
public sealed class TenHostsTests(ITestOutputHelper output)
{
    private const string UserData = "#cloud-config seeded-user-data-3f9c";

    private static readonly (string Collection, string Kind)[] Watched =
    [
        ("apis/metal3.io/v1alpha1/baremetalhosts", "BareMetalHost"),
        ("apis/metal3.io/v1alpha1/hardwaredata", "HardwareData"),
        ("apis/metal3.io/v1alpha1/hostfirmwaresettings", "HostFirmwareSettings"),
        ("apis/metal3.io/v1alpha1/firmwareschemas", "FirmwareSchema"),
        ("api/v1/secrets", "Secret"),
        ("api/v1/events", "Event"),
    ];

    private readonly ConcurrentDictionary<string, DateTimeOffset> _marks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _ends = new(StringComparer.Ordinal);

    [Fact(Timeout = 1_200_000)]
    public async Task Ten_hosts_live_their_lives_on_real_servers_as_they_did_under_the_Go_operator()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var golden = Environment.GetEnvironmentVariable("METAL3_SPEC") is { Length: > 0 } spec ? Path.Combine(spec, "golden") : null;
        var clock = Stopwatch.StartNew();
        await using var system = await RealSystem.StartAsync(redfishSystems: 8, ipmiBmcs: 2, cancellation);
        Say($"servers up after {clock.Elapsed.TotalSeconds:F0} s");
        await using var recorder = new Recorder(system.Cluster, Watched);
        var only = Environment.GetEnvironmentVariable("METAL3_E2E_ONLY");
        var lives = new (string Namespace, Func<Tenant, Task> Life, string[] Golden)[]
        {
            ("redfish-life", WholeLifeAsync, ["02-redfish-life"]),
            ("config-data", ConfigDataAsync, ["03-config-data"]),
            ("image-checksum", DetachedAsync, ["10-detached"]),
            ("ipmi-available", ReinspectionAsync, ["01-ipmi-available", "12-reinspection"]),
            ("delete-bmc-refuses", DeadBmcAsync, []),
            ("offline", OfflineAsync, ["19-offline"]),
            ("image-404", MissingImageAsync, ["08a-image-404"]),
            ("wrong-password", WrongPasswordAsync, ["06a-wrong-password"]),
            ("externally-provisioned-delete", ExternallyProvisionedAsync, ["04b-externally-provisioned-delete"]),
            ("paused", PausedAsync, ["09-paused"]),
        }.Where(life => only is not { Length: > 0 } || only.Split(',').Contains(life.Namespace)).ToList();
        foreach (var (name, _, _) in lives)
        {
            await system.Cluster.CreateAsync("api/v1/namespaces", new() { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } }, cancellation);
        }

        var failures = new ConcurrentBag<string>();
        var client = await Stories.ConnectAsync(system.Temporal, cancellation);
        await Task.WhenAll(lives.Select(async life =>
        {
            var own = Stopwatch.StartNew();
            _marks[life.Namespace] = DateTimeOffset.UtcNow;
            try
            {
                await life.Life(new(system, recorder, life.Namespace, cancellation));
                Say($"{life.Namespace}: {own.Elapsed.TotalSeconds:F0} s");
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                failures.Add($"{life.Namespace} after {own.Elapsed.TotalSeconds:F0} s: {e.Message}\n    {await Stories.ViewAsync(client, WorkflowNames.HostId(life.Namespace, Tenant.Host))}");
            }
        }));
        Say($"all after {clock.Elapsed.TotalSeconds:F0} s");

        if (golden is null && Environment.GetEnvironmentVariable("METAL3_REQUIRE_SERVERS") is "1")
        {
            failures.Add("METAL3_SPEC is not set, so nothing could be compared with the golden traces");
        }

        if (golden is not null)
        {
            foreach (var (name, _, files) in lives.Where(life => life.Golden.Length > 0))
            {
                var until = _ends.GetValueOrDefault(name, DateTimeOffset.MaxValue);
                var ours = Facts.Of([.. recorder.All.Where(seen => seen.At < until)], name, _marks[name]);
                var theirs = Facts.Of([.. files.Select(file => Path.Combine(golden, $"{file}.jsonl"))]);
                foreach (var difference in ours.DifferencesFrom(theirs).Where(one => !Known.IsMeant(files[0], one)))
                {
                    failures.Add($"{files[0]}: {difference}");
                }
            }
        }

        var stories = await Stories.AllAsync(client);
        Say($"{stories.Count} histories, {stories.Sum(one => one.History.Events.Count)} events");
        foreach (var problem in Stories.Failures(stories)
            .Concat(Stories.Leaks([UserData, "wrong-password-7Zq", "seeded-network-data-81b"], stories, system.Parts.Select(part => part.LogFile)))
            .Concat(await Stories.ReplayAsync(stories.Select(one => one.History))))
        {
            failures.Add(problem);
        }

        if (!failures.IsEmpty)
        {
            Assert.Fail($"{failures.Count} problems:\n  {string.Join("\n  ", failures.Order(StringComparer.Ordinal))}\n\n{system.Tails(20)}");
        }
    }

    private async Task WholeLifeAsync(Tenant user)
    {
        await user.RedfishHostAsync(0, new() { ["online"] = true, ["image"] = user.ImageSpec() });
        await user.HealthyAsync("provisioned", isOn: true);
        await user.SpecAsync(new() { ["online"] = false });
        await user.HealthyAsync("provisioned", isOn: false);
        await user.SpecAsync(new() { ["online"] = true });
        await user.HealthyAsync("provisioned", isOn: true);
        foreach (var value in new[] { "", """{"mode":"hard"}""" })
        {
            await user.AnnotateAsync("reboot.metal3.io", value);
            await user.UntilAsync(host => host?["metadata"]?["annotations"]?["reboot.metal3.io"] is null, "reboot annotation gone");
            await user.HealthyAsync("provisioned", isOn: true);
        }

        await user.AnnotateAsync("reboot.metal3.io/test", """{"mode":"hard"}""");
        await user.HealthyAsync("provisioned", isOn: false);
        await user.AnnotateAsync("reboot.metal3.io/test", null);
        await user.HealthyAsync("provisioned", isOn: true);
        await user.SpecAsync(new() { ["image"] = user.ImageSpec("image2.raw") });
        await user.StateAsync("deprovisioning");
        await user.HealthyAsync("provisioned", isOn: true);
        await user.SpecAsync(new() { ["image"] = null });
        await user.StateAsync("deprovisioning");
        await user.HealthyAsync("available", isOn: true);
        await user.SpecAsync(new() { ["automatedCleaningMode"] = "disabled" });
        await user.PeaceAsync(3);
        await user.DeleteAsync();
        await user.GoneAsync();
    }

    private async Task ConfigDataAsync(Tenant user)
    {
        await user.SecretAsync("user-data", ("userData", UserData));
        await user.SecretAsync("network-data", ("networkData", """{"links":[],"networks":[],"services":[{"seeded-network-data-81b":1}]}"""));
        await user.SecretAsync("meta-data", ("metaData", """{"role":"db"}"""));
        await user.RedfishHostAsync(1, new()
        {
            ["online"] = true,
            ["image"] = user.ImageSpec(),
            ["userData"] = new JsonObject { ["name"] = "user-data", ["namespace"] = user.Namespace },
            ["networkData"] = new JsonObject { ["name"] = "network-data", ["namespace"] = user.Namespace },
            ["metaData"] = new JsonObject { ["name"] = "meta-data", ["namespace"] = user.Namespace },
        });
        await user.HealthyAsync("provisioned", isOn: true);
        await user.PeaceAsync(2);

        _ends[user.Namespace] = DateTimeOffset.UtcNow;

        // Unlike upstream (surprise 25) a password is not announced as good before it was tried.
        var good = (string)user.Now!["status"]!["goodCredentials"]!["credentialsVersion"]!;
        await user.ChangePasswordAsync("wrong-password-7Zq");
        await user.UntilAsync(host => (string?)host?["status"]?["errorType"] == "registration error", "the wrong password is told");
        Assert.Equal("provisioned", (string?)user.Now["status"]!["provisioning"]!["state"]);
        Assert.Equal(good, (string?)user.Now["status"]!["goodCredentials"]!["credentialsVersion"]);
        await user.ChangePasswordAsync("password");
        await user.HealthyAsync("provisioned", isOn: true);
        Assert.NotEqual(good, (string?)user.Now["status"]!["goodCredentials"]!["credentialsVersion"]);
    }

    private async Task DetachedAsync(Tenant user)
    {
        await user.RedfishHostAsync(2, new() { ["online"] = true, ["image"] = user.ImageSpec() });
        await user.HealthyAsync("provisioned", isOn: true);
        await user.PeaceAsync(2);
        var id = (string)user.Now!["status"]!["provisioning"]!["ID"]!;
        _marks[user.Namespace] = DateTimeOffset.UtcNow;
        await user.AnnotateAsync("baremetalhost.metal3.io/detached", "");
        await user.UntilAsync(host => (string?)host?["status"]?["operationalStatus"] == "detached", "detached");
        await user.SpecAsync(new() { ["online"] = false });
        await user.PeaceAsync(5);
        await user.SpecAsync(new() { ["online"] = true });
        await user.AnnotateAsync("baremetalhost.metal3.io/detached", null);
        await user.UntilAsync(
            host => (string?)host?["status"]?["provisioning"]?["ID"] is { Length: > 0 } now && now != id && (string?)host["status"]?["operationalStatus"] == "OK",
            "attached with a new node");
        await user.HealthyAsync("provisioned", isOn: true);
        await user.AnnotateAsync("baremetalhost.metal3.io/detached", """{"deleteAction":"delete"}""");
        await user.UntilAsync(host => (string?)host?["status"]?["operationalStatus"] == "detached", "detached again");
        await user.DeleteAsync();
        await user.GoneAsync();
    }

    private async Task ReinspectionAsync(Tenant user)
    {
        await user.IpmiHostAsync(0, new() { ["online"] = true });
        await user.HealthyAsync("available", isOn: true);
        await user.AnnotateAsync("inspect.metal3.io", "");
        await user.StateAsync("inspecting");
        await user.HealthyAsync("available", isOn: true);
        await user.SpecAsync(new() { ["online"] = false });
        await user.HealthyAsync("available", isOn: false);
        await user.AnnotateAsync("inspect.metal3.io", "");
        await user.StateAsync("inspecting");
        await user.HealthyAsync("available", isOn: false);
    }

    private static async Task DeadBmcAsync(Tenant user)
    {
        await user.IpmiHostAsync(1, new() { ["online"] = true, ["image"] = user.ImageSpec() });
        await user.HealthyAsync("provisioned", isOn: true);
        user.KillBmc(1);
        await user.DeleteAsync();
        await user.UntilAsync(host => host is null || ((string?)host["status"]?["errorMessage"] ?? "").Length > 0, "the dead BMC is told");
        await user.GoneAsync(300); // unlike upstream (surprise 13)
    }

    private static async Task OfflineAsync(Tenant user)
    {
        await user.RedfishHostAsync(3, new() { ["online"] = false });
        await user.HealthyAsync("available", isOn: false);
        await user.PeaceAsync(2);
        await user.SpecAsync(new() { ["online"] = true });
        await user.HealthyAsync("available", isOn: true);
        await user.SpecAsync(new() { ["online"] = false, ["image"] = user.ImageSpec() });
        await user.HealthyAsync("available", isOn: false);
        await user.PeaceAsync(3);
        await user.SpecAsync(new() { ["online"] = true });
        await user.HealthyAsync("provisioned", isOn: true);
        await user.DeleteAsync();
        await user.GoneAsync();
    }

    private static async Task MissingImageAsync(Tenant user)
    {
        var missing = user.ImageSpec();
        missing["url"] = ((string)missing["url"]!).Replace("image.raw", "missing.raw", StringComparison.Ordinal);
        await user.RedfishHostAsync(4, new() { ["online"] = true, ["image"] = missing });
        await user.UntilAsync(host => (string?)host?["status"]?["errorType"] == "provisioning error", "provisioning error");
        Assert.Contains("missing.raw", (string?)user.Now!["status"]!["errorMessage"], StringComparison.Ordinal);
        await user.SpecAsync(new() { ["image"] = user.ImageSpec() });
        await user.HealthyAsync("provisioned", isOn: true);
        await user.DeleteAsync();
        await user.GoneAsync();
    }

    private static async Task WrongPasswordAsync(Tenant user)
    {
        await user.RedfishHostAsync(5, new() { ["online"] = true }, "wrong-password-7Zq");
        await user.UntilAsync(host => (string?)host?["status"]?["errorType"] == "registration error", "registration error");
        await user.ChangePasswordAsync("password");
        await user.StateAsync("inspecting");
        await user.PeaceAsync(1);
        await user.DeleteAsync();
        await user.GoneAsync();
    }

    private static async Task ExternallyProvisionedAsync(Tenant user)
    {
        await user.RedfishHostAsync(6, new() { ["online"] = true, ["externallyProvisioned"] = true });
        await user.HealthyAsync("externally provisioned", isOn: true);
        await user.DeleteAsync();
        await user.GoneAsync();
    }

    private static async Task PausedAsync(Tenant user)
    {
        const string Annotation = "baremetalhost.metal3.io/paused";
        await user.RedfishHostAsync(7, new() { ["online"] = true, ["image"] = user.ImageSpec() });
        await user.StateAsync("inspecting");
        await user.AnnotateAsync(Annotation, "");
        await user.SpecAsync(new() { ["online"] = false });
        await user.PeaceAsync(10);
        await user.AnnotateAsync(Annotation, null);
        await user.StateAsync("available");
        await user.PeaceAsync(3);
        Assert.Equal("available", (string?)user.Now!["status"]!["provisioning"]!["state"]);
        await user.SpecAsync(new() { ["online"] = true });
        await user.HealthyAsync("provisioned", isOn: true);
        await user.AnnotateAsync(Annotation, "metal3.io/capm3");
        await user.DeleteAsync();
        await user.PeaceAsync(3);
        Assert.Equal("provisioned", (string?)user.Now!["status"]!["provisioning"]!["state"]);
        await user.AnnotateAsync(Annotation, null);
        await user.GoneAsync();
    }

    private void Say(string text)
    {
        output.WriteLine(text);
        Console.WriteLine(text);
    }
}

using System.Text.Json.Nodes;
using Metal3.Contracts.Resources;

namespace Metal3.CrdBridge.Tests.Bridge;

public sealed class DeliveryTests : IAsyncLifetime
{
    private Rig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await Rig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_new_host_starts_its_workflow_with_what_the_object_says()
    {
        await _rig.BridgeAsync();
        var host = await _rig.HostAsync("a", spec: """{"bmc": {"address": "redfish://u:secret@10.0.0.1/1?token=x", "credentialsName": "creds"}}""");

        Assert.Equal("changed default/a", (await _rig.Notes.NextAsync()).ToString()); // the signal with the start is heard first
        var started = await _rig.Notes.NextAsync();

        Assert.Equal("started default/a", started.ToString());
        Assert.Equal((string)host["metadata"]!["uid"]!, started.Snapshot!.Host.Uid);
        Assert.Equal("creds", started.Snapshot.Spec.Bmc.CredentialsName);
        Assert.StartsWith("redfish://10.0.0.1/1#", started.Snapshot.Spec.Bmc.Address, StringComparison.Ordinal);
        var described = await _rig.Client.GetWorkflowHandle("host/default/a").DescribeAsync();
        Assert.Equal("metal3", described.TaskQueue);
        Assert.Contains("default/a", await described.GetStaticSummaryAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Our_own_status_and_strangers_annotations_are_not_told_but_ours_are()
    {
        await _rig.BridgeAsync();
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);

        await _rig.PatchAsync(Rig.Hosts("default", "a") + "/status", """{"status": {"poweredOn": true, "errorMessage": "", "errorCount": 3, "operationalStatus": "OK", "provisioning": {"state": "available", "ID": "1"}, "hardwareProfile": ""}}""");
        await _rig.PatchAsync(Rig.Hosts("default", "a"), """{"metadata": {"annotations": {"example.com/note": "mine"}}}""");
        await _rig.PatchAsync(Rig.Hosts("default", "a"), """{"metadata": {"annotations": {"reboot.metal3.io": ""}}}""");

        var told = await _rig.Notes.NextAsync();
        Assert.Equal("changed default/a", told.ToString());
        Assert.Equal([AnnotationKeys.Reboot], told.Snapshot!.Annotations.Keys);
        await AssertNothingElseAsync();
    }

    [Fact]
    public async Task A_changed_spec_finalizer_or_label_is_told()
    {
        await _rig.BridgeAsync();
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);

        await _rig.PatchAsync(Rig.Hosts("default", "a"), """{"spec": {"online": true}}""");
        Assert.True((await _rig.Notes.NextAsync()).Snapshot!.Spec.Online);
        await _rig.PatchAsync(Rig.Hosts("default", "a"), $$$"""{"metadata": {"finalizers": ["{{{FinalizerNames.Host}}}"]}}""");
        Assert.True((await _rig.Notes.NextAsync()).Snapshot!.Claimed);
        await _rig.PatchAsync(Rig.Hosts("default", "a"), """{"metadata": {"labels": {"rack": "7"}}}""");
        Assert.NotNull((await _rig.Notes.NextAsync()).Snapshot!.LabelsHash);
    }

    [Fact]
    public async Task Secrets_tell_their_hosts_when_they_come_change_and_go_and_only_by_version()
    {
        await _rig.SecretAsync("creds", "s3cret-one");
        await _rig.SecretAsync("user", "s3cret-user");
        await _rig.SecretAsync("hidden", "s3cret-hidden", labelled: false);
        await _rig.HostAsync("a", spec: """
            {"bmc": {"address": "redfish://10.0.0.1/1", "credentialsName": "creds"}, "userData": {"name": "user"},
             "metaData": {"name": "later"}, "networkData": {"name": "hidden"}}
            """);
        await _rig.HostAsync("other");
        await _rig.BridgeAsync();
        var first = await HearAsync("a", 4);
        Assert.Equal(["bmc-secret", "user-data"], first.Related.Keys.Order(StringComparer.Ordinal));

        await _rig.PatchAsync("api/v1/namespaces/default/secrets/creds", """{"data": {"password": "bmV3"}}""");
        var rotated = (await _rig.Notes.NextAsync()).Snapshot!;
        await _rig.SecretAsync("later", "s3cret-later");
        var came = (await _rig.Notes.NextAsync()).Snapshot!;
        await _rig.DeleteAsync("api/v1/namespaces/default/secrets/later");
        var went = (await _rig.Notes.NextAsync()).Snapshot!;

        Assert.NotEqual(first.Related["bmc-secret"], rotated.Related["bmc-secret"]);
        Assert.Equal(first.Related["user-data"], rotated.Related["user-data"]);
        Assert.True(came.Related.ContainsKey("meta-data"));
        Assert.False(went.Related.ContainsKey("meta-data"));
    }

    [Fact]
    public async Task Companions_tell_their_host_when_their_spec_changes_or_a_builder_answers()
    {
        await _rig.HostAsync("a");
        await _rig.BridgeAsync();
        await _rig.Notes.NextAsync(2);

        await CompanionAsync("hostfirmwaresettings", "HostFirmwareSettings", """{"settings": {"A": "1"}}""");
        Assert.Equal("1", (await _rig.Notes.NextAsync()).Snapshot!.Related["firmware-settings"]);
        await _rig.PatchAsync(Companion("hostfirmwaresettings") + "/status", """{"status": {"settings": {"A": "0"}}}""");
        await _rig.PatchAsync(Companion("hostfirmwaresettings"), """{"spec": {"settings": {"A": "2"}}}""");
        Assert.Equal("2", (await _rig.Notes.NextAsync()).Snapshot!.Related["firmware-settings"]);
        await CompanionAsync("hostupdatepolicies", "HostUpdatePolicy", """{"firmwareSettings": "onReboot"}""");
        Assert.Equal("1", (await _rig.Notes.NextAsync()).Snapshot!.Related["update-policy"]);
        await CompanionAsync("hardwaredata", "HardwareData", """{"hardware": {"cpu": {"arch": "x86_64"}}}""");
        Assert.Equal("1", (await _rig.Notes.NextAsync()).Snapshot!.Related["hardware-data"]);
        await CompanionAsync("preprovisioningimages", "PreprovisioningImage", """{"acceptFormats": ["iso"]}""");
        var asked = (await _rig.Notes.NextAsync()).Snapshot!.Related["preprovisioning-image"];
        await _rig.PatchAsync(Companion("preprovisioningimages") + "/status", """{"status": {"imageUrl": "http://images/a.iso", "format": "iso"}}""");
        var built = (await _rig.Notes.NextAsync()).Snapshot!.Related["preprovisioning-image"];

        Assert.StartsWith("1:", built, StringComparison.Ordinal);
        Assert.NotEqual(asked, built);
        await AssertNothingElseAsync();
    }

    [Fact]
    public async Task A_deletion_is_told_and_the_end_of_its_object_is_nobodys_loss()
    {
        await _rig.BridgeAsync();
        await _rig.HostAsync("a", finalizer: FinalizerNames.Host);
        await _rig.Notes.NextAsync(2);

        await _rig.DeleteAsync(Rig.Hosts("default", "a"));
        var deleting = await _rig.Notes.NextAsync();
        await _rig.PatchAsync(Rig.Hosts("default", "a"), """{"metadata": {"finalizers": null}}""");

        Assert.Equal("changed default/a", deleting.ToString());
        Assert.NotNull(deleting.Snapshot!.DeletionTimestamp);
        await AssertNothingElseAsync();
    }

    [Fact]
    public async Task An_object_that_vanishes_without_a_timestamp_is_gone()
    {
        await _rig.BridgeAsync();
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);

        await _rig.DeleteAsync(Rig.Hosts("default", "a"));

        Assert.Equal("gone default/a", (await _rig.Notes.NextAsync()).ToString());
        await AssertNothingElseAsync();
    }

    [Fact]
    public async Task A_host_made_anew_gets_a_workflow_for_its_new_uid()
    {
        await _rig.BridgeAsync();
        await _rig.HostAsync("a");
        await _rig.Notes.NextAsync(2);

        await _rig.DeleteAsync(Rig.Hosts("default", "a"));
        Assert.Equal("gone default/a", (await _rig.Notes.NextAsync()).ToString());
        var again = await _rig.HostAsync("a");

        Assert.Equal((string)again["metadata"]!["uid"]!, (await HearAsync("a", 2)).Host.Uid);
    }

    [Fact]
    public async Task Only_the_watched_namespaces_are_told_of()
    {
        foreach (var ns in new[] { "one", "two", "three" })
        {
            await _rig.ApplyAsync("api/v1/namespaces", new() { ["metadata"] = new JsonObject { ["name"] = ns } });
            await _rig.HostAsync("a", ns);
        }

        await _rig.BridgeAsync(("WatchNamespace", "one, two"));

        Assert.Equal(["changed one/a", "changed two/a", "started one/a", "started two/a"], await _rig.Notes.NextAsync(4));
        await AssertNothingElseAsync("one");
    }

    [Fact]
    public async Task A_host_that_cannot_be_read_stops_no_other()
    {
        await _rig.BridgeAsync();
        await _rig.PatchAsync(
            "apis/apiextensions.k8s.io/v1/customresourcedefinitions/baremetalhosts.metal3.io",
            """{"spec": {"versions": [{"name": "v1alpha1", "served": true, "storage": true, "subresources": {"status": {}}, "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}}""");
        await _rig.HostAsync("odd", spec: """{"online": {"not": "a bool"}, "bmc": 7}""");
        await _rig.HostAsync("fine");

        Assert.Equal(["changed default/fine", "started default/fine"], await _rig.Notes.NextAsync(2));
        Assert.Contains(_rig.Logged, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains("default/odd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_secret_reaches_a_history_or_a_log()
    {
        string[] seeds = ["seed-bmc-pw", "seed-url-user", "seed-url-token", "seed-image-sig", "seed-user-data", "seed-annotation"];
        await _rig.SecretAsync("creds", seeds[0]);
        await _rig.SecretAsync("user", seeds[4]);
        await _rig.HostAsync("a", spec: $$$"""
            {"bmc": {"address": "redfish://{{{seeds[1]}}}@10.0.0.1/1?token={{{seeds[2]}}}", "credentialsName": "creds"},
             "userData": {"name": "user"},
             "image": {"url": "http://images/a.qcow2?sig={{{seeds[3]}}}", "checksum": "http://images/a.sha?sig={{{seeds[3]}}}"}}
            """);
        await _rig.PatchAsync(Rig.Hosts("default", "a"), $$$$"""{"metadata": {"annotations": {"{{{{AnnotationKeys.HardwareDetails}}}}": "{\"hostname\":\"{{{{seeds[5]}}}}\"}", "example.com/x": "{{{{seeds[5]}}}}"}}}""");
        await _rig.BridgeAsync();
        await _rig.Notes.NextAsync(2);

        var histories = new List<string>();
        foreach (var id in new[] { "host/default/a", "fleet/default" })
        {
            var handle = _rig.Client.GetWorkflowHandle(id);
            histories.Add((await handle.FetchHistoryAsync()).ToJson());
        }

        // A history holds payloads in base 64: their text is what must be clean.
        var texts = histories.SelectMany(Payloads).Concat(histories).Concat(_rig.Logged).ToList();
        Assert.Contains(texts, text => text.Contains("redfish://10.0.0.1/1", StringComparison.Ordinal));
        Assert.All(seeds, seed => Assert.DoesNotContain(texts, text => text.Contains(seed, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Payloads(string history)
    {
        var texts = new List<string>();
        Walk(JsonNode.Parse(history));
        return texts;

        void Walk(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject map:
                    foreach (var (key, value) in map)
                    {
                        if (key == "data" && value is JsonValue data && data.TryGetValue<string>(out var base64))
                        {
                            texts.Add(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(base64)));
                        }

                        Walk(value);
                    }

                    break;
                case JsonArray list:
                    foreach (var item in list)
                    {
                        Walk(item);
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private static string Companion(string plural) => $"apis/metal3.io/v1alpha1/namespaces/default/{plural}/a";

    private Task CompanionAsync(string plural, string kind, string spec) => _rig.ApplyAsync(
        Companion(plural)[..^2],
        new()
        {
            ["apiVersion"] = "metal3.io/v1alpha1",
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = "a" },
            ["spec"] = JsonNode.Parse(spec),
        });

    /// <summary>The last that was said of one host among so many notes.</summary>
    private async Task<Contracts.HostLifecycle.HostSnapshot> HearAsync(string name, int count)
    {
        Contracts.HostLifecycle.HostSnapshot? heard = null;
        for (var i = 0; i < count; i++)
        {
            var note = await _rig.Notes.NextAsync();
            heard = note.Snapshot?.Host.Name == name ? note.Snapshot : heard;
        }

        return heard!;
    }

    /// <summary>What comes of a later change comes later: if it is the next, nothing was before it.</summary>
    private async Task AssertNothingElseAsync(string ns = "default")
    {
        await _rig.HostAsync("marker", ns);
        Assert.Equal([$"changed {ns}/marker", $"started {ns}/marker"], await _rig.Notes.NextAsync(2));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Metal3.Activities.Kubernetes;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Tests.Objects;

/// <summary>HardwareData, HostFirmwareSettings with FirmwareSchema, HostUpdatePolicy, PreprovisioningImage, on an API server.</summary>
public sealed class CompanionTests(LabObjects objects)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S39_An_inspected_host_has_HardwareData_with_what_the_switches_said_and_a_later_inspection_replaces_it_in_place()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();
        var writer = new HardwareDataWriter(objects.Client, space.Reader);
        var nic = new Nic { Name = "eth0", Mac = "52:54:00:00:00:01", Lldp = new() { PortId = "swp1", SwitchId = "52:54:00:00:00:ff" } };

        await writer.WriteAsync(await space.HostAsync(), new() { Hostname = "one", Nics = [nic] }, Cancellation);
        var first = (await space.FindAsync(Metal3Group.HardwareData, "host-0"))!;
        await writer.WriteAsync(await space.HostAsync(), new() { Hostname = "two", Nics = [nic] }, Cancellation);

        var second = (await space.FindAsync(Metal3Group.HardwareData, "host-0"))!;
        Assert.Equal("swp1", (string?)first["spec"]!["hardware"]!["nics"]![0]!["lldp"]!["portID"]);
        Assert.Equal(FinalizerNames.HardwareData, (string?)Assert.Single(first["metadata"]!["finalizers"]!.AsArray()));
        var owner = Assert.Single(first["metadata"]!["ownerReferences"]!.AsArray())!;
        Assert.Equal((space.Key.Uid, true, true), ((string?)owner["uid"], (bool)owner["controller"]!, (bool)owner["blockOwnerDeletion"]!));
        Assert.Equal("two", (string?)second["spec"]!["hardware"]!["hostname"]);
        Assert.Equal((string?)first["metadata"]!["uid"], (string?)second["metadata"]!["uid"]);
    }

    [Fact]
    public async Task S129_Settings_get_a_schema_that_they_own_and_a_second_host_of_the_kind_owns_it_too()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();
        await space.AsActivityAsync(activities => activities.EnsureCompanionsAsync(space.Node));

        var state = await space.AsActivityAsync(activities => activities.RefreshFirmwareAsync(space.Node));

        var settings = (await space.FindAsync(Metal3Group.HostFirmwareSettings, "host-0"))!;
        Assert.Equal(space.Key.Uid, (string?)settings["metadata"]!["ownerReferences"]![0]!["uid"]);
        Assert.Equal("Enabled", (string?)settings["status"]!["settings"]!["ProcTurboMode"]);
        Assert.Equal((true, false, true), (state.Known, state.ChangeDetected, state.Valid));
        Assert.Equal(("True", "False"), (Condition(settings, "Valid"), Condition(settings, "ChangeDetected")));
        var name = (string)settings["status"]!["schema"]!["name"]!;
        var schema = (await space.FindAsync(Metal3Group.FirmwareSchema, name))!;
        Assert.StartsWith("schema-", name, StringComparison.Ordinal);
        Assert.Equal((string?)settings["metadata"]!["uid"], (string?)Assert.Single(schema["metadata"]!["ownerReferences"]!.AsArray())!["uid"]);

        await space.AddSecretAsync("other");
        var other = (await space.SecretAsync("other")).Metadata.Uid;
        await space.PatchAsync(
            Metal3Group.FirmwareSchema, name,
            new() { ["metadata"] = new JsonObject { ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Secret", ["name"] = "other", ["uid"] = other }) } });
        await space.AsActivityAsync(activities => activities.RefreshFirmwareAsync(space.Node));

        schema = (await space.FindAsync(Metal3Group.FirmwareSchema, name))!;
        Assert.Equal([other, (string?)settings["metadata"]!["uid"]], schema["metadata"]!["ownerReferences"]!.AsArray().Select(owner => (string?)owner!["uid"]));
        var version = (string?)schema["metadata"]!["resourceVersion"];
        await space.AsActivityAsync(activities => activities.RefreshFirmwareAsync(space.Node)); // W34: written on change only
        Assert.Equal(version, (string?)(await space.FindAsync(Metal3Group.FirmwareSchema, name))!["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task S129_W29_Status_follows_the_machine_and_conditions_follow_the_content_of_each_edit()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();
        await space.AsActivityAsync(activities => activities.EnsureCompanionsAsync(space.Node));
        await space.AsActivityAsync(activities => activities.RefreshFirmwareAsync(space.Node));

        async Task<(FirmwareState State, JsonObject Object)> WantAsync(string value)
        {
            await space.PatchAsync(
                Metal3Group.HostFirmwareSettings, "host-0",
                new() { ["spec"] = new JsonObject { ["settings"] = new JsonObject { ["ProcTurboMode"] = value } } });
            var state = await space.AsActivityAsync(activities => activities.RefreshFirmwareAsync(space.Node));
            return (state, (await space.FindAsync(Metal3Group.HostFirmwareSettings, "host-0"))!);
        }

        var changed = await WantAsync("Disabled");
        Assert.True(changed.State.Dirty);
        var again = await WantAsync("Off"); // no condition flips: upstream gets stuck here
        Assert.True(again.State.Dirty);
        Assert.NotEqual(changed.State.WantedHash, again.State.WantedHash);
        Assert.Equal((long)again.Object["metadata"]!["generation"]!, (long)again.Object["status"]!["conditions"]![0]!["observedGeneration"]!);

        space.Back.Settings["ProcTurboMode"] = "Off";
        var taken = await space.AsActivityAsync(activities => activities.RefreshFirmwareAsync(space.Node));
        Assert.False(taken.Dirty);
        var after = (await space.FindAsync(Metal3Group.HostFirmwareSettings, "host-0"))!;
        Assert.Equal(("Off", "False"), ((string?)after["status"]!["settings"]!["ProcTurboMode"], Condition(after, "ChangeDetected")));
    }

    [Fact]
    public async Task S129_A_value_that_the_machine_cannot_take_is_told_once_for_an_edit_and_not_applied()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();
        await space.AsActivityAsync(activities => activities.EnsureCompanionsAsync(space.Node));
        await space.PatchAsync(
            Metal3Group.HostFirmwareSettings, "host-0",
            new() { ["spec"] = new JsonObject { ["settings"] = new JsonObject { ["NoSuchSetting"] = "x", ["AdminPassword"] = "y" } } });

        var state = await space.AsActivityAsync(activities => activities.RefreshFirmwareAsync(space.Node));
        await space.AsActivityAsync(activities => activities.RefreshFirmwareAsync(space.Node));

        Assert.Equal((true, false, false), (state.ChangeDetected, state.Valid, state.Dirty));
        Assert.Equal("False", Condition((await space.FindAsync(Metal3Group.HostFirmwareSettings, "host-0"))!, "Valid"));
        Assert.Equal(["ValidationFailed", "ValidationFailed"], await space.EventsAsync());
    }

    [Fact]
    public async Task A_policy_is_read_and_owned()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();
        await space.AddAsync(Metal3Group.HostUpdatePolicy, new HostUpdatePolicy
        {
            Metadata = new() { Name = "host-0", Namespace = space.Name },
            Spec = new() { FirmwareSettings = UpdatePolicy.OnReboot },
        });
        await space.AsActivityAsync(activities => activities.EnsureCompanionsAsync(space.Node));

        var state = await space.AsActivityAsync(activities => activities.RefreshFirmwareAsync(space.Node));

        var owner = (await space.FindAsync(Metal3Group.HostUpdatePolicy, "host-0"))!["metadata"]!["ownerReferences"]![0]!;
        Assert.True(state.OnReboot);
        Assert.Equal((space.Key.Uid, null), ((string?)owner["uid"], owner["controller"]));
    }

    [Fact]
    public async Task S125_S127_An_image_is_made_changed_and_given_its_finalizer_back()
    {
        var space = await objects.NewSpaceAsync(new() { DefaultArchitecture = "aarch64" });
        await space.CreateAsync(spec => spec with { PreprovisioningNetworkDataName = "network" });
        await LabelAsync(space, "rack", "7");

        var first = await EnsureAsync(space);
        var image = (await space.FindAsync(Metal3Group.PreprovisioningImage, "host-0"))!;
        Assert.Equal(PreprovisioningImageReadiness.NotReady, first.Readiness);
        Assert.Equal(("aarch64", "network", "7"), (
            (string?)image["spec"]!["architecture"], (string?)image["spec"]!["networkDataName"], (string?)image["metadata"]!["labels"]!["rack"]));
        Assert.Equal(["iso", "initrd"], image["spec"]!["acceptFormats"]!.AsArray().Select(format => (string?)format));
        Assert.Equal(FinalizerNames.HostPreprovisioningImage, (string?)image["metadata"]!["finalizers"]![0]);
        Assert.True((bool)image["metadata"]!["ownerReferences"]![0]!["controller"]!);

        await LabelAsync(space, "rack", "8");
        await space.PatchAsync(Metal3Group.PreprovisioningImage, "host-0", new() { ["metadata"] = new JsonObject { ["finalizers"] = null } });
        await EnsureAsync(space);

        image = (await space.FindAsync(Metal3Group.PreprovisioningImage, "host-0"))!;
        Assert.Equal(("8", FinalizerNames.HostPreprovisioningImage), ((string?)image["metadata"]!["labels"]!["rack"], (string?)image["metadata"]!["finalizers"]![0]));
    }

    [Fact]
    public async Task S36_The_architecture_is_the_specs_then_the_hardwares_then_the_operators()
    {
        async Task<string?> ArchitectureAsync(string? spec, string? hardware)
        {
            var space = await objects.NewSpaceAsync(new() { DefaultArchitecture = "own" });
            await space.CreateAsync(
                s => s with { Architecture = spec },
                new() { LastUpdated = Space.Now, OperationalStatus = OperationalStatus.Ok, Hardware = hardware is null ? null : new() { Cpu = new() { Arch = hardware } } });
            await EnsureAsync(space);
            return (string?)(await space.FindAsync(Metal3Group.PreprovisioningImage, "host-0"))!["spec"]!["architecture"];
        }

        Assert.Equal("own", await ArchitectureAsync(null, null));
        Assert.Equal("aarch64", await ArchitectureAsync(null, "aarch64"));
        Assert.Equal("x86_64", await ArchitectureAsync("x86_64", "aarch64"));
    }

    [Fact]
    public async Task S125_A_BMC_whose_driver_takes_no_format_is_told()
    {
        var space = await objects.NewSpaceAsync();
        space.Back.Formats = [];
        await space.CreateAsync();

        var state = await EnsureAsync(space);

        Assert.Equal((PreprovisioningImageReadiness.Failed, true), (state.Readiness, state.Message!.Contains("format", StringComparison.Ordinal)));
        Assert.Null(await space.FindAsync(Metal3Group.PreprovisioningImage, "host-0"));
    }

    public static TheoryData<string, PreprovisioningImageReadiness> Judgements => new()
    {
        { "ready", PreprovisioningImageReadiness.Ready },
        { "not ready", PreprovisioningImageReadiness.NotReady },
        { "old generation", PreprovisioningImageReadiness.NotReady },
        { "old secret", PreprovisioningImageReadiness.NotReady },
        { "other secret", PreprovisioningImageReadiness.NotReady },
        { "other architecture", PreprovisioningImageReadiness.NotReady },
        { "other format", PreprovisioningImageReadiness.NotReady },
        { "error", PreprovisioningImageReadiness.Failed },
    };

    [Theory]
    [MemberData(nameof(Judgements))]
    public async Task S126_An_image_is_used_only_when_it_is_ready_and_made_of_what_is_wanted_now(string what, PreprovisioningImageReadiness readiness)
    {
        var space = await objects.NewSpaceAsync();
        space.Back.Formats = what == "other format" ? [PreprovisioningImageFormat.Initrd] : [PreprovisioningImageFormat.Iso];
        await space.AddSecretAsync("network", null, null, ("networkData", "links: []"));
        await space.CreateAsync(spec => spec with { PreprovisioningNetworkDataName = "network", Architecture = "x86_64" });
        await EnsureAsync(space);
        await EnsureAsync(space); // claims the secret
        var image = (await space.FindAsync(Metal3Group.PreprovisioningImage, "host-0"))!;
        var generation = (long)image["metadata"]!["generation"]!;
        JsonObject Condition(string type, bool value) => new()
        {
            ["type"] = type,
            ["status"] = value ? "True" : "False",
            ["reason"] = "x",
            ["message"] = what,
            ["lastTransitionTime"] = "2026-08-20T12:00:00Z",
            ["observedGeneration"] = what == "old generation" ? generation - 1 : generation,
        };
        await PatchStatusAsync(space, new()
        {
            ["imageUrl"] = "http://images/ipa.iso",
            ["format"] = "iso",
            ["architecture"] = what == "other architecture" ? "aarch64" : "x86_64",
            ["networkData"] = new JsonObject
            {
                ["name"] = what == "other secret" ? "elsewhere" : "network",
                ["version"] = what == "old secret" ? "1" : (await space.SecretAsync("network")).Metadata.ResourceVersion,
            },
            ["conditions"] = new JsonArray(Condition("Ready", what is not ("not ready" or "error")), Condition("Error", what == "error")),
        });

        var state = await EnsureAsync(space);

        Assert.Equal(readiness, state.Readiness);
        Assert.Equal(what == "error" ? "error" : state.Message, state.Message);
    }

    [Theory]
    [InlineData(true, PreprovisioningImageReadiness.Ready)]
    [InlineData(false, PreprovisioningImageReadiness.NotReady)]
    public async Task S127_An_image_that_is_being_deleted_is_used_only_while_our_finalizer_holds_it(bool ours, PreprovisioningImageReadiness readiness)
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(spec => spec with { Architecture = "x86_64" });
        await EnsureAsync(space);
        await PatchStatusAsync(space, new() { ["imageUrl"] = "http://images/ipa.iso" });
        if (!ours)
        {
            await space.PatchAsync(
                Metal3Group.PreprovisioningImage, "host-0", new() { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray("example.com/other") } });
        }

        await space.DeleteAsync(Metal3Group.PreprovisioningImage, "host-0");

        Assert.Equal(readiness, (await EnsureAsync(space)).Readiness);
    }

    private static Task<PreprovisioningImageState> EnsureAsync(Space space) =>
        space.AsActivityAsync(activities => activities.EnsurePreprovisioningImageAsync(space.Node));

    private static Task LabelAsync(Space space, string key, string value) => space.PatchAsync(
        Metal3Group.BareMetalHost, "host-0", new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [key] = value } } });

    private Task PatchStatusAsync(Space space, JsonObject status) => objects.Client.CustomObjects.PatchNamespacedCustomObjectStatusAsync<JsonElement>(
        new V1Patch(new JsonObject { ["status"] = status }.ToJsonString(), V1Patch.PatchType.MergePatch),
        Metal3Group.Name, Metal3Group.Version, space.Name, Metal3Group.PreprovisioningImage.Plural, "host-0", cancellationToken: Cancellation);

    private static string? Condition(JsonObject found, string type) =>
        (string?)found["status"]!["conditions"]!.AsArray().Single(one => (string?)one!["type"] == type)!["status"];
}

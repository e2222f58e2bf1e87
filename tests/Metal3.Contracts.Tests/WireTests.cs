using System.Text.Json;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Tests;

public sealed class WireTests
{
    [Fact]
    public void A_new_status_is_written_with_every_member_that_the_schema_requires_and_no_other() =>
        Assert.Equal(
            """
            {"operationalStatus":"","provisioning":{"state":"","ID":"","image":{"url":""}},"goodCredentials":{},"triedCredentials":{},"errorMessage":"","poweredOn":false,"operationHistory":{"register":{"start":null,"end":null},"inspect":{"start":null,"end":null},"provision":{"start":null,"end":null},"deprovision":{"start":null,"end":null}},"errorCount":0,"provisioningFailCount":0}
            """,
            Metal3Json.Serialize(new BareMetalHostStatus()));

    [Fact]
    public void A_new_spec_is_written_with_an_empty_bmc_and_its_power_state() =>
        Assert.Equal(
            """{"bmc":{"address":"","credentialsName":""},"online":false}""",
            Metal3Json.Serialize(new BareMetalHostSpec()));

    [Fact]
    public void Absent_and_empty_RAID_lists_stay_what_they_are()
    {
        var raid = Metal3Json.Deserialize<BareMetalHostSpec>("""{"raid":{"hardwareRAIDVolumes":[]}}""").Raid!;

        Assert.Equal(new Raid { HardwareRaidVolumes = [] }, raid);
        Assert.NotEqual(new Raid(), raid);
        Assert.Contains(
            """{"hardwareRAIDVolumes":[],"softwareRAIDVolumes":null}""",
            Metal3Json.Serialize(new BareMetalHostSpec { Raid = raid }),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"bootMode":""}""")]
    [InlineData("""{"bootMACAddress":""}""")]
    [InlineData("""{"inspectionMode":""}""")]
    [InlineData("""{"automatedCleaningMode":""}""")]
    public void Words_that_the_schema_refuses_when_empty_are_left_out(string json) =>
        Assert.Equal(
            """{"bmc":{"address":"","credentialsName":""},"online":false}""",
            Metal3Json.Serialize(Metal3Json.Deserialize<BareMetalHostSpec>(json)));

    [Fact]
    public void Times_are_written_in_UTC_with_whole_seconds()
    {
        var status = new BareMetalHostStatus { LastUpdated = new(2026, 8, 20, 12, 15, 42, 987, TimeSpan.FromHours(2)) };

        Assert.Contains("\"lastUpdated\":\"2026-08-20T10:15:42Z\"", Metal3Json.Serialize(status), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_words_and_unknown_members_survive_at_every_depth()
    {
        const string json = """
            {"apiVersion":"metal3.io/v1alpha1","kind":"BareMetalHost","metadata":{"name":"h","managedFields":[{"manager":"x"}]},"spec":{"bmc":{"address":"","credentialsName":"","vendor":"Contoso"},"bootMode":"quantum","online":true,"color":{"r":[1,null]}},"future":null}
            """;

        Assert.Equal(Normal(json), Normal(Metal3Json.Serialize(Metal3Json.Deserialize<BareMetalHost>(json))));
    }

    [Fact]
    public void Records_with_equal_content_are_equal_also_in_what_we_do_not_know()
    {
        const string json = """{"online":true,"x":{"a":1.0},"raid":{"softwareRAIDVolumes":[{"level":"1","physicalDisks":[{"wwn":"a"},{"wwn":"b"}]}]}}""";
        var one = Metal3Json.Deserialize<BareMetalHostSpec>(json);
        var other = Metal3Json.Deserialize<BareMetalHostSpec>(json.Replace("1.0", "1", StringComparison.Ordinal));

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, Metal3Json.Deserialize<BareMetalHostSpec>(json.Replace("\"b\"", "\"c\"", StringComparison.Ordinal)));
        Assert.NotEqual(one, Metal3Json.Deserialize<BareMetalHostSpec>(json.Replace("1.0", "2", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"online":"yes"}""", "$.online")]
    [InlineData("""{"raid":{"hardwareRAIDVolumes":[{"level":1}]}}""", "$.raid.hardwareRAIDVolumes")]
    [InlineData("""{"image":{"url":5}}""", "$.image.url")]
    public void A_member_of_the_wrong_type_is_refused_by_its_path(string json, string path)
    {
        var refusal = Assert.Throws<JsonException>(() => Metal3Json.Deserialize<BareMetalHostSpec>(json));

        Assert.StartsWith(path, refusal.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_keep_the_type_that_their_owner_gave_them()
    {
        const string json = """{"settings":{"NumaNodes":4,"QuietBoot":"true"}}""";

        var spec = Metal3Json.Deserialize<HostFirmwareSettingsSpec>(json);

        Assert.Equal<SettingValue>(4, spec.Settings["NumaNodes"]);
        Assert.Equal<SettingValue>("true", spec.Settings["QuietBoot"]);
        Assert.Equal(json, Metal3Json.Serialize(spec));
    }

    private static string Normal(string json) => JsonSerializer.Serialize(Sorted(JsonDocument.Parse(json).RootElement));

    private static object? Sorted(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => new SortedDictionary<string, object?>(json.EnumerateObject().ToDictionary(m => m.Name, m => Sorted(m.Value)), StringComparer.Ordinal),
        JsonValueKind.Array => json.EnumerateArray().Select(Sorted).ToList(),
        _ => json,
    };
}

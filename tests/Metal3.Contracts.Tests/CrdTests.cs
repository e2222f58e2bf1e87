using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Tests;

public sealed class CrdTests
{
    public static TheoryData<string> Kinds => [.. Metal3Group.Kinds.Select(k => k.Name)];

    [Fact]
    public void The_kinds_of_the_group_are_those_of_the_CRDs() =>
        Assert.Equal(
            Metal3Group.Kinds.OrderBy(k => k.Name, StringComparer.Ordinal),
            Manifest.Crds.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => new ResourceKind(
                c.Key, (string)c.Value["spec"]!["names"]!["plural"]!, Version(c.Key)["subresources"]?["status"] is not null)));

    [Theory]
    [InlineData("BareMetalHost", "bmh bmhost", "Status Wide .status.operationalStatus|State .status.provisioning.state|Consumer .spec.consumerRef.name|BMC Wide .spec.bmc.address|Online .spec.online|Error .status.errorType|Age .metadata.creationTimestamp")]
    [InlineData("HardwareData", "hd", "Age .metadata.creationTimestamp")]
    [InlineData("HostFirmwareSettings", "hfs", "")]
    [InlineData("FirmwareSchema", "", "")]
    [InlineData("HostFirmwareComponents", "", "")]
    [InlineData("PreprovisioningImage", "ppimg", "Ready .status.conditions[?(@.type=='Ready')].status|Reason .status.conditions[?(@.type=='Ready')].reason")]
    [InlineData("DataImage", "", "")]
    [InlineData("BMCEventSubscription", "bes bmcevent", "Error .status.error|Age .metadata.creationTimestamp")]
    [InlineData("HostUpdatePolicy", "", "")]
    [InlineData("HostDeployPolicy", "", "")]
    [InlineData("HostClaim", "", "")]
    [InlineData("BareMetalSwitch", "bms", "Driver .spec.driver|Device Type .spec.deviceType|Address .spec.address|Valid .status.conditions[?(@.type==\"Valid\")].status")]
    [InlineData("HostNetworkAttachment", "", "Mode .spec.mode|Native VLAN .spec.nativeVLAN|Age .metadata.creationTimestamp")]
    public void A_CRD_has_the_short_names_and_columns_that_kubectl_users_know(string kind, string shortNames, string columns)
    {
        var names = Manifest.Crds[kind]["spec"]!["names"]!;
        var shown = Version(kind)["additionalPrinterColumns"]?.AsArray() ?? [];

        Assert.Equal(shortNames, string.Join(' ', names["shortNames"]?.AsArray().Select(n => (string)n!) ?? []));
        Assert.Equal(columns, string.Join('|', shown.Select(c => $"{c!["name"]} {(c["priority"] is null ? "" : "Wide ")}{c["jsonPath"]}")));
        Assert.Equal(kind.ToLowerInvariant(), (string)names["singular"]!);
        Assert.Equal(kind + "List", (string)names["listKind"]!);
    }

    [Fact]
    public void The_words_we_know_are_the_words_of_the_CRDs()
    {
        var words = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["BareMetalHost spec.bootMode"] = Known<BootMode>(),
            ["BareMetalHost spec.automatedCleaningMode"] = Known<AutomatedCleaningMode>(),
            ["BareMetalHost spec.inspectionMode"] = Known<InspectionMode>(),
            ["BareMetalHost spec.image.checksumType"] = Known<ChecksumType>(),
            ["BareMetalHost spec.image.format"] = Known<ImageFormat>(),
            ["BareMetalHost spec.raid.hardwareRAIDVolumes[].level"] = Known<HardwareRaidLevel>(),
            ["BareMetalHost spec.raid.softwareRAIDVolumes[].level"] = Known<SoftwareRaidLevel>(),
            ["BareMetalHost status.operationalStatus"] = Known<OperationalStatus>(),
            ["BareMetalHost status.errorType"] = Known<ErrorType>(),
            ["BareMetalHost status.provisioning.bootMode"] = Known<BootMode>(),
            ["BareMetalHost status.provisioning.image.checksumType"] = Known<ChecksumType>(),
            ["BareMetalHost status.provisioning.image.format"] = Known<ImageFormat>(),
            ["BareMetalHost status.provisioning.raid.hardwareRAIDVolumes[].level"] = Known<HardwareRaidLevel>(),
            ["BareMetalHost status.provisioning.raid.softwareRAIDVolumes[].level"] = Known<SoftwareRaidLevel>(),
            ["BareMetalHost status.lastAttemptedImage.checksumType"] = Known<ChecksumType>(),
            ["BareMetalHost status.lastAttemptedImage.format"] = Known<ImageFormat>(),
            ["BareMetalHost status.hardware.storage[].type"] = Known<DiskType>(),
            ["HardwareData spec.hardware.storage[].type"] = Known<DiskType>(),
            ["HostClaim spec.image.checksumType"] = Known<ChecksumType>(),
            ["HostClaim spec.image.format"] = Known<ImageFormat>(),
            ["FirmwareSchema spec.schema.*.attribute_type"] = Known<AttributeType>(),
            ["HostUpdatePolicy spec.firmwareSettings"] = Known<UpdatePolicy>(),
            ["HostUpdatePolicy spec.firmwareUpdates"] = Known<UpdatePolicy>(),
            ["PreprovisioningImage spec.acceptFormats[]"] = Known<PreprovisioningImageFormat>(),
            ["PreprovisioningImage status.format"] = Known<PreprovisioningImageFormat>(),
            ["HostNetworkAttachment spec.mode"] = Known<SwitchportMode>(),
            ["BareMetalSwitch spec.driver"] = Known<SwitchDriver>(),
        };
        foreach (var kind in Manifest.Crds.Keys.Where(k => Schema(k)["properties"]!["status"]?["properties"]?["conditions"] is not null))
        {
            words[$"{kind} status.conditions[].status"] = Known<ConditionStatus>();
        }

        var inCrds = Manifest.Crds.Keys.SelectMany(kind => Enums(Schema(kind)).Select(e => $"{kind} {e.Path}: {e.Words}"));

        Assert.Equal(words.Select(w => $"{w.Key}: {w.Value}").Order(StringComparer.Ordinal), inCrds.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_object_of_the_schema_with_any_unknown_members_survives_the_types(string kind) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var before = new AnyObject(new Random(seed)).Of(kind, Schema(kind));
            var after = Manifest.RoundTrip(kind, before);
            return !Lost("", before, after).Any()
                && JsonNode.DeepEquals(after, Manifest.RoundTrip(kind, after))
                && Manifest.Typed(kind, before).Equals(Manifest.Typed(kind, before.DeepClone()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_valid_manifest_survives_the_types() =>
        Assert.All(
            Manifest.Valid.Where(m => m.Kind != "Secret"),
            m => Assert.Empty(Lost("", m.Sent, Manifest.RoundTrip(m.Kind, m.Sent))));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_member_of_the_schema_is_known_to_the_types(string kind) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var known = new AnyObject(new Random(seed), unknownMembers: false).Of(kind, Schema(kind));
            return !HasUnknown(Manifest.Typed(kind, known));
        }).QuickCheckThrowOnFailure();

    private static bool HasUnknown(object? value) => value switch
    {
        WireRecord { Unknown: not null } => true,
        WireRecord record => record.GetType().GetProperties().Where(p => p.GetIndexParameters().Length == 0).Any(p => HasUnknown(p.GetValue(record))),
        System.Collections.IEnumerable items and not string => items.Cast<object>().Any(HasUnknown),
        { } pair when pair.GetType().Name.StartsWith("KeyValuePair", StringComparison.Ordinal) => HasUnknown(pair.GetType().GetProperty("Value")!.GetValue(pair)),
        _ => false,
    };

    /// <summary>Paths of what is in one tree and not the same in the other; null and absent are the same to Kubernetes.</summary>
    private static IEnumerable<string> Lost(string path, JsonNode? before, JsonNode? after) => (before, after) switch
    {
        (null, null) => [],
        (JsonObject was, JsonObject now) => was.SelectMany(m => m.Value is null && now[m.Key] is null ? [] : Lost($"{path}.{m.Key}", m.Value, now[m.Key])),
        (JsonArray was, JsonArray now) when was.Count == now.Count => was.SelectMany((item, i) => Lost($"{path}[{i}]", item, now[i])),
        _ => JsonNode.DeepEquals(before, after) ? [] : [$"{path}: {before?.ToJsonString()} became {after?.ToJsonString()}"],
    };

    private static string Known<T>()
        where T : IWord<T> => string.Join('|', T.Known.Select(w => w.Word));

    private static JsonNode Version(string kind) => Manifest.Crds[kind]["spec"]!["versions"]![0]!;

    private static JsonObject Schema(string kind) => Version(kind)["schema"]!["openAPIV3Schema"]!.AsObject();

    private static IEnumerable<(string Path, string Words)> Enums(JsonObject schema, string path = "") =>
    [
        .. schema["enum"] is JsonArray words ? [(path, string.Join('|', words.Select(w => (string)w!)))] : Array.Empty<(string, string)>(),
        .. (schema["properties"]?.AsObject() ?? []).SelectMany(p => Enums(p.Value!.AsObject(), path.Length == 0 ? p.Key : $"{path}.{p.Key}")),
        .. schema["items"] is JsonObject items ? Enums(items, path + "[]") : [],
        .. schema["additionalProperties"] is JsonObject values ? Enums(values, path + ".*") : [],
    ];
}

using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Metal3.Contracts.Admission;
using Metal3.Contracts.Annotations;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;

namespace Metal3.Contracts.Tests;

/// <summary>Whatever somebody writes into an object, it is read or refused; nothing falls over.</summary>
public sealed class AnyInputTests
{
    private static readonly string[] Pieces =
    [
        "ipmi", "redfish", "+http", ":", "/", "//", "@", "[", "]", "?", "#", "%", "%41", "%25", "::1", "10.0.0.1", "host", "privilegelevel=", "&", ";", " ", "\n", "é", "623", "\ud800",
    ];

    private static readonly string[] Values =
    [
        "", "null", "{}", "[]", "1", "{", "\"\\ud800\"", """{"mode":"\ud800"}""", """{"\ud800":1}""", """{"mode":1}""", """{"provisioning":{"image":[]}}""",
        """{"hostname":"\ud800"}""", """{"conditions":[null]}""", """{"nics":[{"vlanId":99999999999}]}""", """{"lastUpdated":"yesterday"}""", """{"errorCount":1e99}""",
        new string('[', 5000),
    ];

    public static TheoryData<string> Kinds => [.. Metal3Group.Kinds.Select(k => k.Name)];

    [Fact]
    public void Any_BMC_address_is_read_or_refused_with_a_sentence() =>
        Prop.ForAll(AnyOf(Pieces, 8), parts =>
        {
            var text = string.Concat(parts);
            return BmcAccess.TryParse(new() { Address = text }, out var access, out var problem)
                ? access.DriverInfo("u", "p").ContainsKey(access.AddressKey)
                : problem.EndsWith('.') && !problem.Any(char.IsControl);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_password_before_a_host_is_never_shown() =>
        Prop.ForAll(AnyOf(["/", "?", "#", ":", "@", "%", "+", "[", "]", "x", "S3CRET"], 6), parts =>
        {
            var url = $"redfish://user:S3CRET{string.Concat(parts)}@10.0.0.5:8443/redfish/v1?token=S3CRET";
            _ = BmcAccess.TryParse(new() { Address = url }, out _, out var problem);
            return !(SafeUrl.ForPeople(url) + SafeUrl.Hide(url) + problem).Contains("S3CRET", StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_annotation_is_read_or_refused()
    {
        foreach (var value in Values)
        {
            var host = new BareMetalHost
            {
                Metadata = new()
                {
                    Annotations = new(
                    [
                        new(AnnotationKeys.Reboot, value), new(AnnotationKeys.Detached, value), new(AnnotationKeys.Status, value),
                        new(AnnotationKeys.Inspect, value), new(AnnotationKeys.HardwareDetails, value), new(AnnotationKeys.Paused, value),
                    ]),
                },
            };

            Assert.All(HostAdmission.OnCreate(host), v => Assert.StartsWith("metadata.annotations[", v.Field, StringComparison.Ordinal));
            Assert.Single(HostAnnotations.Reboots(host.Metadata.Annotations));
            Assert.NotNull(HostAnnotations.Detached(host.Metadata.Annotations));
            _ = HostAnnotations.Status(host.Metadata.Annotations);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Any_object_of_the_schema_is_admitted_or_refused_by_its_fields(string kind) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var schema = Manifest.Crds[kind]["spec"]!["versions"]![0]!["schema"]!["openAPIV3Schema"]!.AsObject();
            var any = new AnyObject(new Random(seed));
            var (before, after) = (Element(any.Of(kind, schema)), Element(any.Of(kind, schema)));
            return AdmissionRules.Check(new(kind, AdmissionOperation.Create, after, null))
                .Concat(AdmissionRules.Check(new(kind, AdmissionOperation.Update, after, before), []))
                .All(v => v.Rule != "J1" && v.Field.Length > 0 && v.Message.Length > 0);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_rule_is_documented()
    {
        var text = File.ReadAllText(Path.Combine(Manifest.CrdDirectory, "..", "..", "docs", "admission.md"));
        var listed = text.Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).SelectMany(l => l.Split('|')[1].Split(',', StringSplitOptions.TrimEntries)).ToList();

        Assert.Empty(Manifest.Invalid.Select(m => m.Rule).Where(r => r[0] != 'S').Append("J1").Except(listed, StringComparer.Ordinal));
    }

    private static Arbitrary<string[]> AnyOf(string[] pieces, int length) =>
        Arb.From(Gen.Elements(pieces).ArrayOf(length));

    private static JsonElement Element(JsonNode json) => JsonSerializer.SerializeToElement(json);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Metal3.Contracts.Admission;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Tests;

public sealed class AdmissionTests
{
    public static TheoryData<string> Refused => [.. Manifest.Invalid.Where(m => m.Layer == "admission" || m.Rule is "B1" or "B34").Select(m => m.File)];

    public static TheoryData<string> Accepted => [.. Manifest.Valid.Where(m => m.Kind != "Secret").Select(m => m.File)];

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_manifest_is_refused_by_its_rule_which_names_the_field_and_the_remedy(string file)
    {
        var manifest = Manifest.Invalid.Single(m => m.File == file);

        var violations = Check(manifest);

        var violation = Assert.Single(violations, v => v.Rule == manifest.Rule);
        Assert.Equal(manifest.Field, violation.Field);
        Assert.EndsWith(".", violation.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void A_valid_manifest_is_not_refused(string file) => Assert.Empty(Check(Manifest.Valid.Single(m => m.File == file)));

    [Fact]
    public void Every_rule_has_a_manifest_that_it_refuses()
    {
        string[] rules =
        [
            .. Enumerable.Range(1, 34).Select(n => $"B{n}"), "U1", "U2", "U3", .. Enumerable.Range(1, 9).Select(n => $"C{n}"),
            .. Enumerable.Range(1, 6).Select(n => $"E{n}"), "D1", "F1", .. Enumerable.Range(1, 7).Select(n => $"N{n}"),
            .. Enumerable.Range(1, 14).Select(n => $"S{n}"),
        ];

        Assert.Empty(rules.Except(Manifest.Invalid.Select(m => m.Rule), StringComparer.Ordinal));
    }

    [Fact]
    public void All_violations_are_told_at_once()
    {
        var host = Host("""
            {"online":false,"disablePowerOff":true,"firmware":{},"bmc":{"address":"ipmi://h","credentialsName":"s"},"bootMode":"UEFISecureBoot","image":{"url":"img","checksum":""}}
            """);

        var violations = HostAdmission.OnCreate(host);

        Assert.Equal(["B16", "B19", "B21", "B30", "B5"], violations.Select(v => v.Rule).Order(StringComparer.Ordinal));
        Assert.Matches(@"^\[spec\..*, spec\..*\]$", Violation.Text(violations));
        Assert.Equal(violations[0].ToString(), Violation.Text([violations[0], violations[0]]));
    }

    [Theory]
    [InlineData("registering", "OK", "OK")]
    [InlineData("available", "detached", "OK")]
    [InlineData("available", "OK", "detached")]
    public void The_address_of_a_BMC_may_change_while_nothing_depends_on_it(string state, string before, string after)
    {
        BareMetalHost With(string address, string status) => new()
        {
            Spec = new() { Bmc = new() { Address = address } },
            Status = new() { OperationalStatus = OperationalStatus.Of(status), Provisioning = new() { State = ProvisioningState.Of(state) } },
        };

        Assert.Empty(HostAdmission.OnUpdate(With("ipmi://a", before), With("redfish://b", after)));
    }

    [Fact]
    public void What_was_not_given_before_may_be_given_later()
    {
        var given = Host("""{"bmc":{"address":"ipmi://a","credentialsName":"s"},"bootMACAddress":"00:11:22:33:44:5f"}""");
        var upper = Host("""{"bmc":{"address":"ipmi://a","credentialsName":"other"},"bootMACAddress":"00:11:22:33:44:5F"}""");

        Assert.Empty(HostAdmission.OnUpdate(new(), given));
        Assert.Empty(HostAdmission.OnUpdate(given, upper));
    }

    [Theory]
    [InlineData("available", true)]
    [InlineData("ready", false)]
    [InlineData("", false)]
    public void Only_an_available_host_can_become_externally_provisioned(string state, bool isAllowed)
    {
        var status = new BareMetalHostStatus { Provisioning = new() { State = ProvisioningState.Of(state) } };
        var (off, on) = (new BareMetalHost { Status = status }, new BareMetalHost { Status = status, Spec = new() { ExternallyProvisioned = true } });

        Assert.Equal(isAllowed, HostAdmission.OnUpdate(off, on).Count == 0);
        Assert.Empty(HostAdmission.OnUpdate(on, off));
    }

    [Theory]
    [InlineData("00:11:22:33:44:55", true)]
    [InlineData("00-11-22-33-44-55", true)]
    [InlineData("0011.2233.4455", true)]
    [InlineData("00:11:22:33:44:55:66:77", true)]
    [InlineData("00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01", true)]
    [InlineData("00:11:22:33:44:55:66", false)]
    [InlineData("00:11:22:33:44-55", false)]
    [InlineData("0:11:22:33:44:55", false)]
    [InlineData("00:11:22:33:44:5g", false)]
    public void A_boot_MAC_address_is_whole_or_refused(string mac, bool isWhole) =>
        Assert.Equal(isWhole, HostAdmission.OnCreate(Host($$"""{"bmc":{"address":"ipmi://a","credentialsName":"s"},"bootMACAddress":"{{mac}}"}""")).Count == 0);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"mode":""}""")]
    [InlineData("""{"MODE":"hard","force":false,"other":1}""")]
    public void Reboot_annotations_that_can_be_read_are_accepted(string value) =>
        Assert.Empty(HostAdmission.OnCreate(new() { Metadata = new() { Annotations = new([new("reboot.metal3.io/x", value)]) } }));

    [Fact]
    public void A_subscription_with_headers_may_change_in_all_but_its_spec()
    {
        var before = new BmcEventSubscription { Spec = new() { HostName = "h", Destination = "/e", HttpHeadersRef = new() { Name = "n", Namespace = "m3" } } };
        var labelled = before with { Metadata = new() { Labels = new([new("a", "b")]) }, Spec = before.Spec with { HttpHeadersRef = new() { Name = "n", Namespace = "m3" } } };

        Assert.Empty(SubscriptionAdmission.OnUpdate(before, labelled));
        Assert.Single(SubscriptionAdmission.OnUpdate(before, before with { Spec = before.Spec with { HttpHeadersRef = new() { Name = "other", Namespace = "m3" } } }));
    }

    [Fact]
    public void An_attachment_in_use_can_neither_change_nor_go_and_the_refusal_names_its_users()
    {
        var attachment = new HostNetworkAttachment { Metadata = new() { Name = "a", Namespace = "net" }, Spec = new() { NativeVlan = 1 } };
        BareMetalHost[] hosts =
        [
            new() { Metadata = new() { Name = "h1", Namespace = "net" }, Spec = new() { NetworkInterfaces = [new() { Name = "eth0", HostNetworkAttachment = new() { Name = "a" } }] } },
            new() { Metadata = new() { Name = "h2", Namespace = "m3" }, Spec = new() { NetworkInterfaces = [new() { MacAddress = "00:11:22:33:44:55", HostNetworkAttachment = new() { Name = "a", Namespace = "net" } }] } },
            new() { Metadata = new() { Name = "h3", Namespace = "m3" }, Spec = new() { NetworkInterfaces = [new() { Name = "eth0", HostNetworkAttachment = new() { Name = "a" } }] } },
        ];

        var users = AttachmentAdmission.UsersOf(attachment.Metadata, hosts);

        Assert.Equal(["m3/h2[00:11:22:33:44:55]", "net/h1[eth0]"], users);
        Assert.Contains("net/h1[eth0]", Assert.Single(AttachmentAdmission.OnDelete(users)).Message, StringComparison.Ordinal);
        Assert.Equal("N6", Assert.Single(AttachmentAdmission.OnUpdate(attachment, attachment with { Spec = new() { NativeVlan = 2 } }, users)).Rule);
        Assert.Empty(AttachmentAdmission.OnUpdate(attachment, attachment with { Metadata = new() { Name = "a" } }, users));
        Assert.Single(AttachmentAdmission.OnDelete(null));
        Assert.Empty(AttachmentAdmission.OnDelete([]));
    }

    [Fact]
    public void A_stored_attachment_that_breaks_newer_rules_can_still_be_labelled()
    {
        var stored = new HostNetworkAttachment { Spec = new() { Mode = SwitchportMode.Access, AllowedVlans = ["0"] } };

        Assert.Empty(AttachmentAdmission.OnUpdate(stored, stored with { Metadata = new() { Labels = new([new("a", "b")]) } }, users: null));
    }

    [Fact]
    public void An_object_that_cannot_be_read_is_refused_by_its_path_and_kinds_without_rules_are_not_refused()
    {
        var broken = JsonDocument.Parse("""{"spec":{"online":"yes"}}""").RootElement;

        Assert.Equal("spec.online", Assert.Single(AdmissionRules.Check(new("BareMetalHost", AdmissionOperation.Create, broken, null))).Field);
        Assert.Empty(AdmissionRules.Check(new("HardwareData", AdmissionOperation.Create, broken, null)));
        Assert.Empty(AdmissionRules.Check(new("BareMetalHost", AdmissionOperation.Delete, null, broken)));
    }

    private static IReadOnlyList<Violation> Check(Manifest manifest)
    {
        JsonElement Element(JsonObject json) => JsonSerializer.SerializeToElement(json);
        AdmissionRequest request = manifest switch
        {
            { IsDeleted: true } => new(manifest.Kind, AdmissionOperation.Delete, null, Element(manifest.Sent)),
            { Documents: [var before, var after] } => new(manifest.Kind, AdmissionOperation.Update, Element(after), Element(before)),
            _ => new(manifest.Kind, AdmissionOperation.Create, Element(manifest.Sent), null),
        };
        return AdmissionRules.Check(request, ["m3/h1[eth0]"]);
    }

    private static BareMetalHost Host(string spec) => new() { Spec = Metal3Json.Deserialize<BareMetalHostSpec>(spec) };
}

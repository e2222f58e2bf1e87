using System.Text.Json.Nodes;
using Metal3.Contracts.Bmc;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;

namespace Metal3.Contracts.Tests;

public sealed class BmcAddressTests
{
    [Theory]
    [InlineData("192.168.111.1", "ipmi", """{"ipmi_address":"192.168.111.1","ipmi_port":"623","ipmi_priv_level":"ADMINISTRATOR","ipmi_username":"admin","ipmi_password":"s3cret"}""")]
    [InlineData("192.168.111.1:6230", "ipmi", """{"ipmi_address":"192.168.111.1","ipmi_port":"6230","ipmi_priv_level":"ADMINISTRATOR","ipmi_username":"admin","ipmi_password":"s3cret"}""")]
    [InlineData("bmc01.example.com", "ipmi", """{"ipmi_address":"bmc01.example.com","ipmi_port":"623","ipmi_priv_level":"ADMINISTRATOR","ipmi_username":"admin","ipmi_password":"s3cret"}""")]
    [InlineData("ipmi:192.168.111.1:6230", "ipmi", """{"ipmi_address":"192.168.111.1","ipmi_port":"6230","ipmi_priv_level":"ADMINISTRATOR","ipmi_username":"admin","ipmi_password":"s3cret"}""")]
    [InlineData("ipmi://192.168.111.1:6230?privilegelevel=OPERATOR", "ipmi", """{"ipmi_address":"192.168.111.1","ipmi_port":"6230","ipmi_priv_level":"OPERATOR","ipmi_username":"admin","ipmi_password":"s3cret"}""")]
    [InlineData("192.168.111.1?privilegelevel=USER", "ipmi", """{"ipmi_address":"192.168.111.1","ipmi_port":"623","ipmi_priv_level":"USER","ipmi_username":"admin","ipmi_password":"s3cret"}""")]
    [InlineData("ipmi://[fd00::10]", "ipmi", """{"ipmi_address":"fd00::10","ipmi_port":"623","ipmi_priv_level":"ADMINISTRATOR","ipmi_username":"admin","ipmi_password":"s3cret"}""")]
    [InlineData("[fd00::10]:6230", "ipmi", """{"ipmi_address":"fd00::10","ipmi_port":"6230","ipmi_priv_level":"ADMINISTRATOR","ipmi_username":"admin","ipmi_password":"s3cret"}""")]
    [InlineData("libvirt://192.168.122.1:6233/", "libvirt", """{"ipmi_address":"192.168.122.1","ipmi_port":"6233","ipmi_priv_level":"ADMINISTRATOR","ipmi_username":"admin","ipmi_password":"s3cret"}""")]
    [InlineData("redfish://192.168.111.1", "redfish", """{"redfish_address":"https://192.168.111.1","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("redfish://192.168.111.1/redfish/v1/", "redfish", """{"redfish_address":"https://192.168.111.1","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("redfish://192.168.111.1/redfish/v1/Systems/1", "redfish", """{"redfish_address":"https://192.168.111.1","redfish_system_id":"/redfish/v1/Systems/1","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("redfish://192.168.111.1/redfish/v1/Systems/1/", "redfish", """{"redfish_address":"https://192.168.111.1","redfish_system_id":"/redfish/v1/Systems/1/","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("redfish+http://192.168.111.1:8000/redfish/v1/Systems/abc", "redfish+http", """{"redfish_address":"http://192.168.111.1:8000","redfish_system_id":"/redfish/v1/Systems/abc","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("redfish://[fd00::10]:8443/redfish/v1/Systems/1", "redfish", """{"redfish_address":"https://[fd00::10]:8443","redfish_system_id":"/redfish/v1/Systems/1","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("redfish:10.0.0.5:8000/redfish/v1/Systems/1", "redfish", """{"redfish_address":"https://10.0.0.5:8000","redfish_system_id":"/redfish/v1/Systems/1","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("REDFISH://h/redfish/v1/Systems/a%20b", "redfish", """{"redfish_address":"https://h","redfish_system_id":"/redfish/v1/Systems/a b","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("redfish-virtualmedia+http://h:8000/redfish/v1/Systems/1", "redfish-virtualmedia+http", """{"redfish_address":"http://h:8000","redfish_system_id":"/redfish/v1/Systems/1","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("idrac-virtualmedia+https://h/redfish/v1/Systems/System.Embedded.1", "idrac-virtualmedia+https", """{"redfish_address":"https://h","redfish_system_id":"/redfish/v1/Systems/System.Embedded.1","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("redfish-uefihttp://h", "redfish-uefihttp", """{"redfish_address":"https://h","redfish_system_id":"","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("redfish-uefihttp+http://h:8000/redfish/v1", "redfish-uefihttp+http", """{"redfish_address":"http://h:8000","redfish_system_id":"/redfish/v1","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData("redfish://", "redfish", """{"redfish_address":"https://","redfish_username":"admin","redfish_password":"s3cret"}""")]
    [InlineData(":623", "ipmi", """{"ipmi_address":"","ipmi_port":"623","ipmi_priv_level":"ADMINISTRATOR","ipmi_username":"admin","ipmi_password":"s3cret"}""")]
    public void An_address_yields_the_driver_info_of_its_scheme(string address, string type, string driverInfo)
    {
        var access = Parse(address);

        Assert.Equal(type, access.Type);
        AssertJson(driverInfo, access.DriverInfo("admin", "s3cret"));
    }

    [Theory]
    [InlineData("redfish://h", "redfish_verify_ca")]
    [InlineData("idrac-virtualmedia+http://h", "redfish_verify_ca")]
    [InlineData("10.0.0.1", "ipmi_verify_ca")]
    [InlineData("libvirt://10.0.0.1", "ipmi_verify_ca")]
    public void Certificate_checks_that_are_off_are_sent_as_false_and_never_as_true(string address, string key)
    {
        var strict = Parse(address).DriverInfo("u", "p");
        Assert.True(BmcAccess.TryParse(new() { Address = address, DisableCertificateVerification = true }, out var lax, out _));

        Assert.False(strict.ContainsKey(key));
        Assert.False(lax.DriverInfo("u", "p")[key]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("bmc01:6230")]
    [InlineData("localhost:623")]
    [InlineData("bmc01.example.com:6230")]
    [InlineData("[fd00::10]")]
    [InlineData("fd00::10")]
    [InlineData("2001:db8::1")]
    [InlineData("192.168.1.1:6230/path")]
    [InlineData("192.168.1.1:6230?privilegelevel=USER")]
    [InlineData("//192.168.1.1")]
    [InlineData("10.0.0.1:abc")]
    [InlineData("redfish://h:abc/")]
    [InlineData("ipmi://[fe80::1%25eth0]:623")]
    [InlineData("under_score.example.com")]
    [InlineData("host.")]
    [InlineData("a..b")]
    [InlineData("-bad-")]
    [InlineData(" ipmi://h")]
    [InlineData("libvirt+http://h")]
    [InlineData("ipmi+http://h")]
    [InlineData("redfish+ftp://h")]
    [InlineData("https://h/redfish/v1/Systems/1")]
    [InlineData("ilo4://h")]
    [InlineData("irmc://h")]
    [InlineData("idrac://h")]
    [InlineData("")]
    [InlineData("ipmi://-host.example.org")]
    [InlineData("redfish://h/%zz")]
    [InlineData("redfish://[10.0.0.1]/x")]
    [InlineData("redfish://a b/")]
    [InlineData("ipmi://fd00::10")]
    [InlineData("h\u0001")]
    [InlineData("redfish://h#%")]
    public void An_address_that_Ironic_could_not_use_is_refused_with_a_remedy(string address)
    {
        Assert.False(BmcAccess.TryParse(new() { Address = address }, out _, out var problem));
        Assert.Matches("; (use|put) ", problem);
    }

    [Theory]
    [InlineData("redfish://user:s3cret@10.0.0.5/redfish/v1/Systems/1")]
    [InlineData("redfish://user:s3cret@10.0.0.5:bad/redfish/v1")]
    [InlineData("redfish://user:s3c/s3cret@10.0.0.5")]
    [InlineData("redfish://user:s3cret#s3cret@10.0.0.5")]
    [InlineData("redfish://user:s3cret?s3cret@10.0.0.5")]
    [InlineData("nothing:s3cret@10.0.0.5:623")]
    [InlineData("ilo4://user:s3cret@10.0.0.5?password=s3cret")]
    public void User_information_reaches_neither_Ironic_nor_a_message(string address)
    {
        var shown = BmcAccess.TryParse(new() { Address = address }, out var access, out var problem)
            ? access.ToString() + access.DriverInfo("u", "p").ToJsonString()
            : problem;

        Assert.DoesNotContain("s3cret", shown + SafeUrl.ForPeople(address) + SafeUrl.Hide(address), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://images.example.net/a%20b.qcow2", "https://images.example.net/a%20b.qcow2")]
    [InlineData("https://u:p@h:8443/x?token=t#f", "https://h:8443/x")]
    [InlineData("https://h/x@2.qcow2", "https://h/x@2.qcow2")]
    [InlineData("ipmi://u:p/w@h", "ipmi://(unreadable)")]
    [InlineData("10.0.0.1:623", "10.0.0.1:623")]
    [InlineData("u:p@10.0.0.1:623", "10.0.0.1:623")]
    [InlineData("h\nforged", "h\uFFFDforged")]
    [InlineData("", "")]
    public void A_hidden_URL_keeps_where_but_not_who(string url, string shown)
    {
        var hidden = SafeUrl.Hide(url);

        Assert.Equal((shown, shown), (SafeUrl.ForPeople(url), SafeUrl.ForPeople(hidden)));
        Assert.Equal(url != shown, SafeUrl.IsHidden(hidden));
        Assert.Equal(hidden, SafeUrl.Hide(hidden));
        Assert.True(SafeUrl.StandsFor(hidden, url));
        Assert.False(SafeUrl.StandsFor(hidden, url + "?other"));
    }

    [Fact]
    public void A_mark_that_somebody_else_put_there_hides_nothing()
    {
        const string forged = "http://user:s3cret@h/x#whole-sha256=0123456789abcdef";

        Assert.False(SafeUrl.IsHidden(forged));
        Assert.DoesNotContain("s3cret", SafeUrl.Hide(forged), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_scheme_has_the_interfaces_that_Ironic_needs()
    {
        var table = BmcDriver.Families.Select(d => string.Join(
            ' ', d.Family, d.Driver, d.BootInterface, d.ManagementInterface ?? "-", d.PowerInterface ?? "-", d.RaidInterface, d.VendorInterface ?? "-", d.BiosInterface ?? "-", d.FirmwareInterface ?? "-", d.OutOfBandInspectInterface ?? "-"));

        Assert.Equal(
            [
                "ipmi ipmi ipxe - - no-raid - - - -",
                "libvirt ipmi ipxe - - no-raid - - - -",
                "redfish redfish ipxe - - redfish - - redfish redfish",
                "ilo5-redfish redfish ipxe - - redfish - - redfish redfish",
                "redfish-virtualmedia redfish redfish-virtual-media - - redfish - - redfish redfish",
                "ilo5-virtualmedia redfish redfish-virtual-media - - redfish - - redfish redfish",
                "redfish-uefihttp redfish redfish-https - - redfish - - redfish redfish",
                "idrac-redfish idrac ipxe idrac-redfish idrac-redfish idrac-redfish idrac-redfish idrac-redfish redfish redfish",
                "idrac-virtualmedia idrac idrac-redfish-virtual-media idrac-redfish idrac-redfish idrac-redfish idrac-redfish idrac-redfish redfish redfish",
            ],
            table);
    }

    [Fact]
    public void Every_scheme_has_the_abilities_that_its_driver_has()
    {
        string Families(Func<BmcDriver, bool> ability) => string.Join(' ', BmcDriver.Families.Where(ability).Select(d => d.Family));

        Assert.Equal("libvirt", Families(d => d.NeedsMac));
        Assert.Equal("ipmi libvirt", Families(d => !d.SupportsSecureBoot));
        Assert.Equal("ipmi libvirt", Families(d => !d.SupportsHardwareRaid));
        Assert.Equal("ipmi libvirt", Families(d => !d.SupportsFirmware));
        Assert.Equal("redfish-virtualmedia ilo5-virtualmedia redfish-uefihttp idrac-virtualmedia", Families(d => d.SupportsIsoPreprovisioningImage));
        Assert.Equal("ipmi libvirt redfish ilo5-redfish idrac-redfish", Families(d => d.RequiresProvisioningNetwork));
        Assert.Equal(2 + (7 * 3), BmcDriver.Schemes.Count);
    }

    [Theory]
    [InlineData(null, "boot_mode:uefi", null)]
    [InlineData("UEFI", "boot_mode:uefi", null)]
    [InlineData("UEFISecureBoot", "boot_mode:uefi,secure_boot:true", "true")]
    [InlineData("legacy", "boot_mode:bios", null)]
    public void A_boot_mode_becomes_capabilities_and_leaves_others_alone(string? word, string capabilities, string? secureBoot)
    {
        var mode = word is null ? null : BootMode.Of(word);

        Assert.Equal(capabilities, BootModes.Capabilities(mode));
        Assert.Equal("a:1,b:2," + capabilities, BootModes.Merge("a:1,boot_mode:bios,b:2,secure_boot:true", mode));
        Assert.Equal(capabilities, BootModes.Merge(null, mode));
        Assert.Equal(secureBoot, BootModes.InstanceCapabilities(mode).GetValueOrDefault("secure_boot"));
    }

    private static BmcAccess Parse(string address) =>
        BmcAccess.TryParse(new() { Address = address }, out var access, out var problem) ? access : throw new InvalidOperationException(problem);

    private static void AssertJson(string expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
}

using System.Text;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;

namespace Metal3.Activities.Tests;

public sealed class HostInputsTests
{
    private readonly Cluster _cluster = new();
    private readonly HostInputs _inputs;

    public HostInputsTests() => _inputs = new HostInputs(_cluster, _cluster);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_and_uid_are_on_every_config_drive_and_metadata_adds_to_them()
    {
        _cluster.Secret("meta", null, ("metaData", "role: worker\nlocal-hostname: other"));
        _cluster.Secret("network", null, ("networkData", """{"links": []}"""));
        _cluster.Secret("user", null, ("value", "#cloud-config\n"));
        var host = Host(new BareMetalHostSpec
        {
            MetaData = new SecretReference { Name = "meta" },
            NetworkData = new SecretReference { Name = "network" },
            UserData = new SecretReference { Name = "user", Namespace = "metal3" },
        });

        var drive = await _inputs.ConfigDriveAsync(host, Cancellation);

        Assert.Equal(
            $$$"""{"uuid":"{{{host.Metadata.Uid}}}","metal3-namespace":"metal3","metal3-name":"h","local-hostname":"other","local_hostname":"h","name":"h","role":"worker"}""",
            drive["meta_data"]!.ToJsonString());
        Assert.Equal("""{"links":[]}""", drive["network_data"]!.ToJsonString());
        Assert.Equal("#cloud-config\n", (string?)drive["user_data"]);
    }

    [Fact]
    public async Task The_ramdisks_network_data_serve_where_the_host_has_none_of_its_own()
    {
        _cluster.Secret("ramdisk", null, ("networkData", "links: []"));

        var drive = await _inputs.ConfigDriveAsync(Host(new BareMetalHostSpec { PreprovisioningNetworkDataName = "ramdisk" }), Cancellation);

        Assert.Equal("""{"links":[]}""", drive["network_data"]!.ToJsonString());
    }

    public static TheoryData<BareMetalHostSpec, string> Unusable { get; } = new()
    {
        { new() { UserData = new() { Name = "none" } }, "The Secret metal3/none in spec.userData does not exist." },
        { new() { UserData = new() { Name = "bmc" } }, "The Secret metal3/bmc in spec.userData has neither the key userData nor value." },
        { new() { MetaData = new() { Name = "list" } }, "The Secret in spec.metaData holds neither a YAML nor a JSON object." },
        { new() { NetworkData = new() { Name = "list" } }, "The Secret in spec.networkData holds neither a YAML nor a JSON object." },
        { new() { UserData = new() { Name = "bmc", Namespace = "other" } }, "spec.userData names a Secret in the namespace other; it must be in the host's, metal3." },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task Data_that_cannot_be_used_are_named_by_field_and_never_quoted(BareMetalHostSpec spec, string complaint)
    {
        _cluster.Secret("bmc", null, ("username", "u"), ("password", "s3cret-1"));
        _cluster.Secret("list", null, ("value", "- s3cret-1"));

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => _inputs.ConfigDriveAsync(Host(spec), Cancellation));

        Assert.Equal((FailureTypes.HostDataUnusable, complaint), (thrown.Type, thrown.Message));
        Assert.DoesNotContain("s3cret-1", thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_read_trimmed_and_what_is_missing_is_named()
    {
        _cluster.Secret("bmc", null, ("username", "admin\n"), ("password", "s3cret-1\n"));
        _cluster.Secret("half", null, ("username", "admin"), ("password", " "));

        var good = await _inputs.CredentialsAsync(Host(Bmc("bmc")), Cancellation);
        var none = await ThrowsAsync("");
        var missing = await ThrowsAsync("gone");
        var half = await ThrowsAsync("half");

        Assert.Equal(("bmc", "7", "admin", "s3cret-1"), good);
        Assert.Equal((FailureTypes.CredentialsInvalid, "The BMC CredentialsName is missing; name a Secret in spec.bmc.credentialsName."), none);
        Assert.Equal((FailureTypes.CredentialsMissing, "The BMC secret metal3/gone does not exist; create it with username and password."), missing);
        Assert.Equal((FailureTypes.CredentialsInvalid, "Missing BMC connection details 'password' in the Secret half."), half);

        async Task<(string, string)> ThrowsAsync(string name)
        {
            var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => _inputs.CredentialsAsync(Host(Bmc(name)), Cancellation));
            return (thrown.Type, thrown.Message);
        }
    }

    [Fact]
    public async Task The_entry_of_the_images_registry_is_found_in_both_forms_of_pull_secret()
    {
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes("robot:s3cret-2"));
        _cluster.Secret("pull", "kubernetes.io/dockerconfigjson", (".dockerconfigjson", """{"auths":{"registry.example:5000":{"auth":"AUTH"}}}""".Replace("AUTH", auth, StringComparison.Ordinal)));
        _cluster.Secret("old", "kubernetes.io/dockercfg", (".dockercfg", """{"https://index.docker.io/v1/":{"username":"u","password":"p"}}"""));

        Assert.Equal("robot:s3cret-2", await PullAsync("pull", "oci://registry.example:5000/os:1"));
        Assert.Equal("u:p", await PullAsync("old", "oci://docker.io/library/os:1"));
        Assert.Null(await PullAsync("pull", "https://images.example/os.raw"));
    }

    [Theory]
    [InlineData("gone", "does not exist")]
    [InlineData("opaque", "has the type Opaque; use kubernetes.io/dockerconfigjson")]
    [InlineData("other", "has no entry for registry.example")]
    [InlineData("broken", "holds no JSON")]
    [InlineData("base", "has an auth that is no base64")]
    [InlineData("empty", "has neither auth nor username and password")]
    public async Task A_pull_secret_that_cannot_be_used_is_refused_with_the_reason(string name, string reason)
    {
        const string Json = "kubernetes.io/dockerconfigjson";
        _cluster.Secret("opaque", "Opaque", ("x", "s3cret-3"));
        _cluster.Secret("other", Json, (".dockerconfigjson", """{"auths":{"elsewhere":{"auth":"s3cret-3"}}}"""));
        _cluster.Secret("broken", Json, (".dockerconfigjson", "s3cret-3"));
        _cluster.Secret("base", Json, (".dockerconfigjson", """{"auths":{"registry.example":{"auth":"s3cret-3"}}}"""));
        _cluster.Secret("empty", Json, (".dockerconfigjson", """{"auths":{"registry.example":{}}}"""));

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => PullAsync(name, "oci://registry.example/os:1"));

        Assert.Equal(FailureTypes.HostDataUnusable, thrown.Type);
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret-3", thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_holds_only_while_the_object_says_so()
    {
        var key = _cluster.Add("h", new BareMetalHostSpec());
        var calm = new Expectation { Deleting = false };

        var (asExpected, _) = await _inputs.ExpectedAsync(key, calm, Cancellation);
        var (otherUid, _) = await _inputs.ExpectedAsync(key with { Uid = "another" }, calm, Cancellation);
        _cluster[key] = _cluster[key] with { Metadata = _cluster[key].Metadata with { DeletionTimestamp = DateTimeOffset.UnixEpoch } };
        var (deleted, fresh) = await _inputs.ExpectedAsync(key, calm, Cancellation);

        Assert.Equal((true, false, false), (asExpected, otherUid, deleted));
        Assert.True(fresh!.Deleting);
    }

    [Fact]
    public void A_BMC_address_that_cannot_be_read_is_refused_without_showing_its_credentials()
    {
        var thrown = Assert.Throws<ProvisionerException>(() => HostInputs.Bmc(Host(new BareMetalHostSpec
        {
            Bmc = new BmcDetails { Address = "redfish://admin:s3cret-4@:bad port/x", CredentialsName = "bmc" },
        })));

        Assert.Equal(FailureTypes.SpecRefused, thrown.Type);
        Assert.DoesNotContain("s3cret-4", thrown.ToString(), StringComparison.Ordinal);
    }

    private static BareMetalHostSpec Bmc(string secret) =>
        new() { Bmc = new BmcDetails { Address = "redfish://192.0.2.1/redfish/v1/Systems/1", CredentialsName = secret } };

    private BareMetalHost Host(BareMetalHostSpec spec) => _cluster[_cluster.Add("h", spec)];

    private Task<string?> PullAsync(string secret, string url) => _inputs.PullSecretAsync(
        "metal3", new Image { Url = url, OciAuthSecretName = secret }, Cancellation);
}

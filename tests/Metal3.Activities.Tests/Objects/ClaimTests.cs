using k8s.Models;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Temporalio.Exceptions;

namespace Metal3.Activities.Tests.Objects;

/// <summary>Secrets are labelled, owned, kept from deletion, and let go again, on an API server.</summary>
public sealed class ClaimTests(LabObjects objects)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S24_S26_A_bmc_secret_is_labelled_owned_and_kept_from_deletion_in_one_write()
    {
        var space = await objects.NewSpaceAsync();
        await space.AddCredentialsAsync();
        await space.CreateAsync();

        var claimed = await space.ClaimAsync();
        var again = await space.ClaimAsync();

        var secret = (await space.SecretAsync("bmc")).Metadata;
        Assert.Equal(LabelKeys.EnvironmentBaremetal, secret.Labels[LabelKeys.Environment]);
        Assert.Equal([FinalizerNames.Secret], secret.Finalizers);
        var owner = Assert.Single(secret.OwnerReferences);
        Assert.Equal(("BareMetalHost", "host-0", space.Key.Uid, null, null), (owner.Kind, owner.Name, owner.Uid, owner.Controller, owner.BlockOwnerDeletion));
        Assert.Equal(("bmc", secret.ResourceVersion, true), (claimed.Name, claimed.Version, claimed.Usable));
        Assert.Equal(claimed.Version, again.Version);
    }

    [Fact]
    public async Task S25_Other_owners_stay_and_a_controller_reference_to_this_host_becomes_plain()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();
        await space.AddSecretAsync("other");
        var other = (await space.SecretAsync("other")).Metadata.Uid;
        await space.AddCredentialsAsync(metadata => metadata.OwnerReferences =
        [
            new V1OwnerReference { ApiVersion = "v1", Kind = "Secret", Name = "other", Uid = other },
            new V1OwnerReference
            {
                ApiVersion = Metal3Group.ApiVersion, Kind = "BareMetalHost", Name = "host-0", Uid = space.Key.Uid, Controller = true, BlockOwnerDeletion = true,
            },
        ]);

        await space.ClaimAsync();

        var owners = (await space.SecretAsync("bmc")).Metadata.OwnerReferences;
        Assert.Equal(["other", "host-0"], owners.Select(owner => owner.Name));
        Assert.All(owners, owner => Assert.Equal((null, null), (owner.Controller, owner.BlockOwnerDeletion)));
    }

    [Fact]
    public async Task A_label_with_another_value_is_left_alone()
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync();
        var labels = new Dictionary<string, string>(StringComparer.Ordinal) { [LabelKeys.Environment] = "mine", ["rack"] = "7" };
        await space.AddCredentialsAsync(metadata => metadata.Labels = labels);
        await space.AddSecretAsync("user", metadata => metadata.Labels = labels, null, ("userData", "#cloud-config"));

        await space.ClaimAsync();
        await space.Reader.FindSecretAsync(space.Name, "user", Cancellation);

        Assert.Equal("mine", (await space.SecretAsync("bmc")).Metadata.Labels[LabelKeys.Environment]);
        Assert.Equal("mine", (await space.SecretAsync("user")).Metadata.Labels[LabelKeys.Environment]);
    }

    [Fact]
    public async Task Golden_03_The_secrets_of_user_network_and_meta_data_are_labelled_when_they_are_read_and_nothing_else_is_done_to_them()
    {
        var space = await objects.NewSpaceAsync();
        await space.AddSecretAsync("user", null, null, ("userData", "#cloud-config"));
        await space.AddSecretAsync("network", metadata => metadata.Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["rack"] = "7" }, null, ("networkData", "links: []"));
        await space.AddSecretAsync("meta", null, null, ("metaData", "role: worker"));
        await space.CreateAsync(spec => spec with { UserData = new() { Name = "user" }, NetworkData = new() { Name = "network" }, MetaData = new() { Name = "meta" } });
        var inputs = new HostInputs(space.Reader, space.Reader);

        var drive = await inputs.ConfigDriveAsync(await space.HostAsync(), Cancellation);
        var versions = new List<string>();
        foreach (var name in (string[])["user", "network", "meta"])
        {
            var metadata = (await space.SecretAsync(name)).Metadata;
            Assert.Equal(LabelKeys.EnvironmentBaremetal, metadata.Labels[LabelKeys.Environment]);
            Assert.Null(metadata.Finalizers);
            Assert.Null(metadata.OwnerReferences);
            versions.Add(metadata.ResourceVersion);
        }

        Assert.Equal("7", (await space.SecretAsync("network")).Metadata.Labels["rack"]);
        Assert.Equal("#cloud-config", (string?)drive["user_data"]);
        await inputs.ConfigDriveAsync(await space.HostAsync(), Cancellation);
        Assert.Equal(versions, [(await space.SecretAsync("user")).Metadata.ResourceVersion, (await space.SecretAsync("network")).Metadata.ResourceVersion, (await space.SecretAsync("meta")).Metadata.ResourceVersion]);
    }

    public static TheoryData<string, string, string?, string, string> Unusable => new()
    {
        { "", "redfish://x", "u:p", FailureTypes.CredentialsInvalid, "spec.bmc.credentialsName" },
        { "bmc", "redfish://x", null, FailureTypes.CredentialsMissing, "does not exist" },
        { "bmc", "", "u:p", FailureTypes.CredentialsInvalid, "spec.bmc.address" },
        { "bmc", "redfish://x", ":p", FailureTypes.CredentialsInvalid, "'username'" },
        { "bmc", "redfish://x", "u: ", FailureTypes.CredentialsInvalid, "'password'" },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task S15_S16_S17_S18_S19_What_is_missing_is_named_and_a_deletion_goes_on_without(
        string name, string address, string? pair, string type, string words)
    {
        var space = await objects.NewSpaceAsync();
        await space.CreateAsync(spec => spec with { Bmc = new() { Address = address, CredentialsName = name } });
        if (pair?.Split(':') is [var user, var password])
        {
            await space.AddSecretAsync("bmc", null, null, ("username", user), ("password", password));
        }

        var failure = await Assert.ThrowsAsync<ApplicationFailureException>(() => space.ClaimAsync());
        var deleting = await space.ClaimAsync(deleting: true);

        Assert.Equal(type, failure.ErrorType);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.False(deleting.Usable);
    }

    [Fact]
    public async Task The_ramdisks_network_secret_is_labelled_and_kept_but_not_owned()
    {
        var space = await objects.NewSpaceAsync();
        await space.AddCredentialsAsync();
        await space.AddSecretAsync("network", null, null, ("networkData", "links: []"));
        await space.CreateAsync(spec => spec with { PreprovisioningNetworkDataName = "network" });

        await space.ClaimAsync();

        var secret = (await space.SecretAsync("network")).Metadata;
        Assert.Equal((LabelKeys.EnvironmentBaremetal, FinalizerNames.Secret, null), (secret.Labels[LabelKeys.Environment], Assert.Single(secret.Finalizers), secret.OwnerReferences));
    }

    [Fact]
    public async Task S116_What_is_released_is_released_once_and_a_late_attempt_touches_nothing()
    {
        var space = await objects.NewSpaceAsync();
        await space.AddCredentialsAsync();
        await space.AddSecretAsync("network", null, null, ("networkData", "links: []"));
        await space.AddSecretAsync("keeper");
        await space.CreateAsync(spec => spec with { PreprovisioningNetworkDataName = "network" });
        await space.IntakeAsync();
        await space.ClaimAsync();
        await space.DeleteAsync(Metal3Group.BareMetalHost, "host-0");

        await space.AsActivityAsync(activities => activities.ReleaseAsync(space.Node));
        Assert.Null(await space.FindAsync(Metal3Group.BareMetalHost, "host-0"));
        Assert.Null((await space.SecretAsync("network")).Metadata.Finalizers);

        var version = (await space.SecretAsync("network")).Metadata.ResourceVersion;
        await space.AsActivityAsync(activities => activities.ReleaseAsync(space.Node));

        Assert.Equal(version, (await space.SecretAsync("network")).Metadata.ResourceVersion);
    }

    [Fact]
    public async Task Nothing_is_released_of_a_host_that_nobody_deletes()
    {
        var space = await objects.NewSpaceAsync();
        await space.AddCredentialsAsync();
        await space.CreateAsync();
        await space.IntakeAsync();
        await space.ClaimAsync();

        var refused = await Assert.ThrowsAsync<ApplicationFailureException>(() => space.AsActivityAsync(activities => activities.ReleaseAsync(space.Node)));

        Assert.Equal(FailureTypes.HostGone, refused.ErrorType);
        Assert.Equal([FinalizerNames.Secret], (await space.SecretAsync("bmc")).Metadata.Finalizers);
        Assert.Equal([FinalizerNames.Host], (await space.HostAsync()).Metadata.Finalizers!);
    }

    [Fact]
    public async Task S117_A_deletion_goes_on_without_the_ramdisks_network_secret()
    {
        var space = await objects.NewSpaceAsync();
        await space.AddCredentialsAsync();
        await space.CreateAsync(spec => spec with { PreprovisioningNetworkDataName = "gone" });
        await space.IntakeAsync();
        var inputs = new HostInputs(space.Reader, space.Reader);
        EnsureNodeRequest Request() => new() { Host = space.Key, ProvisioningState = "available" };
        var missing = await Assert.ThrowsAsync<ProvisionerException>(() => inputs.EnsureAsync(Request(), null, Cancellation));
        Assert.Contains("spec.preprovisioningNetworkDataName", missing.Message, StringComparison.Ordinal);

        await space.DeleteAsync(Metal3Group.BareMetalHost, "host-0");
        var (input, _, _) = await inputs.EnsureAsync(Request(), null, Cancellation);

        Assert.Null(input.NetworkData);
    }

    public static TheoryData<string, string?> CurrentImages => new()
    {
        { "available", null },
        { "provisioning", "spec" },
        { "provisioned", "status" },
        { "deprovisioning", "status" },
        { "externally provisioned", "spec" },
    };

    [Theory]
    [MemberData(nameof(CurrentImages))]
    public async Task S67_The_image_that_a_node_is_registered_with_depends_on_the_state(string state, string? from)
    {
        var space = await objects.NewSpaceAsync();
        await space.AddCredentialsAsync();
        var deployed = from == "status" ? new Image { Url = "http://images/status.raw" } : new();
        await space.CreateAsync(
            spec => spec with { Image = new() { Url = "http://images/spec.raw" } },
            new()
            {
                LastUpdated = Space.Now,
                OperationalStatus = OperationalStatus.Ok,
                Provisioning = new() { State = ProvisioningState.Of(state), Id = "node", Image = deployed },
            });

        var (input, _, _) = await new HostInputs(space.Reader, space.Reader).EnsureAsync(new() { Host = space.Key, ProvisioningState = state }, null, Cancellation);

        Assert.Equal(from is null ? null : $"http://images/{from}.raw", input.Image?.Url);
    }
}

using System.Text.Json.Nodes;
using Metal3.Activities.Ironic;
using Metal3.Activities.Provisioning;
using Metal3.Activities.Tests.Rig;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Lab.Ironic;

namespace Metal3.Activities.Tests;

public sealed class BadInputTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(FailureKinds.HttpError, FailureTypes.BackendUnavailable)]
    [InlineData(FailureKinds.Malformed, FailureTypes.BackendUnavailable)]
    [InlineData(FailureKinds.Truncated, FailureTypes.BackendUnavailable)]
    [InlineData(FailureKinds.Redirect, FailureTypes.BackendUnavailable)]
    [InlineData(FailureKinds.Huge, FailureTypes.BackendUnavailable)]
    [InlineData(FailureKinds.Drop, FailureTypes.BackendUnavailable)]
    [InlineData(FailureKinds.NoDrivers, FailureTypes.BackendUnavailable)]
    public async Task An_answer_that_is_none_is_classified_and_the_next_call_works_again(string kind, string type)
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec) { Trusting = false };

        lab.Lab.Fail("*", kind);
        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => process.Provisioner.EnsureAsync(life.EnsureInput(), Cancellation));
        lab.Lab.Heal("*", kind);
        await life.RegisterAsync();

        Assert.Equal(type, thrown.Type);
        Assert.Equal(NodePhase.Manageable, life.Last!.Phase);
    }

    [Fact]
    public async Task An_Ironic_that_is_too_old_is_refused_with_both_versions_named()
    {
        await using var lab = await LabRig.StartAsync(options => options.MaximumMinorVersion = 82);
        await using var process = lab.Process();

        var thrown = await Assert.ThrowsAsync<IronicException>(() => process.Ironic.ServerAsync(Cancellation));

        Assert.Equal(IronicFault.UnsupportedVersion, thrown.Fault);
        Assert.Contains("ironic API 1.89 or newer is required, got 1.82", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_were_rotated_are_read_again_after_a_refusal()
    {
        await using var lab = await LabRig.StartAsync(options => (options.UserName, options.Password) = ("ironic", "new-secret-1"));
        var directory = Directory.CreateTempSubdirectory("ironic-auth").FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "username"), "ironic\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(directory, "password"), "old-secret-1\n", Cancellation);
        await using var process = new Bench(lab.Lab.Endpoint, options => options with { CredentialsDirectory = directory });

        var thrown = await Assert.ThrowsAsync<IronicException>(() => process.Ironic.FindNodeAsync("any", Cancellation));
        await File.WriteAllTextAsync(Path.Combine(directory, "password"), "new-secret-1\n", Cancellation);
        var found = await process.Ironic.FindNodeAsync("any", Cancellation);

        Assert.Null(found);
        Assert.Equal(IronicFault.Unauthorized, thrown.Fault);
        Assert.DoesNotContain("old-secret-1", thrown.ToString(), StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("file:///srv/os.raw")]
    [InlineData("os.raw")]
    [InlineData("")]
    public async Task An_image_of_a_scheme_that_is_not_allowed_is_refused_before_anything_is_written(string url)
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec) { Image = new Image { Url = url, Checksum = "abc" } };
        await life.RegisterAsync();
        await life.MakeAvailableAsync();
        process.Wire.Clear();

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(
            () => process.Provisioner.WriteDeployIntentAsync(life.DeployInput(Life.DeployIntent()), Cancellation));

        Assert.Equal(FailureTypes.SpecRefused, thrown.Type);
        Assert.Contains("spec.image.url", thrown.Message, StringComparison.Ordinal);
        Assert.All(process.Wire.Own, request => Assert.Equal("GET", request.Method));
    }

    [Theory]
    [InlineData("{\"versions\":[]}", 200)]
    [InlineData("{\"version\":{\"version\":\"two\"}}", 200)]
    [InlineData("[]", 200)]
    [InlineData("<html>a proxy</html>", 200)]
    [InlineData("", 200)]
    [InlineData("{\"versions\":", 300)]
    public async Task An_endpoint_that_is_no_Ironic_is_told_by_its_first_answer(string body, int status)
    {
        using var client = new IronicClient(
            new IronicOptions { Endpoint = new Uri("http://ironic.example/v1/"), Attempts = 1 }, TimeProvider.System, new Says(body, status));

        var thrown = await Assert.ThrowsAsync<IronicException>(() => client.ServerAsync(Cancellation));

        Assert.Equal(IronicFault.Malformed, thrown.Fault);
        Assert.Contains("is the endpoint right?", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_carries_no_credentials_away()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = lab.Process();
        await process.Ironic.ServerAsync(Cancellation);
        process.Wire.Clear();
        lab.Lab.Fail("*", FailureKinds.Redirect);

        var thrown = await Assert.ThrowsAsync<IronicException>(() => process.Ironic.FindNodeAsync("any", Cancellation));

        Assert.Equal(IronicFault.Malformed, thrown.Fault);
        Assert.Contains("redirect, which is not followed", thrown.Message, StringComparison.Ordinal);
        Assert.All(process.Wire.All, one => Assert.StartsWith("/v1/nodes/any", one.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_of_ten_megabytes_is_not_read_to_its_end()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = new Bench(lab.Lab.Endpoint, options => options with { Attempts = 1 });
        await process.Ironic.ServerAsync(Cancellation);
        lab.Lab.Fail("*", FailureKinds.Huge);

        var thrown = await Assert.ThrowsAsync<IronicException>(() => process.Ironic.FindNodeAsync("any", Cancellation));

        Assert.Equal(IronicFault.Malformed, thrown.Fault);
        Assert.Contains("longer than 8388608 bytes", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_microversion_that_is_refused_later_is_negotiated_again()
    {
        var old = false;
        var versions = new List<string?>();
        using var client = new IronicClient(
            new IronicOptions { Endpoint = new Uri("http://ironic.example/v1/"), Attempts = 1 },
            TimeProvider.System,
            new Says(request =>
            {
                var highest = old ? "1.90" : "1.96";
                var path = request.RequestUri!.AbsolutePath;
                if (path.TrimEnd('/') == "/v1")
                {
                    return (200, $$$"""{"version":{"version":"{{{highest}}}"}}""");
                }

                if (path == "/v1/drivers")
                {
                    return (200, """{"drivers":[{"name":"redfish"}]}""");
                }

                var asked = request.Headers.GetValues("X-OpenStack-Ironic-API-Version").Single();
                versions.Add(asked);
                return old && asked != "1.89"
                    ? (406, """{"error_message": "{\"faultstring\": \"Request not acceptable.\"}"}""")
                    : (200, """{"uuid":"u","provision_state":"enroll"}""");
            }));

        await client.FindNodeAsync("u", Cancellation);
        old = true; // Ironic is replaced by an older one
        var refused = await Assert.ThrowsAsync<IronicException>(() => client.FindNodeAsync("u", Cancellation));
        var found = await client.FindNodeAsync("u", Cancellation);

        Assert.Equal(IronicFault.UnsupportedVersion, refused.Fault);
        Assert.Equal("u", found!.Uuid);
        Assert.Equal(["1.95", "1.95", "1.89"], versions);
    }

    [Fact]
    public async Task A_config_drive_that_is_too_big_is_refused_with_the_fields_to_shorten()
    {
        await using var lab = await LabRig.StartAsync();
        await using var process = new Bench(
            lab.Lab.Endpoint,
            options: new Provisioning.OnIronic.IronicProvisionerOptions { MaxConfigDriveBytes = 1000, DeployIsoUrl = "http://images.example/i" });
        var (key, spec) = lab.NewHost();
        var life = new Life(process, key, spec);
        await life.RegisterAsync();
        await life.MakeAvailableAsync();
        var input = life.DeployInput(Life.DeployIntent()) with
        {
            ConfigDrive = _ => Task.FromResult(new JsonObject { ["user_data"] = new string('x', 2000) }),
        };
        await process.Provisioner.WriteDeployIntentAsync(input, Cancellation);

        var thrown = await Assert.ThrowsAsync<ProvisionerException>(() => process.Provisioner.DeployAsync(input, Cancellation));

        Assert.Equal(FailureTypes.HostDataUnusable, thrown.Type);
        Assert.Contains("spec.userData", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(0, lab.Count(key, "deploy"));
    }

    [Theory]
    [InlineData("{\"error_message\": \"{\\\"faultstring\\\": \\\"Node x could not be found.\\\"}\"}", "Node x could not be found.")]
    [InlineData("{\"error_message\": {\"faultstring\": \"already an object\"}}", "already an object")]
    [InlineData("{\"error_message\": \"{\\\"code\\\": 404, \\\"title\\\": \\\"Not Found\\\", \\\"description\\\": \\\"\\\"}\"}", "Not Found")]
    [InlineData("{\"error\": {\"message\": \"Authorization required\", \"code\": 401}}", "Authorization required")]
    [InlineData("{\"faultcode\": \"Client\", \"faultstring\": \"agent\"}", "agent")]
    [InlineData("<html><body><h1>502</h1> Bad Gateway</body></html>", "502 Bad Gateway")]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    public void The_sentence_in_an_error_body_is_found_in_every_shape(string body, string sentence) =>
        Assert.Equal(sentence, ErrorBody.Sentence(body));

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("1m30s", 90)]
    [InlineData("1.5m", 90)]
    [InlineData("0", 0)]
    public void Durations_are_read_as_Go_writes_them(string text, int seconds)
    {
        Assert.True(GoDuration.TryParse(text, out var value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
    }

    [Theory]
    [InlineData("IRONIC_ENDPOINT", "")]
    [InlineData("IRONIC_ENDPOINT", "ftp://x")]
    [InlineData("IRONIC_ENDPOINT", "http://user:s3cret@h/")]
    [InlineData("IRONIC_CLIENT_TIMEOUT", "0s")]
    [InlineData("IRONIC_CLIENT_CACHE_TTL", "soon")]
    public void A_wrong_variable_stops_the_start_and_is_named(string name, string value)
    {
        var thrown = Assert.Throws<ArgumentException>(() => IronicOptions.FromEnvironment(
            asked => asked == name ? value : asked == "IRONIC_ENDPOINT" ? "http://ironic.example/v1/" : null));

        Assert.Contains(name, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_Ironic_quotes_of_a_refused_patch_is_withheld()
    {
        var patch = new JsonArray(new JsonObject
        {
            ["op"] = "add",
            ["path"] = "/driver_info",
            ["value"] = new JsonObject { ["redfish_password"] = "pa\"ss'w\\rd" },
        });

        var text = Secrets.Scrub(
            "Couldn't apply patch '[{'value': {'redfish_password': 'pa\"ss\\'w\\\\rd'}}]'. Reason: pa\"ss'w\\rd is odd", patch);

        Assert.DoesNotContain("ss'w", text, StringComparison.Ordinal);
        Assert.DoesNotContain("w\\\\rd", text, StringComparison.Ordinal);
        Assert.Contains("Reason", text, StringComparison.Ordinal);
    }

    /// <summary>Answers what the test says.</summary>
    private sealed class Says(Func<HttpRequestMessage, (int Status, string Body)> answer) : HttpMessageHandler
    {
        public Says(string body, int status)
            : this(_ => (status, body))
        {
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var (status, body) = answer(request);
            return Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)status)
            {
                Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
            });
        }
    }
}

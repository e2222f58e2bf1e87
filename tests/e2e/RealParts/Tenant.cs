using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Metal3.EndToEnd.Parts;

namespace Metal3.EndToEnd.RealParts;

/// <summary>The user of one host, in a namespace of its own, named as in the golden traces.</summary>
internal sealed class Tenant(RealSystem system, Recorder recorder, string @namespace, CancellationToken cancellation)
{
    public const string Host = "host";

    public string Namespace => @namespace;

    public JsonObject? Now => recorder.All.LastOrDefault(one => one.Namespace == @namespace && one.Kind == "BareMetalHost") is { Type: not "DELETED" } last ? last.Object : null;

    public JsonObject ImageSpec(string file = "image.raw") => new()
    {
        ["url"] = $"{system.Files}/{file}",
        ["checksum"] = file == "image2.raw" ? system.OtherImageChecksum : system.ImageChecksum,
        ["checksumType"] = "sha256",
        ["format"] = "raw",
    };

    public Task SecretAsync(string name, params (string Key, string Value)[] data) => system.Cluster.CreateAsync(
        Cluster.Secrets(@namespace),
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["stringData"] = new JsonObject(data.Select(one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))),
        },
        cancellation);

    public Task ChangePasswordAsync(string password) => system.Cluster.PatchAsync(
        $"{Cluster.Secrets(@namespace)}/bmc", new() { ["stringData"] = new JsonObject { ["password"] = password } }, cancellation);

    public async Task RedfishHostAsync(int number, JsonObject spec, string password = "password")
    {
        spec["bootMACAddress"] = $"52:54:00:01:00:{number:x2}";
        await HostAsync($"redfish+http://127.0.0.1:{system.RedfishPort}/redfish/v1/Systems/00000000-0000-0000-0000-{number:x12}", spec, password);
    }

    public async Task IpmiHostAsync(int number, JsonObject spec)
    {
        spec["bootMACAddress"] = $"52:54:00:00:00:{number:x2}";
        await HostAsync($"ipmi://127.0.0.1:{system.IpmiPorts[number]}", spec, "password");
    }

    public void KillBmc(int ipmi) => system.Kill(system.IpmiPorts[ipmi]);

    public Task SpecAsync(JsonObject spec) => PatchAsync(new() { ["spec"] = spec });

    public Task AnnotateAsync(string name, string? value) =>
        PatchAsync(new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [name] = value } } });

    public async Task DeleteAsync()
    {
        await system.Cluster.DeleteAsync($"{Cluster.Hosts(@namespace)}/{Host}", cancellation);
        await UntilAsync(host => host is null || host["metadata"]!["deletionTimestamp"] is not null, "the deletion seen");
    }

    public Task StateAsync(string state, int seconds = 240) =>
        UntilAsync(host => (string?)host?["status"]?["provisioning"]?["state"] == state, $"state {state}", seconds);

    public Task HealthyAsync(string state, bool isOn, int seconds = 240) => UntilAsync(
        host => (string?)host?["status"]?["provisioning"]?["state"] == state && (bool?)host["status"]?["poweredOn"] == isOn
            && (string?)host["status"]?["operationalStatus"] == "OK" && ((string?)host["status"]?["errorType"] ?? "").Length == 0,
        $"{state}, powered {(isOn ? "on" : "off")}, without error",
        seconds);

    public Task GoneAsync(int seconds = 240) => UntilAsync(host => host is null, "gone", seconds);

    public async Task UntilAsync(Func<JsonObject?, bool> reached, string what, int seconds = 240)
    {
        var clock = Stopwatch.StartNew();
        while (!reached(Now))
        {
            if (clock.Elapsed.TotalSeconds > seconds)
            {
                throw new TimeoutException($"{@namespace}: not '{what}' within {seconds} s; the host is {Now?["status"]?.ToJsonString() ?? "gone"}");
            }

            await Task.Delay(100, cancellation);
        }
    }

    /// <summary>Lets a while pass in which nothing is expected; the traces are the proof that nothing came.</summary>
    public Task PeaceAsync(int seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), cancellation);

    private async Task HostAsync(string address, JsonObject spec, string password)
    {
        await SecretAsync("bmc", ("username", "admin"), ("password", password));
        spec["bmc"] = new JsonObject { ["address"] = address, ["credentialsName"] = "bmc" };
        await system.Cluster.CreateAsync(
            Cluster.Hosts(@namespace),
            new() { ["apiVersion"] = "metal3.io/v1alpha1", ["kind"] = "BareMetalHost", ["metadata"] = new JsonObject { ["name"] = Host }, ["spec"] = spec },
            cancellation);
    }

    /// <summary>Patches, and returns once the watch has seen it: what is waited for next must not be found in what stood before.</summary>
    private async Task PatchAsync(JsonObject patch)
    {
        var patched = await system.Cluster.PatchAsync($"{Cluster.Hosts(@namespace)}/{Host}", patch, cancellation);
        var version = Version(patched);
        await UntilAsync(host => host is null || Version(host) >= version, "the change seen");
    }

    private static long Version(JsonObject host) => long.Parse((string)host["metadata"]!["resourceVersion"]!, CultureInfo.InvariantCulture);
}

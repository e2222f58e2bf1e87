using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Metal3.Activities.Kubernetes;
using Metal3.Activities.Provisioning;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Lab.Ironic;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Metal3.Activities.Tests.Rig;

/// <summary>A simulated Ironic with Redfish hosts.</summary>
internal sealed class LabRig(LabIronic lab) : IAsyncDisposable
{
    private readonly HttpClient _admin = new() { BaseAddress = lab.Admin };
    private int _hosts;

    public LabIronic Lab { get; } = lab;

    public static async Task<LabRig> StartAsync(Action<LabIronicOptions>? more = null)
    {
        var options = new LabIronicOptions
        {
            // The stages themselves take no time; states still follow one another, and the lock outlasts them a little.
            Times = StageTimes.Instant.With(Stages.Tail, TimeSpan.FromMilliseconds(15)),
        };
        more?.Invoke(options);
        return new LabRig(await LabIronic.StartAsync(options, TestContext.Current.CancellationToken));
    }

    public Bench Process(int? diesAt = null, Death death = Death.BeforeTheRequest) => new(Lab.Endpoint, diesAt: diesAt, death: death);

    /// <summary>The activities as the worker composes them, over this Ironic.</summary>
    public ServiceProvider Activities(Cluster cluster, Action<ILoggingBuilder>? logging = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging ?? (_ => { }));
        services.AddSingleton<IHostReader>(cluster).AddSingleton<ISecretReader>(cluster).AddSingleton<IHardwareDataWriter>(cluster);
        services.AddProvisioning(name => name switch
        {
            "IRONIC_ENDPOINT" => Lab.Endpoint.AbsoluteUri,
            "DEPLOY_ISO_URL" => "http://images.example/ipa.iso",
            "METAL3_AUTH_ROOT_DIR" => "/nonexistent",
            _ => null,
        });
        return services.BuildServiceProvider();
    }

    public (HostKey Key, BareMetalHostSpec Spec) NewHost(string? scheme = null)
    {
        var number = Interlocked.Increment(ref _hosts);
        var name = $"host-{number}";
        var mac = $"52:54:00:00:{number / 256:x2}:{number % 256:x2}";
        var system = Lab.AddHost(name, mac);
        var spec = new BareMetalHostSpec
        {
            Bmc = new BmcDetails
            {
                Address = $"{scheme ?? "redfish-virtualmedia+http"}://{new Uri(Lab.RedfishAddress).Authority}{system}",
                CredentialsName = "bmc",
            },
            BootMacAddress = mac,
            Online = true,
        };
        return (new HostKey("metal3", name, $"00000000-0000-4000-8000-{number:x12}"), spec);
    }

    public async Task SetAsync(string node, JsonObject fields)
    {
        using var answer = await _admin.PatchAsync($"nodes/{node}", JsonContent.Create(fields), TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async Task RestartAsync(bool loseDatabase)
    {
        using var answer = await _admin.PostAsync(
            "restart", JsonContent.Create(new JsonObject { ["loseDatabase"] = loseDatabase }), TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>How often a verb that cannot be undone was accepted for a host's node, whatever it was for.</summary>
    public int Count(HostKey host, string verb) => (int?)Lab.Counters()["nodes"]?[$"{host.Namespace}~{host.Name}"]?[verb] ?? 0;

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await Lab.DisposeAsync();
    }
}

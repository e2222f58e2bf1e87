using System.Net;
using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Http;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Metal3.Lab.Ironic;

/// <summary>A running simulated Ironic, its BMCs and its admin API, on one port.</summary>
public sealed class LabIronic : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly World _world;
    private readonly AdminApi _admin;

    private LabIronic(WebApplication app, World world, AdminApi admin, Uri address) =>
        (_app, _world, _admin, Address) = (app, world, admin, address);

    /// <summary>Where it listens, without a path.</summary>
    public Uri Address { get; }

    /// <summary>What clients of Ironic are configured with.</summary>
    public Uri Endpoint => new(Address, "/v1/");

    /// <summary>The admin API.</summary>
    public Uri Admin => new(Address, "/admin/");

    /// <summary>The value of <c>driver_info.redfish_address</c> for machines declared here.</summary>
    public string RedfishAddress => Address.GetLeftPart(UriPartial.Authority);

    /// <summary>Starts listening; state in the data directory is there before the first request is answered.</summary>
    /// <exception cref="IOException">The port is taken, or the data directory cannot be written.</exception>
    public static async Task<LabIronic> StartAsync(LabIronicOptions options, CancellationToken cancellation)
    {
        var world = new World(options);
        var conductor = new Conductor(world);
        var ironic = new IronicApi(world, conductor);
        var admin = new AdminApi(world, conductor);
        var server = new Server(world, ironic, new RedfishApi(world), admin);
        lock (world.Gate)
        {
            world.Load();
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        _ = builder.Logging.SetMinimumLevel(LogLevel.Warning);
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 64 << 20;
            kestrel.Listen(
                options.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(options.Host), options.Port,
                listen =>
                {
                    if (options.Certificate is { } certificate)
                    {
                        _ = listen.UseHttps(certificate);
                    }
                });
        });
        if (options.Certificate is not null)
        {
            _ = builder.WebHost.UseKestrelHttpsConfiguration();
        }

        var app = builder.Build();
        app.Run(server.HandleAsync);
        await app.StartAsync(cancellation);
        var bound = new Uri(app.Services.GetRequiredService<IServer>().Features
            .Get<IServerAddressesFeature>()!.Addresses.First());
        var host = bound.Host is "0.0.0.0" or "[::]" ? "127.0.0.1" : bound.Host;
        var address = new Uri($"{bound.Scheme}://{host}:{bound.Port}");
        lock (world.Gate)
        {
            world.Self = address;
            ironic.Endpoint = (options.PublicEndpoint ?? address).GetLeftPart(UriPartial.Authority);
            conductor.Recover();
            world.Flush();
        }

        return new LabIronic(app, world, admin, address);
    }

    /// <summary>Declares a machine; see <c>POST /admin/hosts</c>.</summary>
    /// <param name="name">Its name, also the key under which failures are switched on.</param>
    /// <param name="mac">MAC of the interface it boots from.</param>
    /// <param name="more">Anything else the admin API takes; null for nothing.</param>
    /// <returns>Path of its Redfish system, the value of <c>driver_info.redfish_system_id</c>.</returns>
    public string AddHost(string name, string mac, JsonObject? more = null)
    {
        var host = more?.DeepClone().AsObject() ?? [];
        (host["name"], host["mac"]) = (name, mac);
        lock (_world.Gate)
        {
            var machine = _admin.Declare(host);
            _world.Flush();
            return $"/redfish/v1/Systems/{machine.SystemId}";
        }
    }

    /// <summary>Switches a failure of <see cref="FailureKinds"/> on; host <c>*</c> is everybody.</summary>
    public void Fail(string host, string kind, JsonObject? options = null)
    {
        lock (_world.Gate)
        {
            // As text, so that numbers are what they would be over the admin API.
            _world.Failures.Set(host, kind, options is null ? [] : JsonNode.Parse(options.ToJsonString())!.AsObject());
            _world.Flush();
        }
    }

    /// <summary>Switches a failure off.</summary>
    public void Heal(string host, string kind)
    {
        lock (_world.Gate)
        {
            _ = _world.Failures.Clear(host, kind);
            _world.Flush();
        }
    }

    /// <summary>What <c>GET /admin/counters</c> answers.</summary>
    public JsonObject Counters()
    {
        lock (_world.Gate)
        {
            return _world.Counters.ToJson();
        }
    }

    /// <summary>Stops listening and writes what is not yet written.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _world.Dispose();
    }
}

using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Metal3.CrdBridge.Serving;

/// <summary>One address with one handler; it is independent of the host, so that any process can have as many as it needs.</summary>
internal sealed class SmallServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SmallServer(WebApplication application, Uri address)
    {
        _application = application;
        Address = address;
    }

    /// <summary>Where it listens, with the port that was taken.</summary>
    public Uri Address { get; }

    /// <summary>Listens when this returns.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SmallServer> StartAsync(
        IPEndPoint address, Action<ListenOptions> configure, RequestDelegate handle, ILoggerFactory logging, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton(logging).AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 8 * 1024 * 1024; // a review holds an object twice, and the API takes 3 MiB
            if (address.Address.Equals(IPAddress.IPv6Any))
            {
                kestrel.ListenAnyIP(address.Port, configure); // IPv4 too, and alone where there is no IPv6
            }
            else
            {
                kestrel.Listen(address, configure);
            }
        });
        var application = builder.Build();
        application.Run(handle);
        try
        {
            await application.StartAsync(cancellation);
            return new(application, new Uri(application.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal)));
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }

    /// <summary>Signals belong to the process.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

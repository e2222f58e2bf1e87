using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Refit;

/// <summary>The settings of one interface in a container.</summary>
public interface ISettingsFor
{
    /// <summary>Null for the defaults.</summary>
    RefitSettings? Settings { get; }
}

/// <summary>The settings of <typeparamref name="T"/> in a container.</summary>
public class SettingsFor<T>(RefitSettings? settings) : ISettingsFor
{
    /// <inheritdoc/>
    public RefitSettings? Settings { get; } = settings;
}

/// <summary>Registers interfaces as typed clients of the HTTP client factory.</summary>
public static class HttpClientFactoryExtensions
{
    /// <summary>Registers <typeparamref name="T"/> with fixed settings.</summary>
    public static IHttpClientBuilder AddRefitClient<T>(this IServiceCollection services, RefitSettings? settings = null)
        where T : class => services.AddRefitClient<T>(_ => settings);

    /// <summary>Registers <typeparamref name="T"/> with settings made from the container.</summary>
    public static IHttpClientBuilder AddRefitClient<T>(
        this IServiceCollection services, Func<IServiceProvider, RefitSettings?>? settingsAction)
        where T : class
    {
        services.TryAddSingleton(provider => new SettingsFor<T>(settingsAction?.Invoke(provider)));
        return services
            .AddHttpClient(typeof(T).FullName!)
            .ConfigurePrimaryHttpMessageHandler(provider =>
                provider.GetRequiredService<SettingsFor<T>>().Settings?.HttpMessageHandlerFactory?.Invoke()
                    ?? new HttpClientHandler())
            .AddTypedClient((client, provider) =>
                RestService.For<T>(client, provider.GetRequiredService<SettingsFor<T>>().Settings));
    }
}

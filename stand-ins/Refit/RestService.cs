using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Refit;

/// <summary>Makes clients of interfaces whose methods are requests.</summary>
public static class RestService
{
    private const DynamicallyAccessedMemberTypes Needed = DynamicallyAccessedMemberTypes.Interfaces
        | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;

    /// <summary>A client over <paramref name="client"/>, whose base address every path is below.</summary>
    public static T For<[DynamicallyAccessedMembers(Needed)] T>(HttpClient client) => For<T>(client, (RefitSettings?)null);

    /// <summary>A client over <paramref name="client"/>, with settings.</summary>
    public static T For<[DynamicallyAccessedMembers(Needed)] T>(HttpClient client, RefitSettings? settings)
    {
        var proxy = DispatchProxy.Create<T, RequestProxy>();
        ((RequestProxy)(object)proxy!).Bind(typeof(T), client, settings ?? new RefitSettings());
        return proxy;
    }

    /// <summary>A client with an <see cref="HttpClient"/> of its own.</summary>
    public static T For<[DynamicallyAccessedMembers(Needed)] T>(string hostUrl) => For<T>(hostUrl, null);

    /// <summary>A client with an <see cref="HttpClient"/> of its own, with settings.</summary>
    public static T For<[DynamicallyAccessedMembers(Needed)] T>(string hostUrl, RefitSettings? settings) =>
        For<T>(CreateHttpClient(hostUrl, settings), settings);

    /// <summary>An <see cref="HttpClient"/> for that base address, over the settings' handler.</summary>
    public static HttpClient CreateHttpClient(string hostUrl, RefitSettings? settings)
    {
        if (string.IsNullOrWhiteSpace(hostUrl))
        {
            throw new ArgumentException("The base address must not be empty.", nameof(hostUrl));
        }

        var handler = settings?.HttpMessageHandlerFactory?.Invoke() ?? new HttpClientHandler();
        return new HttpClient(handler) { BaseAddress = new Uri(hostUrl.TrimEnd('/')) };
    }
}

/// <summary>The object behind an interface: hands each call to the plan of its method.</summary>
[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
internal class RequestProxy : DispatchProxy
{
    private static readonly ConcurrentDictionary<MethodInfo, RequestPlan> Plans = new();
    private HttpClient _client = null!;
    private RefitSettings _settings = null!;

    internal void Bind(Type api, HttpClient client, RefitSettings settings)
    {
        _client = client;
        _settings = settings;

        // A wrong interface is refused when the client is made, not at the first call.
        foreach (var method in api.GetMethods().Concat(api.GetInterfaces().SelectMany(one => one.GetMethods())))
        {
            Plans.GetOrAdd(method, RequestPlan.Of);
        }
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        Plans.GetOrAdd(targetMethod!, RequestPlan.Of).Invoke(_client, _settings, args ?? []);
}

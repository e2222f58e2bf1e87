using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Temporalio.Activities;

namespace Temporalio.Extensions.Hosting;

/// <summary>The scope and the instance of the activity that is running.</summary>
public static class ActivityScope
{
    private static readonly AsyncLocal<IServiceScope?> CurrentScope = new();
    private static readonly AsyncLocal<object?> CurrentInstance = new();

    public static IServiceScope? ServiceScope
    {
        get => CurrentScope.Value;
        set => CurrentScope.Value = value;
    }

    public static object? ScopedInstance
    {
        get => CurrentInstance.Value;
        set => CurrentInstance.Value = value;
    }
}

/// <summary>Activities whose instances come from a service provider.</summary>
public static class ServiceProviderExtensions
{
    public static IReadOnlyCollection<ActivityDefinition> CreateTemporalActivityDefinitions<T>(this IServiceProvider provider) =>
        provider.CreateTemporalActivityDefinitions(typeof(T));

    /// <summary>All activities of a type.</summary>
    /// <exception cref="ArgumentException">It has none, or one that can not be.</exception>
    public static IReadOnlyCollection<ActivityDefinition> CreateTemporalActivityDefinitions(
        this IServiceProvider provider, Type type)
    {
        var definitions = type
            .GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)
            .Where(method => method.IsDefined(typeof(ActivityAttribute), inherit: false))
            .Select(method => method.IsPublic
                ? provider.CreateTemporalActivityDefinition(type, method)
                : throw new ArgumentException($"Activity method {method} of {type} must be public."))
            .ToArray();
        return definitions.Length > 0
            ? definitions
            : throw new ArgumentException($"{type} has no method that is an activity.");
    }

    /// <summary>One activity; each execution has a scope of its own.</summary>
    public static ActivityDefinition CreateTemporalActivityDefinition(
        this IServiceProvider provider, Type instanceType, MethodInfo method)
    {
        var call = Invokers.ForMethod(method);
        return method.IsStatic
            ? ActivityDefinition.Create(method, parameters => call(null!, parameters))
            : ActivityDefinition.Create(method, parameters => InScopeAsync(parameters));

        async Task<object?> InScopeAsync(object?[] parameters)
        {
            await using var scope = provider.CreateAsyncScope();
            try
            {
                ActivityScope.ServiceScope = scope;
                var instance = scope.ServiceProvider.GetRequiredService(instanceType);
                ActivityScope.ScopedInstance = instance;
                return await Invokers.AwaitAsync(call(instance, parameters), method.ReturnType);
            }
            finally
            {
                ActivityScope.ScopedInstance = null;
                ActivityScope.ServiceScope = null;
            }
        }
    }
}

using System.Reflection;

namespace Temporalio.Activities;

/// <summary>One activity that a worker can run: its name, its shape and how to call it.</summary>
public class ActivityDefinition
{
    private readonly Func<object?[], object?> _invoker;
    private readonly object?[] _defaults;

    private ActivityDefinition(
        string? name,
        Type returnType,
        IReadOnlyCollection<Type> parameterTypes,
        int requiredParameterCount,
        Func<object?[], object?> invoker,
        MethodInfo? method)
    {
        Name = name;
        ReturnType = returnType;
        ParameterTypes = parameterTypes;
        RequiredParameterCount = requiredParameterCount;
        MethodInfo = method;
        _invoker = invoker;
        _defaults = method is null ? new object?[parameterTypes.Count] : Invokers.Defaults(method);
    }

    /// <summary>The name that workflows call it by.</summary>
    public string? Name { get; }

    /// <summary>The declared return type, a task included.</summary>
    public Type ReturnType { get; }

    /// <summary>The declared parameter types.</summary>
    public IReadOnlyCollection<Type> ParameterTypes { get; }

    /// <summary>How many parameters have no default.</summary>
    public int RequiredParameterCount { get; }

    /// <summary>The method, where there is one.</summary>
    public MethodInfo? MethodInfo { get; }

    /// <summary>An activity from a delegate to a method that carries <see cref="ActivityAttribute"/>.</summary>
    /// <exception cref="ArgumentException">The method is not an activity, or cannot be one.</exception>
    public static ActivityDefinition Create(Delegate del)
    {
        ArgumentNullException.ThrowIfNull(del);
        return Create(del.Method, Invokers.ForDelegate(del));
    }

    /// <summary>An activity whose calls go to <paramref name="invoker"/>.</summary>
    /// <exception cref="ArgumentException">The method is not an activity, or cannot be one.</exception>
    public static ActivityDefinition Create(MethodInfo method, Func<object?[], object?> invoker)
    {
        ArgumentNullException.ThrowIfNull(method);
        return CreateWithoutAttribute(NameFromMethod(method), method, invoker);
    }

    /// <summary>An activity that is described instead of reflected.</summary>
    /// <exception cref="ArgumentException">The description contradicts itself.</exception>
    public static ActivityDefinition Create(
        string? name,
        Type returnType,
        IReadOnlyCollection<Type> parameterTypes,
        int requiredParameterCount,
        Func<object?[], object?> invoker)
    {
        ArgumentNullException.ThrowIfNull(parameterTypes);
        ThrowIfUnnamed(name);
        foreach (var parameter in parameterTypes)
        {
            ThrowIfByRef(parameter, name!);
        }

        if (requiredParameterCount > parameterTypes.Count)
        {
            throw new ArgumentException(
                $"Activity {name} has {parameterTypes.Count} parameters but requires {requiredParameterCount}");
        }

        return new(name, returnType, parameterTypes, requiredParameterCount, invoker, null);
    }

    /// <summary>An activity from a method that need not carry the attribute.</summary>
    /// <exception cref="ArgumentException">The method cannot be an activity.</exception>
    public static ActivityDefinition CreateWithoutAttribute(
        string? name, MethodInfo method, Func<object?[], object?> invoker)
    {
        ArgumentNullException.ThrowIfNull(method);
        ThrowIfUnnamed(name);
        if (method.ContainsGenericParameters)
        {
            throw new ArgumentException($"{method} with generic type parameters that are open cannot be an activity");
        }

        var parameters = method.GetParameters();
        foreach (var parameter in parameters)
        {
            ThrowIfByRef(parameter.ParameterType, method.ToString()!);
        }

        return new(
            name,
            method.ReturnType,
            [.. parameters.Select(parameter => parameter.ParameterType)],
            parameters.Count(parameter => !parameter.HasDefaultValue),
            invoker,
            method);
    }

    /// <summary>Every activity of a type.</summary>
    /// <exception cref="ArgumentException">There is none, or one needs an instance and none was given.</exception>
    public static IReadOnlyCollection<ActivityDefinition> CreateAll<T>(T? instance) => CreateAll(typeof(T), instance);

    /// <summary>Every activity of a type.</summary>
    /// <exception cref="ArgumentException">There is none, or one needs an instance and none was given.</exception>
    public static IReadOnlyCollection<ActivityDefinition> CreateAll(Type type, object? instance)
    {
        ArgumentNullException.ThrowIfNull(type);
        var definitions = new List<ActivityDefinition>();
        const BindingFlags Everything =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;
        foreach (var method in type.GetMethods(Everything))
        {
            if (method.GetCustomAttribute<ActivityAttribute>(false) is null)
            {
                continue;
            }

            if (!method.IsStatic && instance is null)
            {
                throw new InvalidOperationException($"Instance not provided, but activity method {method} is non-static");
            }

            definitions.Add(Create(method, Invokers.ForMethod(method, method.IsStatic ? null : instance)));
        }

        return definitions.Count > 0
            ? definitions
            : throw new ArgumentException($"No activities found on {type}", nameof(type));
    }

    /// <summary>Calls the activity and, if it returns a task, awaits it.</summary>
    /// <returns>Its result; a <see cref="ValueTuple"/> where it has none.</returns>
    public async Task<object?> InvokeAsync(object?[] parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Length != ParameterTypes.Count)
        {
            var all = (object?[])_defaults.Clone();
            parameters.AsSpan(0, Math.Min(parameters.Length, all.Length)).CopyTo(all);
            parameters = all;
        }

        return await Invokers.AwaitAsync(_invoker(parameters), ReturnType);
    }

    /// <summary>The name that a call of this method goes by.</summary>
    internal static string NameFromMethod(MethodInfo method)
    {
        var attribute = method.GetCustomAttribute<ActivityAttribute>(false)
            ?? throw new ArgumentException($"{method} missing Activity attribute");
        if (attribute.Name is { } given)
        {
            return given.Length > 0 ? given : throw new ArgumentException($"{method} has an empty activity name");
        }

        var name = method.Name;
        if (name.Contains('<', StringComparison.Ordinal))
        {
            // The compiler calls a local function <Outer>g__name|1_0, and a lambda <Outer>b__0.
            var start = name.IndexOf(">g__", StringComparison.Ordinal);
            var end = name.LastIndexOf('|');
            if (start < 0 || end < start)
            {
                throw new ArgumentException(
                    $"{method} appears to be a lambda which must have a name given on the attribute");
            }

            name = name[(start + 4)..end];
        }

        const string Suffix = "Async";
        return typeof(Task).IsAssignableFrom(method.ReturnType) && name.Length > Suffix.Length
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            ? name[..^Suffix.Length]
            : name;
    }

    private static void ThrowIfUnnamed(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw new ArgumentException("An activity needs a name; dynamic activities are not supported", nameof(name));
        }
    }

    private static void ThrowIfByRef(Type parameter, string of)
    {
        if (parameter.IsByRef)
        {
            throw new ArgumentException($"{of} has disallowed ref/out parameter");
        }
    }
}

using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;

namespace Temporalio.Activities;

/// <summary>Turns methods into delegates once, so that a task costs no reflection.</summary>
internal static class Invokers
{
    private static readonly ConcurrentDictionary<Type, Func<Task, object?>> Results = new();

    /// <summary>Calls of <paramref name="method"/> on a fixed target.</summary>
    public static Func<object?[], object?> ForMethod(MethodInfo method, object? target)
    {
        var arguments = Expression.Parameter(typeof(object?[]));
        var instance = target is null ? null : Expression.Constant(target, method.DeclaringType!);
        return Expression.Lambda<Func<object?[], object?>>(
            Boxed(Expression.Call(instance, method, Unpacked(method, arguments))), arguments).Compile();
    }

    /// <summary>Calls of <paramref name="method"/> on the target that is the first argument.</summary>
    public static Func<object, object?[], object?> ForMethod(MethodInfo method)
    {
        var target = Expression.Parameter(typeof(object));
        var arguments = Expression.Parameter(typeof(object?[]));
        var instance = method.IsStatic ? null : Expression.Convert(target, method.DeclaringType!);
        return Expression.Lambda<Func<object, object?[], object?>>(
            Boxed(Expression.Call(instance, method, Unpacked(method, arguments))), target, arguments).Compile();
    }

    /// <summary>Calls of a delegate, whatever it closes over.</summary>
    public static Func<object?[], object?> ForDelegate(Delegate del)
    {
        var arguments = Expression.Parameter(typeof(object?[]));
        return Expression.Lambda<Func<object?[], object?>>(
            Boxed(Expression.Invoke(Expression.Constant(del), Unpacked(del.GetType().GetMethod("Invoke")!, arguments))),
            arguments).Compile();
    }

    /// <summary>A constructor as a delegate.</summary>
    public static Func<object?[], object> ForConstructor(ConstructorInfo constructor)
    {
        var arguments = Expression.Parameter(typeof(object?[]));
        return Expression.Lambda<Func<object?[], object>>(
            Expression.Convert(Expression.New(constructor, Unpacked(constructor, arguments)), typeof(object)), arguments)
            .Compile();
    }

    /// <summary>Each parameter's default, or its type's, in order.</summary>
    public static object?[] Defaults(MethodBase method) =>
        [.. method.GetParameters().Select(parameter => parameter.HasDefaultValue
            ? parameter.DefaultValue
            : parameter.ParameterType is { IsValueType: true, IsByRef: false } type ? Activator.CreateInstance(type) : null)];

    /// <summary>Awaits what a call returned, and gives its result without its type.</summary>
    public static async Task<object?> AwaitAsync(object? returned, Type declared)
    {
        switch (returned)
        {
            case Task<object?> untyped:
                return await untyped.ConfigureAwait(true);
            case Task task:
                await task.ConfigureAwait(true);
                // An async method without a result is compiled to a Task<VoidTaskResult>.
                return ResultType(declared) is null && !declared.IsAssignableFrom(typeof(object))
                    ? default(ValueTuple)
                    : Results.GetOrAdd(task.GetType(), Extractor)(task);
            default:
                return declared == typeof(void) ? default(ValueTuple) : returned;
        }
    }

    /// <summary>The T of Task{T}; null for every other type.</summary>
    public static Type? ResultType(Type declared)
    {
        for (var type = declared; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
            {
                return type.GetGenericArguments()[0];
            }
        }

        return null;
    }

    private static Func<Task, object?> Extractor(Type taskType)
    {
        var result = ResultType(taskType);
        if (result is null || result.Name == "VoidTaskResult")
        {
            return _ => default(ValueTuple);
        }

        var task = Expression.Parameter(typeof(Task));
        var typed = Expression.Convert(task, typeof(Task<>).MakeGenericType(result));
        return Expression.Lambda<Func<Task, object?>>(
            Expression.Convert(Expression.Property(typed, nameof(Task<>.Result)), typeof(object)), task).Compile();
    }

    private static IEnumerable<Expression> Unpacked(MethodBase method, ParameterExpression arguments) =>
        method.GetParameters().Select((parameter, index) => Expression.Convert(
            Expression.ArrayIndex(arguments, Expression.Constant(index)), parameter.ParameterType));

    private static Expression Boxed(Expression call) => call.Type == typeof(void)
        ? Expression.Block(call, Expression.Constant(null))
        : Expression.Convert(call, typeof(object));
}

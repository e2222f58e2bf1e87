using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Temporalio.Activities;
using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>Whom the one call in a lambda names, and with which arguments. The call is never made.</summary>
internal static class Calls
{
    /// <summary>The workflow that a call of a run method starts.</summary>
    public static (string Name, IReadOnlyCollection<object?> Args) Run(LambdaExpression call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var (method, args) = ExpressionUtil.InstanceCall(call);
        _ = Names<WorkflowRunAttribute>.Of(method, static method =>
        {
            Require<WorkflowRunAttribute>(method);
            return method.Name;
        });
        return (TypeNames.GetOrAdd(call.Parameters[0].Type, WorkflowDefinition.NameOf), args);
    }

    /// <summary>The signal that a call of its handler sends.</summary>
    public static (string Name, IReadOnlyCollection<object?> Args) Signal(LambdaExpression call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var (method, args) = ExpressionUtil.InstanceCall(call);
        return (Names<WorkflowSignalAttribute>.Of(method, static method =>
            Require<WorkflowSignalAttribute>(method).Name ?? WorkflowDefinition.NameWithoutAsync(method.Name)), args);
    }

    /// <summary>The update that a call of its handler sends.</summary>
    public static (string Name, IReadOnlyCollection<object?> Args) Update(LambdaExpression call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var (method, args) = ExpressionUtil.InstanceCall(call);
        return (Names<WorkflowUpdateAttribute>.Of(method, static method =>
            Require<WorkflowUpdateAttribute>(method).Name ?? WorkflowDefinition.NameWithoutAsync(method.Name)), args);
    }

    /// <summary>The query that a call of its handler, or a reading of its property, asks.</summary>
    public static (string Name, IReadOnlyCollection<object?> Args) Query(LambdaExpression call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (ExpressionUtil.Property(call) is { } property)
        {
            var attribute = property.GetCustomAttribute<WorkflowQueryAttribute>(false)
                ?? throw new ArgumentException($"{property} missing WorkflowQuery attribute");
            return (attribute.Name ?? property.Name, []);
        }

        var (method, args) = ExpressionUtil.InstanceCall(call);
        return (Names<WorkflowQueryAttribute>.Of(method, static method =>
            Require<WorkflowQueryAttribute>(method).Name ?? method.Name), args);
    }

    /// <summary>The activity that a call of its method, static or not, schedules.</summary>
    public static (string Name, IReadOnlyCollection<object?> Args) Activity(LambdaExpression call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var (method, args) = ExpressionUtil.AnyCall(call);
        return (Names<ActivityAttribute>.Of(method, ActivityDefinition.NameFromMethod), args);
    }

    private static readonly ConcurrentDictionary<Type, string> TypeNames = new();

    private static T Require<T>(MethodInfo method)
        where T : Attribute => method.GetCustomAttribute<T>(false)
            ?? throw new ArgumentException($"{method} missing {typeof(T).Name[..^"Attribute".Length]} attribute");

    private static class Names<TAttribute>
    {
        private static readonly ConcurrentDictionary<MethodInfo, string> Known = new();

        public static string Of(MethodInfo method, Func<MethodInfo, string> read) => Known.GetOrAdd(method, read);
    }
}

using System.Diagnostics;
using System.Reflection;
using Temporalio.Activities;

namespace Temporalio.Workflows;

/// <summary>A signal handler.</summary>
public class WorkflowSignalDefinition
{
    internal readonly Handler Handler;

    private WorkflowSignalDefinition(Handler handler, string? description, HandlerUnfinishedPolicy unfinishedPolicy)
    {
        Handler = handler;
        Description = description;
        UnfinishedPolicy = unfinishedPolicy;
    }

    /// <summary>The signal's name.</summary>
    public string? Name => Handler.Name;

    /// <summary>One line for the UI.</summary>
    public string? Description { get; }

    internal HandlerUnfinishedPolicy UnfinishedPolicy { get; }

    /// <summary>The handler that a method with the attribute is.</summary>
    /// <exception cref="ArgumentException">The method cannot be one.</exception>
    public static WorkflowSignalDefinition FromMethod(MethodInfo method)
    {
        ArgumentNullException.ThrowIfNull(method);
        Handler.ThrowUnlessPlain(method, "WorkflowSignal");
        var attribute = method.GetCustomAttribute<WorkflowSignalAttribute>(false)
            ?? throw new ArgumentException($"{method} missing WorkflowSignal attribute");
        ThrowUnlessTask(method);
        return new(
            Handler.FromMethod(attribute.Name ?? WorkflowDefinition.NameWithoutAsync(method.Name), method),
            attribute.Description,
            attribute.UnfinishedPolicy);
    }

    /// <summary>A handler to be set at run time through <see cref="Workflow.Signals"/>.</summary>
    /// <exception cref="ArgumentException">The delegate cannot be one.</exception>
    public static WorkflowSignalDefinition CreateWithoutAttribute(
        string? name,
        Delegate del,
        HandlerUnfinishedPolicy unfinishedPolicy = HandlerUnfinishedPolicy.WarnAndAbandon,
        string? description = null)
    {
        ArgumentNullException.ThrowIfNull(del);
        ThrowUnlessTask(del.Method);
        return new(Handler.FromDelegate(name, del), description, unfinishedPolicy);
    }

    private static void ThrowUnlessTask(MethodInfo method)
    {
        if (method.ReturnType != typeof(Task))
        {
            throw new ArgumentException($"WorkflowSignal method {method} must return Task");
        }
    }
}

/// <summary>A query handler.</summary>
public class WorkflowQueryDefinition
{
    internal readonly Handler Handler;

    private WorkflowQueryDefinition(Handler handler, string? description)
    {
        Handler = handler;
        Description = description;
    }

    /// <summary>The query's name.</summary>
    public string? Name => Handler.Name;

    /// <summary>One line for the UI.</summary>
    public string? Description { get; }

    /// <summary>The handler that a method with the attribute is.</summary>
    /// <exception cref="ArgumentException">The method cannot be one.</exception>
    public static WorkflowQueryDefinition FromMethod(MethodInfo method)
    {
        ArgumentNullException.ThrowIfNull(method);
        Handler.ThrowUnlessPlain(method, "WorkflowQuery");
        var attribute = method.GetCustomAttribute<WorkflowQueryAttribute>(false)
            ?? throw new ArgumentException($"{method} missing WorkflowQuery attribute");
        ThrowUnlessValue(method);
        return new(Handler.FromMethod(attribute.Name ?? method.Name, method), attribute.Description);
    }

    /// <summary>The handler that a property with the attribute is.</summary>
    /// <exception cref="ArgumentException">The property cannot be one.</exception>
    public static WorkflowQueryDefinition FromProperty(PropertyInfo property)
    {
        ArgumentNullException.ThrowIfNull(property);
        var attribute = property.GetCustomAttribute<WorkflowQueryAttribute>(false)
            ?? throw new ArgumentException($"{property} missing WorkflowQuery attribute");
        var getter = property.GetGetMethod(nonPublic: false)
            ?? throw new ArgumentException($"WorkflowQuery property {property} must have a public getter");
        if (getter.IsStatic)
        {
            throw new ArgumentException($"WorkflowQuery property {property} cannot be static");
        }

        ThrowUnlessValue(getter);
        return new(Handler.FromMethod(attribute.Name ?? property.Name, getter), attribute.Description);
    }

    /// <summary>A handler to be set at run time through <see cref="Workflow.Queries"/>.</summary>
    /// <exception cref="ArgumentException">The delegate cannot be one.</exception>
    public static WorkflowQueryDefinition CreateWithoutAttribute(string? name, Delegate del, string? description = null)
    {
        ArgumentNullException.ThrowIfNull(del);
        ThrowUnlessValue(del.Method);
        return new(Handler.FromDelegate(name, del), description);
    }

    private static void ThrowUnlessValue(MethodInfo method)
    {
        if (method.ReturnType == typeof(void))
        {
            throw new ArgumentException($"WorkflowQuery method {method} must return a value");
        }

        if (typeof(Task).IsAssignableFrom(method.ReturnType))
        {
            throw new ArgumentException($"WorkflowQuery method {method} cannot return a Task");
        }
    }
}

/// <summary>An update handler, and what may refuse the update.</summary>
public class WorkflowUpdateDefinition
{
    internal readonly Handler Handler;
    internal readonly Handler? Validator;

    private WorkflowUpdateDefinition(
        Handler handler, Handler? validator, string? description, HandlerUnfinishedPolicy unfinishedPolicy)
    {
        Handler = handler;
        Validator = validator;
        Description = description;
        UnfinishedPolicy = unfinishedPolicy;
    }

    /// <summary>The update's name.</summary>
    public string? Name => Handler.Name;

    /// <summary>One line for the UI.</summary>
    public string? Description { get; }

    internal HandlerUnfinishedPolicy UnfinishedPolicy { get; }

    /// <summary>The handler that a method with the attribute is.</summary>
    /// <exception cref="ArgumentException">One of the methods cannot be what it should.</exception>
    public static WorkflowUpdateDefinition FromMethod(MethodInfo method, MethodInfo? validatorMethod = null)
    {
        ArgumentNullException.ThrowIfNull(method);
        Handler.ThrowUnlessPlain(method, "WorkflowUpdate");
        var attribute = method.GetCustomAttribute<WorkflowUpdateAttribute>(false)
            ?? throw new ArgumentException($"{method} missing WorkflowUpdate attribute");
        ThrowUnlessTask(method);
        Handler? validator = null;
        if (validatorMethod is not null)
        {
            Handler.ThrowUnlessPlain(validatorMethod, "WorkflowUpdateValidator");
            ThrowUnlessValidates(validatorMethod, method);
            validator = Handler.FromMethod(validatorMethod.Name, validatorMethod);
        }

        return new(
            Handler.FromMethod(attribute.Name ?? WorkflowDefinition.NameWithoutAsync(method.Name), method),
            validator,
            attribute.Description,
            attribute.UnfinishedPolicy);
    }

    /// <summary>A handler to be set at run time through <see cref="Workflow.Updates"/>.</summary>
    /// <exception cref="ArgumentException">One of the delegates cannot be what it should.</exception>
    public static WorkflowUpdateDefinition CreateWithoutAttribute(
        string? name,
        Delegate del,
        Delegate? validatorDel = null,
        HandlerUnfinishedPolicy unfinishedPolicy = HandlerUnfinishedPolicy.WarnAndAbandon,
        string? description = null)
    {
        ArgumentNullException.ThrowIfNull(del);
        ThrowUnlessTask(del.Method);
        if (validatorDel is not null)
        {
            ThrowUnlessValidates(validatorDel.Method, del.Method);
        }

        return new(
            Handler.FromDelegate(name, del),
            validatorDel is null ? null : Handler.FromDelegate(name, validatorDel),
            description,
            unfinishedPolicy);
    }

    private static void ThrowUnlessTask(MethodInfo method)
    {
        if (!typeof(Task).IsAssignableFrom(method.ReturnType))
        {
            throw new ArgumentException($"WorkflowUpdate method {method} must return Task");
        }
    }

    private static void ThrowUnlessValidates(MethodInfo validator, MethodInfo method)
    {
        if (validator.ReturnType != typeof(void))
        {
            throw new ArgumentException($"WorkflowUpdateValidator method {validator} must be void");
        }

        if (!validator.GetParameters().Select(parameter => parameter.ParameterType)
            .SequenceEqual(method.GetParameters().Select(parameter => parameter.ParameterType)))
        {
            throw new ArgumentException(
                $"WorkflowUpdateValidator method {validator} must have the same parameters as {method}");
        }
    }
}

/// <summary>What the three kinds of handler share: a name, a shape, and one compiled call.</summary>
internal sealed class Handler
{
    private readonly Func<object, object?[], object?> _invoke;

    private Handler(string name, MethodInfo method, Func<object, object?[], object?> invoke)
    {
        Name = name;
        Parameters = [.. method.GetParameters().Select(parameter => parameter.ParameterType)];
        Defaults = Invokers.Defaults(method);
        ReturnType = method.ReturnType;
        _invoke = invoke;
    }

    public string Name { get; }

    public Type[] Parameters { get; }

    public object?[] Defaults { get; }

    public Type ReturnType { get; }

    public static Handler FromMethod(string name, MethodInfo method)
    {
        ThrowUnlessNamed(name, method);
        // An interface's handlers are named by callers, never called here.
        return new(name, method, method.DeclaringType!.IsInterface
            ? static (_, _) => throw new UnreachableException()
            : Invokers.ForMethod(method));
    }

    public static Handler FromDelegate(string? name, Delegate del)
    {
        ThrowUnlessNamed(name, del.Method);
        var invoke = Invokers.ForDelegate(del);
        return new(name!, del.Method, (_, args) => invoke(args));
    }

    public static void ThrowUnlessPlain(MethodInfo method, string attribute)
    {
        if (!method.IsPublic)
        {
            throw new ArgumentException($"{attribute} method {method} must be public");
        }

        if (method.IsStatic)
        {
            throw new ArgumentException($"{attribute} method {method} cannot be static");
        }

        if (method.ContainsGenericParameters)
        {
            throw new ArgumentException($"{attribute} method {method} has generic type arguments");
        }
    }

    public object? Invoke(object instance, object?[] args) => _invoke(instance, args);

    private static void ThrowUnlessNamed(string? name, MethodInfo method)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw new ArgumentException($"{method} needs a name; dynamic handlers are not supported");
        }

        if (WorkflowDefinition.IsReserved(name))
        {
            throw new ArgumentException($"{method} cannot use the reserved name {name}");
        }
    }
}

namespace Temporalio.Workflows;

/// <summary>Marks a type as a workflow.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Struct, Inherited = false)]
public sealed class WorkflowAttribute : Attribute
{
    /// <summary>Names the workflow after its type, without an interface's leading <c>I</c>.</summary>
    public WorkflowAttribute()
    {
    }

    /// <summary>Names the workflow.</summary>
    public WorkflowAttribute(string name) => Name = name;

    /// <summary>The given name, or null for the type's.</summary>
    public string? Name { get; }

    /// <summary>Exceptions that end the workflow instead of suspending it.</summary>
    public Type[]? FailureExceptionTypes { get; set; }
}

/// <summary>Marks the constructor that takes the run method's arguments.</summary>
[AttributeUsage(AttributeTargets.Constructor, Inherited = false)]
public sealed class WorkflowInitAttribute : Attribute;

/// <summary>Marks the method that is the workflow.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowRunAttribute : Attribute;

/// <summary>Marks a signal handler.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowSignalAttribute : Attribute
{
    /// <summary>Names the signal after its method, without a trailing <c>Async</c>.</summary>
    public WorkflowSignalAttribute()
    {
    }

    /// <summary>Names the signal.</summary>
    public WorkflowSignalAttribute(string name) => Name = name;

    /// <summary>The given name, or null for the method's.</summary>
    public string? Name { get; }

    /// <summary>One line for the UI.</summary>
    public string? Description { get; set; }

    /// <summary>What happens when the workflow ends while the handler runs.</summary>
    public HandlerUnfinishedPolicy UnfinishedPolicy { get; set; } = HandlerUnfinishedPolicy.WarnAndAbandon;
}

/// <summary>Marks a query: a method or a property that changes nothing.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property, Inherited = false)]
public sealed class WorkflowQueryAttribute : Attribute
{
    /// <summary>Names the query after its method or property.</summary>
    public WorkflowQueryAttribute()
    {
    }

    /// <summary>Names the query.</summary>
    public WorkflowQueryAttribute(string name) => Name = name;

    /// <summary>The given name, or null for the member's.</summary>
    public string? Name { get; }

    /// <summary>One line for the UI.</summary>
    public string? Description { get; set; }
}

/// <summary>Marks an update handler.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowUpdateAttribute : Attribute
{
    /// <summary>Names the update after its method, without a trailing <c>Async</c>.</summary>
    public WorkflowUpdateAttribute()
    {
    }

    /// <summary>Names the update.</summary>
    public WorkflowUpdateAttribute(string name) => Name = name;

    /// <summary>The given name, or null for the method's.</summary>
    public string? Name { get; }

    /// <summary>One line for the UI.</summary>
    public string? Description { get; set; }

    /// <summary>What happens when the workflow ends while the handler runs.</summary>
    public HandlerUnfinishedPolicy UnfinishedPolicy { get; set; } = HandlerUnfinishedPolicy.WarnAndAbandon;
}

/// <summary>Marks the method that may refuse an update before it is accepted.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class WorkflowUpdateValidatorAttribute : Attribute
{
    /// <summary>Validates the update whose handler is the method of this name.</summary>
    public WorkflowUpdateValidatorAttribute(string updateMethod) => UpdateMethod = updateMethod;

    /// <summary>The handler's method name, not the update's name.</summary>
    public string UpdateMethod { get; }
}

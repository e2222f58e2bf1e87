namespace Temporalio.Activities;

/// <summary>Marks a method as an activity.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class ActivityAttribute : Attribute
{
    /// <summary>An activity named after its method, without a trailing <c>Async</c>.</summary>
    public ActivityAttribute()
    {
    }

    /// <summary>An activity of the given name.</summary>
    public ActivityAttribute(string name) => Name = name;

    /// <summary>The name given; null for the method's own.</summary>
    public string? Name { get; }

    /// <summary>Whether it takes calls of any name.</summary>
    public bool Dynamic { get; set; }
}

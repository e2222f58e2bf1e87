namespace Temporalio.Activities;

/// <summary>Marks a method as an activity.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class ActivityAttribute : Attribute
{
    /// <summary>Names the activity after its method, without a trailing <c>Async</c> when it returns a task.</summary>
    public ActivityAttribute()
    {
    }

    /// <summary>Names the activity.</summary>
    public ActivityAttribute(string name) => Name = name;

    /// <summary>The given name, or null for the method's.</summary>
    public string? Name { get; }
}

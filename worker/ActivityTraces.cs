using System.Diagnostics;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Worker;

namespace Metal3.Worker;

/// <summary>A span for every attempt of an activity; the HTTP calls that it makes are its children.</summary>
/// <remarks>Costs nothing while nobody listens to <see cref="SourceName"/>.</remarks>
internal static class ActivityTraces
{
    /// <summary>Name of the source, as an exporter subscribes to it.</summary>
    public const string SourceName = "Metal3.Activities";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Adds every activity of an instance, each in a span of its own.</summary>
    public static TemporalWorkerOptions AddTracedActivities(this TemporalWorkerOptions options, object instance)
    {
        foreach (var definition in ActivityDefinition.CreateAll(instance.GetType(), instance))
        {
            options.AddActivity(definition.MethodInfo is { } method
                ? ActivityDefinition.Create(method, arguments => TracedAsync(definition, arguments))
                : definition);
        }

        return options;
    }

    private static async Task<object?> TracedAsync(ActivityDefinition definition, object?[] arguments)
    {
        using var span = Source.StartActivity($"RunActivity:{definition.Name}", ActivityKind.Server);
        if (span is not null && ActivityExecutionContext.HasCurrent)
        {
            var info = ActivityExecutionContext.Current.Info;
            span.SetTag("temporalWorkflowID", info.WorkflowId); // the names that Temporal's own tracing gives them
            span.SetTag("temporalRunID", info.WorkflowRunId);
            span.SetTag("temporalActivityID", info.ActivityId);
            span.SetTag("temporalActivityAttempt", info.Attempt);
            span.SetTag("temporalTaskQueue", info.TaskQueue);
        }

        try
        {
            return await definition.InvokeAsync(arguments);
        }
        catch (Exception e) when (span is not null)
        {
            // The type alone: a message goes to the history, which is where it is looked for.
            span.SetStatus(ActivityStatusCode.Error, e is ApplicationFailureException { ErrorType: { } type } ? type : e.GetType().Name);
            throw;
        }
    }
}

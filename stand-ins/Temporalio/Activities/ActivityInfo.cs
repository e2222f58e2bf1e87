using System.Text.Json.Serialization;
using Temporalio.Api.Common.V1;
using Temporalio.Converters;

namespace Temporalio.Activities;

/// <summary>What the server told about one attempt of an activity.</summary>
public record ActivityInfo(
    string ActivityId,
    string ActivityType,
    int Attempt,
    DateTime CurrentAttemptScheduledTime,
    [property: JsonIgnore] DataConverter DataConverter,
    IReadOnlyCollection<Payload> HeartbeatDetails,
    TimeSpan? HeartbeatTimeout,
    bool IsLocal,
    string Namespace,
    Temporalio.Common.Priority Priority,
    Temporalio.Common.RetryPolicy? RetryPolicy,
    TimeSpan? ScheduleToCloseTimeout,
    DateTime ScheduledTime,
    TimeSpan? StartToCloseTimeout,
    DateTime StartedTime,
    string TaskQueue,
    byte[] TaskToken,
    string? WorkflowId,
    string? WorkflowNamespace,
    string? WorkflowRunId,
    string? WorkflowType)
{
    /// <summary>A workflow scheduled it.</summary>
    public bool IsWorkflowActivity => WorkflowId is not null;

    /// <summary>One of the last heartbeat's details, as the earlier attempt gave them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many.</exception>
    public Task<T> HeartbeatDetailAtAsync<T>(int index)
    {
        if (index < 0 || index >= HeartbeatDetails.Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), index, $"The last heartbeat has {HeartbeatDetails.Count} details.");
        }

        return DataConverter.ToValueAsync<T>(HeartbeatDetails.ElementAt(index));
    }
}

using Metal3.Contracts.Provisioning;
using Temporalio.Api.Enums.V1;
using Temporalio.Exceptions;

namespace Metal3.Workflows.Steps;

/// <summary>Who can end a failure, and so how it is waited for.</summary>
public enum FailureClass
{
    /// <summary>Time heals it: a short pause, nothing recorded on the host.</summary>
    Passing,

    /// <summary>A fact about the host: recorded, counted, told, and tried again after a growing pause.</summary>
    Recorded,

    /// <summary>The node is unknown to the back end.</summary>
    NodeMissing,

    /// <summary>A preprovisioning image is needed first.</summary>
    ImageNeeded,

    /// <summary>The object is gone or another one.</summary>
    HostGone,

    /// <summary>The node carries a newer intent.</summary>
    StaleIntent,
}

/// <summary>A failure of a step, as decisions and people need it.</summary>
/// <param name="Class">Who can end it.</param>
/// <param name="Type">Its type: one of <see cref="FailureTypes"/>, <c>Deadline</c> or <c>Timeout</c>.</param>
/// <param name="Message">A plain sentence.</param>
/// <param name="Raw">The back end's own words; null when there are none.</param>
public sealed record StepFailure(FailureClass Class, string Type, string Message, string? Raw)
{
    /// <summary>Type of a failure by a step's deadline.</summary>
    public const string Deadline = "Deadline";

    /// <summary>Reads a failed activity.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="step">The step, for the sentence.</param>
    /// <returns>The failure, or null when it is a cancellation.</returns>
    public static StepFailure? Of(ActivityFailureException failure, Step step) => failure.InnerException switch
    {
        CanceledFailureException => null,
        ApplicationFailureException application => Of(application),
        TimeoutFailureException { TimeoutType: TimeoutType.ScheduleToClose or TimeoutType.StartToClose } when step.Deadline is { } deadline =>
            new(FailureClass.Recorded, Deadline, $"the step {step.Name} did not finish within {Words(deadline)}", null),
        TimeoutFailureException timeout => new(
            FailureClass.Passing, "Timeout", $"no worker finished the step {step.Name} in time ({timeout.TimeoutType})", null),
        { } other => new(FailureClass.Passing, other.GetType().Name, other.Message, null),
        null => new(FailureClass.Passing, nameof(ActivityFailureException), failure.Message, null),
    };

    private static StepFailure Of(ApplicationFailureException failure)
    {
        var raw = failure.Details.Count > 0 ? failure.Details.ElementAt<string>(0) : null;
        var kind = failure.ErrorType switch
        {
            FailureTypes.NodeFailed or FailureTypes.SpecRefused or FailureTypes.CredentialsMissing or FailureTypes.CredentialsInvalid
                or FailureTypes.HostDataUnusable => FailureClass.Recorded,
            FailureTypes.NodeMissing => FailureClass.NodeMissing,
            FailureTypes.ImageNeeded => FailureClass.ImageNeeded,
            FailureTypes.HostGone => FailureClass.HostGone,
            FailureTypes.StaleIntent => FailureClass.StaleIntent,
            _ => FailureClass.Passing, // Busy, BackendUnavailable, BackendRefused, KubernetesRefused, and what nobody foresaw
        };
        return new(kind, failure.ErrorType ?? "Error", failure.Message, raw);
    }

    private static string Words(TimeSpan time) =>
        time.TotalHours >= 2 ? $"{time.TotalHours:0.#} hours" : time.TotalMinutes >= 2 ? $"{time.TotalMinutes:0.#} minutes" : $"{time.TotalSeconds:0.#} seconds";
}

using Temporalio.Workflows;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>One run of a lifecycle, child of the host's workflow; all lifecycles hear the same words.</summary>
public interface ILifecycleWorkflow
{
    /// <summary>The desired side changed (host workflow): ends pauses and is what the next attempt goes by.</summary>
    [WorkflowSignal]
    Task DesiredChangedAsync(HostSnapshot snapshot);

    /// <summary>The lifecycle became pointless (host workflow).</summary>
    [WorkflowSignal]
    Task StopAsync(StopRequest request);

    /// <summary>News from a capacity pool.</summary>
    [WorkflowSignal]
    Task SlotAsync(SlotNotice notice);

    /// <summary>Try the waiting step again now.</summary>
    [WorkflowSignal("retry")]
    Task RetryAsync(StepCommand command);

    /// <summary>Go on as if the step were done, where the step allows it.</summary>
    [WorkflowSignal("skip")]
    Task SkipAsync(StepCommand command);

    /// <summary>Stop before a step.</summary>
    [WorkflowSignal("hold")]
    Task HoldAsync(StepCommand command);

    /// <summary>Lift a hold.</summary>
    [WorkflowSignal("resume")]
    Task ResumeAsync(StepCommand command);

    /// <summary>End as failed, leave the back end as it is.</summary>
    [WorkflowSignal("abandon")]
    Task AbandonAsync(StepCommand command);

    /// <summary>As the signal; refused, with the reason, when nothing waits.</summary>
    [WorkflowUpdate("retryStep")]
    Task<string> RetryStepAsync(StepCommand command);

    /// <summary>As the signal; refused, with the reason, when the step may not be skipped.</summary>
    [WorkflowUpdate("skipStep")]
    Task<string> SkipStepAsync(StepCommand command);

    /// <summary>As the signal; refused, with the reason, for an unknown step.</summary>
    [WorkflowUpdate("holdStep")]
    Task<string> HoldStepAsync(StepCommand command);

    /// <summary>As the signal; refused, with the reason, when nothing is held.</summary>
    [WorkflowUpdate("resumeStep")]
    Task<string> ResumeStepAsync(StepCommand command);

    /// <summary>As the signal; refused, with the reason, when it has ended already.</summary>
    [WorkflowUpdate("abandonLifecycle")]
    Task<string> AbandonLifecycleAsync(StepCommand command);

    /// <summary>What it is doing.</summary>
    [WorkflowQuery("view")]
    LifecycleView View();
}

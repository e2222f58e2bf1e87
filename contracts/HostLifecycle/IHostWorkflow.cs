using Metal3.Contracts.Provisioning;
using Temporalio.Workflows;

namespace Metal3.Contracts.HostLifecycle;

/// <summary>The entity workflow of one BareMetalHost, id <see cref="WorkflowNames.HostId"/>.</summary>
[Workflow(WorkflowNames.Host)]
public interface IHostWorkflow
{
    /// <summary>Lives as long as the object.</summary>
    [WorkflowRun]
    Task RunAsync(HostState state);

    /// <summary>The object changed (bridge). A snapshot that was seen already is ignored.</summary>
    [WorkflowSignal]
    Task HostChangedAsync(HostSnapshot snapshot);

    /// <summary>The object vanished without a deletionTimestamp that anybody saw (bridge): end without touching anything.</summary>
    [WorkflowSignal]
    Task HostGoneAsync(HostKey host);

    /// <summary>A node at rest changed (fleet).</summary>
    [WorkflowSignal]
    Task NodeChangedAsync(NodeChange change);

    /// <summary>Try again now whatever failed (for the Temporal UI; the update of the same meaning answers).</summary>
    [WorkflowSignal("retry")]
    Task RetryAsync(StepCommand command);

    /// <summary>Hold before a step, now or in a later lifecycle.</summary>
    [WorkflowSignal("hold")]
    Task HoldAsync(StepCommand command);

    /// <summary>Lift a hold.</summary>
    [WorkflowSignal("resume")]
    Task ResumeAsync(StepCommand command);

    /// <summary>Skip the step that waits.</summary>
    [WorkflowSignal("skip")]
    Task SkipAsync(StepCommand command);

    /// <summary>End the running lifecycle as failed and wait for a word or a change.</summary>
    [WorkflowSignal("abandon")]
    Task AbandonAsync(StepCommand command);

    /// <summary>As the signal, answering what was done.</summary>
    [WorkflowUpdate("retryStep")]
    Task<string> RetryStepAsync(StepCommand command);

    /// <summary>As the signal, answering what was done.</summary>
    [WorkflowUpdate("holdStep")]
    Task<string> HoldStepAsync(StepCommand command);

    /// <summary>As the signal, answering what was done.</summary>
    [WorkflowUpdate("resumeStep")]
    Task<string> ResumeStepAsync(StepCommand command);

    /// <summary>As the signal, answering what was done.</summary>
    [WorkflowUpdate("skipStep")]
    Task<string> SkipStepAsync(StepCommand command);

    /// <summary>As the signal, answering what was done.</summary>
    [WorkflowUpdate("abandonLifecycle")]
    Task<string> AbandonLifecycleAsync(StepCommand command);

    /// <summary>What the host is doing.</summary>
    [WorkflowQuery("view")]
    HostView View();
}

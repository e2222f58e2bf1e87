using Metal3.Contracts.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.Fleet;

/// <summary>Keeps one long activity open that watches the nodes of hosts at rest.</summary>
[Workflow(WorkflowNames.Fleet)]
public sealed class FleetWorkflow : IFleetWorkflow
{
    private FleetState _state;

    /// <summary>Remembers what it was started with.</summary>
    [WorkflowInit]
    public FleetWorkflow(FleetState state) => _state = state;

    /// <inheritdoc/>
    [WorkflowRun]
    public async Task RunAsync(FleetState state)
    {
        if (_state.Cluster is null)
        {
            _state = _state with
            {
                Cluster = await Workflow.ExecuteActivityAsync(
                    (IFleetActivities fleet) => fleet.ReadClusterAsync(), Calls.Objects("Learn which Kubernetes cluster this is")),
            };
        }

        Workflow.CurrentDetails = $"Watches the nodes at rest of {_state.Ironic}, for the cluster {_state.Cluster}";
        while (!Workflow.ContinueAsNewSuggested && Workflow.CurrentHistoryLength < 500)
        {
            try
            {
                // A day is long enough to cost nothing and short enough to move to newer code.
                await Workflow.ExecuteActivityAsync(
                    (IFleetActivities fleet) => fleet.WatchRestingHostsAsync(_state),
                    Calls.Wait(new(), TimeSpan.FromDays(1), "Watch the nodes at rest", Workflow.CancellationToken));
            }
            catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
            {
                await Workflow.DelayAsync(TimeSpan.FromSeconds(5));
            }
        }

        throw Workflow.CreateContinueAsNewException((IFleetWorkflow fleet) => fleet.RunAsync(_state));
    }

    /// <inheritdoc/>
    [WorkflowQuery("view")]
    public FleetState View() => _state;
}

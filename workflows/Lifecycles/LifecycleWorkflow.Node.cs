using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <content>Asking the back end, waiting for the node, queueing for capacity.</content>
public abstract partial class LifecycleWorkflow
{
    private string? _pool;
    private Task? _leaving;

    /// <summary>The node's id; empty before registration.</summary>
    protected string NodeId => Observed.Status.Provisioning.Id;

    /// <summary>A request about this host's node.</summary>
    protected NodeRequest Plain(bool restart = false) => new()
    {
        Host = Desired.Host,
        NodeId = NodeId.Length == 0 ? null : NodeId,
        LastSeen = Observed.Node,
        Restart = restart,
    };

    /// <summary>Asks, waits and asks again until the back end says done.</summary>
    /// <param name="ask">The asking step.</param>
    /// <param name="wait">The waiting step.</param>
    /// <param name="call">One call; the flag says whether a stored failure is to be forgotten.</param>
    /// <param name="onAnswer">Told of every answer, before the wait.</param>
    /// <returns>Whether it was done by the back end rather than skipped.</returns>
    /// <param name="goal">What ends the wait for what this operation itself began.</param>
    /// <param name="onFailure">Called when asking failed; true: the failure is dealt with, ask again.</param>
    /// <param name="isDone">Whether what the wait for an operation of our own saw proves its end, so that nobody need be asked.</param>
    protected async Task<bool> OperateAsync(
        Step ask, Step wait, Func<StepAttempt, Task<NodeAnswer>> call, Func<NodeAnswer, Task>? onAnswer = null,
        NodeGoal goal = NodeGoal.Settled, Func<StepFailure, Task<bool>>? onFailure = null, Func<NodeReport, bool>? isDone = null)
    {
        var unmoved = 0;
        while (true)
        {
            var before = Observed.Node;
            var answer = await RunAsync(ask, call, ask.Skippable ? () => null! : null, onFailure);
            if (answer is null)
            {
                return false;
            }

            Take(answer);
            _restartDue &= answer.Progress is not NodeProgress.Started; // begun anew: what fails from now on is a new failure
            if (answer.Progress is NodeProgress.Superseded)
            {
                throw new LifecycleExitException(
                    answer.Fresh is null ? LifecycleEnd.HostGone : LifecycleEnd.Stopped, ask.Name,
                    answer.Fresh is null ? "the object is gone" : "the object changed before the step could be carried out")
                {
                    Fresh = answer.Fresh,
                };
            }

            if (answer.Progress is NodeProgress.Started or NodeProgress.Running && ClearsErrors)
            {
                Observed = Observed.ClearError(Observed.Status.OperationalStatus == OperationalStatus.Servicing ? OperationalStatus.Servicing : null);
            }

            if (onAnswer is not null)
            {
                await onAnswer(answer);
            }

            if (answer.Progress is NodeProgress.Done)
            {
                _recorded.Remove(ask.Name);
                return true;
            }

            await PublishAsync($"tell what {ask.Name} began");
            var own = answer.Progress is NodeProgress.Started || answer.Node?.PowerChanging is true;
            await AwaitAsync(wait, own ? goal : NodeGoal.Settled, justAsked: true);
            if (answer.Progress is NodeProgress.Started && Observed.Node is { } seen && isDone?.Invoke(seen) is true)
            {
                _recorded.Remove(ask.Name);
                return true;
            }

            // An answer that keeps saying "soon" while nothing moves must not become a busy loop.
            unmoved = answer.Progress is NodeProgress.Running && Observed.Node == before ? unmoved + 1 : 0;
            if (unmoved > 1)
            {
                var pause = Backoff.WhileUnavailable(Patience, unmoved, Workflow.Random.NextDouble());
                await WaitAsync(
                    wait,
                    new()
                    {
                        Step = wait.Name,
                        Kind = WaitKind.Backend,
                        For = $"the node, which is '{Observed.Node?.State}' and may not be asked yet",
                        Since = Now,
                        EndsWith = "the node moving on, or retry",
                        NextAction = $"{ask.Name} is tried again",
                        NextActionAt = Now + pause,
                    },
                    () => false,
                    pause);
            }
        }
    }

    /// <summary>Whether a running operation says that an earlier error is over.</summary>
    protected virtual bool ClearsErrors => true;

    /// <summary>Waits for the node in one long activity.</summary>
    protected async Task AwaitAsync(Step step, NodeGoal goal, bool justAsked)
    {
        var deadline = step.Deadline ?? Patience.Inspection;
        var since = Now;
        var awaited = await RunAsync(
            step,
            attempt => Workflow.ExecuteActivityAsync(
                (IWaitActivities waits) => waits.AwaitNodeAsync(new()
                {
                    Host = Desired.Host,
                    NodeId = NodeId,
                    LastSeen = Observed.Node,
                    Goal = goal,
                    JustAsked = justAsked,
                }),
                Calls.Wait(Patience, deadline, step.Title, attempt.Cancellation)),
            step.Skippable ? () => new AwaitedNode { Node = Observed.Node } : null,
            atWork: () => new()
            {
                Step = step.Name,
                Kind = WaitKind.Machine,
                For = Observed.Node is { State.Length: > 0 } node
                    ? $"the machine, whose node was '{node.State}' when last asked"
                    : "the machine",
                Since = since,
                EndsWith = "the machine being done or failing, or abandon",
                NextAction = $"{step.Name} counts as failed",
                NextActionAt = Now + deadline,
            });
        if (awaited.Node is null && goal is not NodeGoal.Gone)
        {
            throw new LifecycleExitException(LifecycleEnd.NodeLost, step.Name, "the node is gone from the provisioner");
        }

        See(awaited.Node);
    }

    /// <summary>Asks the back end something short.</summary>
    protected Task<T> AskAsync<T>(
        System.Linq.Expressions.Expression<Func<INodeActivities, Task<T>>> call, string summary, CancellationToken cancellation) =>
        Workflow.ExecuteActivityAsync(call, Calls.Request(Patience, summary, cancellation));

    /// <summary>Reads or writes objects.</summary>
    protected static Task<T> ObjectsAsync<T>(
        System.Linq.Expressions.Expression<Func<IHostObjectActivities, Task<T>>> call, string summary, CancellationToken cancellation) =>
        Workflow.ExecuteActivityAsync(call, Calls.Objects(summary, cancellation));

    /// <summary>Writes objects.</summary>
    protected static Task ObjectsAsync(
        System.Linq.Expressions.Expression<Func<IHostObjectActivities, Task>> call, string summary, CancellationToken cancellation) =>
        Workflow.ExecuteActivityAsync(call, Calls.Objects(summary, cancellation));

    /// <summary>Takes over what an answer says of the node, and its events.</summary>
    protected void Take(NodeAnswer answer)
    {
        See(answer.Node);
        _publisher.Tell(answer.Events);
    }

    /// <summary>Takes over what was seen of the node.</summary>
    protected void See(NodeReport? node)
    {
        if (node is null)
        {
            return;
        }

        Observed = Observed with
        {
            Node = node,
            Status = node.PoweredOn is { } on && on != Observed.Status.PoweredOn
                ? Observed.Status with { PoweredOn = on }
                : Observed.Status,
        };
    }

    /// <summary>The intent of a destructive verb: the node's last one if it is the same and nobody saw its end, else the next.</summary>
    /// <remarks>
    /// The node's record outlives this memory: what a lost workflow began may still run, or be done already, and is not done again.
    /// Whether the verb was sent at all under that record is the back end's to tell.
    /// </remarks>
    /// <param name="verb">The verb.</param>
    /// <param name="anew">Whether it failed, so that the same once more is another intention.</param>
    /// <param name="hashes">Fingerprints of what is wanted; of the first a new intent is made, each of them joins one.</param>
    protected NodeIntent DrawIntent(string verb, bool anew, params ReadOnlySpan<string> hashes)
    {
        var last = Observed.Node?.Intent;
        var join = !anew && last is not null && last.Verb == verb && hashes.Contains(last.Hash)
            && (Observed.Node!.Phase is NodePhase.Busy or NodePhase.Held
                || (Observed.Node.Phase is not NodePhase.Failed && last != Observed.IntentDone));
        return join ? last! : new(verb, hashes[0], (last?.Ordinal ?? 0) + 1);
    }

    /// <summary>Reads the firmware settings anew, on the machine and on the objects.</summary>
    protected async Task RefreshFirmwareAsync(Step step)
    {
        var firmware = await RunAsync<FirmwareState?>(
            step,
            async attempt => await ObjectsAsync(objects => objects.RefreshFirmwareAsync(Plain(false)), step.Title, attempt.Cancellation),
            () => null);
        Observed = Observed with { Firmware = firmware ?? Observed.Firmware ?? new(), FirmwareReadAt = Now };
    }

    /// <summary>Reads the firmware settings again within a step, if what is known of them is too old to decide by.</summary>
    /// <returns>Whether they were read.</returns>
    protected async Task<bool> RefreshStaleFirmwareAsync(StepAttempt attempt)
    {
        if (!HostDecisions.FirmwareIsStale(Desired, Observed, Options, Now))
        {
            return false;
        }

        var firmware = await ObjectsAsync(
            objects => objects.RefreshFirmwareAsync(Plain(false)), HostSteps.ReadFirmware.Title, attempt.Cancellation);
        Observed = Observed with { Firmware = firmware, FirmwareReadAt = Now };
        return true;
    }

    /// <summary>Takes an annotation off whose request was carried out, or became pointless.</summary>
    protected Task RemoveAnnotationAsync(string key, string value, string why)
    {
        var request = new RemoveAnnotationsRequest(Desired.Host, new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value });
        return ObjectsAsync(objects => objects.RemoveAnnotationsAsync(request), why, CancellationToken.None);
    }

    /// <summary>Stops what can be stopped safely; failing to is no failure, the next lifecycle joins what runs.</summary>
    protected async Task AbortAsync()
    {
        try
        {
            See((await AskAsync(nodes => nodes.AbortAsync(Plain(false)), "Stop what can be stopped", CancellationToken.None)).Node);
        }
        catch (ActivityFailureException failure)
        {
            Workflow.Logger.NotAborted(failure.InnerException?.Message ?? failure.Message);
        }
    }

    /// <summary>During a deletion a step is given up after some failures, so that no dead BMC holds the object for ever.</summary>
    protected Step Deletable(Step step) => Desired.Deleting ? step with { GiveUpAfter = Patience.DeletionAttempts } : step;

    /// <summary>Whether an activity failed with a type of ours.</summary>
    protected static bool Is(ActivityFailureException failure, string type) =>
        failure.InnerException is ApplicationFailureException application && application.ErrorType == type;

    /// <summary>Asks the BMC itself what is wrong; null when it cannot be found out.</summary>
    protected async Task<string?> DiagnoseAsync(CancellationToken cancellation)
    {
        try
        {
            var diagnosis = await AskAsync(nodes => nodes.ProbeBmcAsync(Plain(false)), "Ask the BMC itself", cancellation);
            return diagnosis.Class is "Reachable" or "Unknown" ? null : diagnosis.Sentence;
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            return null;
        }
    }

    /// <summary>Waits for a slot of the host's capacity pool and enters the state that needs it; nothing is told yet.</summary>
    /// <param name="state">The state to enter.</param>
    /// <param name="delayedMetric">Upstream's counter for being delayed here.</param>
    protected async Task EnterWithSlotAsync(ProvisioningState state, string delayedMetric)
    {
        var limit = Observed.UsesVirtualMedia ? Options.VirtualMediaLimit : Options.NetworkBootLimit;
        if (limit > 0)
        {
            var pool = Observed.UsesVirtualMedia ? WorkflowNames.VirtualMediaPool : WorkflowNames.NetworkBootPool;
            var step = new Step(StepNames.AwaitSlot, $"Wait for a slot of the pool {pool}") { Skippable = true };
            await RunAsync(step, attempt => QueueAsync(step, pool, limit, delayedMetric, attempt.Cancellation));
        }

        if (Observed.Status.OperationalStatus == OperationalStatus.Delayed)
        {
            Observed = Observed.ClearError();
        }

        if (Observed.State != state)
        {
            Apply(Observed.Enter(state, Desired, Now));
        }
    }

    private async Task QueueAsync(Step step, string pool, int limit, string delayedMetric, CancellationToken cancellation)
    {
        _pool = pool;
        var request = new SlotRequest
        {
            Pool = pool,
            Holder = Workflow.Info.WorkflowId,
            Host = Desired.Host,
            AlreadyBusy = Observed.Node?.Phase is NodePhase.Busy,
            InitialLimit = limit,
        };
        await ObjectsAsync(objects => objects.RequestSlotAsync(request), $"Ask for a slot of {pool}", cancellation);
        while (_slot is not { Granted: true })
        {
            if (_slot is { } notice)
            {
                if (Observed.Status.OperationalStatus != OperationalStatus.Delayed)
                {
                    // A stored error is kept beside the delay: upstream wipes it and forgets what to restart.
                    Observed = Observed with { Status = Observed.Status with { OperationalStatus = OperationalStatus.Delayed } };
                    _publisher.Tell([], [new(delayedMetric, new Dictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["namespace"] = Desired.Host.Namespace,
                        ["host"] = Desired.Host.Name,
                    })]);
                    await PublishAsync("tell that the host is delayed");
                }

                var seen = notice;
                await WaitAsync(
                    step,
                    new()
                    {
                        Step = step.Name,
                        Kind = WaitKind.Capacity,
                        For = $"a slot of the pool {pool}: place {notice.Position} in the queue",
                        Since = Now,
                        EndsWith = "a slot becoming free, a larger limit (signal setLimit), or skip",
                    },
                    () => _slot != seen);
                if (_skip is not null)
                {
                    return;
                }
            }
            else
            {
                await WaitAsync(
                    step,
                    new()
                    {
                        Step = step.Name,
                        Kind = WaitKind.Capacity,
                        For = $"the answer of the capacity workflow of {pool}",
                        Since = Now,
                        EndsWith = "its answer, or skip",
                    },
                    () => _slot is not null,
                    TimeSpan.FromMinutes(1));
                if (_skip is not null)
                {
                    return;
                }

                if (_slot is null)
                {
                    await ObjectsAsync(objects => objects.RequestSlotAsync(request), $"Ask again for a slot of {pool}", cancellation);
                }
            }
        }
    }

    /// <summary>Begins to give the slot back, for the machine has done what it was for; whatever is left to do need not wait for that.</summary>
    protected void LeaveQueue() => _leaving ??= _pool is { } pool ? LeaveQueueAsync(pool) : null;

    private Task LeftQueueAsync()
    {
        LeaveQueue();
        return _leaving ?? Task.CompletedTask;
    }

    private static async Task LeaveQueueAsync(string pool)
    {
        try
        {
            await Workflow.GetExternalWorkflowHandle<ICapacityWorkflow>(WorkflowNames.CapacityId(pool))
                .SignalAsync(capacity => capacity.ReleaseAsync(Workflow.Info.WorkflowId), new() { CancellationToken = CancellationToken.None });
        }
        catch (Exception gone) when (gone is ApplicationFailureException or ServerFailureException)
        {
            // No capacity workflow, nothing to give back: it frees the slots of holders that ended by itself.
            Workflow.Logger.SlotNotReturned(pool, gone.Message);
        }
    }
}

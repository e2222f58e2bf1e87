using System.Diagnostics;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Metal3.Workflows.Steps;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.HostLifecycle;

/// <summary>The entity workflow of a BareMetalHost: hears what is wanted, decides, runs lifecycles as children, publishes.</summary>
/// <remarks>Top down: what it remembers, what it can be told (<c>.Steering</c>), how it lives, then the actions.</remarks>
[Workflow(WorkflowNames.Host)]
public sealed partial class HostWorkflow : IHostWorkflow
{
    private static readonly SearchAttributeKey<string> StateKey = SearchAttributeKey.CreateKeyword("Metal3State");
    private static readonly SearchAttributeKey<string> StepKey = SearchAttributeKey.CreateKeyword("Metal3Step");
    private static readonly SearchAttributeKey<string> WaitingForKey = SearchAttributeKey.CreateKeyword("Metal3WaitingFor");
    private static readonly SearchAttributeKey<string> ErrorTypeKey = SearchAttributeKey.CreateKeyword("Metal3ErrorType");
    private static readonly SearchAttributeKey<DateTimeOffset> WaitingSinceKey = SearchAttributeKey.CreateDateTimeOffset("Metal3WaitingSince");

    private readonly HostPublisher _publisher = new();
    private HostSnapshot _desired;   // written by signals only
    private ObservedHost _observed;  // written by the loop only
    private HostOptions? _options;
    private List<StepHold> _holds;
    private readonly List<string> _said;
    private HostSnapshot? _successor;
    private ChildWorkflowHandle? _child;
    private Lifecycle? _lifecycle;
    private string? _lifecycleId;
    private WaitingRecord? _waiting;
    private StopRequest? _stopping;
    private long _runs;
    private int _desiredVersion;
    private bool _gone;
    private HostSnapshot? _doubt;    // a snapshot that contradicts what is known: the object itself must say who is right
    private NodeChange? _nodeNews;
    private bool _retry;
    private string _attributes = "";

    /// <summary>Remembers what it was started with, before the first signal arrives.</summary>
    /// <param name="state">What it was started with.</param>
    [WorkflowInit]
    public HostWorkflow(HostState state)
    {
        _desired = state.Desired;
        _observed = state.Observed ?? FromObject(state.Desired);
        _options = state.Options;
        _holds = [.. state.Holds];
        _said = [.. state.Said];
        HoldAnnotations.Follow(_holds, ValueMap<string>.Empty, _desired.Annotations, Now);
        _successor = state.Successor;
        _runs = state.Runs;
        _gone = state.Gone;
    }

    private HostOptions Options => _options ?? new();

    private static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <inheritdoc/>
    [WorkflowRun]
    public async Task RunAsync(HostState state)
    {
        _publisher.Knows(_observed); // what a workflow without memory begins with is what stands on the object
        while (true)
        {
            if (_doubt is not null)
            {
                await ResolveDoubtAsync();
            }

            if (_gone)
            {
                await EndAsync("the object vanished without a deletionTimestamp that anybody saw; node and machine are left as they are");
                return;
            }

            if (_nodeNews is not null)
            {
                await HearNewsAsync();
            }

            HearWords();
            var seen = _desiredVersion;
            var action = HostDecisions.Next(_desired, _observed, Options, Now);
            switch (action)
            {
                case HostAction.Rest rest:
                    await RestAsync(rest, seen);
                    break;
                case HostAction.End end:
                    await EndAsync(end.Why);
                    return;
                case HostAction.Intake:
                    await IntakeAsync();
                    break;
                case HostAction.Publish publish:
                    await PublishAsync(publish.Change, "tell what was decided");
                    break;
                case HostAction.RefreshFirmware:
                    await RefreshFirmwareAsync();
                    break;
                case HostAction.RemoveAnnotations remove:
                    await RemoveAnnotationsAsync(remove);
                    break;
                case HostAction.Run run:
                    if (await RunLifecycleAsync(run))
                    {
                        await EndAsync("the host is released");
                        return;
                    }

                    break;
                default:
                    throw new UnreachableException($"The loop does not know the action {action}.");
            }
        }
    }

    private static ObservedHost FromObject(HostSnapshot desired) => desired.Status is { } status
        ? new()
        {
            Status = status,
            HardwareHash = null,
            Architecture = desired.HardwareArchitecture,
            AdoptionDue = HostDecisions.IsDeployed(status.Provisioning.State),
        }
        : new();

    private static bool IsGone(ActivityFailureException failure) =>
        failure.InnerException is ApplicationFailureException { ErrorType: FailureTypes.HostGone };

    /// <summary>Two snapshots contradict each other (another uid, or an older version): the object itself decides.</summary>
    private async Task ResolveDoubtAsync()
    {
        var doubt = _doubt!;
        try
        {
            var fresh = await Workflow.ExecuteActivityAsync(
                (IHostObjectActivities objects) => objects.ReadHostAsync(_desired.Host), Calls.Objects("Ask the object which of two snapshots is right"));
            if (fresh.ResourceVersion != _desired.ResourceVersion)
            {
                _desired = fresh with { Related = doubt.Host.Uid == fresh.Host.Uid ? doubt.Related : _desired.Related };
                _desiredVersion++;
            }

            _doubt = _doubt == doubt ? null : _doubt;
        }
        catch (ActivityFailureException failure) when (IsGone(failure))
        {
            // Whoever removed ours did not ask us to touch the machine; another object may have taken the name.
            _gone = true;
            _successor = _doubt!.Host.Uid == _desired.Host.Uid ? null : _doubt;
            _doubt = null;
        }
    }

    /// <summary>The fleet says that the node is not as we know it: the node itself must say so, for the listing may be older than our own deeds.</summary>
    private async Task HearNewsAsync()
    {
        var news = _nodeNews!;
        _nodeNews = null;
        var known = _observed.Node;
        if (_desired.IsPaused())
        {
            _observed = _observed with { Registered = null }; // nothing is asked for a paused host: afterwards everything is looked at
            return;
        }

        if (news.NodeId != _observed.Status.Provisioning.Id || _observed.Status.OperationalStatus == OperationalStatus.Detached
            || _observed.Registered is null
            || (news.Node is { } told && known is not null
                && (told.Phase, told.PoweredOn, told.Maintenance, told.Fault) == (known.Phase, known.PoweredOn, known.Maintenance, known.Fault)))
        {
            return;
        }

        var node = news.Node;
        try
        {
            var request = new NodeRequest { Host = _desired.Host, NodeId = news.NodeId, LastSeen = known };
            node = await Workflow.ExecuteActivityAsync(
                (INodeActivities nodes) => nodes.LookAsync(request),
                Calls.Request(Options.Patience, "See whether the node is as the fleet's listing says", CancellationToken.None));
        }
        catch (ActivityFailureException failure) when (failure.InnerException is ApplicationFailureException { ErrorType: FailureTypes.NodeMissing })
        {
            node = null;
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            // The back end answers nothing now; whatever is done next looks again.
            Workflow.Logger.NewsUnconfirmed(failure.InnerException?.Message ?? failure.Message);
        }

        _observed = node is null
            ? _observed with { Node = null, Registered = null, IntentDone = null }
            : _observed with { Node = node };
    }

    /// <summary>What was said while the loop was busy; it alone writes the observed side.</summary>
    private void HearWords()
    {
        if (_retry)
        {
            _retry = false;
            _observed = _observed with { Setback = null, FirmwareTried = null };
            if (_observed.Status.ProvisioningFailCount > 0 && _observed.State == ProvisioningState.Available)
            {
                _observed = _observed with { Status = _observed.Status with { ProvisioningFailCount = 0 } };
            }
        }
    }

    private async Task RestAsync(HostAction.Rest rest, int version)
    {
        if (Workflow.AllHandlersFinished && _child is null
            && (Workflow.ContinueAsNewSuggested || Workflow.CurrentHistoryLength > Options.Patience.HistoryEvents))
        {
            ContinueAsNew();
        }

        _waiting = rest.Why is { } why && _waiting is { } before && before.Step == why.Step && before.For == why.For
            ? why with { Since = before.Since }
            : rest.Why;
        await TellConditionsAsync();
        Describe();
        bool Over() => _desiredVersion != version || _gone || _nodeNews is not null || _retry || _doubt is not null;
        var longest = rest.Until - Now;
        if (longest is null)
        {
            await Workflow.WaitConditionAsync(Over);
        }
        else if (longest > TimeSpan.Zero)
        {
            await Workflow.WaitConditionWithOptionsAsync(new()
            {
                ConditionCheck = Over,
                Timeout = longest,
                TimeoutSummary = rest.Why?.NextAction ?? "look at the firmware settings again",
            });
        }
    }

    /// <summary>A spec edit moves the conditions' observed generation even where nothing else follows from it.</summary>
    private async Task TellConditionsAsync()
    {
        if (!_desired.IsPaused() && _desired.Claimed && _observed.Status.LastUpdated is not null
            && (_observed.PublishedGeneration != _desired.Generation || !_publisher.Shows(_observed)))
        {
            await PublishAsync(Change.Of(_observed), "tell what is new at rest");
        }
    }

    private async Task IntakeAsync()
    {
        try
        {
            var result = await Workflow.ExecuteActivityAsync(
                (IHostObjectActivities objects) => objects.IntakeAsync(new(_desired.Host, Now)),
                Calls.Objects("Look after finalizer, annotations and imports"));
            _options = result.Options;
            var fresh = result.Snapshot;
            if (fresh.ResourceVersion != _desired.ResourceVersion)
            {
                // Our own writes come back as a newer object; related versions are the bridge's to know.
                _desired = fresh with { Related = _desired.Related };
                _desiredVersion++;
            }

            if (result.Restored && fresh.Status is { } restored)
            {
                _observed = FromObject(fresh) with { Status = restored };
            }

            var refusedBefore = _observed.Refused;
            _observed = _observed with
            {
                Refused = result.Refused,
                HardwareHash = result.HardwareHash ?? _observed.HardwareHash,
                Architecture = result.Architecture ?? _observed.Architecture,
            };
            _observed = _observed with { IntakeOf = HostDecisions.IntakeKey(_desired, _observed) };
            if (result.Refused is { } refused && _observed.Status.ErrorMessage != refused)
            {
                await PublishAsync(_observed.Fail(ErrorType.RegistrationError, refused), "tell that an annotation cannot be used");
            }
            else if (result.Refused is null && _observed.Status.ErrorType == ErrorType.RegistrationError
                && (_observed.State == ProvisioningState.None || _observed.Status.ErrorMessage == refusedBefore))
            {
                _observed = _observed.ClearError(_observed.State == ProvisioningState.None ? OperationalStatus.None : null);
            }
        }
        catch (ActivityFailureException failure) when (IsGone(failure))
        {
            _gone = true;
        }
    }

    private async Task RefreshFirmwareAsync()
    {
        try
        {
            var request = new NodeRequest { Host = _desired.Host, NodeId = _observed.Status.Provisioning.Id, LastSeen = _observed.Node };
            var options = Calls.Objects("Read the firmware settings");
            options.RetryPolicy = new() { MaximumAttempts = 3, InitialInterval = TimeSpan.FromSeconds(1) };
            var firmware = await Workflow.ExecuteActivityAsync((IHostObjectActivities objects) => objects.RefreshFirmwareAsync(request), options);
            _observed = _observed with
            {
                Firmware = firmware with { Version = HostDecisions.FirmwareVersion(_desired) is { Length: > 0 } version ? version : firmware.Version },
                FirmwareReadAt = Now,
            };
        }
        catch (ActivityFailureException failure) when (IsGone(failure))
        {
            _gone = true;
        }
        catch (ActivityFailureException failure) when (!TemporalException.IsCanceledException(failure))
        {
            // Settings that cannot be read now hold nothing up: they are looked at again in an hour, or when they change.
            Workflow.Logger.FirmwareUnread(failure.InnerException?.Message ?? failure.Message);
            _observed = _observed with
            {
                Firmware = (_observed.Firmware ?? new()) with { Version = HostDecisions.FirmwareVersion(_desired) },
                FirmwareReadAt = Now,
                Registered = failure.InnerException is ApplicationFailureException { ErrorType: FailureTypes.NodeMissing }
                    ? null
                    : _observed.Registered,
            };
        }
    }

    private async Task RemoveAnnotationsAsync(HostAction.RemoveAnnotations remove)
    {
        if (remove.Change is { } change)
        {
            await PublishAsync(change, "tell what was decided");
        }

        try
        {
            await Workflow.ExecuteActivityAsync(
                (IHostObjectActivities objects) => objects.RemoveAnnotationsAsync(new(_desired.Host, remove.Annotations)),
                Calls.Objects("Remove annotations that have nothing left to ask"));

            // The object without them comes back by signal; until then the memory of having removed them must do.
            var left = _desired.Annotations;
            foreach (var (key, value) in remove.Annotations)
            {
                left = left.TryGetValue(key, out var stands) && stands == value ? left.Without(key) : left;
            }

            _desired = _desired with { Annotations = left };
        }
        catch (ActivityFailureException failure) when (IsGone(failure))
        {
            _gone = true;
        }
    }

    private async Task PublishAsync(Change change, string why)
    {
        _observed = change.Observed;
        _publisher.Tell(change.Events, change.Metrics);
        try
        {
            var (observed, writing) = _publisher.Publish(_observed, _desired, Options, why);
            _observed = observed;
            _options = (await writing)?.Options ?? _options;
            Describe();
        }
        catch (ActivityFailureException failure) when (IsGone(failure))
        {
            _gone = true;
        }
    }

    /// <returns>Whether the host is released, so that nothing is left to live for.</returns>
    private async Task<bool> RunLifecycleAsync(HostAction.Run run)
    {
        var (events, metrics) = _publisher.TakeUntold();
        var request = new LifecycleRequest
        {
            IsPublished = _publisher.Shows(_observed),
            Events = events,
            Metrics = metrics,
            Lifecycle = run.Lifecycle,
            Desired = _desired,
            Observed = _observed,
            Options = Options,
            Holds = _holds,
            Power = run.Power,
            Restart = run.Restart,
        };
        var startedWith = _desired;
        var told = _desired;
        var seen = _desiredVersion;
        _stopping = null;
        _waiting = null;
        _lifecycle = run.Lifecycle;
        LifecycleResult result;
        try
        {
            var child = await StartAsync(run, request);
            _child = child;
            var outcome = child.GetResultAsync<LifecycleResult>();
            while (!outcome.IsCompleted)
            {
                await Workflow.WaitConditionAsync(() => outcome.IsCompleted || _desiredVersion != seen || _doubt is not null || (_gone && _stopping is null));
                if (outcome.IsCompleted)
                {
                    break;
                }

                if (_doubt is not null)
                {
                    await ResolveDoubtAsync();
                }

                seen = _desiredVersion;
                if (_gone || HostDecisions.Concerns(_desired, told, run.Lifecycle) || !Patches.FewerSteps)
                {
                    told = _desired;
                    await TellChildAsync(child, startedWith, run.Lifecycle);
                }
            }

            result = await outcome;
        }
        catch (ChildWorkflowFailureException lost)
        {
            // Terminated by hand, or a bug that failed it: what it knew is lost, what it did is on the node and is joined.
            Workflow.Logger.LifecycleLost(run.Lifecycle, lost.InnerException?.Message ?? lost.Message);
            _child = null;
            var known = await RememberAsync();
            result = new()
            {
                End = LifecycleEnd.Abandoned,
                Step = run.Lifecycle.Word(),
                Why = $"its workflow ended: {lost.InnerException?.Message ?? lost.Message}",
                Holds = _holds,
                Observed = known with
                {
                    Registered = null,
                    Node = null,
                    Setback = new()
                    {
                        Lifecycle = run.Lifecycle,
                        Abandoned = true,
                        Desired = HostDecisions.DesiredKey(_desired),
                        Step = run.Lifecycle.Word(),
                        Why = $"its workflow ended: {lost.InnerException?.Message ?? lost.Message}",
                    },
                },
            };
        }

        _child = null;
        _lifecycle = null;
        _lifecycleId = null;
        return Fold(run, StillDesired(result, told, run.Lifecycle));
    }

    /// <summary>A setback stands until something is changed; what the lifecycle did not have to hear of is no such change.</summary>
    private LifecycleResult StillDesired(LifecycleResult result, HostSnapshot told, Lifecycle lifecycle) =>
        result.Observed.Setback is { } setback && setback.Desired == HostDecisions.DesiredKey(told)
        && !HostDecisions.Concerns(_desired, told, lifecycle)
            ? result with { Observed = result.Observed with { Setback = setback with { Desired = HostDecisions.DesiredKey(_desired) } } }
            : result;

    /// <summary>What a lost lifecycle told last stands on the object.</summary>
    private async Task<ObservedHost> RememberAsync()
    {
        try
        {
            var fresh = await Workflow.ExecuteActivityAsync(
                (IHostObjectActivities objects) => objects.ReadHostAsync(_desired.Host), Calls.Objects("Read what the lost lifecycle told last"));
            return fresh.Status is { } status ? _observed with { Status = status } : _observed;
        }
        catch (ActivityFailureException failure) when (IsGone(failure))
        {
            _gone = true;
            return _observed;
        }
    }

    private async Task<ChildWorkflowHandle> StartAsync(HostAction.Run run, LifecycleRequest request)
    {
        while (true)
        {
            _lifecycleId = WorkflowNames.LifecycleId(_desired.Host.Namespace, _desired.Host.Name, run.Lifecycle, ++_runs);
            Describe();
            try
            {
                return await Workflow.StartChildWorkflowAsync(
                    run.Lifecycle.WorkflowType(),
                    [request],
                    new()
                    {
                        Id = _lifecycleId,
                        ParentClosePolicy = ParentClosePolicy.RequestCancel,
                        StaticSummary = $"{run.Lifecycle.Word()} {_desired.Host}" + (run.Power is { } power ? $" ({power.Why})" : ""),
                    });
            }
            catch (WorkflowAlreadyStartedException)
            {
                // A lifecycle of an earlier life of this workflow is still ending; it keeps its name.
            }
        }
    }

    private async Task TellChildAsync(ChildWorkflowHandle child, HostSnapshot startedWith, Lifecycle lifecycle)
    {
        try
        {
            if (_stopping is null)
            {
                _stopping = _gone
                    ? new(StopReason.Gone, "the object vanished")
                    : HostDecisions.Supersedes(_desired, startedWith, _observed, lifecycle);
                if (_stopping is { } stop)
                {
                    await child.SignalAsync(nameof(ILifecycleWorkflow.StopAsync)[..^"Async".Length], [stop]);
                    return;
                }
            }

            await child.SignalAsync(nameof(ILifecycleWorkflow.DesiredChangedAsync)[..^"Async".Length], [_desired]);
        }
        catch (Exception over) when (over is ApplicationFailureException or ServerFailureException or FailureException
            && !TemporalException.IsCanceledException(over))
        {
            // It ended in the meantime; its result says the rest.
        }
    }

    private bool Fold(HostAction.Run run, LifecycleResult result)
    {
        _observed = result.Observed;
        if (result.IsPublished)
        {
            _publisher.Knows(_observed);
        }
        else
        {
            _publisher.Forget();
        }

        _publisher.Tell(result.Events, result.Metrics);
        _holds = [.. result.Holds];
        if (result.Fresh is { } fresh && fresh.ResourceVersion != _desired.ResourceVersion)
        {
            _desired = fresh with { Related = _desired.Related };
            _desiredVersion++;
        }

        switch (result.End)
        {
            case LifecycleEnd.HostGone:
                if (run.Lifecycle is Lifecycle.Delete)
                {
                    return true;
                }

                _gone = true;
                return false;
            case LifecycleEnd.NodeLost:
                _observed = _observed with { Registered = null, Node = null, IntentDone = null };
                return false;
            case LifecycleEnd.GaveUp when run.Lifecycle is Lifecycle.Register:
                var deleting = _observed.Enter(ProvisioningState.Deleting, _desired, Now);
                _publisher.Tell(deleting.Events, deleting.Metrics);
                _observed = deleting.Observed with { Registered = HostDecisions.RegisteredMark(_desired, deleting.Observed) };
                return false;
            case LifecycleEnd.Done when run.Lifecycle is Lifecycle.Delete:
                return true;
            default:
                return false;
        }
    }

    private async Task EndAsync(string why)
    {
        Workflow.Logger.HostEnds(why);
        Workflow.CurrentDetails = why;
        await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished);
        if (_successor is { } successor)
        {
            // The name lives on with another object: its own life begins without our memory.
            throw Workflow.CreateContinueAsNewException(
                (IHostWorkflow host) => host.RunAsync(new() { Desired = successor, Options = _options, Runs = _runs }));
        }
    }

    private void ContinueAsNew() => throw Workflow.CreateContinueAsNewException(
        (IHostWorkflow host) => host.RunAsync(new()
        {
            Desired = _desired,
            Observed = _observed,
            Options = _options,
            Runs = _runs,
            Holds = _holds,
            Successor = _successor,
            Gone = _gone,
            Said = _said,
        }));

    private void Describe()
    {
        var status = _observed.Status;
        var state = _observed.State.Word.Length == 0 ? "new" : _observed.State.Word;
        var error = status.ErrorType is { } type ? $"\n\n**{type.Word}** ({status.ErrorCount}): {status.ErrorMessage}" : "";
        var now = _lifecycle is { } lifecycle
            ? $"{lifecycle.Word()} is running: see workflow `{_lifecycleId}`"
            : _waiting is { } waiting
                ? $"waits since {waiting.Since:u}: {waiting.For}. Ends with: {waiting.EndsWith}."
                    + (waiting.NextActionAt is { } at ? $" By itself at {at:u}: {waiting.NextAction}." : "")
                : "at rest";
        Workflow.CurrentDetails = $"**{state}** – {now}{error}";
        if (!Options.HasSearchAttributes)
        {
            return;
        }

        var step = _lifecycle?.Word() ?? "rest";
        var kind = _waiting?.Kind.ToString() ?? "";
        var errorType = status.ErrorType?.Word ?? "";
        var attributes = string.Join('|', state, step, kind, errorType);
        if (attributes == _attributes)
        {
            return;
        }

        _attributes = attributes;
        Workflow.UpsertTypedSearchAttributes(
            StateKey.ValueSet(state),
            StepKey.ValueSet(step),
            kind.Length == 0 ? WaitingForKey.ValueUnset() : WaitingForKey.ValueSet(kind),
            errorType.Length == 0 ? ErrorTypeKey.ValueUnset() : ErrorTypeKey.ValueSet(errorType),
            _waiting is null ? WaitingSinceKey.ValueUnset() : WaitingSinceKey.ValueSet(_waiting.Since));
    }
}

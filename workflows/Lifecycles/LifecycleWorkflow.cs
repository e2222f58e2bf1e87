using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <summary>What all lifecycles share: the desired and observed side, steps, steering, publishing, and one way out.</summary>
/// <remarks>This part: memory and life. <c>.Steering</c>: what it can be told. <c>.Steps</c>: how a step runs. <c>.Node</c>: asking and waiting.</remarks>
public abstract partial class LifecycleWorkflow : ILifecycleWorkflow
{
    private readonly HostPublisher _publisher = new();
    private readonly CancellationTokenSource _stopped;
    private Task _telling = Task.CompletedTask; // the last write of status; writes follow one another
    private HostSnapshot? _fresh;
    private StopRequest? _stop;

    /// <summary>Remembers what it was started with, before the first signal arrives.</summary>
    /// <param name="request">What it was started with.</param>
    protected LifecycleWorkflow(LifecycleRequest request)
    {
        Request = request;
        Desired = request.Desired;
        Observed = request.Observed;
        _holds = [.. request.Holds];
        _stopped = CancellationTokenSource.CreateLinkedTokenSource(Workflow.CancellationToken);
        if (request.IsPublished)
        {
            _publisher.Knows(Observed);
        }

        _publisher.Tell(request.Events, request.Metrics);
        _restartDue = request.Restart;
    }

    /// <summary>What it was started with.</summary>
    protected LifecycleRequest Request { get; }

    /// <summary>The desired side; written by signals only.</summary>
    protected HostSnapshot Desired { get; private set; }

    /// <summary>The observed side; written by the lifecycle only.</summary>
    protected ObservedHost Observed { get; set; }

    /// <summary>Configuration.</summary>
    protected HostOptions Options => Request.Options;

    /// <summary>All patience.</summary>
    protected Patience Patience => Options.Patience;

    /// <summary>The workflow's time.</summary>
    protected static DateTimeOffset Now => new(Workflow.UtcNow, TimeSpan.Zero);

    /// <summary>How a recorded failure of this lifecycle is called on the host.</summary>
    protected abstract ErrorType ErrorType { get; }

    /// <summary>Lives: runs the steps, folds every way out into a result.</summary>
    /// <param name="steps">The lifecycle's own steps.</param>
    protected async Task<LifecycleResult> LiveAsync(Func<Task> steps)
    {
        Workflow.Logger.LifecycleBegins(Request.Lifecycle);
        var end = LifecycleEnd.Done;
        string step = "", why = "";
        try
        {
            ThrowIfStopped();
            await steps();
        }
        catch (LifecycleExitException exit)
        {
            (end, step, why) = (exit.End, exit.Step, exit.Message);
            _fresh = exit.Fresh ?? _fresh;
        }
        catch (Exception cancelled) when (TemporalException.IsCanceledException(cancelled))
        {
            (end, step, why) = _stop is { } stop
                ? (LifecycleEnd.Stopped, _step, stop.Why)
                : (LifecycleEnd.Abandoned, _step, "the workflow was cancelled");
        }

        if (end is LifecycleEnd.Stopped && _stop?.Reason is StopReason.Superseded)
        {
            await TidyUpAsync();
        }

        await LeftQueueAsync();
        end = await ToldAsync() ?? end;
        if (Observed.Status.OperationalStatus == OperationalStatus.Delayed)
        {
            // Nothing queues any more; what the delay covered shows again.
            Observed = Observed with
            {
                Status = Observed.Status with { OperationalStatus = Observed.Status.ErrorType is null ? OperationalStatus.Ok : OperationalStatus.Error },
            };
        }

        Observed = Observed with { Note = "", Ledger = [.. Observed.Ledger.Concat(_ledger).TakeLast(20)] };
        if (end is LifecycleEnd.Abandoned or LifecycleEnd.Failed)
        {
            Observed = Observed with
            {
                Setback = new()
                {
                    Lifecycle = Request.Lifecycle,
                    Abandoned = end is LifecycleEnd.Abandoned,
                    Desired = HostDecisions.DesiredKey(Desired),
                    Until = end is LifecycleEnd.Abandoned ? null : Now + PauseAfterEnd(),
                    Step = step,
                    Why = why,
                },
            };
        }
        else if (end is LifecycleEnd.Done or LifecycleEnd.GaveUp && Observed.Setback?.Lifecycle == Request.Lifecycle)
        {
            Observed = Observed with { Setback = null };
        }

        Workflow.Logger.LifecycleEnds(Request.Lifecycle, end, why);
        Describe(end is LifecycleEnd.Done ? "done" : $"{end}: {why}");
        var (events, metrics) = _publisher.TakeUntold();
        return new()
        {
            End = end,
            Observed = Observed,
            Step = step,
            Why = why,
            Fresh = _fresh,
            IsPublished = _publisher.Shows(Observed),
            Events = events,
            Metrics = metrics,
            Holds = _holds,
        };
    }

    /// <summary>Leaves the back end in a state that the next lifecycle can start from; only when something else is wanted.</summary>
    protected virtual Task TidyUpAsync() => Task.CompletedTask;

    /// <summary>The pause before the host workflow tries a lifecycle again that ended as failed.</summary>
    protected virtual TimeSpan PauseAfterEnd() =>
        Backoff.AfterFailure(Patience, (int)Math.Clamp(Observed.Status.ErrorCount, 1, int.MaxValue), Workflow.Random.NextDouble());

    /// <summary>Writes status, events and counts, if there is anything new in them, after what is being written already.</summary>
    /// <remarks>To be awaited before anything that must not be done to a paused host: the write is also the look at that.</remarks>
    /// <param name="why">What the write is for, shown in the story.</param>
    protected Task PublishAsync(string why) => _telling = PublishAfterAsync(_telling, why);

    private async Task PublishAfterAsync(Task before, string why)
    {
        await before;
        try
        {
            var (observed, writing) = _publisher.Publish(Observed, Desired, Options, why);
            Observed = observed;
            if (await writing is { Paused: true })
            {
                _stop ??= new(StopReason.Paused, "the host was paused");
                _stopped.Cancel();
            }
        }
        catch (ActivityFailureException failure) when (
            failure.InnerException is ApplicationFailureException { ErrorType: FailureTypes.HostGone } gone)
        {
            throw new LifecycleExitException(LifecycleEnd.HostGone, _step, gone.Message);
        }
    }

    /// <summary>Sees the last write end, which nobody may have waited for.</summary>
    /// <returns>How the lifecycle ends because of it; null: as it would.</returns>
    private async Task<LifecycleEnd?> ToldAsync()
    {
        try
        {
            await _telling;
            return null;
        }
        catch (LifecycleExitException gone)
        {
            return gone.End;
        }
        catch (Exception cancelled) when (TemporalException.IsCanceledException(cancelled))
        {
            return null;
        }
    }

    /// <summary>Takes a change over, to be published with the next write.</summary>
    protected void Apply(Change change)
    {
        Observed = change.Observed;
        _publisher.Tell(change.Events, change.Metrics);
    }

    /// <summary>Tells an event with the next write.</summary>
    protected void Tell(string reason, string message) => _publisher.Tell([new(reason, message)]);

    /// <summary>Counts something with the next write.</summary>
    protected void Count(string metric) => _publisher.Tell([], [new(metric)]);

    private void ThrowIfStopped()
    {
        if (_stop is { } stop)
        {
            throw new LifecycleExitException(LifecycleEnd.Stopped, _step, stop.Why);
        }

        if (Workflow.CancellationToken.IsCancellationRequested)
        {
            throw new LifecycleExitException(LifecycleEnd.Abandoned, _step, "the workflow was cancelled");
        }
    }
}

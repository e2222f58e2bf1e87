using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Metal3.Workflows.Steps;
using Temporalio.Common;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.Lifecycles;

/// <content>How a step runs: every wait is a race between the thing itself, a person's word, a deadline and the desired side.</content>
public abstract partial class LifecycleWorkflow
{
    private static readonly SearchAttributeKey<string> StepKey = SearchAttributeKey.CreateKeyword("Metal3Step");
    private static readonly SearchAttributeKey<string> WaitingForKey = SearchAttributeKey.CreateKeyword("Metal3WaitingFor");
    private static readonly SearchAttributeKey<DateTimeOffset> WaitingSinceKey = SearchAttributeKey.CreateDateTimeOffset("Metal3WaitingSince");
    private static readonly SearchAttributeKey<string> StateKey = SearchAttributeKey.CreateKeyword("Metal3State");
    private static readonly SearchAttributeKey<string> ErrorTypeKey = SearchAttributeKey.CreateKeyword("Metal3ErrorType");
    private const int LongestHistory = 2000; // events; the server's own limit is far beyond

    /// <summary>Recorded failures by step. A step that starts something runs again after the wait, so one run of it cannot count them.</summary>
    private readonly Dictionary<string, int> _recorded = new(StringComparer.Ordinal);
    private HostSnapshot? _began;
    private bool _restartDue;
    private string _attributes = "";

    /// <summary>Runs a step until it is done, skipped, or the lifecycle is left.</summary>
    /// <typeparam name="T">What the step brings.</typeparam>
    /// <param name="step">The step.</param>
    /// <param name="body">One attempt of it.</param>
    /// <param name="skipped">What it brings when it is skipped; needed only where it may be.</param>
    /// <param name="onPassing">Called when a failure is seen, before it is classified; true: another attempt at once. May throw a way out.</param>
    /// <param name="atWork">What to tell while an attempt is under way; null: nothing, it is short.</param>
    protected async Task<T> RunAsync<T>(
        Step step, Func<StepAttempt, Task<T>> body, Func<T>? skipped = null, Func<StepFailure, Task<bool>>? onPassing = null,
        Func<WaitingRecord>? atWork = null)
    {
        (_step, _title, _attempt, _skippable, _skip, _retry) = (step.Name, step.Title, 0, step.Skippable, null, null);
        var restart = _restartDue;
        var unavailable = 0;
        DateTimeOffset? unavailableSince = null;
        while (true)
        {
            await HoldPointAsync(step);
            if (_skip is { } word && skipped is not null)
            {
                return Skipped(step, word, skipped);
            }

            _attempt++;
            _began = Desired;
            SetWaiting(atWork?.Invoke());
            StepFailure failure;
            using (var running = CancellationTokenSource.CreateLinkedTokenSource(_stopped.Token))
            {
                _running = running;
                try
                {
                    var result = await body(new(_attempt, restart, running.Token));
                    _done.Add(step.Name);
                    _waiting = null; // told with the next step
                    await ForgetNoteAsync();
                    return result;
                }
                catch (Exception cancelled) when (TemporalException.IsCanceledException(cancelled))
                {
                    ThrowIfLeft(step);
                    if (_skip is { } skip && skipped is not null)
                    {
                        return Skipped(step, skip, skipped);
                    }

                    throw;
                }
                catch (ActivityFailureException e)
                {
                    failure = StepFailure.Of(e, step) ?? throw new LifecycleExitException(
                        LifecycleEnd.Abandoned, step.Name, $"the activity of the step {step.Name} was cancelled");
                }
                finally
                {
                    _running = null;
                }
            }

            ThrowIfLeft(step);
            ThrowWayOut(step, failure);
            if (onPassing is not null && await onPassing(failure))
            {
                restart = false;
                continue;
            }

            TimeSpan pause;
            WaitKind kind;
            if (failure.Class is FailureClass.Recorded)
            {
                var recorded = _recorded[step.Name] = _recorded.GetValueOrDefault(step.Name) + 1;
                unavailable = 0;
                _ledger.Add(Entry(step, failure.Type, failure.Message, failure.Raw));
                Apply(RecordFailure(step, failure));
                if (step.EndsLifecycleOnFailure)
                {
                    await PublishAsync($"tell that {step.Name} failed");
                    throw new LifecycleExitException(LifecycleEnd.Failed, step.Name, failure.Message);
                }

                if (step.GiveUpAfter is { } limit && recorded >= limit)
                {
                    await PublishAsync($"tell that {step.Name} failed");
                    throw new LifecycleExitException(LifecycleEnd.GaveUp, step.Name, failure.Message);
                }

                pause = Backoff.AfterFailure(Patience, recorded, Workflow.Random.NextDouble());
                kind = WaitKind.Backoff;
            }
            else
            {
                unavailable++;
                unavailableSince ??= Now;
                pause = Backoff.WhileUnavailable(Patience, unavailable, Workflow.Random.NextDouble());
                kind = WaitKind.Backend;
                if (unavailable == 1)
                {
                    _ledger.Add(Entry(step, failure.Type, failure.Message, failure.Raw));
                }
            }

            Workflow.Logger.StepFailed(step.Name, _attempt, failure.Type, failure.Message, pause);
            await PauseAsync(step, failure, kind, pause, unavailableSince);
            restart = failure.Class is FailureClass.Recorded || restart;
        }
    }

    /// <summary>Runs a step that brings nothing.</summary>
    protected Task RunAsync(Step step, Func<StepAttempt, Task> body) => RunAsync(
        step,
        async attempt =>
        {
            await body(attempt);
            return true;
        },
        () => false);

    /// <summary>How a recorded failure shows on the host.</summary>
    protected virtual Change RecordFailure(Step step, StepFailure failure) => Observed.Fail(ErrorType, failure.Message);

    /// <summary>Waits for a condition, a person, or the desired side, telling why.</summary>
    /// <param name="step">The step that waits.</param>
    /// <param name="waiting">What to tell.</param>
    /// <param name="over">Whether the wait is over.</param>
    /// <param name="longest">How long at most; null: without end.</param>
    /// <param name="afterFailure">Whether it follows a failed attempt: what was put right since that began need not be waited for.</param>
    protected async Task WaitAsync(Step step, WaitingRecord waiting, Func<bool> over, TimeSpan? longest = null, bool afterFailure = false)
    {
        if (afterFailure && _began is { } began && IsOvertaken(began))
        {
            ThrowIfLeft(step);
            return;
        }

        SetWaiting(waiting);
        var version = _desiredVersion;
        bool Over() => over() || _retry is not null || _skip is not null || _abandon is not null || _stop is not null
            || _desiredVersion != version || Workflow.CancellationToken.IsCancellationRequested;

        // A wait that passes a minute is told on the object; before that it is nobody's concern.
        var untold = Observed.Note.Length == 0 ? Patience.TellOnObject : (TimeSpan?)null;
        if (untold is { } quiet && (longest is null || longest > quiet))
        {
            if (!await WaitConditionAsync(Over, quiet, waiting.For))
            {
                Observed = Observed with { Note = waiting.For };
                await PublishAsync("tell what is waited for");
                longest -= quiet;
            }
            else
            {
                longest = TimeSpan.Zero;
            }
        }

        if (!Over())
        {
            await WaitConditionAsync(Over, longest, waiting.For);
        }

        _retry = null;
        SetWaiting(null);
        ThrowIfLeft(step);
    }

    /// <summary>Whether somebody changed the host since then; news that only echo our own writes do not count.</summary>
    protected virtual bool IsOvertaken(HostSnapshot then) =>
        then.Generation != Desired.Generation || then.Deleting != Desired.Deleting
        || then.Annotations.Without(AnnotationKeys.Hold) != Desired.Annotations.Without(AnnotationKeys.Hold);

    private T Skipped<T>(Step step, StepCommand skip, Func<T> skipped)
    {
        _skip = null;
        _done.Add($"{step.Name} (skipped by {skip.By})");
        _ledger.Add(Entry(step, "Skipped", $"skipped by {skip.By}: {skip.Reason}", null));
        return skipped();
    }

    private static async Task<bool> WaitConditionAsync(Func<bool> over, TimeSpan? longest, string summary)
    {
        if (longest is not { } limit)
        {
            await Workflow.WaitConditionAsync(over, CancellationToken.None);
            return true;
        }

        return limit > TimeSpan.Zero
            ? await Workflow.WaitConditionWithOptionsAsync(new()
            {
                ConditionCheck = over,
                Timeout = limit,
                TimeoutSummary = summary,
                CancellationToken = CancellationToken.None,
            })
            : over();
    }

    private async Task HoldPointAsync(Step step)
    {
        ThrowIfLeft(step);
        while (_holds.Find(hold => hold.Step == step.Name || hold.Step == "*") is { } hold)
        {
            if (hold.Step == "*")
            {
                // "Whatever comes next" has become this step.
                _holds.Remove(hold);
                _holds.Add(hold with { Step = step.Name });
                continue;
            }

            var by = hold.By.Length == 0 ? "unknown" : hold.By;
            await WaitAsync(
                step,
                new()
                {
                    Step = step.Name,
                    Kind = WaitKind.Hold,
                    For = $"{by} holds the step {step.Name}" + (hold.Reason.Length == 0 ? "" : $": {hold.Reason}"),
                    Since = hold.Since,
                    EndsWith = "resume, or removing the hold annotation",
                },
                () => !_holds.Contains(hold));
            if (_skip is not null)
            {
                return;
            }
        }
    }

    private async Task PauseAsync(Step step, StepFailure failure, WaitKind kind, TimeSpan pause, DateTimeOffset? unavailableSince)
    {
        if (kind is WaitKind.Backend && Observed.Note.Length == 0 && Now - unavailableSince >= Patience.TellOnObject)
        {
            Observed = Observed with { Note = failure.Message };
        }

        await PublishAsync($"tell that {step.Name} failed");
        await WaitAsync(
            step,
            new()
            {
                Step = step.Name,
                Kind = kind,
                For = failure.Message,
                Since = Now,
                EndsWith = kind is WaitKind.Backoff ? "retry, or a change of the host or its secrets" : "an answer, or retry",
                NextAction = $"{step.Name} is tried again",
                NextActionAt = Now + pause,
            },
            () => false,
            pause,
            afterFailure: true);
        ThrowIfTooLong(step, failure);
    }

    /// <summary>Waits until somebody puts an object right, and looks again after a pause all the same.</summary>
    /// <param name="step">The step that cannot go on with it.</param>
    /// <param name="failure">What is wrong with it.</param>
    /// <param name="endsWith">What would put it right.</param>
    /// <param name="pause">How long until it is read again by itself.</param>
    protected async Task AwaitCorrectionAsync(Step step, StepFailure failure, string endsWith, TimeSpan pause)
    {
        await WaitAsync(
            step,
            new()
            {
                Step = step.Name,
                Kind = WaitKind.Object,
                For = failure.Message,
                Since = Now,
                EndsWith = endsWith,
                NextAction = "it is read again",
                NextActionAt = Now + pause,
            },
            () => false,
            pause,
            afterFailure: true);
        ThrowIfTooLong(step, failure);
    }

    /// <summary>Trouble may last for weeks, a history may not: the host workflow begins the same lifecycle anew.</summary>
    private static void ThrowIfTooLong(Step step, StepFailure failure)
    {
        if (Workflow.ContinueAsNewSuggested || Workflow.CurrentHistoryLength > LongestHistory)
        {
            throw new LifecycleExitException(LifecycleEnd.Stopped, step.Name, $"goes on in a run of its own: {failure.Message}");
        }
    }

    /// <summary>Goes on until something is there, showing the wait; a word or a change of the desired side looks again at once.</summary>
    /// <remarks>The looking is one activity with its own retries, so that waiting for days costs no history.</remarks>
    protected async Task<T> UntilThereAsync<T>(StepAttempt attempt, WaitingRecord waiting, Func<CancellationToken, Task<T>> look)
    {
        while (true)
        {
            SetWaiting(waiting);
            using var again = CancellationTokenSource.CreateLinkedTokenSource(attempt.Cancellation);
            var version = _desiredVersion;
            var looking = look(again.Token);
            await Workflow.WaitConditionAsync(
                () => looking.IsCompleted || _retry is not null || _desiredVersion != version || attempt.Cancellation.IsCancellationRequested,
                CancellationToken.None);
            if (!looking.IsCompleted && !attempt.Cancellation.IsCancellationRequested)
            {
                _retry = null;
                again.Cancel();
                try
                {
                    return await looking;
                }
                catch (Exception cancelled) when (TemporalException.IsCanceledException(cancelled) && !attempt.Cancellation.IsCancellationRequested)
                {
                    continue;
                }
            }

            return await looking;
        }
    }

    private async Task ForgetNoteAsync()
    {
        if (Observed.Note.Length > 0)
        {
            Observed = Observed with { Note = "" };
            await PublishAsync("tell that the wait is over");
        }
    }

    private void ThrowIfLeft(Step step)
    {
        ThrowIfStopped();
        if (_abandon is { } abandon)
        {
            var by = abandon.By.Length == 0 ? "unknown" : abandon.By;
            throw new LifecycleExitException(
                LifecycleEnd.Abandoned, step.Name, $"abandoned by {by}" + (abandon.Reason.Length == 0 ? "" : $": {abandon.Reason}"));
        }
    }

    private static void ThrowWayOut(Step step, StepFailure failure)
    {
        switch (failure.Class)
        {
            case FailureClass.NodeMissing:
                throw new LifecycleExitException(LifecycleEnd.NodeLost, step.Name, failure.Message);
            case FailureClass.HostGone:
                throw new LifecycleExitException(LifecycleEnd.HostGone, step.Name, failure.Message);
            case FailureClass.StaleIntent:
                throw new LifecycleExitException(LifecycleEnd.Stopped, step.Name, failure.Message);
        }
    }

    /// <summary>Puts a failure that a step deals with itself into the ledger, once for as long as it stays the same.</summary>
    protected void Remember(Step step, StepFailure failure)
    {
        if (_ledger is not [.., var last] || last.Step != step.Name || last.Message != failure.Message)
        {
            _ledger.Add(Entry(step, failure.Type, failure.Message, failure.Raw));
        }
    }

    private LedgerEntry Entry(Step step, string type, string message, string? raw) => new()
    {
        At = Now,
        Lifecycle = Request.Lifecycle,
        Step = step.Name,
        Attempt = _attempt,
        Class = type,
        Message = message,
        Raw = raw,
    };

    private void SetWaiting(WaitingRecord? waiting)
    {
        _waiting = waiting;
        Describe(waiting is null
            ? $"at work{(_attempt > 1 ? $", attempt {_attempt}" : "")}"
            : $"waits ({waiting.Kind}): {waiting.For}\n\nSince {waiting.Since:u}. Ends with: {waiting.EndsWith}."
                + (waiting.NextActionAt is { } at ? $" By itself at {at:u}: {waiting.NextAction}." : ""));
    }

    private void Describe(string what)
    {
        var error = Observed.Status.ErrorType is { } type ? $"\n\n**{type.Word}**: {Observed.Status.ErrorMessage}" : "";
        Workflow.CurrentDetails = $"**{_step}** – {_title}: {what}{error}\n\nDone: {(_done.Count == 0 ? "–" : string.Join(" → ", _done))}";
        if (!Options.HasSearchAttributes)
        {
            return;
        }

        var kind = _waiting?.Kind.ToString() ?? "";
        var state = Observed.State.Word;
        var errorType = Observed.Status.ErrorType?.Word ?? "";
        var attributes = string.Join('|', _step, kind, state, errorType);
        if (attributes == _attributes)
        {
            return;
        }

        _attributes = attributes;
        var updates = new List<SearchAttributeUpdate>
        {
            StepKey.ValueSet(_step),
            StateKey.ValueSet(state.Length == 0 ? "new" : state),
            kind.Length == 0 ? WaitingForKey.ValueUnset() : WaitingForKey.ValueSet(kind),
            errorType.Length == 0 ? ErrorTypeKey.ValueUnset() : ErrorTypeKey.ValueSet(errorType),
            _waiting is null ? WaitingSinceKey.ValueUnset() : WaitingSinceKey.ValueSet(_waiting.Since),
        };
        Workflow.UpsertTypedSearchAttributes([.. updates]);
    }
}

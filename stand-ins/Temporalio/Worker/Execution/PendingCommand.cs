using Temporalio.Api.Command.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;

namespace Temporalio.Worker.Execution;

/// <summary>A command that the workflow has issued, until its event is seen in the history.</summary>
internal sealed class PendingCommand(Command command, EventType expected)
{
    public Command Command { get; } = command;

    /// <summary>The type of the event that the server writes for it.</summary>
    public EventType Expected { get; } = expected;

    /// <summary>What the command starts or stops, as error messages name it.</summary>
    public string? Subject { get; init; }

    /// <summary>Says what the event must also agree in; null if it does.</summary>
    public Func<HistoryEvent, string?>? Disagreement { get; init; }

    /// <summary>Told of the event.</summary>
    public Action<HistoryEvent>? Recorded { get; init; }

    /// <summary>The patch that it marks.</summary>
    public string? PatchId { get; init; }

    /// <summary>It is the search attribute that goes with a patch.</summary>
    public bool IsPatchCompanion { get; init; }

    /// <summary>The activation that issued it is over, so it can no longer be withdrawn.</summary>
    public bool Sent { get; set; }

    /// <summary>Cancelled by the activation that issued it: nobody hears of it.</summary>
    public bool Withdrawn { get; set; }

    public override string ToString() => Subject is null ? $"{Command.CommandType}" : $"{Command.CommandType} ({Subject})";
}

/// <summary>Compares the commands that the workflow issues with the events that a history holds.</summary>
internal sealed class CommandQueue
{
    private const string ChangeVersion = "TemporalChangeVersion";
    private readonly Queue<PendingCommand> _pending = new();
    private bool _skipUpsert;

    public void Add(PendingCommand command) => _pending.Enqueue(command);

    /// <summary>Matches a command event with the command at the front.</summary>
    /// <exception cref="Exceptions.WorkflowNondeterminismException">The workflow did something else.</exception>
    public void Match(HistoryEvent happened)
    {
        var patch = PatchMarker.Read(happened);
        if (patch is null && _skipUpsert)
        {
            _skipUpsert = false;
            if (IsChangeVersion(happened))
            {
                return;
            }
        }

        while (true)
        {
            if (!_pending.TryPeek(out var front))
            {
                if (patch is { Deprecated: true })
                {
                    _skipUpsert = true;
                    return;
                }

                throw Nondeterminism($"No command scheduled for event {Name(happened)}");
            }

            if (patch is { } marker)
            {
                if (front.IsPatchCompanion)
                {
                    _pending.Dequeue();
                    continue;
                }

                if (front.PatchId == marker.Id)
                {
                    _pending.Dequeue();
                    return;
                }

                // The call is gone from the code, which deprecating it allowed.
                if (marker.Deprecated)
                {
                    _skipUpsert = true;
                    return;
                }

                throw Nondeterminism(
                    $"event {Name(happened)} marks patch '{marker.Id}', but the workflow's next command is {front}");
            }

            // A call that is newer than the history leaves no trace in it.
            if (front.PatchId is not null || (front.IsPatchCompanion && !IsChangeVersion(happened)))
            {
                _pending.Dequeue();
                continue;
            }

            if (front.Expected != happened.EventType)
            {
                throw Nondeterminism($"event {Name(happened)} does not match the workflow's next command {front}");
            }

            if (front.Disagreement?.Invoke(happened) is { } disagreement)
            {
                throw Nondeterminism(
                    $"event {Name(happened)} does not match the workflow's next command {front}: {disagreement}");
            }

            _pending.Dequeue();
            front.Recorded?.Invoke(happened);
            return;
        }
    }

    /// <summary>Every command of a completed workflow task has its event directly behind it.</summary>
    /// <exception cref="Exceptions.WorkflowNondeterminismException">One has not.</exception>
    public void ThrowIfAnyLeft(HistoryEvent? next)
    {
        _skipUpsert = false;
        while (_pending.TryDequeue(out var left))
        {
            if (left.PatchId is null && !left.IsPatchCompanion)
            {
                throw Nondeterminism(next is null
                    ? $"the workflow's command {left} has no event at the end of the history"
                    : $"the workflow's command {left} has no event before event {Name(next)}");
            }
        }
    }

    public static Exceptions.WorkflowNondeterminismException Nondeterminism(string what) =>
        new($"[TMPRL1100] Nondeterminism error: {what}");

    public static string Name(HistoryEvent happened) => $"{happened.EventId} ({happened.EventType})";

    private static bool IsChangeVersion(HistoryEvent happened) =>
        happened.UpsertWorkflowSearchAttributesEventAttributes is { SearchAttributes: { } attributes }
        && attributes.IndexedFields.ContainsKey(ChangeVersion);
}

using Google.Protobuf;
using Temporalio.Activities;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Query.V1;
using Temporalio.Api.Sdk.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Temporalio.Worker.Execution;

/// <content>Signals, updates and queries.</content>
internal sealed partial class WorkflowRun
{
    private static readonly AsyncLocal<WorkflowUpdateInfo?> UpdateInfo = new();
    private static readonly IPayloadConverter PlainConverter = DataConverter.Default.PayloadConverter;

    private readonly LinkedList<RunningHandler> _handlers = new();
    private List<(string Name, Payloads? Input)>? _unheardSignals;
    private HandlerTable<WorkflowSignalDefinition>? _signals;
    private HandlerTable<WorkflowQueryDefinition>? _queries;
    private HandlerTable<WorkflowUpdateDefinition>? _updates;

    public bool AllHandlersFinished => _handlers.Count == 0;

    public WorkflowUpdateInfo? CurrentUpdateInfo => UpdateInfo.Value;

    public string CurrentDetails { get; set; } = "";

    public IDictionary<string, WorkflowSignalDefinition> Signals =>
        _signals ??= new(_definition.Signals, DeliverUnheardSignals);

    public IDictionary<string, WorkflowQueryDefinition> Queries => _queries ??= new(_definition.Queries, null);

    public IDictionary<string, WorkflowUpdateDefinition> Updates => _updates ??= new(_definition.Updates, null);

    private void Signal(string name, Payloads? input)
    {
        if (!Find(_signals, _definition.Signals, name, out var definition))
        {
            (_unheardSignals ??= []).Add((name, input));
            return;
        }

        object?[] args;
        try
        {
            args = Decode(input, definition.Handler.Parameters, definition.Handler.Defaults);
        }
        catch (Exception undecodable)
        {
            WorkflowLog.SignalDropped(_logger, name, _workflowId, _runId, undecodable);
            return;
        }

        var running = _handlers.AddLast(new RunningHandler(name, null, definition.UnfinishedPolicy));
        Post(async () =>
        {
            try
            {
                await ((Task)definition.Handler.Invoke(Instance, args)!).ConfigureAwait(true);
            }
            catch (ContinueAsNewException misplaced)
            {
                _taskFailure ??= new InvalidWorkflowOperationException(
                    $"Signal handler {name} continued as new, which only the run method can", misplaced);
            }
            catch (Exception thrown)
            {
                EndWith(thrown);
            }
            finally
            {
                _handlers.Remove(running);
            }
        });
    }

    private void DeliverUnheardSignals(string name)
    {
        if (_unheardSignals is null)
        {
            return;
        }

        var waited = _unheardSignals.Where(signal => signal.Name == name).ToList();
        _unheardSignals.RemoveAll(signal => signal.Name == name);
        foreach (var (_, input) in waited)
        {
            Signal(name, input);
        }
    }

    private static List<UpdateArrival> RequestsIn(IReadOnlyList<Message> messages)
    {
        List<UpdateArrival> arrivals = [];
        foreach (var message in messages)
        {
            if (message.Body is { } body && body.Is(Request.Descriptor))
            {
                arrivals.Add(new(
                    body.Unpack<Request>(), message.Id, message.EventId, message.EventId, Validate: true));
            }
        }

        return arrivals;
    }

    /// <summary>The updates that the workflow accepted in the activation whose commands follow the slice.</summary>
    private static List<UpdateArrival> AcceptedAfter(IReadOnlyList<HistoryEvent> events, HistorySlice slice)
    {
        List<UpdateArrival> arrivals = [];
        if (slice.End >= events.Count || events[slice.End].EventType is not EventType.WorkflowTaskCompleted)
        {
            return arrivals;
        }

        for (var i = slice.End + 1; i < events.Count && HistorySlices.IsCommandEvent(events[i].EventType); i++)
        {
            if (events[i].WorkflowExecutionUpdateAcceptedEventAttributes is { } accepted)
            {
                var request = accepted.AcceptedRequest?.Clone()
                    ?? Admitted(events, slice, accepted.ProtocolInstanceId)?.Clone()
                    ?? new Request();
                request.Meta ??= new();
                request.Meta.UpdateId = accepted.ProtocolInstanceId;
                arrivals.Add(new(
                    request,
                    accepted.AcceptedRequestMessageId,
                    accepted.AcceptedRequestSequencingEventId,
                    accepted.AcceptedRequestSequencingEventId,
                    Validate: false));
            }
        }

        return arrivals;
    }

    /// <summary>An update that a reset brought along is written where it was admitted, and not again where it was accepted.</summary>
    private static Request? Admitted(IReadOnlyList<HistoryEvent> events, HistorySlice slice, string updateId)
    {
        for (var i = slice.End - 1; i >= 0; i--)
        {
            if (events[i].WorkflowExecutionUpdateAdmittedEventAttributes?.Request is { } request
                && request.Meta.UpdateId == updateId)
            {
                return request;
            }
        }

        return null;
    }

    private void AddUpdate(UpdateArrival arrival) => _messageJobs.Add(() => Post(() => UpdateAsync(arrival)));

    private async Task UpdateAsync(UpdateArrival arrival)
    {
        var id = arrival.Request.Meta.UpdateId;
        var name = arrival.Request.Input?.Name ?? "";
        UpdateInfo.Value = new(id, name);
        if (!Find(_updates, _definition.Updates, name, out var definition))
        {
            var known = (_updates ?? (IEnumerable<KeyValuePair<string, WorkflowUpdateDefinition>>)_definition.Updates)
                .Select(entry => entry.Key).Order(StringComparer.Ordinal);
            Reject(arrival, new InvalidOperationException(
                $"Update handler for {name} expected but not found, known updates: [{string.Join(' ', known)}]"));
            return;
        }

        object?[] args;
        try
        {
            args = Decode(arrival.Request.Input?.Args, definition.Handler.Parameters, definition.Handler.Defaults);
            if (arrival.Validate && definition.Validator is { } validator)
            {
                _readOnly = true;
                try
                {
                    validator.Invoke(Instance, args);
                }
                finally
                {
                    _readOnly = false;
                }

                // The validator may have changed them.
                args = Decode(arrival.Request.Input?.Args, definition.Handler.Parameters, definition.Handler.Defaults);
            }
        }
        catch (Exception refused)
        {
            Reject(arrival, refused);
            return;
        }

        Say($"{arrival.MessageId}/accept", id, EventType.WorkflowExecutionUpdateAccepted, new Acceptance
        {
            AcceptedRequestMessageId = arrival.MessageId,
            AcceptedRequestSequencingEventId = arrival.SequencingEventId,
            AcceptedRequest = arrival.Request,
        });
        var running = _handlers.AddLast(new RunningHandler(name, id, definition.UnfinishedPolicy));
        Outcome outcome;
        try
        {
            var result = await Invokers.AwaitAsync(
                definition.Handler.Invoke(Instance, args), definition.Handler.ReturnType).ConfigureAwait(true);
            outcome = new() { Success = ToPayloads(result) };
        }
        catch (ContinueAsNewException misplaced)
        {
            _taskFailure ??= new InvalidWorkflowOperationException(
                $"Update handler {name} continued as new, which only the run method can", misplaced);
            return;
        }
        catch (Exception thrown) when (IsFailure(thrown))
        {
            outcome = new() { Failure = ToFailure(thrown) };
        }
        catch (Exception thrown)
        {
            _taskFailure ??= thrown;
            return;
        }
        finally
        {
            _handlers.Remove(running);
        }

        Say($"{arrival.MessageId}/complete", id, EventType.WorkflowExecutionUpdateCompleted, new Response
        {
            Meta = arrival.Request.Meta,
            Outcome = outcome,
        });
    }

    private void Reject(UpdateArrival arrival, Exception why)
    {
        if (!arrival.Validate)
        {
            // It was accepted when it came, so the code has changed under it.
            _taskFailure ??= CommandQueue.Nondeterminism(
                $"update {arrival.Request.Meta.UpdateId} was accepted, but now cannot be: {why.Message}");
            return;
        }

        _messages.Add(($"{arrival.MessageId}/reject", arrival.Request.Meta.UpdateId, new Rejection
        {
            RejectedRequestMessageId = arrival.MessageId,
            RejectedRequestSequencingEventId = arrival.SequencingEventId,
            RejectedRequest = arrival.Request,
            Failure = ToFailure(why),
        }));
    }

    /// <summary>A message about an update, and the command that gives it its place in the history.</summary>
    private void Say(string messageId, string updateId, EventType expected, IMessage body)
    {
        _messages.Add((messageId, updateId, body));
        Issue(new(
            new()
            {
                CommandType = CommandType.ProtocolMessage,
                ProtocolMessageCommandAttributes = new() { MessageId = messageId },
            },
            expected)
        {
            Subject = $"{(expected is EventType.WorkflowExecutionUpdateAccepted ? "accept" : "complete")} update {updateId}",
            Disagreement = happened =>
                (happened.WorkflowExecutionUpdateAcceptedEventAttributes?.ProtocolInstanceId
                    ?? happened.WorkflowExecutionUpdateCompletedEventAttributes?.Meta?.UpdateId) is { } other && other != updateId
                    ? $"it is about update {other}"
                    : null,
        });
    }

    private WorkflowQueryResult Answer(WorkflowQuery query)
    {
        Payload? answer = null;
        Exception? thrown = null;
        try
        {
            Run(() => Do(() =>
            {
                _readOnly = true;
                try
                {
                    answer = Ask(query);
                }
                catch (Exception refused)
                {
                    thrown = refused;
                }
                finally
                {
                    _readOnly = false;
                }
            }));
        }
        catch (Exception refused)
        {
            thrown = refused;
        }

        return thrown is null
            ? new() { ResultType = QueryResultType.Answered, Answer = new() { Payloads_ = { answer } } }
            : new() { ResultType = QueryResultType.Failed, ErrorMessage = thrown.Message, Failure = ToFailure(thrown) };
    }

    private Payload Ask(WorkflowQuery query)
    {
        switch (query.QueryType)
        {
            case "__temporal_workflow_metadata":
                return PlainConverter.ToPayload(Metadata());
            case "__stack_trace":
                return PlainConverter.ToPayload(StackTraces());
        }

        if (!Find(_queries, _definition.Queries, query.QueryType, out var definition))
        {
            var known = (_queries ?? (IEnumerable<KeyValuePair<string, WorkflowQueryDefinition>>)_definition.Queries)
                .Select(entry => entry.Key).Order(StringComparer.Ordinal);
            throw new InvalidOperationException(
                $"Query handler for {query.QueryType} expected but not found, known queries: [{string.Join(' ', known)}]");
        }

        var args = Decode(query.QueryArgs, definition.Handler.Parameters, definition.Handler.Defaults);
        return PayloadConverter.ToPayload(definition.Handler.Invoke(Instance, args));
    }

    private WorkflowMetadata Metadata()
    {
        var definition = new Api.Sdk.V1.WorkflowDefinition { Type = Info.WorkflowType };
        definition.QueryDefinitions.Add(Describe(
            _queries ?? (IEnumerable<KeyValuePair<string, WorkflowQueryDefinition>>)_definition.Queries,
            query => query.Description));
        definition.SignalDefinitions.Add(Describe(
            _signals ?? (IEnumerable<KeyValuePair<string, WorkflowSignalDefinition>>)_definition.Signals,
            signal => signal.Description));
        definition.UpdateDefinitions.Add(Describe(
            _updates ?? (IEnumerable<KeyValuePair<string, WorkflowUpdateDefinition>>)_definition.Updates,
            update => update.Description));
        return new() { Definition = definition, CurrentDetails = CurrentDetails };
    }

    private static IEnumerable<WorkflowInteractionDefinition> Describe<T>(
        IEnumerable<KeyValuePair<string, T>> handlers, Func<T, string?> description) => handlers
        .OrderBy(entry => entry.Key, StringComparer.Ordinal)
        .Select(entry => new WorkflowInteractionDefinition { Name = entry.Key, Description = description(entry.Value) ?? "" });

    private static bool Find<T>(
        HandlerTable<T>? changed,
        IReadOnlyDictionary<string, T> declared,
        string name,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? definition)
        where T : class =>
        changed is null ? declared.TryGetValue(name, out definition) : changed.TryGetValue(name, out definition!);

    private void WarnOfUnfinishedHandlers()
    {
        var signals = _handlers.Where(handler => handler is { UpdateId: null, Policy: HandlerUnfinishedPolicy.WarnAndAbandon })
            .GroupBy(handler => handler.Name, StringComparer.Ordinal)
            .Select(group => $"{group.Key} ({group.Count()})").ToList();
        if (signals.Count > 0)
        {
            WorkflowLog.SignalsUnfinished(_logger, string.Join(", ", signals), _workflowId, _runId);
        }

        var updates = _handlers
            .Where(handler => handler is { UpdateId: not null, Policy: HandlerUnfinishedPolicy.WarnAndAbandon })
            .Select(handler => $"{handler.Name} (id {handler.UpdateId})").ToList();
        if (updates.Count > 0)
        {
            WorkflowLog.UpdatesUnfinished(_logger, string.Join(", ", updates), _workflowId, _runId);
        }
    }

    private sealed record RunningHandler(string Name, string? UpdateId, HandlerUnfinishedPolicy Policy);

    /// <summary>An update on its way in; delivered once every event up to <paramref name="After"/> has been applied.</summary>
    private readonly record struct UpdateArrival(
        Request Request, string MessageId, long SequencingEventId, long After, bool Validate);
}

using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.Protocol.V1;
using Temporalio.Api.Update.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Conformance;

/// <summary>Answers workflow tasks of one queue as a test says, so that the client is tested without a real worker.</summary>
/// <remarks>It knows only the raw calls; every poll brings the whole history, because nothing is sticky.</remarks>
public sealed class ScriptedWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly TemporalClient client;
    private readonly Func<Turn, Task> script;
    private readonly Task polling;

    public ScriptedWorker(TemporalClient client, Func<Turn, Task> script)
    {
        this.client = client;
        this.script = script;
        TaskQueue = TemporalServer.NewName("scripted");
        polling = PollAsync();
    }

    public ScriptedWorker(TemporalClient client, Action<Turn> script)
        : this(client, turn =>
        {
            script(turn);
            return System.Threading.Tasks.Task.CompletedTask;
        })
    {
    }

    public string TaskQueue { get; }

    public WorkflowOptions Options(string? id = null) => new(id ?? TemporalServer.NewName(), TaskQueue);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await polling;
        stopping.Dispose();
    }

    private async Task PollAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var task = await client.WorkflowService.PollWorkflowTaskQueueAsync(
                    new() { Namespace = client.Options.Namespace, TaskQueue = new() { Name = TaskQueue }, Identity = "scripted" },
                    new() { CancellationToken = stopping.Token });
                if (!task.TaskToken.IsEmpty)
                {
                    await AnswerAsync(task);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException)
            {
                // The run ended meanwhile, or something new came: the server gives the task again if it wants an answer.
            }
        }
    }

    private async Task AnswerAsync(PollWorkflowTaskQueueResponse task)
    {
        var turn = new Turn(task, client.Options.DataConverter);
        await script(turn);
        if (task.Query is { } query)
        {
            var result = turn.Answer(query);
            await client.WorkflowService.RespondQueryTaskCompletedAsync(new()
            {
                TaskToken = task.TaskToken,
                Namespace = client.Options.Namespace,
                CompletedType = result.ResultType,
                QueryResult = result.Answer,
                ErrorMessage = result.ErrorMessage,
            });
            return;
        }

        var response = new RespondWorkflowTaskCompletedRequest
        {
            TaskToken = task.TaskToken,
            Namespace = client.Options.Namespace,
            Identity = "scripted",
            Commands = { turn.Commands },
            Messages = { turn.Messages },
        };
        foreach (var (id, one) in task.Queries)
        {
            response.QueryResults[id] = turn.Answer(one);
        }

        await client.WorkflowService.RespondWorkflowTaskCompletedAsync(response);
    }

    /// <summary>One workflow task and what the script makes of it.</summary>
    public sealed class Turn(PollWorkflowTaskQueueResponse task, DataConverter converter)
    {
        private readonly Dictionary<string, Func<object?[], object?>> queries = [];

        /// <summary>The task as it came.</summary>
        public PollWorkflowTaskQueueResponse Task => task;

        public WorkflowExecutionStartedEventAttributes Started =>
            task.History.Events[0].WorkflowExecutionStartedEventAttributes;

        public IEnumerable<HistoryEvent> Events => task.History.Events;

        /// <summary>Names of the signals so far.</summary>
        public IReadOnlyList<WorkflowExecutionSignaledEventAttributes> Signals =>
            [.. Events.Where(e => e.EventType == EventType.WorkflowExecutionSignaled)
                .Select(e => e.WorkflowExecutionSignaledEventAttributes)];

        public bool CancelRequested => Events.Any(e => e.EventType == EventType.WorkflowExecutionCancelRequested);

        public IEnumerable<Request> Updates =>
            task.Messages.Where(message => message.Body.Is(Request.Descriptor)).Select(message => message.Body.Unpack<Request>());

        internal List<Command> Commands { get; } = [];

        internal List<Message> Messages { get; } = [];

        public T Value<T>(Payloads? payloads, int index = 0) =>
            converter.PayloadConverter.ToValue<T>(payloads!.Payloads_[index]);

        public Payloads Payloads(params object?[] values) => new() { Payloads_ = { converter.PayloadConverter.ToPayloads(values) } };

        public void Complete(object? result = null) => Commands.Add(new()
        {
            CommandType = CommandType.CompleteWorkflowExecution,
            CompleteWorkflowExecutionCommandAttributes = new() { Result = Payloads(result) },
        });

        public void Fail(Exception exception) => Commands.Add(new()
        {
            CommandType = CommandType.FailWorkflowExecution,
            FailWorkflowExecutionCommandAttributes = new()
            {
                Failure = converter.FailureConverter.ToFailure(exception, converter.PayloadConverter),
            },
        });

        public void Cancel(params object?[] details) => Commands.Add(new()
        {
            CommandType = CommandType.CancelWorkflowExecution,
            CancelWorkflowExecutionCommandAttributes = new() { Details = Payloads(details) },
        });

        public void ContinueAsNew(params object?[] args) => Commands.Add(new()
        {
            CommandType = CommandType.ContinueAsNewWorkflowExecution,
            ContinueAsNewWorkflowExecutionCommandAttributes = new()
            {
                WorkflowType = Started.WorkflowType,
                TaskQueue = Started.TaskQueue,
                Input = Payloads(args),
            },
        });

        public void StartTimer(TimeSpan delay) => Commands.Add(new()
        {
            CommandType = CommandType.StartTimer,
            StartTimerCommandAttributes = new() { TimerId = Guid.NewGuid().ToString(), StartToFireTimeout = delay.ToDuration() },
        });

        public void OnQuery(string name, Func<object?[], object?> handler) => queries[name] = handler;

        /// <summary>Accepts the update, and completes it where an outcome is given.</summary>
        public void Accept(Request request, Outcome? outcome)
        {
            var accepted = task.Messages.Single(message => message.ProtocolInstanceId == request.Meta.UpdateId);
            Send(request, "accept", new Acceptance
            {
                AcceptedRequest = request,
                AcceptedRequestMessageId = accepted.Id,
                AcceptedRequestSequencingEventId = accepted.EventId,
            });
            if (outcome is not null)
            {
                Send(request, "complete", new Response { Meta = request.Meta, Outcome = outcome });
            }
        }

        public void Reject(Request request, string message)
        {
            var rejected = task.Messages.Single(one => one.ProtocolInstanceId == request.Meta.UpdateId);
            Messages.Add(new()
            {
                Id = Guid.NewGuid().ToString(),
                ProtocolInstanceId = request.Meta.UpdateId,
                Body = Any.Pack(new Rejection
                {
                    RejectedRequest = request,
                    RejectedRequestMessageId = rejected.Id,
                    RejectedRequestSequencingEventId = rejected.EventId,
                    Failure = new() { Message = message, ApplicationFailureInfo = new() { Type = "Refused" } },
                }),
            });
        }

        internal Api.Query.V1.WorkflowQueryResult Answer(Api.Query.V1.WorkflowQuery query)
        {
            if (!queries.TryGetValue(query.QueryType, out var handler))
            {
                return new() { ResultType = QueryResultType.Failed, ErrorMessage = $"no query {query.QueryType}" };
            }

            try
            {
                var args = (query.QueryArgs?.Payloads_ ?? []).Select(converter.PayloadConverter.ToValue<object?>).ToArray();
                return new() { ResultType = QueryResultType.Answered, Answer = Payloads(handler(args)) };
            }
            catch (InvalidOperationException e)
            {
                return new() { ResultType = QueryResultType.Failed, ErrorMessage = e.Message };
            }
        }

        private void Send(Request request, string step, IMessage body)
        {
            var id = $"{request.Meta.UpdateId}/{step}";
            Messages.Add(new() { Id = id, ProtocolInstanceId = request.Meta.UpdateId, Body = Any.Pack(body) });
            Commands.Add(new()
            {
                CommandType = CommandType.ProtocolMessage,
                ProtocolMessageCommandAttributes = new() { MessageId = id },
            });
        }
    }
}

using Metal3.Lab.Temporal.Api;
using static Metal3.Lab.Temporal.Tests.Script;
using Stage = Metal3.Lab.Temporal.Api.UpdateWorkflowExecutionLifecycleStage;

namespace Metal3.Lab.Temporal.Tests;

/// <summary>What is done, call by call, to the real server and to ours.</summary>
internal static class Scenarios
{
    private static RetryPolicy Once => new() { MaximumAttempts = 1 };

    private static RetryPolicy Quickly(int attempts) => new() { InitialInterval = Seconds(0.1), MaximumAttempts = attempts };

    public static IReadOnlyDictionary<string, Func<Script, Task>> All { get; } = new Dictionary<string, Func<Script, Task>>(StringComparer.Ordinal)
    {
        ["a workflow that does nothing"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["memo, search attributes, retry policy and time-outs of a start"] = async s =>
        {
            _ = await s.StartAsync(r =>
            {
                r.Memo = new Memo { Fields = { ["note"] = Text("hello").Payloads_[0] } };
                r.SearchAttributes = new SearchAttributes { IndexedFields = { ["Color"] = Keyword("red") } };
                r.RetryPolicy = new RetryPolicy { MaximumAttempts = 3 };
                r.WorkflowExecutionTimeout = Seconds(600);
                r.WorkflowRunTimeout = Seconds(900);
                r.WorkflowTaskTimeout = Seconds(20);
                r.Header = new Header { Fields = { ["trace"] = Text("1").Payloads_[0] } };
                r.UserMetadata = new UserMetadata { Summary = Text("what").Payloads_[0] };
            });
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a"));
            await s.CompleteActivityAsync(await s.ActivityAsync());
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["all time-outs of an activity normalised"] = async s =>
        {
            _ = await s.StartAsync(r => r.WorkflowRunTimeout = Seconds(100));
            _ = await s.TurnAsync(
                s.Activity("a", a => a.ScheduleToCloseTimeout = Seconds(50)),
                s.Activity("b", a =>
                {
                    a.StartToCloseTimeout = Seconds(500);
                    a.HeartbeatTimeout = Seconds(700);
                    a.RetryPolicy = new RetryPolicy { InitialInterval = Seconds(3), NonRetryableErrorTypes = { "Bad" } };
                }),
                s.Activity("c", a =>
                {
                    a.StartToCloseTimeout = null;
                    a.ScheduleToCloseTimeout = Seconds(30);
                    a.ScheduleToStartTimeout = Seconds(90);
                }));
            await s.TerminateAsync();
            await s.KeepAsync();
        },
        ["an activity that fails and has no attempts left"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a => a.RetryPolicy = Once));
            await s.FailActivityAsync(await s.ActivityAsync());
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity that fails for good"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a"));
            await s.FailActivityAsync(await s.ActivityAsync(), AppFailure(nonRetryable: true));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity that fails with a type its policy refuses"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a => a.RetryPolicy = new RetryPolicy { NonRetryableErrorTypes = { "Oops" } }));
            await s.FailActivityAsync(await s.ActivityAsync());
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity that succeeds at its second attempt"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a => a.RetryPolicy = Quickly(0)));
            await s.FailActivityAsync(await s.ActivityAsync());
            var second = await s.ActivityAsync();
            s.Note($"attempt {second.Attempt}");
            await s.CompleteActivityAsync(second);
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity that uses up its attempts"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a => a.RetryPolicy = Quickly(2)));
            await s.FailActivityAsync(await s.ActivityAsync());
            await s.FailActivityAsync(await s.ActivityAsync());
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity that nobody takes"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a => a.ScheduleToStartTimeout = Seconds(1)));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity that nobody takes before it must be done"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a => a.ScheduleToCloseTimeout = Seconds(1)));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity that takes too long"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a =>
            {
                a.StartToCloseTimeout = Seconds(1);
                a.RetryPolicy = Once;
            }));
            var task = await s.ActivityAsync();
            _ = await s.TurnAsync(Finish());
            _ = await s.RefusedAsync(() => s.CompleteActivityAsync(task));
            await s.KeepAsync();
        },
        ["an activity that stops beating"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a =>
            {
                a.HeartbeatTimeout = Seconds(1);
                a.RetryPolicy = Once;
            }));
            _ = await s.HeartbeatAsync(await s.ActivityAsync());
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["heartbeat details reach the next attempt"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a", a => a.RetryPolicy = Quickly(3)));
            var first = await s.ActivityAsync();
            _ = await s.HeartbeatAsync(first, "half");
            await s.FailActivityAsync(first);
            var second = await s.ActivityAsync();
            s.Note(second.HeartbeatDetails.ToString());
            await s.CompleteActivityAsync(second);
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity cancelled before it starts"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a"));
            await s.SignalAsync("go");
            _ = await s.TurnAsync(CancelActivity(5), Timer("after", 1000));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity cancelled before it starts by a task that ends the workflow"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a"));
            await s.SignalAsync("go");
            _ = await s.TurnAsync(CancelActivity(5), Finish());
            await s.KeepAsync();
        },
        ["an activity cancelled while it runs"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a"));
            var task = await s.ActivityAsync();
            _ = await s.RefusedAsync(() => s.CanceledActivityAsync(task));
            await s.SignalAsync("go");
            _ = await s.TurnAsync(CancelActivity(5));
            s.Note($"cancel requested: {(await s.HeartbeatAsync(task)).CancelRequested}");
            await s.CanceledActivityAsync(task);
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity that completes although it was cancelled"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a"));
            var task = await s.ActivityAsync();
            await s.SignalAsync("go");
            _ = await s.TurnAsync(CancelActivity(5));
            await s.CompleteActivityAsync(task);
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a failure after a cancel request is final"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a"));
            var task = await s.ActivityAsync();
            await s.SignalAsync("go");
            _ = await s.TurnAsync(CancelActivity(5));
            await s.FailActivityAsync(task);
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an answer and a signal while a worker decides"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a"));
            var activity = await s.ActivityAsync();
            await s.SignalAsync("wake");
            var task = await s.TaskAsync();
            await s.CompleteActivityAsync(activity);
            await s.SignalAsync("late");
            _ = await s.CompleteAsync(task, Timer("t", 1000));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["an activity cancelled although its answer is already there"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Activity("a"));
            var activity = await s.ActivityAsync();
            await s.SignalAsync("wake");
            var task = await s.TaskAsync();
            await s.CompleteActivityAsync(activity);
            _ = await s.CompleteAsync(task, CancelActivity(5));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a timer"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 0.2));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a timer that is cancelled"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 1000));
            await s.SignalAsync("go");
            _ = await s.TurnAsync(Script.CancelTimer("t"), Finish());
            await s.KeepAsync();
        },
        ["a timer started and cancelled at once"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 1000), Script.CancelTimer("t"), Finish());
            await s.KeepAsync();
        },
        ["a timer that fired while the worker cancels it"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 1.5));
            await s.SignalAsync("go");
            var task = await s.TaskAsync();
            await Task.Delay(TimeSpan.FromSeconds(3)); // the real server's clock cannot be moved
            _ = await s.CompleteAsync(task, Script.CancelTimer("t"), Finish());
            await s.KeepAsync();
        },
        ["a signal before the first task"] = async s =>
        {
            _ = await s.StartAsync();
            await s.SignalAsync("early");
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a signal while a worker decides"] = async s =>
        {
            _ = await s.StartAsync();
            var task = await s.TaskAsync();
            await s.SignalAsync("late");
            _ = await s.CompleteAsync(task, Timer("t", 1000));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a signal while a worker decides to end"] = async s =>
        {
            _ = await s.StartAsync();
            var task = await s.TaskAsync();
            await s.SignalAsync("late");
            _ = await s.RefusedAsync(() => s.CompleteAsync(task, Finish()));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a signal sent twice"] = async s =>
        {
            _ = await s.StartAsync();
            var requestId = Guid.NewGuid().ToString();
            await s.SignalAsync("same", requestId);
            await s.SignalAsync("same", requestId);
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["signal with start, new and running"] = async s =>
        {
            for (var i = 0; i < 2; i++)
            {
                _ = await s.Client.CallAsync<SignalWithStartWorkflowExecutionResponse>(new SignalWithStartWorkflowExecutionRequest
                {
                    Namespace = "default",
                    WorkflowId = s.Id,
                    WorkflowType = new WorkflowType { Name = "Scripted" },
                    TaskQueue = new Api.TaskQueue { Name = s.Queue },
                    Identity = s.Identity,
                    RequestId = Guid.NewGuid().ToString(),
                    SignalName = $"signal {i}",
                    SignalInput = Text("x"),
                });
            }

            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a cancelled workflow"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 1000));
            await s.CancelAsync("because");
            _ = await s.RefusedAsync(() => s.CancelAsync());
            _ = await s.TurnAsync(Cancelled());
            _ = await s.RefusedAsync(() => s.CancelAsync());
            await s.KeepAsync();
        },
        ["a terminated workflow"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Timer("t", 1000));
            await s.TerminateAsync();
            _ = await s.RefusedAsync(() => s.TerminateAsync());
            _ = await s.RefusedAsync(() => s.SignalAsync("too late"));
            await s.KeepAsync();
        },
        ["termination while a worker decides"] = async s =>
        {
            _ = await s.StartAsync();
            var task = await s.TaskAsync();
            await s.TerminateAsync();
            _ = await s.RefusedAsync(() => s.CompleteAsync(task, Finish()));
            await s.KeepAsync();
        },
        ["termination while a worker decides and a signal waits"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TaskAsync();
            await s.SignalAsync("waiting");
            await s.TerminateAsync();
            await s.KeepAsync();
        },
        ["a task that fails once"] = async s =>
        {
            _ = await s.StartAsync();
            await s.FailTaskAsync(await s.TaskAsync());
            s.Note($"attempt {(await s.TurnAsync(Finish())).Attempt}");
            await s.KeepAsync();
        },
        ["a task that fails twice"] = async s =>
        {
            _ = await s.StartAsync();
            await s.FailTaskAsync(await s.TaskAsync());
            await s.FailTaskAsync(await s.TaskAsync());
            var third = await s.TurnAsync(Finish());
            s.Note($"attempt {third.Attempt}, {third.History.Events.Count} events, started {third.StartedEventId}");
            await s.KeepAsync();
        },
        ["a signal between two attempts"] = async s =>
        {
            _ = await s.StartAsync();
            await s.FailTaskAsync(await s.TaskAsync());
            await s.SignalAsync("between");
            s.Note($"attempt {(await s.TurnAsync(Finish())).Attempt}");
            await s.KeepAsync();
        },
        ["a signal while the second attempt is decided"] = async s =>
        {
            _ = await s.StartAsync();
            await s.FailTaskAsync(await s.TaskAsync());
            var second = await s.TaskAsync();
            await s.SignalAsync("late");
            _ = await s.CompleteAsync(second, Timer("t", 1000));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a task that nobody answers"] = async s =>
        {
            _ = await s.StartAsync(r => r.WorkflowTaskTimeout = Seconds(1));
            _ = await s.TaskAsync();
            s.Note($"attempt {(await s.TurnAsync(Finish())).Attempt}");
            await s.KeepAsync();
        },
        ["sticky tasks show only what is new"] = async s =>
        {
            _ = await s.StartAsync();
            var warm = s.TaskAsync(sticky: true);
            var first = await s.TaskAsync();
            _ = await s.CompleteAsync(first, s.Sticky, Timer("t", 0.2));
            var second = await warm;
            s.Note($"{second.History.Events[0].EventId} {second.PreviousStartedEventId} {second.StartedEventId}");
            _ = await s.CompleteAsync(second, Finish());
            await s.KeepAsync();
        },
        ["a sticky worker that has gone"] = async s =>
        {
            _ = await s.StartAsync();
            var warm = s.TaskAsync(sticky: true);
            var first = await s.TaskAsync();
            _ = await s.CompleteAsync(first, r =>
            {
                s.Sticky(r);
                r.StickyAttributes.ScheduleToStartTimeout = Seconds(1);
            });
            await s.SignalAsync("one");
            _ = await s.CompleteAsync(await warm, r =>
            {
                s.Sticky(r);
                r.StickyAttributes.ScheduleToStartTimeout = Seconds(1);
            });
            await s.SignalAsync("two");
            var third = await s.TaskAsync();
            s.Note($"{third.History.Events[0].EventId} attempt {third.Attempt}");
            _ = await s.CompleteAsync(third, Finish());
            await s.KeepAsync();
        },
        ["a cached workflow whose task fails"] = async s =>
        {
            _ = await s.StartAsync();
            var warm = s.TaskAsync(sticky: true);
            _ = await s.CompleteAsync(await s.TaskAsync(), s.Sticky);
            await s.SignalAsync("one");
            await s.FailTaskAsync(await warm);
            var next = await s.TurnAsync(Finish());
            s.Note($"{next.History.Events[0].EventId} attempt {next.Attempt}");
            await s.KeepAsync();
        },
        ["the next task comes with the answer"] = async s =>
        {
            _ = await s.StartAsync();
            var first = await s.TaskAsync();
            await s.SignalAsync("late");
            var answer = await s.CompleteAsync(first, r =>
            {
                s.Sticky(r);
                r.ReturnNewWorkflowTask = true;
            });
            s.Note($"{answer.WorkflowTask.History.Events[0].EventId} {answer.WorkflowTask.StartedEventId}");
            _ = await s.CompleteAsync(answer.WorkflowTask, Finish());
            await s.KeepAsync();
        },
        ["a worker that asks for another task"] = async s =>
        {
            _ = await s.StartAsync();
            var first = await s.TaskAsync();
            var answer = await s.CompleteAsync(first, r =>
            {
                s.Sticky(r);
                r.ReturnNewWorkflowTask = true;
                r.ForceCreateNewWorkflowTask = true;
            });
            _ = await s.CompleteAsync(answer.WorkflowTask, Finish());
            await s.KeepAsync();
        },
        ["a failed workflow"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(Fail());
            await s.KeepAsync();
        },
        ["a workflow that succeeds at its second attempt"] = async s =>
        {
            var first = await s.StartAsync(r => r.RetryPolicy = Quickly(0));
            _ = await s.TurnAsync(Fail());
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync(runId: first.RunId);
            await s.KeepAsync();
        },
        ["a workflow that uses up its attempts"] = async s =>
        {
            _ = await s.StartAsync(r => r.RetryPolicy = Quickly(2));
            _ = await s.TurnAsync(Fail());
            _ = await s.TurnAsync(Fail());
            await s.KeepAsync();
        },
        ["a workflow that fails for good"] = async s =>
        {
            _ = await s.StartAsync(r => r.RetryPolicy = Quickly(5));
            _ = await s.TurnAsync(Fail(AppFailure(nonRetryable: true)));
            await s.KeepAsync();
        },
        ["a workflow out of time"] = async s =>
        {
            _ = await s.StartAsync(r => r.WorkflowRunTimeout = Seconds(1));
            _ = await s.EndAsync();
            await s.KeepAsync();
        },
        ["a workflow out of time while a worker decides"] = async s =>
        {
            _ = await s.StartAsync(r => r.WorkflowRunTimeout = Seconds(8));
            _ = await s.TaskAsync();
            _ = await s.EndAsync();
            await s.KeepAsync();
        },
        ["continue as new"] = async s =>
        {
            var first = await s.StartAsync(r =>
            {
                r.Memo = new Memo { Fields = { ["note"] = Text("hello").Payloads_[0] } };
                r.SearchAttributes = new SearchAttributes { IndexedFields = { ["Color"] = Keyword("red") } };
                r.RetryPolicy = new RetryPolicy { MaximumAttempts = 3 };
                r.WorkflowRunTimeout = Seconds(900);
            });
            _ = await s.TurnAsync(ContinueAsNew());
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync(runId: first.RunId);
            await s.KeepAsync();
        },
        ["what the next run inherits, and what it does not"] = async s =>
        {
            var first = await s.StartAsync(r =>
            {
                r.WorkflowExecutionTimeout = Seconds(3600);
                r.WorkflowRunTimeout = Seconds(900);
                r.WorkflowTaskTimeout = Seconds(8);
                r.Header = new Header { Fields = { ["trace"] = Text("t").Payloads_[0] } };
                r.UserMetadata = new UserMetadata { Summary = Text("summary").Payloads_[0] };
                r.Memo = new Memo { Fields = { ["given"] = Text("at start").Payloads_[0] } };
                r.SearchAttributes = new SearchAttributes { IndexedFields = { ["Color"] = Keyword("red") } };
            });
            _ = await s.TurnAsync(
                new Command
                {
                    CommandType = CommandType.UpsertWorkflowSearchAttributes,
                    UpsertWorkflowSearchAttributesCommandAttributes = new UpsertWorkflowSearchAttributesCommandAttributes
                    {
                        SearchAttributes = new SearchAttributes { IndexedFields = { ["Color"] = Keyword("green") } },
                    },
                },
                new Command
                {
                    CommandType = CommandType.ModifyWorkflowProperties,
                    ModifyWorkflowPropertiesCommandAttributes = new ModifyWorkflowPropertiesCommandAttributes
                    {
                        UpsertedMemo = new Memo { Fields = { ["added"] = Text("later").Payloads_[0] } },
                    },
                },
                Timer("left behind", 3000),
                s.Activity("left behind"),
                ContinueAsNew(c =>
                {
                    c.LastCompletionResult = Text("so far");
                    c.RetryPolicy = new RetryPolicy { MaximumAttempts = 5 };
                }));
            _ = await s.TurnAsync(Marker("second"));
            var second = (await s.DescribeAsync()).WorkflowExecutionInfo;
            s.Note($"{second.Memo?.Fields.Count ?? 0} {second.SearchAttributes?.IndexedFields.ContainsKey("Color") == true} {second.FirstRunId == first.RunId}");
            s.Note($"{(await s.DescribeAsync()).PendingActivities.Count}");
            await s.SignalAsync("end");
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync(runId: first.RunId);
            await s.KeepAsync();
        },
        ["continue as another type with other attributes"] = async s =>
        {
            var first = await s.StartAsync();
            _ = await s.TurnAsync(ContinueAsNew(c =>
            {
                c.WorkflowType = new WorkflowType { Name = "Other" };
                c.TaskQueue = new Api.TaskQueue { Name = s.Queue };
                c.WorkflowTaskTimeout = Seconds(7);
                c.Memo = new Memo { Fields = { ["note"] = Text("bye").Payloads_[0] } };
                c.SearchAttributes = new SearchAttributes { IndexedFields = { ["Color"] = Keyword("blue") } };
            }));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync(runId: first.RunId);
            await s.KeepAsync();
        },
        ["a child that completes"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Child());
            _ = await s.TurnAsync();
            _ = await s.CompleteAsync(await s.TaskAsync(queue: s.ChildQueue), Finish("from the child"));
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
            await s.KeepAsync(s.Id + "-child");
        },
        ["a child that fails"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Child());
            _ = await s.TurnAsync();
            _ = await s.CompleteAsync(await s.TaskAsync(queue: s.ChildQueue), Fail());
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a child that continues as new"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Child());
            _ = await s.TurnAsync();
            _ = await s.CompleteAsync(await s.TaskAsync(queue: s.ChildQueue), ContinueAsNew());
            _ = await s.CompleteAsync(await s.TaskAsync(queue: s.ChildQueue), Cancelled());
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a child whose id is taken"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(s.Child());
            _ = await s.TurnAsync(s.Child());
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["children when their parent ends"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(
                s.Child("killed"),
                s.Child("cancelled", c => c.ParentClosePolicy = ParentClosePolicy.RequestCancel),
                s.Child("left", c => c.ParentClosePolicy = ParentClosePolicy.Abandon));
            while (!(await s.HistoryAsync()).Any(e => e.EventType == EventType.ChildWorkflowExecutionStarted && e.EventId >= 10)
                && (await s.HistoryAsync()).Count(e => e.EventType == EventType.ChildWorkflowExecutionStarted) < 3)
            {
                await Task.Delay(20);
            }

            await s.TerminateAsync();
            _ = await s.EndAsync(s.Id + "-killed");
            await s.KeepAsync(s.Id + "-killed");
        },
        ["a signal to another workflow"] = async s =>
        {
            _ = await s.Client.CallAsync<StartWorkflowExecutionResponse>(s.StartRequest(s.Id + "-other"));
            _ = await s.CompleteAsync(await s.TaskAsync());
            _ = await s.StartAsync();
            _ = await s.TurnAsync(new Command
            {
                CommandType = CommandType.SignalExternalWorkflowExecution,
                SignalExternalWorkflowExecutionCommandAttributes = new SignalExternalWorkflowExecutionCommandAttributes
                {
                    Namespace = "default",
                    Execution = new WorkflowExecution { WorkflowId = s.Id + "-other" },
                    SignalName = "hello",
                    Input = Text("you"),
                },
            });
            await WaitForAsync(s, EventType.ExternalWorkflowExecutionSignaled);
            await s.KeepAsync();
        },
        ["a signal to nobody"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(new Command
            {
                CommandType = CommandType.SignalExternalWorkflowExecution,
                SignalExternalWorkflowExecutionCommandAttributes = new SignalExternalWorkflowExecutionCommandAttributes
                {
                    Namespace = "default",
                    Execution = new WorkflowExecution { WorkflowId = s.Id + "-nobody" },
                    SignalName = "hello",
                },
            });
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["a cancel request to another workflow and to nobody"] = async s =>
        {
            _ = await s.Client.CallAsync<StartWorkflowExecutionResponse>(s.StartRequest(s.Id + "-other"));
            _ = await s.CompleteAsync(await s.TaskAsync());
            _ = await s.StartAsync();
            _ = await s.TurnAsync(CancelOther(s.Id + "-other"));
            await WaitForAsync(s, EventType.ExternalWorkflowExecutionCancelRequested);
            await s.KeepAsync();
            await s.KeepAsync(s.Id + "-other");
        },
        ["an update that is done at once"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync();
            var update = s.UpdateAsync("u");
            var task = await s.TaskAsync();
            s.Note($"message event {task.Messages[0].EventId}, started {task.StartedEventId}");
            await AnswerAsync(s, task, Accept(task.Messages[0]), Respond(task.Messages[0]));
            s.Note($"{(await update).Stage} {(await update).Outcome}");
            _ = await s.RefusedAsync(async () => s.Note($"again: {(await s.UpdateAsync("u")).Stage}"));
            await s.TerminateAsync();
            await s.KeepAsync();
        },
        ["an update that is refused leaves no trace"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync();
            var update = s.UpdateAsync("u");
            var task = await s.TaskAsync();
            var answer = await s.CompleteAsync(task, r => r.Messages.Add(Reject(task.Messages[0])));
            s.Note($"reset to {answer.ResetHistoryEventId}");
            s.Note((await update).Outcome.Failure);
            await s.TerminateAsync();
            await s.KeepAsync();
        },
        ["an update that is accepted first and done later"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync();
            var update = s.UpdateAsync("u", Stage.Accepted);
            var task = await s.TaskAsync();
            await AnswerAsync(s, task, Accept(task.Messages[0]));
            s.Note($"{(await update).Stage}");
            await s.SignalAsync("go");
            var next = await s.TaskAsync();
            await AnswerAsync(s, next, Respond(task.Messages[0]));
            await s.TerminateAsync();
            await s.KeepAsync();
        },
        ["an update before the first task"] = async s =>
        {
            _ = await s.StartAsync();
            var update = s.UpdateAsync("u");
            PollWorkflowTaskQueueResponse task;
            do
            {
                task = await s.TaskAsync();
                if (task.Messages.Count == 0)
                {
                    _ = await s.CompleteAsync(task);
                }
            }
            while (task.Messages.Count == 0);
            await AnswerAsync(s, task, Accept(task.Messages[0]), Respond(task.Messages[0]));
            s.Note($"{(await update).Stage}");
        },
        ["an update that the worker ignores"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync();
            var update = s.UpdateAsync("u");
            _ = await s.CompleteAsync(await s.TaskAsync());
            s.Note((await update).Outcome.Failure);
            await s.TerminateAsync();
            await s.KeepAsync();
        },
        ["an update to a workflow that ends"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync();
            var update = s.UpdateAsync("u");
            var task = await s.TaskAsync();
            _ = await s.CompleteAsync(task, r => r.Messages.Add(Accept(task.Messages[0])), Send(Accept(task.Messages[0])), Finish());
            s.Note((await update).Outcome.Failure);
            _ = await s.RefusedAsync(() => s.UpdateAsync("v"));
            await s.KeepAsync();
        },
        ["markers, memo and search attributes"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync(
                new Command
                {
                    CommandType = CommandType.RecordMarker,
                    RecordMarkerCommandAttributes = new RecordMarkerCommandAttributes { MarkerName = "m", Details = { ["d"] = Text("x") } },
                },
                new Command
                {
                    CommandType = CommandType.UpsertWorkflowSearchAttributes,
                    UpsertWorkflowSearchAttributesCommandAttributes = new UpsertWorkflowSearchAttributesCommandAttributes
                    {
                        SearchAttributes = new SearchAttributes { IndexedFields = { ["Color"] = Text("green").Payloads_[0] } },
                    },
                },
                new Command
                {
                    CommandType = CommandType.ModifyWorkflowProperties,
                    ModifyWorkflowPropertiesCommandAttributes = new ModifyWorkflowPropertiesCommandAttributes
                    {
                        UpsertedMemo = new Memo { Fields = { ["k"] = Text("v").Payloads_[0] } },
                    },
                },
                Finish());
            await s.KeepAsync();
            var info = (await s.DescribeAsync()).WorkflowExecutionInfo;
            s.Note(info.Memo.ToString());
            var color = info.SearchAttributes.IndexedFields["Color"]; // metadata are a map: the real server's order is chance
            s.Note($"{color.Data.ToStringUtf8()} {string.Join(' ', color.Metadata.Select(one => $"{one.Key}={one.Value.ToStringUtf8()}").Order(StringComparer.Ordinal))}");
        },
        ["an unknown search attribute fails the task"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.RefusedAsync(() => s.TurnAsync(new Command
            {
                CommandType = CommandType.UpsertWorkflowSearchAttributes,
                UpsertWorkflowSearchAttributesCommandAttributes = new UpsertWorkflowSearchAttributesCommandAttributes
                {
                    SearchAttributes = new SearchAttributes { IndexedFields = { ["Nobody"] = Text("x").Payloads_[0] } },
                },
            }));
            await s.TerminateAsync();
            await KeepTypesAsync(s);
        },
        ["an activity without a time-out fails the task"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.RefusedAsync(() => s.TurnAsync(Timer("not kept", 5), s.Activity("a", a => a.StartToCloseTimeout = null)));
            await s.TerminateAsync();
            await KeepTypesAsync(s);
        },
        ["two timers of one id fail the task"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.RefusedAsync(() => s.TurnAsync(Timer("t", 5), Timer("t", 5)));
            await s.TerminateAsync();
            await KeepTypesAsync(s);
        },
        ["cancelling an unknown timer fails the task"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.RefusedAsync(() => s.TurnAsync(Script.CancelTimer("t")));
            await s.TerminateAsync();
            await KeepTypesAsync(s);
        },
        ["two activities of one id fail the task"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.RefusedAsync(() => s.TurnAsync(s.Activity("a"), s.Activity("a")));
            await s.TerminateAsync();
            await KeepTypesAsync(s);
        },
        ["who may use a workflow id"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.RefusedAsync(() => s.StartAsync());
            _ = await s.RefusedAsync(async () =>
                s.Note($"started {(await s.StartAsync(r => r.WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting)).Started}"));
            _ = await s.TurnAsync(Finish());
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.WorkflowIdReusePolicy = WorkflowIdReusePolicy.RejectDuplicate));
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.WorkflowIdReusePolicy = WorkflowIdReusePolicy.AllowDuplicateFailedOnly));
            var second = await s.StartAsync();
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.WorkflowIdReusePolicy = (WorkflowIdReusePolicy)4));
            await s.KeepAsync(runId: second.RunId);
        },
        ["a delayed start with a signal meanwhile"] = async s =>
        {
            _ = await s.StartAsync(r => r.WorkflowStartDelay = Seconds(2));
            await s.SignalAsync("early");
            _ = await s.TurnAsync(Finish());
            await s.KeepAsync();
        },
        ["queries of running and closed workflows"] = async s =>
        {
            _ = await s.StartAsync();
            _ = await s.TurnAsync();
            var query = s.QueryAsync();
            var task = await s.TaskAsync();
            s.Note($"{task.Query.QueryType} {task.History.Events.Count} {task.StartedEventId} {task.PreviousStartedEventId}");
            await s.AnswerQueryAsync(task, "fine");
            s.Note((await query).QueryResult.ToString());
            await s.TerminateAsync();
            s.Note((await s.QueryAsync(QueryRejectCondition.NotOpen)).QueryRejected.ToString());
            await s.KeepAsync();
        },
        ["an update starts its workflow"] = async s =>
        {
            var start = s.StartRequest();
            start.WorkflowIdConflictPolicy = WorkflowIdConflictPolicy.UseExisting;
            var call = s.Client.CallAsync<ExecuteMultiOperationResponse>(
                new ExecuteMultiOperationRequest
                {
                    Namespace = "default",
                    Operations =
                    {
                        new ExecuteMultiOperationRequest.Types.Operation { StartWorkflow = start },
                        new ExecuteMultiOperationRequest.Types.Operation { UpdateWorkflow = s.UpdateRequest("u", Stage.Completed) },
                    },
                },
                TimeSpan.FromSeconds(30));
            var task = await s.TaskAsync();
            await AnswerAsync(s, task, Accept(task.Messages[0]), Respond(task.Messages[0]));
            s.Note((await call).Responses[1].UpdateWorkflow.Stage.ToString());
            await s.TerminateAsync();
            await s.KeepAsync();
        },
        ["bad requests"] = async s =>
        {
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.Namespace = ""));
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.Namespace = "nowhere"));
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.WorkflowId = ""));
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.WorkflowType = null));
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.TaskQueue = null));
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.WorkflowRunTimeout = Seconds(-1)));
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.CronSchedule = "never"));
            _ = await s.RefusedAsync(() => s.StartAsync(r => r.SearchAttributes = new SearchAttributes { IndexedFields = { ["Nobody"] = Keyword("x") } }));
            _ = await s.RefusedAsync(() => s.SignalAsync("nobody is there"));
            _ = await s.RefusedAsync(() => s.DescribeAsync());
            _ = await s.RefusedAsync(() => s.HistoryAsync());
            _ = await s.RefusedAsync(() => s.CompleteAsync(new PollWorkflowTaskQueueResponse()));
        },
    };

    private static Command CancelOther(string id) => new()
    {
        CommandType = CommandType.RequestCancelExternalWorkflowExecution,
        RequestCancelExternalWorkflowExecutionCommandAttributes = new RequestCancelExternalWorkflowExecutionCommandAttributes
        {
            Namespace = "default",
            WorkflowId = id,
            Reason = "please",
        },
    };

    private static Task AnswerAsync(Script s, PollWorkflowTaskQueueResponse task, params Message[] messages) =>
        s.CompleteAsync(task, r => r.Messages.AddRange(messages), [.. messages.Select(Send)]);

    /// <summary>Follows the history, as a client would, until an event of the type is there.</summary>
    private static async Task WaitForAsync(Script s, EventType type)
    {
        while ((await s.HistoryAsync()).All(happened => happened.EventType != type))
        {
            await Task.Delay(20);
        }
    }

    /// <summary>Types and causes only: what refused commands are told is prose.</summary>
    private static async Task KeepTypesAsync(Script s)
    {
        foreach (var happened in await s.HistoryAsync())
        {
            s.Note($"{happened.EventId} {happened.EventType} {happened.WorkflowTaskFailedEventAttributes?.Cause} {happened.WorkflowTaskFailedEventAttributes?.Failure?.Source} {happened.WorkflowTaskFailedEventAttributes?.Failure?.FailureInfoCase} {happened.WorkflowTaskFailedEventAttributes?.Failure?.ServerFailureInfo?.NonRetryable}");
        }
    }
}

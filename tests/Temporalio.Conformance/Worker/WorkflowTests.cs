using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Common;
using Temporalio.Converters;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;
using ParentClosePolicy = Temporalio.Workflows.ParentClosePolicy;

namespace Temporalio.Conformance.Worker;

public sealed class WorkflowTests(TemporalServer server)
{
    private Task<Scene> SceneAsync(Action<TemporalWorkerOptions>? configure = null) => Scene.StartAsync(server, options =>
    {
        options.AddAllActivities(new Chores());
        configure?.Invoke(options);
    });

    [Fact]
    public async Task Signals_that_arrive_with_the_start_are_heard_before_the_body_runs()
    {
        await using var scene = await SceneAsync();
        await scene.StopWorkerAsync();
        var handle = await scene.StartAsync(async me => me.Log, options =>
            options.SignalWithStart((Scripted workflow) => workflow.HearAsync("first")));
        await handle.SignalAsync(workflow => workflow.HearAsync("second"));

        scene.StartWorker();

        Assert.Equal("first,second", await handle.GetResultAsync());
    }

    [Fact]
    public async Task Signals_are_heard_in_their_order_and_none_is_lost()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => me.Heard.Count == 50);
            return me.Log;
        });

        for (var i = 0; i < 50; i++)
        {
            await handle.SignalAsync(workflow => workflow.HearAsync($"{i}"));
        }

        Assert.Equal(string.Join(',', Enumerable.Range(0, 50)), await handle.GetResultAsync());
    }

    [Fact]
    public async Task A_signal_whose_arguments_cannot_be_read_is_dropped()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => me.Heard.Count == 1);
            return me.Log;
        });

        await handle.SignalAsync("Hear", [new { not = "a string" }]);
        await handle.SignalAsync(workflow => workflow.HearAsync("good"));

        Assert.Equal("good", await handle.GetResultAsync());
    }

    [Fact]
    public async Task A_signal_waits_for_a_handler_that_is_set_later()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => me.Heard.Count == 1);
            Workflow.Signals["late"] = WorkflowSignalDefinition.CreateWithoutAttribute("late", async (string what) => me.Note(what));
            await Workflow.WaitConditionAsync(() => me.Heard.Count == 3);
            return me.Log;
        });

        await handle.SignalAsync("late", ["one"]);
        await handle.SignalAsync("late", ["two"]);
        await handle.SignalAsync(workflow => workflow.HearAsync("go"));

        Assert.Equal("go,one,two", await handle.GetResultAsync());
    }

    [Fact]
    public async Task A_failure_in_a_signal_handler_ends_the_workflow()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async _ =>
        {
            await Workflow.WaitConditionAsync(() => false);
            return "";
        });

        await handle.SignalAsync(workflow => workflow.ChokeAsync("failure"));

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        Assert.Equal("Choked", Assert.IsType<ApplicationFailureException>(failed.InnerException).ErrorType);
    }

    [Fact]
    public async Task A_bug_in_a_signal_handler_suspends_the_workflow()
    {
        await using var scene = await SceneAsync();
        scene.ReplaysAtEnd = false;
        var handle = await scene.StartAsync(async _ =>
        {
            await Workflow.WaitConditionAsync(() => false);
            return "";
        });

        await handle.SignalAsync(workflow => workflow.ChokeAsync("bug"));

        await TaskFailureAsync(handle, "the handler has a bug");
        Assert.Equal(WorkflowExecutionStatus.Running, (await handle.DescribeAsync()).Status);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task Queries_see_the_state_while_it_runs_and_after_it_ended()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => me.Heard.Count == 2);
            return "";
        });
        await handle.SignalAsync(workflow => workflow.HearAsync("a"));

        Assert.Equal("a", await handle.QueryAsync(workflow => workflow.Log));
        await handle.SignalAsync(workflow => workflow.HearAsync("b"));
        await handle.GetResultAsync();
        Assert.Equal("a,b", await handle.QueryAsync(workflow => workflow.Log));
    }

    [Fact]
    public async Task A_query_that_throws_or_is_unknown_fails_for_the_caller_alone()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => me.Heard.Count == 1);
            return me.Log;
        });

        var bug = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync(workflow => workflow.Fail()));
        var unknown = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync<string>("Nonsense", []));
        var cheat = await Assert.ThrowsAsync<WorkflowQueryFailedException>(() => handle.QueryAsync(workflow => workflow.Cheat()));
        await handle.SignalAsync(workflow => workflow.HearAsync("fine"));

        Assert.Equal("this query has a bug", bug.Message);
        Assert.Equal("Query handler for Nonsense expected but not found, known queries: [Cheat Fail Log]", unknown.Message);
        Assert.Contains("query", cheat.Message, StringComparison.Ordinal);
        Assert.Equal("fine", await handle.GetResultAsync());
    }

    [Fact]
    public async Task An_update_is_accepted_runs_and_answers()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(UntilHeard("told one", "told two"));

        Assert.Equal("Tell one", await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("one")));
        Assert.Equal("Tell two", await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("two")));
        Assert.Equal("told one,told two", await handle.GetResultAsync());
    }

    [Fact]
    public async Task A_refused_update_leaves_no_trace_and_the_run_goes_on()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(UntilHeard("told yes"));

        for (var i = 0; i < 3; i++)
        {
            var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
                () => handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("no")));
            Assert.Equal("Refused", Assert.IsType<ApplicationFailureException>(refused.InnerException).ErrorType);
        }

        await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("yes"));
        Assert.Equal("told yes", await handle.GetResultAsync());
        var history = await handle.FetchHistoryAsync();
        Assert.Single(history.Events, happened => happened.EventType is EventType.WorkflowExecutionUpdateAccepted);
    }

    [Fact]
    public async Task A_refused_update_right_after_commands_does_not_make_them_seem_unknown()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async me =>
        {
            for (var round = 1; round <= 3; round++)
            {
                // Each round leaves a timer, cancelled by what comes, before the task that refuses.
                var heard = round;
                await Workflow.WaitConditionAsync(() => me.Heard.Count >= heard, TimeSpan.FromHours(1));
            }

            return me.Log;
        });

        foreach (var word in (string[])["one", "two", "three"])
        {
            for (var i = 0; i < 2; i++)
            {
                await Assert.ThrowsAsync<WorkflowUpdateFailedException>(() => handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("no")));
            }

            await handle.SignalAsync(workflow => workflow.HearAsync(word));
        }

        Assert.Equal("one,two,three", await handle.GetResultAsync());
        var history = await handle.FetchHistoryAsync();
        Assert.DoesNotContain(history.Events, happened => happened.EventType is EventType.WorkflowTaskFailed);
        Assert.Equal(3, history.Events.Count(happened => happened.EventType is EventType.TimerStarted));
    }

    [Fact]
    public async Task A_failed_update_tells_its_caller_and_the_run_goes_on()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(UntilHeard("told fail", "done"));

        var failed = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
            () => handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("fail")));
        await handle.SignalAsync(workflow => workflow.HearAsync("done"));

        Assert.Equal("Told", Assert.IsType<ApplicationFailureException>(failed.InnerException).ErrorType);
        Assert.Equal("told fail,done", await handle.GetResultAsync());
    }

    [Fact]
    public async Task An_unknown_update_is_refused_with_the_names_that_are_known()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(UntilHeard("end"));

        var refused = await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
            () => handle.ExecuteUpdateAsync("Nonsense", []));
        await handle.SignalAsync(workflow => workflow.HearAsync("end"));
        await handle.GetResultAsync();

        Assert.Equal(
            "Update handler for Nonsense expected but not found, known updates: [Tell]", refused.InnerException!.Message);
    }

    [Fact]
    public async Task The_same_update_id_runs_once()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(UntilHeard("told it"));

        var first = await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("it"), new("same"));
        await handle.GetResultAsync();

        Assert.Equal("Tell it", first);
        Assert.Equal("told it", await handle.QueryAsync(workflow => workflow.Log));
    }

    [Fact]
    public async Task Accepted_and_refused_updates_survive_a_new_worker()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(UntilHeard("told one", "told two"));
        await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("one"));
        await Assert.ThrowsAsync<WorkflowUpdateFailedException>(
            () => handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("no")));

        await scene.StopWorkerAsync();
        scene.StartWorker();

        Assert.Equal("Tell two", await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("two")));
        Assert.Equal("told one,told two", await handle.GetResultAsync());
    }

    [Fact]
    public async Task An_update_that_arrives_before_the_first_task_runs_before_the_body()
    {
        await using var scene = await SceneAsync();
        await scene.StopWorkerAsync();
        var handle = await scene.StartAsync(async me =>
        {
            me.Note("body");
            await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished);
            return me.Log;
        });
        var update = handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("early"));
        await Task.Delay(300); // the server holds the update; there is no way to see that it does

        scene.StartWorker();

        Assert.Equal("Tell early", await update);
        Assert.Equal("told early,body", await handle.GetResultAsync());
    }

    [Fact]
    public async Task A_workflow_may_end_when_all_its_handlers_have()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => !Workflow.AllHandlersFinished);
            await Workflow.WaitConditionAsync(() => Workflow.AllHandlersFinished);
            return me.Log;
        });

        await handle.SignalAsync(workflow => workflow.HearSlowlyAsync("slow"));

        Assert.Equal("slow", await handle.GetResultAsync());
    }

    [Fact]
    public async Task A_timer_fires_and_its_summary_is_in_the_history()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async _ =>
        {
            var before = Workflow.UtcNow;
            await Workflow.DelayWithOptionsAsync(new(200, "a short nap"));
            return $"{(Workflow.UtcNow - before).TotalMilliseconds >= 200}";
        });

        Assert.Equal("True", await handle.GetResultAsync());
        var started = (await handle.FetchHistoryAsync()).Events.Single(happened => happened.EventType is EventType.TimerStarted);
        Assert.Equal("\"a short nap\"", started.UserMetadata.Summary.Data.ToStringUtf8());
    }

    [Fact]
    public async Task A_condition_with_a_limit_tells_whether_it_was_met()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async me =>
        {
            var missed = await Workflow.WaitConditionAsync(() => false, 50);
            var met = await Workflow.WaitConditionAsync(() => true, TimeSpan.FromHours(1));
            var later = Workflow.WaitConditionAsync(() => me.Heard.Count > 0, TimeSpan.FromHours(1));
            return $"{missed} {met} {await later}";
        });
        await handle.SignalAsync(workflow => workflow.HearAsync("now"));

        Assert.Equal("False True True", await handle.GetResultAsync());
    }

    [Fact]
    public async Task Cancelling_a_workflow_cancels_what_it_waits_for()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async _ =>
        {
            await Workflow.DelayAsync(Timeout.Infinite);
            return "";
        });

        await handle.CancelAsync();

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        Assert.IsType<CanceledFailureException>(failed.InnerException);
        Assert.Equal(WorkflowExecutionStatus.Canceled, (await handle.DescribeAsync()).Status);
    }

    [Fact]
    public async Task A_cancelled_workflow_may_clean_up_with_a_detached_token_and_complete()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async _ =>
        {
            try
            {
                await Workflow.DelayAsync(TimeSpan.FromHours(1));
                return "not cancelled";
            }
            catch (OperationCanceledException)
            {
                await Workflow.DelayAsync(1, CancellationToken.None);
                return await Workflow.ExecuteActivityAsync(() => Chores.Echo("cleaned"), new()
                {
                    StartToCloseTimeout = TimeSpan.FromSeconds(10),
                    CancellationToken = CancellationToken.None,
                });
            }
        });
        await TemporalServer.UntilAsync(async () => (await handle.FetchHistoryAsync()).Events
            .Any(happened => happened.EventType is EventType.TimerStarted));

        await handle.CancelAsync();

        Assert.Equal("cleaned", await handle.GetResultAsync());
    }

    [Fact]
    public async Task A_child_runs_and_its_result_comes_back()
    {
        await using var scene = await SceneAsync();
        var body = Scene.Body(async _ => $"{Workflow.Info.Parent!.WorkflowId == Workflow.Info.Root!.WorkflowId}");

        var result = await scene.RunAsync(_ =>
            Workflow.ExecuteChildWorkflowAsync((Scripted child) => child.RunAsync(body)));

        Assert.Equal("True", result);
    }

    [Fact]
    public async Task A_childs_failure_reaches_the_parent_with_who_it_was()
    {
        await using var scene = await SceneAsync();
        var id = TemporalServer.NewName("child");
        var body = Scene.Body(_ => throw new ApplicationFailureException("child's fault", errorType: "Child"));

        var failure = Assert.IsType<ChildWorkflowFailureException>(await scene.FailureOfAsync(_ =>
            Workflow.ExecuteChildWorkflowAsync((Scripted child) => child.RunAsync(body), new() { Id = id })));

        Assert.Equal((id, "Scripted"), (failure.WorkflowId, failure.WorkflowType));
        Assert.Equal("Child", Assert.IsType<ApplicationFailureException>(failure.InnerException).ErrorType);
    }

    [Fact]
    public async Task A_child_that_exists_cannot_be_started_again()
    {
        await using var scene = await SceneAsync();
        var running = await scene.StartAsync(UntilHeard("end"));

        var result = await scene.RunAsync(async _ =>
        {
            try
            {
                return await Workflow.ExecuteChildWorkflowAsync<string>("Scripted", ["x"], new() { Id = running.Id });
            }
            catch (WorkflowAlreadyStartedException taken)
            {
                return taken.WorkflowId;
            }
        });
        await running.SignalAsync(workflow => workflow.HearAsync("end"));
        await running.GetResultAsync();

        Assert.Equal(running.Id, result);
    }

    [Fact]
    public async Task A_parent_signals_its_child()
    {
        await using var scene = await SceneAsync();
        var body = Scene.Body(UntilHeard("hello from above"));

        var result = await scene.RunAsync(async _ =>
        {
            var child = await Workflow.StartChildWorkflowAsync((Scripted workflow) => workflow.RunAsync(body));
            await child.SignalAsync(workflow => workflow.HearAsync("hello from above"));
            return await child.GetResultAsync();
        });

        Assert.Equal("hello from above", result);
    }

    [Theory]
    [InlineData(ChildWorkflowCancellationType.TryCancel, true)]
    [InlineData(ChildWorkflowCancellationType.WaitCancellationRequested, true)]
    [InlineData(ChildWorkflowCancellationType.WaitCancellationCompleted, true)]
    [InlineData(ChildWorkflowCancellationType.Abandon, false)]
    public async Task Cancelling_a_child_call_does_what_its_type_says(ChildWorkflowCancellationType how, bool told)
    {
        await using var scene = await SceneAsync();
        var id = TemporalServer.NewName("child");
        var body = Scene.Body(async _ =>
        {
            await Workflow.DelayAsync(Timeout.Infinite);
            return "";
        });
        var handle = await scene.StartAsync(async me =>
        {
            using var source = new CancellationTokenSource();
            var child = await Workflow.StartChildWorkflowAsync((Scripted workflow) => workflow.RunAsync(body), new()
            {
                Id = id,
                CancellationType = how,
                CancellationToken = source.Token,
                ParentClosePolicy = ParentClosePolicy.Abandon,
            });
            await Workflow.WaitConditionAsync(() => me.Heard.Count > 0);
            source.Cancel(); // CancelAsync would call back on the thread pool
            var failure = await Assert.ThrowsAsync<ChildWorkflowFailureException>(() => child.GetResultAsync());
            await Workflow.DelayAsync(1);
            return $"{TemporalException.IsCanceledException(failure)}";
        });
        await handle.SignalAsync(workflow => workflow.HearAsync("cancel"));

        Assert.Equal("True", await handle.GetResultAsync());
        var child = scene.Client.GetWorkflowHandle(id);
        if (told)
        {
            await TemporalServer.UntilAsync(child, WorkflowExecutionStatus.Canceled);
        }
        else
        {
            Assert.Equal(WorkflowExecutionStatus.Running, (await child.DescribeAsync()).Status);
            await child.TerminateAsync();
        }
    }

    [Theory]
    [InlineData(ParentClosePolicy.Terminate, WorkflowExecutionStatus.Terminated)]
    [InlineData(ParentClosePolicy.RequestCancel, WorkflowExecutionStatus.Canceled)]
    public async Task A_parent_that_ends_takes_its_child_along_as_the_policy_says(
        ParentClosePolicy policy, WorkflowExecutionStatus status)
    {
        await using var scene = await SceneAsync();
        var id = TemporalServer.NewName("child");
        var body = Scene.Body(async _ =>
        {
            await Workflow.DelayAsync(Timeout.Infinite);
            return "";
        });

        await scene.RunAsync(async _ =>
        {
            await Workflow.StartChildWorkflowAsync(
                (Scripted workflow) => workflow.RunAsync(body), new() { Id = id, ParentClosePolicy = policy });
            return "";
        });

        await TemporalServer.UntilAsync(scene.Client.GetWorkflowHandle(id), status);
    }

    [Fact]
    public async Task A_workflow_signals_and_cancels_another_one()
    {
        await using var scene = await SceneAsync();
        var other = await scene.StartAsync(async me =>
        {
            try
            {
                await Workflow.DelayAsync(Timeout.Infinite);
            }
            catch (OperationCanceledException)
            {
                // as asked
            }

            return me.Log;
        });
        var id = other.Id;

        await scene.RunAsync(async _ =>
        {
            var handle = Workflow.GetExternalWorkflowHandle<Scripted>(id);
            await handle.SignalAsync(workflow => workflow.HearAsync("psst"));
            await handle.CancelAsync();
            return "";
        });

        Assert.Equal("psst", await other.GetResultAsync());
    }

    [Fact]
    public async Task Signalling_and_cancelling_nobody_fails()
    {
        await using var scene = await SceneAsync();

        var result = await scene.RunAsync(async _ =>
        {
            var handle = Workflow.GetExternalWorkflowHandle("nobody-of-that-name");
            var signal = await Assert.ThrowsAsync<ApplicationFailureException>(() => handle.SignalAsync("x", []));
            var cancel = await Assert.ThrowsAsync<ApplicationFailureException>(() => handle.CancelAsync());
            return $"{signal.Message}|{cancel.Message}";
        });

        Assert.Equal(
            "Unable to signal external workflow because it was not found|Unable to cancel external workflow because it was not found",
            result);
    }

    [Fact]
    public async Task The_next_run_carries_on_with_memo_and_attributes()
    {
        await using var scene = await SceneAsync();
        var second = Scene.Body(async _ =>
            Workflow.PayloadConverter.ToValue<string>(Workflow.Memo["note"])
            + Workflow.TypedSearchAttributes.Get(TemporalServer.Keyword)
            + (Workflow.Info.ContinuedRunId is not null));

        var result = await scene.RunAsync(async _ =>
        {
            Workflow.UpsertMemo(MemoUpdate.ValueSet("note", "kept "));
            Workflow.UpsertTypedSearchAttributes(TemporalServer.Keyword.ValueSet("too "));
            await Workflow.DelayAsync(1);
            throw Workflow.CreateContinueAsNewException((Scripted next) => next.RunAsync(second));
        });

        Assert.Equal("kept too True", result);
    }

    [Fact]
    public async Task No_signal_is_lost_while_a_workflow_continues_as_new()
    {
        await using var scene = await SceneAsync();
        var carried = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        string key = null!;
        key = Scene.Body(async me =>
        {
            await Workflow.WaitConditionAsync(() => me.Heard.Count > 0);
            await Workflow.DelayAsync(1);
            if (!Workflow.Unsafe.IsReplaying)
            {
                foreach (var heard in me.Heard)
                {
                    carried[heard] = 1;
                }
            }

            return me.Heard.Contains("last") ? "end" : throw Workflow.CreateContinueAsNewException((Scripted next) => next.RunAsync(key));
        });
        var handle = await scene.Client.StartWorkflowAsync(
            (Scripted workflow) => workflow.RunAsync(key), new(TemporalServer.NewName("wf"), scene.TaskQueue));

        for (var i = 0; i < 60; i++)
        {
            await handle.SignalAsync(workflow => workflow.HearAsync($"{i}"));
        }

        await handle.SignalAsync(workflow => workflow.HearAsync("last"));
        await handle.GetResultAsync();

        // Signals are heard once, in some run; what a run had heard when it moved on, it had counted.
        Assert.Equal(61, carried.Count);
    }

    [Fact]
    public async Task A_signal_that_arrives_with_the_end_is_heard_first()
    {
        await using var scene = await SceneAsync();
        var inside = new SemaphoreSlim(0);
        var goOn = new ManualResetEventSlim();
        var blocked = 0;
        var handle = await scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => me.Heard.Count > 0);
            if (me.Heard.Count == 1 && Interlocked.Exchange(ref blocked, 1) == 0)
            {
                inside.Release();
                goOn.Wait(1500);
            }

            return me.Log;
        });
        await handle.SignalAsync(workflow => workflow.HearAsync("one"));
        await inside.WaitAsync();

        await handle.SignalAsync(workflow => workflow.HearAsync("two"));
        goOn.Set();

        Assert.Equal("one,two", await handle.GetResultAsync());
        var history = await handle.FetchHistoryAsync();
        Assert.Contains(history.Events, happened => happened.WorkflowTaskFailedEventAttributes?.Cause is WorkflowTaskFailedCause.UnhandledCommand);
    }

    [Fact]
    public async Task Attributes_and_memo_can_be_set_and_removed()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async me =>
        {
            Workflow.UpsertTypedSearchAttributes(
                TemporalServer.Keyword.ValueSet("word"), TemporalServer.Long.ValueSet(7), TemporalServer.Bool.ValueSet(true));
            Workflow.UpsertMemo(MemoUpdate.ValueSet("stays", 1), MemoUpdate.ValueSet("goes", 2));
            await Workflow.WaitConditionAsync(() => me.Heard.Count > 0);
            Workflow.UpsertTypedSearchAttributes(TemporalServer.Long.ValueUnset());
            Workflow.UpsertMemo(MemoUpdate.ValueUnset("goes"));
            return string.Join(',', Workflow.Memo.Keys) + Workflow.TypedSearchAttributes.Count;
        });
        await handle.SignalAsync(workflow => workflow.HearAsync("go on"));

        Assert.Equal("stays2", await handle.GetResultAsync());
        var seen = await handle.DescribeAsync();
        Assert.Equal("word", seen.TypedSearchAttributes.Get(TemporalServer.Keyword));
        Assert.False(seen.TypedSearchAttributes.ContainsKey(TemporalServer.Long));
        Assert.Equal(["stays"], seen.Memo.Keys);
    }

    [Fact]
    public async Task An_empty_or_double_upsert_is_refused()
    {
        await using var scene = await SceneAsync();

        var result = await scene.RunAsync(async _ =>
        {
            Assert.Throws<ArgumentException>(() => Workflow.UpsertMemo());
            Assert.Throws<ArgumentException>(() => Workflow.UpsertTypedSearchAttributes());
            Assert.Throws<ArgumentException>(() =>
                Workflow.UpsertMemo(MemoUpdate.ValueSet("a", 1), MemoUpdate.ValueSet("a", 2)));
            return "refused";
        });

        Assert.Equal("refused", result);
    }

    [Fact]
    public async Task Current_details_and_handlers_are_in_the_metadata_that_the_ui_asks_for()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async me =>
        {
            Workflow.CurrentDetails = "**waiting** for a word";
            await Workflow.WaitConditionAsync(() => me.Heard.Count > 0);
            return "";
        });

        var metadata = await handle.QueryAsync<Api.Sdk.V1.WorkflowMetadata>("__temporal_workflow_metadata", []);
        await handle.SignalAsync(workflow => workflow.HearAsync("go on"));
        await handle.GetResultAsync();

        Assert.Equal("**waiting** for a word", metadata.CurrentDetails);
        Assert.Equal("Scripted", metadata.Definition.Type);
        Assert.Equal(["Choke", "Hear", "HearSlowly"], metadata.Definition.SignalDefinitions.Select(signal => signal.Name));
        Assert.Equal(["Tell"], metadata.Definition.UpdateDefinitions.Select(update => update.Name));
    }

    [Fact]
    public async Task A_patch_is_taken_by_new_runs_and_marked_in_their_history()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async _ =>
        {
            var patched = Workflow.Patched("my-patch");
            await Workflow.DelayAsync(1);
            return $"{patched} {Workflow.Patched("my-patch")}";
        });

        Assert.Equal("True True", await handle.GetResultAsync());
        var history = await handle.FetchHistoryAsync();
        Assert.Single(history.Events, happened => happened.MarkerRecordedEventAttributes?.MarkerName == "core_patch");
        var seen = await handle.DescribeAsync();
        Assert.Equal(["my-patch"], seen.TypedSearchAttributes.Get(SearchAttributeKey.CreateKeywordList("TemporalChangeVersion")));
    }

    [Fact]
    public async Task Random_numbers_and_ids_are_the_same_in_every_replay()
    {
        await using var scene = await SceneAsync();
        var drawn = new List<string>();
        var handle = await scene.StartAsync(async me =>
        {
            var number = $"{Workflow.NewGuid()} {Workflow.Random.Next(1000)}";
            drawn.Add(number);
            await Workflow.WaitConditionAsync(() => me.Heard.Count > 0);
            return number;
        });
        _ = await handle.QueryAsync(workflow => workflow.Log);

        await scene.StopWorkerAsync();
        scene.StartWorker();
        await handle.SignalAsync(workflow => workflow.HearAsync("go on"));

        Assert.Equal(drawn[0], await handle.GetResultAsync());
        Assert.True(drawn.Count > 1);
        Assert.Single(drawn.Distinct());
    }

    [Fact]
    public async Task A_bug_suspends_the_workflow_until_the_code_is_mended()
    {
        await using var scene = await SceneAsync();
        var mended = false;
        var handle = await scene.StartAsync(async _ => Volatile.Read(ref mended)
            ? "mended"
            : throw new InvalidOperationException("a bug"));
        await TaskFailureAsync(handle, "a bug");

        Volatile.Write(ref mended, true);

        Assert.Equal("mended", await handle.GetResultAsync().WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Exceptions_that_the_worker_names_end_the_workflow()
    {
        await using var scene = await SceneAsync(options => options.WorkflowFailureExceptionTypes = [typeof(FormatException)]);

        var failure = await scene.FailureOfAsync(_ => throw new FormatException("not like this"));

        Assert.Equal("FormatException", Assert.IsType<ApplicationFailureException>(failure).ErrorType);
    }

    [Fact]
    public async Task Code_that_disagrees_with_the_history_is_reported_with_the_events_id()
    {
        await using var scene = await SceneAsync();
        scene.ReplaysAtEnd = false;
        var changed = false;
        var handle = await scene.StartAsync(async me =>
        {
            if (Volatile.Read(ref changed))
            {
                await Workflow.ExecuteActivityAsync(() => Chores.Echo("x"), Chores.Soon);
            }
            else
            {
                await Workflow.DelayAsync(1);
            }

            await Workflow.WaitConditionAsync(() => me.Heard.Count > 0);
            return "";
        });
        await TemporalServer.UntilAsync(async () => (await handle.FetchHistoryAsync()).Events.Count >= 9);

        Volatile.Write(ref changed, true);
        await scene.StopWorkerAsync();
        scene.StartWorker();
        await handle.SignalAsync(workflow => workflow.HearAsync("look"));

        var failed = await TaskFailureAsync(handle, "[TMPRL1100]");
        Assert.Equal(WorkflowTaskFailedCause.NonDeterministicError, failed.Cause);
        Assert.Contains("event 5 (TimerStarted)", failed.Failure.Message, StringComparison.Ordinal);
        var replayed = await Assert.ThrowsAsync<WorkflowNondeterminismException>(async () =>
            await new WorkflowReplayer(scene.Replayer()).ReplayWorkflowAsync(await handle.FetchHistoryAsync()));
        Assert.Contains("event 5", replayed.Message, StringComparison.Ordinal);
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task A_workflow_that_blocks_its_thread_fails_its_task_and_the_worker_lives_on()
    {
        await using var scene = await SceneAsync(options => options.DebugMode = false);
        scene.ReplaysAtEnd = false;
        var release = new ManualResetEventSlim();
        var handle = await scene.StartAsync(async _ =>
        {
            release.Wait(TimeSpan.FromSeconds(40));
            return "";
        });

        await TaskFailureAsync(handle, "[TMPRL1101]");

        Assert.Equal("alive", await scene.RunAsync(async _ => "alive"));
        await handle.TerminateAsync();
        release.Set();
    }

    [Fact]
    public async Task A_workflow_that_leaves_its_scheduler_fails_its_task()
    {
        await using var scene = await SceneAsync();
        scene.ReplaysAtEnd = false;
        var handle = await scene.StartAsync(async _ =>
        {
            var left = Task.Run(() => 1);
            left.Wait();
            await Task.Run(() => Thread.Sleep(50));
            return "";
        });
        await TemporalServer.UntilAsync(async () => (await handle.FetchHistoryAsync()).Events
            .Any(happened => happened.EventType is EventType.WorkflowTaskCompleted or EventType.WorkflowTaskFailed));
        await Task.Delay(300); // for the task that the workflow must not wait for
        await handle.SignalAsync(workflow => workflow.HearAsync("wake up"));

        await TaskFailureAsync(handle, "outside of the workflow's scheduler");
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task An_unknown_workflow_type_fails_its_task_with_the_names_that_are_known()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.Client.StartWorkflowAsync(
            "Nonsense", [], new(TemporalServer.NewName("wf"), scene.TaskQueue));

        await TaskFailureAsync(handle, "Workflow type Nonsense is not registered on this worker, available workflows: Scripted");
        await handle.TerminateAsync();
    }

    [Fact]
    public async Task The_outcome_of_parallel_work_is_the_same_in_every_replay()
    {
        await using var scene = await SceneAsync();

        var result = await scene.RunAsync(async me =>
        {
            var race = await Workflow.WhenAnyAsync(
                Workflow.ExecuteActivityAsync(() => Chores.Echo("a"), Chores.Soon),
                Workflow.ExecuteActivityAsync(() => Chores.Echo("b"), Chores.Soon));
            var all = await Workflow.WhenAllAsync(
                Workflow.RunTaskAsync(async () => await race),
                Workflow.ExecuteActivityAsync(() => Chores.Echo("c"), Chores.Soon));
            return $"{all.Length}";
        });

        Assert.Equal("2", result);
    }

    [Fact]
    public async Task A_mutex_lets_one_in_at_a_time_in_the_order_of_asking()
    {
        await using var scene = await SceneAsync();

        var result = await scene.RunAsync(async me =>
        {
            var mutex = new Workflows.Mutex();
            await Workflow.WhenAllAsync(Enumerable.Range(0, 4).Select(async number =>
            {
                await mutex.WaitOneAsync();
                me.Note($"in {number}");
                await Workflow.DelayAsync(1);
                me.Note($"out {number}");
                mutex.ReleaseMutex();
            }));
            return me.Log;
        });

        Assert.Equal("in 0,out 0,in 1,out 1,in 2,out 2,in 3,out 3", result);
    }

    [Fact]
    public async Task Histories_as_the_cli_writes_them_can_be_replayed()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async _ =>
            await Workflow.ExecuteActivityAsync(() => Chores.Echo("written down"), Chores.Soon));
        await handle.GetResultAsync();

        var json = await server.CliAsync("workflow", "show", "--workflow-id", handle.Id, "-o", "json");
        var result = await new WorkflowReplayer(scene.Replayer())
            .ReplayWorkflowAsync(WorkflowHistory.FromJson(handle.Id, json));

        Assert.Null(result.ReplayFailure);
        Assert.Contains("written down", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(
            System.Text.Json.Nodes.JsonNode.Parse(json)!["events"]!.AsArray()[^1]!
                ["workflowExecutionCompletedEventAttributes"]!["result"]!["payloads"]![0]!["data"]!.GetValue<string>())),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_finishes_with_a_cache_that_is_far_too_small()
    {
        await using var scene = await SceneAsync(options => options.MaxCachedWorkflows = 3);
        var handles = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => scene.StartAsync(async me =>
        {
            await Workflow.WaitConditionAsync(() => me.Heard.Count >= 1);
            await Workflow.ExecuteActivityAsync(() => Chores.Echo("between"), Chores.Soon);
            await Workflow.WaitConditionAsync(() => me.Heard.Count >= 2);
            return me.Log;
        })));

        foreach (var what in (string[])["a", "b"])
        {
            await Task.WhenAll(handles.Select(handle => handle.SignalAsync(workflow => workflow.HearAsync(what))));
        }

        Assert.All(await Task.WhenAll(handles.Select(handle => handle.GetResultAsync())), log => Assert.Equal("a,b", log));
    }

    [Fact]
    public async Task Without_a_cache_every_task_is_a_replay_and_the_result_the_same()
    {
        await using var scene = await SceneAsync(options => options.MaxCachedWorkflows = 0);
        var handle = await scene.StartAsync(UntilHeard("told one", "end"));

        await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("one"));
        Assert.Equal("told one", await handle.QueryAsync(workflow => workflow.Log));
        await handle.SignalAsync(workflow => workflow.HearAsync("end"));

        Assert.Equal("told one,end", await handle.GetResultAsync());
    }

    [Fact]
    public async Task Payloads_are_encoded_everywhere_and_read_back()
    {
        var client = await server.ConnectAsync(options => options.DataConverter =
            options.DataConverter with { PayloadCodec = new ReversingCodec() });
        await using var scene = await Scene.StartAsync(
            server, options => options.AddAllActivities(new Chores()), client);
        var handle = await scene.StartAsync(async me =>
        {
            Workflow.UpsertMemo(MemoUpdate.ValueSet("note", "memo"));
            var echoed = await Workflow.ExecuteActivityAsync(() => Chores.Echo("secret"), Chores.Soon);
            await Workflow.WaitConditionAsync(() => me.Heard.Count == 2 && Workflow.AllHandlersFinished);
            return echoed + me.Log;
        });

        await handle.SignalAsync(workflow => workflow.HearAsync("signal"));
        Assert.Equal("Tell x", await handle.ExecuteUpdateAsync(workflow => workflow.TellAsync("x")));
        Assert.Equal("secretsignal,told x", await handle.GetResultAsync());
        Assert.Equal("signal,told x", await handle.QueryAsync(workflow => workflow.Log));
        var raw = await handle.FetchHistoryAsync();
        Assert.DoesNotContain("\"secret\"", string.Join('|', raw.Events.Select(happened =>
            happened.ActivityTaskScheduledEventAttributes?.Input?.Payloads_[0].Data.ToStringUtf8())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_of_an_unknown_namespace_fails_at_once()
    {
        var client = await server.ConnectAsync(options => options.Namespace = "nowhere");
        using var worker = new TemporalWorker(client, new TemporalWorkerOptions("queue").AddWorkflow<Scripted>());

        var refused = await Assert.ThrowsAsync<RpcException>(() => worker.ExecuteAsync(CancellationToken.None));

        Assert.Equal(RpcException.StatusCode.NotFound, refused.Code);
    }

    [Fact]
    public async Task A_worker_starts_once_and_ends_with_what_it_was_to_wait_for()
    {
        var client = await server.ClientAsync();
        using var worker = new TemporalWorker(client, new TemporalWorkerOptions(TemporalServer.NewName()).AddWorkflow<Scripted>());

        Assert.Equal(42, await worker.ExecuteAsync(async () => 42));
        await Assert.ThrowsAsync<InvalidOperationException>(() => worker.ExecuteAsync(async () => 43));
    }

    [Fact]
    public async Task A_worker_needs_a_queue_work_and_a_connection()
    {
        var client = await server.ClientAsync();

        Assert.Throws<ArgumentException>(() => new TemporalWorker(client, new TemporalWorkerOptions().AddWorkflow<Scripted>()));
        Assert.Throws<ArgumentException>(() => new TemporalWorker(client, new TemporalWorkerOptions("queue")));
        Assert.Throws<ArgumentException>(() => new TemporalWorker(
            client, new TemporalWorkerOptions("queue").AddWorkflow<Scripted>().AddWorkflow<Scripted>()));
        Assert.Throws<InvalidOperationException>(() => new TemporalWorker(
            TemporalClient.CreateLazy(new("127.0.0.1:1")), new TemporalWorkerOptions("queue").AddWorkflow<Scripted>()));
    }

    private static Func<Scripted, Task<string>> UntilHeard(params string[] what) => async me =>
    {
        await Workflow.WaitConditionAsync(() => what.All(me.Heard.Contains) && Workflow.AllHandlersFinished);
        return me.Log;
    };

    private static async Task<Api.History.V1.WorkflowTaskFailedEventAttributes> TaskFailureAsync(
        WorkflowHandle handle, string message)
    {
        Api.History.V1.WorkflowTaskFailedEventAttributes? found = null;
        await TemporalServer.UntilAsync(async () =>
        {
            var history = await handle.FetchHistoryAsync();
            found = history.Events.Select(happened => happened.WorkflowTaskFailedEventAttributes)
                .FirstOrDefault(failed => failed?.Failure?.Message.Contains(message, StringComparison.Ordinal) is true);
            return found is not null;
        });
        return found!;
    }
}

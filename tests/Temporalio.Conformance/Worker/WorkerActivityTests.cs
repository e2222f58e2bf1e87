using Temporalio.Activities;
using Temporalio.Api.Enums.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Workflows;

namespace Temporalio.Conformance.Worker;

public sealed class WorkerActivityTests(TemporalServer server)
{
    private readonly Chores _chores = new();

    private Task<Scene> SceneAsync(Action<TemporalWorkerOptions>? configure = null) => Scene.StartAsync(server, options =>
    {
        options.AddAllActivities(_chores);
        configure?.Invoke(options);
    });

    [Fact]
    public async Task Static_methods_instance_methods_and_names_all_reach_their_activity()
    {
        await using var scene = await SceneAsync();

        var result = await scene.RunAsync(async _ =>
        {
            var one = await Workflow.ExecuteActivityAsync(() => Chores.Echo("static"), Chores.Soon);
            var two = await Workflow.ExecuteActivityAsync((Chores chores) => chores.Remember("instance"), Chores.Soon);
            var three = await Workflow.ExecuteActivityAsync<string>("Echo", ["name"], Chores.Soon);
            await Workflow.ExecuteActivityAsync(() => Chores.Nothing(), Chores.Soon);
            return $"{one} {two} {three}";
        });

        Assert.Equal("static instance name", result);
        Assert.Equal("instance", Assert.Single(_chores.Log));
    }

    [Fact]
    public async Task An_argument_that_is_left_out_takes_the_parameters_default()
    {
        await using var scene = await SceneAsync();

        var result = await scene.RunAsync(async _ =>
            $"{await Workflow.ExecuteActivityAsync<int>("Add", [1], Chores.Soon)}");

        Assert.Equal("11", result);
    }

    [Fact]
    public async Task A_lambda_with_the_attribute_is_an_activity()
    {
        await using var scene = await SceneAsync(options =>
            options.AddActivity([Activity("shout")] (string text) => text.ToUpperInvariant()));

        var result = await scene.RunAsync(_ => Workflow.ExecuteActivityAsync<string>("shout", ["hello"], Chores.Soon));

        Assert.Equal("HELLO", result);
    }

    [Fact]
    public async Task A_failure_reaches_the_caller_with_type_details_and_the_activitys_name()
    {
        await using var scene = await SceneAsync();

        var failure = Assert.IsType<ActivityFailureException>(await scene.FailureOfAsync(async _ =>
        {
            await Workflow.ExecuteActivityAsync(() => Chores.FailAsync("Broken", true), Chores.Soon);
            return "";
        }));

        Assert.Equal("Fail", failure.ActivityType);
        Assert.Equal(RetryState.NonRetryableFailure, failure.RetryState);
        var cause = Assert.IsType<ApplicationFailureException>(failure.InnerException);
        Assert.Equal(("Broken", "failed on purpose", true), (cause.ErrorType, cause.Message, cause.NonRetryable));
        Assert.Equal(("detail", 7), (cause.Details.ElementAt<string>(0), cause.Details.ElementAt<int>(1)));
    }

    [Fact]
    public async Task A_failed_attempt_is_tried_again_as_the_policy_says()
    {
        await using var scene = await SceneAsync();

        var result = await scene.RunAsync(async _ => $"{await Workflow.ExecuteActivityAsync(
            () => Chores.Attempts(3),
            new()
            {
                StartToCloseTimeout = TimeSpan.FromSeconds(10),
                RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(10) },
            })}");

        Assert.Equal("3", result);
    }

    [Fact]
    public async Task The_last_allowed_attempt_ends_the_call()
    {
        await using var scene = await SceneAsync();

        var failure = Assert.IsType<ActivityFailureException>(await scene.FailureOfAsync(async _ =>
            $"{await Workflow.ExecuteActivityAsync(() => Chores.Attempts(9), new()
            {
                StartToCloseTimeout = TimeSpan.FromSeconds(10),
                RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(10), MaximumAttempts = 2 },
            })}"));

        Assert.Equal(RetryState.MaximumAttemptsReached, failure.RetryState);
        Assert.Equal("attempt 2", failure.InnerException!.Message);
    }

    [Fact]
    public async Task A_type_named_in_the_policy_is_not_tried_again()
    {
        await using var scene = await SceneAsync();

        var failure = Assert.IsType<ActivityFailureException>(await scene.FailureOfAsync(async _ =>
        {
            await Workflow.ExecuteActivityAsync(() => Chores.FailAsync("Hopeless", false), new()
            {
                StartToCloseTimeout = TimeSpan.FromSeconds(10),
                RetryPolicy = new() { NonRetryableErrorTypes = ["Hopeless"] },
            });
            return "";
        }));

        Assert.Equal(RetryState.NonRetryableFailure, failure.RetryState);
    }

    [Fact]
    public async Task The_failure_itself_says_when_to_try_again()
    {
        await using var scene = await SceneAsync(options => options.AddActivity([Activity("impatient")] () =>
            ActivityExecutionContext.Current.Info.Attempt > 1
                ? ActivityExecutionContext.Current.Info.Attempt
                : throw new ApplicationFailureException("again", nextRetryDelay: TimeSpan.FromMilliseconds(1))));

        var result = scene.RunAsync(async _ => $"{await Workflow.ExecuteActivityAsync<int>("impatient", [], new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(10),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromHours(1) },
        })}");

        Assert.Equal("2", await result.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_times_out()
    {
        await using var scene = await SceneAsync();

        var failure = Assert.IsType<ActivityFailureException>(await scene.FailureOfAsync(async _ =>
        {
            await Workflow.ExecuteActivityAsync(() => Chores.HangAsync(), new()
            {
                StartToCloseTimeout = TimeSpan.FromMilliseconds(300),
                RetryPolicy = new() { MaximumAttempts = 1 },
            });
            return "";
        }));

        Assert.Equal(TimeoutType.StartToClose, Assert.IsType<TimeoutFailureException>(failure.InnerException).TimeoutType);
    }

    [Fact]
    public async Task An_activity_that_nobody_serves_times_out_on_its_queue()
    {
        await using var scene = await SceneAsync();
        var nobody = TemporalServer.NewName("nobody");

        var failure = Assert.IsType<ActivityFailureException>(await scene.FailureOfAsync(async _ =>
        {
            await Workflow.ExecuteActivityAsync(() => Chores.Nothing(), new()
            {
                TaskQueue = nobody,
                StartToCloseTimeout = TimeSpan.FromSeconds(10),
                ScheduleToStartTimeout = TimeSpan.FromMilliseconds(200),
            });
            return "";
        }));

        Assert.Equal(TimeoutType.ScheduleToStart, Assert.IsType<TimeoutFailureException>(failure.InnerException).TimeoutType);
    }

    [Fact]
    public async Task A_silent_activity_times_out_and_the_next_attempt_sees_its_last_heartbeat()
    {
        await using var scene = await SceneAsync();

        var result = await scene.RunAsync(_ => Workflow.ExecuteActivityAsync(() => Chores.FallSilentAsync(), new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(30),
            HeartbeatTimeout = TimeSpan.FromMilliseconds(500),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(10) },
        }));

        Assert.Equal("still here", result);
    }

    [Fact]
    public async Task The_latest_heartbeat_is_flushed_when_an_attempt_fails()
    {
        await using var scene = await SceneAsync();

        var result = await scene.RunAsync(_ => Workflow.ExecuteActivityAsync(() => Chores.ResumeAsync(), new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(30),
            HeartbeatTimeout = TimeSpan.FromSeconds(20),
            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(10) },
        }));

        Assert.Equal("last3", result);
    }

    [Fact]
    public async Task TryCancel_fails_the_call_at_once_and_tells_the_activity()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(_ => WaitAsync("try", ActivityCancellationType.TryCancel));
        await _chores.BegunAsync("try");

        await handle.CancelAsync();

        var failed = await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        Assert.IsType<CanceledFailureException>(failed.InnerException);
        await TemporalServer.UntilAsync(async () => !_chores.Log.IsEmpty);
    }

    [Fact]
    public async Task WaitCancellationCompleted_waits_for_what_the_activity_makes_of_it()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(_ => Workflow.ExecuteActivityAsync(
            (Chores chores) => chores.CatchCancelAsync("wait"),
            new()
            {
                StartToCloseTimeout = TimeSpan.FromSeconds(60),
                HeartbeatTimeout = TimeSpan.FromSeconds(1),
                CancellationType = ActivityCancellationType.WaitCancellationCompleted,
            }));
        await _chores.BegunAsync("wait");

        await handle.CancelAsync();

        Assert.Equal("cleaned up after CancelRequested", await handle.GetResultAsync());
    }

    [Fact]
    public async Task A_cancelled_activity_reports_itself_as_cancelled()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(_ => WaitAsync("reported", ActivityCancellationType.WaitCancellationCompleted));
        await _chores.BegunAsync("reported");

        await handle.CancelAsync();

        await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        var history = await handle.FetchHistoryAsync();
        Assert.Contains(history.Events, happened => happened.EventType is EventType.ActivityTaskCanceled);
        Assert.Equal("reported: CancelRequested", Assert.Single(_chores.Log));
    }

    [Fact]
    public async Task Abandon_fails_the_call_and_tells_nobody()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(_ => WaitAsync("left", ActivityCancellationType.Abandon));
        await _chores.BegunAsync("left");

        await handle.CancelAsync();

        await Assert.ThrowsAsync<WorkflowFailedException>(() => handle.GetResultAsync());
        var history = await handle.FetchHistoryAsync();
        Assert.DoesNotContain(history.Events, happened => happened.EventType is EventType.ActivityTaskCancelRequested);
    }

    [Fact]
    public async Task A_call_cancelled_before_it_is_sent_leaves_no_trace()
    {
        await using var scene = await SceneAsync();
        var handle = await scene.StartAsync(async _ =>
        {
            using var source = new CancellationTokenSource();
            var call = Workflow.ExecuteActivityAsync(() => Chores.Echo("never"), new()
            {
                StartToCloseTimeout = TimeSpan.FromSeconds(5),
                CancellationToken = source.Token,
            });
            source.Cancel(); // CancelAsync would call back on the thread pool
            var failure = await Assert.ThrowsAsync<ActivityFailureException>(() => call);
            return $"{TemporalException.IsCanceledException(failure)}";
        });

        Assert.Equal("True", await handle.GetResultAsync());
        var history = await handle.FetchHistoryAsync();
        Assert.DoesNotContain(history.Events, happened => happened.EventType is EventType.ActivityTaskScheduled);
    }

    [Fact]
    public async Task An_unknown_activity_fails_with_the_names_that_are_known()
    {
        await using var scene = await SceneAsync();

        var failure = await scene.FailureOfAsync(_ => Workflow.ExecuteActivityAsync<string>("missing", [], Chores.Once));

        var cause = Assert.IsType<ApplicationFailureException>(failure.InnerException);
        Assert.Equal("NotFoundError", cause.ErrorType);
        Assert.Contains("missing", cause.Message, StringComparison.Ordinal);
        Assert.Contains("renamed", cause.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_argument_that_cannot_be_read_fails_the_attempt()
    {
        await using var scene = await SceneAsync();

        var failure = await scene.FailureOfAsync(async _ =>
            $"{await Workflow.ExecuteActivityAsync<int>("Add", ["one"], Chores.Once)}");

        Assert.Equal("Failed decoding parameters", failure.InnerException!.Message);
    }

    [Fact]
    public async Task Too_few_arguments_fail_the_attempt()
    {
        await using var scene = await SceneAsync();

        var failure = await scene.FailureOfAsync(_ => Workflow.ExecuteActivityAsync<string>("Echo", [], Chores.Once));

        Assert.Contains("0 parameter(s)", failure.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_that_cannot_be_written_fails_the_attempt()
    {
        await using var scene = await SceneAsync(options =>
            options.AddActivity([Activity("pointer")] () => (object)new IntPtr(1).GetType()));

        var failure = await scene.FailureOfAsync(_ => Workflow.ExecuteActivityAsync<string>("pointer", [], Chores.Once));

        Assert.IsType<ActivityFailureException>(failure);
        Assert.NotNull(failure.InnerException);
    }

    [Fact]
    public async Task An_activity_knows_who_it_is()
    {
        ActivityInfo? info = null;
        await using var scene = await SceneAsync(options => options.AddActivity([Activity("who")] () =>
        {
            info = ActivityExecutionContext.Current.Info;
        }));

        var handle = await scene.StartAsync(async _ =>
        {
            await Workflow.ExecuteActivityAsync("who", [], new()
            {
                ActivityId = "me",
                StartToCloseTimeout = TimeSpan.FromSeconds(7),
                HeartbeatTimeout = TimeSpan.FromSeconds(6),
            });
            return "";
        });
        await handle.GetResultAsync();

        Assert.NotNull(info);
        Assert.Equal(("me", "who", 1, scene.TaskQueue), (info.ActivityId, info.ActivityType, info.Attempt, info.TaskQueue));
        Assert.Equal((handle.Id, handle.ResultRunId, "Scripted"), (info.WorkflowId, info.WorkflowRunId, info.WorkflowType));
        Assert.Equal(
            (TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(6)), (info.StartToCloseTimeout!.Value, info.HeartbeatTimeout!.Value));
        Assert.True(info is { IsWorkflowActivity: true, IsLocal: false });
    }

    [Fact]
    public async Task An_activity_may_use_the_workers_client()
    {
        ITemporalClient? seen = null;
        await using var scene = await SceneAsync(options => options.AddActivity([Activity("client")] () =>
        {
            seen = ActivityExecutionContext.Current.TemporalClient;
        }));

        await scene.RunAsync(async _ =>
        {
            await Workflow.ExecuteActivityAsync("client", [], Chores.Soon);
            return "";
        });

        Assert.Same(scene.Client, seen);
    }

    [Fact]
    public async Task A_worker_that_stops_gives_its_activity_to_the_next_worker()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var scene = await SceneAsync(options => options.AddActivity([Activity("move")] async () =>
        {
            var context = ActivityExecutionContext.Current;
            if (context.Info.Attempt == 1)
            {
                begun.TrySetResult();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }

            return $"attempt {context.Info.Attempt}";
        }));
        var handle = await scene.StartAsync(_ => Workflow.ExecuteActivityAsync<string>("move", [], new()
        {
            StartToCloseTimeout = TimeSpan.FromMinutes(1),
            // Longer than the server may need to notice that the polls of the stopped worker are gone.
            RetryPolicy = new() { InitialInterval = TimeSpan.FromMilliseconds(500) },
        }));
        await begun.Task;

        await scene.StopWorkerAsync();
        scene.StartWorker();

        Assert.Equal("attempt 2", await handle.GetResultAsync().WaitAsync(TimeSpan.FromSeconds(40)));
    }

    [Fact]
    public async Task Within_its_grace_an_activity_ends_by_itself()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var scene = await SceneAsync(options =>
        {
            options.GracefulShutdownTimeout = TimeSpan.FromSeconds(30);
            options.AddActivity([Activity("graceful")] async () =>
            {
                begun.TrySetResult();
                var context = ActivityExecutionContext.Current;
                var told = new TaskCompletionSource();
                await using var registration = context.WorkerShutdownToken.Register(told.SetResult);
                await told.Task;
                return context.CancellationToken.IsCancellationRequested ? "cancelled" : "finished";
            });
        });
        var handle = await scene.StartAsync(_ => Workflow.ExecuteActivityAsync<string>("graceful", [], Chores.Soon));
        await begun.Task;

        await scene.StopWorkerAsync();
        scene.StartWorker();

        Assert.Equal("finished", await handle.GetResultAsync());
    }

    [Fact]
    public async Task No_more_activities_run_at_once_than_allowed()
    {
        var now = 0;
        var most = 0;
        await using var scene = await SceneAsync(options =>
        {
            options.MaxConcurrentActivities = 2;
            options.AddActivity([Activity("crowd")] async () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                await Task.Delay(20);
                Interlocked.Decrement(ref now);
            });
        });

        await scene.RunAsync(async _ =>
        {
            await Workflow.WhenAllAsync(Enumerable.Range(0, 12).Select(_ =>
                Workflow.ExecuteActivityAsync("crowd", [], Chores.Soon)));
            return "";
        });

        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task A_call_without_a_time_limit_is_refused()
    {
        await using var scene = await SceneAsync();

        var result = await scene.RunAsync(async _ =>
        {
            try
            {
                await Workflow.ExecuteActivityAsync(() => Chores.Nothing(), new());
                return "accepted";
            }
            catch (ArgumentException refused)
            {
                return refused.Message;
            }
        });

        Assert.Contains("StartToCloseTimeout", result, StringComparison.Ordinal);
    }

    private static async Task<string> WaitAsync(string name, ActivityCancellationType how) =>
        await Workflow.ExecuteActivityAsync((Chores chores) => chores.WaitForCancelAsync(name), new()
        {
            StartToCloseTimeout = TimeSpan.FromSeconds(60),
            HeartbeatTimeout = TimeSpan.FromSeconds(1),
            CancellationType = how,
        });
}

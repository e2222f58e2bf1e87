using FsCheck;
using FsCheck.Fluent;
using Temporalio.Api.Enums.V1;
using Temporalio.Exceptions;
using Temporalio.Worker.Execution;
using Temporalio.Workflows;

namespace Temporalio.Tests.Worker;

public sealed class WorkflowRunTests
{
    [Fact]
    public void Seeds_are_those_of_other_sdks()
    {
        Assert.Equal(1695129878522353680UL, SeedHash.Of("61f1f7b1-2f8f-4b0e-9c7b-0123456789ab"));
        Assert.Equal(17224545590736200989UL, SeedHash.Of("abc"));
    }

    [Fact]
    public void A_timer_becomes_a_command_and_its_firing_the_end()
    {
        var run = Past.NewRun(typeof(Sleeper));
        var past = new Past("Sleeper", 1000);

        var first = past.Run(run);
        var second = past.Fire("1").Run(run);

        Assert.Equal([CommandType.StartTimer], first.Commands.Select(command => command.CommandType));
        Assert.Equal([CommandType.CompleteWorkflowExecution], second.Commands.Select(command => command.CommandType));
        Assert.Null(past.Replay(typeof(Sleeper)).Failure);
    }

    [Fact]
    public void A_timer_of_nothing_still_takes_a_millisecond()
    {
        var output = new Past("Sleeper", 0).Run(Past.NewRun(typeof(Sleeper)));

        Assert.Equal(
            TimeSpan.FromMilliseconds(1),
            Assert.Single(output.Commands).StartTimerCommandAttributes.StartToFireTimeout.ToTimeSpan());
    }

    [Fact]
    public void Attempts_that_failed_cut_no_slice()
    {
        var run = Past.NewRun(typeof(Collector));
        var past = new Past("Collector", 2);
        past.Begin(run);
        past.FailTask().Signal("Add", "a");
        past.Begin(run);
        past.FailTask().Signal("Add", "b");

        var output = past.Run(run);

        Assert.Equal([CommandType.CompleteWorkflowExecution], output.Commands.Select(command => command.CommandType));
        Assert.Single(HistorySlices.Cut(past.Events), slice => slice.IsTask);
    }

    [Fact]
    public void A_gap_in_the_history_fails_the_task()
    {
        var run = Past.NewRun(typeof(Sleeper));
        var past = new Past("Sleeper", 1);
        past.Run(run);
        past.Fire("1");
        past.Events.RemoveAt(past.Events.Count - 1);
        var input = past.Signal("x").Begin(Past.NewRun(typeof(Sleeper)));
        past.Events.RemoveAt(2);

        var output = Past.NewRun(typeof(Sleeper)).Handle(past.Input(Past.NewRun(typeof(Sleeper))));

        Assert.NotEmpty(input.Events);
        Assert.Contains("gap", output.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_order_of_commands_is_reported_with_the_event()
    {
        var past = new Past("Sleeper", 1);
        past.Run(Past.NewRun(typeof(Sleeper)));
        past.Events[0].WorkflowExecutionStartedEventAttributes.WorkflowType.Name = "Caller";

        var failure = Assert.IsType<WorkflowNondeterminismException>(past.Replay(typeof(Caller)).Failure);

        Assert.StartsWith("[TMPRL1100] Nondeterminism error: event 5 (TimerStarted)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("ScheduleActivityTask", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_command_that_the_history_has_no_event_for_is_reported()
    {
        var run = Past.NewRun(typeof(Collector));
        var past = new Past("Collector", 1);
        past.Run(run);
        past.Signal("Add", "x");
        past.Run(run);
        past.Events[0].WorkflowExecutionStartedEventAttributes.WorkflowType.Name = "Sleeper";

        Assert.IsType<WorkflowNondeterminismException>(past.Replay(typeof(Sleeper)).Failure);
    }

    [Fact]
    public void A_patch_is_taken_on_replay_exactly_when_its_marker_follows()
    {
        var past = new Past("Patched");
        var run = Past.NewRun(typeof(PatchedWorkflow));
        var output = past.Run(run);

        Assert.Equal(
            [CommandType.RecordMarker, CommandType.UpsertWorkflowSearchAttributes, CommandType.StartTimer],
            output.Commands.Select(command => command.CommandType));
        Assert.Null(past.Replay(typeof(PatchedWorkflow)).Failure);
    }

    [Fact]
    public void A_history_from_before_the_patch_takes_the_old_way()
    {
        var past = new Past("Patched");
        past.Run(Past.NewRun(typeof(UnpatchedWorkflow)));

        Assert.Null(past.Replay(typeof(PatchedWorkflow)).Failure);
    }

    [Fact]
    public void A_timer_cancelled_before_it_was_sent_leaves_no_command()
    {
        var output = new Past("Hasty").Run(Past.NewRun(typeof(Hasty)));

        Assert.Equal([CommandType.CompleteWorkflowExecution], output.Commands.Select(command => command.CommandType));
    }

    [Fact]
    public void A_query_changes_nothing()
    {
        var run = Past.NewRun(typeof(Collector));
        var past = new Past("Collector", 2);
        past.Run(run);
        past.Signal("Add", "a");
        var input = past.Begin(run);

        var output = run.Handle(new()
        {
            Events = input.Events,
            PreviousStartedEventId = input.PreviousStartedEventId,
            Queries = new Dictionary<string, Api.Query.V1.WorkflowQuery> { ["q"] = new() { QueryType = "Count" } },
        });

        Assert.Equal("1", output.QueryResults["q"].Answer.Payloads_[0].Data.ToStringUtf8());
        Assert.Empty(output.Commands);
    }

    [Fact]
    public void Any_interleaving_of_signals_timers_and_completions_replays_to_the_same_commands() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), steps => Live(steps)).QuickCheckThrowOnFailure();

    private static void Live(int[] steps)
    {
        var run = Past.NewRun(typeof(Busy));
        var past = new Past("Busy");
        past.Run(run);
        foreach (var step in steps)
        {
            if (past.IsClosed)
            {
                break;
            }

            var choice = (uint)step;
            switch (choice % 7)
            {
                case 0:
                    past.Signal("Poke", $"{step}");
                    break;
                case 1 when past.Timers.Count > 0:
                    past.Fire(past.Timers[(int)(choice / 7 % past.Timers.Count)]);
                    break;
                case 2 when past.Activities.Count > 0:
                    past.Finish(past.Activities[(int)(choice / 7 % past.Activities.Count)], $"{step}");
                    break;
                case 3:
                    past.Signal("Drop");
                    break;
                case 4:
                    // The run is forgotten; the next task is a replay with one live slice at its end.
                    run = Past.NewRun(typeof(Busy));
                    past.Run(run);
                    break;
                default:
                    // The task is worked on twice: by the run that remembers, and by one that has to catch up.
                    var input = past.Begin(run);
                    var fresh = Past.NewRun(typeof(Busy));
                    var replayed = fresh.Handle(past.Input(fresh));
                    var live = run.Handle(input);
                    Assert.Null(replayed.Failure);
                    Assert.Null(live.Failure);
                    Assert.Equal(live.Commands, replayed.Commands);
                    past.Complete(live);
                    break;
            }
        }

        Assert.Null(past.Replay(typeof(Busy)).Failure);
    }

    [Workflow]
    public class Sleeper
    {
        [WorkflowRun]
        public Task RunAsync(int milliseconds) => Workflow.DelayAsync(milliseconds);
    }

    [Workflow]
    public class Caller
    {
        [WorkflowRun]
        public Task RunAsync(int number) => Workflow.ExecuteActivityAsync(
            "call", [number], new() { StartToCloseTimeout = TimeSpan.FromSeconds(1) });
    }

    [Workflow]
    public class Collector
    {
        private readonly List<string> _items = [];

        [WorkflowQuery]
        public int Count => _items.Count;

        [WorkflowRun]
        public async Task<string> RunAsync(int count)
        {
            await Workflow.WaitConditionAsync(() => _items.Count >= count);
            return string.Join(',', _items);
        }

        [WorkflowSignal]
        public async Task AddAsync(string item) => _items.Add(item);
    }

    [Workflow("Patched")]
    public class PatchedWorkflow
    {
        [WorkflowRun]
        public Task RunAsync() => Workflow.Patched("faster") ? Workflow.DelayAsync(1) : Workflow.DelayAsync(1000);
    }

    [Workflow("Patched")]
    public class UnpatchedWorkflow
    {
        [WorkflowRun]
        public Task RunAsync() => Workflow.DelayAsync(1000);
    }

    [Workflow]
    public class Hasty
    {
        [WorkflowRun]
        public async Task RunAsync()
        {
            using var source = new CancellationTokenSource();
            var delay = Workflow.DelayAsync(1000, source.Token);
            source.Cancel(); // CancelAsync would call back on the thread pool
            await Assert.ThrowsAsync<TaskCanceledException>(() => delay);
        }
    }

    /// <summary>Does a bit of everything, in an order that depends on what happens to it.</summary>
    [Workflow]
    public class Busy
    {
        private readonly List<string> _seen = [];
        private CancellationTokenSource _round = new();

        [WorkflowRun]
        public async Task RunAsync()
        {
            while (_seen.Count < 40)
            {
                var token = _round.Token;
                var timer = Workflow.DelayAsync(TimeSpan.FromMinutes(Workflow.Random.Next(1, 100)), token);
                var call = Workflow.ExecuteActivityAsync<string>("work", [_seen.Count], new()
                {
                    StartToCloseTimeout = TimeSpan.FromMinutes(1),
                    CancellationToken = token,
                });
                var pokes = _seen.Count;
                var poke = Workflow.WaitConditionAsync(() => _seen.Count > pokes + 1, TimeSpan.FromHours(1), token);
                var first = await Workflow.WhenAnyAsync(timer, call, poke);
                _seen.Add(first == timer ? "timer" : first == call ? "call" : "poke");
                if (Workflow.Patched($"patch-{_seen.Count % 3}") && first == call)
                {
                    await Workflow.DelayAsync(5, CancellationToken.None);
                }
            }
        }

        [WorkflowSignal]
        public async Task PokeAsync(string what)
        {
            _seen.Add(what);
            await Workflow.DelayAsync(1);
            _seen.Add(Workflow.NewGuid().ToString());
        }

        [WorkflowSignal]
        public async Task DropAsync()
        {
            _round.Cancel(); // CancelAsync would call back on the thread pool
            _round = new();
        }
    }
}

using Google.Protobuf;
using Temporalio.Api.Command.V1;
using Temporalio.Api.Common.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client;
using Temporalio.Exceptions;
using Temporalio.Worker;
using Temporalio.Worker.Execution;
using StatusCode = Temporalio.Exceptions.RpcException.StatusCode;

namespace Temporalio.Tests.Worker;

/// <summary>Polling and limits, without a server.</summary>
public sealed class PollTests
{
    private static WorkerContext Context() => new(
        TemporalClient.CreateLazy(new("127.0.0.1:1")), new TemporalWorkerOptions("queue"));

    [Theory]
    [InlineData(null)]
    [InlineData(StatusCode.DeadlineExceeded)]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.NotFound)]
    public async Task A_server_that_sends_polls_back_at_once_is_not_asked_in_a_loop(StatusCode? code)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var (asked, entered, left) = (0, 0, 0);

        await Context().PollAsync<PollActivityTaskQueueResponse>(
            "activity",
            _ =>
            {
                entered++;
                return Task.CompletedTask;
            },
            _ =>
            {
                asked++;
                return code is { } failed ? throw new RpcException(failed, "not now", null) : Task.FromResult<PollActivityTaskQueueResponse?>(null);
            },
            _ => Assert.Fail("Nothing came."),
            () => left++,
            stop.Token,
            stop.Token);

        Assert.InRange(asked, 1, 8);
        Assert.Equal(entered, left);
    }

    [Fact]
    public async Task A_poll_that_fails_in_any_way_is_followed_by_another()
    {
        using var stop = new CancellationTokenSource();
        var asked = 0;

        await Context().PollAsync<PollActivityTaskQueueResponse>(
            "activity",
            _ => Task.CompletedTask,
            _ => asked++ == 0
                ? throw new InvalidOperationException("the connection is being replaced")
                : Task.FromResult<PollActivityTaskQueueResponse?>(new() { ActivityId = "one" }),
            task =>
            {
                Assert.Equal("one", task.ActivityId);
                stop.Cancel();
            },
            () => { },
            stop.Token,
            CancellationToken.None);

        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_poll_that_is_parked_when_the_worker_stops_still_hands_on_its_task()
    {
        using var stop = new CancellationTokenSource();
        var parked = new TaskCompletionSource<PollActivityTaskQueueResponse?>();
        var handled = 0;

        var polling = Context().PollAsync<PollActivityTaskQueueResponse>(
            "activity", _ => Task.CompletedTask, _ => parked.Task, _ => handled++, () => { }, stop.Token, CancellationToken.None);
        await stop.CancelAsync();
        parked.SetResult(new());
        await polling;

        Assert.Equal(1, handled);
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(200, true)]
    public void Payloads_above_the_namespaces_limit_are_found_wherever_they_are(int size, bool exceeded)
    {
        var limits = new PayloadLimits(Context(), new() { BlobSizeLimitError = 150, MemoSizeLimitError = 150 });
        var payload = new Payload { Data = ByteString.CopyFrom(new byte[size]) };
        IMessage[] messages =
        [
            new Command { ScheduleActivityTaskCommandAttributes = new() { Input = new() { Payloads_ = { payload } } } },
            new Command { CompleteWorkflowExecutionCommandAttributes = new() { Result = new() { Payloads_ = { payload } } } },
            new Command { RecordMarkerCommandAttributes = new() { Details = { ["detail"] = new() { Payloads_ = { payload } } } } },
            new Command { ContinueAsNewWorkflowExecutionCommandAttributes = new() { Memo = new() { Fields = { ["memo"] = payload } } } },
            new Command { UserMetadata = new() { Summary = payload } },
            new Payloads { Payloads_ = { payload } },
        ];

        Assert.All(messages, message => Assert.Equal(exceeded, limits.AreExceededBy(message, "type", "id")));
    }

    [Fact]
    public void Search_attributes_and_failures_are_left_to_the_server_and_so_is_everything_without_a_limit()
    {
        var payload = new Payload { Data = ByteString.CopyFrom(new byte[5000]) };
        var limits = new PayloadLimits(Context(), new() { BlobSizeLimitError = 150, MemoSizeLimitError = 150 });
        var unlimited = new PayloadLimits(Context(), null);

        Assert.False(limits.AreExceededBy(
            new Command
            {
                UpsertWorkflowSearchAttributesCommandAttributes = new() { SearchAttributes = new() { IndexedFields = { ["a"] = payload } } },
            },
            "type",
            "id"));
        Assert.False(limits.AreExceededBy(
            new Command
            {
                FailWorkflowExecutionCommandAttributes = new()
                {
                    Failure = new() { Message = "m", ApplicationFailureInfo = new() { Details = new() { Payloads_ = { payload } } } },
                },
            },
            "type",
            "id"));
        Assert.False(unlimited.AreExceededBy(new Payloads { Payloads_ = { payload } }, "type", "id"));
    }
}

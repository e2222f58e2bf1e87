using System.Collections.Concurrent;
using System.Diagnostics;
using Temporalio.Activities;
using Temporalio.Exceptions;
using Temporalio.Testing;
using Temporalio.Worker;

namespace Metal3.Worker.Tests;

/// <summary>What an exporter of traces is handed.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task Every_attempt_of_an_activity_is_a_span_and_what_it_does_is_within()
    {
        using var spans = new Spans(ActivityTraces.SourceName, "Inside");
        var look = Definition("Look");

        var result = await new ActivityEnvironment().RunAsync(() => look.InvokeAsync(["worker-0"]));

        Assert.Equal("seen worker-0", result);
        var span = Assert.Single(spans.Ended, one => one.OperationName == "RunActivity:Look");
        var inside = Assert.Single(spans.Ended, one => one.OperationName == "request");
        Assert.Equal(span.SpanId, inside.ParentSpanId);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        var tags = span.TagObjects.ToDictionary(tag => tag.Key, tag => $"{tag.Value}", StringComparer.Ordinal);
        var info = new ActivityEnvironment().Info;
        Assert.Equal((info.WorkflowId, "1"), (tags["temporalWorkflowID"], tags["temporalActivityAttempt"]));
    }

    [Fact]
    public async Task A_failure_is_marked_with_its_type_and_without_its_words()
    {
        using var spans = new Spans(ActivityTraces.SourceName);
        var fail = Definition("Fail");

        await Assert.ThrowsAsync<ApplicationFailureException>(() => new ActivityEnvironment().RunAsync(() => fail.InvokeAsync([])));

        var span = Assert.Single(spans.Ended, one => one.OperationName == "RunActivity:Fail");
        Assert.Equal((ActivityStatusCode.Error, "NodeFailed"), (span.Status, span.StatusDescription));
        Assert.DoesNotContain(span.TagObjects, tag => $"{tag.Value}".Contains("secret words", StringComparison.Ordinal));
        Assert.Empty(span.Events);
    }

    [Fact]
    public async Task Activities_answer_as_ever_when_nobody_listens()
    {
        Assert.Equal("seen worker-0", await new ActivityEnvironment().RunAsync(() => Definition("Look").InvokeAsync(["worker-0"])));
        Assert.Equal(typeof(Task<string>), Definition("Look").ReturnType);
        await new ActivityEnvironment().RunAsync(() => Definition("Rest").InvokeAsync([]));
    }

    private static ActivityDefinition Definition(string name) =>
        Assert.Single(new TemporalWorkerOptions("queue").AddTracedActivities(new Doings()).Activities, one => one.Name == name);

    private sealed class Doings
    {
        private static readonly ActivitySource Source = new("Inside");

        [Activity]
        public async Task<string> LookAsync(string host)
        {
            using var request = Source.StartActivity("request");
            await Task.Yield();
            return $"seen {host}";
        }

        [Activity]
        public Task FailAsync() => throw new ApplicationFailureException("secret words", "NodeFailed", nonRetryable: true);

        [Activity]
        public Task RestAsync() => Task.CompletedTask;
    }

    private sealed class Spans : IDisposable
    {
        private readonly ActivityListener _listener;

        public Spans(params string[] sources)
        {
            _listener = new()
            {
                ShouldListenTo = source => sources.Contains(source.Name, StringComparer.Ordinal),
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = Ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public ConcurrentQueue<Activity> Ended { get; } = new();

        public void Dispose() => _listener.Dispose();
    }
}

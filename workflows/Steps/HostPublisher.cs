using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Workflows.HostLifecycle;
using Temporalio.Exceptions;
using Temporalio.Workflows;

namespace Metal3.Workflows.Steps;

/// <summary>Publishes a host's status, events and counts: only when something is to be told, and never twice the same.</summary>
internal sealed class HostPublisher
{
    private readonly List<NodeEvent> _events = [];
    private readonly List<MetricCount> _metrics = [];
    private BareMetalHostStatus? _published;
    private string? _publishedHardware;
    private int _writes;

    /// <summary>Takes what is on the object already as published.</summary>
    public void Knows(ObservedHost observed)
    {
        _published = observed.Status.Conditions is null ? null : observed.Status;
        _publishedHardware = observed.HardwareHash;
    }

    /// <summary>Events and counts to go with the next write.</summary>
    public void Tell(IEnumerable<NodeEvent> events, IEnumerable<MetricCount>? metrics = null)
    {
        _events.AddRange(events);
        _metrics.AddRange(metrics ?? []);
    }

    /// <summary>Whether the object shows all of it.</summary>
    public bool Shows(ObservedHost observed) =>
        _published is not null && observed.Status == _published && observed.HardwareHash == _publishedHardware;

    /// <summary>Hands over what was not told yet, for another to tell.</summary>
    public (IReadOnlyList<NodeEvent> Events, IReadOnlyList<MetricCount> Metrics) TakeUntold()
    {
        var untold = (Events: (IReadOnlyList<NodeEvent>)[.. _events], Metrics: (IReadOnlyList<MetricCount>)[.. _metrics]);
        _events.Clear();
        _metrics.Clear();
        return untold;
    }

    /// <summary>Does not believe any more that the object shows anything.</summary>
    public void Forget() => _published = null;

    /// <summary>Begins to write what changed, if anything did.</summary>
    /// <returns>The observed side with its new conditions, and what comes of it (null: nothing was to be written, or the object refused it).</returns>
    public (ObservedHost Observed, Task<PublishResult?> Writing) Publish(
        ObservedHost observed, HostSnapshot desired, HostOptions options, string why)
    {
        var now = new DateTimeOffset(Workflow.UtcNow, TimeSpan.Zero);
        var conditioned = observed with
        {
            Status = observed.Status with { Conditions = HostConditions.Of(observed, desired.Generation, now) },
            PublishedGeneration = Math.Max(observed.PublishedGeneration, desired.Generation),
        };
        var sameStatus = _published is not null
            && conditioned.Status with { LastUpdated = null } == _published with { LastUpdated = null }
            && conditioned.HardwareHash == _publishedHardware;
        if (sameStatus && _events.Count == 0 && _metrics.Count == 0)
        {
            return (conditioned, Task.FromResult<PublishResult?>(null));
        }

        var status = sameStatus ? conditioned.Status : conditioned.Status with { LastUpdated = Seconds(now) };
        var request = new PublishRequest
        {
            Host = desired.Host,
            Status = status,
            HardwareHash = conditioned.HardwareHash,
            Events = [.. _events],
            Metrics = [.. _metrics],
            EventSeed = $"{Workflow.Info.WorkflowId}/{Workflow.Info.RunId}/{++_writes}",
            CodeRevision = options.CodeRevision,
            Now = now,
        };
        _events.Clear();
        _metrics.Clear();
        _published = status;
        _publishedHardware = conditioned.HardwareHash;
        return (conditioned with { Status = status }, WriteAsync(request, why));
    }

    private async Task<PublishResult?> WriteAsync(PublishRequest request, string why)
    {
        try
        {
            var result = await Workflow.ExecuteActivityAsync(
                (IHostObjectActivities objects) => objects.PublishAsync(request), Calls.Objects(why));
            if (result.Paused)
            {
                // Nothing was written: what was to be told is told when the pause is over.
                _published = null;
                _events.InsertRange(0, request.Events);
                _metrics.InsertRange(0, request.Metrics);
            }

            return result;
        }
        catch (ActivityFailureException failure) when (
            failure.InnerException is ApplicationFailureException { ErrorType: FailureTypes.KubernetesRefused } refused)
        {
            // The object does not take this status; what it tells is in our own story, and the host goes on.
            Workflow.Logger.StatusRefused(refused.Message);
            return null;
        }
    }

    private static DateTimeOffset Seconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}

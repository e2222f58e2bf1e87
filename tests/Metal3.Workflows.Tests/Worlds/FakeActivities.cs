using System.Collections.Concurrent;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Temporalio.Activities;

namespace Metal3.Workflows.Tests.Worlds;

/// <summary>All activities, each carried out in the world of its host's namespace.</summary>
public sealed class FakeActivities : INodeActivities, IWaitActivities, IHostObjectActivities, ICapacityActivities, IFleetActivities
{
    private readonly ConcurrentDictionary<string, World> _worlds = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _fleetIsWatched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _fleetWatches;
    private volatile int _brokenFleetWatches;

    /// <summary>Signals capacity workflows on behalf of lifecycles.</summary>
    public Func<SlotRequest, Task> SlotAsync { get; set; } = _ => Task.CompletedTask;

    public Func<IReadOnlyList<string>, Task<IReadOnlyList<string>>> EndedAsync { get; set; } = _ => Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>Machines at work by the back end's own word, and the pool that each belongs to.</summary>
    public ConcurrentDictionary<HostKey, string> Busy { get; } = new();

    /// <summary>The next counts of machines at work find no back end.</summary>
    public int BusyFailures { get; set; }

    /// <summary>Watches that were begun.</summary>
    public int FleetWatches => _fleetWatches;

    /// <summary>The next watches end with a failure at once.</summary>
    public void BreakFleetWatches(int times) => _brokenFleetWatches = times;

    /// <summary>Until a watch is under way.</summary>
    public Task UntilFleetIsWatchedAsync() => _fleetIsWatched.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public void Add(World world) => _worlds[world.Namespace] = world;

    [Activity]
    public Task<EnsuredNode> EnsureNodeAsync(EnsureNodeRequest request) => Task.FromResult(In(request.Host).EnsureNode(request));

    [Activity]
    public Task<NodeAnswer> ValidateBmcAsync(NodeRequest request) => Task.FromResult(In(request.Host).ValidateBmc(request));

    [Activity]
    public Task<NodeAnswer> TestCredentialsAsync(NodeRequest request) => Task.FromResult(In(request.Host).TestCredentials(request));

    [Activity]
    public async Task<NodeAnswer> StartInspectionAsync(InspectRequest request)
    {
        var world = In(request.Host);
        var answer = world.StartInspection(request);
        await world.BeforeInspectionIsAnswered();
        return answer;
    }

    [Activity]
    public Task<RecordedHardware> RecordHardwareAsync(NodeRequest request) => Task.FromResult(In(request.Host).RecordHardware(request));

    [Activity]
    public Task<NodeAnswer> StartPreparationAsync(PrepareRequest request) => Task.FromResult(In(request.Host).StartPreparation(request));

    [Activity]
    public Task<NodeAnswer> MakeAvailableAsync(NodeRequest request) => Task.FromResult(In(request.Host).MakeAvailable(request));

    [Activity]
    public Task<NodeAnswer> WriteDeployIntentAsync(DeployRequest request) => Task.FromResult(In(request.Host).WriteDeployIntent(request));

    [Activity]
    public Task<NodeAnswer> DeployAsync(DeployRequest request) => Task.FromResult(In(request.Host).Deploy(request));

    [Activity]
    public Task<NodeAnswer> UndeployAsync(UndeployRequest request) => Task.FromResult(In(request.Host).Undeploy(request));

    [Activity]
    public Task<NodeAnswer> AdoptAsync(AdoptRequest request) => Task.FromResult(In(request.Host).Adopt(request));

    [Activity]
    public Task<NodeAnswer> StartServiceAsync(ServiceRequest request) => Task.FromResult(In(request.Host).StartService(request));

    [Activity]
    public Task<NodeAnswer> SetPowerAsync(PowerRequest request) => Task.FromResult(In(request.Host).SetPower(request));

    [Activity]
    public Task<NodeAnswer> RemoveNodeAsync(RemoveNodeRequest request) => Task.FromResult(In(request.Host).RemoveNode(request));

    [Activity]
    public Task<NodeAnswer> AbortAsync(NodeRequest request) => Task.FromResult(In(request.Host).Abort(request));

    [Activity]
    public Task<NodeReport> LookAsync(NodeRequest request) => Task.FromResult(In(request.Host).Look(request));

    [Activity]
    public Task<BmcDiagnosis> ProbeBmcAsync(NodeRequest request) => Task.FromResult(In(request.Host).Probe(request));

    [Activity]
    public Task<AwaitedNode> AwaitNodeAsync(AwaitNodeRequest request)
    {
        var activity = ActivityExecutionContext.Current;
        return In(request.Host).AwaitNodeAsync(request, () => activity.Heartbeat("waiting"), activity.CancellationToken);
    }

    [Activity]
    public Task<IntakeResult> IntakeAsync(IntakeRequest request) => Task.FromResult(In(request.Host).Intake(request));

    [Activity]
    public Task<ClaimedCredentials> ClaimCredentialsAsync(ClaimCredentialsRequest request) => Task.FromResult(In(request.Host).ClaimCredentials(request));

    [Activity]
    public Task<PublishResult> PublishAsync(PublishRequest request) => Task.FromResult(In(request.Host).Publish(request));

    [Activity]
    public Task RemoveAnnotationsAsync(RemoveAnnotationsRequest request)
    {
        In(request.Host).RemoveAnnotations(request);
        return Task.CompletedTask;
    }

    [Activity]
    public Task RecordHoldAsync(RecordHoldRequest request)
    {
        In(request.Host).RecordHold(request);
        return Task.CompletedTask;
    }

    [Activity]
    public Task EnsureCompanionsAsync(NodeRequest request) => Task.CompletedTask;

    [Activity]
    public Task<FirmwareState> RefreshFirmwareAsync(NodeRequest request) => Task.FromResult(In(request.Host).RefreshFirmware(request));

    [Activity]
    public Task<PreprovisioningImageState> EnsurePreprovisioningImageAsync(NodeRequest request) =>
        Task.FromResult(In(request.Host).EnsurePreprovisioningImage(request));

    [Activity]
    public Task ReleaseAsync(NodeRequest request)
    {
        In(request.Host).Release(request);
        return Task.CompletedTask;
    }

    [Activity]
    public Task<HostSnapshot> ReadHostAsync(HostKey host) => Task.FromResult(In(host).Read(host));

    [Activity]
    public Task RequestSlotAsync(SlotRequest request) => SlotAsync(request);

    [Activity]
    public Task<HostOptions> ReadOptionsAsync() => Task.FromResult(new HostOptions());

    [Activity]
    public Task<IReadOnlyList<string>> ListEndedAsync(IReadOnlyList<string> workflowIds) => EndedAsync(workflowIds);

    [Activity]
    public Task<IReadOnlyList<HostKey>> ListBusyAsync(string pool) => BusyFailures-- > 0
        ? throw World.Failed(FailureTypes.BackendUnavailable, "no answer")
        : Task.FromResult<IReadOnlyList<HostKey>>([.. Busy.Where(one => one.Value == pool).Select(one => one.Key)]);

    [Activity]
    public Task WatchRestingHostsAsync(FleetState state)
    {
        if (Interlocked.Increment(ref _fleetWatches) <= _brokenFleetWatches)
        {
            throw World.Failed(FailureTypes.BackendRefused, "the watch broke");
        }

        _fleetIsWatched.TrySetResult();
        return Task.Delay(Timeout.Infinite, ActivityExecutionContext.Current.CancellationToken);
    }

    [Activity]
    public Task<string> ReadClusterAsync() => Task.FromResult("cluster-uid");

    private World In(HostKey host) => _worlds[host.Namespace];
}

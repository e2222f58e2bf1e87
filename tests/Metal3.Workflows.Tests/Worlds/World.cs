using System.Globalization;
using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using Temporalio.Client;

namespace Metal3.Workflows.Tests.Worlds;

/// <summary>One host with its object, its secret, its node and its machine, and a bridge that tells the workflow about them.</summary>
/// <remarks>
/// Fakes that behave: a second verb on a busy node is answered "running", a node remembers its failure until told to restart, the
/// destructive verbs keep their fence, and nothing is written while the object is paused. Operations end by themselves, unless a test
/// holds them with <see cref="Stall"/>.
/// </remarks>
public sealed partial class World
{
    /// <summary>The BMC's password, seeded into everything that must never reach a history.</summary>
    public const string Secret = "S3cr3t-Passw0rd";

    /// <summary>What kubectl leaves on every object that was applied; seeded with all that people put into manifests.</summary>
    public static (string Key, string Value) LastApplied { get; } = (
        "kubectl.kubernetes.io/last-applied-configuration",
        $"{Secret} #cloud-config seeded-user-data-3f9c seeded-network-data-81b -----BEGIN PRIVATE KEY-----");

    /// <summary>No history of any test may hold one of these, whatever was seeded where.</summary>
    public static IReadOnlyList<string> Secrets { get; } =
        [Secret, "seeded-user-data-3f9c", "seeded-network-data-81b", "wrong-password-7Zq", "PRIVATE KEY", "BEGIN CERTIFICATE", "#cloud-config"];

    private static int _worlds;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _bridge = new(1);
    private readonly ITemporalClient _client;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BareMetalHost? _host;
    private long _version = 100;

    public World(ITemporalClient client, HostOptions? options = null)
    {
        _client = client;
        Namespace = $"w{Interlocked.Increment(ref _worlds)}";
        Options = options ?? new HostOptions { NetworkBootLimit = 0, Patience = Hasty };
    }

    /// <summary>All patience shortened to what a test can wait for.</summary>
    public static Patience Hasty { get; } = new()
    {
        Request = TimeSpan.FromSeconds(10),
        Transport = TimeSpan.FromSeconds(5),
        Heartbeat = TimeSpan.FromSeconds(10),
        BackoffUnit = TimeSpan.FromMilliseconds(20),
        BackoffCap = TimeSpan.FromMilliseconds(60),
        UnavailablePause = TimeSpan.FromMilliseconds(20),
        UnavailableCap = TimeSpan.FromMilliseconds(60),
        ObjectPause = TimeSpan.FromMilliseconds(60),
    };

    /// <summary>A failure is followed by a pause that no test lives to see the end of.</summary>
    public static Patience Pausing { get; } = Hasty with { BackoffUnit = TimeSpan.FromHours(1), BackoffCap = TimeSpan.FromHours(9) };

    public string Namespace { get; }

    public string WorkflowId => WorkflowNames.HostId(Namespace, "host-0");

    public HostOptions Options { get; set; }

    /// <summary>What the back end was asked, in order: <c>create</c>, <c>manage</c>, <c>inspect</c>, <c>clean</c>, <c>deploy</c>, <c>deleted</c>, …</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Event reasons published, in order.</summary>
    public List<string> Events { get; } = [];

    public List<string> EventTexts { get; } = [];

    public List<string> Metrics { get; } = [];

    /// <summary>Every state that was published, once each time it changed.</summary>
    public List<string> States { get; } = [];

    public List<string> OperationalStatuses { get; } = [];

    public int Writes { get; private set; }

    /// <summary>Whether related objects are told to the workflow at once.</summary>
    public bool BridgeIsUp { get; set; } = true;

    public BareMetalHost? Host
    {
        get
        {
            lock (_gate)
            {
                return _host;
            }
        }
    }

    public BareMetalHostStatus Status => Host?.Status ?? new();

    public string State => Status.Provisioning.State.Word;

    private ValueMap<string> Related
    {
        get
        {
            var related = new Dictionary<string, string>(StringComparer.Ordinal);
            if (SecretVersion is { } secret)
            {
                related["bmc-secret"] = secret;
            }

            if (Settings is not null)
            {
                related["firmware-settings"] = $"{SettingsVersion}";
            }

            if (PolicyOnReboot)
            {
                related["update-policy"] = "1";
            }

            return new(related);
        }
    }

    // What users do ----------------------------------------------------------------------------------------------------------------

    /// <summary>Applies a manifest; the name may have belonged to another object before.</summary>
    public Task CreateAsync(Func<BareMetalHostSpec, BareMetalHostSpec>? spec = null, IEnumerable<(string Key, string Value)>? annotations = null, string uid = "uid-0")
    {
        lock (_gate)
        {
            _host = new()
            {
                Metadata = new()
                {
                    Namespace = Namespace,
                    Name = "host-0",
                    Uid = uid,
                    Generation = 1,
                    ResourceVersion = NextVersion(),
                    Annotations = new((annotations ?? []).Append(LastApplied).Select(pair => KeyValuePair.Create(pair.Key, pair.Value))),
                },
                Spec = (spec ?? (s => s))(new()
                {
                    Online = true,
                    Bmc = new() { Address = $"redfish://admin:{Secret}@10.0.0.1/1", CredentialsName = "bmc" },
                    UserData = new() { Name = "user-data" },
                }),
            };
        }

        return TellAsync();
    }

    public Task EditAsync(Func<BareMetalHostSpec, BareMetalHostSpec> change) => ChangeAsync(
        host => host with
        {
            Spec = change(host.Spec!),
            Metadata = host.Metadata with { Generation = host.Metadata.Generation + 1 },
        });

    public Task AnnotateAsync(string key, string? value = "") => ChangeAsync(host => host with
    {
        Metadata = host.Metadata with
        {
            Annotations = value is null
                ? (host.Metadata.Annotations ?? ValueMap<string>.Empty).Without(key)
                : (host.Metadata.Annotations ?? ValueMap<string>.Empty).With(key, value),
        },
    });

    public Task DeleteAsync() => ChangeAsync(host => host with
    {
        Metadata = host.Metadata with { DeletionTimestamp = DateTimeOffset.UtcNow, Generation = host.Metadata.Generation + 1 },
    });

    /// <summary>The object is gone at once, as after a restored backup or with a wrong kubeconfig.</summary>
    public Task VanishAsync()
    {
        HostKey key;
        lock (_gate)
        {
            key = new(Namespace, "host-0", _host!.Metadata.Uid!);
            _host = null;
        }

        Changed();
        return Handle.SignalAsync("HostGone", [key]);
    }

    /// <summary>The pod that writes objects sees another version of the secret.</summary>
    public Task ChangeSecretAsync(Action change)
    {
        lock (_gate)
        {
            change();
            SecretVersion = SecretExists ? NextVersion() : null;
        }

        return TellAsync();
    }

    public Task SetSettingsAsync(string? wanted, bool? onReboot = null)
    {
        lock (_gate)
        {
            Settings = wanted;
            SettingsVersion++;
            PolicyOnReboot = onReboot ?? PolicyOnReboot;
        }

        return TellAsync();
    }

    public Task ChangeAsync(Func<BareMetalHost, BareMetalHost> change)
    {
        lock (_gate)
        {
            _host = change(_host!);
            _host = _host with { Metadata = _host.Metadata with { ResourceVersion = NextVersion() } };
        }

        return TellAsync();
    }

    // The bridge -------------------------------------------------------------------------------------------------------------------

    public HostSnapshot Snapshot()
    {
        lock (_gate)
        {
            return HostSnapshot.From(_host!, Related);
        }
    }

    /// <summary>Starts the host's workflow or signals it, one change after the other.</summary>
    public async Task TellAsync(HostSnapshot? old = null)
    {
        Changed();
        if (!BridgeIsUp)
        {
            return;
        }

        await _bridge.WaitAsync();
        try
        {
            var snapshot = old ?? (Host is null ? null : Snapshot());
            if (snapshot is null)
            {
                return;
            }

            var start = new WorkflowOptions(WorkflowId, Metal3.Contracts.TaskQueues.Main);
            start.SignalWithStart("HostChanged", [snapshot]);
            await _client.StartWorkflowAsync(WorkflowNames.Host, [new HostState { Desired = snapshot }], start);
        }
        finally
        {
            _bridge.Release();
        }
    }

    /// <summary>Temporal lost everything: the workflows are gone, and the bridge lists the objects anew.</summary>
    public async Task LoseTemporalAsync()
    {
        BridgeIsUp = false;
        var view = await ViewAsync();
        await Handle.TerminateAsync("lost");
        if (view.LifecycleId is { } child)
        {
            try
            {
                await _client.GetWorkflowHandle(child).TerminateAsync("lost");
            }
            catch (Temporalio.Exceptions.RpcException)
            {
                // It had ended by itself.
            }
        }

        BridgeIsUp = true;
    }

    // What operators do --------------------------------------------------------------------------------------------------------------

    public WorkflowHandle Handle => _client.GetWorkflowHandle(WorkflowId);

    public Task<HostView> ViewAsync() => Handle.QueryAsync<HostView>("view", []);

    public async Task<LifecycleView?> LifecycleAsync()
    {
        var view = await ViewAsync();
        if (view.LifecycleId is not { } id)
        {
            return null;
        }

        try
        {
            return await _client.GetWorkflowHandle(id).QueryAsync<LifecycleView>("view", []);
        }
        catch (Temporalio.Exceptions.RpcException)
        {
            return null; // announced, but not begun yet
        }
    }

    public async Task<WorkflowHandle> ChildAsync() => _client.GetWorkflowHandle((await ViewAsync()).LifecycleId!);

    /// <summary>Waits until what operators see of the workflow is as expected.</summary>
    public async Task<LifecycleView> UntilLifecycleAsync(Func<LifecycleView, bool> expected)
    {
        LifecycleView? last = null;
        var limit = DateTime.UtcNow.AddSeconds(60);
        while (DateTime.UtcNow < limit)
        {
            if ((last = await LifecycleAsync()) is { } view && expected(view))
            {
                return view;
            }

            await Task.Delay(15);
        }

        throw new InvalidOperationException($"The lifecycle never looked as expected; it is {last}, waiting {last?.Waiting}.\n{await StoryAsync()}");
    }

    /// <summary>Waits until the lifecycle that runs was sent a signal.</summary>
    public async Task UntilToldAsync(string signal)
    {
        var child = await ChildAsync();
        var limit = DateTime.UtcNow.AddSeconds(60);
        while (!(await child.FetchHistoryAsync()).Events.Any(one => one.WorkflowExecutionSignaledEventAttributes?.SignalName == signal))
        {
            if (DateTime.UtcNow > limit)
            {
                throw new InvalidOperationException($"The lifecycle was never sent {signal}.\n{await StoryAsync()}");
            }

            await Task.Delay(15);
        }
    }

    public async Task<HostView> UntilViewAsync(Func<HostView, bool> expected)
    {
        HostView? last = null;
        var limit = DateTime.UtcNow.AddSeconds(60);
        while (DateTime.UtcNow < limit)
        {
            if (expected(last = await ViewAsync()))
            {
                return last;
            }

            await Task.Delay(15);
        }

        throw new InvalidOperationException($"The host never looked as expected; it is {last}, waiting {last?.Waiting}.\n{await StoryAsync()}");
    }

    /// <summary>Waits until the host rests: no lifecycle, a wait or nothing to do.</summary>
    public Task<HostView> UntilRestAsync(string state) => UntilViewAsync(view => view.Lifecycle is null && view.State == state && view.Observed.IntakeOf is not null
        && (view.Observed.FirmwareReadAt is not null || view.Waiting is not null));

    /// <summary>Waits until the world is as expected, without looking at the clock.</summary>
    public async Task UntilAsync(Func<World, bool> expected, string what = "the world as expected")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var changed = _changed.Task;
            lock (_gate)
            {
                if (expected(this))
                {
                    return;
                }
            }

            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new InvalidOperationException($"Waited in vain for {what}.\n{await StoryAsync()}");
            }
        }
    }

    public Task UntilStateAsync(string state) => UntilAsync(world => world.State == state, $"the state '{state}'");

    public async Task UntilEndedAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await Handle.GetResultAsync().WaitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"The host's workflow never ended.\n{await StoryAsync()}");
        }
    }

    /// <summary>For whoever reads a failed test.</summary>
    public async Task<string> StoryAsync()
    {
        string view;
        try
        {
            view = $"{await ViewAsync()}\nlifecycle {await LifecycleAsync()}";
        }
        catch (Exception e)
        {
            view = e.Message;
        }

        lock (_gate)
        {
            return $"states {string.Join(" → ", States)}\nasked {string.Join(", ", Asked)}\nevents {string.Join(", ", EventTexts)}\n"
                + $"status {Status}\nnode {_node}\nview {view}";
        }
    }

    private string NextVersion() => (++_version).ToString(CultureInfo.InvariantCulture);

    private void Changed()
    {
        TaskCompletionSource before;
        lock (_gate)
        {
            before = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.TrySetResult();
    }
}

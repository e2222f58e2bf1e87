using Metal3.Contracts.HostLifecycle;
using Metal3.Contracts.Provisioning;
using Metal3.Workflows.HostLifecycle;
using Temporalio.Exceptions;

namespace Metal3.Workflows.Tests.Worlds;

/// <content>The back end: one node and its machine.</content>
public sealed partial class World
{
    private readonly Dictionary<string, TaskCompletionSource> _stalls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<string>> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<ApplicationFailureException>> _thrown = new(StringComparer.Ordinal);
    private NodeReport? _node;
    private string? _running;
    private string? _failed;
    private int _nodes;

    public NodeReport? Node
    {
        get
        {
            lock (_gate)
            {
                return _node;
            }
        }
    }

    public bool MachineIsOn { get; set; }

    public bool UsesVirtualMedia { get; set; }

    public bool ImageNeeded { get; set; }

    /// <summary>What happens between the start of an inspection and the answer that it has begun.</summary>
    public Func<Task> BeforeInspectionIsAnswered { get; set; } = () => Task.CompletedTask;

    /// <summary>Image URL that the machine runs; null: none.</summary>
    public string? Deployed { get; set; }

    /// <summary>Verbs that destroy data.</summary>
    public IEnumerable<string> Destroyed => Asked.Where(verb => verb is "deploy" or "clean" or "deleted" or "service" or "remove" or "power off" or "soft power off");

    public int Count(string verb)
    {
        lock (_gate)
        {
            return Asked.Count(asked => asked == verb);
        }
    }

    /// <summary>Holds the operation of a verb until <see cref="Proceed"/>.</summary>
    public void Stall(string verb)
    {
        lock (_gate)
        {
            _stalls[verb] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void Proceed(string verb)
    {
        lock (_gate)
        {
            _stalls.Remove(verb, out var stall);
            stall?.TrySetResult();
        }
    }

    /// <summary>The next operations of a verb fail on the machine, with this text.</summary>
    public void Fail(string verb, string text, int times = 1)
    {
        lock (_gate)
        {
            var queue = _failures.TryGetValue(verb, out var known) ? known : _failures[verb] = new();
            for (var i = 0; i < times; i++)
            {
                queue.Enqueue(text);
            }
        }
    }

    public void Heal(string verb)
    {
        lock (_gate)
        {
            _failures.Remove(verb);
            _thrown.Remove(verb);
        }
    }

    /// <summary>The next calls of an activity throw.</summary>
    public void Throw(string activity, string type, string text, int times = 1)
    {
        lock (_gate)
        {
            var queue = _thrown.TryGetValue(activity, out var known) ? known : _thrown[activity] = new();
            for (var i = 0; i < times; i++)
            {
                queue.Enqueue(Failed(type, text, retryable: type is FailureTypes.Busy or FailureTypes.BackendUnavailable));
            }
        }
    }

    /// <summary>The node keeps a text of something that went wrong before.</summary>
    public void Remember(string error)
    {
        lock (_gate)
        {
            _node = _node! with { LastError = error };
        }
    }

    public void LoseNode()
    {
        lock (_gate)
        {
            (_node, _running, _failed) = (null, null, null);
        }

        Changed();
    }

    /// <summary>The machine is switched at its BMC, and the fleet's watcher notices.</summary>
    public async Task SwitchAtBmcAsync(bool on)
    {
        NodeReport node;
        lock (_gate)
        {
            MachineIsOn = on;
            node = _node = _node! with { PoweredOn = on };
        }

        await Handle.SignalAsync("NodeChanged", [new NodeChange(node.NodeId, node)]);
    }

    // INodeActivities --------------------------------------------------------------------------------------------------------------

    public EnsuredNode EnsureNode(EnsureNodeRequest request) => Act("EnsureNode", request, () =>
    {
        if (ImageNeeded && !request.UsesPreprovisioningImage)
        {
            throw Failed(FailureTypes.ImageNeeded, "an image is needed");
        }

        var created = _node is null;
        if (created)
        {
            Ask("create");
            _node = new()
            {
                NodeId = $"node-{_nodes++}",
                State = "enroll",
                Phase = NodePhase.Unverified,
                PoweredOn = null,
            };
        }
        else if (request.CredentialsChanged)
        {
            Ask("patch");
        }

        var running = _node!.Phase is NodePhase.Unverified;
        return new EnsuredNode
        {
            Answer = Answer(running ? NodeProgress.Running : NodeProgress.Done, created ? [new("Registered", "Registered new host")] : []),
            CredentialsName = "bmc",
            CredentialsVersion = SecretVersion,
            AccessWritten = created || request.CredentialsChanged,
            UsesVirtualMedia = UsesVirtualMedia,
        };
    });

    public NodeAnswer ValidateBmc(NodeRequest request) => Act("ValidateBmc", request, () =>
    {
        if (_node!.Phase is not NodePhase.Unverified)
        {
            return Answer(_running is "manage" ? NodeProgress.Running : NodeProgress.Done);
        }

        ThrowStored("manage", request.Restart);
        return Begin("manage", () =>
        {
            if (!PasswordIsRight)
            {
                return "the BMC refuses the password";
            }

            _node = _node! with { Phase = NodePhase.Manageable, State = "manageable", PoweredOn = MachineIsOn };
            return null;
        });
    });

    public NodeAnswer TestCredentials(NodeRequest request) => Act("TestCredentials", request, () =>
    {
        Ask("test credentials");
        return PasswordIsRight ? Answer(NodeProgress.Done) : throw Failed(FailureTypes.NodeFailed, "the BMC refuses the password");
    });

    public NodeAnswer StartInspection(InspectRequest request) => Act("StartInspection", request, () =>
    {
        if (_running is not null)
        {
            if (_running is "inspect" && request.Force)
            {
                Ask("abort");
                Proceed("inspect");
                return Begin("inspect", Inspected, [new("InspectionStarted", "Hardware inspection started")]);
            }

            return Answer(NodeProgress.Running);
        }

        ThrowStored("inspect", request.Restart);
        if (_node!.Phase is NodePhase.Active)
        {
            throw Failed(FailureTypes.SpecRefused, "a machine in use is not inspected");
        }

        return _node.Inspected is true && !request.Refresh && _failed is null
            ? Answer(NodeProgress.Done)
            : Begin("inspect", Inspected, [new("InspectionStarted", "Hardware inspection started")]);

        string? Inspected()
        {
            MachineIsOn = false;
            _node = _node! with { Phase = NodePhase.Manageable, State = "manageable", Inspected = true, PoweredOn = false };
            return null;
        }
    });

    public RecordedHardware RecordHardware(NodeRequest request) => Act("RecordHardware", request, () =>
    {
        _hasHardware = true;
        Ask("record");
        return new RecordedHardware { Hash = $"hardware-{Count("record")}", Architecture = "x86_64" };
    });

    public NodeAnswer StartPreparation(PrepareRequest request) => Act("StartPreparation", request, () =>
    {
        if (_running is not null)
        {
            return Answer(NodeProgress.Running);
        }

        ThrowStored("clean", request.Restart);
        if ((!request.HostDirty && !request.SettingsDirty) || _node!.Intent == request.Intent)
        {
            return Answer(NodeProgress.Done);
        }

        if (Superseded(request.Host, request.Expect) is { } superseded)
        {
            return superseded;
        }

        Fence(request.Intent);
        return Begin("clean", () =>
        {
            _node = _node! with { Phase = NodePhase.Manageable, State = "manageable" };
            MachineSettings = SettingsStick && request.SettingsDirty ? Settings : MachineSettings;
            return null;
        });
    });

    public NodeAnswer MakeAvailable(NodeRequest request) => Act("MakeAvailable", request, () =>
    {
        if (_running is not null)
        {
            return Answer(NodeProgress.Running);
        }

        ThrowStored("provide", request.Restart);
        if (_node!.Phase is NodePhase.Active)
        {
            throw Failed(FailureTypes.SpecRefused, "a machine in use is not made available");
        }

        return _node.Phase is NodePhase.Available
            ? Answer(NodeProgress.Done)
            : Begin("provide", () =>
            {
                _node = _node! with { Phase = NodePhase.Available, State = "available" };
                return null;
            });
    });

    public NodeAnswer WriteDeployIntent(DeployRequest request) => Act("WriteDeployIntent", request, () =>
    {
        if (Superseded(request.Host, request.Expect) is { } superseded)
        {
            return superseded;
        }

        Fence(request.Intent);
        Ask("write intent");
        return Answer(NodeProgress.Done);
    });

    public NodeAnswer Deploy(DeployRequest request) => Act("Deploy", request, () =>
    {
        if (_node!.Intent != request.Intent)
        {
            throw Failed(FailureTypes.StaleIntent, "the node carries another intent");
        }

        if (_running is not null)
        {
            return Answer(NodeProgress.Running);
        }

        if (_failed is "deploy")
        {
            throw Failed(FailureTypes.NodeFailed, _node.LastError ?? "the deployment failed");
        }

        if (_node.Phase is NodePhase.Active)
        {
            return Answer(NodeProgress.Done, [new("ProvisioningComplete", "Image provisioning completed")]);
        }

        if (Superseded(request.Host, request.Expect) is { } superseded)
        {
            return superseded;
        }

        var url = Host!.Spec!.Image?.Url;
        return Begin(
            "deploy",
            () =>
            {
                Deployed = url;
                MachineIsOn = true;
                _node = _node! with { Phase = NodePhase.Active, State = "active", PoweredOn = true };
                return null;
            },
            [new("ProvisioningStarted", $"Image provisioning started for {(url is null ? "" : SafeUrl.ForPeople(url))}")]);
    });

    public NodeAnswer Undeploy(UndeployRequest request) => Act("Undeploy", request, () =>
    {
        if (_running is not null and not "deploy")
        {
            return Answer(NodeProgress.Running);
        }

        if (_failed is "deleted")
        {
            ThrowStored("deleted", request.Restart);
        }
        else if (_node!.Phase is NodePhase.Available || (_node.Phase is NodePhase.Manageable && Deployed is null))
        {
            return Answer(NodeProgress.Done, Count("deleted") > 0 ? [new("DeprovisioningComplete", "Image deprovisioning completed")] : []);
        }

        if (Superseded(request.Host, request.Expect) is { } superseded)
        {
            return superseded;
        }

        return Begin(
            "deleted",
            () =>
            {
                Deployed = null;
                MachineIsOn = false;
                _node = _node! with { Phase = NodePhase.Available, State = "available", PoweredOn = false };
                return null;
            },
            [new("DeprovisioningStarted", "Image deprovisioning started")]);
    });

    public NodeAnswer Adopt(AdoptRequest request) => Act("Adopt", request, () =>
    {
        if (_running is not null)
        {
            return Answer(NodeProgress.Running);
        }

        ThrowStored("adopt", request.Restart);
        return _node!.Phase is NodePhase.Active
            ? Answer(NodeProgress.Done)
            : Begin("adopt", () =>
            {
                _node = _node! with { Phase = NodePhase.Active, State = "active", PoweredOn = MachineIsOn };
                return null;
            });
    });

    public NodeAnswer StartService(ServiceRequest request) => Act("StartService", request, () =>
    {
        if (_running is not null)
        {
            return Answer(NodeProgress.Running);
        }

        if (_failed is "service" && !request.HasSpec)
        {
            Ask("abort");
            (_failed, _node) = (null, _node! with { Phase = NodePhase.Active, State = "active", LastError = null });
            return Answer(NodeProgress.Done);
        }

        ThrowStored("service", request.Restart);
        if (!request.SettingsDirty || _node!.Intent == request.Intent)
        {
            return Answer(NodeProgress.Done);
        }

        if (Superseded(request.Host, request.Expect) is { } superseded)
        {
            return superseded;
        }

        Fence(request.Intent);
        return Begin("service", () =>
        {
            MachineSettings = SettingsStick ? Settings : MachineSettings;
            _node = _node! with { Phase = NodePhase.Active, State = "active" };
            return null;
        });
    });

    public NodeAnswer SetPower(PowerRequest request) => Act("SetPower", request, () =>
    {
        var reboots = !request.On && !request.Deleting && Host?.Spec?.DisablePowerOff is true;
        if (_running is not null)
        {
            if (_running is "inspect" && request.Deleting)
            {
                Ask("abort");
                Proceed("inspect");
                (_running, _node) = (null, _node! with { Phase = NodePhase.Manageable, State = "manageable" });
            }
            else
            {
                return Answer(NodeProgress.Running);
            }
        }

        if (reboots)
        {
            Ask("reboot");
            return Answer(NodeProgress.Done);
        }

        if (MachineIsOn == request.On)
        {
            _node = _node! with { PoweredOn = MachineIsOn };
            return Answer(NodeProgress.Done);
        }

        if (_node!.LastError is { } error && error != request.IgnoreError && !request.Force)
        {
            throw Failed(FailureTypes.NodeFailed, error);
        }

        var verb = request.On ? "power on" : request.Hard ? "power off" : "soft power off";
        return Begin(
            verb,
            () =>
            {
                MachineIsOn = request.On;
                _node = _node! with { PoweredOn = request.On };
                return null;
            },
            [new(request.On ? "PowerOn" : "PowerOff", request.On ? "Host powered on" : "Host powered off")],
            keepsPhase: true);
    });

    public NodeAnswer RemoveNode(RemoveNodeRequest request) => Act("RemoveNode", request, () =>
    {
        if (_node is null)
        {
            return new NodeAnswer { Progress = NodeProgress.Done };
        }

        if (Superseded(request.Host, request.Expect) is { } superseded)
        {
            return superseded;
        }

        if (_running is not null && !request.Force)
        {
            return Answer(NodeProgress.Running);
        }

        return Begin("remove", () =>
        {
            _node = null;
            return null;
        });
    }, mayMiss: true);

    public NodeAnswer Abort(NodeRequest request) => Act("Abort", request, () =>
    {
        if (_running is "inspect" or "clean")
        {
            Ask("abort");
            Proceed(_running);
            (_running, _node) = (null, _node! with { Phase = NodePhase.Manageable, State = "manageable" });
        }

        return Answer(NodeProgress.Done);
    });

    public NodeReport Look(NodeRequest request) => Act("Look", request, () => _node!);

    public BmcDiagnosis Probe(NodeRequest request) => new(
        PasswordIsRight ? "Reachable" : "Unauthorised", PasswordIsRight ? "it answers" : "the BMC does not accept user and password; correct the secret");

    public async Task<AwaitedNode> AwaitNodeAsync(AwaitNodeRequest request, Action heartbeat, CancellationToken cancellation)
    {
        while (true)
        {
            var changed = _changed.Task;
            lock (_gate)
            {
                if (_node is null || _node.NodeId != request.NodeId)
                {
                    return new();
                }

                if (_running is null)
                {
                    return new() { Node = _node };
                }
            }

            heartbeat();
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromSeconds(2), cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private T Act<T>(string activity, NodeRequest request, Func<T> act, bool mayMiss = false)
    {
        lock (_gate)
        {
            if (_thrown.TryGetValue(activity, out var queue) && queue.TryDequeue(out var thrown))
            {
                throw thrown;
            }

            if (activity is not "EnsureNode" && !mayMiss && (_node is null || _node.NodeId != request.NodeId))
            {
                throw Failed(FailureTypes.NodeMissing, "the provisioner does not know the node");
            }

            return act();
        }
    }

    private void Ask(string verb)
    {
        Asked.Add(verb);
        Changed();
    }

    /// <summary>The stored failure of an operation is thrown until the caller says that it is to be started over.</summary>
    private void ThrowStored(string verb, bool restart)
    {
        if (_failed == verb && !restart)
        {
            throw Failed(FailureTypes.NodeFailed, _node!.LastError ?? "it failed");
        }
    }

    private void Fence(NodeIntent intent)
    {
        if (_node!.Intent is { } last && intent != last && intent.Ordinal <= last.Ordinal)
        {
            throw Failed(FailureTypes.StaleIntent, "the node carries a newer intent");
        }

        _node = _node with { Intent = intent };
    }

    private NodeAnswer Answer(NodeProgress progress, IReadOnlyList<NodeEvent>? events = null) =>
        new() { Progress = progress, Node = _node, Events = events ?? [] };

    private NodeAnswer? Superseded(HostKey key, Expectation expect)
    {
        if (_host is not { } host || host.Metadata.Uid != key.Uid)
        {
            return new() { Progress = NodeProgress.Superseded, Node = _node };
        }

        var fresh = HostSnapshot.From(host, Related);
        var stands = !fresh.IsPaused()
            && (fresh.Detach() is not null) == expect.Detaching
            && (expect.Deleting is not { } deleting || deleting == fresh.Deleting)
            && (expect.DeploymentHash is not { } hash || hash == fresh.DeploymentHash)
            && (expect.RootDeviceHash is not { } root || root == fresh.RootDeviceHash);
        return stands || (expect.Deleting is true && fresh.Deleting && !fresh.IsPaused())
            ? null
            : new() { Progress = NodeProgress.Superseded, Node = _node, Fresh = fresh };
    }

    private NodeAnswer Begin(string verb, Func<string?> done, IReadOnlyList<NodeEvent>? events = null, bool keepsPhase = false)
    {
        Ask(verb);
        var phase = _node!.Phase;
        _failed = null;
        _running = verb;
        _node = _node with { State = verb, Phase = keepsPhase ? phase : NodePhase.Busy, PowerChanging = keepsPhase, LastError = null };
        var answer = Answer(NodeProgress.Started, events);
        var stall = _stalls.TryGetValue(verb, out var held) ? held.Task : Task.CompletedTask;
        var run = $"{verb}-{Asked.Count}";
        _run = run;
        _ = FinishAsync();
        return answer;

        async Task FinishAsync()
        {
            await stall;
            await Task.Yield();
            lock (_gate)
            {
                if (_running != verb || _run != run || _node is null)
                {
                    return; // aborted, or lost
                }

                _running = null;
                _node = _node with { PowerChanging = false, Phase = keepsPhase ? phase : _node.Phase };
                var error = _failures.TryGetValue(verb, out var queue) && queue.TryDequeue(out var text) ? text : done();
                if (error is not null)
                {
                    _failed = verb;
                    _node = _node! with
                    {
                        LastError = error,
                        Phase = verb is "manage" ? NodePhase.Unverified : keepsPhase ? phase : NodePhase.Failed,
                        State = verb is "manage" ? "enroll" : $"{verb} failed",
                    };
                }
            }

            Changed();
        }
    }

    private string _run = "";
}

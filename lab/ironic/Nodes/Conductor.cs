using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.State;
using static Metal3.Lab.Ironic.Nodes.ProvisionStates;

namespace Metal3.Lab.Ironic.Nodes;

/// <summary>Carries out what was accepted: one step after the other, each ended by the scheduler.</summary>
internal sealed partial class Conductor(World world)
{
    private const string PowerFault = "power failure";

    public string Host => world.Options.ConductorName;

    /// <summary>Begins a verb that has been found legal: state, target and lock change before the request is answered.</summary>
    public void Begin(Node node, string verb, List<Step> steps, string end, string? target)
    {
        node.Epoch++;
        node.Work = new Operation { Verb = verb, Steps = steps, End = end };
        node.Target = target;
        node.LastError = null;
        if (verb is "inspect")
        {
            node.Fields["inspection_started_at"] = world.Now;
            node.Fields["inspection_finished_at"] = null;
        }

        Enter(node);
    }

    /// <summary>A verb that needs no work, as manage after a failure: the old error stays, as in Ironic.</summary>
    public void Jump(Node node, string state)
    {
        SetState(node, state);
        node.Target = null;
        node.Work = null;
        node.Epoch++;
        Touched(node);
    }

    public void Abort(Node node)
    {
        var (state, target) = (node.State, node.Target);
        var shown = node.Work is { } work ? work.Current.ShownName : null;
        var text = state switch
        {
            InspectWait => "Inspection was aborted by request.",
            CleanWait or CleanHold => "By request, the clean operation was aborted"
                + (shown is null ? "" : $" during or after the completion of step \"{shown}\""),
            DeployHold or WaitCallBack => "Deployment was aborted by request.",
            RescueWait => "By request, the rescue operation was aborted.",
            _ => "By request, the service operation was aborted"
                + (shown is null ? "" : $" during or after the completion of step \"{shown}\""),
        };
        var failed = state switch
        {
            InspectWait => InspectFailed,
            CleanWait or CleanHold => CleanFailed,
            DeployHold or WaitCallBack => DeployFailed,
            RescueWait => RescueFailed,
            _ => ServiceFailed,
        };
        End(node);
        SetState(node, failed);
        node.Target = target;
        Record(node, text);
        if (failed is CleanFailed or InspectFailed && Find(node) is { } machine)
        {
            SetPower(node, machine, on: false);
        }

        Touched(node);
    }

    public void Unhold(Node node)
    {
        if (node.Work is { } work && work.Index + 1 < work.Steps.Count)
        {
            node.Epoch++;
            work.Index++;
            Enter(node);
        }
    }

    /// <summary>Somebody plays the agent: what the inspection ramdisk sent takes the place of the generated data.</summary>
    public void ContinueInspection(Node node, JsonObject inventory)
    {
        if (node.State == InspectWait && node.Work is { } work)
        {
            node.Inside["given"] = inventory.DeepClone();
            node.Epoch++;
            work.Index = work.Steps.FindIndex(step => step.Does == "inventory");
            Enter(node);
        }
    }

    /// <summary>Somebody plays the agent: a heartbeat ends the wait.</summary>
    public void Heartbeat(Node node)
    {
        if (IsWaiting(node.State) && node.State != InspectWait && node.Work is { } && !world.Options.Agents)
        {
            node.Epoch++;
            Complete(node, node.Epoch);
        }

        node.Fields["provision_updated_at"] = world.Now;
        Touched(node);
    }

    /// <summary>After a restart: what the conductor itself did has failed, what waits for somebody goes on.</summary>
    public void Recover()
    {
        foreach (var node in world.Nodes.Values)
        {
            node.Reservation = null;
            node.TargetPower = null;
            if (node.Work is not { } work)
            {
                continue;
            }

            if (!IsUnlocked(node.State))
            {
                node.LastError = null;
                Fail(node, $"The {Word(node.State)} operation can't be resumed by conductor {Host}. Moving to fail state.");
            }
            else if (IsWaiting(node.State))
            {
                Schedule(node, work.Current);
            }

            world.Touch(node);
        }

        PowerSyncLater();
    }

    private static string Word(string state) => state switch
    {
        Verifying => "verify",
        Inspecting => "inspection",
        Cleaning => "clean",
        Deleting => "tear down",
        Deploying => "deployment",
        Adopting => "adoption",
        _ => state,
    };

    private void Enter(Node node)
    {
        var step = node.Work!.Current;
        if (node.State != step.State)
        {
            SetState(node, step.State);
        }

        node.Reservation = IsUnlocked(step.State) ? null : Host;
        Show(node, step);
        if (step.Power is { } power)
        {
            node.TargetPower = power;
        }

        Touched(node);
        if (step.Stage.Length > 0)
        {
            Schedule(node, step);
        }
    }

    private void Schedule(Node node, Step step)
    {
        if (IsWaiting(step.State) && !world.Options.Agents)
        {
            var call = node.Epoch;
            world.Scheduler.After(world.Times[Stages.Callback], () => Complete(node, call, timedOut: true));
            return;
        }

        var names = Names(node);
        var silent = IsWaiting(step.State) && step.Does == "agent"
            && world.Failures.Find(FailureKinds.AgentSilent, names) is not null;
        var epoch = node.Epoch;
        var time = silent ? world.Times[Stages.Callback] : Slowed(world.Times[step.Stage], names);
        world.Counters.Spent(node.Name ?? node.Uuid, silent ? Stages.Callback : step.Stage, time);
        world.Scheduler.After(time, () => Complete(node, epoch, timedOut: silent));
    }

    private TimeSpan Slowed(TimeSpan time, List<string> names) =>
        world.Failures.Find(FailureKinds.Slow, names) is { } slow ? time * ((double?)slow["factor"] ?? 10) : time;

    private void Complete(Node node, int epoch, bool timedOut = false)
    {
        if (node.Epoch != epoch || node.Work is not { } work)
        {
            return;
        }

        node.Epoch++;
        if (timedOut)
        {
            Fail(node, node.State switch
            {
                InspectWait => "timeout reached while inspecting the node",
                WaitCallBack => $"Timeout reached while waiting for callback for node {node.Uuid}",
                CleanWait => "Timeout reached while cleaning the node. Please check if the ramdisk responsible for the "
                    + "cleaning is running on the node. Failed on step " + Json.Python(node.Fields["clean_step"]) + ".",
                _ => "Timeout reached while servicing the node. Please check if the ramdisk responsible for the "
                    + "servicing is running on the node. Failed on step " + Json.Python(node.Fields["service_step"]) + ".",
            });
            return;
        }

        var step = work.Current;
        if (Problem(node, step) is { } problem)
        {
            node.TargetPower = null;
            Fail(node, problem);
            return;
        }

        if (step.Power is { } power && Find(node) is { } machine)
        {
            SetPower(node, machine, power == "power on");
            node.TargetPower = null;
        }

        Carry(node, step);
        if (node.Work is null)
        {
            return;
        }

        work.Index++;
        if (work.Index < work.Steps.Count)
        {
            Enter(node);
            return;
        }

        var end = work.End;
        End(node);
        SetState(node, end);
        Touched(node);
        Tail(node);
    }

    /// <summary>The stable state shows a moment before the lock is gone.</summary>
    private void Tail(Node node)
    {
        node.Reservation = Host;
        var epoch = node.Epoch;
        var tail = world.Times[Stages.Tail];
        if (tail == TimeSpan.Zero)
        {
            node.Reservation = null;
            return;
        }

        world.Scheduler.After(tail, () =>
        {
            if (node.Epoch == epoch)
            {
                node.Reservation = null;
                Touched(node);
            }
        });
    }

    private static void End(Node node)
    {
        node.Epoch++;
        node.Work = null;
        node.Target = null;
        node.TargetPower = null;
        node.Reservation = null;
        foreach (var step in new[] { "clean_step", "deploy_step", "service_step" })
        {
            node.Fields[step] = new JsonObject();
        }
    }

    private void Fail(Node node, string text)
    {
        var work = node.Work!;
        var (state, target) = (node.State, node.Target);
        var inStep = node.Fields["clean_step"]!.AsObject().Count > 0 || node.Fields["service_step"]!.AsObject().Count > 0;
        var failed = state switch
        {
            Verifying => Enroll,
            Inspecting or InspectWait => InspectFailed,
            Cleaning or CleanWait or CleanHold => CleanFailed,
            Deploying or WaitCallBack or DeployHold => DeployFailed,
            Deleting => Error,
            Adopting => AdoptFailed,
            Servicing or ServiceWait or ServiceHold => ServiceFailed,
            Rescuing or RescueWait => RescueFailed,
            _ => UnrescueFailed,
        };
        _ = work;
        End(node);
        SetState(node, failed);
        node.Target = failed is Enroll or Error ? null : target;
        Record(node, text);
        if (failed is CleanFailed or ServiceFailed && inStep)
        {
            node.Fields["maintenance"] = true;
            node.Fields["maintenance_reason"] = text;
            node.Fields["fault"] = failed == CleanFailed ? "clean failure" : "service failure";
        }

        if (failed == InspectFailed && Find(node) is { } machine && node.Interface("inspect") == "agent"
            && BmcProblem(node, machine) is null)
        {
            SetPower(node, machine, on: false);
        }

        if (failed == AdoptFailed)
        {
            node.Power = null;
        }

        Touched(node);
        Tail(node);
    }

    private static void Show(Node node, Step step)
    {
        var field = step.State switch
        {
            Cleaning or CleanWait or CleanHold => "clean_step",
            Deploying or WaitCallBack or DeployHold => "deploy_step",
            Servicing or ServiceWait or ServiceHold => "service_step",
            _ => null,
        };
        if (field is not null)
        {
            node.Fields[field] = step.Shown?.DeepClone() ?? new JsonObject();
        }
    }

    private void SetState(Node node, string state)
    {
        node.State = state;
        node.Fields["provision_updated_at"] = world.Now;
    }

    private void Record(Node node, string text)
    {
        node.LastError = text;
        var history = node.List("history");
        history.Add(new JsonObject
        {
            ["uuid"] = Guid.NewGuid().ToString(),
            ["created_at"] = world.Now,
            ["severity"] = "ERROR",
            ["event"] = text,
            ["event_type"] = "provisioning",
            ["conductor"] = Host,
            ["user"] = null,
        });
        while (history.Count > 300)
        {
            history.RemoveAt(0);
        }

        world.TouchInside(node);
    }

    private void Touched(Node node)
    {
        node.Fields["updated_at"] = world.Now;
        world.Touch(node);
    }

    private List<string> Names(Node node) => [.. world.NamesOf(node, Find(node))];
}

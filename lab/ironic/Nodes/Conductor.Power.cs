using Metal3.Lab.Ironic.Machines;
using Metal3.Lab.Ironic.State;
using static Metal3.Lab.Ironic.Nodes.ProvisionStates;

namespace Metal3.Lab.Ironic.Nodes;

internal sealed partial class Conductor
{
    /// <summary>Starts a power change; the lock is held until it is over.</summary>
    public void ChangePower(Node node, string target, TimeSpan? timeout)
    {
        var on = target is "power on" or "rebooting" or "soft rebooting";
        node.TargetPower = on ? "power on" : "power off";
        node.LastError = null;
        node.Reservation = Host;
        node.Epoch++;
        Touched(node);
        var names = Names(node);
        var ignores = target.StartsWith("soft", StringComparison.Ordinal)
            && world.Failures.Find(FailureKinds.IgnoresSoftPowerOff, names) is not null;
        var stage = Slowed(world.Times[Stages.Power], names);
        var time = ignores ? timeout ?? TimeSpan.FromSeconds(600) : stage;
        world.Counters.Spent(node.Name ?? node.Uuid, Stages.Power, time);
        var epoch = node.Epoch;
        world.Scheduler.After(time, () =>
        {
            if (node.Epoch != epoch)
            {
                return;
            }

            var machine = Find(node);
            var problem = BmcProblem(node, machine)
                ?? (ignores || world.Failures.Use(FailureKinds.StuckPower, world.NamesOf(node, machine)) is not null
                    ? $"Failed to set node power state to {(on ? "power on" : "power off")}."
                    : null);
            node.TargetPower = null;
            if (problem is null && machine is not null)
            {
                SetPower(node, machine, on);
            }
            else
            {
                Record(node, $"Failed to change power state to '{target}': {problem}");
            }

            node.Reservation = null;
            Touched(node);
        });
    }

    /// <summary>The machine behind a node; null when the lab's own BMC endpoint has no such system.</summary>
    public Machine? Find(Node node)
    {
        var info = node.DriverInfo;
        if (info["redfish_address"].Text() is { Length: > 0 } address
            && Uri.TryCreate(address.Contains("://") ? address : "https://" + address, UriKind.Absolute, out var uri))
        {
            var path = info["redfish_system_id"].Text() ?? "";
            var id = path.TrimEnd('/').Split('/')[^1];
            if (IsSelf(uri))
            {
                if (id.Length > 0 && path.TrimEnd('/') != "/redfish/v1")
                {
                    return world.MachineAt(id);
                }

                var declared = world.Machines.Values.Where(m => m.Declared && m.SystemId.Length > 0).Take(2).ToList();
                return declared.Count == 1 ? declared[0] : null;
            }

            return At(node, "bmc:" + uri.Authority + path, uri.Authority, uri.Authority + path, uri.Host);
        }

        if (info["ipmi_address"].Text() is { Length: > 0 } host)
        {
            var port = info["ipmi_port"].Text() ?? info["ipmi_port"]?.ToJsonString() ?? "623";
            return At(node, $"ipmi:{host}:{port}", $"{host}:{port}", host);
        }

        return At(node, "node:" + (node.Name ?? node.Uuid));
    }

    /// <summary>What the driver says when it talks to the BMC now; null when all is well.</summary>
    public string? BmcProblem(Node node, Machine? machine)
    {
        var power = node.Interface("power");
        if (power == "fake")
        {
            return null;
        }

        var names = world.NamesOf(node, machine).ToList();
        var down = world.Failures.Find(FailureKinds.BmcDown, names) is not null;
        var locked = world.Failures.Find(FailureKinds.AccountLocked, names) is not null;
        var wrong = locked || world.Failures.Find(FailureKinds.WrongPassword, names) is not null;
        var info = node.DriverInfo;
        if (power == "ipmitool")
        {
            return down || wrong || machine?.AcceptsCredentials(
                info["ipmi_username"].Text(), info["ipmi_password"].Text()) == false
                    ? "IPMI call failed: power status."
                    : null;
        }

        if (power is not ("redfish" or "idrac-redfish"))
        {
            return down ? "The agent of the machine does not answer." : null;
        }

        var address = (info["redfish_address"].Text() ?? "").TrimEnd('/');
        var system = info["redfish_system_id"].Text() is { Length: > 0 } path ? path : "/redfish/v1/Systems";
        if (down)
        {
            var uri = new Uri(address.Contains("://") ? address : "https://" + address);
            return $"Redfish connection failed for node {node.Uuid}: Unable to connect to {address}/redfish/v1/. Error: "
                + $"HTTPConnectionPool(host='{uri.Host}', port={uri.Port}): Max retries exceeded with url: /redfish/v1/ "
                + "(Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f2d5c0e1a90>: Failed to "
                + "establish a new connection: [Errno 111] ECONNREFUSED'))";
        }

        if (machine is null)
        {
            return $"Redfish exception occurred. Error: Resource {address}{system} not found";
        }

        return wrong || !machine.AcceptsCredentials(info["redfish_username"].Text(), info["redfish_password"].Text())
            ? $"Redfish exception occurred. Error: HTTP GET {address}{system} returned code 401. Base.1.0.GeneralError: "
                + (locked ? "The account is locked after too many failed logins; try again later or unlock it." : "Incorrect username or password")
                + " Extended information: [{'@odata.type': "
                + "'/redfish/v1/$metadata#Message.1.0.0.Message', 'MessageId': 'Base.1.0.GeneralError'}]"
            : null;
    }

    private Machine At(Node node, string key, params string[] addresses)
    {
        var found = addresses.Select(world.MachineAt).FirstOrDefault(m => m is not null)
            ?? world.PortsOf(node).Select(port => world.MachineAt(port["address"].Text()!)).FirstOrDefault(m => m is not null)
            ?? world.Machines.GetValueOrDefault(key);
        if (found is null)
        {
            found = new Machine { Key = key, UserName = "", Password = "" };
            world.PutMachine(found);
        }

        if (found.Mac is null && world.PortsOf(node) is [var port, ..] && port["address"].Text() is { } mac)
        {
            found.Mac = mac;
            world.Touch(found);
        }

        return found;
    }

    private bool IsSelf(Uri uri) =>
        world.Self is { } self && uri.Port == self.Port
        && (uri.IsLoopback || string.Equals(uri.Host, self.Host, StringComparison.OrdinalIgnoreCase)
            || uri.Host == world.Options.PublicEndpoint?.Host);

    private void SetPower(Node node, Machine machine, bool on)
    {
        machine.PoweredOn = on;
        if (!on && machine.PendingBios.Count > 0)
        {
            foreach (var (name, value) in machine.PendingBios)
            {
                machine.Bios[name] = value.Text() ?? value?.ToJsonString() ?? "";
            }

            machine.PendingBios = [];
        }

        node.Power = on ? "power on" : "power off";
        node.DriverInternal["last_power_state_change"] = world.Now[..^6];
        world.Touch(machine);
    }

    private void PowerSyncLater()
    {
        world.Scheduler.After(world.Times[Stages.PowerSync], () =>
        {
            foreach (var node in world.Nodes.Values)
            {
                PowerSync(node);
            }

            PowerSyncLater();
        });
        if (!_recovering)
        {
            _recovering = true;
            RecoverPowerLater();
        }
    }

    private bool _recovering;

    private void RecoverPowerLater() => world.Scheduler.After(world.Times[Stages.PowerRecovery], () =>
    {
        foreach (var node in world.Nodes.Values.Where(n => n.Fault == PowerFault && n.Maintenance && !n.IsLocked))
        {
            if (BmcProblem(node, Find(node)) is null)
            {
                node.Fields["maintenance"] = false;
                node.Fields["maintenance_reason"] = null;
                node.Fields["fault"] = null;
                node.PowerSyncFailures = 0;
                Touched(node);
            }
        }

        RecoverPowerLater();
    });

    private void PowerSync(Node node)
    {
        if (node.Maintenance || node.IsLocked || node.TargetPower is not null || node.Interface("power") == "fake"
            || node.State is Enroll or AdoptFailed or WaitCallBack or CleanWait)
        {
            return;
        }

        var machine = Find(node);
        if (BmcProblem(node, machine) is { } problem)
        {
            if (++node.PowerSyncFailures > 3)
            {
                node.Fields["maintenance"] = true;
                node.Fields["maintenance_reason"] = "During sync_power_state, max retries exceeded for node " + node.Uuid
                    + $", node state None does not match expected state '{node.Power ?? "None"}'. Updating DB state to "
                    + "'None' Switching node to maintenance mode. Error: " + problem;
                node.Fields["fault"] = PowerFault;
                node.Power = null;
                Record(node, node.Fields["maintenance_reason"].Text()!);
                Touched(node);
            }

            return;
        }

        node.PowerSyncFailures = 0;
        var actual = machine!.PoweredOn ? "power on" : "power off";
        if (actual != node.Power)
        {
            if (world.Options.ForcePowerState && node.Power is "power on" or "power off")
            {
                machine.PoweredOn = node.Power == "power on";
                world.Touch(machine);
            }
            else
            {
                node.Power = actual;
            }

            Touched(node);
        }
    }
}

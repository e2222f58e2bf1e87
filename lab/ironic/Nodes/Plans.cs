using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.State;
using static Metal3.Lab.Ironic.Nodes.ProvisionStates;

namespace Metal3.Lab.Ironic.Nodes;

/// <summary>Which steps carry out which verb, by the interfaces of the node.</summary>
internal static class Plans
{
    private const string On = "power on";
    private const string Off = "power off";

    public static bool IsFake(Node node) => node.Interface("deploy") == "fake";

    public static List<Step> Verify() => [new(Verifying, Stages.Verify, "verify")];

    public static List<Step> Inspect(Node node) => node.Interface("inspect") switch
    {
        "agent" =>
        [
            new(Inspecting, Stages.Step, "bmc-inspect"),
            new(Inspecting, Stages.Power, "reboot", On),
            new(InspectWait, Stages.Boot, "agent"),
            new(InspectWait, Stages.Inspect, "collect"),
            new(Inspecting, Stages.Step, "inventory"),
            new(Inspecting, Stages.Power, "refresh", Off),
        ],
        "fake" => [new(Inspecting, Stages.Step, "fake-inspect")],
        _ => [new(Inspecting, Stages.Inspect, "inventory-out-of-band")],
    };

    public static List<Step> AutomatedClean(Node node, bool enabled)
    {
        if (!enabled)
        {
            return [new(Cleaning, Stages.Step, "refresh")];
        }

        return IsFake(node)
            ? [new(Cleaning, Stages.Step, "cleaned")]
            :
            [
                new(Cleaning, Stages.Step, "bmc-clean"),
                new(Cleaning, Stages.Power, "reboot", On),
                new(CleanWait, Stages.Boot, "agent"),
                Named(CleanWait, Stages.Clean, "clean", "deploy", "erase_devices_metadata", 10),
                new(Cleaning, Stages.Power, "refresh", Off),
            ];
    }

    public static List<Step> ManualClean(Node node, JsonArray steps, bool withoutRamdisk)
    {
        List<Step> plan = [];
        var boots = !IsFake(node) && !withoutRamdisk;
        if (boots)
        {
            plan.Add(new(Cleaning, Stages.Step, "bmc-clean"));
            plan.Add(new(Cleaning, Stages.Power, "reboot", On));
            plan.Add(new(CleanWait, Stages.Boot, "agent"));
        }

        plan.Add(new(Cleaning, Stages.Step, "check-steps"));
        plan.AddRange(steps.Select(step => Given(
            step!.AsObject(), IsFake(node) ? Cleaning : CleanWait, CleanHold, Stages.Clean, "clean")));
        plan.Add(boots ? new(Cleaning, Stages.Power, "refresh", Off) : new(Cleaning, Stages.Step, "refresh"));
        return plan;
    }

    public static List<Step> Deploy(Node node, JsonArray? given)
    {
        if (IsFake(node))
        {
            return [new(Deploying, Stages.Step, "deployed", Shown: Shown("deploy", "deploy", 100))];
        }

        if (node.Interface("deploy") == "ramdisk")
        {
            return
            [
                new(Deploying, Stages.Step, "check-image"),
                new(Deploying, Stages.Power, "reboot", On, Shown("deploy", "deploy", 100)),
                new(Deploying, Stages.Step, "deployed"),
            ];
        }

        List<Step> own =
        [
            Named(WaitCallBack, Stages.Deploy, "write-image", "deploy", "write_image", 80),
            Named(Deploying, Stages.Step, "deploy", "deploy", "prepare_instance_boot", 60),
            Named(Deploying, Stages.Power, "deploy", "deploy", "tear_down_agent", 40) with { Power = Off },
            Named(Deploying, Stages.Power, "deploy", "deploy", "boot_instance", 20) with { Power = On },
        ];
        if (node.Interface("deploy") == "custom-agent")
        {
            own.RemoveAt(0);
        }

        var asked = (given ?? []).Select(step => Given(
            step!.AsObject(), WaitCallBack, DeployHold, Stages.Deploy, "custom-step"));
        var steps = own
            .Concat(asked)
            .OrderByDescending(step => (int?)step.Shown?["priority"] ?? 0)
            .ToList();
        return
        [
            new(Deploying, Stages.Step, "check-image"),
            Named(Deploying, Stages.Power, "reboot", "deploy", "deploy", 100) with { Power = On },
            new(WaitCallBack, Stages.Boot, "agent", Shown: Shown("deploy", "deploy", 100)),
            new(Deploying, Stages.Step, "check-steps"),
            .. steps,
            new(Deploying, Stages.Step, "deployed"),
        ];
    }

    public static List<Step> Delete(Node node, bool cleaningEnabled) =>
    [
        new(Deleting, IsFake(node) ? Stages.Step : Stages.Delete, "tear-down"),
        .. IsFake(node) ? Array.Empty<Step>() : [new(Deleting, Stages.Power, "", Off)],
        new(Deleting, Stages.Step, "torn-down"),
        .. AutomatedClean(node, cleaningEnabled),
    ];

    public static List<Step> Adopt() => [new(Adopting, Stages.Adopt, "adopt")];

    public static List<Step> Service(Node node, JsonArray steps)
    {
        if (IsFake(node))
        {
            return
            [
                new(Servicing, Stages.Step, "check-steps"),
                .. steps.Select(step => Given(step!.AsObject(), Servicing, ServiceHold, Stages.Service, "service")),
            ];
        }

        return
        [
            new(Servicing, Stages.Step, "bmc-service"),
            new(Servicing, Stages.Power, "reboot", On),
            new(ServiceWait, Stages.Boot, "agent"),
            new(Servicing, Stages.Step, "check-steps"),
            .. steps.Select(step => Given(step!.AsObject(), ServiceWait, ServiceHold, Stages.Service, "service")),
            new(Servicing, Stages.Power, "refresh", On),
        ];
    }

    public static List<Step> RescueSteps(Node node) => node.Interface("rescue") == "fake"
        ? [new(Rescuing, Stages.Rescue)]
        :
        [
            new(Rescuing, Stages.Power, "reboot", On),
            new(RescueWait, Stages.Boot, "agent"),
            new(Rescuing, Stages.Rescue),
        ];

    public static List<Step> Unrescue(Node node) => node.Interface("rescue") == "fake"
        ? [new(Unrescuing, Stages.Rescue)]
        : [new(Unrescuing, Stages.Power, "reboot", On), new(Unrescuing, Stages.Rescue)];

    /// <summary>What the node's interfaces and its agent offer; null when the step is known.</summary>
    public static bool Supports(Node node, JsonObject step, string kind)
    {
        var (on, name) = (step["interface"].Text(), step["step"].Text());
        return (on, name) switch
        {
            ("power", "power_on" or "power_off" or "reboot" or "hold" or "wait") => true,
            (_, "hold" or "wait") => true,
            ("bios", "apply_configuration" or "factory_reset") => node.Interface("bios") is "redfish" or "idrac-redfish"
                || (node.Interface("bios") == "fake" && kind == "clean"),
            ("firmware", "update") => node.Interface("firmware") == "redfish"
                || (node.Interface("firmware") == "fake" && kind == "clean"),
            ("raid", "create_configuration" or "delete_configuration") =>
                node.Interface("raid") is "redfish" or "idrac-redfish" or "agent",
            ("management", "reset_secure_boot_keys_to_default" or "clear_secure_boot_keys" or "reset_idrac"
                or "known_good_state" or "clear_job_queue" or "reset_bmc") =>
                node.Interface("management") is "redfish" or "idrac-redfish",
            ("deploy", "erase_devices_metadata" or "erase_devices" or "erase_devices_express" or "erase_pstore"
                or "burnin_cpu" or "burnin_memory" or "burnin_disk" or "burnin_network") =>
                !IsFake(node) && kind is "clean" or "service",
            ("deploy", "write_image" or "install_coreos" or "install_os" or "inject_files" or "custom_deploy"
                or "burnin_cpu") => kind == "deploy",
            ("deploy", "deploy" or "prepare_instance_boot" or "tear_down_agent" or "boot_instance"
                or "switch_to_tenant_network") => kind == "deploy",
            ("vendor", "log_passthrough") => IsFake(node),
            _ => false,
        };
    }

    private static Step Named(string state, string stage, string does, string on, string step, int priority) =>
        new(state, stage, does, null, Shown(on, step, priority));

    private static Step Given(JsonObject step, string state, string hold, string stage, string does)
    {
        var shown = (JsonObject)step.DeepClone();
        return step["step"].Text() == "hold"
            ? new(hold, "", "", null, shown)
            : new(state, stage, does, null, shown);
    }

    private static JsonObject Shown(string on, string step, int priority) => new()
    {
        ["step"] = step,
        ["priority"] = priority,
        ["argsinfo"] = null,
        ["interface"] = on,
    };
}

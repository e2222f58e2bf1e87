using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Machines;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class RedfishApi
{
    private void PatchSystem(Machine machine, JsonObject body, Answer answer)
    {
        if (body["Boot"] is JsonObject boot)
        {
            if (boot["BootSourceOverrideTarget"].Text() is { } target)
            {
                if (target is not ("None" or "Pxe" or "Cd" or "Hdd" or "Usb" or "BiosSetup" or "UefiHttp"))
                {
                    answer.Error(400, "PropertyValueNotInList", $"The value {target} is not in the list of acceptable values.");
                    return;
                }

                machine.BootTarget = target;
                if (!boot.ContainsKey("BootSourceOverrideEnabled") && machine.BootEnabled == "Disabled")
                {
                    machine.BootEnabled = "Once";
                }
            }

            machine.BootEnabled = boot["BootSourceOverrideEnabled"].Text() ?? machine.BootEnabled;
            machine.BootMode = boot["BootSourceOverrideMode"].Text() ?? machine.BootMode;
            world.Touch(machine);
        }

        answer.Status = 204;
    }

    private void PatchBios(Machine machine, JsonObject attributes, Answer answer)
    {
        foreach (var (name, value) in attributes)
        {
            if (Bios.Refuses(name, Text(value)) is { } refused)
            {
                answer.Error(400, "PropertyValueError", refused);
                return;
            }
        }

        foreach (var (name, value) in attributes)
        {
            machine.PendingBios[name] = value?.DeepClone();
        }

        world.Touch(machine);
        answer.Status = 204;

        static string Text(JsonNode? value) => value switch
        {
            null => "",
            JsonValue v when v.TryGetValue<bool>(out var flag) => flag ? "true" : "false",
            _ => value.ToString(),
        };
    }

    private void Reset(Machine machine, string? type, List<string> names, Answer answer)
    {
        if (type is not ("On" or "ForceOff" or "GracefulShutdown" or "GracefulRestart" or "ForceRestart" or "Nmi" or "ForceOn"
            or "PowerCycle"))
        {
            answer.Error(400, "ActionParameterValueNotInList", $"The value {type ?? "(none)"} for ResetType is not acceptable.");
            return;
        }

        answer.Status = 204;
        if (world.Failures.Use(FailureKinds.StuckPower, names) is not null || type == "Nmi"
            || (type.StartsWith("Graceful", StringComparison.Ordinal)
                && world.Failures.Find(FailureKinds.IgnoresSoftPowerOff, names) is not null))
        {
            return;
        }

        var on = type is not ("ForceOff" or "GracefulShutdown");
        world.Scheduler.After(world.Times[Stages.Power], () =>
        {
            machine.PoweredOn = on;
            foreach (var (name, value) in machine.PendingBios)
            {
                machine.Bios[name] = value is JsonValue v && v.TryGetValue<bool>(out var flag) ? flag ? "true" : "false" : value?.ToString() ?? "";
            }

            machine.PendingBios = [];
            if (on && machine.BootEnabled == "Once")
            {
                machine.BootEnabled = "Disabled";
            }

            world.Touch(machine);
        });
    }
}

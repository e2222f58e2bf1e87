using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Nodes;

internal sealed partial class Conductor
{
    /// <summary>Attaches (or, without a URL, detaches) virtual media in the background; failures only show in last_error.</summary>
    public void ChangeMedia(Node node, string device, string? url)
    {
        node.LastError = null;
        node.Reservation = Host;
        node.Epoch++;
        Touched(node);
        var epoch = node.Epoch;
        var time = Slowed(world.Times[Stages.Media], Names(node));
        world.Counters.Spent(node.Name ?? node.Uuid, Stages.Media, time);
        world.Scheduler.After(time, () =>
        {
            if (node.Epoch != epoch)
            {
                return;
            }

            node.Reservation = null;
            var machine = Find(node);
            var verb = url is null ? "detach" : "attach";
            if (node.Interface("management") is not ("redfish" or "idrac-redfish"))
            {
                Record(node, $"Could not {verb} device{(url is null ? $"(s) ['{device}'] from" : $" {device} to")} node {node.Uuid}: "
                    + (url is null
                        ? $"Driver {node.Driver} does not support detach_virtual_media (disabled or not implemented)."
                        : $"Publishing images is not supported for driver {node.Driver}"));
            }
            else if (BmcProblem(node, machine) is { } problem)
            {
                Record(node, $"Could not {verb} device{(url is null ? $"(s) ['{device}'] from" : $" {device} to")} node {node.Uuid}: "
                    + problem);
            }
            else if (url is null)
            {
                _ = machine!.Media.Remove(Slot(device));
                world.Touch(machine);
            }
            else
            {
                machine!.Media[Slot(device)] = url;
                world.Touch(machine);
            }

            Touched(node);
        });
    }

    public void SetBootDevice(Node node, string device, bool persistent)
    {
        if (Find(node) is { } machine)
        {
            machine.BootTarget = device switch { "pxe" => "Pxe", "disk" => "Hdd", "cdrom" => "Cd", "bios" => "BiosSetup", _ => "UefiHttp" };
            machine.BootEnabled = persistent ? "Continuous" : "Once";
            world.Touch(machine);
        }
    }

    public void SetBootMode(Node node, string what, JsonNode target)
    {
        if (Find(node) is not { } machine)
        {
            return;
        }

        if (what == "boot_mode")
        {
            machine.BootMode = target.Text() == "bios" ? "Legacy" : "UEFI";
            node.Fields["boot_mode"] = target.Text();
        }
        else
        {
            machine.SecureBoot = target.ToString().ToLowerInvariant() is "true" or "on" or "1";
            node.Fields["secure_boot"] = machine.SecureBoot;
        }

        world.Touch(machine);
        Touched(node);
    }

    private static string Slot(string device) => device switch { "floppy" => "Floppy", "disk" => "Usb", _ => "Cd" };
}

using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class IronicApi
{
    private void ValidateNode(Call call, Node node)
    {
        var answer = new JsonObject();
        foreach (var kind in new[]
        {
            "boot", "deploy", "management", "network", "power", "bios", "console", "firmware", "inspect", "raid", "rescue",
            "storage",
        })
        {
            var reason = Reason(node, kind);
            answer[kind] = reason is null
                ? new JsonObject { ["result"] = true }
                : new JsonObject { ["result"] = false, ["reason"] = reason };
        }

        call.Answer(answer);
    }

    /// <summary>Why an interface would not work; null when it would.</summary>
    private string? Reason(Node node, string kind)
    {
        var uses = node.Interface(kind);
        if (uses == "no-" + kind)
        {
            return $"Driver {node.Driver} does not support {kind} (disabled or not implemented).";
        }

        if (world.Failures.Find(FailureKinds.ValidateFails, world.NamesOf(node, conductor.Find(node))) is { } failure
            && (failure["interface"].Text() ?? "boot") == kind)
        {
            return failure["message"].Text() ?? "asked to fail";
        }

        return kind switch
        {
            "boot" when uses != "fake" => BootReason(node, forInspection: false),
            "inspect" when uses == "agent" => BootReason(node, forInspection: true),
            "deploy" when uses is "direct" or "custom-agent" or "ramdisk" => DeployReason(node, uses),
            "power" or "management" => DriverInfoReason(node),
            _ => null,
        };
    }

    private string? BootReason(Node node, bool forInspection)
    {
        var prefix = forInspection ? "Insufficient information provided for managed inspection: " : "";
        var boot = node.Interface("boot");
        var info = node.DriverInfo;
        if (boot.Contains("virtual-media", StringComparison.Ordinal) || boot == "redfish-https")
        {
            return info.ContainsKey("deploy_iso") || (info.ContainsKey("deploy_kernel") && info.ContainsKey("deploy_ramdisk"))
                ? null
                : "Error validating Redfish virtual media. Some parameters were missing in node's driver_info. Missing are: "
                    + "['deploy_kernel', 'deploy_ramdisk']";
        }

        if (boot is not ("ipxe" or "pxe"))
        {
            return null;
        }

        if (!world.PortsOf(node).Any())
        {
            return prefix + $"Node {node.Uuid} does not have any port associated with it";
        }

        var missing = new[] { "deploy_kernel", "deploy_ramdisk" }.Where(name => !info.ContainsKey(name)).ToList();
        return missing.Count == 0
            ? null
            : prefix + $"Cannot validate PXE bootloader. Some parameters were missing in node's driver_info. Missing are: "
                + $"[{string.Join(", ", missing.Select(name => $"'{name}'"))}]";
    }

    private string? DeployReason(Node node, string uses)
    {
        if (BootReason(node, forInspection: false) is { } boot)
        {
            return boot;
        }

        var info = node.InstanceInfo;
        if (uses == "ramdisk")
        {
            return info.ContainsKey("boot_iso") || (info.ContainsKey("kernel") && info.ContainsKey("ramdisk"))
                || info.ContainsKey("image_source")
                    ? null
                    : $"Node {node.Uuid} failed to validate deploy image info. Some parameters were missing. Missing are: "
                        + "['instance_info.boot_iso']";
        }

        if (uses == "custom-agent")
        {
            return null;
        }

        if (!info.ContainsKey("image_source"))
        {
            return $"Node {node.Uuid} failed to validate deploy image info. Some parameters were missing. Missing are: "
                + "['instance_info.image_source']";
        }

        var source = info["image_source"].Text() ?? "";
        if (!source.StartsWith("oci://", StringComparison.Ordinal) && !info.ContainsKey("image_checksum")
            && !(info.ContainsKey("image_os_hash_algo") && info.ContainsKey("image_os_hash_value")))
        {
            return "image_source's \"image_checksum\", or \"image_os_hash_algo\" and \"image_os_hash_value\" must be provided in "
                + $"instance_info for node {node.Uuid}";
        }

        return null;
    }

    public static string? DriverInfoReason(Node node)
    {
        var (label, required) = node.Interface("power") switch
        {
            "redfish" or "idrac-redfish" => ("Redfish", "redfish_address"),
            "ipmitool" => ("IPMI", "ipmi_address"),
            _ => ("", ""),
        };
        return required.Length == 0 || node.DriverInfo[required].Text() is { Length: > 0 }
            ? null
            : label == "IPMI"
                ? "Missing the following IPMI credentials in node's driver_info: ['ipmi_address']."
                : $"Missing the following Redfish properties in node {node.Uuid} driver_info: ['redfish_address']";
    }
}

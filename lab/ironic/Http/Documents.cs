using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

/// <summary>What is shown of nodes and ports: fields by version, secrets masked, links.</summary>
internal static class Documents
{
    private static readonly Dictionary<string, int> Since = new(StringComparer.Ordinal)
    {
        ["driver_internal_info"] = 3,
        ["name"] = 5,
        ["inspection_finished_at"] = 6,
        ["inspection_started_at"] = 6,
        ["clean_step"] = 7,
        ["raid_config"] = 12,
        ["target_raid_config"] = 12,
        ["network_interface"] = 20,
        ["resource_class"] = 21,
        ["boot_interface"] = 31,
        ["console_interface"] = 31,
        ["deploy_interface"] = 31,
        ["inspect_interface"] = 31,
        ["management_interface"] = 31,
        ["power_interface"] = 31,
        ["raid_interface"] = 31,
        ["vendor_interface"] = 31,
        ["storage_interface"] = 33,
        ["traits"] = 37,
        ["rescue_interface"] = 38,
        ["bios_interface"] = 40,
        ["fault"] = 42,
        ["deploy_step"] = 44,
        ["conductor_group"] = 46,
        ["automated_clean"] = 47,
        ["protected"] = 48,
        ["protected_reason"] = 48,
        ["conductor"] = 49,
        ["owner"] = 50,
        ["description"] = 51,
        ["allocation_uuid"] = 52,
        ["retired"] = 61,
        ["retired_reason"] = 61,
        ["lessee"] = 65,
        ["network_data"] = 66,
        ["boot_mode"] = 75,
        ["secure_boot"] = 75,
        ["shard"] = 82,
        ["parent_node"] = 83,
        ["firmware_interface"] = 86,
        ["service_step"] = 87,
        ["disable_power_off"] = 95,
        ["instance_name"] = 104,
        ["health"] = 109,
    };

    private static readonly string[] Secret =
    [
        "password", "secret", "token", "admin_pass", "passphrase", "private_key", "encrypted_key", "sslkey",
        "auth_key", "configdrive", "community", "snmp_user", "auth_protocol", "priv_protocol",
    ];

    private static readonly string[] Masked = ["driver_info", "driver_internal_info", "instance_info"];

    public static readonly string[] Short =
        ["uuid", "instance_uuid", "maintenance", "power_state", "provision_state", "name"];

    private static readonly (string Name, int Since)[] Linked = [("ports", 1), ("states", 14), ("portgroups", 24), ("volume", 32)];

    public static bool Visible(string field, int minor) => Since.GetValueOrDefault(field) <= minor;

    public static bool IsField(string field) =>
        Since.ContainsKey(field) || Fresh.ContainsKey(field) || field == "links";

    private static readonly JsonObject Fresh = Nodes.Node.Fresh("", "", "");

    /// <summary>The whole document, or the fields asked for.</summary>
    public static JsonObject Node(Nodes.Node node, string endpoint, int minor, IReadOnlyCollection<string>? fields)
    {
        var shown = new JsonObject();
        foreach (var (name, value) in node.Fields)
        {
            if (Visible(name, minor) && (fields is null || fields.Contains(name)))
            {
                shown[name] = name switch
                {
                    "provision_state" => State(node, minor),
                    _ when Masked.Contains(name) => Mask(value),
                    _ => value?.DeepClone(),
                };
            }
        }

        shown["links"] = Links(endpoint, $"nodes/{node.Uuid}");
        foreach (var (name, since) in Linked)
        {
            if (fields is null && minor >= since)
            {
                shown[name] = Links(endpoint, $"nodes/{node.Uuid}/{name}");
            }
        }

        return shown;
    }

    public static JsonObject Port(JsonObject port, string endpoint, IReadOnlyCollection<string>? fields)
    {
        var shown = new JsonObject();
        foreach (var (name, value) in port)
        {
            if (fields is null || fields.Contains(name))
            {
                shown[name] = value?.DeepClone();
            }
        }

        shown["links"] = Links(endpoint, $"ports/{port["uuid"].Text()}");
        return shown;
    }

    public static JsonArray Links(string endpoint, string path) =>
    [
        new JsonObject { ["href"] = $"{endpoint}/v1/{path}", ["rel"] = "self" },
        new JsonObject { ["href"] = $"{endpoint}/{path}", ["rel"] = "bookmark" },
    ];

    private static string? State(Nodes.Node node, int minor) => node.State switch
    {
        ProvisionStates.InspectWait when minor < 39 => ProvisionStates.Inspecting,
        ProvisionStates.Available when minor < 2 => null,
        _ => node.State,
    };

    private static JsonNode? Mask(JsonNode? value) => value switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(
            field.Key,
            Secret.Any(word => field.Key.Contains(word, StringComparison.OrdinalIgnoreCase))
                ? JsonValue.Create("******")
                : Mask(field.Value)))),
        _ => value?.DeepClone(),
    };
}

using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Nodes;

/// <summary>A node: the fields its document shows, what stays inside, and the work in progress.</summary>
internal sealed class Node
{
    public required long Number { get; init; }

    /// <summary>The fields of the API's document, without links; secrets in clear.</summary>
    public required JsonObject Fields { get; set; }

    /// <summary>Inventory, BIOS and firmware lists, history, media, subscriptions, agent token.</summary>
    public JsonObject Inside { get; set; } = [];

    /// <summary>Work in progress; null at rest.</summary>
    public Operation? Work { get; set; }

    /// <summary>Counts the pieces of work, so that a timer of a piece that was aborted does nothing.</summary>
    public int Epoch { get; set; }

    /// <summary>Consecutive readings of the power state that failed.</summary>
    public int PowerSyncFailures { get; set; }

    /// <summary>A lock that does not belong to work: the tail after an end state, a power change, or an injected one.</summary>
    public bool IsLocked => Fields["reservation"] is not null;

    public string Uuid => Fields["uuid"].Text()!;

    public string? Name => Fields["name"].Text();

    public string Driver => Fields["driver"].Text()!;

    public string State
    {
        get => Fields["provision_state"].Text()!;
        set => Fields["provision_state"] = value;
    }

    public string? Target
    {
        get => Fields["target_provision_state"].Text();
        set => Fields["target_provision_state"] = value;
    }

    public string? LastError
    {
        get => Fields["last_error"].Text();
        set => Fields["last_error"] = value is { Length: > 4096 } ? value[..4096] : value;
    }

    public string? Power
    {
        get => Fields["power_state"].Text();
        set => Fields["power_state"] = value;
    }

    public string? TargetPower
    {
        get => Fields["target_power_state"].Text();
        set => Fields["target_power_state"] = value;
    }

    public bool Maintenance => Fields["maintenance"].Flag();

    public string? Fault => Fields["fault"].Text();

    public string? Reservation
    {
        get => Fields["reservation"].Text();
        set => Fields["reservation"] = value;
    }

    public JsonObject DriverInfo => Fields["driver_info"] as JsonObject ?? [];

    public JsonObject InstanceInfo => Fields["instance_info"] as JsonObject ?? [];

    public JsonObject DriverInternal
    {
        get
        {
            if (Fields["driver_internal_info"] is not JsonObject info)
            {
                Fields["driver_internal_info"] = info = [];
            }

            return info;
        }
    }

    public string Interface(string kind) => Fields[kind + "_interface"].Text() ?? "";

    public JsonArray List(string name)
    {
        if (Inside[name] is not JsonArray list)
        {
            Inside[name] = list = [];
        }

        return list;
    }

    /// <summary>A node as it is just after enrolment.</summary>
    public static JsonObject Fresh(string uuid, string createdAt, string conductor) => new()
    {
        ["uuid"] = uuid,
        ["created_at"] = createdAt,
        ["updated_at"] = null,
        ["automated_clean"] = null,
        ["bios_interface"] = null,
        ["boot_interface"] = null,
        ["boot_mode"] = null,
        ["clean_step"] = new JsonObject(),
        ["conductor_group"] = "",
        ["console_enabled"] = false,
        ["console_interface"] = null,
        ["disable_power_off"] = false,
        ["deploy_interface"] = null,
        ["deploy_step"] = new JsonObject(),
        ["description"] = null,
        ["driver"] = null,
        ["driver_info"] = new JsonObject(),
        ["driver_internal_info"] = new JsonObject(),
        ["extra"] = new JsonObject(),
        ["fault"] = null,
        ["firmware_interface"] = null,
        ["inspection_finished_at"] = null,
        ["inspection_started_at"] = null,
        ["inspect_interface"] = null,
        ["instance_info"] = new JsonObject(),
        ["instance_uuid"] = null,
        ["last_error"] = null,
        ["lessee"] = null,
        ["maintenance"] = false,
        ["maintenance_reason"] = null,
        ["management_interface"] = null,
        ["name"] = null,
        ["network_data"] = new JsonObject(),
        ["network_interface"] = null,
        ["owner"] = null,
        ["parent_node"] = null,
        ["power_interface"] = null,
        ["power_state"] = null,
        ["properties"] = new JsonObject(),
        ["protected"] = false,
        ["protected_reason"] = null,
        ["provision_state"] = ProvisionStates.Enroll,
        ["provision_updated_at"] = null,
        ["raid_config"] = new JsonObject(),
        ["raid_interface"] = null,
        ["rescue_interface"] = null,
        ["reservation"] = null,
        ["resource_class"] = null,
        ["retired"] = false,
        ["retired_reason"] = null,
        ["secure_boot"] = null,
        ["service_step"] = new JsonObject(),
        ["shard"] = null,
        ["storage_interface"] = null,
        ["target_power_state"] = null,
        ["target_provision_state"] = null,
        ["target_raid_config"] = new JsonObject(),
        ["traits"] = new JsonArray(),
        ["vendor_interface"] = null,
        ["conductor"] = conductor,
        ["allocation_uuid"] = null,
        ["chassis_uuid"] = null,
        ["instance_name"] = null,
        ["health"] = null,
    };
}

/// <summary>One accepted verb and the steps that carry it out.</summary>
internal sealed class Operation
{
    /// <summary>Internal verb: manage, inspect, provide, clean, deploy, rebuild, delete, adopt, service, …</summary>
    public required string Verb { get; init; }

    public required List<Step> Steps { get; init; }

    public int Index { get; set; }

    /// <summary>State when all steps are done.</summary>
    public required string End { get; set; }

    public Step Current => Steps[Index];

    public JsonObject ToJson() => new()
    {
        ["verb"] = Verb,
        ["index"] = Index,
        ["end"] = End,
        ["steps"] = Json.ArrayOf(Steps.Select(step => (JsonNode?)step.ToJson())),
    };

    public static Operation Of(JsonObject json) => new()
    {
        Verb = json["verb"].Text()!,
        Index = (int)json["index"]!,
        End = json["end"].Text()!,
        Steps = [.. json["steps"]!.AsArray().Select(step => Step.Of(step!.AsObject()))],
    };
}

/// <summary>One step: the state it shows, how long it takes, and what is true afterwards.</summary>
/// <param name="State">Provision state while it lasts.</param>
/// <param name="Stage">Whose time it takes.</param>
/// <param name="Does">What happens at its end; empty for nothing.</param>
/// <param name="Power">A power change that the step makes; null for none.</param>
/// <param name="Shown">The <c>clean_step</c>, <c>deploy_step</c> or <c>service_step</c> seen meanwhile.</param>
internal sealed record Step(
    string State, string Stage, string Does = "", string? Power = null, JsonObject? Shown = null)
{
    public string? ShownName => Shown is null ? null : $"{Shown["interface"].Text()}.{Shown["step"].Text()}";

    public JsonObject ToJson() => new()
    {
        ["state"] = State,
        ["stage"] = Stage,
        ["does"] = Does,
        ["power"] = Power,
        ["shown"] = Shown?.DeepClone(),
    };

    public static Step Of(JsonObject json) => new(
        json["state"].Text()!, json["stage"].Text()!, json["does"].Text()!, json["power"].Text(),
        json["shown"]?.DeepClone() as JsonObject);
}

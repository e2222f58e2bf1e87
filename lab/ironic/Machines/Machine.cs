using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Machines;

/// <summary>A simulated machine: what exists whether or not Ironic knows it.</summary>
internal sealed class Machine
{
    /// <summary>Key of the machine: its name when declared, else how Ironic reaches it.</summary>
    public required string Key { get; init; }

    public string? Name { get; set; }

    public string? Mac { get; set; }

    /// <summary>Id of the Redfish system; declared machines only appear at the Redfish endpoint.</summary>
    public string SystemId { get; set; } = "";

    /// <summary>What a BMC address must name to reach it elsewhere than at the lab's endpoint; null for none.</summary>
    public string? Address { get; set; }

    public string UserName { get; set; } = "admin";

    public string Password { get; set; } = "password";

    /// <summary>Machines nobody declared accept any credentials.</summary>
    public bool Declared { get; set; }

    public bool PoweredOn { get; set; }

    public string BootTarget { get; set; } = "None";

    public string BootEnabled { get; set; } = "Disabled";

    public string BootMode { get; set; } = "UEFI";

    public bool SecureBoot { get; set; }

    /// <summary>Virtual media by device id: the URL of what is inserted.</summary>
    public Dictionary<string, string> Media { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, string> Bios { get; set; } = Machines.Bios.Defaults();

    public JsonObject PendingBios { get; set; } = [];

    public SortedDictionary<string, string> Firmware { get; set; } =
        new(StringComparer.Ordinal) { ["bios"] = "1.0.0", ["bmc"] = "1.00" };

    /// <summary>What the inventory says beyond what follows from the MAC; merged over it.</summary>
    public JsonObject? InventoryOverrides { get; set; }

    /// <summary>How many images were written to its disks.</summary>
    public int ImageWrites { get; set; }

    /// <summary>How many times its disks were wiped.</summary>
    public int Wipes { get; set; }

    /// <summary>The image on its disks; null when wiped.</summary>
    public string? ImageOnDisk { get; set; }

    public bool AcceptsCredentials(string? user, string? password) =>
        !Declared || (user == UserName && password == Password);

    public JsonObject ToJson(bool withPassword)
    {
        var json = new JsonObject
        {
            ["key"] = Key,
            ["name"] = Name,
            ["mac"] = Mac,
            ["systemId"] = SystemId,
            ["address"] = Address,
            ["userName"] = UserName,
            ["declared"] = Declared,
            ["poweredOn"] = PoweredOn,
            ["bootTarget"] = BootTarget,
            ["bootEnabled"] = BootEnabled,
            ["bootMode"] = BootMode,
            ["secureBoot"] = SecureBoot,
            ["media"] = Pairs(Media),
            ["bios"] = Pairs(Bios),
            ["pendingBios"] = PendingBios.DeepClone(),
            ["firmware"] = Pairs(Firmware),
            ["inventory"] = InventoryOverrides?.DeepClone(),
            ["imageWrites"] = ImageWrites,
            ["wipes"] = Wipes,
            ["imageOnDisk"] = ImageOnDisk,
        };
        if (withPassword)
        {
            json["password"] = Password;
        }

        return json;
    }

    /// <summary>Reads what <see cref="ToJson"/> or an admin wrote; absent fields keep their value.</summary>
    public void Read(JsonObject json)
    {
        Name = json["name"].Text() ?? Name;
        Mac = json["mac"].Text()?.ToLowerInvariant() ?? Mac;
        SystemId = json["systemId"].Text() ?? json["uuid"].Text() ?? SystemId;
        Address = json["address"].Text() ?? Address;
        UserName = json["userName"].Text() ?? UserName;
        Password = json["password"].Text() ?? Password;
        Declared = json["declared"] is { } declared ? declared.Flag() : Declared;
        PoweredOn = json["poweredOn"] is { } on ? on.Flag() : PoweredOn;
        BootTarget = json["bootTarget"].Text() ?? BootTarget;
        BootEnabled = json["bootEnabled"].Text() ?? BootEnabled;
        BootMode = json["bootMode"].Text() ?? BootMode;
        SecureBoot = json["secureBoot"] is { } secure ? secure.Flag() : SecureBoot;
        ReadPairs(json["media"], Media);
        ReadPairs(json["bios"], Bios);
        ReadPairs(json["firmware"], Firmware);
        PendingBios = json["pendingBios"]?.DeepClone() as JsonObject ?? PendingBios;
        InventoryOverrides = json["inventory"]?.DeepClone() as JsonObject ?? InventoryOverrides;
        ImageWrites = (int?)json["imageWrites"] ?? ImageWrites;
        Wipes = (int?)json["wipes"] ?? Wipes;
        ImageOnDisk = json["imageOnDisk"].Text() ?? ImageOnDisk;
    }

    private static JsonObject Pairs(IEnumerable<KeyValuePair<string, string>> pairs) =>
        new(pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value))));

    private static void ReadPairs(JsonNode? json, IDictionary<string, string> into)
    {
        foreach (var (name, value) in json as JsonObject ?? [])
        {
            into[name] = value.Text() ?? value?.ToJsonString() ?? "";
        }
    }
}

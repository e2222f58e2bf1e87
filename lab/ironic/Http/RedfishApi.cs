using System.Text;
using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Machines;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

/// <summary>One Redfish service with a system, a manager and a chassis for each declared machine.</summary>
internal sealed partial class RedfishApi(World world)
{
    private readonly Dictionary<string, (string User, string Password, string Id)> _sessions = new(StringComparer.Ordinal);
    private int _nextSession;

    public async Task HandleAsync(HttpContext http, string[] path, byte[] body)
    {
        var answer = new Answer();
        try
        {
            var json = body.Length == 0 ? null : JsonNode.Parse(body);
            lock (world.Gate)
            {
                var below = path is ["redfish", "v1", .. var rest] ? rest : path.Length == 1 ? ["?versions"] : ["?"];
                Handle(http.Request, below, json as JsonObject ?? [], answer);
                world.Flush();
            }
        }
        catch (System.Text.Json.JsonException)
        {
            answer.Error(400, "MalformedJSON", "The request body is not JSON.");
        }

        if (answer.Drop)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = answer.Status;
        http.Response.Headers["OData-Version"] = "4.0";
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        await Server.WriteAsync(http, answer.Body is null ? [] : Encoding.UTF8.GetBytes(answer.Body.ToJsonString(Json.Relaxed)));
    }

    private List<Machine> Declared => [.. world.Machines.Values.Where(m => m.Declared && m.SystemId.Length > 0)];

    private void Handle(HttpRequest request, string[] path, JsonObject body, Answer answer)
    {
        switch (request.Method, path)
        {
            case ("GET", ["?versions"]):
                answer.Body = new JsonObject { ["v1"] = "/redfish/v1/" };
                return;
            case ("GET", []):
                if (AllDown())
                {
                    answer.Drop = true;
                    return;
                }

                answer.Body = ServiceRoot();
                return;
            case ("POST", ["SessionService", "Sessions"]):
                OpenSession(body, answer);
                return;
            default:
                break;
        }

        if (Credentials(request) is not { } login)
        {
            Unauthorized(answer);
            return;
        }

        if (path is ["Systems" or "Managers" or "Chassis", var id, ..])
        {
            if (world.MachineAt(id) is not { Declared: true } machine)
            {
                answer.Error(404, "GeneralError", "Resource not found");
                return;
            }

            var names = world.NamesOf(null, machine).ToList();
            if (world.Failures.Find(FailureKinds.BmcDown, names) is not null)
            {
                answer.Drop = true;
                return;
            }

            if (world.Failures.Find(FailureKinds.AccountLocked, names) is not null)
            {
                Unauthorized(answer, "The account is locked after too many failed logins; try again later or unlock it.");
                return;
            }

            if (world.Failures.Find(FailureKinds.WrongPassword, names) is not null
                || !machine.AcceptsCredentials(login.User, login.Password))
            {
                Unauthorized(answer);
                return;
            }

            OfMachine(request.Method, path, body, machine, names, answer);
            return;
        }

        if (!Declared.Exists(m => m.AcceptsCredentials(login.User, login.Password)))
        {
            Unauthorized(answer);
            return;
        }

        Shared(request, path, body, answer);
    }

    private void Shared(HttpRequest request, string[] path, JsonObject body, Answer answer)
    {
        switch (request.Method, path)
        {
            case ("GET", ["Systems" or "Managers" or "Chassis"]):
                var kind = path[0];
                answer.Body = Collection(
                    $"/redfish/v1/{kind}", kind switch { "Systems" => "ComputerSystem", "Managers" => "Manager", _ => "Chassis" },
                    Declared.Select(m => $"/redfish/v1/{kind}/{m.SystemId}"));
                break;
            case ("GET", ["SessionService"]):
                answer.Body = Resource("/redfish/v1/SessionService", "SessionService.v1_0_2.SessionService", "SessionService", "Session Service");
                answer.Body["ServiceEnabled"] = true;
                answer.Body["SessionTimeout"] = 3600;
                answer.Body["Sessions"] = Reference("/redfish/v1/SessionService/Sessions");
                break;
            case ("GET", ["SessionService", "Sessions"]):
                answer.Body = Collection(
                    "/redfish/v1/SessionService/Sessions", "Session",
                    _sessions.Values.Select(s => "/redfish/v1/SessionService/Sessions/" + s.Id));
                break;
            case ("DELETE", ["SessionService", "Sessions", var id]):
                if (_sessions.FirstOrDefault(s => s.Value.Id == id) is { Key: { } token })
                {
                    _ = _sessions.Remove(token);
                    answer.Status = 204;
                }
                else
                {
                    answer.Error(404, "GeneralError", "Resource not found");
                }

                break;
            case ("GET", ["UpdateService"]):
                answer.Body = Resource("/redfish/v1/UpdateService", "UpdateService.v1_11_0.UpdateService", "UpdateService", "Update Service");
                answer.Body["ServiceEnabled"] = true;
                answer.Body["FirmwareInventory"] = Reference("/redfish/v1/UpdateService/FirmwareInventory");
                answer.Body["Actions"] = new JsonObject
                {
                    ["#UpdateService.SimpleUpdate"] = new JsonObject
                    {
                        ["target"] = "/redfish/v1/UpdateService/Actions/UpdateService.SimpleUpdate",
                    },
                };
                break;
            case ("GET", ["UpdateService", "FirmwareInventory"]):
                answer.Body = Collection("/redfish/v1/UpdateService/FirmwareInventory", "SoftwareInventory", []);
                break;
            case ("GET", ["Registries"]):
                answer.Body = Collection("/redfish/v1/Registries", "MessageRegistryFile", ["/redfish/v1/Registries/BiosAttributeRegistry"]);
                break;
            case ("GET", ["Registries", "BiosAttributeRegistry"]):
                answer.Body = Resource(
                    "/redfish/v1/Registries/BiosAttributeRegistry", "MessageRegistryFile.v1_1_0.MessageRegistryFile",
                    "BiosAttributeRegistry", "BIOS Attribute Registry");
                answer.Body["Languages"] = Json.Strings("en");
                answer.Body["Registry"] = "BiosAttributeRegistry.v1_0_0";
                answer.Body["Location"] = new JsonArray(new JsonObject
                {
                    ["Language"] = "en",
                    ["Uri"] = "/redfish/v1/Registries/BiosAttributeRegistry.v1_0_0.json",
                });
                break;
            case ("GET", ["Registries", "BiosAttributeRegistry.v1_0_0.json"]):
                answer.Body = new JsonObject
                {
                    ["@odata.type"] = "#AttributeRegistry.v1_3_0.AttributeRegistry",
                    ["Id"] = "BiosAttributeRegistry.v1_0_0",
                    ["Name"] = "BIOS Attribute Registry",
                    ["Language"] = "en",
                    ["OwningEntity"] = "Lab",
                    ["RegistryVersion"] = "1.0.0",
                    ["RegistryEntries"] = new JsonObject { ["Attributes"] = Bios.AttributeRegistry() },
                };
                break;
            default:
                _ = body;
                answer.Error(
                    request.Method == "GET" ? 404 : 405, "GeneralError",
                    request.Method == "GET" ? "Resource not found" : "Method not allowed");
                break;
        }
    }

    private void OfMachine(
        string method, string[] path, JsonObject body, Machine machine, List<string> names, Answer answer)
    {
        var id = machine.SystemId;
        var system = $"/redfish/v1/Systems/{id}";
        switch (method, path)
        {
            case ("GET", ["Systems", _]):
                answer.Body = SystemOf(machine);
                answer.Headers["ETag"] = $"\"{machine.BootTarget}-{machine.BootEnabled}-{machine.BootMode}-{machine.PoweredOn}\"";
                break;
            case ("PATCH", ["Systems", _]):
                PatchSystem(machine, body, answer);
                break;
            case ("POST", ["Systems", _, "Actions", "ComputerSystem.Reset"]):
                Reset(machine, body["ResetType"].Text(), names, answer);
                break;
            case ("GET", ["Systems", _, "Bios"]):
                answer.Body = BiosOf(machine, machine.Bios, system + "/Bios", "BIOS Settings");
                answer.Body["AttributeRegistry"] = "BiosAttributeRegistry.v1_0_0";
                answer.Body["@Redfish.Settings"] = new JsonObject
                {
                    ["@odata.type"] = "#Settings.v1_0_0.Settings",
                    ["SettingsObject"] = Reference(system + "/Bios/Settings"),
                    ["SupportedApplyTimes"] = Json.Strings("OnReset", "Immediate"),
                };
                answer.Body["Actions"] = new JsonObject
                {
                    ["#Bios.ResetBios"] = new JsonObject { ["target"] = system + "/Bios/Actions/Bios.ResetBios" },
                };
                break;
            case ("GET", ["Systems", _, "Bios", "Settings"]):
                answer.Body = Resource(system + "/Bios/Settings", "Bios.v1_0_0.Bios", "BIOS", "BIOS Pending Settings");
                answer.Body["Attributes"] = machine.PendingBios.DeepClone();
                break;
            case ("PATCH", ["Systems", _, "Bios", "Settings"]):
                PatchBios(machine, body["Attributes"] as JsonObject ?? [], answer);
                break;
            case ("POST", ["Systems", _, "Bios", "Actions", "Bios.ResetBios"]):
                machine.Bios = Bios.Defaults();
                world.Touch(machine);
                answer.Status = 204;
                break;
            case ("GET", ["Systems", _, "SecureBoot"]):
                answer.Body = Resource(system + "/SecureBoot", "SecureBoot.v1_0_0.SecureBoot", "SecureBoot", "UEFI Secure Boot");
                answer.Body["SecureBootEnable"] = machine.SecureBoot;
                answer.Body["SecureBootCurrentBoot"] = machine.SecureBoot ? "Enabled" : "Disabled";
                answer.Body["SecureBootMode"] = "UserMode";
                break;
            case ("PATCH", ["Systems", _, "SecureBoot"]):
                if (machine.BootMode == "Legacy")
                {
                    answer.Error(400, "GeneralError", "Secure boot needs UEFI");
                    break;
                }

                machine.SecureBoot = body["SecureBootEnable"].Flag();
                world.Touch(machine);
                answer.Status = 204;
                break;
            case ("GET", ["Systems", _, "EthernetInterfaces"]):
                answer.Body = Collection(system + "/EthernetInterfaces", "EthernetInterface", Macs(machine).Select(mac => $"{system}/EthernetInterfaces/{mac}"));
                break;
            case ("GET", ["Systems", _, "EthernetInterfaces", var mac]):
                answer.Body = Resource($"{system}/EthernetInterfaces/{mac}", "EthernetInterface.v1_4_0.EthernetInterface", mac, "NIC");
                answer.Body["MACAddress"] = mac;
                answer.Body["PermanentMACAddress"] = mac;
                answer.Body["SpeedMbps"] = 25000;
                answer.Body["Status"] = Healthy();
                break;
            case ("GET", ["Systems", _, "Processors" or "SimpleStorage" or "Storage" or "NetworkInterfaces" or "Memory"]):
                answer.Body = Collection($"{system}/{path[2]}", path[2].TrimEnd('s'), []);
                break;
            case ("GET", ["Managers", _]):
                answer.Body = ManagerOf(machine);
                break;
            case ("GET", ["Managers", _, "VirtualMedia"]) or ("GET", ["Systems", _, "VirtualMedia"]):
                answer.Body = Collection(
                    $"/redfish/v1/{path[0]}/{id}/VirtualMedia", "VirtualMedia",
                    new[] { "Cd", "Floppy", "Usb" }.Select(slot => $"/redfish/v1/{path[0]}/{id}/VirtualMedia/{slot}"));
                break;
            case ("GET", ["Managers" or "Systems", _, "VirtualMedia", var slot]) when IsSlot(slot):
                answer.Body = MediaOf(machine, path[0], slot);
                answer.Headers["ETag"] = $"\"{(machine.Media.ContainsKey(slot) ? 1 : 0)}\"";
                break;
            case ("POST", ["Managers" or "Systems", _, "VirtualMedia", var slot, "Actions", "VirtualMedia.InsertMedia"]) when IsSlot(slot):
                if (body["Image"].Text() is not { Length: > 0 } image)
                {
                    answer.Error(400, "GeneralError", "Image is missing");
                    break;
                }

                machine.Media[slot] = image;
                world.Touch(machine);
                answer.Status = 204;
                break;
            case ("POST", ["Managers" or "Systems", _, "VirtualMedia", var slot, "Actions", "VirtualMedia.EjectMedia"]) when IsSlot(slot):
                _ = machine.Media.Remove(slot);
                world.Touch(machine);
                answer.Status = 204;
                break;
            case ("PATCH", ["Managers" or "Systems", _, "VirtualMedia", var slot]) when IsSlot(slot):
                if (body["Image"].Text() is { Length: > 0 } put)
                {
                    machine.Media[slot] = put;
                }
                else
                {
                    _ = machine.Media.Remove(slot);
                }

                world.Touch(machine);
                answer.Status = 204;
                break;
            case ("GET", ["Managers", _, "EthernetInterfaces"]):
                answer.Body = Collection($"/redfish/v1/Managers/{id}/EthernetInterfaces", "EthernetInterface", []);
                break;
            case ("GET", ["Chassis", _]):
                answer.Body = Resource($"/redfish/v1/Chassis/{id}", "Chassis.v1_5_0.Chassis", id, (machine.Name ?? id) + "-chassis");
                answer.Body["ChassisType"] = "RackMount";
                answer.Body["UUID"] = id;
                answer.Body["PowerState"] = machine.PoweredOn ? "On" : "Off";
                answer.Body["Status"] = Healthy();
                answer.Body["Links"] = new JsonObject
                {
                    ["ComputerSystems"] = new JsonArray(Reference(system)),
                    ["ManagedBy"] = new JsonArray(Reference($"/redfish/v1/Managers/{id}")),
                };
                break;
            default:
                answer.Error(
                    method == "GET" ? 404 : 405, "GeneralError", method == "GET" ? "Resource not found" : "Method not allowed");
                break;
        }
    }

    private IEnumerable<string> Macs(Machine machine) => machine.Mac is null
        ? []
        : (Inventory.Of(machine.Mac, machine.Name, machine.InventoryOverrides)["interfaces"] as JsonArray ?? [])
            .Select(nic => nic?["mac_address"].Text()).OfType<string>();

    private static bool IsSlot(string slot) => slot is "Cd" or "Floppy" or "Usb";

    private sealed class Answer
    {
        public int Status { get; set; } = 200;

        public JsonObject? Body { get; set; }

        public Dictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

        public bool Drop { get; set; }

        public void Error(int status, string code, string message)
        {
            Status = status;
            Body = new()
            {
                ["error"] = new JsonObject
                {
                    ["code"] = "Base.1.0." + code,
                    ["message"] = message,
                    ["@Message.ExtendedInfo"] = new JsonArray(new JsonObject
                    {
                        ["@odata.type"] = "/redfish/v1/$metadata#Message.1.0.0.Message",
                        ["MessageId"] = "Base.1.0." + code,
                    }),
                },
            };
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

/// <summary>Ironic's REST API. Everything below runs with the world's lock held.</summary>
internal sealed partial class IronicApi(World world, Conductor conductor)
{
    public string Endpoint { get; set; } = "";

    private int Maximum => world.Options.MaximumMinorVersion;

    /// <summary>The version asked for; throws 406 if it is not spoken here.</summary>
    public int Negotiate(HttpRequest request)
    {
        var asked = request.Headers["X-OpenStack-Ironic-API-Version"].ToString();
        foreach (var value in request.Headers["OpenStack-API-Version"].ToString().Split(','))
        {
            if (value.Trim().Split(' ') is ["baremetal", var version])
            {
                asked = version;
            }
        }

        if (asked.Length == 0)
        {
            return 1;
        }

        if (asked.Equals("latest", StringComparison.OrdinalIgnoreCase))
        {
            return Maximum;
        }

        var parts = asked.Split('.');
        if (parts.Length != 2 || !int.TryParse(parts[0], out var major) || !int.TryParse(parts[1], out var minor))
        {
            throw ApiException.Routing(406, "Not Acceptable", "Invalid value for X-OpenStack-Ironic-API-Version header");
        }

        if (major != 1)
        {
            throw ApiException.Routing(
                406, "Not Acceptable",
                $"Mutually exclusive versions requested. Version {asked} requested but not supported by this service. "
                + $"The supported version range is: [1.1, 1.{Maximum}].");
        }

        return minor >= 1 && minor <= Maximum
            ? minor
            : throw ApiException.Routing(
                406, "Not Acceptable",
                $"Version {asked} was requested but the minor version is not supported by this service. "
                + $"The supported version range is: [1.1, 1.{Maximum}].");
    }

    /// <summary>
    /// Answers the call; returns a node whose lock must be free first, when it is not. The caller waits and asks again.
    /// </summary>
    public void Handle(Call call)
    {
        switch (call.Path)
        {
            case []:
                Only(call, "GET");
                call.Template = "/v1";
                call.Answer(V1());
                break;
            case ["nodes", .. var rest]:
                NodesRoute(call, rest);
                break;
            case ["ports", .. var rest]:
                PortsRoute(call, rest);
                break;
            case ["drivers", .. var rest]:
                DriversRoute(call, rest);
                break;
            case ["conductors", .. var rest]:
                ConductorsRoute(call, rest);
                break;
            case ["lookup"]:
                Only(call, "GET");
                Lookup(call);
                break;
            case ["heartbeat", var ident]:
                Only(call, "POST");
                call.Template = "/v1/heartbeat/{id}";
                Heartbeat(call, ident);
                break;
            case ["continue_inspection"]:
                Only(call, "POST");
                ContinueInspection(call);
                break;
            case ["allocations"]:
                Allocations(call);
                break;
            case ["allocations", var ident]:
                call.Template = "/v1/allocations/{id}";
                throw ApiException.Of(404, $"Allocation {ident} could not be found.");
            case ["chassis" or "portgroups" or "deploy_templates" or "runbooks"]:
                Only(call, "GET");
                call.Answer(new JsonObject { [call.Path[0]] = new JsonArray() });
                break;
            case ["shards"]:
                Only(call, "GET");
                call.Answer(new JsonObject
                {
                    ["shards"] = Json.ArrayOf(world.Nodes.Values
                        .GroupBy(node => node.Fields["shard"].Text() ?? "None")
                        .Select(shard => (JsonNode?)new JsonObject { ["name"] = shard.Key, ["count"] = shard.Count() })),
                });
                break;
            case ["volume"]:
                Only(call, "GET");
                call.Answer(Volume("volume"));
                break;
            case ["events"]:
                throw ApiException.MethodNotAllowed("POST");
            case ["inspection_rules"]:
                throw ApiException.Routing(404, "Not Found", "The API version does not allow inspection rules");
            default:
                throw ApiException.NotFound();
        }
    }

    public JsonObject Root() => new()
    {
        ["name"] = "OpenStack Ironic API",
        ["description"] =
            "Ironic is an OpenStack project which enables the provision and management of baremetal machines.",
        ["default_version"] = Version(),
        ["versions"] = new JsonArray(Version()),
    };

    private JsonObject V1()
    {
        var document = new JsonObject
        {
            ["id"] = "v1",
            ["links"] = new JsonArray(
                new JsonObject { ["href"] = $"{Endpoint}/v1/", ["rel"] = "self" },
                new JsonObject
                {
                    ["href"] = "https://docs.openstack.org//ironic/latest/contributor//webapi.html",
                    ["rel"] = "describedby",
                    ["type"] = "text/html",
                }),
            ["media_types"] = new JsonObject
            {
                ["base"] = "application/json",
                ["type"] = "application/vnd.openstack.ironic.v1+json",
            },
            ["version"] = Version(),
        };
        foreach (var name in new[]
        {
            "chassis", "nodes", "ports", "drivers", "portgroups", "volume", "lookup", "heartbeat", "conductors",
            "allocations", "events", "deploy_templates", "shards", "runbooks", "continue_inspection",
        })
        {
            document[name] = Documents.Links(Endpoint, name + "/");
        }

        return document;
    }

    private JsonObject Version() => new()
    {
        ["id"] = "v1",
        ["links"] = new JsonArray(new JsonObject { ["href"] = $"{Endpoint}/v1/", ["rel"] = "self" }),
        ["status"] = "CURRENT",
        ["min_version"] = "1.1",
        ["version"] = $"1.{Maximum}",
    };

    private JsonObject Volume(string under) => new()
    {
        ["links"] = Documents.Links(Endpoint, under + "/"),
        ["connectors"] = Documents.Links(Endpoint, under + "/connectors"),
        ["targets"] = Documents.Links(Endpoint, under + "/targets"),
    };

    private void DriversRoute(Call call, string[] rest)
    {
        Only(call, "GET");
        if (rest.Length > 0)
        {
            call.Template = "/v1/drivers/{id}" + (rest.Length > 1 ? "/" + rest[1] : "");
        }

        var none = world.Failures.Use(FailureKinds.NoDrivers, []) is not null;
        switch (rest)
        {
            case []:
                call.Answer(new JsonObject
                {
                    ["drivers"] = Json.ArrayOf((none ? [] : Drivers.All.Keys)
                        .Select(name => (JsonNode?)Driver(name, call.Flag("detail")))),
                });
                break;
            case [var name] when Drivers.All.ContainsKey(name) && !none:
                call.Answer(Driver(name, detail: true));
                break;
            case [var name, "properties"] when Drivers.All.ContainsKey(name) && !none:
                call.Answer(new JsonObject
                {
                    ["deploy_kernel"] = "URL of the kernel of the ramdisk with the agent. Required.",
                    ["deploy_ramdisk"] = "URL of the ramdisk with the agent. Required.",
                });
                break;
            case [var name, ..]:
                throw ApiException.Of(404, $"Could not find the following driver(s) or hardware type(s): {name}.");
            default:
                throw ApiException.NotFound();
        }
    }

    private JsonObject Driver(string name, bool detail)
    {
        var driver = new JsonObject
        {
            ["name"] = name,
            ["hosts"] = Json.Strings(conductor.Host),
            ["links"] = Documents.Links(Endpoint, $"drivers/{name}"),
            ["properties"] = Documents.Links(Endpoint, $"drivers/{name}/properties"),
            ["type"] = "dynamic",
        };
        if (detail)
        {
            foreach (var (kind, names) in Drivers.All[name])
            {
                driver[$"default_{kind}_interface"] = names[0];
                driver[$"enabled_{kind}_interfaces"] = Json.Strings(names);
            }
        }

        return driver;
    }

    private void ConductorsRoute(Call call, string[] rest)
    {
        Only(call, "GET");
        var shown = new JsonObject
        {
            ["hostname"] = conductor.Host,
            ["conductor_group"] = "",
            ["links"] = Documents.Links(Endpoint, $"conductors/{conductor.Host}"),
            ["alive"] = true,
        };
        if (rest.Length == 1 || call.Flag("detail"))
        {
            shown["drivers"] = Json.Strings(Drivers.All.Keys);
            shown["created_at"] = world.Now;
            shown["updated_at"] = world.Now;
        }

        switch (rest)
        {
            case []:
                call.Answer(new JsonObject { ["conductors"] = new JsonArray(shown) });
                break;
            case [var name] when name == conductor.Host:
                call.Template = "/v1/conductors/{id}";
                call.Answer(shown);
                break;
            default:
                call.Template = "/v1/conductors/{id}";
                throw ApiException.Of(404, $"Conductor {rest[0]} could not be found.");
        }
    }

    private static void Allocations(Call call)
    {
        if (call.Method == "POST")
        {
            throw ApiException.Of(400, "The resource_class field is mandatory when not backfilling");
        }

        Only(call, "GET", "POST");
        call.Answer(new JsonObject { ["allocations"] = new JsonArray() });
    }

    private static void Only(Call call, params string[] methods)
    {
        if (!methods.Contains(call.Method))
        {
            throw ApiException.MethodNotAllowed(string.Join(", ", methods.Order(StringComparer.Ordinal)));
        }
    }

    private static string[]? FieldsOf(Call call) =>
        call.Query("fields")?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static byte[] Utf8(JsonNode json) => JsonSerializer.SerializeToUtf8Bytes(json);
}

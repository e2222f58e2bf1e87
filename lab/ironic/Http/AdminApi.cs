using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Machines;
using Metal3.Lab.Ironic.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

/// <summary>The admin API: machines, failures, counters, timings.</summary>
internal sealed class AdminApi(World world, Conductor conductor)
{
    public async Task HandleAsync(HttpContext http, string[] path, byte[] body)
    {
        JsonNode? answer = null;
        var status = 200;
        try
        {
            var json = body.Length == 0 ? null : JsonNode.Parse(body);
            lock (world.Gate)
            {
                answer = Handle(http.Request, path, json);
                world.Flush();
            }
        }
        catch (JsonException exception)
        {
            (status, answer) = (400, Problem($"The body is not JSON: {exception.Message}"));
        }
        catch (ArgumentException exception)
        {
            (status, answer) = (400, Problem(exception.Message));
        }
        catch (KeyNotFoundException exception)
        {
            (status, answer) = (404, Problem(exception.Message));
        }

        http.Response.StatusCode = answer is null ? 204 : status;
        await Server.WriteAsync(http, answer is null ? [] : Encoding.UTF8.GetBytes(answer.ToJsonString(Json.Relaxed)));
    }

    public Machine Declare(JsonObject host)
    {
        var name = host["name"].Text() ?? throw new ArgumentException("A host needs a 'name'.");
        if (world.Machines.TryGetValue(name, out var machine))
        {
            machine.Read(host);
        }
        else
        {
            machine = new Machine
            {
                Key = name,
                UserName = world.Options.BmcUserName,
                Password = world.Options.BmcPassword,
                Declared = true,
            };
            machine.Read(host);
        }

        machine.Declared = true;
        if (machine.SystemId.Length == 0)
        {
            var hash = System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes("system " + name));
            machine.SystemId = new Guid(hash.AsSpan(0, 16)).ToString();
        }

        world.PutMachine(machine);
        return machine;
    }

    public JsonObject Show(Machine machine)
    {
        var shown = machine.ToJson(withPassword: false);
        if (machine.SystemId.Length > 0)
        {
            shown["redfish"] = $"{world.Self?.GetLeftPart(UriPartial.Authority)}/redfish/v1/Systems/{machine.SystemId}";
        }

        return shown;
    }

    private JsonNode? Handle(HttpRequest request, string[] path, JsonNode? body)
    {
        switch (request.Method, path)
        {
            case ("GET", ["hosts"]):
                return Json.ArrayOf(world.Machines.Values.Select(machine => (JsonNode?)Show(machine)));
            case ("POST", ["hosts"]):
                return body switch
                {
                    JsonArray many => Json.ArrayOf(many.Select(host =>
                        (JsonNode?)Show(Declare(host as JsonObject ?? throw new ArgumentException("A host is an object."))))),
                    JsonObject one => Show(Declare(one)),
                    _ => throw new ArgumentException("Send a host, or a list of hosts."),
                };
            case ("GET", ["hosts", var name]):
                return Show(MachineNamed(name));
            case ("PATCH", ["hosts", var name]):
                var machine = MachineNamed(name);
                machine.Read(body as JsonObject ?? throw new ArgumentException("Send an object."));
                world.PutMachine(machine);
                return Show(machine);
            case ("DELETE", ["hosts", var name]):
                world.RemoveMachine(MachineNamed(name).Key);
                return null;
            case ("GET", ["hosts", var name, "failures"]):
                return Failures(name);
            case ("PUT", ["hosts", var name, "failures", var kind]):
                Known(kind);
                world.Failures.Set(name, kind, body as JsonObject ?? []);
                ApplyLock(name, kind);
                return null;
            case ("DELETE", ["hosts", var name, "failures", var kind]):
                Known(kind);
                _ = world.Failures.Clear(name, kind);
                return null;
            case ("GET", ["failures"]):
                return Failures(null);
            case ("PUT", ["failures", var kind]):
                Known(kind);
                world.Failures.Set(State.Failures.Everybody, kind, body as JsonObject ?? []);
                return null;
            case ("DELETE", ["failures", var kind]):
                Known(kind);
                _ = world.Failures.Clear(State.Failures.Everybody, kind);
                return null;
            case ("DELETE", ["failures"]):
                world.Failures.ClearAll();
                return null;
            case ("GET", ["counters"]):
                return world.Counters.ToJson();
            case ("DELETE", ["counters"]) or ("POST", ["counters", "reset"]):
                world.Counters.Reset();
                return null;
            case ("GET", ["events"]):
                return world.Counters.Events(request.Query["node"] is [{ } wanted, ..] ? wanted : null);
            case ("GET", ["timings"]):
                return world.Counters.Timings();
            case ("GET", ["stages"]):
                return new JsonObject(Stages.All.Select(stage =>
                    KeyValuePair.Create(stage, (JsonNode?)JsonValue.Create(world.Times[stage].TotalSeconds))));
            case ("PUT", ["stages"]):
                foreach (var (stage, seconds) in body as JsonObject ?? throw new ArgumentException("Send an object."))
                {
                    world.Times = world.Times.With(stage, TimeSpan.FromSeconds((double)seconds!));
                }

                return null;
            case ("POST", ["restart"]):
                Restart(body?["loseDatabase"].Flag() ?? false);
                return null;
            case ("PATCH", ["nodes", var ident]):
                var node = world.Find(ident) ?? throw new KeyNotFoundException($"No node '{ident}'.");
                foreach (var (field, value) in body as JsonObject ?? throw new ArgumentException("Send an object."))
                {
                    if (!node.Fields.ContainsKey(field))
                    {
                        throw new ArgumentException($"A node has no field '{field}'.");
                    }

                    node.Fields[field] = value?.DeepClone();
                }

                node.Epoch++;
                node.Work = null;
                world.Touch(node);
                return null;
            default:
                throw new KeyNotFoundException(
                    "The admin API knows hosts, failures, counters, events, timings, stages, restart and nodes.");
        }
    }

    /// <summary>As a restart of the process: conductors drop their locks, what they were doing has failed.</summary>
    public void Restart(bool loseDatabase)
    {
        if (loseDatabase)
        {
            world.LoseDatabase();
        }

        conductor.Recover();
    }

    private Machine MachineNamed(string name) =>
        world.Machines.GetValueOrDefault(name)
        ?? world.Machines.Values.FirstOrDefault(m =>
            new[] { m.Name, m.Mac, m.SystemId, m.Address }.Contains(name, StringComparer.OrdinalIgnoreCase))
        ?? (world.Find(name) is { } node ? conductor.Find(node) : null)
        ?? throw new KeyNotFoundException($"No host '{name}'.");

    private JsonArray Failures(string? host) => Json.ArrayOf(world.Failures.All
        .Where(f => host is null || f.Host.Equals(host, StringComparison.OrdinalIgnoreCase))
        .Select(f => (JsonNode?)new JsonObject
        {
            ["host"] = f.Host,
            ["kind"] = f.Kind,
            ["options"] = f.Options.DeepClone(),
        }));

    private void ApplyLock(string host, string kind)
    {
        if (kind == FailureKinds.Locked
            && (double?)world.Failures.Find(kind, [host])?["seconds"] is { } seconds)
        {
            world.Scheduler.After(TimeSpan.FromSeconds(seconds), () => world.Failures.Clear(host, kind));
        }
    }

    private static void Known(string kind)
    {
        if (!FailureKinds.All.Contains(kind))
        {
            throw new ArgumentException($"Unknown failure '{kind}'; known are {string.Join(", ", FailureKinds.All)}.");
        }
    }

    private static JsonObject Problem(string text) => new() { ["error"] = text };
}

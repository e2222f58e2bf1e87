using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Metal3.TestKit;

namespace Metal3.Ironic.Contract;

/// <summary>
/// Plays the ramdisk of every machine that a real Ironic boots: collects an inventory, or looks the node up, beats and carries out
/// what the conductor asks. It learns of a boot by asking Ironic, so it works with every kind of BMC. Steps fail on demand, for one
/// machine; the image is fetched, and its checksum compared.
/// </summary>
internal sealed class Ramdisks : IAsyncDisposable
{
    private static readonly string[] Waits = ["inspect wait", "clean wait", "wait call-back", "service wait"];
    private static readonly string[] Settled = ["enroll", "manageable", "available", "active", "inspect failed"];

    /// <summary>What the agents offer beyond what the conductor brings itself: step, interface, priority.</summary>
    private static readonly Dictionary<string, (string Step, string Interface, int Priority)[]> Offered = new(StringComparer.Ordinal)
    {
        ["clean"] =
        [
            ("erase_devices_metadata", "deploy", 10), ("burnin_cpu", "deploy", 0), ("delete_configuration", "raid", 0),
            ("create_configuration", "raid", 0),
        ],
        ["deploy"] = [("write_image", "deploy", 0)],
        ["service"] = [("burnin_cpu", "deploy", 0)],
    };

    private readonly ConcurrentDictionary<string, Agent> _agents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Node, string Step), string> _failing = new();
    private readonly CancellationTokenSource _end = new();
    private readonly HttpListener _listener = new();
    private readonly HttpClient _http;
    private readonly string _callback;
    private readonly Task _serving;
    private readonly Task _watching;

    public Ramdisks(Uri ironic)
    {
        _http = new HttpClient { BaseAddress = ironic };
        _http.DefaultRequestHeaders.Add("X-OpenStack-Ironic-API-Version", "1.87");
        _callback = $"http://127.0.0.1:{RealServers.FreePort()}/";
        _listener.Prefixes.Add(_callback);
        _listener.Start();
        _serving = ServeAsync();
        _watching = WatchAsync();
    }

    /// <summary>Lets one step of one node's agent fail with a message, until it is healed.</summary>
    public void Fail(string node, string step, string message) => _failing[(node, step)] = message;

    public void Heal(string node, string step) => _failing.TryRemove((node, step), out _);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Close();
        await Task.WhenAll(_serving, _watching);
        await Task.WhenAll(_agents.Values.Select(agent => agent.StopAsync()));
        _http.Dispose();
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            while (await clock.WaitForNextTickAsync(_end.Token))
            {
                if (await CallAsync(HttpMethod.Get, "nodes?fields=uuid,name,provision_state,power_state&limit=1000", null) is not (200, { } listing))
                {
                    continue;
                }

                var nodes = listing["nodes"]!.AsArray().ToDictionary(node => (string)node!["uuid"]!, node => node!, StringComparer.Ordinal);
                foreach (var (id, node) in nodes)
                {
                    var state = (string)node["provision_state"]!;
                    var off = (string?)node["power_state"] == "power off";
                    var inspects = state == "inspect wait";
                    if (_agents.TryGetValue(id, out var agent)
                        && (off || Settled.Contains(state) || (Waits.Contains(state) && agent.Inspects != inspects)))
                    {
                        _ = _agents.TryRemove(id, out _); // switched off, or booted from its disk, or for something else
                        await agent.StopAsync();
                        agent = null;
                    }

                    if (agent is null && Waits.Contains(state) && !off)
                    {
                        _agents[id] = new Agent(this, id, (string?)node["name"] ?? id, inspects);
                    }
                }

                foreach (var gone in _agents.Keys.Where(id => !nodes.ContainsKey(id)))
                {
                    if (_agents.TryRemove(gone, out var agent))
                    {
                        await agent.StopAsync();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            var (status, answer) = await AnswerAsync(context.Request);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            try
            {
                await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(answer.ToJsonString()));
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
            {
                // The conductor left; it asks again.
            }
        }
    }

    private async Task<(int Status, JsonObject Answer)> AnswerAsync(HttpListenerRequest request)
    {
        // {node}/v1/commands, {node}/v1/commands/{id}
        var path = request.Url!.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path is not [var id, "v1", "commands", ..] || !_agents.TryGetValue(id, out var agent))
        {
            return (404, new JsonObject { ["faultstring"] = "no such agent", ["code"] = 404 });
        }

        if (request.HttpMethod == "GET")
        {
            return (200, path.Length > 3 ? agent.Command(path[3]) : agent.Commands());
        }

        var order = await JsonNode.ParseAsync(request.InputStream, cancellationToken: _end.Token);
        return (200, agent.Begin((string)order!["name"]!, order["params"] as JsonObject ?? []));
    }

    private async Task<(int Status, JsonNode? Body)> CallAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
            await request.Content.LoadIntoBufferAsync(cancellation); // with a length: chunks are an empty body to Ironic
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, cancellation);
            using var answer = await _http.SendAsync(request, either.Token);
            var text = await answer.Content.ReadAsStringAsync(either.Token);
            return ((int)answer.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text) : null);
        }
        catch (HttpRequestException)
        {
            return (0, null);
        }
    }

    private static JsonObject Inventory(IReadOnlyList<string> macs) => new()
    {
        ["interfaces"] = new JsonArray([.. macs.Select((mac, i) => new JsonObject
        {
            ["name"] = string.Create(CultureInfo.InvariantCulture, $"eth{i}"),
            ["mac_address"] = mac,
            ["ipv4_address"] = string.Create(CultureInfo.InvariantCulture, $"192.0.2.{10 + i}"), // loopback is refused
            ["has_carrier"] = true,
            ["lldp"] = new JsonArray(),
            ["vendor"] = "0x1af4",
            ["product"] = "0x0001",
        })]),
        ["cpu"] = new JsonObject
        {
            ["model_name"] = "Simulated CPU",
            ["frequency"] = "2100.0",
            ["count"] = 8,
            ["architecture"] = "x86_64",
            ["flags"] = new JsonArray("fpu", "vmx"),
        },
        ["memory"] = new JsonObject { ["total"] = 17179869184, ["physical_mb"] = 16384 },
        ["disks"] = new JsonArray(new JsonObject
        {
            ["name"] = "/dev/sda",
            ["model"] = "DISK",
            ["size"] = 107374182400,
            ["rotational"] = false,
            ["serial"] = "S1",
            ["hctl"] = "0:0:0:0",
        }),
        ["system_vendor"] = new JsonObject { ["product_name"] = "Machine", ["serial_number"] = "SN-1", ["manufacturer"] = "Maker" },
        ["boot"] = new JsonObject { ["current_boot_mode"] = "uefi", ["pxe_interface"] = macs[0] },
        ["hostname"] = "ramdisk",
        ["bmc_address"] = "0.0.0.0",
        ["bmc_v6address"] = "::/0",
    };

    /// <summary>One boot of one machine.</summary>
    private sealed class Agent
    {
        private readonly Ramdisks _all;
        private readonly string _id;
        private readonly string _node;
        private readonly CancellationTokenSource _off = new();
        private readonly SemaphoreSlim _news = new(0);
        private readonly ConcurrentDictionary<string, Order> _orders = new(StringComparer.Ordinal);
        private readonly ConcurrentQueue<Order> _ordered = new();
        private readonly Task _running;
        private string? _token;

        public Agent(Ramdisks all, string id, string node, bool inspects)
        {
            (_all, _id, _node, Inspects) = (all, id, node, inspects);
            _running = Task.Run(RunAsync);
        }

        public bool Inspects { get; }

        public async Task StopAsync()
        {
            await _off.CancelAsync();
            await _running;
        }

        public JsonObject Commands() => new() { ["commands"] = new JsonArray([.. _ordered.Select(order => order.Shown())]) };

        public JsonObject Command(string id) => _orders.TryGetValue(id, out var order) ? order.Shown() : [];

        public JsonObject Begin(string name, JsonObject parameters)
        {
            var order = new Order(name.Split('.')[^1], parameters);
            _orders[order.Id] = order;
            _ordered.Enqueue(order);
            var offered = Offered.Keys.FirstOrDefault(kind => order.Name == $"get_{kind}_steps");
            if (offered is not null)
            {
                order.End(new JsonObject
                {
                    [$"{offered}_steps"] = new JsonObject
                    {
                        ["GenericHardwareManager"] = new JsonArray([.. Offered[offered].Select(one => new JsonObject
                        {
                            ["step"] = one.Step, ["interface"] = one.Interface, ["priority"] = one.Priority, ["reboot_requested"] = false, ["abortable"] = true,
                        })]),
                    },
                    ["hardware_manager_version"] = new JsonObject { ["generic_hardware_manager"] = "1.2" },
                });
            }
            else if (order.Name is "prepare_image" || order.Name.StartsWith("execute_", StringComparison.Ordinal))
            {
                _ = WorkAsync(order);
            }
            else
            {
                order.End(order.Name is "collect_system_logs" ? new JsonObject { ["system_logs"] = "" } : []);
            }

            return order.Shown();
        }

        private async Task WorkAsync(Order order)
        {
            var step = order.Name is "prepare_image" ? "write_image" : (string)order.Parameters["step"]!["step"]!;
            if (_all._failing.TryGetValue((_node, step), out var message))
            {
                order.Fail("CommandExecutionError", message, message);
            }
            else if (step == "write_image" && await ChecksumAsync(order.Parameters) is { } wrong)
            {
                order.Fail("ImageChecksumError", "Error verifying image checksum", wrong);
            }
            else
            {
                var kind = order.Name.Split('_')[1];
                var result = step == "create_configuration" ? order.Parameters["node"]?["target_raid_config"] : null;
                order.End(new JsonObject { [$"{kind}_result"] = result?.DeepClone(), [$"{kind}_step"] = order.Parameters["step"]?.DeepClone() });
            }

            _ = _news.Release(); // an agent beats as soon as a step is done
        }

        /// <summary>What is wrong with the image; null if nothing is.</summary>
        private async Task<string?> ChecksumAsync(JsonObject parameters)
        {
            if (Find(parameters, "image_info") is not JsonObject info)
            {
                return null;
            }

            var wanted = (string?)info["os_hash_value"] ?? (string?)info["checksum"];
            var found = Convert.ToHexStringLower(SHA256.HashData(await _all._http.GetByteArrayAsync(new Uri((string)info["urls"]![0]!), _off.Token)));
            return wanted == found
                ? null
                : $"Error verifying image checksum: Image failed to verify against checksum. location: /dev/sda; image ID: {info["id"]}; image checksum: {wanted}; verification checksum: {found}";
        }

        private async Task RunAsync()
        {
            try
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), _off.Token);
                await (Inspects ? InspectAsync() : ServeAsync());
            }
            catch (OperationCanceledException)
            {
                // Switched off.
            }
        }

        private async Task InspectAsync()
        {
            var (status, listed) = await _all.CallAsync(HttpMethod.Get, $"nodes/{_id}/ports", null, _off.Token);
            var macs = status == 200 ? listed!["ports"]!.AsArray().Select(port => (string)port!["address"]!).ToList() : [];
            var report = new JsonObject
            {
                ["inventory"] = Inventory(macs.Count > 0 ? macs : ["52:54:00:ff:ff:ff"]),
                ["root_disk"] = new JsonObject { ["name"] = "/dev/sda" },
            };

            // 404 before the node waits for it, 409 while it is locked.
            while (await _all.CallAsync(HttpMethod.Post, $"continue_inspection?node_uuid={_id}", report, _off.Token) is not (200 or 202, _))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(400), _off.Token);
            }
        }

        private async Task ServeAsync()
        {
            await LookUpAsync();
            while (true)
            {
                var (status, _) = await _all.CallAsync(
                    HttpMethod.Post,
                    $"heartbeat/{_id}",
                    new JsonObject { ["callback_url"] = $"{_all._callback}{_id}", ["agent_version"] = "11.0.0", ["agent_token"] = _token },
                    _off.Token);
                if (status == 400)
                {
                    // The token is another one: switched off and on between two looks, which makes it a new boot.
                    _orders.Clear();
                    _ordered.Clear();
                    _token = null;
                    await Task.Delay(TimeSpan.FromMilliseconds(300), _off.Token);
                    await LookUpAsync();
                    continue;
                }

                _ = await _news.WaitAsync(TimeSpan.FromMilliseconds(status == 202 ? 1000 : 400), _off.Token);
            }
        }

        /// <summary>Ironic gives the token out once for each boot.</summary>
        private async Task LookUpAsync()
        {
            while (true)
            {
                var (status, found) = await _all.CallAsync(HttpMethod.Get, $"lookup?node_uuid={_id}", null, _off.Token);
                if (status == 200)
                {
                    _token = (string?)found!["config"]!["agent_token"] is { } token && token[0] != '*' ? token : _token;
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(400), _off.Token);
            }
        }

        private static JsonNode? Find(JsonNode? node, string name) => node switch
        {
            JsonObject members => members[name] ?? members.Select(member => Find(member.Value, name)).FirstOrDefault(found => found is not null),
            JsonArray items => items.Select(item => Find(item, name)).FirstOrDefault(found => found is not null),
            _ => null,
        };
    }

    /// <summary>One command of the conductor.</summary>
    private sealed class Order(string name, JsonObject parameters)
    {
        private readonly Lock _gate = new();
        private string _status = "RUNNING";
        private JsonNode? _error;
        private JsonNode? _result;

        public string Id { get; } = Guid.NewGuid().ToString();

        public string Name { get; } = name;

        public JsonObject Parameters { get; } = (JsonObject)parameters.DeepClone();

        public void End(JsonObject result)
        {
            lock (_gate)
            {
                (_status, _result) = ("SUCCEEDED", result);
            }
        }

        public void Fail(string type, string message, string details)
        {
            lock (_gate)
            {
                (_status, _error) = ("FAILED", new JsonObject { ["type"] = type, ["code"] = 500, ["message"] = message, ["details"] = details });
            }
        }

        public JsonObject Shown()
        {
            lock (_gate)
            {
                return new JsonObject
                {
                    ["id"] = Id,
                    ["command_name"] = Name,
                    ["command_params"] = Parameters.DeepClone(),
                    ["command_status"] = _status,
                    ["command_error"] = _error?.DeepClone(),
                    ["command_result"] = _result?.DeepClone(),
                };
            }
        }
    }
}

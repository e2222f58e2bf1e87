using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.Machines;
using Metal3.Lab.Ironic.Nodes;

namespace Metal3.Lab.Ironic.State;

/// <summary>Everything that exists, behind one lock: each piece of work is short and in memory.</summary>
internal sealed class World : IDisposable
{
    private readonly Dictionary<string, Node> _byUuid = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Node> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<JsonObject>> _portsOf = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Machine> _machines = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<Node> _touched = [];
    private readonly HashSet<Node> _touchedInside = [];
    private readonly HashSet<Machine> _touchedMachines = [];
    private long _nextNumber = 1;

    public World(LabIronicOptions options)
    {
        Options = options;
        Times = options.Times;
        Journal = new Journal(options.DataDirectory);
        Failures = new Failures(Journal);
        Counters = new Counters(Journal);
        Scheduler = new Scheduler(options.Time, Gate, Flush);
    }

    public Lock Gate { get; } = new();

    public LabIronicOptions Options { get; }

    public StageTimes Times { get; set; }

    public Journal Journal { get; }

    public Failures Failures { get; }

    public Counters Counters { get; }

    public Scheduler Scheduler { get; }

    public SortedDictionary<long, Node> Nodes { get; } = [];

    /// <summary>Ports by uuid, in the order of their creation.</summary>
    public OrderedDictionary<string, JsonObject> Ports { get; } = new(StringComparer.OrdinalIgnoreCase);

    public OrderedDictionary<string, Machine> Machines { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, string> PortByAddress { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the lab itself listens, to know nodes whose BMC is the lab's.</summary>
    public Uri? Self { get; set; }

    public string Now => Stamp(Options.Time.GetUtcNow());

    public static string Stamp(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'");

    public Node? Find(string ident) => _byUuid.GetValueOrDefault(ident) ?? _byName.GetValueOrDefault(ident);

    public Node Create(JsonObject fields)
    {
        var node = new Node { Number = _nextNumber++, Fields = fields };
        Add(node);
        Touch(node);
        _ = _touchedInside.Add(node);
        Journal.Put("next", _nextNumber);
        return node;
    }

    public void Rename(Node node, string? name)
    {
        if (node.Name is { } old)
        {
            _ = _byName.Remove(old);
        }

        node.Fields["name"] = name;
        if (name is not null)
        {
            _byName[name] = node;
        }
    }

    public void Remove(Node node)
    {
        node.Epoch++;
        _ = Nodes.Remove(node.Number);
        _ = _byUuid.Remove(node.Uuid);
        if (node.Name is { } name)
        {
            _ = _byName.Remove(name);
        }

        foreach (var port in PortsOf(node).ToList())
        {
            RemovePort(port["uuid"].Text()!);
        }

        _ = _touched.Remove(node);
        _ = _touchedInside.Remove(node);
        Journal.Put("node\n" + node.Uuid, null);
        Journal.Put("inside\n" + node.Uuid, null);
    }

    /// <summary>As if somebody had deleted the database while Ironic was down: machines stay, records go.</summary>
    public void LoseDatabase()
    {
        foreach (var node in Nodes.Values.ToList())
        {
            Remove(node);
        }

        _nextNumber = 1;
    }

    public IReadOnlyList<JsonObject> PortsOf(Node node) => _portsOf.TryGetValue(node.Uuid, out var ports) ? ports : [];

    public void PutPort(JsonObject port)
    {
        var uuid = port["uuid"].Text()!;
        Ports[uuid] = port;
        PortByAddress[port["address"].Text()!] = uuid;
        var node = port["node_uuid"].Text()!;
        if (!_portsOf.TryGetValue(node, out var ports))
        {
            _portsOf[node] = ports = [];
        }

        if (!ports.Contains(port))
        {
            ports.Add(port);
        }

        Journal.Put("port\n" + uuid, port);
    }

    public void RemovePort(string uuid)
    {
        if (Ports.Remove(uuid, out var port))
        {
            _ = PortByAddress.Remove(port["address"].Text()!);
            var node = port["node_uuid"].Text()!;
            if (_portsOf.TryGetValue(node, out var ports) && ports.Remove(port) && ports.Count == 0)
            {
                _ = _portsOf.Remove(node);
            }

            Journal.Put("port\n" + uuid, null);
        }
    }

    public void Touch(Node node) => _touched.Add(node);

    public void TouchInside(Node node) => _touchedInside.Add(node);

    public void Touch(Machine machine) => _touchedMachines.Add(machine);

    /// <summary>The machine that was declared with this address, MAC or system id, or null.</summary>
    public Machine? MachineAt(string name) => _machines.GetValueOrDefault(name);

    public void PutMachine(Machine machine)
    {
        Machines[machine.Key] = machine;
        IndexMachine(machine);
        Touch(machine);
    }

    public void IndexMachine(Machine machine)
    {
        foreach (var name in new[] { machine.Address, machine.Declared ? machine.Mac : null, machine.Declared ? machine.SystemId : null })
        {
            if (!string.IsNullOrEmpty(name))
            {
                _machines[name] = machine;
            }
        }
    }

    public void RemoveMachine(string key)
    {
        if (Machines.Remove(key, out var machine))
        {
            _ = _touchedMachines.Remove(machine);
            foreach (var name in _machines.Where(pair => pair.Value == machine).Select(pair => pair.Key).ToList())
            {
                _ = _machines.Remove(name);
            }

            Journal.Put("machine\n" + key, null);
        }
    }

    /// <summary>Names under which failures for a node may have been switched on.</summary>
    public IEnumerable<string> NamesOf(Node? node, Machine? machine)
    {
        if (node is not null)
        {
            yield return node.Uuid;
            if (node.Name is { } name)
            {
                yield return name;
            }

            foreach (var port in PortsOf(node))
            {
                yield return port["address"].Text()!;
            }
        }

        if (machine is not null)
        {
            yield return machine.Key;
            foreach (var name in new[] { machine.Name, machine.Mac, machine.SystemId, machine.Address })
            {
                if (!string.IsNullOrEmpty(name))
                {
                    yield return name;
                }
            }
        }
    }

    /// <summary>Writes what changed; call with the lock held, before the change is answered.</summary>
    public void Flush()
    {
        foreach (var node in _touched)
        {
            Journal.Put("node\n" + node.Uuid, Saved(node));
        }

        foreach (var node in _touchedInside)
        {
            Journal.Put("inside\n" + node.Uuid, node.Inside);
        }

        foreach (var machine in _touchedMachines)
        {
            Journal.Put("machine\n" + machine.Key, machine.ToJson(withPassword: true));
        }

        _touched.Clear();
        _touchedInside.Clear();
        _touchedMachines.Clear();
        Journal.Flush();
        if (Journal.WantsCompaction)
        {
            Journal.Compact(Alive);
        }
    }

    /// <summary>Reads the data directory, before anybody is served.</summary>
    public void Load()
    {
        var values = Journal.Load();
        foreach (var (key, value) in values.Where(v => v.Key.StartsWith("node\n", StringComparison.Ordinal)))
        {
            var fields = value["fields"]!.DeepClone().AsObject();
            var node = new Node
            {
                Number = (long)value["number"]!,
                Fields = fields,
                Inside = values.GetValueOrDefault("inside\n" + fields["uuid"].Text())?.DeepClone() as JsonObject ?? [],
                Work = value["work"] is JsonObject work ? Operation.Of(work) : null,
            };
            Add(node);
            _nextNumber = Math.Max(_nextNumber, node.Number + 1);
        }

        foreach (var (key, value) in values)
        {
            switch (key[..Math.Max(0, key.IndexOf('\n'))])
            {
                case "port":
                    PutPort(value.DeepClone().AsObject());
                    break;
                case "machine":
                    var machine = new Machine { Key = key["machine\n".Length..] };
                    machine.Read(value.AsObject());
                    Machines[machine.Key] = machine;
                    IndexMachine(machine);
                    break;
                case "failure":
                    Failures.Load(key, value.DeepClone().AsObject());
                    break;
                case "call" or "spent" or "event":
                    Counters.Load(key, value.DeepClone());
                    break;
                default:
                    break;
            }
        }

        if (values.TryGetValue("next", out var next))
        {
            _nextNumber = Math.Max(_nextNumber, (long)next);
        }

        Journal.Compact(Alive);
    }

    public void Dispose()
    {
        Scheduler.Dispose();
        lock (Gate)
        {
            Counters.FlushCalls();
            Flush();
            Journal.Dispose();
        }
    }

    private IEnumerable<KeyValuePair<string, JsonNode>> Alive =>
        Nodes.Values.Select(node => KeyValuePair.Create("node\n" + node.Uuid, (JsonNode)Saved(node)))
            .Concat(Nodes.Values.Select(node => KeyValuePair.Create("inside\n" + node.Uuid, (JsonNode)node.Inside)))
            .Concat(Ports.Select(port => KeyValuePair.Create("port\n" + port.Key, (JsonNode)port.Value)))
            .Concat(Machines.Values.Select(machine =>
                KeyValuePair.Create("machine\n" + machine.Key, (JsonNode)machine.ToJson(withPassword: true))))
            .Concat(Failures.Alive)
            .Concat(Counters.Alive)
            .Append(KeyValuePair.Create("next", (JsonNode)JsonValue.Create(_nextNumber)));

    private static JsonObject Saved(Node node) => new()
    {
        ["number"] = node.Number,
        ["fields"] = node.Fields.DeepClone(),
        ["work"] = node.Work?.ToJson(),
    };

    private void Add(Node node)
    {
        Nodes[node.Number] = node;
        _byUuid[node.Uuid] = node;
        if (node.Name is { } name)
        {
            _byName[name] = node;
        }
    }
}

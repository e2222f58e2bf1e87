using System.Text.Json.Nodes;

namespace Metal3.Lab.Ironic.State;

/// <summary>How often what was called, what was destroyed, and how long each node's stages took.</summary>
internal sealed class Counters(Journal journal)
{
    private readonly Dictionary<(string Method, string Path, string Verb, string Node, int Status), long> _calls = [];
    private readonly HashSet<(string, string, string, string, int)> _dirty = [];
    private readonly Dictionary<(string Node, string Stage), double> _seconds = [];
    private readonly List<JsonObject> _events = [];
    private long _nextEvent;

    /// <summary>Requests answered, those of the admin API and of the BMCs not included.</summary>
    public long Total { get; private set; }

    public void Call(string method, string path, string verb, string node, int status)
    {
        var key = (method, path, verb, node, status);
        _calls[key] = _calls.GetValueOrDefault(key) + 1;
        Total++;
        _ = _dirty.Add(key);
    }

    public void Spent(string node, string stage, TimeSpan time)
    {
        var seconds = _seconds[(node, stage)] = _seconds.GetValueOrDefault((node, stage)) + time.TotalSeconds;
        journal.Put($"spent\n{node}\n{stage}", seconds);
    }

    public void Event(JsonObject happened)
    {
        happened["n"] = _nextEvent;
        _events.Add(happened);
        journal.Put($"event\n{_nextEvent}", happened);
        _nextEvent++;
    }

    public void FlushCalls()
    {
        foreach (var key in _dirty)
        {
            journal.Put(CallKey(key), _calls[key]);
        }

        _dirty.Clear();
    }

    public void Reset()
    {
        foreach (var (key, _) in Alive.ToList())
        {
            journal.Put(key, null);
        }

        _calls.Clear();
        _dirty.Clear();
        _seconds.Clear();
        _events.Clear();
        Total = 0;
    }

    public void Load(string key, JsonNode value)
    {
        var parts = key.Split('\n');
        switch (parts[0])
        {
            case "call":
                _calls[(parts[1], parts[2], parts[3], parts[4], int.Parse(parts[5]))] = (long)value;
                Total += (long)value;
                break;
            case "spent":
                _seconds[(parts[1], parts[2])] = (double)value;
                break;
            default:
                _events.Add(value.AsObject());
                _events.Sort((a, b) => ((long)a["n"]!).CompareTo((long)b["n"]!));
                _nextEvent = (long)_events[^1]["n"]! + 1;
                break;
        }
    }

    public IEnumerable<KeyValuePair<string, JsonNode>> Alive =>
        _calls.Select(c => KeyValuePair.Create(CallKey(c.Key), (JsonNode)JsonValue.Create(c.Value)))
            .Concat(_seconds.Select(s =>
                KeyValuePair.Create($"spent\n{s.Key.Node}\n{s.Key.Stage}", (JsonNode)JsonValue.Create(s.Value))))
            .Concat(_events.Select(e => KeyValuePair.Create($"event\n{(long)e["n"]!}", (JsonNode)e)));

    public JsonObject ToJson()
    {
        var nodes = new JsonObject();
        foreach (var byNode in _calls.Where(c => c.Key.Node.Length > 0).GroupBy(c => c.Key.Node))
        {
            nodes[byNode.Key] = new JsonObject { ["calls"] = byNode.Sum(c => c.Value) };
        }

        foreach (var byNode in _events.GroupBy(e => e["node"].Text()!))
        {
            if (nodes[byNode.Key] is not JsonObject node)
            {
                nodes[byNode.Key] = node = [];
            }

            foreach (var byVerb in byNode.GroupBy(e => e["verb"].Text()!))
            {
                node[byVerb.Key] = byVerb.Count();
                node[byVerb.Key + "ByContent"] = new JsonObject(byVerb
                    .GroupBy(e => e["content"].Text()!)
                    .Select(c => KeyValuePair.Create(c.Key, (JsonNode?)JsonValue.Create(c.Count()))));
            }
        }

        return new()
        {
            ["total"] = Total,
            ["calls"] = Json.ArrayOf(_calls.Select(c => (JsonNode?)new JsonObject
            {
                ["method"] = c.Key.Method,
                ["path"] = c.Key.Path,
                ["verb"] = c.Key.Verb.Length == 0 ? null : c.Key.Verb,
                ["node"] = c.Key.Node.Length == 0 ? null : c.Key.Node,
                ["status"] = c.Key.Status,
                ["count"] = c.Value,
            })),
            ["nodes"] = nodes,
        };
    }

    public JsonArray Events(string? node) =>
        Json.ArrayOf(_events.Where(e => node is null || e["node"].Text() == node).Select(e => (JsonNode?)e.DeepClone()));

    public JsonObject Timings() => new(_seconds.GroupBy(s => s.Key.Node).Select(node => KeyValuePair.Create(
        node.Key,
        (JsonNode?)new JsonObject
        {
            ["seconds"] = node.Where(s => s.Key.Stage != Stages.Tail).Sum(s => s.Value),
            ["stages"] = new JsonObject(node.Select(s =>
                KeyValuePair.Create(s.Key.Stage, (JsonNode?)JsonValue.Create(s.Value)))),
        })));

    private static string CallKey((string Method, string Path, string Verb, string Node, int Status) key) =>
        $"call\n{key.Method}\n{key.Path}\n{key.Verb}\n{key.Node}\n{key.Status}";
}

using System.Text.Json.Nodes;

namespace Metal3.Lab.Ironic.State;

/// <summary>What is switched on, for whom; <c>*</c> stands for everybody.</summary>
internal sealed class Failures(Journal journal)
{
    public const string Everybody = "*";
    private readonly Dictionary<string, Dictionary<string, JsonObject>> _on = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<(string Host, string Kind, JsonObject Options)> All =>
        _on.SelectMany(host => host.Value.Select(failure => (host.Key, failure.Key, failure.Value)));

    public void Set(string host, string kind, JsonObject options)
    {
        if (!_on.TryGetValue(host, out var kinds))
        {
            _on[host] = kinds = new(StringComparer.Ordinal);
        }

        kinds[kind] = options;
        journal.Put(Key(host, kind), options);
    }

    public bool Clear(string host, string kind)
    {
        journal.Put(Key(host, kind), null);
        return _on.TryGetValue(host, out var kinds) && kinds.Remove(kind);
    }

    public void ClearAll()
    {
        foreach (var (host, kind, _) in All.ToList())
        {
            _ = Clear(host, kind);
        }
    }

    /// <summary>The options if the failure is on for one of the names; does not count as used.</summary>
    public JsonObject? Find(string kind, IEnumerable<string> names)
    {
        if (_on.Count == 0)
        {
            return null;
        }

        foreach (var name in names.Append(Everybody))
        {
            if (_on.TryGetValue(name, out var kinds) && kinds.TryGetValue(kind, out var options))
            {
                return options;
            }
        }

        return null;
    }

    /// <summary>As <see cref="Find"/>, and one less of <c>times</c> is left if that was given.</summary>
    public JsonObject? Use(string kind, IEnumerable<string> names)
    {
        foreach (var name in names.Append(Everybody))
        {
            if (_on.TryGetValue(name, out var kinds) && kinds.TryGetValue(kind, out var options))
            {
                if ((int?)options["times"] is { } times)
                {
                    if (times <= 1)
                    {
                        _ = Clear(name, kind);
                    }
                    else
                    {
                        options["times"] = times - 1;
                        journal.Put(Key(name, kind), options);
                    }
                }

                return options;
            }
        }

        return null;
    }

    public void Load(string key, JsonObject options)
    {
        var parts = key.Split('\n');
        Set(parts[1], parts[2], options);
    }

    public IEnumerable<KeyValuePair<string, JsonNode>> Alive =>
        All.Select(f => KeyValuePair.Create(Key(f.Host, f.Kind), (JsonNode)f.Options));

    private static string Key(string host, string kind) => $"failure\n{host}\n{kind}";
}

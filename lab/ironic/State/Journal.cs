using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Metal3.Lab.Ironic.State;

/// <summary>
/// Everything that must survive, as lines <c>{"k":key,"v":value}</c>; a later line with the same key replaces an earlier
/// one, null removes it. A line that a kill cut short is ignored.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const long CompactAbove = 32L << 20;
    private readonly string? _path;
    private readonly StringBuilder _pending = new();
    private FileStream? _file;
    private long _length;
    private long _lengthAfterCompaction;

    public Journal(string? directory)
    {
        if (directory is not null)
        {
            _ = Directory.CreateDirectory(directory);
            _path = Path.Combine(directory, "journal.jsonl");
        }
    }

    public bool WantsCompaction => _length > CompactAbove && _length > 4 * _lengthAfterCompaction;

    public Dictionary<string, JsonNode> Load()
    {
        var values = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        if (_path is not null && File.Exists(_path))
        {
            foreach (var line in File.ReadLines(_path))
            {
                try
                {
                    if (JsonNode.Parse(line) is JsonObject entry && (string?)entry["k"] is { } key)
                    {
                        var value = entry["v"];
                        _ = value is null ? values.Remove(key) : (values[key] = value.DeepClone()) is not null;
                    }
                }
                catch (JsonException)
                {
                    // The process was killed while it wrote this line; what it said was not yet answered to anybody.
                }
            }
        }

        return values;
    }

    public void Put(string key, JsonNode? value)
    {
        if (_path is not null)
        {
            _ = _pending.Append("{\"k\":").Append(JsonSerializer.Serialize(key)).Append(",\"v\":")
                .Append(value is null ? "null" : value.ToJsonString()).Append("}\n");
        }
    }

    public void Flush()
    {
        if (_path is null || _pending.Length == 0)
        {
            return;
        }

        _file ??= OpenForAppend();
        var bytes = Encoding.UTF8.GetBytes(_pending.ToString());
        _ = _pending.Clear();
        _file.Write(bytes);
        _file.Flush();
        _length += bytes.Length;
    }

    /// <summary>Replaces the file by what is alive.</summary>
    public void Compact(IEnumerable<KeyValuePair<string, JsonNode>> alive)
    {
        if (_path is null)
        {
            return;
        }

        _file?.Dispose();
        _file = null;
        _ = _pending.Clear();
        var fresh = _path + ".new";
        using (var writer = new StreamWriter(fresh, append: false, new UTF8Encoding(false)))
        {
            foreach (var (key, value) in alive)
            {
                writer.Write("{\"k\":");
                writer.Write(JsonSerializer.Serialize(key));
                writer.Write(",\"v\":");
                writer.Write(value.ToJsonString());
                writer.Write("}\n");
            }
        }

        File.Move(fresh, _path, overwrite: true);
        _length = _lengthAfterCompaction = new FileInfo(_path).Length;
    }

    public void Dispose()
    {
        Flush();
        _file?.Dispose();
        _file = null;
    }

    private FileStream OpenForAppend() =>
        new(_path!, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
}

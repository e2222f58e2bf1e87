using System.Text;

namespace Temporalio.Common.EnvConfig;

/// <summary>A file, or what it would hold.</summary>
public sealed class DataSource
{
    private DataSource(string? path, byte[]? data)
    {
        Path = path;
        Data = data;
    }

    /// <summary>Null when the data is at hand.</summary>
    public string? Path { get; }

    /// <summary>Null when it is in a file.</summary>
    public byte[]? Data { get; }

    public static DataSource FromPath(string path) =>
        string.IsNullOrEmpty(path) ? throw new ArgumentException("The path is empty.", nameof(path)) : new(path, null);

    public static DataSource FromUTF8String(string content) => new(null, Encoding.UTF8.GetBytes(content));

    public static DataSource FromBytes(byte[] data) => new(null, data);

    /// <summary>Reads what <see cref="ToDictionary"/> wrote: one key, <c>path</c> or <c>data</c>.</summary>
    public static DataSource? FromDictionary(IReadOnlyDictionary<string, string>? dictionary) => dictionary switch
    {
        null or { Count: 0 } => null,
        _ when dictionary.TryGetValue("path", out var path) => FromPath(path),
        _ when dictionary.TryGetValue("data", out var data) => FromUTF8String(data),
        _ => throw new ArgumentException("A data source has the key 'path' or 'data'."),
    };

    /// <summary>The data, read from the file if it is in one.</summary>
    public byte[]? GetBytes() => Data ?? (Path is null ? null : File.ReadAllBytes(Path));

    public Dictionary<string, string>? ToDictionary() => Path is not null
        ? new() { ["path"] = Path }
        : Data is null ? null : new() { ["data"] = Encoding.UTF8.GetString(Data) };
}

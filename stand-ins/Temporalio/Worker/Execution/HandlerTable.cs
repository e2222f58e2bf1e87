using System.Collections;

namespace Temporalio.Worker.Execution;

/// <summary>A run's handlers once it has asked for the table: the declared ones, and what it made of them.</summary>
internal sealed class HandlerTable<T>(IReadOnlyDictionary<string, T> declared, Action<string>? added) : IDictionary<string, T>
{
    private readonly Dictionary<string, T> _handlers = new(declared, StringComparer.Ordinal);

    public ICollection<string> Keys => _handlers.Keys;

    public ICollection<T> Values => _handlers.Values;

    public int Count => _handlers.Count;

    public bool IsReadOnly => false;

    public T this[string key]
    {
        get => _handlers[key];
        set
        {
            _handlers[key] = value;
            added?.Invoke(key);
        }
    }

    public void Add(string key, T value)
    {
        _handlers.Add(key, value);
        added?.Invoke(key);
    }

    public void Add(KeyValuePair<string, T> item) => Add(item.Key, item.Value);

    public bool ContainsKey(string key) => _handlers.ContainsKey(key);

    public bool Remove(string key) => _handlers.Remove(key);

    public bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value) =>
        _handlers.TryGetValue(key, out value);

    public void Clear() => _handlers.Clear();

    public bool Contains(KeyValuePair<string, T> item) => ((ICollection<KeyValuePair<string, T>>)_handlers).Contains(item);

    public void CopyTo(KeyValuePair<string, T>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<string, T>>)_handlers).CopyTo(array, arrayIndex);

    public bool Remove(KeyValuePair<string, T> item) => ((ICollection<KeyValuePair<string, T>>)_handlers).Remove(item);

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _handlers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Metal3.Contracts.Wire;

/// <summary>An immutable list that equals another one with equal items in the same order.</summary>
/// <remarks>
/// Records compare their members, and both arrays and immutable arrays compare by reference: with this list a record with
/// lists compares by value without an equality of its own.
/// </remarks>
/// <typeparam name="T">The items.</typeparam>
[CollectionBuilder(typeof(ValueList), nameof(ValueList.Create))]
[JsonConverter(typeof(ValueCollectionConverterFactory))]
public sealed class ValueList<T> : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    private readonly ImmutableArray<T> _items;

    internal ValueList(ImmutableArray<T> items) => _items = items;

    /// <summary>The list without items.</summary>
    public static ValueList<T> Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public T this[int index] => _items[index];

    /// <summary>Whether two lists are both absent or have equal items in the same order.</summary>
    /// <param name="left">One list.</param>
    /// <param name="right">Another list.</param>
    public static bool operator ==(ValueList<T>? left, ValueList<T>? right) => left is null ? right is null : left.Equals(right);

    /// <summary>The opposite of equality.</summary>
    /// <param name="left">One list.</param>
    /// <param name="right">Another list.</param>
    public static bool operator !=(ValueList<T>? left, ValueList<T>? right) => !(left == right);

    /// <inheritdoc/>
    public bool Equals(ValueList<T>? other) =>
        other is not null && (ReferenceEquals(this, other) || _items.AsSpan().SequenceEqual(other._items.AsSpan(), EqualityComparer<T>.Default));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var item in _items)
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    /// <summary>The items, for <c>foreach</c> without an allocation.</summary>
    /// <returns>An enumerator over the items in order.</returns>
    public ImmutableArray<T>.Enumerator GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)_items).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)_items).GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", _items)}]";
}

/// <summary>Makes value lists.</summary>
public static class ValueList
{
    /// <summary>The list of some items; this is what <c>[a, b]</c> calls.</summary>
    /// <typeparam name="T">The items.</typeparam>
    /// <param name="items">Items, in order.</param>
    /// <returns>A list of its own copy of the items.</returns>
    public static ValueList<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? ValueList<T>.Empty : new(ImmutableArray.Create(items));

    /// <summary>The list of a sequence's items.</summary>
    /// <typeparam name="T">The items.</typeparam>
    /// <param name="items">Items, in order.</param>
    /// <returns>A list of its own copy of the items.</returns>
    public static ValueList<T> ToValueList<T>(this IEnumerable<T> items) => new([.. items]);
}

/// <summary>A JSON object with free names: an immutable map that compares by content, and is written sorted by name.</summary>
/// <typeparam name="T">The values.</typeparam>
[JsonConverter(typeof(ValueCollectionConverterFactory))]
public sealed class ValueMap<T> : IReadOnlyDictionary<string, T>, IEquatable<ValueMap<T>>
{
    private readonly Dictionary<string, T> _items;

    /// <summary>Copies entries; of entries with the same name the last one counts, as in JSON.</summary>
    /// <param name="items">Names, compared ordinally, and their values.</param>
    public ValueMap(IEnumerable<KeyValuePair<string, T>> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        _items = new(StringComparer.Ordinal);
        foreach (var (name, value) in items)
        {
            _items[name] = value;
        }
    }

    internal ValueMap(Dictionary<string, T> owned) => _items = owned;

    /// <summary>The map without entries.</summary>
    public static ValueMap<T> Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => _items.Keys;

    /// <inheritdoc/>
    public IEnumerable<T> Values => _items.Values;

    /// <inheritdoc/>
    public T this[string key] => _items[key];

    /// <summary>Whether two maps are both absent or hold equal entries.</summary>
    /// <param name="left">One map.</param>
    /// <param name="right">Another map.</param>
    public static bool operator ==(ValueMap<T>? left, ValueMap<T>? right) => left is null ? right is null : left.Equals(right);

    /// <summary>The opposite of equality.</summary>
    /// <param name="left">One map.</param>
    /// <param name="right">Another map.</param>
    public static bool operator !=(ValueMap<T>? left, ValueMap<T>? right) => !(left == right);

    /// <summary>This map with one entry set.</summary>
    /// <param name="key">Name.</param>
    /// <param name="value">New value.</param>
    /// <returns>A new map.</returns>
    public ValueMap<T> With(string key, T value) => new(new Dictionary<string, T>(_items, StringComparer.Ordinal) { [key] = value });

    /// <summary>This map without one entry.</summary>
    /// <param name="key">Name; may be missing.</param>
    /// <returns>A new map, or this one if there was nothing to remove.</returns>
    public ValueMap<T> Without(string key)
    {
        if (!_items.ContainsKey(key))
        {
            return this;
        }

        var rest = new Dictionary<string, T>(_items, StringComparer.Ordinal);
        rest.Remove(key);
        return new(rest);
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _items.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value) => _items.TryGetValue(key, out value);

    /// <inheritdoc/>
    public bool Equals(ValueMap<T>? other)
    {
        if (other is null || Count != other.Count)
        {
            return false;
        }

        foreach (var (name, value) in _items)
        {
            if (!other._items.TryGetValue(name, out var theirs) || !EqualityComparer<T>.Default.Equals(value, theirs))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValueMap<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var sum = Count;
        foreach (var (name, value) in _items)
        {
            sum += HashCode.Combine(name.GetHashCode(StringComparison.Ordinal), value); // a sum, for order does not matter
        }

        return sum;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"{{{string.Join(", ", _items.OrderBy(i => i.Key, StringComparer.Ordinal).Select(i => $"{i.Key}: {i.Value}"))}}}";
}

/// <summary>Makes the converters of <see cref="ValueList{T}"/> and <see cref="ValueMap{T}"/>.</summary>
public sealed class ValueCollectionConverterFactory : JsonConverterFactory
{
    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert)
    {
        ArgumentNullException.ThrowIfNull(typeToConvert);
        return typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() is var open
            && (open == typeof(ValueList<>) || open == typeof(ValueMap<>));
    }

    /// <inheritdoc/>
    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(typeToConvert);
        var open = typeToConvert.GetGenericTypeDefinition() == typeof(ValueList<>) ? typeof(ListConverter<>) : typeof(MapConverter<>);
        return (JsonConverter)Activator.CreateInstance(open.MakeGenericType(typeToConvert.GetGenericArguments()))!;
    }

    private static T Item<T>(ref Utf8JsonReader reader, JsonTypeInfo<T> type, string place)
    {
        try
        {
            return JsonSerializer.Deserialize(ref reader, type) ?? throw new JsonException("A null has no meaning here; remove it.");
        }
        catch (JsonException refusal)
        {
            // The inner path begins at the item; without a path of its own the exception gets that of the list.
            throw new JsonException($"At {place}{refusal.Path?.TrimStart('$')}: {refusal.Message}", refusal);
        }
    }

    private sealed class ListConverter<T> : JsonConverter<ValueList<T>>
    {
        public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new JsonException($"Expected a list, found {reader.TokenType}.");
            }

            var item = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
            var items = ImmutableArray.CreateBuilder<T>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                items.Add(Item(ref reader, item, $"[{items.Count}]"));
            }

            return items.Count == 0 ? ValueList<T>.Empty : new(items.DrainToImmutable());
        }

        public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options)
        {
            var item = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
            writer.WriteStartArray();
            foreach (var each in value)
            {
                JsonSerializer.Serialize(writer, each, item);
            }

            writer.WriteEndArray();
        }
    }

    private sealed class MapConverter<T> : JsonConverter<ValueMap<T>>
    {
        public override ValueMap<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException($"Expected an object, found {reader.TokenType}.");
            }

            var item = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
            var items = new Dictionary<string, T>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = reader.GetString()!;
                reader.Read();
                items[name] = Item(ref reader, item, $"['{name}']");
            }

            return items.Count == 0 ? ValueMap<T>.Empty : new(items);
        }

        public override void Write(Utf8JsonWriter writer, ValueMap<T> value, JsonSerializerOptions options)
        {
            var item = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
            writer.WriteStartObject();
            foreach (var (name, each) in value.OrderBy(i => i.Key, StringComparer.Ordinal))
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, each, item);
            }

            writer.WriteEndObject();
        }
    }
}

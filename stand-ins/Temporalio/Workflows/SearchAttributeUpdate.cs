using Temporalio.Common;

namespace Temporalio.Workflows;

/// <summary>A change of one search attribute.</summary>
public abstract class SearchAttributeUpdate
{
    private protected SearchAttributeUpdate(bool hasValue) => HasValue = hasValue;

    /// <summary>Whether it sets a value; otherwise it removes the attribute.</summary>
    public bool HasValue { get; }

    public abstract SearchAttributeKey UntypedKey { get; }

    /// <exception cref="InvalidOperationException">It removes the attribute.</exception>
    public abstract object UntypedValue { get; }

    public static SearchAttributeUpdate<T> ValueSet<T>(SearchAttributeKey<T> key, T value)
        where T : notnull => new(key, true, value);

    public static SearchAttributeUpdate<T> ValueUnset<T>(SearchAttributeKey<T> key)
        where T : notnull => new(key, false, default!);
}

/// <summary>A change of one search attribute of a known type.</summary>
public class SearchAttributeUpdate<T> : SearchAttributeUpdate
    where T : notnull
{
    private readonly T value;

    internal SearchAttributeUpdate(SearchAttributeKey<T> key, bool hasValue, T value)
        : base(hasValue)
    {
        Key = key;
        this.value = value;
    }

    public SearchAttributeKey<T> Key { get; }

    public T Value => HasValue
        ? value
        : throw new InvalidOperationException($"The update removes search attribute {Key.Name}; it has no value.");

    public override SearchAttributeKey UntypedKey => Key;

    public override object UntypedValue => Value;
}

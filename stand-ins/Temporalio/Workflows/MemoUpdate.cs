namespace Temporalio.Workflows;

/// <summary>A change of one memo entry.</summary>
public class MemoUpdate
{
    private readonly object? _value;

    private MemoUpdate(string key, object? value, bool hasValue)
    {
        UntypedKey = key;
        _value = value;
        HasValue = hasValue;
    }

    /// <summary>It sets a value, instead of removing it.</summary>
    public bool HasValue { get; }

    /// <summary>Which entry.</summary>
    public string UntypedKey { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">It removes the value.</exception>
    public object UntypedValue =>
        HasValue ? _value! : throw new InvalidOperationException("The update removes the value");

    /// <summary>Sets a value.</summary>
    public static MemoUpdate ValueSet(string key, object value) => new(key, value, hasValue: true);

    /// <summary>Removes the value.</summary>
    public static MemoUpdate ValueUnset(string key) => new(key, null, hasValue: false);
}

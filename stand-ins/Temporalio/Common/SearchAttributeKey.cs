using Temporalio.Api.Enums.V1;
using Temporalio.Workflows;

namespace Temporalio.Common;

/// <summary>Name and type of a search attribute. Equal by both, ordered by name.</summary>
public class SearchAttributeKey : IComparable<SearchAttributeKey>
{
    internal SearchAttributeKey(string name, IndexedValueType valueType)
    {
        Name = name;
        ValueType = valueType;
    }

    public string Name { get; }

    public IndexedValueType ValueType { get; }

    public static bool operator ==(SearchAttributeKey? left, SearchAttributeKey? right) =>
        left is null ? right is null : left.Equals(right);

    public static bool operator !=(SearchAttributeKey? left, SearchAttributeKey? right) => !(left == right);

    public static bool operator <(SearchAttributeKey? left, SearchAttributeKey? right) => Compare(left, right) < 0;

    public static bool operator <=(SearchAttributeKey? left, SearchAttributeKey? right) => Compare(left, right) <= 0;

    public static bool operator >(SearchAttributeKey? left, SearchAttributeKey? right) => Compare(left, right) > 0;

    public static bool operator >=(SearchAttributeKey? left, SearchAttributeKey? right) => Compare(left, right) >= 0;

    public static SearchAttributeKey<string> CreateText(string name) => new(name, IndexedValueType.Text);

    public static SearchAttributeKey<string> CreateKeyword(string name) => new(name, IndexedValueType.Keyword);

    public static SearchAttributeKey<long> CreateLong(string name) => new(name, IndexedValueType.Int);

    public static SearchAttributeKey<double> CreateDouble(string name) => new(name, IndexedValueType.Double);

    public static SearchAttributeKey<bool> CreateBool(string name) => new(name, IndexedValueType.Bool);

    public static SearchAttributeKey<DateTimeOffset> CreateDateTimeOffset(string name) =>
        new(name, IndexedValueType.Datetime);

    public static SearchAttributeKey<IReadOnlyCollection<string>> CreateKeywordList(string name) =>
        new(name, IndexedValueType.KeywordList);

    public int CompareTo(SearchAttributeKey? other) => string.CompareOrdinal(Name, other?.Name);

    public override int GetHashCode() => HashCode.Combine(Name, ValueType);

    public override bool Equals(object? obj) => obj is SearchAttributeKey other && Equals(other);

    public bool Equals(SearchAttributeKey? other) =>
        other is not null && Name == other.Name && ValueType == other.ValueType;

    internal static SearchAttributeKey Untyped(string name, IndexedValueType type) => type switch
    {
        IndexedValueType.Text or IndexedValueType.Keyword => new SearchAttributeKey<string>(name, type),
        IndexedValueType.Int => new SearchAttributeKey<long>(name, type),
        IndexedValueType.Double => new SearchAttributeKey<double>(name, type),
        IndexedValueType.Bool => new SearchAttributeKey<bool>(name, type),
        IndexedValueType.Datetime => new SearchAttributeKey<DateTimeOffset>(name, type),
        IndexedValueType.KeywordList => new SearchAttributeKey<IReadOnlyCollection<string>>(name, type),
        _ => throw new ArgumentException($"Search attribute {name} has the unknown type {type}."),
    };

    private static int Compare(SearchAttributeKey? left, SearchAttributeKey? right) =>
        string.CompareOrdinal(left?.Name, right?.Name);
}

/// <summary>Name of a search attribute whose values are of one type.</summary>
public class SearchAttributeKey<T> : SearchAttributeKey
    where T : notnull
{
    internal SearchAttributeKey(string name, IndexedValueType valueType)
        : base(name, valueType)
    {
    }

    public SearchAttributeUpdate<T> ValueSet(T value) => SearchAttributeUpdate.ValueSet(this, value);

    public SearchAttributeUpdate<T> ValueUnset() => SearchAttributeUpdate.ValueUnset(this);
}

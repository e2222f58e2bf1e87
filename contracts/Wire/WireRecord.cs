using System.Text.Json;
using System.Text.Json.Serialization;

namespace Metal3.Contracts.Wire;

/// <summary>A JSON object of which we model some members and keep the others.</summary>
/// <remarks>
/// Missing members read as the zero values of the reference API (empty text, zero, <see langword="null"/>) and are never
/// an error: the API server validates, and one odd object must not stop the readers of all others.
/// </remarks>
public abstract record WireRecord
{
    /// <summary>Members that this version does not know, as they came; <see langword="null"/> if there are none.</summary>
    [JsonExtensionData]
    public UnknownMembers? Unknown { get; set; } // settable, because generated serializers fill it member by member
}

/// <summary>Members of a JSON object that this version does not know; compares by content.</summary>
public sealed class UnknownMembers : Dictionary<string, JsonElement>, IEquatable<UnknownMembers>
{
    /// <summary>No members yet.</summary>
    public UnknownMembers()
        : base(StringComparer.Ordinal)
    {
    }

    /// <inheritdoc/>
    public bool Equals(UnknownMembers? other)
    {
        if (other is null || Count != other.Count)
        {
            return false;
        }

        foreach (var (name, value) in this)
        {
            if (!other.TryGetValue(name, out var theirs) || !JsonElement.DeepEquals(value, theirs))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UnknownMembers);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var sum = Count;
        foreach (var name in Keys)
        {
            sum += name.GetHashCode(StringComparison.Ordinal); // values are left out: equal numbers may be spelled differently
        }

        return sum;
    }
}

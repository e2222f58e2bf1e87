namespace Metal3.CrdBridge.Watching;

/// <summary>A resource type as it stands in a URL.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">API version, such as <c>v1alpha1</c>.</param>
/// <param name="Plural">Plural name, such as <c>baremetalhosts</c>.</param>
public sealed record ResourceType(string Group, string Version, string Plural)
{
    /// <summary>The collection's path below the server's address; <paramref name="ns"/> null means every namespace.</summary>
    public string Path(string? ns)
    {
        var root = Group.Length == 0 ? $"api/{Version}" : $"apis/{Uri.EscapeDataString(Group)}/{Version}";
        var scope = ns is null ? "" : $"namespaces/{Uri.EscapeDataString(ns)}/";
        return $"{root}/{scope}{Plural}";
    }

    /// <inheritdoc/>
    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}

/// <summary>What names an object among others of its type; the namespace is empty for cluster-wide ones.</summary>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    /// <inheritdoc/>
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}

/// <summary>Keeps of an object what its consumer needs; everything else is forgotten at once.</summary>
/// <param name="json">The object as the server sent it, UTF-8; valid during the call only.</param>
public delegate T Projection<out T>(ReadOnlySpan<byte> json);

/// <summary>What became of an object.</summary>
public enum ChangeKind
{
    /// <summary>It is there, new or changed or unchanged since the last resync.</summary>
    Present,

    /// <summary>It is no more, and its <c>deletionTimestamp</c> had been seen: somebody wanted it deleted.</summary>
    Deleted,

    /// <summary>
    /// It is no more, and nobody was seen to delete it: it left the selector, moved to another cluster, was lost with
    /// a backup, or was removed at once without finalizers. Never a reason to destroy anything.
    /// </summary>
    Gone,
}

/// <summary>The last state of one object, delivered until the consumer accepts it.</summary>
/// <param name="Key">Namespace and name.</param>
/// <param name="Uid"><c>metadata.uid</c>; another object of the same name has another one.</param>
/// <param name="ResourceVersion">Opaque: equal or not, never less. For a vanished object the last one seen.</param>
/// <param name="Kind">Whether it is there, and if not, why.</param>
/// <param name="IsDeletionRequested"><c>metadata.deletionTimestamp</c> was seen on this very object.</param>
/// <param name="Object">Its projection; of a vanished object the last one, or null if it never was readable.</param>
public sealed record Change<T>(
    ObjectKey Key, string Uid, string ResourceVersion, ChangeKind Kind, bool IsDeletionRequested, T? Object)
    where T : class;

using System.Text.Json.Serialization;
using Metal3.Contracts.Wire;

namespace Metal3.Contracts.Resources;

/// <summary>Metadata of a Kubernetes object, as far as we read it; the rest (<c>managedFields</c>, …) is kept as it came.</summary>
public sealed record ObjectMeta : WireRecord
{
    /// <summary>Name, unique among the kind's objects in the namespace.</summary>
    public string? Name { get; init; }

    /// <summary>Prefix from which the server makes a name; <see langword="null"/> once there is a name.</summary>
    public string? GenerateName { get; init; }

    /// <summary>Namespace; <see langword="null"/> before the client or server filled it in.</summary>
    public string? Namespace { get; init; }

    /// <summary>Identity that a deleted and re-created object does not share; <see langword="null"/> before creation.</summary>
    public string? Uid { get; init; }

    /// <summary>Version of the object: equal or not, never less.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Number of the current spec, from 1; <see langword="null"/> before creation.</summary>
    public long? Generation { get; init; }

    /// <summary>When the server created it.</summary>
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>Since when its deletion is wanted; <see langword="null"/> while it is not.</summary>
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>Who must let go before the object goes; see <see cref="FinalizerNames"/>.</summary>
    public ValueList<string>? Finalizers { get; init; }

    /// <summary>Objects whose deletion deletes this one.</summary>
    public ValueList<OwnerReference>? OwnerReferences { get; init; }

    /// <summary>Labels.</summary>
    public ValueMap<string>? Labels { get; init; }

    /// <summary>Annotations; see <see cref="AnnotationKeys"/>.</summary>
    public ValueMap<string>? Annotations { get; init; }

    /// <summary>The value of an annotation.</summary>
    /// <param name="key">Whole key.</param>
    /// <returns>The value, which may be empty; <see langword="null"/> if the annotation is missing.</returns>
    public string? Annotation(string key) => Annotations is { } all && all.TryGetValue(key, out var value) ? value : null;
}

/// <summary>An owner of an object.</summary>
public sealed record OwnerReference : WireRecord
{
    /// <summary>Group and version of the owner.</summary>
    public string ApiVersion { get; init => field = value ?? ""; } = "";

    /// <summary>Kind of the owner.</summary>
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>Name of the owner, in the same namespace.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Identity of the owner.</summary>
    public string Uid { get; init => field = value ?? ""; } = "";

    /// <summary>Whether this owner manages the object; at most one does. <see langword="null"/> means no.</summary>
    public bool? Controller { get; init; }

    /// <summary>Whether the owner, deleted in the foreground, waits for this object. <see langword="null"/> means no.</summary>
    public bool? BlockOwnerDeletion { get; init; }
}

/// <summary>Metadata of a list.</summary>
public sealed record ListMeta : WireRecord
{
    /// <summary>Version from which a watch goes on.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Token of the next page; <see langword="null"/> or empty on the last one.</summary>
    public string? Continue { get; init; }

    /// <summary>How many objects follow on later pages; <see langword="null"/> if the server does not say.</summary>
    public long? RemainingItemCount { get; init; }
}

/// <summary>A named object of one of our kinds.</summary>
public abstract record Metal3Resource : WireRecord
{
    private protected Metal3Resource(string kind) => Kind = kind;

    /// <summary>Always <c>metal3.io/v1alpha1</c> for our kinds.</summary>
    [JsonPropertyOrder(-4)]
    public string ApiVersion { get; init; } = Metal3Group.ApiVersion;

    /// <summary>The kind's name.</summary>
    [JsonPropertyOrder(-3)]
    public string Kind { get; init; }

    /// <summary>Name, labels, annotations and the like.</summary>
    [JsonPropertyOrder(-2)]
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();
}

/// <summary>A page of objects as the API server lists them.</summary>
/// <typeparam name="T">Kind of the items.</typeparam>
public sealed record ResourceList<T> : WireRecord
    where T : Metal3Resource
{
    /// <summary>Group and version of the list.</summary>
    public string ApiVersion { get; init; } = Metal3Group.ApiVersion;

    /// <summary>The kind's name with <c>List</c> at the end.</summary>
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>Version and paging.</summary>
    public ListMeta Metadata { get; init => field = value ?? new(); } = new();

    /// <summary>The objects; empty, never absent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public ValueList<T> Items { get; init => field = value ?? []; } = [];
}

/// <summary>A condition as all of Kubernetes writes them.</summary>
public sealed record Condition : WireRecord
{
    /// <summary>What it is about; see <see cref="ConditionTypes"/>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it holds.</summary>
    public ConditionStatus Status { get; init => field = value ?? ConditionStatus.Unknown; } = ConditionStatus.Unknown;

    /// <summary>The generation that was looked at; <see langword="null"/> if not said.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>When <see cref="Status"/> last changed.</summary>
    [JsonConverter(typeof(TimestampConverter))]
    public DateTimeOffset LastTransitionTime { get; init; }

    /// <summary>Why, as one word; see <see cref="ConditionReasons"/>.</summary>
    public string Reason { get; init => field = value ?? ""; } = "";

    /// <summary>Why, for people; may be empty.</summary>
    public string Message { get; init => field = value ?? ""; } = "";
}

/// <summary>Name and namespace of a Secret.</summary>
public sealed record SecretReference : WireRecord
{
    /// <summary>Name; <see langword="null"/> if not given.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace; <see langword="null"/> or empty means that of the object which refers to it.</summary>
    public string? Namespace { get; init; }
}

/// <summary>A reference to any object (the core type of that name); the CRD treats it as one value.</summary>
public sealed record ObjectReference : WireRecord
{
    /// <summary>Group and version.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Name.</summary>
    public string? Name { get; init; }

    /// <summary>Namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>Identity.</summary>
    public string? Uid { get; init; }

    /// <summary>Version.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Part of the object.</summary>
    public string? FieldPath { get; init; }
}

/// <summary>Name and namespace of an object whose kind the field implies.</summary>
public sealed record NamespacedName : WireRecord
{
    /// <summary>Name.</summary>
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Namespace.</summary>
    public string Namespace { get; init => field = value ?? ""; } = "";
}

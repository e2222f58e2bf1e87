namespace Metal3.Lab.Kubernetes;

/// <summary>How the names of a kind's objects must look.</summary>
internal enum NameRule
{
    Subdomain,
    Label,
    PathSegment,
}

/// <summary>One column of a server-side table.</summary>
internal sealed record Column(
    string Name, string Type, string Format, string Description, int Priority, Func<Map, DateTimeOffset, object?> Cell);

/// <summary>One version of one kind, as clients see it.</summary>
internal sealed record ResourceType(
    string Group, string Version, string Kind, string Plural, string Singular, bool Namespaced, Collection Collection)
{
    public string ListKind { get; init; } = Kind + "List";

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    public bool IsCustom { get; init; }

    public bool HasStatus { get; init; }

    /// <summary>Whether <c>metadata.generation</c> counts changes outside metadata (and status, where it is a subresource).</summary>
    public bool HasGeneration { get; init; }

    public Schema? Schema { get; init; }

    /// <summary>Where the schema lives in OpenAPI documents, such as <c>io.metal3.v1alpha1.BareMetalHost</c>.</summary>
    public string DefinitionName { get; init; } = "";

    public IReadOnlyList<Column> Columns { get; init; } = [];

    public NameRule Names { get; init; }

    /// <summary><c>apiVersion</c> of the stored bytes, where it differs from this version's.</summary>
    public string StoredApiVersion { get; init; } = Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>From the stored form to this version's, and back; null where only <c>apiVersion</c> differs.</summary>
    public (Action<Map> FromStored, Action<Map> ToStored)? Conversion { get; init; }

    public IReadOnlyList<string> SelectableFields { get; init; } = [];

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string QualifiedPlural => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string QualifiedKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    public string Key(string ns, string name) => Namespaced ? $"{ns}/{name}" : name;

    public bool IsStoredForm => Conversion is null && StoredApiVersion == ApiVersion;

    /// <summary>The object as this version shows it.</summary>
    public Map Read(StoredObject stored)
    {
        var root = stored.Parse();
        if (!IsStoredForm)
        {
            root["apiVersion"] = ApiVersion;
            Conversion?.FromStored(root);
        }

        return root;
    }

    public byte[] Bytes(StoredObject stored) => IsStoredForm ? stored.Bytes : Json.Bytes(Read(stored));

    /// <summary>Turns this version's form into the stored one, in place.</summary>
    public void ToStored(Map root)
    {
        if (!IsStoredForm)
        {
            root["apiVersion"] = StoredApiVersion;
            Conversion?.ToStored(root);
        }
    }
}

/// <summary>Every resource that is served now. Readers take <see cref="Types"/> once and work on it.</summary>
internal sealed class Registry
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyList<ResourceType> _builtIn;
    private readonly Dictionary<string, IReadOnlyList<ResourceType>> _custom = new(StringComparer.Ordinal);

    public Registry(IReadOnlyList<ResourceType> builtIn)
    {
        _builtIn = builtIn;
        Rebuild();
    }

    public IReadOnlyList<ResourceType> Types { get; private set; } = [];

    /// <summary>Grows with every change; documents made of the types are cached by it.</summary>
    public long Generation { get; private set; }

    private Dictionary<(string Group, string Version, string Plural), ResourceType> ByPlural { get; set; } = [];

    public ResourceType? Find(string group, string version, string plural) =>
        ByPlural.GetValueOrDefault((group, version, plural));

    public ResourceType? FindKind(string apiVersion, string kind) =>
        Types.FirstOrDefault(t => t.Kind == kind && t.ApiVersion == apiVersion);

    public ResourceType BuiltIn(string group, string plural) => _builtIn.First(t => t.Group == group && t.Plural == plural);

    public ResourceType? Storage(Collection collection) =>
        Types.FirstOrDefault(t => ReferenceEquals(t.Collection, collection) && t.IsStoredForm)
        ?? Types.FirstOrDefault(t => ReferenceEquals(t.Collection, collection));

    public void SetCustom(string definition, IReadOnlyList<ResourceType> types)
    {
        lock (_gate)
        {
            if (types.Count == 0)
            {
                _custom.Remove(definition);
            }
            else
            {
                _custom[definition] = types;
            }

            Rebuild();
        }
    }

    private void Rebuild()
    {
        Types = [.. _builtIn, .. _custom.OrderBy(c => c.Key, StringComparer.Ordinal).SelectMany(c => c.Value)];
        ByPlural = Types.ToDictionary(t => (t.Group, t.Version, t.Plural));
        Generation++;
    }
}

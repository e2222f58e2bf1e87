namespace Metal3.Lab.Kubernetes;

/// <summary>The documents that tell clients which resources exist: the legacy ones and the aggregated one.</summary>
internal sealed class Discovery(Registry registry, string address)
{
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] NamespaceVerbs = ["create", "delete", "get", "list", "patch", "update", "watch"];
    private static readonly string[] StatusVerbs = ["get", "patch", "update"];

    /// <summary>Kinds that answer and are not stored.</summary>
    private static readonly (string Group, string Kind, string Plural, bool Namespaced)[] Reviews =
    [
        ("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews", false),
        ("authentication.k8s.io", "TokenReview", "tokenreviews", false),
        ("authorization.k8s.io", "LocalSubjectAccessReview", "localsubjectaccessreviews", true),
        ("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", false),
        ("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews", false),
        ("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", false),
    ];

    public static bool IsReview(string group, string plural) => Reviews.Any(r => r.Group == group && r.Plural == plural);

    public Map CoreVersions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new Items { "v1" },
        ["serverAddressByClientCIDRs"] = new Items { new Map { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = address } },
    };

    public Map Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = GroupNames().Where(g => g.Length > 0).Select(object? (g) => GroupOf(g)).ToList(),
    };

    public Map? Group(string group)
    {
        if (!GroupNames().Contains(group, StringComparer.Ordinal))
        {
            return null;
        }

        var found = GroupOf(group);
        found["kind"] = "APIGroup";
        found["apiVersion"] = "v1";
        return found;
    }

    public Map? Resources(string group, string version)
    {
        var resources = new Items();
        foreach (var type in registry.Types.Where(t => t.Group == group && t.Version == version).OrderBy(t => t.Plural, StringComparer.Ordinal))
        {
            var resource = new Map
            {
                ["name"] = type.Plural,
                ["singularName"] = type.Singular,
                ["namespaced"] = type.Namespaced,
                ["kind"] = type.Kind,
                ["verbs"] = VerbsOf(type),
            };
            AddNames(resource, type);
            resources.Add(resource);
            foreach (var subresource in Subresources(type))
            {
                resources.Add(new Map
                {
                    ["name"] = $"{type.Plural}/{subresource}",
                    ["singularName"] = "",
                    ["namespaced"] = type.Namespaced,
                    ["kind"] = type.Kind,
                    ["verbs"] = subresource == "finalize" ? ["update"] : StatusVerbs,
                });
            }
        }

        resources.AddRange(Reviews.Where(r => r.Group == group && version == "v1").Select(object? (r) => new Map
        {
            ["name"] = r.Plural,
            ["singularName"] = r.Kind.ToLowerInvariant(),
            ["namespaced"] = r.Namespaced,
            ["kind"] = r.Kind,
            ["verbs"] = new Items { "create" },
        }));
        return resources.Count == 0 ? null : new Map
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = resources,
        };
    }

    /// <summary>Everything at once: of the core group, or of all others.</summary>
    public Map Aggregated(bool core, string version) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = $"apidiscovery.k8s.io/{version}",
        ["metadata"] = new Map(),
        ["items"] = GroupNames().Where(g => g.Length == 0 == core).Select(object? (group) => new Map
        {
            ["metadata"] = group.Length == 0 ? new Map() : new Map { ["name"] = group },
            ["versions"] = Versions(group).Select(object? (v) => new Map
            {
                ["version"] = v,
                ["freshness"] = "Current",
                ["resources"] = AggregatedResources(group, v),
            }).ToList(),
        }).ToList(),
    };

    private static void AddNames(Map resource, ResourceType type)
    {
        if (type.ShortNames.Count > 0)
        {
            resource["shortNames"] = type.ShortNames;
        }

        if (type.Categories.Count > 0)
        {
            resource["categories"] = type.Categories;
        }
    }

    private static string[] VerbsOf(ResourceType type) => type is { Group: "", Plural: "namespaces" } ? NamespaceVerbs : Verbs;

    private static IEnumerable<string> Subresources(ResourceType type)
    {
        if (type is { Group: "", Plural: "namespaces" })
        {
            yield return "finalize";
        }

        if (type.HasStatus)
        {
            yield return "status";
        }
    }

    private static Map KindOf(string group, string version, string kind) =>
        new() { ["group"] = group, ["version"] = version, ["kind"] = kind };

    private Items AggregatedResources(string group, string version)
    {
        var items = new Items();
        foreach (var type in registry.Types.Where(t => t.Group == group && t.Version == version).OrderBy(t => t.Plural, StringComparer.Ordinal))
        {
            var resource = new Map
            {
                ["resource"] = type.Plural,
                ["responseKind"] = KindOf(group, version, type.Kind),
                ["scope"] = type.Namespaced ? "Namespaced" : "Cluster",
                ["singularResource"] = type.Singular,
                ["verbs"] = VerbsOf(type),
            };
            AddNames(resource, type);
            var subresources = Subresources(type).Select(object? (s) => new Map
            {
                ["subresource"] = s,
                ["responseKind"] = KindOf(group, version, type.Kind),
                ["verbs"] = s == "finalize" ? ["update"] : StatusVerbs,
            }).ToList();
            if (subresources.Count > 0)
            {
                resource["subresources"] = subresources;
            }

            items.Add(resource);
        }

        items.AddRange(Reviews.Where(r => r.Group == group && version == "v1").Select(object? (r) => new Map
        {
            ["resource"] = r.Plural,
            ["responseKind"] = KindOf(group, version, r.Kind),
            ["scope"] = r.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = r.Kind.ToLowerInvariant(),
            ["verbs"] = new Items { "create" },
        }));
        return items;
    }

    private IEnumerable<string> GroupNames() =>
        registry.Types.Select(t => t.Group).Concat(Reviews.Select(r => r.Group)).Distinct(StringComparer.Ordinal);

    private IEnumerable<string> Versions(string group)
    {
        var versions = registry.Types.Where(t => t.Group == group).Select(t => t.Version).Distinct(StringComparer.Ordinal).ToList();
        return versions.Count == 0 ? ["v1"] : versions.OrderBy(v => v.Contains("alpha") ? 2 : v.Contains("beta") ? 1 : 0).ThenByDescending(v => v, StringComparer.Ordinal);
    }

    private Map GroupOf(string group)
    {
        var versions = Versions(group).Select(object? (v) => new Map { ["groupVersion"] = $"{group}/{v}", ["version"] = v }).ToList();
        return new Map { ["name"] = group, ["versions"] = versions, ["preferredVersion"] = versions[0] };
    }
}

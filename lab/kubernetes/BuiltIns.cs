using System.Text;

namespace Metal3.Lab.Kubernetes;

/// <summary>The kinds that every cluster has, as far as the lab stores them.</summary>
internal static class BuiltIns
{
    private static readonly string[] EventFields =
    [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath",
        "reason", "reportingComponent", "source", "type",
    ];

    private static readonly (string Core, string Events)[] EventNames =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("reportingComponent", "reportingController"),
        ("count", "deprecatedCount"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
    ];

    public static IReadOnlyList<ResourceType> All(Store store, Definitions definitions)
    {
        var types = new List<ResourceType>();

        ResourceType Add(
            string group, string kind, string plural, bool namespaced, string[]? shortNames = null, bool status = false,
            bool generation = false, Column[]? columns = null, NameRule names = NameRule.Subdomain, string[]? fields = null,
            string[]? categories = null, string? singular = null, Collection? collection = null)
        {
            var (name, schema) = definitions.OfKind(group, "v1", kind);
            var type = new ResourceType(
                group, "v1", kind, plural, singular ?? kind.ToLowerInvariant(), namespaced, collection ?? store.Collection($"{group}/{plural}"))
            {
                ShortNames = shortNames ?? [],
                Categories = categories ?? [],
                HasStatus = status,
                HasGeneration = generation,
                Schema = schema,
                DefinitionName = name,
                Columns = [Tables.NameColumn, .. columns ?? [], Tables.AgeColumn],
                Names = names,
                SelectableFields = fields ?? [],
            };
            types.Add(type);
            return type;
        }

        Add("", "Namespace", "namespaces", false, ["ns"], status: true, names: NameRule.Label, fields: ["status.phase"],
            columns: [Text("Status", "status", "phase")]);
        Add("", "Secret", "secrets", true, fields: ["type"],
            columns: [Text("Type", "type"), Number("Data", root => root.MapAt("data")?.Count ?? 0)]);
        Add("", "ConfigMap", "configmaps", true, ["cm"],
            columns: [Number("Data", root => (root.MapAt("data")?.Count ?? 0) + (root.MapAt("binaryData")?.Count ?? 0))]);
        Add("", "ServiceAccount", "serviceaccounts", true, ["sa"]);
        Add("", "Service", "services", true, ["svc"], status: true, names: NameRule.Label, categories: ["all"],
            fields: ["spec.clusterIP", "spec.type"],
            columns:
            [
                Text("Type", "spec", "type"), Text("Cluster-IP", "spec", "clusterIP"), Words("External-IP", _ => "<none>"),
                Words("Port(s)", Ports),
            ]);
        Add("", "Endpoints", "endpoints", true, ["ep"], singular: "endpoints");
        Add("", "Pod", "pods", true, ["po"], status: true, categories: ["all"],
            fields: ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase", "status.podIP"],
            columns: [Text("Status", "status", "phase")]);
        Add("", "Node", "nodes", false, ["no"], status: true, fields: ["spec.unschedulable"]);
        Add("", "PersistentVolume", "persistentvolumes", false, ["pv"], status: true);
        Add("", "PersistentVolumeClaim", "persistentvolumeclaims", true, ["pvc"], status: true);
        Add("", "ResourceQuota", "resourcequotas", true, ["quota"], status: true);
        Add("", "LimitRange", "limitranges", true, ["limits"]);
        var events = Add("", "Event", "events", true, ["ev"], names: NameRule.PathSegment, fields: EventFields, columns: EventColumns());
        types[^1] = events with { Columns = EventColumns() };

        var (eventsName, eventsSchema) = definitions.OfKind("events.k8s.io", "v1", "Event");
        types.Add(events with
        {
            Group = "events.k8s.io",
            Schema = eventsSchema,
            DefinitionName = eventsName,
            StoredApiVersion = "v1",
            Conversion = (root => Rename(root, toCore: false), root => Rename(root, toCore: true)),
            SelectableFields = ["reason", "type", "regarding.kind", "regarding.name", "regarding.namespace", "regarding.uid", "reportingController"],
            Columns = EventColumns().Select(c => c with { Cell = (root, now) => c.Cell(AsCore(root), now) }).ToList(),
        });

        Add("apps", "Deployment", "deployments", true, ["deploy"], status: true, generation: true, categories: ["all"],
            columns:
            [
                Words("Ready", root => $"{Count(root, "status", "readyReplicas")}/{Count(root, "spec", "replicas")}"),
                Words("Up-to-date", root => Count(root, "status", "updatedReplicas")),
                Words("Available", root => Count(root, "status", "availableReplicas")),
            ]);
        Add("apps", "ReplicaSet", "replicasets", true, ["rs"], status: true, generation: true, categories: ["all"]);
        Add("apps", "StatefulSet", "statefulsets", true, ["sts"], status: true, generation: true, categories: ["all"]);
        Add("apps", "DaemonSet", "daemonsets", true, ["ds"], status: true, generation: true, categories: ["all"]);
        Add("batch", "Job", "jobs", true, status: true, generation: true, categories: ["all"]);
        Add("batch", "CronJob", "cronjobs", true, ["cj"], status: true, generation: true, categories: ["all"]);
        Add("rbac.authorization.k8s.io", "Role", "roles", true, names: NameRule.PathSegment);
        Add("rbac.authorization.k8s.io", "RoleBinding", "rolebindings", true, names: NameRule.PathSegment, columns: [RoleRef()]);
        Add("rbac.authorization.k8s.io", "ClusterRole", "clusterroles", false, names: NameRule.PathSegment);
        Add("rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", false, names: NameRule.PathSegment, columns: [RoleRef()]);
        Add("coordination.k8s.io", "Lease", "leases", true, columns: [Text("Holder", "spec", "holderIdentity")]);
        Add("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false,
            generation: true, categories: ["api-extensions"], columns: [Number("Webhooks", root => root.ItemsAt("webhooks")?.Count ?? 0)]);
        Add("admissionregistration.k8s.io", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", false,
            generation: true, categories: ["api-extensions"], columns: [Number("Webhooks", root => root.ItemsAt("webhooks")?.Count ?? 0)]);
        var crds = Add("apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", false, ["crd", "crds"],
            status: true, generation: true, categories: ["api-extensions"]);
        types[^1] = crds with
        {
            Columns =
            [
                Tables.NameColumn,
                new Column("Created At", "date", "", "Time of creation.", 0, (root, _) => root.TextAt("metadata", "creationTimestamp")),
            ],
        };
        Add("networking.k8s.io", "NetworkPolicy", "networkpolicies", true, ["netpol"], generation: true);
        Add("networking.k8s.io", "Ingress", "ingresses", true, ["ing"], status: true, generation: true);
        Add("policy", "PodDisruptionBudget", "poddisruptionbudgets", true, ["pdb"], status: true, generation: true);
        Add("scheduling.k8s.io", "PriorityClass", "priorityclasses", false, ["pc"], generation: true);
        Add("storage.k8s.io", "StorageClass", "storageclasses", false, ["sc"]);
        return types;
    }

    /// <summary>What the reference fills in or checks for a built-in kind, as far as the lab's users can see it.</summary>
    public static void Complete(ResourceType type, Map root, StoredObject? previous, List<FieldError> errors)
    {
        switch (type.Group, type.Plural)
        {
            case ("", "namespaces"):
                var labels = root.Child("metadata").Child("labels");
                labels["kubernetes.io/metadata.name"] = root.TextAt("metadata", "name");
                if (previous is null)
                {
                    root.Child("spec")["finalizers"] = new Items { "kubernetes" };
                    root["status"] = new Map { ["phase"] = "Active" };
                }

                break;
            case ("", "secrets"):
                CompleteSecret(root, previous, errors);
                break;
            case ("", "configmaps"):
                CheckKeys(root.MapAt("data"), "data", errors);
                CheckKeys(root.MapAt("binaryData"), "binaryData", errors);
                if (previous?.Parse() is { } old && old.FlagAt("immutable"))
                {
                    CheckFrozen(root, old, ["data", "binaryData"], errors);
                }

                break;
            case ("", "services"):
                root.Child("spec").TryAdd("type", "ClusterIP");
                root.Child("spec").TryAdd("sessionAffinity", "None");
                foreach (var port in root.ItemsAt("spec", "ports")?.OfType<Map>() ?? [])
                {
                    port.TryAdd("protocol", "TCP");
                    if (port.TryGetValue("port", out var number))
                    {
                        port.TryAdd("targetPort", number);
                    }
                }

                break;
            case ("apps", "deployments"):
                root.Child("spec").TryAdd("replicas", 1L);
                if (root.MapAt("spec", "selector") is null)
                {
                    errors.Add(FieldError.Required("spec.selector"));
                }

                break;
            case ("rbac.authorization.k8s.io", "rolebindings" or "clusterrolebindings"):
                foreach (var subject in root.ItemsAt("subjects")?.OfType<Map>() ?? [])
                {
                    if (subject.TextAt("kind") is "User" or "Group")
                    {
                        subject.TryAdd("apiGroup", "rbac.authorization.k8s.io");
                    }
                }

                if (previous?.Parse() is { } bound && !Json.Same(bound.At("roleRef"), root.At("roleRef")))
                {
                    // The reference shows its internal form, whose names are capitalised.
                    errors.Add(FieldError.Invalid(
                        "roleRef",
                        new Map
                        {
                            ["APIGroup"] = root.At("roleRef", "apiGroup"),
                            ["Kind"] = root.At("roleRef", "kind"),
                            ["Name"] = root.At("roleRef", "name"),
                        },
                        "cannot change roleRef"));
                }

                break;
            case ("", "events"):
                var meta = root.TextAt("metadata", "namespace");
                var about = root.TextAt("involvedObject", "namespace") ?? "";
                if (about.Length > 0 ? about != meta : meta != "default")
                {
                    errors.Add(FieldError.Invalid("involvedObject.namespace", about, "does not match event.namespace"));
                }

                break;
        }
    }

    private static void CompleteSecret(Map root, StoredObject? previous, List<FieldError> errors)
    {
        root.TryAdd("type", "Opaque");
        if (root.Remove("stringData", out var plain) && plain is Map texts)
        {
            foreach (var (key, value) in texts)
            {
                root.Child("data")[key] = Convert.ToBase64String(Encoding.UTF8.GetBytes(value as string ?? ""));
            }
        }

        CheckKeys(root.MapAt("data"), "data", errors);
        if (previous?.Parse() is not { } old)
        {
            return;
        }

        if (!Equals(old.At("type"), root.At("type")))
        {
            errors.Add(FieldError.Invalid("type", root.At("type"), "field is immutable"));
        }

        if (old.FlagAt("immutable"))
        {
            CheckFrozen(root, old, ["data"], errors);
        }
    }

    private static void CheckFrozen(Map root, Map old, string[] fields, List<FieldError> errors)
    {
        if (!root.FlagAt("immutable"))
        {
            errors.Add(FieldError.Forbidden("immutable", "field is immutable when `immutable` is set"));
        }

        errors.AddRange(fields
            .Where(field => !Json.Same(root.At(field), old.At(field)))
            .Select(field => FieldError.Forbidden(field, "field is immutable when `immutable` is set")));
    }

    private static void CheckKeys(Map? data, string field, List<FieldError> errors)
    {
        foreach (var key in data?.Keys ?? Enumerable.Empty<string>())
        {
            if (key.Length is 0 or > 253 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            {
                errors.Add(FieldError.Invalid(
                    $"{field}[{key}]", key,
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',"
                    + "  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
            }
        }
    }

    private static void Rename(Map root, bool toCore)
    {
        foreach (var (core, events) in EventNames)
        {
            if (root.Remove(toCore ? events : core, out var value))
            {
                root[toCore ? core : events] = value;
            }
        }

        // events.k8s.io requires the field, so the real server shows an event that has none as null.
        if (!toCore && !root.ContainsKey("eventTime"))
        {
            root["eventTime"] = null;
        }
    }

    private static Map AsCore(Map root)
    {
        var copy = new Map(root);
        Rename(copy, toCore: true);
        return copy;
    }

    private static Column[] EventColumns() =>
    [
        new("Last Seen", "string", "", "Time since the event was last seen.", 0, (root, now) =>
            Tables.AgeOf(root.TextAt("series", "lastObservedTime") ?? root.TextAt("lastTimestamp") ?? root.TextAt("eventTime"), now)),
        Text("Type", "type"),
        Text("Reason", "reason"),
        Words("Object", root =>
            $"{root.TextAt("involvedObject", "kind")?.ToLowerInvariant()}/{root.TextAt("involvedObject", "name")}"),
        Words("Subobject", root => root.TextAt("involvedObject", "fieldPath") ?? "", 1),
        Words("Source", root => root.TextAt("source", "component") ?? root.TextAt("reportingComponent") ?? "", 1),
        Words("Message", root => (root.TextAt("message") ?? "").Trim()),
        new("First Seen", "string", "", "Time since the event was first seen.", 1, (root, now) =>
            Tables.AgeOf(root.TextAt("firstTimestamp") ?? root.TextAt("eventTime"), now)),
        Number("Count", root => root.At("count") as long? ?? 1, 1),
        Words("Name", root => root.TextAt("metadata", "name") ?? "", 1),
    ];

    private static Column Text(string name, params string[] path) => Words(name, root => root.TextAt(path) ?? "");

    private static Column Words(string name, Func<Map, string> cell, int priority = 0) =>
        new(name, "string", "", name, priority, (root, _) => cell(root));

    // The reference declares its counts as strings and sends numbers.
    private static Column Number(string name, Func<Map, long> cell, int priority = 0) =>
        new(name, "string", "", name, priority, (root, _) => cell(root));

    private static Column RoleRef() => Words("Role", root => $"{root.TextAt("roleRef", "kind")}/{root.TextAt("roleRef", "name")}");

    private static string Count(Map root, params string[] path) => Json.Text(root.At(path) ?? 0L);

    private static string Ports(Map root)
    {
        var ports = root.ItemsAt("spec", "ports")?.OfType<Map>()
            .Select(p => $"{Json.Text(p.At("port"))}/{p.TextAt("protocol") ?? "TCP"}").ToList();
        return ports is { Count: > 0 } ? string.Join(",", ports) : "<none>";
    }
}

/// <summary>Schemas of the built-in kinds, read from the embedded extract when the first one is needed.</summary>
internal sealed class Definitions
{
    private readonly Dictionary<string, Schema> _schemas = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byKind = new(StringComparer.Ordinal);

    public Definitions()
    {
        using var stream = typeof(Definitions).Assembly.GetManifestResourceStream("builtin.json")!;
        using var reader = new MemoryStream();
        stream.CopyTo(reader);
        Source = Json.ParseMap(reader.GetBuffer().AsSpan(0, (int)reader.Length));
        foreach (var (name, value) in Source)
        {
            var definition = (Map)value!;
            if (definition.Remove("kind", out var kind))
            {
                _byKind[(string)kind!] = name;
            }

            // An object of which nothing is said may hold anything (FieldsV1, RawExtension).
            if (definition.TextAt("type") == "object" && !definition.ContainsKey("properties") && !definition.ContainsKey("additionalProperties"))
            {
                definition["x-kubernetes-preserve-unknown-fields"] = true;
            }
        }
    }

    public Map Source { get; }

    public Schema Find(string name)
    {
        lock (_schemas)
        {
            if (!_schemas.TryGetValue(name, out var schema))
            {
                schema = new Schema((Map)Source[name]!, reference => Find(reference));
                _schemas[name] = schema;
            }

            return schema;
        }
    }

    public (string Name, Schema Schema) OfKind(string group, string version, string kind)
    {
        var name = _byKind[$"{group}/{version}/{kind}"];
        return (name, Find(name));
    }

    public Schema ObjectMeta => Find("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
}

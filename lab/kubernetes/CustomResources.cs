namespace Metal3.Lab.Kubernetes;

/// <summary>CustomResourceDefinitions: their own rules and status, and the resource types they stand for.</summary>
internal static class CustomResources
{
    public const string CollectionId = "apiextensions.k8s.io/customresourcedefinitions";
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

    /// <summary>Fills in defaults and status as the reference and its controllers do, at once instead of after a while.</summary>
    public static void Complete(Map root, Map? previous, string now, List<FieldError> errors)
    {
        var spec = root.Child("spec");
        var names = spec.Child("names");
        if (names.TextAt("kind") is { } kind)
        {
            names.TryAdd("singular", kind.ToLowerInvariant());
            names.TryAdd("listKind", kind + "List");
        }

        spec.Child("conversion").TryAdd("strategy", "None");
        Check(root, spec, names, errors);
        if (errors.Count > 0)
        {
            return;
        }

        var status = previous.MapAt("status") is { } old ? Json.Clone(old) : [];
        status["acceptedNames"] = Json.Clone(names);
        var stored = status.ItemsAt("storedVersions") ?? [];
        var storage = spec.ItemsAt("versions")!.OfType<Map>().First(v => v.FlagAt("storage")).TextAt("name");
        if (!stored.Contains(storage))
        {
            stored.Add(storage);
        }

        status["storedVersions"] = stored;
        if (status.ItemsAt("conditions") is null)
        {
            status["conditions"] = new Items
            {
                Condition("NamesAccepted", "NoConflicts", "no conflicts found", now),
                Condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now),
            };
        }

        root["status"] = status;
    }

    public static Map Condition(string type, string reason, string message, string now) => new()
    {
        ["type"] = type,
        ["status"] = "True",
        ["reason"] = reason,
        ["message"] = message,
        ["lastTransitionTime"] = now,
    };

    /// <summary>The served versions of a definition.</summary>
    public static IReadOnlyList<ResourceType> Types(Map root, Store store, Definitions definitions)
    {
        var spec = root.MapAt("spec")!;
        var names = spec.MapAt("names")!;
        var group = spec.TextAt("group")!;
        var plural = names.TextAt("plural")!;
        var kind = names.TextAt("kind")!;
        var versions = spec.ItemsAt("versions")!.OfType<Map>().ToList();
        var storage = versions.First(v => v.FlagAt("storage")).TextAt("name");
        var collection = store.Collection($"{group}/{plural}");
        var reversed = string.Join('.', group.Split('.').Reverse());
        return versions.Where(v => v.FlagAt("served")).OrderBy(v => v.TextAt("name") != storage).Select(version =>
        {
            var name = version.TextAt("name")!;
            var hasStatus = version.MapAt("subresources", "status") is not null;
            var columns = version.ItemsAt("additionalPrinterColumns")?.OfType<Map>().Select(Tables.FromPath).ToList();
            var source = version.MapAt("schema", "openAPIV3Schema") ?? [];
            return new ResourceType(group, name, kind, plural, names.TextAt("singular") ?? kind.ToLowerInvariant(),
                spec.TextAt("scope") == "Namespaced", collection)
            {
                ListKind = names.TextAt("listKind") ?? kind + "List",
                ShortNames = names.ItemsAt("shortNames")?.OfType<string>().ToList() ?? [],
                Categories = names.ItemsAt("categories")?.OfType<string>().ToList() ?? [],
                IsCustom = true,
                HasStatus = hasStatus,
                HasGeneration = true,
                Schema = WithMetadata(source, definitions),
                DefinitionName = $"{reversed}.{name}.{kind}",
                StoredApiVersion = $"{group}/{storage}",
                Columns = [Tables.NameColumn, .. columns is { Count: > 0 } ? columns : [Tables.AgeColumn with { Type = "date" }]],
                SelectableFields = version.ItemsAt("selectableFields")?.OfType<Map>()
                    .Select(f => (f.TextAt("jsonPath") ?? "").TrimStart('.')).ToList() ?? [],
            };
        }).ToList();
    }

    private static Schema WithMetadata(Map source, Definitions definitions)
    {
        var full = new Map(source);
        var properties = new Map(source.MapAt("properties") ?? [])
        {
            ["metadata"] = new Map { ["$ref"] = "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", ["type"] = "object" },
        };
        full["properties"] = properties;
        return new Schema(full, definitions.Find);
    }

    private static void Check(Map root, Map spec, Map names, List<FieldError> errors)
    {
        var group = spec.TextAt("group") ?? "";
        if (group.Length == 0)
        {
            errors.Add(FieldError.Required("spec.group"));
        }

        foreach (var field in new[] { "plural", "kind" }.Where(f => string.IsNullOrEmpty(names.TextAt(f))))
        {
            errors.Add(FieldError.Required($"spec.names.{field}"));
        }

        var expected = $"{names.TextAt("plural")}.{group}";
        if (root.TextAt("metadata", "name") is { } name && name != expected)
        {
            errors.Add(FieldError.Invalid("metadata.name", name, "must be spec.names.plural+\".\"+spec.group"));
        }

        if (spec.TextAt("scope") is not ("Namespaced" or "Cluster"))
        {
            errors.Add(spec.TextAt("scope") is { Length: > 0 } scope
                ? FieldError.NotSupported("spec.scope", scope, ["Cluster", "Namespaced"])
                : FieldError.Required("spec.scope"));
        }

        var versions = spec.ItemsAt("versions")?.OfType<Map>().ToList() ?? [];
        if (versions.Count(v => v.FlagAt("storage")) != 1)
        {
            errors.Add(FieldError.Invalid(
                "spec.versions", spec.At("versions"), "must have exactly one version marked as storage version"));
        }

        for (var i = 0; i < versions.Count; i++)
        {
            var path = $"spec.versions[{i}]";
            if (versions[i].MapAt("schema", "openAPIV3Schema") is not { } schema)
            {
                errors.Add(FieldError.Required($"{path}.schema.openAPIV3Schema", "schemas are required"));
                continue;
            }

            if (schema.TextAt("type") is not "object")
            {
                errors.Add(FieldError.Invalid(
                    $"{path}.schema.openAPIV3Schema.type", schema.TextAt("type") ?? "", "must be object at the root"));
            }

            CheckStructure(schema, $"{path}.schema.openAPIV3Schema", errors);
        }
    }

    /// <summary>The rules of structural schemas that a hand-written one breaks first.</summary>
    private static void CheckStructure(Map schema, string path, List<FieldError> errors)
    {
        if (string.IsNullOrEmpty(schema.TextAt("type")) && !schema.FlagAt("x-kubernetes-int-or-string")
            && !schema.FlagAt("x-kubernetes-preserve-unknown-fields"))
        {
            errors.Add(FieldError.Required($"{path}.type", "must not be empty for specified object fields"));
        }

        if (schema.TextAt("pattern") is { } pattern)
        {
            try
            {
                _ = new System.Text.RegularExpressions.Regex(pattern);
            }
            catch (ArgumentException e)
            {
                errors.Add(FieldError.Invalid($"{path}.pattern", pattern, $"must be a valid regular expression, but isn't: {e.Message}"));
            }
        }

        if (schema.TextAt("x-kubernetes-list-type") == "map" && schema.ItemsAt("x-kubernetes-list-map-keys") is not { Count: > 0 })
        {
            errors.Add(FieldError.Required(
                $"{path}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"));
        }

        if (schema.TextAt("type") == "array" && schema.MapAt("items") is null)
        {
            errors.Add(FieldError.Required($"{path}.items", "must be specified"));
        }

        foreach (var (key, value) in schema.MapAt("properties") ?? [])
        {
            if (value is Map child && (path.EndsWith("openAPIV3Schema", StringComparison.Ordinal) ? key != "metadata" : true))
            {
                CheckStructure(child, $"{path}.properties[{key}]", errors);
            }
        }

        if (schema.MapAt("items") is { } items)
        {
            CheckStructure(items, $"{path}.items", errors);
        }

        if (schema.MapAt("additionalProperties") is { } more)
        {
            CheckStructure(more, $"{path}.additionalProperties", errors);
        }
    }
}

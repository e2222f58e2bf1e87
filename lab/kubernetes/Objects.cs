using System.Globalization;

namespace Metal3.Lab.Kubernetes;

/// <summary>How a write was asked for.</summary>
internal sealed record WriteOptions
{
    public bool DryRun { get; init; }

    public string Manager { get; init; } = "unknown";

    /// <summary><c>Strict</c>, <c>Warn</c> or <c>Ignore</c>: what happens to unknown and repeated fields.</summary>
    public string Validation { get; init; } = "Warn";

    public bool Force { get; init; }

    public List<string> Warnings { get; } = [];

    public IReadOnlyList<string> Duplicates { get; init; } = [];
}

/// <summary>What a client asked of a deletion.</summary>
internal sealed record DeleteOptions(string Propagation, string? Uid, string? ResourceVersion, bool DryRun);

/// <summary>The way of an object into the store: names, defaults, rules, ownership of fields, deletion.</summary>
internal sealed class Objects(Store store, Registry registry, Definitions definitions, Webhooks webhooks, TimeProvider time)
{
    public const string Orphan = "orphan";
    public const string Foreground = "foregroundDeletion";
    private const int Attempts = 1000;

    private string Now => Timestamp(time.GetUtcNow());

    public static string Timestamp(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public async Task<Map> CreateAsync(ResourceType type, string ns, Map root, WriteOptions options, CancellationToken cancellation)
    {
        CheckIdentity(type, ns, null, root);
        var metadata = root.Child("metadata");
        CheckTypes(type, root);
        var unknown = new List<string>();
        CleanUp(type, root, unknown);
        Report(type, unknown, options, message => ApiException.BadRequest(
            $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: strict decoding error: {message}"));
        if (!string.IsNullOrEmpty(metadata.TextAt("resourceVersion")))
        {
            throw ApiException.Internal("resourceVersion should not be set on objects to be created");
        }

        return await InsertAsync(type, ns, root, options, applied: false, cancellation);
    }

    /// <summary>Changes an object: <paramref name="change"/> gets a copy of the current one and returns the wanted one.</summary>
    public async Task<Map> UpdateAsync(
        ResourceType type, string ns, string name, string subresource, Func<Map, Map> change, WriteOptions options, bool isPatch,
        CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var stored = store.Get(type.Collection, type.Key(ns, name)) ?? throw ApiException.NotFound(type, name);
            var current = type.Read(stored);
            var wanted = change(Json.Clone(current));
            try
            {
                return await ReplaceAsync(type, ns, name, subresource, stored, current, wanted, options, isPatch, false, cancellation);
            }
            catch (StaleObjectException) when (attempt < Attempts)
            {
                // Somebody was faster; the change is made again on what they wrote.
            }
        }
    }

    /// <summary>Server-side apply; also creates.</summary>
    public async Task<(Map Root, bool Created)> ApplyAsync(
        ResourceType type, string ns, string name, string subresource, Map applied, WriteOptions options, CancellationToken cancellation)
    {
        CheckIdentity(type, ns, name, applied);
        applied.Child("metadata")["name"] = name;
        CheckTypes(type, applied);
        if (applied.ItemsAt("metadata", "managedFields") is { Count: > 0 })
        {
            throw ApiException.BadRequest("metadata.managedFields must be nil");
        }

        var unknown = new List<string>();
        CleanUp(type, applied, unknown);
        if (unknown.Count > 0)
        {
            throw ApiException.Internal(
                $"failed to create typed patch object ({applied.TextAt("metadata", "namespace")}/{name}; {type.ApiVersion}, Kind={type.Kind}): "
                + (unknown.Count == 1 ? "" : "errors:\n  ") + string.Join("\n  ", unknown.Select(u => $".{u}: field not declared in schema")));
        }

        for (var attempt = 1; ; attempt++)
        {
            var stored = store.Get(type.Collection, type.Key(ns, name));
            var current = stored is null ? null : type.Read(stored);
            if (current is null && subresource.Length > 0)
            {
                throw ApiException.NotFound(type, name);
            }

            if (current is not null && applied.TextAt("metadata", "uid") is { Length: > 0 } uid && uid != stored!.Uid)
            {
                throw ApiException.Conflict(type, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {stored.Uid}");
            }

            var wanted = FieldManagers.Apply(
                current, Effective(type, subresource, applied), type.Schema, options.Manager, type.ApiVersion, subresource, options.Force, Now);
            try
            {
                if (stored is null)
                {
                    wanted.Child("metadata").Remove("resourceVersion");
                    return (await InsertAsync(type, ns, wanted, options, applied: true, cancellation), true);
                }

                return (await ReplaceAsync(
                    type, ns, name, subresource, stored, current!, wanted, options, true, applied: true, cancellation), false);
            }
            catch (StaleObjectException) when (attempt < Attempts)
            {
                // Applied again on what somebody else wrote meanwhile.
            }
            catch (ApiException e) when (e.Reason == "AlreadyExists" && attempt < Attempts)
            {
                // Created by somebody else meanwhile.
            }
        }
    }

    /// <summary>Deletes, or marks for deletion where finalizers must run first.</summary>
    /// <returns>The object as it was left, and whether it is gone.</returns>
    public async Task<(Map Root, bool Gone)> DeleteAsync(
        ResourceType type, string ns, string name, DeleteOptions options, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var key = type.Key(ns, name);
            var stored = store.Get(type.Collection, key) ?? throw ApiException.NotFound(type, name);
            if (options.Uid is { } uid && uid != stored.Uid)
            {
                throw ApiException.Conflict(type, name,
                    $"the UID in the precondition ({uid}) does not match the UID in record ({stored.Uid}). "
                    + "The object might have been deleted and then recreated");
            }

            if (options.ResourceVersion is { } version && version != stored.Revision.ToString(CultureInfo.InvariantCulture))
            {
                throw ApiException.Conflict(type, name,
                    $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record "
                    + $"({stored.Revision}). The object might have been modified");
            }

            var root = type.Read(stored);
            await webhooks.CheckAsync("DELETE", type, "", ns, name, null, root, new WriteOptions { DryRun = options.DryRun }, cancellation);
            try
            {
                return Delete(type, key, stored, root, options);
            }
            catch (StaleObjectException) when (attempt < Attempts)
            {
                // Decide again on what is there now.
            }
        }
    }

    /// <summary>Writes what a controller of the server itself decided; false if the object changed meanwhile.</summary>
    public bool TryWrite(ResourceType type, StoredObject stored, Map root)
    {
        var key = type.Key(stored.Namespace, stored.Name);
        try
        {
            var left = root.ItemsAt("metadata", "finalizers") is { Count: > 0 };
            type.ToStored(root);
            if (stored.IsDeleting && !left && !HoldsNamespace(type, root))
            {
                _ = store.Delete(type.Collection, key, stored);
            }
            else
            {
                _ = store.Put(type.Collection, key, root, stored);
            }

            return true;
        }
        catch (StaleObjectException)
        {
            return false;
        }
    }

    private static bool HoldsNamespace(ResourceType type, Map root) =>
        type is { Group: "", Plural: "namespaces" } && root.ItemsAt("spec", "finalizers") is { Count: > 0 };

    /// <summary>What an applied document may say: not the status on the main resource, nothing but the status on the other.</summary>
    private static Map Effective(ResourceType type, string subresource, Map applied)
    {
        var effective = new Map(applied);
        if (subresource == "status")
        {
            foreach (var key in effective.Keys.Where(k => k is not ("apiVersion" or "kind" or "metadata" or "status")).ToList())
            {
                effective.Remove(key);
            }

            var metadata = new Map();
            foreach (var key in new[] { "name", "namespace", "resourceVersion" })
            {
                if (applied.At("metadata", key) is { } value)
                {
                    metadata[key] = value;
                }
            }

            effective["metadata"] = metadata;
        }
        else if (type.HasStatus)
        {
            effective.Remove("status");
        }

        return effective;
    }

    private static void CheckIdentity(ResourceType type, string ns, string? name, Map root)
    {
        var apiVersion = root.TextAt("apiVersion") ?? "";
        if (apiVersion.Length == 0 && !type.IsCustom)
        {
            root["apiVersion"] = apiVersion = type.ApiVersion;
        }

        if (!root.ContainsKey("kind") && !type.IsCustom)
        {
            root["kind"] = type.Kind;
        }

        if (apiVersion != type.ApiVersion)
        {
            throw ApiException.BadRequest(
                $"the API version in the data ({apiVersion}) does not match the expected API version ({type.ApiVersion})");
        }

        var kind = root.TextAt("kind") ?? "";
        if (kind != type.Kind)
        {
            throw type.IsCustom
                ? ApiException.Invalid(type.Group, kind, root.TextAt("metadata", "name") ?? "", [FieldError.Invalid("kind", kind, $"must be {type.Kind}")])
                : ApiException.BadRequest($"{kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: converting (v1.{kind}) to (core.{type.Kind}): unknown conversion");
        }

        if (root.TryGetValue("metadata", out var given) && given is not (Map or null))
        {
            throw ApiException.BadRequest($"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: json: cannot unmarshal {Json.TypeName(given)} into Go struct field {type.Kind}.metadata of type v1.ObjectMeta");
        }

        var metadata = root.Child("metadata");
        if (name is not null && metadata.TextAt("name") is { Length: > 0 } other && other != name)
        {
            throw ApiException.BadRequest($"the name of the object ({other}) does not match the name on the URL ({name})");
        }

        if (metadata.TextAt("namespace") is { Length: > 0 } elsewhere && elsewhere != ns)
        {
            throw ApiException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }
    }

    private static bool IsSameButRevision(Map before, Map after)
    {
        static Map Bare(Map root)
        {
            var bare = new Map(root);
            var metadata = new Map((Map)root["metadata"]!);
            metadata.Remove("resourceVersion");
            bare["metadata"] = metadata;
            return bare;
        }

        return Json.Same(Bare(before), Bare(after));
    }

    private static bool SameIntent(ResourceType type, Map before, Map after)
    {
        bool Counts(string key) => key is not ("metadata" or "apiVersion" or "kind") && !(type.HasStatus && key == "status");

        return before.Keys.Union(after.Keys).Where(Counts).All(key => Json.Same(before.At(key), after.At(key)));
    }

    /// <summary>A patch that led to something that is no object of its kind.</summary>
    private static ApiException BadResult(Map patched, string why) =>
        ApiException.Invalid("", "", "", [FieldError.Invalid("patch", Json.Text(patched), why)]);

    private void CheckTypes(ResourceType type, Map root, bool isPatch = false)
    {
        var wrong = SchemaRules.WrongJsonType(root.MapAt("metadata") ?? [], definitions.ObjectMeta, "ObjectMeta");
        if (wrong is null && !type.IsCustom)
        {
            wrong = SchemaRules.WrongJsonType(root, type.Schema!, type.Kind);
        }

        if (wrong is not null)
        {
            throw isPatch ? BadResult(root, wrong) : ApiException.BadRequest(
                $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: {wrong}");
        }
    }

    private void CleanUp(ResourceType type, Map root, List<string> unknown)
    {
        if (type.Schema is { } schema)
        {
            SchemaRules.Prune(root, schema, unknown);
        }

        var known = new List<string>();
        SchemaRules.Prune(root.Child("metadata"), definitions.ObjectMeta, known);
        unknown.AddRange(known.Select(field => "metadata." + field));
        if (type.IsCustom && type.Schema is { } structural)
        {
            SchemaRules.Default(root, structural);
        }

        foreach (var field in new[] { "labels", "annotations", "finalizers", "ownerReferences" })
        {
            if (root.Child("metadata").At(field) is null or Map { Count: 0 } or Items { Count: 0 })
            {
                root.Child("metadata").Remove(field);
            }
        }
    }

    private static void Report(ResourceType type, List<string> unknown, WriteOptions options, Func<string, Exception> refuse)
    {
        var problems = options.Duplicates.Select(d => $"duplicate field \"{d}\"")
            .Concat(unknown.Select(u => $"unknown field \"{u}\"")).ToList();
        if (problems.Count == 0)
        {
            return;
        }

        if (options.Validation == "Strict")
        {
            throw refuse(string.Join(", ", problems));
        }

        if (options.Validation == "Warn")
        {
            options.Warnings.AddRange(problems);
        }
    }

    private async Task<Map> InsertAsync(
        ResourceType type, string ns, Map root, WriteOptions options, bool applied, CancellationToken cancellation)
    {
        var metadata = root.Child("metadata");
        if (type.Namespaced)
        {
            CheckNamespace(type, ns, metadata.TextAt("name") ?? "");
            metadata["namespace"] = ns;
        }
        else
        {
            metadata.Remove("namespace");
        }

        var prefix = metadata.TextAt("generateName");
        var generated = string.IsNullOrEmpty(metadata.TextAt("name")) && !string.IsNullOrEmpty(prefix);
        if (generated)
        {
            metadata["name"] = prefix + MetaRules.RandomSuffix();
        }

        foreach (var field in new[] { "selfLink", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "generation" })
        {
            metadata.Remove(field);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Now;
        if (type.HasGeneration)
        {
            metadata["generation"] = 1L;
        }

        if (type.HasStatus)
        {
            root.Remove("status");
        }

        var name = metadata.TextAt("name") ?? "";
        Validate(type, name, root, null);
        await webhooks.CheckAsync("CREATE", type, "", ns, name, root, null, options, cancellation);
        if (!applied)
        {
            FieldManagers.RecordUpdate(null, root, type.Schema, options.Manager, type.ApiVersion, "", Now);
        }

        if (store.Get(type.Collection, type.Key(ns, name)) is not null)
        {
            throw ApiException.AlreadyExists(type, name);
        }

        if (options.DryRun)
        {
            return root;
        }

        try
        {
            type.ToStored(root);
            return type.Read(store.Put(type.Collection, type.Key(ns, name), root, null));
        }
        catch (StaleObjectException)
        {
            throw ApiException.AlreadyExists(type, name);
        }
    }

    private async Task<Map> ReplaceAsync(
        ResourceType type, string ns, string name, string subresource, StoredObject stored, Map current, Map wanted,
        WriteOptions options, bool isPatch, bool applied, CancellationToken cancellation)
    {
        CheckIdentity(type, ns, name, wanted);
        CheckTypes(type, wanted, isPatch);
        if (!applied)
        {
            var unknown = new List<string>();
            var patched = isPatch ? Json.Clone(wanted) : null;
            CleanUp(type, wanted, unknown);
            Report(type, unknown, options, message => isPatch
                ? BadResult(patched!, $"strict decoding error: {message}")
                : ApiException.BadRequest(
                    $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: strict decoding error: {message}"));
        }
        else if (type.IsCustom)
        {
            SchemaRules.Default(wanted, type.Schema!);
        }

        wanted = Combine(type, subresource, stored, current, wanted, isPatch, out var metadata);
        var errors = new List<FieldError>();
        if (stored.IsDeleting)
        {
            var added = (metadata.ItemsAt("finalizers")?.OfType<string>() ?? []).Except(stored.Finalizers, StringComparer.Ordinal).ToList();
            if (added.Count > 0)
            {
                errors.Add(FieldError.Forbidden("metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                    + string.Join(", ", added.Select(Json.Text)) + "}"));
            }
        }

        if (type.HasGeneration)
        {
            var generation = current.At("metadata", "generation") as long? ?? 1;
            metadata["generation"] = SameIntent(type, current, wanted) ? generation : generation + 1;
        }

        Validate(type, name, wanted, stored, errors, subresource);
        if (!applied)
        {
            FieldManagers.RecordUpdate(current, wanted, type.Schema, options.Manager, type.ApiVersion, subresource, Now);
        }

        await webhooks.CheckAsync("UPDATE", type, subresource, ns, name, wanted, current, options, cancellation);
        if (IsSameButRevision(current, wanted))
        {
            return current;
        }

        if (options.DryRun)
        {
            return wanted;
        }

        var gone = stored.IsDeleting && metadata.ItemsAt("finalizers") is not { Count: > 0 } && !HoldsNamespace(type, wanted);
        type.ToStored(wanted);
        var key = type.Key(ns, name);
        if (!gone)
        {
            return type.Read(store.Put(type.Collection, key, wanted, stored));
        }

        // The last finalizer went with this write; watchers see the deletion only, as with the reference.
        _ = store.Delete(type.Collection, key, stored);
        return wanted;
    }

    /// <summary>Puts together what the endpoint may change with what it may not.</summary>
    private static Map Combine(
        ResourceType type, string subresource, StoredObject stored, Map current, Map wanted, bool isPatch, out Map metadata)
    {
        var asked = wanted.Child("metadata");
        var version = asked.TextAt("resourceVersion") ?? "";
        if (version.Length == 0 || version == "0")
        {
            if (type.IsCustom && !isPatch)
            {
                throw ApiException.Invalid(type.Group, type.Plural, stored.Name,
                    [FieldError.Invalid("metadata.resourceVersion", 0L, "must be specified for an update")]);
            }
        }
        else if (version != stored.Revision.ToString(CultureInfo.InvariantCulture))
        {
            throw ApiException.Modified(type, stored.Name);
        }

        if (asked.TextAt("uid") is { Length: > 0 } uid && uid != stored.Uid)
        {
            throw isPatch
                ? ApiException.Invalid(type, stored.Name, [FieldError.Invalid("metadata.uid", uid, "field is immutable")])
                : ApiException.Conflict(type, stored.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {stored.Uid}");
        }

        var managed = asked.At("managedFields");
        if (subresource.Length > 0)
        {
            var status = wanted.At("status");
            var had = wanted.ContainsKey("status");
            var result = Json.Clone(current);
            if (subresource == "finalize")
            {
                result.Child("spec")["finalizers"] = wanted.At("spec", "finalizers") ?? new Items();
            }
            else if (had)
            {
                result["status"] = status;
            }
            else
            {
                result.Remove("status");
            }

            metadata = result.Child("metadata");
            if (managed is not null)
            {
                metadata["managedFields"] = managed;
            }

            return result;
        }

        if (type.HasStatus && type.Plural != "customresourcedefinitions")
        {
            wanted.Remove("status");
            if (current.TryGetValue("status", out var status))
            {
                wanted["status"] = status;
            }
        }

        metadata = asked;
        var before = (Map)current["metadata"]!;
        foreach (var field in new[] { "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "resourceVersion", "namespace", "name", "selfLink" })
        {
            metadata.Remove(field);
            if (before.TryGetValue(field, out var value))
            {
                metadata[field] = value;
            }
        }

        if (type is { Group: "", Plural: "namespaces" } && current.At("spec", "finalizers") is { } held)
        {
            wanted.Child("spec")["finalizers"] = held;
        }

        return wanted;
    }

    private void Validate(ResourceType type, string name, Map root, StoredObject? previous, List<FieldError>? errors = null, string subresource = "")
    {
        errors ??= [];
        MetaRules.Validate(type, (Map)root["metadata"]!, errors);
        if (type.IsCustom)
        {
            SchemaRules.Validate(root, type.Schema!, subresource, errors);
        }
        else if (type.Collection.Id == CustomResources.CollectionId)
        {
            CustomResources.Complete(root, previous?.Parse(), Now, errors);
        }
        else
        {
            BuiltIns.Complete(type, root, previous, errors);
        }

        if (errors.Count > 0)
        {
            throw ApiException.Invalid(type, name, errors);
        }
    }

    private void CheckNamespace(ResourceType type, string ns, string name)
    {
        var namespaces = registry.BuiltIn("", "namespaces");
        var found = store.Get(namespaces.Collection, ns) ?? throw ApiException.NotFound(namespaces, ns);
        if (found.IsDeleting)
        {
            throw ApiException.Forbidden(type, name,
                $"unable to create new content in namespace {ns} because it is being terminated",
                new Map
                {
                    ["reason"] = "NamespaceTerminating",
                    ["message"] = $"namespace {ns} is being terminated",
                    ["field"] = "metadata.namespace",
                });
        }
    }

    private (Map Root, bool Gone) Delete(ResourceType type, string key, StoredObject stored, Map root, DeleteOptions options)
    {
        var metadata = (Map)root["metadata"]!;
        var finalizers = (metadata.ItemsAt("finalizers") ?? []).Where(f => f is not (Orphan or Foreground)).ToList();
        switch (options.Propagation)
        {
            case "Orphan":
                finalizers.Add(Orphan);
                break;
            case "Foreground":
                finalizers.Add(Foreground);
                break;
        }

        if (type.Collection.Id == CustomResources.CollectionId && !finalizers.Contains(CustomResources.CleanupFinalizer))
        {
            finalizers.Add(CustomResources.CleanupFinalizer);
        }

        var isNamespace = type is { Group: "", Plural: "namespaces" };
        if (finalizers.Count == 0 && !HoldsNamespace(type, root))
        {
            if (!options.DryRun)
            {
                _ = store.Delete(type.Collection, key, stored);
            }

            return (root, true);
        }

        if (stored.IsDeleting && stored.Finalizers.SequenceEqual(finalizers.OfType<string>(), StringComparer.Ordinal))
        {
            return (root, false);
        }

        if (finalizers.Count > 0)
        {
            metadata["finalizers"] = finalizers;
        }

        if (!stored.IsDeleting)
        {
            metadata["deletionTimestamp"] = Now;
            metadata["deletionGracePeriodSeconds"] = 0L;
            if (metadata.At("generation") is long generation)
            {
                metadata["generation"] = generation + 1;
            }
        }

        if (isNamespace)
        {
            root.Child("status")["phase"] = "Terminating";
        }

        if (options.DryRun)
        {
            return (root, false);
        }

        type.ToStored(root);
        return (type.Read(store.Put(type.Collection, key, root, stored)), false);
    }
}

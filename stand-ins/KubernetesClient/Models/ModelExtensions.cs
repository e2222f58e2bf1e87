namespace k8s.Models;

/// <summary>Short ways to what every object's metadata holds.</summary>
public static class ModelExtensions
{
    public static string ApiGroup(this IKubernetesObject obj) => obj.ApiGroupAndVersion().Item1;

    public static string ApiGroupVersion(this IKubernetesObject obj) => obj.ApiGroupAndVersion().Item2;

    public static (string, string) ApiGroupAndVersion(this IKubernetesObject obj)
    {
        obj.GetApiGroupAndVersion(out var group, out var version);
        return (group, version);
    }

    public static void GetApiGroupAndVersion(this IKubernetesObject obj, out string group, out string version)
    {
        ArgumentNullException.ThrowIfNull(obj);
        (group, version) = obj.ApiVersion?.Split('/', 2) switch
        {
            [var g, var v] => (g, v),
            [var v] => ("", v),
            _ => (null, null),
        };
    }

    public static string Continue(this IMetadata<V1ListMeta> list) => list?.Metadata?.ContinueProperty;

    public static string ResourceVersion(this IMetadata<V1ListMeta> list) => list?.Metadata?.ResourceVersion;

    public static string Name(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Name;

    public static string Namespace(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.NamespaceProperty;

    public static string Namespace(this V1ObjectMeta meta) => meta?.NamespaceProperty;

    public static string Uid(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Uid;

    public static string ResourceVersion(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.ResourceVersion;

    public static long? Generation(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Generation;

    public static DateTime? CreationTimestamp(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.CreationTimestamp;

    public static DateTime? DeletionTimestamp(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.DeletionTimestamp;

    public static IDictionary<string, string> Annotations(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Annotations;

    public static IDictionary<string, string> Labels(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Labels;

    public static IList<string> Finalizers(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Finalizers;

    public static IList<V1OwnerReference> OwnerReferences(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.OwnerReferences;

    public static string GetAnnotation(this IMetadata<V1ObjectMeta> obj, string key) =>
        obj.Annotations()?.TryGetValue(key, out var value) is true ? value : null;

    public static string GetLabel(this IMetadata<V1ObjectMeta> obj, string key) =>
        obj.Labels()?.TryGetValue(key, out var value) is true ? value : null;

    public static void SetAnnotation(this IMetadata<V1ObjectMeta> obj, string key, string value) =>
        Set(obj.EnsureMetadata().EnsureAnnotations(), key, value);

    public static void SetLabel(this IMetadata<V1ObjectMeta> obj, string key, string value) =>
        Set(obj.EnsureMetadata().EnsureLabels(), key, value);

    public static void SetNamespace(this V1ObjectMeta meta, string ns)
    {
        ArgumentNullException.ThrowIfNull(meta);
        meta.NamespaceProperty = ns;
    }

    public static bool HasFinalizer(this IMetadata<V1ObjectMeta> obj, string finalizer) =>
        obj.Finalizers()?.Contains(finalizer) is true;

    public static bool AddFinalizer(this IMetadata<V1ObjectMeta> obj, string finalizer)
    {
        ArgumentException.ThrowIfNullOrEmpty(finalizer);
        if (obj.HasFinalizer(finalizer))
        {
            return false;
        }

        obj.EnsureMetadata().EnsureFinalizers().Add(finalizer);
        return true;
    }

    public static bool RemoveFinalizer(this IMetadata<V1ObjectMeta> obj, string finalizer) =>
        obj.Finalizers()?.Remove(finalizer) is true;

    public static V1ObjectMeta EnsureMetadata(this IMetadata<V1ObjectMeta> obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return obj.Metadata ??= new V1ObjectMeta();
    }

    public static V1ListMeta EnsureMetadata(this IMetadata<V1ListMeta> obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        return obj.Metadata ??= new V1ListMeta();
    }

    public static IDictionary<string, string> EnsureAnnotations(this V1ObjectMeta meta)
    {
        ArgumentNullException.ThrowIfNull(meta);
        return meta.Annotations ??= new Dictionary<string, string>(StringComparer.Ordinal);
    }

    public static IDictionary<string, string> EnsureLabels(this V1ObjectMeta meta)
    {
        ArgumentNullException.ThrowIfNull(meta);
        return meta.Labels ??= new Dictionary<string, string>(StringComparer.Ordinal);
    }

    public static IList<string> EnsureFinalizers(this V1ObjectMeta meta)
    {
        ArgumentNullException.ThrowIfNull(meta);
        return meta.Finalizers ??= new List<string>();
    }

    public static bool IsOwnedBy(this IMetadata<V1ObjectMeta> obj, IKubernetesObject<V1ObjectMeta> owner) =>
        obj.FindOwnerReference(owner) >= 0;

    public static int FindOwnerReference(this IMetadata<V1ObjectMeta> obj, IKubernetesObject<V1ObjectMeta> owner) =>
        obj.FindOwnerReference(reference => reference.Matches(owner));

    public static int FindOwnerReference(this IMetadata<V1ObjectMeta> obj, Predicate<V1OwnerReference> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        var references = obj.OwnerReferences() ?? [];
        for (var i = 0; i < references.Count; i++)
        {
            if (predicate(references[i]))
            {
                return i;
            }
        }

        return -1;
    }

    public static V1OwnerReference GetController(this IMetadata<V1ObjectMeta> obj) =>
        obj.GetOwnerReference(reference => reference.Controller is true);

    public static V1OwnerReference GetOwnerReference(
        this IMetadata<V1ObjectMeta> obj, IKubernetesObject<V1ObjectMeta> owner) =>
        obj.GetOwnerReference(reference => reference.Matches(owner));

    public static V1OwnerReference GetOwnerReference(
        this IMetadata<V1ObjectMeta> obj, Predicate<V1OwnerReference> predicate)
    {
        var index = obj.FindOwnerReference(predicate);
        return index < 0 ? null : obj.OwnerReferences()[index];
    }

    public static void AddOwnerReference(this IMetadata<V1ObjectMeta> obj, V1OwnerReference ownerRef)
    {
        ArgumentNullException.ThrowIfNull(ownerRef);
        var metadata = obj.EnsureMetadata();
        (metadata.OwnerReferences ??= new List<V1OwnerReference>()).Add(ownerRef);
    }

    public static bool Matches(this V1OwnerReference owner, IKubernetesObject<V1ObjectMeta> obj)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(obj);
        return owner.ApiVersion == obj.ApiVersion && owner.Kind == obj.Kind && owner.Name == obj.Name()
            && owner.Uid == obj.Uid();
    }

    public static bool Matches(this V1ObjectReference objref, IKubernetesObject<V1ObjectMeta> obj)
    {
        ArgumentNullException.ThrowIfNull(objref);
        ArgumentNullException.ThrowIfNull(obj);
        return objref.ApiVersion == obj.ApiVersion && objref.Kind == obj.Kind && objref.Name == obj.Name()
            && objref.Uid == obj.Uid() && objref.NamespaceProperty == obj.Namespace();
    }

    private static void Set(IDictionary<string, string> words, string key, string value)
    {
        if (value is null)
        {
            words.Remove(key);
        }
        else
        {
            words[key] = value;
        }
    }
}

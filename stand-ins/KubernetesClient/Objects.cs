using System.Text.Json.Serialization;
using k8s.Models;

namespace k8s
{
    public interface IKubernetesObject
    {
        [JsonPropertyName("apiVersion")]
        string ApiVersion { get; set; }

        [JsonPropertyName("kind")]
        string Kind { get; set; }
    }

    public interface IKubernetesObject<TMetadata> : IKubernetesObject, IMetadata<TMetadata>;

    public class KubernetesObject : IKubernetesObject
    {
        [JsonPropertyName("apiVersion")]
        public string ApiVersion { get; set; }

        [JsonPropertyName("kind")]
        public string Kind { get; set; }
    }

    public static class Extensions
    {
        public static KubernetesEntityAttribute GetKubernetesTypeMetadata<T>(this T obj)
            where T : IKubernetesObject =>
            obj.GetType().GetKubernetesTypeMetadata();

        public static KubernetesEntityAttribute GetKubernetesTypeMetadata(this Type currentType)
        {
            ArgumentNullException.ThrowIfNull(currentType);
            return (KubernetesEntityAttribute)Attribute.GetCustomAttribute(currentType, typeof(KubernetesEntityAttribute))
                ?? throw new InvalidOperationException(
                    $"The type {currentType.Name} has no [KubernetesEntity] attribute that names its group, version and kind.");
        }

        public static T Initialize<T>(this T obj)
            where T : IKubernetesObject
        {
            var metadata = obj.GetKubernetesTypeMetadata();
            obj.ApiVersion = string.IsNullOrEmpty(metadata.Group)
                ? metadata.ApiVersion
                : $"{metadata.Group}/{metadata.ApiVersion}";
            obj.Kind = metadata.Kind ?? obj.GetType().Name;
            if (obj is IMetadata<V1ObjectMeta> { Metadata: null } withMetadata)
            {
                withMetadata.Metadata = new V1ObjectMeta();
            }

            return obj;
        }
    }
}

namespace k8s.Models
{
    public interface IItems<T>
    {
        IList<T> Items { get; set; }
    }

    public interface IMetadata<T>
    {
        T Metadata { get; set; }
    }

    public interface ISpec<T>
    {
        T Spec { get; set; }
    }

    public interface IStatus<T>
    {
        T Status { get; set; }
    }

    public static class ItemsExt
    {
        public static IEnumerator<T> GetEnumerator<T>(this IItems<T> items)
        {
            ArgumentNullException.ThrowIfNull(items);
            return items.Items.GetEnumerator();
        }
    }

    [AttributeUsage(AttributeTargets.Class, AllowMultiple = false)]
    public sealed class KubernetesEntityAttribute : Attribute
    {
        public string Kind { get; set; }

        public string Group { get; set; }

        public string PluralName { get; set; }

        public string ApiVersion { get; set; }
    }

    public class KubernetesList<T> : IMetadata<V1ListMeta>, IItems<T>
        where T : IKubernetesObject
    {
        public KubernetesList(
            IList<T> items, string apiVersion = default, string kind = default, V1ListMeta metadata = default)
        {
            ApiVersion = apiVersion;
            Items = items;
            Kind = kind;
            Metadata = metadata;
        }

        [JsonPropertyName("apiVersion")]
        public string ApiVersion { get; set; }

        [JsonPropertyName("items")]
        public IList<T> Items { get; set; }

        [JsonPropertyName("kind")]
        public string Kind { get; set; }

        [JsonPropertyName("metadata")]
        public V1ListMeta Metadata { get; set; }
    }
}

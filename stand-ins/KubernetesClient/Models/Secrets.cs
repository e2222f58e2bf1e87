using System.Text.Json.Serialization;

namespace k8s.Models;

[KubernetesEntity(Group = "", Kind = "Secret", ApiVersion = "v1", PluralName = "secrets")]
public partial record V1Secret : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("data")]
    public IDictionary<string, byte[]> Data { get; set; }

    [JsonPropertyName("immutable")]
    public bool? Immutable { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; }

    [JsonPropertyName("stringData")]
    public IDictionary<string, string> StringData { get; set; }

    [JsonPropertyName("type")]
    public string Type { get; set; }
}

[KubernetesEntity(Group = "", Kind = "SecretList", ApiVersion = "v1", PluralName = "secrets")]
public partial record V1SecretList : IKubernetesObject<V1ListMeta>, IItems<V1Secret>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("items")]
    public required IList<V1Secret> Items { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ListMeta Metadata { get; set; }
}

using System.Text.Json.Serialization;

namespace k8s.Models;

[KubernetesEntity(Group = "", Kind = "Event", ApiVersion = "v1", PluralName = "events")]
public partial record Corev1Event : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("action")]
    public string Action { get; set; }

    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("count")]
    public int? Count { get; set; }

    [JsonPropertyName("eventTime")]
    public DateTime? EventTime { get; set; }

    [JsonPropertyName("firstTimestamp")]
    public DateTime? FirstTimestamp { get; set; }

    [JsonPropertyName("involvedObject")]
    public required V1ObjectReference InvolvedObject { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("lastTimestamp")]
    public DateTime? LastTimestamp { get; set; }

    [JsonPropertyName("message")]
    public string Message { get; set; }

    [JsonPropertyName("metadata")]
    public required V1ObjectMeta Metadata { get; set; }

    [JsonPropertyName("reason")]
    public string Reason { get; set; }

    [JsonPropertyName("related")]
    public V1ObjectReference Related { get; set; }

    [JsonPropertyName("reportingComponent")]
    public string ReportingComponent { get; set; }

    [JsonPropertyName("reportingInstance")]
    public string ReportingInstance { get; set; }

    [JsonPropertyName("series")]
    public Corev1EventSeries Series { get; set; }

    [JsonPropertyName("source")]
    public V1EventSource Source { get; set; }

    [JsonPropertyName("type")]
    public string Type { get; set; }
}

[KubernetesEntity(Group = "", Kind = "EventList", ApiVersion = "v1", PluralName = "events")]
public partial record Corev1EventList : IKubernetesObject<V1ListMeta>, IItems<Corev1Event>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("items")]
    public required IList<Corev1Event> Items { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ListMeta Metadata { get; set; }
}

public partial record Corev1EventSeries
{
    [JsonPropertyName("count")]
    public int? Count { get; set; }

    [JsonPropertyName("lastObservedTime")]
    public DateTime? LastObservedTime { get; set; }
}

[KubernetesEntity(Group = "events.k8s.io", Kind = "Event", ApiVersion = "v1", PluralName = "events")]
public partial record Eventsv1Event : IKubernetesObject<V1ObjectMeta>
{
    [JsonPropertyName("action")]
    public string Action { get; set; }

    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("deprecatedCount")]
    public int? DeprecatedCount { get; set; }

    [JsonPropertyName("deprecatedFirstTimestamp")]
    public DateTime? DeprecatedFirstTimestamp { get; set; }

    [JsonPropertyName("deprecatedLastTimestamp")]
    public DateTime? DeprecatedLastTimestamp { get; set; }

    [JsonPropertyName("deprecatedSource")]
    public V1EventSource DeprecatedSource { get; set; }

    [JsonPropertyName("eventTime")]
    public required DateTime? EventTime { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; }

    [JsonPropertyName("note")]
    public string Note { get; set; }

    [JsonPropertyName("reason")]
    public string Reason { get; set; }

    [JsonPropertyName("regarding")]
    public V1ObjectReference Regarding { get; set; }

    [JsonPropertyName("related")]
    public V1ObjectReference Related { get; set; }

    [JsonPropertyName("reportingController")]
    public string ReportingController { get; set; }

    [JsonPropertyName("reportingInstance")]
    public string ReportingInstance { get; set; }

    [JsonPropertyName("series")]
    public Eventsv1EventSeries Series { get; set; }

    [JsonPropertyName("type")]
    public string Type { get; set; }
}

[KubernetesEntity(Group = "events.k8s.io", Kind = "EventList", ApiVersion = "v1", PluralName = "events")]
public partial record Eventsv1EventList : IKubernetesObject<V1ListMeta>, IItems<Eventsv1Event>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("items")]
    public required IList<Eventsv1Event> Items { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ListMeta Metadata { get; set; }
}

public partial record Eventsv1EventSeries
{
    [JsonPropertyName("count")]
    public required int Count { get; set; }

    [JsonPropertyName("lastObservedTime")]
    public required DateTime? LastObservedTime { get; set; }
}

public partial record V1EventSource
{
    [JsonPropertyName("component")]
    public string Component { get; set; }

    [JsonPropertyName("host")]
    public string Host { get; set; }
}

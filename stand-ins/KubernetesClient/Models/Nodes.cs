using System.Text.Json.Serialization;

namespace k8s.Models;

public partial record V1AttachedVolume
{
    [JsonPropertyName("devicePath")]
    public required string DevicePath { get; set; }

    [JsonPropertyName("name")]
    public required string Name { get; set; }
}

public partial record V1ConfigMapNodeConfigSource
{
    [JsonPropertyName("kubeletConfigKey")]
    public required string KubeletConfigKey { get; set; }

    [JsonPropertyName("name")]
    public required string Name { get; set; }

    [JsonPropertyName("namespace")]
    public required string NamespaceProperty { get; set; }

    [JsonPropertyName("resourceVersion")]
    public string ResourceVersion { get; set; }

    [JsonPropertyName("uid")]
    public string Uid { get; set; }
}

public partial record V1ContainerImage
{
    [JsonPropertyName("names")]
    public IList<string> Names { get; set; }

    [JsonPropertyName("sizeBytes")]
    public long? SizeBytes { get; set; }
}

public partial record V1DaemonEndpoint
{
    [JsonPropertyName("Port")]
    public required int Port { get; set; }
}

[KubernetesEntity(Group = "", Kind = "Node", ApiVersion = "v1", PluralName = "nodes")]
public partial record V1Node : IKubernetesObject<V1ObjectMeta>, ISpec<V1NodeSpec>, IStatus<V1NodeStatus>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; }

    [JsonPropertyName("spec")]
    public V1NodeSpec Spec { get; set; }

    [JsonPropertyName("status")]
    public V1NodeStatus Status { get; set; }
}

public partial record V1NodeAddress
{
    [JsonPropertyName("address")]
    public required string Address { get; set; }

    [JsonPropertyName("type")]
    public required string Type { get; set; }
}

public partial record V1NodeCondition
{
    [JsonPropertyName("lastHeartbeatTime")]
    public DateTime? LastHeartbeatTime { get; set; }

    [JsonPropertyName("lastTransitionTime")]
    public DateTime? LastTransitionTime { get; set; }

    [JsonPropertyName("message")]
    public string Message { get; set; }

    [JsonPropertyName("reason")]
    public string Reason { get; set; }

    [JsonPropertyName("status")]
    public required string Status { get; set; }

    [JsonPropertyName("type")]
    public required string Type { get; set; }
}

public partial record V1NodeConfigSource
{
    [JsonPropertyName("configMap")]
    public V1ConfigMapNodeConfigSource ConfigMap { get; set; }
}

public partial record V1NodeConfigStatus
{
    [JsonPropertyName("active")]
    public V1NodeConfigSource Active { get; set; }

    [JsonPropertyName("assigned")]
    public V1NodeConfigSource Assigned { get; set; }

    [JsonPropertyName("error")]
    public string Error { get; set; }

    [JsonPropertyName("lastKnownGood")]
    public V1NodeConfigSource LastKnownGood { get; set; }
}

public partial record V1NodeDaemonEndpoints
{
    [JsonPropertyName("kubeletEndpoint")]
    public V1DaemonEndpoint KubeletEndpoint { get; set; }
}

public partial record V1NodeFeatures
{
    [JsonPropertyName("supplementalGroupsPolicy")]
    public bool? SupplementalGroupsPolicy { get; set; }
}

[KubernetesEntity(Group = "", Kind = "NodeList", ApiVersion = "v1", PluralName = "nodes")]
public partial record V1NodeList : IKubernetesObject<V1ListMeta>, IItems<V1Node>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("items")]
    public required IList<V1Node> Items { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ListMeta Metadata { get; set; }
}

public partial record V1NodeRuntimeHandler
{
    [JsonPropertyName("features")]
    public V1NodeRuntimeHandlerFeatures Features { get; set; }

    [JsonPropertyName("name")]
    public string Name { get; set; }
}

public partial record V1NodeRuntimeHandlerFeatures
{
    [JsonPropertyName("recursiveReadOnlyMounts")]
    public bool? RecursiveReadOnlyMounts { get; set; }

    [JsonPropertyName("userNamespaces")]
    public bool? UserNamespaces { get; set; }
}

public partial record V1NodeSpec
{
    [JsonPropertyName("configSource")]
    public V1NodeConfigSource ConfigSource { get; set; }

    [JsonPropertyName("externalID")]
    public string ExternalID { get; set; }

    [JsonPropertyName("podCIDR")]
    public string PodCIDR { get; set; }

    [JsonPropertyName("podCIDRs")]
    public IList<string> PodCIDRs { get; set; }

    [JsonPropertyName("providerID")]
    public string ProviderID { get; set; }

    [JsonPropertyName("taints")]
    public IList<V1Taint> Taints { get; set; }

    [JsonPropertyName("unschedulable")]
    public bool? Unschedulable { get; set; }
}

public partial record V1NodeStatus
{
    [JsonPropertyName("addresses")]
    public IList<V1NodeAddress> Addresses { get; set; }

    [JsonPropertyName("allocatable")]
    public IDictionary<string, ResourceQuantity> Allocatable { get; set; }

    [JsonPropertyName("capacity")]
    public IDictionary<string, ResourceQuantity> Capacity { get; set; }

    [JsonPropertyName("conditions")]
    public IList<V1NodeCondition> Conditions { get; set; }

    [JsonPropertyName("config")]
    public V1NodeConfigStatus Config { get; set; }

    [JsonPropertyName("daemonEndpoints")]
    public V1NodeDaemonEndpoints DaemonEndpoints { get; set; }

    [JsonPropertyName("declaredFeatures")]
    public IList<string> DeclaredFeatures { get; set; }

    [JsonPropertyName("features")]
    public V1NodeFeatures Features { get; set; }

    [JsonPropertyName("images")]
    public IList<V1ContainerImage> Images { get; set; }

    [JsonPropertyName("nodeInfo")]
    public V1NodeSystemInfo NodeInfo { get; set; }

    [JsonPropertyName("phase")]
    public string Phase { get; set; }

    [JsonPropertyName("runtimeHandlers")]
    public IList<V1NodeRuntimeHandler> RuntimeHandlers { get; set; }

    [JsonPropertyName("volumesAttached")]
    public IList<V1AttachedVolume> VolumesAttached { get; set; }

    [JsonPropertyName("volumesInUse")]
    public IList<string> VolumesInUse { get; set; }
}

public partial record V1NodeSwapStatus
{
    [JsonPropertyName("capacity")]
    public long? Capacity { get; set; }
}

public partial record V1NodeSystemInfo
{
    [JsonPropertyName("architecture")]
    public required string Architecture { get; set; }

    [JsonPropertyName("bootID")]
    public required string BootID { get; set; }

    [JsonPropertyName("containerRuntimeVersion")]
    public required string ContainerRuntimeVersion { get; set; }

    [JsonPropertyName("kernelVersion")]
    public required string KernelVersion { get; set; }

    [JsonPropertyName("kubeProxyVersion")]
    public required string KubeProxyVersion { get; set; }

    [JsonPropertyName("kubeletVersion")]
    public required string KubeletVersion { get; set; }

    [JsonPropertyName("machineID")]
    public required string MachineID { get; set; }

    [JsonPropertyName("operatingSystem")]
    public required string OperatingSystem { get; set; }

    [JsonPropertyName("osImage")]
    public required string OsImage { get; set; }

    [JsonPropertyName("swap")]
    public V1NodeSwapStatus Swap { get; set; }

    [JsonPropertyName("systemUUID")]
    public required string SystemUUID { get; set; }
}

public partial record V1Taint
{
    [JsonPropertyName("effect")]
    public required string Effect { get; set; }

    [JsonPropertyName("key")]
    public required string Key { get; set; }

    [JsonPropertyName("timeAdded")]
    public DateTime? TimeAdded { get; set; }

    [JsonPropertyName("value")]
    public string Value { get; set; }
}

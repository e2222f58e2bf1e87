using System.Text.Json.Serialization;

namespace k8s.Models;

public partial record V1CustomResourceColumnDefinition
{
    [JsonPropertyName("description")]
    public string Description { get; set; }

    [JsonPropertyName("format")]
    public string Format { get; set; }

    [JsonPropertyName("jsonPath")]
    public required string JsonPath { get; set; }

    [JsonPropertyName("name")]
    public required string Name { get; set; }

    [JsonPropertyName("priority")]
    public int? Priority { get; set; }

    [JsonPropertyName("type")]
    public required string Type { get; set; }
}

public partial record V1CustomResourceConversion
{
    [JsonPropertyName("strategy")]
    public required string Strategy { get; set; }

    [JsonPropertyName("webhook")]
    public V1WebhookConversion Webhook { get; set; }
}

[KubernetesEntity(Group = "apiextensions.k8s.io", Kind = "CustomResourceDefinition", ApiVersion = "v1", PluralName = "customresourcedefinitions")]
public partial record V1CustomResourceDefinition : IKubernetesObject<V1ObjectMeta>, ISpec<V1CustomResourceDefinitionSpec>, IStatus<V1CustomResourceDefinitionStatus>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ObjectMeta Metadata { get; set; }

    [JsonPropertyName("spec")]
    public required V1CustomResourceDefinitionSpec Spec { get; set; }

    [JsonPropertyName("status")]
    public V1CustomResourceDefinitionStatus Status { get; set; }
}

public partial record V1CustomResourceDefinitionCondition
{
    [JsonPropertyName("lastTransitionTime")]
    public DateTime? LastTransitionTime { get; set; }

    [JsonPropertyName("message")]
    public string Message { get; set; }

    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }

    [JsonPropertyName("reason")]
    public string Reason { get; set; }

    [JsonPropertyName("status")]
    public required string Status { get; set; }

    [JsonPropertyName("type")]
    public required string Type { get; set; }
}

[KubernetesEntity(Group = "apiextensions.k8s.io", Kind = "CustomResourceDefinitionList", ApiVersion = "v1", PluralName = "customresourcedefinitions")]
public partial record V1CustomResourceDefinitionList : IKubernetesObject<V1ListMeta>, IItems<V1CustomResourceDefinition>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; }

    [JsonPropertyName("items")]
    public required IList<V1CustomResourceDefinition> Items { get; set; }

    [JsonPropertyName("kind")]
    public string Kind { get; set; }

    [JsonPropertyName("metadata")]
    public V1ListMeta Metadata { get; set; }
}

public partial record V1CustomResourceDefinitionNames
{
    [JsonPropertyName("categories")]
    public IList<string> Categories { get; set; }

    [JsonPropertyName("kind")]
    public required string Kind { get; set; }

    [JsonPropertyName("listKind")]
    public string ListKind { get; set; }

    [JsonPropertyName("plural")]
    public required string Plural { get; set; }

    [JsonPropertyName("shortNames")]
    public IList<string> ShortNames { get; set; }

    [JsonPropertyName("singular")]
    public string Singular { get; set; }
}

public partial record V1CustomResourceDefinitionSpec
{
    [JsonPropertyName("conversion")]
    public V1CustomResourceConversion Conversion { get; set; }

    [JsonPropertyName("group")]
    public required string Group { get; set; }

    [JsonPropertyName("names")]
    public required V1CustomResourceDefinitionNames Names { get; set; }

    [JsonPropertyName("preserveUnknownFields")]
    public bool? PreserveUnknownFields { get; set; }

    [JsonPropertyName("scope")]
    public required string Scope { get; set; }

    [JsonPropertyName("versions")]
    public required IList<V1CustomResourceDefinitionVersion> Versions { get; set; }
}

public partial record V1CustomResourceDefinitionStatus
{
    [JsonPropertyName("acceptedNames")]
    public V1CustomResourceDefinitionNames AcceptedNames { get; set; }

    [JsonPropertyName("conditions")]
    public IList<V1CustomResourceDefinitionCondition> Conditions { get; set; }

    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; set; }

    [JsonPropertyName("storedVersions")]
    public IList<string> StoredVersions { get; set; }
}

public partial record V1CustomResourceDefinitionVersion
{
    [JsonPropertyName("additionalPrinterColumns")]
    public IList<V1CustomResourceColumnDefinition> AdditionalPrinterColumns { get; set; }

    [JsonPropertyName("deprecated")]
    public bool? Deprecated { get; set; }

    [JsonPropertyName("deprecationWarning")]
    public string DeprecationWarning { get; set; }

    [JsonPropertyName("name")]
    public required string Name { get; set; }

    [JsonPropertyName("schema")]
    public V1CustomResourceValidation Schema { get; set; }

    [JsonPropertyName("selectableFields")]
    public IList<V1SelectableField> SelectableFields { get; set; }

    [JsonPropertyName("served")]
    public required bool Served { get; set; }

    [JsonPropertyName("storage")]
    public required bool Storage { get; set; }

    [JsonPropertyName("subresources")]
    public V1CustomResourceSubresources Subresources { get; set; }
}

public partial record V1CustomResourceSubresourceScale
{
    [JsonPropertyName("labelSelectorPath")]
    public string LabelSelectorPath { get; set; }

    [JsonPropertyName("specReplicasPath")]
    public required string SpecReplicasPath { get; set; }

    [JsonPropertyName("statusReplicasPath")]
    public required string StatusReplicasPath { get; set; }
}

public partial record V1CustomResourceSubresourceStatus;

public partial record V1CustomResourceSubresources
{
    [JsonPropertyName("scale")]
    public V1CustomResourceSubresourceScale Scale { get; set; }

    [JsonPropertyName("status")]
    public V1CustomResourceSubresourceStatus Status { get; set; }
}

public partial record V1CustomResourceValidation
{
    [JsonPropertyName("openAPIV3Schema")]
    public V1JSONSchemaProps OpenAPIV3Schema { get; set; }
}

public partial record V1ExternalDocumentation
{
    [JsonPropertyName("description")]
    public string Description { get; set; }

    [JsonPropertyName("url")]
    public string Url { get; set; }
}

public partial record V1JSONSchemaProps
{
    [JsonPropertyName("$ref")]
    public string RefProperty { get; set; }

    [JsonPropertyName("$schema")]
    public string Schema { get; set; }

    [JsonPropertyName("additionalItems")]
    public object AdditionalItems { get; set; }

    [JsonPropertyName("additionalProperties")]
    public object AdditionalProperties { get; set; }

    [JsonPropertyName("allOf")]
    public IList<V1JSONSchemaProps> AllOf { get; set; }

    [JsonPropertyName("anyOf")]
    public IList<V1JSONSchemaProps> AnyOf { get; set; }

    [JsonPropertyName("default")]
    public object DefaultProperty { get; set; }

    [JsonPropertyName("definitions")]
    public IDictionary<string, V1JSONSchemaProps> Definitions { get; set; }

    [JsonPropertyName("dependencies")]
    public IDictionary<string, object> Dependencies { get; set; }

    [JsonPropertyName("description")]
    public string Description { get; set; }

    [JsonPropertyName("enum")]
    public IList<object> EnumProperty { get; set; }

    [JsonPropertyName("example")]
    public object Example { get; set; }

    [JsonPropertyName("exclusiveMaximum")]
    public bool? ExclusiveMaximum { get; set; }

    [JsonPropertyName("exclusiveMinimum")]
    public bool? ExclusiveMinimum { get; set; }

    [JsonPropertyName("externalDocs")]
    public V1ExternalDocumentation ExternalDocs { get; set; }

    [JsonPropertyName("format")]
    public string Format { get; set; }

    [JsonPropertyName("id")]
    public string Id { get; set; }

    [JsonPropertyName("items")]
    public object Items { get; set; }

    [JsonPropertyName("maxItems")]
    public long? MaxItems { get; set; }

    [JsonPropertyName("maxLength")]
    public long? MaxLength { get; set; }

    [JsonPropertyName("maxProperties")]
    public long? MaxProperties { get; set; }

    [JsonPropertyName("maximum")]
    public double? Maximum { get; set; }

    [JsonPropertyName("minItems")]
    public long? MinItems { get; set; }

    [JsonPropertyName("minLength")]
    public long? MinLength { get; set; }

    [JsonPropertyName("minProperties")]
    public long? MinProperties { get; set; }

    [JsonPropertyName("minimum")]
    public double? Minimum { get; set; }

    [JsonPropertyName("multipleOf")]
    public double? MultipleOf { get; set; }

    [JsonPropertyName("not")]
    public V1JSONSchemaProps Not { get; set; }

    [JsonPropertyName("nullable")]
    public bool? Nullable { get; set; }

    [JsonPropertyName("oneOf")]
    public IList<V1JSONSchemaProps> OneOf { get; set; }

    [JsonPropertyName("pattern")]
    public string Pattern { get; set; }

    [JsonPropertyName("patternProperties")]
    public IDictionary<string, V1JSONSchemaProps> PatternProperties { get; set; }

    [JsonPropertyName("properties")]
    public IDictionary<string, V1JSONSchemaProps> Properties { get; set; }

    [JsonPropertyName("required")]
    public IList<string> Required { get; set; }

    [JsonPropertyName("title")]
    public string Title { get; set; }

    [JsonPropertyName("type")]
    public string Type { get; set; }

    [JsonPropertyName("uniqueItems")]
    public bool? UniqueItems { get; set; }

    [JsonPropertyName("x-kubernetes-embedded-resource")]
    public bool? XKubernetesEmbeddedResource { get; set; }

    [JsonPropertyName("x-kubernetes-int-or-string")]
    public bool? XKubernetesIntOrString { get; set; }

    [JsonPropertyName("x-kubernetes-list-map-keys")]
    public IList<string> XKubernetesListMapKeys { get; set; }

    [JsonPropertyName("x-kubernetes-list-type")]
    public string XKubernetesListType { get; set; }

    [JsonPropertyName("x-kubernetes-map-type")]
    public string XKubernetesMapType { get; set; }

    [JsonPropertyName("x-kubernetes-preserve-unknown-fields")]
    public bool? XKubernetesPreserveUnknownFields { get; set; }

    [JsonPropertyName("x-kubernetes-validations")]
    public IList<V1ValidationRule> XKubernetesValidations { get; set; }
}

public partial record V1SelectableField
{
    [JsonPropertyName("jsonPath")]
    public required string JsonPath { get; set; }
}

public partial record V1ServiceReference
{
    [JsonPropertyName("name")]
    public required string Name { get; set; }

    [JsonPropertyName("namespace")]
    public required string NamespaceProperty { get; set; }

    [JsonPropertyName("path")]
    public string Path { get; set; }

    [JsonPropertyName("port")]
    public int? Port { get; set; }
}

public partial record V1ValidationRule
{
    [JsonPropertyName("fieldPath")]
    public string FieldPath { get; set; }

    [JsonPropertyName("message")]
    public string Message { get; set; }

    [JsonPropertyName("messageExpression")]
    public string MessageExpression { get; set; }

    [JsonPropertyName("optionalOldSelf")]
    public bool? OptionalOldSelf { get; set; }

    [JsonPropertyName("reason")]
    public string Reason { get; set; }

    [JsonPropertyName("rule")]
    public required string Rule { get; set; }
}

public partial record V1WebhookClientConfig
{
    [JsonPropertyName("caBundle")]
    public byte[] CaBundle { get; set; }

    [JsonPropertyName("service")]
    public V1ServiceReference Service { get; set; }

    [JsonPropertyName("url")]
    public string Url { get; set; }
}

public partial record V1WebhookConversion
{
    [JsonPropertyName("clientConfig")]
    public V1WebhookClientConfig ClientConfig { get; set; }

    [JsonPropertyName("conversionReviewVersions")]
    public required IList<string> ConversionReviewVersions { get; set; }
}

using System.Text.Json.Serialization;
using k8s;
using k8s.Models;

namespace Metal3.Kubernetes.Conformance;

/// <summary>A small resource type of the suite's own, with a status subresource.</summary>
[KubernetesEntity(Group = GroupName, Kind = "Widget", ApiVersion = "v1", PluralName = Plural)]
public sealed record Widget : IKubernetesObject<V1ObjectMeta>
{
    public const string GroupName = "clients.metal3.io"; // not the transcripts' group, which one of them lists
    public const string Plural = "widgets";

    public string ApiVersion { get; set; } = GroupName + "/v1";

    public string Kind { get; set; } = "Widget";

    public V1ObjectMeta Metadata { get; set; } = new();

    public WidgetSpec? Spec { get; set; }

    public WidgetStatus? Status { get; set; }

    public static Widget Named(string name, int size = 1) =>
        new() { Metadata = new V1ObjectMeta { Name = name }, Spec = new WidgetSpec { Size = size } };

    /// <summary>Registers the type and waits until the server serves it.</summary>
    public static async Task EnsureTypeAsync(IKubernetes client, CancellationToken cancellation)
    {
        try
        {
            await client.ApiextensionsV1.CreateCustomResourceDefinitionAsync(Definition(), cancellationToken: cancellation);
        }
        catch (k8s.Autorest.HttpOperationException e) when (e.Response.StatusCode == System.Net.HttpStatusCode.Conflict)
        {
            // another test was first
        }

        while (true)
        {
            var read = await client.ApiextensionsV1.ReadCustomResourceDefinitionAsync(
                Plural + "." + GroupName, cancellationToken: cancellation);
            if (read.Status?.Conditions?.Any(one => one is { Type: "Established", Status: "True" }) is true)
            {
                break;
            }

            await Task.Delay(50, cancellation);
        }

        // "Established" comes a moment before the endpoint does.
        while (true)
        {
            try
            {
                await client.CustomObjects.ListClusterCustomObjectAsync(GroupName, "v1", Plural, cancellationToken: cancellation);
                return;
            }
            catch (k8s.Autorest.HttpOperationException e) when (
                e.Response.StatusCode is System.Net.HttpStatusCode.NotFound or System.Net.HttpStatusCode.TooManyRequests)
            {
                await Task.Delay(50, cancellation);
            }
        }
    }

    private static V1CustomResourceDefinition Definition()
    {
        static V1JSONSchemaProps Object(params (string Name, V1JSONSchemaProps Schema)[] properties) => new()
        {
            Type = "object",
            Properties = properties.ToDictionary(one => one.Name, one => one.Schema, StringComparer.Ordinal),
        };

        return new V1CustomResourceDefinition
        {
            Metadata = new V1ObjectMeta { Name = Plural + "." + GroupName },
            Spec = new V1CustomResourceDefinitionSpec
            {
                Group = GroupName,
                Scope = "Namespaced",
                Names = new V1CustomResourceDefinitionNames { Kind = "Widget", ListKind = "WidgetList", Plural = Plural, Singular = "widget" },
                Versions =
                [
                    new V1CustomResourceDefinitionVersion
                    {
                        Name = "v1",
                        Served = true,
                        Storage = true,
                        Subresources = new V1CustomResourceSubresources { Status = new V1CustomResourceSubresourceStatus() },
                        Schema = new V1CustomResourceValidation
                        {
                            OpenAPIV3Schema = Object(
                                ("spec", Object(
                                    ("size", new V1JSONSchemaProps { Type = "integer", Minimum = 0 }),
                                    ("owner", new V1JSONSchemaProps { Type = "string" }),
                                    ("blob", new V1JSONSchemaProps { Type = "string" }))),
                                ("status", Object(("phase", new V1JSONSchemaProps { Type = "string" })))),
                        },
                    },
                ],
            },
        }.Initialize();
    }
}

public sealed record WidgetSpec
{
    public int? Size { get; set; }

    public string? Owner { get; set; }

    public string? Blob { get; set; }
}

public sealed record WidgetStatus
{
    public string? Phase { get; set; }
}

public sealed record WidgetList : IKubernetesObject<V1ListMeta>, IItems<Widget>
{
    [JsonPropertyName("apiVersion")]
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ListMeta Metadata { get; set; } = new();

    public IList<Widget> Items { get; set; } = [];
}

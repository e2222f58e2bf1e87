using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using YamlDotNet.RepresentationModel;

namespace Metal3.Lab;

/// <summary>Applies objects as <c>kubectl apply --server-side</c> does.</summary>
internal static class Manifests
{
    /// <summary>Whose fields they are.</summary>
    public const string Manager = "metal3-lab";

    /// <summary>The CRDs of <c>deploy/crds</c>, which this program carries with it.</summary>
    public static IReadOnlyList<JsonObject> Definitions()
    {
        return
        [
            .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
                .Where(name => name.StartsWith("crds/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .SelectMany(Embedded)
                .Where(definition => definition["kind"]?.GetValue<string>() == "CustomResourceDefinition"),
        ];
    }

    /// <summary>The documents of a file of <c>deploy</c> that this program carries with it.</summary>
    public static IReadOnlyList<JsonObject> Embedded(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        var yaml = new YamlStream();
        yaml.Load(reader);
        return [.. yaml.Documents.Select(document => ToJson(document.RootNode)).OfType<JsonObject>()];
    }

    /// <summary>Applies the CRDs and waits until they are served.</summary>
    public static async Task ApplyDefinitionsAsync(IKubernetes kubernetes, CancellationToken cancellation)
    {
        var definitions = Definitions();
        foreach (var definition in definitions)
        {
            _ = await kubernetes.ApiextensionsV1.PatchCustomResourceDefinitionAsync(
                Patch(definition), Name(definition), fieldManager: Manager, force: true, cancellationToken: cancellation);
        }

        foreach (var definition in definitions)
        {
            while (true)
            {
                var now = await kubernetes.ApiextensionsV1.ReadCustomResourceDefinitionAsync(Name(definition), cancellationToken: cancellation);
                if (now.Status?.Conditions?.Any(condition => condition is { Type: "Established", Status: "True" }) is true)
                {
                    break;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
            }
        }
    }

    /// <summary>Applies a Secret or an object of the group metal3.io.</summary>
    public static async Task ApplyAsync(IKubernetes kubernetes, JsonObject manifest, CancellationToken cancellation)
    {
        var space = manifest["metadata"]!["namespace"]!.GetValue<string>();
        try
        {
            _ = manifest["kind"]!.GetValue<string>() switch
            {
                "Secret" => await kubernetes.CoreV1.PatchNamespacedSecretAsync(
                    Patch(manifest), Name(manifest), space, fieldManager: Manager, force: true, cancellationToken: cancellation),
                "BareMetalHost" => await kubernetes.CustomObjects.PatchNamespacedCustomObjectAsync(
                    Patch(manifest), "metal3.io", "v1alpha1", space, "baremetalhosts", Name(manifest),
                    fieldManager: Manager, force: true, cancellationToken: cancellation),
                var kind => throw new ArgumentException($"The lab applies no {kind}.", nameof(manifest)),
            };
        }
        catch (HttpOperationException refused)
        {
            throw new LabException($"Kubernetes refuses {manifest["kind"]} {space}/{Name(manifest)}: {refused.Response.Content}", refused);
        }
    }

    private static string Name(JsonObject manifest) => manifest["metadata"]!["name"]!.GetValue<string>();

    private static V1Patch Patch(JsonObject manifest) => new(manifest.ToJsonString(), V1Patch.PatchType.ApplyPatch);

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(pair =>
            KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, ToJson(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(ToJson)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidDataException($"YAML with a {node.NodeType} cannot be applied."),
    };

    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}

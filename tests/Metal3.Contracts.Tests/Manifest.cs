using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Metal3.Contracts.Resources;
using Metal3.Contracts.Wire;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Metal3.Contracts.Tests;

/// <summary>A file of <c>Manifests/</c>; invalid ones say in their head which rule of which layer refuses which field.</summary>
internal sealed record Manifest(string File, string Rule, string Layer, string Field, bool IsDeleted, IReadOnlyList<JsonObject> Documents)
{
    private static readonly string Directory = Path.Combine(Root(), "tests", "Metal3.Contracts.Tests", "Manifests");

    private static readonly Dictionary<string, Func<JsonNode, Metal3Resource>> Readers = new(StringComparer.Ordinal)
    {
        ["BareMetalHost"] = Metal3Json.Deserialize<BareMetalHost>,
        ["HardwareData"] = Metal3Json.Deserialize<HardwareData>,
        ["HostFirmwareSettings"] = Metal3Json.Deserialize<HostFirmwareSettings>,
        ["FirmwareSchema"] = Metal3Json.Deserialize<FirmwareSchema>,
        ["HostFirmwareComponents"] = Metal3Json.Deserialize<HostFirmwareComponents>,
        ["PreprovisioningImage"] = Metal3Json.Deserialize<PreprovisioningImage>,
        ["DataImage"] = Metal3Json.Deserialize<DataImage>,
        ["BMCEventSubscription"] = Metal3Json.Deserialize<BmcEventSubscription>,
        ["HostUpdatePolicy"] = Metal3Json.Deserialize<HostUpdatePolicy>,
        ["HostDeployPolicy"] = Metal3Json.Deserialize<HostDeployPolicy>,
        ["HostClaim"] = Metal3Json.Deserialize<HostClaim>,
        ["BareMetalSwitch"] = Metal3Json.Deserialize<BareMetalSwitch>,
        ["HostNetworkAttachment"] = Metal3Json.Deserialize<HostNetworkAttachment>,
    };

    public static string ValidDirectory => Path.Combine(Directory, "valid");

    public static string CrdDirectory => Path.Combine(Root(), "deploy", "crds");

    public static IReadOnlyList<Manifest> Valid { get; } = Read("valid");

    public static IReadOnlyList<Manifest> Invalid { get; } = Read("invalid");

    public static IReadOnlyList<string> CrdFiles { get; } = System.IO.Directory.GetFiles(CrdDirectory, "metal3.io_*.yaml");

    public static IReadOnlyDictionary<string, JsonObject> Crds { get; } = CrdFiles
        .Select(file => Yaml(System.IO.File.ReadAllText(file)).Single())
        .Where(document => (string?)document["kind"] == "CustomResourceDefinition") // beside them lies a kustomization
        .ToDictionary(crd => (string)crd["spec"]!["names"]!["kind"]!, StringComparer.Ordinal);

    public string Kind => (string)Documents[0]["kind"]!;

    public JsonObject Sent => Documents[^1];

    public static Metal3Resource Typed(string kind, JsonNode json) => Readers[kind](json);

    public static JsonNode RoundTrip(string kind, JsonNode json) => Written(Typed(kind, json));

    public static JsonNode Written(Metal3Resource typed) =>
        System.Text.Json.JsonSerializer.SerializeToNode(typed, Metal3Json.Options.GetTypeInfo(typed.GetType()))!;

    /// <summary>The documents of a YAML text.</summary>
    public static List<JsonObject> Yaml(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(d => Json(d.RootNode)!.AsObject())];
    }

    private static List<Manifest> Read(string folder) =>
        [.. System.IO.Directory.GetFiles(Path.Combine(Directory, folder), "*.yaml").Order(StringComparer.Ordinal).Select(path =>
        {
            var text = System.IO.File.ReadAllText(path);
            string Head(string key) => Regex.Match(text, $"^# {key}: (.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking) is { Success: true } m
                ? m.Value[(key.Length + 4)..].Trim()
                : "";
            return new Manifest(Path.GetFileName(path), Head("rule"), Head("layer"), Head("field"), Head("operation").StartsWith("delete", StringComparison.Ordinal), Yaml(text));
        })];

    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, Json(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: not ScalarStyle.Plain } text => JsonValue.Create(text.Value),
        YamlScalarNode { Value: null or "" or "null" or "~" } => null,
        YamlScalarNode { Value: "true" or "false" } word => JsonValue.Create(word.Value == "true"),
        YamlScalarNode number when long.TryParse(number.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) => JsonValue.Create(n),
        YamlScalarNode text => JsonValue.Create(text.Value),
        _ => throw new InvalidOperationException($"A {node.NodeType} has no JSON."),
    };

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "Metal3.Workflows.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}

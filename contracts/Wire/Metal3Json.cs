using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Metal3.Contracts.Annotations;
using Metal3.Contracts.Resources;

namespace Metal3.Contracts.Wire;

/// <summary>Reads and writes our kinds as JSON, spelled as on the wire.</summary>
public static class Metal3Json
{
    private static readonly JsonSerializerOptions StrictOptions = AnnotationOptions(strict: true);
    private static readonly JsonSerializerOptions LenientOptions = AnnotationOptions(strict: false);

    /// <summary>How our kinds are read and written: camel case, absent is null, unknown members are kept.</summary>
    public static JsonSerializerOptions Options { get; } = WireOptions();

    /// <summary>Writes a record.</summary>
    /// <typeparam name="T">A record of this library that is registered in <see cref="Metal3JsonContext"/>.</typeparam>
    /// <param name="value">Record.</param>
    /// <returns>JSON without line breaks.</returns>
    public static string Serialize<T>(T value)
        where T : class => JsonSerializer.Serialize(value, Info<T>(Options));

    /// <summary>Writes a record.</summary>
    /// <typeparam name="T">A record of this library.</typeparam>
    /// <param name="value">Record.</param>
    /// <returns>JSON in UTF-8.</returns>
    public static byte[] SerializeToUtf8Bytes<T>(T value)
        where T : class => JsonSerializer.SerializeToUtf8Bytes(value, Info<T>(Options));

    /// <summary>Writes a record as a tree, to compare or to change it.</summary>
    /// <typeparam name="T">A record of this library.</typeparam>
    /// <param name="value">Record.</param>
    /// <returns>A JSON object.</returns>
    public static JsonObject SerializeToNode<T>(T value)
        where T : class => JsonSerializer.SerializeToNode(value, Info<T>(Options))!.AsObject();

    /// <summary>Writes a record as an element.</summary>
    /// <typeparam name="T">A record of this library.</typeparam>
    /// <param name="value">Record.</param>
    /// <returns>A JSON object.</returns>
    public static JsonElement SerializeToElement<T>(T value)
        where T : class => JsonSerializer.SerializeToElement(value, Info<T>(Options));

    /// <summary>Reads a record.</summary>
    /// <typeparam name="T">A record of this library.</typeparam>
    /// <param name="json">One JSON object.</param>
    /// <returns>The record.</returns>
    /// <exception cref="JsonException">Not JSON, or a member of the wrong type; the message names its path.</exception>
    public static T Deserialize<T>(string json)
        where T : class => JsonSerializer.Deserialize(json, Info<T>(Options)) ?? throw IsNull<T>();

    /// <summary>Reads a record.</summary>
    /// <typeparam name="T">A record of this library.</typeparam>
    /// <param name="utf8Json">One JSON object.</param>
    /// <returns>The record.</returns>
    /// <exception cref="JsonException">Not JSON, or a member of the wrong type; the message names its path.</exception>
    public static T Deserialize<T>(ReadOnlySpan<byte> utf8Json)
        where T : class => JsonSerializer.Deserialize(utf8Json, Info<T>(Options)) ?? throw IsNull<T>();

    /// <summary>Reads a record from an element.</summary>
    /// <typeparam name="T">A record of this library.</typeparam>
    /// <param name="json">A JSON object.</param>
    /// <returns>The record.</returns>
    /// <exception cref="JsonException">A member of the wrong type; the message names its path.</exception>
    public static T Deserialize<T>(JsonElement json)
        where T : class => json.Deserialize(Info<T>(Options)) ?? throw IsNull<T>();

    /// <summary>Reads a record from a tree.</summary>
    /// <typeparam name="T">A record of this library.</typeparam>
    /// <param name="json">A JSON object.</param>
    /// <returns>The record.</returns>
    /// <exception cref="JsonException">A member of the wrong type; the message names its path.</exception>
    public static T Deserialize<T>(JsonNode json)
        where T : class => json.Deserialize(Info<T>(Options)) ?? throw IsNull<T>();

    /// <summary>Reads an annotation's value strictly: unknown members are refused, text after the first value is not read.</summary>
    /// <remarks>Member names match in any case and null counts as absent, as in the reference decoder.</remarks>
    /// <typeparam name="T">A record of this library.</typeparam>
    /// <param name="json">The annotation's value.</param>
    /// <returns>The record.</returns>
    /// <exception cref="JsonException">Not a JSON object, an unknown member, or a member of the wrong type.</exception>
    public static T DecodeStrictly<T>(string json)
        where T : class => Decode<T>(json, StrictOptions, allowTrailing: true);

    /// <summary>Reads an annotation's value leniently: unknown members are kept, but text after the value is refused.</summary>
    /// <remarks>Member names match in any case and null counts as absent, as in the reference decoder.</remarks>
    /// <typeparam name="T">A record of this library.</typeparam>
    /// <param name="json">The annotation's value.</param>
    /// <returns>The record.</returns>
    /// <exception cref="JsonException">Not a JSON object, or a member of the wrong type.</exception>
    public static T DecodeLeniently<T>(string json)
        where T : class => Decode<T>(json, LenientOptions, allowTrailing: false);

    private static T Decode<T>(string json, JsonSerializerOptions options, bool allowTrailing)
        where T : class
    {
        try
        {
            return DecodeOnce<T>(json, options, allowTrailing);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("A text has half of a surrogate pair.", e); // the one fault that reading finds too late
        }
    }

    private static T DecodeOnce<T>(string json, JsonSerializerOptions options, bool allowTrailing)
        where T : class
    {
        var reader = new Utf8JsonReader(
            System.Text.Encoding.UTF8.GetBytes(json),
            new JsonReaderOptions { AllowMultipleValues = allowTrailing });
        using var document = JsonDocument.ParseValue(ref reader);
        if (!allowTrailing && reader.Read())
        {
            throw new JsonException("There is text after the JSON value.");
        }

        if (document.RootElement.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
        {
            throw new JsonException($"Expected a JSON object, found {document.RootElement.ValueKind}.");
        }

        // The reference decoder leaves a member alone when it meets null, whatever its type.
        var present = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(present))
        {
            WriteWithoutNulls(document.RootElement, writer);
        }

        return JsonSerializer.Deserialize(present.WrittenSpan, Info<T>(options)) ?? throw IsNull<T>();
    }

    private static void WriteWithoutNulls(JsonElement json, Utf8JsonWriter writer, int depth = 0)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Null when depth == 0: // a bare null is an object without members
                writer.WriteStartObject();
                writer.WriteEndObject();
                break;
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null))
                {
                    writer.WritePropertyName(member.Name);
                    WriteWithoutNulls(member.Value, writer, depth + 1);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in json.EnumerateArray())
                {
                    WriteWithoutNulls(item, writer, depth + 1);
                }

                writer.WriteEndArray();
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }

    private static JsonTypeInfo<T> Info<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));

    private static JsonException IsNull<T>() => new($"Expected a JSON object for {typeof(T).Name}, found null.");

    private static JsonSerializerOptions WireOptions()
    {
        // Relaxed: URLs with & and + stay readable; nothing of this is ever put into HTML unescaped.
        var options = new JsonSerializerOptions(Metal3JsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = Metal3JsonContext.Default,
        };
        options.MakeReadOnly();
        return options;
    }

    private static JsonSerializerOptions AnnotationOptions(bool strict)
    {
        var options = new JsonSerializerOptions(Metal3JsonContext.Default.Options)
        {
            PropertyNameCaseInsensitive = true,
            TypeInfoResolver = strict ? Metal3JsonContext.Default.WithAddedModifier(RefuseUnknownMembers) : Metal3JsonContext.Default,
        };
        options.MakeReadOnly();
        return options;
    }

    private static void RefuseUnknownMembers(JsonTypeInfo type)
    {
        if (type.Properties.FirstOrDefault(p => p.IsExtensionData) is { } unknown)
        {
            type.Properties.Remove(unknown);
            type.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        }
    }
}

/// <summary>Generated serializers of everything that goes over the wire.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(BareMetalHost))]
[JsonSerializable(typeof(HardwareData))]
[JsonSerializable(typeof(HostFirmwareSettings))]
[JsonSerializable(typeof(FirmwareSchema))]
[JsonSerializable(typeof(HostFirmwareComponents))]
[JsonSerializable(typeof(PreprovisioningImage))]
[JsonSerializable(typeof(DataImage))]
[JsonSerializable(typeof(BmcEventSubscription))]
[JsonSerializable(typeof(HostUpdatePolicy))]
[JsonSerializable(typeof(HostDeployPolicy))]
[JsonSerializable(typeof(HostClaim))]
[JsonSerializable(typeof(BareMetalSwitch))]
[JsonSerializable(typeof(HostNetworkAttachment))]
[JsonSerializable(typeof(ResourceList<BareMetalHost>))]
[JsonSerializable(typeof(ResourceList<HardwareData>))]
[JsonSerializable(typeof(ResourceList<HostFirmwareSettings>))]
[JsonSerializable(typeof(ResourceList<FirmwareSchema>))]
[JsonSerializable(typeof(ResourceList<HostFirmwareComponents>))]
[JsonSerializable(typeof(ResourceList<PreprovisioningImage>))]
[JsonSerializable(typeof(ResourceList<DataImage>))]
[JsonSerializable(typeof(ResourceList<BmcEventSubscription>))]
[JsonSerializable(typeof(ResourceList<HostUpdatePolicy>))]
[JsonSerializable(typeof(ResourceList<HostDeployPolicy>))]
[JsonSerializable(typeof(ResourceList<HostClaim>))]
[JsonSerializable(typeof(ResourceList<BareMetalSwitch>))]
[JsonSerializable(typeof(ResourceList<HostNetworkAttachment>))]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(OwnerReference))]
[JsonSerializable(typeof(Condition))]
[JsonSerializable(typeof(BareMetalHostSpec))]
[JsonSerializable(typeof(BareMetalHostStatus))]
[JsonSerializable(typeof(HardwareDetails))]
[JsonSerializable(typeof(Taint))]
[JsonSerializable(typeof(HardwareRaidVolume))]
[JsonSerializable(typeof(SoftwareRaidVolume))]
[JsonSerializable(typeof(RootDeviceHints))]
[JsonSerializable(typeof(HostNetworkInterface))]
[JsonSerializable(typeof(Nic))]
[JsonSerializable(typeof(Vlan))]
[JsonSerializable(typeof(Storage))]
[JsonSerializable(typeof(SettingValue))]
[JsonSerializable(typeof(SettingSchema))]
[JsonSerializable(typeof(FirmwareUpdate))]
[JsonSerializable(typeof(FirmwareComponent))]
[JsonSerializable(typeof(PreprovisioningImageFormat))]
[JsonSerializable(typeof(HostSelectorRequirement))]
[JsonSerializable(typeof(NamespaceLabel))]
[JsonSerializable(typeof(DetachedArguments))]
[JsonSerializable(typeof(RebootArguments))]
public sealed partial class Metal3JsonContext : JsonSerializerContext;

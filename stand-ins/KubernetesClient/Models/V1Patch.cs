using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace k8s.Models;

/// <summary>A patch body with the content type that says how to read it.</summary>
[JsonConverter(typeof(V1PatchJsonConverter))]
public record V1Patch
{
    public V1Patch(object body, PatchType type)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (type == PatchType.Unknown)
        {
            throw new ArgumentException("A patch needs a type other than Unknown.", nameof(type));
        }

        Content = body;
        Type = type;
    }

    public enum PatchType
    {
        Unknown,
        JsonPatch,
        MergePatch,
        StrategicMergePatch,
        ApplyPatch,
    }

    public PatchType Type { get; private set; }

    public object Content { get; private set; }

    internal MediaTypeHeaderValue MediaType => MediaTypeHeaderValue.Parse(Type switch
    {
        PatchType.JsonPatch => "application/json-patch+json; charset=utf-8",
        PatchType.MergePatch => "application/merge-patch+json; charset=utf-8",
        PatchType.StrategicMergePatch => "application/strategic-merge-patch+json; charset=utf-8",
        PatchType.ApplyPatch => "application/apply-patch+yaml; charset=utf-8",
        _ => throw new ArgumentOutOfRangeException(nameof(Type), Type, "not a patch type"),
    });
}

public sealed class V1PatchJsonConverter : JsonConverter<V1Patch>
{
    public override V1Patch Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("V1PatchJsonConverter.Read: a patch is only ever sent.");

    public override void Write(Utf8JsonWriter writer, V1Patch value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value?.Content is string json)
        {
            writer.WriteRawValue(json);
            return;
        }

        JsonSerializer.Serialize(writer, value?.Content, options);
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace k8s.Models;

/// <summary>What a delete answers: a <c>Status</c>, or the object that finalizers still hold.</summary>
public partial record V1Status
{
    private JsonElement _original;

    public bool HasObject { get; private set; }

    public T ObjectView<T>() => _original.Deserialize<T>(KubernetesJson.Options);

    public override string ToString() =>
        (Reason ?? (Code is { } code ? ((System.Net.HttpStatusCode)code).ToString() : "")) + " - " + (Message ?? Status);

    public sealed class V1StatusObjectViewConverter : JsonConverter<V1Status>
    {
        public override V1Status Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var element = JsonElement.ParseValue(ref reader);
            if (element.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var kind = element.TryGetProperty("kind", out var value) ? value.GetString() : null;

            // An object's own "status" is an object; reading it as the word of a Status would fail.
            return kind is "Status"
                ? element.Deserialize<V1Status>(KubernetesJson.WithoutStatusView)
                : new V1Status
                {
                    ApiVersion = element.TryGetProperty("apiVersion", out var version) ? version.GetString() : null,
                    Kind = kind,
                    _original = element,
                    HasObject = true,
                };
        }

        public override void Write(Utf8JsonWriter writer, V1Status value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value, KubernetesJson.WithoutStatusView);
    }
}

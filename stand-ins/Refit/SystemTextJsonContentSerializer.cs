using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Refit;

/// <summary>Bodies as JSON, by System.Text.Json.</summary>
public sealed class SystemTextJsonContentSerializer(JsonSerializerOptions jsonSerializerOptions) : IHttpContentSerializer
{
    /// <summary>With <see cref="GetDefaultJsonSerializerOptions"/>.</summary>
    public SystemTextJsonContentSerializer()
        : this(GetDefaultJsonSerializerOptions())
    {
    }

    /// <summary>The options in use.</summary>
    public JsonSerializerOptions SerializerOptions { get; } = jsonSerializerOptions;

    /// <summary>Camel case, names read in any case, enums as camel case words.</summary>
    public static JsonSerializerOptions GetDefaultJsonSerializerOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNameCaseInsensitive = true,
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        return options;
    }

    /// <inheritdoc/>
    public HttpContent ToHttpContent<T>(T item) => JsonContent.Create(
        item, new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" }, SerializerOptions);

    /// <inheritdoc/>
    public Task<T?> FromHttpContentAsync<T>(HttpContent content, CancellationToken cancellationToken = default) =>
        content.ReadFromJsonAsync<T>(SerializerOptions, cancellationToken);

    /// <inheritdoc/>
    public string? GetFieldNameForProperty(PropertyInfo propertyInfo) =>
        propertyInfo.GetCustomAttribute<JsonPropertyNameAttribute>(inherit: true)?.Name;
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Metal3.Lab.Ironic.Http;

/// <summary>One request to the Ironic API, and what will be answered.</summary>
internal sealed class Call(HttpContext http, string[] path, int minor)
{
    public HttpContext Http => http;

    public string Method { get; } = http.Request.Method;

    /// <summary>Path elements below <c>/v1</c>.</summary>
    public string[] Path => path;

    public int Minor => minor;

    /// <summary>The path with identifiers replaced by <c>{id}</c>, for the counters.</summary>
    public string Template { get; set; } = "/v1/" + string.Join('/', path);

    /// <summary>Name of the node that the request was about, for the counters.</summary>
    public string Node { get; set; } = "";

    /// <summary>Verb or power target, for the counters.</summary>
    public string Verb { get; set; } = "";

    public int Status { get; set; } = 200;

    public byte[]? Body { get; set; }

    public string? Location { get; set; }

    public JsonNode? Json { get; set; }

    public string? Query(string name) => http.Request.Query.TryGetValue(name, out var values) ? values[^1] : null;

    public bool Flag(string name) => Query(name)?.ToLowerInvariant() is "true" or "1" or "t" or "yes" or "y" or "on";

    public JsonObject Fields(string what)
    {
        if (Json is null)
        {
            return [];
        }

        return Json as JsonObject ?? throw ApiException.Of(
            400, $"Schema error for {what}: {State.Json.Python(Json)} is not of type 'object'");
    }

    public void Answer(JsonNode json, int status = 200)
    {
        Status = status;
        Body = JsonSerializer.SerializeToUtf8Bytes(json, State.Json.Relaxed);
    }

    public void Empty(int status) => Status = status;
}

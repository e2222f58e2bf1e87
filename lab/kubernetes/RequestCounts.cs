using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Metal3.Lab.Kubernetes;

/// <summary>How often what was asked of which resource, as <c>/metrics</c> of the real server counts it: watches when they end.</summary>
internal sealed class RequestCounts
{
    private readonly ConcurrentDictionary<(string Verb, string Group, string Resource, string Subresource, int Code), long> _counts = new();

    /// <summary>Counts a request that was answered.</summary>
    public void Count(HttpContext http)
    {
        if (http.Items[typeof(RequestCounts)] is not (ResourceType type, string name, string subresource))
        {
            return;
        }

        var verb = http.Request.Method switch
        {
            "GET" or "HEAD" when name.Length > 0 => "GET",
            "GET" or "HEAD" => http.Request.Query["watch"].ToString() is "1" or "true" or "True" ? "WATCH" : "LIST",
            "PATCH" when http.Request.ContentType?.Contains("apply-patch", StringComparison.Ordinal) is true => "APPLY",
            "DELETE" when name.Length == 0 => "DELETECOLLECTION",
            var method => method,
        };
        _counts.AddOrUpdate((verb, type.Group, type.Plural, subresource, http.Response.StatusCode), 1, (_, before) => before + 1);
    }

    /// <summary>What a request is about, noted before it is carried out.</summary>
    public static void Note(HttpContext http, ResourceType type, string name, string subresource) =>
        http.Items[typeof(RequestCounts)] = (type, name, subresource);

    /// <summary>In Prometheus' text format.</summary>
    public string Render()
    {
        var text = new StringBuilder("# TYPE apiserver_request_total counter\n");
        foreach (var ((verb, group, resource, subresource, code), count) in _counts)
        {
            text.Append(CultureInfo.InvariantCulture, $"apiserver_request_total{{code=\"{code}\",group=\"{group}\",resource=\"{resource}\",subresource=\"{subresource}\",verb=\"{verb}\"}} {count}\n");
        }

        return text.ToString();
    }
}

using System.Text.Json;

namespace Metal3.Lab.Ironic.Http;

/// <summary>An answer other than success, in the shape that Ironic gives it.</summary>
internal sealed class ApiException(int status, string body) : Exception
{
    public int Status => status;

    public string Body => body;

    public string? Allow { get; init; }

    /// <summary>Raised inside a controller or a conductor: JSON inside a string.</summary>
    public static ApiException Of(int status, string text) => new(status, Wrap(
        $"{{\"faultcode\": \"{(status >= 500 ? "Server" : "Client")}\", \"faultstring\": {Quote(text)}, "
        + "\"debuginfo\": null}"));

    /// <summary>Raised by the routing.</summary>
    public static ApiException Routing(int status, string title, string description = "", string? allow = null) => new(
        status, Wrap($"{{\"code\": {status}, \"title\": {Quote(title)}, \"description\": {Quote(description)}}}"))
    {
        Allow = allow,
    };

    public static ApiException NotFound(string path = "") => Routing(404, "Not Found", path);

    public static ApiException MethodNotAllowed(string allow) =>
        Routing(405, "Method Not Allowed", allow: allow);

    public static ApiException NotAcceptable() => Of(406, "Request not acceptable.");

    public static ApiException NodeNotFound(string ident) => Of(404, $"Node {ident} could not be found.");

    public static ApiException Locked(string uuid, string host) => Of(
        409, $"Node {uuid} is locked by host {host}, please retry after the current operation is completed.");

    private static string Wrap(string inner) => $"{{\"error_message\": {Quote(inner)}}}";

    private static string Quote(string text) => JsonSerializer.Serialize(text, State.Json.Relaxed);
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.State;
using Microsoft.AspNetCore.Http.Features;

namespace Metal3.Lab.Ironic.Http;

/// <summary>Tells the three APIs apart, and does for Ironic's what stands before its controllers.</summary>
internal sealed class Server(World world, IronicApi ironic, RedfishApi redfish, AdminApi admin)
{
    private const int MaximumBody = 64 << 20;

    public async Task HandleAsync(HttpContext http)
    {
        var path = (http.Request.Path.Value ?? "/").Split('/', StringSplitOptions.RemoveEmptyEntries);
        var body = await ReadAsync(http);
        switch (path)
        {
            case ["redfish", ..]:
                await redfish.HandleAsync(http, path, body);
                break;
            case ["admin", .. var rest]:
                await admin.HandleAsync(http, rest, body);
                break;
            default:
                await IronicAsync(http, path, body);
                break;
        }
    }

    private async Task IronicAsync(HttpContext http, string[] path, byte[] body)
    {
        http.Response.Headers["Openstack-Request-Id"] = $"req-{Guid.NewGuid()}";
        var isPublic = path is [] or ["v1"] or [.., "lookup"] or [.., "heartbeat", _] or [.., "continue_inspection"];
        if (!isPublic && Unauthorized(http) is { } refusal)
        {
            http.Response.StatusCode = refusal.Status;
            http.Response.Headers.WWWAuthenticate = "Basic realm=\"Baremetal API\"";
            await WriteAsync(http, Encoding.UTF8.GetBytes(refusal.Body));
            return;
        }

        http.Response.Headers["X-OpenStack-Ironic-API-Minimum-Version"] = "1.1";
        http.Response.Headers["X-OpenStack-Ironic-API-Maximum-Version"] = $"1.{world.Options.MaximumMinorVersion}";
        var stripped = path is ["v1", .. var below] ? below : path;
        var call = new Call(http, stripped, 1);
        try
        {
            var minor = ironic.Negotiate(http.Request);
            http.Response.Headers["X-OpenStack-Ironic-API-Version"] = $"1.{minor}";
            call = new Call(http, stripped, minor) { Json = Parse(body) };
            if (await TroubleAsync(http, call))
            {
                Count(call);
                return;
            }

            if (path is [])
            {
                call.Template = "/";
                call.Answer(ironic.Root());
            }
            else
            {
                await CarryOutAsync(call, http.RequestAborted);
            }
        }
        catch (ApiException refused)
        {
            call.Status = refused.Status;
            call.Body = Encoding.UTF8.GetBytes(refused.Body);
            if (refused.Allow is { } allow)
            {
                http.Response.Headers.Allow = allow;
            }
        }

        Count(call);
        if (await MangleAsync(http, call))
        {
            return;
        }

        http.Response.StatusCode = call.Status;
        if (call.Location is { } location)
        {
            http.Response.Headers.Location = location;
        }

        await WriteAsync(http, call.Body ?? []);
    }

    /// <summary>A request for a locked node is tried three times, as Ironic does, before it is refused.</summary>
    private async Task CarryOutAsync(Call call, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                lock (world.Gate)
                {
                    ironic.Handle(call);
                    world.Flush();
                }

                return;
            }
            catch (NodeIsLocked locked)
            {
                if (attempt == 3)
                {
                    throw locked.Conflict;
                }
            }

            var pause = world.Times[Stages.Lock] / 2;
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, world.Options.Time, cancellation);
            }
        }
    }

    private void Count(Call call)
    {
        lock (world.Gate)
        {
            world.Counters.Call(call.Method, call.Template, call.Verb, call.Node, call.Status);
            if (call.Method != "GET")
            {
                world.Counters.FlushCalls();
                world.Flush();
            }
        }
    }

    private (int Status, string Body)? Unauthorized(HttpContext http)
    {
        if (world.Options.UserName is null)
        {
            return null;
        }

        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return (401, Refusal(401, "Authorization required"));
        }

        var parts = header.Split(' ', 2);
        if (!parts[0].Equals("Basic", StringComparison.OrdinalIgnoreCase))
        {
            return (400, Refusal(400, $"Unsupported authorization type \\\"{parts[0]}\\\""));
        }

        return SameCredentials(parts[^1], world.Options.UserName, world.Options.Password ?? "")
            ? null
            : (401, Refusal(401, "Incorrect username or password"));

        static string Refusal(int code, string message) =>
            $"{{\"error\": {{\"message\": \"{message}\", \"code\": {code}}}}}";
    }

    public static bool SameCredentials(string basic, string user, string password)
    {
        try
        {
            return CryptographicOperations.FixedTimeEquals(
                Convert.FromBase64String(basic), Encoding.UTF8.GetBytes($"{user}:{password}"));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Failures that take the place of the work; true when the request is over.</summary>
    private async Task<bool> TroubleAsync(HttpContext http, Call call)
    {
        if (Use(FailureKinds.Stall, call) is { } stall)
        {
            await Task.Delay(
                TimeSpan.FromSeconds((double?)stall["seconds"] ?? 30), world.Options.Time, http.RequestAborted);
        }

        if (Peek(FailureKinds.Drop, call) is { } drop && drop["when"].Text() != "after")
        {
            _ = Use(FailureKinds.Drop, call);
            call.Status = 0;
            http.Abort();
            return true;
        }

        if (Use(FailureKinds.HttpError, call) is { } error)
        {
            call.Status = (int?)error["status"] ?? 500;
            http.Response.StatusCode = call.Status;
            var text = error["message"].Text() ?? (call.Status == 503
                ? "Requested action cannot be performed due to lack of free conductor workers."
                : "Unexpected exception, asked to fail");
            await WriteAsync(http, Encoding.UTF8.GetBytes(error["html"].Flag()
                ? $"<html><body><h1>{call.Status}</h1></body></html>"
                : ApiException.Of(call.Status, text).Body));
            return true;
        }

        if (Use(FailureKinds.Redirect, call) is { } redirect)
        {
            call.Status = 302;
            http.Response.StatusCode = 302;
            http.Response.Headers.Location = redirect["location"].Text() ?? "http://127.0.0.1:1/elsewhere";
            return true;
        }

        return false;
    }

    /// <summary>Failures that spoil the answer although the work was done; true when the request is over.</summary>
    private async Task<bool> MangleAsync(HttpContext http, Call call)
    {
        if (Use(FailureKinds.Drop, call) is not null)
        {
            http.Abort();
            return true;
        }

        if (Use(FailureKinds.Malformed, call) is not null)
        {
            http.Response.StatusCode = 200;
            await WriteAsync(http, "<html><body>It works!</body></html>"u8.ToArray());
            return true;
        }

        if (Use(FailureKinds.Huge, call) is { } huge)
        {
            http.Response.StatusCode = 200;
            await WriteAsync(http, Encoding.ASCII.GetBytes($"\"{new string('x', (int?)huge["bytes"] ?? 10 << 20)}\""));
            return true;
        }

        if (call.Body is { Length: > 1 } whole && Use(FailureKinds.Truncated, call) is not null)
        {
            http.Response.StatusCode = call.Status;
            http.Response.ContentLength = whole.Length;
            http.Response.ContentType = "application/json";
            await http.Response.Body.WriteAsync(whole.AsMemory(0, whole.Length / 2));
            await http.Response.Body.FlushAsync();
            http.Abort();
            return true;
        }

        return false;
    }

    private JsonObject? Use(string kind, Call call)
    {
        lock (world.Gate)
        {
            if (Matching(kind, call) is null)
            {
                return null;
            }

            var used = world.Failures.Use(kind, Names(call));
            world.Flush();
            return used;
        }
    }

    private JsonObject? Peek(string kind, Call call)
    {
        lock (world.Gate)
        {
            return Matching(kind, call);
        }
    }

    private JsonObject? Matching(string kind, Call call) =>
        world.Failures.Find(kind, Names(call)) is { } failure
        && (failure["method"].Text() is not { } method || method.Equals(call.Method, StringComparison.OrdinalIgnoreCase))
        && (failure["path"].Text() is not { } path
            || (call.Http.Request.Path.Value ?? "").Contains(path, StringComparison.Ordinal))
            ? failure
            : null;

    private IEnumerable<string> Names(Call call) =>
        call.Path is ["nodes", var ident, ..] && world.Find(ident) is { } node ? world.NamesOf(node, null) : [];

    private static JsonNode? Parse(byte[] body)
    {
        if (body.Length == 0)
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(body, null, new JsonDocumentOptions { MaxDepth = 64 });
        }
        catch (JsonException)
        {
            throw ApiException.Of(500, "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)");
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength is null or 0 && !http.Request.Headers.ContainsKey("Transfer-Encoding"))
        {
            return [];
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaximumBody;
        }

        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.ToArray();
    }

    public static async Task WriteAsync(HttpContext http, byte[] body)
    {
        if (body.Length > 0)
        {
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = body.Length;
            await http.Response.Body.WriteAsync(body);
        }
        else if (http.Response.StatusCode is not (204 or 304))
        {
            http.Response.ContentLength = 0;
        }
    }
}

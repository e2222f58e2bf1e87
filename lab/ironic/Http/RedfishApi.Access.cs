using System.Text;
using System.Text.Json.Nodes;
using Metal3.Lab.Ironic.State;

namespace Metal3.Lab.Ironic.Http;

internal sealed partial class RedfishApi
{
    private void OpenSession(JsonObject body, Answer answer)
    {
        var (user, password) = (body["UserName"].Text(), body["Password"].Text());
        if (user is null || password is null)
        {
            answer.Error(400, "PropertyMissing", "UserName and Password are required.");
            return;
        }

        if (!Declared.Exists(m => m.AcceptsCredentials(user, password)
            && world.Failures.Find(FailureKinds.WrongPassword, world.NamesOf(null, m)) is null))
        {
            Unauthorized(answer);
            return;
        }

        var id = (++_nextSession).ToString();
        var token = Guid.NewGuid().ToString("N");
        _sessions[token] = (user, password, id);
        answer.Status = 201;
        answer.Headers["X-Auth-Token"] = token;
        answer.Headers["Location"] = "/redfish/v1/SessionService/Sessions/" + id;
        answer.Body = Resource("/redfish/v1/SessionService/Sessions/" + id, "Session.v1_0_2.Session", id, "User Session");
        answer.Body["UserName"] = user;
    }

    private (string User, string Password)? Credentials(HttpRequest request)
    {
        if (request.Headers["X-Auth-Token"].ToString() is { Length: > 0 } token)
        {
            return _sessions.TryGetValue(token, out var session) ? (session.User, session.Password) : null;
        }

        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(header[6..].Trim())).Split(':', 2);
            return parts.Length == 2 ? (parts[0], parts[1]) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private bool AllDown() => Declared is { Count: > 0 } machines
        && machines.TrueForAll(m => world.Failures.Find(FailureKinds.BmcDown, world.NamesOf(null, m)) is not null);

    private static void Unauthorized(Answer answer, string message = "Incorrect username or password")
    {
        answer.Error(401, "GeneralError", message);
        answer.Headers["WWW-Authenticate"] = "Basic realm=\"Redfish\"";
    }
}

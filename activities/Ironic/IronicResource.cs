using System.Net;
using System.Text.Json;
using k8s;
using k8s.Autorest;
using Metal3.Activities.Kubernetes;

namespace Metal3.Activities.Ironic;

/// <summary>An <c>Ironic</c> object of the Ironic operator (<c>ironic.metal3.io/v1alpha1</c>), from which address, credentials and trust are read.</summary>
/// <param name="Namespace"><c>IRONIC_NAMESPACE</c>, else the namespace of this process.</param>
/// <param name="Name"><c>IRONIC_NAME</c>.</param>
public sealed record IronicResource(string Namespace, string Name)
{
    /// <summary><c>namespace/name</c>.</summary>
    public override string ToString() => $"{Namespace}/{Name}";
}

/// <summary>How to reach an Ironic that somebody else configures. Shows no credentials.</summary>
internal sealed class IronicConnection(bool tls, string user, string password, string? authorities)
{
    /// <summary>Whether it listens with TLS.</summary>
    public bool Tls => tls;

    public string User => user;

    public string Password => password;

    /// <summary>PEM bundle that replaces the system's trust roots; null means the system's.</summary>
    public string? Authorities => authorities;

    public bool IsSame(IronicConnection other) =>
        (Tls, User, Password, Authorities) == (other.Tls, other.User, other.Password, other.Authorities);

    public override string ToString() => tls ? "Ironic with TLS" : "Ironic without TLS";
}

/// <summary>Reads an <c>Ironic</c> object and the Secrets that it names, as they are now.</summary>
internal sealed class IronicResourceReader(IKubernetes kubernetes, ISecretReader secrets, IronicResource resource)
{
    /// <exception cref="IronicException">The object is missing, not ready or unreadable; what is missing is named.</exception>
    public async Task<IronicConnection> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = await kubernetes.CustomObjects.GetNamespacedCustomObjectAsync<JsonElement>(
                "ironic.metal3.io", "v1alpha1", resource.Namespace, "ironics", resource.Name, cancellationToken);
            if (Obstacle(found) is { } obstacle)
            {
                throw NotReady(obstacle);
            }

            var spec = At(found, "spec");
            var credentials = Text(At(spec, "apiCredentialsName")) ?? throw NotReady("spec.apiCredentialsName is empty");
            var certificate = Text(At(At(spec, "tls"), "certificateName"));
            return new IronicConnection(
                certificate is not null,
                await ValueAsync(credentials, "username", cancellationToken),
                await ValueAsync(credentials, "password", cancellationToken),
                certificate is null ? null : await ValueAsync(certificate, "tls.crt", cancellationToken));
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound)
        {
            throw NotReady("it does not exist; correct IRONIC_NAME and IRONIC_NAMESPACE");
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.Forbidden)
        {
            throw NotReady(
                $"this process may not read it or its Secrets; grant its service account \"get\" on ironics and secrets in namespace {resource.Namespace}");
        }
    }

    /// <summary>Why it cannot be used yet, in the operator's words; null if it can.</summary>
    private static string? Obstacle(JsonElement found)
    {
        const string notStarted = "reconciliation hasn't started yet";
        if (At(At(found, "status"), "conditions") is not { ValueKind: JsonValueKind.Array } conditions)
        {
            return notStarted;
        }

        var ready = conditions.EnumerateArray().FirstOrDefault(one => Text(At(one, "type")) == "Ready");
        if (Number(At(ready, "observedGeneration")) != Number(At(At(found, "metadata"), "generation")))
        {
            return notStarted; // or: has not yet taken in the last change
        }

        return Text(At(ready, "status")) == "True" ? null : Text(At(ready, "message")) ?? Text(At(ready, "reason")) ?? "its condition Ready is not True";
    }

    private async Task<string> ValueAsync(string secret, string key, CancellationToken cancellationToken)
    {
        var found = await secrets.FindSecretAsync(resource.Namespace, secret, cancellationToken)
            ?? throw NotReady($"its Secret {secret} does not exist");
        return found.Text(key)?.Trim() is { Length: > 0 } text ? text : throw NotReady($"its Secret {secret} has no {key}");
    }

    private IronicException NotReady(string why) =>
        new(IronicFault.NotReady, "settings", $"ironic resource {resource} is not ready: {why}", null);

    private static JsonElement? At(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } members && members.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } found ? found : null;

    private static long? Number(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var found) ? found : null;
}

/// <summary>
/// Sends requests to the Ironic that an <c>Ironic</c> object describes: reads the object again every few seconds, and after each
/// refusal and each failed connection, so that credentials, certificates and TLS itself can be changed under way.
/// </summary>
/// <param name="options">The rest of the settings; their endpoint's scheme is replaced by what the object says.</param>
/// <param name="read">Reads the object.</param>
/// <param name="connect">A transport for a connection; by default the options' own.</param>
/// <param name="time">The clock.</param>
internal sealed class IronicResourceTransport(
    IronicOptions options,
    Func<CancellationToken, Task<IronicConnection>> read,
    TimeProvider time,
    Func<IronicConnection, HttpMessageHandler>? connect = null) : HttpMessageHandler
{
    /// <summary>How long what was read is believed, as upstream, unless <c>IRONIC_CLIENT_CACHE_TTL</c> says otherwise.</summary>
    private readonly TimeSpan _believed = options.VerifiedFor ?? TimeSpan.FromSeconds(5);
    private readonly Func<IronicConnection, HttpMessageHandler> _connect = connect ?? (connection => IronicTransport.Handler(options, connection.Authorities));
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly List<(Line Line, DateTimeOffset At)> _retired = [];
    private Line? _line;
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var line = await LineAsync(cancellationToken);
        request.RequestUri = new UriBuilder(request.RequestUri!)
        {
            Scheme = line.Connection.Tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp,
            Port = options.Endpoint.IsDefaultPort ? -1 : options.Endpoint.Port,
        }.Uri;
        request.Headers.Authorization = IronicCredentials.Basic(line.Connection.User, line.Connection.Password);
        try
        {
            var response = await line.Invoker.SendAsync(request, cancellationToken);
            if (response.StatusCode is HttpStatusCode.Unauthorized)
            {
                Doubt();
            }

            return response;
        }
        catch (HttpRequestException)
        {
            Doubt();
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _line?.Dispose();
            _retired.ForEach(one => one.Line.Dispose());
            _one.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Doubt() => _readAt = DateTimeOffset.MinValue;

    private async Task<Line> LineAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            if (_line is { } known && now - _readAt < _believed)
            {
                return known;
            }

            IronicConnection connection;
            try
            {
                connection = await read(cancellationToken);
            }
            catch (Exception e) when (
                e is HttpRequestException or HttpOperationException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Kubernetes does not answer. What was known may still be good; without anything there is nothing to go by.
                return _line ?? throw new IronicException(
                    IronicFault.NotReady, "settings", $"ironic resource {options.Resource} cannot be read from Kubernetes", null, e);
            }

            _readAt = now;
            if (_line is { } before && before.Connection.IsSame(connection))
            {
                return before;
            }

            if (_line is { } old)
            {
                // Requests that are under way go on over it; none takes longer than the time-out.
                _retired.Add((old, now));
            }

            foreach (var (line, at) in _retired.Where(one => now - one.At > options.Timeout).ToList())
            {
                _ = _retired.Remove((line, at));
                line.Dispose();
            }

            return _line = new Line(connection, new HttpMessageInvoker(_connect(connection)));
        }
        finally
        {
            _ = _one.Release();
        }
    }

    private sealed record Line(IronicConnection Connection, HttpMessageInvoker Invoker) : IDisposable
    {
        public void Dispose() => Invoker.Dispose();
    }
}

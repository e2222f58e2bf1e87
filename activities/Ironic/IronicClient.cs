using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Nodes;
using Polly;
using Polly.Retry;
using Refit;

namespace Metal3.Activities.Ironic;

/// <summary>One Ironic: its requests, typed, with faults told apart. Safe for any number of callers.</summary>
/// <remarks>
/// Only GETs are tried again, and only after a fast failure. A request that changes something is sent once: its caller
/// looks at the node before it asks again.
/// </remarks>
internal sealed class IronicClient : IDisposable
{
    private static readonly string[] PortFields = ["node_uuid", "uuid", "address"];

    private readonly IronicOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly HttpClient _probe;
    private readonly IronicCredentials _credentials;
    private readonly IronicSession _session;
    private readonly ResiliencePipeline _safe;
    private readonly IIronicApi _api;
    private readonly IronicHeaders _headers;

    /// <summary>A client over the options' own transport.</summary>
    public IronicClient(IronicOptions options, TimeProvider time)
        : this(options, time, IronicTransport.Handler(options))
    {
    }

    /// <summary>A client over a given transport, which it disposes.</summary>
    public IronicClient(IronicOptions options, TimeProvider time, HttpMessageHandler transport)
    {
        _options = options;
        _time = time;
        var root = new Uri(options.Endpoint.AbsoluteUri.TrimEnd('/'));
        _credentials = new IronicCredentials(options.CredentialsDirectory, time);
        var limit = new AnswerLimit(options.MaxAnswerBytes) { InnerHandler = transport };
        _headers = new IronicHeaders(_credentials) { InnerHandler = limit };
        _http = new HttpClient(_headers, disposeHandler: true)
        {
            BaseAddress = root,
            Timeout = Timeout.InfiniteTimeSpan, // per request below, by the clock that tests can turn
        };
        _probe = new HttpClient(limit, disposeHandler: false) { Timeout = options.Timeout };
        _session = new IronicSession(options, _probe, time);
        _api = RestService.For<IIronicApi>(_http, new RefitSettings(new SystemTextJsonContentSerializer(IronicJson.Default.Options))
        {
            MaxExceptionContentLength = 64 * 1024,
        });
        _safe = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Math.Max(1, options.Attempts - 1),
                Delay = options.RetryPause,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = new PredicateBuilder().Handle<IronicException>(e =>
                    options.Attempts > 1
                    && (e.Fault is IronicFault.Unreachable or IronicFault.ServerError or IronicFault.NotReady
                        || (e.Fault is IronicFault.Unauthorized && (options.CredentialsDirectory is not null || options.Resource is not null)))),
            })
            .Build();
    }

    /// <summary>The name in the options.</summary>
    public string Name => _options.Name;

    /// <summary>The server, verified.</summary>
    public Task<IronicServer> ServerAsync(CancellationToken cancellationToken) =>
        _session.EnsureAsync(ReadyAsync, cancellationToken);

    /// <summary>The node; null if there is none of that UUID or name.</summary>
    public async Task<IronicNode?> FindNodeAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(
                $"GET nodes/{id}", token => _api.NodeAsync(id, null, token), cancellationToken);
        }
        catch (IronicException e) when (e.Fault is IronicFault.NotFound)
        {
            return null;
        }
    }

    /// <summary>One page of the listing, ordered by Ironic; <paramref name="marker"/> is the last UUID of the page before.</summary>
    public Task<NodePage> NodesAsync(IReadOnlyList<string> fields, string? marker, CancellationToken cancellationToken) =>
        GetAsync("GET nodes", token => _api.NodesAsync(fields, _options.PageSize, marker, token), cancellationToken);

    /// <summary>All pages of the listing. Links are not followed: they point wherever Ironic believes to be.</summary>
    public async Task<IReadOnlyList<IronicNode>> AllNodesAsync(IReadOnlyList<string> fields, CancellationToken cancellationToken)
    {
        var all = new List<IronicNode>();
        string? marker = null;
        while (true)
        {
            var page = await NodesAsync(fields, marker, cancellationToken);
            all.AddRange(page.Nodes);
            if (page.Next is null || page.Nodes.Count == 0)
            {
                return all;
            }

            marker = page.Nodes[^1].Uuid;
        }
    }

    /// <summary>Creates a node.</summary>
    public Task<IronicNode> CreateNodeAsync(JsonObject node, CancellationToken cancellationToken) =>
        SendAsync("POST nodes", token => _api.CreateNodeAsync(node, token), node, cancellationToken, 201, 202);

    /// <summary>Patches a node; the answer is the node as it then is.</summary>
    public Task<IronicNode> PatchNodeAsync(string id, IReadOnlyList<PatchOp> operations, CancellationToken cancellationToken)
    {
        var patch = new JsonArray();
        foreach (var operation in operations)
        {
            var one = new JsonObject { ["op"] = operation.Op, ["path"] = operation.Path };
            if (operation.Op != "remove")
            {
                one["value"] = operation.Value?.DeepClone();
            }

            patch.Add((JsonNode)one);
        }

        return SendAsync($"PATCH nodes/{id}", token => _api.PatchNodeAsync(id, patch, token), patch, cancellationToken, 200);
    }

    /// <summary>Deletes a node; true even if there was none.</summary>
    public async Task DeleteNodeAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync($"DELETE nodes/{id}", token => _api.DeleteNodeAsync(id, token), null, cancellationToken, 202, 204);
        }
        catch (IronicException e) when (e.Fault is IronicFault.NotFound)
        {
            // Done, by us earlier or by somebody else.
        }
    }

    /// <summary>Sends a provision verb.</summary>
    public Task ProvisionAsync(string id, JsonObject request, CancellationToken cancellationToken) =>
        SendAsync(
            $"PUT nodes/{id}/states/provision ({request["target"]})",
            token => _api.ProvisionAsync(id, request, token), request, cancellationToken, 202);

    /// <summary>Orders a power change.</summary>
    public Task PowerAsync(string id, string target, int? timeoutSeconds, CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["target"] = target };
        if (timeoutSeconds is { } seconds)
        {
            request["timeout"] = seconds;
        }

        return SendAsync(
            $"PUT nodes/{id}/states/power ({target})", token => _api.PowerAsync(id, request, token), request, cancellationToken, 202);
    }

    /// <summary>Sets the RAID that the next <c>create_configuration</c> step builds.</summary>
    public Task SetRaidAsync(string id, JsonObject target, CancellationToken cancellationToken) =>
        SendAsync($"PUT nodes/{id}/states/raid", token => _api.RaidAsync(id, target, token), target, cancellationToken, 204);

    /// <summary>Sets or lifts maintenance; lifting clears the fault too.</summary>
    public Task SetMaintenanceAsync(string id, string? reason, CancellationToken cancellationToken)
    {
        if (reason is null)
        {
            return SendAsync(
                $"DELETE nodes/{id}/maintenance", token => _api.UnsetMaintenanceAsync(id, token), null, cancellationToken, 202);
        }

        var request = new JsonObject { ["reason"] = reason };
        return SendAsync(
            $"PUT nodes/{id}/maintenance", token => _api.SetMaintenanceAsync(id, request, token), request, cancellationToken, 202);
    }

    /// <summary>Has Ironic check each interface of a node.</summary>
    public Task<Dictionary<string, InterfaceValidation>> ValidateAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"GET nodes/{id}/validate", token => _api.ValidateAsync(id, token), cancellationToken);

    /// <summary>
    /// Has Ironic ask the BMC for its boot device: the one request that talks to the BMC with the stored credentials at once, and
    /// changes nothing. Ironic locks the node meanwhile and answers 500 with the BMC's words. Sent once: every repetition shows
    /// credentials that may be wrong to the BMC again, which locks accounts.
    /// </summary>
    public async Task ReadBmcAsync(string id, CancellationToken cancellationToken) =>
        _ = await SendAsync(
            $"GET nodes/{id}/management/boot_device", token => _api.BootDeviceAsync(id, token), null, cancellationToken, 200);

    /// <summary>What inspection found; null if nothing is stored.</summary>
    public async Task<InventoryRecord?> FindInventoryAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync($"GET nodes/{id}/inventory", token => _api.InventoryAsync(id, token), cancellationToken);
        }
        catch (IronicException e) when (e.Fault is IronicFault.NotFound)
        {
            return null;
        }
    }

    /// <summary>BIOS settings, with the schema if asked.</summary>
    public async Task<IReadOnlyList<BiosSetting>> BiosAsync(string id, bool withSchema, CancellationToken cancellationToken) =>
        (await GetAsync(
            $"GET nodes/{id}/bios", token => _api.BiosAsync(id, withSchema ? "true" : null, token), cancellationToken)).Bios;

    /// <summary>Firmware components.</summary>
    public async Task<IReadOnlyList<FirmwareRecord>> FirmwareAsync(string id, CancellationToken cancellationToken) =>
        (await GetAsync($"GET nodes/{id}/firmware", token => _api.FirmwareAsync(id, token), cancellationToken)).Firmware;

    /// <summary>Ports of that address, in any case.</summary>
    public async Task<IReadOnlyList<IronicPort>> PortsByAddressAsync(string mac, CancellationToken cancellationToken) =>
        (await GetAsync("GET ports?address", token => _api.PortsAsync(mac, null, PortFields, token), cancellationToken)).Ports;

    /// <summary>Ports of that node.</summary>
    public async Task<IReadOnlyList<IronicPort>> PortsOfNodeAsync(string node, CancellationToken cancellationToken) =>
        (await GetAsync("GET ports?node_uuid", token => _api.PortsAsync(null, node, PortFields, token), cancellationToken)).Ports;

    /// <summary>Creates a port.</summary>
    public Task CreatePortAsync(string node, string mac, bool pxe, CancellationToken cancellationToken)
    {
        var port = new JsonObject { ["node_uuid"] = node, ["address"] = mac, ["pxe_enabled"] = pxe };
        return SendAsync("POST ports", token => _api.CreatePortAsync(port, token), port, cancellationToken, 201, 202);
    }

    public void Dispose()
    {
        _session.Dispose();
        _headers.Dispose();
        _http.Dispose();
        _probe.Dispose();
    }

    /// <summary>The fault behind an answer's status.</summary>
    internal static IronicException Fault(string request, HttpStatusCode status, string text)
    {
        var fault = (int)status switch
        {
            >= 300 and < 400 => IronicFault.Malformed,
            401 or 403 => IronicFault.Unauthorized,
            404 => IronicFault.NotFound,
            406 => IronicFault.UnsupportedVersion,
            409 => IsLock(text) ? IronicFault.Busy : IronicFault.Conflict,
            429 or 503 => IronicFault.NotReady,
            >= 500 => IronicFault.ServerError,
            // The API is up, but the conductor is not (yet, or no longer).
            400 when text.Contains("No conductor service registered", StringComparison.OrdinalIgnoreCase) => IronicFault.NotReady,
            >= 400 => IronicFault.Refused,
            _ => IronicFault.Malformed,
        };
        var said = (int)status is >= 300 and < 400 ? "answered with a redirect, which is not followed" : text;
        var number = ((int)status).ToString(CultureInfo.InvariantCulture);
        return new IronicException(fault, request, said.Length > 0 ? $"{number} {said}" : number, status);
    }

    /// <summary>The fault behind the absence of an answer.</summary>
    internal static IronicException Transport(string request, Exception cause)
    {
        for (var inner = cause; inner is not null; inner = inner.InnerException!)
        {
            if (inner is IronicException ours)
            {
                return ours;
            }
        }

        return cause switch
        {
            OperationCanceledException or TimeoutException => new(
                IronicFault.TimedOut, request, "Ironic did not answer in time", null, cause),
            HttpRequestException { InnerException: AuthenticationException } => new(
                IronicFault.Unreachable, request, "Ironic's certificate is not trusted; see IRONIC_CACERT_FILE", null, cause),
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new(
                IronicFault.Unreachable, request, "the name in IRONIC_ENDPOINT does not resolve", null, cause),
            _ => new(IronicFault.Unreachable, request, "Ironic cannot be reached", null, cause),
        };
    }

    private static bool IsLock(string text) =>
        text.Contains("is locked by", StringComparison.OrdinalIgnoreCase)
        || text.Contains("while a state transition is in progress", StringComparison.OrdinalIgnoreCase)
        || text.Contains("after the current operation is completed", StringComparison.OrdinalIgnoreCase)
        || text.Contains("can not be performed", StringComparison.OrdinalIgnoreCase);

    private async Task<T> GetAsync<T>(
        string request, Func<CancellationToken, Task<IApiResponse<T>>> send, CancellationToken cancellationToken) =>
        await _safe.ExecuteAsync(
            async token => await SendAsync(request, send, null, token, 200), cancellationToken);

    private async Task<T> SendAsync<T>(
        string request,
        Func<CancellationToken, Task<IApiResponse<T>>> send,
        JsonNode? body,
        CancellationToken cancellationToken,
        params int[] expected)
    {
        using var response = (IApiResponse<T>)await SendCoreAsync(
            request, async token => await send(token), body, cancellationToken, expected);
        return response.Content ?? throw new IronicException(
            IronicFault.Malformed, request, "the answer has no content", response.StatusCode);
    }

    private async Task SendAsync(
        string request,
        Func<CancellationToken, Task<IApiResponse>> send,
        JsonNode? body,
        CancellationToken cancellationToken,
        params int[] expected)
    {
        using var response = await SendCoreAsync(request, send, body, cancellationToken, expected);
    }

    private async Task<IApiResponse> SendCoreAsync(
        string request,
        Func<CancellationToken, Task<IApiResponse>> send,
        JsonNode? body,
        CancellationToken cancellationToken,
        int[] expected)
    {
        await _session.EnsureAsync(ReadyAsync, cancellationToken);
        return await JudgedAsync(request, send, body, cancellationToken, expected);
    }

    private async Task<IApiResponse> JudgedAsync(
        string request,
        Func<CancellationToken, Task<IApiResponse>> send,
        JsonNode? body,
        CancellationToken cancellationToken,
        int[] expected)
    {
        using var patience = new CancellationTokenSource(_options.Timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        IApiResponse response;
        try
        {
            response = await send(both.Token);
        }
        catch (IronicException)
        {
            throw;
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or ApiRequestException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw Doubtful(Transport(request, e is ApiRequestException { InnerException: { } inner } ? inner : e));
        }

        if (response.HasRequestError(out var unsent))
        {
            response.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw Doubtful(Transport(request, unsent.InnerException ?? unsent));
        }

        if (response.StatusCode is { } status && Array.IndexOf(expected, (int)status) < 0)
        {
            var text = response.HasResponseError(out var error) ? ErrorBody.Sentence(error.Content) : "";
            response.Dispose();
            throw Doubtful(Fault(request, status, ErrorBody.Cut(Secrets.Scrub(text, body))));
        }

        if (response.HasResponseError(out var unread))
        {
            var cause = unread.InnerException is JsonException json
                ? new InvalidDataException($"not the expected JSON at {json.Path ?? "the start"}")
                : null;
            response.Dispose();
            throw new IronicException(IronicFault.Malformed, request, "the answer is not what Ironic answers", unread.StatusCode, cause);
        }

        return response;
    }

    private IronicException Doubtful(IronicException fault)
    {
        switch (fault.Fault)
        {
            case IronicFault.Unreachable or IronicFault.UnsupportedVersion or IronicFault.NotReady:
                _session.Doubt();
                break;
            case IronicFault.Unauthorized:
                _credentials.Doubt();
                break;
        }

        return fault;
    }

    /// <summary>Ironic answers before its conductor has registered; drivers tell that it has.</summary>
    private async Task ReadyAsync(MicroVersion version, CancellationToken cancellationToken)
    {
        _headers.Version = version;
        using var response = (IApiResponse<DriverPage>)await JudgedAsync(
            "GET drivers", async token => await _api.DriversAsync(token), null, cancellationToken, [200]);
        if (response.Content is not { Drivers.Count: > 0 })
        {
            throw new IronicException(IronicFault.NotReady, "GET drivers", "no drivers loaded in ironic", response.StatusCode);
        }
    }
}

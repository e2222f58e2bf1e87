using System.Collections.Immutable;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using YamlDotNet.Core;

namespace Metal3.Lab.Kubernetes;

/// <summary>The version that clients are told.</summary>
internal static class LabVersion
{
    public const string Git = "v1.36.3+metal3.lab";

    public static Map Document { get; } = new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["gitVersion"] = Git,
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "1970-01-01T00:00:00Z",
        ["goVersion"] = "none",
        ["compiler"] = "dotnet",
        ["platform"] = "linux/amd64",
    };
}

/// <summary>What form of answer a client accepts.</summary>
internal enum Form
{
    Json,
    Table,
    Partial,
}

/// <summary>HTTP on one side, objects on the other.</summary>
internal sealed class ApiServer
{
    private const long MostBodyBytes = 3 * 1024 * 1024;
    private const string JsonPatchType = "application/json-patch+json";
    private const string MergePatchType = "application/merge-patch+json";
    private const string StrategicPatchType = "application/strategic-merge-patch+json";
    private const string ApplyPatchType = "application/apply-patch+yaml";
    private static readonly string[] CustomPatchTypes = [JsonPatchType, MergePatchType, ApplyPatchType];
    private static readonly string[] BuiltInPatchTypes = [JsonPatchType, MergePatchType, StrategicPatchType, ApplyPatchType];
    private static readonly string[] BodyTypes = ["application/json", "application/yaml", Protobuf.MediaType];

    private readonly Store _store;
    private readonly Registry _registry;
    private readonly Objects _objects;
    private readonly Discovery _discovery;
    private readonly OpenApi _openApi;
    private readonly Watches _watches;
    private readonly byte[]? _token;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly RequestCounts _counts = new();

    public ApiServer(
        Store store, Registry registry, Objects objects, Discovery discovery, OpenApi openApi, Watches watches, string? token,
        TimeProvider time, ILogger log)
    {
        _store = store;
        _registry = registry;
        _objects = objects;
        _discovery = discovery;
        _openApi = openApi;
        _watches = watches;
        _token = token is null ? null : Encoding.UTF8.GetBytes(token);
        _time = time;
        _log = log;
    }

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await RouteAsync(http);
        }
        catch (ApiException refusal)
        {
            await RefuseAsync(http, refusal);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; nobody reads an answer.
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(http, e.StatusCode == 413 ? ApiException.TooLarge(MostBodyBytes) : ApiException.BadRequest(e.Message));
        }
        catch (Exception e)
        {
            _log.RequestFailed(http.Request.Method, http.Request.Path, e);
            await RefuseAsync(http, ApiException.InternalError(e.Message));
        }
        finally
        {
            _counts.Count(http);
        }
    }

    public static (Form Form, bool Protobuf, string Version) Negotiate(StringValues accept)
    {
        var offered = accept.ToString();
        if (offered.Length == 0)
        {
            return (Form.Json, false, "");
        }

        foreach (var range in offered.Split(','))
        {
            var parts = range.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
            {
                continue;
            }

            string Parameter(string name) =>
                parts.Skip(1).FirstOrDefault(p => p.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..] ?? "";

            switch (parts[0])
            {
                case "application/com.github.proto-openapi.spec.v2@v1.0+protobuf" or "application/com.github.proto-openapi.spec.v2.v1.0+protobuf":
                    return (Form.Json, true, parts[0]);
                case "application/json" or "*/*" or "application/*":
                    switch (Parameter("as"))
                    {
                        case "":
                            return (Form.Json, false, "");
                        case "Table":
                            return (Form.Table, false, Parameter("v"));
                        case "PartialObjectMetadata" or "PartialObjectMetadataList":
                            return (Form.Partial, false, Parameter("v"));
                        case "APIGroupDiscoveryList" when Parameter("v") is "v2" or "v2beta1":
                            return (Form.Json, false, Parameter("v"));
                    }

                    break;
            }
        }

        throw ApiException.NotAcceptable("application/json");
    }

    private static async Task WriteAsync(HttpContext http, int code, byte[] bytes, string contentType = "application/json")
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = contentType;
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static Task WriteAsync(HttpContext http, int code, object? value) => WriteAsync(http, code, Json.Bytes(value));

    private static Task TextAsync(HttpContext http, string text, int code = 200) =>
        WriteAsync(http, code, Encoding.UTF8.GetBytes(text), "text/plain; charset=utf-8");

    private static async Task RefuseAsync(HttpContext http, ApiException refusal)
    {
        if (!http.Response.HasStarted)
        {
            if (refusal.Code == 504)
            {
                http.Response.Headers.RetryAfter = "1";
            }

            if (http.Items[typeof(WriteOptions)] is WriteOptions options)
            {
                Warn(http, options);
            }

            await WriteAsync(http, refusal.Code, refusal.Status);
        }
    }

    private static async Task<byte[]> BodyAsync(HttpContext http)
    {
        if (http.Request.ContentLength > MostBodyBytes)
        {
            throw ApiException.TooLarge(MostBodyBytes);
        }

        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.ToArray();
    }

    private static string MediaType(HttpContext http) => (http.Request.ContentType ?? "").Split(';')[0].Trim();

    private static Map Document(byte[] body, string mediaType, ResourceType type, List<string> duplicates)
    {
        if (mediaType == Protobuf.MediaType)
        {
            return Protobuf.Decode(body) ?? throw ApiException.UnsupportedMediaType(BodyTypes.Take(2));
        }

        try
        {
            var value = mediaType.EndsWith("yaml", StringComparison.Ordinal)
                ? Json.ParseYaml(new StringReader(Encoding.UTF8.GetString(body))).FirstOrDefault()
                : Json.Parse(body, duplicates);
            return value as Map ?? throw ApiException.BadRequest(
                $"couldn't get version/kind; json parse error: json: cannot unmarshal {Json.TypeName(value)} into Go value of type struct");
        }
        catch (Exception e) when (e is JsonException or YamlException)
        {
            throw ApiException.BadRequest(
                $"the object provided is unrecognized (must be of type {type.Kind}): couldn't get version/kind; json parse error: {e.Message}");
        }
    }

    private static WriteOptions Options(HttpContext http, List<string> duplicates)
    {
        var query = http.Request.Query;
        var validation = query["fieldValidation"].ToString();
        if (validation is not ("" or "Strict" or "Warn" or "Ignore"))
        {
            throw ApiException.Invalid("meta.k8s.io", "CreateOptions", "",
                [FieldError.NotSupported("fieldValidation", validation, ["", "Ignore", "Strict", "Warn"])]);
        }

        var manager = query["fieldManager"].ToString();
        var options = new WriteOptions
        {
            DryRun = DryRun(query["dryRun"].ToString()),
            Manager = manager.Length > 0 ? manager : AgentName(http.Request.Headers.UserAgent.ToString()),
            Validation = validation.Length > 0 ? validation : "Warn",
            Force = query["force"] == "true" || query["force"] == "True" || query["force"] == "1",
            Duplicates = duplicates,
        };
        http.Items[typeof(WriteOptions)] = options; // a refusal carries the warnings too
        return options;
    }

    private static bool DryRun(string value) => value switch
    {
        "" => false,
        "All" => true,
        _ => throw ApiException.Invalid("meta.k8s.io", "CreateOptions", "",
            [FieldError.NotSupported("dryRun", value, ["All"])]),
    };

    private static string AgentName(string agent)
    {
        var name = agent.Split('/')[0];
        return name.Length == 0 ? "unknown" : name.Length > 128 ? name[..128] : name;
    }

    private static void Warn(HttpContext http, WriteOptions options)
    {
        foreach (var warning in options.Warnings)
        {
            http.Response.Headers.Append("Warning", $"299 - {Json.Text(warning)}");
        }
    }

    private async Task RouteAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        switch (path)
        {
            case "/healthz" or "/readyz" or "/livez":
                await TextAsync(http, "ok");
                return;
            case "/version" or "/version/":
                await WriteAsync(http, 200, LabVersion.Document);
                return;
        }

        Authenticate(http);
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        switch (segments)
        {
            case []:
                await WriteAsync(http, 200, new Map { ["paths"] = new Items { "/api", "/apis", "/openapi/v2", "/openapi/v3", "/version" } });
                return;
            case ["api"]:
                await DiscoverAsync(http, core: true);
                return;
            case ["apis"]:
                await DiscoverAsync(http, core: false);
                return;
            case ["apis", var group]:
                await DocumentOrNothingAsync(http, _discovery.Group(group));
                return;
            case ["openapi", ..]:
                await OpenApiAsync(http, segments);
                return;
            case ["metrics"]:
                await TextAsync(http, _counts.Render());
                return;
            case ["lab", "compact"] when http.Request.Method == "POST":
                _store.Compact();
                await WriteAsync(http, 200, new Map { ["revision"] = _store.Revision });
                return;
            case ["api", var version, .. var rest]:
                await ResourceAsync(http, "", version, rest);
                return;
            case ["apis", var group, var version, .. var rest]:
                await ResourceAsync(http, group, version, rest);
                return;
            default:
                await NothingAsync(http);
                return;
        }
    }

    private void Authenticate(HttpContext http)
    {
        if (_token is null)
        {
            return;
        }

        const string Scheme = "Bearer ";
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()), _token))
        {
            throw ApiException.Unauthorized();
        }
    }

    private static Task NothingAsync(HttpContext http) => TextAsync(http, "404 page not found\n", 404);

    private static Task DocumentOrNothingAsync(HttpContext http, Map? document) =>
        document is null ? NothingAsync(http) : WriteAsync(http, 200, document);

    private async Task DiscoverAsync(HttpContext http, bool core)
    {
        var (_, _, version) = Negotiate(http.Request.Headers.Accept);
        if (version.Length > 0)
        {
            var document = Json.Bytes(_discovery.Aggregated(core, version));
            var tag = $"\"{Convert.ToHexString(SHA256.HashData(document))}\"";
            http.Response.Headers.ETag = tag;
            http.Response.Headers.Vary = "Accept";
            if (http.Request.Headers.IfNoneMatch == tag)
            {
                http.Response.StatusCode = 304;
                return;
            }

            await WriteAsync(http, 200, document, $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
            return;
        }

        await WriteAsync(http, 200, core ? _discovery.CoreVersions() : _discovery.Groups());
    }

    private async Task OpenApiAsync(HttpContext http, string[] segments)
    {
        byte[]? document = null;
        var contentType = "application/json";
        switch (segments)
        {
            case ["openapi", "v2"]:
                var (_, protobuf, _) = Negotiate(http.Request.Headers.Accept);
                document = protobuf ? _openApi.Version2Protobuf() : _openApi.Version2();
                contentType = protobuf ? "application/com.github.proto-openapi.spec.v2.v1.0+protobuf" : contentType;
                break;
            case ["openapi", "v3"]:
                document = _openApi.Version3Index();
                break;
            case ["openapi", "v3", "api", var version]:
                document = _openApi.Version3("", version);
                break;
            case ["openapi", "v3", "apis", var group, var version]:
                document = _openApi.Version3(group, version);
                break;
        }

        if (document is null)
        {
            await NothingAsync(http);
            return;
        }

        await WriteAsync(http, 200, document, contentType);
    }

    private async Task ResourceAsync(HttpContext http, string group, string version, string[] rest)
    {
        var ns = "";
        if (rest is ["namespaces", var given, var what, ..]
            && !(group.Length == 0 && rest.Length == 3 && what is "status" or "finalize"))
        {
            ns = given;
            rest = rest[2..];
        }

        if (rest.Length == 0)
        {
            await DocumentOrNothingAsync(http, _discovery.Resources(group, version));
            return;
        }

        if (Discovery.IsReview(group, rest[0]) && http.Request.Method == "POST")
        {
            await ReviewAsync(http);
            return;
        }

        if (_registry.Find(group, version, rest[0]) is not { } type || (ns.Length > 0 && !type.Namespaced) || rest.Length > 3)
        {
            await NothingAsync(http);
            return;
        }

        var name = rest.Length > 1 ? rest[1] : "";
        var subresource = rest.Length > 2 ? rest[2] : "";
        RequestCounts.Note(http, type, name, subresource);
        if (subresource.Length > 0 && !(subresource == "status" && type.HasStatus)
            && !(subresource == "finalize" && type is { Group: "", Plural: "namespaces" }))
        {
            if (subresource is "status" or "scale")
            {
                throw ApiException.NotFound(type, name);
            }

            await NothingAsync(http);
            return;
        }

        if (name.Length == 0)
        {
            await CollectionAsync(http, type, ns);
        }
        else if (type.Namespaced && ns.Length == 0)
        {
            await NothingAsync(http);
        }
        else
        {
            await ItemAsync(http, type, ns, name, subresource);
        }
    }

    private async Task CollectionAsync(HttpContext http, ResourceType type, string ns)
    {
        switch (http.Request.Method)
        {
            case "GET" or "HEAD":
                var query = http.Request.Query;
                if (query["watch"].ToString() is "1" or "true" or "True")
                {
                    await _watches.ServeAsync(http, type, ns, Negotiate(http.Request.Headers.Accept).Form);
                }
                else
                {
                    await ListAsync(http, type, ns);
                }

                break;
            case "POST" when !type.Namespaced || ns.Length > 0:
                if (!BodyTypes.Append("").Contains(MediaType(http), StringComparer.Ordinal))
                {
                    throw ApiException.UnsupportedMediaType(BodyTypes);
                }

                var duplicates = new List<string>();
                var root = Document(await BodyAsync(http), MediaType(http), type, duplicates);
                var options = Options(http, duplicates);
                var made = await _objects.CreateAsync(type, ns, root, options, http.RequestAborted);
                Warn(http, options);
                await AnswerAsync(http, 201, type, made);
                break;
            case "PUT":
                throw ApiException.BadRequest("name must be provided");
            case "DELETE" when type is not { Group: "", Plural: "namespaces" }:
                await DeleteCollectionAsync(http, type, ns);
                break;
            default:
                throw ApiException.MethodNotAllowed();
        }
    }

    private async Task ItemAsync(HttpContext http, ResourceType type, string ns, string name, string subresource)
    {
        switch (http.Request.Method)
        {
            case "GET" or "HEAD":
                var stored = _store.Get(type.Collection, type.Key(ns, name)) ?? throw ApiException.NotFound(type, name);
                var asked = http.Request.Query["resourceVersion"].ToString();
                if (long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision > _store.Revision)
                {
                    throw ApiException.RevisionTooLarge(revision, _store.Revision);
                }

                if (Negotiate(http.Request.Headers.Accept).Form == Form.Json)
                {
                    await WriteAsync(http, 200, type.Bytes(stored));
                }
                else
                {
                    await AnswerAsync(http, 200, type, type.Read(stored));
                }

                break;
            case "PUT":
                await PutAsync(http, type, ns, name, subresource);
                break;
            case "PATCH":
                await PatchAsync(http, type, ns, name, subresource);
                break;
            case "DELETE" when subresource.Length == 0:
                var (root, gone) = await _objects.DeleteAsync(type, ns, name, await DeleteOptionsAsync(http), http.RequestAborted);
                await DeletedAsync(http, type, root, gone);
                break;
            default:
                throw ApiException.MethodNotAllowed();
        }
    }

    private async Task PutAsync(HttpContext http, ResourceType type, string ns, string name, string subresource)
    {
        if (!BodyTypes.Append("").Contains(MediaType(http), StringComparer.Ordinal))
        {
            throw ApiException.UnsupportedMediaType(BodyTypes);
        }

        var duplicates = new List<string>();
        var root = Document(await BodyAsync(http), MediaType(http), type, duplicates);
        var options = Options(http, duplicates);
        var written = await _objects.UpdateAsync(
            type, ns, name, subresource, _ => Json.Clone(root), options, isPatch: false, http.RequestAborted);
        Warn(http, options);
        await AnswerAsync(http, 200, type, written);
    }

    private async Task PatchAsync(HttpContext http, ResourceType type, string ns, string name, string subresource)
    {
        var mediaType = MediaType(http);
        var accepted = type.IsCustom ? CustomPatchTypes : BuiltInPatchTypes;
        if (!accepted.Contains(mediaType, StringComparer.Ordinal))
        {
            throw ApiException.UnsupportedMediaType(accepted);
        }

        var duplicates = new List<string>();
        var body = await BodyAsync(http);
        var options = Options(http, duplicates);
        if (mediaType == ApplyPatchType)
        {
            if (http.Request.Query["fieldManager"].ToString().Length == 0)
            {
                throw ApiException.Invalid("meta.k8s.io", "PatchOptions", "",
                    [FieldError.Required("fieldManager", "is required for apply patch")]);
            }

            // JSON is YAML, and kubectl sends JSON; the JSON reader is the faster one.
            var isJson = body.AsSpan().TrimStart(" \r\n\t"u8) is [(byte)'{', ..];
            var applied = Document(body, isJson ? "application/json" : "application/yaml", type, duplicates);
            var (root, created) = await _objects.ApplyAsync(type, ns, name, subresource, applied, options, http.RequestAborted);
            Warn(http, options);
            await AnswerAsync(http, created ? 201 : 200, type, root);
            return;
        }

        if (http.Request.Query.ContainsKey("force"))
        {
            throw ApiException.Invalid("meta.k8s.io", "PatchOptions", "",
                [FieldError.Forbidden("force", "may not be specified for non-apply patch")]);
        }

        var patch = Patch(mediaType, body, type, duplicates);
        var written = await _objects.UpdateAsync(type, ns, name, subresource, patch, options, isPatch: true, http.RequestAborted);
        Warn(http, options);
        await AnswerAsync(http, 200, type, written);
    }

    private static Func<Map, Map> Patch(string mediaType, byte[] body, ResourceType type, List<string> duplicates)
    {
        object? document;
        try
        {
            document = Json.Parse(body, duplicates);
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest($"error decoding patch: {e.Message}");
        }

        switch (mediaType)
        {
            case JsonPatchType:
                var operations = document as Items ?? throw ApiException.BadRequest(
                    $"error decoding patch: json: cannot unmarshal {Json.TypeName(document)} into Go value of type []handlers.jsonPatchOp");
                return current => Patches.JsonPatch(current, operations);
            default:
                var patch = document as Map ?? throw ApiException.BadRequest(
                    $"error decoding patch: json: cannot unmarshal {Json.TypeName(document)} into Go value of type map[string]interface {{}}");
                return mediaType == MergePatchType
                    ? current => Patches.Merge(current, patch)
                    : current => Patches.Strategic(current, patch, type.Schema!);
        }
    }

    private async Task<DeleteOptions> DeleteOptionsAsync(HttpContext http)
    {
        var body = await BodyAsync(http);
        Map options = [];
        if (body.Length > 0)
        {
            try
            {
                options = (MediaType(http) == Protobuf.MediaType ? Protobuf.Decode(body) : Json.Parse(body) as Map) ?? [];
            }
            catch (JsonException e)
            {
                throw ApiException.BadRequest($"couldn't get version/kind; json parse error: {e.Message}");
            }
        }

        var query = http.Request.Query;
        var propagation = options.TextAt("propagationPolicy") ?? query["propagationPolicy"].ToString();
        if (propagation.Length == 0)
        {
            propagation = options.FlagAt("orphanDependents") || query["orphanDependents"] == "true" ? "Orphan" : "Background";
        }

        if (propagation is not ("Background" or "Foreground" or "Orphan"))
        {
            throw ApiException.Invalid("meta.k8s.io", "DeleteOptions", "",
                [FieldError.NotSupported("propagationPolicy", propagation, ["Foreground", "Background", "Orphan", "nil"])]);
        }

        var dryRun = options.ItemsAt("dryRun") is [string first, ..] ? first : query["dryRun"].ToString();
        return new DeleteOptions(
            propagation,
            options.TextAt("preconditions", "uid"),
            options.TextAt("preconditions", "resourceVersion"),
            DryRun(dryRun));
    }

    private async Task DeletedAsync(HttpContext http, ResourceType type, Map root, bool gone)
    {
        if (!gone || type is { Group: "", Plural: "pods" or "namespaces" })
        {
            await AnswerAsync(http, 200, type, root);
            return;
        }

        var details = new Map { ["name"] = root.TextAt("metadata", "name"), ["kind"] = type.Plural, ["uid"] = root.TextAt("metadata", "uid") };
        if (type.Group.Length > 0)
        {
            details["group"] = type.Group;
        }

        await WriteAsync(http, 200, new Map
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new Map(),
            ["status"] = "Success",
            ["details"] = details,
        });
    }

    private async Task DeleteCollectionAsync(HttpContext http, ResourceType type, string ns)
    {
        var options = await DeleteOptionsAsync(http);
        var query = http.Request.Query;
        var labels = LabelSelector.Parse(query["labelSelector"]);
        var fields = FieldSelector.Parse(query["fieldSelector"], type);
        var items = new Items();
        foreach (var stored in Select(_store.Snapshot(type.Collection).Objects, type, ns, labels, fields))
        {
            try
            {
                var (root, _) = await _objects.DeleteAsync(type, stored.Namespace, stored.Name, options, http.RequestAborted);
                items.Add(root);
            }
            catch (ApiException e) when (e.Code == 404)
            {
                // Gone between the list and the deletion.
            }
        }

        var metadata = new Map { ["resourceVersion"] = _store.Revision.ToString(CultureInfo.InvariantCulture) };
        if (type.IsCustom)
        {
            metadata["continue"] = "";
        }

        await WriteAsync(http, 200, new Map
        {
            ["kind"] = type.ListKind,
            ["apiVersion"] = type.ApiVersion,
            ["metadata"] = metadata,
            ["items"] = items,
        });
    }

    private async Task AnswerAsync(HttpContext http, int code, ResourceType type, Map root)
    {
        var (form, _, _) = Negotiate(http.Request.Headers.Accept);
        object answer = form switch
        {
            Form.Table => Tables.Table(
                type.Columns, [root], new Map { ["resourceVersion"] = root.TextAt("metadata", "resourceVersion") },
                http.Request.Query["includeObject"].ToString(), _time.GetUtcNow()),
            Form.Partial => Tables.Partial(root),
            _ => root,
        };
        await WriteAsync(http, code, answer);
    }

    public static IEnumerable<StoredObject> Select(
        ImmutableSortedDictionary<string, StoredObject> objects, ResourceType type, string ns, LabelSelector? labels, FieldSelector? fields)
    {
        if (ns.Length > 0 && fields?.Name is { } name)
        {
            return objects.TryGetValue(type.Key(ns, name), out var one) && labels?.Matches(one.Labels) != false && fields.Matches(type, one)
                ? [one]
                : [];
        }

        return objects.Values.Where(o =>
            (ns.Length == 0 || o.Namespace == ns) && labels?.Matches(o.Labels) != false && fields?.Matches(type, o) != false);
    }

    private async Task ListAsync(HttpContext http, ResourceType type, string ns)
    {
        var query = http.Request.Query;
        var labels = LabelSelector.Parse(query["labelSelector"]);
        var fields = FieldSelector.Parse(query["fieldSelector"], type);
        var limit = Number(query["limit"].ToString());
        var token = query["continue"].ToString();
        var (objects, revision) = _store.Snapshot(type.Collection);
        var after = "";
        if (token.Length > 0)
        {
            if (query["resourceVersion"].ToString() is not ("" or "0"))
            {
                throw ApiException.BadRequest("specifying resource version is not allowed when using continue");
            }

            (revision, after) = ReadToken(token);
            if (revision < 0)
            {
                revision = _store.Revision; // a client that goes on, although the list is no longer consistent
            }
            else
            {
                objects = _store.Page(type.Collection, revision) ?? throw ApiException.ContinueExpired(Token(-1, after));
            }
        }
        else
        {
            CheckRevision(query["resourceVersion"].ToString(), query["resourceVersionMatch"].ToString(), type, ref objects, ref revision);
        }

        var whole = objects;
        var selected = Select(objects, type, ns, labels, fields);
        if (after.Length > 0)
        {
            selected = selected.Where(o => string.CompareOrdinal(type.Key(o.Namespace, o.Name), after) > 0);
        }

        var page = new List<StoredObject>();
        var more = false;
        long remaining = 0;
        foreach (var stored in selected)
        {
            if (limit > 0 && page.Count == limit)
            {
                more = true;
                if (labels is not null || fields is not null)
                {
                    break;
                }

                remaining++;
                continue;
            }

            page.Add(stored);
        }

        var metadata = new Map { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (more)
        {
            _store.KeepPage(type.Collection, revision, whole);
            metadata["continue"] = Token(revision, type.Key(page[^1].Namespace, page[^1].Name));
            if (remaining > 0)
            {
                metadata["remainingItemCount"] = remaining;
            }
        }

        await WriteListAsync(http, type, page, metadata);
    }

    private async Task WriteListAsync(HttpContext http, ResourceType type, List<StoredObject> page, Map metadata)
    {
        switch (Negotiate(http.Request.Headers.Accept).Form)
        {
            case Form.Table:
                await WriteAsync(http, 200, Tables.Table(
                    type.Columns, page.Select(type.Read), metadata, http.Request.Query["includeObject"].ToString(), _time.GetUtcNow()));
                return;
            case Form.Partial:
                await WriteAsync(http, 200, new Map
                {
                    ["kind"] = "PartialObjectMetadataList",
                    ["apiVersion"] = "meta.k8s.io/v1",
                    ["metadata"] = metadata,
                    ["items"] = page.Select(object? (o) => Tables.Partial(type.Read(o))).ToList(),
                });
                return;
        }

        if (type.IsCustom)
        {
            metadata.TryAdd("continue", "");
        }

        http.Response.ContentType = "application/json";
        var writer = http.Response.BodyWriter;
        Write(writer, Encoding.UTF8.GetBytes($"{{\"apiVersion\":{Json.Text(type.ApiVersion)},\"kind\":{Json.Text(type.ListKind)},\"metadata\":{Json.Text(metadata)},\"items\":["));
        for (var i = 0; i < page.Count; i++)
        {
            if (i > 0)
            {
                Write(writer, ","u8);
            }

            Write(writer, type.Bytes(page[i]));
            if (i % 64 == 63)
            {
                await writer.FlushAsync(http.RequestAborted);
            }
        }

        Write(writer, "]}"u8);
        await writer.FlushAsync(http.RequestAborted);
    }

    private static void Write(PipeWriter writer, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(writer.GetSpan(bytes.Length));
        writer.Advance(bytes.Length);
    }

    private static long Number(string text) =>
        text.Length == 0 ? 0 : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiException.BadRequest($"strconv.ParseInt: parsing {Json.Text(text)}: invalid syntax");

    private void CheckRevision(
        string version, string match, ResourceType type, ref ImmutableSortedDictionary<string, StoredObject> objects, ref long revision)
    {
        if (version.Length == 0)
        {
            return;
        }

        if (!long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var asked))
        {
            throw ApiException.Internal($"resourceVersion: Invalid value: {Json.Text(version)}: strconv.ParseUint: parsing {Json.Text(version)}: invalid syntax");
        }

        if (asked > revision)
        {
            throw ApiException.RevisionTooLarge(asked, revision);
        }

        if (match == "Exact")
        {
            objects = _store.Page(type.Collection, asked) ?? throw ApiException.Expired(
                "The resourceVersion for the provided list is too old.");
            revision = asked;
        }
    }

    private static string Token(long revision, string key) => Convert.ToBase64String(Json.Bytes(
        new Map { ["v"] = "meta.k8s.io/v1", ["rv"] = revision, ["start"] = key })).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static (long Revision, string Key) ReadToken(string token)
    {
        try
        {
            var text = token.Replace('-', '+').Replace('_', '/');
            var json = Json.ParseMap(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
            return ((long)json["rv"]!, (string)json["start"]!);
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidCastException or NullReferenceException)
        {
            throw ApiException.BadRequest($"invalid continue token: continue key is not valid: {e.Message}");
        }
    }

    /// <summary>Questions about rights: the lab has one user, who may do everything.</summary>
    private static async Task ReviewAsync(HttpContext http)
    {
        Map review;
        try
        {
            var body = await BodyAsync(http);
            review = (MediaType(http) == Protobuf.MediaType ? Protobuf.Decode(body) : Json.Parse(body) as Map) ?? [];
        }
        catch (JsonException e)
        {
            throw ApiException.BadRequest($"couldn't get version/kind; json parse error: {e.Message}");
        }

        var user = new Map { ["username"] = "admin", ["uid"] = "admin", ["groups"] = new Items { "system:masters", "system:authenticated" } };
        _ = review.Child("metadata");
        review["status"] = review.TextAt("kind") switch
        {
            "TokenReview" => new Map { ["authenticated"] = true, ["user"] = user },
            "SelfSubjectReview" => new Map { ["userInfo"] = user },
            "SelfSubjectRulesReview" => new Map
            {
                ["incomplete"] = false,
                ["resourceRules"] = new Items
                {
                    new Map { ["verbs"] = new Items { "*" }, ["apiGroups"] = new Items { "*" }, ["resources"] = new Items { "*" } },
                },
                ["nonResourceRules"] = new Items { new Map { ["verbs"] = new Items { "*" }, ["nonResourceURLs"] = new Items { "*" } } },
            },
            _ => new Map { ["allowed"] = true },
        };
        await WriteAsync(http, 201, review);
    }
}

using System.Globalization;

namespace Metal3.Lab.Kubernetes;

/// <summary>One broken rule of one field, in the words of the reference server.</summary>
internal sealed record FieldError(string Path, string Reason, string Message)
{
    public static FieldError Required(string path, string detail = "") =>
        new(path, "FieldValueRequired", detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    public static FieldError Invalid(string path, object? value, string detail) =>
        new(path, "FieldValueInvalid", $"Invalid value: {Show(value)}: {detail}");

    public static FieldError WrongType(string path, string actual, string detail) =>
        new(path, "FieldValueTypeInvalid", $"Invalid value: {Show(actual)}: {detail}");

    public static FieldError NotSupported(string path, object? value, IEnumerable<object?> supported) =>
        new(path, "FieldValueNotSupported",
            $"Unsupported value: {Show(value)}: supported values: {string.Join(", ", supported.Select(Quoted))}");

    public static FieldError Duplicate(string path, object? value) =>
        new(path, "FieldValueDuplicate", $"Duplicate value: {Show(value)}");

    public static FieldError TooLong(string path, long most) =>
        new(path, "FieldValueTooLong", $"Too long: may not be more than {most} bytes");

    public static FieldError TooMany(string path, long actual, long most) =>
        new(path, "FieldValueTooMany", $"Too many: {actual}: must have at most {most} items");

    public static FieldError Forbidden(string path, string detail) =>
        new(path, "FieldValueForbidden", $"Forbidden: {detail}");

    private static string Show(object? value) => value switch
    {
        double number => Json.Number(number),
        _ => Json.Text(value),
    };

    private static string Quoted(object? value) => value is string ? Json.Text(value) : $"\"{Show(value)}\"";
}

/// <summary>A refusal that becomes a <c>Status</c> body.</summary>
internal sealed class ApiException : Exception
{
    private ApiException(int code, string reason, string message, Map? details)
        : base(message)
    {
        Code = code;
        Status = new Map
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new Map(),
            ["status"] = "Failure",
            ["message"] = message,
            ["code"] = (long)code,
        };
        if (reason.Length > 0)
        {
            Status["reason"] = reason;
        }

        if (details is not null)
        {
            Status["details"] = details;
        }
    }

    public int Code { get; }

    public Map Status { get; }

    public string Reason => Status.TextAt("reason") ?? "";

    public static ApiException NotFound(ResourceType type, string name) =>
        new(404, "NotFound", $"{type.QualifiedPlural} \"{name}\" not found", Details(type.Group, type.Plural, name));

    public static ApiException AlreadyExists(ResourceType type, string name) =>
        new(409, "AlreadyExists", $"{type.QualifiedPlural} \"{name}\" already exists", Details(type.Group, type.Plural, name));

    public static ApiException Modified(ResourceType type, string name) => new(
        409,
        "Conflict",
        $"Operation cannot be fulfilled on {type.QualifiedPlural} \"{name}\": the object has been modified; "
        + "please apply your changes to the latest version and try again",
        Details(type.Group, type.Plural, name));

    public static ApiException Conflict(ResourceType type, string name, string why) => new(
        409, "Conflict", $"Operation cannot be fulfilled on {type.QualifiedKind} \"{name}\": {why}", Details(type.Group, type.Kind, name));

    public static ApiException ManagerConflict(IReadOnlyList<(string Manager, string Field)> conflicts)
    {
        string message;
        if (conflicts.Count == 1)
        {
            message = $"Apply failed with 1 conflict: conflict with {conflicts[0].Manager}: {conflicts[0].Field}";
        }
        else
        {
            var groups = conflicts.GroupBy(c => c.Manager, StringComparer.Ordinal).ToList();
            var lines = groups.Select(g =>
                $"{(g.Count() > 1 ? "conflicts" : "conflict")} with {g.Key}"
                + (g.Count() > 1 ? ":\n- " + string.Join("\n- ", g.Select(c => c.Field)) : ": " + g.First().Field));
            message = $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', lines)}";
        }

        var causes = conflicts.Select(object? (c) => new Map
        {
            ["reason"] = "FieldManagerConflict",
            ["message"] = $"conflict with {c.Manager}",
            ["field"] = c.Field,
        }).ToList();
        return new(409, "Conflict", message, new Map { ["causes"] = causes });
    }

    public static ApiException Invalid(string group, string kind, string name, IReadOnlyList<FieldError> errors)
    {
        var texts = errors.Select(e => $"{e.Path}: {e.Message}").Distinct(StringComparer.Ordinal).ToList();
        var all = texts.Count == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        var qualified = group.Length == 0 ? kind : $"{kind}.{group}";
        var details = Details(group, kind, name);
        if (kind.Length == 0)
        {
            details.Remove("kind");
        }

        details["causes"] = errors.Select(object? (e) => new Map
        {
            ["reason"] = e.Reason,
            ["message"] = e.Message,
            ["field"] = e.Path,
        }).ToList();
        return new(422, "Invalid", $"{qualified} \"{name}\" is invalid: {all}", details);
    }

    public static ApiException Invalid(ResourceType type, string name, IReadOnlyList<FieldError> errors) =>
        Invalid(type.Group, type.Kind, name, errors);

    public static ApiException BadPatch() => new(
        422, "Invalid", "the server rejected our request due to an error in our request", new Map());

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message, null);

    public static ApiException Internal(string message) => new(500, "", message, null);

    public static ApiException InternalError(string message) => new(
        500,
        "InternalError",
        $"Internal error occurred: {message}",
        new Map { ["causes"] = new Items { new Map { ["message"] = message } } });

    public static ApiException Unauthorized() => new(401, "Unauthorized", "Unauthorized", null);

    public static ApiException MethodNotAllowed() => new(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource", new Map());

    public static ApiException UnsupportedMediaType(IEnumerable<string> accepted) => new(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: " + string.Join(", ", accepted),
        null);

    public static ApiException NotAcceptable(string accepted) => new(
        406, "NotAcceptable", "only the following media types are accepted: " + accepted, null);

    public static ApiException TooLarge(long limit) => new(
        413, "RequestEntityTooLarge", string.Create(CultureInfo.InvariantCulture, $"Request entity too large: limit is {limit}"), null);

    public static ApiException Expired(string message) => new(410, "Expired", message, null);

    public static ApiException ContinueExpired(string token) => new(
        410,
        "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
        + "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
        + "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
        + "deleted between the time the first chunk was returned and now may show up in the list.",
        null)
    {
        Status = { ["metadata"] = new Map { ["continue"] = token } },
    };

    public static ApiException RevisionTooLarge(long asked, long current) => new(
        504,
        "Timeout",
        $"Timeout: Too large resource version: {asked}, current: {current}",
        new Map
        {
            ["causes"] = new Items
            {
                new Map { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" },
            },
            ["retryAfterSeconds"] = 1L,
        });

    public static ApiException Forbidden(ResourceType type, string name, string why, Map? cause = null)
    {
        var details = Details(type.Group, type.Plural, name);
        if (cause is not null)
        {
            details["causes"] = new Items { cause };
        }

        return new(403, "Forbidden", $"{type.QualifiedPlural} \"{name}\" is forbidden: {why}", details);
    }

    /// <summary>A webhook's refusal, carrying its own code, reason and message.</summary>
    public static ApiException Denied(int code, string reason, string message, Map? details) =>
        new(code, reason, message, details);

    private static Map Details(string group, string kind, string name)
    {
        var details = new Map { ["kind"] = kind };
        if (name.Length > 0)
        {
            details["name"] = name;
        }

        if (group.Length > 0)
        {
            details["group"] = group;
        }

        return details;
    }
}

namespace Metal3.Worker;

internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Information, "Serves the task queues of namespace {Namespace}")]
    public static partial void Serving(this ILogger logger, string @namespace);

    [LoggerMessage(4002, LogLevel.Warning, "Temporal (namespace {Namespace}) cannot be used yet: {Reason}")]
    public static partial void TemporalUnusable(this ILogger logger, string @namespace, string reason);

    [LoggerMessage(4003, LogLevel.Error,
        "Search attributes are missing and cannot be created ({Reason}); hosts run without. Create them with: temporal operator search-attribute create {Arguments}")]
    public static partial void NoSearchAttributes(this ILogger logger, string reason, string arguments);

    [LoggerMessage(4004, LogLevel.Information, "Drained; nothing is lost, other workers go on")]
    public static partial void Drained(this ILogger logger);
}

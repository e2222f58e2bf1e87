namespace Metal3.CrdBridge.Watching;

internal static partial class Log
{
    [LoggerMessage(3101, LogLevel.Information, "Listed {Count} {Type} in {Scope} at version {Version} in {Elapsed}")]
    public static partial void Listed(
        this ILogger logger, int count, ResourceType type, string scope, string version, TimeSpan elapsed);

    [LoggerMessage(3102, LogLevel.Information, "The server forgot version {Version} of {Type}; listing again")]
    public static partial void Expired(this ILogger logger, ResourceType type, string? version);

    [LoggerMessage(3103, LogLevel.Warning, "Cannot follow {Type} in {Scope}, {Failures} in a row; trying again in {Pause}")]
    public static partial void Lost(
        this ILogger logger, ResourceType type, string scope, int failures, TimeSpan pause, Exception failure);

    [LoggerMessage(3104, LogLevel.Error, "{Type} {Key} cannot be read and is left as it was last known; correct the object")]
    public static partial void Unreadable(this ILogger logger, ResourceType type, ObjectKey key, Exception failure);

    [LoggerMessage(3105, LogLevel.Warning, "A change of {Type} {Key} was not accepted, {Failures} in a row; again in {Pause}")]
    public static partial void NotAccepted(
        this ILogger logger, ResourceType type, ObjectKey key, int failures, TimeSpan pause, Exception failure);

    [LoggerMessage(3106, LogLevel.Error, "The API server refuses to show {Type} in {Scope}: {Message}. Check RBAC, the CRD and the credentials")]
    public static partial void Refused(this ILogger logger, ResourceType type, string scope, string message);
}

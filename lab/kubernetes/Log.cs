namespace Metal3.Lab.Kubernetes;

internal static partial class Log
{
    [LoggerMessage(5001, LogLevel.Error, "Following up the change of {Collection} {Key} failed; restart the server to try again")]
    public static partial void ControllerFailed(this ILogger logger, string collection, string key, Exception failure);

    [LoggerMessage(5002, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void RequestFailed(this ILogger logger, string method, string path, Exception failure);
}

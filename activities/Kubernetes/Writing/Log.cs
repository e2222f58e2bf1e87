using System.Net;
using Microsoft.Extensions.Logging;

namespace Metal3.Activities.Kubernetes.Writing;

internal static partial class Log
{
    [LoggerMessage(2301, LogLevel.Warning, "The event {Reason} was refused: {Status}")]
    public static partial void EventRefused(this ILogger logger, string reason, HttpStatusCode status);
}

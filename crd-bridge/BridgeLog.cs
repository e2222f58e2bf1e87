using k8s.Autorest;
using Metal3.CrdBridge.Watching;
using Temporalio.Exceptions;

namespace Metal3.CrdBridge;

internal static partial class BridgeLog
{
    /// <summary>An outage explains itself; a stack for each host and attempt would only hide other things.</summary>
    public static Exception? Unexpected(Exception failure) =>
        failure is RpcException or InvalidOperationException or HttpRequestException or HttpOperationException ? null : failure;

    [LoggerMessage(3201, LogLevel.Information, "Told Temporal about {Host} at version {Version} ({How})")]
    public static partial void Told(this ILogger logger, ObjectKey host, string version, string how);

    [LoggerMessage(3202, LogLevel.Warning, "{Host} vanished without a deletionTimestamp that was seen; its workflow is told to let go of it untouched")]
    public static partial void Vanished(this ILogger logger, ObjectKey host);

    [LoggerMessage(3203, LogLevel.Warning, "Temporal could not be told about {Host}, {Failures} in a row; again in {Pause}: {Reason}")]
    public static partial void NotTold(
        this ILogger logger, ObjectKey host, int failures, TimeSpan pause, string reason, Exception? failure);

    [LoggerMessage(3204, LogLevel.Information, "{Hosts} hosts have {Open} open workflows; {Missing} have none and are started")]
    public static partial void Compared(this ILogger logger, int hosts, int open, int missing);

    [LoggerMessage(3205, LogLevel.Warning, "Hosts cannot be compared with open workflows, {Failures} in a row; again in {Pause}: {Reason}")]
    public static partial void NotCompared(this ILogger logger, int failures, TimeSpan pause, string reason, Exception? failure);

    [LoggerMessage(3206, LogLevel.Information, "Temporal answers again; every host is told anew")]
    public static partial void Reconnected(this ILogger logger);

    [LoggerMessage(3207, LogLevel.Warning, "{Type} were not listed within {Patience}; hosts are told without them until they are")]
    public static partial void Without(this ILogger logger, ResourceType type, TimeSpan patience);

    [LoggerMessage(3301, LogLevel.Information, "This bridge leads now ({Identity})")]
    public static partial void Leads(this ILogger logger, string identity);

    [LoggerMessage(3302, LogLevel.Information, "This bridge leads no more ({Identity})")]
    public static partial void LeadsNoMore(this ILogger logger, string identity);

    [LoggerMessage(3303, LogLevel.Information, "The leader is {Leader}")]
    public static partial void NewLeader(this ILogger logger, string leader);

    [LoggerMessage(3304, LogLevel.Warning, "The lease {Lease} could not be taken or renewed")]
    public static partial void LeaseFailed(this ILogger logger, string lease, Exception failure);

    [LoggerMessage(3305, LogLevel.Warning, "Kubernetes and Temporal ({Temporal}) cannot be compared yet, {Failures} in a row; again in {Pause}: {Reason}")]
    public static partial void NotConnected(
        this ILogger logger, string temporal, int failures, TimeSpan pause, string reason, Exception? failure);

    [LoggerMessage(3306, LogLevel.Information, "Connected: Kubernetes cluster {Cluster}, Temporal {Temporal}")]
    public static partial void Connected(this ILogger logger, string cluster, string temporal);

    [LoggerMessage(3307, LogLevel.Critical, "{Message}")]
    public static partial void WrongCluster(this ILogger logger, string message);

    [LoggerMessage(3308, LogLevel.Critical, "The bridge failed by a fault of its own and ends")]
    public static partial void Broken(this ILogger logger, Exception failure);

    [LoggerMessage(3309, LogLevel.Debug, "The lease {Lease} could not be released; others wait until it is over")]
    public static partial void NotReleased(this ILogger logger, string lease, Exception failure);

    [LoggerMessage(3401, LogLevel.Information, "{Server} listens on {Address}")]
    public static partial void Listens(this ILogger logger, string server, string address);

    [LoggerMessage(3402, LogLevel.Information, "The webhook uses the certificate {Thumbprint}, valid until {NotAfter}")]
    public static partial void CertificateLoaded(this ILogger logger, string thumbprint, DateTime notAfter);

    [LoggerMessage(3403, LogLevel.Error, "The webhook's certificate cannot be read: {Message}. Put tls.crt and tls.key into {Directory}")]
    public static partial void CertificateUnreadable(this ILogger logger, string directory, string message);

    [LoggerMessage(3404, LogLevel.Information, "Refused {Operation} of {Kind} {Object} by {Rules}")]
    public static partial void Denied(this ILogger logger, string operation, string kind, ObjectKey @object, string rules);

    [LoggerMessage(3405, LogLevel.Warning, "An admission request makes no sense: {Reason}")]
    public static partial void BadReview(this ILogger logger, string reason);

    [LoggerMessage(3406, LogLevel.Error, "A {Kind} could not be checked and is refused; this is a fault of the bridge, please report it")]
    public static partial void NotChecked(this ILogger logger, string kind, Exception failure);

    [LoggerMessage(3407, LogLevel.Warning, "Users of the attachment {Attachment} could not be looked up")]
    public static partial void UsersUnknown(this ILogger logger, ObjectKey attachment, Exception failure);
}
